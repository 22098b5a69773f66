/** All that is shown of one packet: a heading, the tree of its fields with what is wrong below them, and what the rules found. */
import type { Finding } from '../../conformance/finding.ts'
import { PacketDecoder } from '../../mqtt/decoder.ts'
import { decodeFields } from '../../mqtt/detail.ts'
import { LIMITS } from '../../analysis/limits.ts'
import { fieldRows, fieldText, type FieldRow } from '../../report/field-tree.ts'
import { framesText } from '../../report/packet-detail.ts'
import { UNFRAMED_REASONS } from '../../report/packet-info.ts'
import { problemText } from '../../report/packet-line.ts'
import { PLAIN, SEVERITY_MARK } from '../../report/colour.ts'
import { hiddenRanges } from '../../report/secrets.ts'
import { word } from '../../report/wire-text.ts'
import type { ByteRange } from '../../bytes/hex.ts'
import type { FieldNode } from '../../mqtt/field.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'

export interface DetailRow {
  readonly depth: number
  /** Safe for a terminal, without colours. */
  readonly text: string
  /** A field that others are in; null for anything else. */
  readonly fold: 'folded' | 'unfolded' | null
  /** Which bytes of the packet it is about; null where it is about none. */
  readonly range: ByteRange | null
  readonly severity: 'error' | 'warning' | 'note' | null
  /** What the row is, for folding and to find it again: its place in the tree. */
  readonly key: string
}

const OPTIONS = { palette: PLAIN, payload: 'text', payloadBytes: LIMITS.mqtt.payloadKept } as const

export class PacketDetail {
  readonly event: PacketEvent
  readonly nodes: readonly FieldNode[]
  /** Bytes that hold secrets, and are shown as `**`. */
  readonly masked: readonly ByteRange[]
  readonly #showSecrets: boolean

  constructor(event: PacketEvent, showSecrets: boolean) {
    this.event = event
    this.#showSecrets = showSecrets
    this.nodes = decodeFields(new PacketDecoder(LIMITS.mqtt), event)
    this.masked = showSecrets ? [] : hiddenRanges(this.nodes, event.packet.type)
  }

  rows(folded: ReadonlySet<string>, findings: readonly Finding[]): DetailRow[] {
    const { event } = this
    const { packet } = event
    const rows: DetailRow[] = [{ depth: 0, text: this.#heading(), fold: null, range: null, severity: null, key: 'heading' }]
    if (packet.type === 'UNFRAMED') rows.push(note(`Not framed: ${UNFRAMED_REASONS[packet.reason]}`))
    else {
      const subject = { type: packet.type, buffer: event.buffer, start: event.start, problems: event.problems }
      const keys = keysOf(this.nodes)
      const all = fieldRows(this.nodes, event.problems, (node) => !folded.has(keys.get(node)!))
      for (const row of all) rows.push(this.#row(row, keys, folded, subject))
    }
    if (event.resolvedTopicName !== undefined) rows.push(note(`[Topic of the alias: ${word(event.resolvedTopicName)}]`))
    if (event.missing > 0) rows.push(note(`[${event.missing} bytes of the payload are missing from the capture]`))
    if (event.lostBefore > 0) rows.push(note(`[${event.lostBefore} bytes before it are missing from the capture]`))
    for (const { severity, message, rule, certainty, start, end } of findings) {
      const range = start !== null && end !== null && start < end ? { start, end } : null
      rows.push({ depth: 0, text: `${SEVERITY_MARK[severity]} ${severity} ${message} [${rule}, ${certainty}]`, fold: null, range, severity, key: `finding ${rule}` })
    }
    return rows
  }

  #heading(): string {
    const { number, packet, length, version, versionCertainty, connection, sender } = this.event
    const { endpoints, stream } = connection.tcp
    const speaks = version === null ? 'version unknown' : `MQTT ${version}${versionCertainty === 'seen' ? '' : ` (${versionCertainty})`}`
    return `${packet.type} ${number}: ${length} bytes, ${framesText(this.event)}, ${speaks}, stream ${stream}, ${endpoints[sender].text} -> ${endpoints[sender === 0 ? 1 : 0].text}`
  }

  #row(row: FieldRow, keys: ReadonlyMap<FieldNode, string>, folded: ReadonlySet<string>, subject: Parameters<typeof fieldText>[1]): DetailRow {
    if (row.kind === 'problem') {
      const { severity, start, end } = row.problem
      return { depth: row.depth + 1, text: `${SEVERITY_MARK[severity]} ${severity} ${problemText(row.problem)}`, fold: null, range: { start, end }, severity, key: `problem ${start} ${row.problem.code}` }
    }
    const { node, depth } = row
    const key = keys.get(node)!
    const fold = node.children.length === 0 ? null : folded.has(key) ? 'folded' : 'unfolded'
    // Laid out JSON would take several rows.
    const text = fieldText(node, subject, { ...OPTIONS, showSecrets: this.#showSecrets }).replaceAll('\n', ' ')
    return { depth, text, fold, range: { start: node.start, end: node.end }, severity: null, key }
  }
}

function note(text: string): DetailRow {
  return { depth: 0, text, fold: null, range: null, severity: null, key: text }
}

/** Each field's place in the tree, by names, so that what is folded in one packet is folded in the next one. */
function keysOf(nodes: readonly FieldNode[]): ReadonlyMap<FieldNode, string> {
  const keys = new Map<FieldNode, string>()
  const visit = (siblings: readonly FieldNode[], path: string) => {
    siblings.forEach((node, order) => {
      const key = `${path}/${node.field.name}${path === '' || siblings.length === 1 ? '' : ` ${order}`}`
      keys.set(node, key)
      visit(node.children, key)
    })
  }
  visit(nodes, '')
  return keys
}

/** The row of the smallest field that holds a byte; 0 where none does. */
export function rowOfByte(rows: readonly DetailRow[], offset: number): number {
  let best = 0
  let size = Infinity
  rows.forEach(({ range, severity }, row) => {
    if (range === null || severity !== null || offset < range.start || offset >= range.end || range.end - range.start > size) return
    best = row
    size = range.end - range.start
  })
  return best
}
