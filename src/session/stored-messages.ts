/**
 * Messages of QoS 1 and 2 that a server keeps for a Session whose client is away, and sends when it comes back (MQTT 5.0 §3.1.2.11.2, MQTT 3.1.1 §3.1.2.4). Told
 * when the client has been back for long enough.
 *
 * A server may have limits for what it keeps, so absences with more than a few messages are not looked at.
 */
import type { CapturePosition } from './capture-position.ts'
import type { Copy, Party, Publication } from './delivery.ts'
import type { JudgementTimes } from './missing-copies.ts'
import type { NetworkConnection, Seen } from './network-connection.ts'
import { certaintyOfNotSent, hasReached } from './not-sent.ts'
import type { OpenPublication } from './open-publication.ts'
import type { Match, PublishedTopic } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Certainty } from './side.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription } from './subscription.ts'

/** A message that was published while a client was away which had subscribed to its topic. */
export interface StoredMessage {
  readonly publication: Publication
  readonly topicFilter: string
  /** What the client got of it since it is back; null where nothing came. */
  readonly copy: Copy | null
  /** The server surely took it, and the client may receive it: where nothing came it was not sent. */
  readonly due: boolean
}

/** What a server had kept for a Session when its client came back. */
export interface StoredMessages {
  readonly client: Party
  /** The CONNACK that resumes the Session. */
  readonly resumed: Seen
  readonly messages: readonly StoredMessage[]
  /** That what has not come was not sent. */
  readonly certainty: Certainty
}

/** Of one absence, and of one topic to find one of them again; absences that are waited for. */
const MOST_MESSAGES = 10
const MOST_LOOKED_AT = 256
const MOST_AWAITED = 1_024

interface MissedMessage {
  readonly topic: PublishedTopic
  /** Publication.number: the object itself is used again. */
  readonly number: number
  readonly firstSeenFrame: number
  readonly subscription: Subscription
}

interface Awaited {
  readonly served: ServedConnection
  readonly resumed: Seen
  readonly missed: readonly MissedMessage[]
  readonly disturbances: number
  due: number
}

/** What was published during the absence of one client. */
export class MissedMessages {
  readonly messages: MissedMessage[] = []
  /** There was more than is looked at. */
  tooMuch = false
}

export class StoredMessagesFollower {
  readonly #emit: (result: StoredMessages) => void
  readonly #times: JudgementTimes
  readonly #position: CapturePosition
  /** In the order in which they are due. */
  #awaited: Awaited[] = []

  constructor(emit: (result: StoredMessages) => void, times: JudgementTimes, position: CapturePosition) {
    this.#emit = emit
    this.#times = times
    this.#position = position
  }

  /** A client that may be away has a subscription that matches what is published. */
  published(publication: OpenPublication, { subscriber, subscriptions }: Match): void {
    const { qos, topic, number, firstSeenFrame, time } = publication
    if (subscriber.connection !== null || subscriber.session === null || subscriber.over || qos === 0 || !subscriber.whole || subscriber.unusual) return
    if (topic.name.startsWith('$')) return
    const subscription = subscriptions.find((one) => one.shareName === null && (one.grantedQos ?? 0) > 0 && one.inForceFor(firstSeenFrame) && !one.options.noLocal)
    if (subscription === undefined) return
    const missed = (subscriber.missed ??= new MissedMessages())
    // Around the end of its connection, what the server took for sent may be lost.
    if (missed.messages.length === MOST_MESSAGES || !(subscriber.leftTime < time - this.#times.settling)) missed.tooMuch = true
    else missed.messages.push({ topic, number, firstSeenFrame, subscription })
  }

  /** A connection begins to use a Session. */
  began({ served, connack }: NetworkConnection, anew: boolean): void {
    if (served === null) return
    const { subscriber } = served
    const { missed } = subscriber
    subscriber.missed = null
    if (missed === null || missed.tooMuch || anew || connack?.sessionPresent !== true || this.#awaited.length === MOST_AWAITED) return
    const { number, frame, time } = connack
    this.#awaited.push({
      served, resumed: { number, frame, time }, missed: missed.messages, disturbances: subscriber.disturbances, due: time + this.#times.copyDeadline,
    })
  }

  settleDue(): void {
    const { now } = this.#position
    while (this.#awaited.length > 0 && this.#awaited[0]!.due <= now) {
      const awaited = this.#awaited.shift()!
      const { served, disturbances, resumed } = awaited
      // Something new may be in flight beside them.
      const certainty = certaintyOfNotSent(served, disturbances, resumed.time, MOST_MESSAGES + 1, now, this.#times)
      if (certainty === 'wait') {
        awaited.due = now + this.#times.settling
        this.#awaited.push(awaited)
      } else if (certainty !== null) this.#tell(awaited, certainty)
    }
  }

  /** The capture ends, or its clock steps: what has not come may come yet. */
  end(): void {
    this.#awaited = []
  }

  #tell({ served, resumed, missed }: Awaited, certainty: Certainty): void {
    const messages = missed.flatMap((one): readonly StoredMessage[] => {
      const publication = remembered(one)
      if (publication === null) return []
      const copy = publication.recipientOf(served.subscriber)?.firstCopy ?? null
      return [{ publication: publication.facts, topicFilter: one.subscription.topicFilter, copy, due: isDue(publication, one) && !hasComeAsAnother(publication, served.subscriber, resumed.time) }]
    })
    if (messages.length > 0) this.#emit({ client: served.party, resumed, messages, certainty })
  }
}

/** Null where it is forgotten. */
function remembered({ topic, number }: MissedMessage): OpenPublication | null {
  let one = topic.newest
  for (let looked = 0; one !== null && looked < MOST_LOOKED_AT; looked++, one = one.previousOfTopic) if (one.number === number) return one
  return null
}

/** What the client got for one before it, with the same content, may be this one. */
function hasComeAsAnother({ previousSame }: OpenPublication, subscriber: Subscriber, since: number): boolean {
  let other = previousSame
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT; looked++, other = other.previousSame) {
    const copy = other.recipientOf(subscriber)?.firstCopy ?? null
    if (copy !== null && !(copy.time < since)) return true
  }
  return other !== null
}

function isDue(publication: OpenPublication, { subscription, firstSeenFrame }: MissedMessage): boolean {
  const { acceptance, reasonCode, copies, expiry, sentBefore, alone, nextSame, extent, topic, publisher, time } = publication
  if (acceptance !== 'accepted' || expiry !== null || sentBefore || !alone || nextSame !== null || extent !== 'whole' || publisher.bridge) return false
  const isTaken = reasonCode !== null || copies.some(({ kind, only }) => kind === 'live' && only)
  const isStill = subscription.inForceFor(firstSeenFrame) && topic.strayTime < time && !topic.server.wills.has(topic.name)
  return isTaken && isStill && hasReached(topic, publisher.subscriber, subscription.subscriber)
}
