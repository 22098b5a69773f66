/**
 * Reads a block of properties (MQTT 5.0 §2.2.2): its Property Length, and each property until the block ends.
 *
 * A block is read as far as it can be: a property that is misplaced, repeated or has a bad value is reported, kept, and the next one read. Behind an
 * unknown identifier, or a value that does not fit, the rest of the block is not decoded, and the packet goes on behind the block.
 */
import { FIELDS, PROPERTY_FIELDS } from './fields.ts'
import type { Field, FieldValue } from './field.ts'
import type { PacketReader } from './packet-reader.ts'
import { NO_PROPERTIES, TOO_LONG } from './packet-reader.ts'
import { IllFormedText } from './packet.ts'
import type { Properties, Property } from './packet.ts'
import { PROPERTIES, propertiesOf, propertyIndex } from './properties.ts'
import type { PropertyDefinition, PropertyHost } from './properties.ts'
import { PROPERTY_BITS } from './property-findings.ts'
import { CONTENT_TYPE, RESPONSE_TOPIC, USER_PROPERTY_NAME, USER_PROPERTY_VALUE, otherProperty } from './text-places.ts'
import type { TextPlace } from './text-places.ts'

/** The properties of one kind of packet, or of the will. */
export class PropertyBlock {
  readonly host: PropertyHost
  /** As messages name it. */
  readonly label: string
  readonly field: Field
  readonly allowed: number

  constructor(host: PropertyHost) {
    this.host = host
    this.label = host === 'WILL' ? 'the Will Properties' : host
    this.field = host === 'WILL' ? FIELDS.willProperties : FIELDS.properties
    this.allowed = propertiesOf(host)
  }
}

/** Undefined where the block cannot be located. What was found is in `reader.found`. */
export function readProperties(reader: PacketReader, block: PropertyBlock): Properties {
  const { found } = reader
  found.begin()
  if (reader.stopped) return undefined
  const lengthStart = reader.position
  const place = block.host === 'WILL' ? 'willProperties' : null
  if (reader.left === 0) {
    // MQTT 5.0 §2.2.2.1: no properties are a Property Length of 0.
    reader.report('property.length-missing', place, reader.containerStart, reader.containerEnd, block.label, reader.remainingLength)
    reader.giveUp()
    return undefined
  }
  const { recorder } = reader
  // The most frequent block of all.
  if (recorder === null && reader.position < reader.limit && reader.buffer[reader.position] === 0) {
    reader.position++
    found.complete = true
    return NO_PROPERTIES
  }
  recorder?.open(block.field, reader.offset(lengthStart))
  const length = reader.variableByteInteger(`The Property Length of ${block.label}`)
  if (length < 0) {
    reader.giveUp()
    recorder?.close(reader.offset(reader.position))
    return undefined
  }
  recorder?.add(FIELDS.propertyLength, length, reader.offset(lengthStart), reader.offset(reader.position))
  reader.beginBlock(block.label, place, lengthStart, length)
  const properties = length === 0 ? NO_PROPERTIES : readBlock(reader, block)
  found.complete = reader.blockIsRead
  recorder?.close(reader.offset(reader.position))
  reader.endBlock()
  return properties
}

function readBlock(reader: PacketReader, block: PropertyBlock): Properties {
  const properties: Property[] = []
  // Every property takes at least its identifier, so the block ends.
  while (!reader.stopped && reader.position < reader.limit) {
    const property = readProperty(reader, block)
    if (property !== null) properties.push(property)
  }
  return properties
}

/** Null where not even the identifier, or not the value, could be read. */
function readProperty(reader: PacketReader, block: PropertyBlock): Property | null {
  const { recorder } = reader
  const start = reader.position
  const id = reader.variableByteInteger('The identifier of a property')
  if (id < 0) {
    reader.giveUp()
    return null
  }
  const index = propertyIndex(id)
  if (index < 0) {
    const rest = reader.buffer.slice(reader.position, reader.limit)
    reader.report('property.unknown', null, start, reader.position, id)
    recorder?.open(FIELDS.propertyUnknown, reader.offset(start))
    recorder?.add(FIELDS.propertyIdentifier, id, reader.offset(start), reader.offset(reader.position))
    reader.giveUp()
    recorder?.close(reader.offset(reader.position))
    return { id, name: null, value: rest }
  }
  const definition = PROPERTIES[index]!
  recorder?.open(PROPERTY_FIELDS[definition.name], reader.offset(start))
  recorder?.add(FIELDS.propertyIdentifier, id, reader.offset(start), reader.offset(reader.position), 0, definition.label)
  const value = readValue(reader, definition)
  recorder?.close(reader.offset(reader.position), recorded(reader, value))
  if (value === undefined) return null
  judge(reader, block, definition, index, start, value)
  return { id, name: definition.name, value }
}

