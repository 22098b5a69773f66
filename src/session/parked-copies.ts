/**
 * Copies without a publication so far, for a short while: where the capture lacks bytes of the publisher, what came behind them is seen only when it is clear
 * that they are lost, and so after the copies that it caused.
 */
import type { PassingCopy } from './open-copy.ts'

export class ParkedCopies {
  readonly #limit: number
  /** In the order in which they came. */
  readonly #all = new Set<PassingCopy>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get any(): boolean {
    return this.#all.size > 0
  }

  add(parked: PassingCopy): void {
    this.#all.add(parked)
    const { same } = parked
    if (same.parked === null) same.parked = [parked]
    else same.parked.push(parked)
  }

  remove(parked: PassingCopy): void {
    if (!this.#all.delete(parked)) return
    const { same, topic } = parked
    const left = same.parked!.filter((other) => other !== parked)
    same.parked = left.length === 0 ? null : left
    if (same.empty) topic.forget(same)
  }

  /** The first one whose time has come, or that has no room any more; all of them where `now` is Infinity. */
  due(now: number): PassingCopy | null {
    for (const parked of this.#all) return parked.due <= now || this.#all.size > this.#limit ? parked : null
    return null
  }
}
