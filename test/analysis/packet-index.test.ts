/**
 * Every packet of every recorded capture, read again by the index: it is what it was when it went by. The capture comes in chunks of several sizes, so that packets
 * lie in a chunk, across two, and in pieces.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { BYTES_PER_PACKET, PacketIndex } from '../../src/analysis/packet-index.ts'
import { PacketSet } from '../../src/analysis/packet-set.ts'
import { PacketSource } from '../../src/analysis/packet-source.ts'
import { createPipeline } from '../../src/analysis/pipeline.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'

const CAPTURES = join(import.meta.dirname, '../../fixtures/captures')
const NAMES = readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name))

function bytesOf(name: string): Uint8Array {
  const bytes = readFileSync(join(CAPTURES, name))
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
}

/** What is shown of a packet, to compare. */
function seen(event: PacketEvent): object {
  const { number, frame, time, firstSeenFrame, firstSeenTime, sender, version, versionCertainty, length, packet, problems, resolvedTopicName, missing, lostBefore, pieces, connection } = event
  return {
    number, frame, time, firstSeenFrame, firstSeenTime, sender, version, versionCertainty, length, packet: { ...packet }, problems: [...problems], resolvedTopicName, missing, lostBefore, pieces,
    stream: connection.tcp.stream, ends: connection.tcp.endpoints.map(({ text }) => text), bytes: event.buffer.slice(event.start, event.end),
  }
}

function indexed(captures: readonly Uint8Array[], chunk: number, keptBytes: number = LIMITS.index.keptBytes) {
  const index = new PacketIndex({ ...LIMITS.index, keptBytes })
  const went: object[] = []
  const pipeline = createPipeline({ ports: new Uint8Array(65_536).fill(1, 1883, 1884), version: null, locates: true }, {
    packet: (event, exchange) => {
      went.push(seen(event))
      index.add(event, exchange?.number ?? 0, pipeline.positionOf(event.buffer, event.start))
    },
    exchange: () => undefined,
    captureProblem: () => undefined,
    networkProblem: () => undefined,
  })
  for (const capture of captures) {
    pipeline.begin('capture')
    // Each in memory of its own that is overwritten, as what is read from a file.
    for (let at = 0; at < capture.length; at += chunk) {
      const given = capture.slice(at, at + chunk)
      pipeline.push(given)
      given.fill(0xee)
    }
  }
  pipeline.finish()
  const all = captures.reduce((whole, capture) => Uint8Array.from([...whole, ...capture]), new Uint8Array(0))
  return { index, went, source: new PacketSource(index, (position, length) => (position < all.length ? all.slice(position, position + length) : null)) }
}

describe.each(NAMES)('%s', (name) => {
  const capture = bytesOf(name)

  test.each([1_048_576, 4_099, 509])('is the same when it is read again, in chunks of %i bytes', (chunk) => {
    const { index, went, source } = indexed([capture], chunk)
    expect(index.count).toBe(went.length)
    for (const [order, packet] of went.entries()) expect(seen(source.packet(order + 1)!)).toEqual(packet)
  })
})

describe.each(NAMES.filter((name) => !/lossy|lost|mid-|out-of-order|snap-/.test(name)))('%s', (name) => {
  test('is in the capture itself, but for what came in disorder, and the last packet of connections', () => {
    const { index } = indexed([bytesOf(name)], 65_536)
    let copies = 0
    const streams = new Set<number>()
    for (let number = 1; number <= index.count; number++) {
      streams.add(index.connectionOf(number).stream)
      if ((index.asideOf(number)?.bytes ?? null) !== null) copies++
    }
    expect(copies).toBeLessThanOrEqual(streams.size + index.count * 0.03)
  })
})

describe('several files', () => {
  test('are one capture: positions and numbers go on', () => {
    const { index, went, source } = indexed([bytesOf('mosquitto-3.1.1.pcap'), bytesOf('mosquitto-5.0.pcapng')], 10_000)
    expect(index.count).toBe(went.length)
    for (const [order, packet] of went.entries()) expect(seen(source.packet(order + 1)!)).toEqual(packet)
  })
})

describe('what there is no room for', () => {
  test('is counted, and the rest goes on', () => {
    const { index, source } = indexed([bytesOf('lossy-broker-side.pcap.gz')], 65_536, 0)
    expect(index.notKept).toBeGreaterThan(0)
    let missing = 0
    for (let number = 1; number <= index.count; number++) if (source.packet(number) === null) missing++
    expect(missing).toBe(index.notKept)
  })
})

