/**
 * Finds the connection of a segment: a hash table over the rows of all connections. Both directions of a connection have one row.
 */
import type { TcpSegment } from '../network/segment.ts'
import type { End } from './connection.ts'
import { HALF, HALF_AT, ROW, ROW_WORDS, type Row } from './row.ts'

const FIRST_SLOTS = 1_024
const GROWTH = 16

export class ConnectionIndex<Held extends Row> {
  readonly #most: number
  readonly #make: (segment: TcpSegment, row: Row) => Held
  /** What has the rows, in their order. */
  readonly held: Held[] = []
  /** Row `index` begins at `index * ROW_WORDS`. */
  words = new Int32Array((FIRST_SLOTS / 2) * ROW_WORDS)
  /** The same memory, for the times in it (Row). */
  times = new Float64Array(this.words.buffer)
  /** Which end of the found connection sent the segment. */
  sender: End = 0
  /** Open addressing, at most half full: index of a row plus one, 0 for free. */
  #slots = new Int32Array(FIRST_SLOTS)
  #freeSlot = 0

  /** `most`: connections that are held at once. `make`: what has the row of a new connection, in whose first segment it begins. */
  constructor(most: number, make: (segment: TcpSegment, row: Row) => Held) {
    this.#most = most
    this.#make = make
  }

  /** The row of the segment's connection (and `sender`), or -1. */
  find(segment: TcpSegment): number {
    const slots = this.#slots
    const words = this.words
    const mask = slots.length - 1
    const ports = (segment.sourcePort << 16) | segment.destinationPort
    const turned = (segment.destinationPort << 16) | segment.sourcePort
    const { source0, destination0, family } = segment
    const source = family === 4 ? source0 : foldWords(source0, segment.source1, segment.source2, segment.source3)
    const destination = family === 4 ? destination0 : foldWords(destination0, segment.destination1, segment.destination2, segment.destination3)
    let slot = mixEndpoints(hashEndpoint(source, segment.sourcePort), hashEndpoint(destination, segment.destinationPort)) & mask
    for (;;) {
      const index = slots[slot]! - 1
      if (index < 0) {
        this.#freeSlot = slot
        return -1
      }
      const at = index * ROW_WORDS
      if (words[at + ROW.ports] === ports && words[at + ROW.address0] === source0 && words[at + ROW.address1] === destination0) {
        if (words[at + ROW.family] === family && (family === 4 || hasOthers(words, at, ROW.others0, ROW.others1, segment))) {
          this.sender = 0
          return index
        }
      }
      if (words[at + ROW.ports] === turned && words[at + ROW.address0] === destination0 && words[at + ROW.address1] === source0) {
        if (words[at + ROW.family] === family && (family === 4 || hasOthers(words, at, ROW.others1, ROW.others0, segment))) {
          this.sender = 1
          return index
        }
      }
      slot = (slot + 1) & mask
    }
  }

