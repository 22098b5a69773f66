/** Unsigned integers read byte by byte, in either byte order, without a DataView. The caller has checked that the bytes are there. */

export function u16(bytes: Uint8Array, at: number, little: boolean): number {
  return little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!
}

export function u32(bytes: Uint8Array, at: number, little: boolean): number {
  return little
    ? (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
    : ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** Exact up to 2⁵³, which is enough for a counter; never used for times. */
export function u64(bytes: Uint8Array, at: number, little: boolean): number {
  const first = u32(bytes, at, little)
  const second = u32(bytes, at + 4, little)
  return little ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
}
