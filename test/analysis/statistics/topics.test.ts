import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Topics, type TopicLimits, type TopicSum } from '../../../src/analysis/statistics/topics.ts'
import { IllFormedText, type Publish, type Text } from '../../../src/mqtt/packet.ts'
import type { PacketEvent } from '../../../src/mqtt/packet-event.ts'

const MANY: TopicLimits = { topicLevels: 1_000, topicCharacters: 1_000_000, topicsBelow: 1_000, topicDepth: 32 }

interface Message {
  readonly topic?: Text | undefined
  readonly alias?: Text
  readonly qos?: Publish['qos']
  readonly retain?: boolean
  readonly length?: number
  readonly payloadLength?: number
  readonly direction?: PacketEvent['direction']
}

function add(topics: Topics, { topic, alias, qos = 0, retain = false, length = 10, payloadLength = 4, direction = 'client-to-server' }: Message): void {
  const packet: Publish = {
    type: 'PUBLISH', flags: 0, dup: false, qos, retain, topicName: topic, packetIdentifier: undefined, properties: undefined, payloadStart: 0, payloadLength,
  }
  topics.add({ direction, length, resolvedTopicName: alias, packet } as PacketEvent, packet)
}

function of(names: readonly (Text | undefined)[], limits: Partial<TopicLimits> = {}): Topics {
  const topics = new Topics({ ...MANY, ...limits })
  for (const topic of names) add(topics, { topic })
  return topics
}

/** `topic messages`, and `topic/… messages` of those that found no place. */
const told = (topics: Topics) => [...topics.counted()].map(({ level, counts, rest }) => `${JSON.stringify(level.topic)}${rest ? '…' : ''} ${counts.messages}`)

/** Each level with its sum, indented. */
const tree = ({ level, counts, children }: TopicSum, depth = 0): string[] => [`${' '.repeat(depth)}${String(level.name)} ${counts.messages}`, ...children.flatMap((child) => tree(child, depth + 1))]

test('none', () => {
  expect([...of([]).counted()]).toEqual([])
})

test('what is counted of a message', () => {
  const topics = new Topics(MANY)
  add(topics, { topic: 'a', qos: 1, retain: true, length: 30, payloadLength: 20 })
  add(topics, { topic: 'a', qos: 2, length: 12, payloadLength: 2, direction: 'server-to-client' })
  add(topics, { topic: 'a', qos: 3, length: 7, payloadLength: 1, direction: null })
  const { counts } = [...topics.counted()][0]!
  expect(counts).toMatchObject({ messages: 3, payloadBytes: 23, retained: 1, qos: [0, 1, 1, 1] })
  expect([counts.traffic.packets, counts.traffic.bytes]).toEqual([{ client: 1, server: 1, unknown: 1 }, { client: 30, server: 12, unknown: 7 }])
})

describe('the tree', () => {
  test('has the sums of what is below each level', () => {
    expect(tree(of(['plant/7/temp', 'plant/7/temp', 'plant/7', 'plant/8/temp', 'news']).sums())).toEqual([
      ' 5', ' plant 4', '  7 3', '   temp 2', '  8 1', '   temp 1', ' news 1',
    ])
  })

  test('a level and a topic of the same name', () => {
    expect(told(of(['a', 'a/b', 'a/', '/a', '/']))).toEqual(['"a" 1', '"a/b" 1', '"a/" 1', '"/a" 1', '"/" 1'])
  })

  test('names that objects have by themselves', () => {
    expect(told(of(['__proto__', 'constructor/toString', '__proto__']))).toEqual(['"__proto__" 2', '"constructor/toString" 1'])
  })
})

describe('topics that are not as they should be', () => {
  test('not UTF-8: no levels', () => {
    expect(told(of([new IllFormedText('61ff2f62'), new IllFormedText('61ff2f62'), '61ff2f62']))).toEqual(['{"hex":"61ff2f62"} 2', '"61ff2f62" 1'])
  })

  test('behind an alias, and behind one that is not known', () => {
    const topics = new Topics(MANY)
    add(topics, { topic: '', alias: 'a/b' })
    add(topics, { topic: '' })
    add(topics, { topic: undefined })
    expect([told(topics), topics.unknown.messages]).toEqual([['"a/b" 1'], 2])
  })
})

describe('limits', () => {
  test('levels: what finds no place is counted where it would have begun to differ', () => {
    expect(told(of(['a/b', 'a/c', 'a/c/d', 'e', 'a/b', 'a/c', 'a'], { topicLevels: 3 }))).toEqual(['""… 1', '"a" 1', '"a/b" 2', '"a/c" 2', '"a/c"… 1'])
  })

  test('below one level: the others keep their places', () => {
    expect(told(of(['answers/1', 'answers/2', 'answers/3', 'answers/4/x', 'plant/7'], { topicsBelow: 2 }))).toEqual(['"answers"… 2', '"answers/1" 1', '"answers/2" 1', '"plant/7" 1'])
  })

  test('characters: long names cannot take all memory, and short ones keep their places', () => {
    const long = (name: string) => name.repeat(60)
    expect(told(of(['a/b', long('x'), long('y'), 'c', long('x'), 'a/b', long('y')], { topicCharacters: 100 }))).toEqual([
      '""… 2', '"a/b" 2', `"${long('x')}" 2`, '"c" 1',
    ])
  })

  test('depth: the rest of the topic is one level', () => {
    const topics = of(['a/b/c/d', 'a/b/c/e', 'a/b'], { topicDepth: 3 })
    expect(tree(topics.sums())).toEqual([' 3', ' a 3', '  b 3', '   c/d 1', '   c/e 1'])
    expect(told(topics)).toEqual(['"a/b" 1', '"a/b/c/d" 1', '"a/b/c/e" 1'])
  })

  test('a topic of nothing but slashes', () => {
    const topics = of(['/'.repeat(65_535)], { topicDepth: 32 })
    expect(told(topics)).toEqual([`"${'/'.repeat(65_535)}" 1`])
  })
})

test('all messages are somewhere, whatever the topics and the limits are', () => {
  const name = fc.option(fc.oneof(fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/')), fc.string()), { nil: undefined })
  const limits = fc.record({ topicLevels: fc.nat(8), topicCharacters: fc.nat(40), topicsBelow: fc.nat(4), topicDepth: fc.integer({ min: 1, max: 4 }) })
  fc.assert(fc.property(fc.array(name, { maxLength: 60 }), limits, (names, chosen) => {
    const topics = of(names, chosen)
    const counted = [...topics.counted()]
    expect(counted.reduce((sum, { counts }) => sum + counts.messages, 0) + topics.unknown.messages).toBe(names.length)
    expect(topics.sums().counts.messages + topics.unknown.messages).toBe(names.length)
    for (const { level, counts, rest } of counted) if (!rest) expect(counts.messages).toBe(names.filter((topic) => topic === level.topic).length)
  }))
})
