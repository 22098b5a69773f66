import { hexDump } from '../bytes/hex.ts'
import { carriesSecrets, hiddenRanges } from './secrets.ts'
import type { ByteRange } from '../bytes/hex.ts'
import type { FieldNode } from '../mqtt/field.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { PacketRenderer } from './renderer.ts'

/** `-x`: the bytes of each packet below what another renderer says of it. Secrets show as `**`. Offsets count from byte 1 of the packet. */

export type DecodeFields = (event: PacketEvent) => readonly FieldNode[]

export class ByteDumpRenderer implements PacketRenderer {
  readonly #inner: PacketRenderer
  readonly #showSecrets: boolean
  readonly #decodeFields: DecodeFields

  constructor(inner: PacketRenderer, showSecrets: boolean, decodeFields: DecodeFields) {
    this.#inner = inner
    this.#showSecrets = showSecrets
    this.#decodeFields = decodeFields
  }

  begin(): string {
    return this.#inner.begin()
  }

  packet(event: PacketEvent, exchange: number | null): string {
    const { type } = event.packet
    // Only where there may be something to hide is it worth decoding the fields.
    const masked = this.#showSecrets || !carriesSecrets(type) ? [] : hiddenRanges(this.#decodeFields(event), type)
    return this.#inner.packet(event, exchange) + byteDump(event.buffer, event.start, event.end, event.length, masked)
  }

  end(): string {
    return this.#inner.end()
  }
}

const INDENT = '         '

/** `buffer[start..end)` are the bytes at hand of a packet of `length`. */
export function byteDump(buffer: Uint8Array, start: number, end: number, length: number, masked: readonly ByteRange[]): string {
  let text = ''
  for (const { offset, hex, ascii } of hexDump(buffer, start, end, { masked })) {
    const columns = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`
    text += `${INDENT}${offset.toString(16).padStart(4, '0')}  ${columns.padEnd(48)}  ${ascii}\n`
  }
  const missing = length - (end - start)
  return end > start && missing > 0 ? `${text}${INDENT}… and ${missing} more bytes\n` : text
}
