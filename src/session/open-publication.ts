/**
 * A publication while copies of it may come, and for a while after it was reported: who should get it, and who got it.
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Publish, Qos } from '../mqtt/packet.ts'
import type { EndedBy } from './aftermath.ts'
import type { Acceptance, PartialDelivery, Party, Publication, Unsubscribed } from './delivery.ts'
import type { ContentExtent } from './message-content.ts'
import type { Verdict } from './missing-copies.ts'
import type { Seen } from './network-connection.ts'
import type { OpenCopy } from './open-copy.ts'
import { NOTHING_PASSED_ON, type PassedOn } from './passed-on.ts'
import type { Match, PublishedTopic, RetainedMessage, SameContent } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Subscriber } from './subscriber.ts'

/** One subscriber of a publication: connected and subscribed when it was published, or somebody who got a copy in any case. Made to be used again. */
export class Recipient {
  subscriber!: Subscriber
  /** As it was connected when the message was published, or when a copy came. */
  client!: Party
  /** Its subscriptions that matched; null where none was known. */
  match: Match | null = null
  /** It should get a copy. */
  expected = false
  /** Of its subscriber, when the message was published: what was expected before a disturbance is not expected after it. */
  disturbances = 0
  /** The highest QoS granted for the subscriptions that are in force; null where there is none. */
  grantedQos: number | null = null
  /** Copies that its subscriptions explain: one for each that matches, since a server may send one for each (MQTT 5.0 §3.3.4). */
  allowed = 1
  /** What waited for it already when the message was published: copies expected, and those not acknowledged. */
  backlog = 0
  copies = 0
  firstCopy: OpenCopy | null = null
  /** The highest QoS of its copies, and Subscription Identifiers that they lack: see `PartialDelivery`. */
  bestQos = -1
  lacksIdentifiers = false
  /** Its payload alone is longer than any packet that the client takes. */
  oversized = false
  /** A copy with the same content came to it that may or may not be this one. */
  doubtful = false

  begin(subscriber: Subscriber, client: Party, match: Match | null, expected: boolean, grantedQos: number | null, allowed: number, backlog: number): void {
    this.subscriber = subscriber
    this.client = client
    this.match = match
    this.expected = expected
    this.disturbances = subscriber.disturbances
    this.grantedQos = grantedQos
    this.allowed = allowed
    this.backlog = backlog
    this.copies = 0
    this.firstCopy = null
    this.bestQos = -1
    this.lacksIdentifiers = false
    this.oversized = false
    this.doubtful = false
  }

  /** A further copy may be missing: several subscriptions match, and what came does not serve all of them. */
  lacksIn({ qos }: OpenPublication): PartialDelivery['lacks'] | null {
    if (!this.expected || this.copies === 0 || this.allowed === 1 || this.copies >= this.allowed) return null
    return this.bestQos < Math.min(qos, this.grantedQos ?? 0) ? 'qos' : this.lacksIdentifiers && this.copies === 1 ? 'identifiers' : null
  }

  /** Nothing has happened since that the copy may have been lost by. */
  get undisturbed(): boolean {
    return this.disturbances === this.subscriber.disturbances
  }
}

/** Made to be used again: thousands of these may come and go each second. */
export class OpenPublication {
  number = 0
  frame = 0
  time = NaN
  firstSeenFrame = 0
  publisher!: ServedConnection
  party!: Party
  topic!: PublishedTopic
  qos: Qos = 0
  retain = false
  payloadLength = 0
  resent = 0
  extent: ContentExtent = 'none'
  properties: PassedOn = NOTHING_PASSED_ON
  /** Bytes that a copy of it may take: more than it will. */
  copyLength = 0
  /** Message Expiry Interval in seconds; null for none. */
  expiry: number | null = null
  /** Of the exchange that it belongs to; 0 for none. */
  exchange = 0
  acceptance: Acceptance = 'open'
  reasonCode: number | null = null
  /** When it was accepted; with QoS 0, when it was published. */
  acceptedTime = NaN
  /** It had been sent before, which was not seen: it has DUP set, or the server's TCP had acknowledged it already. */
  sentBefore = false
  /** Nobody may want it: copies of it are not looked for. */
  unwanted = false
  /** No other publication with this content could still get copies when it came. */
  alone = true
  #recipients: Recipient[] | null = null
  #bySubscriber: Map<Subscriber, Recipient> | null = null
  /** Expected recipients without a copy, and recipients that may get more copies. */
  waiting = 0
  open = 0
  /** How many were expected when it was published. */
  subscribers = 0
  #copies: OpenCopy[] | null = null
  lastCopyTime = NaN
  /** Copies that may be duplicates, with the recipient of each. */
  suspects: { readonly copy: OpenCopy; readonly recipient: Recipient }[] | null = null
  /** Clients that had unsubscribed from it; null where there are none. */
  unsubscribed: Unsubscribed[] | null = null
  /** What its topic retains since it was published; null where it has no RETAIN. */
  retained: RetainedMessage | null = null
  /** Its publisher has subscriptions that match, all with No Local. */
  noLocal = false
  /** See `Publication`. */
  will = false
  reusedAfter: EndedBy | null = null
  /** What is to be told of recipients without a copy: known when the capture ends, told when all of it has been read. */
  verdicts: readonly Verdict[] | null = null
  settled = false
  /** It is forgotten: nothing holds it but a queue, perhaps. */
  evicted = false
  queued = false
  /** When to look at it again, and the next one in that queue. */
  due = NaN
  nextDue: OpenPublication | null = null
  /** In the list of those that are told, or of those that are not. */
  previous: OpenPublication | null = null
  next: OpenPublication | null = null
  content: SameContent | null = null
  previousSame: OpenPublication | null = null
  nextSame: OpenPublication | null = null
  previousOfTopic: OpenPublication | null = null
  nextOfTopic: OpenPublication | null = null
  #facts: Publication | null = null

