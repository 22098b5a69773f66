/**
 * Arbitraries for every control packet that the standards allow, each with the Packet that a right decoder makes of its bytes.
 *
 * Made from the model outwards: the Packet comes first, `mqtt-packet` writes its bytes (mqtt-packet-bytes.ts). Everything is legal by itself and draws
 * no remark; that one packet fits those before it (limits, identifiers in use) is only promised by arbitrary-session.ts.
 */
import fc from 'fast-check'
import { LIMITS } from '../../src/analysis/limits.ts'
import type {
  Acknowledgement, Connack, Connect, Disconnect, Packet, PacketType, Ping, Properties, PropertyName, Property, Publish, Qos, Subscribe,
  SubscribeAcknowledgement, Subscription, Unsubscribe, Will,
} from '../../src/mqtt/packet.ts'
import type { Direction, Version } from '../../src/mqtt/version.ts'
import { ALLOWED, properties } from './arbitrary-properties.ts'
import { asciiText, ordinaryTopicFilter, sharedTopicFilter, someBytes, text, topicName } from './arbitrary-text.ts'
import { encode, type Form } from './mqtt-packet-bytes.ts'

export interface GeneratedPacket {
  readonly direction: Direction
  readonly bytes: Uint8Array
  readonly packet: Packet
  /** Of a PUBLISH; empty for other packets. */
  readonly payload: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** Encodes a packet, and completes what only the bytes can tell. */
export function generated(
  direction: Direction, version: Version, packet: Packet, payload: Uint8Array = NOTHING, willPayload: Uint8Array = NOTHING, form: Form = 'whole',
): GeneratedPacket {
  const bytes = encode(packet, version, payload, willPayload, form)
  if (packet.type !== 'PUBLISH') return { direction, bytes, packet, payload }
  return { direction, bytes, packet: { ...packet, payloadStart: bytes.length - payload.length, payloadLength: payload.length }, payload }
}

/** Any legal packet of `type`, or null where the version or the direction does not have it. */
export function arbitraryPacketOf(type: PacketType, version: Version, direction: Direction): fc.Arbitrary<GeneratedPacket> | null {
  const maker = MAKERS[type]
  if (maker === undefined || !maker.senders.includes(direction) || (version !== '5.0' && maker.before5?.includes(direction) === false)) return null
  return maker.make(version, direction, type)
}

/** Any legal packet. */
export function arbitraryPacket(version: Version, direction: Direction): fc.Arbitrary<GeneratedPacket> {
  const types = Object.keys(MAKERS) as PacketType[]
  return fc.oneof(...types.map((type) => arbitraryPacketOf(type, version, direction)).filter((one) => one !== null))
}

const CLIENT: readonly Direction[] = ['client-to-server']
const SERVER: readonly Direction[] = ['server-to-client']
const BOTH: readonly Direction[] = ['client-to-server', 'server-to-client']

interface Maker {
  readonly senders: readonly Direction[]
  /** Where 3.1 and 3.1.1 allow fewer. */
  readonly before5?: readonly Direction[]
  make(version: Version, direction: Direction, type: PacketType): fc.Arbitrary<GeneratedPacket>
}

/** MQTT 5.0 §2.1.2, table 2-1: who may send what. */
const MAKERS: Readonly<Partial<Record<PacketType, Maker>>> = {
  CONNECT: { senders: CLIENT, make: (version) => connect(version) },
  CONNACK: { senders: SERVER, make: (version) => connack(version) },
  PUBLISH: { senders: BOTH, make: (version, direction) => publish(version, direction) },
  PUBACK: { senders: BOTH, make: (version, direction) => acknowledgement('PUBACK', version, direction) },
  PUBREC: { senders: BOTH, make: (version, direction) => acknowledgement('PUBREC', version, direction) },
  PUBREL: { senders: BOTH, make: (version, direction) => acknowledgement('PUBREL', version, direction) },
  PUBCOMP: { senders: BOTH, make: (version, direction) => acknowledgement('PUBCOMP', version, direction) },
  SUBSCRIBE: { senders: CLIENT, make: (version) => subscribe(version) },
  SUBACK: { senders: SERVER, make: (version) => subscribeAcknowledgement('SUBACK', version) },
  UNSUBSCRIBE: { senders: CLIENT, make: (version) => unsubscribe(version) },
  UNSUBACK: { senders: SERVER, make: (version) => subscribeAcknowledgement('UNSUBACK', version) },
  PINGREQ: { senders: CLIENT, make: (version, direction) => fc.constant(generated(direction, version, ping('PINGREQ'))) },
  PINGRESP: { senders: SERVER, make: (version, direction) => fc.constant(generated(direction, version, ping('PINGRESP'))) },
  DISCONNECT: { senders: BOTH, before5: CLIENT, make: (version, direction) => disconnect(version, direction) },
  AUTH: { senders: BOTH, before5: [], make: (_version, direction) => auth(direction) },
}

export const packetIdentifier = fc.oneof(fc.constantFrom(1, 255, 256, 65535), fc.integer({ min: 1, max: 65535 }))
const keepAlive = fc.oneof(fc.constantFrom(0, 1, 60, 65535), fc.nat(65535))

/** A block in 5.0; nothing before. */
function propertiesIn(version: Version, allowed: readonly PropertyName[]): fc.Arbitrary<Properties> {
  return version === '5.0' ? properties(allowed) : fc.constant(undefined)
}

// CONNECT (§3.1)

const PROTOCOLS = { '3.1': { name: 'MQIsdp', level: 3 }, '3.1.1': { name: 'MQTT', level: 4 }, '5.0': { name: 'MQTT', level: 5 } } as const

export interface ConnectParts {
  readonly cleanStart: boolean
  readonly keepAlive: number
  readonly properties: Properties
  readonly clientIdentifier: string
  readonly will: WillParts | null
  readonly userName: string | undefined
  readonly password: Uint8Array | undefined
}

interface WillParts {
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly properties: Properties
  readonly topic: string
  readonly payload: Uint8Array
}

export function connectFrom(version: Version, parts: ConnectParts): GeneratedPacket {
  const { name, level } = PROTOCOLS[version]
  const { will, userName, password } = parts
  const connectFlags =
    (userName === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40) | (will?.retain === true ? 0x20 : 0) |
    ((will?.qos ?? 0) << 3) | (will === null ? 0 : 0x04) | (parts.cleanStart ? 0x02 : 0)
  const packet: Connect = {
    type: 'CONNECT',
    flags: 0,
    protocolName: name,
    protocolLevel: level,
    bridge: false,
    connectFlags,
    userNameFlag: userName !== undefined,
    passwordFlag: password !== undefined,
    willRetain: will?.retain ?? false,
    willQos: will?.qos ?? 0,
    willFlag: will !== null,
    cleanStart: parts.cleanStart,
    keepAlive: parts.keepAlive,
    properties: parts.properties,
    clientIdentifier: parts.clientIdentifier,
    will: will === null ? undefined : willFrom(will),
    userName,
    password,
  }
  return generated('client-to-server', version, packet, NOTHING, will?.payload)
}

function willFrom({ properties, topic, payload }: WillParts): Will {
  return { properties, topic, payload: payload.slice(0, LIMITS.mqtt.payloadKept), payloadLength: payload.length }
}

export function connectParts(version: Version): fc.Arbitrary<ConnectParts> {
  const is31 = version === '3.1'
  return fc
    .record({
      cleanStart: fc.boolean(),
      keepAlive,
      properties: propertiesIn(version, ALLOWED.CONNECT),
      clientIdentifier: clientIdentifier(version),
      will: fc.option(will(version)),
      // 3.1 advises 12 characters at most for both, and has a text for a password.
      userName: fc.option(text(is31 ? { maxLength: 12 } : {}), { nil: undefined }),
      password: fc.option(is31 ? text({ maxLength: 12 }).map((secret) => new TextEncoder().encode(secret)) : someBytes, { nil: undefined }),
    })
    .map((parts) => ({
      ...parts,
      // MQTT 3.1.1 §3.1.3.1: an empty identifier needs a clean session. §3.1.2.9: a password needs a user name. 5.0 dropped both.
      cleanStart: parts.cleanStart || (version !== '5.0' && parts.clientIdentifier === ''),
      password: version !== '5.0' && parts.userName === undefined ? undefined : parts.password,
    }))
}

/** 3.1 wants 1 to 23 characters (§3.1 of its text). */
function clientIdentifier(version: Version): fc.Arbitrary<string> {
  return version === '3.1' ? text({ minLength: 1, maxLength: 23 }) : fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 6, arbitrary: text() })
}

