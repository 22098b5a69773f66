/**
 * The list of packets as lines.
 *
 * ```
 *       NO       TIME   DELTA CLIENT     DIR PACKET         ID Q INFO
 *     4170  12.004118 +4.08ms plc-7      ->  PUBLISH        17 1 plant/7/temp  4 B  alias 5
 * .   4171  12.008201 +4.08ms plc-7      <-  PUBACK         17   Success                [4.083 ms]
 * >!  4188  12.514990  +507ms plc-7      ->  PUBLISH        17 1 plant/7/temp  4 B  DUP
 * ```
 *
 * `>` the cursor, `*` marked, `.` of the same exchange as the one under the cursor; then the worst that was found. In brackets, how long the answer took.
 */
import { clientName } from '../../report/client-name.ts'
import { SEVERITY_MARK, severityColour } from '../../report/colour.ts'
import { cell, fitted, spaces } from '../../report/fit.ts'
import { latencyText } from '../../report/ladder/words.ts'
import { packetInfo } from '../../report/packet-info.ts'
import { deltaText } from '../../report/packet-line.ts'
import { right } from '../../report/padding.ts'
import { rowOfTexts } from '../model/search.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { InfoOptions } from '../../report/packet-info.ts'
import type { Theme } from '../theme.ts'
import stringWidth from 'string-width'

export interface PacketRow {
  readonly number: number
  /** Null where its bytes are not there any more; then `type` is all that is known. */
  readonly event: PacketEvent | null
  readonly type: string
  readonly time: string
  /** Nanoseconds since the row before; NaN where there is none. */
  readonly delta: number
  /** Since the packet that it answers, nanoseconds; null where it answers none. */
  readonly latency: number | null
  readonly severity: 'error' | 'warning' | 'note' | null
  readonly marked: boolean
  readonly sameExchange: boolean
}

const WITH_DELTA = 100
const WITH_TIME = 80
const PACKET_WIDTH = 11
const NARROW_CLIENT = 12
const WIDE_CLIENT = 23

export function packetLines(rows: readonly PacketRow[], selected: number, width: number, info: InfoOptions, theme: Theme): string[] {
  const numberWidth = Math.max(6, ...rows.map(({ number }) => String(number).length))
  const timeWidth = Math.max(10, ...rows.map(({ time }) => time.length))
  const names = rows.map(nameOf)
  const clientWidth = Math.min(width >= WITH_DELTA ? WIDE_CLIENT : NARROW_CLIENT, Math.max(10, ...names.map((name) => stringWidth(name))))
  const withTime = width >= WITH_TIME
  const withDelta = width >= WITH_DELTA
  const { bold, reset } = theme.palette
  const header = `   ${right('NO', numberWidth)}${withTime ? ` ${right('TIME', timeWidth)}` : ''}${withDelta ? `   DELTA` : ''} ${cell('CLIENT', clientWidth)} DIR ${cell('PACKET', PACKET_WIDTH)}    ID Q INFO`
  return [
    `${bold}${fitted(header, width)}${reset}`,
    ...rows.map((row, order) => {
      const { event, number, time, delta } = row
      const head = `${right(String(number), numberWidth)}`
      const times = `${withTime ? ` ${right(time, timeWidth)}` : ''}${withDelta ? ` ${right(Number.isNaN(delta) ? '' : deltaText(delta), 7)}` : ''}`
      const way = event === null || event.direction === null ? '? ' : event.direction === 'client-to-server' ? '->' : '<-'
      const packet = event?.packet
      const qos = packet?.type === 'PUBLISH' ? String(packet.qos) : ' '
      const facts = `${cell(row.type, PACKET_WIDTH)} ${right(identifierOf(row), 5)} ${qos} `
      const latency = row.latency === null ? '' : `[${latencyText(row.latency)}]`
      const before = 3 + head.length + times.length + 1 + clientWidth + 4 + stringWidth(facts)
      const room = width - before - (latency === '' ? 0 : latency.length + 1)
      const said = room < 4 ? '' : cell(infoOf(row, info), room)
      const tail = latency === '' || room < 4 ? '' : ` ${latency}`
      return number === selected
        ? selectedLine(row, `${head}${times} ${cell(names[order]!, clientWidth)} ${way} ${facts}${said}${tail}`, width, theme)
        : otherLine(row, head, times, cell(names[order]!, clientWidth), way, `${facts}${said.trimEnd()}${tail === '' ? '' : spaces(room - stringWidth(said.trimEnd())) + tail}`, width, theme)
    }),
  ]
}

function selectedLine(row: PacketRow, text: string, width: number, { inverse, palette }: Theme): string {
  return `${inverse}${cell(`>${severityMark(row)} ${text}`, width)}${palette.reset}`
}

function otherLine(row: PacketRow, head: string, times: string, name: string, way: string, rest: string, width: number, { palette }: Theme): string {
  const { dim, cyan, green, reset } = palette
  const margin = row.marked ? '*' : row.sameExchange ? '.' : ' '
  const severity = row.severity === null ? ' ' : `${severityColour(palette, row.severity)}${severityMark(row)}${reset}`
  const colour = way === '->' ? cyan : way === '<-' ? green : ''
  const room = width - 3 - head.length - times.length - 1 - stringWidth(name) - 4
  return `${margin}${severity} ${head}${dim}${times}${reset} ${name} ${colour}${way}${colour === '' ? '' : reset} ${fitted(rest, Math.max(0, room))}`
}

function severityMark({ severity }: PacketRow): string {
  return severity === null ? ' ' : SEVERITY_MARK[severity]
}

/** What is known of a packet without its neighbours. */
export type PacketFacts = Pick<PacketRow, 'event' | 'type'>

/** What is searched of a packet: whose it is, its type, its Packet Identifier, and what matters about it. */
export function packetText(row: PacketFacts, info: InfoOptions): string {
  return rowOfTexts([nameOf(row), row.type, identifierOf(row), infoOf(row, info)])
}

function nameOf({ event }: PacketFacts): string {
  if (event === null) return ''
  return event.direction === null ? event.connection.tcp.endpoints[event.sender].text : clientName(event.connection)
}

function identifierOf({ event }: PacketFacts): string {
  const packet = event?.packet
  return packet !== undefined && 'packetIdentifier' in packet && packet.packetIdentifier !== undefined ? String(packet.packetIdentifier) : ''
}

function infoOf({ event }: PacketFacts, info: InfoOptions): string {
  return event === null ? '(its bytes are not kept any more)' : packetInfo(event, info)
}
