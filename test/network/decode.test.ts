import { describe, expect, test } from 'vitest'
import { see } from './seen.ts'
import { SITUATIONS } from './situations.ts'

for (const [group, situations] of Object.entries(SITUATIONS)) {
  describe(group, () => {
    test.each(situations)('$name', ({ linkType, frames, originalLength, sees, problems }) => {
      const seen = see(frames.map((bytes) => ({ bytes, originalLength: originalLength ?? bytes.length })), linkType)
      expect(seen.segments).toEqual(sees)
      expect(seen.problems.map(({ code }) => code)).toEqual(problems ?? [])
      expect(seen.counts.segments).toBe(sees.length)
    })
  })
}
