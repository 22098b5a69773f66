/**
 * IPv6 (RFC 8200), its extension headers, and the Authentication Header (RFC 4302) of both versions.
 *
 * Each extension header is a step of its own, so that a crafted chain of them meets the limit of headers. Encrypted packets (ESP) are ignored.
 */
import type { Cursor } from './cursor.ts'
import { int32, uint16 } from './integers.ts'
import { layerOfIpv4Protocol, layerOfIpv6NextHeader } from './ip-protocols.ts'
import { LAYER, type Layer } from './layer.ts'

/** Offsets in the header (RFC 8200 §3). */
const PAYLOAD_LENGTH = 4
const NEXT_HEADER = 6
const SOURCE = 8
const DESTINATION = 24
const HEADER_LENGTH = 40

export function decodeIpv6(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < HEADER_LENGTH) return cursor.truncated('IPv6', HEADER_LENGTH)
  if (buffer[start]! >>> 4 !== 6) return cursor.bad('What should be an IPv6 header has another version number.')
  const payloadLength = uint16(buffer, start + PAYLOAD_LENGTH)
  // 0: a jumbogram (RFC 2675 §3), or a packet that the network card will cut into segments (TSO). Both go on to the end of the frame.
  const wireEnd = payloadLength === 0 ? cursor.wireEnd : start + HEADER_LENGTH + payloadLength
  if (cursor.guessed && wireEnd > cursor.wireEnd) return LAYER.ignored

  cursor.guessed = false
  cursor.start = start + HEADER_LENGTH
  cursor.wireEnd = wireEnd
  if (cursor.end > wireEnd) cursor.end = wireEnd
  const segment = cursor.segment
  segment.family = 6
  segment.source0 = int32(buffer, start + SOURCE)
  segment.source1 = int32(buffer, start + SOURCE + 4)
  segment.source2 = int32(buffer, start + SOURCE + 8)
  segment.source3 = int32(buffer, start + SOURCE + 12)
  takeDestination(cursor, start + DESTINATION)
  segment.identification = 0
  return layerOfIpv6NextHeader(buffer[start + NEXT_HEADER]!)
}

function takeDestination(cursor: Cursor, at: number): void {
  const { buffer, segment } = cursor
  segment.destination0 = int32(buffer, at)
  segment.destination1 = int32(buffer, at + 4)
  segment.destination2 = int32(buffer, at + 8)
  segment.destination3 = int32(buffer, at + 12)
}

/** Extension headers of the common form (RFC 6564 §4): next header (1), length in units of 8 bytes without the first unit (1). */
export function decodeIpv6Extension(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 8) return cursor.truncated('IPv6 extension', 8)
  const length = (buffer[start + 1]! + 1) << 3
  if (cursor.end - start < length) return cursor.truncated('IPv6 extension', length)
  cursor.start = start + length
  return layerOfIpv6NextHeader(buffer[start]!)
}

/**
 * While the packet is on its way through the segments of its route, the IPv6 header names the next one only. The connection (and the TCP checksum,
 * RFC 8200 §8.1) belongs to the last.
 */
export function decodeIpv6Routing(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  const next = decodeIpv6Extension(cursor)
  if (cursor.start === start) return next // cut off
  const segmentsLeft = buffer[start + 3]!
  if (segmentsLeft > 0) {
    const last = finalDestination(buffer[start + 2]!, start, cursor.start)
    if (last + 16 <= cursor.start) takeDestination(cursor, last)
  }
  return next
}

/** Where the routing header at `start..end` has the final destination; `end` where its type has none that is known. */
function finalDestination(routingType: number, start: number, end: number): number {
  switch (routingType) {
    case 0: return Math.max(start + 8, end - 16) // RFC 2460 §4.4: the last of the list
    case 2: return start + 8 // RFC 6275 §6.4: the home address
    case 4: return start + 8 // RFC 8754 §2: the list is reversed
    default: return end
  }
}

/** Next header (1), reserved (1), offset (13 bits), reserved (2), more fragments (1), identification (4): RFC 8200 §4.5. */
export function decodeIpv6Fragment(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 8) return cursor.truncated('IPv6 fragment', 8)
  cursor.start = start + 8
  const layer = layerOfIpv6NextHeader(buffer[start]!)
  const offset = uint16(buffer, start + 2) & 0xfff8
  const more = (buffer[start + 3]! & 1) === 1
  // RFC 6946: an atomic fragment is a whole packet, whatever else has its identification.
  if (offset === 0 && !more) return layer
  // The protocol is not part of the key: fragments behind the first need not repeat it (RFC 8200 §4.5).
  return cursor.fragments.add(cursor, int32(buffer, start + 4), 0, layer, offset, more)
}

/** Next header (1), length in units of 4 bytes minus 2 (1): RFC 4302 §2.2. What it protects is not encrypted. */
export function decodeAuthenticationHeader(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 8) return cursor.truncated('Authentication', 8)
  const length = (buffer[start + 1]! + 2) << 2
  if (cursor.end - start < length) return cursor.truncated('Authentication', length)
  cursor.start = start + length
  const nextHeader = buffer[start]!
  return cursor.segment.family === 6 ? layerOfIpv6NextHeader(nextHeader) : layerOfIpv4Protocol(nextHeader)
}

/** For link layers and tunnels that hold either version. */
export function decodeIp(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 1) return cursor.truncated('IP', 1)
  const version = cursor.buffer[cursor.start]! >>> 4
  return version === 4 ? LAYER.ipv4 : version === 6 ? LAYER.ipv6 : LAYER.ignored
}

/** For carriers that do not say what they carry: whether the bytes begin a consistent IPv6 header, as far as they were captured. */
export function looksLikeIpv6(cursor: Cursor): boolean {
  const { buffer, start } = cursor
  const available = cursor.end - start
  if (available < 1 || buffer[start]! >>> 4 !== 6) return false
  if (available < PAYLOAD_LENGTH + 2) return true
  return start + HEADER_LENGTH + uint16(buffer, start + PAYLOAD_LENGTH) <= cursor.wireEnd
}
