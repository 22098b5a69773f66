/**
 * Deliveries: a PUBLISH that a server received, and the copies of it that the server sent on to subscribers.
 *
 * The results are plain data and may be kept; they are settled when they are told. Times are nanoseconds since the capture's first frame. What they claim, with which certainty and why not more, is
 * decided in `missing-copies.ts` (of publications), `copy-matching.ts`, `copies.ts` and `strays.ts` (of copies).
 */
import type { Qos, Text } from '../mqtt/packet.ts'
import type { Version } from '../mqtt/version.ts'
import type { EndedBy } from './aftermath.ts'
import type { ClientSession } from './client-session.ts'
import type { Alteration, PassedOnName } from './passed-on.ts'
import type { Seen } from './seen.ts'
import type { Certainty } from './side.ts'
import type { Lookalike } from './spelling.ts'
import type { SubscriptionTerms } from './subscription.ts'

/** A client on one of its connections. */
export interface Party {
  /** TcpConnection.stream. */
  readonly stream: number
  /** `address:port` of both ends. */
  readonly address: string
  readonly server: string
  /** Undefined where the CONNECT was not seen. */
  readonly clientIdentifier: Text | undefined
  readonly version: Version | null
}

/** A PUBLISH that a client sent to a server. */
export interface Publication {
  /** PacketEvent.number, frame and time, of its first PUBLISH. */
  readonly number: number
  readonly frame: number
  readonly time: number
  readonly publisher: Party
  readonly topic: string
  readonly qos: Qos
  readonly retain: boolean
  /** Bytes on the wire. */
  readonly payloadLength: number
  /** How often it was sent again with DUP set. */
  readonly resent: number
  /** Properties of it that a server must pass on as they are (MQTT 5.0 §3.3.2.3), and whether U+FEFF is in one of them or in the topic. */
  readonly properties: readonly PassedOnName[]
  readonly byteOrderMark: boolean
  /** Message Expiry Interval, in seconds; null where there is none. */
  readonly messageExpiryInterval: number | null
  /** The message that its publisher finished before it had the same Packet Identifier, and this is what ended that; null where it is not so. */
  readonly reusedAfter: EndedBy | null
  /** The server published it for a client whose connection had ended; then number and frame are those of the CONNECT that announced it. */
  readonly will: boolean
}

/**
 * How a copy came to be sent. `live` passed on to somebody who was there · `stored` passed on later, since the client was away when the message was published ·
 * `retained` the retained message of its topic, sent because of a SUBSCRIBE (MQTT 5.0 §3.3.1.3)
 */
export type CopyKind = 'live' | 'stored' | 'retained'

export const COPY_KINDS: readonly CopyKind[] = ['live', 'stored', 'retained']

/** A PUBLISH that a server sent to a client. */
export interface Copy {
  readonly number: number
  readonly frame: number
  readonly time: number
  readonly client: Party
  readonly kind: CopyKind
  readonly qos: Qos
  /** The flags as they stand on the wire. */
  readonly dup: boolean
  readonly retain: boolean
  /** MQTT 5.0 §3.3.2.3.8: of each subscription that it was sent for. */
  readonly subscriptionIdentifiers: readonly number[]
  /** The client's filters that match the topic, as it wrote them, as far as they are known. */
  readonly filters: readonly string[]
  /** The highest QoS that was granted for these; null where that is not known. */
  readonly grantedQos: number | null
  /**
   * That it is a copy of this publication. `certain`: no other one had this content, and all was seen · `likely`: others did, and it is the one by the order in
   * which they came · `unsure`: by the order alone, and not all was seen.
   */
  readonly certainty: Certainty
  /**
   * It can be of no other publication, whatever its properties are: no other one had its topic and content, all was seen, and the content is more than what anybody
   * may send, such as a number or a state.
   */
  readonly only: boolean
  /** From the publication to the copy, in nanoseconds; null where either has no time, or where the publication was noticed only later. */
  readonly duration: number | null
  /** Whether the properties are there that a server must pass on unaltered (MQTT 5.0 §3.3.2.3); null where the client cannot take any. */
  readonly unaltered: boolean | null
  /** What of these is different; null where the client cannot take any. */
  readonly altered: readonly Alteration[] | null
  /** Message Expiry Interval as it was sent, in seconds; null where there is none. */
  readonly messageExpiryInterval: number | null
  /** Something may have held it up on its way from the server: TCP sent again, or the client took no bytes. */
  readonly heldUp: boolean
  /** The client's subscriptions that matched when the message was published, and have not changed since; null where they have, or where that is not known. */
  readonly subscriptions: readonly SubscriptionTerms[] | null
  /** Filters that match, as the client wrote them, and that it had unsubscribed from before; empty where that is not known. */
  readonly removed: readonly string[]
  /** How many copies came to this client with a higher QoS than they were published with, this one among them. */
  readonly raised: number
  /** The client published the message itself. */
  readonly own: boolean
  /** The client is another broker's bridge. */
  readonly bridge: boolean
  /**
   * One that its publisher had sent before it with the same topic and QoS and that the client got with the same QoS (MQTT 5.0 §4.6): `predecessor` came before
   * it, as it should, and `overtakenBy` is a later one that came before it. Null where there is none, or where their order is not given.
   */
  readonly predecessor: Publication | null
  readonly overtakenBy: Publication | null
  /** The PUBACK or PUBREC by which the client refused it; null where there was none, or not yet. */
  readonly refused: Seen | null
  /** A copy for the same shared subscription (MQTT 5.0 §4.8.2) that another client had refused, as the server knew; null where there is none. */
  readonly refusedBefore: Copy | null
  /** One of QoS 2 that was not finished when the Session of its client ended; it was sent for a shared subscription. */
  readonly brokenOff: boolean
  /** A copy for the same shared subscription that was broken off before (MQTT 5.0 §4.8.2); null where there is none. */
  readonly brokenOffBefore: Copy | null
  /** It is one more than the client's subscriptions explain; null where it is not. */
  readonly duplicate: Certainty | null
  /** No subscription of the client matches the topic; null where one does. */
  readonly unsubscribed: Certainty | null
  /** Then, one of its filters that would match if case, slashes and the form of characters did not count; null where there is none. */
  readonly almost: string | null
  /** Of a retained message; null where nothing can be said. */
  readonly retained: RetainedState | null
}

