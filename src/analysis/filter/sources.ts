import type { Field } from '../../mqtt/field.ts'
import type { FieldReader } from '../fields/field-reader.ts'
import type { ReadField } from '../fields/field-source.ts'
import { valueText } from '../fields/value-text.ts'
import { Values, type Value, type ValueKind } from '../fields/values.ts'
import { contentOf, type Comparable } from './relations.ts'
import type { ArithmeticSign, SliceRange } from './syntax.ts'

/**
 * Where the values of a comparison come from: a field, a literal, or what a slice, a function or arithmetic makes of them.
 * Each answers with a list of its own that is filled again for the next subject, which is a packet or an exchange.
 */
export interface Source<Subject> {
  read(subject: Subject, reader: FieldReader): Values
}

export class FieldValues<Subject> implements Source<Subject> {
  readonly #read: ReadField<Subject>
  readonly #values = new Values()

  constructor(read: ReadField<Subject>) {
    this.#read = read
  }

  read(subject: Subject, reader: FieldReader): Values {
    const values = this.#values
    values.count = 0
    this.#read(subject, values, reader)
    return values
  }
}

export class Constant implements Source<unknown> {
  readonly #values = new Values()

  constructor(value: Comparable) {
    this.#values.add(value as Value)
  }

  read(): Values {
    return this.#values
  }
}

/** An absolute time, on the time line of the capture. The difference is exact where it is less than 104 days. */
export class Moment implements Source<unknown> {
  readonly #seconds: number
  readonly #nanoseconds: number
  readonly #values = new Values()

  constructor(seconds: number, nanoseconds: number) {
    this.#seconds = seconds
    this.#nanoseconds = nanoseconds
  }

