import { CLIENT_PRECISION } from '../analysis/statistics/clients.ts'
import { KIND_PRECISION } from '../analysis/statistics/exchange-times.ts'
import { Traffic } from '../analysis/statistics/traffic.ts'
import { TopicCounts } from '../analysis/statistics/topics.ts'
import { PACKET_TYPES } from '../mqtt/packet.ts'
import { linkTypeName } from '../network/link-types.ts'
import { jsonText } from './json-text.ts'
import { MOST_LISTED, STATS_SCHEMA_NAME } from './schema/stats.ts'
import { epochText } from './time-format.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { ClientStatistics, InFlight } from '../analysis/statistics/clients.ts'
import type { ExchangeTimes } from '../analysis/statistics/exchange-times.ts'
import type { Statistics } from '../analysis/statistics/statistics.ts'
import type { Times } from '../analysis/statistics/times.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { ClientObject, DistributionObject, EndedObject, MessagesObject, StatsObject } from './schema/stats.ts'

/** `mqtap stats -f json`: the object of `schema/stats.ts`. Text is exact; what could steer a terminal is escaped as JSON allows. */

/** Columns of the rates, where the user has not chosen their width. */
const MOST_COLUMNS = 70

export function statsJsonText(statistics: Statistics, totals: CaptureTotals, clock: CaptureClock | null, filter: string | null): string {
  return `${jsonText(statsObject(statistics, totals, clock, filter))}\n`
}

export function statsObject(statistics: Statistics, totals: CaptureTotals, clock: CaptureClock | null, filter: string | null): StatsObject {
  return {
    schema: STATS_SCHEMA_NAME,
    capture: captureObject(totals, clock),
    filter,
    ...trafficObject(statistics.total()),
    packetTypes: keyed(PACKET_TYPES, (type) => trafficObject(statistics.type(type))),
    unframed: { runs: statistics.unframedRuns, bytes: statistics.unframedBytes },
    rate: rateObject(statistics, clock),
    precision: { timing: KIND_PRECISION, clients: CLIENT_PRECISION },
    timing: keyed(statistics.exchanges.rows.map(({ kind }) => kind), (kind) => {
      const { all, client, server } = statistics.exchanges.rows.find((row) => row.kind === kind)!
      return { ...endedObject(all), fromClient: endedObject(client), fromServer: endedObject(server) }
    }),
    ...clientsObject(statistics),
    ...topicsObject(statistics, secondsOf(totals)),
  }
}

/** The length of the capture in seconds; null where it has none. */
export function secondsOf({ firstTime, lastTime }: Pick<CaptureTotals, 'firstTime' | 'lastTime'>): number | null {
  if (firstTime === null || lastTime === null || lastTime <= firstTime) return null
  return (lastTime - firstTime) / 1e9
}

function captureObject(totals: CaptureTotals, clock: CaptureClock | null): StatsObject['capture'] {
  const { files, linkTypes, frames, frameBytes, truncatedFrames, droppedFrames, firstTime, lastTime, streams, mqttStreams, gaps, gapBytes, retransmissions, exchangesLeftOut, sessionsForgotten } = totals
  return {
    files: files.map(({ name, format }) => ({ name, format })),
    linkTypes: linkTypes.map((type) => linkTypeName(type) ?? String(type)),
    frames, bytes: frameBytes, truncatedFrames, droppedFrames,
    first: firstTime === null ? null : epochText(clock, firstTime),
    last: lastTime === null ? null : epochText(clock, lastTime),
    streams, mqttStreams, gaps, gapBytes, retransmissions, exchangesLeftOut, sessionsForgotten,
  }
}

function trafficObject({ packets, bytes }: Traffic): Pick<StatsObject, 'packets' | 'bytes'> {
  return { packets: { ...packets }, bytes: { ...bytes } }
}

function rateObject({ rates }: Statistics, clock: CaptureClock | null): StatsObject['rate'] {
  const { interval, columns } = rates.columns(MOST_COLUMNS)
  return {
    intervalMs: columns.length === 0 ? null : milliseconds(interval),
    columns: columns.map(({ start, packets, bytes }) => ({ start: epochText(clock, start), packets: { ...packets }, bytes: { ...bytes } })),
    untimed: rates.untimed,
  }
}

