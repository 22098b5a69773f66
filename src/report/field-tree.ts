import { toHex } from '../bytes/hex.ts'
import { printable } from '../bytes/printable.ts'
import { FIELDS } from '../mqtt/fields.ts'
import { SEVERITY_MARK, severityColour } from './colour.ts'
import { layOutJson, payloadText } from './payload-text.ts'
import { problemText } from './packet-line.ts'
import { HIDDEN } from './schema/common.ts'
import { isHidden } from './secrets.ts'
import type { Field, FieldNode } from '../mqtt/field.ts'
import type { PacketType } from '../mqtt/packet.ts'
import type { Problem } from '../mqtt/problem.ts'
import type { Palette } from './colour.ts'
import type { PayloadMode } from './payload-text.ts'

/**
 * The fields of one packet as a tree of text, one line a field: offset and length of its bytes, then its label and value, indented by depth. A field of some
 * bits of a byte shows which. A problem stands below the smallest field that holds its bytes.
 *
 * ```
 *   0000   26  MQTT Control Packet
 *   0000    1    .... .01. = QoS: 1 (QoS 1 - at least once)
 *   0004   12    Topic: plant/7/temp
 * ```
 */

export interface TreeOptions {
  readonly palette: Palette
  readonly payload: PayloadMode
  readonly payloadBytes: number
  readonly showSecrets: boolean
}

/** What the tree is of: `buffer[start…]` are the packet's bytes. */
export interface TreeSubject {
  readonly type: PacketType
  readonly buffer: Uint8Array
  readonly start: number
  readonly problems: readonly Problem[]
}

/** Characters of a text shown: all of what a person would read. */
const LONGEST_TEXT = 4096
/** Bytes shown of a binary value; `-x` shows the rest. */
const LONGEST_BYTES = 64
/** Offset, length and what stands between them. */
const GUTTER = 13

const PAYLOADS: ReadonlySet<Field> = new Set<Field>([FIELDS.message, FIELDS.willPayload])

/** Numbers that the standards write in hex. */
const HEX_FIELDS: ReadonlySet<Field> = new Set<Field>([
  FIELDS.headerFlags, FIELDS.connectFlags, FIELDS.acknowledgeFlags, FIELDS.subscriptionOptions, FIELDS.propertyIdentifier,
  FIELDS.connackReasonCode, FIELDS.pubackReasonCode, FIELDS.pubrecReasonCode, FIELDS.pubrelReasonCode, FIELDS.pubcompReasonCode,
  FIELDS.subackReasonCode, FIELDS.unsubackReasonCode, FIELDS.disconnectReasonCode, FIELDS.authReasonCode,
])

export function fieldTree(nodes: readonly FieldNode[], subject: TreeSubject, options: TreeOptions): string {
  let text = ''
  for (const row of fieldRows(nodes, subject.problems)) {
    text += row.kind === 'field' ? nodeLine(row.node, row.depth, subject, options) : problemLine(row.problem, row.depth, options.palette)
  }
  return text
}

/** A field, or a problem below the field that it is about. */
export type FieldRow =
  | { readonly kind: 'field'; readonly depth: number; readonly node: FieldNode }
  | { readonly kind: 'problem'; readonly depth: number; readonly problem: Problem }

/** The tree from top to bottom. `goesInto`: whether the fields inside one are wanted; problems below it are, in any case. */
export function fieldRows(nodes: readonly FieldNode[], problems: readonly Problem[], goesInto: (node: FieldNode) => boolean = () => true): FieldRow[] {
  const below = placeProblems(nodes, problems)
  const rows: FieldRow[] = []
  const addProblems = (node: FieldNode | null, depth: number) => {
    for (const problem of below.get(node) ?? []) rows.push({ kind: 'problem', depth, problem })
  }
  const visit = (node: FieldNode, depth: number, shown: boolean) => {
    if (shown) rows.push({ kind: 'field', depth, node })
    const inside = shown && goesInto(node)
    for (const child of node.children) visit(child, inside ? depth + 1 : depth, inside)
    addProblems(node, depth)
  }
  for (const node of nodes) visit(node, 0, true)
  addProblems(null, 0)
  return rows
}

