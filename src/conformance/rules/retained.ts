/**
 * Retained messages (MQTT 5.0 §3.3.1.3): what a topic retains, and what a SUBSCRIBE brings.
 *
 * Somebody whom the capture does not hold may have published to the topic as well, and a server may drop what came with QoS 0: all of this is a warning, and likely
 * at best. Before 5.0 nothing is said, since a PUBACK does not tell there that the server took the message (MQTT 3.1.1 §3.3.5).
 */
import { quoted } from '../../mqtt/problems.ts'
import type { Publication, RetainedState } from '../../session/delivery.ts'
import type { Certainty } from '../../session/side.ts'
import { rule, type Rule } from '../rule.ts'
import type { CopySubject, RetainedSubject } from '../subject.ts'

const WARNED = { severity: 'warning', sides: ['server'], needs: 0 } as const

// ---- What is sent as retained

const OF_COPY = { ...WARNED, on: 'copy', certainty: (): Certainty => 'likely', shownBy: newestFrame } as const

function stateOf({ copy }: CopySubject): RetainedState | null {
  return copy.kind === 'retained' ? copy.retained : null
}

function newestFrame(it: CopySubject): readonly number[] {
  const newest = stateOf(it)?.newest ?? null
  return newest === null ? [] : [newest.frame]
}

function topicOf({ publication, copy }: CopySubject): string {
  return quoted(publication?.topic ?? copy.retained?.newest?.topic ?? '')
}

/** `packet 17 of "plc-7"`. */
function publishedText({ number, publisher }: Publication): string {
  const name = publisher.clientIdentifier
  return `packet ${number}${name === undefined || name === '' ? '' : ` of ${quoted(name)}`}`
}

// ---- What comes of a SUBSCRIBE

const OF_ANSWER = { ...WARNED, on: 'retained' } as const

/** A topic whose newest message with RETAIN is empty retains nothing. */
function sentThoughRemoved(
  state: RetainedState['state'], definition: Pick<Rule, 'id' | 'title' | 'statements'>, what: string, why: string,
): Rule {
  const sent = ({ answer }: RetainedSubject) => answer.topics.find(({ copy }) => copy?.retained?.state === state)
  return rule({
    ...OF_ANSWER,
    ...definition,
    applies: ({ answer }) => answer.wanted && answer.topics.some(({ cleared }) => cleared),
    holds: (it) => sent(it) === undefined,
    certainty: () => 'likely',
    says: (it) => `The server sent ${what} of ${quoted(sent(it)!.publication.topic)}; ${publishedText(sent(it)!.publication)}, ${why}`,
    at: (it) => {
      const { number, frame, time } = sent(it)!.copy!
      return { packet: number, frame, time }
    },
    shownBy: (it) => [sent(it)!.publication.frame],
  })
}

function sentUnwanted(definition: Pick<Rule, 'id' | 'title' | 'statements'>, among: (it: RetainedSubject) => boolean): Rule {
  const sent = ({ answer }: RetainedSubject) => answer.topics.find(({ copy }) => copy !== null)
  return rule({
    ...OF_ANSWER,
    ...definition,
    applies: (it) => !it.answer.wanted && among(it),
    lacks: (it) => (it.answer.explained ? 'content' : null),
    holds: (it) => sent(it) === undefined,
    certainty: () => 'likely',
    says: (it) => `The server sent the retained message of ${quoted(sent(it)!.publication.topic)} because of the SUBSCRIBE for ${quoted(it.answer.topicFilter)}, whose Retain Handling is ${it.answer.retainHandling}`,
    at: (it) => {
      const { number, frame, time } = sent(it)!.copy!
      return { packet: number, frame, time }
    },
    shownBy: ({ answer }) => [answer.asked.frame],
  })
}

export const RETAINED_RULES: readonly Rule[] = [
  rule({
    ...OF_COPY,
    id: 'retained.outdated',
    title: 'A retained message that a newer one has replaced',
    statements: { '5.0': ['MQTT-3.3.1-5'] },
    applies: (it) => stateOf(it) !== null && (stateOf(it)!.newest?.qos ?? 0) > 0,
    holds: (it) => stateOf(it)!.state !== 'outdated',
    says: (it) => `The server sent an earlier retained message of ${topicOf(it)}; the newest is ${publishedText(stateOf(it)!.newest!)}`,
  }),
  sentThoughRemoved('cleared', {
    id: 'retained.cleared',
    title: 'A retained message is sent that an empty one has removed',
    statements: { '5.0': ['MQTT-3.3.1-6'] },
  }, 'a retained message', 'which is empty, removed it'),
  sentThoughRemoved('empty', {
    id: 'retained.empty',
    title: 'An empty message is sent as retained',
    statements: { '5.0': ['MQTT-3.3.1-7'] },
  }, 'an empty message as the retained one', 'which is empty, is not stored'),
  sentUnwanted({
    id: 'retained.sent-for-existing',
    title: 'A subscription that was there before brings the retained message, though its Retain Handling is 1',
    statements: { '5.0': ['MQTT-3.3.1-10'] },
  }, ({ answer }) => answer.retainHandling === 1 && !answer.isNew),
  sentUnwanted({
    id: 'retained.sent-with-retain-handling-2',
    title: 'A subscription brings the retained message, though its Retain Handling is 2',
    statements: { '5.0': ['MQTT-3.3.1-11'] },
  }, ({ answer }) => answer.retainHandling === 2),
]
