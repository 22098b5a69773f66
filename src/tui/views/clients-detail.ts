import stringWidth from 'string-width'
import { counted, grouped } from '../../bytes/number-text.ts'
import { fitted } from '../../report/fit.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import type { PublishedTopics } from '../model/client-topics.ts'

/** Columns that the labels of connection-detail.ts take. */
const LABELS = 19

/** The details in lines that fit, continued behind their labels. */
export function detailLines(detail: readonly string[], width: number): string[] {
  return detail.flatMap((line, index) => {
    const indent = index === 0 ? 0 : LABELS
    return wrapped(line.slice(indent), line.slice(0, indent), width - 1).map((part) => fitted(part, width))
  })
}

/** The details with the topics that the client published to, before its subscriptions. */
export function withTopics(detail: readonly string[], published: PublishedTopics | null, width: number): readonly string[] {
  if (published === null) return detail
  const at = detail.findIndex((line) => line.startsWith('  Subscriptions') || line.startsWith('  Packets'))
  return at < 0 ? detail : [...detail.slice(0, at), ...topicLines(published, width), ...detail.slice(at)]
}

const MOST_LINES = 2
const LONGEST_TOPIC = 60

/** As many topics as fit two lines, and how many more there are. */
function topicLines({ topics, more, others }: PublishedTopics, width: number): string[] {
  const room = Math.max(1, width - 1 - LABELS)
  const words = topics.map(({ text, messages }) => {
    const count = ` (${grouped(messages)})`
    return `${fitted(text, Math.max(1, Math.min(LONGEST_TOPIC, room - count.length)))}${count}`
  })
  for (let shown = words.length; ; shown--) {
    const beyond = [
      ...(words.length + more > shown ? [`${grouped(words.length + more - shown)} more`] : []),
      ...(others > 0 ? [`${counted(others, 'message')} to others`] : []),
    ]
    const lines = inLines([...words.slice(0, shown), ...(beyond.length === 0 ? [] : [fitted(`… ${beyond.join(', ')}`, room)])], room)
    if (lines.length > MOST_LINES && shown > 0) continue
    return lines.map((line, index) => `${(index === 0 ? '  Topics out' : '').padEnd(LABELS)}${line}`)
  }
}

/** Two blanks between. */
function inLines(words: readonly string[], room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? word : `${line}  ${word}`
    if (line !== '' && stringWidth(longer) > room) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
