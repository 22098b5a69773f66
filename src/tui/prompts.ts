/** The field at the bottom of the screen: what it asks for, what is typed into it, and what was answered before. */
import { commandCompletions } from './model/commands.ts'
import { filterCompletions, filterState } from './model/filter-field.ts'
import { historyWith, lineWith, proposalOf, reduceLine, type Completions, type LineState } from './model/line-editor.ts'
import type { PromptProps } from './parts/prompt-lines.ts'
import type { Key } from './terminal/decode-input.ts'

export type PromptKind = 'filter' | 'search' | 'command' | 'export' | 'report' | 'overwrite'

const LABELS: Readonly<Record<PromptKind, string>> = {
  filter: 'filter', search: 'search', command: 'go to packet, or command', export: 'write packets to', report: 'write report to', overwrite: 'It exists; overwrite it? y or n',
}

export interface Answer {
  readonly kind: PromptKind
  readonly text: string
}

export class Prompts {
  readonly #rules: () => readonly string[]
  readonly #histories: Record<PromptKind, readonly string[]> = { filter: [], search: [], command: [], export: [], report: [], overwrite: [] }
  #open: { readonly kind: PromptKind; readonly line: LineState; readonly refused: boolean } | null = null

  /** `rules`: those that a command may name. */
  constructor(rules: () => readonly string[]) {
    this.#rules = rules
  }

  get isOpen(): boolean {
    return this.#open !== null
  }

  /** `text`: what is in the field at first, to go on with. */
  ask(kind: PromptKind, text = ''): void {
    this.#open = { kind, line: lineWith(text), refused: false }
  }

  /** The text at first is only a proposal. */
  propose(kind: PromptKind, text: string): void {
    this.#open = { kind, line: proposalOf(text), refused: false }
  }

  /** What was typed, once it is complete. A filter with a mistake never is: then what is wrong stands under it. */
  key(key: Key): Answer | null {
    if (this.#open === null) return null
    const { kind, line } = this.#open
    if (key.kind === 'key') {
      switch (key.name) {
        case 'escape': case 'ctrl-c': this.#open = null; return null
        case 'enter': return this.#answer(kind, line)
        case 'backspace': if (line.text === '') this.#open = null
      }
      if (this.#open === null) return null
    }
    const next = reduceLine(line, key, { history: this.#histories[kind], complete: (text, cursor) => this.#completions(kind, text, cursor) })
    if (next !== null) this.#open = { kind, line: next, refused: false }
    return null
  }

  /** An answer that can be had again with the arrow keys. */
  remember({ kind, text }: Answer): void {
    this.#histories[kind] = historyWith(this.#histories[kind], text)
  }

  /** Null where nothing is asked. */
  get props(): Omit<PromptProps, 'theme' | 'width'> | null {
    if (this.#open === null) return null
    const { kind, line, refused } = this.#open
    return {
      line,
      refused,
      label: LABELS[kind],
      check: kind === 'filter' ? filterState(line.text) : null,
      completions: this.#completions(kind, line.text, line.cursor).options,
    }
  }

  #answer(kind: PromptKind, line: LineState): Answer | null {
    const { text } = line
    if (kind === 'filter' && !filterState(text).valid) {
      this.#open = { kind, line, refused: true }
      return null
    }
    this.#open = null
    const answer = { kind, text }
    this.remember(answer)
    return answer
  }

  #completions(kind: PromptKind, text: string, cursor: number): Completions {
    if (kind === 'filter') return filterCompletions(text, cursor)
    if (kind === 'command') return commandCompletions(text, cursor, this.#rules())
    return { start: cursor, options: [] }
  }
}
