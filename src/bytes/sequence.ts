/** TCP sequence arithmetic modulo 2³² (RFC 9293 §3.4). Numbers are signed 32-bit integers. */

/** How far `a` lies after `b`: positive when `a` is later, negative when earlier; right across the wrap. */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0
}
