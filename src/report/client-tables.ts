import { counted, durationText, grouped, shortened } from '../bytes/number-text.ts'
import { SIDES } from '../session/side.ts'
import { amountOf } from './sort-key.ts'
import { DIRECTION, durationCells, TABLE, tableText } from './table.ts'
import { wireText } from './wire-text.ts'
import type { Clients, ClientStatistics } from '../analysis/statistics/clients.ts'
import type { StatisticsTextOptions } from './statistics-text.ts'
import type { Column, Row } from './table.ts'

/** What clients did, in a table for each question: each has the clients that stand out in it first, and leaves out those of whom there is nothing to say. */

type Options = Pick<StatisticsTextOptions, 'palette' | 'top' | 'sort'>

export function clientTables(clients: Clients, options: Options): string[] {
  const all = [...clients.all]
  const nameOf = clientNames(all)
  return [
    trafficTable(clients, all, nameOf, options),
    timeTable(clients, all, nameOf, options),
    reconnectTable(all, nameOf, options),
    inFlightTable(all, nameOf, options),
    keepAliveTable(all, nameOf, options),
  ]
}

type NameOf = (client: ClientStatistics) => string

const columns = (first: string, ...others: readonly string[]): readonly Column[] =>
  [first, ...others].map((name, index) => ({ name, align: index === 0 || name === 'DIR' || name === '' ? 'left' : 'right' }))

const TRAFFIC_COLUMNS = columns('CLIENT', 'PACKETS', '->', '<-', 'BYTES', '->', '<-', 'PUBLISH', '->', '<-')

function trafficTable(clients: Clients, all: readonly ClientStatistics[], nameOf: NameOf, options: Options): string {
  const { rest } = clients
  const row = (name: string, { traffic, publishes }: ClientStatistics): Row => ({
    cells: [
      name, ...[traffic.allPackets, traffic.packets.client, traffic.packets.server, traffic.allBytes, traffic.bytes.client, traffic.bytes.server,
        publishes.allPackets, publishes.packets.client, publishes.packets.server].map(shortened),
    ],
  })
  const sorted = sortedBy(all, ({ traffic }) => amountOf(traffic, options.sort))
  // Clients that were not counted each for itself may be any number.
  const more: Row[] = rest.connections === 0 ? [] : [{ ...row('… others', rest), colour: 'dim' }]
  return table(TRAFFIC_COLUMNS, sorted, (client) => row(nameOf(client), client), options, more)
}

const TIME_COLUMNS = columns('CLIENT', 'DIR', 'QOS 1 ANSWERED', 'MIN MS', 'P50', 'P95', 'P99', 'MAX')

/** Who waits longest for answers (`->`), and who answers slowest (`<-`). */
function timeTable({ timesLeftOut }: Clients, all: readonly ClientStatistics[], nameOf: NameOf, options: Options): string {
  const found = all.flatMap((client) => SIDES.flatMap((side) => {
    const times = client.times[side]
    return times === null ? [] : [{ client, side, times, p95: times.percentile(95) ?? 0 }]
  }))
  const text = table(TIME_COLUMNS, sortedBy(found, ({ p95 }) => p95), ({ client, side, times }) => ({
    cells: [nameOf(client), DIRECTION[side], grouped(times.count), ...durationCells(times)],
  }), options)
  return timesLeftOut === 0 ? text : `${text}${options.palette.dim}… ${counted(timesLeftOut, 'answer')} of further clients, too many to be told each for itself${options.palette.reset}\n`
}

const RECONNECT_COLUMNS = columns('CLIENT', 'CONNECTIONS', 'RECONNECTS', 'REFUSED', 'TAKEN OVER', 'BETWEEN', 'AWAY')

/** BETWEEN is the shortest time from one CONNECT to the next, AWAY that from the end of a connection to the next CONNECT. */
function reconnectTable(all: readonly ClientStatistics[], nameOf: NameOf, options: Options): string {
  const found = all.filter(({ reconnects, refused, takenOver }) => reconnects + refused + takenOver > 0)
  return table(RECONNECT_COLUMNS, sortedBy(found, ({ reconnects }) => reconnects), (client) => ({
    cells: [
      nameOf(client), ...[client.connections, client.reconnects, client.refused, client.takenOver].map(grouped), timeText(client.shortestBetweenConnects),
      timeText(client.shortestAway),
    ],
  }), options)
}

const IN_FLIGHT_COLUMNS = columns('CLIENT', 'DIR', 'IN FLIGHT AT MOST', 'RECEIVE MAXIMUM', '')

function inFlightTable(all: readonly ClientStatistics[], nameOf: NameOf, options: Options): string {
  const found = all.flatMap((client) => SIDES.flatMap((side) => {
    const inFlight = client.inFlight[side]
    return inFlight === null ? [] : [{ client, side, ...inFlight }]
  }))
  const nearness = ({ most, receiveMaximum }: { most: number; receiveMaximum: number | null }) => most / (receiveMaximum ?? 65_535)
  return table(IN_FLIGHT_COLUMNS, sortedBy(found, nearness), ({ client, side, most, receiveMaximum, beyond }) => ({
    cells: [nameOf(client), DIRECTION[side], grouped(most), receiveMaximum === null ? '-' : grouped(receiveMaximum), beyond ? 'beyond' : ''],
    ...(beyond ? { colour: 'yellow' as const } : {}),
  }), options)
}

const KEEP_ALIVE_COLUMNS = columns('CLIENT', 'KEEP ALIVE', 'LONGEST SILENCE', 'MARGIN')

/** MARGIN is what was left of 1.5 times the Keep Alive. */
function keepAliveTable(all: readonly ClientStatistics[], nameOf: NameOf, options: Options): string {
  const found = all.flatMap((client) => (client.silence === null ? [] : [{ client, ...client.silence }]))
  return table(KEEP_ALIVE_COLUMNS, sortedBy(found, ({ margin }) => -margin), ({ client, keepAlive, longest, margin }) => ({
    cells: [nameOf(client), `${grouped(keepAlive)}s`, durationText(longest), `${margin.toFixed(1)}%`],
    ...(margin < 0 ? { colour: 'yellow' as const } : {}),
  }), options)
}

/** The first ones of these, and how many more there are; empty where there are none. */
function table<Item>(names: readonly Column[], items: readonly Item[], row: (item: Item) => Row, { palette, top }: Options, more: readonly Row[] = []): string {
  if (items.length === 0 || top === 0) return ''
  const text = tableText(names, [...items.slice(0, top).map(row), ...more], { ...TABLE, palette })
  const hidden = items.length - top
  return hidden > 0 ? `${text}${palette.dim}… ${grouped(hidden)} more${palette.reset}\n` : text
}

/** The largest first. */
function sortedBy<Item>(items: readonly Item[], key: (item: Item) => number): Item[] {
  return [...items].sort((one, other) => key(other) - key(one))
}

function timeText(nanoseconds: number): string {
  return Number.isFinite(nanoseconds) ? durationText(nanoseconds) : '-'
}

/** By identifier, with the server where the same identifier is used at several; by address where there is none. */
function clientNames(all: readonly ClientStatistics[]): NameOf {
  const plain = ({ clientIdentifier, address }: ClientStatistics) => (clientIdentifier === undefined || clientIdentifier === '' ? address : wireText(clientIdentifier))
  const counts = new Map<string, number>()
  for (const client of all) counts.set(plain(client), (counts.get(plain(client)) ?? 0) + 1)
  return (client) => {
    const name = plain(client)
    return counts.get(name)! > 1 ? `${name} ${client.server}` : name
  }
}
