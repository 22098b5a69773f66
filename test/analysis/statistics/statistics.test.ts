import { describe, expect, test } from 'vitest'
import { CLIENT_PRECISION } from '../../../src/analysis/statistics/clients.ts'
import { KIND_PRECISION } from '../../../src/analysis/statistics/exchange-times.ts'
import { Traffic } from '../../../src/analysis/statistics/traffic.ts'
import { PACKET_TYPES } from '../../../src/mqtt/packet.ts'
import { EXCHANGE_KINDS } from '../../../src/session/exchange.ts'
import { SIDES } from '../../../src/session/side.ts'
import { CAPTURES, count } from './count.ts'
import { nearestRank } from './nearest-rank.ts'
import type { StatisticsLimits } from '../../../src/analysis/statistics/statistics.ts'
import type { Times } from '../../../src/analysis/statistics/times.ts'
import type { Counted } from './count.ts'

const HARDLY_ANY: StatisticsLimits = { clients: 1, clientCharacters: 100, clientTimes: 1, topicLevels: 1, topicCharacters: 100, topicsBelow: 1, topicDepth: 1, rateBuckets: 4 }

const sum = (parts: readonly Traffic[]) => {
  const all = new Traffic()
  for (const part of parts) all.addAll(part)
  return { packets: all.packets, bytes: all.bytes }
}

describe.each([['with the usual limits', {}], ['where hardly anything has a place', HARDLY_ANY]] as const)('%s', (_name, limits) => {
  describe.each(CAPTURES)('%s', (name) => {
    const { statistics, totals, exchanges } = count(name, undefined, limits)
    const total = statistics.total()
    const { clients, topics } = statistics

    test('packets by type are those that `read -q` tells', () => {
      const types = PACKET_TYPES.map((type) => [type, statistics.type(type).allPackets] as const).filter(([, packets]) => packets > 0)
      expect(new Map(types)).toEqual(totals.packetTypes)
      expect(total.allPackets).toBe(totals.packets)
      expect(statistics.unframedRuns).toBe(totals.unframed)
    })

    test('all clients together are all types together', () => {
      const all = [...clients.all, clients.rest]
      expect(sum(all.map(({ traffic }) => traffic))).toEqual({ packets: total.packets, bytes: total.bytes })
      expect(sum(all.map(({ publishes }) => publishes)).packets).toEqual(statistics.type('PUBLISH').packets)
      expect(all.reduce((connections, client) => connections + client.connections, 0)).toBeLessThanOrEqual(totals.mqttStreams)
    })

    test('all topics together are all PUBLISH packets', () => {
      const all = [...[...topics.counted()].map(({ counts }) => counts), topics.unknown]
      expect(sum(all.map(({ traffic }) => traffic))).toEqual(sum([statistics.type('PUBLISH')]))
      expect(all.reduce((messages, { qos }) => messages + qos[0] + qos[1] + qos[2] + qos[3], 0)).toBe(totals.packetTypes.get('PUBLISH') ?? 0)
      expect(topics.sums().counts.messages + topics.unknown.messages).toBe(totals.packetTypes.get('PUBLISH') ?? 0)
    })

    test('all columns of the rates together are all packets', () => {
      const { columns } = statistics.rates.columns(70)
      for (const by of ['client', 'server', 'unknown'] as const) {
        expect(columns.reduce((packets, column) => packets + column.packets[by], 0)).toBe(total.packets[by])
        expect(columns.reduce((bytes, column) => bytes + column.bytes[by], 0)).toBe(total.bytes[by])
      }
    })

    test('exchanges are those that `flows -q` tells', () => {
      const rows = new Map(statistics.exchanges.rows.map((row) => [row.kind, row.all]))
      const counted = (kind: string, ...outcomes: string[]) => outcomes.reduce((number, outcome) => number + (totals.exchanges.get(`${kind} ${outcome}`) ?? 0), 0)
      for (const kind of EXCHANGE_KINDS) {
        const { answered, failed, unanswered, partlySeen } = rows.get(kind)!
        expect({ answered, failed, unanswered, partlySeen }).toEqual({
          answered: counted(kind, 'complete', 'failed'), failed: counted(kind, 'failed'), unanswered: counted(kind, 'open', 'abandoned', 'superseded'),
          partlySeen: counted(kind, 'partly-seen'),
        })
      }
    })

    test('times are those of the exchanges', () => {
      for (const row of statistics.exchanges.rows) {
        const own = answered(exchanges).filter(({ kind }) => kind === row.kind)
        agree(row.all.times, own, KIND_PRECISION)
        for (const side of SIDES) agree(row[side].times, own.filter(({ initiator }) => initiator === side), KIND_PRECISION)
      }
    })
  })
})

test.each(CAPTURES)('times by client, %s', (name) => {
  const { statistics, exchanges } = count(name)
  const own = answered(exchanges).filter(({ kind }) => kind === 'publish-qos1')
  for (const { clientIdentifier, times } of statistics.clients.all) {
    if (clientIdentifier === undefined) continue
    for (const side of SIDES) {
      const expected = own.filter(({ client, initiator }) => client === String(clientIdentifier) && initiator === side)
      if (times[side] === null) expect(expected).toEqual([])
      else agree(times[side], expected, CLIENT_PRECISION)
    }
  }
})

type Answered = Counted['exchanges'][number] & { readonly duration: number }

function answered(exchanges: Counted['exchanges']): Answered[] {
  return exchanges.filter((exchange): exchange is Answered => (exchange.outcome === 'complete' || exchange.outcome === 'failed') && exchange.duration !== null)
}

/** Percentiles within the precision, the rest exactly. */
function agree(times: Times, exchanges: readonly Answered[], precision: number): void {
  const durations = exchanges.map(({ duration }) => duration)
  expect(times.count).toBe(durations.length)
  if (durations.length === 0) return
  expect([times.least, times.greatest]).toEqual([Math.min(...durations), Math.max(...durations)])
  for (const percent of [50, 95, 99]) {
    const exact = nearestRank(durations, percent)
    expect(Math.abs(times.percentile(percent)! - exact)).toBeLessThanOrEqual(exact * precision + 0.5)
  }
}
