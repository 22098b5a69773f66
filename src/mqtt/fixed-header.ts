/** The fixed header of a control packet (MQTT 5.0 §2.1): what framing needs, no more. */

/** Most bytes that a Remaining Length may have (§1.5.5). */
export const REMAINING_LENGTH_BYTES = 4

/** The bytes so far end inside the Remaining Length. */
export const INCOMPLETE = -1
/** The fourth byte of the Remaining Length says that there is a fifth: no length at all. */
export const IMPOSSIBLE = -2

/** Length of the whole packet whose byte 1 is at `start`, with its fixed header; INCOMPLETE or IMPOSSIBLE where it has none. */
export function packetLength(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  let scale = 1
  for (let count = 1; count <= REMAINING_LENGTH_BYTES; count++) {
    const at = start + count
    if (at >= end) return INCOMPLETE
    const byte = bytes[at]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return 1 + count + value
    scale *= 128
  }
  return IMPOSSIBLE
}
