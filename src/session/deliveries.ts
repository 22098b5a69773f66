/**
 * Packets in, deliveries out: finds for each PUBLISH that a server receives the copies that it sends on, and what of it did not come to whom.
 *
 * Copies are known again by server, topic and content, and told apart by the order in which they come (copy-matching.ts). A publication is reported once: soon
 * after all its copies have come, or when it is clear what can be said of those that have not (missing-copies.ts). It is remembered for a while after that, as
 * far as there is room, for copies that come late.
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { propertyValue, type Packet, type Properties, type Publish } from '../mqtt/packet.ts'
import type { ClientSession } from './client-session.ts'
import type { SessionFollower } from './client-sessions.ts'
import { CopyMatching } from './copy-matching.ts'
import type { CopyWithoutPublication, DeliveryResult, MissingCopy, NotJudged, Publication, StrayCause } from './delivery.ts'
import { DueQueue } from './due-queue.ts'
import { beginUnexpected, expectedRecipient } from './expectation.ts'
import { ContentReader, isSame, passedOnHash, type Content } from './message-content.ts'
import { duplicateVerdict, verdictOn, type JudgementTimes, type Verdict } from './missing-copies.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { OpenCopy, OpenPublication, type Recipient } from './open-publication.ts'
import { ParkedCopies, type ParkedCopy } from './parked-copies.ts'
import { PublicationWindow, type PublicationWindowLimits } from './publication-window.ts'
import type { Match, PublishedTopic, SameContent } from './published-topic.ts'
import { FIRST_FAILURE, reasonCodeOf } from './reason-code.ts'
import type { ServedConnection } from './served-connection.ts'
import type { ServerState } from './server-state.ts'
import type { Certainty, Side } from './side.ts'
import type { Subscriber } from './subscriber.ts'
import { Subscriptions, type SubscriptionLimits } from './subscriptions.ts'

export interface DeliveryLimits extends SubscriptionLimits, PublicationWindowLimits, JudgementTimes {
  /** Copies that wait for their publication. */
  readonly parkedCopies: number
  readonly wills: number
  /** Nanoseconds by which frames of different connections may stand in the wrong order. */
  readonly disorder: number
  /** Steps of the clock, in nanoseconds, that are no mere disorder. */
  readonly clockForward: number
  readonly clockBackward: number
}

const PUBLISH = 3
const PUBACK = 4
const PUBCOMP = 7
const SUBSCRIBE = 8
const UNSUBACK = 11
const DISCONNECT = 14

/** What an exchange carries of a copy, so that the same PUBLISH is known when it is sent again. */
const A_COPY = 'copy'

export class Deliveries implements SessionFollower {
  readonly subscriptions: Subscriptions
  readonly #emit: (result: DeliveryResult) => void
  readonly #limits: DeliveryLimits
  readonly #window: PublicationWindow
  readonly #parked: ParkedCopies
  readonly #makeRecipient: () => Recipient
  readonly #content = new ContentReader()
  readonly #matching = new CopyMatching()
  /** Publications to be looked at soon after they came, and those that wait for what has not come. */
  readonly #soon = new DueQueue()
  readonly #later = new DueQueue()
  /** Capture time so far, as far as it went forward; the newest frame, and the last packet. */
  #now = -Infinity
  #frame = 0
  #number = 0
  /** The capture has ended: of connections nothing is known any more. */
  #finished = false
  #wills = 0
  #leftOut = 0

  constructor(emit: (result: DeliveryResult) => void, limits: DeliveryLimits) {
    this.#emit = emit
    this.#limits = limits
    this.subscriptions = new Subscriptions(limits)
    this.#window = new PublicationWindow(this.subscriptions.servers, (publication) => this.#tellEarly(publication), limits)
    this.#makeRecipient = () => this.#window.takeRecipient()
    this.#parked = new ParkedCopies(limits.parkedCopies)
  }