function will(version: Version): fc.Arbitrary<WillParts> {
  return fc
    .record({
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      retain: fc.boolean(),
      properties: propertiesIn(version, ALLOWED.WILL),
      topic: topicName,
      // 3.1: a text, of 7-bit ASCII. 4,500 bytes are more than is kept of a payload.
      payload: version === '3.1' ? asciiText.map((message) => new TextEncoder().encode(message)) : fc.oneof(someBytes, fc.constant(new Uint8Array(4_500).fill(0x77))),
    })
    .map((parts) => ({ ...parts, payload: payloadFor(parts.properties, parts.payload) }))
}

/** Payload Format Indicator 1 promises UTF-8 (§3.3.2.3.2): there the bytes are made ASCII. */
export function payloadFor(of: Properties, payload: Uint8Array): Uint8Array {
  return of?.some((one) => one.name === 'payloadFormatIndicator' && one.value === 1) === true ? payload.map((byte) => byte & 0x7f) : payload
}

function connect(version: Version): fc.Arbitrary<GeneratedPacket> {
  return connectParts(version).map((parts) => connectFrom(version, parts))
}

// CONNACK (§3.2)

/** 3.1 does not use the byte that holds Session Present. */
export function connackFrom(version: Version, sessionPresent: boolean, reasonCode: number, properties: Properties): GeneratedPacket {
  const packet: Connack = { type: 'CONNACK', flags: 0, sessionPresent: version === '3.1' ? undefined : sessionPresent, reasonCode, properties }
  return generated('server-to-client', version, packet)
}

