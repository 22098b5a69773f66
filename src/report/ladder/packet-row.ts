/** The row of a packet, and the row of an exchange that has no end of its own. */
import { elapsed } from '../../session/exchange.ts'
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
    part: exchange === null ? null : partOf(exchange, by, ended),
    remark: packet.type === 'UNFRAMED' ? UNFRAMED_REASONS[packet.reason] : (worst?.message ?? ''),
  }
}

/** How the newest packet of an exchange belongs to it. */
function partOf(exchange: Exchange, by: Side, ended: boolean): ExchangePart {
  const { number, kind, initiator, steps, causes } = exchange
  const onward = steps.filter(({ again }) => !again)
  const again = steps[steps.length - 1]?.again === true
  const leg = again ? null : between(onward[onward.length - 2], onward[onward.length - 1])
  // Of one leg, the longest cause comes first.
  const cause = leg === null ? undefined : causes.find((one) => one.leg === onward.length - 2)
  return {
    number, kind, leg,
    place: steps.length === 1 ? (ended ? 'alone' : 'begins') : ended ? 'ends' : 'goes-on',
    answers: by !== initiator,
    cause: cause === undefined ? null : { cause: cause.cause, duration: cause.duration },
    total: ended && onward.length > 2 ? between(onward[0], onward[onward.length - 1]) : null,
    remark: again ? 'sent again' : ended ? remarkOf(exchange) : '',
  }
}

function remarkOf({ outcome, certainty, steps }: Exchange): string {
  if (outcome === 'partly-seen') return steps.length === 1 ? 'request not seen' : 'partly seen'
  return certainty === 'certain' ? '' : certainty
}

function between(from: Step | undefined, to: Step | undefined): number | null {
  if (from === undefined || to === undefined) return null
  const time = elapsed(from.time, to.time)
  return Number.isNaN(time) ? null : time
}

/** What is remembered of an exchange that waits for a packet. */
export interface Unanswered {
  readonly number: number
  readonly kind: ExchangeKind
  readonly packetIdentifier: number | null
  /** The packet that should come. */
  readonly awaited: PacketType
}

export function unansweredOf({ number, kind, packetIdentifier, steps }: Exchange): Unanswered {
  const last = steps.findLast(({ again }) => !again)?.type ?? 'RESERVED'
  const awaited = last === 'PUBLISH' && kind === 'publish-qos1' ? 'PUBACK' : (AWAITED[last] ?? last)
  return { number, kind, packetIdentifier, awaited }
}

/** What comes next, as transitions.ts has it. */
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
  const what = packetIdentifier === null ? awaited : `${awaited} #${packetIdentifier}`
  const part: ExchangePart = { number, kind, place: 'ends', answers: false, leg: null, cause: null, total: null, remark: word }
  return { kind: 'note', time, text: text(what), mark, part, remark: '' }
}
