import { counted, durationText, grouped } from '../bytes/number-text.ts'
import { NEVER_EXPIRES } from '../session/connect-facts.ts'
import { clientName } from './client-name.ts'
import { whyItEnded } from './connection-line.ts'
import { millisecondsText } from './exchange-line.ts'
import { reasonText } from './reason-text.ts'
import { word } from './wire-text.ts'
import { historySoFar, type SubscriptionPeriod } from '../session/subscription-periods.ts'
import type { Limits } from '../session/connect-facts.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { Side } from '../session/side.ts'
import type { HalfStream } from '../tcp/half-stream.ts'
import type { Palette } from './colour.ts'
import type { Renderer } from './renderer.ts'
import type { TimeColumn } from './time-format.ts'

/**
 * `-V` of connections: all that is known of each as a heading and one line for each matter, in the words of the standard. A blank line between connections.
 *
 * ```
 * Connection 0: qmqtt-311, MQTT 3.1.1, 127.0.0.1:54308 -> 127.0.0.1:1883
 *   Why it ended     closed by the client without DISCONNECT, 975ms after packet 28 (frames 34, 36)
 *   CONNECT          packet 1, Clean Session 1, Keep Alive 2 s, User Name user
 * ```
 *
 * What the capture does not show has no line. Everything from the wire is safe for a terminal.
 */

export interface ConnectionDetailOptions {
  readonly palette: Palette
  readonly time: TimeColumn
}

const LABEL_WIDTH = 17
/** Subscriptions listed of one connection; `-f json` has more. */
const MOST_SUBSCRIPTIONS = 20

export class ConnectionDetailRenderer implements Renderer<NetworkConnection> {
  readonly #options: ConnectionDetailOptions
  #first = true

  constructor(options: ConnectionDetailOptions) {
    this.#options = options
  }

  begin(): string {
    return ''
  }

  /** `state`: of a connection that goes on, in a word or two; null for one that has ended. */
  item(connection: NetworkConnection, state: string | null = null): string {
    const { palette } = this.#options
    const separator = this.#first ? '' : '\n'
    this.#first = false
    const lines = this.#rows(connection, state).flatMap(([label, texts]) =>
      [texts].flat().map((text, index) => `  ${palette.dim}${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${palette.reset}${text}\n`))
    return `${separator}${palette.bold}${heading(connection)}${palette.reset}\n${lines.join('')}`
  }

  end(): string {
    return ''
  }

  #rows(connection: NetworkConnection, state: string | null): [label: string, text: string | readonly string[]][] {
    const { closing, handshake, client, server, mqtt } = connection
    const { firstTime } = mqtt.tcp
    const lasted = connection.endTime - firstTime
    const frames = closing === null || closing.evidence.length === 0 ? '' : ` (${closing.evidence.length === 1 ? 'frame' : 'frames'} ${closing.evidence.join(', ')})`
    const rows: [string, string | readonly string[] | null][] = [
      state === null ? ['Why it ended', `${whyItEnded(connection)}${frames}`] : ['State', state],
      ['Began', `${this.#options.time.text(firstTime, NaN)}${state !== null ? ', goes on' : lasted >= 0 ? `, lasted ${durationText(lasted)}` : ''}`],
      ['TCP handshake', handshake === null ? null : `${[handshake.answered, handshake.acknowledged].filter((time) => time !== null).map(millisecondsText).join(' + ')} ms`],
      ['CONNECT', connectText(connection)],
      ['CONNACK', connackText(connection)],
      ['Session', sessionText(connection)],
      ['Will', willText(connection)],
      ['Client takes', limitsText(connection, 'client')],
      ['Server takes', limitsText(connection, 'server')],
      ['Subscriptions', subscriptionTexts(connection)],
      ['Packets', packetsText(connection)],
      ['In flight', client.mostInFlight + server.mostInFlight === 0 ? null : `at most ${grouped(client.mostInFlight)} of the client, ${grouped(server.mostInFlight)} of the server`],
      ['Longest silence', silenceText(connection)],
      ['Capture', captureText(connection)],
    ]
    return rows.filter((row): row is [string, string | readonly string[]] => row[1] !== null && row[1].length > 0)
  }
}