  /** Publications whose subscribers were not looked up, or that were told of before all was seen, because there was too much at once. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** A packet that `connection` and its Session know of already; `exchange` is the one that it belongs to. */
  packet(event: PacketEvent, type: number, side: Side, connection: NetworkConnection, exchange: OpenExchange | null): void {
    this.#tick(event)
    this.#number = event.number
    const served = connection.served ?? this.subscriptions.meet(connection)
    if (served === null) return
    if (served.subscriber.session === null) served.server.anonymousTime = event.time
    const { packet } = event
    if (type === PUBLISH) {
      if (packet.type !== 'PUBLISH') return
      if (side === 'client') this.#publication(event, packet, served, exchange)
      else this.#copy(event, packet, served, exchange)
    } else if (type >= PUBACK && type <= PUBCOMP) {
      if (side === 'server' && exchange !== null) this.#acknowledged(exchange, event)
    } else if (type >= SUBSCRIBE && type <= UNSUBACK) this.subscriptions.packet(served, event, side)
    else if (type === DISCONNECT) this.subscriptions.closing(served)
    else if (packet.type === 'CONNECT' && packet.bridge) served.bridge = true
  }

  /** Bytes of either side are not known: they are missing from the capture, or could not be read. */
  gap({ served }: NetworkConnection, time: number): void {
    if (served === null) return
    this.subscriptions.gap(served, this.#number, time)
    served.server.blindTime = time
  }

  /** FIN or RST. */
  closing({ served }: NetworkConnection): void {
    if (served !== null) this.subscriptions.closing(served)
  }

  closed({ served, disconnect }: NetworkConnection): void {
    if (served === null) return
    this.subscriptions.closed(served)
    // MQTT 5.0 §3.14.4: only a DISCONNECT of the client, and with this Reason Code, cancels it.
    if (served.will !== null) served.will.fired = disconnect?.by !== 'client' || disconnect.reasonCode !== 0
  }

  /** The capture ends. What still waits behind missing bytes is yet to come, but nothing happens any more: it is judged now, and told at the end. */
  finish(): void {
    this.#expireParked(Infinity)
    for (const publication of this.#window.open()) {
      publication.verdicts = this.#verdicts(publication, true)
      for (const { copy, recipient } of publication.suspects ?? []) this.#judgeDuplicate(publication, recipient, copy)
    }
    this.#finished = true
    this.subscriptions.finish()
  }

  /** All has been read. */
  end(): void {
    this.#expireParked(Infinity)
    for (const publication of this.#window.open()) this.#settle(publication, this.#verdicts(publication, true))
  }

  // --- SessionFollower ---

  began(session: ClientSession, connection: NetworkConnection, anew: boolean): void {
    this.subscriptions.began(session, connection, anew)
    const { served, connect } = connection
    if (served === null || connect === null || connect.will === null) return
    const { topic, payload, payloadLength } = connect.will
    if (typeof topic !== 'string') return
    if (this.#wills >= this.#limits.wills) {
      for (const { wills } of this.subscriptions.servers) wills.clear()
      this.#wills = 0
    }
    this.#wills++
    this.#content.readBytes(payload ?? NO_BYTES, payloadLength)
    const { first, second, length } = this.#content
    served.will = { first, second, length, fired: false }
    const { wills } = served.server
    const known = wills.get(topic)
    if (known === undefined) wills.set(topic, [served.will])
    else known.push(served.will)
  }

  ended(session: ClientSession): void {
    this.subscriptions.ended(session)
  }

  // --- publications ---

  #publication(event: PacketEvent, packet: Publish, served: ServedConnection, exchange: OpenExchange | null): void {
    if (exchange !== null && exchange.message !== null) {
      const known = publicationOf(exchange)
      if (known !== null) known.resent++
      return
    }
    const name = event.resolvedTopicName ?? packet.topicName
    // A name that is no text, or stands behind an alias that was not seen: nobody can say who subscribes to it.
    if (typeof name !== 'string' || name === '' || !this.#content.read(event, packet)) return
    const topic = this.#window.topic(served.server, name)
    const matches = this.#window.matches(topic)
    const publication = this.#window.take()
    publication.begin(event, packet, served, topic, this.#content.extent)
    if (exchange !== null) {
      exchange.message = publication
      publication.exchange = exchange.number
    } else if (packet.qos > 0) publication.acceptance = 'unacknowledged'
    if (packet.retain) keepRetained(topic, this.#content, publication.facts)
    // It waited behind missing bytes while its answer went by.
    if (exchange !== null && exchange.answer !== null) acknowledge(publication, exchange.answer, event.time)
    this.#window.add(publication)
    if (matches !== null && matches.length === 0 && !packet.retain && !served.server.doubtful && this.subscriptions.serverCount === 1) {
      // Nobody can want it: all is known of everybody, and there is no other address.
      publication.unwanted = true
      if (publication.acceptance !== 'open') this.#tellUnwanted(publication)
      return
    }
    const { properties } = packet
    publication.properties = passedOnHash(properties)
    publication.expiry = numberOf(properties, 'messageExpiryInterval')
    publication.copyLength = event.length + LONGEST_CHARACTER * name.length + COPY_MARGIN
    const same = this.#window.index(publication, this.#content)
    if (matches === null) this.#leftOut++
    // What a server does with a defective one is its own business.
    else if (event.problems.length === 0 || !event.problems.some(({ severity }) => severity === 'error')) this.#expect(publication, matches)
    publication.alone = same.open === 0 && !(publication.time - same.lateTime < this.#limits.disorder)
    if (publication.open > 0) same.open++
    if (same.parked !== null) this.#claimParked(publication, same)
  }

  #tellUnwanted(publication: OpenPublication): void {
    this.#settle(publication, NO_VERDICTS)
    this.#window.forget(publication)
  }

  #acknowledged(exchange: OpenExchange, event: PacketEvent): void {
    const publication = publicationOf(exchange)
    if (publication === null) return
    acknowledge(publication, event.packet as Packet, event.time)
    if (publication.unwanted && publication.acceptance !== 'open' && !publication.settled) this.#tellUnwanted(publication)
  }

  /** Who should get a copy. */
  #expect(publication: OpenPublication, matches: readonly Match[]): void {
    for (const match of matches) {
      const recipient = expectedRecipient(match, publication, this.#makeRecipient)
      if (recipient === null) continue
      publication.waiting++
      publication.open++
      publication.subscribers++
      recipient.subscriber.outstanding++
      match.place = publication.recipients.length
      this.#window.addRecipient(publication, recipient)
    }
  }

  // --- copies ---

  #copy(event: PacketEvent, packet: Publish, served: ServedConnection, exchange: OpenExchange | null): void {
    if (exchange !== null) {
      // The same PUBLISH once more.
      if (exchange.message !== null) return
      exchange.message = A_COPY
    }
    const { server, subscriber, connection } = served
    // The publishers may be where this client's packets are: not in the capture.
    if (!connection.sees('client')) server.blindTime = event.time
    const { qos, dup, retain, payloadLength, properties } = packet
    const copy = new OpenCopy(event.number, event.frame, event.time, served.party, qos, dup, retain, subscriptionIdentifiers(properties))
    const name = event.resolvedTopicName ?? packet.topicName
    if (typeof name !== 'string' || name === '' || !this.#content.read(event, packet)) {
      this.#stray(copy, name === undefined || name === '' ? null : name, payloadLength, 'topic-unknown', null, 'unsure')
      return
    }
    const topic = this.#window.topic(server, name)
    const match = this.#window.matchOf(topic, subscriber)
    if (match !== null) {
      copy.filters = match.filters
      copy.grantedQos = match.grantedQos
    }
    copy.unsubscribed = unsubscribed(event, topic, served, match, copy)
    const found = this.#place({
      copy, served, subscriber, match, topic, same: topic.findOrAdd(this.#content), payloadLength, properties: passedOnHash(properties),
      due: this.#after(event.time, this.#limits.settling),
    })
    if (copy.unsubscribed === null) return
    this.#emit({ kind: 'copy-without-subscription', topic: name, payloadLength, copy, publication: found, certainty: copy.unsubscribed })
  }

  /** Finds what the copy, whose content was just read, is of; else it waits. */
  #place(parked: ParkedCopy): Publication | null {
    const { copy, same, subscriber, topic } = parked
    const matching = this.#matching
    const found = matching.find(same, subscriber, parked.match, copy)
    if (copy.retain && this.#isRetained(parked, found)) return this.#retained(parked)
    if (!found && (topic.cut > 0 || this.#content.extent === 'none')) matching.findByLength(topic, subscriber, this.#content, copy.frame)
    if (matching.publication !== null) {
      if (same.empty) topic.forget(same)
      const { publication, recipient, certainty } = matching
      // With RETAIN set, it may be the answer to a SUBSCRIBE all the same, where the message retained then was the same.
      const wasThere = same.oldest !== same.newest || parked.match?.askedBefore(publication.number) !== true
      const mayBeRetained = copy.retain && wasThere && parked.match?.askedSince(copy.time - this.#limits.copyDeadline) !== false
      this.#attach(publication, recipient, parked, mayBeRetained && certainty === 'certain' ? 'likely' : certainty)
      return publication.facts
    }
    if (matching.full === null) noteStray(parked)
    return this.#park(parked)
  }

  #park(parked: ParkedCopy): null {
    this.#parked.add(parked)
    const tooMany = this.#parked.due(-Infinity)
    if (tooMany !== null) this.#expire(tooMany)
    return null
  }

  /** Whether a copy with RETAIN set is a retained message (MQTT 5.0 §3.3.1.3), and not one that was just published. */
  #isRetained(parked: ParkedCopy, found: boolean): boolean {
    const { match, copy } = parked
    const { publication, recipient } = this.#matching
    if (!found || publication!.settled || (recipient !== null && recipient.copies > 0)) return true
    const { number, retain } = publication!
    const isDue = recipient !== null && recipient.expected && recipient.undisturbed
    // From then on.
    if (retain && keepsFlag(parked)) return !isDue && (match === null || !match.subscriptions.some(({ asked }) => asked.number < number))
    // Where nothing was subscribed to lately it is a live one with the wrong flag.
    return !isDue || match === null || match.askedSince(copy.time - this.#limits.copyDeadline)
  }

  #retained(parked: ParkedCopy): Publication | null {
    const { copy, served, subscriber, topic, same, match } = parked
    copy.kind = 'retained'
    let publication: OpenPublication | null = null
    for (let one = same.newest; one !== null && publication === null; one = one.previousSame) if (one.retain) publication = one
    // Should the live copy of one of them not come, this may have been it.
    doubtOthers(same, subscriber)
    const known = topic.retained !== null && isSame(topic.retained, this.#content) ? topic.retained.publication : null
    const facts = known ?? publication?.facts ?? null
    // From before the capture, or one that is seen late.
    if (facts === null) return this.#park(parked)
    const only = known !== null && same.oldest === same.newest
    if (same.empty) topic.forget(same)
    copy.certainty = only && subscriber.whole && this.#content.extent === 'whole' ? 'certain' : 'likely'
    copy.duration = durationOf(facts, copy)
    if (publication !== null) copy.unaltered = unaltered(publication, served, parked.properties)
    if (publication?.number === facts.number && !publication.settled) {
      this.#window.addCopy(publication, copy)
      if (publication.recipientOf(subscriber) === null) this.#addRecipient(publication, served, match).doubtful = true
    } else this.#emit({ kind: 'late-copy', publication: facts, copy })
    return facts
  }

  /** The copy is one of the publication. */
  #attach(publication: OpenPublication, known: Recipient | null, parked: ParkedCopy, certainty: Certainty): void {
    const { copy, served, subscriber, match } = parked
    const recipient = known ?? this.#addRecipient(publication, served, match)
    copy.certainty = certainty
    copy.duration = durationOf(publication, copy)
    copy.unaltered = unaltered(publication, served, parked.properties)
    if (copy.unaltered === false) lessThanCertain(copy)
    if (recipient.grantedQos !== null) copy.grantedQos = recipient.grantedQos
    if ((!recipient.expected || recipient.client.stream !== copy.client.stream) && isStored(publication, served)) copy.kind = 'stored'
    publication.content!.moveCursor(subscriber, publication)
    this.#count(publication, recipient, copy)
    if (!publication.settled) return
    // It may have been one of those that are not told of yet, or one that is not here yet.
    doubtOthers(publication.content!, subscriber)
    publication.content!.lateTime = copy.time
    this.#emit({ kind: 'late-copy', publication: publication.facts, copy })
  }

  #count(publication: OpenPublication, recipient: Recipient, copy: OpenCopy): void {
    if (recipient.copies++ === 0) {
      recipient.firstCopy = copy
      if (recipient.expected) {
        publication.waiting--
        if (!publication.settled && recipient.undisturbed) recipient.subscriber.outstanding--
      }
    }
    if (recipient.copies === recipient.allowed && --publication.open === 0 && !publication.settled) publication.content!.open--
    if (publication.settled) return
    publication.lastCopyTime = this.#now
    this.#window.addCopy(publication, copy)
  }

  #addRecipient(publication: OpenPublication, served: ServedConnection, match: Match | null): Recipient {
    const recipient = this.#makeRecipient()
    beginUnexpected(recipient, served, match)
    if (publication.open++ === 0 && !publication.settled) publication.content!.open++
    this.#window.addRecipient(publication, recipient)
    return recipient
  }

