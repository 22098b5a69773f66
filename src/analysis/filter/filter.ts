import stringWidth from 'string-width'
import { printable } from '../../bytes/printable.ts'
import type { Field } from '../../mqtt/field.ts'
import type { FieldReader } from '../fields/field-reader.ts'
import type { FieldTable } from '../fields/field-table.ts'
import { nearestName } from '../fields/nearest-name.ts'
import { LIMITS } from '../limits.ts'
import { FilterCompiler } from './compile.ts'
import { Mistake } from './mistake.ts'
import { parseFilter, type SyntaxMistake } from './syntax.ts'
import type { CompiledTest } from './tests.ts'

/**
 * The display filter: a text in Wireshark 4's syntax, compiled once, that says yes or no to each packet, or to each exchange:
 * its subject is what the table of fields is of.
 *
 * Compiling never throws: what is no filter is an error with its place and, where there is one near, the name that was meant. A compiled filter never throws
 * either, keeps nothing of its subject, and decodes a packet's fields only where the packet does not hold them itself.
 *
 * Where it goes beyond Wireshark: a value may stand on the left too, several relations in a row (`1 < mqtt.len < 5`), `xor`, octal as 0o17, blanks
 * between the members of a set, names of the standards for codes, and `topic_matches`. Where it does not follow: dates are UTC unless they name a zone,
 * host names are not looked up, and a misspelled field name is a mistake where Wireshark takes it for text. The layer operator `#` and references
 * `${…}` are not here. A regular expression is JavaScript's, case-insensitive unless it begins with `(?-i)`; it runs as long as it takes, so one that
 * backtracks without end (`(a+)+b`) is the user's own patience: no rule that refuses these would let all harmless ones through.
 */
export interface Filter<Subject> {
  readonly text: string
  /** Those that it looks at. */
  readonly fields: readonly Field[]
  matches(subject: Subject, reader: FieldReader): boolean
}

export interface FilterError {
  /** A sentence, without the suggestion. */
  readonly message: string
  /** What is wrong, in UTF-16 units of the text; the length may be 0 (at the end), the line of a caret then has one place. */
  readonly offset: number
  readonly length: number
  /** What was probably meant. */
  readonly suggestion: string | null
}

export type FilterResult<Subject> = { readonly ok: true; readonly filter: Filter<Subject> } | { readonly ok: false; readonly error: FilterError }

export interface FilterLimits {
  /** UTF-16 units. */
  readonly textLength: number
  /** Groups in groups. */
  readonly nesting: number
  /** Pairs of values that one comparison tries. */
  readonly pairs: number
}

/** An empty filter matches everything. */
export function compileFilter<Subject>(text: string, fields: FieldTable<Subject>, limits: FilterLimits = LIMITS.filter): FilterResult<Subject> {
  if (text.length > limits.textLength) {
    const message = `A filter has at most ${limits.textLength} characters, and this has ${text.length}.`
    return { ok: false, error: { message, offset: limits.textLength, length: 0, suggestion: null } }
  }
  const parsed = parseFilter(text, limits.nesting)
  if (!parsed.ok) return { ok: false, error: explain(text, parsed.mistake) }
  const compiler = new FilterCompiler(text, fields, limits.pairs)
  let test: CompiledTest<Subject> | null
  try {
    test = parsed.test === null ? null : compiler.test(parsed.test)
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    const { message, at, suggestion } = error
    return { ok: false, error: { message, offset: at.start, length: at.end - at.start, suggestion } }
  }
  const used = [...compiler.used].map(({ field }) => field)
  return { ok: true, filter: { text, fields: used, matches: test === null ? () => true : (subject, reader) => test.holds(subject, reader) } }
}

/** The filter's line with the mistake, a line that marks it, and a sentence. */
export function formatFilterError(text: string, { message, offset, length, suggestion }: FilterError): string {
  const lineStart = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  const nextLine = text.indexOf('\n', offset)
  const lineEnd = nextLine < 0 ? text.length : nextLine
  const before = printable(text.slice(lineStart, offset))
  const marked = printable(text.slice(offset, Math.min(offset + length, lineEnd)))
  const after = printable(text.slice(Math.min(offset + length, lineEnd), lineEnd))
  const pointer = ' '.repeat(stringWidth(before)) + '^' + '~'.repeat(Math.max(0, stringWidth(marked) - 1))
  const question = suggestion === null ? '' : ` Did you mean ${printable(suggestion)}?`
  return `${before}${marked}${after}\n${pointer}\n${printable(message)}${question}`
}

// ---- Syntax mistakes as sentences

const OPERATORS = ['and', 'or', 'xor', 'not', 'in', 'contains', 'matches', 'eq', 'ne', 'gt', 'lt', 'ge', 'le']

/** What people write who know another language. */
const OTHER_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['is', '=='], ['equals', '=='], ['like', 'matches'], ['regex', 'matches'], ['has', 'contains'], ['|', '||'],
])

function explain(text: string, { at, expected, sentence }: SyntaxMistake): FilterError {
  const offset = at.start
  const length = at.end - at.start
  if (sentence !== null) return { message: sentence, offset, length, suggestion: null }
  const found = text.slice(at.start, at.end)
  const wanted = [...expected].filter((description) => WANTED.has(description))
  // An operator may follow almost anything: it is only worth saying where nothing else is missing.
  const missing = wanted.find((description) => description !== 'an operator')
  if (found === '') return { message: `The filter ends where ${missing ?? 'more'} is missing.`, offset, length, suggestion: null }
  const shown = found.startsWith('"') ? found : `"${found}"`
  if (!expected.has('an operator')) return { message: `${shown} was not expected here: ${missing ?? 'something else'} is missing.`, offset, length, suggestion: null }
  if (found === ')' || found === '}') return { message: `${shown} was not expected here: nothing is open that it could close.`, offset, length, suggestion: null }
  const suggestion = OPERATORS.includes(found) ? null : OTHER_OPERATORS.get(found.toLowerCase()) ?? nearestName(found, OPERATORS)
  if (suggestion !== null) return { message: `${shown} is not an operator.`, offset, length, suggestion }
  const or = missing === undefined ? '' : `, or ${missing}`
  return { message: `${shown} was not expected here: an operator such as == or "and" is missing${or}.`, offset, length, suggestion: null }
}

/** The descriptions of grammar rules that mean something to a reader. */
const WANTED: ReadonlySet<string> = new Set([
  'a field or a value', 'an operator', 'a closing parenthesis', 'a closing brace', 'a set in braces',
])
