/**
 * Retained messages (MQTT 5.0 §3.3.1.3): what a topic retains, and what a SUBSCRIBE brings.
 *
 * Somebody whom the capture does not hold may have published to the topic as well, and a server may drop what came with QoS 0: all of this is a warning, and likely
 * at best. That the server took a message a Reason Code shows, or a copy that somebody got; before 5.0 a PUBACK does not (MQTT 3.1.1 §3.3.5).
 */
import { quoted } from '../../mqtt/problems.ts'
import type { Publication, RetainedState } from '../../session/delivery.ts'
import type { Certainty } from '../../session/side.ts'
import type { RetainedTopic } from '../../session/retained-answers.ts'
import { rule, type Rule } from '../rule.ts'
import { placeOf } from './deliveries.ts'
import type { CopySubject, RetainedSubject } from '../subject.ts'

const WARNED = { severity: 'warning', sides: ['server'], needs: 0 } as const

// ---- What is sent as retained

const OF_COPY = { ...WARNED, on: 'copy-with-retain', certainty: (): Certainty => 'likely', shownBy: newestFrame } as const

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
    at: (it) => placeOf(sent(it)!.copy!),
    shownBy: (it) => [sent(it)!.publication.frame],
  })
}

/** A topic that the server has a message of has brought nothing; `among` says which ones. */
function notSent(
  definition: Pick<Rule, 'id' | 'title' | 'statements'>, among: (it: RetainedSubject, topic: RetainedTopic) => boolean, why: (topic: RetainedTopic) => string,
): Rule {
  const meant = (it: RetainedSubject) => (it.answer.wanted ? it.answer.topics.filter((topic) => among(it, topic)) : [])
  const lacking = (it: RetainedSubject) => meant(it).find((topic) => topic.due && !hasCome(topic))
  return rule({
    ...OF_ANSWER,
    ...definition,
    applies: (it) => meant(it).some((topic) => topic.due || topic.copy !== null),
    lacks: (it) => (it.answer.certainty === 'unsure' && lacking(it) !== undefined ? 'doubt' : null),
    holds: (it) => lacking(it) === undefined,
    certainty: () => 'likely',
    says: (it) =>
      `The server granted the SUBSCRIBE for ${quoted(it.answer.topicFilter)} and did not send the retained message of ${quoted(lacking(it)!.publication.topic)}, ${publishedText(lacking(it)!.publication)}${why(lacking(it)!)}`,
    shownBy: (it) => [lacking(it)!.publication.frame, it.answer.asked.frame],
  })
}

/** With RETAIN or without. */
function hasCome({ copy, bare }: RetainedTopic): boolean {
  return copy !== null || bare !== null
}

function bareOf({ answer }: RetainedSubject): RetainedTopic | undefined {
  return answer.topics.find(({ copy, bare }) => copy === null && bare !== null)
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
    at: (it) => placeOf(sent(it)!.copy!),
    shownBy: ({ answer }) => [answer.asked.frame],
  })
}

export const RETAINED_RULES: readonly Rule[] = [
  rule({
    ...OF_COPY,
    id: 'retained.outdated',
    title: 'A retained message that a newer one has replaced',
    statements: { '3.1.1': ['MQTT-3.3.1-6'], '5.0': ['MQTT-3.3.1-5'] },
    applies: (it) => stateOf(it) !== null && (stateOf(it)!.newest?.qos ?? 0) > 0,
    holds: (it) => stateOf(it)!.state !== 'outdated',
    says: (it) => `The server sent an earlier retained message of ${topicOf(it)}; the newest is ${publishedText(stateOf(it)!.newest!)}`,
  }),
  rule({
    ...OF_COPY,
    id: 'retained.outdated-by-qos-0',
    title: 'A retained message that one with QoS 0 has replaced',
    statements: { '3.1.1': ['MQTT-3.3.1-7'], '5.0': ['MQTT-3.3.1-5'] },
    applies: (it) => stateOf(it)?.newest?.qos === 0,
    holds: (it) => stateOf(it)!.state !== 'outdated',
    says: (it) => `The server sent an earlier retained message of ${topicOf(it)}; the newest is ${publishedText(stateOf(it)!.newest!)}, which replaced it though it has QoS 0`,
  }),
  rule({
    ...OF_COPY,
    id: 'retained.not-published-so',
    title: 'A message is sent as retained that was published without RETAIN',
    statements: { '3.1.1': ['MQTT-3.3.1-12'], '5.0': ['MQTT-3.3.1-8'] },
    applies: (it) => stateOf(it)?.state === 'not-retained' || stateOf(it)?.passedOver === true,
    holds: (it) => stateOf(it)!.state !== 'not-retained',
    says: (it) => `The server sent ${publishedText(stateOf(it)!.source!)} as the retained message of ${quoted(stateOf(it)!.source!.topic)}; it was published without RETAIN`,
    shownBy: (it) => [stateOf(it)!.source!.frame],
  }),
  sentThoughRemoved('cleared', {
    id: 'retained.cleared',
    title: 'A retained message is sent that an empty one has removed',
    statements: { '3.1.1': ['MQTT-3.3.1-10'], '5.0': ['MQTT-3.3.1-6'] },
  }, 'a retained message', 'which is empty, removed it'),
  sentThoughRemoved('empty', {
    id: 'retained.empty',
    title: 'An empty message is sent as retained',
    statements: { '3.1.1': ['MQTT-3.3.1-11'], '5.0': ['MQTT-3.3.1-7'] },
  }, 'an empty message as the retained one', 'which is empty, is not stored'),
  notSent({
    id: 'retained.not-sent',
    title: 'A subscription does not bring the retained message',
    statements: { '3.1.1': ['MQTT-3.3.1-5', 'MQTT-3.3.1-6'], '5.0': ['MQTT-3.3.1-9'] },
  }, ({ answer }) => answer.retainHandling === 0, () => ''),
  notSent({
    id: 'retained.not-sent-for-new',
    title: 'A new subscription does not bring the retained message, though its Retain Handling is 1',
    statements: { '5.0': ['MQTT-3.3.1-10'] },
  }, ({ answer }) => answer.retainHandling === 1, () => ', though the subscription is new and its Retain Handling is 1'),
  notSent({
    id: 'retained.lost-with-session',
    title: 'A retained message is gone with the Session of its publisher',
    statements: { '3.1.1': ['MQTT-3.1.2-7'] },
  }, (_it, { publisherLeft }) => publisherLeft, () => ', whose Session has ended since'),
  rule({
    ...OF_ANSWER,
    id: 'retained.without-flag',
    title: 'A new subscription brings a message without RETAIN',
    statements: { '3.1': ['MQTT31-41'], '3.1.1': ['MQTT-3.3.1-8'], '5.0': [] },
    applies: ({ answer }) => answer.wanted && answer.topics.some((topic) => !topic.cleared && hasCome(topic)),
    holds: (it) => bareOf(it) === undefined,
    certainty: () => 'likely',
    says: (it) => `The server sent the retained message of ${quoted(bareOf(it)!.publication.topic)}, ${publishedText(bareOf(it)!.publication)}, because of the SUBSCRIBE for ${quoted(it.answer.topicFilter)}, and without RETAIN`,
    at: (it) => placeOf(bareOf(it)!.bare!),
    shownBy: (it) => [bareOf(it)!.publication.frame, it.answer.asked.frame],
  }),
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
