import Ajv from 'ajv'
import { describe, expect, test } from 'vitest'
import { IllFormedText } from '../../src/mqtt/packet.ts'
import { exchangeObject } from '../../src/report/exchange-json.ts'
import { JsonList, NdjsonList } from '../../src/report/object-renderers.ts'
import { EXCHANGE_SCHEMA } from '../../src/report/schema/exchange.ts'
import { EXCHANGE_KINDS, EXCHANGE_OUTCOMES } from '../../src/session/exchange.ts'
import { CLOCK, connection, exchange, QOS_2_STEPS, step } from './build.ts'
import { checkAgainst } from './schema-check.ts'
import type { CaptureClock } from '../../src/capture/frame.ts'
import type { Exchange } from '../../src/session/exchange.ts'

const line = (changes: Partial<Exchange> = {}, clock: CaptureClock | null = CLOCK) => new NdjsonList<Exchange>((one) => exchangeObject(one, clock)).item(exchange(changes))
const parsed = (changes: Partial<Exchange> = {}, clock: CaptureClock | null = CLOCK) => JSON.parse(line(changes, clock)) as Record<string, unknown>
const differences = checkAgainst(EXCHANGE_SCHEMA)

const UNKNOWN: Partial<Exchange> = {
  connection: connection({ clientIdentifier: undefined, version: null }), packetIdentifier: null, topic: null, reasonCode: null, steps: [step('PUBACK', 'server', NaN)],
  outcome: 'partly-seen', certainty: 'unsure',
}

test('the example: a PUBLISH as a whole', () => {
  expect(parsed()).toEqual({
    schema: 'mqtap.exchange/1', number: 12, stream: 3, clientId: 'plc-7', version: '5.0', kind: 'publish-qos1', initiator: 'client', packetIdentifier: 17,
    topic: 'plant/7/temp', filters: [], outcome: 'complete', reasonCode: 0,
    steps: [
      { type: 'PUBLISH', number: 17, frame: 42, time: '1700000012.127574789', dup: false, segments: 1 },
      { type: 'PUBACK', number: 19, frame: 45, time: '1700000012.131657789', dup: false, segments: 1 },
    ],
    durationMs: 4.083, legsMs: [4.083], networkMs: null, causes: [], retransmitted: 0, resumed: 0, certainty: 'certain',
  })
})

describe('is what the schema says', () => {
  test.each([
    ...EXCHANGE_KINDS.map((kind): [string, Partial<Exchange>] => [kind, { kind }]),
    ...EXCHANGE_OUTCOMES.map((outcome): [string, Partial<Exchange>] => [outcome, { outcome }]),
    ['with legs', { kind: 'publish-qos2', steps: QOS_2_STEPS }],
    ['with filters', { kind: 'subscribe', filters: [{ topicFilter: new IllFormedText('ff'), qos: 3, reasonCode: 0x80 }, { topicFilter: 'a', qos: null, reasonCode: null }] }],
    ['from the server, of unknown text', { initiator: 'server', topic: new IllFormedText('ff'), connection: connection({ clientIdentifier: new IllFormedText('fe') }) }],
    ['where nothing is known', UNKNOWN],
  ] as [string, Partial<Exchange>][])('%s', (_name, changes) => {
    expect(differences(parsed(changes))).toEqual([])
    expect(line(changes)).toBe(`${JSON.stringify(exchangeObject(exchange(changes), CLOCK))}\n`)
  })

  test('all keys are always there', () => {
    expect(Object.keys(parsed(UNKNOWN))).toEqual(Object.keys(EXCHANGE_SCHEMA.properties))
    expect(EXCHANGE_SCHEMA.required).toEqual(Object.keys(EXCHANGE_SCHEMA.properties))
  })

  test.each([
    ['a key is missing', { networkMs: undefined }],
    ['an unknown kind', { kind: 'publish' }],
    ['an unknown outcome', { outcome: 'done' }],
    ['a time that is a number', { steps: [{ type: 'PUBLISH', number: 1, frame: 1, time: 1.5, dup: false, segments: 1 }] }],
    ['a filter without an answer', { filters: [{ topicFilter: 'a', qos: 1 }] }],
    ['a duration that is text', { durationMs: '4' }],
  ])('refuses an object with %s', (_name, change) => {
    const validate = new Ajv().compile(EXCHANGE_SCHEMA)
    expect(validate(parsed())).toBe(true)
    expect(validate(JSON.parse(JSON.stringify({ ...parsed(), ...change })))).toBe(false)
  })

  test('a reader of this version accepts what a later one adds', () => {
    expect(new Ajv().compile(EXCHANGE_SCHEMA)({ ...parsed(), added: {}, steps: [{ type: 'PUBLISH', number: 1, frame: 1, time: null, dup: false, segments: 1, added: 1 }] })).toBe(true)
  })
})

