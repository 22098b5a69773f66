/** Whatever a correct broker does, and whatever is missing from the capture: no rule about what a server passes on finds anything that counts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DELIVERY_RULES } from '../../src/conformance/rules/deliveries.ts'
import { RETAINED_RULES } from '../../src/conformance/rules/retained.ts'
import { WILL_RULES } from '../../src/conformance/rules/wills.ts'
import { damages } from '../session/damage.ts'
import { play, script } from '../session/simulated-broker.ts'
import { accusations } from './accusations.ts'

const OWN = new Set([...DELIVERY_RULES, ...RETAINED_RULES, ...WILL_RULES].map(({ id }) => id))
const RUNS = Number(process.env['RUNS'] ?? 100)

describe('a correct broker', () => {
  test('all seen', () => {
    fc.assert(fc.property(script, (one) => {
      expect(accusations(play(one).network.frames, OWN)).toEqual([])
    }), { numRuns: 3 * RUNS })
  })

  test('damaged captures', () => {
    fc.assert(fc.property(script, damages, (one, damage) => {
      expect(accusations(damage(play(one).network.frames), OWN)).toEqual([])
    }), { numRuns: 5 * RUNS })
  })
})
