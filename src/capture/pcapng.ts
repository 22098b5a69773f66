import { u16, u32, u64 } from './integers.ts'
import { COMMENT, OptionReader } from './pcapng-options.ts'
import { DEFAULT_RESOLUTION, TickClock } from './pcapng-time.ts'
import type { RecordParser } from './record-parser.ts'
import { NO_TIME } from './frame.ts'
import type { WholeCapture } from './whole-capture.ts'
import { grouped } from '../bytes/number-text.ts'
import { bytesInWords, framesKept } from './wording.ts'

/**
 * pcapng files (draft-ietf-opsawg-pcapng): any number of sections, each with its byte order and its interfaces.
 *
 * Hands every packet block to the sink as a Frame that points into the bytes given, and keeps comments and decryption secrets within limits. Blocks of no
 * interest are skipped without being held. A block that contradicts itself stops the reading; what came before stays. Never looks inside a frame.
 */

export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 2,
  simplePacket: 3,
  statistics: 5,
  enhancedPacket: 6,
  secrets: 0x0a,
} as const

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** The blocks that are read, and the bytes that each has at least. */
const READ: ReadonlyMap<number, { readonly name: string; readonly least: number }> = new Map([
  [BLOCK.section, { name: 'Section Header Block', least: 28 }],
  [BLOCK.interface, { name: 'Interface Description Block', least: 20 }],
  [BLOCK.packet, { name: 'Packet Block', least: 32 }],
  [BLOCK.simplePacket, { name: 'Simple Packet Block', least: 16 }],
  [BLOCK.statistics, { name: 'Interface Statistics Block', least: 24 }],
  [BLOCK.enhancedPacket, { name: 'Enhanced Packet Block', least: 32 }],
  [BLOCK.secrets, { name: 'Decryption Secrets Block', least: 20 }],
])

// §3.1: type and total length before the body, the total length again behind it.
const BLOCK_HEADER = 8
const BLOCK_TRAILER = 4
/** Of a Section Header Block, up to the field that tells the byte order. */
const SECTION_START = 12

const IDB_OPTION = { name: 2, resolution: 9, offset: 14 } as const
const EPB_OPTION = { dropCount: 4 } as const
const ISB_OPTION = { interfaceDrops: 5, systemDrops: 7 } as const
/** The old Packet Block's drop count where it is not known (§A). */
const DROPS_UNKNOWN = 0xffff

/** An interface of the current section. */
interface Interface {
  readonly id: number
  readonly linkType: number
  readonly snapLength: number
  readonly clock: TickClock
  /** Frames lost, as the packet blocks have counted them one by one, and as the last statistics said. */
  lostBetween: number
  lostStated: number
}

const UTF8 = new TextDecoder()

export class PcapngParser implements RecordParser {
  readonly format = 'pcapng'
  needed = BLOCK_HEADER
  stopped = false
  readonly #whole: WholeCapture
  readonly #options = new OptionReader()
  #little = true
  #interfaces: Interface[] = []
  /** What the unfinished block is, as far as its header has been seen. */
  #unfinished = 'block'
  /** Bytes of a skipped block that are still to come, without its trailer; -1 outside of such a block. */
  #skipLeft = -1
  #skipOffset = 0
  #skipLength = 0

  constructor(whole: WholeCapture) {
    this.#whole = whole
  }

