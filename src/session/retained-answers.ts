/**
 * What a server sends because of a SUBSCRIBE (MQTT 5.0 §3.3.1.3): for each subscription that it grants, the messages of matching topics that it retains, as far as
 * the capture shows that it does. Told when all of them have come, or when it has been waited for long enough.
 *
 * Only topics are looked at whose retained message the server surely took; of a filter with wildcards only the first of these.
 */
import { topicMatches } from '../mqtt/topics.ts'
import type { CapturePosition } from './capture-position.ts'
import type { Copy, Party, Publication } from './delivery.ts'
import type { JudgementTimes } from './missing-copies.ts'
import type { Seen } from './network-connection.ts'
import { certaintyOfNotSent, hasReached } from './not-sent.ts'
import type { PassingCopy } from './open-copy.ts'
import { isSame } from './message-content.ts'
import type { PublishedTopic, RetainedMessage } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Certainty } from './side.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription } from './subscription.ts'

/** A topic that matches, and what came of it. */
export interface RetainedTopic {
  /** The newest message with RETAIN set; an empty one, where `cleared`. */
  readonly publication: Publication
  readonly cleared: boolean
  /** The Session of its publisher has ended since. */
  readonly publisherLeft: boolean
  /** The first copy of the topic with RETAIN set, whatever its content. */
  readonly copy: Copy | null
  /** The message itself came, and without RETAIN. */
  readonly bare: Copy | null
  /** The server surely has it, and the client may receive it: what has not come was not sent. */
  readonly due: boolean
}

/** A subscription that was granted, and the retained messages that were sent because of that. */
export interface RetainedAnswer {
  readonly client: Party
  readonly topicFilter: string
  /** It was none of the client's before. */
  readonly isNew: boolean
  readonly retainHandling: number
  /** Its SUBSCRIBE and SUBACK. */
  readonly asked: Seen
  readonly granted: Seen
  /** The server has to send what is retained (MQTT 5.0 §3.8.3.1). */
  readonly wanted: boolean
  /** Where it has not: another subscription of the client explains what came. */
  readonly explained: boolean
  readonly topics: readonly RetainedTopic[]
  /** That what has not come was not sent. */
  readonly certainty: Certainty
}

/** Topics of one answer, answers of one client that are waited for, and those of all clients. */
const MOST_TOPICS = 256
const MOST_OF_CLIENT = 16
const MOST_ANSWERS = 4_096
/** Copies that come to a client between a SUBSCRIBE and its SUBACK: of what comes of it, nothing is said where there are more. */
const MOST_EARLY = 256

/** A copy that came before the SUBACK of a SUBSCRIBE that may have brought it (MQTT 5.0 §3.8.4); frames may stand in the wrong order. */
export interface EarlyCopy {
  readonly passing: PassingCopy
  readonly publication: Publication | null
}

class AwaitedTopic implements RetainedTopic {
  readonly topic: PublishedTopic
  readonly retained: RetainedMessage
  readonly cleared: boolean
  copy: Copy | null = null
  bare: Copy | null = null
  readonly #subscriber: Subscriber

  constructor(topic: PublishedTopic, retained: RetainedMessage, subscriber: Subscriber) {
    this.topic = topic
    this.retained = retained
    this.cleared = retained.length === 0
    this.#subscriber = subscriber
  }

  get due(): boolean {
    const { topic, retained } = this
    // Neither a will nor another message may have taken its place.
    return !this.cleared && retained.publication.qos > 0 && topic.retained === retained && !topic.server.wills.has(topic.name) && hasReached(topic, retained.publisher, this.#subscriber)
  }

  get publication(): Publication {
    return this.retained.publication
  }

  get publisherLeft(): boolean {
    return this.retained.publisher.over
  }
}

export class AwaitedAnswer implements RetainedAnswer {
  readonly served: ServedConnection
  readonly client: Party
  readonly topicFilter: string
  readonly isNew: boolean
  readonly retainHandling: number
  readonly asked: Seen
  readonly granted: Seen
  readonly wanted: boolean
  explained = false
  readonly topics: readonly AwaitedTopic[]
  certainty: Certainty = 'unsure'
  readonly disturbances: number
  due: number

  constructor(served: ServedConnection, { topicFilter, options, asked, begun, since }: Subscription, topics: readonly AwaitedTopic[], due: number) {
    this.served = served
    this.client = served.party
    this.topicFilter = topicFilter
    this.isNew = asked === begun
    this.retainHandling = options.retainHandling
    this.asked = asked
    this.granted = since!
    this.wanted = options.retainHandling === 0 || (options.retainHandling === 1 && this.isNew)
    this.topics = topics
    this.disturbances = served.subscriber.disturbances
    this.due = due
  }

  /** Nothing more can come that matters. */
  get complete(): boolean {
    return this.wanted && this.topics.every(({ copy }) => copy !== null)
  }
}

export class RetainedAnswers {
  readonly #emit: (answer: RetainedAnswer) => void
  readonly #times: JudgementTimes
  readonly #disorder: number
  readonly #position: CapturePosition
  /** In the order in which they are due. */
  #awaited: AwaitedAnswer[] = []

  /** `disorder`: nanoseconds by which frames may stand in the wrong order. */
  constructor(emit: (answer: RetainedAnswer) => void, times: JudgementTimes, disorder: number, position: CapturePosition) {
    this.#emit = emit
    this.#disorder = disorder
    this.#times = times
    this.#position = position
  }

