/**
 * What may be said of a copy that did not come, and of one that came twice.
 *
 * Much can keep a copy back that no capture shows: rules of access, queues, a slow client, an administrator. So a missing copy is claimed only where the
 * subscriber was connected and seen without a gap for long enough, where the server took the message over, and where other messages of the topic show that the
 * publisher may send and the subscriber may receive it. Everything else is a doubt, or is not judged.
 *
 * Only the publisher's own messages show anything. Those of others may overtake it (MQTT 5.0 §4.6), and the client may be allowed to receive these while it is
 * not allowed to receive its own: one address may serve several tenants, who use the same topics. For the same reason a client that
 * did not get a second copy shows that there was no second message only where it is known to get what others publish.
 */
import type { Doubt, NotJudgedReason } from './delivery.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenCopy } from './open-copy.ts'
import type { OpenPublication, Recipient } from './open-publication.ts'
import type { Certainty } from './side.ts'
import type { Subscription } from './subscription.ts'

export interface JudgementTimes {
  /** Nanoseconds within which a server sends a copy on, or acknowledges a message. */
  readonly copyDeadline: number
  /** For how long it is waited for the server to send something else on the connection, which shows that nothing is missing before it. */
  readonly proofDeadline: number
  /** How long after the last copy another one may come, and after SUBACK a server may take until the subscription works everywhere. */
  readonly settling: number
}

export interface Claim {
  readonly certainty: Certainty
  readonly doubts: readonly Doubt[]
}

/** `none`: no copy is missing. `wait`: it may come yet, or it may yet be seen that it does not. */
export type Verdict = 'none' | 'wait' | NotJudgedReason | Claim

/** Copies for one client that waited when the message was published; below that no server drops any, whatever its queue limit. */
const SHORT_BACKLOG = 10

/** Other publications of the topic that are looked at for evidence, before and after. */
const MOST_LOOKED_AT = 64

const SECOND = 1e9

/** Of an expected copy that has not come. `final`: nothing more will be seen that matters. */
export function verdictOn(publication: OpenPublication, recipient: Recipient, now: number, final: boolean, times: JudgementTimes): Verdict {
  const { subscriber } = recipient
  const { connection } = subscriber
  if (publication.acceptance === 'refused') return 'refused'
  if (!recipient.undisturbed || connection === null) return subscriber.disturbance
  if (connection.takenOverBy !== null) return 'taken-over'
  if (publication.topic.name.startsWith('$')) return 'server-topic'
  const held = heldOf(publication, recipient)
  if (held.length === 0) return 'subscription-changed'
  if (!held.some(({ asked }) => asked.number > subscriber.lostNumber) || connection.connect === null) return 'history'
  const { publisher, expiry, copyLength } = publication
  if (publisher.mayHaveSentUnseen(publication.time - times.copyDeadline)) return 'publisher-gap'
  if (publication.sentBefore) return 'sent-before'
  if (expiry !== null && expiry * SECOND <= times.proofDeadline) return 'expiry'
  const { maximumPacketSize, receiveMaximum } = connection.limits('client')
  if (maximumPacketSize !== null && copyLength > maximumPacketSize) return 'maximum-packet-size'
  if (recipient.backlog >= receiveMaximum || connection.server.inFlight >= receiveMaximum) return 'receive-maximum'
  // What is left is a matter of time.
  if (Number.isNaN(publication.acceptedTime)) return final ? 'not-acknowledged' : 'wait'
  if (connection.half('client').hasHole || connection.half('server').hasHole) return final ? 'gap' : 'wait'
  const evidence = evidenceOf(publication, recipient)
  const overtakenSince = Math.max(evidence.overtakenTime, publication.acceptedTime)
  const proven = connection.server.lastTime >= publication.acceptedTime + times.copyDeadline || now >= overtakenSince + times.settling
  if (!proven) return final ? 'too-short' : 'wait'
  const doubts = doubtsOf(publication, recipient, held, connection, evidence, now, times)
  if (doubts.length > 0) return { certainty: 'unsure', doubts }
  // That others got it shows that the server passed it on; that the next ones came to this client, that it still wanted them.
  return { certainty: evidence.witness && isOvertaken(evidence) && !subscriber.resumed ? 'certain' : 'likely', doubts }
}

/** Each subscription by which the recipient should have got it has taken the place of another one just before (MQTT 5.0 §3.8.4). */
export function isJustReplaced(publication: OpenPublication, recipient: Recipient): boolean {
  const held = heldOf(publication, recipient)
  return held.length > 0 && held.every(({ asked, begun, since }) => asked !== begun && publication.time - since!.time < JUST)
}

const JUST = 5 * SECOND

/**
 * The message may have been taken for the one before that had its Packet Identifier: nobody got it, and of its connection and topic none that was like it in this was
 * passed on.
 */
export function isMistaken(publication: OpenPublication): boolean {
  const { publisher, reusedAfter } = publication
  if (reusedAfter === null || publication.copies.length > 0) return false
  const refutes = (other: OpenPublication) => other.publisher === publisher && other.reusedAfter === reusedAfter && isPassedOn(other)
  let other = publication.previousOfTopic
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT; looked++, other = other.previousOfTopic) if (refutes(other)) return false
  other = publication.nextOfTopic
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT; looked++, other = other.nextOfTopic) if (refutes(other)) return false
  return true
}

