/** How a connection begins: CONNECT first and once, and an answer to it (MQTT 5.0 §3.1). */
import { MISSING } from '../evidence.ts'
import { rule } from '../rule.ts'
import type { ExchangeSubject } from '../subject.ts'

/** 20 s: a server that is alive answers within milliseconds. */
const ANSWER_DEADLINE = 20e9

export const CONNECT_RULES = [
  rule({
    id: 'connect.not-first',
    title: 'The first packet of a client is not CONNECT',
    statements: { '3.1': ['MQTT31-29'], '3.1.1': ['MQTT-3.1.0-1'], '5.0': ['MQTT-3.1.0-1'] },
    severity: 'error',
    sides: ['client'],
    on: 'connection',
    needs: MISSING.start | MISSING.clientDirection,
    applies: ({ side, connection }) => side === 'client' && connection.client.packets > 0,
    // Neither a CONNECT nor anything else is known to have come first.
    lacks: ({ connection }) => (connection.connectSeen || connection.openedBy !== null ? null : 'gap'),
    holds: ({ connection }) => connection.openedBy === null,
    says: ({ connection }) => `The client began the connection with ${connection.openedBy!.type}; its first packet must be CONNECT`,
    // Statements are numbered by version, and no CONNECT says which one it is.
    certainty: ({ connection }) => (connection.mqtt.versionCertainty === 'inferred' ? 'likely' : 'certain'),
    at: ({ connection }) => placeOf(connection.openedBy!),
  }),
  rule({
    id: 'connect.second',
    title: 'A second CONNECT on one connection',
    statements: { '3.1': ['MQTT31-28'], '3.1.1': ['MQTT-3.1.0-2'], '5.0': ['MQTT-3.1.0-2'] },
    severity: 'error',
    sides: ['client'],
    on: 'CONNECT',
    needs: MISSING.connect,
    applies: ({ side }) => side === 'client',
    holds: ({ event, connection }) => connection.connectNumber === event.number,
    says: ({ connection }) => `The client sent CONNECT again; the connection has had one, packet ${connection.connect!.number}`,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'connect.unanswered',
    title: 'A valid CONNECT is neither answered nor the connection closed',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.4-4'], '5.0': ['MQTT-3.1.4-5'] },
    severity: 'error',
    sides: ['server'],
    on: 'exchange',
    exchanges: ['connect'],
    needs: MISSING.serverDirection | MISSING.clock,
    applies: ({ connection }) => connection.announcement?.defect === null,
    lacks: (subject) => {
      const { exchange, connection, captureEnded, now } = subject
      if (exchange.outcome === 'complete' || exchange.outcome === 'failed' || exchange.packets > 1) return null
      const server = connection.half('server')
      if (exchange.outcome === 'partly-seen' || server.gaps > 0 || server.acknowledgedOffset > server.offset) return 'gap'
      if (connection.finish === null && (!captureEnded || !connection.hasNotClosed('server'))) return 'gap'
      if (captureEnded && connection.finish === null && !(now - subject.time > ANSWER_DEADLINE)) return 'capture-end'
      const { acknowledgedOffset, offset } = connection.half('client')
      return acknowledgedOffset < Math.min(offset, connection.client.sentOffset) ? 'not-acknowledged' : null
    },
    holds: (subject) => !(waitedOf(subject) > ANSWER_DEADLINE),
    says: (subject) => `The server had received CONNECT, and ${Math.floor(waitedOf(subject) / 1e9)} s later it had neither answered nor closed the connection`,
    actor: () => 'server',
    certainty: () => 'likely',
  }),
  rule({
    id: 'connect.empty-identifier-not-refused',
    title: 'A client identifier that is not allowed is not refused with return code 2, but by closing the connection',
    statements: { '3.1.1': ['MQTT-3.1.3-8'] },
    severity: 'warning',
    sides: ['server'],
    on: 'exchange',
    exchanges: ['connect'],
    needs: MISSING.serverDirection | MISSING.serverBytes,
    applies: ({ exchange, connection }) =>
      exchange.outcome === 'abandoned' && hasForbiddenIdentifier(connection.announcement?.defect) && connection.finish?.by === 'server',
    holds: () => false,
    says: () => 'The server closed the connection without a CONNACK; an empty Client Identifier with Clean Session 0 is refused with return code 2',
    actor: () => 'server',
    certainty: () => 'likely',
    shownBy: ({ connection }) => [connection.finish!.frame],
  }),
  rule({
    id: 'connect.empty-identifiers-collide',
    title: 'The server closes the connection of a client without an identifier when another one connects',
    statements: { '3.1.1': ['MQTT-3.1.3-6'] },
    severity: 'warning',
    sides: ['server'],
    on: 'connection',
    needs: MISSING.connect | MISSING.connack,
    applies: ({ side, connection }) => side === 'server' && connection.nextUnnamed !== null,
    holds: ({ connection: { finish, closing, nextUnnamed } }) =>
      finish === null || finish.by !== 'server' || !finish.wordless || (closing?.reason !== 'fin' && closing?.reason !== 'reset') || !(finish.time >= nextUnnamed!.time && finish.time - nextUnnamed!.time <= AT_ONCE),
    says: ({ connection }) =>
      `The server closed the connection when another client with an empty identifier connected (stream ${connection.nextUnnamed!.stream}); each has an identifier of its own`,
    certainty: () => 'likely',
    shownBy: ({ connection }) => [connection.nextUnnamed!.frame],
  }),
]

const AT_ONCE = 1e9

/** A CONNECT whose Client Identifier is empty though the version does not allow it. */
export function hasForbiddenIdentifier(defect: string | null | undefined): boolean {
  return defect === 'connect.client-identifier-empty'
}

/** From the CONNECT to the end of the connection or the capture; 0 where an answer came. */
function waitedOf({ exchange, connection, captureEnded, now, time }: ExchangeSubject): number {
  if (exchange.outcome === 'complete' || exchange.outcome === 'failed' || exchange.packets > 1) return 0
  const { finish } = connection
  if (finish !== null) return finish.time - time
  return captureEnded ? now - time : 0
}

function placeOf({ number, frame, time }: { readonly number: number; readonly frame: number; readonly time: number }) {
  return { packet: number, frame, time }
}
