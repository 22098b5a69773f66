/**
 * Sessions across connections (MQTT 5.0 §4.1; Clean Session of 3.1 and 3.1.1): whether the server has the Session that it should have, and no other, and who may use a
 * client identifier.
 *
 * One address may hide several servers, and clients have other ways to a server than the one that was captured: nothing of this is more than likely.
 */
import { durationText, counted } from '../../bytes/number-text.ts'
import { quoted } from '../../mqtt/problems.ts'
import { earlierIsOver, type EarlierSession, overdue } from '../../session/earlier-session.ts'
import type { Seen } from '../../session/seen.ts'
import type { StoredMessage } from '../../session/stored-messages.ts'
import { hasSentAll } from '../../session/absence.ts'
import { mayHaveTimedOut } from '../../session/closing.ts'
import { aliveUntil, hasSentAgain } from '../../session/silence.ts'
import type { Certainty } from '../../session/side.ts'
import { MISSING, type Reason } from '../evidence.ts'
import { rule, type Place, type Rule } from '../rule.ts'
import type { ConnectionSubject, PacketSubject, PacketSubjectOf, StoredSubject } from '../subject.ts'

const OURS = { '3.1': [], '3.1.1': [], '5.0': [] } as const
const LIKELY = (): Certainty => 'likely'
const SECOND = 1e9

function placeOf({ number, frame, time }: Seen): Place {
  return { packet: number, frame, time }
}

// ---- Session Present

type OnConnack = PacketSubjectOf<'CONNACK'>

function asksForSession({ packet, connection, event }: OnConnack): boolean {
  return packet.reasonCode === 0 && connection.connackSeen && connection.connackNumber === event.number && connection.connect?.cleanStart === false && packet.sessionPresent !== undefined
}

function earlier({ connection }: PacketSubject): EarlierSession {
  return connection.earlier!
}

function shouldBeThere(it: OnConnack): boolean {
  return asksForSession(it) && it.connection.earlier !== null && it.connection.sessionExpected === true
}

function lacksHistory(it: OnConnack): Reason | null {
  const { whole, away, idle, expiry } = earlier(it)
  if (!whole) return 'history'
  // The connection before may have ended unseen, so long ago that the Session is over.
  return away === null && expiry !== NEVER && idle >= expiry * SECOND && expiry > 0 ? 'gap' : null
}

function awayText({ away }: EarlierSession): string {
  return away === null || away <= 0 ? 'while its connection before was still open' : `${durationText(away)} after its last connection`
}

function keptText({ expiry }: EarlierSession): string {
  return expiry === NEVER ? 'without end' : `for ${counted(expiry, 'second')}`
}

/** Session Expiry Interval (MQTT 5.0 §3.1.2.11.2). */
const NEVER = 0xffff_ffff

/** A connection that the capture lacks may have taken over the one before, and begun a Session of its own. */
function certaintyOfSession(it: OnConnack): Certainty {
  return earlier(it).unexplained ? 'unsure' : 'likely'
}

const LOST = {
  severity: 'warning',
  sides: ['server'],
  on: 'CONNACK',
  needs: MISSING.connect | MISSING.clock,
  lacks: lacksHistory,
  holds: ({ packet }: OnConnack) => packet.sessionPresent === true,
  certainty: certaintyOfSession,
  says: (it: OnConnack) =>
    `Session Present is 0: the client came back ${awayText(earlier(it))}, and its Session was to be kept ${keptText(earlier(it))}. It may have been removed by an administrator, or with a restart of the server`,
  shownBy: (it: OnConnack) => [earlier(it).accepted.frame],
} as const

/** Servers look for what has expired from time to time, and clocks differ: this much longer is a small matter. */
function isLittle({ expiry }: EarlierSession, over: number): boolean {
  return over <= Math.max(10 * SECOND, expiry * SECOND * 0.1)
}

