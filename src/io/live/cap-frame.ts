/**
 * How long a frame was on the wire. The package cap tells only how much of it was captured, which is all of it but for the longest ones: a full TCP segment
 * on the loopback interface of Linux has 65,549 bytes. There the IP header tells.
 */

/** Fixed in the package. */
export const SNAP_LENGTH = 65_535

/** Bytes of the link header before an IP packet, by link type; those of IEEE 802.11 vary, and its frames are never so long. */
const LINK_HEADER: Readonly<Record<number, number>> = { 0: 4, 1: 14, 101: 0, 113: 16 }
const IPV6_HEADER = 40

/** `captured` bytes of the frame are in `buffer`, from its start. */
export function originalLength(linkType: number, buffer: Buffer, captured: number): number {
  const start = LINK_HEADER[linkType]
  if (captured < SNAP_LENGTH || start === undefined) return captured
  const version = buffer[start]! >>> 4
  // RFC 791 §3.1: Total Length. RFC 8200 §3: Payload Length, without the header.
  const length = version === 4 ? buffer.readUInt16BE(start + 2) : version === 6 ? buffer.readUInt16BE(start + 4) + IPV6_HEADER : 0
  return Math.max(captured, start + length)
}
