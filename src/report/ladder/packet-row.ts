/** The row of a packet, and the row of an exchange that has no end of its own. */
import { FIRST_FAILURE } from '../../session/reason-code.ts'
import { UNFRAMED_REASONS } from '../packet-info.ts'
import { packetLabel } from './label.ts'
import type { PacketType } from '../../mqtt/packet.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Exchange, ExchangeKind, ExchangeOutcome, Step } from '../../session/exchange.ts'
import type { Side } from '../../session/side.ts'
import type { ArrowRow, ExchangePart, Mark, NoteRow } from './ladder.ts'

/** `exchange`: the one that the packet belongs to, which it may have ended. */
export function packetRow(event: PacketEvent, by: Side, exchange: Exchange | null, ended: boolean): ArrowRow {
  const { number, frame, time, packet, problems } = event
  const worst = problems.find(({ severity }) => severity === 'error') ?? problems.find(({ severity }) => severity === 'warning')
  const failed = (ended && exchange?.outcome === 'failed') || (packet.type === 'DISCONNECT' && (packet.reasonCode ?? 0) >= FIRST_FAILURE)
  return {
    kind: 'packet', frame, time, number, by,
    label: packetLabel(event),
    dup: packet.type === 'PUBLISH' && packet.dup,
    mark: failed || worst?.severity === 'error' ? '!' : worst === undefined ? '' : '~',
    part: exchange === null ? null : (partsOf(exchange, ended).get(number) ?? null),
    remark: packet.type === 'UNFRAMED' ? UNFRAMED_REASONS[packet.reason] : (worst?.message ?? ''),
  }
}

/** How the packets of an exchange belong to it, by PacketEvent.number: begun and ended by those that were captured first and last. */
export function partsOf(exchange: Exchange, ended: boolean): ReadonlyMap<number, ExchangePart> {
  const { number, kind, initiator, steps, causes } = exchange
  const onward = steps.filter(({ again }) => !again)
  const first = steps.reduce((one, other) => (other.frame < one.frame ? other : one))
  const last = steps.reduce((one, other) => (other.frame >= one.frame ? other : one))
  const parts = new Map<number, ExchangePart>()
  for (const step of steps) {
    const at = onward.indexOf(step)
    const leg = at <= 0 ? null : between(onward[at - 1], step)
    const ends = ended && step === last
    // Of one leg, the longest cause comes first.
    const cause = leg === null ? undefined : causes.find((one) => one.leg === at - 1)
    parts.set(step.number, {
      number, kind, leg,
      place: step === first ? (ended && steps.length === 1 ? 'alone' : 'begins') : ends ? 'ends' : 'goes-on',
      answers: step.by !== initiator,
      cause: cause === undefined ? null : { cause: cause.cause, duration: cause.duration },
      total: ends && onward.length > 2 ? between(onward[0], onward[onward.length - 1]) : null,
      remark: step.again ? 'sent again' : ends ? remarkOf(exchange) : '',
    })
  }
  return parts
}

/** The packet changes how others belong to the exchange: some that were sent after it went by before it, or the exchange was not captured in the order in which it goes. */
export function isLate({ number }: PacketEvent, { steps }: Exchange): boolean {
  return steps[steps.length - 1]?.number !== number || steps.some(({ frame }, index) => index > 0 && frame < steps[index - 1]!.frame)
}

function remarkOf({ outcome, certainty, steps }: Exchange): string {
  if (outcome === 'partly-seen') return steps.length === 1 ? 'request not seen' : 'partly seen'
  return certainty === 'certain' ? '' : certainty
}

function between(from: Step | undefined, to: Step | undefined): number | null {
  if (from === undefined || to === undefined) return null
  const time = to.time - from.time
  return Number.isNaN(time) ? null : time
}

/** What is remembered of an exchange that waits for a packet. */
export interface Unanswered {
  readonly number: number
  readonly kind: ExchangeKind
  readonly packetIdentifier: number | null
  /** The packet that should come; null where the last one is there, and only one before it may still come. */
  readonly awaited: PacketType | null
}

export function unansweredOf({ number, kind, packetIdentifier, steps }: Exchange): Unanswered {
  const last = steps.findLast(({ again }) => !again)?.type ?? 'RESERVED'
  const awaited = last === 'PUBLISH' && kind === 'publish-qos1' ? 'PUBACK' : (AWAITED[last] ?? null)
  return { number, kind, packetIdentifier, awaited }
}

/** What comes next, as transitions.ts has it. Nothing comes behind the others. */
const AWAITED: Readonly<Partial<Record<PacketType, PacketType>>> = {
  CONNECT: 'CONNACK', PUBLISH: 'PUBREC', PUBREC: 'PUBREL', PUBREL: 'PUBCOMP', SUBSCRIBE: 'SUBACK', UNSUBSCRIBE: 'UNSUBACK', PINGREQ: 'PINGRESP', AUTH: 'AUTH',
}

/** `kept`: neither answered nor given up, for the Session outlives the connection. */
export type Ending = Exclude<ExchangeOutcome, 'complete' | 'failed'> | 'kept'

const ENDINGS: Readonly<Record<Ending, { readonly text: (what: string) => string; readonly mark: Mark; readonly word: string }>> = {
  open: { text: (what) => `capture ends, no ${what}`, mark: '~', word: 'open' },
  abandoned: { text: (what) => `ended without ${what}`, mark: '~', word: 'abandoned' },
  superseded: { text: (what) => `no ${what}, then used again`, mark: '~', word: 'superseded' },
  'partly-seen': { text: (what) => `no ${what} seen`, mark: '', word: 'partly seen' },
  kept: { text: (what) => `no ${what}, Session keeps it`, mark: '', word: 'unfinished' },
}

/** The row that says that no answer came. */
export function endingRow({ number, kind, packetIdentifier, awaited }: Unanswered, ending: Ending, time: number): NoteRow {
  const { text, mark, word } = ENDINGS[ending]
  const what = packetIdentifier === null ? (awaited ?? 'packet') : `${awaited ?? 'packet'} #${packetIdentifier}`
  const part: ExchangePart = { number, kind, place: 'ends', answers: false, leg: null, cause: null, total: null, remark: word }
  return { kind: 'note', time, text: text(what), mark, part, remark: '' }
}
