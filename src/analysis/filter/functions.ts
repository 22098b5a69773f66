import type { FieldSource } from '../fields/field-source.ts'
import type { ValueKind } from '../fields/values.ts'
import { asText, Count, Extreme, lengthOf, lowerCase, magnitude, Mapped, upperCase, type Source } from './sources.ts'

/** The functions of the filter language: what they take and what they give. `topic_matches` is a test and not a value, so compile.ts has it. */

/** An operand with the kind of its values. */
export interface CompiledOperand<Subject> {
  readonly kind: ValueKind
  readonly source: Source<Subject>
  /** The field that it is; null for what is computed. */
  readonly field: FieldSource<Subject> | null
}

export interface FunctionDefinition {
  /** A sentence part for messages. */
  readonly usage: string
  readonly most: number
  /** The kinds that its arguments may have; all arguments have the same. */
  readonly kinds: readonly ValueKind[]
  /** The kind of what it gives; null where that is its arguments' own. */
  readonly gives: ValueKind | null
  readonly compile: <Subject>(operands: readonly CompiledOperand<Subject>[]) => CompiledOperand<Subject>
}

export const TOPIC_MATCHES = 'topic_matches'

const MANY = 100
const TEXT: readonly ValueKind[] = ['text']
const CONTENT: readonly ValueKind[] = ['text', 'bytes']
const ORDERED: readonly ValueKind[] = ['number', 'duration', 'time']
const EVERY: readonly ValueKind[] = ['presence', 'boolean', 'number', 'text', 'bytes', 'address4', 'address6', 'time', 'duration']
const WITH_VALUE: readonly ValueKind[] = EVERY.filter((kind) => kind !== 'presence')

export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map<string, FunctionDefinition>([
  ['len', {
    usage: 'len() gives the length of text or bytes, in bytes', most: 1, kinds: CONTENT, gives: 'number',
    compile: ([of]) => computed('number', new Mapped(of!.source, lengthOf)),
  }],
  ['count', {
    usage: 'count() gives how often a field is there', most: 1, kinds: EVERY, gives: 'number',
    compile: ([of]) => computed('number', new Count(of!.source)),
  }],
  ['upper', {
    usage: 'upper() makes capital letters of text', most: 1, kinds: TEXT, gives: 'text',
    compile: ([of]) => computed('text', new Mapped(of!.source, upperCase)),
  }],
  ['lower', {
    usage: 'lower() makes small letters of text', most: 1, kinds: TEXT, gives: 'text',
    compile: ([of]) => computed('text', new Mapped(of!.source, lowerCase)),
  }],
  ['string', {
    usage: 'string() gives the text of a value', most: 1, kinds: WITH_VALUE, gives: 'text',
    compile: ([of]) => computed('text', new Mapped(of!.source, asText(of!.kind, of!.field?.field ?? null))),
  }],
  ['max', {
    usage: 'max() gives the largest of numbers or times', most: MANY, kinds: ORDERED, gives: null,
    compile: (of) => computed(of[0]!.kind, new Extreme(of.map(({ source }) => source), true)),
  }],
  ['min', {
    usage: 'min() gives the smallest of numbers or times', most: MANY, kinds: ORDERED, gives: null,
    compile: (of) => computed(of[0]!.kind, new Extreme(of.map(({ source }) => source), false)),
  }],
  ['abs', {
    usage: 'abs() gives a number without its sign', most: 1, kinds: ['number', 'duration'], gives: null,
    compile: ([of]) => computed(of!.kind, new Mapped(of!.source, magnitude)),
  }],
])

function computed<Subject>(kind: ValueKind, source: Source<Subject>): CompiledOperand<Subject> {
  return { kind, source, field: null }
}
