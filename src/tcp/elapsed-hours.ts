/**
 * The hours that a capture has gone through: what was silent for many of them is given up. They only ever go on, whatever the times of the frames do.
 *
 * The clock may be set, and captures of several interfaces may have several clocks. A step forward counts as one hour at most, since nobody knows how much of it was
 * time. Behind the newest time so far, time counts only once it has gone on for an hour there: then the clock was set back, and it is the one that holds from then on.
 * So jumps to and fro make no hours, and nothing stops them.
 */

/** Nanoseconds. */
const HOUR = 3_600e9

export class ElapsedHours {
  /** The newest time that holds, and how far the hour has gone on with it. */
  #newest = NaN
  #passed = 0
  /** The same behind that time: the newest since it was last reached, and how far it has gone on there in all. */
  #behind = NaN
  #passedBehind = 0

  /** The capture has come to this time (NaN: it has none). True where another hour is over. */
  pass(time: number): boolean {
    if (Number.isNaN(time)) return false
    if (!(time < this.#newest)) {
      // At first there is none.
      if (time > this.#newest) this.#passed += Math.min(time - this.#newest, HOUR)
      this.#newest = time
      this.#behind = NaN
    } else {
      if (time > this.#behind) this.#passedBehind += Math.min(time - this.#behind, HOUR)
      this.#behind = time
      if (this.#passedBehind < HOUR) return false
      this.#passed += HOUR
      this.#newest = time
      this.#behind = NaN
      this.#passedBehind = 0
    }
    if (this.#passed < HOUR) return false
    this.#passed -= HOUR
    return true
  }
}