const PRESENCE_RULES = [
  rule({
    ...LOST,
    id: 'connack.session-lost',
    title: 'The server has lost a Session that it was to keep',
    statements: {
      '3.1.1': ['MQTT-3.2.2-2', 'MQTT-3.1.2-4', 'MQTT-3.1.3-2', 'MQTT-3.1.4-3', 'MQTT-4.1.0-1'],
      '5.0': ['MQTT-3.2.2-3', 'MQTT-3.1.2-5', 'MQTT-3.1.2-23', 'MQTT-3.1.3-2', 'MQTT-3.1.4-4'],
    },
    applies: (it) => shouldBeThere(it) && !earlier(it).madeAtRequest,
  }),
  rule({
    ...LOST,
    id: 'connack.new-session-lost',
    title: 'The server has lost a Session that it had just made for this client',
    statements: {
      '3.1.1': ['MQTT-3.2.2-2', 'MQTT-3.1.2-4', 'MQTT-3.1.3-2', 'MQTT-3.1.4-3', 'MQTT-4.1.0-1'],
      '5.0': ['MQTT-3.2.2-3', 'MQTT-3.1.2-5', 'MQTT-3.1.2-6', 'MQTT-3.1.2-23', 'MQTT-3.1.3-2', 'MQTT-3.1.4-4'],
    },
    applies: (it) => shouldBeThere(it) && earlier(it).madeAtRequest,
  }),
  rule({
    id: 'connack.session-not-over',
    title: 'The server has kept a Session that had ended',
    statements: { '3.1.1': ['MQTT-3.2.2-3', 'MQTT-3.1.2-6', 'MQTT-3.1.4-3'], '5.0': ['MQTT-4.1.0-2', 'MQTT-3.2.2-3', 'MQTT-3.1.4-4'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect | MISSING.clock,
    // Before 5.0 nothing is said of when a Session ends that is taken over.
    applies: (it) => asksForSession(it) && it.connection.earlier !== null && earlierIsOver(earlier(it)) && (it.version === '5.0' || earlier(it).away !== null),
    lacks: lacksHistory,
    holds: ({ packet }) => packet.sessionPresent === false,
    certainty: certaintyOfSession,
    severityHere: (it) => {
      const over = overdue(earlier(it))
      // Without an end that the server must have noticed, the client has taken its own Session over.
      return over === null || isLittle(earlier(it), over) ? 'warning' : null
    },
    says: (it) => {
      const { expiry } = earlier(it)
      const until = expiry === 0 ? 'which ended with its connection' : `which was to be kept ${keptText(earlier(it))}`
      return `Session Present is 1: the client came back ${awayText(earlier(it))}, and is given the Session of that, ${until}`
    },
    shownBy: (it) => [earlier(it).accepted.frame],
  }),
]

// ---- Take-over

/** MQTT sets no time: a server that closes does so at once. */
const CLOSE_DEADLINE = 20 * SECOND
/** Frames of different connections may stand in the wrong order by this much (LIMITS.session.disorder). */
const DISORDER = 100e6

function isTakenOver({ connection, side }: ConnectionSubject): boolean {
  const { takenOverBy, disconnect, finish } = connection
  if (side !== 'server' || takenOverBy === null || disconnect?.by === 'client') return false
  return takenOverBy.accepted !== null || disconnect?.by === 'server' || finish?.by === 'server'
}

/** When the server accepted the newer connection; it comes later than the end of the older one where that is known already. */
function acceptedTime({ connection }: ConnectionSubject): number {
  return connection.takenOverBy!.accepted ?? Infinity
}

/** When the older connection ended on the wire; NaN where it has not. */
function closedTime({ connection }: ConnectionSubject): number {
  const { disconnect, finish } = connection
  return disconnect?.by === 'server' ? disconnect.time : finish?.time ?? NaN
}

function lacksEnd(it: ConnectionSubject): Reason | null {
  const { connection, captureEnded, now } = it
  const closed = closedTime(it)
  const accepted = acceptedTime(it)
  const end = Number.isNaN(closed) ? now : closed
  if (end - accepted < CLOSE_DEADLINE) return Number.isNaN(closed) && captureEnded ? 'capture-end' : null
  // Of a client that has lost its network, the end may not come by here: it is lost, or waits behind what the client has not taken.
  if (!hasSentAll(connection, 'server', end) || hasSentAgain(connection, 'server', accepted, end) || hasSentAgain(connection, 'client', accepted, end)) return 'doubt'
  return !Number.isNaN(closed) || aliveUntil(connection, 'server') - accepted > SECOND ? null : 'doubt'
}

function takeOverText({ connection }: ConnectionSubject): string {
  return `Connection ${connection.takenOverBy!.stream} came with the same Client Identifier`
}

const WHOLE_SERVER = MISSING.connect | MISSING.serverBytes | MISSING.serverDirection

const TAKE_OVER_RULES = [
  rule({
    id: 'connection.not-taken-over',
    title: 'Two connections with one Client Identifier at the same time',
    statements: { '3.1': ['MQTT31-31'], '3.1.1': ['MQTT-3.1.4-2', 'MQTT-3.1.3-2'], '5.0': ['MQTT-3.1.4-3', 'MQTT-3.1.3-2'] },
    severity: 'error',
    sides: ['server'],
    on: 'connection',
    needs: WHOLE_SERVER | MISSING.clock,
    applies: isTakenOver,
    lacks: lacksEnd,
    holds: (it) => closedTime(it) - acceptedTime(it) < CLOSE_DEADLINE,
    certainty: LIKELY,
    says: (it) => `${takeOverText(it)} and was accepted, and the server did not close this one within ${durationText(CLOSE_DEADLINE)}`,
    at: ({ connection }) => placeOf(connection.takenOverBy!),
  }),
  rule({
    id: 'disconnect.taken-over-without-word',
    title: 'A connection was taken over, and the server closed it without saying so',
    statements: { '5.0': ['MQTT-3.1.4-3'] },
    severity: 'warning',
    sides: ['server'],
    on: 'connection',
    needs: WHOLE_SERVER,
    applies: (it) => isTakenOver(it) && it.connection.finish?.by === 'server' && it.connection.finish.first,
    lacks: ({ connection }) => (connection.disconnect === null && mayHaveTimedOut(connection) ? 'doubt' : null),
    holds: ({ connection }) => connection.disconnect?.by === 'server' && connection.disconnect.reasonCode === SESSION_TAKEN_OVER,
    certainty: LIKELY,
    says: (it) => `${takeOverText(it)}, and the server closed this one without a DISCONNECT 0x8E (Session taken over)`,
    at: ({ connection }) => ({ packet: connection.disconnect?.number ?? null, frame: connection.finish!.frame, time: connection.finish!.time }),
    shownBy: ({ connection }) => [connection.takenOverBy!.frame],
  }),
  rule({
    id: 'connack.before-older-connection-closed',
    title: 'A connection was accepted before the older one of the client was closed',
    statements: { '3.1': ['MQTT31-31'] },
    severity: 'warning',
    sides: ['server'],
    on: 'connection',
    needs: WHOLE_SERVER | MISSING.clock,
    applies: (it) => isTakenOver(it) && closedTime(it) - acceptedTime(it) < CLOSE_DEADLINE,
    holds: (it) => closedTime(it) - acceptedTime(it) <= DISORDER,
    certainty: LIKELY,
    says: (it) => `${takeOverText(it)} and was accepted ${durationText(closedTime(it) - acceptedTime(it))} before this one was closed; MQTT 3.1 has the older one closed first`,
    at: ({ connection }) => placeOf(connection.takenOverBy!),
  }),
]

/** MQTT 5.0 §3.14.2.1. */
const SESSION_TAKEN_OVER = 0x8e

// ---- Reconnect storms

const MANY = 5
const VERY_MANY = 20

function stormRule(connections: number, severity: 'note' | 'warning', id: string, title: string): Rule {
  return rule({
    id,
    title,
    statements: OURS,
    severity,
    sides: ['client'],
    on: 'CONNECT',
    needs: MISSING.clock,
    applies: ({ connection, event }) => (connection.storm?.connections ?? 0) >= connections && connection.connect?.number === event.number,
    holds: ({ connection }) => connection.storm!.connections !== connections,
    certainty: LIKELY,
    says: ({ connection, event }) =>
      `This is the ${connections}th connection of the client within ${durationText(event.time - connection.storm!.since)}; each came within seconds of one that broke, was refused or was taken over`,
  })
}

const STORM_RULES = [
  stormRule(MANY, 'note', 'connect.again-and-again', 'A client that connects again and again within seconds'),
  stormRule(VERY_MANY, 'warning', 'connect.storm', 'A client that does not stop to connect within seconds'),
]

// ---- What was published while the client was away

function lostOf({ stored }: StoredSubject): StoredMessage | undefined {
  return stored.messages.find(({ due, copy }) => due && copy === null)
}

const STORED_RULES: readonly Rule[] = [
  rule({
    id: 'session.stored-message-lost',
    title: 'A message that was published while a client was away is not sent when it comes back',
    statements: { '3.1.1': ['MQTT-3.1.2-5'], '5.0': [] },
    severity: 'warning',
    sides: ['server'],
    on: 'stored',
    needs: 0,
    applies: ({ stored }) => stored.messages.some(({ due, copy }) => due || copy !== null),
    lacks: (it) => (it.stored.certainty === 'unsure' && lostOf(it) !== undefined ? 'doubt' : null),
    holds: (it) => lostOf(it) === undefined,
    certainty: LIKELY,
    says: (it) => {
      const { publication: { topic, number }, topicFilter } = lostOf(it)!
      return `The server resumed the Session and did not send the message for ${quoted(topic)} of packet ${number}, published while the client was away; it is subscribed to ${quoted(topicFilter)}`
    },
    shownBy: (it) => [lostOf(it)!.publication.frame],
  }),
]

export const SESSION_RULES: readonly Rule[] = [...PRESENCE_RULES, ...TAKE_OVER_RULES, ...STORM_RULES, ...STORED_RULES]

