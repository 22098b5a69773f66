import type { CaptureClock, CaptureInterface, Frame } from './frame.ts'
import { BLOCK, BYTE_ORDER_MAGIC } from './pcapng.ts'

/**
 * Frames in, the bytes of a pcapng file out (draft-ietf-opsawg-pcapng): little-endian, times in nanoseconds, original lengths kept.
 *
 * An interface is written before its first frame, so that only those appear that are used. A frame without a time becomes a Simple Packet Block, in a section
 * of its own where that block would otherwise say something else. Does no I/O: bytes go to `emit`, in pieces that are valid only during the call; `finish`
 * hands out the last.
 */

/** Bytes handed out at once: one write to a file, and more than the longest frame that libpcap captures (262,144). */
const BUFFER = 524_288
const TWO_32 = 0x1_0000_0000
const SHB_USER_APPLICATION = 4
const IF_NAME = 2
const IF_TIME_RESOLUTION = 9
const NANOSECONDS = Uint8Array.of(9)
const ISB_INTERFACE_DROPS = 5
const END_OF_OPTIONS = 4
/** Length of an Interface Statistics Block with one counter. */
const STATISTICS = 24 + 12 + END_OF_OPTIONS
const UTF8 = new TextEncoder()

export class PcapngWriter {
  readonly #emit: (bytes: Uint8Array) => void
  readonly #application: Uint8Array
  readonly #buffer = new Uint8Array(BUFFER)
  readonly #view = new DataView(this.#buffer.buffer)
  #length = 0
  readonly #described = new Map<number, CaptureInterface>()
  /** The number in the section of each interface written so far, by its number in the capture read. */
  readonly #written = new Map<number, number>()
  #firstSnapLength = 0
  /** The clock of the last frame, and its nanoseconds since 1970 as two words, so that no frame needs a bigint. */
  #clock: CaptureClock | null = null
  #epochHigh = 0
  #epochLow = 0

  /** `application` names the program that writes the file (shb_userappl). */
  constructor(application: string, emit: (bytes: Uint8Array) => void) {
    this.#emit = emit
    this.#application = UTF8.encode(application)
    this.#section()
  }

  /** What is known of an interface; to be told before its first frame. Without it an interface has only its link type. */
  describe(description: CaptureInterface): void {
    this.#described.set(description.id, description)
  }

  /** Writes an interface that has been described now, and not only with its first frame: a capture may go on for long before that one comes. */
  announce(id: number): void {
    const description = this.#described.get(id)
    if (description !== undefined && !this.#written.has(id)) this.#interface(id, description.linkType, description.snapLength)
  }

  /** Frames of an interface that were lost so far, at `time`, which `clock` is the beginning of (§4.6). The interface has been described, or had a frame. */
  statistics(id: number, dropped: number, time: number, clock: CaptureClock | null): void {
    this.announce(id)
    this.#start(BLOCK.statistics, STATISTICS)
    this.#u32(this.#written.get(id) ?? 0)
    this.#time(Number.isNaN(time) ? 0 : time, clock)
    this.#u16(ISB_INTERFACE_DROPS)
    this.#u16(8)
    this.#u32(dropped % TWO_32)
    this.#u32(Math.floor(dropped / TWO_32))
    this.#u32(0)
    this.#end(STATISTICS)
  }

  /** `clock` is that of the capture read, which the frame's time counts from. */
  frame(frame: Frame, clock: CaptureClock | null): void {
    const captured = frame.end - frame.start
    const padded = (captured + 3) & ~3
    if (Number.isNaN(frame.time)) {
      this.#simplePacket(frame, captured, padded)
      return
    }
    const id = this.#written.get(frame.interfaceId) ?? this.#interface(frame.interfaceId, frame.linkType, this.#snapLength(frame.interfaceId))
    this.#start(BLOCK.enhancedPacket, padded + 32)
    this.#u32(id)
    this.#time(frame.time, clock)
    this.#u32(captured)
    this.#u32(frame.originalLength)
    this.#bytes(frame.buffer, frame.start, frame.end)
    this.#end(padded + 32)
  }

  /** Hands out what is written so far: whole blocks. */
  flush(): void {
    if (this.#length > 0) this.#emit(this.#buffer.subarray(0, this.#length))
    this.#length = 0
  }

  finish(): void {
    this.flush()
  }

  /** §4.4: of the section's first interface, with the lesser of that one's snapshot length and the original length as captured length. */
  #simplePacket(frame: Frame, captured: number, padded: number): void {
    const snapLength = this.#firstSnapLength === 0 ? Infinity : this.#firstSnapLength
    if (this.#written.get(frame.interfaceId) !== 0 || Math.min(frame.originalLength, snapLength) !== captured) {
      if (this.#written.size > 0) this.#section()
      this.#interface(frame.interfaceId, frame.linkType, captured < frame.originalLength ? captured : 0)
    }
    this.#start(BLOCK.simplePacket, padded + 16)
    this.#u32(frame.originalLength)
    this.#bytes(frame.buffer, frame.start, frame.end)
    this.#end(padded + 16)
  }

  #snapLength(interfaceId: number): number {
    return this.#described.get(interfaceId)?.snapLength ?? 0
  }

  /** §4.1. */
  #section(): void {
    const name = this.#application
    const length = 28 + option(name.length) + END_OF_OPTIONS
    this.#start(BLOCK.section, length)
    this.#u32(BYTE_ORDER_MAGIC)
    this.#u16(1)
    this.#u16(0)
    // Section length unknown (-1): the file is written in one pass.
    this.#u32(0xffffffff)
    this.#u32(0xffffffff)
    this.#option(SHB_USER_APPLICATION, name)
    this.#u32(0)
    this.#end(length)
    this.#written.clear()
  }

