import { legsOf } from '../session/exchange.ts'
import { SLOW_LEG } from '../session/leg-causes.ts'
import { ClientCell, clientName } from './client-name.ts'
import { listInfo, MOST_SHOWN } from './packet-info.ts'
import { left, right } from './padding.ts'
import { reasonText } from './reason-text.ts'
import { word } from './wire-text.ts'
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketType } from '../mqtt/packet.ts'
import type { Exchange, ExchangeKind, ExchangeOutcome, RequestedFilter, Step } from '../session/exchange.ts'
import type { Cause, LegCause } from '../session/leg-causes.ts'
import type { Palette } from './colour.ts'
import type { Renderer } from './renderer.ts'
import type { TimeColumn } from './time-format.ts'

/**
 * `-f line` of exchanges: one line for each, in fixed columns, in the order in which they end.
 *
 * ```
 *     NO       TIME CLIENT     DIR EXCHANGE         ID OUTCOME           MS INFO
 *     12  12.004118 plc-7      ->  PUBLISH QoS 1    17 complete       4.083 plant/7/temp
 *     13  12.008201 plc-7      ->  PUBLISH QoS 2    18 open           0.311 plant/7/state  seen PUBLISH, PUBREC
 * ```
 *
 * NO counts exchanges in the order in which they begin, and TIME is that of their first packet; MS is from there to the last packet, in milliseconds, `-` where
 * only one packet was seen. DIR is `->` where the client began it, `<-` where the server did. What is not certain, given what the capture shows, ends in `likely`
 * or `unsure`; a `partly-seen` one never is. CLIENT is as in packet-line.ts. Everything from the wire is safe for a terminal.
 */

export interface ExchangeLineOptions {
  readonly palette: Palette
  readonly time: TimeColumn
  readonly header: boolean
}

/** Each kind in the standard's words, and the packet that begins it. */
export const KINDS: Readonly<Record<ExchangeKind, { readonly name: string; readonly begins: PacketType }>> = {
  connect: { name: 'CONNECT', begins: 'CONNECT' },
  'publish-qos1': { name: 'PUBLISH QoS 1', begins: 'PUBLISH' },
  'publish-qos2': { name: 'PUBLISH QoS 2', begins: 'PUBLISH' },
  subscribe: { name: 'SUBSCRIBE', begins: 'SUBSCRIBE' },
  unsubscribe: { name: 'UNSUBSCRIBE', begins: 'UNSUBSCRIBE' },
  ping: { name: 'PING', begins: 'PINGREQ' },
  authenticate: { name: 'AUTH', begins: 'AUTH' },
}

type Style = 'red' | 'yellow' | 'dim' | null

export const OUTCOME_STYLES: Readonly<Record<ExchangeOutcome, Style>> = {
  complete: null,
  failed: 'red',
  open: 'yellow',
  abandoned: 'yellow',
  superseded: 'yellow',
  'partly-seen': 'dim',
}

const NUMBER_WIDTH = 6
/** The longest are PUBLISH QoS 1 and partly-seen. */
const KIND_WIDTH = 13
const OUTCOME_WIDTH = 11
const DURATION_WIDTH = 9

export class ExchangeLineRenderer implements Renderer<Exchange> {
  readonly #options: ExchangeLineOptions
  #timeWidth = 10
  #clientWidth = 10
  #previousTime = NaN
  /** The clients' names as they are shown. Does not keep a connection alive. */
  readonly #clients = new WeakMap<MqttConnection, ClientCell>()

  constructor(options: ExchangeLineOptions) {
    this.#options = options
  }

  begin(): string {
    const { header, palette } = this.#options
    if (!header) return ''
    const place = `${right('NO', NUMBER_WIDTH)} ${right('TIME', this.#timeWidth)} ${left('CLIENT', this.#clientWidth)} DIR`
    return `${palette.bold}${place} ${left('EXCHANGE', KIND_WIDTH)}    ID ${left('OUTCOME', OUTCOME_WIDTH)} ${right('MS', DURATION_WIDTH)} INFO${palette.reset}\n`
  }

  item(exchange: Exchange): string {
    const { palette } = this.#options
    const { number, kind, initiator, packetIdentifier, outcome, steps, duration } = exchange
    const way = initiator === 'client' ? `${palette.cyan}->` : `${palette.green}<-`
    const place = `${right(String(number), NUMBER_WIDTH)} ${palette.dim}${this.#timeCell(steps[0]?.time ?? NaN)}${palette.reset} ${this.#clientCell(exchange.connection)}`
    const what = `${way}  ${left(KINDS[kind].name, KIND_WIDTH)}${palette.reset} ${right(packetIdentifier === null ? '' : String(packetIdentifier), 5)}`
    const style = OUTCOME_STYLES[outcome]
    const result = style === null ? left(outcome, OUTCOME_WIDTH) : `${palette[style]}${left(outcome, OUTCOME_WIDTH)}${palette.reset}`
    const time = right(duration === null ? '-' : millisecondsText(duration), DURATION_WIDTH)
    return `${`${place} ${what} ${result} ${time} ${exchangeInfo(exchange, steps)}`.trimEnd()}\n`
  }

  end(): string {
    return ''
  }

