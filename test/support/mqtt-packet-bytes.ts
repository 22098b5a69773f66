/**
 * The bytes of a packet as the public `mqtt-packet` library writes them: an encoder that is not ours.
 *
 * Where the library cannot write what the standard allows, its output is corrected here, each time with the reason. `mqtt-packet` 9.0.
 */
import { generate, type Packet as LibraryPacket } from 'mqtt-packet'
import type { Connect, Packet, Properties, Property } from '../../src/mqtt/packet.ts'
import type { Version } from '../../src/mqtt/version.ts'

/** Forms of 5.0 that the library does not choose: a reason code without Property Length (§3.4.2.1, §3.14.2.2.1), and nothing at all (§3.14.2.1). */
export type Form = 'whole' | 'no-property-length' | 'empty'

const LIBRARY_VERSION = { '3.1': 3, '3.1.1': 4, '5.0': 5 } as const

/** `willPayload` and `payload` are whole: the packet itself has the beginning of the one and only the place of the other. */
export function encode(packet: Packet, version: Version, payload: Uint8Array, willPayload: Uint8Array, form: Form): Uint8Array {
  const protocolVersion = LIBRARY_VERSION[version]
  // The library writes DISCONNECT of 5.0 with both code and Property Length always; the empty one is that of the older versions.
  const options = { protocolVersion: form === 'empty' ? 4 : protocolVersion }
  const written = new Uint8Array(generate(describePacket(packet, payload, willPayload, protocolVersion) as LibraryPacket, options))
  if (packet.type === 'CONNECT') return correctConnect(written, packet)
  // The library looks DUP of PUBREL up at index 8 of a table of two, and fails.
  if (packet.type === 'PUBREL') written[0] = 0x60 | packet.flags
  return form === 'no-property-length' ? withBody(written, (body) => body.slice(0, -1)) : written
}

/** A packet in the library's words. */
function describePacket(packet: Packet, payload: Uint8Array, willPayload: Uint8Array, protocolVersion: 3 | 4 | 5): unknown {
  const dup = (packet.flags & 0x08) !== 0
  switch (packet.type) {
    case 'CONNECT': {
      const { will } = packet
      return {
        cmd: 'connect',
        protocolId: packet.protocolName,
        protocolVersion,
        bridgeMode: packet.bridge,
        // The library refuses an empty client identifier without Clean Start, which 5.0 allows (§3.1.3.1); the flag is put right afterwards.
        clean: packet.cleanStart || packet.clientIdentifier === '',
        keepalive: packet.keepAlive,
        clientId: packet.clientIdentifier,
        // The library refuses a password without a user name, which 5.0 allows (§3.1.2.9); an empty one is taken out afterwards.
        username: packet.userName ?? (packet.password === undefined ? undefined : ''),
        password: packet.password === undefined ? undefined : Buffer.from(packet.password),
        properties: describeProperties(packet.properties),
        will: will === undefined ? undefined : {
          topic: will.topic,
          payload: Buffer.from(willPayload),
          qos: packet.willQos,
          retain: packet.willRetain,
          properties: describeProperties(will.properties),
        },
      }
    }
    case 'CONNACK':
      return {
        cmd: 'connack',
        sessionPresent: packet.sessionPresent,
        returnCode: packet.reasonCode,
        reasonCode: packet.reasonCode,
        properties: describeProperties(packet.properties),
      }
    case 'PUBLISH':
      return {
        cmd: 'publish',
        topic: packet.topicName,
        messageId: packet.packetIdentifier,
        qos: packet.qos,
        dup: packet.dup,
        retain: packet.retain,
        payload: Buffer.from(payload),
        properties: describeProperties(packet.properties),
      }
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return {
        cmd: packet.type.toLowerCase(),
        messageId: packet.packetIdentifier,
        reasonCode: packet.reasonCode ?? 0,
        // Without `properties` the library takes the two-byte form for code 0, with an empty object it does not.
        properties: packet.reasonCode === undefined ? undefined : describeProperties(packet.properties),
      }
    case 'SUBSCRIBE':
      return {
        cmd: 'subscribe',
        messageId: packet.packetIdentifier,
        dup,
        properties: describeProperties(packet.properties),
        subscriptions: packet.subscriptions.map((one) => ({
          topic: one.topicFilter, qos: one.qos, nl: one.noLocal, rap: one.retainAsPublished, rh: one.retainHandling,
        })),
      }
    case 'UNSUBSCRIBE':
      return {
        cmd: 'unsubscribe',
        messageId: packet.packetIdentifier,
        dup,
        properties: describeProperties(packet.properties),
        unsubscriptions: packet.topicFilters,
      }
    case 'SUBACK':
    case 'UNSUBACK':
      return {
        cmd: packet.type.toLowerCase(),
        messageId: packet.packetIdentifier,
        granted: packet.reasonCodes,
        properties: describeProperties(packet.properties),
      }
    case 'PINGREQ':
    case 'PINGRESP':
      return { cmd: packet.type.toLowerCase() }
    case 'DISCONNECT':
    case 'AUTH':
      return { cmd: packet.type.toLowerCase(), reasonCode: packet.reasonCode ?? 0, properties: describeProperties(packet.properties) }
    case 'RESERVED':
      throw new Error('the library writes no reserved packet')
  }
}