  /** §4.2. */
  #interface(interfaceId: number, linkType: number, snapLength: number): number {
    const description = this.#described.get(interfaceId)
    const name = UTF8.encode(description?.name ?? '')
    const named = name.length > 0
    const length = 20 + (named ? option(name.length) : 0) + option(1) + END_OF_OPTIONS
    this.#start(BLOCK.interface, length)
    this.#u16(linkType)
    this.#u16(0)
    this.#u32(snapLength)
    if (named) this.#option(IF_NAME, name)
    this.#option(IF_TIME_RESOLUTION, NANOSECONDS)
    this.#u32(0)
    this.#end(length)
    const id = this.#written.size
    this.#written.set(interfaceId, id)
    if (id === 0) this.#firstSnapLength = snapLength
    return id
  }

  /** Nanoseconds since 1970 as high and low word. Both halves of the sum stay below 2⁵³, so plain numbers are exact. */
  #time(time: number, clock: CaptureClock | null): void {
    if (clock === null) {
      this.#u32(0)
      this.#u32(0)
      return
    }
    if (clock !== this.#clock) {
      const epoch = BigInt(clock.epochSeconds) * 1_000_000_000n + BigInt(clock.epochNanoseconds)
      this.#clock = clock
      this.#epochHigh = Number(epoch >> 32n)
      this.#epochLow = Number(epoch & 0xffffffffn)
    }
    const high = Math.floor(time / TWO_32)
    const low = time - high * TWO_32 + this.#epochLow
    const carry = low >= TWO_32 ? 1 : 0
    const sum = this.#epochHigh + high + carry
    // The format has no times before 1970; only a damaged capture holds one.
    this.#u32(Math.max(sum, 0))
    this.#u32(sum < 0 ? 0 : low - carry * TWO_32)
  }

  /** No block is handed out in pieces but one that is longer than the buffer. */
  #start(type: number, length: number): void {
    this.#room(Math.min(length, BUFFER))
    this.#u32(type)
    this.#u32(length)
  }

  #end(length: number): void {
    this.#u32(length)
  }

  #option(code: number, value: Uint8Array): void {
    this.#u16(code)
    this.#u16(value.length)
    this.#bytes(value, 0, value.length)
  }

  #u16(value: number): void {
    this.#room(2)
    this.#view.setUint16(this.#length, value, true)
    this.#length += 2
  }

  #u32(value: number): void {
    this.#room(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  /** Bytes and the zeros that fill them up to 32 bits. */
  #bytes(bytes: Uint8Array, start: number, end: number): void {
    const padding = -(end - start) & 3
    if (end - start + padding > BUFFER) {
      this.flush()
      this.#emit(bytes.subarray(start, end))
    } else {
      this.#room(end - start + padding)
      this.#buffer.set(bytes.subarray(start, end), this.#length)
      this.#length += end - start
    }
    this.#room(padding)
    this.#buffer.fill(0, this.#length, this.#length + padding)
    this.#length += padding
  }

  #room(size: number): void {
    if (this.#length + size > BUFFER) this.flush()
  }
}

/** Bytes that an option with a value of `size` bytes takes. */
function option(size: number): number {
  return 4 + ((size + 3) & ~3)
}
