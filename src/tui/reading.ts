/**
 * Brings the bytes of the files, of a pipe or of a live capture into a workspace, in slices, so that keys are heard in between.
 *
 * What comes from a plain file stays there; all else is spooled by the store. `first` settles when there is something to show, or with the first bytes of a pipe: until
 * then what is wrong with the input can still be told in plain text.
 */
import { framesKept } from '../capture/wording.ts'
import { InputError } from '../io/errors.ts'
import { openInput } from '../io/input.ts'
import type { Input } from '../io/input.ts'
import type { LiveCapture } from '../io/live/live-capture.ts'
import type { Workspace } from './model/workspace.ts'

/** Bytes that take a few milliseconds. */
const SLICE = 131_072
/** Milliseconds. */
const TICK_EVERY = 1_000
/** Nanoseconds: as late as a frame may come from an engine. */
const TICKS_BEHIND = 2e9

export type ReadingState = 'reading' | 'stopped' | 'ended'

export class Reading {
  readonly live: LiveCapture | null
  readonly #workspace: Workspace
  readonly #files: readonly string[]
  /** There is something new. */
  readonly #onData: () => void
  #state: ReadingState = 'reading'
  #stopping = false
  #current: Input | null = null
  #sizesBefore = 0
  #sizes: number | null
  #unreadable = false

  /** `files`: not read where `live` is there. `sizes`: of all files together, in bytes; null where that is not known. */
  constructor(workspace: Workspace, files: readonly string[], live: LiveCapture | null, sizes: number | null, onData: () => void) {
    this.#workspace = workspace
    this.#files = files
    this.live = live
    this.#sizes = sizes
    this.#onData = onData
  }

  get state(): ReadingState {
    return this.#state
  }

  /** How much was read, from 0 to 1; null where nobody knows. */
  get progress(): number | null {
    if (this.#sizes === null || this.#sizes === 0 || this.#state !== 'reading') return null
    return Math.min(1, (this.#sizesBefore + (this.#current?.bytesRead ?? 0)) / this.#sizes)
  }

  /** Something could not be read, or not to its end. */
  get unreadable(): boolean {
    return this.#unreadable
  }

  /** `stop` was called; what is read right now may take its time to end. */
  get stopping(): boolean {
    return this.#stopping
  }

  /** No more is read; a live capture ends, and what it has still comes. */
  stop(): void {
    this.#stopping = true
    this.live?.stop()
  }

  /** Reads all of it; never fails: what is wrong is among the workspace's problems. */
  async run(first: () => void): Promise<void> {
    const telling = onceOf(first)
    try {
      if (this.live !== null) await this.#live(this.live, telling)
      else for (const file of this.#files) {
        if (this.#stopping) break
        await this.#file(file, telling)
      }
    } finally {
      // Where a reading was broken off, nobody knows how what is open would have gone on.
      if (!this.#stopping || this.live !== null) this.#workspace.finish()
      this.#state = this.#stopping ? 'stopped' : 'ended'
      telling()
      this.#onData()
    }
  }

  async #live(live: LiveCapture, telling: () => void): Promise<void> {
    const workspace = this.#workspace
    workspace.store.beginSpool()
    workspace.begin(live.name)
    const ticks = setInterval(() => {
      const { elapsed } = live
      if (elapsed === null) return
      workspace.tick(elapsed - TICKS_BEHIND)
      this.#onData()
    }, TICK_EVERY)
    // The terminal is there for the user before the first frame comes.
    telling()
    try {
      for await (const chunk of live) await this.#push(chunk)
    } finally {
      clearInterval(ticks)
    }
    if (live.failure !== null) workspace.problems.push(live.failure.message)
  }

  async #file(name: string, telling: () => void): Promise<void> {
    const workspace = this.#workspace
    const input = openInput(name)
    this.#current = input
    const framesBefore = workspace.pipeline.totals.frames
    let begun = false
    const begin = (): void => {
      if (begun) return
      begun = true
      // Standard input has no name that it could be opened by once more, a file or not.
      if (input.compression === null && input.size !== null && name !== '-') workspace.store.beginFile(name)
      else workspace.store.beginSpool()
      workspace.begin(name)
    }
    try {
      for await (const chunk of input) {
        begin()
        await this.#push(chunk)
        if (this.#stopping || workspace.pipeline.stopped) break
        // Of a file that holds nothing the end comes at once; of a pipe nobody knows when.
        if (input.size === null || workspace.pipeline.totals.frames > 0) telling()
      }
      begin()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      if (error.code === 'damaged-compression') workspace.damaged(name, `${error.message}; ${framesKept(workspace.pipeline.totals.frames - framesBefore)}`)
      else workspace.problems.push(error.message)
      this.#unreadable = true
    }
    this.#sizesBefore += input.bytesRead
    this.#current = null
  }

  async #push(chunk: Uint8Array): Promise<void> {
    const workspace = this.#workspace
    for (let at = 0; at < chunk.length; at += SLICE) {
      const slice = chunk.subarray(at, at + SLICE)
      workspace.append(slice)
      this.#onData()
      await turn()
      if (this.#stopping && this.live === null) return
    }
  }
}

/** Lets everything else have its turn: keys, the screen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function onceOf(act: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}