  parse(buffer: Uint8Array, start: number, end: number, origin: number): number {
    this.#whole.frame.buffer = buffer
    let at = start
    while (!this.stopped) {
      if (this.#skipLeft >= 0) {
        at = this.#skip(buffer, at, end)
        if (this.#skipLeft >= 0) return at
        continue
      }
      at = this.#enhancedPackets(buffer, at, end)
      const left = end - at
      if (left < BLOCK_HEADER) return this.#wait(at, BLOCK_HEADER, 'block')
      const type = u32(buffer, at, this.#little)
      if (type === BLOCK.section) {
        if (left < SECTION_START) return this.#wait(at, SECTION_START, 'Section Header Block')
        this.#readByteOrder(buffer, at, origin + at)
        if (this.stopped) break
      }
      const length = u32(buffer, at + 4, this.#little)
      if (!this.#startBlock(type, length, origin + at)) break
      if (this.#skipLeft >= 0) {
        at += BLOCK_HEADER
        continue
      }
      if (left < length) return this.#wait(at, length, READ.get(type)!.name)
      if (!this.#trailerAgrees(buffer, at + length - BLOCK_TRAILER, length, origin + at)) break
      this.#block(type, buffer, at, length, origin + at)
      at += length
    }
    return end
  }

  finish(offset: number, left: number): void {
    const begin = this.#skipLeft >= 0 ? this.#skipOffset : offset
    if (this.#skipLeft < 0 && left === 0) return
    const what = this.#skipLeft >= 0 ? `block of ${bytesInWords(this.#skipLength)}` : this.#unfinished
    const article = /^[AEI]/.test(what) ? 'an' : 'a'
    const kept = framesKept(this.#whole.framesOfFile)
    this.#whole.problem('cut-off', begin, `the file ends inside ${article} ${what} that begins at byte ${grouped(begin)}; ${kept}`)
  }

  /**
   * The hot path: reads a run of sound Enhanced Packet Blocks (§4.3) and returns where the first block begins that is anything else. One with a defect,
   * or whose end has not come yet, is left to the longer way, which can say what is wrong with it.
   */
  #enhancedPackets(buffer: Uint8Array, start: number, end: number): number {
    const { frame, sink, limits } = this.#whole
    const little = this.#little
    const interfaces = this.#interfaces
    const largest = limits.recordBytes
    let at = start
    while (end - at >= 32 && u32(buffer, at, little) === BLOCK.enhancedPacket) {
      const length = u32(buffer, at + 4, little)
      const next = at + length
      if (next > end || length > largest || length < 32 || (length & 3) !== 0 || u32(buffer, next - 4, little) !== length) break
      const captured = u32(buffer, at + 20, little)
      const from = interfaces[u32(buffer, at + 8, little)]
      if (from === undefined || captured > length - 32) break
      frame.number++
      frame.time = from.clock.time(u32(buffer, at + 12, little), u32(buffer, at + 16, little))
      frame.linkType = from.linkType
      frame.interfaceId = from.id
      frame.start = at + 28
      frame.end = at + 28 + captured
      frame.originalLength = u32(buffer, at + 24, little)
      sink.frame(frame)
      const options = frame.end + (-captured & 3)
      if (options < next - BLOCK_TRAILER) this.#packetOptions(from, buffer, options, next - BLOCK_TRAILER)
      at = next
    }
    return at
  }

  #wait(at: number, needed: number, unfinished: string): number {
    this.needed = needed
    this.#unfinished = unfinished
    return at
  }

  #stop(code: 'bad-block' | 'impossible-length', offset: number, what: string): void {
    this.#whole.problem(code, offset, `${what}; ${framesKept(this.#whole.framesOfFile)}`)
    this.stopped = true
  }

  /** §4.1: the byte order of a section is told by its Byte-Order Magic. */
  #readByteOrder(buffer: Uint8Array, at: number, offset: number): void {
    if (u32(buffer, at + 8, true) === BYTE_ORDER_MAGIC) this.#little = true
    else if (u32(buffer, at + 8, false) === BYTE_ORDER_MAGIC) this.#little = false
    else this.#stop('bad-block', offset, `the Section Header Block at byte ${grouped(offset)} has no byte order magic`)
  }

  /** Checks what a block's header says; false where it cannot be. A block of no interest, or too large to be held, is set to be skipped. */
  #startBlock(type: number, length: number, offset: number): boolean {
    const read = READ.get(type)
    const least = read?.least ?? BLOCK_HEADER + BLOCK_TRAILER
    const most = this.#whole.limits.recordBytes
    if (length < least) return this.#badLength(type, length, offset, `less than the ${least} that it needs`)
    if ((length & 3) !== 0) return this.#badLength(type, length, offset, 'which is not a multiple of 4')
    if (read === undefined || (length > most && (type === BLOCK.secrets || type === BLOCK.statistics))) {
      if (type === BLOCK.secrets) this.#whole.secretsLeftOut++
      this.#skipLeft = length - BLOCK_HEADER - BLOCK_TRAILER
      this.#skipOffset = offset
      this.#skipLength = length
      return true
    }
    return length > most ? this.#badLength(type, length, offset, `where at most ${bytesInWords(most)} are possible`) : true
  }

  #badLength(type: number, length: number, offset: number, why: string): false {
    const name = READ.get(type)?.name ?? 'block'
    this.#stop('impossible-length', offset, `the ${name} at byte ${grouped(offset)} states a length of ${bytesInWords(length)}, ${why}`)
    return false
  }

  /** §3.1: both lengths must be equal. */
  #trailerAgrees(buffer: Uint8Array, at: number, length: number, offset: number): boolean {
    const trailer = u32(buffer, at, this.#little)
    if (trailer === length) return true
    const lengths = `${bytesInWords(length)} at its beginning and ${bytesInWords(trailer)} at its end`
    this.#stop('bad-block', offset, `the block at byte ${grouped(offset)} states a length of ${lengths}`)
    return false
  }

  #skip(buffer: Uint8Array, start: number, end: number): number {
    const step = Math.min(this.#skipLeft, end - start)
    const at = start + step
    this.#skipLeft -= step
    if (this.#skipLeft > 0) {
      this.needed = 1
      return at
    }
    if (end - at < BLOCK_TRAILER) {
      this.needed = BLOCK_TRAILER
      return at
    }
    this.#skipLeft = -1
    this.#trailerAgrees(buffer, at, this.#skipLength, this.#skipOffset)
    return at + BLOCK_TRAILER
  }

  /** A whole block, its lengths checked. */
  #block(type: number, buffer: Uint8Array, at: number, length: number, offset: number): void {
    switch (type) {
      case BLOCK.section:
        return this.#section(buffer, at, length, offset)
      case BLOCK.interface:
        return this.#interface(buffer, at, length, offset)
      case BLOCK.packet:
        return this.#packet(buffer, at, length, offset)
      case BLOCK.simplePacket:
        return this.#simplePacket(buffer, at, length, offset)
      case BLOCK.statistics:
        return this.#statistics(buffer, at, length)
      case BLOCK.enhancedPacket:
        // Only one whose frame cannot be: #enhancedPackets has read all others.
        this.#source(u32(buffer, at + 8, this.#little), u32(buffer, at + 20, this.#little), length - 32, offset)
        return
      case BLOCK.secrets:
        return this.#secrets(buffer, at, length)
    }
  }