  /** SUBACK has granted it. */
  granted(subscription: Subscription): void {
    const { subscriber, shareName, filter, asked } = subscription
    const served = subscriber.connection?.served ?? null
    if (served === null || served.bridge || shareName !== null || filter.startsWith('$') || !subscriber.whole || subscriber.unusual) return
    if (this.#awaited.length >= MOST_ANSWERS || (subscriber.answers?.length ?? 0) >= MOST_OF_CLIENT) return
    const topics: AwaitedTopic[] = []
    const consider = (topic: PublishedTopic) => {
      const { retained } = topic
      if (retained !== null && retained.isSure(asked.time - this.#times.settling)) topics.push(new AwaitedTopic(topic, retained, subscriber))
    }
    const { server } = subscriber
    if (!/[+#]/.test(filter)) {
      const topic = server.topics.get(filter)
      if (topic !== undefined) consider(topic)
    } else {
      let looked = 0
      for (const topic of server.retaining) {
        if (looked++ === MOST_TOPICS) break
        if (topicMatches(filter, topic.name)) consider(topic)
      }
    }
    const early = subscriber.earlyCopies
    if (early !== null && ![...subscriber.subscriptions.values()].some(({ state }) => state === 'asked')) subscriber.earlyCopies = null
    if (topics.length === 0 || early?.length === MOST_EARLY) return
    const awaited = new AwaitedAnswer(served, subscription, topics, subscription.since!.time + this.#times.copyDeadline)
    for (const { passing, publication } of early ?? []) {
      if (passing.served === served && (passing.copy.number > asked.number || asked.time - passing.copy.time < this.#disorder)) this.#take(awaited, passing, publication)
    }
    subscriber.answers ??= []
    subscriber.answers.push(awaited)
    this.#awaited.push(awaited)
    if (awaited.complete) this.#tell(awaited)
  }

  /** A copy that goes by, and what it was found to be of. */
  sent(passing: PassingCopy, publication: Publication | null): void {
    const { copy, subscriber, match } = passing
    const isAsked = match?.isAsked === true
    if (copy.kind === 'retained' || isAsked) this.#keepEarly(passing, publication, isAsked)
    for (const answer of [...subscriber.answers ?? []]) {
      this.#take(answer, passing, publication)
      if (answer.complete) this.#tell(answer)
    }
  }

  /** The SUBSCRIBE that brought it may stand behind it in the capture. */
  #keepEarly(passing: PassingCopy, publication: Publication | null, isAsked: boolean): void {
    const { subscriber, served, copy } = passing
    let early = subscriber.earlyCopies
    if (early !== null && (early[0]!.passing.served !== served || (!isAsked && !(copy.time - early[0]!.passing.copy.time < this.#disorder)))) early = null
    if (early === null) subscriber.earlyCopies = [{ passing, publication }]
    else if (early.length < MOST_EARLY) early.push({ passing, publication })
  }

  #take(answer: AwaitedAnswer, { copy, topic, same, match }: PassingCopy, publication: Publication | null): void {
    const awaited = answer.topics.find((one) => one.topic === topic)
    if (awaited === undefined) return
    if (!copy.retain) {
      const { retained } = awaited
      const { number } = retained.publication
      // It waits for no other subscription of the client.
      const isIt = isSame(retained, same) && (publication === null || publication.number === number) && !copy.dup && match?.askedAfter(number) === true
      if (isIt && answer.isNew && answer.wanted) awaited.bare ??= copy
      return
    }
    // One with RETAIN as published; where it is of the message that is awaited, it may be that one.
    if (publication !== null && copy.kind !== 'retained' && !(answer.wanted && publication.number === awaited.retained.publication.number)) return
    awaited.copy ??= copy
    // A message that waited long for a shared subscription, perhaps.
    if (copy.time > answer.granted.time + this.#times.copyDeadline) answer.explained = true
    if (!answer.wanted && match?.subscriptions.some((one) => allowsRetained(one, copy.time - this.#times.copyDeadline)) !== false) answer.explained = true
  }

  settleDue(): void {
    const { now } = this.#position
    while (this.#awaited.length > 0 && this.#awaited[0]!.due <= now) {
      const answer = this.#awaited.shift()!
      if (!answer.served.subscriber.answers?.includes(answer)) continue
      const { served, disturbances, granted } = answer
      const certainty = certaintyOfNotSent(served, disturbances, granted.time, MOST_TOPICS, now, this.#times)
      if (certainty === 'wait') {
        answer.due = now + this.#times.settling
        this.#awaited.push(answer)
      } else if (certainty === null) this.#forget(answer)
      else {
        answer.certainty = certainty
        this.#tell(answer)
      }
    }
  }

  /** The capture ends, or its clock steps: what has not come may come yet. */
  end(): void {
    for (const answer of this.#awaited) this.#forget(answer)
    this.#awaited = []
  }

  #tell(answer: AwaitedAnswer): void {
    this.#forget(answer)
    this.#emit(answer)
  }

  #forget(answer: AwaitedAnswer): void {
    const { subscriber } = answer.served
    const left = subscriber.answers?.filter((other) => other !== answer) ?? []
    subscriber.answers = left.length === 0 ? null : left
  }
}

/** A SUBSCRIBE for it may have made the server send what is retained; after `since`, where it was made again without asking for that. */
export function allowsRetained({ shareName, options: { retainHandling, retainAsPublished }, asked, begun, retainedAsked }: Subscription, since: number): boolean {
  if (shareName !== null) return retainAsPublished
  return retainHandling === 0 || retainAsPublished || (retainHandling === 1 && asked === begun) || !(retainedAsked < since)
}
