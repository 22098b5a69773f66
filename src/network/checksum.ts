/**
 * The TCP checksum (RFC 9293 §3.1), computed only where it has to choose between differing bytes: in captures on the sending machine it is mostly
 * wrong, because the network card fills it in later.
 */
import { uint16 } from './integers.ts'
import { IP_PROTOCOL_TCP } from './ip-protocols.ts'
import type { TcpSegment } from './segment.ts'
import { payloadStart } from './tcp-header.ts'

/** True where the checksum is right. False also where it cannot be computed, because not all of the segment was captured. */
export function verifyTcpChecksum(segment: TcpSegment): boolean {
  const { buffer, header, start, end } = segment
  if (end - start !== segment.length || start !== payloadStart(buffer, header)) return false
  const tcpLength = end - header
  // The pseudo-header. The upper words of an IPv4 address are 0 here and so add nothing; the sum is the same for both versions (RFC 8200 §8.1).
  let sum = IP_PROTOCOL_TCP + (tcpLength >>> 16) + (tcpLength & 0xffff)
  sum += halves(segment.source0) + halves(segment.source1) + halves(segment.source2) + halves(segment.source3)
  sum += halves(segment.destination0) + halves(segment.destination1) + halves(segment.destination2) + halves(segment.destination3)
  const even = header + (tcpLength & ~1)
  // A frame has at most 2^18 bytes or so: the sum of its 16-bit words is far below 2^53, and is folded once at the end.
  for (let at = header; at < even; at += 2) sum += uint16(buffer, at)
  if (even < end) sum += buffer[even]! << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum === 0xffff
}

function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff)
}
