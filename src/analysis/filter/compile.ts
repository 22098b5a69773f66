import { examineText, TEXT_FACTS } from '../../mqtt/text-facts.ts'
import { tablesWith } from '../fields.ts'
import type { FieldSource } from '../fields/field-source.ts'
import type { FieldTable } from '../fields/field-table.ts'
import { nearestName } from '../fields/nearest-name.ts'
import type { ValueKind } from '../fields/values.ts'
import { FUNCTIONS, TOPIC_MATCHES, type CompiledOperand, type FunctionDefinition } from './functions.ts'
import { literalSource, literalValue, partOfText, type Literal, type Partner } from './literals.ts'
import { Mistake } from './mistake.ts'
import { relationOf } from './relations.ts'
import { Arithmetic, FieldValues, Mapped, negated, operationOf, sliceOf, type Source } from './sources.ts'
import { parseLiteral } from './syntax.ts'
import type {
  Arithmetic as ArithmeticNode, Call, Comparison, MembershipClause, Negative, Operand, RelationClause, RelationName, Slice, SliceRange, Span, Test,
} from './syntax.ts'
import { All, Any, Compares, IsIn, IsOneOf, Matches, matchesTopic, Not, NotZero, Odd, Present, type CompiledTest, type Member } from './tests.ts'

/**
 * From the syntax tree of a filter to tests: finds its fields, gives its literals the type of what they stand beside, and refuses what cannot hold.
 * A Mistake is thrown where the filter makes no sense; `compileFilter` turns it into a value.
 */
export class FilterCompiler<Subject> {
  readonly #text: string
  readonly #fields: FieldTable<Subject>
  readonly #pairs: number
  readonly #used = new Set<FieldSource<Subject>>()

  /** `text` is what the tree was made from; `pairs` is how many pairs of values a comparison may try. */
  constructor(text: string, fields: FieldTable<Subject>, pairs: number) {
    this.#text = text
    this.#fields = fields
    this.#pairs = pairs
  }

  /** The fields that the compiled tests read. */
  get used(): ReadonlySet<FieldSource<Subject>> {
    return this.#used
  }

  test(test: Test): CompiledTest<Subject> {
    switch (test.kind) {
      case 'and':
        return new All(test.terms.map((term) => this.test(term)))
      case 'or':
        return new Any(test.terms.map((term) => this.test(term)))
      case 'xor':
        return new Odd(test.terms.map((term) => this.test(term)))
      case 'not':
        return new Not(this.test(test.term))
      case 'comparison':
        return this.#comparison(test)
    }
  }

  // ---- Comparisons

