/**
 * The properties of a message that a server must pass on as they are (MQTT 5.0 §3.3.2.3), as a few numbers: enough to see which of them are other ones in a copy.
 */
import type { Properties, Property, Text } from '../mqtt/packet.ts'

/** Those that may stand once, and User Properties. */
export type PassedOnName = 'payloadFormatIndicator' | 'contentType' | 'responseTopic' | 'correlationData' | 'userProperty'

/**
 * What is different in a copy. The name of a property: it is missing, another one, or there though it was not published · `user-property-order` the same pairs in
 * another order · `user-property-added` all of them, and more · `byte-order-mark` a text without its U+FEFF (§1.5.4)
 */
export type Alteration = PassedOnName | 'user-property-order' | 'user-property-added' | 'byte-order-mark'

const NO_ALTERATIONS: readonly Alteration[] = []

/** Pairs of one message that are told apart: of more it is only known whether all of them are the same. */
const MOST_PAIRS = 64

export class PassedOn {
  /** Hashes; 0 where the property is absent, or is what its absence means. */
  payloadFormatIndicator = 0
  contentType = 0
  responseTopic = 0
  correlationData = 0
  /** Of all User Properties in their order, and of each of the first. */
  userProperties = 0
  userPropertyCount = 0
  pairs: number[] = []
  /** The same without U+FEFF in the texts; null where there is none. */
  withoutMarks: PassedOn | null = null

  /** Of which properties there is any; those that were published. */
  get names(): readonly PassedOnName[] {
    return this === NOTHING_PASSED_ON ? NO_NAMES : NAMES.filter((name) => (name === 'userProperty' ? this.userPropertyCount > 0 : this[name] !== 0))
  }
}

const NO_NAMES: readonly PassedOnName[] = []
const NAMES: readonly PassedOnName[] = ['payloadFormatIndicator', 'contentType', 'responseTopic', 'correlationData', 'userProperty']

/** Where there are none. */
export const NOTHING_PASSED_ON: PassedOn = new PassedOn()

export function passedOnOf(properties: Properties): PassedOn {
  if (properties === undefined || properties.length === 0) return NOTHING_PASSED_ON
  const passedOn = read(properties, false)
  if (passedOn !== NOTHING_PASSED_ON && properties.some(hasMark)) passedOn.withoutMarks = read(properties, true)
  return passedOn
}

/** What is different in a copy; empty where nothing is. */
export function alterations(published: PassedOn, copy: PassedOn): readonly Alteration[] {
  if (published === copy || isSame(published, copy)) return NO_ALTERATIONS
  if (published.withoutMarks !== null && isSame(published.withoutMarks, copy)) return ['byte-order-mark']
  const altered: Alteration[] = SINGLE.filter((name) => published[name] !== copy[name])
  if (published.userProperties !== copy.userProperties) altered.push(userAlteration(published, copy))
  return altered
}

const SINGLE = ['payloadFormatIndicator', 'contentType', 'responseTopic', 'correlationData'] as const

function isSame(one: PassedOn, other: PassedOn): boolean {
  return one.userProperties === other.userProperties && SINGLE.every((name) => one[name] === other[name])
}

function userAlteration(published: PassedOn, copy: PassedOn): Alteration {
  // Beyond that it is not known which pairs are there.
  if (published.userPropertyCount > MOST_PAIRS || copy.userPropertyCount > MOST_PAIRS) return 'userProperty'
  const left = [...copy.pairs]
  let at = 0
  let inOrder = true
  for (const pair of published.pairs) {
    const next = left.indexOf(pair, at)
    const found = next >= 0 ? next : left.indexOf(pair)
    if (found < 0) return 'userProperty'
    if (next < 0) inOrder = false
    left.splice(found, 1)
    at = next < 0 ? at : found
  }
  if (!inOrder) return 'user-property-order'
  return 'user-property-added'
}

function read(properties: NonNullable<Properties>, stripped: boolean): PassedOn {
  let passedOn: PassedOn | null = null
  for (const property of properties) {
    const { name } = property
    switch (name) {
      case 'payloadFormatIndicator':
        if (property.value !== 0) (passedOn ??= new PassedOn()).payloadFormatIndicator = valueHash(property, false)
        break
      case 'contentType': case 'responseTopic': case 'correlationData':
        (passedOn ??= new PassedOn())[name] = valueHash(property, stripped)
        break
      case 'userProperty': {
        passedOn ??= new PassedOn()
        const pair = valueHash(property, stripped)
        passedOn.userProperties = mix(passedOn.userProperties, pair)
        if (++passedOn.userPropertyCount <= MOST_PAIRS) passedOn.pairs.push(pair)
        break
      }
    }
  }
  return passedOn ?? NOTHING_PASSED_ON
}

const MARK = '\ufeff'

function hasMark({ value }: Property): boolean {
  if (typeof value === 'string') return value.includes(MARK)
  return Array.isArray(value) && (value as readonly Text[]).some((text) => typeof text === 'string' && text.includes(MARK))
}

/** Never 0. */
function valueHash({ id, value }: Property, stripped: boolean): number {
  let hash = Math.imul(id, 0x9e3779b1) ^ 0x51ed270b
  if (typeof value === 'number') return mix(hash, value) | 1
  if (value instanceof Uint8Array) {
    for (const byte of value) hash = mix(hash, byte)
    return mix(hash, value.length) | 1
  }
  for (const text of Array.isArray(value) ? (value as readonly Text[]) : [value as Text]) {
    const all = typeof text === 'string' ? text : text.hex
    const characters = stripped ? all.replaceAll(MARK, '') : all
    for (let at = 0; at < characters.length; at++) hash = mix(hash, characters.charCodeAt(at))
    hash = mix(hash, ~characters.length)
  }
  return hash | 1
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x85ebca6b)
  return mixed ^ (mixed >>> 14)
}
