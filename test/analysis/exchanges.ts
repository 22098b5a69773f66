import { IllFormedText } from '../../src/mqtt/packet.ts'
import type { Exchange } from '../../src/session/exchange.ts'
import { exchange, QOS_2_STEPS, step } from '../report/build.ts'
import { connectionOf } from './build.ts'

/** Exchanges that the tests of fields and filters look at, by what is special about them. */
export const EXCHANGES = {
  publish: () => exchange(),
  'publish at QoS 2, from the server over IPv6': () =>
    exchange({ number: 13, kind: 'publish-qos2', initiator: 'server', packetIdentifier: 7, topic: 'v6', steps: QOS_2_STEPS, connection: connectionOf({ ipv6: true, stream: 9 }) }),
  'publish sent again': () =>
    exchange({
      packets: 9, retransmitted: 7, resumed: 1, network: 250_000, certainty: 'likely', reasonCode: 0x10,
      causes: [{ leg: 0, cause: 'away', duration: 1e9 }, { leg: 0, cause: 'server', duration: 4e8 }],
      steps: [step('PUBLISH', 'client'), step('PUBLISH', 'client', 1e9, { frame: 43, again: true }), step('PUBACK', 'server', 1_500_000_000, { frame: 44 })],
    }),
  'publish with a topic that is not UTF-8': () => exchange({ topic: new IllFormedText('61ff62') }),
  subscribe: () =>
    exchange({
      number: 3, kind: 'subscribe', packetIdentifier: 1, topic: null, outcome: 'failed', reasonCode: 0x87, steps: [step('SUBSCRIBE', 'client'), step('SUBACK', 'server', 500_000_000)],
      filters: [{ topicFilter: 'plant/+/temp', qos: 1, reasonCode: 1 }, { topicFilter: '$share/g/a/#', qos: 2, reasonCode: 0x87 }],
    }),
  'connect that is refused': () =>
    exchange({
      number: 1, kind: 'connect', packetIdentifier: null, topic: null, outcome: 'failed', reasonCode: 5, steps: [step('CONNECT', 'client'), step('CONNACK', 'server', 900)],
      connection: connectionOf({ version: '3.1.1', clientIdentifier: 'gw', stream: 4 }),
    }),
  'ping that is not answered': () => exchange({ kind: 'ping', packetIdentifier: null, topic: null, outcome: 'open', reasonCode: null, steps: [step('PINGREQ', 'client')] }),
  'without a time, partly seen': () =>
    exchange({
      topic: null, outcome: 'partly-seen', certainty: 'unsure', reasonCode: null, steps: [step('PUBACK', 'server', NaN)],
      connection: connectionOf({ version: null, clientIdentifier: null }),
    }),
} satisfies Record<string, () => Exchange>

export type ExchangeName = keyof typeof EXCHANGES
export const EXCHANGE_NAMES = Object.keys(EXCHANGES) as ExchangeName[]
