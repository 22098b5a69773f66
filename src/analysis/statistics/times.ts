/**
 * A distribution of times, as a sketch: its memory depends on how far the times are apart, not on how many they are. Percentiles are within the precision
 * stated, of a time that was really there (nearest rank: of 20 times, p95 is the 19th); the least and the greatest time are exact.
 */
import { DDSketch } from '@datadog/sketches-js'

export class Times {
  readonly #sketch: DDSketch

  /** `precision` as a part of the time: with 0.01, a percentile of 100 ms may be told as 99 ms or 101 ms. */
  constructor(precision: number) {
    this.#sketch = new DDSketch({ relativeAccuracy: precision })
  }

  /** Nanoseconds. Negative where the capture's clock was set back. */
  add(time: number): void {
    this.#sketch.accept(time)
  }

  get count(): number {
    return this.#sketch.count
  }

  /** Null where there are none, as all below. */
  get least(): number | null {
    return this.count === 0 ? null : this.#sketch.min
  }

  get greatest(): number | null {
    return this.count === 0 ? null : this.#sketch.max
  }

  /** Whole nanoseconds. */
  percentile(percent: number): number | null {
    const { count, min, max } = this.#sketch
    if (count === 0) return null
    const rank = Math.ceil((percent / 100) * count)
    if (rank <= 1) return min
    if (rank >= count) return max
    // The sketch takes the time at place `quantile × (count - 1)`, counted from 0, rounded down: half a place more keeps clear of rounding errors.
    const quantile = (rank - 0.5) / (count - 1)
    return Math.min(max, Math.max(min, Math.round(this.#sketch.getValueAtQuantile(quantile))))
  }
}
