/** How far the capture has been read: the last packet, the newest frame, and the time as far as it went forward. */
import type { PacketEvent } from '../mqtt/packet-event.ts'

export interface ClockLimits {
  /** Steps of the clock, in nanoseconds, that are no mere disorder. */
  readonly clockForward: number
  readonly clockBackward: number
}

export class CapturePosition {
  readonly #limits: ClockLimits
  #now = -Infinity
  #frame = 0
  /** PacketEvent.number of the last packet. */
  number = 0
  /** The capture has ended: of connections nothing is known any more. */
  ended = false

  constructor(limits: ClockLimits) {
    this.#limits = limits
  }

  /** Capture time so far. */
  get now(): number {
    return this.#now
  }

  /** False for what waited behind missing bytes: it comes with its own time, which has passed. */
  isAhead({ frame, time }: PacketEvent): boolean {
    return frame >= this.#frame && !Number.isNaN(time)
  }

  /** The clock was set between here and there: times before and after say nothing about each other. */
  stepsTo(time: number): boolean {
    const elapsed = time - this.#now
    return (elapsed > this.#limits.clockForward && this.#now !== -Infinity) || elapsed < -this.#limits.clockBackward
  }

  /** Goes on to a packet that is ahead; back in time only where the clock steps. */
  moveTo({ frame, time }: PacketEvent): void {
    this.#frame = frame
    if (time > this.#now || time < this.#now - this.#limits.clockBackward) this.#now = time
  }

  /** Goes on to a time without a packet: a clock that does not step says so. False where that has passed, and before the first packet. */
  passTo(time: number): boolean {
    if (this.#now === -Infinity || !(time > this.#now)) return false
    this.#now = time
    return true
  }

  /** So long after both that time and now. */
  after(time: number, wait: number): number {
    return (time > this.#now ? time : this.#now) + wait
  }
}