  /** §4.1. The section's length is not needed: the blocks say where it ends, whether it is stated or unknown (-1). */
  #section(buffer: Uint8Array, at: number, length: number, offset: number): void {
    const major = u16(buffer, at + 12, this.#little)
    if (major !== 1) {
      const version = `${major}.${u16(buffer, at + 14, this.#little)}`
      return this.#stop('bad-block', offset, `the section at byte ${grouped(offset)} is pcapng of version ${version}; only 1.x is known`)
    }
    this.#interfaces = []
    this.#options.open(buffer, at + 24, at + length - BLOCK_TRAILER, this.#little)
    while (this.#options.next()) this.#keepComment(null, buffer)
  }

  /** §4.2. */
  #interface(buffer: Uint8Array, at: number, length: number, offset: number): void {
    const whole = this.#whole
    const little = this.#little
    const options = this.#options
    if (this.#interfaces.length >= whole.limits.interfaces) {
      const most = grouped(whole.limits.interfaces)
      return this.#stop('bad-block', offset, `the section describes more than ${most} interfaces, the next one at byte ${grouped(offset)}`)
    }
    let name: string | null = null
    let resolution = DEFAULT_RESOLUTION
    let secondsOffset = 0n
    options.open(buffer, at + 16, at + length - BLOCK_TRAILER, little)
    while (options.next()) {
      const { start, end } = options
      this.#keepComment(null, buffer)
      if (options.code === IDB_OPTION.name) {
        name = UTF8.decode(buffer.subarray(start, Math.min(end, start + whole.limits.nameBytes)))
      } else if (options.code === IDB_OPTION.resolution && end - start === 1) {
        resolution = buffer[start]!
      } else if (options.code === IDB_OPTION.offset && end - start === 8) {
        const first = BigInt(u32(buffer, start, little))
        const second = BigInt(u32(buffer, start + 4, little))
        secondsOffset = BigInt.asIntN(64, little ? (second << 32n) | first : (first << 32n) | second)
      } else if (options.code === IDB_OPTION.resolution || options.code === IDB_OPTION.offset) {
        options.damaged = true
      }
    }
    // Without these options every time of the interface would be wrong, so it is no use to go on.
    if (options.damaged) return this.#stop('bad-block', offset, `the Interface Description Block at byte ${grouped(offset)} has a damaged option`)
    const linkType = u16(buffer, at + 8, little)
    const snapLength = u32(buffer, at + 12, little)
    const id = whole.addInterface(linkType, snapLength, name)
    this.#interfaces.push({ id, linkType, snapLength, clock: new TickClock(whole, resolution, secondsOffset), lostBetween: 0, lostStated: 0 })
  }

