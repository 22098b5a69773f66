import { Frame } from './frame.ts'
import type { CaptureClock, CaptureProblem, CaptureSink } from './frame.ts'

/**
 * What is one for a whole capture, however many files and sections it has: the frame number, the clock, the interface numbers,
 * and the comments and secrets found so far. The format parsers write into it; it never looks at a file's bytes itself.
 */

/** What the capture layer needs of analysis/limits.ts, where the numbers and their reasons are. */
export interface CaptureLimits {
  readonly frameBytes: number
  readonly recordBytes: number
  readonly interfaces: number
  readonly nameBytes: number
  readonly comments: number
  readonly commentBytes: number
  readonly secrets: number
  readonly secretBytes: number
}

/** A comment that somebody wrote into the capture file (pcapng `opt_comment`). */
export interface CaptureComment {
  /** The frame it belongs to; null where it is about a section or an interface. */
  readonly frame: number | null
  /** Exact; not yet safe for a terminal. */
  readonly text: string
}

/** A pcapng Decryption Secrets Block, kept as it stands for whoever can use it. */
export interface CaptureSecrets {
  /** `secrets_type`: 0x544c534b is a TLS key log. */
  readonly type: number
  readonly data: Uint8Array
}

const NANOSECONDS_PER_SECOND = 1_000_000_000
const UTF8 = new TextDecoder()

export class WholeCapture {
  readonly sink: CaptureSink
  readonly limits: CaptureLimits
  /** Used again for every frame of the capture. */
  readonly frame = new Frame()
  clock: CaptureClock | null = null
  /**
   * The clock's seconds and nanoseconds for the hot path; 0 until there is a clock. As doubles, so that the engine computes times as doubles from the
   * first frame on: code that it made for small integers is thrown away when they grow.
   */
  readonly epochParts = Float64Array.of(0, 0)
  /** The clock in nanoseconds, for the slow path. */
  epoch = 0n
  readonly comments: CaptureComment[] = []
  commentsLeftOut = 0
  readonly secrets: CaptureSecrets[] = []
  secretsLeftOut = 0
  #interfaces = 0
  #commentBytes = 0
  #secretBytes = 0
  #framesBeforeFile = 0

  constructor(sink: CaptureSink, limits: CaptureLimits) {
    this.sink = sink
    this.limits = limits
  }

  beginFile(): void {
    this.#framesBeforeFile = this.frame.number
  }

  /** Frames of the current file so far. */
  get framesOfFile(): number {
    return this.frame.number - this.#framesBeforeFile
  }

  /** Starts the clock with the first timed frame. `fraction` may exceed a second in a damaged file. */
  startClock(epoch: bigint): void {
    const second = BigInt(NANOSECONDS_PER_SECOND)
    const fraction = ((epoch % second) + second) % second
    this.epoch = epoch
    const epochSeconds = Number((epoch - fraction) / second)
    const epochNanoseconds = Number(fraction)
    this.epochParts[0] = epochSeconds
    this.epochParts[1] = epochNanoseconds
    this.clock = { epochSeconds, epochNanoseconds }
  }

  /** Announces an interface and returns its number in the whole capture. */
  addInterface(linkType: number, snapLength: number, name: string | null): number {
    const id = this.#interfaces++
    this.sink.interface({ id, linkType, snapLength, name })
    return id
  }

  problem(code: CaptureProblem['code'], offset: number, message: string): void {
    this.sink.problem({ code, offset, message })
  }

  addComment(frame: number | null, bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    if (this.comments.length >= this.limits.comments || this.#commentBytes + size > this.limits.commentBytes) {
      this.commentsLeftOut++
      return
    }
    this.#commentBytes += size
    this.comments.push({ frame, text: UTF8.decode(bytes.subarray(start, end)) })
  }

  addSecrets(type: number, bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    if (this.secrets.length >= this.limits.secrets || this.#secretBytes + size > this.limits.secretBytes) {
      this.secretsLeftOut++
      return
    }
    this.#secretBytes += size
    this.secrets.push({ type, data: new Uint8Array(bytes.subarray(start, end)) })
  }
}
