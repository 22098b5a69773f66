/**
 * Keep Alive (MQTT 5.0 §3.1.2.10, §3.2.2.3.14): a client that sends nothing for longer than it said, and a server that does not end that, or ends it too early.
 *
 * What is measured is the time at the capture. A packet that was lost on its way there was sent earlier than it shows, so nothing is more than likely.
 */
import { counted, durationText } from '../../bytes/number-text.ts'
import { hasSentAll } from '../../session/absence.ts'
import { aliveUntil, hasSentAgain, isCutOff, isHeldUp } from '../../session/silence.ts'
import type { Certainty } from '../../session/side.ts'
import { MISSING, type Reason } from '../evidence.ts'
import { rule, type Place, type Rule } from '../rule.ts'
import type { ConnectionSubject, ExchangeSubject, PacketSubjectOf } from '../subject.ts'

const LIKELY = (): Certainty => 'likely'
const SECOND = 1e9
/** §3.1.2.10: the server closes after one and a half times the Keep Alive. */
const FACTOR = 1.5
/** Far too late: servers look for silent clients from time to time only. */
const FAR = 2
const COARSE = 10 * SECOND

const SEEN = MISSING.start | MISSING.connect | MISSING.connack | MISSING.clientBytes | MISSING.clientDirection | MISSING.clock

interface Quiet {
  readonly since: number
  readonly until: number
  /** The packet that ended it; null where none did. */
  readonly at: Place | null
}

/** In nanoseconds; 0 where there is none. */
function keepAlive({ connection }: ConnectionSubject): number {
  return connection.connack?.reasonCode === 0 ? (connection.keepAlive ?? 0) * SECOND : 0
}

/** Clocks differ, and a capture may delay what it shows. */
function tolerance(keepAlive: number): number {
  return Math.max(SECOND, keepAlive * 0.1)
}

function lastOfClient({ connection }: ConnectionSubject): number {
  const { lastTime } = connection.client
  return connection.connack === null ? lastTime : Math.max(lastTime, connection.connack.time)
}

/** The longer one of the longest silence between two packets of the client, and the one behind its last packet until that time. */
function longest({ connection }: ConnectionSubject, last: number, until: number): Quiet | null {
  const { silence } = connection
  const between = silence === null ? null : { since: silence.since, until: silence.time, at: { packet: silence.number, frame: silence.frame, time: silence.time } }
  const behind = until > last ? { since: last, until, at: null } : null
  if (between === null || behind === null) return between ?? behind
  return lengthOf(between) >= lengthOf(behind) ? between : behind
}

function lengthOf({ since, until }: Quiet): number {
  return until - since
}

/** Of a client that was still there: one that was switched off is silent by right. */
function silenceOfClient(it: ConnectionSubject): Quiet | null {
  const { connection } = it
  const { disconnect, finish } = connection
  const ends = [disconnect?.time, finish?.by === 'client' ? undefined : finish?.time].filter((time) => time !== undefined)
  return longest(it, lastOfClient(it), Math.min(aliveUntil(connection, 'client'), ...ends))
}

/** As the server saw it: until one side closed, or until now. */
function silenceForServer(it: ConnectionSubject): Quiet | null {
  const { connection, captureEnded, now } = it
  const end = connection.disconnect?.time ?? connection.finish?.time ?? (captureEnded ? now : connection.client.lastTime)
  return longest(it, lastOfClient(it), end)
}

function lacksPackets(it: ConnectionSubject, quiet: Quiet | null): Reason | null {
  const client = it.connection.half('client')
  if (client.hasHole) return 'gap'
  if (quiet === null) return null
  // Part of a packet is under way.
  if (quiet.at === null && client.offset > it.connection.client.sentOffset) return 'doubt'
  return isHeldUp(it.connection, quiet.since, quiet.until) || isCutOff(it.connection, quiet.since, quiet.until) ? 'doubt' : null
}

/** Beyond the round trip. Kernels acknowledge a FIN at once, even if their program is stopped. */
const ACKNOWLEDGED_WITHIN = 2 * SECOND

