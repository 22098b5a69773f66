/**
 * Topic Aliases of one direction of one connection (MQTT 5.0 §3.3.2.3.4): set by a PUBLISH that has both a Topic Name and an alias, used by one whose
 * Topic Name is empty. The two directions have nothing to do with each other, and nothing survives the connection.
 */
import type { Text } from './packet.ts'

export class TopicAliases {
  readonly #topics = new Map<number, Text>()
  readonly #maximumLength: number
  #length = 0
  /** An alias was set that is not remembered. */
  overflowed = false

  /** `maximumLength`: characters of all topics together; an alias beyond that is not remembered. */
  constructor(maximumLength: number) {
    this.#maximumLength = maximumLength
  }

  set(alias: number, topic: Text): void {
    const before = this.#topics.get(alias)
    const length = this.#length + lengthOf(topic) - (before === undefined ? 0 : lengthOf(before))
    if (length > this.#maximumLength) {
      this.#topics.delete(alias)
      this.overflowed = true
      return
    }
    this.#length = length
    this.#topics.set(alias, topic)
  }

  get(alias: number): Text | undefined {
    return this.#topics.get(alias)
  }

  /** What was set before a gap may have been changed inside it. */
  clear(): void {
    this.#topics.clear()
    this.#length = 0
  }
}

function lengthOf(topic: Text): number {
  return typeof topic === 'string' ? topic.length : topic.hex.length
}