describe('looking for packets', () => {
  const { index, went } = indexed([bytesOf('mosquitto-5.0.pcapng')], 65_536)

  test('the first one from a frame on', () => {
    for (const [order, packet] of (went as { frame: number }[]).entries()) {
      const first = index.firstFrom(packet.frame)!
      expect(index.frameOf(first)).toBe(packet.frame)
      expect(first).toBeLessThanOrEqual(order + 1)
    }
    expect(index.firstFrom(1e6)).toBe(null)
  })

  test('the others of its exchange', () => {
    const number = Array.from({ length: index.count }, (_, order) => order + 1).find((one) => index.typeOf(one) === 'CONNECT')!
    const answer = index.ofExchange(index.exchangeOf(number), number, 1)!
    expect(index.typeOf(answer)).toBe('CONNACK')
    expect(index.ofExchange(index.exchangeOf(number), answer, -1)).toBe(number)
    expect(index.ofExchange(0, 1, 1)).toBe(null)
  })

  test('an alias stands for what it stood for when the packet was sent, and for nothing behind a gap', () => {
    const aliases = new PacketIndex(LIMITS.index)
    const tcp = { stream: 0, endpoints: [], firstFrame: 1, firstTime: 0 }
    const packet = { type: 'PUBLISH', topicName: '', properties: [{ name: 'topicAlias', value: 5 }] }
    const event = { ...(went[0] as object), connection: { tcp, client: 0 }, sender: 0, buffer: Uint8Array.of(0x30, 0), start: 0, end: 2, length: 2, problems: [], versionCertainty: 'seen', packet }
    const topics = ['a', 'a', 'b', undefined, 'b']
    topics.forEach((resolvedTopicName, order) => aliases.add({ ...event, number: order + 1, resolvedTopicName } as unknown as PacketEvent, 0, order))
    expect(topics.map((_, order) => aliases.topicOf(order + 1, 5))).toEqual(topics)
    expect(aliases.topicOf(1, 6)).toBe(undefined)
  })

  test('times that are days apart, or run backwards, are exact', () => {
    const times = [0, 5, 86_400e9 * 90, 86_400e9 * 30 + 1, NaN, -1_000]
    const odd = new PacketIndex(LIMITS.index)
    const event = { ...(went[0] as object), connection: { tcp: { stream: 0, endpoints: [], firstFrame: 1, firstTime: 0 }, client: 0 }, buffer: Uint8Array.of(0xc0, 0), start: 0, end: 2, length: 2, missing: 0, lostBefore: 0, pieces: null, problems: [], versionCertainty: 'seen', packet: { type: 'PINGREQ' } }
    times.forEach((time, order) => odd.add({ ...event, number: order + 1, time } as unknown as PacketEvent, 0, order))
    expect(times.map((_, order) => odd.timeOf(order + 1))).toEqual(times)
  })
})

describe('a set of packets', () => {
  test('finds places and numbers, as a list does', () => {
    const set = new PacketSet()
    const list: number[] = []
    for (let number = 1; number < 40_000; number += 1 + ((number * 7_919) % (number % 9_000 < 20 ? 3_000 : 61))) {
      set.add(number)
      list.push(number)
    }
    expect(set.size).toBe(list.length)
    list.forEach((number, place) => {
      expect(set.at(place)).toBe(number)
      expect(set.placeOf(number)).toBe(place)
    })
    expect([set.at(-1), set.at(list.length)]).toEqual([0, 0])
    expect(set.placeOf(list[0]! + 1)).toBe(1)
    expect(set.placeOf(1e9)).toBe(list.length)
    expect([set.has(list[5]!), set.has(list[5]! + 1), set.has(1e9)]).toEqual([true, list.includes(list[5]! + 1), false])
  })
})

test.each(['lossy-client-side.pcap.gz', 'lossy-broker-side.pcap.gz'])('its bytes are those in use for %s, and not the blocks that they are allocated in', (name) => {
  const { index } = indexed([bytesOf(name)], 65_536)
  let kept = 0
  for (let number = 1; number <= index.count; number++) kept += index.asideOf(number)?.bytes?.length ?? 0
  expect(kept).toBeGreaterThan(0)
  expect(index.bytes).toBe(index.count * BYTES_PER_PACKET + kept)
})