function connack(version: Version): fc.Arbitrary<GeneratedPacket> {
  const codes = version === '5.0' ? REASON_CODES.CONNACK.server : [0, 1, 2, 3, 4, 5]
  return fc.tuple(fc.boolean(), fc.constantFrom(...codes)).chain(([present, code]) => {
    // §3.2.2.1.1: no session with a refusal. §3.2.2.3.16: a reference to another server goes with these two codes.
    const sessionPresent = present && code === 0
    const required: PropertyName[] = code === 0x9c || code === 0x9d ? ['serverReference'] : []
    const block = version === '5.0' ? properties(ALLOWED.CONNACK, required) : fc.constant(undefined)
    return block.map((some) => connackFrom(version, sessionPresent, code, some))
  })
}

// PUBLISH (§3.3)

export interface PublishParts {
  readonly dup: boolean
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly topicName: string
  readonly packetIdentifier: number
  readonly properties: Properties
  readonly payload: Uint8Array
}

export function publishFrom(version: Version, direction: Direction, parts: PublishParts): GeneratedPacket {
  const { qos, retain, payload } = parts
  const dup = parts.dup && qos > 0
  const packet: Publish = {
    type: 'PUBLISH',
    flags: (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0),
    dup,
    qos,
    retain,
    topicName: parts.topicName,
    packetIdentifier: qos > 0 ? parts.packetIdentifier : undefined,
    properties: parts.properties,
    payloadStart: 0,
    payloadLength: 0,
  }
  return generated(direction, version, packet, payload)
}

/** §2.1.4: the largest and smallest Remaining Length of one, two and three bytes. */
const REMAINING_LENGTHS = [127, 128, 16_383, 16_384]

function publish(version: Version, direction: Direction): fc.Arbitrary<GeneratedPacket> {
  return fc
    .record({
      dup: fc.boolean(),
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      retain: fc.boolean(),
      topicName,
      emptyTopic: fc.boolean(),
      packetIdentifier,
      properties: publishProperties(version, direction),
      payload: someBytes,
      remainingLength: fc.option(fc.constantFrom(...REMAINING_LENGTHS), { freq: 4 }),
    })
    .map(({ emptyTopic, remainingLength, ...drawn }) => {
      const hasAlias = drawn.properties?.some((one) => one.name === 'topicAlias') === true
      const parts = { ...drawn, topicName: hasAlias && emptyTopic ? '' : drawn.topicName, payload: payloadFor(drawn.properties, drawn.payload) }
      const packet = publishFrom(version, direction, parts)
      if (remainingLength === null) return packet
      const bare = publishFrom(version, direction, { ...parts, payload: NOTHING }).bytes
      const missing = remainingLength - (bare.length - (bare.length < 130 ? 2 : 3))
      return missing < 0 ? packet : publishFrom(version, direction, { ...parts, payload: new Uint8Array(missing).fill(0x78) })
    })
}

/** §3.3.2.3.8: a Subscription Identifier goes with what a server sends, one for each subscription that matched. */
function publishProperties(version: Version, direction: Direction): fc.Arbitrary<Properties> {
  if (version !== '5.0') return fc.constant(undefined)
  return direction === 'client-to-server'
    ? properties(ALLOWED.PUBLISH)
    : properties([...ALLOWED.PUBLISH, 'subscriptionIdentifier'], [], ['userProperty', 'subscriptionIdentifier'])
}

// PUBACK, PUBREC, PUBREL, PUBCOMP (§3.4 to §3.7)

