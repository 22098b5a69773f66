/**
 * The publications that are remembered as far as there is room, and the topics that they stand in. Those that are told go first, the oldest of them before others.
 */
import type { ContentReader } from './message-content.ts'
import type { OpenCopy } from './open-copy.ts'
import { OpenPublication, Recipient } from './open-publication.ts'
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

/** Objects of forgotten publications, and of their recipients, that are kept to be used again. */
const MOST_SPARE = 1_024
/** Publications that are looked at for one that has all its copies. */
const MOST_TRIED = 64

class PublicationList {
  first: OpenPublication | null = null
  #last: OpenPublication | null = null

  add(publication: OpenPublication): void {
    publication.previous = this.#last
    publication.next = null
    if (this.#last === null) this.first = publication
    else this.#last.next = publication
    this.#last = publication
  }

  remove({ previous, next }: OpenPublication): void {
    if (previous === null) this.first = next
    else previous.next = next
    if (next === null) this.#last = previous
    else next.previous = previous
  }
}

export class PublicationWindow {
  readonly #limits: PublicationWindowLimits
  readonly #servers: Iterable<ServerState>
  /** Tells of one that has to be forgotten before it was told. */
  readonly #tell: (publication: OpenPublication) => void
  /** Those that are not told yet, in the order in which they came, and those that are, in the order in which they were told. */
  readonly #open = new PublicationList()
  readonly #told = new PublicationList()
  /** The oldest one that nobody has looked at since it came. */
  #fresh: OpenPublication | null = null
  #count = 0
  #copies = 0
  readonly #spare: OpenPublication[] = []
  readonly #spareRecipients: Recipient[] = []
  #topics = 0
  #sweepAt: number
  #matches = 0

  constructor(servers: Iterable<ServerState>, tell: (publication: OpenPublication) => void, limits: PublicationWindowLimits) {
    this.#servers = servers
    this.#tell = tell
    this.#limits = limits
    this.#sweepAt = limits.topics
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

  /** One to begin; then it is to be added. */
  take(): OpenPublication {
    return this.#spare.pop() ?? new OpenPublication()
  }

  /** The same of one of its recipients. */
  takeRecipient(): Recipient {
    return this.#spareRecipients.pop() ?? new Recipient()
  }

  add(publication: OpenPublication): void {
    this.#open.add(publication)
    this.#fresh ??= publication
    this.#count++
    while (this.#count > this.#limits.publications) this.#makeRoom(publication)
  }

  /** Copies of it may come: it is found by its content. */
  index(publication: OpenPublication, content: ContentReader): SameContent {
    const same = publication.topic.findOrAdd(content)
    same.add(publication)
    publication.topic.add(publication)
    return same
  }

  addRecipient(publication: OpenPublication, recipient: Recipient): void {
    publication.addRecipient(recipient)
    this.#countCopy(publication)
  }

  addCopy(publication: OpenPublication, copy: OpenCopy): void {
    publication.addCopy(copy)
    this.#countCopy(publication)
  }

  /** It is told: from now on it is remembered only as long as nothing else needs the room. */
  told(publication: OpenPublication): void {
    if (this.#fresh === publication) this.#fresh = publication.next
    this.#open.remove(publication)
    this.#told.add(publication)
  }

  /** It has been told, and is of no use any more. */
  forget(publication: OpenPublication): void {
    this.#told.remove(publication)
    this.#count--
    this.#copies -= publication.recipients.length + publication.copies.length
    const { content, topic } = publication
    if (content !== null) {
      content.remove(publication)
      if (content.empty) topic.forget(content)
      topic.remove(publication)
    }
    publication.evicted = true
    const spare = this.#spareRecipients
    for (const recipient of publication.recipients) if (spare.length < MOST_SPARE) spare.push(recipient)
    publication.release()
    if (!publication.queued && this.#spare.length < MOST_SPARE) this.#spare.push(publication)
  }

  /** Those not told yet, the oldest first. Any may be told meanwhile. */
  *open(): Iterable<OpenPublication> {
    for (let publication = this.#open.first; publication !== null;) {
      const { next } = publication
      yield publication
      publication = next
    }
  }

  /** The oldest one not looked at yet, where it came at that time or before. */
  takeFresh(time: number): OpenPublication | null {
    const fresh = this.#fresh
    if (fresh === null || fresh.time > time) return null
    this.#fresh = fresh.next
    return fresh
  }

  /** When the oldest one not looked at yet came; Infinity where there is none. */
  get freshTime(): number {
    return this.#fresh === null ? Infinity : this.#fresh.time
  }

  #countCopy(publication: OpenPublication): void {
    this.#copies++
    while (this.#copies > this.#limits.copies && this.#makeRoom(publication));
  }

  /** Forgets one, but not the one that is `needed`. False where there is no other. */
  #makeRoom(needed: OpenPublication): boolean {
    let publication = this.#told.first
    if (publication === needed) publication = publication.next
    if (publication === null) {
      publication = this.#complete(needed) ?? (this.#open.first === needed ? needed.next : this.#open.first)
      if (publication === null) return false
      this.#tell(publication)
    }
    this.forget(publication)
    return true
  }

  /** Not told yet, but it has all its copies: those that still wait for some may wait as long as they can. */
  #complete(needed: OpenPublication): OpenPublication | null {
    let publication = this.#fresh
    for (let tried = 0; publication !== null && tried < MOST_TRIED; tried++) {
      if (publication.waiting === 0 && publication !== needed) return publication
      publication = publication.next
    }
    return null
  }

  /** Forgets topics that nothing is remembered of; if that is not enough, also those with a retained message. */
  #sweepTopics(): void {
    for (const keepRetained of [true, false]) {
      for (const { topics } of this.#servers) {
        for (const [name, topic] of topics) {
          if (!topic.idle || (keepRetained && topic.retained !== null && topic.retained.length > 0)) continue
          topics.delete(name)
          topic.server.retaining.delete(topic)
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
