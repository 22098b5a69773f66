/** What the screen says of a display filter while it is typed: whether it is one, what is wrong and where, and what may come next. Pure. */
import { PACKET_FIELDS } from '../../analysis/fields.ts'
import { compileFilter } from '../../analysis/filter/filter.ts'
import { printable } from '../../bytes/printable.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { FieldSource } from '../../analysis/fields/field-source.ts'
import type { ValueKind } from '../../analysis/fields/values.ts'
import type { Completions } from './line-editor.ts'

export interface FilterState {
  readonly valid: boolean
  /** A sentence, with what was probably meant; safe for a terminal. Null where it is valid. */
  readonly message: string | null
  /** What was probably meant, by itself: `Did you mean mqtt.topic?` */
  readonly question: string | null
  /** What is wrong, in UTF-16 units of the text; of no length where something is missing. */
  readonly at: { readonly start: number; readonly end: number } | null
}

const VALID: FilterState = { valid: true, message: null, question: null, at: null }

/** An empty filter is valid: it hides nothing. */
export function filterState(text: string): FilterState {
  const result = compileFilter(text, PACKET_FIELDS)
  if (result.ok) return VALID
  const { message, offset, length, suggestion } = result.error
  const question = suggestion === null ? null : `Did you mean ${printable(suggestion)}?`
  return { valid: false, message: `${printable(message)}${question === null ? '' : ` ${question}`}`, question, at: { start: offset, end: offset + length } }
}

// ---- Completion

/** What may stand in place of the word before the cursor, and where that word begins. */
export function filterCompletions(text: string, cursor: number): Completions {
  const { tokens, partial } = tokensOf(text.slice(0, cursor))
  const start = partial?.start ?? cursor
  const written = partial?.text ?? ''
  const options = optionsAfter(tokens, written).filter((option) => option.toLowerCase().startsWith(written.toLowerCase()) && option !== written)
  return { start, options }
}

interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'logic' | 'not' | 'open' | 'close' | 'open-set' | 'close-set' | 'comma' | 'other'
  readonly text: string
  readonly start: number
}

/** Text in quotes, closed or not; a word; a sign. */
const TOKEN = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|(?:[A-Za-z0-9_:]|-(?!-)|\.(?!\.))+|===|!==|==|!=|~=|>=|<=|&&|\|\||\^\^|\.\.|[^\s]/gu

const LOGIC: readonly string[] = ['and', 'or', 'xor']
const RELATIONS: readonly string[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'contains', 'matches', 'any_eq', 'all_eq', 'any_ne', 'all_ne']
const RELATION_SIGNS: readonly string[] = ['===', '!==', '==', '!=', '~=', '>=', '<=', '>', '<', '~']

/** `partial` is what is being written: a word or a text that ends at the cursor. */
function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly partial: Token | null } {
  const tokens: Token[] = [...text.matchAll(TOKEN)].map(({ 0: found, index }) => ({ kind: kindOf(found), text: found, start: index }))
  const last = tokens[tokens.length - 1]
  const reachesCursor = last !== undefined && last.start + last.text.length === text.length
  const isPartial = reachesCursor && (/^[A-Za-z0-9_:.-]/.test(last.text) || (last.kind === 'text' && !isClosed(last.text)))
  return isPartial ? { tokens: tokens.slice(0, -1), partial: last } : { tokens, partial: null }
}

function isClosed(text: string): boolean {
  return text.length > 1 && /^"(?:[^"\\]|\\[^])*"$/.test(text)
}

function kindOf(text: string): Token['kind'] {
  if (text.startsWith('"')) return 'text'
  if (RELATIONS.includes(text) || RELATION_SIGNS.includes(text)) return 'operator'
  if (LOGIC.includes(text) || text === '&&' || text === '||' || text === '^^') return 'logic'
  switch (text) {
    case 'not': case '!': return 'not'
    case '(': return 'open'
    case ')': return 'close'
    case '{': return 'open-set'
    case '}': return 'close-set'
    case ',': return 'comma'
    default: return /^[A-Za-z0-9_:.-]+$/.test(text) ? 'word' : 'other'
  }
}

function optionsAfter(tokens: readonly Token[], written: string): readonly string[] {
  const last = tokens[tokens.length - 1]
  const set = openSet(tokens)
  if (set !== null) return valuesOf(set)
  switch (last?.kind) {
    case undefined: case 'logic': case 'open': case 'comma':
      return [...operands(written), ...(last?.kind === 'comma' ? [] : ['not'])]
    case 'not':
      return operands(written)
    case 'operator': {
      const field = fieldOf(tokens[tokens.length - 2])
      const values = field === null || last.text === 'contains' || last.text === 'matches' || last.text === '~' ? [] : valuesOf(field)
      // A field may be compared with another one; but nobody looks through all of them.
      return written === '' ? values : [...values, ...operands(written)]
    }
    case 'word': case 'text': case 'close': case 'close-set':
      return operatorsAfter(tokens)
    case 'open-set': case 'other':
      return []
  }
}

const FUNCTIONS: readonly string[] = ['count(', 'len(', 'lower(', 'max(', 'min(', 'string(', 'topic_matches(', 'upper(']

function operands(written: string): string[] {
  if (written.startsWith('"')) return []
  return [...PACKET_FIELDS.complete(written), ...(written === '' ? [] : FUNCTIONS)]
}

function fieldOf(token: Token | undefined): FieldSource<PacketEvent> | null {
  return token?.kind === 'word' ? PACKET_FIELDS.get(token.text) ?? null : null
}

/** The field that a set is compared with, where the cursor is inside of one. */
function openSet(tokens: readonly Token[]): FieldSource<PacketEvent> | null {
  const open = tokens.findLastIndex(({ kind }) => kind === 'open-set' || kind === 'close-set')
  if (open < 2 || tokens[open]!.kind !== 'open-set' || tokens[open - 1]!.text !== 'in') return null
  return fieldOf(tokens[open - 2]!.kind === 'not' ? tokens[open - 3] : tokens[open - 2])
}

/** Names of a field's values: a word as it is, several in quotes. */
function valuesOf({ names, kind }: FieldSource<PacketEvent>): readonly string[] {
  if (names !== null) return names.spelled.map((name) => (/^[A-Za-z][A-Za-z0-9_]*$/.test(name) ? name : `"${name}"`))
  return kind === 'boolean' ? ['true', 'false'] : []
}

const EQUALITY: readonly string[] = ['==', '!=']
const ORDER: readonly string[] = ['>', '>=', '<', '<=']

const OPERATORS: Readonly<Record<ValueKind, readonly string[]>> = {
  presence: [],
  boolean: EQUALITY,
  number: [...EQUALITY, ...ORDER, 'in'],
  text: [...EQUALITY, 'contains', 'matches', 'in'],
  bytes: [...EQUALITY, 'contains', 'matches', 'in'],
  address4: [...EQUALITY, 'in'],
  address6: [...EQUALITY, 'in'],
  time: [...EQUALITY, ...ORDER],
  duration: [...EQUALITY, ...ORDER, 'in'],
}

/** Behind a field, what compares it; behind any test, what goes on to the next one. */
function operatorsAfter(tokens: readonly Token[]): readonly string[] {
  const last = tokens[tokens.length - 1]!
  const before = tokens[tokens.length - 2]?.kind
  const begins = before === undefined || before === 'logic' || before === 'not' || before === 'open'
  const field = begins ? fieldOf(last) : null
  if (field === null && begins && last.kind !== 'close') return []
  return [...(field === null ? [] : OPERATORS[field.kind]), 'and', 'or']
}
