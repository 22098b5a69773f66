/** Integers in a buffer. The caller has checked that the bytes are there. */

export function uint16(buffer: Uint8Array, at: number): number {
  return (buffer[at]! << 8) | buffer[at + 1]!
}

/** Signed, as TcpSegment keeps addresses and sequence numbers. */
export function int32(buffer: Uint8Array, at: number): number {
  return (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!
}

export function uint32(buffer: Uint8Array, at: number): number {
  return int32(buffer, at) >>> 0
}

export function uint16LittleEndian(buffer: Uint8Array, at: number): number {
  return buffer[at]! | (buffer[at + 1]! << 8)
}

export function uint32LittleEndian(buffer: Uint8Array, at: number): number {
  return (buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24)) >>> 0
}
