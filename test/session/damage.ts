/** What may be missing from a capture, or stand in it in the wrong order. */
import fc from 'fast-check'
import type { RecordedFrame } from './broker-network.ts'

export type Damage = (frames: readonly RecordedFrame[]) => RecordedFrame[]

const missing = fc.record({ seed: fc.nat(), of1000: fc.constantFrom(5, 20, 100, 300, 600) }).map(({ seed, of1000 }): Damage => (frames) => {
  const random = numbersFrom(seed)
  return frames.filter(() => random() * 1_000 >= of1000)
})

/** Nanoseconds by which frames stand in the wrong order, where a network card has several queues. */
const DISORDER = 1e6

const swapped = fc.record({ seed: fc.nat(), swapped: fc.constantFrom(10, 50, 200), of1000: fc.constantFrom(0, 5, 50) }).map(({ seed, swapped, of1000 }): Damage => (all) => {
  const random = numbersFrom(seed)
  const frames = all.filter(() => random() * 1_000 >= of1000)
  for (let index = 1; index < frames.length; index++) {
    if (random() * 1_000 >= swapped) continue
    const [earlier, later] = [frames[index - 1]!, frames[index]!]
    if (later.time - earlier.time > DISORDER) continue
    frames[index - 1] = { ...later, time: earlier.time }
    frames[index] = { ...earlier, time: later.time }
  }
  return frames
})

const PARTS: readonly ((frame: RecordedFrame) => string)[] = [
  ({ clientPort, from }) => `${clientPort} ${from}`,
  ({ clientPort }) => `${clientPort}`,
  ({ from }) => from,
]

const part = fc.record({ choice: fc.nat(), partOf: fc.constantFrom(...PARTS) }).map(({ choice, partOf }): Damage => (frames) => {
  const parts = [...new Set(frames.map(partOf))]
  const gone = parts[choice % Math.max(1, parts.length)]
  return frames.filter((frame) => partOf(frame) !== gone)
})

const cut = fc.record({ from: fc.nat(), to: fc.nat() }).map(({ from, to }): Damage => (frames) => {
  const first = from % (frames.length + 1)
  return frames.slice(first, first + (to % (frames.length + 1)))
})

export const damages: fc.Arbitrary<Damage> = fc.oneof(missing, swapped, part, cut)

/** The same numbers for the same seed, between 0 and 1. */
export function numbersFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 8) / 2 ** 24
  }
}
