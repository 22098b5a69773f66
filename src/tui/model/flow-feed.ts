/**
 * Reads the capture once more for the ladder of one connection: from its beginning, a slice at a time, and then on as it grows. Streams and packets have the numbers
 * that they have in all other views, for which all that came before is needed.
 */
import { FlowReading } from './flow-reading.ts'
import type { Workspace } from './workspace.ts'

/** Bytes that take a few milliseconds. */
const SLICE = 131_072

export class FlowFeed {
  readonly reading: FlowReading
  readonly #workspace: Workspace
  #position = 0
  #file = 0
  #finished = false
  #lost = false
  #ticked = NaN

  constructor(workspace: Workspace, stream: number) {
    this.#workspace = workspace
    this.reading = new FlowReading(stream, workspace.pipelineOptions)
    this.#lost = workspace.store.givenUp > 0
  }

  /** How much was read, from 0 to 1; null where it is all there is. */
  get progress(): number | null {
    const { length } = this.#workspace
    return this.#lost || this.#position >= length ? null : this.#position / length
  }

  /** The capture does not have all bytes any more that this would have to read. */
  get lost(): boolean {
    return this.#lost
  }

  /** Reads on while `mayGoOn`. Answers whether there was anything to do. */
  work(mayGoOn: () => boolean): boolean {
    const { store, files, finished } = this.#workspace
    if (this.#lost || this.#finished) return false
    let worked = false
    while (this.#position < this.#workspace.length) {
      while (this.#file < files.length && files[this.#file]!.start <= this.#position) this.reading.begin(files[this.#file++]!.name)
      const end = files[this.#file]?.start ?? this.#workspace.length
      const chunk = store.read(this.#position, Math.min(SLICE, end - this.#position))
      if (chunk === null) {
        this.#lost = true
        return true
      }
      this.reading.push(chunk)
      this.#position += chunk.length
      worked = true
      if (!mayGoOn()) return true
    }
    if (!finished) {
      this.#tick()
      return worked
    }
    // Files without any bytes, and the end.
    while (this.#file < files.length) this.reading.begin(files[this.#file++]!.name)
    this.reading.finish()
    this.#finished = true
    return true
  }

  /** The time that the capture has come to without a frame: all frames before it were read. */
  #tick(): void {
    const { ticked } = this.#workspace
    if (Number.isNaN(ticked) || ticked === this.#ticked) return
    this.#ticked = ticked
    this.reading.tick(ticked)
  }
}