export function endedObject({ answered, failed, unanswered, partlySeen, times }: ExchangeTimes): EndedObject {
  return { answered, failed, unanswered, partlySeen, ...distributionObject(times) }
}

const NO_TIMES: DistributionObject = { count: 0, minMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }

function distributionObject(times: Times | null): DistributionObject {
  if (times === null) return NO_TIMES
  const percentile = (percent: number) => millisecondsOrNull(times.percentile(percent))
  return {
    count: times.count, minMs: millisecondsOrNull(times.least), p50Ms: percentile(50), p95Ms: percentile(95), p99Ms: percentile(99),
    maxMs: millisecondsOrNull(times.greatest),
  }
}

function clientsObject(statistics: Statistics): Pick<StatsObject, 'clients' | 'clientsLeftOut'> {
  const { clients } = statistics
  const sorted = [...clients.all].sort((one, other) => other.traffic.allBytes - one.traffic.allBytes)
  const unlisted = sorted.slice(MOST_LISTED)
  const traffic = new Traffic()
  for (const client of [clients.rest, ...unlisted]) traffic.addAll(client.traffic)
  return {
    clients: sorted.slice(0, MOST_LISTED).map(clientObject),
    clientsLeftOut: { clients: unlisted.length, connections: clients.rest.connections, ...trafficObject(traffic), times: clients.timesLeftOut },
  }
}

function clientObject(client: ClientStatistics): ClientObject {
  const { clientIdentifier, address, server, traffic, publishes, connections, reconnects, refused, takenOver, inFlight, silence, times } = client
  return {
    clientId: clientIdentifier ?? null,
    address,
    server,
    ...trafficObject(traffic),
    publishes: { ...publishes.packets },
    connections,
    reconnects,
    shortestBetweenConnectsMs: millisecondsOrNull(client.shortestBetweenConnects),
    shortestAwayMs: millisecondsOrNull(client.shortestAway),
    refused,
    takenOver,
    inFlight: { client: inFlightObject(inFlight.client), server: inFlightObject(inFlight.server) },
    keepAlive: silence === null
      ? null
      : { seconds: silence.keepAlive, longestSilenceMs: milliseconds(silence.longest), marginPercent: Math.round(silence.margin * 1000) / 1000 },
    qos1: { fromClient: distributionObject(times.client), fromServer: distributionObject(times.server) },
  }
}

function inFlightObject(inFlight: InFlight | null): ClientObject['inFlight']['client'] {
  return inFlight === null ? null : { most: inFlight.most, receiveMaximum: inFlight.receiveMaximum, beyond: inFlight.beyond }
}

function topicsObject({ topics }: Statistics, seconds: number | null): Pick<StatsObject, 'topics' | 'topicsLeftOut' | 'topicUnknown'> {
  const sorted = [...topics.counted()].sort((one, other) => other.counts.traffic.allBytes - one.counts.traffic.allBytes)
  const unlisted = sorted.slice(MOST_LISTED)
  const leftOut = new TopicCounts()
  for (const { counts } of unlisted) leftOut.addAll(counts)
  return {
    topics: sorted.slice(0, MOST_LISTED).map(({ level, counts, rest }) => ({ topic: level.topic, rest, ...messagesObject(counts, seconds) })),
    topicsLeftOut: { topics: unlisted.length, ...messagesObject(leftOut, seconds) },
    topicUnknown: messagesObject(topics.unknown, seconds),
  }
}

function messagesObject({ traffic, payloadBytes, retained, qos, messages }: TopicCounts, seconds: number | null): MessagesObject {
  return {
    messages: { ...traffic.packets },
    bytes: { ...traffic.bytes },
    payloadBytes,
    retained,
    qos: [...qos],
    perSecond: seconds === null ? null : Math.round((messages / seconds) * 1e6) / 1e6,
  }
}

/** Of whole nanoseconds: as JSON it has at most six decimals, and all of them are right. */
function milliseconds(nanoseconds: number): number {
  return nanoseconds / 1e6
}

function millisecondsOrNull(nanoseconds: number | null): number | null {
  return nanoseconds === null || !Number.isFinite(nanoseconds) ? null : milliseconds(nanoseconds)
}

/** Not for text from the wire. */
export function keyed<Name extends string, Value>(names: readonly Name[], value: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>
}
