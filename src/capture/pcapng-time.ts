import type { WholeCapture } from './whole-capture.ts'

/**
 * The time stamps of one pcapng interface: a 64-bit count of ticks, as two 32-bit words, into exact nanoseconds of the capture's clock.
 *
 * With a resolution of 10⁻⁶ to 10⁻⁹ s no bigint is needed for a frame: the time that the high word stands for is remembered and computed again only when
 * that word changes (every 4.3 s at nanoseconds). Other resolutions take bigint arithmetic each time. Finer ones than a nanosecond are cut, not rounded.
 */

/** Microseconds, where an interface says nothing (§4.2). */
export const DEFAULT_RESOLUTION = 6

const NANOSECONDS_PER_SECOND = 1_000_000_000n

export class TickClock {
  readonly #whole: WholeCapture
  readonly #ticksPerSecond: bigint
  readonly #offset: bigint
  /** Nanoseconds of a tick where the high word may be remembered, else 0. */
  readonly #nanosecondsPerTick: number
  /** The high word remembered, or -1. */
  #high = -1
  /** Time of the tick (#high, 0). */
  #base = 0

  /** `resolution` is the byte of if_tsresol, `offset` the seconds of if_tsoffset (draft-ietf-opsawg-pcapng §4.2). */
  constructor(whole: WholeCapture, resolution: number, offset: bigint) {
    this.#whole = whole
    const exponent = BigInt(resolution & 0x7f)
    const binary = (resolution & 0x80) !== 0
    this.#ticksPerSecond = binary ? 2n ** exponent : 10n ** exponent
    this.#offset = offset * NANOSECONDS_PER_SECOND
    this.#nanosecondsPerTick = !binary && resolution >= 6 && resolution <= 9 ? 10 ** (9 - resolution) : 0
  }

  time(high: number, low: number): number {
    if (high === this.#high) return this.#base + low * this.#nanosecondsPerTick
    return this.#exact(high, low)
  }

  #exact(high: number, low: number): number {
    const whole = this.#whole
    const absolute = this.#absolute(high, low)
    if (whole.clock === null) whole.startClock(absolute)
    if (this.#nanosecondsPerTick !== 0) {
      this.#high = high
      this.#base = Number(this.#absolute(high, 0) - whole.epoch)
    }
    return Number(absolute - whole.epoch)
  }

  #absolute(high: number, low: number): bigint {
    const ticks = (BigInt(high) << 32n) | BigInt(low)
    return (ticks * NANOSECONDS_PER_SECOND) / this.#ticksPerSecond + this.#offset
  }
}
