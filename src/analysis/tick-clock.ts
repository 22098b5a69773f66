/**
 * The ticks of a live capture, put on the scale of its frames.
 *
 * Both begin together, but the clock of the frames may be set, or go a little faster or slower, over days. A frame that is more than two seconds before or behind the
 * ticks shows that: from then on they are taken to be two seconds behind that frame. So a tick never claims a time of which frames may still come.
 */

/** Nanoseconds by which ticks are behind: the time that a frame may take through the pipe. */
const BEHIND = 2e9

export class TickClock {
  /** What is added to ticks. */
  #shift = 0
  /** The newest tick, as it came. */
  #raw = NaN
  /** The same on the scale of the frames; -Infinity where there is none. */
  #now = -Infinity

  /** A frame before this time contradicts the ticks. */
  get now(): number {
    return this.#now
  }

  /** A tick, the newest frame having had the time `frame` (NaN: none had one). How far the capture has come; null where the tick does not say that. */
  tick(time: number, frame: number): number | null {
    if (Number.isNaN(time) || Number.isNaN(frame)) return null
    const earliest = frame - BEHIND
    if (time + this.#shift < earliest) this.#shift = earliest - time
    const now = time + this.#shift
    if (!(now > this.#now)) return null
    this.#raw = time
    this.#now = now
    return now > frame ? now : null
  }

  /** A frame came with a time that ticks had left behind. */
  contradicted(frame: number): void {
    this.#shift = frame - BEHIND - this.#raw
    this.#now = -Infinity
  }

  /** How far the capture has come, by its newest frame and its ticks. */
  newest(frame: number): number {
    return this.#now > frame ? this.#now : frame
  }
}
