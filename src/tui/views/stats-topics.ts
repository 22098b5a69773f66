/** The tree of topics as rows of a list: what is unfolded, and what a row stands for. Pure. */
import { branchesOf, type Branch } from '../../report/topic-table.ts'
import { TopicCounts } from '../../analysis/statistics/topics.ts'
import { isPrintable } from '../../bytes/printable.ts'
import { withoutCase } from '../model/search.ts'
import type { TopicLevel } from '../../analysis/statistics/topics.ts'
import type { Statistics } from '../../analysis/statistics/statistics.ts'
import type { Text } from '../../mqtt/packet.ts'
import type { SortKey } from '../../report/sort-key.ts'

export interface TopicRow {
  /** The same as long as the row means the same, wherever it moves. */
  readonly key: string
  readonly depth: number
  /** Safe for a terminal. */
  readonly label: string
  readonly counts: TopicCounts
  /**
   * - `branch`: a level and all below it, `folded` or not · `topic`: the messages of one topic
   * - `rest`: topics below a level that found no place, and so have no name · `unknown`: messages whose topic the capture does not tell
   */
  readonly kind: 'branch' | 'topic' | 'rest' | 'unknown'
  readonly folded: boolean
  /** The topic, or what those below a branch begin with; null where there is no name. */
  readonly topic: Text | null
}

/** Begins what no topic of the wire can be. */
const NO_TOPIC = '\ud800'

interface Tree {
  readonly root: TopicLevel
  readonly branches: readonly Branch[]
  /** PUBLISH packets that it was made of. */
  readonly messages: number
  readonly sort: SortKey
}

const trees = new WeakMap<Statistics, Tree>()

/** Sums of a hundred thousand levels take a while: they are made again only when there are more messages, or another order is wanted. */
function treeOf(statistics: Statistics, sort: SortKey): Tree {
  const messages = statistics.type('PUBLISH').allPackets
  const known = trees.get(statistics)
  if (known !== undefined && known.messages === messages && known.sort === sort) return known
  const made: Tree = { root: statistics.topics.root, branches: branchesOf(statistics.topics.sums(), sort), messages, sort }
  trees.set(statistics, made)
  return made
}

const rowsOf = new WeakMap<Tree, { readonly unfolded: ReadonlySet<string>; readonly rows: readonly TopicRow[] }>()

/** All rows that are not folded away. */
export function topicRows(statistics: Statistics, sort: SortKey, unfolded: ReadonlySet<string>): readonly TopicRow[] {
  const tree = treeOf(statistics, sort)
  const known = rowsOf.get(tree)
  if (known !== undefined && known.unfolded === unfolded) return known.rows
  const rows = rowsOfTree(tree, statistics, unfolded)
  rowsOf.set(tree, { unfolded, rows })
  return rows
}

function rowsOfTree({ root, branches }: Tree, { topics: { unknown } }: Statistics, unfolded: Pick<ReadonlySet<string>, 'has'>): TopicRow[] {
  const rows: TopicRow[] = []
  addRows(rows, branches, 0, unfolded)
  if (root.rest !== null) rows.push(restOf('', root.rest, 0))
  if (unknown.messages > 0) rows.push({ key: `${NO_TOPIC} unknown`, depth: 0, label: '(topic not known)', counts: unknown, kind: 'unknown', folded: false, topic: null })
  return rows
}

// --- search ---

const ALL = { has: () => true }

/** All rows of the tree as if none were folded, for a search. Keys and topics of rows that are not shown are not looked at: together they may be very long. */
export class WholeTree {
  readonly #rows: readonly TopicRow[]
  /** The row that each one is below of; -1 at the top. */
  readonly #parents: Int32Array

  constructor(statistics: Statistics, sort: SortKey) {
    this.#rows = rowsOfTree(treeOf(statistics, sort), statistics, ALL)
    this.#parents = new Int32Array(this.#rows.length)
    const way: number[] = []
    for (const [row, { depth }] of this.#rows.entries()) {
      this.#parents[row] = depth === 0 ? -1 : way[depth - 1]!
      way[depth] = row
    }
  }

  get length(): number {
    return this.#rows.length
  }

  at(row: number): TopicRow {
    return this.#rows[row]!
  }

