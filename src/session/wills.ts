/**
 * What becomes of wills (MQTT 5.0 §3.1.2.5, §3.14.4): for every connection with a will that ends, whether the server has to publish it, and the copies of it that come.
 *
 * A server publishes wills itself, so a copy of one is a copy of nothing that was published, with the topic and the content of a will. Others often publish the same
 * text, also those whom the capture does not hold: a copy accuses only where the text is long enough, nobody is seen to publish it, and every other will that has it
 * is out of the question.
 */
import { topicMatches } from '../mqtt/topics.ts'
import type { CapturePosition } from './capture-position.ts'
import type { ConnectionWill } from './connect-facts.ts'
import type { Copy, Party } from './delivery.ts'
import { isSame, type Content } from './message-content.ts'
import type { JudgementTimes } from './missing-copies.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { PassingCopy } from './open-copy.ts'
import { alterations, type Alteration } from './passed-on.ts'
import type { PublicationWindow } from './publication-window.ts'
import type { Match, PublishedTopic } from './published-topic.ts'
import { seenIn, type Seen } from './seen.ts'
import type { ServedConnection } from './served-connection.ts'
import type { ServerState } from './server-state.ts'
import type { Certainty } from './side.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription } from './subscription.ts'

/**
 * `due` the server has to publish it · `cancelled` by DISCONNECT · `resumed` the client came back to its Session before it was due · `absent` the connection that
 * ended had no will, and an earlier one of the client had this one · `unclear` it is not known which of these holds
 */
export type WillFate = 'due' | 'cancelled' | 'resumed' | 'absent' | 'unclear'

/** A will when it is told what became of it. */
export interface WillOutcome {
  readonly kind: 'will'
  /** Whose will it is. */
  readonly client: Party
  readonly topic: string
  readonly will: ConnectionWill
  /** The CONNECT that announced it. */
  readonly connect: Seen
  readonly fate: WillFate
  /** The end of the connection: with `absent`, of the one without a will. */
  readonly ended: Seen
  /** When it is to be published. */
  readonly dueTime: number
  /** What has come of it, with RETAIN not set because of a SUBSCRIBE. */
  readonly copies: readonly WillCopy[]
  /** How many clients should have got it, if it was published. */
  readonly subscribers: number
  /** Those that did not get it. */
  readonly missing: readonly MissingWill[]
}

export interface WillCopy {
  readonly copy: Copy
  /** Properties that are other ones than in the CONNECT; null where the client cannot take any. */
  readonly altered: readonly Alteration[] | null
  /** One more than the subscriptions of the client explain. */
  readonly again: boolean
  /** It can be of nothing else. */
  readonly only: boolean
}

export interface MissingWill {
  readonly client: Party
  readonly filter: string
  readonly certainty: Certainty
}

/** A subscription that was granted after a will was published, and whether that brought it as a retained message. */
export interface RetainedWill {
  readonly kind: 'retained-will'
  readonly client: Party
  readonly topicFilter: string
  readonly granted: Seen
  readonly outcome: WillOutcome
  readonly copy: Copy | null
  /** That it did not come. */
  readonly certainty: Certainty
}

/** Clients that one will is expected by, copies of it, and wills and subscriptions that are waited for. */
const MOST_RECIPIENTS = 64
const MOST_COPIES = 64
const MOST_PENDING = 4_096
const MOST_TOPICS = 256
const MOST_EARLY = 256
/** Shorter texts, such as `offline`, are sent by many. */
const TELLING = 8
const SECOND = 1e9

interface Recipient {
  readonly subscriber: Subscriber
  readonly client: Party
  readonly filter: string
  readonly qos: number
  readonly allowed: number
  readonly disturbances: number
  copies: number
  /** Something came to it that may have been the will, or an answer to a SUBSCRIBE. */
  doubtful: boolean
}

export class FollowedWill implements WillOutcome, Content {
  readonly kind = 'will'
  readonly first: number
  readonly second: number
  readonly length: number
  readonly owner: Subscriber
  readonly client: Party
  readonly topic: string
  readonly will: ConnectionWill
  readonly connect: Seen
  /** Null while the connection lasts. */
  fateSoFar: WillFate | null = null
  endedIn: Seen | null = null
  dueTime = NaN
  readonly copies: WillCopy[] = []
  recipients: readonly Recipient[] = []
  missing: readonly MissingWill[] = []