function heading({ mqtt }: NetworkConnection): string {
  const client = mqtt.client ?? 0
  const { endpoints, stream } = mqtt.tcp
  const speaks = mqtt.version === null ? 'MQTT version unknown' : `MQTT ${mqtt.version}${mqtt.versionCertainty === 'seen' ? '' : ` (${mqtt.versionCertainty})`}`
  const name = clientName(mqtt)
  return `Connection ${stream}: ${name === endpoints[client].text ? '' : `${name}, `}${speaks}, ${endpoints[client].text} -> ${endpoints[client === 0 ? 1 : 0].text}`
}

function connectText({ connect, mqtt }: NetworkConnection): string | null {
  if (connect === null) return null
  const isNew = mqtt.version === '5.0'
  const { number, cleanStart, keepAlive, sessionExpiry, userName } = connect
  return listed([
    `packet ${number}`,
    cleanStart === undefined ? null : `${isNew ? 'Clean Start' : 'Clean Session'} ${cleanStart ? 1 : 0}`,
    `Keep Alive ${keepAlive === 0 ? 'off' : `${grouped(keepAlive)} s`}`,
    isNew && sessionExpiry !== null ? `Session Expiry Interval ${expiryText(sessionExpiry)}` : null,
    userName === undefined ? null : `User Name ${word(userName)}`,
  ])
}

/** With what the server put in place of what CONNECT asked for. */
function connackText({ connect, connack, mqtt }: NetworkConnection): string | null {
  if (connack === null) return null
  const { number, reasonCode, keepAlive, sessionExpiry, time } = connack
  const waited = connect === null ? NaN : time - connect.time
  return listed([
    `packet ${number}`,
    reasonCode === null ? null : reasonText('CONNACK', reasonCode, mqtt.version),
    waited >= 0 ? `after ${millisecondsText(waited)} ms` : null,
    keepAlive === null ? null : `Server Keep Alive ${grouped(keepAlive)} s`,
    sessionExpiry === null ? null : `Session Expiry Interval ${expiryText(sessionExpiry)}`,
  ])
}

/** What is there against what should be, and what becomes of it. */
function sessionText({ connack, sessionExpected, sessionExpiry, reconnectedAfter }: NetworkConnection): string | null {
  if (connack === null || connack.reasonCode !== 0) return null
  return listed([
    presenceText(connack.sessionPresent, sessionExpected),
    reconnectedAfter === null ? null : `the client was away for ${durationText(reconnectedAfter)}`,
    sessionExpiry === null ? null : sessionExpiry === 0 ? 'ends with the connection' : sessionExpiry === NEVER_EXPIRES ? 'never expires' : `expires ${grouped(sessionExpiry)} s after it`,
  ])
}

function presenceText(present: boolean | undefined, expected: boolean | null): string | null {
  // MQTT 3.1 does not say.
  if (present === undefined) return expected === null ? null : expected ? 'should be present' : 'should not be present'
  const there = present ? 'present' : 'not present'
  if (expected === null) return there
  return present === expected ? `${there}, as it should be` : `${there}, though it should${expected ? '' : ' not'} be`
}

/** Those that are there. */
function listed(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(', ')
}

function expiryText(seconds: number): string {
  return seconds === NEVER_EXPIRES ? 'never' : `${grouped(seconds)} s`
}

function willText({ connect, willIsDue }: NetworkConnection): string | null {
  const will = connect?.will ?? null
  if (will === null) return null
  const due = willIsDue === null ? 'whether the server must publish it is not known' : willIsDue ? 'the server must publish it' : 'not to be published'
  const retain = will.retain ? ', retain' : ''
  const delay = will.delay === 0 ? '' : `, Will Delay Interval ${grouped(will.delay)} s`
  return `${will.topic === undefined ? '(no topic)' : word(will.topic)}  QoS ${will.qos}${retain}, ${counted(will.payloadLength, 'byte')}${delay}: ${due}`
}