/** `.... .01. = QoS: 1 (QoS 1 - at least once)`. `indent` stands before the further lines of a value that has several. */
export function fieldText(node: FieldNode, subject: TreeSubject, options: TreeOptions, indent = ''): string {
  const bits = node.mask === 0 ? '' : `${bitPattern(subject.buffer[subject.start + node.start] ?? 0, node.mask)} = `
  const value = valueText(node, subject.type, options, indent)
  return `${bits}${node.field.label}${value === '' ? '' : `: ${value}`}`
}

function nodeLine(node: FieldNode, depth: number, subject: TreeSubject, options: TreeOptions): string {
  const { dim, reset } = options.palette
  const gutter = `  ${node.start.toString(16).padStart(4, '0')} ${String(node.end - node.start).padStart(4)}  `
  const indent = '  '.repeat(depth)
  return `${dim}${gutter}${reset}${indent}${fieldText(node, subject, options, ' '.repeat(GUTTER + indent.length + 2))}\n`
}

function problemLine(problem: Problem, depth: number, palette: Palette): string {
  const colour = severityColour(palette, problem.severity)
  return `${' '.repeat(GUTTER + 2 * depth)}${colour}${SEVERITY_MARK[problem.severity]} ${problem.severity}${palette.reset} ${problemText(problem)}\n`
}

/** `.... .01.`: the bits of the mask, the others as dots. */
function bitPattern(byte: number, mask: number): string {
  let pattern = ''
  for (let bit = 7; bit >= 0; bit--) {
    pattern += (mask >> bit) & 1 ? String((byte >> bit) & 1) : '.'
    if (bit === 4) pattern += ' '
  }
  return pattern
}

function valueText(node: FieldNode, type: PacketType, options: TreeOptions, indent: string): string {
  const { field, value, meaning } = node
  if (!options.showSecrets && isHidden(field, type)) return HIDDEN
  if (value instanceof Uint8Array) return PAYLOADS.has(field) ? payloadValue(value, node.end - node.start, options, indent) : bytesText(value, node)
  const text = plainText(field, value)
  return meaning === null ? text : text === '' ? meaning : `${text} (${meaning})`
}

function plainText(field: Field, value: number | boolean | string | null): string {
  switch (typeof value) {
    case 'string': return value === '' ? '""' : printable(value, LONGEST_TEXT)
    case 'boolean': return value ? 'set' : 'not set'
    case 'number': return HEX_FIELDS.has(field) ? `0x${value.toString(16).padStart(2, '0')}` : String(value)
    default: return ''
  }
}

/** A text that is not UTF-8 comes as its bytes. */
function bytesText(bytes: Uint8Array, node: FieldNode): string {
  const remark = node.field.type === 'string' ? ' (not UTF-8)' : node.meaning === null ? '' : ` (${node.meaning})`
  if (bytes.length === 0) return `""${remark}`
  if (bytes.length <= LONGEST_BYTES) return `0x${toHex(bytes, 0, bytes.length)}${remark}`
  return `0x${toHex(bytes, 0, LONGEST_BYTES)}…${remark}`
}

/** `length` is that on the wire. Laid out JSON goes on below, indented. */
function payloadValue(bytes: Uint8Array, length: number, options: TreeOptions, indent: string): string {
  const end = Math.min(bytes.length, options.payloadBytes)
  if (length === 0) return '""'
  const mode = options.payload === 'preview' ? 'text' : options.payload
  const text = payloadText(bytes, 0, end, length, mode)
  const laidOut = mode === 'json' ? layOutJson(text, 2) : null
  return laidOut === null || !laidOut.includes('\n') ? text : laidOut.split('\n').map((line) => `\n${indent}${line}`).join('')
}

/** Below which field each problem stands: the smallest that holds its bytes, and of equal ones the last (of several fields of one byte). */
function placeProblems(nodes: readonly FieldNode[], problems: readonly Problem[]): Map<FieldNode | null, Problem[]> {
  const placed = new Map<FieldNode | null, Problem[]>()
  for (const problem of problems) {
    let place: FieldNode | null = null
    let candidates = nodes
    for (;;) {
      const inner = candidates.findLast((node) => node.start <= problem.start && problem.end <= node.end)
      if (inner === undefined) break
      place = inner
      candidates = inner.children
    }
    const list = placed.get(place)
    if (list === undefined) placed.set(place, [problem])
    else list.push(problem)
  }
  return placed
}
