import { expect, test } from 'vitest'
import { exchangeObject } from '../../src/report/exchange-json.ts'
import { CsvList } from '../../src/report/object-renderers.ts'
import { EXCHANGE_SCHEMA } from '../../src/report/schema/exchange.ts'
import type { Exchange } from '../../src/session/exchange.ts'
import { CLOCK, connection, exchange, step } from './build.ts'

const renderer = (forTerminal = false) => new CsvList<Exchange>(EXCHANGE_SCHEMA, (one) => exchangeObject(one, CLOCK), forTerminal)

test('the names of the columns', () => {
  expect(renderer().begin()).toBe(
    'number,stream,clientId,version,kind,initiator,packetIdentifier,topic,filters,outcome,reasonCode,steps,durationMs,legsMs,networkMs,causes,retransmitted,resumed,certainty\n',
  )
})

test('a row', () => {
  expect(renderer().item(exchange({ steps: [step('PUBLISH', 'client')] }))).toBe(
    '12,3,plc-7,5.0,publish-qos1,client,17,plant/7/temp,[],complete,0,' +
      '"[{""type"":""PUBLISH"",""number"":17,""frame"":42,""time"":""1700000012.127574789"",""dup"":false,""segments"":1}]",,[],,[],0,0,certain\n',
  )
})

test('what is not known is an empty cell', () => {
  const unknown = exchange({ connection: connection({ clientIdentifier: undefined, version: null }), topic: null, packetIdentifier: null, reasonCode: null, steps: [] })
  expect(renderer().item(unknown)).toBe('12,3,,,publish-qos1,client,,,[],complete,,[],,[],,[],0,0,certain\n')
})

test('text is exact, but on a terminal', () => {
  const hostile = exchange({ topic: '=1\u001b[2J' })
  expect(renderer().item(hostile)).toContain(',=1\u001b[2J,')
  expect(renderer(true).item(hostile)).toContain(',=1\\x1b[2J,')
})
