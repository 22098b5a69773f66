import type { Value, ValueKind } from '../fields/values.ts'
import { AddressLiteral, type AddressWords } from './address-literal.ts'
import type { RelationName } from './syntax.ts'

/** How two values of one kind compare. Each function here is total: what it is given is of its kind, because the compiler saw to it. */

/** Text that is not UTF-8 comes as its bytes, and compares as them. */
export type Comparable = Value | AddressLiteral

export type Relation = (left: Comparable, right: Comparable) => boolean

/** Without `matches`, which takes a pattern. `===` and `!==` differ from `==` and `!=` only in how many values must hold (see compile.ts). */
export function relationOf(kind: ValueKind, name: Exclude<RelationName, 'matches'>): Relation | null {
  if (name === 'contains') return kind === 'text' || kind === 'bytes' ? contains : null
  const order = ORDERS[kind]
  const equal = EQUALITIES[kind]
  switch (name) {
    case '==':
    case '===':
      return equal
    case '!=':
    case '!==':
      return equal === null ? null : (left, right) => !equal(left, right)
    case '<':
      return order === null ? null : (left, right) => order(left, right) < 0
    case '<=':
      return order === null ? null : (left, right) => order(left, right) <= 0
    case '>':
      return order === null ? null : (left, right) => order(left, right) > 0
    case '>=':
      return order === null ? null : (left, right) => order(left, right) >= 0
  }
}

type Order = (left: Comparable, right: Comparable) => number

const same: Relation = (left, right) => left === right
const sameContent: Relation = (left, right) => (typeof left === 'string' && typeof right === 'string' ? left === right : compareContent(left, right) === 0)
const byNumber: Order = (left, right) => (left as number) - (right as number)

const EQUALITIES: Readonly<Record<ValueKind, Relation | null>> = {
  presence: null,
  boolean: same,
  number: same,
  text: sameContent,
  bytes: sameContent,
  address4: sameAddress,
  address6: sameAddress,
  time: same,
  duration: same,
}

const ORDERS: Readonly<Record<ValueKind, Order | null>> = {
  presence: null,
  boolean: null,
  number: byNumber,
  text: compareContent,
  bytes: compareContent,
  address4: compareAddresses,
  address6: compareAddresses,
  time: byNumber,
  duration: byNumber,
}

function sameAddress(left: Comparable, right: Comparable): boolean {
  if (right instanceof AddressLiteral) return right.covers(left as AddressWords)
  if (left instanceof AddressLiteral) return left.covers(right as AddressWords)
  return compareAddresses(left, right) === 0
}

function compareAddresses(left: Comparable, right: Comparable): number {
  const a = left as AddressWords
  const b = right as AddressWords
  return (a.word0 >>> 0) - (b.word0 >>> 0) || (a.word1 >>> 0) - (b.word1 >>> 0) || (a.word2 >>> 0) - (b.word2 >>> 0) || (a.word3 >>> 0) - (b.word3 >>> 0)
}

/** Text and bytes alike by their bytes, as Wireshark compares them; for text that is the order of code points. */
function compareContent(left: Comparable, right: Comparable): number {
  const a = contentOf(left)
  const b = contentOf(right)
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!
  return a.length - b.length
}

function contains(left: Comparable, right: Comparable): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left.includes(right)
  return indexOfBytes(contentOf(left), contentOf(right)) >= 0
}

function indexOfBytes(bytes: Uint8Array, sought: Uint8Array): number {
  if (sought.length === 0) return 0
  const last = bytes.length - sought.length
  for (let from = bytes.indexOf(sought[0]!); from >= 0 && from <= last; from = bytes.indexOf(sought[0]!, from + 1)) {
    let at = 1
    while (at < sought.length && bytes[from + at] === sought[at]) at++
    if (at === sought.length) return from
  }
  return -1
}

const encoder = new TextEncoder()

export function contentOf(value: Comparable): Uint8Array {
  return typeof value === 'string' ? encoder.encode(value) : (value as Uint8Array)
}
