/**
 * What a PUBLISH carries, as a few numbers: enough to know a copy of it again. Payloads are never kept.
 *
 * Two hashes of 32 bits each stand for the payload. They are quick and not secret: who crafts a capture can make two payloads look the same, which mixes up
 * copies and nothing else.
 */
import type { Packet } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'

/** Whether all of the payload was hashed: `whole`, its `beginning` (of a very large one, whose rest went by), or `none` of it, since bytes are missing. */
export type ContentExtent = 'whole' | 'beginning' | 'none'

/** A payload as it is remembered: two hashes, and its bytes on the wire. */
export interface Content {
  readonly first: number
  readonly second: number
  readonly length: number
}

export function isSame(one: Content, other: Content): boolean {
  return one.first === other.first && one.second === other.second && one.length === other.length
}

/** Bytes of a payload whose rest went by that are hashed, so that both a publication and its copies have them. */
const BEGINNING = 1_024

const NO_BYTES = new Uint8Array(0)

/** Reads one message after another; what it says of the last one is valid until the next. All who look at the packet going by share one, which reads it once. */
export class ContentReader implements Content {
  first = 0
  second = 0
  /** Bytes on the wire. */
  length = 0
  extent: ContentExtent = 'none'
  /** PacketEvent.number of the message; 0 where it is no packet's. */
  #number = 0
  /** Made once for each buffer that packets lie in: reading four bytes at a time is worth it. */
  #source: Uint8Array = NO_BYTES
  #view: DataView = new DataView(NO_BYTES.buffer)

  /** False where the payload could not be located. */
  read(event: PacketEvent, packet: Packet & { type: 'PUBLISH' }): boolean {
    const { payloadStart, payloadLength } = packet
    if (payloadStart < 0) return false
    if (event.number === this.#number) return true
    this.#number = event.number
    const start = event.start + payloadStart
    const atHand = Math.min(event.end, start + payloadLength) - start
    this.length = payloadLength
    this.extent = atHand === payloadLength && event.missing === 0 ? 'whole' : atHand >= BEGINNING && event.missing === 0 ? 'beginning' : 'none'
    this.#hash(event.buffer, start, start + (this.extent === 'whole' ? payloadLength : this.extent === 'beginning' ? BEGINNING : 0))
    return true
  }

  /** The same of a payload by itself, such as that of a will; `length` is that on the wire. */
  readBytes(payload: Uint8Array, length: number): void {
    this.#number = 0
    this.length = length
    this.extent = payload.length === length ? 'whole' : 'none'
    this.#hash(payload, 0, this.extent === 'whole' ? length : 0)
  }

  #hash(buffer: Uint8Array, start: number, end: number): void {
    if (buffer !== this.#source) {
      this.#source = buffer
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    }
    const view = this.#view
    let first = this.length ^ 0x3c6ef372
    let second = Math.imul(this.length + 1, 0x27d4eb2f)
    let at = start
    for (; at + 4 <= end; at += 4) {
      const word = view.getInt32(at, true)
      first = Math.imul(first ^ word, 0x9e3779b1)
      first ^= first >>> 15
      second = Math.imul((second << 7) ^ (second >>> 9) ^ word, 0x85ebca6b)
    }
    let tail = 0
    for (; at < end; at++) tail = (tail << 8) | buffer[at]!
    first = Math.imul(first ^ tail, 0x9e3779b1)
    second = Math.imul((second << 7) ^ (second >>> 9) ^ tail, 0x85ebca6b)
    this.first = (first ^ (first >>> 16)) | 0
    this.second = (second ^ (second >>> 13)) | 0
  }
}