  begin(event: PacketEvent, packet: Publish, publisher: ServedConnection, topic: PublishedTopic, extent: ContentExtent): void {
    this.number = event.number
    this.frame = event.frame
    this.time = event.time
    this.firstSeenFrame = event.firstSeenFrame
    this.publisher = publisher
    this.party = publisher.party
    this.topic = topic
    this.qos = packet.qos
    this.retain = packet.retain
    this.payloadLength = packet.payloadLength
    this.resent = 0
    this.extent = extent
    this.properties = NOTHING_PASSED_ON
    this.copyLength = 0
    this.expiry = null
    this.exchange = 0
    this.acceptance = packet.qos === 0 ? 'unacknowledged' : 'open'
    this.reasonCode = null
    this.acceptedTime = packet.qos === 0 ? event.time : NaN
    this.sentBefore = packet.dup || publisher.connection.lags(event)
    this.unwanted = false
    this.noLocal = false
    this.will = false
    this.reusedAfter = null
    this.alone = true
    this.waiting = 0
    this.open = 0
    this.subscribers = 0
    this.lastCopyTime = NaN
    this.settled = false
    this.evicted = false
  }

  /** Lets go of all that it refers to. */
  release(): void {
    this.#recipients = null
    this.#bySubscriber = null
    this.#copies = null
    this.suspects = null
    this.unsubscribed = null
    this.retained = null
    this.verdicts = null
    this.#facts = null
    this.content = null
  }

  get recipients(): readonly Recipient[] {
    return this.#recipients ?? NO_RECIPIENTS
  }

  get copies(): readonly OpenCopy[] {
    return this.#copies ?? NO_COPIES
  }

  /** As it is told. */
  get facts(): Publication {
    const { number, frame, time, party, topic, qos, retain, payloadLength, resent, properties, expiry, reusedAfter, will } = this
    if (this.#facts?.resent === resent) return this.#facts
    return (this.#facts = {
      number, frame, time, publisher: party, topic: topic.name, qos, retain, payloadLength, resent, properties: properties.names,
      byteOrderMark: properties.withoutMarks !== null || topic.name.includes('\ufeff'), messageExpiryInterval: expiry, reusedAfter, will,
    })
  }

  /** Something shows that the server took it: a topic that retains it has it now. */
  noteTaken({ number, frame, time }: Seen): void {
    const { retained, topic } = this
    if (retained === null || retained.taken !== null) return
    retained.taken = { number, frame, time }
    if (topic.retained === retained) topic.server.retaining.add(topic)
  }

  addCopy(copy: OpenCopy): void {
    if (this.#copies === null) this.#copies = [copy]
    else this.#copies.push(copy)
  }

  addRecipient(recipient: Recipient): void {
    if (this.#recipients === null) this.#recipients = [recipient]
    else this.#recipients.push(recipient)
    this.#bySubscriber?.set(recipient.subscriber, recipient)
  }

  /** `match`: that of the subscriber, where it is known. */
  recipientOf(subscriber: Subscriber, match: Match | null = null): Recipient | null {
    const recipients = this.#recipients
    if (recipients === null) return null
    const likely = match === null ? undefined : recipients[match.place]
    if (likely?.subscriber === subscriber) return likely
    if (recipients.length <= LISTED) {
      for (const recipient of recipients) if (recipient.subscriber === subscriber) return recipient
      return null
    }
    this.#bySubscriber ??= new Map(recipients.map((recipient) => [recipient.subscriber, recipient]))
    return this.#bySubscriber.get(subscriber) ?? null
  }
}

/** The Session of its client ended before the copy was finished, which stays with that client (MQTT 5.0 §4.8.2). */
export function isBrokenOff({ recipients }: OpenPublication, copy: OpenCopy): boolean {
  return copy.isHeld && recipients.some(({ firstCopy, subscriber }) => firstCopy === copy && subscriber.over)
}

const NO_RECIPIENTS: readonly Recipient[] = []
const NO_COPIES: readonly OpenCopy[] = []

/** Looking along so few is quicker than any table. */
const LISTED = 8
