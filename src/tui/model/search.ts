/**
 * Search in lists: all rows stay, and the cursor goes to one whose text holds what was typed. Plain text without regard to case, whatever the locale; texts of rows are
 * as they are shown, safe for a terminal, but not cut.
 */
import { printable } from '../../bytes/printable.ts'
import type { Outcome } from '../view.ts'
import type { ShownPackets } from './shown-packets.ts'

/** What a view makes of a search: the cursor on the hit. Where there is none, the state as it was, and an effect that says so. */
export interface Searched<State> extends Outcome<State> {
  readonly found: boolean
}

export function hitAt<State>(state: State): Searched<State> {
  return { state, effect: null, found: true }
}

export function noHit<State>(state: State, text: string): Searched<State> {
  return { state, effect: { kind: 'say', text: noHitText(text) }, found: false }
}

/** Longer texts leave no room for what is said of them. */
const LONGEST_SAID = 40

export function noHitText(text: string): string {
  return text === '' ? 'Nothing to search for' : `No row holds "${printable(text, LONGEST_SAID)}"`
}

/** Texts that differ in case alone become the same. A sigma at the end of a word is one: it may not be the end of what is searched in. */
export function withoutCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ')
}

/** The columns of a row as one text; empty ones are left out. */
export function rowOfTexts(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ')
}

export interface SearchedRows {
  readonly length: number
  textOf(row: number): string
}

/**
 * The nearest row behind `from` (`step` 1) or before it (-1) that holds the text, from the other end on where there is none, `from` itself last. Null where no row does.
 * Where `from` is no row, all are looked at from the first one, or the last one.
 */
export function hitFrom(rows: SearchedRows, from: number, step: 1 | -1, text: string): number | null {
  if (text === '') return null
  const { length } = rows
  const sought = withoutCase(text)
  let row = from >= 0 && from < length ? from : step === 1 ? -1 : length
  for (let looked = 0; looked < length; looked++) {
    row = (row + step + length) % length
    if (withoutCase(rows.textOf(row)).includes(sought)) return row
  }
  return null
}

/** Packets looked at before it is asked again whether there is time for more. */
const AT_ONCE = 64

/**
 * The same among the packets that are shown, of which there may be ten million, and each has to be read: a few at a time. Packets that come while it runs are not looked at.
 * Another display filter needs another search.
 */
export class PacketSearch {
  readonly #shown: ShownPackets
  readonly #textOf: (packet: number) => string
  readonly #sought: string
  readonly #step: 1 | -1
  /** How many were shown when it began. */
  readonly #size: number
  /** The place of the packet looked at last. */
  #place: number
  #lookedAt = 0
  #hit: number | null = null

  constructor(shown: ShownPackets, textOf: (packet: number) => string, text: string, fromPacket: number, step: 1 | -1) {
    this.#shown = shown
    this.#textOf = textOf
    this.#sought = withoutCase(text)
    this.#step = step
    this.#size = text === '' ? 0 : shown.size
    const place = shown.placeOf(fromPacket)
    // Of a packet that is not shown, the place is that of the next one, which is then the first one behind it.
    this.#place = step === 1 && !shown.has(fromPacket) ? place - 1 : place
  }

  /** How much has been looked at, from 0 to 1; null once it is done. */
  get progress(): number | null {
    return this.#isDone ? null : this.#lookedAt / this.#size
  }

  /** PacketEvent.number of the packet that holds the text; null until it is found, and where none does. */
  get hit(): number | null {
    return this.#hit
  }

  get #isDone(): boolean {
    return this.#hit !== null || this.#lookedAt >= this.#size
  }

  /** Looks at more packets while `mayGoOn`. Answers whether there was anything to do. */
  work(mayGoOn: () => boolean): boolean {
    if (this.#isDone) return false
    do {
      const end = Math.min(this.#size, this.#lookedAt + AT_ONCE)
      while (this.#lookedAt < end && this.#hit === null) this.#lookAtNext()
    } while (!this.#isDone && mayGoOn())
    return true
  }

  #lookAtNext(): void {
    this.#lookedAt++
    this.#place = (this.#place + this.#step + this.#size) % this.#size
    const packet = this.#shown.at(this.#place)
    if (packet !== 0 && withoutCase(this.#textOf(packet)).includes(this.#sought)) this.#hit = packet
  }
}
