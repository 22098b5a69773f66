import { createPipeline } from '../analysis/pipeline.ts'
import { counted, grouped } from '../bytes/number-text.ts'
import { noMqttText } from '../report/no-mqtt.ts'
import { limitTexts } from '../report/summary.ts'
import { framesKept } from '../capture/wording.ts'
import { InputError } from '../io/errors.ts'
import { TextOutput } from '../io/output.ts'
import { CaptureInput } from './capture-input.ts'
import { EXIT } from './exit.ts'
import { Interrupt } from './interrupt.ts'
import { Progress } from './progress.ts'
import { tell, tellError } from './report-error.ts'
import type { LiveCapture } from '../io/live/live-capture.ts'
import type { Pipeline, PipelineSink } from '../analysis/pipeline.ts'
import type { SessionOptions } from '../session/session-tracker.ts'
import type { CaptureProblem } from '../capture/frame.ts'
import type { NetworkProblem } from '../network/segment.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { ExitCode } from './exit.ts'

/**
 * The files of a capture read through the pipeline, for every command that does so: with progress, the first Ctrl-C, a reader that goes, and what is wrong
 * with the files told on standard error. What is shown of it is the command's.
 */

export interface CaptureReadingOptions extends SessionOptions {
  /** What the command wants to hear of. */
  readonly sink: Omit<PipelineSink, 'captureProblem' | 'networkProblem'>
  /** Whether there will be a second reading. */
  readonly keepPipes: boolean
  /** Bytes of each payload that are kept; the pipeline's default where it is left out. */
  readonly payloadKept?: number
}

/** Messages of one kind of network problem that are told; the rest is counted. */
const MOST_NETWORK_MESSAGES = 3

/** Milliseconds. */
const TICK_EVERY = 1_000
/** Nanoseconds: as late as a frame may come from an engine. */
const TICKS_BEHIND = 2e9

function dropsText({ dropped }: LiveCapture): string {
  return dropped === null ? 'dropped frames are not known' : `${grouped(dropped)} dropped`
}

export class CaptureReading {
  readonly pipeline: Pipeline
  /** Standard output. */
  readonly output = new TextOutput()
  readonly #plan: CapturePlan
  readonly #interrupt = new Interrupt()
  readonly #progress: Progress | null
  readonly #input: CaptureInput
  /** The last file whose compression is damaged. */
  #damaged: string | null = null
  readonly #networkProblems = new Map<string, number>()
  #unreadable = false
  #captureFailed = false
  #droppedTold = 0
  /** Whether the input being read is a pipe, whose last record may be cut off when it is ended. */
  #fromPipe = false

  constructor(plan: CapturePlan, { sink, keepPipes, payloadKept, ...session }: CaptureReadingOptions) {
    this.#plan = plan
    this.#input = new CaptureInput(keepPipes)
    this.pipeline = createPipeline(
      { ports: plan.ports, version: plan.version, ...session, ...(payloadKept === undefined ? {} : { payloadKept }) },
      {
        ...sink,
        captureProblem: (file, problem) => this.#captureProblem(file, problem),
        networkProblem: (problem) => this.#networkProblem(problem),
      },
    )
    const watched = process.stderr.isTTY === true && (plan.quiet || process.stdout.isTTY !== true)
    this.#progress = watched ? new Progress() : null
  }

  /** Names of the files that gave any bytes, for a second reading. */
  get readAgain(): readonly string[] {
    return this.#input.readAgain
  }

