/**
 * The messages that servers receive: for every PUBLISH of a client, who should get a copy of it (expectation.ts), and whether the server has accepted it.
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Packet, Publish } from '../mqtt/packet.ts'
import { expectedRecipient } from './expectation.ts'
import type { Content, ContentReader } from './message-content.ts'
import { messageExpiryInterval } from './open-copy.ts'
import type { OpenExchange } from './open-exchange.ts'
import { OpenPublication, type Recipient } from './open-publication.ts'
import { passedOnOf } from './passed-on.ts'
import type { PublicationWindow } from './publication-window.ts'
import { RetainedMessage, type Match, type PublishedTopic } from './published-topic.ts'
import { FIRST_FAILURE, reasonCodeOf } from './reason-code.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Settling } from './settling.ts'
import type { StoredMessagesFollower } from './stored-messages.ts'
import type { Subscriptions } from './subscriptions.ts'

export class Publications {
  readonly #subscriptions: Subscriptions
  readonly #window: PublicationWindow
  readonly #settling: Settling
  readonly #stored: StoredMessagesFollower
  /** Nanoseconds by which frames of different connections may stand in the wrong order. */
  readonly #disorder: number
  readonly #makeRecipient: () => Recipient
  readonly #content: ContentReader
  #leftOut = 0

  constructor(subscriptions: Subscriptions, window: PublicationWindow, settling: Settling, stored: StoredMessagesFollower, content: ContentReader, disorder: number) {
    this.#stored = stored
    this.#content = content
    this.#subscriptions = subscriptions
    this.#window = window
    this.#settling = settling
    this.#disorder = disorder
    this.#makeRecipient = () => window.takeRecipient()
  }

  /** Those whose subscribers were not looked up, because there were too many. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** A PUBLISH from a client; `exchange` is the one that it belongs to. Returns the publication, where copies of it may come. */
  received(event: PacketEvent, packet: Publish, served: ServedConnection, exchange: OpenExchange | null): OpenPublication | null {
    if (exchange !== null && exchange.message !== null) {
      const known = publicationOf(exchange)
      if (known !== null) known.resent++
      return null
    }
    const name = event.resolvedTopicName ?? packet.topicName
    // A name that is no text, or stands behind an alias that was not seen: nobody can say who subscribes to it.
    if (typeof name !== 'string' || name === '' || !this.#content.read(event, packet)) return null
    const topic = this.#window.topic(served.server, name)
    const matches = this.#window.matches(topic)
    const publication = this.#window.take()
    publication.begin(event, packet, served, topic, this.#content.extent)
    if (exchange !== null) {
      exchange.message = publication
      publication.exchange = exchange.number
      publication.reusedAfter = served.connection.pending.aftermath?.endOfSame(packet.packetIdentifier!) ?? null
    } else if (packet.qos > 0) publication.acceptance = 'unacknowledged'
    const { properties } = packet
    publication.properties = passedOnOf(properties)
    publication.expiry = messageExpiryInterval(properties)
    if (packet.retain) keepRetained(topic, this.#content, publication)
    else if (topic.retained !== null) topic.retained.passedOver = true
    this.#window.add(publication)
    if (matches !== null && matches.length === 0 && !packet.retain && !served.server.doubtful && this.#subscriptions.serverCount === 1) {
      // Nobody can want it: all is known of everybody, and there is no other address.
      publication.unwanted = true
      if (publication.acceptance !== 'open') this.#settling.settleUnwanted(publication)
      return null
    }
    publication.copyLength = event.length + LONGEST_CHARACTER * name.length + COPY_MARGIN
    const same = this.#window.index(publication, this.#content)
    if (matches === null) this.#leftOut++
    // What a server does with a defective one is its own business.
    else if (event.problems.length === 0 || !event.problems.some(({ severity }) => severity === 'error')) this.#expect(publication, matches)
    publication.alone = same.open === 0 && !(publication.time - same.lateTime < this.#disorder)
    if (publication.open > 0) same.open++
    return publication
  }

  /** A PUBACK, PUBREC or PUBCOMP from a server. */
  acknowledged(exchange: OpenExchange, event: PacketEvent): void {
    const publication = publicationOf(exchange)
    if (publication === null) return
    acknowledge(publication, event.packet as Packet, event)
    if (publication.unwanted && publication.acceptance !== 'open' && !publication.settled) this.#settling.settleUnwanted(publication)
  }

  /** Who should get a copy. */
  #expect(publication: OpenPublication, matches: readonly Match[]): void {
    for (const match of matches) {
      const recipient = expectedRecipient(match, publication, this.#makeRecipient)
      if (recipient === null) {
        if (match.subscriber.connection === null) this.#stored.published(publication, match)
        else noteUnsubscribed(match, publication)
        if (match.subscriber === publication.publisher.subscriber) publication.noLocal = isNoLocal(match, publication)
        continue
      }
      const { maximumPacketSize } = recipient.subscriber.connection!.limits('client')
      recipient.oversized = maximumPacketSize !== null && publication.payloadLength > maximumPacketSize
      publication.waiting++
      publication.open++
      publication.subscribers++
      recipient.subscriber.outstanding++
      match.place = publication.recipients.length
      this.#window.addRecipient(publication, recipient)
    }
  }
}

/** The client is there, and has no subscription any more that matches. */
function noteUnsubscribed(match: Match, publication: OpenPublication): void {
  const { subscriber } = match
  const served = subscriber.connection?.served ?? null
  if (served === null || !subscriber.whole || subscriber.unusual || served.bridge || match.gone.length === 0) return
  const terms = match.termsFor(publication.firstSeenFrame, publication.time, 0)
  if (terms === null || terms.length > 0) return
  publication.unsubscribed ??= []
  publication.unsubscribed.push({ client: served.party, filters: match.gone })
}

function isNoLocal(match: Match, publication: OpenPublication): boolean {
  const { subscriber } = match
  if (!subscriber.whole || subscriber.unusual || publication.publisher.bridge) return false
  const terms = match.termsFor(publication.firstSeenFrame, publication.time, 0)
  return terms !== null && terms.length > 0 && terms.every(({ noLocal, shareName }) => noLocal && shareName === null)
}

/** UTF-8 bytes that one UTF-16 unit may take. */
const LONGEST_CHARACTER = 3
/** What a server may add to a message: Subscription Identifiers, a Packet Identifier, a Topic Alias. */
const COPY_MARGIN = 64

/** The one that the exchange is of, while it is remembered. */
function publicationOf({ message, number }: OpenExchange): OpenPublication | null {
  return message instanceof OpenPublication && message.exchange === number && !message.evicted ? message : null
}

function acknowledge(publication: OpenPublication, answer: Packet, event: PacketEvent): void {
  if (publication.acceptance !== 'open') return
  const { type } = answer
  const code = reasonCodeOf(answer)
  if (type !== 'PUBCOMP') publication.reasonCode = code
  if (code !== null && code >= FIRST_FAILURE) {
    // PUBCOMP says only that it knows of no such message.
    if (type !== 'PUBCOMP') publication.acceptance = 'refused'
  } else if (type !== 'PUBREC') {
    publication.acceptance = 'accepted'
    publication.acceptedTime = event.time
    // Before 5.0, a message that is not permitted is acknowledged as well (MQTT 3.1.1 §3.3.5).
    if (code !== null) publication.noteTaken(event)
  }
}

/** MQTT 5.0 §3.3.1.3: a retained message takes the place of the one before; an empty one takes it away. */
function keepRetained(topic: PublishedTopic, content: Content, publication: OpenPublication): void {
  topic.retained = publication.retained = new RetainedMessage(content, publication.facts, publication.publisher.subscriber)
  topic.server.retaining.delete(topic)
}
