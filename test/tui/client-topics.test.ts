import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { IllFormedText } from '../../src/mqtt/packet.ts'
import { ClientTopics, TopicPlaces, type PublishedTopics } from '../../src/tui/model/client-topics.ts'
import { withTopics } from '../../src/tui/views/clients-detail.ts'
import { booked } from './tui-capture.ts'

const ROOMY = { topics: 10, topicsTotal: 100, topicCharacters: 1_000 }

function told(topics: readonly Parameters<ClientTopics['add']>[0][], limits = ROOMY): PublishedTopics {
  const counted = new ClientTopics(new TopicPlaces(limits))
  for (const topic of topics) counted.add(topic)
  return counted.told
}

const inWords = ({ topics, more, others }: PublishedTopics) => [...topics.map(({ text, messages }) => `${text} ${messages}`), more, others]

describe('the topics of a client', () => {
  it('come with the most frequent first', () => {
    expect(inWords(told(['a', 'b', 'b', 'c', 'b', 'c']))).toEqual(['b 3', 'c 2', 'a 1', 0, 0])
  })

  it('are safe for a terminal, and told apart where they are not UTF-8', () => {
    const bytes = new IllFormedText('c328')
    expect(inWords(told(['\x1b]0;x\x07', bytes, bytes, 'two words']))).toEqual(['0xc328 2', '\\x1b]0;x\\x07 1', '"two words" 1', 0, 0])
  })

  it('may be unknown', () => {
    expect(inWords(told([undefined, 'a', undefined]))).toEqual(['(topic not known) 2', 'a 1', 0, 0])
  })

  it('are as many as one connection has places for, and the rest is counted together', () => {
    expect(inWords(told(['a', 'b', 'c', 'c', 'a'], { ...ROOMY, topics: 2 }))).toEqual(['a 2', 'b 1', 0, 2])
    expect(inWords(told(['a', 'long/topic'], { ...ROOMY, topicCharacters: 5 }))).toEqual(['a 1', 0, 1])
  })

  it('share their places with those of other connections, until these end', () => {
    const places = new TopicPlaces({ ...ROOMY, topicsTotal: 1 })
    const [one, other] = [new ClientTopics(places), new ClientTopics(places)]
    one.add('a')
    other.add('b')
    expect(inWords(other.told)).toEqual([0, 1])
    one.end()
    other.add('b')
    expect(inWords(other.told)).toEqual(['b 1', 0, 1])
  })

  it('are listed as far as anybody reads', () => {
    const many = Array.from({ length: 50 }, (_, index) => `t${index}`)
    const { topics, more } = told(many, { ...ROOMY, topics: 50 })
    expect([topics.length, more]).toEqual([16, 34])
  })

  it.each(['mosquitto-5.0.pcapng', 'qmqtt.pcap', 'mid-stream-5.0.pcap'])('count each PUBLISH of a client of %s once, open or ended', (name) => {
    for (const part of [0.5, 1]) {
      const { book } = booked(name, { part })
      for (const { stream, publishes } of book.rows) {
        const { topics, others } = book.topics(stream) ?? { topics: [], others: 0 }
        expect(topics.reduce((sum, { messages }) => sum + messages, others)).toBe(publishes.client)
      }
    }
  })

  it('have names where a Topic Alias stands for them', () => {
    const { book } = booked('mosquitto-5.0.pcapng')
    const texts = book.rows.flatMap(({ stream }) => book.topics(stream)?.topics ?? []).map(({ text }) => text)
    expect(texts).toContain('plant/7/temp')
    expect(texts).not.toContain('""')
  })

  it('go with the details of connections that have ended', () => {
    const { book } = booked('mosquitto-5.0.pcapng', { limits: { rows: 100, details: 0, timed: 10 } })
    expect(book.rows.map(({ stream }) => book.topics(stream)).filter((topics) => topics !== null)).toEqual([])
  })
})

describe('their lines', () => {
  const detail = ['Connection 0', '  CONNACK          packet 2', '  Subscriptions    a/#  QoS 1']
  const lines = (published: PublishedTopics | null, width: number) => withTopics(detail, published, width).slice(2, -1)
  const topics = [{ text: 'plant/7/temp', messages: 1_100 }, { text: 'plant/7/state', messages: 104 }, { text: 'plant/7/alarm', messages: 2 }]

  it('stand before the subscriptions', () => {
    expect(lines({ topics, more: 0, others: 0 }, 100)).toEqual(['  Topics out       plant/7/temp (1,100)  plant/7/state (104)  plant/7/alarm (2)'])
    expect(withTopics(detail, null, 100)).toBe(detail)
  })

  it('are two at most, and say what is not there', () => {
    expect(lines({ topics, more: 9, others: 1_204 }, 70)).toEqual(['  Topics out       plant/7/temp (1,100)  plant/7/state (104)', '                   … 10 more, 1,204 messages to others'])
  })

  it('fit, whatever the topics are', () => {
    fc.assert(fc.property(fc.array(fc.record({ text: fc.string({ minLength: 1, maxLength: 90, unit: fc.constantFrom('a', '/', '漢', ' ') }), messages: fc.nat() }), { maxLength: 32 }), fc.nat(), fc.nat(), fc.integer({ min: 60, max: 300 }), (some, more, others, width) => {
      const made = lines({ topics: some, more, others }, width)
      expect(made.length).toBeLessThanOrEqual(2)
      for (const line of made) expect(stringWidth(line)).toBeLessThan(width)
    }))
  })
})