test('null where unknown', () => {
  expect(parsed(UNKNOWN)).toMatchObject({ clientId: null, version: null, packetIdentifier: null, topic: null, reasonCode: null, durationMs: null, legsMs: [] })
  expect(parsed(UNKNOWN).steps).toEqual([{ type: 'PUBACK', number: 17, frame: 42, time: null, dup: false, segments: 1 }])
})

test('without a clock there are durations, but no times', () => {
  expect(parsed({}, null)).toMatchObject({ durationMs: 4.083, steps: [{ time: null }, { time: null }] })
})

test('filters with what was asked and what was answered', () => {
  const filters = [{ topicFilter: 'a/#', qos: 2, reasonCode: 1 }, { topicFilter: new IllFormedText('61ff'), qos: 0, reasonCode: 0x87 }]
  expect(parsed({ kind: 'subscribe', filters }).filters).toEqual([{ topicFilter: 'a/#', qos: 2, reasonCode: 1 }, { topicFilter: { hex: '61ff' }, qos: 0, reasonCode: 0x87 }])
})

test('text is exact, and what could steer a terminal is escaped', () => {
  const topic = 'a\u001b]0;x\u0007\u202eb'
  expect(parsed({ topic }).topic).toBe(topic)
  expect(line({ topic })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})

describe('durations are exact', () => {
  test.each([
    [1, '0.000001'],
    [999, '0.000999'],
    [1_000, '0.001'],
    [4_083_000, '4.083'],
    [123_456_789, '123.456789'],
    [86_400_000_000_001, '86400000.000001'],
    [604_799_999_999_999, '604799999.999999'],
    [0, '0'],
  ])('%d ns', (nanoseconds, text) => {
    const steps = [step('PUBLISH', 'client', 0, { time: 7 }), step('PUBACK', 'server', 0, { time: 7 + nanoseconds })]
    expect(line({ steps })).toContain(`"durationMs":${text},"legsMs":[${text}],`)
  })

  test('a leg whose packets were captured in the wrong order took no time', () => {
    const steps = [step('PUBLISH', 'client', 0, { time: 1_500_007 }), step('PUBACK', 'server', 0, { time: 7 })]
    expect(parsed({ steps })).toMatchObject({ legsMs: [0] })
  })

  test('legs leave out what was sent again', () => {
    const steps = [...QOS_2_STEPS.slice(0, 2), step('PUBLISH', 'client', 50_000, { dup: true, again: true }), ...QOS_2_STEPS.slice(2)]
    expect(parsed({ kind: 'publish-qos2', steps, retransmitted: 1 })).toMatchObject({ durationMs: 41.129, legsMs: [0.042, 40.978, 0.109], retransmitted: 1 })
  })
})

describe('an array', () => {
  test.each([[0], [1], [3]])('of %d', (number) => {
    const renderer = new JsonList<Exchange>((one) => exchangeObject(one, CLOCK))
    const text = renderer.begin() + Array.from({ length: number }, () => renderer.item(exchange())).join('') + renderer.end()
    expect(JSON.parse(text)).toEqual(Array.from({ length: number }, () => parsed()))
    expect(text.endsWith(']\n')).toBe(true)
  })
})
