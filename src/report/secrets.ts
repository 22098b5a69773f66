import { FIELDS, isSecret } from '../mqtt/fields.ts'
import type { ByteRange } from '../bytes/hex.ts'
import type { Field, FieldNode } from '../mqtt/field.ts'
import type { PacketType, Property } from '../mqtt/packet.ts'

/**
 * What must not be shown unless the user asks for secrets: passwords, and the data of enhanced authentication. Also bytes that may hold them because a
 * damaged packet does not let them be told apart.
 */

const AUTHENTICATION_DATA = 0x16

/** A password, or Authentication Data (MQTT 5.0 §3.1.2.11.10, §3.2.2.3.18, §3.15.2.2.3). */
const CARRIES_SECRETS: ReadonlySet<string> = new Set<PacketType>(['CONNECT', 'CONNACK', 'AUTH'])

export function carriesSecrets(type: PacketType | 'UNFRAMED'): boolean {
  return CARRIES_SECRETS.has(type)
}

/** An unknown property holds the rest of its block, and so perhaps an Authentication Data property behind it. */
export function mayHoldAuthenticationData(property: Property, type: PacketType): boolean {
  if (property.name === 'authenticationData') return true
  return property.name === null && carriesSecrets(type) && property.value instanceof Uint8Array && property.value.includes(AUTHENTICATION_DATA)
}

/** Whether the value of a field of a `type` packet is to be hidden. What was not decoded of such a packet may be the password. */
export function isHidden(field: Field, type: PacketType | 'UNFRAMED'): boolean {
  return isSecret(field) || (field === FIELDS.undecoded && carriesSecrets(type))
}

/** The bytes to mask in a byte view, in order. */
export function hiddenRanges(nodes: readonly FieldNode[], type: PacketType | 'UNFRAMED'): ByteRange[] {
  const ranges: ByteRange[] = []
  const visit = (node: FieldNode) => {
    if (node.children.length > 0) node.children.forEach(visit)
    else if (isHidden(node.field, type)) ranges.push({ start: node.start, end: node.end })
  }
  nodes.forEach(visit)
  return ranges
}
