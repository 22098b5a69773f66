/**
 * Which publication a copy is of, among those with the same topic and the same content: the one that still has to come to the client, the oldest first, since a
 * server keeps their order (MQTT 5.0 §4.6).
 */
import type { PassingCopy } from './open-copy.ts'
import type { OpenPublication, Recipient } from './open-publication.ts'
import type { Match } from './published-topic.ts'
import type { Certainty } from './side.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * How well a publication fits, the best first: expected by the client and nothing in between · expected, but with another QoS or before something went missing ·
 * not expected · one more of a client with several subscriptions · reported already, and the client had no copy. `none`: the client has all copies;
 * `unlikely`: it had not subscribed when the message was published.
 */
const FIT = { expected: 0, disturbed: 1, unknown: 2, further: 3, reported: 4, none: 5, unlikely: 6 } as const

/** Publications with one content that are looked at for one copy. Mostly it is the first or the second. */
const MOST_TRIED = 64

export class CopyMatching {
  /** The publication found, with the client's part in it; null where there is none. */
  publication: OpenPublication | null = null
  recipient: Recipient | null = null
  certainty: Certainty = 'unsure'
  /** Where none was found: the newest one of which the client has all that its subscriptions explain. */
  full: OpenPublication | null = null
  #fit: number = FIT.none

  find(passing: PassingCopy): boolean {
    const { same, subscriber } = passing
    this.publication = null
    this.recipient = null
    this.full = null
    this.#fit = FIT.none
    const from = same.cursorOf(subscriber)
    this.#look(from, null, passing)
    if (this.#fit >= FIT.reported && from !== same.oldest) this.#look(same.oldest, from, passing)
    const found = this.publication as OpenPublication | null
    if (found === null) return false
    this.certainty = certaintyOf(found, this.#fit, passing)
    return true
  }

  /** Where the payload is not in the capture: those with the same length are candidates. */
  findByLength({ topic, subscriber, same, extent, copy }: PassingCopy): void {
    let found = 0
    let publication = topic.newest
    for (let looked = 0; publication !== null && looked < MOST_TRIED; looked++, publication = publication.previousOfTopic) {
      const sameLength = publication.payloadLength === same.length && (extent === 'none' || publication.extent === 'none')
      if (!sameLength || publication.firstSeenFrame > copy.frame) continue
      const recipient = publication.recipientOf(subscriber)
      if (recipient !== null && recipient.copies > 0) continue
      found++
      this.publication = publication
      this.recipient = recipient
    }
    this.certainty = found === 1 ? 'likely' : 'unsure'
  }

  #look(from: OpenPublication | null, to: OpenPublication | null, { subscriber, match, copy: { qos, frame } }: PassingCopy): void {
    let publication = from
    for (let tried = 0; publication !== null && publication !== to && tried < MOST_TRIED; tried++) {
      // What caused the copy was seen before it, or at least parts of it behind a hole.
      if (publication.firstSeenFrame <= frame) {
        const recipient = publication.recipientOf(subscriber, match)
        const fit = recipient === null ? newcomerFit(publication, subscriber, match) : fitOf(publication, recipient, match, qos)
        if (fit < this.#fit) {
          this.#fit = fit
          this.publication = publication
          this.recipient = recipient
          if (fit === FIT.expected) return
        }
        if (fit === FIT.none && (this.full === null || publication.number > this.full.number)) this.full = publication
      }
      publication = publication.nextSame
    }
  }
}

/** Of somebody who was not expected to get it. Long afterwards it comes only to those who had subscribed before. */
function newcomerFit(publication: OpenPublication, subscriber: Subscriber, match: Match | null): number {
  if (!publication.settled || mayBeStored(publication, subscriber, match)) return FIT.unknown
  return match === null ? (subscriber.whole ? FIT.unlikely : FIT.reported) : subscribedBefore(publication, match) ? FIT.reported : FIT.unlikely
}

/** The server may have kept it for the subscriber's connection, which began after it (MQTT 5.0 §4.1). */
function mayBeStored(publication: OpenPublication, { connection }: Subscriber, match: Match | null): boolean {
  return publication.number < (connection?.connack?.number ?? 0) && match !== null && subscribedBefore(publication, match)
}

function subscribedBefore({ number }: OpenPublication, { subscriptions }: Match): boolean {
  return subscriptions.some(({ begun }) => begun.number < number)
}

function fitOf(publication: OpenPublication, recipient: Recipient, match: Match | null, qos: number): number {
  if (recipient.copies === 0) {
    if (publication.settled) return mayBeStored(publication, recipient.subscriber, match) ? FIT.unknown : FIT.reported
    return recipient.expected && recipient.undisturbed && !recipient.doubtful && qosFits(publication, recipient, qos) ? FIT.expected : FIT.disturbed
  }
  // Of QoS 2, what is sent again is the same message (MQTT 5.0 §4.3.3).
  if (recipient.copies >= recipient.allowed + (publication.qos === 2 ? 0 : publication.resent)) return FIT.none
  return publication.settled ? FIT.reported : FIT.further
}

/** The QoS is what one of the client's subscriptions makes of that of the message (MQTT 5.0 §3.8.4). */
function qosFits({ qos: published }: OpenPublication, { match }: Recipient, qos: number): boolean {
  return match === null || match.subscriptions.some(({ grantedQos }) => qos === (grantedQos === null ? published : Math.min(published, grantedQos)))
}

function certaintyOf(publication: OpenPublication, fit: number, passing: PassingCopy): Certainty {
  const { same, subscriber } = passing
  if (publication.extent === 'none') return 'unsure'
  const seen = subscriber.whole && publication.extent === 'whole'
  const only = fit === FIT.reported ? same.oldest === same.newest : isOnlyOne(publication, passing)
  if (only) return seen ? 'certain' : 'likely'
  return seen ? 'likely' : 'unsure'
}

/** No other publication with this content may still come to the subscriber, or be what it got in place of another. */
function isOnlyOne(publication: OpenPublication, { same, subscriber, match }: PassingCopy): boolean {
  let tried = 0
  for (let other = same.newest; other !== null; other = other.previousSame) {
    if (tried++ === MOST_TRIED) return false
    if (other === publication) continue
    const recipient = other.recipientOf(subscriber, match)
    if (recipient === null) {
      if (!other.settled || match === null || subscribedBefore(other, match)) return false
    } else if (!other.settled || recipient.firstCopy?.kind === 'stored' || (recipient.copies === 0 && mayBeStored(other, subscriber, match))) {
      if (recipient.copies < recipient.allowed || recipient.firstCopy?.certainty !== 'certain') return false
    }
  }
  return true
}
