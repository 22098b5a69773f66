/**
 * A publication while copies of it may come, and for a while after it was reported: who should get it, and who got it.
 */
import type { Qos } from '../mqtt/packet.ts'
import type { Acceptance, Copy, CopyKind, Party, Publication } from './delivery.ts'
import type { ContentExtent } from './message-content.ts'
import type { Verdict } from './missing-copies.ts'
import type { Match, PublishedTopic, SameContent } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Certainty } from './side.ts'
import type { Subscriber } from './subscriber.ts'

/** As `Copy`, while it is not settled what it is. */
export class OpenCopy implements Copy {
  readonly number: number
  readonly frame: number
  readonly time: number
  readonly client: Party
  kind: CopyKind = 'live'
  readonly qos: Qos
  readonly dup: boolean
  readonly retain: boolean
  readonly subscriptionIdentifiers: readonly number[]
  filters: readonly string[] = NO_FILTERS
  grantedQos: number | null = null
  certainty: Certainty = 'unsure'
  duration: number | null = null
  unaltered: boolean | null = null
  duplicate: Certainty | null = null
  unsubscribed: Certainty | null = null

  constructor(
    number: number, frame: number, time: number, client: Party, qos: Qos, dup: boolean, retain: boolean, subscriptionIdentifiers: readonly number[],
  ) {
    this.number = number
    this.frame = frame
    this.time = time
    this.client = client
    this.qos = qos
    this.dup = dup
    this.retain = retain
    this.subscriptionIdentifiers = subscriptionIdentifiers
  }
}

const NO_FILTERS: readonly string[] = []

/** One subscriber of a publication: connected and subscribed when it was published, or somebody who got a copy in any case. */
export class Recipient {
  readonly subscriber: Subscriber
  /** As it was connected when the message was published, or when a copy came. */
  readonly client: Party
  /** Its subscriptions that matched; null where none was known. */
  readonly match: Match | null
  /** It should get a copy. */
  readonly expected: boolean
  /** Of its subscriber, when the message was published: what was expected before a disturbance is not expected after it. */
  readonly disturbances: number
  /** The highest QoS granted for the subscriptions that are in force; null where there is none. */
  readonly grantedQos: number | null
  /** Copies that its subscriptions explain: one for each that matches, since a server may send one for each (MQTT 5.0 §3.3.4). */
  readonly allowed: number
  /** What waited for it already when the message was published: copies expected, and those not acknowledged. */
  readonly backlog: number
  copies = 0
  firstCopy: OpenCopy | null = null
  /** A copy with the same content came to it that may or may not be this one. */
  doubtful = false

  constructor(
    subscriber: Subscriber, client: Party, match: Match | null, expected: boolean, grantedQos: number | null, allowed: number, backlog: number,
  ) {
    this.subscriber = subscriber
    this.client = client
    this.match = match
    this.expected = expected
    this.disturbances = subscriber.disturbances
    this.grantedQos = grantedQos
    this.allowed = allowed
    this.backlog = backlog
  }

  /** Nothing has happened since that the copy may have been lost by. */
  get undisturbed(): boolean {
    return this.disturbances === this.subscriber.disturbances
  }
}

export class OpenPublication {
  readonly facts: Publication & { resent: number }
  readonly publisher: ServedConnection
  readonly topic: PublishedTopic
  readonly firstSeenFrame: number
  readonly time: number
  readonly qos: Qos
  readonly extent: ContentExtent
  /** See `passedOnHash`; of the publication itself. */
  readonly properties: number
  /** Bytes that a copy of it may take: more than it will. */
  copyLength = 0
  /** Message Expiry Interval in seconds; null for none. */
  expiry: number | null = null
  acceptance: Acceptance
  reasonCode: number | null = null
  /** When it was accepted; with QoS 0, when it was published. */
  acceptedTime = NaN
  /** It was sent again, and the first time was not seen. */
  sentBefore = false
  /** Too much at once: nobody was looked up that should get it. */
  leftOut = false
  /** No other publication with this content could still get copies when it came. */
  alone = true
  readonly recipients: Recipient[] = []
  #bySubscriber: Map<Subscriber, Recipient> | null = null
  /** Expected recipients without a copy, and recipients that may get more copies. */
  waiting = 0
  open = 0
  /** Their number when it was published. */
  subscribers = 0
  readonly copies: OpenCopy[] = []
  lastCopyTime = NaN
  /** Copies that may be duplicates, with the recipient of each. */
  suspects: { readonly copy: OpenCopy; readonly recipient: Recipient }[] | null = null
  /** What is to be told of recipients without a copy: known when the capture ends, told when all of it has been read. */
  verdicts: readonly Verdict[] | null = null
  settled = false
  evicted = false
  /** When to look at it again, and the next one in that queue. */
  due = NaN
  nextDue: OpenPublication | null = null
  nextArrived: OpenPublication | null = null
  content: SameContent | null = null
  previousSame: OpenPublication | null = null
  nextSame: OpenPublication | null = null
  previousOfTopic: OpenPublication | null = null
  nextOfTopic: OpenPublication | null = null

  constructor(facts: Publication & { resent: number }, publisher: ServedConnection, topic: PublishedTopic, firstSeenFrame: number, extent: ContentExtent, properties: number) {
    this.facts = facts
    this.publisher = publisher
    this.topic = topic
    this.firstSeenFrame = firstSeenFrame
    this.time = facts.time
    this.qos = facts.qos
    this.extent = extent
    this.properties = properties
    this.acceptance = facts.qos === 0 ? 'unacknowledged' : 'open'
    if (facts.qos === 0) this.acceptedTime = facts.time
  }

  add(recipient: Recipient): void {
    this.recipients.push(recipient)
    this.#bySubscriber?.set(recipient.subscriber, recipient)
  }

  recipientOf(subscriber: Subscriber): Recipient | null {
    const { recipients } = this
    if (recipients.length <= LISTED) {
      for (const recipient of recipients) if (recipient.subscriber === subscriber) return recipient
      return null
    }
    this.#bySubscriber ??= new Map(recipients.map((recipient) => [recipient.subscriber, recipient]))
    return this.#bySubscriber.get(subscriber) ?? null
  }
}

/** Looking along so few is quicker than any table. */
const LISTED = 8
