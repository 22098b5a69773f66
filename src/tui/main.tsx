/**
 * The terminal UI as a program of its own (`dist/tui.mjs`): Ink and React are loaded only where it is. What goes in and out is plain data, for it shares no classes
 * with the command line that starts it.
 */
import { openSync, statSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { render } from 'ink'
import { counted, grouped } from '../bytes/number-text.ts'
import { wouldReplace } from '../io/atomic-file.ts'
import { CaptureStore } from '../io/capture-store.ts'
import { findFrame } from '../io/frame-finder.ts'
import { FrameExport } from '../io/frame-export.ts'
import { OutputError } from '../io/errors.ts'
import { Controller } from './controller.ts'
import { Frame } from './frame.tsx'
import { Keymap, type KeyChanges } from './keymap.ts'
import { Workspace } from './model/workspace.ts'
import { sourceText } from './parts/bars.ts'
import { Reading, turn } from './reading.ts'
import { writeReport } from './report-writing.ts'
import { Screen } from './terminal/screen.ts'
import { Terminal } from './terminal/terminal.ts'
import { themeOf } from './theme.ts'
import type { LiveCapture } from '../io/live/live-capture.ts'
import type { Version } from '../mqtt/version.ts'
import type { TimeStyle } from '../report/time-format.ts'

export interface ScreensPlan {
  readonly toolVersion: string
  readonly files: readonly string[]
  /** In place of the files: what is captured now. */
  readonly live: LiveCapture | null
  readonly ports: Uint8Array
  readonly version: Version | null
  readonly time: TimeStyle
  readonly utc: boolean
  readonly showSecrets: boolean
  readonly coloured: boolean
  readonly ascii: boolean
  readonly keys: KeyChanges
  /** A display filter without a mistake; the empty text for none. */
  readonly filter: string
  /** Bytes of temporary files. */
  readonly spoolLimit: number
}

export interface ScreensEnd {
  /** Something could not be read, or not to its end. */
  readonly unreadable: boolean
  /** What is wrong with the input, in sentences. */
  readonly problems: readonly string[]
  /** One line: what was seen, and where it is kept. Null where no screen was shown. */
  readonly summary: string | null
}

/** Milliseconds between two frames of what changes by itself, at least. */
const FRAME_EVERY = 100
/** Such frames take no more than this share of a core: the larger the screen and the slower the machine, the fewer there are, but not fewer than one in `FRAME_AT_LAST`. */
const FRAME_SHARE = 1 / 20
const FRAME_AT_LAST = 500
/** Bytes read at once in another reading of the capture. */
const CHUNK = 262_144

/** Shows the screens until the user quits. Settles then, with the terminal as it was. */
export async function showScreens(plan: ScreensPlan): Promise<ScreensEnd> {
  const store = new CaptureStore(plan.spoolLimit)
  try {
    return await new Screens(plan, store).run()
  } finally {
    store.close()
  }
}

class Screens {
  readonly #plan: ScreensPlan
  readonly #store: CaptureStore
  readonly #workspace: Workspace
  readonly #reading: Reading
  #controller: Controller | null = null
  #draw: (() => void) | null = null
  #frameTimer: NodeJS.Timeout | null = null
  #answering: NodeJS.Immediate | null = null
  #drawn = -Infinity
  /** Milliseconds that the last frame took. */
  #drawing = 0
  #working = false
  #quit: () => void = () => undefined

  constructor(plan: ScreensPlan, store: CaptureStore) {
    const { files, live, ports, version, utc, showSecrets } = plan
    this.#plan = plan
    this.#store = store
    this.#workspace = new Workspace({ ports, version, utc, showSecrets, store })
    this.#reading = new Reading(this.#workspace, files, live, sizesOf(files, live), () => this.#changed())
  }

  async run(): Promise<ScreensEnd> {
    const { live } = this.#plan
    let whole: Promise<void> = Promise.resolve()
    await new Promise<void>((first, failed) => {
      whole = this.#reading.run(first)
      whole.catch(failed)
    })
    const { pipeline, problems } = this.#workspace
    // What could not begin has ended, too.
    if (live !== null && live.failure !== null) await whole
    // Nothing that a screen could show: what is wrong is told in plain text.
    if (pipeline.totals.frames === 0 && (live === null ? this.#reading.state !== 'reading' : live.failure !== null)) return this.#end(problems.length === 0 ? this.#summary() : null)
    await new Promise<void>((quit, failed) => {
      this.#quit = quit
      whole.catch(failed)
      this.#show()
    }).finally(() => this.#close())
    this.#reading.stop()
    live?.kill()
    return this.#end(this.#summary())
  }

  #end(summary: string | null): ScreensEnd {
    const { problems, pipeline } = this.#workspace
    const { captureProblems } = pipeline.totals
    return { unreadable: this.#reading.unreadable || captureProblems.some(({ file, problem }) => problem.code !== 'cut-off' || file !== '-'), problems, summary }
  }

  #close: () => void = () => undefined

  #show(): void {
    const plan = this.#plan
    const workspace = this.#workspace
    const reading = this.#reading
    const input = keyboard()
    const terminal = new Terminal({
      input,
      output: process.stdout,
      onKey: (key) => {
        screen.urgent()
        controller.key(key)
        this.#now()
      },
      onResize: (size) => {
        controller.resize(size)
        screen.resize(size)
        this.#now()
      },
      onResume: () => {
        screen.forget()
        this.#now()
      },
      onEnd: () => {
        screen.close()
        reading.live?.kill()
        this.#store.close()
      },
    })
    const screen = new Screen({ output: terminal, size: terminal.size, ascii: plan.ascii })
    const controller = new Controller({
      workspace, reading,
      outside: {
        quit: () => this.#quit(),
        suspend: terminal.suspend,
        redraw: () => screen.forget(),
        copy: (text) => terminal.copy(text),
        exportTo: (name) => this.#written(() => this.#export(name)),
        reportTo: (name) => this.#written(() => writeReport(name, workspace, { toolVersion: plan.toolVersion, timestamps: plan.live?.timestamps ?? 'file', inputs: this.#sources, utc: plan.utc })),
        findFrame: (number) => (this.#store.givenUp > 0 ? Promise.resolve(null) : findFrame(this.#again(), number)),
        wouldReplace: (name) => wouldReplace(name, this.#sources),
        changed: () => this.#changed(),
      },
      source: sourceText(plan.files, plan.live?.name ?? null),
      keymap: new Keymap(plan.keys),
      theme: themeOf(plan.coloured, plan.ascii),
      size: terminal.size,
      time: plan.time, utc: plan.utc, showSecrets: plan.showSecrets, filter: plan.filter,
    })
    this.#controller = controller
    terminal.enter()
    const frame = () => <Frame {...controller.frame(performance.now())} />
    const instance = render(frame(), { stdout: screen.stdout, debug: true, patchConsole: false, exitOnCtrlC: false })
    this.#draw = () => instance.rerender(frame())
    this.#close = () => {
      this.#draw = null
      if (this.#frameTimer !== null) clearTimeout(this.#frameTimer)
      if (this.#answering !== null) clearImmediate(this.#answering)
      screen.close()
      instance.unmount()
      terminal.leave()
      // A paused terminal goes on being read, and the program with it; only standard input is let go by itself.
      if (input !== process.stdin) input.destroy()
    }
    this.#work()
  }

  // ---- When to draw

  /** A frame at once: the answer to a key, or to all keys that came together. */
  #now(): void {
    if (this.#answering !== null) return
    this.#answering = setImmediate(() => {
      this.#answering = null
      this.#work()
      this.#drawFrame()
    })
  }

  /** A frame soon: something changed by itself. */
  #changed(): void {
    if (this.#draw === null || this.#frameTimer !== null) return
    const pause = Math.min(FRAME_AT_LAST, Math.max(FRAME_EVERY, this.#drawing / FRAME_SHARE))
    this.#frameTimer = setTimeout(() => {
      this.#work()
      this.#drawFrame()
    }, Math.max(0, this.#drawn + pause - performance.now()))
  }

  #drawFrame(): void {
    if (this.#frameTimer !== null) clearTimeout(this.#frameTimer)
    this.#frameTimer = null
    const begin = performance.now()
    this.#draw?.()
    this.#drawn = performance.now()
    this.#drawing = this.#drawn - begin
  }

  /** What takes longer than a key may, a little at a time, until there is nothing left to do. */
  #work(): void {
    if (this.#working) return
    this.#working = true
    void this.#workOn()
  }

  async #workOn(): Promise<void> {
    while (this.#draw !== null && this.#controller?.work() === true) {
      this.#changed()
      await turn()
    }
    this.#working = false
  }

  // ---- Files

  /** Onto these nothing is written: what is read, and what a live capture is written to. */
  get #sources(): readonly string[] {
    const { files, live } = this.#plan
    return live === null ? files : live.savedFiles
  }

  /** What to say of a file that is written. */
  async #written(write: () => string | Promise<string>): Promise<string> {
    try {
      return await write()
    } catch (error) {
      if (error instanceof OutputError) return error.message
      throw error
    }
  }

  async #export(name: string): Promise<string> {
    const { shown, index } = this.#workspace
    if (this.#store.givenUp > 0) return 'The beginning of the capture is not kept any more (--spool-limit), so that no frames can be written'
    const file = new FrameExport(`mqtap ${this.#plan.toolVersion}`, name, this.#sources)
    try {
      for (let place = 0; place < shown.size; place++) {
        file.addIndexed(index, shown.at(place))
        if (place % CHUNK === CHUNK - 1) await turn()
      }
      const frames = await file.write(this.#again())
      return `${counted(frames, 'frame')} written to ${name}, raw: secrets are in them as captured`
    } finally {
      file.abandon()
    }
  }

  /** The capture once more, as it is by now. */
  *#again(): Generator<Iterable<Uint8Array>> {
    const { files, length } = this.#workspace
    for (const [order, { start }] of files.entries()) yield chunksOf(this.#store, start, files[order + 1]?.start ?? length)
  }

  #summary(): string {
    const workspace = this.#workspace
    workspace.statements(Infinity)
    const { packets } = workspace.pipeline.totals
    const { error, warning, note } = workspace.findings.totals.totals
    const findings = [counted(error, 'error'), counted(warning, 'warning'), counted(note, 'note')].join(', ')
    const { live } = this.#plan
    const saved = live === null ? '' : live.savedTo === null ? '; not saved (-w FILE saves)' : `; saved in ${live.savedTo}`
    return `${grouped(packets)} MQTT packets, ${findings}${saved}`
  }
}

function* chunksOf(store: CaptureStore, start: number, end: number): Generator<Uint8Array> {
  for (let at = start; at < end;) {
    const chunk = store.read(at, Math.min(CHUNK, end - at))
    if (chunk === null) return
    yield chunk
    at += chunk.length
  }
}

/** Keys come from the terminal, also where the capture comes through standard input. */
function keyboard(): NodeJS.ReadStream {
  return process.stdin.isTTY ? process.stdin : new ReadStream(openSync('/dev/tty', 'r'))
}

/** Bytes of all files together; null where one has no size. */
function sizesOf(files: readonly string[], live: LiveCapture | null): number | null {
  if (live !== null) return null
  let sum = 0
  for (const file of files) {
    const status = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })
    if (status?.isFile() !== true) return null
    sum += status.size
  }
  return sum
}
