/** What the byte pane shows: the bytes of a packet, or those of the frame that completed it. */
import type { ByteRange } from '../../bytes/hex.ts'
import type { CapturedFrame } from './captured-frame.ts'
import type { PacketDetail } from './packet-detail.ts'

/** Offsets count from the first byte shown, but where it says that they are the packet's. */
export interface ShownBytes {
  /** What is at hand is `buffer[start..end)`. */
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
  /** On the wire, in bytes. */
  readonly length: number
  /** Bytes that are shown as `**`. */
  readonly masked: readonly ByteRange[]
  /** The bytes that are the packet's. */
  readonly packet: ByteRange
  /** The packet's offset of the first of them. */
  readonly packetStart: number
}

export function bytesOfPacket({ event, masked }: PacketDetail): ShownBytes {
  const { buffer, start, end, length } = event
  return { buffer, start, end, length, masked, packet: { start: 0, end: length }, packetStart: 0 }
}

export function bytesOfFrame({ bytes, originalLength, masked, start, end, packetStart }: CapturedFrame): ShownBytes {
  return { buffer: bytes, start: 0, end: bytes.length, length: originalLength, masked, packet: { start, end }, packetStart }
}

/** Where a range of the packet is among the bytes shown; null where nothing of it is there. */
export function shownRange({ packet, packetStart }: ShownBytes, range: ByteRange): ByteRange | null {
  const start = Math.max(packet.start, range.start - packetStart + packet.start)
  const end = Math.min(packet.end, range.end - packetStart + packet.start)
  const isThere = start < end || (start === end && range.start === range.end && packet.start < packet.end)
  return isThere ? { start, end } : null
}
