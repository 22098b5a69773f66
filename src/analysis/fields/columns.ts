import { toHex } from '../../bytes/hex.ts'
import type { CaptureClock } from '../../capture/frame.ts'
import { FIELDS, isSecret } from '../../mqtt/fields.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import { Endpoint } from '../../tcp/connection.ts'
import type { FieldReader } from './field-reader.ts'
import { DateText, durationText, epochText } from './time-text.ts'
import { Values, type FieldSource, type Value } from './values.ts'

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
export function compileColumns(sources: readonly FieldSource[], reader: FieldReader, options: ColumnOptions = {}): (event: PacketEvent) => string {
  const columns = sources.map((source) => new Column(source, reader, options.showSecrets === true))
  const [first, ...others] = columns
  if (first === undefined) return () => ''
  return (event) => {
    let line = first.text(event)
    for (let index = 0; index < others.length; index++) line += `\t${others[index]!.text(event)}`
    return line
  }
}

/** One value as a column shows it. The clock is needed for absolute times only; what is secret is not masked here. */
export function fieldText(value: Value, source: FieldSource, clock: CaptureClock | null): string {
  return formatOf(source)(value, clock)
}

export const MASK = '***'

class Column {
  readonly #source: FieldSource
  readonly #reader: FieldReader
  readonly #values = new Values()
  readonly #format: Format
  readonly #secret: boolean
  readonly #perhapsSecret: boolean

  constructor(source: FieldSource, reader: FieldReader, showSecrets: boolean) {
    this.#source = source
    this.#reader = reader
    this.#format = formatOf(source)
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

type Format = (value: Value, clock: CaptureClock | null) => string

/** Bit sets and identifiers, which Wireshark writes as two hex digits. */
const HEX_FIELDS: ReadonlySet<unknown> = new Set([
  FIELDS.headerFlags, FIELDS.connectFlags, FIELDS.acknowledgeFlags, FIELDS.subscriptionOptions, FIELDS.optionsReserved, FIELDS.propertyIdentifier,
])

function formatOf({ field, kind }: FieldSource): Format {
  switch (kind) {
    case 'presence':
    case 'boolean':
      return (value) => (value === true ? '1' : '0')
    case 'number':
      return HEX_FIELDS.has(field) ? (value) => `0x${(value as number).toString(16).padStart(2, '0')}` : (value) => `${value as number}`
    case 'text':
    case 'bytes':
      return (value) => (typeof value === 'string' ? escapeControls(value) : hexText(value))
    case 'address4':
    case 'address6':
      return (value) => (value instanceof Endpoint ? value.address : String(value))
    case 'duration':
      return (value) => durationText(value as number)
    case 'time': {
      if (field.name === 'frame.time_epoch') return (value, clock) => (clock === null ? '' : epochText(clock, value as number))
      const date = new DateText()
      return (value, clock) => (clock === null ? '' : date.text(clock, value as number))
    }
  }
}

function hexText(value: Value): string {
  return value instanceof Uint8Array ? toHex(value, 0, value.length) : ''
}

/** C0 and C1 controls and DEL: nothing else can break a line, a column or a terminal. */
const CONTROL = /[\x00-\x1f\x7f-\x9f]/
const CONTROLS = new RegExp(CONTROL.source, 'g')

function escapeControls(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROLS, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`) : text
}
