/** GTP-U (3GPP TS 29.281), version 1: the user's IP packets in a mobile network. Other messages than G-PDU carry none. */
import type { Cursor } from './cursor.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** Flags (1), message type (1), length (2), tunnel endpoint identifier (4). */
const HEADER_LENGTH = 8
/** Sequence number (2), N-PDU number (1), next extension header type (1): there if any of the three flags is set (§5.1). */
const OPTIONAL_LENGTH = 4
/** Version 1, protocol type GTP, and the spare bit 0. */
const VERSION_1_GTP = 0x30
const ANY_OPTIONAL_FIELD = 0x07
const EXTENSION_HEADER = 0x04
const G_PDU = 0xff

export function decodeGtpU(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < HEADER_LENGTH) return LAYER.ignored
  const flags = buffer[start]!
  if ((flags & 0xf8) !== VERSION_1_GTP || buffer[start + 1] !== G_PDU) return LAYER.ignored
  const wireEnd = start + HEADER_LENGTH + uint16(buffer, start + 2)
  if (wireEnd > cursor.wireEnd) return LAYER.ignored
  cursor.limitTo(wireEnd)
  let at = start + HEADER_LENGTH
  if ((flags & ANY_OPTIONAL_FIELD) !== 0) {
    at += OPTIONAL_LENGTH
    if (at > cursor.end) return LAYER.ignored
    let nextType = (flags & EXTENSION_HEADER) !== 0 ? buffer[at - 1]! : 0
    // §5.2.1: each has its length in units of 4 bytes first and the type of the next one last. Each takes at least 4 bytes, so this ends.
    while (nextType !== 0) {
      if (at >= cursor.end) return LAYER.ignored
      const length = buffer[at]! << 2
      at += length
      if (length === 0 || at > cursor.end) return LAYER.ignored
      nextType = buffer[at - 1]!
    }
  }
  cursor.start = at
  return LAYER.ip
}
