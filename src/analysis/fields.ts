import type { Field } from '../mqtt/field.ts'
import { MQTT_FIELDS } from '../mqtt/fields.ts'
import { FieldTable } from './fields/field-table.ts'
import { CARRIER_FIELDS, CONTEXT_FIELDS, SHORTCUTS, type DirectField } from './fields/packet-fields.ts'
import { valueNames } from './fields/value-names.ts'
import type { FieldSource, ValueKind } from './fields/values.ts'

/**
 * The registry of all display filter fields: those that the decoder records (mqtt/fields.ts), and those that a packet has by where it was seen.
 * To add a field of MQTT, add it there; to add one that needs more than a packet's bytes, add it in fields/packet-fields.ts.
 */
export const FILTER_FIELDS = new FieldTable([
  ...CARRIER_FIELDS.map(fromPacket),
  ...MQTT_FIELDS.filter((field) => field.name === 'mqtt').map(fromDecoder),
  ...CONTEXT_FIELDS.map(fromPacket),
  ...MQTT_FIELDS.filter((field) => field.name !== 'mqtt').map(fromDecoder),
])

function fromPacket({ field, kind, read }: DirectField): FieldSource {
  return { field, kind, read, names: null, direct: true }
}

/** A field of the tree, which the packet may hold as well. */
export function fromDecoder(field: Field): FieldSource {
  const shortcut = SHORTCUTS.get(field)
  const read = shortcut ?? ((event, values, reader) => reader.readTree(event, field, values))
  return { field, kind: kindOf(field), read, names: valueNames(field), direct: shortcut !== undefined }
}

function kindOf(field: Field): ValueKind {
  switch (field.type) {
    case 'none':
      return 'presence'
    case 'boolean':
      return 'boolean'
    case 'unsigned':
      return 'number'
    case 'string':
      return 'text'
    case 'bytes':
      return 'bytes'
    case 'duration':
      return 'duration'
    case 'absolute-time':
    case 'address':
      throw new Error(`${field.name}: the decoder records no ${field.type}`)
  }
}
