import { grouped } from '../../bytes/number-text.ts'
import { CaptureParser } from '../../capture/capture-parser.ts'
import { PcapngWriter } from '../../capture/pcapng-writer.ts'
import { CaptureError, InputError, type OutputError } from '../errors.ts'
import { FrameMerger } from './frame-merger.ts'
import type { CaptureInterface, CaptureSink, Frame } from '../../capture/frame.ts'
import type { CaptureLimits } from '../../capture/whole-capture.ts'
import type { EngineRun, Timestamps } from './engine.ts'
import type { LiveFile } from './live-file.ts'

/**
 * A live capture: frames of one or several engines, in one order, as the bytes of one pcapng file that grows; and into a file where that is wanted.
 *
 * Engines are read as soon as they deliver, whoever reads this. What the reader has not taken waits in memory up to a limit; beyond it frames still go to the file,
 * but not to the reader, and are counted as lost. A chunk is whole blocks.
 */

export interface LiveLimits {
  /** Bytes that wait for the reader. */
  readonly queuedBytes: number
}

/** When a capture ends by itself: whichever comes first; null where it does not count. */
export interface LiveEnd {
  /** Milliseconds. */
  readonly duration: number | null
  readonly packets: number | null
  /** Bytes of frames as captured. */
  readonly bytes: number | null
  readonly files: number | null
}

export interface LiveOptions {
  /** What is told of where it comes from: `eth0`, `eth0, lo`. */
  readonly name: string
  /** The engine; null where another program captures. */
  readonly by: string | null
  /** `file` where another program captures, and nobody knows. */
  readonly timestamps: Timestamps | 'file'
  readonly application: string
  readonly file: LiveFile | null
  readonly end: LiveEnd
  readonly capture: CaptureLimits
  readonly limits: LiveLimits
  /** Milliseconds, of a clock that never runs backwards. */
  readonly now: () => number
}

export type LiveFailure = CaptureError | InputError | OutputError

/** Frames that an engine lost: what it stated in its bytes by interface, or told beside them. */
interface Lost {
  readonly stated: Map<number, number>
}

/** Milliseconds between two looks at what waits and at what the engines tell. */
const LOOK_EVERY = 200

export class LiveCapture {
  readonly name: string
  readonly by: string | null
  /** `file` where another program captures, and nobody knows. */
  readonly timestamps: Timestamps | 'file'
  /** Settles when all engines deliver: their captures have begun. */
  readonly begun: Promise<void>
  readonly #runs: readonly EngineRun[]
  readonly #options: LiveOptions
  readonly #merger: FrameMerger
  readonly #writer: PcapngWriter
  readonly #interfaces: CaptureInterface[] = []
  readonly #lost: readonly Lost[]
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #wake: (() => void) | null = null
  #over = false
  #ending = false
  #frames = 0
  /** Of the first frame, in nanoseconds; of the last one, as `now` has it. */
  #firstTime = NaN
  #lastArrived = 0
  #frameBytes = 0
  #leftOut = 0
  #stated: number | null = null
  #failure: LiveFailure | null = null
  readonly #timers: NodeJS.Timeout[] = []

