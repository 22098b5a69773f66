import { FIELDS, isSecret } from '../../mqtt/fields.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { FieldReader } from './field-reader.ts'
import type { FieldSource } from './field-source.ts'
import { valueText, type ValueText } from './value-text.ts'
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

/** What formats a line, without its end. */
export function compileColumns(
  sources: readonly FieldSource<PacketEvent>[], reader: FieldReader, options: ColumnOptions = {},
): (event: PacketEvent) => string {
  const columns = sources.map((source) => new Column(source, reader, options.showSecrets === true))
  const [first, ...others] = columns
  if (first === undefined) return () => ''
  return (event) => {
    let line = first.text(event)
    for (let index = 0; index < others.length; index++) line += `\t${others[index]!.text(event)}`
    return line
  }
}

export const MASK = '***'

class Column {
  readonly #source: FieldSource<PacketEvent>
  readonly #reader: FieldReader
  readonly #values = new Values()
  readonly #format: ValueText
  readonly #secret: boolean
  readonly #perhapsSecret: boolean

  constructor(source: FieldSource<PacketEvent>, reader: FieldReader, showSecrets: boolean) {
    this.#source = source
    this.#reader = reader
    this.#format = valueText(source.kind, source.field)
    this.#secret = !showSecrets && isSecret(source.field)
    this.#perhapsSecret = !showSecrets && source.field === FIELDS.undecoded
  }

  text(event: PacketEvent): string {
    const values = this.#values
    values.count = 0
    this.#source.read(event, values, this.#reader)
    if (values.count === 0) return ''
    if (this.#secret || (this.#perhapsSecret && carriesSecrets(event))) return new Array<string>(values.count).fill(MASK).join(',')
    const clock = this.#reader.clock
    let text = this.#format(values.items[0]!, clock)
    for (let index = 1; index < values.count; index++) text += `,${this.#format(values.items[index]!, clock)}`
    return text
  }
}

/** What is left over of a damaged one may hold a password or authentication data. */
function carriesSecrets({ packet }: PacketEvent): boolean {
  return packet.type === 'CONNECT' || packet.type === 'CONNACK' || packet.type === 'AUTH'
}
