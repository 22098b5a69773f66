/**
 * Packets that have gone by, as they were: found by the index, read from the capture, and decoded once more with what was known of their connection then.
 */
import { PacketDecoder } from '../mqtt/decoder.ts'
import { packetLength } from '../mqtt/fixed-header.ts'
import { propertyValue, type Packet } from '../mqtt/packet.ts'
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketEvent, Unframed } from '../mqtt/packet-event.ts'
import type { Problem } from '../mqtt/problem.ts'
import { LIMITS } from './limits.ts'
import type { Aside, IndexedConnection, PacketIndex } from './packet-index.ts'

/**
 * Bytes of the capture from a position on: as many as there are, up to `length`; null where it does not have them any more. What is answered is valid until the next
 * call.
 */
export type ReadCapture = (position: number, length: number) => Uint8Array | null

/** A packet read at once with its neighbours, which mostly come next. */
const WINDOW = 65_536
/** Connections kept described. */
const MOST_DESCRIBED = 4_096

export class PacketSource {
  readonly #index: PacketIndex
  readonly #read: ReadCapture
  readonly #decoder = new PacketDecoder(LIMITS.mqtt)
  readonly #described = new Map<IndexedConnection, MqttConnection>()
  #window: Uint8Array = new Uint8Array(0)
  /** Where it begins in the capture. */
  #windowAt = 0

  constructor(index: PacketIndex, read: ReadCapture) {
    this.#index = index
    this.#read = read
  }

  /** The packet with this number; null where its bytes are not at hand any more. It may be kept. */
  packet(number: number): PacketEvent | null {
    const index = this.#index
    const aside = index.asideOf(number)
    const bytes = aside === null ? this.#whole(index.positionOf(number)) : this.#putTogether(aside, index.positionOf(number))
    if (bytes === null) return null
    const connection = this.#connectionOf(index.connectionOf(number))
    const sender = index.senderOf(number)
    const direction = connection.directionFrom(sender)
    const version = index.versionOf(number)
    const length = aside?.length ?? bytes.length
    let packet: Packet | Unframed
    let problems: readonly Problem[] = []
    if (aside !== null && aside.unframed !== null) packet = { type: 'UNFRAMED', reason: aside.unframed }
    else {
      packet = this.#decoder.decode(bytes, 0, bytes.length, length, version ?? '3.1.1', direction, null)
      problems = aside?.problems ?? this.#decoder.problems
    }
    const time = index.timeOf(number)
    const frame = index.frameOf(number)
    const alias = packet.type === 'PUBLISH' && packet.topicName === '' ? propertyValue(packet.properties, 'topicAlias') : undefined
    return {
      number, frame, time, connection, sender, direction, version, length, packet, problems,
      firstSeenFrame: aside?.firstSeenFrame ?? frame,
      firstSeenTime: aside?.firstSeenTime ?? time,
      versionCertainty: version === null ? null : (aside?.versionCertainty ?? connection.versionCertainty),
      resolvedTopicName: typeof alias === 'number' ? index.topicOf(number, alias) : undefined,
      buffer: bytes, start: 0, end: bytes.length,
      missing: aside?.missing ?? 0,
      lostBefore: aside?.lostBefore ?? 0,
      pieces: aside?.pieces ?? null,
      position: -1,
      acknowledged: -1, acknowledgedTime: NaN, streamEnd: 0, segmentEnd: 0, filledHole: false,
    }
  }

  #connectionOf(known: IndexedConnection): MqttConnection {
    let described = this.#described.get(known)
    // What is known of it may have changed since.
    if (described === undefined || described.client !== known.client || described.clientIdentifier !== known.clientIdentifier) {
      if (this.#described.size >= MOST_DESCRIBED) this.#described.clear()
      described = this.#index.describe(known)
      this.#described.set(known, described)
    }
    described.versionCertainty = known.versionCertainty
    return described
  }

  /** A packet that is in one place. */
  #whole(position: number): Uint8Array | null {
    const header = this.#bytes(position, FIXED_HEADER)
    if (header === null) return null
    const length = packetLength(header, 0, header.length)
    // A Remaining Length that has no end: its bytes are the packet.
    return this.#copy(position, length > 0 ? length : FIXED_HEADER)
  }

  #putTogether({ bytes, pieces, atHand, unframed }: Aside, position: number): Uint8Array | null {
    if (unframed !== null) return NO_BYTES
    if (bytes !== null) return bytes
    if (position < 0) return null
    if (pieces === null) return this.#copy(position, atHand)
    const whole = new Uint8Array(atHand)
    for (const [order, { start, position }] of pieces.entries()) {
      const end = Math.min(pieces[order + 1]?.start ?? atHand, atHand)
      if (start >= end) break
      const part = this.#bytes(position, end - start)
      if (part === null || part.length < end - start) return null
      whole.set(part, start)
    }
    return whole
  }

  #copy(position: number, length: number): Uint8Array | null {
    const bytes = this.#bytes(position, length)
    return bytes === null || bytes.length < length ? null : bytes.slice()
  }

  /** At most `length` bytes, valid until the next call. */
  #bytes(position: number, length: number): Uint8Array | null {
    const inside = position - this.#windowAt
    if (inside < 0 || inside + length > this.#window.length) {
      const window = this.#read(position, Math.max(length, WINDOW))
      if (window === null) return null
      this.#window = window
      this.#windowAt = position
      return window.subarray(0, length)
    }
    return this.#window.subarray(inside, inside + length)
  }
}

/** Byte 1 and the longest Remaining Length. */
const FIXED_HEADER = 5
const NO_BYTES = new Uint8Array(0)