/** What the side announced (MQTT 5.0 §3.1.2.11, §3.2.2.3); before 5.0 there is nothing of it. */
function limitsText({ mqtt, connect, connack }: NetworkConnection, side: Side): string | null {
  // A CONNACK that refuses settles nothing.
  if (side === 'server' && connack?.reasonCode !== 0) return null
  const limits: Limits | undefined = (side === 'client' ? connect : connack)?.limits
  if (limits === undefined || mqtt.version !== '5.0') return null
  const { receiveMaximum, maximumPacketSize, topicAliasMaximum } = limits
  const both = [
    `Receive Maximum ${grouped(receiveMaximum)}`, `Maximum Packet Size ${maximumPacketSize === null ? 'none' : grouped(maximumPacketSize)}`, `Topic Alias Maximum ${grouped(topicAliasMaximum)}`,
  ]
  if (side === 'client') return both.join(', ')
  const without = SERVER_FEATURES.filter(([name]) => !limits[name]).map(([, words]) => `no ${words}`)
  return [...both, `Maximum QoS ${limits.maximumQos}`, ...without].join(', ')
}

const SERVER_FEATURES = [
  ['retainAvailable', 'Retain'],
  ['wildcardSubscriptionAvailable', 'Wildcard Subscriptions'],
  ['subscriptionIdentifierAvailable', 'Subscription Identifiers'],
  ['sharedSubscriptionAvailable', 'Shared Subscriptions'],
] as const

function subscriptionTexts({ served, connack }: NetworkConnection): string[] {
  const history = served === null ? null : served.history ?? historySoFar(served, MOST_SUBSCRIPTIONS)
  // Who is refused has none, whatever else is known of the client.
  if (history === null || (connack !== null && connack.reasonCode !== 0)) return []
  const { periods, complete, leftOut } = history
  const more = periods.length - Math.min(periods.length, MOST_SUBSCRIPTIONS) + leftOut
  return [
    ...periods.slice(0, MOST_SUBSCRIPTIONS).map(subscriptionText),
    ...(more > 0 ? [`… ${grouped(more)} more`] : []),
    ...(complete ? [] : [`${periods.length === 0 ? 'there may be some' : 'there may be others, or some may have ended'}: not all that changes them was seen`]),
  ]
}

function subscriptionText({ topicFilter, options, grantedQos, since, until }: SubscriptionPeriod): string {
  const { qos, noLocal, retainAsPublished, retainHandling, identifier } = options
  const parts = listed([
    qos === null || qos === grantedQos ? `QoS ${grantedQos}` : `QoS ${grantedQos} of ${qos} asked for`,
    noLocal ? 'No Local' : null,
    retainAsPublished ? 'Retain As Published' : null,
    retainHandling === 0 ? null : `Retain Handling ${retainHandling}`,
    identifier === null ? null : `Subscription Identifier ${identifier}`,
    `from frame ${since.frame}${until === null ? '' : ` to ${until.frame}`}`,
  ])
  return `${word(topicFilter)}  ${parts}`
}

function packetsText({ mqtt, client, server }: NetworkConnection): string {
  const end = mqtt.client ?? 0
  const bytes = (half: HalfStream) => counted(half.offset - half.disorder.gapBytes, 'byte')
  return `client ${grouped(client.packets)} (${bytes(mqtt.tcp.half(end))}), server ${grouped(server.packets)} (${bytes(mqtt.tcp.otherHalf(end))})`
}

function silenceText({ client, server }: NetworkConnection): string | null {
  const parts = [['client', client.longestSilence], ['server', server.longestSilence]] as const
  const known = parts.filter(([, time]) => time >= 0).map(([side, time]) => `${side} ${durationText(time)}`)
  return known.length === 0 ? null : known.join(', ')
}

/** What TCP went through and what the capture lacks. */
function captureText({ mqtt, finish, complete, wholeSoFar }: NetworkConnection): string | null {
  const halves = [mqtt.tcp.half(0), mqtt.tcp.half(1)]
  const sum = (of: (half: (typeof halves)[number]) => number) => halves.reduce((total, half) => total + of(half), 0)
  const gaps = sum((half) => half.gaps)
  const resent = sum((half) => half.disorder.retransmissions)
  const late = sum((half) => half.disorder.outOfOrder)
  return listed([
    complete ? 'whole' : finish === null && wholeSoFar ? 'whole so far' : 'not whole',
    gaps === 0 ? null : `${counted(gaps, 'gap')}, ${counted(sum((half) => half.disorder.gapBytes), 'byte')} missing`,
    resent === 0 ? null : counted(resent, 'retransmission'),
    late === 0 ? null : `${counted(late, 'segment')} out of order`,
  ])
}