/** The server's FIN that ended the silence did not get through: then the client's packets may not have either. */
function isUnreached({ connection }: ConnectionSubject, { at, until }: Quiet): boolean {
  const { finish } = connection
  if (at !== null || finish?.by !== 'server' || finish.reason !== 'fin' || until < finish.time) return false
  const { acknowledgedOffset, offset, acknowledgedTime } = connection.half('server')
  return acknowledgedOffset <= offset || acknowledgedTime - finish.time > ACKNOWLEDGED_WITHIN
}

function placeOfQuiet(it: ConnectionSubject, quiet: Quiet): Place {
  return quiet.at ?? { packet: it.connection.client.lastNumber, frame: it.connection.client.lastFrame, time: it.connection.client.lastTime }
}

function secondsText(nanoseconds: number): string {
  return counted(nanoseconds / SECOND, 'second')
}

/** The Keep Alive in force is one that the server has set, and shorter than the client's own. */
function isTold({ connection }: ConnectionSubject): boolean {
  const { connack, connect } = connection
  const told = connack?.keepAlive ?? null
  return told !== null && told > 0 && connect !== null && (connect.keepAlive === 0 || told < connect.keepAlive)
}

function clientHolds(it: ConnectionSubject): boolean {
  const quiet = silenceOfClient(it)
  return quiet === null || lengthOf(quiet) <= keepAlive(it) + tolerance(keepAlive(it))
}

function clientSays(it: ConnectionSubject): string {
  return `The client sent nothing for ${durationText(lengthOf(silenceOfClient(it)!))}; its Keep Alive is ${secondsText(keepAlive(it))}`
}

/** A millisecond: a path that short is hardly one that loses packets for seconds. */
const SHORT_WAY = 1e6

/**
 * The capture was taken at the client, or close to it. Elsewhere, a packet that was lost on its way there and sent again comes late, and nothing shows that.
 */
function isNearClient({ connection: { handshake } }: ConnectionSubject): boolean {
  const toClient = handshake?.acknowledged ?? null
  return toClient !== null && (toClient <= SHORT_WAY || toClient <= handshake!.answered)
}

const OF_CLIENT = {
  severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
  sides: ['client'],
  on: 'connection',
  needs: SEEN,
  lacks: (it: ConnectionSubject) => {
    const quiet = silenceOfClient(it)
    return lacksPackets(it, quiet) ?? (quiet !== null && isUnreached(it, quiet) ? 'not-acknowledged' : null)
  },
  holds: clientHolds,
  certainty: (it: ConnectionSubject): Certainty => (silenceOfClient(it)!.at === null || isNearClient(it) ? 'likely' : 'unsure'),
  severityHere: (it: ConnectionSubject) => (lengthOf(silenceOfClient(it)!) <= keepAlive(it) * FACTOR ? ('warning' as const) : null),
  at: (it: ConnectionSubject) => placeOfQuiet(it, silenceOfClient(it)!),
} as const

const CLIENT_RULES = [
  rule({
    ...OF_CLIENT,
    id: 'client.silent-too-long',
    title: 'A client that sends nothing for longer than its Keep Alive',
    statements: { '3.1': ['MQTT31-43'], '3.1.1': ['MQTT-3.1.2-23'], '5.0': ['MQTT-3.1.2-20'] },
    applies: (it) => it.side === 'client' && keepAlive(it) > 0 && !isTold(it),
    says: clientSays,
  }),
  rule({
    ...OF_CLIENT,
    id: 'client.server-keep-alive-ignored',
    title: 'A client that sends nothing for longer than the Server Keep Alive',
    statements: { '5.0': ['MQTT-3.1.2-20', 'MQTT-3.1.2-21', 'MQTT-3.2.2-21'] },
    applies: (it) => it.side === 'client' && keepAlive(it) > 0 && isTold(it),
    says: (it) => `${clientSays(it)}, as the server has set it (Server Keep Alive)`,
    shownBy: ({ connection }) => [connection.connack!.frame],
  }),
]

/** The server's FIN is acknowledged, and not in the capture. */
function isClosedUnseen({ connection }: ConnectionSubject): boolean {
  return connection.finish === null && !connection.hasNotClosed('server')
}

