/**
 * Which packets of the index are shown: those that the display filter lets through, without PINGREQ and PINGRESP where they are hidden. Packets are looked at in their
 * order, a few at a time, so that ten million can be filtered while keys are heard; what was found so far is shown.
 */
import type { FieldReader } from '../../analysis/fields/field-reader.ts'
import type { Filter } from '../../analysis/filter/filter.ts'
import type { PacketIndex } from '../../analysis/packet-index.ts'
import { PacketSet } from '../../analysis/packet-set.ts'
import type { PacketSource } from '../../analysis/packet-source.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'

/** Packets looked at before it is asked again whether there is time for more. */
const AT_ONCE = 64

/** A choice of packets, and how far it has come. */
interface Shown {
  readonly filter: Filter<PacketEvent> | null
  readonly pingsHidden: boolean
  readonly passing: PacketSet | null
  readonly streams: Set<number> | null
  readonly lookedAt: number
  readonly unknown: number
}

export class ShownPackets {
  readonly #index: PacketIndex
  readonly #source: PacketSource
  readonly #reader: FieldReader
  #filter: Filter<PacketEvent> | null = null
  #pingsHidden = false
  /** Null where all are shown. */
  #passing: PacketSet | null = null
  /** TCP streams with a packet that the filter lets through; null where there is no filter. */
  #streams: Set<number> | null = null
  #lookedAt = 0
  /** Packets whose bytes are not there any more, so that the filter could not be asked. */
  #unknown = 0
  /** What was shown before, for `cancel`; null once all packets that there were have been looked at. */
  #before: Shown | null = null
  /** Only packets up to this one, while the display is paused. */
  #limit = Infinity

  constructor(index: PacketIndex, source: PacketSource, reader: FieldReader) {
    this.#index = index
    this.#source = source
    this.#reader = reader
  }

  get filter(): Filter<PacketEvent> | null {
    return this.#filter
  }

  get pingsHidden(): boolean {
    return this.#pingsHidden
  }

  get unknown(): number {
    return this.#unknown
  }

  /** Connections with packets that the filter lets through, as far as it has come; null where there is no filter. */
  get streams(): ReadonlySet<number> | null {
    return this.#streams
  }

  /** All packets that there are to be shown. */
  get all(): number {
    return Math.min(this.#index.count, this.#limit)
  }

  /** How many packets are shown. */
  get size(): number {
    return this.#passing === null ? this.all : this.#passing.size
  }

  /** How much of all has been looked at, from 0 to 1; null where that is all of it. */
  get progress(): number | null {
    return this.#passing === null || this.#lookedAt >= this.all ? null : this.#lookedAt / this.all
  }

  /** What the last `show` asked for has not come to the newest packet yet. Packets that come after it once has do not count. */
  get underway(): boolean {
    return this.#before !== null && this.progress !== null
  }

  /** The packet at a place, from 0; 0 where there is none. */
  at(place: number): number {
    if (place < 0 || place >= this.size) return 0
    return this.#passing === null ? place + 1 : this.#passing.at(place)
  }

  /** The place of a packet, or of the next one that is shown. */
  placeOf(number: number): number {
    return Math.min(this.#passing === null ? Math.max(0, number - 1) : this.#passing.placeOf(Math.max(0, number)), this.size)
  }

  has(number: number): boolean {
    return number >= 1 && number <= this.all && (this.#passing === null || this.#passing.has(number))
  }

  /**
   * Whether what is known of a packet belongs to the filter: to packets that it lets through, as far as it has come. Where it is asked of no such packet (null, or one
   * that is hidden whatever it says), to their connections.
   */
  concerns(packet: number | null, stream: number): boolean {
    if (this.#streams === null) return true
    return packet === null || this.#isHiddenPing(packet) ? this.#streams.has(stream) : this.has(packet)
  }

  show(filter: Filter<PacketEvent> | null, pingsHidden: boolean): void {
    // Of two that were not waited for, the one before both is gone back to.
    if (!this.underway) {
      this.#before = { filter: this.#filter, pingsHidden: this.#pingsHidden, passing: this.#passing, streams: this.#streams, lookedAt: this.#lookedAt, unknown: this.#unknown }
    }
    this.#filter = filter
    this.#pingsHidden = pingsHidden
    this.#passing = filter === null && !pingsHidden ? null : new PacketSet()
    this.#streams = filter === null ? null : new Set()
    this.#lookedAt = 0
    this.#unknown = 0
    if (this.progress === null) this.#before = null
  }

  /** Back to what was shown before the last `show`, where that is not done yet. Answers whether it was not. */
  cancel(): boolean {
    const before = this.#before
    if (this.progress === null || before === null) return false
    this.#filter = before.filter
    this.#pingsHidden = before.pingsHidden
    this.#passing = before.passing
    this.#streams = before.streams
    this.#lookedAt = before.lookedAt
    this.#unknown = before.unknown
    this.#before = null
    return true
  }

  /** Nothing that comes from now on is shown, or all of it again. */
  pause(paused: boolean): void {
    this.#limit = paused ? this.#index.count : Infinity
  }

  /** Looks at more packets while `mayGoOn`. Answers whether there was anything to do. */
  work(mayGoOn: () => boolean): boolean {
    const passing = this.#passing
    // Of a paused display, connections that match stand still as well.
    const count = this.all
    if (passing === null || this.#lookedAt >= count) return false
    do {
      const end = Math.min(count, this.#lookedAt + AT_ONCE)
      while (this.#lookedAt < end) {
        const number = ++this.#lookedAt
        if (!this.#passes(number)) continue
        passing.add(number)
        this.#streams?.add(this.#index.connectionOf(number).stream)
      }
    } while (this.#lookedAt < count && mayGoOn())
    if (this.progress === null) this.#before = null
    return true
  }

  #passes(number: number): boolean {
    if (this.#isHiddenPing(number)) return false
    if (this.#filter === null) return true
    const event = this.#source.packet(number)
    if (event === null) this.#unknown++
    return event !== null && this.#filter.matches(event, this.#reader)
  }

  #isHiddenPing(number: number): boolean {
    if (!this.#pingsHidden) return false
    const type = this.#index.typeOf(number)
    return type === 'PINGREQ' || type === 'PINGRESP'
  }
}
