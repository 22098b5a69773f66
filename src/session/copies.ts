/**
 * What each copy is of: for every PUBLISH that a server sends, the publication that it passes on.
 *
 * Copies are known again by server, topic and content, and told apart by the order in which they come (copy-matching.ts). One whose publication is not known yet
 * waits a while for it (parked-copies.ts); then it is one too many, or one of nothing that was published (strays.ts). What follows for the publication is not
 * decided here, but in settling.ts.
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Publish } from '../mqtt/packet.ts'
import type { CapturePosition } from './capture-position.ts'
import { CopyMatching } from './copy-matching.ts'
import type { DeliveryResult, Publication, RetainedState } from './delivery.ts'
import { beginUnexpected } from './expectation.ts'
import { isSame, type ContentReader } from './message-content.ts'
import type { JudgementTimes } from './missing-copies.ts'
import type { NetworkConnection } from './network-connection.ts'
import { OpenCopy, type PassingCopy } from './open-copy.ts'
import type { OpenExchange } from './open-exchange.ts'
import { isBrokenOff, type OpenPublication, type Recipient } from './open-publication.ts'
import { ParkedCopies } from './parked-copies.ts'
import { alterations, passedOnOf, type Alteration } from './passed-on.ts'
import type { PublicationWindow } from './publication-window.ts'
import type { RetainedAnswers } from './retained-answers.ts'
import type { SameContent } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { ServerState } from './server-state.ts'
import type { Certainty } from './side.ts'
import { almostMatching } from './spelling.ts'
import { isAlsoElsewhere, isExplainedOtherwise, noteStray, strayResult } from './strays.ts'
import type { Subscriber } from './subscriber.ts'
import type { Wills } from './wills.ts'

export interface CopyLimits extends JudgementTimes {
  /** Copies that wait for their publication. */
  readonly parkedCopies: number
  /** Nanoseconds by which frames of different connections may stand in the wrong order. */
  readonly disorder: number
}

export class Copies {
  readonly #emit: (result: DeliveryResult) => void
  readonly #limits: CopyLimits
  readonly #position: CapturePosition
  readonly #servers: Iterable<ServerState>
  readonly #window: PublicationWindow
  readonly #parked: ParkedCopies
  readonly #answers: RetainedAnswers
  readonly #wills: Wills
  readonly #content: ContentReader
  readonly #matching = new CopyMatching()

  constructor(
    emit: (result: DeliveryResult) => void, limits: CopyLimits, position: CapturePosition, servers: Iterable<ServerState>, window: PublicationWindow,
    answers: RetainedAnswers, wills: Wills, content: ContentReader,
  ) {
    this.#content = content
    this.#wills = wills
    this.#answers = answers
    this.#emit = emit
    this.#limits = limits
    this.#position = position
    this.#servers = servers
    this.#window = window
    this.#parked = new ParkedCopies(limits.parkedCopies)
  }

