import { firstIllFormed } from '../../bytes/utf8.ts'
import { daysFromDate, daysInMonth, SECONDS_PER_DAY } from '../fields/calendar.ts'
import { nearestName } from '../fields/nearest-name.ts'
import type { ValueNames } from '../fields/value-names.ts'
import type { ValueKind } from '../fields/values.ts'
import { AddressLiteral } from './address-literal.ts'
import { Mistake } from './mistake.ts'
import type { Comparable } from './relations.ts'
import { Constant, Moment, type Source } from './sources.ts'
import { parseLiteral, type CharacterLiteral, type DateText, type EpochText, type TextLiteral, type Word } from './syntax.ts'

/**
 * Literals: what a word, a text or a character of a filter means, by the kind of what it stands beside. One that cannot be of that kind is a mistake, which
 * says what could stand there.
 */

/** What the literal stands beside. */
export interface Partner {
  /** As the filter writes it. */
  readonly text: string
  readonly names: ValueNames | null
}

export type Literal = Word | TextLiteral | CharacterLiteral

export function literalSource(literal: Literal, kind: ValueKind, partner: Partner): Source<unknown> {
  if (kind !== 'time') return new Constant(literalValue(literal, kind, partner))
  const { seconds, nanoseconds } = momentOf(literal, partner)
  return new Moment(seconds, nanoseconds)
}

/** Of a kind that does not depend on the capture: every kind but `time`. */
export function literalValue(literal: Literal, kind: Exclude<ValueKind, 'time'>, partner: Partner): Comparable {
  switch (kind) {
    case 'number':
      return numberOf(literal, partner)
    case 'boolean':
      return booleanOf(literal, partner)
    case 'text':
      return textOf(literal)
    case 'bytes':
      return bytesOf(literal, partner)
    case 'address4':
      return addressOf(literal, 'Ipv4Literal', partner)
    case 'address6':
      return addressOf(literal, 'Ipv6Literal', partner)
    case 'duration': {
      const duration = literal.kind === 'word' ? parseLiteral(literal.text, 'DurationLiteral') : null
      return duration ?? reject(literal, `${partner.text} is a time span: write it in seconds, such as 0.5.`)
    }
    case 'presence':
      return reject(literal, `${partner.text} has no value to compare: it is only there or not.`)
  }
}

export function partOfText(text: TextLiteral | CharacterLiteral): Uint8Array {
  const parts = text.kind === 'text' ? text.parts : [text.value]
  const bytes: number[] = []
  for (const part of parts) {
    if (typeof part === 'number') bytes.push(part)
    else for (const byte of encoder.encode(part)) bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function reject(literal: Literal, message: string, suggestion: string | null = null): never {
  throw new Mistake(message, literal.at, suggestion)
}

function numberOf(literal: Literal, partner: Partner): number {
  if (literal.kind === 'character') {
    const bytes = partOfText(literal)
    return bytes.length === 1 ? bytes[0]! : reject(literal, 'Only a character of one byte stands for a number.')
  }
  const value = literal.kind === 'word' ? parseLiteral(literal.text, 'NumberLiteral') : null
  if (value !== null) return Number.isSafeInteger(value) ? value : reject(literal, `${literal.kind === 'word' ? literal.text : 'This'} is larger than any number that a field has.`)
  const { names } = partner
  if (names === null) return reject(literal, `${partner.text} is a number: compare it with one, such as 1 or 0x10, ${insteadOf(literal)}.`)
  const name = literal.kind === 'word' ? literal.text : decoder.decode(partOfText(literal))
  const named = names.values.get(name.toLowerCase())
  if (named !== undefined) return named
  const nearest = nearestName(name, names.spelled)
  if (nearest !== null) return reject(literal, `${partner.text} has no value of that name.`, quoted(nearest))
  const example = names.spelled[names.spelled.length > 3 ? 3 : 1] ?? names.spelled[0]!
  return reject(literal, `${partner.text} is a number: compare it with one, such as 1, or with a name, such as ${quoted(example)}.`)
}

function insteadOf(literal: Literal): string {
  return literal.kind === 'word' ? `not with ${literal.text}` : 'not with text'
}

/** As a filter may write it: a name of one word needs no quotes. */
function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `"${name}"`
}

/** Wireshark shows flags as Set and Not set. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([['true', true], ['false', false], ['set', true], ['not set', false]])

function booleanOf(literal: Literal, partner: Partner): boolean {
  const text = literal.kind === 'word' ? literal.text : decoder.decode(partOfText(literal))
  const named = BOOLEANS.get(text.toLowerCase())
  if (named !== undefined) return named
  const number = literal.kind === 'word' ? parseLiteral(literal.text, 'NumberLiteral') : null
  return number === null ? reject(literal, `${partner.text} is a flag: compare it with 1 or 0, true or false.`) : number !== 0
}

/** Bytes that are not UTF-8 stay bytes: they equal text that is as ill-formed. */
function textOf(literal: Literal): string | Uint8Array {
  if (literal.kind === 'word') return literal.text
  const bytes = partOfText(literal)
  return firstIllFormed(bytes, 0, bytes.length) < 0 ? decoder.decode(bytes) : bytes
}

function bytesOf(literal: Literal, partner: Partner): Uint8Array {
  if (literal.kind !== 'word') return partOfText(literal)
  const bytes = parseLiteral(literal.text, 'BytesLiteral')
  if (bytes !== null) return Uint8Array.from(bytes)
  return reject(literal, `${partner.text} is bytes: write them in hex, such as 61:62:63, or as text in quotes.`)
}

function addressOf(literal: Literal, rule: 'Ipv4Literal' | 'Ipv6Literal', partner: Partner): AddressLiteral {
  const text = literal.kind === 'word' ? literal.text : decoder.decode(partOfText(literal))
  const address = parseLiteral(text, rule)
  if (address === null) {
    const [family, example, network] = rule === 'Ipv4Literal' ? ['an IPv4', '10.0.0.21', '10.0.0.0/8'] : ['an IPv6', '2001:db8::1', '2001:db8::/32']
    return reject(literal, `${partner.text} is ${family} address: write one, such as ${example}, or a network, such as ${network}. Names are not looked up.`)
  }
  if (address.prefix > address.longest) return reject(literal, `A prefix has at most ${address.longest} bits here, not ${address.prefix}.`)
  return new AddressLiteral(address)
}

function momentOf(literal: Literal, partner: Partner): EpochText {
  const text = literal.kind === 'word' ? literal.text : decoder.decode(partOfText(literal))
  const moment = parseLiteral(text, 'MomentLiteral')
  if (moment !== null && !('year' in moment)) return moment
  if (moment === null || !isOnCalendar(moment)) {
    return reject(literal, `${partner.text} is a date and time: write it as "2023-11-14 22:13:20.5", in UTC or with a zone such as +01:00, or as seconds since 1970.`)
  }
  const { year, month, day, hour, minute, second, nanoseconds, zone } = moment
  const seconds = daysFromDate({ year, month, day }) * SECONDS_PER_DAY + hour * 3600 + (minute - zone) * 60 + second
  return { seconds, nanoseconds }
}

function isOnCalendar({ year, month, day, hour, minute, second }: DateText): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour < 24 && minute < 60 && second < 60
}
