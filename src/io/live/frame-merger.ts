import { Frame, type CaptureClock } from '../../capture/frame.ts'

/**
 * Brings the frames of several captures that go on at the same time into one order, by time, and sees to it that times never run backwards.
 *
 * A frame waits until each of the other captures has one that is later, or until it has waited for `patience`: a capture that is silent has nothing to merge with.
 * With one capture nothing waits and nothing is copied. A frame that comes too late all the same gets the time of the one before it. Where the clock of the
 * machine is set back by more than a second, times go on from where they were.
 */

/** Milliseconds that a frame waits at most. Engines deliver within a second. */
const PATIENCE = 1_200
/** Nanoseconds: a step back of the clock, and no disorder. */
const STEP = 1e9
const SECOND = 1e9

interface Waiting {
  readonly time: number
  readonly arrived: number
  readonly linkType: number
  readonly interfaceId: number
  readonly bytes: Uint8Array
  readonly originalLength: number
}

interface Lane {
  /** From the lane's clock to that of the first lane, and what its own steps back added, in nanoseconds. */
  offset: number | null
  last: number
  waiting: Waiting[]
  over: boolean
}

export class FrameMerger {
  /** `frame.time` counts from `clock`, and the frame is valid during the call only. */
  readonly #emit: (frame: Frame) => void
  readonly #lanes: Lane[]
  readonly #frame = new Frame()
  #clock: CaptureClock | null = null
  #last = -Infinity

  constructor(captures: number, emit: (frame: Frame) => void) {
    this.#emit = emit
    this.#lanes = Array.from({ length: captures }, () => ({ offset: null, last: -Infinity, waiting: [], over: false }))
  }

  /** What all times count from; null before the first frame. */
  get clock(): CaptureClock | null {
    return this.#clock
  }

  /** The time of the last frame handed on, in nanoseconds; NaN before the first. */
  get time(): number {
    return this.#last === -Infinity ? NaN : this.#last
  }

  /** `clock` is that of the capture, which the frame's time counts from; `now` in milliseconds, of any clock that never runs backwards. */
  push(capture: number, frame: Frame, clock: CaptureClock | null, now: number): void {
    const lane = this.#lanes[capture]!
    const time = this.#timeOf(lane, frame.time, clock)
    if (this.#lanes.length === 1) {
      frame.time = time
      this.#handOn(frame)
      return
    }
    const { linkType, interfaceId, buffer, start, end, originalLength } = frame
    lane.waiting.push({ time, arrived: now, linkType, interfaceId, bytes: buffer.slice(start, end), originalLength })
  }

  /** No more frames come of this capture. */
  end(capture: number): void {
    this.#lanes[capture]!.over = true
  }

  /** Hands on what has waited for long enough. */
  release(now: number): void {
    for (;;) {
      let first: Lane | null = null
      let complete = true
      for (const lane of this.#lanes) {
        const [frame] = lane.waiting
        if (frame === undefined) complete &&= lane.over
        else if (first === null || frame.time < first.waiting[0]!.time) first = lane
      }
      if (first === null || !(complete || now - first.waiting[0]!.arrived >= PATIENCE)) return
      this.#handOnWaiting(first.waiting.shift()!)
    }
  }

  #handOnWaiting({ time, linkType, interfaceId, bytes, originalLength }: Waiting): void {
    const frame = this.#frame
    frame.time = time
    frame.linkType = linkType
    frame.interfaceId = interfaceId
    frame.buffer = bytes
    frame.start = 0
    frame.end = bytes.length
    frame.originalLength = originalLength
    this.#handOn(frame)
  }

  #handOn(frame: Frame): void {
    if (frame.time < this.#last) frame.time = this.#last
    else if (!Number.isNaN(frame.time)) this.#last = frame.time
    this.#emit(frame)
  }

  #timeOf(lane: Lane, time: number, clock: CaptureClock | null): number {
    if (clock === null || Number.isNaN(time)) return time
    this.#clock ??= clock
    lane.offset ??= (clock.epochSeconds - this.#clock.epochSeconds) * SECOND + (clock.epochNanoseconds - this.#clock.epochNanoseconds)
    let ours = time + lane.offset
    if (ours < lane.last - STEP) {
      lane.offset += lane.last - ours
      ours = lane.last
    }
    if (ours > lane.last) lane.last = ours
    return ours
  }
}
