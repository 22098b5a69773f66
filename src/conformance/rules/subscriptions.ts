/**
 * What a server sends to a client, against the client's own subscriptions (MQTT 5.0 §3.3.2.1, §4.7.2, §4.8.2). Servers may have made subscriptions of their own for a
 * client, which no capture shows: nothing of this is more than likely.
 */
import type { Text } from '../../mqtt/packet.ts'
import { quoted } from '../../mqtt/problems.ts'
import { topicMatches } from '../../mqtt/topics.ts'
import type { Subscriber } from '../../session/subscriber.ts'
import type { Subscription } from '../../session/subscription.ts'
import type { Certainty } from '../../session/side.ts'
import { MISSING, type Reason } from '../evidence.ts'
import { rule, type Rule } from '../rule.ts'
import type { CopySubject, PacketSubjectOf } from '../subject.ts'

const LIKELY = (): Certainty => 'likely'

function topicOf({ result, publication }: CopySubject): Text | null {
  if (publication !== null) return publication.topic
  return result.kind === 'copy-without-publication' ? result.topic : null
}

// ---- One packet of a server, and what its client asked for

type Sent = PacketSubjectOf<'PUBLISH'>

/** All that is known of what the client subscribed to; null where it is not followed. */
function subscriberOf({ connection }: Sent): Subscriber | null {
  return connection.served?.subscriber ?? null
}

function nameOf({ event, packet }: Sent): string | null {
  const name = event.resolvedTopicName ?? packet.topicName
  return typeof name === 'string' && name !== '' ? name : null
}

/** Something else than the subscriptions that are known may explain the packet. */
function lacksSubscriptions(it: Sent): Reason | null {
  const subscriber = subscriberOf(it)!
  const { connection, packet, event } = it
  if (!subscriber.whole || subscriber.connection !== connection) return 'history'
  if (subscriber.goneForgotten || subscriber.unusual || connection.served!.bridge || packet.dup) return 'doubt'
  return connection.whole(event, 'client') ? null : 'gap'
}

function matching(subscriber: Subscriber, name: string): readonly Subscription[] {
  return [...subscriber.subscriptions.values()].filter(({ filter }) => topicMatches(filter, name))
}

