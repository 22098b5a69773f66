import type { Field } from '../../mqtt/field.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Endpoint } from '../../tcp/connection.ts'
import type { FieldReader } from './field-reader.ts'
import type { ValueNames } from './value-names.ts'

/**
 * The values that a field has in a packet, and where they come from. A field may have none, one, or several (the filters of a SUBSCRIBE).
 */

/**
 * - `text`: a string, or the bytes of what should be text and is not UTF-8 · `bytes`: valid as long as the event is
 * - `address4`, `address6`: an Endpoint, of which only the address counts
 * - `time`: nanoseconds since the capture's first timed frame, as PacketEvent has it; with the capture's clock it is absolute
 * - `duration`: nanoseconds · `presence`: true, once for each time the field is there
 */
export type ValueKind = 'presence' | 'boolean' | 'number' | 'text' | 'bytes' | 'address4' | 'address6' | 'time' | 'duration'

export type Value = number | boolean | string | Uint8Array | Endpoint

/** A list that is filled again for every packet, so that nothing is allocated for it. */
export class Values {
  readonly items: Value[] = []
  count = 0

  add(value: Value): void {
    this.items[this.count++] = value
  }
}

export type ReadField = (event: PacketEvent, values: Values, reader: FieldReader) => void

/** How a field is found in a packet. */
export interface FieldSource {
  readonly field: Field
  readonly kind: ValueKind
  /** Adds the field's values in wire order. */
  readonly read: ReadField
  /** What the numbers of a code are called; null where they have no names. */
  readonly names: ValueNames | null
  /** True where the packet itself holds the value, so that no field tree is needed. */
  readonly direct: boolean
}
