/** Whatever a correct broker does, and whatever is missing from the capture: nobody is accused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { read, toldOf, type RecordedFrame } from './broker-network.ts'
import { numbersFrom } from './damage.ts'
import { play, script, type Script } from './simulated-broker.ts'
import type { DeliveryResult } from '../../src/session/delivery.ts'

/** What is claimed of the broker with a certainty that counts. */
function claims(results: readonly DeliveryResult[]): string[] {
  return toldOf(results.filter((result) => {
    if (result.kind === 'copy-without-subscription') return result.certainty !== 'unsure'
    if (result.kind === 'late-copy') return isClaimed(result.copy.duplicate)
    if (result.kind !== 'publication') return false
    return result.missing.some(({ certainty }) => isClaimed(certainty)) || result.copies.some(({ duplicate }) => isClaimed(duplicate))
  }))
}

const isClaimed = (certainty: string | null) => certainty === 'certain' || certainty === 'likely'

/** Frame of each copy, and that of the publication that it was found to be of: 0 for none. */
function foundIn(results: readonly DeliveryResult[]): Map<number, { readonly source: number; readonly certainty: string }> {
  const found = new Map<number, { source: number; certainty: string }>()
  for (const result of results) {
    if (result.kind === 'publication') for (const { frame, certainty } of result.copies) found.set(frame, { source: result.publication.frame, certainty })
    else if (result.kind === 'late-copy') found.set(result.copy.frame, { source: result.publication.frame, certainty: result.copy.certainty })
    else if (result.kind === 'copy-without-publication') found.set(result.copy.frame, { source: 0, certainty: result.certainty })
  }
  return found
}

const RUNS = Number(process.env['RUNS'] ?? 300)

/** What was claimed wrongly once, where part of the capture was missing: what the broker did, and which part. */
const PARTS_MISSING: [Script, number][] = [
  // The connection of c2, who publishes the same as c0; c1 gets both, and c0 only its own.
  [{
    habits: { quick: false, copyForEach: false, prompt: false, mayNotPublish: 0, mayNotReceive: 0, apart: 140_288, overtakes: false },
    beginnings: [
      { version: '3.1.1', clean: true, will: true, filters: [0], qos: 2, nl: true, rap: false, rh: 0 },
      { version: '3.1.1', clean: true, will: false, filters: [0], qos: 1, nl: true, rap: false, rh: 0 },
      { version: '3.1.1', clean: false, will: true, filters: [0], qos: 0, nl: true, rap: false, rh: 0 },
    ],
    actions: [
      { do: 'round', seconds: 25 },
      { do: 'publish', who: 0, topic: 1, payload: 1, qos: 1, retain: true, drops: 0 },
      { do: 'publish', who: 2, topic: 1, payload: 1, qos: 1, retain: true, drops: 0 },
      { do: 'wait', seconds: 130 },
      { do: 'round', seconds: 0.5 },
      { do: 'subscribe', who: 2, filters: [0], qos: 1, nl: true, rap: false, rh: 0 },
    ],
  }, 1_804_595_777],
]

describe('a correct broker', () => {
  test('all seen: nothing is claimed, and every copy is found once', () => {
    fc.assert(fc.property(script, (one) => {
      const { network, sources } = play(one)
      const results = read(network.frames)
      expect(claims(results)).toEqual([])
      const found = foundIn(results)
      // What a broker sends on its own cannot be told from a copy with the same content.
      const foreign = new Set([...sources].filter(([, source]) => source === 0).map(([frame]) => network.frames[frame - 1]!.what.replace(/^\S+/, '')))
      const contentOf = (frame: number) => network.frames[frame - 1]!.what.replace(/^\S+/, '')
      for (const [frame, source] of sources) {
        const match = found.get(frame)
        expect(match, `frame ${frame}: ${network.frames[frame - 1]!.what}`).toBeDefined()
        // Which of those with the same content to the same client is the foreign one, nobody can say; but not that there are more of them.
        if (foreign.has(contentOf(frame))) {
          const alike = [...sources].filter(([other]) => network.frames[other - 1]!.clientPort === network.frames[frame - 1]!.clientPort && contentOf(other) === contentOf(frame))
          const published = alike.filter(([, from]) => from > 0).length
          expect(alike.filter(([other]) => found.get(other)!.source > 0).length, `frame ${frame}`).toBeGreaterThanOrEqual(published)
          continue
        }
        // Of what has a publication, one was found; and where that is certain, it is the right one.
        if (source > 0) expect(match!.source, `frame ${frame}`).toBeGreaterThan(0)
        if (match!.certainty === 'certain') expect(match!.source, `frame ${frame}`).toBe(source)
      }
    }), { numRuns: RUNS })
  })

  test('any frames missing: nothing is claimed', () => {
    const missing = fc.record({ seed: fc.nat(), of1000: fc.constantFrom(5, 20, 100, 300, 600) })
    fc.assert(fc.property(script, missing, (one, { seed, of1000 }) => {
      const random = numbersFrom(seed)
      expect(claims(read(play(one).network.frames.filter(() => random() * 1_000 >= of1000)))).toEqual([])
    }), { numRuns: 2 * RUNS })
  })

  test.each([
    ['what one side of a connection sends', ({ clientPort, from }: RecordedFrame) => `${clientPort} ${from}`],
    ['a connection', ({ clientPort }: RecordedFrame) => `${clientPort}`],
    ['what all clients send', ({ from }: RecordedFrame) => from],
  ])('%s is missing: nothing is claimed', (_name, partOf) => {
    fc.assert(fc.property(script, fc.nat(), (one, choice) => {
      const { frames } = play(one).network
      const parts = [...new Set(frames.map(partOf))]
      const part = parts[choice % Math.max(1, parts.length)]
      expect(claims(read(frames.filter((frame) => partOf(frame) !== part)))).toEqual([])
    }), { numRuns: RUNS, examples: PARTS_MISSING })
  })

  test('frames in disorder, some of them missing: nothing is claimed', () => {
    const disorder = fc.record({ seed: fc.nat(), swapped: fc.constantFrom(10, 50, 200), of1000: fc.constantFrom(0, 5, 50) })
    fc.assert(fc.property(script, disorder, (one, { seed, swapped, of1000 }) => {
      const random = numbersFrom(seed)
      const frames = play(one).network.frames.filter(() => random() * 1_000 >= of1000)
      for (let index = 1; index < frames.length; index++) {
        if (random() * 1_000 >= swapped) continue
        const [earlier, later] = [frames[index - 1]!, frames[index]!]
        frames[index - 1] = { ...later, time: earlier.time }
        frames[index] = { ...earlier, time: later.time }
      }
      expect(claims(read(frames))).toEqual([])
    }), { numRuns: RUNS })
  })

  test('any part of it in time: nothing is claimed', () => {
    fc.assert(fc.property(script, fc.nat(), fc.nat(), (one, from, to) => {
      const { frames } = play(one).network
      const first = from % (frames.length + 1)
      expect(claims(read(frames.slice(first, first + (to % (frames.length + 1)))))).toEqual([])
    }), { numRuns: RUNS })
  })

  test('hardly any room: nothing is claimed', () => {
    const limits = {
      publications: 3, copies: 8, matches: 3, rememberedMatches: 4, topics: 2, parkedCopies: 1, wills: 1, subscriptions: 4, goneSubscriptions: 1, openRequests: 1,
    }
    fc.assert(fc.property(script, (one) => {
      expect(claims(read(play(one).network.frames, limits))).toEqual([])
    }), { numRuns: RUNS })
  })
})
