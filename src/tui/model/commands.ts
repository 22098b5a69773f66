/** What may be typed after `:`. Pure. */
import type { Completions } from './line-editor.ts'

export type Command =
  | { readonly kind: 'go-to'; readonly packet: number }
  /** The packets that the filter lets through, as pcapng. */
  | { readonly kind: 'export'; readonly name: string }
  | { readonly kind: 'report'; readonly name: string }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'mute'; readonly rule: string }
  | { readonly kind: 'unmute' | 'quit' | 'help' }
  | { readonly kind: 'mistake'; readonly sentence: string }

interface Word {
  readonly words: readonly string[]
  /** What follows it; null where nothing does. */
  readonly argument: string | null
  readonly does: string
}

/** Each with its other names. */
const WORDS: readonly Word[] = [
  { words: ['w', 'write'], argument: 'FILE', does: 'the filtered packets, as pcapng' },
  { words: ['report'], argument: 'FILE', does: 'a report: .txt, .md, .html, .json, .xml' },
  { words: ['filter'], argument: 'FILTER', does: 'only packets that match' },
  { words: ['mute'], argument: 'RULE', does: 'leaves a rule out of the findings' },
  { words: ['unmute'], argument: null, does: 'all rules again' },
  { words: ['help'], argument: null, does: 'the keys' },
  { words: ['q', 'quit'], argument: null, does: 'ends' },
]

export function parseCommand(text: string): Command {
  const line = text.trim()
  if (/^\d+$/.test(line)) return { kind: 'go-to', packet: Number(line) }
  const [, name = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(line) ?? []
  const word = WORDS.find(({ words }) => words.includes(name))
  if (word === undefined) return mistake(`There is no command ${name}: a packet's number, or one of ${WORDS.map(({ words }) => words[0]).join(', ')}`)
  if (word.argument !== null && rest === '' && name !== 'filter') return mistake(`${name} needs ${word.argument}: ${word.does}`)
  if (word.argument === null && rest !== '') return mistake(`Nothing goes with ${name}`)
  switch (word.words[0]) {
    case 'w': return { kind: 'export', name: rest }
    case 'report': return { kind: 'report', name: rest }
    case 'filter': return { kind: 'filter', text: rest }
    case 'mute': return { kind: 'mute', rule: rest }
    case 'unmute': return { kind: 'unmute' }
    case 'help': return { kind: 'help' }
    default: return { kind: 'quit' }
  }
}

/** `rules`: names of rules with findings. */
export function commandCompletions(text: string, cursor: number, rules: readonly string[]): Completions {
  const before = text.slice(0, cursor)
  if (/^\s*\S*$/.test(before)) {
    const start = before.length - before.trimStart().length
    const written = before.trimStart()
    return { start, options: WORDS.map(({ words }) => words[words.length - 1]!).filter((word) => word.startsWith(written) && word !== written) }
  }
  const [, head = '', written = ''] = /^(\s*mute\s+)(\S*)$/.exec(before) ?? []
  return { start: head === '' ? cursor : head.length, options: head === '' ? [] : rules.filter((rule) => rule.startsWith(written) && rule !== written) }
}

function mistake(sentence: string): Command {
  return { kind: 'mistake', sentence }
}