  // --- copies that wait for their publication ---

  /**
   * The publication was seen late: what waited behind missing bytes comes after the copies that it caused. And frames of different connections may be swapped in a
   * capture, where a network card has several queues.
   */
  #claimParked(publication: OpenPublication, same: SameContent): void {
    for (const parked of [...same.parked!]) {
      const swapped = publication.firstSeenFrame > parked.copy.frame
      if (swapped && !(publication.time - parked.copy.time < this.#limits.disorder)) continue
      const recipient = publication.recipientOf(parked.subscriber)
      if (recipient !== null && recipient.copies >= recipient.allowed) continue
      if (parked.copy.retain && !(publication.retain && keepsFlag(parked))) {
        if (recipient !== null) recipient.doubtful = true
        continue
      }
      parked.copy.kind = 'live'
      // It may be of somebody else all the same.
      if (swapped) noteStray(parked)
      this.#parked.remove(parked)
      this.#attach(publication, recipient, parked, parked.subscriber.whole && publication.alone && !swapped ? 'certain' : 'likely')
    }
  }

  #expireParked(now: number): void {
    for (let parked = this.#parked.due(now); parked !== null; parked = this.#parked.due(now)) this.#expire(parked)
  }

  #expire(parked: ParkedCopy): void {
    const { copy, same, subscriber, topic, served, payloadLength } = parked
    if (copy.kind === 'retained') {
      this.#parked.remove(parked)
      this.#stray(copy, topic.name, payloadLength, 'retained', null, this.#strayCertainty(served.server, copy))
      return
    }
    // What has come since may explain it now.
    const matching = this.#matching
    const found = matching.find(same, subscriber, parked.match, copy)
    this.#parked.remove(parked)
    if (found) this.#attach(matching.publication!, matching.recipient, parked, matching.certainty)
    else if (matching.full !== null) this.#suspect(matching.full, parked)
    else {
      noteStray(parked)
      const { cause, source } = this.#causeOf(copy, topic, same)
      this.#stray(copy, topic.name, payloadLength, cause, source, this.#strayCertainty(served.server, copy))
    }
  }