  #comparison({ quantifier, first, clauses, at }: Comparison): CompiledTest<Subject> {
    if (isTopicMatches(first)) return this.#topicMatches(first, quantifier, clauses.length > 0)
    if (clauses.length === 0) {
      if (quantifier !== null) throw new Mistake(`"${quantifier}" needs a comparison, such as ${quantifier} mqtt.topic == "a/b".`, at)
      return this.#presence(first)
    }
    const tests: CompiledTest<Subject>[] = []
    let left: Operand = first
    for (const clause of clauses) {
      if (clause.kind === 'membership') tests.push(this.#membership(left, clause, quantifier))
      else {
        tests.push(this.#relation(left, clause, quantifier))
        left = clause.operand
      }
    }
    return tests.length === 1 ? tests[0]! : new All(tests)
  }

  #presence(operand: Operand): CompiledTest<Subject> {
    if (operand.kind === 'word') return new Present(new FieldValues(this.#field(operand.text, operand.at).read))
    if (operand.kind === 'slice') return new Present(this.#operand(operand, null).source)
    if (operand.kind === 'arithmetic' && operand.rest[operand.rest.length - 1]!.operator === '&') return new NotZero(this.#operand(operand, null).source, false)
    if (operand.kind === 'call') this.#call(operand)
    throw new Mistake('This is a value, not a test: compare it with something.', operand.at)
  }

  #relation(left: Operand, { operator, operand: right }: RelationClause, quantifier: 'any' | 'all' | null): CompiledTest<Subject> {
    const { name } = operator
    const every = quantifier === null ? holdsForEvery(name) : quantifier === 'all'
    if (name === 'matches') return this.#matches(left, right, every)
    const kind = this.#commonKind(left, right)
    if (kind === 'presence') throw this.#noValue(this.#kind(left) === 'presence' ? left : right)
    const relation = relationOf(kind, name)
    if (relation === null) throw new Mistake(this.#notComparable(kind, name, this.#kind(left) === null ? right : left), operator.at)
    const a = this.#operand(left, { kind, partner: this.#partner(right) })
    const b = this.#operand(right, { kind, partner: this.#partner(left) })
    return new Compares(a.source, b.source, relation, every, this.#pairs)
  }

  /** Of two operands, of which a literal takes the kind of the other. */
  #commonKind(left: Operand, right: Operand): ValueKind {
    const leftKind = this.#kind(left)
    const rightKind = this.#kind(right)
    const kind = leftKind ?? rightKind
    if (kind === null) throw this.#nothingToCompare(left, right)
    if (rightKind !== null && rightKind !== kind) {
      const described = `${this.#written(left)} is ${KIND_NAMES[kind]}, and ${this.#written(right)} is ${KIND_NAMES[rightKind]}`
      throw new Mistake(`${described}: they cannot be compared.`, right.at)
    }
    return kind
  }

  #matches(left: Operand, right: Operand, every: boolean): CompiledTest<Subject> {
    if (right.kind !== 'text') throw new Mistake('A regular expression stands in double quotes: matches "^a.*b$" or matches r"\\d+".', right.at)
    const kind = this.#kind(left)
    if (kind === null) throw this.#nothingToCompare(left, right)
    if (kind !== 'text' && kind !== 'bytes') {
      throw new Mistake(`Only text and bytes match a regular expression; write string(${this.#written(left)}).`, left.at)
    }
    const pattern = parseLiteral(new TextDecoder().decode(partOfText(right)), 'PatternLiteral')!
    return new Matches(this.#operand(left, null).source, this.#regularExpression(pattern.source, pattern.caseSensitive, right.at), every)
  }

  #regularExpression(source: string, caseSensitive: boolean, at: Span): RegExp {
    try {
      return new RegExp(source, caseSensitive ? 'u' : 'iu')
    } catch (error) {
      // "Invalid regular expression: /(/iu: Unterminated group": what is wrong stands last.
      const reason = (error as Error).message.split(': ').pop()!
      throw new Mistake(`This is not a regular expression: ${reason.toLowerCase()}.`, at)
    }
  }

  #membership(left: Operand, { negated: not, items }: MembershipClause, quantifier: 'any' | 'all' | null): CompiledTest<Subject> {
    const kind = this.#kind(left)
    if (kind === null) throw this.#nothingToCompare(left, left)
    const equal = relationOf(kind, '==')
    if (equal === null) throw this.#noValue(left)
    const { source } = this.#operand(left, null)
    const atLeast = relationOf(kind, '>=')
    const atMost = relationOf(kind, '<=')
    const expected = { kind, partner: this.#partner(left) }
    const members: Member<Subject>[] = items.map(({ from, to }) => {
      if (to !== null && (atLeast === null || atMost === null)) throw new Mistake(this.#notComparable(kind, '<', left), from.at)
      return { from: this.#member(from, expected), to: to === null ? null : this.#member(to, expected) }
    })
    const every = quantifier === 'all'
    const alone = kind === 'number' || kind === 'text' ? this.#plainMembers(items, kind, expected.partner) : null
    const test = alone === null ? new IsIn(source, members, equal, atLeast, atMost, every) : new IsOneOf(source, alone, every)
    return not ? new Not(test) : test
  }

  #member(item: Operand, expected: Expected): Source<Subject> {
    if (this.#kind(item) !== null) throw new Mistake('A set holds literals only: compare with a field by ==.', item.at)
    return this.#operand(item, expected).source
  }

  /** The members as values where each is a literal by itself; null where there is a range, or bytes that are not text. */
  #plainMembers(items: MembershipClause['items'], kind: 'number' | 'text', partner: Partner): ReadonlySet<string | number> | null {
    const values = new Set<string | number>()
    for (const { from, to } of items) {
      if (to !== null || !isLiteral(from)) return null
      const value = literalValue(from, kind, partner)
      if (typeof value !== 'string' && typeof value !== 'number') return null
      values.add(value)
    }
    return values
  }

  #topicMatches(call: Call, quantifier: 'any' | 'all' | null, compared: boolean): CompiledTest<Subject> {
    const [name, filter] = call.arguments
    if (name === undefined || filter === undefined || call.arguments.length > 2) throw new Mistake(`${TOPIC_MATCHES} takes a topic and a topic filter: ${TOPIC_MATCHES}(mqtt.topic, "a/+/b").`, call.at)
    if (compared) throw new Mistake(`${TOPIC_MATCHES} is a test by itself: leave the comparison out.`, call.at)
    if (this.#kind(name) === null && this.#kind(filter) === null) throw this.#nothingToCompare(name, filter)
    if (isLiteral(filter)) refuseBadFilter(filter)
    const expected: Expected = { kind: 'text', partner: { text: TOPIC_MATCHES, names: null } }
    const [a, b] = [name, filter].map((operand) => {
      const compiled = this.#operand(operand, expected)
      if (compiled.kind !== 'text') throw new Mistake(`${TOPIC_MATCHES} takes text, and ${this.#written(operand)} is ${KIND_NAMES[compiled.kind]}.`, operand.at)
      return compiled.source
    })
    return new Compares(a!, b!, matchesTopic, quantifier === 'all', this.#pairs)
  }

  // ---- Operands

  /** What an operand is of itself; null for a literal, and for what is made of literals only. Looks at names and shape alone, and compiles nothing. */
  #kind(operand: Operand): ValueKind | null {
    switch (operand.kind) {
      case 'word': {
        const field = this.#fields.get(operand.text)
        return field === undefined ? null : field.content === null ? field.kind : 'bytes'
      }
      case 'text':
      case 'character':
        return null
      case 'negative':
        return this.#kind(operand.operand)
      case 'slice':
        return 'bytes'
      case 'call':
        return this.#function(operand).gives ?? (operand.arguments[0] === undefined ? null : this.#kind(operand.arguments[0]))
      case 'arithmetic': {
        for (const each of [operand.first, ...operand.rest.map((more) => more.operand)]) {
          const kind = this.#kind(each)
          if (kind !== null) return kind
        }
        return null
      }
    }
  }

  /** `expected` is what a literal is taken for; where it is null there must be none, because `#kind` was asked first. */
  #operand(operand: Operand, expected: Expected | null): CompiledOperand<Subject> {
    switch (operand.kind) {
      case 'word': {
        const field = this.#fields.get(operand.text)
        if (field === undefined) break
        this.#used.add(field)
        if (field.content !== null) return { kind: 'bytes', source: new FieldValues(field.content), field }
        if (field.kind === 'presence') throw this.#noValue(operand)
        return { kind: field.kind, source: new FieldValues(field.read), field }
      }
      case 'text':
      case 'character':
        break
      case 'negative':
        return this.#negative(operand, expected)
      case 'slice':
        return this.#slice(operand)
      case 'call':
        return this.#call(operand)
      case 'arithmetic':
        return this.#arithmetic(operand, expected)
    }
    if (expected === null) throw this.#unknownField(operand)
    if (operand.kind === 'word') this.#refuseFieldName(operand.text, operand.at)
    return { kind: expected.kind, source: literalSource(operand, expected.kind, expected.partner), field: null }
  }

  #negative({ operand, at }: Negative, expected: Expected | null): CompiledOperand<Subject> {
    const { kind, source } = this.#operand(operand, expected)
    if (kind !== 'number' && kind !== 'duration') throw new Mistake(`Only a number has a minus sign, and ${this.#written(operand)} is ${KIND_NAMES[kind]}.`, at)
    return { kind, source: new Mapped(source, negated), field: null }
  }

  #slice({ operand, ranges }: Slice): CompiledOperand<Subject> {
    if (this.#kind(operand) === null) throw this.#unknownField(operand)
    const { kind, source } = this.#operand(operand, null)
    if (kind !== 'text' && kind !== 'bytes') {
      throw new Mistake(`Only text and bytes have slices, and ${this.#written(operand)} is ${KIND_NAMES[kind]}.`, operand.at)
    }
    for (const range of ranges) checkRange(range)
    return { kind: 'bytes', source: new Mapped(source, (value) => sliceOf(value, ranges)), field: null }
  }

  #arithmetic({ first, rest, at }: ArithmeticNode, expected: Expected | null): CompiledOperand<Subject> {
    const operands = [first, ...rest.map(({ operand }) => operand)]
    const typed = operands.find((operand) => this.#kind(operand) !== null)
    const beside: Expected | null = typed === undefined ? expected : { kind: this.#kind(typed)!, partner: this.#partner(typed) }
    if (beside === null) throw this.#unknownField(first)
    if (typed === undefined && beside.kind !== 'number' && beside.kind !== 'duration') {
      throw new Mistake(`${this.#written({ at })} reads as arithmetic: put text in quotes.`, at)
    }
    const { kind } = beside
    const { source } = this.#operand(first, beside)
    const steps = rest.map(({ operator, operand }) => {
      const right = this.#operand(operand, beside)
      if (right.kind !== kind) throw new Mistake(`${this.#written(operand)} is ${KIND_NAMES[right.kind]}: it does not go with ${KIND_NAMES[kind]}.`, operand.at)
      const operate = operationOf(kind, operator)
      if (operate === null) throw new Mistake(`${capital(KIND_NAMES[kind])} has no ${operator}.`, at)
      return { operate, source: right.source }
    })
    return { kind, source: new Arithmetic(source, steps, this.#pairs), field: null }
  }

  #function({ name, at }: Call): FunctionDefinition {
    const definition = FUNCTIONS.get(name.text)
    if (definition !== undefined) return definition
    if (name.text === TOPIC_MATCHES) throw new Mistake(`${TOPIC_MATCHES} is a test by itself, not a value.`, at)
    throw new Mistake(`There is no function ${name.text}.`, name.at, nearestName(name.text, [...FUNCTIONS.keys(), TOPIC_MATCHES]))
  }

  #call(call: Call): CompiledOperand<Subject> {
    const { name, at } = call
    const definition = this.#function(call)
    if (call.arguments.length < 1 || call.arguments.length > definition.most) {
      throw new Mistake(`${name.text}() takes ${definition.most === 1 ? 'one argument' : 'one or more arguments'}: ${definition.usage}.`, at)
    }
    const operands = call.arguments.map((argument) => {
      // The presence of a field without a value can still be counted.
      if (name.text === 'count' && argument.kind === 'word') {
        const field = this.#field(argument.text, argument.at)
        return { kind: field.kind, source: new FieldValues(field.read), field }
      }
      if (this.#kind(argument) === null) throw this.#unknownField(argument)
      return this.#operand(argument, null)
    })
    const [first] = operands
    operands.forEach(({ kind }, index) => {
      const argument = call.arguments[index]!
      if (!definition.kinds.includes(kind)) throw new Mistake(`${this.#written(argument)} is ${KIND_NAMES[kind]}: ${definition.usage}.`, argument.at)
      if (kind !== first!.kind) throw new Mistake(`${name.text}() takes values of one kind, and ${this.#written(argument)} is ${KIND_NAMES[kind]}.`, argument.at)
    })
    return definition.compile(operands)
  }

  // ---- Names and messages

  #field(name: string, at: Span): FieldSource<Subject> {
    const field = this.#fields.get(name)
    if (field === undefined) throw this.#unknownName(name, at)
    this.#used.add(field)
    return field
  }

  #unknownName(name: string, at: Span): Mistake {
    if (/^[0-9]/.test(name)) return new Mistake(`${name} is a value, not a field.`, at)
    const [table] = tablesWith(name)
    if (table !== undefined) return new Mistake(`${name} is a field of ${table.of}: use it with ${table.filteredBy}.`, at, this.#fields.insteadOf.get(name) ?? null)
    const minus = name.indexOf('-')
    if (minus > 0 && this.#fields.get(name.slice(0, minus)) !== undefined) return new Mistake(`No field is named ${name}: a minus sign needs a blank before it.`, at)
    return new Mistake(`No field is named ${name}.`, at, this.#fields.nearest(name))
  }

  #unknownField(operand: Operand): Mistake {
    if (operand.kind === 'word') return this.#unknownName(operand.text, operand.at)
    return new Mistake('A field must stand here, not a value.', operand.at)
  }

  #nothingToCompare(left: Operand, right: Operand): Mistake {
    const word = [left, right].find((operand) => operand.kind === 'word' && /^[A-Za-z]/.test(operand.text))
    if (word !== undefined) return this.#unknownField(word)
    return new Mistake('Two values are compared, and no field: one side must be a field.', left.at)
  }

  /** A word with the name of a layer and a dot is a mistyped field and not text, as it would be to Wireshark. */
  #refuseFieldName(name: string, at: Span): void {
    const layer = /^([a-z0-9]+)\.[a-z]/i.exec(name)?.[1]
    if (layer !== undefined && this.#fields.hasLayer(layer.toLowerCase())) {
      const mistake = this.#unknownName(name, at)
      throw new Mistake(`${mistake.message} If it is text, put it in quotes.`, at, mistake.suggestion)
    }
  }

  #noValue(operand: Operand): Mistake {
    return new Mistake(`${this.#written(operand)} has no value to compare: it is only there or not.`, operand.at)
  }

  #notComparable(kind: ValueKind, name: RelationName, operand: Operand): string {
    const written = this.#written(operand)
    if (name === 'contains') return `Only text and bytes contain something, and ${written} is ${KIND_NAMES[kind]}.`
    return `${capital(KIND_NAMES[kind])} is not more or less than another: compare ${written} with == or !=.`
  }

