/** Geneve (RFC 8926): an EtherType behind a header with options, which are skipped. */
import type { Cursor } from './cursor.ts'
import { layerOfEtherType } from './ether-types.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** Version (2 bits) and options length (6), flags (1), protocol type (2), virtual network identifier (3), reserved (1): RFC 8926 §3.4. */
const HEADER_LENGTH = 8

export function decodeGeneve(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < HEADER_LENGTH) return LAYER.ignored
  const first = buffer[start]!
  if (first >>> 6 !== 0) return LAYER.ignored // version
  const length = HEADER_LENGTH + ((first & 0x3f) << 2)
  if (cursor.end - start < length) return LAYER.ignored
  cursor.start = start + length
  return layerOfEtherType(uint16(buffer, start + 2))
}