  /** A PUBLISH from a server; `exchange` is the one that it belongs to. */
  sent(event: PacketEvent, packet: Publish, served: ServedConnection, exchange: OpenExchange | null): void {
    // The same PUBLISH once more.
    if (exchange !== null && exchange.message !== null) return
    const { server, subscriber, connection } = served
    // The publishers may be where this client's packets are: not in the capture.
    if (!connection.sees('client')) server.blindTime = event.time
    const { payloadLength } = packet
    const copy = new OpenCopy(event, packet, served)
    if (exchange !== null) exchange.message = copy
    const name = event.resolvedTopicName ?? packet.topicName
    if (typeof name !== 'string' || name === '' || !this.#content.read(event, packet)) {
      const topic = name === undefined || name === '' ? null : name
      this.#emit({ kind: 'copy-without-publication', topic, payloadLength, copy, cause: 'topic-unknown', source: null, lookalike: null, certainty: 'unsure' })
      return
    }
    const topic = this.#window.topic(server, name)
    const match = this.#window.matchOf(topic, subscriber)
    if (match !== null) {
      copy.filters = match.filters
      copy.grantedQos = match.grantedQos
    }
    const passing: PassingCopy = {
      copy, served, subscriber, topic, match, same: topic.findOrAdd(this.#content), extent: this.#content.extent, properties: passedOnOf(packet.properties),
      due: this.#position.after(event.time, this.#limits.settling),
    }
    copy.unsubscribed = unsubscribed(event, passing)
    if (copy.unsubscribed === 'likely') copy.almost = almostMatching(subscriber, name)
    const publication = this.#place(passing)
    if (subscriber.answers !== null || copy.kind === 'retained' || match?.isAsked === true) this.#answers.sent(passing, publication)
    if (copy.unsubscribed === null) return
    this.#emit({ kind: 'copy-without-subscription', topic: name, payloadLength, copy, publication, certainty: copy.unsubscribed })
  }

  /** A PUBACK or PUBREC of a client that refuses the message of this exchange. */
  refused({ message }: OpenExchange, event: PacketEvent, { connection }: ServedConnection): void {
    if (message instanceof OpenCopy) message.refuse(event, connection)
  }

  /** A PUBCOMP of a client ends the delivery to it. */
  finished({ message }: OpenExchange): void {
    if (message instanceof OpenCopy) message.finished = true
  }

  /**
   * A publication that was seen after copies of it: what waited behind missing bytes comes after the copies that it caused. And frames of different connections
   * may be swapped in a capture, where a network card has several queues.
   */
  claim(publication: OpenPublication): void {
    for (const parked of [...(publication.content?.parked ?? NO_COPIES)]) {
      const { copy, subscriber } = parked
      const swapped = publication.firstSeenFrame > copy.frame
      if (swapped && !(publication.time - copy.time < this.#limits.disorder)) continue
      const recipient = publication.recipientOf(subscriber)
      if (recipient !== null && recipient.copies >= recipient.allowed) continue
      if (copy.retain && !(publication.retain && keepsFlag(parked))) {
        if (recipient !== null) recipient.doubtful = true
        continue
      }
      copy.kind = 'live'
      // It may be of somebody else all the same.
      if (swapped) noteStray(parked)
      this.#parked.remove(parked)
      this.#attach(publication, recipient, parked, subscriber.whole && publication.alone && !swapped ? 'certain' : 'likely')
    }
  }

  /** Copies that have waited for long enough by that time: all of them, where it is Infinity. */
  expire(time: number): void {
    if (!this.#parked.any) return
    for (let parked = this.#parked.due(time); parked !== null; parked = this.#parked.due(time)) this.#expire(parked)
  }

  /** Finds what the copy is of, else it waits; null where that is not known, or not yet. */
  #place(passing: PassingCopy): Publication | null {
    const { copy, same, topic, match } = passing
    const matching = this.#matching
    const found = matching.find(passing)
    if (copy.retain && this.#isRetained(passing, found)) return this.#retained(passing)
    if (!found && (topic.cut > 0 || passing.extent === 'none')) matching.findByLength(passing)
    if (matching.publication !== null) {
      if (same.empty) topic.forget(same)
      const { publication, recipient, certainty } = matching
      // With RETAIN set, it may be the answer to a SUBSCRIBE all the same, where the message retained then was the same.
      const wasThere = same.oldest !== same.newest || match?.askedBefore(publication.number) !== true
      const mayBeRetained = copy.retain && wasThere && match?.askedSince(copy.time - this.#limits.copyDeadline) !== false
      this.#attach(publication, recipient, passing, mayBeRetained && certainty === 'certain' ? 'likely' : certainty)
      return publication.facts
    }
    if (matching.full === null) noteStray(passing)
    else same.surplus = true
    return this.#park(passing)
  }

  #park(passing: PassingCopy): null {
    this.#parked.add(passing)
    const tooMany = this.#parked.due(-Infinity)
    if (tooMany !== null) this.#expire(tooMany)
    return null
  }

  /** Whether a copy with RETAIN set is a retained message (MQTT 5.0 §3.3.1.3), and not one that was just published. */
  #isRetained(passing: PassingCopy, found: boolean): boolean {
    const { match, copy } = passing
    const { publication, recipient } = this.#matching
    if (!found || publication!.settled || (recipient !== null && recipient.copies > 0)) return true
    const { number, retain } = publication!
    const isDue = recipient !== null && recipient.expected && recipient.undisturbed
    // From then on.
    if (retain && keepsFlag(passing)) return !isDue && (match === null || !match.subscriptions.some(({ asked }) => asked.number < number))
    // Where nothing was subscribed to lately it is a live one with the wrong flag.
    return !isDue || match === null || match.askedSince(copy.time - this.#limits.copyDeadline)
  }

  #retained(passing: PassingCopy): Publication | null {
    const { copy, subscriber, topic, same } = passing
    copy.kind = 'retained'
    copy.retained = retainedState(passing, this.#limits.settling)
    const publication = newestRetained(same)
    // Should the live copy of one of them not come, this may have been it.
    doubtOthers(same, subscriber)
    const known = topic.retained !== null && isSame(topic.retained, same) ? topic.retained.publication : null
    const facts = known ?? publication?.facts ?? null
    // From before the capture, or one that is seen late.
    if (facts === null) return this.#park(passing)
    const only = known !== null && same.oldest === same.newest
    if (same.empty) topic.forget(same)
    copy.certainty = only && subscriber.whole && passing.extent === 'whole' ? 'certain' : 'likely'
    copy.duration = durationOf(facts, copy)
    if (publication !== null) compare(copy, publication, passing)
    if (publication?.number === facts.number && !publication.settled) {
      this.#window.addCopy(publication, copy)
      if (publication.recipientOf(subscriber) === null) this.#addRecipient(publication, passing).doubtful = true
    } else this.#emit({ kind: 'late-copy', publication: facts, copy })
    return facts
  }

  /** The copy is one of the publication. */
  #attach(publication: OpenPublication, known: Recipient | null, passing: PassingCopy, found: Certainty): void {
    const { copy, served, subscriber } = passing
    const recipient = known ?? this.#addRecipient(publication, passing)
    // Long afterwards it may be of another one, that was not seen; what comes earlier is doubted when the publication is told (settling.ts).
    const certainty = found === 'certain' && publication.settled && mayBeRepeatedUnseen(publication, this.#limits.copyDeadline) ? 'likely' : found
    copy.certainty = certainty
    copy.duration = durationOf(publication, copy)
    compare(copy, publication, passing)
    copy.only = certainty === 'certain' && isTelling(publication, recipient, passing) && !isAlsoElsewhere(passing, this.#servers)
    if (copy.only && copy.qos > publication.qos) copy.raised = ++subscriber.raised
    if (recipient.grantedQos !== null) copy.grantedQos = recipient.grantedQos
    if ((!recipient.expected || recipient.client.stream !== copy.client.stream) && isStored(publication, served)) copy.kind = 'stored'
    this.#describe(publication, recipient, passing)
    publication.content!.moveCursor(subscriber, publication)
    // Whoever published an empty one with RETAIN has cleared the topic.
    if (copy.kind === 'live' && (copy.only || (certainty === 'certain' && publication.payloadLength === 0))) publication.noteTaken(copy)
    this.#count(publication, recipient, copy)
    if (!publication.settled) return
    // It may have been one of those that are not told of yet, or one that is not here yet.
    doubtOthers(publication.content!, subscriber)
    publication.content!.lateTime = copy.time
    this.#emit({ kind: 'late-copy', publication: publication.facts, copy })
  }

  /** What rules about copies want to know, when it is clear what the copy is of. */
  #describe(publication: OpenPublication, recipient: Recipient, { copy, served, subscriber, match }: PassingCopy): void {
    const { publisher, firstSeenFrame, time } = publication
    const { connection } = served
    copy.own = publisher.subscriber === subscriber
    copy.heldUp = isHeldUp(connection, time)
    if (!subscriber.whole || subscriber.connection !== connection || subscriber.unusual || served.bridge || match === null) return
    // What it has subscribed to lately may be among the missing bytes.
    if (connection.half('client').hasHole) return
    copy.subscriptions = match.termsFor(firstSeenFrame, time, this.#limits.settling)
    if (copy.subscriptions === null) return
    copy.removed = match.gone
    if (copy.sharedFilter !== null) {
      copy.refusedBefore = givenBefore(publication, copy, (other) => other.isKnownAsRefused)
      copy.brokenOffBefore = givenBefore(publication, copy, (other) => isBrokenOff(publication, other))
    }
    if (copy.subscriptions.length > 1) recipient.lacksIdentifiers = lacksIdentifiers(copy)
    if (recipient.copies === 0 && !copy.dup) findNeighbours(publication, subscriber, copy)
  }

  #count(publication: OpenPublication, recipient: Recipient, copy: OpenCopy): void {
    if (copy.qos > recipient.bestQos) recipient.bestQos = copy.qos
    if (recipient.copies++ === 0) {
      recipient.firstCopy = copy
      if (recipient.expected) {
        publication.waiting--
        if (!publication.settled && recipient.undisturbed) recipient.subscriber.outstanding--
      }
    }
    if (recipient.copies === recipient.allowed && --publication.open === 0 && !publication.settled) publication.content!.open--
    if (publication.settled) return
    publication.lastCopyTime = this.#position.now
    this.#window.addCopy(publication, copy)
  }

  #addRecipient(publication: OpenPublication, { served, match }: PassingCopy): Recipient {
    const recipient = this.#window.takeRecipient()
    beginUnexpected(recipient, served, match)
    if (publication.open++ === 0 && !publication.settled) publication.content!.open++
    this.#window.addRecipient(publication, recipient)
    return recipient
  }

  #expire(parked: PassingCopy): void {
    if (parked.copy.kind === 'retained') {
      this.#parked.remove(parked)
      this.#stray(parked)
      return
    }
    // What has come since may explain it now.
    const matching = this.#matching
    const found = matching.find(parked)
    this.#parked.remove(parked)
    if (found) this.#attach(matching.publication!, matching.recipient, parked, matching.certainty)
    else if (matching.full !== null && !isExplainedOtherwise(parked, this.#servers, this.#limits.copyDeadline)) this.#suspect(matching.full, parked)
    else {
      noteStray(parked)
      this.#stray(parked)
    }
  }

  #stray(parked: PassingCopy): void {
    this.#wills.found(parked)
    this.#emit(strayResult(parked, this.#servers, this.#limits.copyDeadline))
  }

  /** One more copy than the client's subscriptions explain. */
  #suspect(publication: OpenPublication, parked: PassingCopy): void {
    const { copy, subscriber } = parked
    const recipient = publication.recipientOf(subscriber)!
    if (publication.settled || this.#position.ended) copy.duplicate = recipient.firstCopy?.client.stream === copy.client.stream ? 'unsure' : null
    else {
      publication.suspects ??= []
      publication.suspects.push({ copy, recipient })
    }
    this.#attach(publication, recipient, parked, 'likely')
  }
}

const NO_COPIES: readonly PassingCopy[] = []

/** That no subscription explains the copy; null where one does, or where that cannot be told. */
function unsubscribed(event: PacketEvent, { copy, served, subscriber, topic, match }: PassingCopy): Certainty | null {
  const { connection } = served
  if (match !== null || topic.matches === null || !subscriber.whole || subscriber.connection !== connection) return null
  // Whoever gets messages without a subscription at all has some that the server made.
  const doubtful = copy.dup || !subscriber.asked || subscriber.denied || subscriber.goneForgotten || subscriber.unusual || served.bridge || topic.name.startsWith('$')
  return !doubtful && connection.whole(event, 'client') ? 'likely' : 'unsure'
}

/** Its publisher may have sent something since that the capture lacks, or others may, of whom it shows one side only. */
function mayBeRepeatedUnseen({ publisher, topic, time }: OpenPublication, copyDeadline: number): boolean {
  return publisher.mayHaveSentUnseen(time - copyDeadline) || !(topic.server.blindTime < time - copyDeadline)
}

/** Its connection began after the message was published. */
function isStored({ number }: OpenPublication, { connection }: ServedConnection): boolean {
  return connection.connack !== null && connection.connack.number > number
}

function compare(copy: OpenCopy, { properties }: OpenPublication, passing: PassingCopy): void {
  if (passing.served.connection.mqtt.version !== '5.0') return
  const altered: readonly Alteration[] = alterations(properties, passing.properties)
  copy.altered = altered
  copy.unaltered = altered.length === 0
  if (altered.length > 0 && copy.certainty === 'certain') copy.certainty = 'likely'
}

/** A bridge gets live messages with RETAIN as published, and so does whoever asked for that (MQTT 5.0 §3.8.3.1). */
function keepsFlag({ served, match }: PassingCopy): boolean {
  return served.bridge || !served.subscriber.whole || match === null || match.subscriptions.some(({ options }) => options.retainAsPublished)
}

/** Of the copies that other members of a group got for the same shared subscription, the first that is such. */
function givenBefore({ copies }: OpenPublication, copy: OpenCopy, isSuch: (other: OpenCopy) => boolean): OpenCopy | null {
  if (copy.dup) return null
  return copies.find((other) => other.only && other.client.stream !== copy.client.stream && other.sharedFilter === copy.sharedFilter && isSuch(other)) ?? null
}

/** What the subscriber gets of these publications is no evidence any more. */
function doubtOthers(same: SameContent, subscriber: Subscriber): void {
  for (let publication = same.newest; publication !== null && !publication.settled; publication = publication.previousSame) {
    const recipient = publication.recipientOf(subscriber)
    if (recipient !== null) recipient.doubtful = true
  }
}

function durationOf(publication: Pick<Publication, 'time' | 'frame'>, copy: OpenCopy): number | null {
  const duration = copy.time - publication.time
  return Number.isNaN(duration) || publication.frame > copy.frame ? null : duration
}

/** Shorter payloads, such as numbers, `online` and `offline`, are sent by many. */
const TELLING = 8
/** The same where a copy more would not be noticed, since the client has several subscriptions that match. */
const TELLING_WITH_OTHERS = 16

/** The content is hardly that of somebody else's message. */
function isTelling({ payloadLength, properties }: OpenPublication, { allowed }: Recipient, { properties: sent }: PassingCopy): boolean {
  if (payloadLength >= (allowed > 1 ? TELLING_WITH_OTHERS : TELLING)) return true
  const { correlationData, userProperties } = properties
  return (correlationData !== 0 && correlationData === sent.correlationData) || (userProperties !== 0 && userProperties === sent.userProperties)
}

function newestRetained(same: SameContent): OpenPublication | null {
  for (let one = same.newest; one !== null; one = one.previousSame) if (one.retain) return one
  return null
}

/** Whether it is what its topic retains by now, as far as that can be told. */
function retainedState({ copy, served, subscriber, topic, match, same }: PassingCopy, settling: number): RetainedState | null {
  const latest = topic.retained
  if (served.bridge || !subscriber.whole || subscriber.unusual || match === null || copy.dup) return null
  if (same.length === 0) {
    const live = match.subscriptions.some(({ options }) => options.retainAsPublished)
    return live ? null : { state: 'empty', newest: latest?.publication ?? null, source: null, passedOver: false }
  }
  if (latest !== null && isSame(latest, same)) return { state: 'latest', newest: latest.publication, source: null, passedOver: latest.passedOver }
  // Somebody else may have published it, or a will it is.
  const { server } = topic
  if (same.length < TELLING || server.wills.has(topic.name) || topic.strayTime > -Infinity || same.surplus || same.newest === null) return null
  const source = newestRetained(same) ?? same.newest
  const newer = latest ?? null
  const known = newer?.taken ?? null
  if (newer !== null && source.retain && (known === null || source.number > newer.publication.number)) return null
  const since = source.retain ? known! : source
  if ((source.retain && newer === null) || !(server.blindTime < source.time) || source.extent !== 'whole') return null
  const isAsked = match.subscriptions.every(({ shareName, asked }) => shareName === null && asked.number > since.number && asked.time - since.time >= settling)
  if (!isAsked) return null
  const state = !source.retain ? 'not-retained' : newer!.length === 0 ? 'cleared' : 'outdated'
  return { state, newest: newer?.publication ?? null, source: source.facts, passedOver: false }
}

/** One copy for several subscriptions carries the identifiers of all of them (MQTT 5.0 §3.3.4); one without any is another matter. */
function lacksIdentifiers({ subscriptions, subscriptionIdentifiers }: OpenCopy): boolean {
  return subscriptionIdentifiers.length > 0 && subscriptions!.some(({ identifier, shareName }) => shareName === null && identifier !== null && !subscriptionIdentifiers.includes(identifier))
}

/** TCP sent bytes of the server again since then, or the client took none. */
function isHeldUp(connection: NetworkConnection, since: number): boolean {
  if (connection.half('client').windowClosed) return true
  return connection.troubles?.some(({ kind, by, until }) => until >= since && by === (kind === 'window' ? 'client' : 'server')) === true
}

/** Publications of a topic that are looked at to find the one before, or behind, of the same publisher and QoS. */
const MOST_NEIGHBOURS = 64

/**
 * MQTT 5.0 §4.6: what one connection publishes with one topic and one QoS is sent on in that order, as far as it is sent with one QoS and for subscriptions that
 * are not shared. A server may take QoS 2 in the order of PUBREL.
 */
function findNeighbours(publication: OpenPublication, subscriber: Subscriber, copy: OpenCopy): void {
  if (copy.certainty === 'unsure' || copy.kind !== 'live' || copy.subscriptions!.length !== 1 || copy.subscriptions![0]!.shareName !== null) return
  if (publication.resent > 0 || publication.sentBefore) return
  let other = publication.nextOfTopic
  for (let looked = 0; other !== null && looked < MOST_NEIGHBOURS; looked++, other = other.nextOfTopic) {
    if (other.publisher !== publication.publisher || other.qos !== publication.qos) continue
    const first = copyBefore(other, subscriber, copy)
    if (first !== null && isAcceptedBefore(publication, other)) copy.overtakenBy = other.facts
    break
  }
  other = publication.previousOfTopic
  for (let looked = 0; other !== null && looked < MOST_NEIGHBOURS; looked++, other = other.previousOfTopic) {
    if (other.publisher !== publication.publisher || other.qos !== publication.qos) continue
    if (copyBefore(other, subscriber, copy) !== null) copy.predecessor = other.facts
    return
  }
}

function copyBefore(publication: OpenPublication, subscriber: Subscriber, { client, qos, number }: OpenCopy): OpenCopy | null {
  if (publication.resent > 0 || publication.sentBefore) return null
  const first = publication.recipientOf(subscriber)?.firstCopy ?? null
  return first !== null && first.only && first.client.stream === client.stream && first.qos === qos && !first.dup && first.number < number ? first : null
}

function isAcceptedBefore(earlier: OpenPublication, later: OpenPublication): boolean {
  return earlier.qos < 2 || earlier.acceptedTime < later.acceptedTime || (earlier.acceptedTime > 0 && Number.isNaN(later.acceptedTime))
}
