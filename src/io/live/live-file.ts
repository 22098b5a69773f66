import fs from 'node:fs'
import path from 'node:path'
import { PcapngWriter } from '../../capture/pcapng-writer.ts'
import { OutputError, outputError } from '../errors.ts'
import type { CaptureClock, CaptureInterface, Frame } from '../../capture/frame.ts'

/**
 * The pcapng file, or the ring of files, that a live capture is written to. What has been handed to the system is readable at any time, also after a crash: whole
 * blocks are written, and where the disk is full, what did not fit is taken off again.
 */

/** When a ring goes on with its next file: whichever of these comes first; null where it does not count. */
export interface RingLimits {
  /** Seconds of wall-clock time. */
  readonly duration: number | null
  /** Seconds: at multiples of these of the wall clock. */
  readonly interval: number | null
  /** Bytes. */
  readonly fileSize: number | null
  readonly packets: number | null
  /** Files that are kept: the oldest one makes room; null for all. */
  readonly files: number | null
}

export interface LiveFileOptions {
  /** shb_userappl. */
  readonly application: string
  readonly ring: RingLimits | null
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class LiveFile {
  /** As given. */
  readonly name: string
  readonly #options: LiveFileOptions
  readonly #interfaces: CaptureInterface[] = []
  readonly #names: string[] = []
  #writer!: PcapngWriter
  #descriptor = -1
  #begun = 0
  #fileBytes = 0
  #filePackets = 0
  #files = 0
  #error: OutputError | null = null

  constructor(name: string, options: LiveFileOptions) {
    this.name = name
    this.#options = options
    this.#open()
    if (this.#error !== null) throw this.#error
  }

  /** Why nothing more is written; null while all is well. */
  get error(): OutputError | null {
    return this.#error
  }

  /** Names of the files that are there, in order: of a ring, those that were kept. */
  get names(): readonly string[] {
    return this.#names
  }

  /** Files begun so far. */
  get files(): number {
    return this.#files
  }

  describe(description: CaptureInterface): void {
    this.#interfaces.push(description)
    this.#writer.describe(description)
    this.#writer.announce(description.id)
  }

  frame(frame: Frame, clock: CaptureClock | null): void {
    if (this.#error !== null) return
    if (this.isFull) this.#next()
    this.#writer.frame(frame, clock)
    this.#filePackets++
  }

  statistics(id: number, dropped: number, time: number, clock: CaptureClock | null): void {
    if (this.#error === null) this.#writer.statistics(id, dropped, time, clock)
  }

  /** Hands all that was given to the system. */
  flush(): void {
    if (this.#error === null) this.#writer.flush()
  }

  close(): void {
    this.flush()
    if (this.#descriptor >= 0) fs.closeSync(this.#descriptor)
    this.#descriptor = -1
  }

  /** The next frame goes into another file. */
  get isFull(): boolean {
    const { ring, now } = this.#options
    if (ring === null || this.#filePackets === 0) return false
    if (ring.packets !== null && this.#filePackets >= ring.packets) return true
    if (ring.fileSize !== null && this.#fileBytes >= ring.fileSize) return true
    const time = now()
    if (ring.duration !== null && time - this.#begun >= ring.duration * 1_000) return true
    return ring.interval !== null && Math.floor(time / (ring.interval * 1_000)) > Math.floor(this.#begun / (ring.interval * 1_000))
  }

  #next(): void {
    this.close()
    this.#open()
    for (const description of this.#interfaces) {
      this.#writer.describe(description)
      this.#writer.announce(description.id)
    }
  }

  #open(): void {
    const { ring, application, now } = this.#options
    this.#begun = now()
    this.#files++
    const name = ring === null ? this.name : ringName(this.name, this.#files, new Date(this.#begun))
    try {
      this.#descriptor = fs.openSync(name, 'w')
    } catch (error) {
      this.#error = outputError(name, error)
      return
    }
    this.#fileBytes = 0
    this.#filePackets = 0
    this.#names.push(name)
    if (ring !== null && ring.files !== null && this.#names.length > ring.files) fs.rmSync(this.#names.shift()!, { force: true })
    this.#writer = new PcapngWriter(application, (bytes) => this.#write(bytes))
    this.#writer.flush()
  }

  #write(bytes: Uint8Array): void {
    if (this.#error !== null) return
    let written = 0
    try {
      while (written < bytes.length) written += fs.writeSync(this.#descriptor, bytes, written)
      this.#fileBytes += bytes.length
    } catch (error) {
      this.#error = outputError(this.#names.at(-1)!, error)
      this.#takeOff(this.#fileBytes + wholeBlocks(bytes, written))
    }
  }

  /** Part of a block would make the file unreadable at its end. A pipe keeps what it got. */
  #takeOff(length: number): void {
    try {
      fs.ftruncateSync(this.#descriptor, length)
    } catch {
      // What is wrong is told already.
    }
  }
}

/** Bytes of the blocks that stand whole in the first `length` bytes. A block has its length behind its type. */
function wholeBlocks(bytes: Uint8Array, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at + 8 <= length) {
    const block = view.getUint32(at + 4, true)
    if (at + block > length) break
    at += block
  }
  return at
}

/** As dumpcap names them: `NAME_00001_20261126154500.pcapng`. */
function ringName(name: string, number: number, time: Date): string {
  const { dir, name: stem, ext } = path.parse(name)
  const two = (value: number) => String(value).padStart(2, '0')
  const stamp = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`
  return path.join(dir, `${stem}_${String(number).padStart(5, '0')}_${stamp}${ext}`)
}
