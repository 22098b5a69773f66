/**
 * The publications that are remembered, the newest ones as far as there is room, and the topics that they stand in. What it forgets it forgets in the order in
 * which it came.
 */
import type { ContentReader } from './message-content.ts'
import type { OpenPublication, Recipient } from './open-publication.ts'
import { PublishedTopic, type Match, type SameContent } from './published-topic.ts'
import type { ServerState } from './server-state.ts'
import type { Subscriber } from './subscriber.ts'

export interface PublicationWindowLimits {
  /** Publications that are remembered. */
  readonly publications: number
  /** Copies of these that came or are expected. */
  readonly copies: number
  /** Subscriptions that match one topic, and clients with such subscriptions that are remembered for all topics together. */
  readonly matches: number
  readonly rememberedMatches: number
  /** Topics that are remembered without a publication. */
  readonly topics: number
}

export class PublicationWindow {
  readonly #limits: PublicationWindowLimits
  readonly #servers: Iterable<ServerState>
  /** Tells of one that is forgotten, just before. */
  readonly #leaves: (publication: OpenPublication) => void
  #oldest: OpenPublication | null = null
  #newest: OpenPublication | null = null
  #count = 0
  #copies = 0
  #topics = 0
  #sweepAt: number
  #matches = 0

  constructor(servers: Iterable<ServerState>, leaves: (publication: OpenPublication) => void, limits: PublicationWindowLimits) {
    this.#servers = servers
    this.#leaves = leaves
    this.#limits = limits
    this.#sweepAt = limits.topics
  }

  /** The oldest first. */
  *[Symbol.iterator](): Iterator<OpenPublication> {
    for (let publication = this.#oldest; publication !== null; publication = publication.nextArrived) yield publication
  }

  topic(server: ServerState, name: string): PublishedTopic {
    const known = server.topics.get(name)
    if (known !== undefined) return known
    if (this.#topics >= this.#sweepAt) this.#sweepTopics()
    const topic = new PublishedTopic(server, name)
    server.topics.set(name, topic)
    this.#topics++
    return topic
  }

  /** Whose subscriptions match the topic, with any state; null where there are too many. */
  matches(topic: PublishedTopic): readonly Match[] | null {
    if (!topic.matchesAreKnown) {
      this.#matches += topic.findMatches(this.#limits.matches)
      if (this.#matches > this.#limits.rememberedMatches) this.#forgetMatches(topic)
    }
    return topic.matches
  }

  matchOf(topic: PublishedTopic, subscriber: Subscriber): Match | null {
    return this.matches(topic) === null ? null : topic.matchOf(subscriber)
  }

  add(publication: OpenPublication, content: ContentReader): SameContent {
    const { topic } = publication
    const same = topic.findOrAdd(content)
    same.add(publication)
    topic.add(publication)
    if (this.#newest === null) this.#oldest = publication
    else this.#newest.nextArrived = publication
    this.#newest = publication
    this.#count++
    while (this.#count > this.#limits.publications) this.#forgetOldest()
    return same
  }

  addRecipient(publication: OpenPublication, recipient: Recipient): void {
    publication.add(recipient)
    this.addCopy()
  }

  /** One more copy that came or is expected. */
  addCopy(): void {
    this.#copies++
    while (this.#copies > this.#limits.copies && this.#count > 1) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const publication = this.#oldest!
    this.#leaves(publication)
    publication.evicted = true
    this.#oldest = publication.nextArrived
    if (this.#oldest === null) this.#newest = null
    this.#count--
    this.#copies -= publication.recipients.length + publication.copies.length
    const { topic } = publication
    const content = publication.content!
    content.removeOldest()
    if (content.empty) topic.forget(content)
    topic.removeOldest()
  }

  /** Forgets topics that nothing is remembered of; if that is not enough, also those with a retained message. */
  #sweepTopics(): void {
    for (const keepRetained of [true, false]) {
      for (const { topics } of this.#servers) {
        for (const [name, topic] of topics) {
          if (!topic.idle || (keepRetained && topic.retained !== null)) continue
          topics.delete(name)
          this.#topics--
        }
      }
      if (this.#topics < this.#limits.topics) break
    }
    this.#sweepAt = Math.max(this.#limits.topics, this.#topics * 2)
  }

  #forgetMatches(needed: PublishedTopic): void {
    for (const { topics } of this.#servers) for (const topic of topics.values()) if (topic !== needed) topic.forgetMatches()
    this.#matches = needed.matches?.length ?? 0
  }
}
