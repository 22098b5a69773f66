import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SegmentHistory } from '../../src/tcp/history.ts'

const LIMITS = { historySegments: 8, historyBytes: 64 }

/** What happens between two chunks: segments in the chunk, each behind some other bytes, and segments that came from elsewhere. */
const chunks = fc.array(
  fc.array(fc.record({ lent: fc.boolean(), before: fc.nat(20), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }), { maxLength: 12 }),
  { maxLength: 5 },
)

test('what is remembered is what was there, whether its chunk is still lent or long overwritten', () => {
  fc.assert(
    fc.property(chunks, (sent) => {
      const history = new SegmentHistory(LIMITS)
      const memory = new Uint8Array(1_000)
      let entry = -1
      let sequence = 0
      const added: { sequence: number; bytes: Uint8Array }[] = []
      const check = () => {
        added.forEach(({ sequence, bytes }, index) => {
          const age = added.length - 1 - index
          const changed = bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
          expect(history.countDiffering(entry, sequence, bytes, 0, bytes.length)).toBe(0)
          const found = history.countDiffering(entry, sequence, changed, 0, changed.length)
          if (age === 0) expect(found).toBe(1)
          if (age >= LIMITS.historySegments) expect(found).toBe(0)
        })
      }
      for (const segments of sent) {
        const chunk = memory.subarray(0, segments.reduce((sum, { before, bytes }) => sum + before + bytes.length, 0))
        history.lend(chunk)
        let at = 0
        for (const { lent, before, bytes } of segments) {
          at += before
          if (lent) chunk.set(bytes, at)
          entry = lent
            ? history.add(entry, sequence, 0, chunk, at, at + bytes.length, 0)
            : history.add(entry, sequence, 0, bytes, 0, bytes.length, 0)
          added.push({ sequence, bytes })
          sequence += bytes.length
          at += bytes.length
          check()
        }
        history.settle()
        memory.fill(0xee)
        check()
      }
    }),
    { numRuns: 500 },
  )
})
