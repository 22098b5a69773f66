/** A row of a ladder in a sentence: its label with all details, and what it has to do with other packets. Safe for a terminal, for labels are. */
import { grouped } from '../../bytes/number-text.ts'
import { partOf, wayText, type ArrowRow, type ExchangePart, type LadderTitle } from '../../report/ladder/ladder.ts'
import { causeText, KIND_NAMES, latencyText, lengthText } from '../../report/ladder/words.ts'
import { numberOf, timeOf, type FlowExchange, type FlowRow, type FlowRows, type PlacedRow } from './flow-rows.ts'

/** `PUBACK #17, answers packet 4170, 4.083 ms, nagle 3.90 ms`. */
export function rowText({ row, place }: FlowRow, { exchanges }: FlowRows, title: LadderTitle): string {
  const part = partOf(row)
  const exchange = part === null ? undefined : exchanges.get(part.number)
  switch (row.kind) {
    case 'gap': return `${grouped(row.bytes)} ${row.bytes === 1 ? 'byte' : 'bytes'} missing from the capture, ${wayText(title, row.by)}`
    case 'left-out': return `${grouped(row.packets)} ${row.packets === 1 ? 'packet is' : 'packets are'} left out here: the connection is too long to be shown whole`
    case 'pause': return `nothing for ${lengthText(row.length)}`
    case 'note': return sentence([row.text, row.remark, ...partTexts(part)])
    case 'tcp': return sentence([row.label.text, row.remark, wayText(title, row.by)])
    case 'packet': {
      const label = labelText(row)
      if (exchange === undefined || part === null) return sentence([label, row.remark])
      const index = exchange.rows.findIndex((one) => one.place.packet === place.packet && one.place.behind === place.behind)
      const own = exchange.rows[index]!.row
      // The row stands for the whole exchange.
      if (own !== row && own.kind === 'packet') return sentence([labelText(own), packetsText(exchange), ...partTexts(part)])
      return sentence([label, row.remark, relation(exchange, index), ...partTexts(part), after(exchange, index)])
    }
  }
}

/** What is searched of a row: what it shows where there is room, and not what is told of other packets when it is selected. */
export function searchedText(row: FlowRow, rows: FlowRows, title: LadderTitle): string {
  return row.row.kind === 'packet' ? sentence([labelText(row.row), row.row.remark, ...partTexts(row.row.part)]) : rowText(row, rows, title)
}

function labelText({ label }: ArrowRow): string {
  return [label.text, ...label.details].join(' ')
}

/** Packets of an exchange that are named: a broken one may have thousands. */
const MOST_PACKETS = 12

/** `packets 9 10 12`. */
function packetsText({ rows }: FlowExchange): string {
  const numbers = rows.flatMap(({ row }) => numberOf(row) ?? [])
  const more = numbers.length - MOST_PACKETS
  const shown = numbers.slice(0, MOST_PACKETS).join(' ')
  return `${numbers.length === 1 ? 'packet' : 'packets'} ${shown}${more > 0 ? ` and ${grouped(more)} more` : ''}`
}

function sentence(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ')
}

function partTexts(part: ExchangePart | null): readonly string[] {
  if (part === null) return []
  const { leg, cause, total, remark, kind } = part
  return [
    leg === null ? '' : latencyText(leg),
    cause === null ? '' : causeText(cause.cause, cause.duration),
    total === null ? '' : `${KIND_NAMES[kind]} ${latencyText(total)} together`,
    remark,
  ]
}

/** `answers packet 4170`, or of which packet it is a repetition. */
function relation(exchange: FlowExchange, index: number): string {
  const { row } = exchange.rows[index]!
  if (!('by' in row)) return ''
  const again = partOf(row)?.remark === 'sent again'
  const before = exchange.rows.slice(0, index).findLast((one) => 'by' in one.row && numberOf(one.row) !== null && (one.row.by === row.by) === again)
  return before === undefined ? '' : `${again ? 'as packet' : 'answers packet'} ${numberOf(before.row)!}`
}

/** What became of a packet that something is to come for. */
function after(exchange: FlowExchange, index: number): string {
  const { row } = exchange.rows[index]!
  const part = partOf(row)
  if (part === null || part.place === 'ends' || part.place === 'alone' || !('by' in row)) return ''
  const answer = exchange.rows.slice(index + 1).find((one) => 'by' in one.row && one.row.by !== row.by)
  if (answer !== undefined) return answeredBy(answer, timeOf(row))
  const end = exchange.rows[exchange.rows.length - 1]!.row
  return end.kind === 'note' ? end.text : 'not answered yet'
}

function answeredBy({ row }: PlacedRow, since: number): string {
  const time = timeOf(row) - since
  return `answered by packet ${numberOf(row)!}${Number.isNaN(time) ? '' : ` after ${latencyText(time)}`}`
}