  #partner(operand: Operand): Partner {
    const field = operand.kind === 'word' ? this.#fields.get(operand.text) : undefined
    return { text: this.#written(operand), names: field?.names ?? null }
  }

  #written({ at }: { readonly at: Span }): string {
    const text = this.#text.slice(at.start, at.end)
    return text.length > 40 ? 'this' : text
  }
}

/** What a literal is taken for. */
interface Expected {
  readonly kind: ValueKind
  readonly partner: Partner
}

const KIND_NAMES: Readonly<Record<ValueKind, string>> = {
  presence: 'only there or not',
  boolean: 'a flag',
  number: 'a number',
  text: 'text',
  bytes: 'bytes',
  address4: 'an IPv4 address',
  address6: 'an IPv6 address',
  time: 'a date and time',
  duration: 'a time span',
}

/** Wireshark 4: `!=` is the contrary of `==`, so it holds where all values differ; `===` and `!==` are all equal, and any differs. */
function holdsForEvery(name: RelationName): boolean {
  return name === '!=' || name === '==='
}

function isTopicMatches(operand: Operand): operand is Call {
  return operand.kind === 'call' && operand.name.text === TOPIC_MATCHES
}

function isLiteral(operand: Operand): operand is Literal {
  return operand.kind === 'word' || operand.kind === 'text' || operand.kind === 'character'
}

/** MQTT 5.0 §4.7.1: a literal that no broker would take is a slip, and would match nothing. */
function refuseBadFilter(literal: Literal): void {
  const bytes = literal.kind === 'word' ? new TextEncoder().encode(literal.text) : partOfText(literal)
  const { facts } = examineText(bytes, 0, bytes.length)
  if (facts & TEXT_FACTS.empty) throw new Mistake('A topic filter has at least one character.', literal.at)
  if (facts & TEXT_FACTS.numberSignMisplaced) throw new Mistake('In a topic filter "#" is a whole level, and the last one: "a/#".', literal.at)
  if (facts & TEXT_FACTS.plusSignMisplaced) throw new Mistake('In a topic filter "+" is a whole level: "a/+/b".', literal.at)
}

function checkRange({ from, length, to, at }: SliceRange): void {
  if (length === 0) throw new Mistake('A slice has at least one byte.', at)
  const sameEnd = to !== null && from < 0 === to < 0
  if (sameEnd && to < from) throw new Mistake(`The slice ends before it begins: ${to} is before ${from}.`, at)
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
