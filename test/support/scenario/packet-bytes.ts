/**
 * The bytes of a packet whose fields are given by name. Unlike a library it writes what the standard forbids: any value that a field can hold, properties twice
 * and in packets that they do not belong to, a packet identifier of 0.
 */
import { PROPERTIES, type PropertyDefinition, type PropertyHost, type PropertyType } from '../../../src/mqtt/properties.ts'
import { PACKET_TYPES, type PacketType } from '../../../src/mqtt/packet.ts'
import type { Version } from '../../../src/mqtt/version.ts'
import { binary, properties as block, uint16, variableByteInteger } from '../../mqtt/decoder/build.ts'
import { Mistake, unknownName } from './mistake.ts'
import { bytesOf, numberOf, type Value, type Word } from './words.ts'

/** Bits of one byte. Of one bit: a bare word; else a number. */
interface Bits {
  readonly name: string
  readonly shift: number
  readonly width: 1 | 2
  readonly since?: '5.0'
}

type FieldType = PropertyType | 'rest' | 'bytes'

/** What stands where a field is not given: its value, or null for nothing at all. Without this it must be given. */
type Absent = (given: Given) => string | null

type Part =
  | { readonly kind: 'field'; readonly name: string; readonly type: FieldType; readonly since?: '5.0'; readonly absent?: Absent }
  /** A byte of flags; its name overrides them. */
  | { readonly kind: 'bits'; readonly name: string; readonly bits: readonly Bits[]; readonly implied?: (given: Given) => number }
  | { readonly kind: 'properties'; readonly host: PropertyHost; readonly leftOut?: (given: Given) => boolean }
  /** Begins anew with each `name`. */
  | { readonly kind: 'entries'; readonly name: string; readonly options: readonly Bits[] }

interface Layout {
  /** The low nibble of byte 1. */
  readonly flags: number | readonly Bits[]
  readonly parts: readonly Part[]
}

const nothing: Absent = () => null
const always = (value: string): Absent => () => value

const IDENTIFIER: Part = { kind: 'field', name: 'packetIdentifier', type: 'two-byte-integer' }
const PROTOCOL_NAME: Readonly<Record<Version, string>> = { '3.1': 'MQIsdp', '3.1.1': 'MQTT', '5.0': 'MQTT' }
const PROTOCOL_LEVEL: Readonly<Record<Version, string>> = { '3.1': '3', '3.1.1': '4', '5.0': '5' }

/** The reason code and the properties may be left out from the end (§3.4.2.1, §3.14.2.1, §3.15.2.1). */
function shortened(host: PropertyHost): readonly Part[] {
  return [
    { kind: 'field', name: 'reasonCode', type: 'byte', since: '5.0', absent: (given) => (given.hasProperties ? '0' : null) },
    { kind: 'properties', host, leftOut: (given) => !given.hasProperties },
  ]
}

const WILL_FIELDS: readonly string[] = ['willTopic', 'willPayload']
const hasWill = (given: Given): boolean => WILL_FIELDS.some((name) => given.has(name))
const ofWill: Absent = (given) => (hasWill(given) ? '' : null)

