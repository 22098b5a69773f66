import { FIELDS, isSecret } from '../../mqtt/fields.ts'
import type { TextSink } from '../../bytes/text-sink.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { FieldReader } from './field-reader.ts'
import type { FieldSource } from './field-source.ts'
import { isPlainNumber, valueText, type ValueText } from './value-text.ts'
import { Values } from './values.ts'

/**
 * `read -f fields -e NAME…`: the values of fields as text, one line for each packet.
 *
 * A tab between fields, a comma between several values of one, nothing where a packet does not have the field. Booleans are 1 and 0, and so is a field
 * that has no value of its own but is there; bytes are lower-case hex; text is exact but for control characters, which are `\xNN`.
 */

export interface ColumnOptions {
  /** Passwords and authentication data as they are, instead of `***`. */
  readonly showSecrets?: boolean
}

/** The columns in their order. */
export function compileColumns(sources: readonly FieldSource<PacketEvent>[], reader: FieldReader, options: ColumnOptions = {}): Column[] {
  return sources.map((source) => new Column(source, reader, options.showSecrets === true))
}

export const MASK = '***'

export class Column {
  readonly #source: FieldSource<PacketEvent>
  readonly #reader: FieldReader
  readonly #values = new Values()
  readonly #format: ValueText
  readonly #plainNumber: boolean
  readonly #secret: boolean
  readonly #perhapsSecret: boolean

  constructor(source: FieldSource<PacketEvent>, reader: FieldReader, showSecrets: boolean) {
    this.#source = source
    this.#reader = reader
    this.#format = valueText(source.kind, source.field)
    this.#plainNumber = isPlainNumber(source.kind, source.field)
    this.#secret = !showSecrets && isSecret(source.field)
    this.#perhapsSecret = !showSecrets && source.field === FIELDS.undecoded
  }

  /** Writes what the packet has of the field: value by value, so that numbers and most text go where they belong without a copy. */
  write(event: PacketEvent, output: TextSink): void {
    const values = this.#values
    values.count = 0
    this.#source.read(event, values, this.#reader)
    if (values.count === 0) return
    const masked = this.#secret || (this.#perhapsSecret && carriesSecrets(event))
    for (let index = 0; index < values.count; index++) {
      if (index > 0) output.write(',')
      const value = values.items[index]!
      if (masked) output.write(MASK)
      else if (this.#plainNumber) output.writeNumber(value as number)
      else output.write(this.#format(value, this.#reader.clock))
    }
  }
}

/** What is left over of a damaged one may hold a password or authentication data. */
function carriesSecrets({ packet }: PacketEvent): boolean {
  return packet.type === 'CONNECT' || packet.type === 'CONNACK' || packet.type === 'AUTH'
}