  constructor({ first, second, length }: Content, owner: Subscriber, client: Party, topic: string, will: ConnectionWill, connect: Seen) {
    this.first = first
    this.second = second
    this.length = length
    this.owner = owner
    this.client = client
    this.topic = topic
    this.will = will
    this.connect = connect
  }

  get fate(): WillFate {
    return this.fateSoFar ?? 'unclear'
  }

  get ended(): Seen {
    return this.endedIn ?? this.connect
  }

  get subscribers(): number {
    return this.recipients.length
  }

  /** The server has published it for sure. */
  get published(): boolean {
    return this.fateSoFar === 'due' && this.copies.some(({ only }) => only)
  }
}

class AwaitedWill implements RetainedWill {
  readonly kind = 'retained-will'
  readonly subscriber: Subscriber
  readonly client: Party
  readonly topicFilter: string
  readonly granted: Seen
  readonly outcome: FollowedWill
  readonly disturbances: number
  copy: Copy | null = null
  certainty: Certainty = 'unsure'

  constructor(subscriber: Subscriber, client: Party, { topicFilter, since }: Subscription, outcome: FollowedWill) {
    this.subscriber = subscriber
    this.client = client
    this.topicFilter = topicFilter
    this.granted = since!
    this.outcome = outcome
    this.disturbances = subscriber.disturbances
  }
}

export class Wills {
  readonly #emit: (result: WillOutcome | RetainedWill) => void
  readonly #times: JudgementTimes
  readonly #position: CapturePosition
  readonly #window: PublicationWindow
  /** Those whose connection has ended, and that are not told yet. */
  #pending: FollowedWill[] = []
  #awaited: AwaitedWill[] = []
  /** Retained wills that came before their SUBACK. */
  #early: PassingCopy[] = []
  #lookAt = -Infinity

  constructor(emit: (result: WillOutcome | RetainedWill) => void, times: JudgementTimes, position: CapturePosition, window: PublicationWindow) {
    this.#emit = emit
    this.#times = times
    this.#position = position
    this.#window = window
  }

  /** The client's Session goes on with this connection, or begins anew. */
  began({ connect, connack, served }: NetworkConnection): void {
    if (served === null || connect === null) return
    const { will } = served.subscriber
    if (will === null || will.client.stream === served.party.stream) return
    // A server may publish it before it has noticed, when Clean Start ends the Session, or when the one connection takes over from the other.
    if (will.fateSoFar === null) this.#end(will, served, 'unclear', connect)
    else if (will.fateSoFar === 'due' && connect.time < will.dueTime - SECOND) {
      will.fateSoFar = connect.cleanStart === false && connack?.sessionPresent === true ? 'resumed' : 'unclear'
    }
  }

  /** The first FIN or RST of a connection. */
  closing(connection: NetworkConnection): void {
    const { served, finish, connect } = connection
    if (served === null || finish === null || connect === null || connection.connack?.reasonCode !== 0) return
    const own = served.will?.followed ?? null
    const fate = fateOf(connection)
    if (own !== null) {
      if (own.fateSoFar === null) this.#end(own, served, fate, finish, waitOf(connection))
      return
    }
    // It has none: an earlier will of the client must not be published for it.
    const earlier = served.subscriber.will
    if (earlier === null || fate !== 'due' || earlier.client.stream === served.party.stream || earlier.fateSoFar === null) return
    const { first, second, length, owner, topic, will } = earlier
    const absent = new FollowedWill({ first, second, length }, owner, served.party, topic, will, earlier.connect)
    served.server.wills.get(topic)?.push({ first, second, length, fired: false, followed: absent })
    this.#end(absent, served, 'absent', finish)
  }

  /** Both ends have closed: whether DISCONNECT has reached the server. */
  closed({ served, mqtt, disconnect }: NetworkConnection): void {
    const will = served?.will?.followed ?? null
    if (will === null) return
    if (will.fateSoFar === null) will.fateSoFar = 'unclear'
    if (will.fateSoFar !== 'cancelled' || mqtt.client === null || disconnect === null) return
    const half = mqtt.tcp.half(mqtt.client)
    if (half.acknowledgedOffset < half.offset) will.fateSoFar = 'unclear'
  }