/** The subscriptions that were in force when it was published, and are so now. */
function heldOf({ firstSeenFrame }: OpenPublication, { match }: Recipient): readonly Subscription[] {
  return match === null ? [] : match.subscriptions.filter((subscription) => subscription.shareName === null && subscription.inForceFor(firstSeenFrame))
}

interface Evidence {
  /** Another client got a copy. */
  readonly witness: boolean
  /** The publisher may send this topic: this message or several others of its connection reached somebody. */
  readonly passedOn: boolean
  /** The client may receive it: before or after, several others of the same publisher came to it, from this or another of the publisher's connections. */
  readonly reached: boolean
  /** When the client got a later message that the server may not send before this one; Infinity where it did not. */
  readonly overtakenTime: number
}

function isOvertaken({ overtakenTime }: Evidence): boolean {
  return overtakenTime !== Infinity
}

function evidenceOf(publication: OpenPublication, recipient: Recipient): Evidence {
  const { publisher } = publication
  const { subscriber } = recipient
  const witness = isPassedOn(publication)
  let passedOn = witness ? ENOUGH : 0
  let reached = 0
  let overtakenTime = Infinity
  let other = publication.nextOfTopic
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT; looked++) {
    if (other.publisher.subscriber === publisher.subscriber) {
      const copy = copyTo(other, subscriber)
      if (copy !== null) {
        reached += weightOf(other, copy)
        if (isOrdered(publication, recipient, other, copy) && !(copy.time > overtakenTime)) overtakenTime = copy.time
      }
      if (other.publisher === publisher && isPassedOn(other)) passedOn++
    }
    other = other.nextOfTopic
  }
  other = publication.previousOfTopic
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT && !(reached >= ENOUGH && passedOn >= ENOUGH); looked++) {
    if (other.publisher.subscriber === publisher.subscriber) {
      const copy = copyTo(other, subscriber)
      if (copy !== null) reached += weightOf(other, copy)
      if (other.publisher === publisher && isPassedOn(other)) passedOn++
    }
    other = other.previousOfTopic
  }
  return { witness, passedOn: passedOn >= ENOUGH, reached: reached >= ENOUGH, overtakenTime }
}

/**
 * MQTT 5.0 §4.6: what one client publishes with one topic and one QoS is sent on in that order, with one QoS, and for subscriptions that are not shared. Two
 * connections of the client are not compared: what it did not get acknowledged on one, it sends again on the next.
 */
function isOrdered(publication: OpenPublication, { grantedQos, match }: Recipient, later: OpenPublication, copy: OpenCopy): boolean {
  const isOfOne = later.publisher === publication.publisher && later.qos === publication.qos && copy.qos === Math.min(publication.qos, grantedQos ?? 0)
  return isOfOne && match?.subscriptions.every(({ shareName }) => shareName === null) === true
}

/** One message with the same content may have been somebody else's whom the capture does not hold; several of them hardly. */
const ENOUGH = 3

/** Of copies whose content may be anybody's, that many count as one: those that others had too, and such short ones as `on` and `off`. */
const AS_ONE = 3
const SHORTEST = 4

/** How much a copy shows of what its client may receive. Sums of thirds are compared with a whole number, so a little is added. */
function weightOf({ payloadLength }: OpenPublication, { certainty }: OpenCopy): number {
  return certainty === 'certain' && payloadLength >= SHORTEST ? 1 : 1 / AS_ONE + 1e-9
}

/** A copy of it was sent that is just as it should be. */
function isPassedOn({ copies, qos }: OpenPublication): boolean {
  return copies.some((copy) => copy.kind === 'live' && copy.certainty === 'certain' && copy.qos === Math.min(qos, copy.grantedQos ?? qos))
}

/** A live copy of the publication, or of another one of the same client, that came to the subscriber on the connection that it has now. */
function copyTo(publication: OpenPublication, subscriber: Recipient['subscriber']): OpenCopy | null {
  const copy = publication.recipientOf(subscriber)?.firstCopy ?? null
  if (copy === null || copy.kind !== 'live' || copy.client.stream !== subscriber.connection?.mqtt.tcp.stream) return null
  // Where it may be of another publication, that is at least one of the same client.
  return copy.certainty === 'certain' || (copy.certainty === 'likely' && publication.content?.client === publication.publisher.subscriber) ? copy : null
}

