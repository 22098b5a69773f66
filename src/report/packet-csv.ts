import { columnsOf, headerRow, row } from './csv.ts'
import { packetObject } from './packet-json.ts'
import { PACKET_SCHEMA } from './schema/packet.ts'
import { FIELDS_BY_TYPE } from './schema/packet-fields.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Column } from './csv.ts'
import type { FieldOptions } from './packet-fields.ts'
import type { PacketRenderer } from './renderer.ts'
import type { ClockSource } from './time-format.ts'

/** `-f csv` of packets: one column for each key of their objects; `will` is taken apart (`will.topic`). */

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
    return headerRow(COLUMNS)
  }

  packet(event: PacketEvent, exchange: number | null): string {
    return row(COLUMNS, packetObject(event, exchange, this.#clock(), this.#options), this.#forTerminal)
  }

  end(): string {
    return ''
  }
}

/** The columns of all packet types together, each once, in the order in which the types have them; those of PUBLISH first, for they are what most rows have. */
function fieldColumns(): Column[] {
  const columns = new Map<string, Column>()
  for (const schema of [FIELDS_BY_TYPE.PUBLISH, ...Object.values(FIELDS_BY_TYPE)]) {
    for (const column of columnsOf(schema, [])) columns.set(column.name, { name: column.name, path: ['fields', ...column.path] })
  }
  return [...columns.values()]
}