  constructor(runs: readonly EngineRun[], options: LiveOptions) {
    this.name = options.name
    this.by = options.by
    this.timestamps = options.timestamps
    this.#runs = runs
    this.#options = options
    this.#lost = runs.map(() => ({ stated: new Map<number, number>() }))
    this.#merger = new FrameMerger(runs.length, (frame) => this.#take(frame))
    this.#writer = new PcapngWriter(options.application, (bytes) => this.#enqueue(bytes.slice()))
    const begun: Promise<void>[] = []
    const pumps = runs.map((run, index) => new Promise<void>((resolve) => {
      begun.push(new Promise((resolveBegun) => void this.#pump(run, index, resolveBegun).then(resolve)))
    }))
    this.begun = Promise.all(begun).then(() => undefined)
    void Promise.all(pumps).then(() => this.#finish())
    this.#timers.push(setInterval(() => this.#look(), LOOK_EVERY))
    const { duration } = options.end
    if (duration !== null) void this.begun.then(() => this.#timers.push(setTimeout(() => this.stop(), duration)))
  }

  /** Where it is kept, in words: `day.pcapng`; of a ring, the files that are there. Null where it is not. */
  get savedTo(): string | null {
    const { savedFiles } = this
    return savedFiles.length === 0 ? null : filesText(savedFiles)
  }

  /** Names of the files that it is kept in. */
  get savedFiles(): readonly string[] {
    return this.#options.file?.names ?? []
  }

  /** Frames captured so far. */
  get frames(): number {
    return this.#frames
  }

  /** Frames that were lost, as far as that is known: by the kernel or the engine, and those that the reader was too slow for. Null where no engine tells. */
  get dropped(): number | null {
    let known = this.#leftOut > 0 ? this.#leftOut : null
    this.#runs.forEach((run, index) => {
      const lost = lostOf(run, this.#lost[index]!)
      if (lost !== null) known = (known ?? 0) + lost
    })
    return known
  }

  /**
   * Nanoseconds of capture time since the first frame, by a clock that is never set; null where frames wait for the reader, which has not come to that time yet, and
   * before the first frame.
   */
  get elapsed(): number | null {
    if (this.#queuedBytes > 0 || Number.isNaN(this.#firstTime)) return null
    return this.#merger.time - this.#firstTime + (this.#options.now() - this.#lastArrived) * 1e6
  }

  /** Frames that the reader was too slow for; they are in the file. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** What ended the capture, or its file, before anybody wanted it to end; null where nothing did. */
  get failure(): LiveFailure | null {
    return this.#failure ?? this.#options.file?.error ?? null
  }

  /** What engines have to say of their times, when they have ended. */
  get remarks(): readonly string[] {
    return this.#runs.flatMap(({ remark }) => remark ?? [])
  }

  /** Ends it: what was captured still comes. */
  stop(): void {
    this.#ending = true
    for (const run of this.#runs) run.stop()
  }

  /** Ends it at once. */
  kill(): void {
    this.#ending = true
    for (const run of this.#runs) run.kill()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        const queue = this.#queue
        this.#queue = []
        for (const chunk of queue) {
          this.#queuedBytes -= chunk.length
          yield chunk
        }
        if (this.#queue.length > 0) continue
        if (this.#over) return
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      this.kill()
    }
  }

  async #pump(run: EngineRun, index: number, begun: () => void): Promise<void> {
    const ids = new Map<number, number>()
    const sink: CaptureSink = {
      frame: (frame) => {
        const own = frame.interfaceId
        frame.interfaceId = ids.get(own) ?? 0
        this.#merger.push(index, frame, parser.clock, this.#options.now())
        frame.interfaceId = own
      },
      interface: (description) => {
        const id = this.#interfaces.length
        ids.set(description.id, id)
        this.#describe({ ...description, id, name: description.name ?? run.interfaces[description.id] ?? null })
        begun()
      },
      problem: ({ code, message }) => {
        // What is ended may stop anywhere.
        if (code === 'cut-off') return
        if (this.by === null) this.#fail(new InputError('unreadable', `standard input: ${message}`))
        // An engine that failed says so better.
        else if (code !== 'empty') this.#fail(new CaptureError('engine-failed', `what ${this.by} delivers cannot be read: ${message}`))
      },
      dropped: (interfaceId, total) => this.#lost[index]!.stated.set(interfaceId, total),
    }
    const parser: CaptureParser = new CaptureParser(sink, this.#options.capture)
    parser.begin()
    try {
      for await (const chunk of run.bytes) {
        parser.push(chunk)
        this.#flush()
        if (parser.stopped) run.kill()
      }
    } catch (error) {
      if (!(error instanceof CaptureError || error instanceof InputError)) throw error
      this.#fail(error)
    }
    parser.finish()
    this.#merger.end(index)
    begun()
  }

  /** One capture that fails ends all. */
  #fail(error: LiveFailure): void {
    this.#failure ??= error
    this.#end()
  }

  #describe(description: CaptureInterface): void {
    this.#interfaces.push(description)
    this.#writer.describe(description)
    this.#writer.announce(description.id)
    this.#options.file?.describe(description)
  }

  #take(frame: Frame): void {
    const { end, file, limits } = this.#options
    if (end.packets !== null && this.#frames >= end.packets) return
    if (end.files !== null && file !== null && file.files >= end.files && file.isFull) return this.#end()
    this.#frames++
    this.#frameBytes += frame.end - frame.start
    if (this.#frames === 1) this.#firstTime = frame.time
    this.#lastArrived = this.#options.now()
    file?.frame(frame, this.#merger.clock)
    if (this.#queuedBytes >= limits.queuedBytes) this.#leftOut++
    else this.#writer.frame(frame, this.#merger.clock)
    if (this.#frames === end.packets || (end.bytes !== null && this.#frameBytes >= end.bytes) || (file !== null && file.error !== null)) this.#end()
  }

  #end(): void {
    if (!this.#ending) this.stop()
  }

  #flush(): void {
    this.#merger.release(this.#options.now())
    this.#options.file?.flush()
    this.#writer.flush()
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queue.push(bytes)
    this.#queuedBytes += bytes.length
    this.#wake?.()
    this.#wake = null
  }

  #look(): void {
    this.#state()
    this.#flush()
  }

  /** Writes what was lost where that is new. */
  #state(): void {
    const { dropped } = this
    if (dropped === null || dropped === this.#stated || this.#interfaces.length === 0) return
    this.#stated = dropped
    const { time, clock } = this.#merger
    this.#writer.statistics(0, dropped, time, clock)
    this.#options.file?.statistics(0, dropped - this.#leftOut, time, clock)
  }

  #finish(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#merger.release(Infinity)
    this.#state()
    this.#flush()
    this.#options.file?.close()
    this.#over = true
    this.#wake?.()
    this.#wake = null
  }
}

/** One file, or two; of more the first and the last one, and how many they are. */
function filesText(names: readonly string[]): string {
  const [first, last] = [names[0]!, names.at(-1)!]
  if (names.length < 3) return names.join(' and ')
  return `${grouped(names.length)} files, ${first} to ${last}`
}

function lostOf(run: EngineRun, { stated }: Lost): number | null {
  let sum: number | null = null
  for (const lost of stated.values()) sum = (sum ?? 0) + lost
  return run.dropped === null ? sum : Math.max(run.dropped, sum ?? 0)
}
