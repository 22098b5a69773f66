import { printable } from '../bytes/printable.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { PacketRenderer } from './renderer.ts'

export interface ColumnsOptions {
  /** Escape what could steer a terminal, beyond the control characters. */
  readonly forTerminal: boolean
  /** Bytes that could not be framed are no MQTT packet, and have a line only where they are asked for. */
  readonly unframed: boolean
}

/** `-f fields`: the values of chosen fields, a tab between them, one line for each MQTT packet. */
export class ColumnsRenderer implements PacketRenderer {
  readonly #line: (event: PacketEvent) => string
  readonly #options: ColumnsOptions

  constructor(line: (event: PacketEvent) => string, options: ColumnsOptions) {
    this.#line = line
    this.#options = options
  }

  begin(): string {
    return ''
  }

  packet(event: PacketEvent): string {
    if (event.packet.type === 'UNFRAMED' && !this.#options.unframed) return ''
    const line = this.#line(event)
    return this.#options.forTerminal ? `${line.split('\t').map((text) => printable(text)).join('\t')}\n` : `${line}\n`
  }

  end(): string {
    return ''
  }
}
