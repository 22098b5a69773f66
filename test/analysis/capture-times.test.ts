/** When a capture begins and ends, though its files come in another order. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createPipeline } from '../../src/analysis/pipeline.ts'

const CAPTURES = fileURLToPath(new URL('../../fixtures/captures/', import.meta.url))
const EARLIER = 'qmqtt.pcap'
const LATER = 'refused.pcap'

/** Seconds since 1970. */
function timesOf(...names: readonly string[]): readonly [number, number] {
  const pipeline = createPipeline({ ports: new Uint8Array(65_536).fill(1, 1883, 1884), version: null }, { packet: () => undefined, captureProblem: () => undefined, networkProblem: () => undefined })
  for (const name of names) {
    pipeline.begin(name)
    if (name !== '') pipeline.push(readFileSync(CAPTURES + name))
  }
  pipeline.finish()
  const { firstTime, lastTime } = pipeline.totals
  const { epochSeconds, epochNanoseconds } = pipeline.clock!
  return [epochSeconds + (epochNanoseconds + firstTime!) / 1e9, epochSeconds + (epochNanoseconds + lastTime!) / 1e9]
}

test.each([
  ['in order', [EARLIER, LATER]],
  ['the later one first', [LATER, EARLIER]],
  ['the later one first, and an empty one last', [LATER, EARLIER, '']],
  ['the later one in the middle', [EARLIER, LATER, EARLIER]],
])('of several files, %s: from the earliest beginning to the latest end', (_name, names) => {
  const [first, last] = timesOf(...names)
  expect(first).toBeCloseTo(timesOf(EARLIER)[0], 3)
  expect(last).toBeCloseTo(timesOf(LATER)[1], 3)
  expect(last).toBeGreaterThan(first)
})
