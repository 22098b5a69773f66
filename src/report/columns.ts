import { printable } from '../bytes/printable.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Column } from '../analysis/fields/columns.ts'
import type { TextSink } from '../bytes/text-sink.ts'

export interface ColumnsOptions {
  /** Escape what could steer a terminal, beyond the control characters. */
  readonly forTerminal: boolean
  /** Bytes that could not be framed are no MQTT packet, and have a line only where they are asked for. */
  readonly unframed: boolean
}

/** `-f fields`: the values of chosen fields, a tab between them, one line for each MQTT packet. The lines are written in parts, for speed. */
export class ColumnsWriter {
  readonly #columns: readonly Column[]
  readonly #unframed: boolean
  readonly #output: TextSink
  /** Where the values go. */
  readonly #values: TextSink

  constructor(columns: readonly Column[], output: TextSink, options: ColumnsOptions) {
    this.#columns = columns
    this.#unframed = options.unframed
    this.#output = output
    this.#values = options.forTerminal ? { write: (text) => output.write(printable(text)), writeNumber: (value) => output.writeNumber(value) } : output
  }

  packet(event: PacketEvent): void {
    if (event.packet.type === 'UNFRAMED' && !this.#unframed) return
    const columns = this.#columns
    for (let index = 0; index < columns.length; index++) {
      if (index > 0) this.#output.write('\t')
      columns[index]!.write(event, this.#values)
    }
    this.#output.write('\n')
  }
}
