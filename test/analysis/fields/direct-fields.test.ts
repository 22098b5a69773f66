import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromDecoder } from '../../../src/analysis/fields.ts'
import { FieldReader } from '../../../src/analysis/fields/field-reader.ts'
import { SHORTCUTS } from '../../../src/analysis/fields/packet-fields.ts'
import { Values } from '../../../src/analysis/fields/values.ts'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import { decodeFields } from '../../../src/mqtt/detail.ts'
import type { Field, FieldValue } from '../../../src/mqtt/field.ts'
import { FIELDS } from '../../../src/mqtt/fields.ts'
import type { PacketEvent } from '../../../src/mqtt/packet-event.ts'
import { packetEvent, readerOf } from '../build.ts'
import { PACKET_NAMES, PACKETS } from '../packets.ts'

/** What a shortcut says that the tree, which knows one packet's bytes only, cannot. */
const MORE_THAN_THE_TREE: ReadonlyMap<Field, (event: PacketEvent) => boolean> = new Map<Field, (event: PacketEvent) => boolean>([
  [FIELDS.clientIdentifier, ({ packet }) => packet.type !== 'CONNECT'],
  [FIELDS.topic, ({ resolvedTopicName }) => resolvedTopicName !== undefined],
])

function throughShortcut(event: PacketEvent, field: Field): readonly FieldValue[] {
  return readerOf().values(event, fromDecoder(field))
}

function throughTree(event: PacketEvent, field: Field): readonly FieldValue[] {
  const values = new Values()
  readerOf().readTree(event, field, values)
  return values.items.slice(0, values.count) as FieldValue[]
}

function expectAgreement(event: PacketEvent): void {
  for (const field of SHORTCUTS.keys()) {
    if (MORE_THAN_THE_TREE.get(field)?.(event) === true) continue
    expect({ [field.name]: throughShortcut(event, field) }).toEqual({ [field.name]: throughTree(event, field) })
  }
}

describe('a field that the packet holds is what the field tree has', () => {
  it.each(PACKET_NAMES)('%s', (name) => {
    expectAgreement(PACKETS[name]())
  })

  it('for each length that a packet may be cut to', () => {
    for (const name of PACKET_NAMES) {
      const { buffer, start, end, version, direction } = PACKETS[name]()
      for (let cut = start + 1; cut < end; cut++) expectAgreement(packetEvent([...buffer.subarray(start, cut)], { version, direction }))
    }
  })

  it('for packets with any bytes changed', () => {
    const changed = fc.tuple(fc.constantFrom(...PACKET_NAMES.filter((name) => name !== 'unframed')), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }))
    fc.assert(fc.property(changed, ([name, changes]) => {
      const { buffer, start, end, version, direction } = PACKETS[name]()
      const bytes = [...buffer.subarray(start, end)]
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      expectAgreement(packetEvent(bytes, { version, direction }))
    }), { numRuns: 500 })
  })

  it('every shortcut gives a value for at least one of the sample packets', () => {
    const silent = [...SHORTCUTS.keys()].filter((field) => PACKET_NAMES.every((name) => throughShortcut(PACKETS[name](), field).length === 0))
    expect(silent.map(({ name }) => name)).toEqual([])
  })
})

describe('where a shortcut knows more than the tree', () => {
  it('the client identifier is on every packet of the connection', () => {
    expect(throughShortcut(PACKETS.pingreq(), FIELDS.clientIdentifier)).toEqual(['plc-7'])
    expect(throughTree(PACKETS.pingreq(), FIELDS.clientIdentifier)).toEqual([])
  })

  it('the topic is the one behind the alias', () => {
    expect(throughShortcut(PACKETS['publish through an alias'](), FIELDS.topic)).toEqual(['plant/7/temp'])
    expect(throughTree(PACKETS['publish through an alias'](), FIELDS.topic)).toEqual([''])
  })
})

describe('the field tree', () => {
  it('is decoded once for a packet, however many fields are asked for, and not at all for what the packet holds', () => {
    let decoded = 0
    const decoder = new PacketDecoder(LIMITS.mqtt)
    const reader = new FieldReader({
      clock: () => null,
      decodeFields: (event) => {
        decoded++
        return decodeFields(decoder, event)
      },
    })
    const first = PACKETS.connect()
    expect(reader.values(first, fromDecoder(FIELDS.topic))).toEqual([])
    expect(decoded).toBe(0)
    expect(reader.values(first, fromDecoder(FIELDS.keepAlive))).toEqual([60])
    expect(reader.values(first, fromDecoder(FIELDS.userName))).toEqual(['anna'])
    expect(decoded).toBe(1)
    expect(reader.values(PACKETS['connect of 3.1'](), fromDecoder(FIELDS.keepAlive))).toEqual([10])
    expect(decoded).toBe(2)
  })
})
