/** DISCONNECT: when it may be sent, and that nothing follows it (MQTT 5.0 §3.14). That the connection is then closed is a rule of close.ts. */
import { propertyValue } from '../../mqtt/packet.ts'
import { MISSING } from '../evidence.ts'
import { rule } from '../rule.ts'

export const DISCONNECT_RULES = [
  rule({
    id: 'disconnect.then-more',
    title: 'Packets after DISCONNECT',
    statements: { '3.1': ['MQTT31-45'], '3.1.1': ['MQTT-3.14.4-2'], '5.0': ['MQTT-3.14.4-1'] },
    severity: 'error',
    sides: ['client', 'server'],
    on: 'late-packet',
    needs: 0,
    exercisedBy: ['DISCONNECT'],
    applies: ({ side, connection, event }) => {
      const departed = connection.departed?.[side] ?? null
      return departed !== null && departed.number < event.number
    },
    holds: () => false,
    says: ({ side, event, connection }) => `The ${side} sent ${event.packet.type} after its DISCONNECT, packet ${connection.departed![side]!.number}; nothing may follow that`,
    certainty: ({ event, side, connection }) => (event.lostBefore > 0 ? 'unsure' : connection.half(side).gaps > 0 ? 'likely' : 'certain'),
    shownBy: ({ side, connection }) => [connection.departed![side]!.frame],
  }),
  rule({
    id: 'disconnect.before-connack',
    title: 'The server sends DISCONNECT to a client that it has not accepted',
    statements: { '5.0': ['MQTT-3.14.0-1'] },
    severity: 'error',
    sides: ['server'],
    on: 'DISCONNECT',
    needs: MISSING.connect | MISSING.serverBytes,
    applies: ({ side }) => side === 'server',
    lacks: ({ connection }) => (connection.connackSeen || connection.half('server').synSeen ? null : 'start'),
    holds: ({ connection }) => connection.connackSeen && !connection.refused,
    says: ({ connection }) =>
      connection.connackSeen
        ? 'The server sent DISCONNECT after a CONNACK that refuses; it only closes the connection then'
        : 'The server sent DISCONNECT before any CONNACK; a CONNECT is refused with a CONNACK, or by closing the connection',
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),  rule({
    id: 'disconnect.session-expiry-from-zero',
    title: 'A client keeps a session at its end that it did not want to be kept',
    statements: { '5.0': [] },
    severity: 'error',
    sides: ['client'],
    on: 'DISCONNECT',
    needs: MISSING.connect,
    applies: ({ side, connection, packet }) => side === 'client' && connection.connect?.sessionExpiry === 0 && propertyValue(packet.properties, 'sessionExpiryInterval') !== undefined,
    holds: ({ packet }) => propertyValue(packet.properties, 'sessionExpiryInterval') === 0,
    says: ({ packet }) =>
      `The client sent DISCONNECT with a Session Expiry Interval of ${String(propertyValue(packet.properties, 'sessionExpiryInterval'))} s; that of its CONNECT is 0 or absent, so only 0 is allowed`,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
]
