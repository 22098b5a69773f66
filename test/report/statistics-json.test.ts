import Ajv from 'ajv'
import { describe, expect, test } from 'vitest'
import { statsJsonText, statsObject } from '../../src/report/statistics-json.ts'
import { MOST_LISTED, STATS_SCHEMA } from '../../src/report/schema/stats.ts'
import { CAPTURES, count } from '../analysis/statistics/count.ts'
import { connack311, connack5, connect311, connect5, puback, publish, Site } from '../analysis/statistics/site.ts'
import { CLOCK } from './build.ts'
import { checkAgainst } from './schema-check.ts'
import { TOTALS } from './totals.ts'

const differences = checkAgainst(STATS_SCHEMA)
const objectOf = ({ statistics }: Site) => statsObject(statistics, TOTALS, CLOCK, null)

/** Every key of an object and of those in it, as paths. */
function keys(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keys(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`))
}

describe('is what the schema says', () => {
  test.each(CAPTURES)('%s', (name) => {
    const { statistics, totals, clock } = count(name)
    const text = statsJsonText(statistics, totals, clock, null)
    expect(differences(JSON.parse(text))).toEqual([])
    expect(text).toBe(`${JSON.stringify(statsObject(statistics, totals, clock, null))}\n`)
  })

  test('an empty capture, with all keys', () => {
    const empty = statsObject(new Site().end().statistics, { ...TOTALS, firstTime: null, lastTime: null }, null, null)
    expect(differences(JSON.parse(JSON.stringify(empty)))).toEqual([])
    const { capture, packets, rate, clients, topics, timing } = empty
    expect([capture.first, packets, rate.intervalMs, rate.columns, clients, topics]).toEqual([null, { client: 0, server: 0, unknown: 0 }, null, [], [], []])
    expect(timing.ping).toMatchObject({ answered: 0, count: 0, minMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null })
  })

  test('all keys are always there', () => {
    const site = new Site()
    site.open(4001).client(connect5('a')).server(connack5({ receiveMaximum: 1 })).client(publish('t', { qos: 1, v5: true })).server(puback(1)).close()
    site.open(4002).client(connect311('b', { keepAlive: 0 })).server(connack311(5)).close()
    const [first, second] = objectOf(site.end()).clients
    // Where there is nothing to tell, null stands in place of what would be told.
    const told = new Set(keys(first).map((path) => path.split('.')[1]))
    expect(new Set(keys(second).map((path) => path.split('.')[1]))).toEqual(told)
    expect([...told]).toEqual(STATS_SCHEMA.properties.clients.items.required)
    expect(STATS_SCHEMA.required).toEqual(Object.keys(STATS_SCHEMA.properties))
    expect(STATS_SCHEMA.properties.clients.items.required).toEqual(Object.keys(STATS_SCHEMA.properties.clients.items.properties))
    expect(STATS_SCHEMA.properties.topics.items.required).toEqual(Object.keys(STATS_SCHEMA.properties.topics.items.properties))
    expect(STATS_SCHEMA.properties.capture.required).toEqual(Object.keys(STATS_SCHEMA.properties.capture.properties))
  })

  test('refuses what it does not say', () => {
    const { statistics, totals, clock } = count('qmqtt.pcap')
    const validate = new Ajv().compile(STATS_SCHEMA)
    const object = () => JSON.parse(statsJsonText(statistics, totals, clock, null)) as Record<string, Record<string, unknown>>
    expect(validate(object())).toBe(true)
    for (const change of [{ rate: undefined }, { packets: { client: 1, server: 2 } }, { schema: 'mqtap.stats/2' }, { clients: [{}] }, { filter: 7 }]) {
      expect(validate(JSON.parse(JSON.stringify({ ...object(), ...change })))).toBe(false)
    }
    // A reader of this version accepts what a later one adds.
    expect(validate({ ...object(), added: 1, rate: { ...object().rate, added: 1 } })).toBe(true)
  })
})

test('the numbers of a client', () => {
  const site = new Site()
  const first = site.open(4001).client(connect5('plc', { keepAlive: 10 })).server(connack5({ receiveMaximum: 2 })).client(publish('a/b', { qos: 1, v5: true, payload: '21.5' }))
  site.wait(4.083)
  first.server(puback(1))
  site.wait(1_495.917)
  first.client(publish('a/b', { retain: true, v5: true })).close()
  site.wait(500).open(4002).client(connect5('plc', { keepAlive: 10 })).server(connack5()).close()
  const { clients: [client], topics: [topic] } = objectOf(site.end())
  const none = { count: 0, minMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }
  expect(client).toEqual({
    clientId: 'plc', address: '10.0.0.21:4001', server: '10.0.0.2:1883', packets: { client: 4, server: 3, unknown: 0 }, bytes: { client: 59, server: 17, unknown: 0 },
    publishes: { client: 2, server: 0, unknown: 0 }, connections: 2, reconnects: 1, shortestBetweenConnectsMs: 2_000, shortestAwayMs: 500, refused: 0, takenOver: 0,
    inFlight: { client: { most: 1, receiveMaximum: 2, beyond: false }, server: null },
    keepAlive: { seconds: 10, longestSilenceMs: 1_500, marginPercent: 90 },
    qos1: { fromClient: { count: 1, minMs: 4.083, p50Ms: 4.083, p95Ms: 4.083, p99Ms: 4.083, maxMs: 4.083 }, fromServer: none },
  })
  expect(topic).toEqual({
    topic: 'a/b', rest: false, messages: { client: 2, server: 0, unknown: 0 }, bytes: { client: 23, server: 0, unknown: 0 }, payloadBytes: 5, retained: 1, qos: [1, 1, 0, 0],
    perSecond: 0.003333,
  })
})

describe('what is left out is counted', () => {
  test('beyond the limits of memory', () => {
    const site = new Site({ clients: 1, clientTimes: 0, topicLevels: 1 })
    for (const port of [4001, 4002]) site.open(port).client(connect311(`c${port}`)).server(connack311()).client(publish(`t${port}`, { qos: 1 })).server(puback(1)).close()
    const { clients, clientsLeftOut, topics } = objectOf(site.end())
    expect(clients.map(({ clientId }) => clientId)).toEqual(['c4001'])
    expect(clientsLeftOut).toMatchObject({ clients: 0, connections: 1, packets: { client: 2, server: 2, unknown: 0 }, times: 2 })
    expect(topics.map(({ topic, rest }) => [topic, rest])).toEqual([['', true], ['t4001', false]])
  })

  test('beyond the length of a list, the smallest', () => {
    const site = new Site()
    const line = site.open(4000).client(connect311('a')).server(connack311())
    for (let topic = 0; topic < MOST_LISTED + 5; topic++) line.client(publish(`t${topic}`, { payload: topic === MOST_LISTED + 4 ? 'longer' : 'x' }))
    const { topics, topicsLeftOut } = objectOf(site.end())
    expect([topics.length, topics[0]!.topic]).toEqual([MOST_LISTED, `t${MOST_LISTED + 4}`])
    expect(topicsLeftOut).toMatchObject({ topics: 5, messages: { client: 5, server: 0, unknown: 0 }, payloadBytes: 5 })
  })
})

test('text is exact, and what could steer a terminal is escaped', () => {
  const site = new Site()
  site.open(4001).client(connect311('a\u009bb')).server(connack311()).client(publish('t\u001b[2J/\u202e')).close()
  const text = statsJsonText(site.end().statistics, TOTALS, CLOCK, 'mqtt.topic == "\u202e"')
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(JSON.parse(text)).toMatchObject({ filter: 'mqtt.topic == "\u202e"', clients: [{ clientId: 'a\u009bb' }], topics: [{ topic: 't\u001b[2J/\u202e' }] })
})