  #timeCell(time: number): string {
    const text = this.#options.time.text(time, this.#previousTime)
    if (!Number.isNaN(time)) this.#previousTime = time
    this.#timeWidth = Math.max(this.#timeWidth, text.length)
    return right(text, this.#timeWidth)
  }

  #clientCell(connection: MqttConnection): string {
    let cell = this.#clients.get(connection)
    if (cell === undefined || cell.identifier !== connection.clientIdentifier) {
      cell = new ClientCell(clientName(connection), connection.clientIdentifier)
      this.#clients.set(connection, cell)
      this.#clientWidth = Math.max(this.#clientWidth, cell.width)
    }
    return cell.padded(this.#clientWidth)
  }
}

/** To the microsecond, and always so, that columns of them can be compared at a glance. */
export function millisecondsText(nanoseconds: number): string {
  return (nanoseconds / 1e6).toFixed(3)
}

/** What an exchange is about and how it went, in one line. Parts are two spaces apart. */
function exchangeInfo(exchange: Exchange, steps: readonly Step[]): string {
  const { outcome, duration, retransmitted, causes, certainty } = exchange
  const parts = [subjectInfo(exchange), reasonInfo(exchange, steps), seenInfo(exchange, steps)]
  // Of QoS 2, the times to PUBREC, PUBREL and PUBCOMP.
  if (steps.length > 2 && outcome !== 'partly-seen') parts.push(legsInfo(legsOf({ steps })))
  // Only a slow one has to be explained.
  const segments = (duration ?? 0) >= SLOW_LEG ? Math.max(1, ...steps.map((step) => step.segments)) : 1
  if (segments > 1) parts.push(`in ${segments} segments`)
  if (retransmitted > 0) parts.push(`${retransmitted} sent again`)
  if (causes.length > 0) parts.push(causes.map(causeText).join(', '))
  // Only partly seen, nothing about it is certain.
  if (certainty !== 'certain' && outcome !== 'partly-seen') parts.push(certainty)
  return parts.filter((part) => part !== '').join('  ')
}

function subjectInfo({ kind, topic, filters, connection }: Exchange): string {
  switch (kind) {
    case 'publish-qos1': case 'publish-qos2':
      return topic === null ? '(topic not known)' : word(topic)
    case 'subscribe': case 'unsubscribe':
      return listInfo(filters.slice(0, MOST_SHOWN).map((filter) => filterInfo(filter, kind, connection)), filters.length)
    case 'connect': {
      const { version, clientIdentifier } = connection
      const protocol = version === null ? 'MQTT' : `MQTT ${version}`
      return clientIdentifier === undefined || clientIdentifier === '' ? protocol : `${protocol}  ${word(clientIdentifier)}`
    }
    case 'ping': case 'authenticate':
      return ''
  }
}

/** The answer stands behind the filter only where it is not just what was asked for. */
function filterInfo({ topicFilter, qos, reasonCode }: RequestedFilter, kind: 'subscribe' | 'unsubscribe', { version }: MqttConnection): string {
  const asked = qos === null ? word(topicFilter) : `${word(topicFilter)} QoS ${qos}`
  const expected = kind === 'subscribe' ? qos : 0
  if (reasonCode === null || reasonCode === expected) return asked
  return `${asked} (${reasonText(kind === 'subscribe' ? 'SUBACK' : 'UNSUBACK', reasonCode, version)})`
}

/** Where the answer says more than success, and no filter has said it. */
function reasonInfo({ outcome, reasonCode, filters, connection }: Exchange, steps: readonly Step[]): string {
  const answer = steps[steps.length - 1]?.type
  if (answer === undefined || filters.some((filter) => filter.reasonCode !== null)) return ''
  if (outcome !== 'failed' && (reasonCode === null || reasonCode === 0)) return ''
  const reason = reasonCode === null ? '' : reasonText(answer, reasonCode, connection.version)
  // The side that asked expected another packet.
  if (answer === 'DISCONNECT') return reason === '' ? answer : `${answer}: ${reason}`
  return reason
}

const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  nagle: 'held back by Nagle',
  retransmission: 'TCP retransmission',
  'missing-segment': 'behind a missing segment',
  window: 'receive window closed',
  network: 'network',
  client: 'client',
  server: 'server',
  away: 'client away',
}

/** What a slow leg was spent with. */
export function causeText({ cause, duration }: LegCause): string {
  return `${CAUSE_NAMES[cause]} ${millisecondsText(duration)} ms`
}

/** How far it came, where it has no end or its beginning was not seen. */
function seenInfo({ kind, outcome }: Exchange, steps: readonly Step[]): string {
  if (outcome === 'complete' || outcome === 'failed') return ''
  const seen = steps.filter(({ again }) => !again).map(({ type }) => type)
  if (seen.length === 1 && seen[0] === KINDS[kind].begins) return ''
  return `seen ${listInfo(seen.slice(0, MOST_SHOWN), seen.length)}`
}

/** The parts of the time, where there are several. */
function legsInfo(legs: readonly number[]): string {
  return legs.length < 2 ? '' : `legs ${listInfo(legs.slice(0, MOST_SHOWN).map(millisecondsText), legs.length)} ms`
}
