/**
 * The topics that the client of a connection published to, and how often: of as many as there is a place for, by connection and in all. Messages of other topics are
 * counted together.
 */
import { fitted } from '../../report/fit.ts'
import { word } from '../../report/wire-text.ts'
import type { Text } from '../../mqtt/packet.ts'

export interface ClientTopicLimits {
  /** Topics of one connection. */
  readonly topics: number
  /** Topics of all connections that are open, and their characters. */
  readonly topicsTotal: number
  readonly topicCharacters: number
}

/** What is told of it. Texts are safe for a terminal. */
export interface PublishedTopics {
  /** The most frequent first. */
  readonly topics: readonly { readonly text: string; readonly messages: number }[]
  /** Topics that were counted and are not among these. */
  readonly more: number
  /** Messages of topics that found no place. */
  readonly others: number
}

/** Places that all connections share. */
export class TopicPlaces {
  readonly limits: ClientTopicLimits
  #topics = 0
  #characters = 0

  constructor(limits: ClientTopicLimits) {
    this.limits = limits
  }

  take(characters: number): boolean {
    if (this.#topics >= this.limits.topicsTotal || this.#characters + characters > this.limits.topicCharacters) return false
    this.#topics++
    this.#characters += characters
    return true
  }

  giveBack(topics: number, characters: number): void {
    this.#topics -= topics
    this.#characters -= characters
  }
}

interface Tally {
  readonly topic: Text
  messages: number
}

/** Begins what no text of the wire can: a surrogate alone, which is not in UTF-8. */
const ILL_FORMED = '\ud800'
/** Told at most, and columns of each: more than two lines hold. */
const MOST_TOLD = 16
const LONGEST_TOLD = 100

export class ClientTopics {
  readonly #places: TopicPlaces
  readonly #tallies = new Map<string, Tally>()
  /** Of the message before: mostly clients publish to few topics. */
  #newest: Tally | null = null
  #characters = 0
  #others = 0
  #unknown = 0

  constructor(places: TopicPlaces) {
    this.#places = places
  }

  /** A message; `topic` is undefined where the capture does not tell it. */
  add(topic: Text | undefined): void {
    if (topic === undefined) {
      this.#unknown++
      return
    }
    let tally = this.#newest
    if (tally === null || tally.topic !== topic) {
      tally = this.#tallyOf(topic)
      if (tally === null) {
        this.#others++
        return
      }
      this.#newest = tally
    }
    tally.messages++
  }

  get told(): PublishedTopics {
    const sorted = [...this.#tallies.values()].sort((one, other) => other.messages - one.messages)
    const topics = sorted.slice(0, MOST_TOLD).map(({ topic, messages }) => ({ text: fitted(word(topic), LONGEST_TOLD), messages }))
    return {
      topics: this.#unknown === 0 ? topics : [...topics, { text: '(topic not known)', messages: this.#unknown }].sort((one, other) => other.messages - one.messages),
      more: sorted.length - Math.min(sorted.length, MOST_TOLD),
      others: this.#others,
    }
  }

  /** Nothing more comes: the places are for others. */
  end(): void {
    this.#places.giveBack(this.#tallies.size, this.#characters)
  }

  #tallyOf(topic: Text): Tally | null {
    const key = typeof topic === 'string' ? topic : ILL_FORMED + topic.hex
    const known = this.#tallies.get(key)
    if (known !== undefined) return known
    if (this.#tallies.size >= this.#places.limits.topics || !this.#places.take(key.length)) return null
    const tally: Tally = { topic, messages: 0 }
    this.#characters += key.length
    this.#tallies.set(key, tally)
    return tally
  }
}