  /** One more copy than the client's subscriptions explain. */
  #suspect(publication: OpenPublication, parked: ParkedCopy): void {
    const { copy, subscriber } = parked
    const recipient = publication.recipientOf(subscriber)!
    if (publication.settled || this.#finished) copy.duplicate = recipient.firstCopy?.client.stream === copy.client.stream ? 'unsure' : null
    else {
      publication.suspects ??= []
      publication.suspects.push({ copy, recipient })
    }
    this.#attach(publication, recipient, parked, 'likely')
  }

  #causeOf(copy: OpenCopy, topic: PublishedTopic, content: Content): { readonly cause: StrayCause; readonly source: Publication | null } {
    const { server, name } = topic
    if (copy.retain) return { cause: 'retained', source: null }
    if (name.startsWith('$')) return { cause: 'server', source: null }
    if (server.wills.get(name)?.some((will) => will.fired && isSame(will, content)) === true) return { cause: 'will', source: null }
    const source = this.#elsewhere(topic, content)
    return { cause: source === null ? 'unknown' : 'other-address', source }
  }

  /** A publication with this topic and content at another address. */
  #elsewhere(topic: PublishedTopic, content: Content): Publication | null {
    let looked = 0
    for (const server of this.subscriptions.servers) {
      if (looked++ === MOST_ADDRESSES) break
      const source = server === topic.server ? undefined : server.topics.get(topic.name)?.find(content)?.newest?.facts
      if (source !== undefined) return source
    }
    return null
  }

  #stray(copy: OpenCopy, topic: CopyWithoutPublication['topic'], payloadLength: number, cause: StrayCause, source: Publication | null, certainty: Certainty): void {
    this.#emit({ kind: 'copy-without-publication', topic, payloadLength, copy, cause, source, certainty })
  }

  #strayCertainty({ blindTime }: ServerState, { time }: OpenCopy): Certainty {
    return blindTime < time - this.#limits.copyDeadline ? 'likely' : 'unsure'
  }

  // --- settling ---

  #verdicts(publication: OpenPublication, final: boolean): Verdict[] {
    return publication.recipients.map((recipient, index) => {
      if (!recipient.expected || recipient.copies > 0) return 'none'
      if (this.#finished) return publication.verdicts?.[index] ?? 'too-short'
      return verdictOn(publication, recipient, this.#now, final, this.#limits)
    })
  }

  /** Looks at those whose time has come. */
  #settleDue(): void {
    const { settling, copyDeadline, proofDeadline } = this.#limits
    const now = this.#now
    for (;;) {
      const publication = this.#window.takeFresh(now - settling) ?? this.#soon.take(now)
      if (publication === null) break
      if (publication.settled || publication.evicted) continue
      const complete = publication.waiting === 0 && publication.suspects === null
      const lately = now - publication.lastCopyTime < settling || (publication.content !== null && publication.content.parked !== null)
      if (lately || (complete && this.#waitsForAcknowledgement(publication))) this.#soon.add(publication, now + settling)
      else if (publication.unwanted) this.#tellUnwanted(publication)
      else if (complete) this.#settle(publication, NO_VERDICTS)
      else if (!this.#settleIfClear(publication)) this.#later.add(publication, now + copyDeadline)
    }
    for (let publication = this.#later.take(now); publication !== null; publication = this.#later.take(now)) {
      if (publication.settled || publication.evicted || this.#settleIfClear(publication)) continue
      if (now - publication.time < proofDeadline) this.#later.add(publication, now + copyDeadline)
      else this.#settle(publication, this.#verdicts(publication, true))
    }
  }

  #waitsForAcknowledgement({ acceptance, time }: OpenPublication): boolean {
    return acceptance === 'open' && this.#now - time < this.#limits.copyDeadline
  }

  #settleIfClear(publication: OpenPublication): boolean {
    const { suspects } = publication
    const verdicts = this.#verdicts(publication, false)
    if (verdicts.includes('wait') || this.#waitsForAcknowledgement(publication)) return false
    if (suspects?.some(({ copy, recipient }) => duplicateVerdict(publication, recipient, copy, this.#now, false, this.#limits) === 'wait') === true) return false
    this.#settle(publication, verdicts)
    return true
  }

  /** Tells what became of the publication; `verdicts` of its recipients, none where all have their copies. */
  #settle(publication: OpenPublication, verdicts: readonly Verdict[]): void {
    const { facts, acceptance, reasonCode, subscribers, recipients } = publication
    const copies = publication.copies.length > 1 ? publication.copies.toSorted(byNumber) : publication.copies
    const missing: MissingCopy[] = []
    const notJudged: NotJudged[] = []
    verdicts.forEach((verdict, index) => {
      if (verdict === 'none') return
      const { subscriber, client, match, grantedQos, undisturbed } = recipients[index]!
      if (undisturbed) subscriber.outstanding--
      const about = { client, filter: filterOf(match!) }
      if (typeof verdict !== 'string') missing.push({ ...about, session: subscriber.session, qos: Math.min(facts.qos, grantedQos ?? 0), ...verdict })
      else notJudged.push({ ...about, reason: verdict === 'wait' ? 'too-short' : verdict })
    })
    for (const { copy, recipient } of publication.suspects ?? []) {
      if (!this.#finished) this.#judgeDuplicate(publication, recipient, copy)
      // Which of them is the one, or whether another one is of a message that was not seen, nobody can say.
      for (const one of copies) if (one.client.stream === copy.client.stream) lessThanCertain(one)
    }
    // Somebody else may have published the same while it was not seen what others sent.
    if (!(publication.topic.server.blindTime < facts.time - this.#limits.copyDeadline)) for (const copy of copies) doubtBlind(copy)
    publication.settled = true
    this.#window.told(publication)
    if (publication.open > 0) publication.content!.open--
    this.#emit({ kind: 'publication', publication: facts, acceptance, reasonCode, subscribers, copies, missing, notJudged })
  }

  #judgeDuplicate(publication: OpenPublication, recipient: Recipient, copy: OpenCopy): void {
    const verdict = duplicateVerdict(publication, recipient, copy, this.#now, true, this.#limits)
    copy.duplicate = verdict === 'wait' ? 'unsure' : verdict
  }

  /** There is no room for it any more. */
  #tellEarly(publication: OpenPublication): void {
    const verdicts = this.#verdicts(publication, true).map((verdict) => (verdict === 'too-short' ? 'limit' : verdict))
    if (verdicts.includes('limit')) this.#leftOut++
    this.#settle(publication, verdicts)
  }

  // --- time ---

  #tick({ time, frame }: PacketEvent): void {
    // What waited behind missing bytes comes with its own time, which has passed.
    if (frame < this.#frame || Number.isNaN(time)) return
    this.#frame = frame
    const { clockForward, clockBackward } = this.#limits
    const elapsed = time - this.#now
    if (elapsed > clockForward && this.#now !== -Infinity) this.#clockStepped()
    if (elapsed < -clockBackward) {
      this.#clockStepped()
      this.#now = time
    }
    if (time > this.#now) this.#now = time
    if (this.#parked.any) this.#expireParked(this.#now)
    if (!(this.#window.freshTime > this.#now - this.#limits.settling) || this.#soon.due <= this.#now || this.#later.due <= this.#now) this.#settleDue()
  }

  /** Times before and after say nothing about each other: all that is open is told as far as it goes. */
  #clockStepped(): void {
    this.#expireParked(Infinity)
    for (const publication of this.#window.open()) {
      this.#settle(publication, this.#verdicts(publication, true).map((verdict) => (verdict === 'too-short' ? 'clock' : verdict)))
    }
    this.#soon.clear()
    this.#later.clear()
  }

  #after(time: number, wait: number): number {
    return (time > this.#now ? time : this.#now) + wait
  }
}

const NO_BYTES = new Uint8Array(0)
const NO_IDENTIFIERS: readonly number[] = []
const NO_VERDICTS: readonly Verdict[] = []

/** UTF-8 bytes that one UTF-16 unit may take. */
const LONGEST_CHARACTER = 3
/** What a server may add to a message: Subscription Identifiers, a Packet Identifier, a Topic Alias. */
const COPY_MARGIN = 64
/** Other addresses at which the content of a copy without publication is looked for. */
const MOST_ADDRESSES = 16

/** The one that the exchange is of, while it is remembered. */
function publicationOf({ message, number }: OpenExchange): OpenPublication | null {
  return message instanceof OpenPublication && message.exchange === number && !message.evicted ? message : null
}

function byNumber(a: OpenCopy, b: OpenCopy): number {
  return a.number - b.number
}

function acknowledge(publication: OpenPublication, answer: Packet, time: number): void {
  if (publication.acceptance !== 'open') return
  const { type } = answer
  const code = reasonCodeOf(answer)
  if (type !== 'PUBCOMP') publication.reasonCode = code
  if (code !== null && code >= FIRST_FAILURE) {
    // PUBCOMP says only that it knows of no such message.
    if (type !== 'PUBCOMP') publication.acceptance = 'refused'
  } else if (type !== 'PUBREC') {
    publication.acceptance = 'accepted'
    publication.acceptedTime = time
  }
}

/** MQTT 5.0 §3.3.1.3: a retained message takes the place of the one before; an empty one takes it away. */
function keepRetained(topic: PublishedTopic, { first, second, length }: Content, publication: Publication): void {
  topic.retained = length === 0 ? null : { first, second, length, publication }
}

/** That no subscription explains the copy; null where one does, or where that cannot be told. */
function unsubscribed(event: PacketEvent, topic: PublishedTopic, served: ServedConnection, match: Match | null, copy: OpenCopy): Certainty | null {
  const { subscriber, connection } = served
  if (match !== null || topic.matches === null || !subscriber.whole || subscriber.connection !== connection) return null
  const { name } = topic
  const doubtful = copy.dup || subscriber.goneForgotten || subscriber.unusual || served.bridge || name.startsWith('$')
  return !doubtful && connection.whole(event, 'client') ? 'likely' : 'unsure'
}

/** Its connection began after the message was published. */
function isStored({ number }: OpenPublication, { connection }: ServedConnection): boolean {
  return connection.connack !== null && connection.connack.number > number
}

function unaltered({ properties }: OpenPublication, { connection }: ServedConnection, copied: number): boolean | null {
  return connection.mqtt.version === '5.0' ? properties === copied : null
}

/** A bridge gets live messages with RETAIN as published, and so does whoever asked for that (MQTT 5.0 §3.8.3.1). */
function keepsFlag({ served, match }: ParkedCopy): boolean {
  return served.bridge || !served.subscriber.whole || match === null || match.subscriptions.some(({ options }) => options.retainAsPublished)
}

function noteStray({ subscriber, topic, copy }: ParkedCopy): void {
  subscriber.strayTime = copy.time
  topic.strayTime = copy.time
}

/** What the subscriber gets of these publications is no evidence any more. */
function doubtOthers(same: SameContent, subscriber: Subscriber): void {
  for (let publication = same.newest; publication !== null && !publication.settled; publication = publication.previousSame) {
    const recipient = publication.recipientOf(subscriber)
    if (recipient !== null) recipient.doubtful = true
  }
}

function lessThanCertain(copy: OpenCopy): void {
  if (copy.certainty === 'certain') copy.certainty = 'likely'
}

function doubtBlind(copy: OpenCopy): void {
  lessThanCertain(copy)
  if (copy.duplicate !== null) copy.duplicate = 'unsure'
}

function durationOf(publication: Pick<Publication, 'time' | 'frame'>, copy: OpenCopy): number | null {
  const duration = copy.time - publication.time
  return Number.isNaN(duration) || publication.frame > copy.frame ? null : duration
}

function filterOf({ subscriptions, filters }: Match): string {
  return subscriptions.find(({ shareName }) => shareName === null)?.topicFilter ?? filters[0]!
}

function numberOf(properties: Properties, name: 'messageExpiryInterval'): number | null {
  if (properties === undefined || properties.length === 0) return null
  const value = propertyValue(properties, name)
  return typeof value === 'number' ? value : null
}

/** MQTT 5.0 §3.3.2.3.8. */
function subscriptionIdentifiers(properties: Properties): readonly number[] {
  if (properties === undefined || properties.length === 0) return NO_IDENTIFIERS
  return properties.flatMap(({ name, value }) => (name === 'subscriptionIdentifier' && typeof value === 'number' ? [value] : []))
}