  /** Where a row is that is shown: `rows` (topicRows) are those of the tree without what is folded away. -1 where it is none. */
  rowOf(rows: readonly TopicRow[], shown: number): number {
    let at = -1
    let foldedDepth = Infinity
    for (const [row, { depth }] of this.#rows.entries()) {
      if (depth > foldedDepth) continue
      if (++at === shown) return row
      foldedDepth = rows[at]!.folded ? depth : Infinity
    }
    return -1
  }

  /** Keys of the rows above one, which have to be unfolded for it to be shown. */
  keysAbove(row: number): readonly string[] {
    const keys: string[] = []
    for (let above = this.#parents[row]!; above >= 0; above = this.#parents[above]!) keys.push(this.#rows[above]!.key)
    return keys
  }

  /**
   * The label, and in front of it as much of the levels above as a text of `length` UTF-16 units can reach that ends in the label or right before it: so `plant/7` is found at the level 7,
   * and not at all that is below it.
   */
  textOf(row: number, length: number): string {
    const { label } = this.#rows[row]!
    let way = ''
    for (let above = this.#parents[row]!; above >= 0 && way.length < length; above = this.#parents[above]!) way = `${unquoted(this.#rows[above]!.label)}/${way}`
    const before = withoutCase(way)
    return before.slice(Math.max(0, before.length - length)) + unquoted(label)
  }
}

/** Words with blanks are in quotes (wire-text.ts). */
function unquoted(label: string): string {
  return label.startsWith('"') ? label.slice(1, -1) : label
}

function addRows(rows: TopicRow[], branches: readonly Branch[], depth: number, unfolded: Pick<ReadonlySet<string>, 'has'>): void {
  for (const branch of branches) {
    const { sum: { level, counts, children } } = branch
    const { topic, own, rest } = level
    const key = keyOf(topic)
    const isBranch = children.length > 0 || rest !== null
    const folded = isBranch && !unfolded.has(key)
    // The label is made for rows on the screen alone.
    rows.push({ key, depth, get label() { return branch.label }, counts, kind: isBranch ? 'branch' : 'topic', folded, topic })
    if (!isBranch || folded) continue
    if (own !== null) rows.push({ key: `${NO_TOPIC} own ${key}`, depth: depth + 1, label: '(itself)', counts: own, kind: 'topic', folded: false, topic })
    addRows(rows, branch.children, depth + 1, unfolded)
    if (rest !== null) rows.push(restOf(key, rest, depth + 1))
  }
}

/** Topics that were not counted each for itself may be any number. */
function restOf(key: string, counts: TopicCounts, depth: number): TopicRow {
  return { key: `${NO_TOPIC} rest ${key}`, depth, label: '… others', counts, kind: 'rest', folded: false, topic: null }
}

function keyOf(topic: Text): string {
  return typeof topic === 'string' ? topic : `${NO_TOPIC} bytes ${topic.hex}`
}

/**
 * Where the row with this key is; if it is not shown any more (something above it was folded, or a level came between), the nearest row above it that is.
 * -1 where there is none.
 */
export function rowOf(rows: readonly TopicRow[], key: string): number {
  const at = rows.findIndex((row) => row.key === key)
  if (at >= 0) return at
  let nearest = -1
  for (const [index, row] of rows.entries()) {
    if (key.startsWith(`${row.key}/`) && (nearest < 0 || row.key.length > rows[nearest]!.key.length)) nearest = index
  }
  return nearest
}

/** The row that this one is below of; the row itself at the top of the tree. */
export function parentOf(rows: readonly TopicRow[], at: number): number {
  const { depth } = rows[at]!
  for (let index = at - 1; index >= 0; index--) if (rows[index]!.depth < depth) return index
  return at
}

/** The packets of a topic. */
export function topicFilter(topic: Text): string {
  return `mqtt.topic == ${literal(topic)}`
}

/** The packets of all topics that begin with these levels; null where no Topic Filter can say it (MQTT 5.0 §4.7.1). */
export function filterBelow(topic: Text): string | null {
  if (typeof topic !== 'string' || /[+#\0]/.test(topic)) return null
  return `topic_matches(mqtt.topic, ${literal(`${topic}/#`)})`
}

/** In the display filter's quotes. What is not safe for a terminal is an escape: the filter can be edited. */
function literal(text: Text): string {
  if (typeof text !== 'string') return `"${text.hex.replace(/../g, '\\x$&')}"`
  if (isPrintable(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`
  return `"${[...text].map((character) => (character === '"' || character === '\\' ? `\\${character}` : isPrintable(character) ? character : escapeOf(character))).join('')}"`
}

function escapeOf(character: string): string {
  return `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`
}
