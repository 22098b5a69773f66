/**
 * The TCP checksum (RFC 9293 §3.1). In captures on the sending machine it is mostly not there yet, because the network card fills it in later: then the field is 0, or
 * holds the sum of the pseudo-header, with the length or without it.
 */
import { IP_PROTOCOL_TCP } from './ip-protocols.ts'
import type { TcpSegment } from './segment.ts'
import { payloadStart } from './tcp-header.ts'

/** True where the checksum is right. False also where it cannot be computed, because not all of the segment was captured. */
export function verifyTcpChecksum(segment: TcpSegment): boolean {
  return isWhole(segment) && fold(addressSum(segment) + (segment.end - segment.header) + segmentSum(segment)) === ALL_ONES
}

/** Bytes: what is longer has been put together by the network card or the kernel, which leave the checksum of one part. */
const LONGEST = 1_460

/** True where the checksum is right, false where it is wrong, and null where it says nothing. */
export function checkTcp(segment: TcpSegment): boolean | null {
  const { checksum } = segment
  if (checksum === 0 || segment.length > LONGEST || !isWhole(segment)) return null
  const length = segment.end - segment.header
  const addresses = addressSum(segment)
  if (fold(addresses + length + segmentSum(segment)) === ALL_ONES) return true
  return checksum === fold(addresses + length) || checksum === fold(addresses) ? null : false
}

const ALL_ONES = 0xffff

function isWhole({ buffer, header, start, end, length }: TcpSegment): boolean {
  return end - start === length && start === payloadStart(buffer, header)
}

/** The pseudo-header, but for its length; the sum is the same for both versions (RFC 8200 §8.1). */
function addressSum(segment: TcpSegment): number {
  const sum = IP_PROTOCOL_TCP + halves(segment.source0) + halves(segment.destination0)
  if (segment.family === 4) return sum
  return sum + halves(segment.source1) + halves(segment.source2) + halves(segment.source3)
    + halves(segment.destination1) + halves(segment.destination2) + halves(segment.destination3)
}

/** Of the buffer that was asked about last: mostly all frames of a chunk lie in the same one. */
let buffer: Uint8Array = new Uint8Array(0)
let view = new DataView(buffer.buffer)

/** Header and payload, as 16-bit words. A frame has at most 2^18 bytes or so: the sum is far below 2^53, and is folded once at the end. */
function segmentSum(segment: TcpSegment): number {
  if (segment.buffer !== buffer) {
    buffer = segment.buffer
    view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  }
  const { header, end } = segment
  const quick = header + ((end - header) & ~7)
  let sum = 0
  let at = header
  for (; at < quick; at += 8) {
    const one = view.getInt32(at)
    const other = view.getInt32(at + 4)
    sum += halves(one) + halves(other)
  }
  for (; at + 1 < end; at += 2) sum += view.getUint16(at)
  if (at < end) sum += view.getUint8(at) << 8
  return sum
}

function fold(sum: number): number {
  while (sum > ALL_ONES) sum = (sum & ALL_ONES) + Math.floor(sum / 0x10000)
  return sum
}

function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff)
}