function latest(keepAlive: number): number {
  return keepAlive * FACTOR + tolerance(keepAlive)
}

const SERVER_RULES = [
  rule({
    id: 'server.silent-client-kept',
    title: 'A server that does not end the connection of a silent client',
    statements: { '3.1': ['MQTT31-43'], '3.1.1': ['MQTT-3.1.2-24'], '5.0': ['MQTT-3.1.2-22'] },
    severity: 'error',
    sides: ['server'],
    on: 'connection',
    needs: SEEN | MISSING.serverBytes | MISSING.serverDirection,
    // Clocks of a server that is in time may seem to be a little fast.
    applies: (it) => {
      const quiet = it.side === 'server' && keepAlive(it) > 0 ? silenceForServer(it) : null
      return quiet !== null && lengthOf(quiet) >= keepAlive(it) * FACTOR * 0.97
    },
    lacks: (it) => {
      const quiet = silenceForServer(it)
      // It may have closed, and its FIN not have got through: it serves the client no more.
      if (quiet !== null && quiet.at !== null && it.connection.server.lastTime < quiet.until) return 'doubt'
      return lacksPackets(it, quiet) ?? (isClosedUnseen(it) ? 'gap' : null)
    },
    holds: (it) => lengthOf(silenceForServer(it)!) <= latest(keepAlive(it)),
    certainty: LIKELY,
    severityHere: (it) => {
      const limit = keepAlive(it)
      const quiet = silenceForServer(it)!
      const far = Math.max(limit * FAR, limit * FACTOR + COARSE)
      // Of a server that has shown no sign of life since, the end may have been missed.
      return lengthOf(quiet) < far || aliveUntil(it.connection, 'server') - quiet.since < far ? 'warning' : null
    },
    says: (it) => {
      const quiet = silenceForServer(it)!
      return `The client sent nothing for ${durationText(lengthOf(quiet))}, and the server did not close in time; its Keep Alive of ${secondsText(keepAlive(it))} allows ${durationText(keepAlive(it) * FACTOR)}`
    },
    at: (it) => placeOfQuiet(it, silenceForServer(it)!),
  }),
  ...(['client', 'server'] as const).map((whose) =>
    rule({
      id: `disconnect.keep-alive-too-early${whose === 'client' ? '' : '-of-server'}`,
      title: 'A DISCONNECT for a Keep Alive that was not over',
      statements: { '5.0': whose === 'client' ? ['MQTT-3.2.2-22'] : [] },
      severity: 'error',
      sides: ['server'],
      on: 'DISCONNECT',
      needs: SEEN,
      applies: ({ packet, side, connection }) =>
        side === 'server' && packet.reasonCode === KEEP_ALIVE_TIMEOUT && connection.connack?.reasonCode === 0 && (connection.connack.keepAlive === null) === (whose === 'client'),
      lacks: ({ connection, event }) => (event.acknowledged >= connection.client.sentOffset && connection.inStep(event, 'client') ? null : 'not-acknowledged'),
      holds: (it) => {
        const limit = inForce(it)
        return limit > 0 && quietBefore(it) >= limit * FACTOR - tolerance(limit)
      },
      certainty: LIKELY,
      says: (it) => {
        const limit = inForce(it)
        const why = limit === 0 ? 'Keep Alive is off' : `a Keep Alive of ${secondsText(limit)} allows ${durationText(limit * FACTOR)}`
        return `DISCONNECT 0x8D (Keep Alive timeout) ${durationText(quietBefore(it))} after the last packet of the client; ${why}`
      },
      shownBy: ({ connection }) => [connection.client.lastFrame],
    })),
]

type Disconnect = PacketSubjectOf<'DISCONNECT'>

function inForce({ connection }: Disconnect): number {
  return (connection.keepAlive ?? 0) * SECOND
}

function quietBefore({ connection, event }: Disconnect): number {
  return event.time - connection.client.lastTime
}

/** §3.14.2.1. */
const KEEP_ALIVE_TIMEOUT = 0x8d

// ---- A client that waits for its PINGRESP

