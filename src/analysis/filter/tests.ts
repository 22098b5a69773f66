import type { PacketEvent } from '../../mqtt/packet-event.ts'
import { sharedFilter, topicMatches } from '../../mqtt/topics.ts'
import type { FieldReader } from '../fields/field-reader.ts'
import type { Value } from '../fields/values.ts'
import type { Relation } from './relations.ts'
import type { Source } from './sources.ts'

/** What a compiled filter is made of: small tests, each of which says yes or no to a packet. None of them throws or keeps anything of a packet. */
export interface PacketTest {
  holds(event: PacketEvent, reader: FieldReader): boolean
}

export class All implements PacketTest {
  readonly #tests: readonly PacketTest[]

  constructor(tests: readonly PacketTest[]) {
    this.#tests = tests
  }

  holds(event: PacketEvent, reader: FieldReader): boolean {
    for (let index = 0; index < this.#tests.length; index++) if (!this.#tests[index]!.holds(event, reader)) return false
    return true
  }
}

export class Any implements PacketTest {
  readonly #tests: readonly PacketTest[]

  constructor(tests: readonly PacketTest[]) {
    this.#tests = tests
  }

  holds(event: PacketEvent, reader: FieldReader): boolean {
    for (let index = 0; index < this.#tests.length; index++) if (this.#tests[index]!.holds(event, reader)) return true
    return false
  }
}

/** `a xor b xor c` holds where an odd number of them does. */
export class Odd implements PacketTest {
  readonly #tests: readonly PacketTest[]

  constructor(tests: readonly PacketTest[]) {
    this.#tests = tests
  }

  holds(event: PacketEvent, reader: FieldReader): boolean {
    let odd = false
    for (const test of this.#tests) if (test.holds(event, reader)) odd = !odd
    return odd
  }
}

export class Not implements PacketTest {
  readonly #test: PacketTest

  constructor(test: PacketTest) {
    this.#test = test
  }

  holds(event: PacketEvent, reader: FieldReader): boolean {
    return !this.#test.holds(event, reader)
  }
}

export class Present implements PacketTest {
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  holds(event: PacketEvent, reader: FieldReader): boolean {
    return this.#source.read(event, reader).count > 0
  }
}

/** For any value, or for all of them where `every`; never where there is none. */
abstract class ValuesTest implements PacketTest {
  readonly #source: Source
  readonly #every: boolean

  constructor(source: Source, every: boolean) {
    this.#source = source
    this.#every = every
  }

  protected abstract meets(value: Value): boolean

  holds(event: PacketEvent, reader: FieldReader): boolean {
    const values = this.#source.read(event, reader)
    for (let index = 0; index < values.count; index++) if (this.meets(values.items[index]!) !== this.#every) return !this.#every
    return this.#every && values.count > 0
  }
}

/** `tcp.port & 1`: a bit is set. */
export class NotZero extends ValuesTest {
  protected override meets(value: Value): boolean {
    return value instanceof Uint8Array ? value.some((byte) => byte !== 0) : value !== 0
  }
}

export class Matches extends ValuesTest {
  readonly #pattern: RegExp

  constructor(source: Source, pattern: RegExp, every: boolean) {
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
export class Compares implements PacketTest {
  readonly #left: Source
  readonly #right: Source
  readonly #relation: Relation
  readonly #every: boolean
  readonly #pairs: number

  constructor(left: Source, right: Source, relation: Relation, every: boolean, pairs: number) {
    this.#left = left
    this.#right = right
    this.#relation = relation
    this.#every = every
    this.#pairs = pairs
  }

  holds(event: PacketEvent, reader: FieldReader): boolean {
    const left = this.#left.read(event, reader)
    if (left.count === 0) return false
    const right = this.#right.read(event, reader)
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
export interface Member {
  readonly from: Source
  readonly to: Source | null
}

/** A set of literals that are alone equal to themselves: numbers, or text. However large it is, a value is looked up once. */
export class IsOneOf extends ValuesTest {
  readonly #members: ReadonlySet<Value>

  constructor(source: Source, members: ReadonlySet<Value>, every: boolean) {
    super(source, every)
    this.#members = members
  }

  protected override meets(value: Value): boolean {
    return this.#members.has(value)
  }
}

export class IsIn implements PacketTest {
  readonly #source: Source
  readonly #members: readonly Member[]
  readonly #equal: Relation
  readonly #atLeast: Relation | null
  readonly #atMost: Relation | null
  readonly #every: boolean

  /** `atLeast` and `atMost` are null for a kind without an order; the compiler lets no range through then. */
  constructor(source: Source, members: readonly Member[], equal: Relation, atLeast: Relation | null, atMost: Relation | null, every: boolean) {
    this.#source = source
    this.#members = members
    this.#equal = equal
    this.#atLeast = atLeast
    this.#atMost = atMost
    this.#every = every
  }

  holds(event: PacketEvent, reader: FieldReader): boolean {
    const values = this.#source.read(event, reader)
    for (let index = 0; index < values.count; index++) {
      if (this.#isMember(values.items[index]!, event, reader) !== this.#every) return !this.#every
    }
    return this.#every && values.count > 0
  }

  #isMember(value: Value, event: PacketEvent, reader: FieldReader): boolean {
    for (const { from, to } of this.#members) {
      const low = from.read(event, reader)
      // A time on a capture without a clock.
      if (low.count === 0) continue
      if (to === null) {
        if (this.#equal(value, low.items[0]!)) return true
      } else {
        const high = to.read(event, reader)
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
