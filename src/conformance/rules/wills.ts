/**
 * Wills (MQTT 5.0 §3.1.2.5): when a server publishes them, when it must not, and what of them it keeps.
 *
 * Clients and monitors often publish the text of a will themselves. So a copy counts only where its text is long enough, nobody is seen to publish it, and everybody
 * at the server is seen; all of this is likely at best.
 */
import { quoted } from '../../mqtt/problems.ts'
import type { Certainty } from '../../session/side.ts'
import type { WillCopy, WillFate, WillOutcome } from '../../session/wills.ts'
import { rule, type Rule } from '../rule.ts'
import type { RetainedWillSubject, WillSubject } from '../subject.ts'
import { nameOf, placeOf } from './deliveries.ts'

const SECOND = 1e9

const OF_WILL = { sides: ['server'], needs: 0, on: 'will', certainty: (): Certainty => 'likely' } as const

type Named = Pick<Rule, 'id' | 'title' | 'statements' | 'severity'>

/** A copy of a will that must not be published, or not yet. */
function published(definition: Named, fate: WillFate, isWrong: (one: WillCopy, outcome: WillOutcome) => boolean, applies: (outcome: WillOutcome) => boolean, why: (outcome: WillOutcome) => string): Rule {
  const wrong = ({ outcome }: WillSubject) => outcome.copies.find((one) => isWrong(one, outcome))
  return rule({
    ...OF_WILL,
    ...definition,
    applies: ({ outcome }) => outcome.fate === fate && applies(outcome) && (outcome.subscribers > 0 || outcome.copies.length > 0),
    lacks: (it) => (wrong(it) !== undefined && !wrong(it)!.only ? 'content' : null),
    holds: (it) => wrong(it) === undefined,
    says: (it) => `The server sent the will of ${nameOf(it.outcome.client)} for ${quoted(it.outcome.topic)} to ${nameOf(wrong(it)!.copy.client)}, ${why(it.outcome)}`,
    at: (it) => placeOf(wrong(it)!.copy),
    shownBy: ({ outcome }) => [outcome.connect.frame, outcome.ended.frame],
  })
}

function isCopy(): boolean {
  return true
}

function always(): boolean {
  return true
}

