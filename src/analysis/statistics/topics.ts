/**
 * PUBLISH packets by topic, as a tree by levels: `plant/7/temp` stands under `7`, and that under `plant`.
 *
 * Bounded in levels and their names. Topics that find no place are counted together where they would have begun to differ: as the rest of the deepest level that they share
 * with what is there. So every count in the tree is exact, and all of them together are all PUBLISH packets.
 */
import type { Publish, Text } from '../../mqtt/packet.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import { sentBy, Traffic } from './traffic.ts'

export interface TopicLimits {
  readonly topicLevels: number
  readonly topicCharacters: number
  readonly topicsBelow: number
  readonly topicDepth: number
}

/** Messages of one topic, or of several. */
export class TopicCounts {
  /** Whole packets. */
  readonly traffic = new Traffic()
  payloadBytes = 0
  /** With the RETAIN flag. */
  retained = 0
  /** Not really a QoS is 3. */
  readonly qos: [number, number, number, number] = [0, 0, 0, 0]

  add({ direction, length }: PacketEvent, { qos, retain, payloadLength }: Publish): void {
    this.traffic.add(sentBy(direction), length)
    this.payloadBytes += payloadLength
    if (retain) this.retained++
    this.qos[qos]++
  }

  addAll(other: TopicCounts): void {
    this.traffic.addAll(other.traffic)
    this.payloadBytes += other.payloadBytes
    this.retained += other.retained
    for (const qos of [0, 1, 2, 3] as const) this.qos[qos] += other.qos[qos]
  }

  get messages(): number {
    return this.traffic.allPackets
  }
}

/** One level of a topic with all that is below it. */
export class TopicLevel {
  /** As on the wire; of a topic that is not UTF-8, which has no levels, all of it. */
  readonly name: Text
  /** Null for the root, which is no level. */
  readonly parent: TopicLevel | null
  /** Messages of the topic that ends here; null where there are none. */
  own: TopicCounts | null = null
  /** Messages of topics that go on here and found no place; null where there are none. */
  rest: TopicCounts | null = null
  #below: Map<string, TopicLevel> | null = null

  constructor(name: Text, parent: TopicLevel | null) {
    this.name = name
    this.parent = parent
  }

  get children(): readonly TopicLevel[] {
    return this.#below === null ? [] : [...this.#below.values()]
  }

  get childCount(): number {
    return this.#below?.size ?? 0
  }

  child(key: string): TopicLevel | undefined {
    return this.#below?.get(key)
  }

  addChild(key: string, name: Text): TopicLevel {
    const child = new TopicLevel(name, this)
    ;(this.#below ??= new Map<string, TopicLevel>()).set(key, child)
    return child
  }

  /** The whole topic down to here. */
  get topic(): Text {
    const { name, parent } = this
    if (parent === null || parent.parent === null || typeof name !== 'string') return name
    return `${String(parent.topic)}/${name}`
  }
}

/** All messages of a level and of what is below it. */
export interface TopicSum {
  readonly level: TopicLevel
  readonly counts: TopicCounts
  readonly children: readonly TopicSum[]
}

/** Begins what no text of the wire can: a surrogate alone, which is not in UTF-8. */
const ILL_FORMED = '\ud800'

export class Topics {
  readonly root = new TopicLevel('', null)
  /** Messages whose topic is not known: behind a Topic Alias that was set before the capture began, or damaged. */
  readonly unknown = new TopicCounts()
  readonly #limits: TopicLimits
  #levels = 0
  #characters = 0
  /** Where the messages of the last topics are counted. Emptied when full: a topic is then looked for in the tree again. */
  readonly #known = new Map<string, TopicCounts>()
  #knownCharacters = 0

  constructor(limits: TopicLimits) {
    this.#limits = limits
  }

  add(event: PacketEvent, packet: Publish): void {
    const { topicName } = packet
    // Empty where a Topic Alias stands for it, and else a defect.
    const topic = event.resolvedTopicName ?? (topicName === '' ? undefined : topicName)
    const counts = topic === undefined ? this.unknown : this.#countsOf(typeof topic === 'string' ? topic : ILL_FORMED + topic.hex, topic)
    counts.add(event, packet)
  }

  /** Each level with the sums of what is below it. */
  sums(): TopicSum {
    return sumOf(this.root)
  }

  /** Levels that have messages of their own: topics, and what found no place below a level. */
  *counted(level = this.root): Iterable<{ readonly level: TopicLevel; readonly counts: TopicCounts; readonly rest: boolean }> {
    if (level.own !== null) yield { level, counts: level.own, rest: false }
    if (level.rest !== null) yield { level, counts: level.rest, rest: true }
    for (const child of level.children) yield* this.counted(child)
  }

  #countsOf(key: string, topic: Text): TopicCounts {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const counts = typeof topic === 'string' ? this.#place(topic) : this.#placeBelow(this.root, key, topic)
    this.#remember(key, counts)
    return counts
  }

  #remember(key: string, counts: TopicCounts): void {
    const { topicLevels, topicCharacters } = this.#limits
    if (key.length > topicCharacters) return
    if (this.#known.size >= topicLevels || this.#knownCharacters + key.length > topicCharacters) {
      this.#known.clear()
      this.#knownCharacters = 0
    }
    this.#known.set(key, counts)
    this.#knownCharacters += key.length
  }

  #place(topic: string): TopicCounts {
    let level = this.root
    let start = 0
    for (let depth = 1; ; depth++) {
      const slash = depth === this.#limits.topicDepth ? -1 : topic.indexOf('/', start)
      const name = slash < 0 ? topic.slice(start) : topic.slice(start, slash)
      if (slash < 0) return this.#placeBelow(level, name, name)
      const next = level.child(name) ?? this.#add(level, name, name)
      if (next === null) return (level.rest ??= new TopicCounts())
      level = next
      start = slash + 1
    }
  }

  /** The topic that ends with this level. */
  #placeBelow(level: TopicLevel, key: string, name: Text): TopicCounts {
    const last = level.child(key) ?? this.#add(level, key, name)
    return last === null ? (level.rest ??= new TopicCounts()) : (last.own ??= new TopicCounts())
  }

  /** Null where there is no place. */
  #add(level: TopicLevel, key: string, name: Text): TopicLevel | null {
    const { topicLevels, topicsBelow, topicCharacters } = this.#limits
    if (this.#levels >= topicLevels || level.childCount >= topicsBelow || this.#characters + key.length > topicCharacters) return null
    this.#levels++
    this.#characters += key.length
    const own = typeof name === 'string' ? standingAlone(name) : null
    return own === null ? level.addChild(key, name) : level.addChild(own, own)
  }
}

/** V8 keeps the whole topic in memory for a part that was cut out of it, but not for what was put together anew. */
function standingAlone(name: string): string {
  return name.split('').join('')
}

function sumOf(level: TopicLevel): TopicSum {
  const counts = new TopicCounts()
  if (level.own !== null) counts.addAll(level.own)
  if (level.rest !== null) counts.addAll(level.rest)
  const children = level.children.map(sumOf)
  for (const child of children) counts.addAll(child.counts)
  return { level, counts, children }
}
