import { printable } from '../bytes/printable.ts'
import { jsonText } from './json-text.ts'
import { packetObject } from './packet-json.ts'
import { PACKET_SCHEMA } from './schema/packet.ts'
import { FIELDS_BY_TYPE } from './schema/packet-fields.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { FieldOptions } from './packet-fields.ts'
import type { JsonValue } from './json-text.ts'
import type { PacketRenderer } from './renderer.ts'
import type { ClockSource } from './time-format.ts'

/**
 * `-f csv`: the objects of `-f json` with one column for each of their keys, taken from the schema; `will` is taken apart (`will.topic`), a list is JSON in one
 * cell. RFC 4180 quoting, lines end in LF. An absent value is an empty cell, an empty text is `""`.
 *
 * The text is exact, as in all machine formats: a cell that begins with `=`, `+`, `-` or `@` is not changed, so open files from untrusted captures as text and
 * not with a double click. Only where the output is a terminal are control characters escaped.
 */

interface Column {
  readonly name: string
  readonly path: readonly string[]
}

/** What every line would repeat, and what is taken apart. */
const LEFT_OUT: ReadonlySet<string> = new Set(['schema', 'fields'])

const COLUMNS: readonly Column[] = columnsOf(PACKET_SCHEMA, [])
  .filter(({ path }) => !LEFT_OUT.has(path[0]!))
  .concat(fieldColumns())

export class CsvRenderer implements PacketRenderer {
  readonly #clock: ClockSource
  readonly #options: FieldOptions
  readonly #forTerminal: boolean

  constructor(clock: ClockSource, options: FieldOptions, forTerminal: boolean) {
    this.#clock = clock
    this.#options = options
    this.#forTerminal = forTerminal
  }

  begin(): string {
    return `${COLUMNS.map(({ name }) => name).join(',')}\n`
  }

  packet(event: PacketEvent): string {
    const object = packetObject(event, this.#clock(), this.#options)
    return `${COLUMNS.map(({ path }) => csvCell(valueAt(object, path), this.#forTerminal)).join(',')}\n`
  }

  end(): string {
    return ''
  }
}

export function csvCell(value: JsonValue | undefined, forTerminal: boolean): string {
  if (value === undefined || value === null) return ''
  const exact = typeof value === 'string' ? value : jsonText(value)
  const text = forTerminal ? printable(exact) : exact
  // RFC 4180 §2; leading and trailing spaces are quoted too, because some readers drop them.
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function valueAt(object: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = object
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as { readonly [key: string]: JsonValue | undefined })[key]
  }
  return value
}

/** The columns of all packet types together, each once, in the order in which the types have them; those of PUBLISH first, for they are what most rows have. */
function fieldColumns(): Column[] {
  const columns = new Map<string, Column>()
  for (const schema of [FIELDS_BY_TYPE.PUBLISH, ...Object.values(FIELDS_BY_TYPE)]) {
    for (const column of columnsOf(schema, [])) columns.set(column.name, { name: column.name, path: ['fields', ...column.path] })
  }
  return [...columns.values()]
}

function columnsOf(schema: object, path: readonly string[]): Column[] {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, { readonly type?: unknown }>> }
  return Object.entries(properties).flatMap(([key, inner]) =>
    inner.type === 'object' ? columnsOf(inner, [...path, key]) : [{ name: [...path, key].join('.'), path: [...path, key] }])
}
