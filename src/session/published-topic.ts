/**
 * A topic at a server: whose subscriptions match it, and what was published there lately, by content.
 */
import type { Publication } from './delivery.ts'
import { isSame, type Content } from './message-content.ts'
import type { Seen } from './network-connection.ts'
import type { PassingCopy } from './open-copy.ts'
import type { OpenPublication } from './open-publication.ts'
import type { ServerState } from './server-state.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription, SubscriptionTerms } from './subscription.ts'

/** The subscriptions of one client that match a topic. */
export class Match {
  readonly subscriber: Subscriber
  readonly subscriptions: Subscription[] = []
  /** Among the recipients of the publication before: mostly it is the same in the next one. */
  place = 0
  #filters: readonly string[] | null = null
  /** Of the subscriptions when the subscriber's `changes` were these; and the last change of one of them. */
  #changes = -1
  #terms: readonly SubscriptionTerms[] = []
  #gone: readonly string[] = []
  #changedFrame = Infinity
  #changedTime = Infinity
  #replaces = false

  constructor(subscriber: Subscriber) {
    this.subscriber = subscriber
  }

  /** As the client wrote them. */
  get filters(): readonly string[] {
    return (this.#filters ??= this.subscriptions.map(({ topicFilter }) => topicFilter))
  }

  /** The highest QoS granted for them now; null where none is. */
  get grantedQos(): number | null {
    let highest: number | null = null
    for (const { grantedQos } of this.subscriptions) if (grantedQos !== null && !(highest !== null && highest >= grantedQos)) highest = grantedQos
    return highest
  }

  /**
   * As they are in force for a message that was first seen in this frame, at this time; null where they have changed since, or where it is not known which ones
   * there are.
   */
  termsFor(firstSeenFrame: number, time: number, settling: number): readonly SubscriptionTerms[] | null {
    if (this.#changes !== this.subscriber.changes) this.#readTerms()
    if (!(this.#changedFrame < firstSeenFrame)) return null
    // Nodes of a cluster may know of a change a little later. A first subscription has nothing else that could hold instead.
    return this.#replaces && !(this.#changedTime < time - settling) ? null : this.#terms
  }

  /** Those that are gone, as the client wrote them. */
  get gone(): readonly string[] {
    if (this.#changes !== this.subscriber.changes) this.#readTerms()
    return this.#gone
  }

  #readTerms(): void {
    const terms: SubscriptionTerms[] = []
    const gone: string[] = []
    let last: Seen | null = null
    this.#changes = this.subscriber.changes
    this.#replaces = false
    for (const { topicFilter, shareName, state, granted, grantedQos, since, over, asked, begun } of this.subscriptions) {
      const changed = state === 'in-force' ? since! : state === 'gone' ? over! : NEVER
      if (last === null || changed.frame > last.frame) last = changed
      const replaced = asked !== begun
      if (replaced || state !== 'in-force') this.#replaces = true
      if (state === 'gone') gone.push(topicFilter)
      else if (granted !== null && grantedQos !== null) {
        const { noLocal, retainAsPublished, identifier } = granted
        terms.push({ topicFilter, shareName, grantedQos, noLocal, retainAsPublished, identifier, replaced })
      }
    }
    this.#terms = terms
    this.#gone = gone
    this.#changedFrame = last!.frame
    this.#changedTime = last!.time
  }

  /** All of them were asked for before the packet with this number. */
  askedBefore(number: number): boolean {
    return this.subscriptions.every(({ asked }) => asked.number < number)
  }

  /** A SUBSCRIBE for one of them is not answered yet. */
  get isAsked(): boolean {
    for (const { state } of this.subscriptions) if (state === 'asked') return true
    return false
  }

  /** All of them were asked for first after it. */
  askedAfter(number: number): boolean {
    return this.subscriptions.every(({ begun }) => begun.number > number)
  }

  /** One of them was asked for after that time, or nobody knows when. */
  askedSince(time: number): boolean {
    return this.subscriptions.some(({ asked }) => !(asked.time < time))
  }
}

/** Its request is not answered yet. */
const NEVER: Seen = { number: Infinity, frame: Infinity, time: Infinity }

const NO_MATCHES: readonly Match[] = []

/** The message that a topic retains (MQTT 5.0 §3.3.1.3), as far as the capture shows. */
export class RetainedMessage implements Content {
  readonly first: number
  readonly second: number
  /** 0 where the topic retains none any more. */
  readonly length: number
  readonly publication: Publication
  readonly publisher: Subscriber
  /** What shows that the server took it: a Reason Code, or somebody who got it; null where nothing does. */
  taken: Seen | null = null
  /** Others were published since, without RETAIN. */
  passedOver = false

  constructor({ first, second, length }: Content, publication: Publication, publisher: Subscriber) {
    this.first = first
    this.second = second
    this.length = length
    this.publication = publication
    this.publisher = publisher
  }

  /** The server surely took it before that time, and still has it. */
  isSure(time: number): boolean {
    return this.taken !== null && this.taken.time < time && this.publication.messageExpiryInterval === null
  }
}

/** The publications of one topic that have the same content, the oldest first; and copies of such content whose publication was not seen yet. */
export class SameContent implements Content {
  readonly first: number
  readonly second: number
  readonly length: number
  oldest: OpenPublication | null = null
  newest: OpenPublication | null = null
  /** Who published them; null where several clients did. */
  client: Subscriber | null = null
  /** How many of them may still get copies that are expected. */
  open = 0
  /** When a copy last came of one that had been told already. */
  lateTime = -Infinity
  parked: PassingCopy[] | null = null
  /** Somebody got more copies than were published: there may be a publication that was not seen. */
  surplus = false
  /** With others, that have the same key. */
  next: SameContent | null = null
  /** Where there are several: by subscriber, the one that its last copy was of. Copies come in the order of publications (MQTT 5.0 §4.6). */
  #cursors: Map<Subscriber, OpenPublication> | null = null

  constructor(content: Content) {
    this.first = content.first
    this.second = content.second
    this.length = content.length
  }

  add(publication: OpenPublication): void {
    publication.content = this
    const { subscriber } = publication.publisher
    this.client = this.newest === null || this.client === subscriber ? subscriber : null
    publication.previousSame = this.newest
    if (this.newest === null) this.oldest = publication
    else this.newest.nextSame = publication
    this.newest = publication
  }

  remove(publication: OpenPublication): void {
    const { previousSame, nextSame } = publication
    if (previousSame === null) this.oldest = nextSame
    else previousSame.nextSame = nextSame
    if (nextSame === null) this.newest = previousSame
    else nextSame.previousSame = previousSame
    publication.previousSame = null
    publication.nextSame = null
  }

  get empty(): boolean {
    return this.oldest === null && this.parked === null
  }

  /** Where to look first for what a subscriber's next copy is of. */
  cursorOf(subscriber: Subscriber): OpenPublication | null {
    const cursor = this.#cursors?.get(subscriber)
    return cursor === undefined || cursor.content !== this ? this.oldest : cursor
  }

  moveCursor(subscriber: Subscriber, publication: OpenPublication): void {
    if (this.oldest === this.newest) return
    this.#cursors ??= new Map<Subscriber, OpenPublication>()
    this.#cursors.set(subscriber, publication)
  }
}

export class PublishedTopic {
  readonly server: ServerState
  readonly name: string
  retained: RetainedMessage | null = null
  /** When a copy last came from no publication: somebody publishes here whom the capture does not hold. */
  strayTime = -Infinity
  /** Publications that are remembered, the oldest first: linked by `nextOfTopic`. */
  oldest: OpenPublication | null = null
  newest: OpenPublication | null = null
  count = 0
  /** How many of these have a payload that is not in the capture. */
  cut = 0
  #version = -1
  #matches: readonly Match[] | null = NO_MATCHES
  #bySubscriber: Map<Subscriber, Match> | null = null
  readonly #contents = new Map<number, SameContent>()

  constructor(server: ServerState, name: string) {
    this.server = server
    this.name = name
  }

  /** Whose subscriptions match, with any state; null where there are too many. Only while `matchesAreKnown`. */
  get matches(): readonly Match[] | null {
    return this.#matches
  }

  get matchesAreKnown(): boolean {
    return this.#version === this.server.version
  }

  /** Returns how many clients there are; none where that would be more than `most` subscriptions. */
  findMatches(most: number): number {
    this.#version = this.server.version
    this.#bySubscriber = null
    const found = this.server.filters.match(this.name, most)
    this.#matches = found === null ? null : found.length === 0 ? NO_MATCHES : bySubscriber(found)
    return this.#matches?.length ?? 0
  }

  forgetMatches(): void {
    this.#version = -1
    this.#matches = NO_MATCHES
    this.#bySubscriber = null
  }

  matchOf(subscriber: Subscriber): Match | null {
    const matches = this.#matches ?? NO_MATCHES
    if (matches.length <= LISTED) {
      for (const match of matches) if (match.subscriber === subscriber) return match
      return null
    }
    this.#bySubscriber ??= new Map(matches.map((match) => [match.subscriber, match]))
    return this.#bySubscriber.get(subscriber) ?? null
  }

  find(content: Content): SameContent | null {
    let same = this.#contents.get(keyOf(content.first)) ?? null
    while (same !== null && !isSame(same, content)) same = same.next
    return same
  }

  findOrAdd(content: Content): SameContent {
    const key = keyOf(content.first)
    const chain = this.#contents.get(key) ?? null
    for (let same = chain; same !== null; same = same.next) if (isSame(same, content)) return same
    const added = new SameContent(content)
    added.next = chain
    this.#contents.set(key, added)
    return added
  }

  forget(same: SameContent): void {
    const key = keyOf(same.first)
    const chain = this.#contents.get(key) ?? null
    if (chain === same) {
      if (same.next === null) this.#contents.delete(key)
      else this.#contents.set(key, same.next)
      return
    }
    for (let before = chain; before !== null; before = before.next) {
      if (before.next !== same) continue
      before.next = same.next
      return
    }
  }

  add(publication: OpenPublication): void {
    publication.previousOfTopic = this.newest
    if (this.newest === null) this.oldest = publication
    else this.newest.nextOfTopic = publication
    this.newest = publication
    this.count++
    if (publication.extent === 'none') this.cut++
  }

  remove(publication: OpenPublication): void {
    const { previousOfTopic, nextOfTopic, extent } = publication
    if (extent === 'none') this.cut--
    this.count--
    if (previousOfTopic === null) this.oldest = nextOfTopic
    else previousOfTopic.nextOfTopic = nextOfTopic
    if (nextOfTopic === null) this.newest = previousOfTopic
    else nextOfTopic.previousOfTopic = previousOfTopic
    publication.previousOfTopic = null
    publication.nextOfTopic = null
  }

  /** Nothing is remembered of it but perhaps its retained message. */
  get idle(): boolean {
    return this.count === 0 && this.#contents.size === 0
  }
}

/** Looking along so few is quicker than any table. */
const LISTED = 8

/** Small integers are quicker keys than others. */
function keyOf(hash: number): number {
  return hash >>> 2
}

function bySubscriber(found: readonly Subscription[]): Match[] {
  const matches = new Map<Subscriber, Match>()
  for (const subscription of found) {
    let match = matches.get(subscription.subscriber)
    if (match === undefined) matches.set(subscription.subscriber, (match = new Match(subscription.subscriber)))
    match.subscriptions.push(subscription)
  }
  return [...matches.values()]
}
