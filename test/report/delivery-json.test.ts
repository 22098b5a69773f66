import { describe, expect, test } from 'vitest'
import { IllFormedText } from '../../src/mqtt/packet.ts'
import { deliveryObject } from '../../src/report/delivery-json.ts'
import { CsvList, NdjsonList } from '../../src/report/object-renderers.ts'
import { DELIVERY_SCHEMA } from '../../src/report/schema/delivery.ts'
import { CLOCK } from './build.ts'
import { copy, delivery, DELIVERIES, missing, party, publication } from './delivery-samples.ts'
import { checkAgainst } from './schema-check.ts'
import type { DeliveryResult } from '../../src/session/delivery.ts'

const objectOf = (result: DeliveryResult) => deliveryObject(result, CLOCK)
const line = (result: DeliveryResult) => new NdjsonList(objectOf).item(result)
const parsed = (result: DeliveryResult) => JSON.parse(line(result)) as Record<string, unknown>
const differences = checkAgainst(DELIVERY_SCHEMA)

describe('is what the schema says', () => {
  test.each(Object.entries(DELIVERIES))('%s', (_name, result) => {
    expect(differences(parsed(result))).toEqual([])
  })

  test('where little is known', () => {
    const unknown = party(undefined, { version: null })
    const nothing = delivery({ publication: publication({ time: NaN, publisher: unknown }), copies: [copy('x', { client: unknown, time: NaN, duration: null, grantedQos: null })] })
    expect(differences(parsed(nothing))).toEqual([])
    expect(parsed(nothing)).toMatchObject({ time: null, clientId: null, version: null, copies: [{ time: null, clientId: null, durationMs: null, grantedQos: null }] })
    expect(parsed(delivery({ publication: publication({ publisher: party(new IllFormedText('ff')) }) }))).toMatchObject({ clientId: { hex: 'ff' } })
  })
})

test('a publication', () => {
  expect(line(delivery({ missing: [missing('hmi-3', { doubts: ['qos-0'], certainty: 'unsure' })], notJudged: [{ client: party('hmi-4'), filter: '#', reason: 'gap', closedIn: null }] }))).toBe(
    '{"schema":"mqtap.delivery/1","kind":"publication","server":"10.0.0.2:1883","number":17,"frame":42,"time":"1700000012.127574789","stream":3,"clientId":"plc-7",'
      + '"version":"5.0","topic":"plant/7/temp","qos":1,"retain":false,"payloadLength":4,"resent":0,"acceptance":"accepted","reasonCode":0,"subscribers":2,"copies":['
      + '{"number":19,"frame":44,"time":"1700000012.127885789","stream":4,"clientId":"hmi-1","kind":"live","qos":1,"dup":false,"retain":false,'
      + '"subscriptionIdentifiers":[],"filters":["plant/#"],"grantedQos":1,"durationMs":0.311,"certainty":"certain","unaltered":true,"duplicate":null,"unsubscribed":null},'
      + '{"number":21,"frame":46,"time":"1700000012.131657789","stream":4,"clientId":"hmi-2","kind":"live","qos":1,"dup":false,"retain":false,'
      + '"subscriptionIdentifiers":[],"filters":["plant/#"],"grantedQos":1,"durationMs":4.083,"certainty":"certain","unaltered":true,"duplicate":null,"unsubscribed":null}],'
      + '"missing":[{"stream":3,"clientId":"hmi-3","filter":"plant/#","qos":1,"certainty":"unsure","doubts":["qos-0"]}],'
      + '"notJudged":[{"stream":3,"clientId":"hmi-4","filter":"#","reason":"gap"}],"cause":null,"certainty":null}\n',
  )
})

test.each([
  ['a late copy', { number: 17, clientId: 'plc-7', acceptance: null, subscribers: null, certainty: null, copies: [{ kind: 'stored', durationMs: 300_000 }] }],
  ['from nowhere', { number: null, clientId: null, stream: null, topic: 'plant/9/state', payloadLength: 2, cause: 'will', certainty: 'likely' }],
  ['from another address', { number: 5, clientId: 'gw', server: '10.0.0.2:1883', cause: 'other-address' }],
  ['not subscribed to', { number: null, topic: 'plant/9/state', certainty: 'likely', cause: null, copies: [{ unsubscribed: 'likely' }] }],
])('%s', (name, expected) => {
  expect(parsed(DELIVERIES[name]!)).toMatchObject(expected)
})

test('as a row', () => {
  const renderer = new CsvList(DELIVERY_SCHEMA, objectOf, false)
  expect(renderer.begin()).toBe(
    'kind,server,number,frame,time,stream,clientId,version,topic,qos,retain,payloadLength,resent,acceptance,reasonCode,subscribers,copies,missing,notJudged,cause,certainty\n',
  )
  expect(renderer.item(DELIVERIES['nobody wants it']!)).toBe(
    'publication,10.0.0.2:1883,17,42,1700000012.127574789,3,plc-7,5.0,plant/7/temp,0,false,4,0,unacknowledged,,0,[],[],[],,\n',
  )
  expect(new CsvList(DELIVERY_SCHEMA, objectOf, true).item(delivery({ publication: publication({ topic: '\u001b[2J' }) }))).toContain(',\\x1b[2J,')
})

test('what could steer a terminal is escaped', () => {
  const text = line(delivery({ publication: publication({ topic: '\u009b2J\u202e' }) }))
  expect(text).not.toMatch(/[\u0080-\u009f\u202e]/)
  expect((JSON.parse(text) as { topic: string }).topic).toBe('\u009b2J\u202e')
})