  /** A row for the connection of a segment that `find` has just not found; its source becomes end 0. */
  add(segment: TcpSegment): number {
    const index = this.held.length
    this.#slots[this.#freeSlot] = index + 1
    if ((index + 1) * ROW_WORDS > this.words.length) this.#grow()
    this.held.push(this.#begin(index, segment))
    if ((index + 1) * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2)
    return index
  }

  /** Gives a row to a new connection on the same ports. The old connection keeps a copy of its words. */
  replace(index: number, segment: TcpSegment): Held {
    detach(this.held[index]!)
    this.words.fill(0, index * ROW_WORDS, (index + 1) * ROW_WORDS)
    return (this.held[index] = this.#begin(index, segment))
  }

  /** Keeps the rows with these indexes only (ascending), in this order. */
  keep(indexes: readonly number[]): void {
    const { held, words } = this
    const kept = new Set(indexes)
    held.forEach((row, index) => {
      if (!kept.has(index)) detach(row)
    })
    indexes.forEach((from, index) => {
      const row = held[from]!
      words.copyWithin(index * ROW_WORDS, row.at, row.at + ROW_WORDS)
      row.at = index * ROW_WORDS
      held[index] = row
    })
    words.fill(0, indexes.length * ROW_WORDS, held.length * ROW_WORDS)
    held.length = indexes.length
    this.#rehash(this.#slots.length)
  }

  #begin(index: number, segment: TcpSegment): Held {
    const { words, times } = this
    const at = index * ROW_WORDS
    words[at + ROW.ports] = (segment.sourcePort << 16) | segment.destinationPort
    words[at + ROW.address0] = segment.source0
    words[at + ROW.address1] = segment.destination0
    words[at + ROW.family] = segment.family
    words[at + ROW.others0] = segment.source1
    words[at + ROW.others0 + 1] = segment.source2
    words[at + ROW.others0 + 2] = segment.source3
    words[at + ROW.others1] = segment.destination1
    words[at + ROW.others1 + 1] = segment.destination2
    words[at + ROW.others1 + 2] = segment.destination3
    words[at + HALF_AT[0] + HALF.history] = -1
    words[at + HALF_AT[1] + HALF.history] = -1
    times[(at + ROW.answered) / 2] = NaN
    return this.#make(segment, { words, times, at })
  }

  /** In large steps: memory that nobody has written to costs nothing yet, and copies of ever larger tables do. */
  #grow(): void {
    const words = new Int32Array(Math.min(this.words.length * GROWTH, Math.max(this.#most * ROW_WORDS, this.words.length * 2)))
    words.set(this.words)
    this.words = words
    this.times = new Float64Array(words.buffer)
    for (const row of this.held) {
      row.words = words
      row.times = this.times
    }
  }

  #rehash(slotCount: number): void {
    const slots = new Int32Array(slotCount)
    const mask = slotCount - 1
    const { words } = this
    for (let index = 0; index < this.held.length; index++) {
      const at = index * ROW_WORDS
      const ports = words[at + ROW.ports]!
      const a = ROW.others0 + at
      const b = ROW.others1 + at
      const source = foldWords(words[at + ROW.address0]!, words[a]!, words[a + 1]!, words[a + 2]!)
      const destination = foldWords(words[at + ROW.address1]!, words[b]!, words[b + 1]!, words[b + 2]!)
      let slot = mixEndpoints(hashEndpoint(source, ports >>> 16), hashEndpoint(destination, ports & 0xffff)) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = index + 1
    }
    this.#slots = slots
  }
}

/** A connection that has left the table keeps its own words. */
function detach(row: Row): void {
  row.words = row.words.slice(row.at, row.at + ROW_WORDS)
  row.times = new Float64Array(row.words.buffer)
  row.at = 0
}

/** The lower words of both addresses (IPv6). */
function hasOthers(words: Int32Array, at: number, source: number, destination: number, segment: TcpSegment): boolean {
  const a = at + source
  const b = at + destination
  return words[a] === segment.source1 && words[a + 1] === segment.source2 && words[a + 2] === segment.source3
    && words[b] === segment.destination1 && words[b + 1] === segment.destination2 && words[b + 2] === segment.destination3
}

/** An IPv6 address as one word; of an IPv4 address, whose other words are 0, it is the first. */
function foldWords(word0: number, word1: number, word2: number, word3: number): number {
  return word0 ^ Math.imul(word1, 0x85ebca6b) ^ Math.imul(word2, 0xc2b2ae35) ^ Math.imul(word3, 0x27d4eb2f)
}

function hashEndpoint(address: number, port: number): number {
  const hash = Math.imul(address, 0x9e3779b1)
  return Math.imul(hash ^ (hash >>> 15) ^ port, 0x85ebca77)
}

/** Symmetric, so that both directions meet in one slot. */
function mixEndpoints(a: number, b: number): number {
  const hash = ((a ^ (a >>> 13)) + (b ^ (b >>> 13))) | 0
  return Math.imul(hash ^ (hash >>> 16), 0x45d9f3b) >>> 3
}