/** The value of the field of a property: text that is not UTF-8 is its bytes; a pair has a field for each half instead. */
function recorded(reader: PacketReader, value: Property['value'] | undefined): FieldValue {
  if (value instanceof IllFormedText) return reader.buffer.slice(reader.textStart, reader.position)
  return typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array ? value : null
}

/** Undefined where it does not fit (reported). */
function readValue(reader: PacketReader, { name, label, type }: PropertyDefinition): Property['value'] | undefined {
  switch (type) {
    case 'byte':
      return numberOrUndefined(reader.byte(FIELDS.propertyNumber, null, label))
    case 'two-byte-integer':
      return numberOrUndefined(reader.uint16(FIELDS.propertyNumber, label))
    case 'four-byte-integer':
      return numberOrUndefined(reader.uint32(FIELDS.propertyNumber, label))
    case 'variable-byte-integer':
      return readVariableByteInteger(reader, label)
    case 'utf8-string':
      return reader.text(TEXT_PLACES.get(name)!)
    case 'utf8-string-pair':
      return readPair(reader)
    case 'binary-data': {
      const field = name === 'authenticationData' ? FIELDS.propertySecret : FIELDS.propertyBinary
      const start = reader.binary(FIELDS.propertyStringLength, field, `The ${label}`, null)
      return start < 0 ? undefined : reader.buffer.slice(start, reader.position)
    }
  }
}

function numberOrUndefined(value: number): number | undefined {
  return value < 0 ? undefined : value
}

function readVariableByteInteger(reader: PacketReader, label: string): number | undefined {
  const start = reader.position
  const value = reader.variableByteInteger(`The ${label}`)
  if (value === TOO_LONG) reader.giveUp()
  if (value < 0) return undefined
  reader.recorder?.add(FIELDS.propertyNumber, value, reader.offset(start), reader.offset(reader.position))
  return value
}

/** MQTT 5.0 §1.5.7. */
function readPair(reader: PacketReader): Property['value'] | undefined {
  const { recorder } = reader
  recorder?.open(FIELDS.userPropertyKey, reader.offset(reader.position))
  const key = reader.text(USER_PROPERTY_NAME)
  recorder?.close(reader.offset(reader.position), recorded(reader, key))
  if (key === undefined) return undefined
  recorder?.open(FIELDS.userPropertyValue, reader.offset(reader.position))
  const value = reader.text(USER_PROPERTY_VALUE)
  recorder?.close(reader.offset(reader.position), recorded(reader, value))
  return value === undefined ? undefined : [key, value]
}

const TEXT_PLACES: ReadonlyMap<string, TextPlace> = new Map(
  PROPERTIES.filter((property) => property.type === 'utf8-string').map(({ name, label }) => [
    name,
    name === 'responseTopic' ? RESPONSE_TOPIC : name === 'contentType' ? CONTENT_TYPE : otherProperty(label),
  ]),
)

/** MQTT 5.0 §2.2.2.2, and the paragraph of each property. What is wrong of itself is reported; a misplaced property is judged no further. */
function judge(
  reader: PacketReader, block: PropertyBlock, definition: PropertyDefinition, index: number, start: number, value: Property['value'],
): void {
  const bit = 1 << index
  const { id, label } = definition
  const end = reader.position
  const again = reader.found.has(bit)
  reader.found.add(index, start, end)
  if ((block.allowed & bit) === 0) {
    reader.report('property.misplaced', null, start, end, label, id, block.label)
    return
  }
  const fromClientPublish = bit === PROPERTY_BITS.subscriptionIdentifier && block.host === 'PUBLISH' && reader.direction === 'client-to-server'
  if (fromClientPublish) reader.report('publish.subscription-identifier-from-client', null, start, end)
  else if (again && !mayRepeat(definition, block)) reader.report('property.duplicate', null, start, end, label, id, block.label)
  if (definition.values === 'zero-or-one' && value !== 0 && value !== 1) {
    reader.report('property.not-zero-or-one', null, start, end, label, value as number)
  }
  if (definition.values === 'not-zero' && value === 0) {
    reader.report('property.zero', definition.name === 'topicAlias' ? 'topicAlias' : null, start, end, label)
  }
}

/** §3.3.2.3.8: a server's PUBLISH may have several Subscription Identifiers; where the direction is not known, so may any. */
function mayRepeat(definition: PropertyDefinition, block: PropertyBlock): boolean {
  return definition.repeats === 'yes' || (definition.repeats === 'from-server' && block.host === 'PUBLISH')
}