/**
 * What a retained message is, beside what its topic retains as far as the capture shows. `latest` just that · `outdated` an earlier one · `cleared` one that an
 * empty message took away since · `not-retained` it was published without RETAIN · `empty` no message that could be retained
 */
export interface RetainedState {
  readonly state: 'latest' | 'outdated' | 'cleared' | 'not-retained' | 'empty'
  /** The newest message of the topic with RETAIN; null where none was seen. */
  readonly newest: Publication | null
  /** Its own publication, where it is not that one. */
  readonly source: Publication | null
  /** Others were published after the newest one, without RETAIN. */
  readonly passedOver: boolean
}

/**
 * Why a copy that did not come is no certain defect. `qos-0` a server may drop it (MQTT 5.0 §4.3.1) · `access` nothing shows that the publisher may send this
 * topic, and the client receive it from this publisher · `equal-content` other publications had the same content · `new-subscription` it was granted just
 * before · `queue` so much waited for the client that a server may drop some · `in-flight` the client has not acknowledged what it got before, or takes no
 * bytes, and got no later message that may not overtake this one (§4.6) · `history` more of the client's past was not seen · `other-topic` copies of nothing that
 * was published came to it: the server may change topics or payloads · `bridge` a broker's bridge is involved · `clears-retained` an empty retained message, which
 * some servers take for a command only · `content-cut` the capture does not hold the whole payload
 */
export type Doubt =
  | 'qos-0' | 'access' | 'equal-content' | 'new-subscription' | 'queue' | 'in-flight' | 'history' | 'other-topic' | 'bridge' | 'clears-retained' | 'content-cut'

export const DOUBTS: readonly Doubt[] = [
  'qos-0', 'access', 'equal-content', 'new-subscription', 'queue', 'in-flight', 'history', 'other-topic', 'bridge', 'clears-retained', 'content-cut',
]

/** A copy that a subscriber should have got, and that was not sent to it. */
export interface MissingCopy {
  readonly client: Party
  readonly session: ClientSession | null
  /** One of the client's filters that match, as it wrote it. */
  readonly filter: string
  /** The QoS that it should have had. */
  readonly qos: number
  /** Others of its filters that match, and that it had unsubscribed from before; empty where that is not known. */
  readonly removed: readonly string[]
  /** Each of its subscriptions that match had been replaced by a later SUBSCRIBE just before (MQTT 5.0 §3.8.4). */
  readonly replaced: boolean
  /** The message may have been taken for the one before that had its Packet Identifier: nobody got it, and none that is so was passed on. */
  readonly mistaken: boolean
  readonly certainty: Certainty
  readonly doubts: readonly Doubt[]
}

/**
 * Why nothing is said of a copy that did not come. `refused` the server refused the publication · `not-acknowledged` or did not acknowledge it to the end ·
 * `sent-before` it had been sent before, and that was not seen · `publisher-gap` bytes of the publisher are missing from the capture · `gap` or bytes of the
 * subscriber · `history` what the client subscribed to before is not known well enough · `connection-ended`, `taken-over` the subscriber's connection ended
 * first · `subscription-changed` its subscription did · `expiry` the message could expire (MQTT 5.0 §3.3.2.3.3) · `maximum-packet-size`, `receive-maximum` the
 * client could not take it (§3.1.2.11) · `server-topic` what servers do with names that begin with `$` is theirs · `too-short` the capture does not go on long
 * enough for the client · `clock` the time stepped · `limit` there was too much at once
 */
