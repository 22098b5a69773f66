import type { Field, FieldType } from '../../mqtt/field.ts'
import type { FieldReader } from './field-reader.ts'
import type { ValueNames } from './value-names.ts'
import type { ValueKind, Values } from './values.ts'

/** A field and how it is read from its subject: what has it, a packet or an exchange. */
export interface FieldSource<Subject> {
  readonly field: Field
  readonly kind: ValueKind
  /** Adds the field's values in wire order. */
  readonly read: ReadField<Subject>
  /** What the numbers of a code are called; null where they have no names. */
  readonly names: ValueNames | null
  /** The bytes that a field stands for beside a value, though it has none of its own (`mqtt contains "a"`); null where it does not. */
  readonly content: ReadField<Subject> | null
}

export type ReadField<Subject> = (subject: Subject, values: Values, reader: FieldReader) => void

/** A field under a name that Wireshark 4.0 knows too. */
export function known<Subject>(name: string, label: string, type: FieldType, kind: ValueKind, read: ReadField<Subject>): FieldSource<Subject> {
  return { field: { name, label, type, source: null, wireshark: true }, kind, read, names: null, content: null }
}

/** A field under a name of our own. */
export function own<Subject>(
  name: string, label: string, type: FieldType, kind: ValueKind, read: ReadField<Subject>, names: ValueNames | null = null,
): FieldSource<Subject> {
  return { field: { name, label, type, source: null, wireshark: false }, kind, read, names, content: null }
}