const LAYOUTS: Readonly<Record<Exclude<PacketType, 'RESERVED'>, Layout>> = {
  CONNECT: {
    flags: 0,
    parts: [
      { kind: 'field', name: 'protocolName', type: 'utf8-string', absent: (given) => PROTOCOL_NAME[given.version] },
      { kind: 'field', name: 'protocolLevel', type: 'byte', absent: (given) => PROTOCOL_LEVEL[given.version] },
      {
        kind: 'bits', name: 'connectFlags',
        bits: [{ name: 'cleanStart', shift: 1, width: 1 }, { name: 'willQos', shift: 3, width: 2 }, { name: 'willRetain', shift: 5, width: 1 }],
        implied: (given) => (hasWill(given) ? 0x04 : 0) | (given.has('password') ? 0x40 : 0) | (given.has('userName') ? 0x80 : 0),
      },
      { kind: 'field', name: 'keepAlive', type: 'two-byte-integer', absent: always('60') },
      { kind: 'properties', host: 'CONNECT' },
      { kind: 'field', name: 'clientIdentifier', type: 'utf8-string', absent: (given) => given.client },
      { kind: 'properties', host: 'WILL', leftOut: (given) => !hasWill(given) },
      { kind: 'field', name: 'willTopic', type: 'utf8-string', absent: ofWill },
      { kind: 'field', name: 'willPayload', type: 'binary-data', absent: ofWill },
      { kind: 'field', name: 'userName', type: 'utf8-string', absent: nothing },
      { kind: 'field', name: 'password', type: 'binary-data', absent: nothing },
    ],
  },
  CONNACK: {
    flags: 0,
    parts: [
      { kind: 'bits', name: 'connectAcknowledgeFlags', bits: [{ name: 'sessionPresent', shift: 0, width: 1 }] },
      { kind: 'field', name: 'reasonCode', type: 'byte', absent: always('0') },
      { kind: 'properties', host: 'CONNACK' },
    ],
  },
  PUBLISH: {
    flags: [{ name: 'retain', shift: 0, width: 1 }, { name: 'qos', shift: 1, width: 2 }, { name: 'dup', shift: 3, width: 1 }],
    parts: [
      { kind: 'field', name: 'topicName', type: 'utf8-string', absent: always('') },
      { kind: 'field', name: 'packetIdentifier', type: 'two-byte-integer', absent: identifierOfPublish },
      { kind: 'properties', host: 'PUBLISH' },
      { kind: 'field', name: 'payload', type: 'rest', absent: always('') },
    ],
  },
  PUBACK: { flags: 0, parts: [IDENTIFIER, ...shortened('PUBACK')] },
  PUBREC: { flags: 0, parts: [IDENTIFIER, ...shortened('PUBREC')] },
  PUBREL: { flags: 2, parts: [IDENTIFIER, ...shortened('PUBREL')] },
  PUBCOMP: { flags: 0, parts: [IDENTIFIER, ...shortened('PUBCOMP')] },
  SUBSCRIBE: {
    flags: 2,
    parts: [
      IDENTIFIER,
      { kind: 'properties', host: 'SUBSCRIBE' },
      {
        kind: 'entries', name: 'topicFilter',
        options: [
          { name: 'qos', shift: 0, width: 2 }, { name: 'noLocal', shift: 2, width: 1, since: '5.0' }, { name: 'retainAsPublished', shift: 3, width: 1, since: '5.0' },
          { name: 'retainHandling', shift: 4, width: 2, since: '5.0' },
        ],
      },
    ],
  },
  SUBACK: { flags: 0, parts: [IDENTIFIER, { kind: 'properties', host: 'SUBACK' }, { kind: 'field', name: 'reasonCodes', type: 'bytes' }] },
  UNSUBSCRIBE: { flags: 2, parts: [IDENTIFIER, { kind: 'properties', host: 'UNSUBSCRIBE' }, { kind: 'entries', name: 'topicFilter', options: [] }] },
  UNSUBACK: { flags: 0, parts: [IDENTIFIER, { kind: 'properties', host: 'UNSUBACK' }, { kind: 'field', name: 'reasonCodes', type: 'bytes', since: '5.0' }] },
  PINGREQ: { flags: 0, parts: [] },
  PINGRESP: { flags: 0, parts: [] },
  DISCONNECT: { flags: 0, parts: shortened('DISCONNECT') },
  AUTH: { flags: 0, parts: shortened('AUTH') },
}

function identifierOfPublish(given: Given): string | null {
  const qos = given.valueOf('qos')
  if (qos !== undefined && qos.text !== '0') throw new Mistake(`a PUBLISH of QoS ${qos.text} needs a packetIdentifier`)
  return null
}

/** Of every packet: both override what would stand there. */
const FIXED_HEADER = ['flags', 'remainingLength']

