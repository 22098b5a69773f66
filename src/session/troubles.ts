/** What TCP went through on a connection lately: why an answer may have been slow. */
import type { Side } from './side.ts'

/**
 * `retransmission`: `by` sent bytes of its stream from `offset` to `end` again, at `time`. `window`: `by` took no bytes from `time` until `until` (Infinity while
 * that lasts).
 */
export interface Trouble {
  readonly kind: 'retransmission' | 'window'
  readonly by: Side
  readonly offset: number
  readonly end: number
  readonly time: number
  until: number
}

/** Of one connection; the oldest go first. A slow exchange is explained by what happened while it was open, which is mostly the newest few. */
const TROUBLES_KEPT = 32

export function addTrouble(troubles: Trouble[] | null, trouble: Trouble): Trouble[] {
  const kept = troubles ?? []
  if (kept.length === TROUBLES_KEPT) kept.shift()
  kept.push(trouble)
  return kept
}
