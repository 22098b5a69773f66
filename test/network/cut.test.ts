import { describe, expect, test } from 'vitest'
import { accountedFor, expectSound } from './invariants.ts'
import { see, type Sent } from './seen.ts'
import { SITUATIONS } from './situations.ts'

/** The segments of a cut frame: those of the whole one up to the cut, the last of them perhaps with less payload, but of the same length on the wire. */
function expectPrefix(cut: readonly string[], whole: readonly string[]): void {
  cut.forEach((text, index) => {
    const [ends, payload, missing] = parse(text)
    const [wholeEnds, wholePayload, wholeMissing] = parse(whole[index] ?? '')
    expect(ends).toBe(wholeEnds)
    expect(wholePayload.startsWith(payload)).toBe(true)
    expect(payload.length + missing).toBe(wholePayload.length + wholeMissing)
  })
}

function parse(text: string): [ends: string, payload: string, missing: number] {
  const match = /^(\S+ > \S+) (".*")(?: and (\d+) missing)?$/.exec(text)
  if (match === null) throw new Error(`no such segment in the whole frame: ${text}`)
  return [match[1]!, JSON.parse(match[2]!) as string, Number(match[3] ?? 0)]
}

describe.each(Object.entries(SITUATIONS))('%s, cut at every byte', (_group, situations) => {
  test.each(situations)('$name', ({ linkType, frames, originalLength, sees }) => {
    frames.forEach((frame, cutFrame) => {
      for (let length = 0; length < frame.length; length++) {
        const sent = (lengthIsKnown: boolean): Sent[] => frames.map((bytes, index) => index === cutFrame
          ? { bytes: bytes.subarray(0, length), originalLength: lengthIsKnown ? originalLength ?? bytes.length : length }
          : { bytes, originalLength: originalLength ?? bytes.length })
        const seen = see(sent(true), linkType)
        expectSound(seen)
        expectPrefix(seen.segments, sees)
        expect(accountedFor(seen)).toBeGreaterThanOrEqual(frames.length)
        // Bytes behind the end are another frame's: nothing may depend on them.
        expect(see(sent(true), linkType, { surroundings: 0x06 }).segments).toEqual(seen.segments)
        expectSound(see(sent(false), linkType))
      }
    })
  })
})