/** Three names that the library spells in its own way. */
const LIBRARY_NAMES: Readonly<Record<string, string>> = {
  maximumQos: 'maximumQoS',
  subscriptionIdentifierAvailable: 'subscriptionIdentifiersAvailable',
  userProperty: 'userProperties',
}

/** Properties that the library takes as booleans. */
const BOOLEANS: ReadonlySet<string> = new Set([
  'payloadFormatIndicator', 'requestProblemInformation', 'requestResponseInformation', 'retainAvailable',
  'wildcardSubscriptionAvailable', 'subscriptionIdentifierAvailable', 'sharedSubscriptionAvailable',
])

/**
 * The library keeps properties in an object, so one that repeats stands in a row: the arbitraries keep to that. User properties go in a list of
 * objects of one key each: in one object, names that repeat or look like numbers would change their order.
 */
function describeProperties(properties: Properties): Record<string, unknown> | undefined {
  if (properties === undefined) return undefined
  const described: Record<string, unknown> = {}
  for (const property of properties) {
    const name = property.name!
    const key = LIBRARY_NAMES[name] ?? name
    const value = describeValue(property)
    if (name === 'userProperty' || name === 'subscriptionIdentifier') described[key] = [...((described[key] as unknown[] | undefined) ?? []), value]
    else described[key] = value
  }
  return described
}

function describeValue({ name, value }: Property): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (Array.isArray(value)) return { [value[0] as string]: value[1] as string }
  return BOOLEANS.has(name!) ? value === 1 : value
}

function correctConnect(written: Uint8Array, packet: Connect): Uint8Array {
  const nameLength = (packet.protocolName as string).length
  return withBody(written, (body) => {
    body[2 + nameLength + 1] = packet.connectFlags!
    if (packet.password === undefined || packet.userName !== undefined) return body
    const userNameAt = body.length - packet.password.length - 4
    return Uint8Array.from([...body.subarray(0, userNameAt), ...body.subarray(userNameAt + 2)])
  })
}

/** The same packet with another body, and the Remaining Length that belongs to it. */
export function withBody(packet: Uint8Array, change: (body: Uint8Array) => Uint8Array): Uint8Array {
  let bodyStart = 1
  while (packet[bodyStart++]! & 0x80);
  const body = change(packet.slice(bodyStart))
  const head = [packet[0]!]
  let rest = body.length
  do {
    head.push(rest > 127 ? (rest & 127) | 128 : rest)
    rest >>= 7
  } while (rest > 0)
  const changed = new Uint8Array(head.length + body.length)
  changed.set(head)
  changed.set(body, head.length)
  return changed
}