  /** A copy of nothing that was published. */
  found(passing: PassingCopy): void {
    const { copy, topic, same } = passing
    const known = topic.server.wills.get(topic.name)
    if (known === undefined || copy.dup) return
    const alike = known.flatMap(({ followed }) => (followed !== null && isSame(followed, same) && followed.connect.number < copy.number ? followed : []))
    if (alike.length === 0) return
    if (copy.retain && this.#isAnswer(passing, alike)) {
      for (const { recipients } of alike) for (const recipient of recipients) recipient.doubtful ||= recipient.subscriber === passing.subscriber
      return
    }
    const will = ended(alike, passing)
    if (will === null || will.copies.length >= MOST_COPIES) return
    const recipient = will.recipients.find(({ subscriber }) => subscriber === passing.subscriber)
    const others = alike.filter((other) => other !== will)
    const othersAreOut = others.every((other) => isOutOfQuestion(other, passing.subscriber))
    const only = isTelling(passing) && (will.fateSoFar === 'due' || othersAreOut)
    const again = recipient !== undefined && recipient.copies >= recipient.allowed && othersAreOut
    if (recipient !== undefined) recipient.copies++
    will.copies.push({ copy, altered: alteredIn(will, passing), again, only })
  }

  /** SUBACK has granted a subscription: a will may be among what is retained. */
  granted(subscription: Subscription): void {
    const { subscriber, shareName, filter, asked, begun, options } = subscription
    const served = subscriber.connection?.served ?? null
    if (served === null || shareName !== null || !subscriber.whole || subscriber.unusual || served.bridge || this.#awaited.length >= MOST_PENDING) return
    if (options.retainHandling === 2 || (options.retainHandling === 1 && asked !== begun)) return
    const { wills } = subscriber.server
    if (wills.size === 0) return
    const consider = (topic: string) => {
      const will = wills.get(topic)?.findLast(({ followed }) => followed?.published === true)?.followed ?? null
      if (will === null || will.length === 0) return
      const last = will.copies.at(-1)!.copy
      const retained = subscriber.server.topics.get(topic)?.retained ?? null
      const isOldest = wills.get(topic)!.every(({ followed }) => followed === null || followed === will || isSame(followed, will))
      if (asked.time - last.time < this.#times.settling || !isOldest || (retained !== null && retained.publication.number > will.connect.number)) return
      const awaited = new AwaitedWill(subscriber, served.party, subscription, will)
      const early = this.#early.find((one) => one.subscriber === subscriber && isItsWill(will, one) && one.copy.number > asked.number)
      awaited.copy = early?.copy ?? null
      this.#awaited.push(awaited)
    }
    if (!/[+#]/.test(filter)) consider(filter)
    else {
      let looked = 0
      for (const topic of wills.keys()) {
        if (looked++ === MOST_TOPICS) break
        if (topicMatches(filter, topic)) consider(topic)
      }
    }
  }

  settleDue(): void {
    const { now } = this.#position
    if (now < this.#lookAt || (this.#pending.length === 0 && this.#awaited.length === 0)) return
    this.#lookAt = now + this.#times.settling
    this.#pending = this.#pending.filter((will) => !this.#settle(will, now, false))
    this.#awaited = this.#awaited.filter((awaited) => !this.#settleAwaited(awaited, now))
  }

  /** The clock steps: what has not come may have been waited for, or not. */
  clockSteps(): void {
    this.#pending = []
    this.#awaited = []
    this.#early = []
  }

  finish(): void {
    const { now } = this.#position
    for (const will of this.#pending) this.#settle(will, now, true)
    for (const awaited of this.#awaited) this.#settleAwaited(awaited, now)
    this.#pending = []
    this.#awaited = []
    this.#early = []
  }

  #end(will: FollowedWill, served: ServedConnection, fate: WillFate, { frame, time }: Pick<Seen, 'frame' | 'time'>, wait: number | null = 0): void {
    will.fateSoFar = wait === null ? 'unclear' : fate
    will.endedIn = { number: this.#position.number, frame, time }
    will.dueTime = time + (wait ?? 0)
    if (this.#pending.length >= MOST_PENDING) return
    will.recipients = this.#recipientsOf(will, served.server)
    this.#pending.push(will)
  }

  /** Clients that are there and get what is published with its topic. */
  #recipientsOf(will: FollowedWill, server: ServerState): readonly Recipient[] {
    const topic = server.topics.get(will.topic)
    const matches = topic === undefined ? server.filters.match(will.topic, MOST_RECIPIENTS) : null
    const all: readonly (readonly Subscription[])[] = matches !== null ? grouped(matches) : topic === undefined ? [] : (this.#window.matches(topic) ?? []).map(({ subscriptions }: Match) => subscriptions)
    const recipients: Recipient[] = []
    for (const subscriptions of all) {
      if (recipients.length === MOST_RECIPIENTS) break
      const recipient = recipientOf(subscriptions, will, this.#times.settling)
      if (recipient !== null) recipients.push(recipient)
    }
    return recipients
  }

  /** True where it has been told. */
  #settle(will: FollowedWill, now: number, final: boolean): boolean {
    if (!final && now < will.dueTime + this.#times.copyDeadline) return false
    if (final && now < will.dueTime + this.#times.settling && will.copies.length === 0) return true
    if (will.fateSoFar === 'due' && !final && now < will.dueTime + this.#times.proofDeadline) {
      if (will.recipients.some((recipient) => recipient.copies === 0 && isThere(recipient) && !this.#isProven(recipient, will.dueTime))) return false
    }
    if (will.fateSoFar === 'due') will.missing = this.#missingOf(will)
    this.#emit(will)
    return true
  }

  #isProven({ subscriber }: Pick<Recipient, 'subscriber'>, time: number): boolean {
    return subscriber.connection !== null && subscriber.connection.server.lastTime >= time + this.#times.copyDeadline
  }

  #missingOf(will: FollowedWill): readonly MissingWill[] {
    const topic = will.owner.server.topics.get(will.topic) ?? null
    const witness = will.copies.some(({ only }) => only)
    return will.recipients.flatMap((recipient) => {
      const { subscriber, client, filter, qos, copies, doubtful } = recipient
      if (copies > 0 || doubtful || qos === 0 || will.will.qos === 0 || !isThere(recipient) || !this.#isProven(recipient, will.dueTime)) return []
      const { connection } = subscriber
      const idle = connection!.server.inFlight === 0 && !connection!.half('client').windowClosed
      const may = (witness || isPassedOn(topic, will.owner)) && isReached(topic, subscriber)
      return { client, filter, certainty: idle && may && will.owner.server.blindTime === -Infinity ? 'likely' as const : 'unsure' as const }
    })
  }

  /** Whether a copy with RETAIN set came because of a SUBSCRIBE. */
  #isAnswer(passing: PassingCopy, alike: readonly FollowedWill[]): boolean {
    const { copy, subscriber, match } = passing
    const awaited = this.#awaited.filter((one) => one.subscriber === subscriber && isItsWill(one.outcome, passing))
    // One may be sent for several filters.
    for (const one of awaited) one.copy ??= copy
    if (awaited.length > 0) return true
    if (this.#early.push(passing) > MOST_EARLY) this.#early.shift()
    // Live, with RETAIN as published, only where nothing was asked for since the connection ended.
    if (match === null || !match.subscriptions.some(({ options }) => options.retainAsPublished) || match.askedSince(copy.time - this.#times.copyDeadline)) return true
    return !alike.some(({ endedIn }) => endedIn !== null && match.askedBefore(endedIn.number) && copy.time - endedIn.time < this.#times.copyDeadline)
  }

  #settleAwaited(awaited: AwaitedWill, now: number): boolean {
    const { subscriber, granted, outcome, copy } = awaited
    if (copy === null && now < granted.time + this.#times.copyDeadline) return false
    if (copy === null) {
      if (!isThere(awaited)) return true
      if (!this.#isProven(awaited, granted.time)) return now > granted.time + this.#times.proofDeadline
      const topic = subscriber.server.topics.get(outcome.topic) ?? null
      const reached = isReached(topic, subscriber) || outcome.copies.some(({ copy: one }) => one.client.stream === awaited.client.stream)
      awaited.certainty = outcome.will.qos > 0 && reached && subscriber.connection!.server.inFlight === 0 ? 'likely' : 'unsure'
    }
    this.#emit(awaited)
    return true
  }
}

function fateOf({ disconnect, finish }: NetworkConnection): WillFate {
  if (disconnect?.by === 'client') {
    if (disconnect.reasonCode !== 0) return 'due'
    // What was on its way when one side reset the connection may not have been read.
    return finish!.reason === 'fin' && disconnect.first ? 'cancelled' : 'unclear'
  }
  return finish!.wordless ? 'due' : 'unclear'
}

/** Nanoseconds until the will is due: the Will Delay Interval, or less where the Session ends first; null where that is not known. */
function waitOf({ connect, sessionExpiry, takenOverBy }: NetworkConnection): number | null {
  const { delay } = connect!.will!
  if (takenOverBy !== null) return null
  if (delay === 0) return 0
  return sessionExpiry === null ? null : Math.min(delay, sessionExpiry) * SECOND
}

function recipientOf(subscriptions: readonly Subscription[], will: FollowedWill, settling: number): Recipient | null {
  const { subscriber } = subscriptions[0]!
  const served = subscriber.connection?.served ?? null
  if (served === null || subscriber === will.owner || !subscriber.whole || subscriber.unusual || served.bridge || subscriber.connection!.state !== 'connected') return null
  const ended = will.endedIn!
  const held = subscriptions.filter((one) => one.shareName === null && one.inForceFor(ended.frame) && one.since!.time < ended.time - settling)
  if (held.length === 0) return null
  const granted = Math.max(...held.map(({ grantedQos }) => grantedQos ?? 0))
  return {
    subscriber, client: served.party, filter: held[0]!.topicFilter, qos: granted, allowed: subscriptions.length, disturbances: subscriber.disturbances, copies: 0, doubtful: false,
  }
}

function grouped(subscriptions: readonly Subscription[]): readonly (readonly Subscription[])[] {
  const bySubscriber = new Map<Subscriber, Subscription[]>()
  for (const subscription of subscriptions) {
    const its = bySubscriber.get(subscription.subscriber)
    if (its === undefined) bySubscriber.set(subscription.subscriber, [subscription])
    else its.push(subscription)
  }
  return [...bySubscriber.values()]
}

function isThere({ subscriber, disturbances }: Pick<Recipient, 'subscriber' | 'disturbances'>): boolean {
  const { connection } = subscriber
  return subscriber.disturbances === disturbances && subscriber.whole && connection !== null && !connection.half('client').hasHole && !connection.half('server').hasHole
}

/** Publications that are looked at to see who may send and receive a topic. */
const MOST_LOOKED_AT = 64

/** The owner of the will publishes to its topic, and that is passed on. */
function isPassedOn(topic: PublishedTopic | null, owner: Subscriber): boolean {
  let looked = 0
  for (let one = topic?.newest ?? null; one !== null && looked < MOST_LOOKED_AT; one = one.previousOfTopic, looked++) {
    if (one.publisher.subscriber === owner && one.copies.some(({ only }) => only)) return true
  }
  return false
}

function isReached(topic: PublishedTopic | null, subscriber: Subscriber): boolean {
  let looked = 0
  for (let one = topic?.newest ?? null; one !== null && looked < MOST_LOOKED_AT; one = one.previousOfTopic, looked++) {
    if ((one.recipientOf(subscriber)?.copies ?? 0) > 0) return true
  }
  return false
}

function isItsWill(will: FollowedWill, { topic, same }: PassingCopy): boolean {
  return will.topic === topic.name && isSame(will, same)
}

/** The one that the client has to get, else the one whose connection ended last before the copy. */
function ended(alike: readonly FollowedWill[], { copy, subscriber }: PassingCopy): FollowedWill | null {
  let newest: FollowedWill | null = null
  for (const will of alike) {
    const { endedIn } = will
    if (endedIn === null || endedIn.number >= copy.number) continue
    if (will.fateSoFar === 'due' && will.recipients.some((one) => one.subscriber === subscriber && one.copies === 0)) return will
    if (newest === null || endedIn.number >= newest.ended.number) newest = will
  }
  return newest
}

/** A copy of it for this client has come, or will not come. */
function isOutOfQuestion({ fateSoFar, recipients }: FollowedWill, subscriber: Subscriber): boolean {
  if (fateSoFar === null || fateSoFar === 'unclear') return false
  if (fateSoFar !== 'due') return true
  const recipient = recipients.find((one) => one.subscriber === subscriber)
  return recipient !== undefined && recipient.copies >= recipient.allowed
}

/** Nobody is seen to publish it, and everybody at the server is seen. */
function isTelling({ topic, same, subscriber, extent }: PassingCopy): boolean {
  const { server } = topic
  return same.length >= TELLING && same.newest === null && extent === 'whole' && subscriber.whole && server.blindTime === -Infinity && server.anonymousTime === -Infinity
}

function alteredIn({ will }: FollowedWill, { served, properties }: PassingCopy): readonly Alteration[] | null {
  return served.connection.mqtt.version === '5.0' ? alterations(will.properties, properties) : null
}

/** Begins to follow the will of a connection that the server has accepted. */
export function followWill(content: Content, served: ServedConnection, topic: string): FollowedWill {
  const { connect } = served.connection
  const followed = new FollowedWill(content, served.subscriber, served.party, topic, connect!.will!, seenIn(connect!))
  served.subscriber.will = followed
  return followed
}