  read(_subject: unknown, { clock }: FieldReader): Values {
    const values = this.#values
    values.count = 0
    if (clock !== null) values.add((this.#seconds - clock.epochSeconds) * 1e9 + (this.#nanoseconds - clock.epochNanoseconds))
    return values
  }
}

/** Gives each value of another source as something else, or not at all. */
export class Mapped<Subject> implements Source<Subject> {
  readonly #of: Source<Subject>
  readonly #map: (value: Value, reader: FieldReader) => Value | null
  readonly #values = new Values()

  constructor(of: Source<Subject>, map: (value: Value, reader: FieldReader) => Value | null) {
    this.#of = of
    this.#map = map
  }

  read(subject: Subject, reader: FieldReader): Values {
    const given = this.#of.read(subject, reader)
    const values = this.#values
    values.count = 0
    for (let index = 0; index < given.count; index++) {
      const value = this.#map(given.items[index]!, reader)
      if (value !== null) values.add(value)
    }
    return values
  }
}

/** How many values there are: none gives 0, so that `count(mqtt.topic) == 0` holds where there is no topic. */
export class Count<Subject> implements Source<Subject> {
  readonly #of: Source<Subject>
  readonly #values = new Values()

  constructor(of: Source<Subject>) {
    this.#of = of
  }

  read(subject: Subject, reader: FieldReader): Values {
    const { count } = this.#of.read(subject, reader)
    this.#values.count = 0
    this.#values.add(count)
    return this.#values
  }
}

/** The largest or the smallest of all values of all sources. */
export class Extreme<Subject> implements Source<Subject> {
  readonly #of: readonly Source<Subject>[]
  readonly #largest: boolean
  readonly #values = new Values()

  constructor(of: readonly Source<Subject>[], largest: boolean) {
    this.#of = of
    this.#largest = largest
  }

  read(subject: Subject, reader: FieldReader): Values {
    let extreme: number | null = null
    for (const source of this.#of) {
      const given = source.read(subject, reader)
      for (let index = 0; index < given.count; index++) {
        const value = given.items[index] as number
        if (extreme === null || (this.#largest ? value > extreme : value < extreme)) extreme = value
      }
    }
    this.#values.count = 0
    if (extreme !== null) this.#values.add(extreme)
    return this.#values
  }
}

export type Operation = (left: Value, right: Value) => Value | null

/** Arithmetic from left to right, on each pair of values; of nothing there is no sum, and no quotient by zero. */
export class Arithmetic<Subject> implements Source<Subject> {
  readonly #first: Source<Subject>
  readonly #steps: readonly { readonly operate: Operation; readonly source: Source<Subject> }[]
  readonly #pairs: number
  #values = new Values()
  #next = new Values()

  constructor(first: Source<Subject>, steps: readonly { readonly operate: Operation; readonly source: Source<Subject> }[], pairs: number) {
    this.#first = first
    this.#steps = steps
    this.#pairs = pairs
  }

  read(subject: Subject, reader: FieldReader): Values {
    let left = this.#first.read(subject, reader)
    for (let index = 0; index < this.#steps.length && left.count > 0; index++) {
      const { operate, source } = this.#steps[index]!
      this.#combine(left, source.read(subject, reader), operate, reader)
      left = this.#values
    }
    return left
  }

  /** Fills `#values`, which may be `left`: so it is written elsewhere first. */
  #combine(left: Values, right: Values, operate: Operation, reader: FieldReader): void {
    const values = this.#next
    values.count = 0
    let pairs = 0
    combining: for (let first = 0; first < left.count; first++) {
      for (let second = 0; second < right.count; second++) {
        if (++pairs > this.#pairs) {
          reader.incomplete++
          break combining
        }
        const value = operate(left.items[first]!, right.items[second]!)
        if (value !== null) values.add(value)
      }
    }
    this.#next = this.#values
    this.#values = values
  }
}

// ---- What Mapped and Arithmetic do with values

/** Null where any part of the slice lies outside. */
export function sliceOf(value: Value, ranges: readonly SliceRange[]): Uint8Array | null {
  const bytes = contentOf(value)
  const parts: Uint8Array[] = []
  for (const { from, length, to } of ranges) {
    const start = from < 0 ? bytes.length + from : from
    const end = length !== null ? start + length : (to! < 0 ? bytes.length + to! : to!) + 1
    if (start < 0 || start >= end || end > bytes.length) return null
    parts.push(bytes.subarray(start, end))
  }
  return parts.length === 1 ? parts[0]! : concatenated(parts)
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** In bytes, as the standard measures text. Well-formed text has its surrogates in pairs, of which each makes four bytes. */
export function lengthOf(value: Value): number {
  if (typeof value !== 'string') return contentOf(value).length
  let length = value.length
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at)
    if (unit >= 0x80) length += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return length
}

/** What is not UTF-8 has no letters. */
export function upperCase(value: Value): Value {
  return typeof value === 'string' ? value.toUpperCase() : value
}

export function lowerCase(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value
}

/** Text stays as it is, without the escapes of columns. */
export function asText(kind: ValueKind, field: Field | null): (value: Value, reader: FieldReader) => Value {
  const text = valueText(kind, field)
  return (value, reader) => (typeof value === 'string' ? value : text(value, reader.clock))
}

export function magnitude(value: Value): Value {
  return Math.abs(value as number)
}

export function negated(value: Value): Value {
  return -(value as number)
}

/** What a sign does with values of a kind; null where it does nothing. */
export function operationOf(kind: ValueKind, sign: ArithmeticSign): Operation | null {
  if (kind === 'number' || (kind === 'duration' && (sign === '+' || sign === '-'))) return NUMBER_OPERATIONS[sign]
  return kind === 'bytes' && sign === '&' ? maskBytes : null
}

/** As in Wireshark, division gives a whole number. */
const NUMBER_OPERATIONS: Readonly<Record<ArithmeticSign, Operation>> = {
  '+': (left, right) => (left as number) + (right as number),
  '-': (left, right) => (left as number) - (right as number),
  '*': (left, right) => (left as number) * (right as number),
  '/': (left, right) => (right === 0 ? null : Math.trunc((left as number) / (right as number))),
  '%': (left, right) => (right === 0 ? null : (left as number) % (right as number)),
  '&': (left, right) => commonBits(left as number, right as number),
}

/** Numbers beyond 32 bits are masked in two halves. */
function commonBits(left: number, right: number): number {
  const high = Math.floor(left / 2 ** 32) & Math.floor(right / 2 ** 32)
  return (high >>> 0) * 2 ** 32 + ((left & right) >>> 0)
}

/** Bytes have a mask only, of the same length. */
function maskBytes(left: Value, right: Value): Value | null {
  const bytes = contentOf(left)
  const mask = contentOf(right)
  return bytes.length === mask.length ? bytes.map((byte, index) => byte & mask[index]!) : null
}
