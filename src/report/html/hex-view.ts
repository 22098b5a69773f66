/** The bytes of a finding's packet as a hex dump. Each row is two halves, so that a phone can show them below one another. */
import { hexDump } from '../../bytes/hex.ts'
import { counted, grouped } from '../../bytes/number-text.ts'
import { html, NOTHING } from './markup.ts'
import type { ByteRange, HexDumpRow } from '../../bytes/hex.ts'
import type { PacketBytes } from './details.ts'
import type { Markup } from './markup.ts'

const HALF = 8

export function hexView(packet: PacketBytes, name: string, range: ByteRange | null): Markup {
  const { bytes, byteOffset, length, masked } = packet
  const rows = hexDump(bytes, 0, bytes.length, { firstOffset: byteOffset, mark: range, masked })
  const behind = length - byteOffset - bytes.length
  return html`<figure><figcaption>${name}, ${counted(length, 'byte')}${markedText(range)}</figcaption>
<div class="hex" tabindex="0" role="group" aria-label="Bytes of ${name}">
${byteOffset > 0 ? html`<div><span class="at">&hellip;</span></div>` : NOTHING}${rows.map(rowView)}</div>
${behind > 0 ? html`<p class="soft">&hellip; and ${counted(behind, 'more byte')}</p>` : NOTHING}</figure>`
}

function markedText(range: ByteRange | null): string {
  if (range === null || range.end <= range.start) return ''
  return range.end === range.start + 1 ? `; byte ${grouped(range.start)} marked` : `; bytes ${grouped(range.start)} to ${grouped(range.end - 1)} marked`
}

function rowView(row: HexDumpRow): Markup {
  const { offset, hex, ascii } = row
  const characters = [...ascii]
  return html`<div><span class="at">${offset.toString(16).padStart(4, '0')}</span>${half(hex, 0, row, ' ')}${half(hex, HALF, row, ' ')}${half(characters, 0, row, '')}${half(characters, HALF, row, '')}</div>
`
}

function half(cells: readonly string[], from: number, { markStart, markEnd }: HexDumpRow, between: string): Markup {
  const part = cells.slice(from, from + HALF)
  const start = Math.min(Math.max(markStart - from, 0), part.length)
  const end = Math.min(Math.max(markEnd - from, 0), part.length)
  if (start >= end) return html`<span>${part.join(between)}</span>`
  const before = part.slice(0, start).map((cell) => cell + between).join('')
  const after = part.slice(end).map((cell) => between + cell).join('')
  return html`<span>${before}<mark>${part.slice(start, end).join(between)}</mark>${after}</span>`
}
