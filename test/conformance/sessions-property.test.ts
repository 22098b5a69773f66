/** Whatever a correct broker does, and whatever is missing from the capture: no rule about Sessions, what is sent again, and subscriptions finds anything that counts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RESUMPTION_RULES } from '../../src/conformance/rules/resumption.ts'
import { SESSION_RULES } from '../../src/conformance/rules/sessions.ts'
import { SUBSCRIPTION_RULES } from '../../src/conformance/rules/subscriptions.ts'
import { damages } from '../session/damage.ts'
import { play, script } from '../session/simulated-broker.ts'
import { accusations } from './accusations.ts'

/** The clients of these tests forget what was not finished, and the broker says no word when it closes a connection that was taken over. */
const OWN = new Set([...RESUMPTION_RULES, ...SESSION_RULES, ...SUBSCRIPTION_RULES]
  .filter(({ id, sides }) => sides.includes('server') && id !== 'disconnect.taken-over-without-word')
  .map(({ id }) => id))
const RUNS = Number(process.env['RUNS'] ?? 100)

test('a correct broker', () => {
  fc.assert(fc.property(script, (one) => {
    expect(accusations(play(one).network.frames, OWN)).toEqual([])
  }), { numRuns: 2 * RUNS })
})

test('a correct broker in damaged captures', () => {
  fc.assert(fc.property(script, damages, (one, damage) => {
    expect(accusations(damage(play(one).network.frames), OWN)).toEqual([])
  }), { numRuns: 4 * RUNS })
})