/** `reasonCode` undefined: the form of two bytes, which is the only one before 5.0. */
export function acknowledgementFrom(
  type: Acknowledgement['type'], version: Version, direction: Direction, identifier: number,
  reasonCode: number | undefined = undefined, properties: Properties = undefined, dup = false, form: Form = 'whole',
): GeneratedPacket {
  const flags = (type === 'PUBREL' ? 2 : 0) | (dup ? 8 : 0)
  const block = version === '5.0' ? (properties ?? []) : undefined
  return generated(direction, version, { type, flags, packetIdentifier: identifier, reasonCode, properties: block }, NOTHING, NOTHING, form)
}

function acknowledgement(type: Acknowledgement['type'], version: Version, direction: Direction): fc.Arbitrary<GeneratedPacket> {
  if (version !== '5.0') {
    // 3.1 lets PUBREL carry DUP.
    const dup = version === '3.1' && type === 'PUBREL' ? fc.boolean() : fc.constant(false)
    return fc.tuple(packetIdentifier, dup).map(([identifier, again]) => acknowledgementFrom(type, version, direction, identifier, undefined, undefined, again))
  }
  const code = fc.constantFrom(...codesOf(type, direction))
  return fc.oneof(
    packetIdentifier.map((identifier) => acknowledgementFrom(type, version, direction, identifier)),
    fc.tuple(packetIdentifier, code).map(([identifier, reason]) => acknowledgementFrom(type, version, direction, identifier, reason, [], false, 'no-property-length')),
    fc.tuple(packetIdentifier, code, properties(ALLOWED.ACKNOWLEDGEMENT)).map(([identifier, reason, some]) => acknowledgementFrom(type, version, direction, identifier, reason, some)),
  )
}

// SUBSCRIBE, UNSUBSCRIBE and their answers (§3.8 to §3.11)

export function subscribeFrom(version: Version, identifier: number, properties: Properties, subscriptions: readonly Subscription[], dup = false): GeneratedPacket {
  const packet: Subscribe = { type: 'SUBSCRIBE', flags: dup ? 10 : 2, packetIdentifier: identifier, properties, subscriptions }
  return generated('client-to-server', version, packet)
}

export function subscription(version: Version): fc.Arbitrary<Subscription> {
  const qos: fc.Arbitrary<Qos> = fc.constantFrom(0, 1, 2)
  if (version !== '5.0') {
    return fc.record({ topicFilter: ordinaryTopicFilter, qos }).map((one) => ({ ...one, noLocal: undefined, retainAsPublished: undefined, retainHandling: undefined }))
  }
  const options = { qos, retainAsPublished: fc.boolean(), retainHandling: fc.constantFrom(0, 1, 2) }
  // §3.8.3.1: No Local is not for shared subscriptions.
  return fc
    .oneof(
      fc.record({ ...options, topicFilter: ordinaryTopicFilter, noLocal: fc.boolean() }),
      fc.record({ ...options, topicFilter: sharedTopicFilter, noLocal: fc.constant(false) }),
    )
    .map(({ topicFilter, qos, noLocal, retainAsPublished, retainHandling }) => ({ topicFilter, qos, noLocal, retainAsPublished, retainHandling }))
}

/** Filters by which a server tells subscriptions apart: each only once. */
function differentFilters<T>(one: fc.Arbitrary<T>, filterOf: (value: T) => unknown): fc.Arbitrary<T[]> {
  return fc.uniqueArray(one, { minLength: 1, maxLength: 6, selector: filterOf })
}

function subscribe(version: Version): fc.Arbitrary<GeneratedPacket> {
  const dup = version === '3.1' ? fc.boolean() : fc.constant(false)
  const subscriptions = differentFilters(subscription(version), (one) => one.topicFilter)
  return fc
    .tuple(packetIdentifier, propertiesIn(version, ALLOWED.SUBSCRIBE), subscriptions, dup)
    .map(([identifier, some, list, again]) => subscribeFrom(version, identifier, some, list, again))
}

export function unsubscribeFrom(version: Version, identifier: number, properties: Properties, topicFilters: readonly string[], dup = false): GeneratedPacket {
  const packet: Unsubscribe = { type: 'UNSUBSCRIBE', flags: dup ? 10 : 2, packetIdentifier: identifier, properties, topicFilters }
  return generated('client-to-server', version, packet)
}

export function topicFilter(version: Version): fc.Arbitrary<string> {
  return version === '5.0' ? fc.oneof(ordinaryTopicFilter, sharedTopicFilter) : ordinaryTopicFilter
}

function unsubscribe(version: Version): fc.Arbitrary<GeneratedPacket> {
  const dup = version === '3.1' ? fc.boolean() : fc.constant(false)
  return fc
    .tuple(packetIdentifier, propertiesIn(version, ALLOWED.UNSUBSCRIBE), differentFilters(topicFilter(version), (one) => one), dup)
    .map(([identifier, some, list, again]) => unsubscribeFrom(version, identifier, some, list, again))
}

