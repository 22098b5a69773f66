/** How a connection begins: CONNECT, once and first, and the CONNACK that answers it. */
import { MISSING } from '../evidence.ts'
import { rule } from '../rule.ts'

export const CONNECT_RULES = [
  rule({
    id: 'connect.second',
    title: 'A second CONNECT on one connection',
    statements: { '3.1': ['MQTT31-28'], '3.1.1': ['MQTT-3.1.0-2'], '5.0': ['MQTT-3.1.0-2'] },
    severity: 'error',
    sides: ['client'],
    on: 'CONNECT',
    needs: MISSING.connect,
    applies: () => true,
    holds: ({ event, connection }) => connection.connect!.number === event.number,
    says: ({ connection }) => `The client sent CONNECT again; the connection has had one, packet ${connection.connect!.number}`,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
]