const PROPERTY_BY_NAME = new Map<string, PropertyDefinition>(PROPERTIES.map((property) => [property.name, property]))

/** The words behind a packet's name, by where they belong. */
class Given {
  readonly version: Version
  /** The client's name in the scenario. */
  readonly client: string
  readonly #words = new Map<string, Value | null>()
  readonly #properties = new Map<PropertyHost, number[][]>()
  readonly entries: Map<string, Value | null>[] = []

  constructor(type: PacketType, layout: Layout, version: Version, client: string, words: readonly Word[]) {
    this.version = version
    this.client = client
    const entries = layout.parts.find((part) => part.kind === 'entries')
    const options = new Set(entries?.options.map(({ name }) => name))
    const hosts = layout.parts.flatMap((part) => (part.kind === 'properties' ? [part.host] : []))
    const fields = new Set([...FIXED_HEADER, ...bitsNames(layout.flags, version), ...layout.parts.flatMap((part) => namesOf(part, version))])
    const will = words.some(({ name }) => WILL_FIELDS.includes(name))
    for (const { name, value } of words) {
      const property = PROPERTY_BY_NAME.get(name)
      if (property !== undefined && hosts.length > 0 && version === '5.0') this.#addProperty(property, value, will ? hosts : hosts.filter((host) => host !== 'WILL'))
      else if (!fields.has(name)) throw unknownField(type, version, name, [...fields, ...(hosts.length > 0 && version === '5.0' ? PROPERTY_BY_NAME.keys() : [])])
      else if (name === entries?.name) this.entries.push(new Map([[name, value]]))
      else if (options.has(name)) set(this.entries.at(-1) ?? missing(`${name} stands before its ${entries!.name}`), name, value)
      else set(this.#words, name, value)
    }
  }

  has(name: string): boolean {
    return this.#words.has(name)
  }

  get hasProperties(): boolean {
    return this.#properties.size > 0
  }

  propertiesOf(host: PropertyHost): readonly number[][] {
    return this.#properties.get(host) ?? []
  }

  /** Undefined where the field is not given. */
  valueOf(name: string): Value | undefined {
    return this.#words.has(name) ? needed(name, this.#words.get(name)!) : undefined
  }

  bits(bits: readonly Bits[]): number {
    return bitsOf(bits, this.#words)
  }

  /** In CONNECT: those behind willTopic or willPayload belong to the will, and those that only the one or the other can have go there in any place. */
  #addProperty(property: PropertyDefinition, value: Value | null, hosts: readonly PropertyHost[]): void {
    const possible = hosts.filter((host) => property.hosts.includes(host))
    const host = possible.length === 1 ? possible[0]! : hasWill(this) ? 'WILL' : hosts[0]!
    const bytes = [property.id, ...fieldBytes(property.name, property.type, needed(property.name, value))]
    this.#properties.set(host, [...this.propertiesOf(host), bytes])
  }
}

function missing(why: string): never {
  throw new Mistake(why)
}

function needed(name: string, value: Value | null): Value {
  return value ?? missing(`${name} needs a value: ${name}=…`)
}

function set(words: Map<string, Value | null>, name: string, value: Value | null): void {
  if (words.has(name)) throw new Mistake(`${name} stands twice`)
  words.set(name, value)
}

function bitsNames(bits: Layout['flags'], version: Version): string[] {
  return typeof bits === 'number' ? [] : bits.filter(({ since }) => since === undefined || since === version).map(({ name }) => name)
}

function namesOf(part: Part, version: Version): string[] {
  switch (part.kind) {
    case 'field': return part.since === undefined || part.since === version ? [part.name] : []
    case 'bits': return [part.name, ...bitsNames(part.bits, version)]
    case 'properties': return []
    case 'entries': return [part.name, ...bitsNames(part.options, version)]
  }
}

function unknownField(type: PacketType, version: Version, name: string, names: readonly string[]): Mistake {
  return unknownName(`${type} of MQTT ${version} has no field`, name, names)
}

function bitsOf(bits: readonly Bits[], words: ReadonlyMap<string, Value | null>): number {
  let byte = 0
  for (const { name, shift, width } of bits) {
    const value = words.get(name)
    if (value === undefined) continue
    if (width === 1 && value !== null) throw new Mistake(`${name} is a flag: it stands alone, or not at all`)
    byte |= (width === 1 ? 1 : numberOf(name, needed(name, value), 3)) << shift
  }
  return byte
}

function fieldBytes(name: string, type: FieldType, value: Value): number[] {
  switch (type) {
    case 'byte': return [numberOf(name, value, 0xff)]
    case 'two-byte-integer': return uint16(numberOf(name, value, 0xffff))
    case 'four-byte-integer': {
      const number = numberOf(name, value, 0xffff_ffff)
      return [...uint16(number >>> 16), ...uint16(number & 0xffff)]
    }
    case 'variable-byte-integer': return variableByteInteger(numberOf(name, value, 268_435_455))
    case 'utf8-string':
    case 'binary-data': return prefixed(name, bytesOf(name, value))
    case 'utf8-string-pair': {
      const colon = value.text.indexOf(':')
      if (colon < 0) throw new Mistake(`${name}=${value.text} is not NAME:VALUE`)
      return [value.text.slice(0, colon), value.text.slice(colon + 1)].flatMap((text) => prefixed(name, bytesOf(name, { ...value, text })))
    }
    case 'rest': return bytesOf(name, value)
    case 'bytes': return value.text === '' ? [] : value.text.split(',').map((text) => numberOf(name, { ...value, text }, 0xff))
  }
}

function prefixed(name: string, bytes: readonly number[]): number[] {
  if (bytes.length > 0xffff) throw new Mistake(`${name} is longer than 65,535 bytes`)
  return binary(bytes)
}

function partBytes(part: Part, given: Given): readonly number[] {
  switch (part.kind) {
    case 'field': {
      if (part.since !== undefined && part.since !== given.version) return []
      const value = given.valueOf(part.name)
      if (value !== undefined) return fieldBytes(part.name, part.type, value)
      const absent = part.absent === undefined ? missing(`${part.name} is missing`) : part.absent(given)
      return absent === null ? [] : fieldBytes(part.name, part.type, { text: absent, quoted: true })
    }
    case 'bits': {
      const whole = given.valueOf(part.name)
      return [whole === undefined ? given.bits(part.bits) | (part.implied?.(given) ?? 0) : numberOf(part.name, whole, 0xff)]
    }
    case 'properties': return given.version !== '5.0' || part.leftOut?.(given) === true ? [] : block(...given.propertiesOf(part.host))
    case 'entries':
      return given.entries.flatMap((entry) => {
        const text = fieldBytes(part.name, 'utf8-string', needed(part.name, entry.get(part.name)!))
        return part.options.length === 0 ? text : [...text, bitsOf(part.options, entry)]
      })
  }
}

export type WrittenType = keyof typeof LAYOUTS

export const WRITTEN_TYPES = Object.keys(LAYOUTS) as WrittenType[]

/** Throws `Mistake` for words that do not make a packet. */
export function packetBytes(type: WrittenType, version: Version, client: string, words: readonly Word[]): Uint8Array {
  const layout: Layout = LAYOUTS[type]
  const given = new Given(type, layout, version, client, words)
  const flags = given.valueOf('flags')
  const nibble = flags !== undefined ? numberOf('flags', flags, 0x0f) : typeof layout.flags === 'number' ? layout.flags : given.bits(layout.flags)
  const body = layout.parts.flatMap((part) => partBytes(part, given))
  const length = given.valueOf('remainingLength')
  const remaining = length === undefined ? body.length : numberOf('remainingLength', length, 268_435_455)
  return Uint8Array.from([(PACKET_TYPES.indexOf(type) << 4) | nibble, ...variableByteInteger(remaining), ...body])
}
