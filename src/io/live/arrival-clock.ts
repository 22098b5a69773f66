/**
 * The time of day for frames, from a clock that never runs backwards: the monotonic one, tied once to the time of day. So a step of the system's clock (NTP,
 * a user) in the middle of a capture moves nothing; and after the machine slept, times are too early by as long as it did.
 */

/** Changes of `Date.now()` that are watched. Each shows how the two clocks stand to each other, late by however long the program was held up; the least is right. */
const CHANGES = 4
const NANOSECONDS_IN_MILLISECOND = 1e6
const NANOSECONDS_IN_SECOND = 1e9

export class ArrivalClock {
  readonly #monotonic: () => number
  readonly #baseSeconds: number
  /** Nanoseconds from the base second to the zero of the monotonic clock. */
  readonly #offset: number
  /** Of the last reading: whole seconds since 1970-01-01 UTC, and nanoseconds of the second. */
  seconds = 0
  nanoseconds = 0

  /** Both in milliseconds. Takes about four of them, since the time of day is known to a millisecond only at the moment when it changes. */
  constructor(timeOfDay: () => number = Date.now, monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic
    const first = timeOfDay()
    let zero = Infinity
    for (let changes = 0, last = first; changes < CHANGES;) {
      const time = timeOfDay()
      if (time === last) continue
      zero = Math.min(zero, monotonic() - (time - first))
      last = time
      changes++
    }
    this.#baseSeconds = Math.floor(first / 1_000)
    this.#offset = (first - this.#baseSeconds * 1_000 - zero) * NANOSECONDS_IN_MILLISECOND
  }

  /** Sets `seconds` and `nanoseconds` to now. No frame needs an object for it. */
  read(): void {
    const since = Math.round(this.#offset + this.#monotonic() * NANOSECONDS_IN_MILLISECOND)
    const seconds = Math.floor(since / NANOSECONDS_IN_SECOND)
    this.seconds = this.#baseSeconds + seconds
    this.nanoseconds = since - seconds * NANOSECONDS_IN_SECOND
  }
}
