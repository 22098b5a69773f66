import { grouped, rateText, shortened } from '../bytes/number-text.ts'
import { TopicCounts } from '../analysis/statistics/topics.ts'
import { amountOf } from './sort-key.ts'
import { TABLE, tableText } from './table.ts'
import { word, wireText } from './wire-text.ts'
import type { TopicSum, Topics } from '../analysis/statistics/topics.ts'
import type { SortKey } from './sort-key.ts'
import type { StatisticsTextOptions } from './statistics-text.ts'
import type { Column, Row } from './table.ts'

/**
 * Topics as a tree: each level with all messages below it, and levels that do not branch in one line with what is below them. As many lines as there is room
 * for, those with most first; what has no line of its own is in the `…` behind its level, or below it where others have one.
 */

const COLUMNS: readonly Column[] = [
  { name: 'TOPIC', align: 'left' },
  ...['MSGS', '->', '<-', '/S', 'BYTES', 'PAYLOAD', 'RET', 'QOS0', 'QOS1', 'QOS2'].map((name): Column => ({ name, align: 'right' })),
]

/** A line of the tree. */
export interface Branch {
  readonly label: string
  readonly sum: TopicSum
  readonly children: readonly Branch[]
}

export function topicTable(topics: Topics, seconds: number | null, { palette, top, sort }: Pick<StatisticsTextOptions, 'palette' | 'top' | 'sort'>): string {
  if (top === 0) return ''
  const root = topics.sums()
  const branches = branchesOf(root, sort)
  const shown = new Set(preorder(branches).sort((one, other) => amount(other, sort) - amount(one, sort)).slice(0, top))
  const rows: Row[] = []
  const row = (label: string, { traffic, messages, payloadBytes, retained, qos }: TopicCounts): Row => ({
    cells: [
      label, ...[messages, traffic.packets.client, traffic.packets.server].map(shortened), seconds === null ? '-' : rateText(messages / seconds),
      ...[traffic.allBytes, payloadBytes, retained, qos[0], qos[1], qos[2]].map(shortened),
    ],
  })
  const add = (parent: TopicSum, below: readonly Branch[], depth: number): void => {
    const indent = '  '.repeat(depth)
    const hidden = below.filter((branch) => !shown.has(branch))
    for (const branch of below) {
      if (!shown.has(branch)) continue
      const { label, sum, children } = branch
      const closed = (children.length > 0 || sum.level.rest !== null) && !children.some((child) => shown.has(child))
      rows.push(row(`${indent}${label}${closed ? '/…' : ''}`, sum.counts))
      if (!closed) add(sum, children, depth + 1)
    }
    const { rest } = parent.level
    if (hidden.length === 0 && rest === null) return
    const counts = new TopicCounts()
    for (const { sum } of hidden) counts.addAll(sum.counts)
    if (rest !== null) counts.addAll(rest)
    // Topics that were not counted each for itself may be any number.
    const label = rest === null ? `${grouped(hidden.length)} more` : hidden.length === 0 ? 'others' : `${grouped(hidden.length)} + others`
    rows.push({ ...row(`${indent}… ${label}`, counts), colour: 'dim' })
  }
  add(lastOf(root), branches, 0)
  if (topics.unknown.messages > 0) rows.push(row('(topic not known)', topics.unknown))
  return rows.length === 0 ? '' : tableText(COLUMNS, rows, { ...TABLE, palette })
}

function amount({ sum }: Branch, sort: SortKey): number {
  return amountOf(sum.counts.traffic, sort)
}

/** The lines below a level, in order. */
export function branchesOf({ children }: TopicSum, sort: SortKey): Branch[] {
  return children.map((child) => branchOf(child, sort)).sort((one, other) => amount(other, sort) - amount(one, sort))
}

/** What is below a branch is put in order when somebody looks: of a large tree, a screen shows little. */
function branchOf(from: TopicSum, sort: SortKey): Branch {
  const sum = lastOf(from)
  let label: string | null = null
  let children: readonly Branch[] | null = null
  return {
    sum,
    get label() {
      return (label ??= labelOf(from, sum))
    },
    get children() {
      return (children ??= branchesOf(sum, sort))
    },
  }
}

/** The names of the levels from one to another below it. */
function labelOf(from: TopicSum, to: TopicSum): string {
  const names: string[] = []
  for (let level = to.level; ; level = level.parent!) {
    names.unshift(typeof level.name === 'string' ? level.name : wireText(level.name))
    if (level === from.level) break
  }
  return word(names.join('/'))
}

/** The level where the only way that goes on from here branches or ends. The root is no level of a topic. */
function lastOf(sum: TopicSum): TopicSum {
  const { level, children } = sum
  const goesOn = level.parent !== null && children.length === 1 && level.own === null && level.rest === null
  return goesOn ? lastOf(children[0]!) : sum
}

/** Each line before those below it, so that it comes first among equals. */
function preorder(branches: readonly Branch[]): Branch[] {
  return branches.flatMap((branch) => [branch, ...preorder(branch.children)])
}