export function subscribeAcknowledgementFrom(
  type: SubscribeAcknowledgement['type'], version: Version, identifier: number, properties: Properties, reasonCodes: readonly number[],
): GeneratedPacket {
  return generated('server-to-client', version, { type, flags: 0, packetIdentifier: identifier, properties, reasonCodes })
}

/** MQTT 3.1.1 §3.9.3; 3.1 has no failure code. UNSUBACK has no payload before 5.0. */
export function subscribeCodes(type: SubscribeAcknowledgement['type'], version: Version): readonly number[] {
  if (version === '5.0') return REASON_CODES[type].server
  return type === 'UNSUBACK' ? [] : version === '3.1.1' ? [0, 1, 2, 0x80] : [0, 1, 2]
}

function subscribeAcknowledgement(type: SubscribeAcknowledgement['type'], version: Version): fc.Arbitrary<GeneratedPacket> {
  const codes = subscribeCodes(type, version)
  const reasonCodes = codes.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...codes), { minLength: 1, maxLength: 6 })
  return fc
    .tuple(packetIdentifier, propertiesIn(version, ALLOWED.ACKNOWLEDGEMENT), reasonCodes)
    .map(([identifier, some, list]) => subscribeAcknowledgementFrom(type, version, identifier, some, list))
}

// PINGREQ, PINGRESP, DISCONNECT, AUTH (§3.12 to §3.15)

export function ping(type: Ping['type']): Ping {
  return { type, flags: 0 }
}

export function disconnectFrom(version: Version, direction: Direction, reasonCode: number | undefined, properties: Properties, form: Form): GeneratedPacket {
  const packet: Disconnect = { type: 'DISCONNECT', flags: 0, reasonCode, properties: version === '5.0' ? properties : undefined }
  return generated(direction, version, packet, NOTHING, NOTHING, form)
}

function disconnect(version: Version, direction: Direction): fc.Arbitrary<GeneratedPacket> {
  const empty = fc.constant(disconnectFrom(version, direction, undefined, [], 'empty'))
  if (version !== '5.0') return empty
  const code = fc.constantFrom(...codesOf('DISCONNECT', direction))
  return fc.oneof(
    empty,
    code.map((reason) => disconnectFrom(version, direction, reason, [], 'no-property-length')),
    code.chain((reason) => {
      // §3.14.2.2.2: only a client states an expiry. §3.14.2.2.5: a reference to another server goes with these two codes.
      const allowed: PropertyName[] = direction === 'client-to-server' ? [...ALLOWED.DISCONNECT, 'sessionExpiryInterval'] : [...ALLOWED.DISCONNECT]
      const required: PropertyName[] = reason === 0x9c || reason === 0x9d ? ['serverReference'] : []
      return properties(allowed, required).map((some) => disconnectFrom(version, direction, reason, some, 'whole'))
    }),
  )
}

export function authFrom(direction: Direction, reasonCode: number, properties: readonly Property[]): GeneratedPacket {
  return generated(direction, '5.0', { type: 'AUTH', flags: 0, reasonCode, properties })
}

function auth(direction: Direction): fc.Arbitrary<GeneratedPacket> {
  return fc
    .tuple(fc.constantFrom(...codesOf('AUTH', direction)), properties(ALLOWED.AUTH, ['authenticationMethod']))
    .map(([reason, some]) => authFrom(direction, reason, some))
}

// Reason codes of 5.0 (§2.4), written down here apart from the program's own table.

const RECEIPT = [0x00, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]
const RELEASE = [0x00, 0x92]
const ENDING = [0x00, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99]

const REASON_CODES = {
  CONNACK: {
    client: [],
    server: [
      0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
    ],
  },
  PUBACK: { client: RECEIPT, server: [...RECEIPT, 0x10] },
  PUBREC: { client: RECEIPT, server: [...RECEIPT, 0x10] },
  PUBREL: { client: RELEASE, server: RELEASE },
  PUBCOMP: { client: RELEASE, server: RELEASE },
  SUBACK: { client: [], server: [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2] },
  UNSUBACK: { client: [], server: [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91] },
  DISCONNECT: {
    client: [...ENDING, 0x04],
    server: [...ENDING, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2],
  },
  AUTH: { client: [0x18, 0x19], server: [0x00, 0x18] },
} as const

function codesOf(type: keyof typeof REASON_CODES, direction: Direction): readonly number[] {
  return REASON_CODES[type][direction === 'client-to-server' ? 'client' : 'server']
}
