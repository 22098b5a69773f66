/** Arbitraries for the property blocks of MQTT 5.0 (§2.2.2.2): any choice of what a packet allows, in any order, with legal values. */
import fc from 'fast-check'
import type { Property, PropertyName } from '../../src/mqtt/packet.ts'
import { someBytes, text, topicName } from './arbitrary-text.ts'

const flag = fc.constantFrom(0, 1)
const uint16 = fc.oneof(fc.constantFrom(0, 1, 255, 256, 65535), fc.nat(65535))
const positiveUint16 = uint16.filter((value) => value > 0)
const uint32 = fc.oneof(fc.constantFrom(0, 1, 65536, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat(0xffffffff))
const positiveUint32 = uint32.filter((value) => value > 0)
/** §1.5.5: the edges of each length of a variable byte integer. */
const subscriptionIdentifier = fc.oneof(fc.constantFrom(1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455), fc.integer({ min: 1, max: 268435455 }))

interface Kind {
  readonly id: number
  readonly name: PropertyName
  readonly value: fc.Arbitrary<Property['value']>
}

/** §2.2.2.2, table 2-4. */
const KINDS: Readonly<Record<PropertyName, Kind>> = Object.fromEntries(
  ([
    [0x01, 'payloadFormatIndicator', flag],
    [0x02, 'messageExpiryInterval', uint32],
    [0x03, 'contentType', text()],
    [0x08, 'responseTopic', topicName],
    [0x09, 'correlationData', someBytes],
    [0x0b, 'subscriptionIdentifier', subscriptionIdentifier],
    [0x11, 'sessionExpiryInterval', uint32],
    [0x12, 'assignedClientIdentifier', text({ minLength: 1 })],
    [0x13, 'serverKeepAlive', uint16],
    [0x15, 'authenticationMethod', text({ minLength: 1 })],
    [0x16, 'authenticationData', someBytes],
    [0x17, 'requestProblemInformation', flag],
    [0x18, 'willDelayInterval', uint32],
    [0x19, 'requestResponseInformation', flag],
    [0x1a, 'responseInformation', text()],
    [0x1c, 'serverReference', text({ minLength: 1 })],
    [0x1f, 'reasonString', text()],
    [0x21, 'receiveMaximum', positiveUint16],
    [0x22, 'topicAliasMaximum', uint16],
    [0x23, 'topicAlias', positiveUint16],
    [0x24, 'maximumQos', flag],
    [0x25, 'retainAvailable', flag],
    [0x26, 'userProperty', fc.tuple(text(), text())],
    [0x27, 'maximumPacketSize', positiveUint32],
    [0x28, 'wildcardSubscriptionAvailable', flag],
    [0x29, 'subscriptionIdentifierAvailable', flag],
    [0x2a, 'sharedSubscriptionAvailable', flag],
  ] as const).map(([id, name, value]) => [name, { id, name, value }]),
) as Readonly<Record<PropertyName, Kind>>

/** What each packet allows (§2.2.2.2, table 2-4). Authentication Data comes only with its method (§3.1.2.11.10), see `properties`. */
export const ALLOWED = {
  CONNECT: [
    'sessionExpiryInterval', 'authenticationMethod', 'authenticationData', 'requestProblemInformation', 'requestResponseInformation', 'receiveMaximum',
    'topicAliasMaximum', 'userProperty', 'maximumPacketSize',
  ],
  WILL: ['payloadFormatIndicator', 'messageExpiryInterval', 'contentType', 'responseTopic', 'correlationData', 'willDelayInterval', 'userProperty'],
  CONNACK: [
    'sessionExpiryInterval', 'assignedClientIdentifier', 'serverKeepAlive', 'authenticationMethod', 'authenticationData', 'responseInformation',
    'reasonString', 'receiveMaximum', 'topicAliasMaximum', 'maximumQos', 'retainAvailable', 'userProperty', 'maximumPacketSize',
    'wildcardSubscriptionAvailable', 'subscriptionIdentifierAvailable', 'sharedSubscriptionAvailable',
  ],
  PUBLISH: ['payloadFormatIndicator', 'messageExpiryInterval', 'contentType', 'responseTopic', 'correlationData', 'topicAlias', 'userProperty'],
  ACKNOWLEDGEMENT: ['reasonString', 'userProperty'],
  SUBSCRIBE: ['subscriptionIdentifier', 'userProperty'],
  UNSUBSCRIBE: ['userProperty'],
  DISCONNECT: ['reasonString', 'userProperty'],
  AUTH: ['authenticationData', 'reasonString', 'userProperty'],
} as const satisfies Readonly<Record<string, readonly PropertyName[]>>

export function property(name: PropertyName, value: Property['value']): Property {
  return { id: KINDS[name].id, name, value }
}

/**
 * A block of some of `allowed` and all of `required`, in any order. User Property (and what `repeated` names) may come several times; those of one
 * name stand in a row, as `mqtt-packet` writes them.
 */
export function properties(
  allowed: readonly PropertyName[],
  required: readonly PropertyName[] = [],
  repeated: readonly PropertyName[] = ['userProperty'],
): fc.Arbitrary<readonly Property[]> {
  return fc
    .tuple(fc.subarray([...allowed]), fc.boolean())
    .chain(([chosen, withMethod]) => {
      const names: PropertyName[] = [...required, ...chosen.filter((name) => !required.includes(name))]
      const lacksMethod = names.includes('authenticationData') && !names.includes('authenticationMethod')
      const legal = !lacksMethod ? names : withMethod ? [...names, 'authenticationMethod' as const] : names.filter((name) => name !== 'authenticationData')
      return fc.shuffledSubarray(legal, { minLength: legal.length })
    })
    .chain((names) => fc.tuple(...names.map((name) => run(name, repeated.includes(name)))))
    .map((runs) => runs.flat())
}

function run(name: PropertyName, mayRepeat: boolean): fc.Arbitrary<readonly Property[]> {
  return fc.array(KINDS[name].value, { minLength: 1, maxLength: mayRepeat ? 4 : 1 }).map((values) => values.map((value) => property(name, value)))
}
