import type { Field } from '../mqtt/field.ts'
import { FIELDS, MQTT_FIELDS } from '../mqtt/fields.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Exchange } from '../session/exchange.ts'
import { CONNECTION_FIELDS } from './fields/connection-fields.ts'
import { ALSO_OF_PACKETS, EXCHANGE_ONLY, INSTEAD_OF_PACKETS } from './fields/exchange-fields.ts'
import type { FieldSource } from './fields/field-source.ts'
import { FieldTable } from './fields/field-table.ts'
import { CONTEXT_FIELDS, FRAME_FIELDS, PACKET_BYTES, SHORTCUTS } from './fields/packet-fields.ts'
import { valueNames } from './fields/value-names.ts'
import type { ValueKind } from './fields/values.ts'

/** The registry of all display filter fields: a table for each subject that a filter can be about. A field that both have is one Field with two sources. */

/**
 * Of packets: those that the decoder records (mqtt/fields.ts), and those that a packet has by where it was seen. To add a field of MQTT, add it there; to add
 * one that needs more than a packet's bytes, add it in fields/packet-fields.ts.
 */
export const PACKET_FIELDS = new FieldTable<PacketEvent>({
  of: 'packets',
  filteredBy: 'mqtap read -Y',
  sources: () => [
    ...FRAME_FIELDS,
    ...CONNECTION_FIELDS,
    { ...fromDecoder(FIELDS.packet), content: PACKET_BYTES },
    ...CONTEXT_FIELDS,
    ...MQTT_FIELDS.filter((field) => field !== FIELDS.packet).map(fromDecoder),
  ],
})

/** Of exchanges: to add one, see fields/exchange-fields.ts. */
export const EXCHANGE_FIELDS = new FieldTable<Exchange>({
  of: 'exchanges',
  filteredBy: 'mqtap flows -Y',
  sources: () => [
    ...[...ALSO_OF_PACKETS].map(([name, read]) => ({ ...PACKET_FIELDS.get(name)!, read, content: null })),
    ...CONNECTION_FIELDS,
    ...EXCHANGE_ONLY,
  ],
  insteadOf: INSTEAD_OF_PACKETS,
})

export const FIELD_TABLES: readonly FieldTable<never>[] = [PACKET_FIELDS, EXCHANGE_FIELDS]

/** The tables that have a field of that name. */
export function tablesWith(name: string): readonly FieldTable<never>[] {
  return FIELD_TABLES.filter((table) => table.get(name) !== undefined)
}

/** A field of the tree, which the packet may hold as well. */
export function fromDecoder(field: Field): FieldSource<PacketEvent> {
  const read = SHORTCUTS.get(field) ?? ((event, values, reader) => reader.readTree(event, field, values))
  return { field, kind: kindOf(field), read, names: valueNames(field), content: null }
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
