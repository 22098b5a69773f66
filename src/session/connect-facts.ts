/**
 * What CONNECT and CONNACK settle for a connection: the will, the limits that each side announced, and for how long the Session lives.
 */
import {
  propertyValue, type Connack, type Connect, type Packet, type Properties, type Property, type PropertyName, type Qos, type Text, type Will,
} from '../mqtt/packet.ts'
import { connectVersion } from '../mqtt/decoder.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Version } from '../mqtt/version.ts'
import type { ConnackTerms, ConnectTerms, DisconnectFacts } from './network-connection.ts'
import { reasonCodeOf } from './reason-code.ts'
import { passedOnOf, type PassedOn } from './passed-on.ts'
import type { Side } from './side.ts'

/**
 * What one side told the other that it can take (MQTT 5.0 §3.1.2.11, §3.2.2.3). Where a property is absent, its default stands; before 5.0 there are no
 * others. The last five are the server's to say.
 */
export interface Limits {
  readonly receiveMaximum: number
  /** Null where there is none. */
  readonly maximumPacketSize: number | null
  readonly topicAliasMaximum: number
  readonly maximumQos: Qos
  readonly retainAvailable: boolean
  readonly wildcardSubscriptionAvailable: boolean
  readonly subscriptionIdentifierAvailable: boolean
  readonly sharedSubscriptionAvailable: boolean
}

export const DEFAULT_LIMITS: Limits = {
  receiveMaximum: 65_535,
  maximumPacketSize: null,
  topicAliasMaximum: 0,
  maximumQos: 2,
  retainAvailable: true,
  wildcardSubscriptionAvailable: true,
  subscriptionIdentifierAvailable: true,
  sharedSubscriptionAvailable: true,
}

const LIMIT_NAMES: ReadonlySet<PropertyName | null> = new Set<PropertyName>([
  'receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum', 'maximumQos', 'retainAvailable', 'wildcardSubscriptionAvailable',
  'subscriptionIdentifierAvailable', 'sharedSubscriptionAvailable',
])

/** The will of a CONNECT, with when it is sent (MQTT 5.0 §3.1.2.5, §3.1.3.2). */
export interface ConnectionWill {
  readonly topic: Text | undefined
  readonly qos: Qos
  readonly retain: boolean
  readonly payload: Uint8Array | undefined
  readonly payloadLength: number
  /** Will Delay Interval, in seconds. */
  readonly delay: number
  /** What of its properties goes with it when it is published (MQTT 5.0 §3.1.3.2). */
  readonly properties: PassedOn
}

/** Session Expiry Interval (seconds) that stands for: never (MQTT 5.0 §3.1.2.11.2). Before 5.0, every Session that is not clean is of that kind. */
export const NEVER_EXPIRES = 0xffff_ffff

export function termsOfConnect(packet: Connect, { version, problems }: Pick<PacketEvent, 'version' | 'problems'>): ConnectTerms {
  const method = propertyValue(packet.properties, 'authenticationMethod')
  return {
    cleanStart: packet.cleanStart,
    keepAlive: packet.keepAlive ?? 0,
    userName: packet.userName,
    will: willOf(packet),
    limits: limitsOf(packet.properties),
    sessionExpiry: requestedExpiry(packet, version),
    problemInformation: numberOf(packet.properties, 'requestProblemInformation') !== 0,
    protocolName: packet.protocolName,
    protocolLevel: packet.protocolLevel,
    unknownVersion: packet.protocolName !== undefined && packet.protocolLevel !== undefined && connectVersion(packet) === null,
    emptyIdentifier: packet.clientIdentifier === '',
    authenticationMethod: method === undefined ? null : (method as Text),
    requestsResponseInformation: numberOf(packet.properties, 'requestResponseInformation') === 1,
    defect: problems.find(({ severity }) => severity === 'error')?.code ?? null,
  }
}

export function termsOfConnack(packet: Connack): ConnackTerms {
  return {
    sessionPresent: packet.sessionPresent,
    reasonCode: packet.reasonCode ?? null,
    keepAlive: numberOf(packet.properties, 'serverKeepAlive'),
    sessionExpiry: numberOf(packet.properties, 'sessionExpiryInterval'),
    limits: limitsOf(packet.properties),
    oldForm: packet.properties === undefined,
  }
}

export function factsOfDisconnect(event: PacketEvent, packet: Packet & { type: 'DISCONNECT' | 'AUTH' }, by: Side, first: boolean): DisconnectFacts {
  const { number, frame, time } = event
  return { number, frame, time, by, first, reasonCode: reasonCodeOf(packet) ?? 0, sessionExpiry: numberOf(packet.properties, 'sessionExpiryInterval') }
}

function limitsOf(properties: Properties): Limits {
  if (properties === undefined || !properties.some(({ name }) => LIMIT_NAMES.has(name))) return DEFAULT_LIMITS
  const limits = DEFAULT_LIMITS
  const flag = (name: PropertyName, otherwise: boolean) => {
    const value = propertyValue(properties, name)
    return value === undefined ? otherwise : value !== 0
  }
  const maximumQos = numberOf(properties, 'maximumQos')
  return {
    receiveMaximum: numberOf(properties, 'receiveMaximum') ?? limits.receiveMaximum,
    maximumPacketSize: numberOf(properties, 'maximumPacketSize'),
    topicAliasMaximum: numberOf(properties, 'topicAliasMaximum') ?? limits.topicAliasMaximum,
    maximumQos: maximumQos === 0 || maximumQos === 1 ? maximumQos : limits.maximumQos,
    retainAvailable: flag('retainAvailable', limits.retainAvailable),
    wildcardSubscriptionAvailable: flag('wildcardSubscriptionAvailable', limits.wildcardSubscriptionAvailable),
    subscriptionIdentifierAvailable: flag('subscriptionIdentifierAvailable', limits.subscriptionIdentifierAvailable),
    sharedSubscriptionAvailable: flag('sharedSubscriptionAvailable', limits.sharedSubscriptionAvailable),
  }
}

function willOf({ willFlag, willQos, willRetain, will }: Connect): ConnectionWill | null {
  if (willFlag !== true || will === undefined) return null
  return {
    topic: will.topic, qos: willQos ?? 0, retain: willRetain ?? false, payload: will.payload, payloadLength: will.payloadLength, delay: willDelay(will),
    properties: passedOnOf(will.properties),
  }
}

function willDelay({ properties }: Will): number {
  return numberOf(properties, 'willDelayInterval') ?? 0
}

/** In seconds; 0 where the Session ends with its connection (MQTT 5.0 §3.1.2.11.2; before, §3.1.2.4 of 3.1.1). Null where that is not known. */
function requestedExpiry({ cleanStart, properties }: Connect, version: Version | null): number | null {
  if (version === '5.0') return numberOf(properties, 'sessionExpiryInterval') ?? 0
  if (version === null || cleanStart === undefined) return null
  return cleanStart ? 0 : NEVER_EXPIRES
}

export function numberOf(properties: Properties, name: PropertyName): number | null {
  const value: Property['value'] | undefined = propertyValue(properties, name)
  return typeof value === 'number' ? value : null
}