function doubtsOf(
  publication: OpenPublication, recipient: Recipient, held: readonly Subscription[], connection: NetworkConnection, evidence: Evidence, now: number,
  times: JudgementTimes,
): readonly Doubt[] {
  const { subscriber } = recipient
  const { publisher } = publication
  const doubts: Doubt[] = []
  if (Math.min(publication.qos, recipient.grantedQos ?? 0) === 0) doubts.push('qos-0')
  if (!evidence.passedOn || !evidence.reached) doubts.push('access')
  if (!publication.alone || publication.nextSame !== null || recipient.doubtful) doubts.push('equal-content')
  if (!held.some(({ since }) => since!.time < publication.time - times.settling)) doubts.push('new-subscription')
  if (recipient.backlog >= SHORT_BACKLOG) doubts.push('queue')
  // A later one shows that what the server kept back for this client goes on.
  if (!isOvertaken(evidence) && (connection.server.inFlight > 0 || isSlow(connection, now, times))) doubts.push('in-flight')
  if (!subscriber.whole) doubts.push('history')
  if (!(subscriber.strayTime < publication.time - times.settling)) doubts.push('other-topic')
  if (publisher.bridge || connection.served?.bridge === true) doubts.push('bridge')
  if (publication.retain && publication.payloadLength === 0) doubts.push('clears-retained')
  if (publication.extent !== 'whole') doubts.push('content-cut')
  return doubts
}

/** The client takes no bytes, or its TCP has not acknowledged what it got a while ago. */
function isSlow(connection: NetworkConnection, now: number, { settling }: JudgementTimes): boolean {
  const server = connection.half('server')
  return connection.half('client').windowClosed || (server.acknowledgedOffset < server.offset && !(now - connection.server.lastTime < settling))
}

/**
 * Of a copy that is one more than the recipient's subscriptions explain: whether it is of the same publication. Somebody whom the capture does not hold may have
 * published the same once more; then all subscribers that may receive it would have got it twice. `null`: it is no duplicate.
 */
export function duplicateVerdict(publication: OpenPublication, recipient: Recipient, copy: OpenCopy, now: number, final: boolean, times: JudgementTimes): 'wait' | Certainty | null {
  const { subscriber, firstCopy } = recipient
  // What was not acknowledged on an earlier connection is sent again on the next one.
  if (firstCopy === null || firstCopy.client.stream !== copy.client.stream) return null
  const { topic } = publication
  const doubtful = copy.dup || copy.qos === 0 || copy.qos !== firstCopy.qos || (publication.resent > 0 && publication.qos < 2) || publication.sentBefore || publication.extent !== 'whole'
    || !recipient.undisturbed || !subscriber.whole || !publication.alone || publication.nextSame !== null || publication.publisher.bridge
    || topic.server.wills.has(topic.name) || !(topic.strayTime < publication.time - times.copyDeadline) || askedLately(publication, recipient, times)
  if (doubtful) return 'unsure'
  const witnesses = publication.recipients.filter((other) => other !== recipient && isWitness(publication, other, copy, now, times))
  if (!witnesses.some((other) => hearsTheSame(publication, recipient, other))) return final ? 'unsure' : 'wait'
  return witnesses.length > 1 ? 'certain' : 'likely'
}

/**
 * A retained message may be the reason (MQTT 5.0 §3.3.1.3), or a subscription: the server may know of it sooner than of a message that came to the capture just
 * before its SUBSCRIBE. So this looks at the subscriptions that the client has by now.
 */
function askedLately({ topic, time }: OpenPublication, { subscriber }: Recipient, times: JudgementTimes): boolean {
  const match = topic.matchOf(subscriber)
  return match === null || match.subscriptions.some(({ asked }) => !(asked.time < time - times.copyDeadline))
}

/** Somebody who would have got a second copy too, had the message been published twice, and surely did not. */
function isWitness(publication: OpenPublication, other: Recipient, copy: OpenCopy, now: number, times: JudgementTimes): boolean {
  const { subscriber, match, firstCopy } = other
  const { connection } = subscriber
  if (!other.expected || other.copies !== 1 || other.doubtful || !other.undisturbed || connection === null || !subscriber.whole || (other.grantedQos ?? 0) === 0) return false
  if (firstCopy!.certainty !== 'certain' || match!.subscriptions.some(({ options }) => options.noLocal)) return false
  if (heldOf(publication, other).length === 0 || connection.takenOverBy !== null || connection.server.inFlight > 0 || isSlow(connection, now, times)) return false
  if (connection.half('client').hasHole || connection.half('server').hasHole || !(subscriber.strayTime < publication.time)) return false
  return connection.server.lastTime >= copy.time + times.copyDeadline
}

/**
 * Several other messages of the topic came to both, from somebody else than the witness: its own show nothing of what it may receive. And since the first of these no
 * copy of the topic came from a publisher whom the capture does not hold.
 */
function hearsTheSame(publication: OpenPublication, { subscriber }: Recipient, witness: Recipient): boolean {
  const { strayTime } = publication.topic
  const isShared = (other: OpenPublication) => other.publisher.subscriber !== witness.subscriber && strayTime < other.time
    && copyTo(other, subscriber) !== null && copyTo(other, witness.subscriber) !== null
  let shared = 0
  let other = publication.previousOfTopic
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT && shared < ENOUGH; looked++, other = other.previousOfTopic) if (isShared(other)) shared++
  other = publication.nextOfTopic
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT && shared < ENOUGH; looked++, other = other.nextOfTopic) if (isShared(other)) shared++
  return shared >= ENOUGH
}
