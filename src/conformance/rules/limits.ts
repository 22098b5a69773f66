/** What each side announced that it can take, and whether the other one heeds it (MQTT 5.0 §3.1.2.11, §3.2.2.3). */
import { MISSING } from '../evidence.ts'
import { rule } from '../rule.ts'

export const LIMIT_RULES = [
  rule({
    id: 'publish.topic-alias-not-allowed',
    title: 'A Topic Alias for a client that takes none',
    statements: { '5.0': ['MQTT-3.1.2-27'] },
    severity: 'error',
    sides: ['server'],
    on: 'PUBLISH',
    needs: MISSING.connect,
    applies: ({ event, side, connection }) =>
      side === 'server' && event.version === '5.0' && connection.limits('client').topicAliasMaximum === 0,
    holds: ({ packet }) => packet.properties === undefined || !packet.properties.some(({ name }) => name === 'topicAlias'),
    says: () => 'The server used a Topic Alias; the CONNECT allows none (Topic Alias Maximum is 0 or absent)',
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
]
