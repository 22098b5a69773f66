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

export class ShownPackets {
  readonly #index: PacketIndex
  readonly #source: PacketSource
  readonly #reader: FieldReader
  #filter: Filter<PacketEvent> | null = null
  #pingsHidden = false
  /** Null where all are shown. */
  #passing: PacketSet | null = null
  #lookedAt = 0
  /** Packets whose bytes are not there any more, so that the filter could not be asked. */
  #unknown = 0
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

  /** All packets that there are to be shown. */
  get all(): number {
    return Math.min(this.#index.count, this.#limit)
  }

  /** How many packets are shown. */
  get size(): number {
    if (this.#passing === null) return this.all
    return this.#limit === Infinity ? this.#passing.size : this.#passing.placeOf(this.#limit + 1)
  }

  /** How much of all has been looked at, from 0 to 1; null where that is all of it. */
  get progress(): number | null {
    return this.#passing === null || this.#lookedAt >= this.all ? null : this.#lookedAt / this.all
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

  show(filter: Filter<PacketEvent> | null, pingsHidden: boolean): void {
    this.#filter = filter
    this.#pingsHidden = pingsHidden
    this.#passing = filter === null && !pingsHidden ? null : new PacketSet()
    this.#lookedAt = 0
    this.#unknown = 0
  }

  /** Nothing that comes from now on is shown, or all of it again. */
  pause(paused: boolean): void {
    this.#limit = paused ? this.#index.count : Infinity
  }

  /** Looks at more packets while `mayGoOn`. Answers whether there was anything to do. */
  work(mayGoOn: () => boolean): boolean {
    const passing = this.#passing
    const { count } = this.#index
    if (passing === null || this.#lookedAt >= count) return false
    do {
      const end = Math.min(count, this.#lookedAt + AT_ONCE)
      while (this.#lookedAt < end) {
        const number = ++this.#lookedAt
        if (this.#passes(number)) passing.add(number)
      }
    } while (this.#lookedAt < count && mayGoOn())
    return true
  }

  #passes(number: number): boolean {
    if (this.#pingsHidden) {
      const type = this.#index.typeOf(number)
      if (type === 'PINGREQ' || type === 'PINGRESP') return false
    }
    if (this.#filter === null) return true
    const event = this.#source.packet(number)
    if (event === null) this.#unknown++
    return event !== null && this.#filter.matches(event, this.#reader)
  }
}
