import { readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { FieldRecorder } from '../../src/mqtt/field.ts'
import { PACKET_TYPES } from '../../src/mqtt/packet.ts'
import { decodedObject, leftOverObject } from '../../src/report/decoded-packet.ts'
import { SCHEMAS } from '../../src/report/schema/all.ts'
import { DECODED_SCHEMA } from '../../src/report/schema/decode.ts'
import { FIELDS_BY_TYPE } from '../../src/report/schema/packet-fields.ts'
import { PACKET_SCHEMA } from '../../src/report/schema/packet.ts'
import { bytes } from './build.ts'
import { AUTHENTICATION_DATA, PASSWORD, SAMPLES } from './samples.ts'
import { checkAgainst } from './schema-check.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'

describe('the schemas', () => {
  test.each(Object.entries(SCHEMAS))('%s is a schema, and the built one is the same', (name, schema) => {
    expect(new Ajv().validateSchema(schema)).toBe(true)
    const built: unknown = JSON.parse(readFileSync(new URL(`../../dist/schema/${name}`, import.meta.url), 'utf8'))
    expect(built).toEqual(JSON.parse(JSON.stringify(schema)))
  })

  test('every packet type has its fields', () => {
    expect(Object.keys(FIELDS_BY_TYPE).sort()).toEqual([...new Set([...PACKET_TYPES, 'UNFRAMED'])].sort())
  })

  test('a reader of this version accepts what a later one adds', () => {
    const validate = new Ajv().compile(PACKET_SCHEMA)
    const later = {
      schema: 'mqtap.packet/1', number: 1, frame: 1, time: null, firstSeenFrame: 1, firstSeenTime: null, stream: 0, source: 'a', destination: 'b', direction: null,
      clientId: null, version: null, versionCertainty: null, type: 'PINGREQ', length: 2, fields: { flags: 0, added: 1 }, exchange: null, problems: [], added: {},
    }
    expect(validate(later)).toBe(true)
  })

  test.each([
    ['a key is missing', { frame: undefined }],
    ['a time with fewer digits', { time: '1.5' }],
    ['a field of the wrong type', { type: 'PUBLISH', fields: { dup: 1, qos: 0, retain: false } }],
    ['UNFRAMED without a reason', { type: 'UNFRAMED', fields: {} }],
    ['an unknown packet type', { type: 'PUBLISHED' }],
  ])('refuse an object where %s', (_name, change) => {
    const right = {
      schema: 'mqtap.packet/1', number: 1, frame: 1, time: null, firstSeenFrame: 1, firstSeenTime: null, stream: 0, source: 'a', destination: 'b', direction: null,
      clientId: null, version: null, versionCertainty: null, type: 'PINGREQ', length: 2, fields: { flags: 0 }, exchange: null, problems: [],
    }
    const validate = new Ajv().compile(PACKET_SCHEMA)
    expect(validate(right)).toBe(true)
    expect(validate(JSON.parse(JSON.stringify({ ...right, ...change })))).toBe(false)
  })
})

describe('decoded packets', () => {
  const differences = checkAgainst({ ...DECODED_SCHEMA, properties: { ...DECODED_SCHEMA.properties, fields: {} } })
  const decoder = new PacketDecoder(LIMITS.mqtt)
  const objectOf = ({ buffer, start, end, length, version }: PacketEvent, showSecrets = false) => {
    const recorder = new FieldRecorder()
    const packet = decoder.decode(buffer, start, end, length, version ?? '3.1.1', null, recorder)
    const { problems } = decoder
    return decodedObject(
      { number: 1, packet, problems, nodes: recorder.take(), version, versionCertainty: 'given', direction: null, buffer, start, end, length },
      { showSecrets, payloadBytes: 4096 },
    )
  }
  const framed = Object.entries(SAMPLES).filter(([, sample]) => sample().packet.type !== 'UNFRAMED')

  test.each(framed)('%s is what the schema says', (_name, sample) => {
    expect(differences(JSON.parse(JSON.stringify(objectOf(sample()))))).toEqual([])
  })

  test('what is left over is what the schema says', () => {
    expect(differences(leftOverObject(bytes('c0d0'), 1, 2))).toEqual([])
  })

  test('secrets are hidden in the tree too', () => {
    for (const name of ['CONNECT 5.0 with all it may have', 'AUTH']) {
      const text = JSON.stringify(objectOf(SAMPLES[name]!()))
      for (const secret of [PASSWORD, AUTHENTICATION_DATA]) {
        expect(text).not.toContain(secret)
        expect(text).not.toContain(Buffer.from(secret).toString('hex'))
      }
    }
    expect(JSON.stringify(objectOf(SAMPLES['CONNECT 5.0 with all it may have']!(), true))).toContain(PASSWORD)
  })
})
