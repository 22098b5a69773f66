/**
 * The numbers of all Network Connections, as rows of two kinds: counts, which every connection has, and times, which are kept only for those who ask when
 * something happened. Each begins with the numbers of the client, then those of the server.
 */
import { NumberRows, type NumberRow } from './number-rows.ts'
import type { Side } from './side.ts'

/**
 * `connect` and `connack`: number, frame and time of the packet, three each. `connackEnd`: the stream offset behind the segment with it; `connackKnown`: when the
 * client's TCP was seen to have it, 0 while it was not.
 */
export const COUNT = { packets: 0, inFlight: 1, mostInFlight: 2, quotaUsed: 3, server: 4, connect: 8, connack: 11, connackEnd: 14, connackKnown: 15, all: 16 } as const

export const TIME = {
  lastNumber: 0, lastFrame: 1, lastTime: 2, sentOffset: 3, earlierTime: 4, earlierOffset: 5, longestSilence: 6, freshTime: 7, unheld: 8, server: 9, handshakeEnd: 18, all: 19,
} as const

/** Times that a connection begins without. */
const UNKNOWN_AT_FIRST = [TIME.lastTime, TIME.earlierTime, TIME.longestSilence, TIME.freshTime]

/** In place of a row that is not kept, or not any more. Only read. */
export const NOT_KEPT: NumberRow = { numbers: new Float64Array(TIME.all).fill(NaN), at: 0 }

export class ConnectionNumbers {
  readonly #counts = new NumberRows(COUNT.all)
  readonly #times: NumberRows | null

  constructor(withTimes: boolean) {
    this.#times = withTimes ? new NumberRows(TIME.all) : null
  }

  takeCounts(): NumberRow {
    return this.#counts.take()
  }

  takeTimes(): NumberRow {
    if (this.#times === null) return NOT_KEPT
    const row = this.#times.take()
    const { numbers, at } = row
    for (const time of UNKNOWN_AT_FIRST) {
      numbers[at + time] = NaN
      numbers[at + TIME.server + time] = NaN
    }
    numbers[at + TIME.handshakeEnd] = NaN
    return row
  }

  giveBack(counts: NumberRow, times: NumberRow): void {
    this.#counts.giveBack(counts)
    if (times.numbers !== NOT_KEPT.numbers) this.#times?.giveBack(times)
  }
}

/** What one side has sent. A view of the connection's numbers: valid until that has ended. */
export class Sender {
  readonly #counts: Float64Array
  readonly #count: number
  readonly #times: Float64Array
  readonly #time: number

  constructor(side: Side, counts: NumberRow, times: NumberRow) {
    this.#counts = counts.numbers
    this.#times = times.numbers
    this.#count = counts.at + (side === 'client' ? 0 : COUNT.server)
    this.#time = times.at + (side === 'client' ? 0 : TIME.server)
  }

  /** Packets, unframed bytes not counted. */
  get packets(): number {
    return this.#counts[this.#count + COUNT.packets]!
  }

  /** Of its last packet; 0 and NaN before there is one. */
  get lastNumber(): number {
    return this.#times[this.#time + TIME.lastNumber]!
  }

  get lastFrame(): number {
    return this.#times[this.#time + TIME.lastFrame]!
  }

  get lastTime(): number {
    return this.#times[this.#time + TIME.lastTime]!
  }

  /** The stream offset behind the segment with its last packet. */
  get sentOffset(): number {
    return this.#times[this.#time + TIME.sentOffset]!
  }

  /** The same of the last packet in an earlier frame. */
  get earlierTime(): number {
    return this.#times[this.#time + TIME.earlierTime]!
  }

  get earlierOffset(): number {
    return this.#times[this.#time + TIME.earlierOffset]!
  }

  /** The newest of its packets that it sent with nothing of its own on the way, so that nothing waited in its TCP before that; NaN before there is one. */
  get freshTime(): number {
    return this.#times[this.#time + TIME.freshTime]!
  }

  /** It has sent a small segment before the small one before was acknowledged: the Nagle algorithm is off (RFC 9293 §3.7.4). */
  get isUnheld(): boolean {
    return this.#times[this.#time + TIME.unheld] === 1
  }

  /** The longest time between two of its packets, in nanoseconds; NaN before there are two. */
  get longestSilence(): number {
    return this.#times[this.#time + TIME.longestSilence]!
  }

  /** Its PUBLISHes of QoS 1 and 2 that are not acknowledged to the end, those of earlier connections included. */
  get inFlight(): number {
    return this.#counts[this.#count + COUNT.inFlight]!
  }

  /** Of those sent on this connection: what the other side's Receive Maximum bounds (MQTT 5.0 §4.9). Counted anew after a gap. */
  get quotaUsed(): number {
    return this.#counts[this.#count + COUNT.quotaUsed]!
  }

  /** The same at most. */
  get mostInFlight(): number {
    return this.#counts[this.#count + COUNT.mostInFlight]!
  }
}