  /** §A: obsolete, with a 16-bit interface and a drop count in the header. */
  #packet(buffer: Uint8Array, at: number, length: number, offset: number): void {
    const little = this.#little
    const captured = u32(buffer, at + 20, little)
    const from = this.#source(u16(buffer, at + 8, little), captured, length - 32, offset)
    if (from === undefined) return
    const time = from.clock.time(u32(buffer, at + 12, little), u32(buffer, at + 16, little))
    this.#frame(from, time, at + 28, captured, u32(buffer, at + 24, little))
    const drops = u16(buffer, at + 10, little)
    if (drops !== DROPS_UNKNOWN && drops !== 0) this.#lostBetween(from, drops)
    this.#packetOptions(from, buffer, at + 28 + captured + (-captured & 3), at + length - BLOCK_TRAILER)
  }

  /** §4.4: no time, always the first interface, and the snapshot length says how much was captured. */
  #simplePacket(buffer: Uint8Array, at: number, length: number, offset: number): void {
    const originalLength = u32(buffer, at + 8, this.#little)
    const snapLength = this.#interfaces[0]?.snapLength ?? 0
    const captured = snapLength === 0 ? originalLength : Math.min(originalLength, snapLength)
    const from = this.#source(0, captured, length - 16, offset)
    if (from !== undefined) this.#frame(from, NO_TIME, at + 12, captured, originalLength)
  }

  /** The interface of a packet block that has `room` for the frame; undefined, and reported, where it has none or the frame does not fit. */
  #source(index: number, captured: number, room: number, offset: number): Interface | undefined {
    const from = this.#interfaces[index]
    if (from !== undefined && captured <= room) return from
    const block = `the packet block at byte ${grouped(offset)}`
    if (from === undefined) {
      const described = this.#interfaces.length === 0 ? 'none' : `only ${grouped(this.#interfaces.length)}`
      this.#stop('bad-block', offset, `${block} names interface ${index}, but its section has described ${described}`)
    } else {
      this.#stop('impossible-length', offset, `${block} claims to hold ${bytesInWords(captured)} of a frame, but has room for ${bytesInWords(room)}`)
    }
    return undefined
  }

  #frame(from: Interface, time: number, start: number, captured: number, originalLength: number): void {
    const { frame, sink } = this.#whole
    frame.number++
    frame.time = time
    frame.linkType = from.linkType
    frame.interfaceId = from.id
    frame.start = start
    frame.end = start + captured
    frame.originalLength = originalLength
    sink.frame(frame)
  }

  /** Nothing in them decides how a frame reads, so damaged ones are passed over. */
  #packetOptions(from: Interface, buffer: Uint8Array, start: number, end: number): void {
    const options = this.#options
    options.open(buffer, start, end, this.#little)
    while (options.next()) {
      this.#keepComment(this.#whole.frame.number, buffer)
      if (options.code === EPB_OPTION.dropCount && options.end - options.start === 8) this.#lostBetween(from, u64(buffer, options.start, this.#little))
    }
  }

  /** §4.6. Statistics of an interface that the section does not have say nothing. */
  #statistics(buffer: Uint8Array, at: number, length: number): void {
    const from = this.#interfaces[u32(buffer, at + 8, this.#little)]
    if (from === undefined) return
    const options = this.#options
    let lost = -1
    options.open(buffer, at + 20, at + length - BLOCK_TRAILER, this.#little)
    while (options.next()) {
      const counts = options.code === ISB_OPTION.interfaceDrops || options.code === ISB_OPTION.systemDrops
      if (counts && options.end - options.start === 8) lost = Math.max(lost, 0) + u64(buffer, options.start, this.#little)
      this.#keepComment(null, buffer)
    }
    if (lost < 0) return
    from.lostStated = lost
    this.#whole.sink.dropped(from.id, Math.max(lost, from.lostBetween))
  }

  #lostBetween(from: Interface, drops: number): void {
    from.lostBetween += drops
    this.#whole.sink.dropped(from.id, Math.max(from.lostBetween, from.lostStated))
  }

  #secrets(buffer: Uint8Array, at: number, length: number): void {
    const size = u32(buffer, at + 12, this.#little)
    if (size > length - 20) this.#whole.secretsLeftOut++
    else this.#whole.addSecrets(u32(buffer, at + 8, this.#little), buffer, at + 16, at + 16 + size)
  }

  #keepComment(frame: number | null, buffer: Uint8Array): void {
    if (this.#options.code === COMMENT) this.#whole.addComment(frame, buffer, this.#options.start, this.#options.end)
  }
}
