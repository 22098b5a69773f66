/** Publications that are to be looked at later, in the order in which they were put here; each may wait in one queue at a time. */
import type { OpenPublication } from './open-publication.ts'

export class DueQueue {
  #first: OpenPublication | null = null
  #last: OpenPublication | null = null

  /** When the first one is due; Infinity where there is none. */
  get due(): number {
    return this.#first === null ? Infinity : this.#first.due
  }

  add(publication: OpenPublication, due: number): void {
    publication.due = due
    publication.nextDue = null
    publication.queued = true
    if (this.#last === null) this.#first = publication
    else this.#last.nextDue = publication
    this.#last = publication
  }

  /** The first one, where it is due. */
  take(now: number): OpenPublication | null {
    const first = this.#first
    if (first === null || first.due > now) return null
    this.#first = first.nextDue
    if (this.#first === null) this.#last = null
    first.nextDue = null
    first.queued = false
    return first
  }

  clear(): void {
    for (let publication = this.#first; publication !== null; publication = publication.nextDue) publication.queued = false
    this.#first = null
    this.#last = null
  }
}