export type NotJudgedReason =
  | 'refused' | 'not-acknowledged' | 'sent-before' | 'publisher-gap' | 'gap' | 'history' | 'connection-ended' | 'taken-over' | 'subscription-changed' | 'expiry'
  | 'maximum-packet-size' | 'receive-maximum' | 'server-topic' | 'too-short' | 'clock' | 'limit'

export const NOT_JUDGED_REASONS: readonly NotJudgedReason[] = [
  'refused', 'not-acknowledged', 'sent-before', 'publisher-gap', 'gap', 'history', 'connection-ended', 'taken-over', 'subscription-changed', 'expiry',
  'maximum-packet-size', 'receive-maximum', 'server-topic', 'too-short', 'clock', 'limit',
]

/** A copy that did not come, and of which nothing can be said. */
export interface NotJudged {
  readonly client: Party
  readonly filter: string
  readonly reason: NotJudgedReason
  /** With `maximum-packet-size`: frames in which the server disconnected the client because of it; null where it did not. */
  readonly closedIn: readonly number[] | null
}

/** A client that had unsubscribed from every filter that matches before the message was published, so that it gets no copy (MQTT 5.0 §3.10.4). */
export interface Unsubscribed {
  readonly client: Party
  readonly filters: readonly string[]
}

/**
 * A client with several subscriptions that match, of which one has not been served: its copies have a lower QoS than it was granted (MQTT 5.0 §3.3.4), or lack
 * Subscription Identifiers. Where each subscription is served with a copy of its own, one of them is missing.
 */
export interface PartialDelivery {
  readonly client: Party
  readonly lacks: 'qos' | 'identifiers'
  readonly certainty: Certainty
}

/** What became of a publication. */
export interface Delivery {
  readonly kind: 'publication'
  readonly publication: Publication
  /**
   * `accepted` acknowledged to the end · `refused` by a Reason Code · `open` not acknowledged to the end · `unacknowledged` QoS 0 has no acknowledgement, and of
   * others it cannot be told
   */
  readonly acceptance: Acceptance
  /** Of the PUBACK or PUBREC; null where there is none. */
  readonly reasonCode: number | null
  /** How many clients were connected and had a subscription in force that matches; shared ones are not counted, since only one member gets a copy. */
  readonly subscribers: number
  /** In the order of the capture. */
  readonly copies: readonly Copy[]
  readonly missing: readonly MissingCopy[]
  readonly notJudged: readonly NotJudged[]
  readonly unsubscribed: readonly Unsubscribed[]
  /** The publisher has subscriptions that match, and all of them have No Local set (MQTT 5.0 §3.8.3.1). */
  readonly noLocal: boolean
  readonly partial: readonly PartialDelivery[]
}

export type Acceptance = 'accepted' | 'refused' | 'open' | 'unacknowledged'

export const ACCEPTANCES: readonly Acceptance[] = ['accepted', 'refused', 'open', 'unacknowledged']

/** A copy that came when its publication had been reported already: stored for a client that was away, retained, or late. */
export interface LateCopy {
  readonly kind: 'late-copy'
  readonly publication: Publication
  readonly copy: Copy
}

/**
 * Where a copy may come from whose publication is not in the capture. `retained` a retained message from before · `will` the will of a client whose connection
 * broke · `server` the server itself: the topic begins with `$` · `other-address` the same content was published at another address: `source` ·
 * `topic-unknown` its Topic Alias was set before what the capture shows · `unknown` a publisher that the capture does not hold, a bridge, a plugin, the server
 */
export type StrayCause = 'retained' | 'will' | 'server' | 'other-address' | 'topic-unknown' | 'unknown'

export const STRAY_CAUSES: readonly StrayCause[] = ['retained', 'will', 'server', 'other-address', 'topic-unknown', 'unknown']

export interface CopyWithoutPublication {
  readonly kind: 'copy-without-publication'
  readonly topic: Text | null
  readonly payloadLength: number
  readonly copy: Copy
  readonly cause: StrayCause
  /** With `other-address` only. */
  readonly source: Publication | null
  /** A message with this content whose topic is spelled in another way; null where there is none. */
  readonly lookalike: Lookalike | null
  /** That its publication is not in the capture: never more than `likely`, since nothing shows what the capture does not hold. */
  readonly certainty: Certainty
}

/** Also told of copies that are told in another result: `copy.unsubscribed` is its certainty. */
export interface CopyWithoutSubscription {
  readonly kind: 'copy-without-subscription'
  readonly topic: string
  readonly payloadLength: number
  readonly copy: Copy
  /** Null where it is not known, or not known yet. */
  readonly publication: Publication | null
  readonly certainty: Certainty
}

export type DeliveryResult = Delivery | LateCopy | CopyWithoutPublication | CopyWithoutSubscription

export const DELIVERY_RESULT_KINDS: readonly DeliveryResult['kind'][] = ['publication', 'late-copy', 'copy-without-publication', 'copy-without-subscription']
