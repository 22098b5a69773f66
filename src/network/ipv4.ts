/**
 * IPv4 (RFC 791), with options and fragments.
 *
 * Total Length says where the packet ends: padding behind it is cut off, and where fewer bytes were captured the packet is known to be longer. The
 * header checksum is not verified: it is often left to the network card, which fills it in after the capture.
 */
import type { Cursor } from './cursor.ts'
import { uint16 } from './integers.ts'
import { IP_PROTOCOL_TCP, layerOfIpv4Protocol } from './ip-protocols.ts'
import { LAYER, type Layer } from './layer.ts'

/** Offsets in the header (RFC 791 §3.1). */
const TOTAL_LENGTH = 2
const IDENTIFICATION = 4
const FLAGS_AND_OFFSET = 6
const PROTOCOL = 9
const SOURCE = 12
const DESTINATION = 16
const SHORTEST_HEADER = 20

const MORE_FRAGMENTS = 0x2000
const FRAGMENT_OFFSET = 0x1fff

export function decodeIpv4(cursor: Cursor): Layer {
  const { buffer, view, start } = cursor
  const available = cursor.end - start
  if (available < SHORTEST_HEADER) return cursor.truncated('IPv4', SHORTEST_HEADER)
  const first = buffer[start]!
  if (first >>> 4 !== 4) return cursor.bad('What should be an IPv4 header has another version number.')
  const headerLength = (first & 0x0f) << 2
  if (headerLength < SHORTEST_HEADER) return cursor.bad('An IPv4 header says that it is shorter than 20 bytes.')
  const totalLength = view.getUint16(start + TOTAL_LENGTH)
  // 0: the network card will cut this packet into segments (TSO), and the driver left the length to it. It goes on to the end of the frame.
  const wireEnd = totalLength === 0 ? cursor.wireEnd : start + totalLength
  if (wireEnd < start + headerLength) return cursor.bad('An IPv4 packet says that it is shorter than its own header.')
  if (cursor.guessed && wireEnd > cursor.wireEnd) return LAYER.ignored
  if (available < headerLength) return cursor.truncated('IPv4', headerLength)

  cursor.guessed = false
  cursor.start = start + headerLength
  cursor.wireEnd = wireEnd
  if (cursor.end > wireEnd) cursor.end = wireEnd
  const segment = cursor.segment
  segment.family = 4
  segment.source0 = view.getInt32(start + SOURCE)
  segment.source1 = segment.source2 = segment.source3 = 0
  segment.destination0 = view.getInt32(start + DESTINATION)
  segment.destination1 = segment.destination2 = segment.destination3 = 0
  segment.identification = view.getUint16(start + IDENTIFICATION)

  const protocol = buffer[start + PROTOCOL]!
  const flagsAndOffset = view.getUint16(start + FLAGS_AND_OFFSET)
  if ((flagsAndOffset & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) !== 0) {
    const offset = (flagsAndOffset & FRAGMENT_OFFSET) << 3
    const more = (flagsAndOffset & MORE_FRAGMENTS) !== 0
    return cursor.fragments.add(cursor, segment.identification, protocol, layerOfIpv4Protocol(protocol), offset, more)
  }
  return protocol === IP_PROTOCOL_TCP ? LAYER.tcp : layerOfIpv4Protocol(protocol)
}

/** For carriers that do not say what they carry: whether the bytes begin a consistent IPv4 header, as far as they were captured. */
export function looksLikeIpv4(cursor: Cursor): boolean {
  const { buffer, start } = cursor
  const available = cursor.end - start
  if (available < 1 || buffer[start]! >>> 4 !== 4) return false
  const headerLength = (buffer[start]! & 0x0f) << 2
  if (headerLength < SHORTEST_HEADER) return false
  if (available < TOTAL_LENGTH + 2) return true
  const totalLength = uint16(buffer, start + TOTAL_LENGTH)
  return totalLength >= headerLength && start + totalLength <= cursor.wireEnd
}
