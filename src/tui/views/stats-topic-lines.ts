/** The tree of topics as lines: columns of a fixed width, so that only the rows on the screen are made, and stand still while numbers grow. */
import { rateText, shortened } from '../../bytes/number-text.ts'
import { cell, fitted } from '../../report/fit.ts'
import { right } from '../../report/padding.ts'
import type { TopicCounts } from '../../analysis/statistics/topics.ts'
import type { Theme } from '../theme.ts'
import type { TopicRow } from './stats-topics.ts'

interface NumberColumn {
  readonly name: string
  /** `seconds`: the length of the whole capture, whatever window of time the view has; null where it has none. */
  readonly text: (counts: TopicCounts, seconds: number | null) => string
}

/** As `mqtap stats` has them, in the order in which they leave a narrow screen: the last one first. */
const COLUMNS: readonly NumberColumn[] = [
  { name: 'MSGS', text: ({ messages }) => shortened(messages) },
  { name: 'BYTES', text: ({ traffic }) => shortened(traffic.allBytes) },
  { name: 'MEAN/S', text: ({ messages }, seconds) => (seconds === null ? '-' : rateText(messages / seconds)) },
  { name: '->', text: ({ traffic }) => shortened(traffic.packets.client) },
  { name: '<-', text: ({ traffic }) => shortened(traffic.packets.server) },
  { name: 'RET', text: ({ retained }) => shortened(retained) },
  { name: 'PAYLD', text: ({ payloadBytes }) => shortened(payloadBytes) },
  { name: 'QOS0', text: ({ qos }) => shortened(qos[0]) },
  { name: 'QOS1', text: ({ qos }) => shortened(qos[1]) },
  { name: 'QOS2', text: ({ qos }) => shortened(qos[2]) },
]

/** What `shortened` takes, and a blank before it. */
const COLUMN_WIDTH = 7
/** Topics want more of the room than numbers. */
const LEAST_TOPIC = 32

interface Layout {
  readonly topic: number
  readonly columns: readonly NumberColumn[]
}

function layoutFor(width: number): Layout {
  const fitting = Math.max(2, Math.min(COLUMNS.length, Math.floor((width - LEAST_TOPIC) / COLUMN_WIDTH)))
  return { topic: Math.max(1, width - fitting * COLUMN_WIDTH), columns: COLUMNS.slice(0, fitting) }
}

export function topicHeading(width: number): string {
  const { topic, columns } = layoutFor(width)
  return fitted(`${cell('TOPIC', topic)}${columns.map(({ name }) => right(name, COLUMN_WIDTH)).join('')}`, width)
}

export function topicLine({ depth, label, kind, folded, counts }: TopicRow, seconds: number | null, width: number, { glyphs }: Theme): string {
  const { topic, columns } = layoutFor(width)
  const mark = kind === 'branch' ? (folded ? glyphs.folded : glyphs.unfolded) : ' '
  const name = `${'  '.repeat(Math.min(depth, DEEPEST))}${mark} ${label}${kind === 'branch' && folded ? '/…' : ''}`
  return fitted(`${cell(name, topic)}${columns.map(({ text }) => right(text(counts, seconds), COLUMN_WIDTH)).join('')}`, width)
}

/** Deeper levels are not moved further to the right: their names would be beyond the column. */
const DEEPEST = 8
