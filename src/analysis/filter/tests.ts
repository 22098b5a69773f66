import { sharedFilter, topicMatches } from '../../mqtt/topics.ts'
import type { FieldReader } from '../fields/field-reader.ts'
import type { Value } from '../fields/values.ts'
import type { Relation } from './relations.ts'
import type { Source } from './sources.ts'

/** What a compiled filter is made of: small tests, each of which says yes or no to a subject. None of them throws or keeps anything of it. */
export interface CompiledTest<Subject> {
  holds(subject: Subject, reader: FieldReader): boolean
}

export class All<Subject> implements CompiledTest<Subject> {
  readonly #tests: readonly CompiledTest<Subject>[]

  constructor(tests: readonly CompiledTest<Subject>[]) {
    this.#tests = tests
  }

  holds(subject: Subject, reader: FieldReader): boolean {
    for (let index = 0; index < this.#tests.length; index++) if (!this.#tests[index]!.holds(subject, reader)) return false
    return true
  }
}

export class Any<Subject> implements CompiledTest<Subject> {
  readonly #tests: readonly CompiledTest<Subject>[]

  constructor(tests: readonly CompiledTest<Subject>[]) {
    this.#tests = tests
  }

  holds(subject: Subject, reader: FieldReader): boolean {
    for (let index = 0; index < this.#tests.length; index++) if (this.#tests[index]!.holds(subject, reader)) return true
    return false
  }
}

/** `a xor b xor c` holds where an odd number of them does. */
export class Odd<Subject> implements CompiledTest<Subject> {
  readonly #tests: readonly CompiledTest<Subject>[]

  constructor(tests: readonly CompiledTest<Subject>[]) {
    this.#tests = tests
  }

  holds(subject: Subject, reader: FieldReader): boolean {
    let odd = false
    for (const test of this.#tests) if (test.holds(subject, reader)) odd = !odd
    return odd
  }
}

export class Not<Subject> implements CompiledTest<Subject> {
  readonly #test: CompiledTest<Subject>

  constructor(test: CompiledTest<Subject>) {
    this.#test = test
  }

  holds(subject: Subject, reader: FieldReader): boolean {
    return !this.#test.holds(subject, reader)
  }
}

export class Present<Subject> implements CompiledTest<Subject> {
  readonly #source: Source<Subject>

  constructor(source: Source<Subject>) {
    this.#source = source
  }

  holds(subject: Subject, reader: FieldReader): boolean {
    return this.#source.read(subject, reader).count > 0
  }
}

/** For any value, or for all of them where `every`; never where there is none. */
abstract class ValuesTest<Subject> implements CompiledTest<Subject> {
  readonly #source: Source<Subject>
  readonly #every: boolean

  constructor(source: Source<Subject>, every: boolean) {
    this.#source = source
    this.#every = every
  }

  protected abstract meets(value: Value): boolean

  holds(subject: Subject, reader: FieldReader): boolean {
    const values = this.#source.read(subject, reader)
    for (let index = 0; index < values.count; index++) if (this.meets(values.items[index]!) !== this.#every) return !this.#every
    return this.#every && values.count > 0
  }
}

/** `tcp.port & 1`: a bit is set. */
export class NotZero<Subject> extends ValuesTest<Subject> {
  protected override meets(value: Value): boolean {
    return value instanceof Uint8Array ? value.some((byte) => byte !== 0) : value !== 0
  }
}

export class Matches<Subject> extends ValuesTest<Subject> {
  readonly #pattern: RegExp

  constructor(source: Source<Subject>, pattern: RegExp, every: boolean) {
    super(source, every)
    this.#pattern = pattern
  }

  protected override meets(value: Value): boolean {
    return this.#pattern.test(typeof value === 'string' ? value : lenient.decode(value as Uint8Array))
  }
}

/** A payload is read as text, whatever it is: a byte that is not UTF-8 matches as U+FFFD. */
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

/** Every pair of values of two sources, or any of them. */
export class Compares<Subject> implements CompiledTest<Subject> {
  readonly #left: Source<Subject>
  readonly #right: Source<Subject>
  readonly #relation: Relation
  readonly #every: boolean
  readonly #pairs: number

  constructor(left: Source<Subject>, right: Source<Subject>, relation: Relation, every: boolean, pairs: number) {
    this.#left = left
    this.#right = right
    this.#relation = relation
    this.#every = every
    this.#pairs = pairs
  }

  holds(subject: Subject, reader: FieldReader): boolean {
    const left = this.#left.read(subject, reader)
    if (left.count === 0) return false
    const right = this.#right.read(subject, reader)
    if (right.count === 0) return false
    const relation = this.#relation
    const every = this.#every
    let pairs = 0
    for (let first = 0; first < left.count; first++) {
      const value = left.items[first]!
      for (let second = 0; second < right.count; second++) {
        if (++pairs > this.#pairs) {
          reader.incomplete++
          return every
        }
        if (relation(value, right.items[second]!) !== every) return !every
      }
    }
    return every
  }
}

/** A member of a set: equal to a value, or in a range with both its ends. */
export interface Member<Subject> {
  readonly from: Source<Subject>
  readonly to: Source<Subject> | null
}

/** A set of literals that are alone equal to themselves: numbers, or text. However large it is, a value is looked up once. */
export class IsOneOf<Subject> extends ValuesTest<Subject> {
  readonly #members: ReadonlySet<Value>

  constructor(source: Source<Subject>, members: ReadonlySet<Value>, every: boolean) {
    super(source, every)
    this.#members = members
  }

  protected override meets(value: Value): boolean {
    return this.#members.has(value)
  }
}

export class IsIn<Subject> implements CompiledTest<Subject> {
  readonly #source: Source<Subject>
  readonly #members: readonly Member<Subject>[]
  readonly #equal: Relation
  readonly #atLeast: Relation | null
  readonly #atMost: Relation | null
  readonly #every: boolean

  /** `atLeast` and `atMost` are null for a kind without an order; the compiler lets no range through then. */
  constructor(source: Source<Subject>, members: readonly Member<Subject>[], equal: Relation, atLeast: Relation | null, atMost: Relation | null, every: boolean) {
    this.#source = source
    this.#members = members
    this.#equal = equal
    this.#atLeast = atLeast
    this.#atMost = atMost
    this.#every = every
  }

  holds(subject: Subject, reader: FieldReader): boolean {
    const values = this.#source.read(subject, reader)
    for (let index = 0; index < values.count; index++) {
      if (this.#isMember(values.items[index]!, subject, reader) !== this.#every) return !this.#every
    }
    return this.#every && values.count > 0
  }

  #isMember(value: Value, subject: Subject, reader: FieldReader): boolean {
    for (const { from, to } of this.#members) {
      const low = from.read(subject, reader)
      // A time on a capture without a clock.
      if (low.count === 0) continue
      if (to === null) {
        if (this.#equal(value, low.items[0]!)) return true
      } else {
        const high = to.read(subject, reader)
        if (this.#atLeast!(value, low.items[0]!) && this.#atMost!(value, high.items[0]!)) return true
      }
    }
    return false
  }
}

/** MQTT 5.0 §4.7 and §4.8.2: a topic name against a topic filter, which may be that of a shared subscription. What is not UTF-8 is no topic. */
export const matchesTopic: Relation = (name, filter) => {
  if (typeof name !== 'string' || typeof filter !== 'string') return false
  const shared = sharedFilter(filter)
  if (shared === null) return topicMatches(filter, name)
  return shared.filter !== undefined && topicMatches(shared.filter, name)
}
