/** A captured frame, and where in it the bytes of a packet are. */
import { LIMITS } from '../../analysis/limits.ts'
import { Frame } from '../../capture/frame.ts'
import { NetworkDecoder } from '../../network/network.ts'
import { PacketDetail } from './packet-detail.ts'
import type { PacketIndex } from '../../analysis/packet-index.ts'
import type { PacketSource } from '../../analysis/packet-source.ts'
import type { ByteRange } from '../../bytes/hex.ts'
import type { FoundFrame } from '../../io/frame-finder.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'

export interface CapturedFrame {
  readonly number: number
  readonly bytes: Uint8Array
  /** Length on the wire, in bytes. */
  readonly originalLength: number
  /** Those of the packet's bytes that this frame carries are `bytes[start..end)`; empty where that cannot be told. */
  readonly start: number
  readonly end: number
  /** Offset in the packet of the byte at `start`: 0, but where another frame carried its beginning. */
  readonly packetStart: number
  /** Bytes that hold secrets, or of which it is not known that they do not: shown as `**`. In order. */
  readonly masked: readonly ByteRange[]
}

type Place = Pick<CapturedFrame, 'start' | 'end' | 'packetStart'>

const NOWHERE: Place = { start: 0, end: 0, packetStart: 0 }
/** Packets that are looked at for being in the same frame. What more of them are in it, is masked: it takes as long as one key may. */
const MOST_PACKETS = 256

/** A frame that was found, as one of those that carried a packet (its number in the index). */
export function capturedFrame(found: FoundFrame, packet: number, index: PacketIndex, source: PacketSource, showSecrets: boolean): CapturedFrame {
  const { number, bytes, originalLength } = found
  const event = source.packet(packet)
  const place = event === null ? NOWHERE : placeIn(found, event, index)
  return { number, bytes, originalLength, ...place, masked: showSecrets ? [] : maskedIn(found, packet, index, source) }
}

function placeIn(found: FoundFrame, event: PacketEvent, index: PacketIndex): Place {
  const { number, bytes, position } = found
  const atHand = event.end - event.start
  const pieces = event.pieces ?? [{ start: 0, frame: event.firstSeenFrame, position: index.positionOf(event.number) }]
  for (const [order, piece] of pieces.entries()) {
    const start = piece.position - position
    if (piece.frame !== number || piece.position < 0 || start < 0 || start >= bytes.length) continue
    const length = Math.min(pieces[order + 1]?.start ?? atHand, atHand) - piece.start
    if (length > 0) return { start, end: Math.min(start + length, bytes.length), packetStart: piece.start }
  }
  return event.pieces === null && event.firstSeenFrame === number && index.positionOf(event.number) < 0 ? onlyPlace(bytes, event) : NOWHERE
}

/** Of a packet whose position is not known, but that this frame alone carried: where its bytes are, if they are there once. */
function onlyPlace(bytes: Uint8Array, { buffer, start, end }: PacketEvent): Place {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const packet = buffer.subarray(start, end)
  const at = frame.indexOf(packet)
  return packet.length === 0 || at < 0 || at !== frame.lastIndexOf(packet) ? NOWHERE : { start: at, end: at + packet.length, packetStart: 0 }
}

/**
 * What TCP carries is masked, but for the bytes of packets that are known to be there, and of those what holds no secret. So is all of the frame where it is not
 * known what TCP carries (a fragment of IP).
 */
function maskedIn(found: FoundFrame, packet: number, index: PacketIndex, source: PacketSource): ByteRange[] {
  const { bytes } = found
  const masked = new Uint8Array(bytes.length)
  const payload = payloadOf(found)
  masked.fill(1, payload.start, payload.end)
  for (const number of packetsIn(found.number, packet, index)) {
    const event = source.packet(number)
    if (event === null) continue
    const { start, end, packetStart } = placeIn(found, event, index)
    masked.fill(0, start, end)
    for (const secret of new PacketDetail(event, false).masked) {
      const inFrame = (offset: number) => Math.max(start, Math.min(start + offset - packetStart, end))
      masked.fill(1, inFrame(secret.start), inFrame(secret.end))
    }
  }
  return rangesOf(masked)
}

/** From the first byte that TCP carries to the last one; all bytes where there is none. */
function payloadOf({ number, bytes, linkType, originalLength }: FoundFrame): ByteRange {
  let start = Infinity
  let end = 0
  const decoder = new NetworkDecoder((segment) => {
    if (segment.buffer !== bytes) return
    start = Math.min(start, segment.start)
    end = Math.max(end, segment.end)
  }, () => undefined, LIMITS.network)
  decoder.push(Object.assign(new Frame(), { number, linkType, buffer: bytes, start: 0, end: bytes.length, originalLength }))
  return start === Infinity ? { start: 0, end: bytes.length } : { start, end }
}

/** Packets that may have bytes in the frame: this one, those that it completed, and those behind them that it began. */
function packetsIn(frame: number, packet: number, index: PacketIndex): number[] {
  const first = index.firstFrom(frame) ?? packet
  const packets = [packet]
  for (let number = first; number <= index.count && number < first + MOST_PACKETS; number++) {
    const pieces = index.asideOf(number)?.pieces ?? null
    if (number !== packet && (pieces === null ? index.frameOf(number) === frame : pieces.some((piece) => piece.frame === frame))) packets.push(number)
  }
  return packets
}

function rangesOf(masked: Uint8Array): ByteRange[] {
  const ranges: ByteRange[] = []
  for (let start = masked.indexOf(1); start >= 0;) {
    const next = masked.indexOf(0, start)
    const end = next < 0 ? masked.length : next
    ranges.push({ start, end })
    start = masked.indexOf(1, end)
  }
  return ranges
}