/** A filter that begins with a wildcard and would match, if names that begin with $ were like others. */
function wildcardFor(subscriber: Subscriber, name: string): Subscription | undefined {
  const plain = `x${name.slice(1)}`
  return [...subscriber.subscriptions.values()].find(({ filter }) => /^[#+]/.test(filter) && topicMatches(filter, plain))
}

/** Subscriptions that match, where all of them are shared. */
function sharedFor(it: Sent): readonly Subscription[] {
  const subscriber = subscriberOf(it)
  const name = subscriber?.shares === true ? nameOf(it) : null
  if (name === null) return []
  const found = matching(subscriber!, name)
  return found.every(({ shareName }) => shareName !== null) ? found : []
}

function grantOf(subscriptions: readonly Subscription[]): number {
  return Math.max(...subscriptions.map(({ grantedQos }) => grantedQos ?? 0))
}

/** Until then, a server may still send what it had taken from its queue before (LIMITS.session.settling). */
const SETTLING = 1e9

/** One that is asked for anew, or ends, may explain another QoS. */
function isChanging({ state, since }: Subscription, time: number): boolean {
  return state !== 'in-force' || !(time - since!.time > SETTLING)
}

function identifiersOf({ packet: { properties } }: Sent): readonly number[] {
  if (properties === undefined || properties.length === 0) return NONE
  return properties.flatMap(({ name, value }) => (name === 'subscriptionIdentifier' && typeof value === 'number' ? [value] : []))
}

const NONE: readonly number[] = []

function neverGiven(it: Sent): number | undefined {
  const { identifiers } = subscriberOf(it)!
  return identifiersOf(it).find((identifier) => !identifiers!.has(identifier))
}

export const SUBSCRIPTION_RULES: readonly Rule[] = [
  rule({
    id: 'delivery.not-subscribed',
    title: 'A message on a topic that the client has not subscribed to',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.3.2-3'], '5.0': ['MQTT-3.3.2-3'] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy }) => copy.filters.length > 0 || copy.unsubscribed !== null,
    lacks: ({ copy }) => (copy.unsubscribed === 'unsure' ? 'doubt' : null),
    holds: ({ copy }) => copy.unsubscribed === null,
    certainty: LIKELY,
    says: (it) => {
      const topic = topicOf(it)
      return `The server sent a message on the topic ${topic === null ? 'that no filter of the client matches' : `${quoted(topic)}, which no filter of the client matches`}`
    },
  }),
  rule({
    id: 'delivery.wildcard-matched-dollar-topic',
    title: 'A message on a topic that begins with $, for a filter that begins with a wildcard',
    statements: { '3.1': ['MQTT31-38'], '3.1.1': ['MQTT-4.7.2-1'], '5.0': ['MQTT-4.7.2-1'] },
    severity: { '3.1': 'note', '3.1.1': 'error', '5.0': 'error' },
    sides: ['server'],
    on: 'PUBLISH',
    needs: MISSING.connect,
    applies: (it) => {
      if (it.side !== 'server' || nameOf(it)?.startsWith('$') !== true) return false
      const subscriber = subscriberOf(it)
      return subscriber !== null && (matching(subscriber, nameOf(it)!).length > 0 || wildcardFor(subscriber, nameOf(it)!) !== undefined)
    },
    lacks: (it) => (matching(subscriberOf(it)!, nameOf(it)!).length > 0 ? null : lacksSubscriptions(it)),
    holds: (it) => matching(subscriberOf(it)!, nameOf(it)!).length > 0,
    certainty: LIKELY,
    says: (it) => `The server sent a message on the topic ${quoted(nameOf(it)!)} because of the filter ${quoted(wildcardFor(subscriberOf(it)!, nameOf(it)!)!.topicFilter)}, as it seems; no other one matches`,
    shownBy: (it) => [wildcardFor(subscriberOf(it)!, nameOf(it)!)!.asked.frame],
  }),
  rule({
    id: 'delivery.shared-qos-above-granted',
    title: 'A message of a shared subscription with a higher QoS than was granted',
    statements: { '5.0': ['MQTT-4.8.2-3'] },
    severity: 'error',
    sides: ['server'],
    on: 'PUBLISH',
    needs: MISSING.connect,
    applies: (it) => it.side === 'server' && sharedFor(it).length > 0,
    lacks: (it) => lacksSubscriptions(it) ?? (sharedFor(it).some((each) => isChanging(each, it.event.time)) ? 'doubt' : null),
    holds: (it) => it.packet.qos <= grantOf(sharedFor(it)),
    certainty: LIKELY,
    says: (it) => {
      const found = sharedFor(it)
      return `The server sent a message with QoS ${it.packet.qos} because of ${found.map(({ topicFilter }) => quoted(topicFilter)).join(', ')}, which was granted QoS ${grantOf(found)}`
    },
    shownBy: (it) => sharedFor(it).map(({ since }) => since!.frame),
  }),
  rule({
    id: 'delivery.unknown-subscription-identifier',
    title: 'A Subscription Identifier that the client has not given',
    statements: { '5.0': [] },
    severity: 'error',
    sides: ['server'],
    on: 'PUBLISH',
    needs: MISSING.connect,
    applies: (it) => it.side === 'server' && it.packet.properties !== undefined && it.packet.properties.length > 0 && subscriberOf(it) !== null && identifiersOf(it).length > 0,
    lacks: (it) => (subscriberOf(it)!.identifiers === null ? 'limit' : neverGiven(it) === undefined ? null : lacksSubscriptions(it)),
    holds: (it) => neverGiven(it) === undefined,
    certainty: LIKELY,
    says: (it) => `PUBLISH has the Subscription Identifier ${neverGiven(it)}, which the client has given to none of its subscriptions`,
  }),
]
