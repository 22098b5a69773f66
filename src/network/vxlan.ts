/** VXLAN (RFC 7348), also with the group policy bits that its drafts added: Ethernet behind eight bytes. */
import type { Cursor } from './cursor.ts'
import { LAYER, type Layer } from './layer.ts'

/** Flags (1), reserved (3), VXLAN network identifier (3), reserved (1). */
const HEADER_LENGTH = 8
/** RFC 7348 §5: must be set for a valid identifier. */
const VALID_IDENTIFIER = 0x08

export function decodeVxlan(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < HEADER_LENGTH) return LAYER.ignored
  if ((cursor.buffer[cursor.start]! & VALID_IDENTIFIER) === 0) return LAYER.ignored
  cursor.start += HEADER_LENGTH
  return LAYER.ethernet
}
