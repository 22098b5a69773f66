/** What holds for whatever comes out of the decoder, on whatever goes in. */
import { expect } from 'vitest'
import type { Seen } from './seen.ts'

export function expectSound(seen: Seen): void {
  for (const { buffer, header, start, end, length, frame, sourcePort, destinationPort } of seen.copies) {
    expect(header).toBeGreaterThanOrEqual(0)
    expect(header + 20).toBeLessThanOrEqual(start)
    expect(start).toBeLessThanOrEqual(end)
    expect(end).toBeLessThanOrEqual(buffer.length)
    expect(length).toBeGreaterThanOrEqual(end - start)
    expect(frame).toBeGreaterThan(0)
    // The ports of the segment are those at its header: the offsets fit the buffer that they came with.
    expect([sourcePort, destinationPort]).toEqual([(buffer[header]! << 8) | buffer[header + 1]!, (buffer[header + 2]! << 8) | buffer[header + 3]!])
  }
  expect(seen.counts.segments).toBe(seen.segments.length)
  for (const { message } of seen.problems) expect(message).toMatch(/\.$|^link type/)
}

/** Nothing vanishes: each frame left a segment, a problem, a fragment that waits, or is counted as none of our business. */
export function accountedFor({ counts }: Seen): number {
  const problems = Object.values(counts.problems).reduce((sum, count) => sum + count, 0)
  return counts.segments + counts.ignored + counts.encrypted + counts.fragments + problems
}
