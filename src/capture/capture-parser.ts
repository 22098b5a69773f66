import { FOREIGN_BYTES, nameForeignFormat } from './foreign-formats.ts'
import type { CaptureClock, CaptureFormat, CaptureSink } from './frame.ts'
import { u32 } from './integers.ts'
import { openPcap } from './pcap.ts'
import { BLOCK, PcapngParser } from './pcapng.ts'
import type { RecordParser } from './record-parser.ts'
import { WholeCapture } from './whole-capture.ts'
import type { CaptureComment, CaptureLimits, CaptureSecrets } from './whole-capture.ts'
import { bytesInWords } from './wording.ts'

/**
 * The bytes of capture files in, Frames out. Tells pcap from pcapng by content; several files make one capture, numbered and timed as one.
 *
 * Frames are read straight from the chunk given; only the unfinished record at its end is copied and kept. A chunk is used only during the call.
 * What is found does not depend on how the files are cut into chunks. A defect becomes a CaptureProblem; nothing throws.
 *
 * `begin` starts a file (and ends the one before, which may report a problem of that one), `push` takes its bytes, `finish` ends the last file.
 */

const MAGIC_BYTES = 4
/** Most frames are shorter, so that the buffer seldom grows. */
const INITIAL_CARRY = 4_096

export class CaptureParser {
  readonly #whole: WholeCapture
  #parser: RecordParser | null = null
  /** How many bytes of the beginning are needed to tell the format. */
  #beginning = MAGIC_BYTES
  #stopped = false
  #ended = true
  /** Bytes of the current file before the chunk that comes next. */
  #offset = 0
  /** The beginning of a record whose end has not come yet: `#carry[0..#carried)`. */
  #carry: Uint8Array = new Uint8Array(INITIAL_CARRY)
  #carried = 0
  /** What is being parsed, and the offset in the current file that its first byte has. */
  #parsed: Uint8Array | null = null
  #origin = 0

  constructor(sink: CaptureSink, limits: CaptureLimits) {
    this.#whole = new WholeCapture(sink, limits)
  }

  /** Of the current file; null until its first bytes have told. */
  get format(): CaptureFormat | null {
    return this.#parser === null ? null : this.#parser.format
  }

  /** True once nothing more can be read from the current file: its remaining bytes need not be pushed. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** The absolute time of `Frame.time === 0`; null before the first timed frame. */
  get clock(): CaptureClock | null {
    return this.#whole.clock
  }

  /** Comments found so far, up to a limit, and how many were left out for it. */
  get comments(): readonly CaptureComment[] {
    return this.#whole.comments
  }

  get commentsLeftOut(): number {
    return this.#whole.commentsLeftOut
  }

  /** Decryption secrets found so far, up to a limit, and how many were left out for it. */
  get secrets(): readonly CaptureSecrets[] {
    return this.#whole.secrets
  }

  get secretsLeftOut(): number {
    return this.#whole.secretsLeftOut
  }

  /** The offset in the current file of a byte of a frame, while that frame is handed on; -1 where the buffer is another one than the frame's. */
  positionOf(buffer: Uint8Array, index: number): number {
    return buffer === this.#parsed ? this.#origin + index : -1
  }

  begin(): void {
    this.finish()
    this.#parser = null
    this.#beginning = MAGIC_BYTES
    this.#stopped = false
    this.#ended = false
    this.#offset = 0
    this.#carried = 0
    this.#whole.beginFile()
  }

  push(bytes: Uint8Array): void {
    if (this.#ended) throw new Error('CaptureParser.push before begin')
    const chunk = plain(bytes)
    let at = 0
    while (this.#carried > 0 && !this.#stopped) {
      const needed = this.#parser === null ? this.#beginning : this.#parser.needed
      const wanted = Math.max(needed - this.#carried, 0)
      const taken = Math.min(wanted, chunk.length - at)
      this.#keep(chunk, at, at + taken)
      at += taken
      if (taken < wanted) break
      const used = this.#parse(this.#carry, 0, this.#carried, this.#offset + at - this.#carried)
      this.#carry.copyWithin(0, used, this.#carried)
      this.#carried -= used
    }
    if (this.#carried === 0 && !this.#stopped) {
      const used = this.#parse(chunk, at, chunk.length, this.#offset)
      if (!this.#stopped) this.#keep(chunk, used, chunk.length)
    }
    this.#offset += chunk.length
  }

  finish(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#stopped) return
    if (this.#parser === null) this.#refuse(this.#carry.subarray(0, this.#carried))
    else this.#parser.finish(this.#offset - this.#carried, this.#carried)
  }

  /** Appends bytes to those of the unfinished record. Parsers ask for no more than `recordBytes` at once, so this is bounded. */
  #keep(bytes: Uint8Array, start: number, end: number): void {
    const size = this.#carried + end - start
    if (size > this.#carry.length) {
      const larger = new Uint8Array(Math.max(size, this.#carry.length * 2))
      larger.set(this.#carry.subarray(0, this.#carried))
      this.#carry = larger
    }
    this.#carry.set(bytes.subarray(start, end), this.#carried)
    this.#carried = size
  }

  /** Returns where the unfinished record begins. */
  #parse(buffer: Uint8Array, start: number, end: number, origin: number): number {
    this.#parser ??= this.#recognise(buffer, start, end)
    if (this.#parser === null) return this.#stopped ? end : start
    this.#parsed = buffer
    this.#origin = origin
    const at = this.#parser.parse(buffer, start, end, origin)
    this.#stopped = this.#parser.stopped
    return at
  }

  #recognise(buffer: Uint8Array, start: number, end: number): RecordParser | null {
    if (end - start < MAGIC_BYTES) return null
    // The same in either byte order.
    if (u32(buffer, start, false) === BLOCK.section) return new PcapngParser(this.#whole)
    const pcap = openPcap(buffer, start, this.#whole)
    if (pcap !== null) return pcap
    this.#beginning = FOREIGN_BYTES
    if (end - start >= FOREIGN_BYTES) this.#refuse(buffer.subarray(start, start + FOREIGN_BYTES))
    return null
  }

  #refuse(beginning: Uint8Array): void {
    this.#stopped = true
    if (beginning.length === 0) return this.#whole.problem('empty', 0, 'the file is empty')
    const name = nameForeignFormat(beginning)
    const guess = name === null ? '' : `; it looks like ${name}`
    const shown = Array.from(beginning.subarray(0, MAGIC_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const evidence = beginning.length < MAGIC_BYTES ? `it has only ${bytesInWords(beginning.length)}` : `it begins with ${shown} at byte 0`
    this.#whole.problem('unknown-format', 0, `the file is neither pcap nor pcapng: ${evidence}${guess}`)
  }
}

/**
 * The same bytes as a Uint8Array and no class derived from it, such as a chunk that Node.js reads: so that the layers below meet one kind of array, which is
 * fast, and whose `slice` is a copy.
 */
function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
