/** GRE (RFC 2784 with RFC 2890, RFC 1701's routing, and PPTP's RFC 2637), and the mirrored frames of ERSPAN that it carries. */
import type { Cursor } from './cursor.ts'
import { layerOfEtherType } from './ether-types.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** Bits of the first two bytes (RFC 1701; RFC 2784 §2.1 keeps CHECKSUM, RFC 2890 KEY and SEQUENCE, RFC 2637 §4.1 adds ACKNOWLEDGEMENT). */
const CHECKSUM = 0x8000
const ROUTING = 0x4000
const KEY = 0x2000
const SEQUENCE = 0x1000
const ACKNOWLEDGEMENT = 0x0080
const VERSION = 0x0007

/** Flags (2), protocol type (2). */
const HEADER_LENGTH = 4

/** Protocol types that stand only here. */
const ERSPAN = 0x88be
const ERSPAN_III = 0x22eb

export function decodeGre(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < HEADER_LENGTH) return cursor.truncated('GRE', HEADER_LENGTH)
  const flags = uint16(buffer, start)
  const protocol = uint16(buffer, start + 2)
  const version = flags & VERSION
  if (version === 1) return decodePptp(cursor, flags)
  if (version !== 0) return LAYER.ignored
  let length = HEADER_LENGTH
  if ((flags & (CHECKSUM | ROUTING)) !== 0) length += 4 // either brings both fields
  if ((flags & KEY) !== 0) length += 4
  if ((flags & SEQUENCE) !== 0) length += 4
  if (cursor.end - start < length) return cursor.truncated('GRE', length)
  cursor.start = start + length
  if ((flags & ROUTING) !== 0 && !skipRouting(cursor)) return cursor.truncated('GRE routing', 4)
  switch (protocol) {
    // Type I has no header of its own, and no sequence number either; type II always has both (draft-foschiano-erspan §4).
    case ERSPAN: return (flags & SEQUENCE) !== 0 ? LAYER.erspanII : LAYER.ethernet
    case ERSPAN_III: return LAYER.erspanIII
    default: return layerOfEtherType(protocol)
  }
}

/** RFC 1701: entries of address family (2), offset (1), length (1) and content; one of family 0 and length 0 is the last. */
function skipRouting(cursor: Cursor): boolean {
  const { buffer, end } = cursor
  let at = cursor.start
  while (end - at >= 4) {
    const family = uint16(buffer, at)
    const length = buffer[at + 3]!
    at += 4
    if (family === 0 && length === 0) {
      cursor.start = at
      return true
    }
    at += length
  }
  cursor.start = end
  return false
}

/** RFC 2637 §4.1: the key is the length of the payload (2) and the call (2); without a sequence number there is no payload. */
function decodePptp(cursor: Cursor, flags: number): Layer {
  const { buffer, start } = cursor
  if ((flags & KEY) === 0 || (flags & SEQUENCE) === 0) return LAYER.ignored
  const length = HEADER_LENGTH + 8 + ((flags & ACKNOWLEDGEMENT) !== 0 ? 4 : 0)
  if (cursor.end - start < length) return cursor.truncated('GRE', length)
  cursor.start = start + length
  cursor.limitTo(start + length + uint16(buffer, start + 4))
  return LAYER.ppp
}

/** draft-foschiano-erspan §4.1: version (4 bits), VLAN, class, truncation and session (28), index (32). */
export function decodeErspanII(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 8) return cursor.truncated('ERSPAN', 8)
  cursor.start += 8
  return LAYER.ethernet
}

/**
 * draft-foschiano-erspan §4.2: as type II, then a timestamp (4), and flags, of which FT (frame type) tells Ethernet from IP and the last one
 * announces a platform's own eight bytes.
 */
export function decodeErspanIII(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 12) return cursor.truncated('ERSPAN', 12)
  const flags = uint16(buffer, start + 10)
  const length = (flags & 1) !== 0 ? 20 : 12
  if (cursor.end - start < length) return cursor.truncated('ERSPAN', length)
  cursor.start = start + length
  const frameType = (flags >>> 10) & 0x1f
  return frameType === 0 ? LAYER.ethernet : frameType === 2 ? LAYER.ip : LAYER.ignored
}