export const WILL_RULES: readonly Rule[] = [
  rule({
    ...OF_WILL,
    id: 'will.not-published',
    title: 'A will is not published though its connection ended without DISCONNECT',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.2-8'], '5.0': ['MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
    severity: 'warning',
    applies: ({ outcome }) => outcome.fate === 'due' && (outcome.missing.length > 0 || outcome.copies.some(({ only }) => only)),
    lacks: ({ outcome }) => (outcome.missing.length > 0 && outcome.missing.every(({ certainty }) => certainty === 'unsure') ? 'doubt' : null),
    holds: ({ outcome }) => outcome.missing.length === 0,
    says: ({ outcome }) => {
      const { client, filter } = outcome.missing.find(({ certainty }) => certainty !== 'unsure')!
      return `The connection of ${nameOf(outcome.client)} ended without DISCONNECT, and the server did not send its will for ${quoted(outcome.topic)} to ${nameOf(client)}, which is subscribed to ${quoted(filter)}`
    },
    shownBy: ({ outcome }) => [outcome.ended.frame],
  }),
  published({
    id: 'will.published-early',
    title: 'A will is published before its delay has passed',
    statements: { '5.0': ['MQTT-3.1.2-8'] },
    severity: 'error',
  }, 'due', ({ copy }, { dueTime, ended }) => copy.time < dueTime - Math.max(2 * SECOND, (dueTime - ended.time) / 10), ({ dueTime, ended }) => dueTime > ended.time,
  ({ dueTime, ended }) => `which is due ${Math.round((dueTime - ended.time) / SECOND)} s after its connection ended`),
  published({
    id: 'will.published-twice',
    title: 'A will is published twice',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.2-10'], '5.0': ['MQTT-3.1.2-10'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
  }, 'due', ({ again }) => again, ({ copies }) => copies.length > 0, () => 'which had got it already'),
  published({
    id: 'will.published-after-disconnect',
    title: 'A will is published though its client has sent DISCONNECT',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'], '5.0': ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
  }, 'cancelled', isCopy, always, () => 'after DISCONNECT had cancelled it'),
  published({
    id: 'will.published-though-resumed',
    title: 'A will is published though its client came back before it was due',
    statements: { '5.0': ['MQTT-3.1.3-9'] },
    severity: 'error',
  }, 'resumed', ({ copy }, { ended }) => copy.time > ended.time, always, () => 'though the client had come back to its Session before the Will Delay Interval had passed'),
  published({
    id: 'will.published-for-none',
    title: 'An earlier will is published for a connection that has none',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.2-12'], '5.0': [] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'warning' },
  }, 'absent', isCopy, always, () => 'when a connection ended that has no will; an earlier one had this one'),
  rule({
    ...OF_WILL,
    id: 'will.user-properties-reordered',
    title: 'A will is published with its User Properties in another order',
    statements: { '5.0': ['MQTT-3.1.3-10'] },
    severity: 'error',
    applies: ({ outcome }) => outcome.will.properties.userPropertyCount > 0 && outcome.copies.some(({ altered }) => altered !== null),
    lacks: ({ outcome }) => (outcome.copies.every(({ only }) => only) ? null : 'content'),
    holds: ({ outcome }) => reordered(outcome) === undefined,
    says: ({ outcome }) => `The copy of the will of ${nameOf(outcome.client)} for ${quoted(outcome.topic)} has its User Properties in another order than the CONNECT`,
    at: ({ outcome }) => placeOf(reordered(outcome)!.copy),
    shownBy: ({ outcome }) => [outcome.connect.frame],
  }),
  rule({
    id: 'will.retained-though-not-to-be',
    title: 'A will with Will Retain 0 is retained',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.2-16'], '5.0': ['MQTT-3.1.2-14'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    sides: ['server'],
    needs: 0,
    on: 'retained-will',
    applies: ({ retained }) => !retained.outcome.will.retain,
    holds: ({ retained }) => retained.copy === null,
    certainty: () => 'likely',
    says: (it) => `The server sent the will of ${nameOf(it.retained.outcome.client)} for ${quoted(it.retained.outcome.topic)} to ${nameOf(it.retained.client)} as a retained message; its Will Retain is 0`,
    at: ({ retained }) => placeOf(retained.copy!),
    shownBy: announcedIn,
  }),
  rule({
    id: 'will.not-retained',
    title: 'A will with Will Retain 1 is not retained',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.2-17'], '5.0': ['MQTT-3.1.2-15'] },
    severity: 'warning',
    sides: ['server'],
    needs: 0,
    on: 'retained-will',
    applies: ({ retained }) => retained.outcome.will.retain,
    lacks: ({ retained }) => (retained.copy === null && retained.certainty === 'unsure' ? 'doubt' : null),
    holds: ({ retained }) => retained.copy !== null,
    certainty: ({ retained }) => retained.certainty,
    says: (it) => `The server granted ${quoted(it.retained.topicFilter)} to ${nameOf(it.retained.client)} and did not send the will of ${nameOf(it.retained.outcome.client)} for ${quoted(it.retained.outcome.topic)}, whose Will Retain is 1`,
    shownBy: announcedIn,
  }),
]

function reordered({ copies }: WillOutcome): WillCopy | undefined {
  return copies.find(({ altered }) => altered?.includes('user-property-order') === true)
}

function announcedIn({ retained: { outcome } }: RetainedWillSubject): readonly number[] {
  return [outcome.connect.frame, outcome.ended.frame, ...outcome.copies.map(({ copy }) => copy.frame)]
}