/** How long a PINGREQ without an answer has waited, in nanoseconds. */
function waited({ exchange, connection, captureEnded, now }: ExchangeSubject): number {
  const end = connection.finish?.time ?? (captureEnded ? now : connection.client.lastTime)
  return end - exchange.steps[0]!.time
}

/** The client's FIN waits behind what the server does not acknowledge, as where the network was cut. */
function mayHaveClosed({ exchange, connection, now }: ExchangeSubject): boolean {
  return !hasSentAll(connection, 'client', now) || hasSentAgain(connection, 'client', exchange.steps[0]!.time, connection.finish?.time ?? now)
}

const PING_RULES = [
  rule({
    id: 'ping.unanswered-and-kept',
    title: 'A client that keeps a connection on which no PINGRESP came',
    statements: { '3.1': ['MQTT31-44'], '3.1.1': [], '5.0': [] },
    severity: 'note',
    sides: ['client'],
    on: 'exchange',
    exchanges: ['ping'],
    needs: SEEN | MISSING.serverBytes | MISSING.serverDirection,
    applies: ({ exchange, connection }) => (connection.keepAlive ?? 0) > 0 && exchange.steps.length > 0,
    lacks: (it) => (it.exchange.outcome === 'partly-seen' ? 'gap' : mayHaveClosed(it) ? 'doubt' : null),
    holds: (it) => it.exchange.outcome === 'complete' || waited(it) <= it.connection.keepAlive! * SECOND + tolerance(it.connection.keepAlive! * SECOND),
    certainty: LIKELY,
    says: (it) => `No PINGRESP came for ${durationText(waited(it))}, longer than the Keep Alive of ${counted(it.connection.keepAlive!, 'second')}, and the client did not close`,
  }),
]

// ---- Whether it goes with what the client has to say

/** A client that pings more often than this notices a broken connection sooner than most need to. */
const SHORT = 15
/** So few say nothing yet. */
const FEW_PINGS = 20
const MOSTLY = 0.8
/** Nobody notices for hours that the other side is gone. */
const LONG = 3_600

const FITTING_RULES = [
  rule({
    id: 'keep-alive.mostly-pings',
    title: 'A Keep Alive so short that most packets of the client are PINGREQs',
    statements: { '3.1': [], '3.1.1': [], '5.0': [] },
    severity: 'note',
    sides: ['client'],
    on: 'connection',
    needs: MISSING.connect,
    applies: (it) => it.side === 'client' && it.connection.pings >= FEW_PINGS,
    holds: ({ connection }) => (connection.keepAlive ?? 0) > SHORT || connection.pings < connection.client.packets * MOSTLY,
    says: (it) => `${counted(it.connection.pings, 'packet')} of ${it.connection.client.packets} are PINGREQs; the Keep Alive is ${secondsText(keepAlive(it))}`,
    at: ({ connection: { connect } }) => ({ packet: connect!.number, frame: connect!.frame, time: connect!.time }),
  }),
  rule({
    id: 'keep-alive.too-long-to-notice',
    title: 'A connection whose end may stay unnoticed for more than an hour',
    statements: { '3.1': [], '3.1.1': [], '5.0': [] },
    severity: 'note',
    sides: ['client'],
    on: 'connection',
    needs: MISSING.connect | MISSING.connack,
    applies: ({ side, connection }) => {
      const { connect, connack } = connection
      return side === 'client' && connect !== null && connack?.reasonCode === 0 && connection.endTime - connect.time > LASTING
    },
    holds: ({ connection }) => connection.keepAlive !== 0 && connection.keepAlive! <= LONG,
    says: ({ connection }) => {
      const what = connection.keepAlive === 0 ? 'Keep Alive is off' : `The Keep Alive is ${counted(connection.keepAlive!, 'second')}`
      return `${what}: where the other side is gone without a word, neither notices it until it has something to send`
    },
    at: ({ connection: { connect } }) => ({ packet: connect!.number, frame: connect!.frame, time: connect!.time }),
  }),
]

/** Shorter connections need no Keep Alive. */
const LASTING = 300 * SECOND

export const KEEP_ALIVE_RULES: readonly Rule[] = [...CLIENT_RULES, ...SERVER_RULES, ...PING_RULES, ...FITTING_RULES]
