/**
 * The control packets as values: a union on `type`, with the standard's own field names in camel case.
 *
 * A field that is absent on the wire, or that could not be located because the packet is damaged, is `undefined` here.
 * Objects of one type always have the same keys in the same order. Nothing in a Packet refers to the capture's buffers, so it may
 * be kept; a PUBLISH payload is only located (`payloadStart`, `payloadLength`), its bytes are in the PacketEvent.
 */

export type PacketType =
  | 'CONNECT' | 'CONNACK' | 'PUBLISH' | 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'SUBSCRIBE' | 'SUBACK'
  | 'UNSUBSCRIBE' | 'UNSUBACK' | 'PINGREQ' | 'PINGRESP' | 'DISCONNECT' | 'AUTH' | 'RESERVED'

/** MQTT 5.0 §2.1.2, by the number in the high nibble of byte 1. 15 is RESERVED before 5.0. */
export const PACKET_TYPES: readonly PacketType[] = [
  'RESERVED', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBSCRIBE', 'SUBACK',
  'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP', 'DISCONNECT', 'AUTH',
]

/** Bytes that should be UTF-8 text and are not. Serialises as `{"hex":"…"}`. */
export class IllFormedText {
  readonly hex: string
  constructor(hex: string) {
    this.hex = hex
  }
}

/** Text from the wire, exact; not yet safe for a terminal (see `printable`). */
export type Text = string | IllFormedText

export type Qos = 0 | 1 | 2 | 3

/** MQTT 5.0 §2.2.2.2, in wire order. `name` is null for an identifier that the standard does not know; `value` then is the rest of the block. */
export interface Property {
  readonly id: number
  readonly name: PropertyName | null
  readonly value: number | Text | Uint8Array | readonly [Text, Text]
}

export type PropertyName =
  | 'payloadFormatIndicator' | 'messageExpiryInterval' | 'contentType' | 'responseTopic' | 'correlationData' | 'subscriptionIdentifier'
  | 'sessionExpiryInterval' | 'assignedClientIdentifier' | 'serverKeepAlive' | 'authenticationMethod' | 'authenticationData'
  | 'requestProblemInformation' | 'willDelayInterval' | 'requestResponseInformation' | 'responseInformation' | 'serverReference'
  | 'reasonString' | 'receiveMaximum' | 'topicAliasMaximum' | 'topicAlias' | 'maximumQos' | 'retainAvailable' | 'userProperty'
  | 'maximumPacketSize' | 'wildcardSubscriptionAvailable' | 'subscriptionIdentifierAvailable' | 'sharedSubscriptionAvailable'

/** Undefined before 5.0, and where the block could not be located; empty where its length on the wire is 0 (or left out, §3.4.2.2.1). */
export type Properties = readonly Property[] | undefined

export interface Will {
  readonly properties: Properties
  readonly topic: Text | undefined
  /** The first `payloadKept` bytes. */
  readonly payload: Uint8Array | undefined
  readonly payloadLength: number
}

export interface Subscription {
  readonly topicFilter: Text
  /** Requested QoS (bits 1-0 of the options byte); undefined where the packet ends before the byte. */
  readonly qos: Qos | undefined
  /** The last three from 5.0 on. */
  readonly noLocal: boolean | undefined
  readonly retainAsPublished: boolean | undefined
  readonly retainHandling: number | undefined
}

export interface Connect {
  readonly type: 'CONNECT'
  /** The low nibble of byte 1. */
  readonly flags: number
  readonly protocolName: Text | undefined
  /** The byte as it stands; see `bridge`. */
  readonly protocolLevel: number | undefined
  /** True where the level's top bit is set (0x83, 0x84: a broker's bridge). */
  readonly bridge: boolean
  readonly connectFlags: number | undefined
  readonly userNameFlag: boolean | undefined
  readonly passwordFlag: boolean | undefined
  readonly willRetain: boolean | undefined
  readonly willQos: Qos | undefined
  readonly willFlag: boolean | undefined
  /** Clean Start (5.0), Clean Session (before). */
  readonly cleanStart: boolean | undefined
  readonly keepAlive: number | undefined
  readonly properties: Properties
  readonly clientIdentifier: Text | undefined
  readonly will: Will | undefined
  readonly userName: Text | undefined
  readonly password: Uint8Array | undefined
}

export interface Connack {
  readonly type: 'CONNACK'
  readonly flags: number
  readonly sessionPresent: boolean | undefined
  /** The return code before 5.0. */
  readonly reasonCode: number | undefined
  readonly properties: Properties
}

export interface Publish {
  readonly type: 'PUBLISH'
  readonly flags: number
  readonly dup: boolean
  readonly qos: Qos
  readonly retain: boolean
  /** As on the wire: empty where a Topic Alias stands for it. */
  readonly topicName: Text | undefined
  readonly packetIdentifier: number | undefined
  readonly properties: Properties
  /** Offset of the payload from byte 1 of the packet; -1 where it could not be located. */
  readonly payloadStart: number
  /** Bytes on the wire, however many of them are at hand. */
  readonly payloadLength: number
}

export interface Acknowledgement {
  readonly type: 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP'
  readonly flags: number
  readonly packetIdentifier: number | undefined
  /** Undefined where it is not on the wire: before 5.0, and in the two-byte form of 5.0, which means 0x00. */
  readonly reasonCode: number | undefined
  readonly properties: Properties
}

export interface Subscribe {
  readonly type: 'SUBSCRIBE'
  readonly flags: number
  readonly packetIdentifier: number | undefined
  readonly properties: Properties
  readonly subscriptions: readonly Subscription[]
}

export interface SubscribeAcknowledgement {
  readonly type: 'SUBACK' | 'UNSUBACK'
  readonly flags: number
  readonly packetIdentifier: number | undefined
  readonly properties: Properties
  readonly reasonCodes: readonly number[]
}

export interface Unsubscribe {
  readonly type: 'UNSUBSCRIBE'
  readonly flags: number
  readonly packetIdentifier: number | undefined
  readonly properties: Properties
  readonly topicFilters: readonly Text[]
}

export interface Ping {
  readonly type: 'PINGREQ' | 'PINGRESP'
  readonly flags: number
}

export interface Disconnect {
  readonly type: 'DISCONNECT' | 'AUTH'
  readonly flags: number
  readonly reasonCode: number | undefined
  readonly properties: Properties
}

/** Type nibble 0, or 15 before 5.0. Its body is not decoded. */
export interface Reserved {
  readonly type: 'RESERVED'
  readonly flags: number
}

export type Packet =
  | Connect | Connack | Publish | Acknowledgement | Subscribe | SubscribeAcknowledgement | Unsubscribe | Ping | Disconnect | Reserved

/** The value of a property that may stand only once, or undefined. */
export function propertyValue(properties: Properties, name: PropertyName): Property['value'] | undefined {
  if (properties === undefined) return undefined
  for (const property of properties) if (property.name === name) return property.value
  return undefined
}