  /** Why the command cannot end with 0 or 1; null where it can. */
  get failure(): ExitCode | null {
    if (this.#interrupted) return EXIT.interrupted
    if (this.#captureFailed) return EXIT.capture
    return this.#unreadable ? EXIT.unreadable : null
  }

  /** Text for standard output. */
  write(text: string): void {
    if (text !== '') this.output.write(text)
  }

  /** Reads all files. False where nobody wants to know any more: the reader of standard output has gone. */
  async read(): Promise<boolean> {
    const { live } = this.#plan
    if (live !== null) await this.#live(live)
    else for (const file of this.#plan.files) {
      if (this.#interrupt.happened || this.output.closed) break
      await this.#file(file)
    }
    this.#progress?.clear()
    if (this.output.closed) return false
    // Interrupted, the rest of the capture is unknown: what is open is not reported as ended.
    if (!this.#interrupted) this.pipeline.finish()
    return true
  }

  /**
   * Writes the summary where it is wanted, says where there was no MQTT, and hands over all output. Of input that could not be read at all there is no summary,
   * unless another program reads it (`machine`), which expects an object in any case.
   */
  async conclude(summary: () => string, machine = false): Promise<void> {
    const { totals } = this.pipeline
    const { packets, frames } = totals
    if (this.#plan.quiet) this.write(this.#nothingRead && !machine ? '' : summary())
    // Behind output that another program reads, the summary of an interrupted reading would be one line too many.
    else if (this.#interrupted) process.stderr.write(summary())
    else if (packets === 0 && frames > 0) this.tellNoMqtt()
    this.#tellLeftOut(totals.leftOutByPort)
    // A summary says so itself.
    if (!this.#plan.quiet && !this.#interrupted) for (const { label, text } of limitTexts(totals)) this.#tell(`${label.toLowerCase()}: ${text}`)
    await this.output.drained()
  }

  /** It has been said why, where nothing could be read. */
  tellNoMqtt(): void {
    if (!this.#nothingRead) this.#tell(noMqttText(this.pipeline.totals))
  }

  /** Of a broker on a port of its own, only connections with their CONNECT are known for what they are. */
  #tellLeftOut(byPort: ReadonlyMap<number, number>): void {
    for (const [port, number] of byPort) {
      this.#tell(`port ${port} carries MQTT, and ${counted(number, 'connection')} to it that began before the capture ${number === 1 ? 'was' : 'were'} left out: --port ${port} reads ${number === 1 ? 'it' : 'them'}`)
    }
  }

  /** A live capture has no end but this one. */
  get #interrupted(): boolean {
    return this.#interrupt.happened && this.#plan.live === null
  }

  get #nothingRead(): boolean {
    return this.pipeline.totals.frames === 0 && this.#unreadable
  }

  release(): void {
    this.#interrupt.release()
    this.#input.close()
  }

  async #live(live: LiveCapture): Promise<void> {
    this.#interrupt.atOnce(() => {
      live.stop()
      // The second one does not wait for the engine.
      process.once('SIGINT', () => {
        live.kill()
        process.exit(EXIT.interrupted)
      })
    })
    const ticks = setInterval(() => this.#tick(live), TICK_EVERY)
    this.#fromPipe = true
    this.pipeline.begin(live.name)
    try {
      for await (const chunk of live) {
        this.pipeline.push(chunk)
        if (!(await this.output.drained())) break
      }
    } finally {
      clearInterval(ticks)
    }
    const { failure } = live
    if (failure === null) {
      if (live.by !== null) this.#tell(`${counted(live.frames, 'frame')} captured on ${live.name}, ${[dropsText(live), ...live.remarks, ...(live.savedTo === null ? [] : [`saved in ${live.savedTo}`])].join('; ')}`)
      return
    }
    const code = tellError(failure)
    if (code === EXIT.unreadable) this.#unreadable = true
    else this.#captureFailed = true
  }

  /** Time goes on, also where no frame comes: what waits for it is told. */
  #tick(live: LiveCapture): void {
    this.#tellDrops(live)
    const { elapsed } = live
    if (elapsed === null) return
    this.pipeline.tick(elapsed - TICKS_BEHIND)
    // What is wrong with the output is met with the next frames.
    this.output.drained().catch(() => undefined)
  }

  /** When there are more, and not with each of them. */
  #tellDrops(live: LiveCapture): void {
    const { dropped } = live
    if (dropped === null || dropped < 2 * this.#droppedTold || dropped === 0) return
    this.#droppedTold = dropped
    this.#tell(`${dropsText(live)} so far${live.leftOut > 0 ? ': what shows them is too slow' : '; -B gives the kernel a larger buffer'}`)
  }

  async #file(name: string): Promise<void> {
    const input = this.#input.open(name)
    const chunks = input[Symbol.asyncIterator]()
    const framesBefore = this.pipeline.totals.frames
    let begun = false
    try {
      for (;;) {
        const next = await this.#interrupt.orSooner(chunks.next())
        if (next === 'interrupted') return
        if (!begun) this.pipeline.begin(name)
        if (next.done === true) return
        this.#fromPipe = input.size === null
        this.#input.keep(input, next.value, !begun)
        begun = true
        this.pipeline.push(next.value)
        if (!(await this.output.drained()) || this.pipeline.stopped) {
          await chunks.return()
          return
        }
        await this.#progress?.show(input)
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      if (error.code === 'damaged-compression') {
        this.#damaged = name
        this.#tell(`${error.message}; ${framesKept(this.pipeline.totals.frames - framesBefore)}`)
      } else {
        this.#tell(error.message)
      }
      this.#unreadable = true
    }
  }

  #tell(sentence: string): void {
    this.#progress?.clear()
    tell(sentence)
  }

  #captureProblem(file: string, problem: CaptureProblem): void {
    // It has been said why the file ends there.
    if (problem.code === 'cut-off' && file === this.#damaged) return
    this.#tell(`${file === '-' ? 'standard input' : file}: ${problem.message}`)
    if (!(problem.code === 'cut-off' && this.#fromPipe)) this.#unreadable = true
  }

  #networkProblem({ code, message }: NetworkProblem): void {
    const number = (this.#networkProblems.get(code) ?? 0) + 1
    this.#networkProblems.set(code, number)
    if (number <= MOST_NETWORK_MESSAGES) this.#tell(message)
    if (number === MOST_NETWORK_MESSAGES) this.#tell(`more problems of this kind (${code}) are not told`)
  }
}
