/**
 * The 27 properties of MQTT 5.0 (§2.2.2.2): identifier, name, type, where each may stand, how often, and which values it may have.
 * What the bytes of a packet make of it is read in property-reader.ts.
 */
import type { PropertyName } from './packet.ts'

/** §1.5. */
export type PropertyType =
  | 'byte' | 'two-byte-integer' | 'four-byte-integer' | 'variable-byte-integer' | 'utf8-string' | 'binary-data' | 'utf8-string-pair'

/** Where a block of properties stands: in a packet, or before the will in a CONNECT's payload. */
export type PropertyHost =
  | 'WILL' | 'CONNECT' | 'CONNACK' | 'PUBLISH' | 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'SUBSCRIBE' | 'SUBACK'
  | 'UNSUBSCRIBE' | 'UNSUBACK' | 'DISCONNECT' | 'AUTH'

/** `repeats: 'from-server'` is the Subscription Identifier, which a PUBLISH of the server may have several times (§3.3.2.3.8). */
export interface PropertyDefinition {
  readonly id: number
  readonly name: PropertyName
  readonly label: string
  readonly type: PropertyType
  readonly hosts: readonly PropertyHost[]
  readonly repeats: 'no' | 'yes' | 'from-server'
  /** `zero-or-one`, `not-zero`: other values are Protocol Errors. */
  readonly values: 'any' | 'zero-or-one' | 'not-zero'
}

const MESSAGE: readonly PropertyHost[] = ['PUBLISH', 'WILL']
const ACKNOWLEDGEMENTS: readonly PropertyHost[] = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK']

