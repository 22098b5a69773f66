import { parse as parseGrammar, SyntaxError as GrammarError } from './grammar.js'

/** The syntax tree of a filter, as grammar.peggy builds it, and the parsing itself with its mistakes as values. */

/** Half open, in UTF-16 units of the filter's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

export type Test = Logic | Negation | Comparison

export interface Logic {
  readonly kind: 'or' | 'xor' | 'and'
  readonly terms: readonly Test[]
  readonly at: Span
}

export interface Negation {
  readonly kind: 'not'
  readonly term: Test
  readonly at: Span
}

/** `a` · `a == b` · `1 < a < 5`, where each relation stands between its operand and the one before · `a in {…}`. */
export interface Comparison {
  readonly kind: 'comparison'
  readonly quantifier: 'any' | 'all' | null
  readonly first: Operand
  readonly clauses: readonly (RelationClause | MembershipClause)[]
  readonly at: Span
}

export type RelationName = '==' | '!=' | '===' | '!==' | '>' | '>=' | '<' | '<=' | 'contains' | 'matches'

export interface RelationClause {
  readonly kind: 'relation'
  readonly operator: { readonly name: RelationName; readonly at: Span }
  readonly operand: Operand
}

export interface MembershipClause {
  readonly kind: 'membership'
  readonly negated: boolean
  readonly items: readonly { readonly from: Operand; readonly to: Operand | null }[]
}

export type Operand = Word | TextLiteral | CharacterLiteral | Negative | Slice | Call | Arithmetic

/** A field, or a literal of a type that only its neighbour tells. */
export interface Word {
  readonly kind: 'word'
  readonly text: string
  readonly at: Span
}

/** A number among the parts is a byte that an escape names. */
export interface TextLiteral {
  readonly kind: 'text'
  readonly parts: readonly (string | number)[]
  readonly at: Span
}

export interface CharacterLiteral {
  readonly kind: 'character'
  readonly value: string | number
  readonly at: Span
}

export interface Negative {
  readonly kind: 'negative'
  readonly operand: Operand
  readonly at: Span
}

export interface Slice {
  readonly kind: 'slice'
  readonly operand: Operand
  readonly ranges: readonly SliceRange[]
  readonly at: Span
}

/** Either a length or an inclusive end. Negative offsets count from the end: -1 is the last byte. */
export interface SliceRange {
  readonly from: number
  readonly length: number | null
  readonly to: number | null
  readonly at: Span
}

export interface Call {
  readonly kind: 'call'
  readonly name: { readonly text: string; readonly at: Span }
  readonly arguments: readonly Operand[]
  readonly at: Span
}

export type ArithmeticSign = '+' | '-' | '*' | '/' | '%' | '&'

/** From left to right; signs of one arithmetic bind alike. */
export interface Arithmetic {
  readonly kind: 'arithmetic'
  readonly first: Operand
  readonly rest: readonly { readonly operator: ArithmeticSign; readonly operand: Operand }[]
  readonly at: Span
}

/** A filter that is not well formed: where, and what was expected there (descriptions of grammar rules) or what is wrong in a sentence. */
export interface SyntaxMistake {
  readonly at: Span
  readonly expected: ReadonlySet<string>
  readonly sentence: string | null
}

/** The tree; null for an empty filter. */
export function parseFilter(text: string, nesting: number): { ok: true; test: Test | null } | { ok: false; mistake: SyntaxMistake } {
  try {
    return { ok: true, test: parseGrammar(text, { startRule: 'Filter', nesting }) as Test | null }
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error
    const start = error.location.start.offset
    // The grammar knows of a mistake where it begins; who reads it sees the whole word.
    if (error.expected === null) return { ok: false, mistake: { at: { start, end: Math.max(error.location.end.offset, start) }, expected: NOTHING, sentence: error.message } }
    const expected = new Set(error.expected.map((expectation) => (expectation.type === 'other' ? expectation.description : expectation.type)))
    return { ok: false, mistake: { at: { start, end: start + tokenLength(text.slice(start)) }, expected, sentence: null } }
  }
}

const NOTHING: ReadonlySet<string> = new Set()

/** What the word, sign or text at the beginning takes; 0 at the end of the filter. */
function tokenLength(text: string): number {
  return text === '' ? 0 : (parseGrammar(text, { startRule: 'Token' }) as string).length
}

/** What the grammar's literal rules give. */
export interface Literals {
  readonly NumberLiteral: number
  readonly DurationLiteral: number
  readonly BytesLiteral: readonly number[]
  readonly Ipv4Literal: AddressText
  readonly Ipv6Literal: AddressText
  readonly MomentLiteral: DateText | EpochText
  readonly PatternLiteral: { readonly source: string; readonly caseSensitive: boolean }
}

export interface AddressText {
  readonly words: readonly [number, number, number, number]
  readonly prefix: number
  /** The most that the prefix may be. */
  readonly longest: number
}

/** As written: a day that no month has is still here. */
export interface DateText {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanoseconds: number
  /** Minutes east of UTC. */
  readonly zone: number
}

export interface EpochText {
  readonly seconds: number
  readonly nanoseconds: number
}

/** A literal by one of the grammar's literal rules, or null where it is not one. */
export function parseLiteral<Rule extends keyof Literals>(text: string, startRule: Rule): Literals[Rule] | null {
  try {
    return parseGrammar(text, { startRule: startRule as keyof Literals }) as Literals[Rule]
  } catch (error) {
    if (error instanceof GrammarError) return null
    throw error
  }
}