export const PROPERTIES: readonly PropertyDefinition[] = [
  { id: 0x01, name: 'payloadFormatIndicator', label: 'Payload Format Indicator', type: 'byte', hosts: MESSAGE, repeats: 'no', values: 'zero-or-one' },
  {
    id: 0x02, name: 'messageExpiryInterval', label: 'Message Expiry Interval', type: 'four-byte-integer',
    hosts: MESSAGE, repeats: 'no', values: 'any',
  },
  { id: 0x03, name: 'contentType', label: 'Content Type', type: 'utf8-string', hosts: MESSAGE, repeats: 'no', values: 'any' },
  { id: 0x08, name: 'responseTopic', label: 'Response Topic', type: 'utf8-string', hosts: MESSAGE, repeats: 'no', values: 'any' },
  { id: 0x09, name: 'correlationData', label: 'Correlation Data', type: 'binary-data', hosts: MESSAGE, repeats: 'no', values: 'any' },
  {
    id: 0x0b, name: 'subscriptionIdentifier', label: 'Subscription Identifier', type: 'variable-byte-integer',
    hosts: ['PUBLISH', 'SUBSCRIBE'], repeats: 'from-server', values: 'not-zero',
  },
  {
    id: 0x11, name: 'sessionExpiryInterval', label: 'Session Expiry Interval', type: 'four-byte-integer',
    hosts: ['CONNECT', 'CONNACK', 'DISCONNECT'], repeats: 'no', values: 'any',
  },
  {
    id: 0x12, name: 'assignedClientIdentifier', label: 'Assigned Client Identifier', type: 'utf8-string',
    hosts: ['CONNACK'], repeats: 'no', values: 'any',
  },
  { id: 0x13, name: 'serverKeepAlive', label: 'Server Keep Alive', type: 'two-byte-integer', hosts: ['CONNACK'], repeats: 'no', values: 'any' },
  {
    id: 0x15, name: 'authenticationMethod', label: 'Authentication Method', type: 'utf8-string',
    hosts: ['CONNECT', 'CONNACK', 'AUTH'], repeats: 'no', values: 'any',
  },
  {
    id: 0x16, name: 'authenticationData', label: 'Authentication Data', type: 'binary-data',
    hosts: ['CONNECT', 'CONNACK', 'AUTH'], repeats: 'no', values: 'any',
  },
  {
    id: 0x17, name: 'requestProblemInformation', label: 'Request Problem Information', type: 'byte',
    hosts: ['CONNECT'], repeats: 'no', values: 'zero-or-one',
  },
  { id: 0x18, name: 'willDelayInterval', label: 'Will Delay Interval', type: 'four-byte-integer', hosts: ['WILL'], repeats: 'no', values: 'any' },
  {
    id: 0x19, name: 'requestResponseInformation', label: 'Request Response Information', type: 'byte',
    hosts: ['CONNECT'], repeats: 'no', values: 'zero-or-one',
  },
  { id: 0x1a, name: 'responseInformation', label: 'Response Information', type: 'utf8-string', hosts: ['CONNACK'], repeats: 'no', values: 'any' },
  {
    id: 0x1c, name: 'serverReference', label: 'Server Reference', type: 'utf8-string',
    hosts: ['CONNACK', 'DISCONNECT'], repeats: 'no', values: 'any',
  },
  {
    id: 0x1f, name: 'reasonString', label: 'Reason String', type: 'utf8-string',
    hosts: ['CONNACK', ...ACKNOWLEDGEMENTS, 'DISCONNECT', 'AUTH'], repeats: 'no', values: 'any',
  },
  {
    id: 0x21, name: 'receiveMaximum', label: 'Receive Maximum', type: 'two-byte-integer',
    hosts: ['CONNECT', 'CONNACK'], repeats: 'no', values: 'not-zero',
  },
  {
    id: 0x22, name: 'topicAliasMaximum', label: 'Topic Alias Maximum', type: 'two-byte-integer',
    hosts: ['CONNECT', 'CONNACK'], repeats: 'no', values: 'any',
  },
  { id: 0x23, name: 'topicAlias', label: 'Topic Alias', type: 'two-byte-integer', hosts: ['PUBLISH'], repeats: 'no', values: 'not-zero' },
  { id: 0x24, name: 'maximumQos', label: 'Maximum QoS', type: 'byte', hosts: ['CONNACK'], repeats: 'no', values: 'zero-or-one' },
  { id: 0x25, name: 'retainAvailable', label: 'Retain Available', type: 'byte', hosts: ['CONNACK'], repeats: 'no', values: 'zero-or-one' },
  {
    id: 0x26, name: 'userProperty', label: 'User Property', type: 'utf8-string-pair',
    hosts: [...MESSAGE, 'CONNECT', 'CONNACK', ...ACKNOWLEDGEMENTS, 'SUBSCRIBE', 'UNSUBSCRIBE', 'DISCONNECT', 'AUTH'], repeats: 'yes', values: 'any',
  },
  {
    id: 0x27, name: 'maximumPacketSize', label: 'Maximum Packet Size', type: 'four-byte-integer',
    hosts: ['CONNECT', 'CONNACK'], repeats: 'no', values: 'not-zero',
  },
  {
    id: 0x28, name: 'wildcardSubscriptionAvailable', label: 'Wildcard Subscription Available', type: 'byte',
    hosts: ['CONNACK'], repeats: 'no', values: 'zero-or-one',
  },
  {
    id: 0x29, name: 'subscriptionIdentifierAvailable', label: 'Subscription Identifier Available', type: 'byte',
    hosts: ['CONNACK'], repeats: 'no', values: 'zero-or-one',
  },
  {
    id: 0x2a, name: 'sharedSubscriptionAvailable', label: 'Shared Subscription Available', type: 'byte',
    hosts: ['CONNACK'], repeats: 'no', values: 'zero-or-one',
  },
]

/** Where in PROPERTIES an identifier is; -1 for one that the standard does not know. */
export function propertyIndex(id: number): number {
  return id < INDEX_BY_ID.length ? INDEX_BY_ID[id]! : -1
}

const INDEX_BY_ID = new Int8Array(0x2b).fill(-1)
PROPERTIES.forEach((property, index) => {
  INDEX_BY_ID[property.id] = index
})

/** The bit of a property in a set of properties (27 fit in one integer). */
export function propertyBit(name: PropertyName): number {
  return 1 << PROPERTIES.findIndex((property) => property.name === name)
}

/** Which properties may stand in `host`, as a set of their bits. */
export function propertiesOf(host: PropertyHost): number {
  let bits = 0
  PROPERTIES.forEach((property, index) => {
    if (property.hosts.includes(host)) bits |= 1 << index
  })
  return bits
}
