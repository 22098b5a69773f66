import { expect, test } from 'vitest'
import { ExchangeCsvRenderer } from '../../src/report/exchange-csv.ts'
import { CLOCK, connection, exchange, step } from './build.ts'

const renderer = (forTerminal = false) => new ExchangeCsvRenderer(() => CLOCK, forTerminal)

test('the names of the columns', () => {
  expect(renderer().begin()).toBe(
    'number,stream,clientId,version,kind,initiator,packetIdentifier,topic,filters,outcome,reasonCode,steps,durationMs,legsMs,networkMs,retransmitted,certainty\n',
  )
})

test('a row', () => {
  expect(renderer().exchange(exchange({ steps: [step('PUBLISH', 'client')] }))).toBe(
    '12,3,plc-7,5.0,publish-qos1,client,17,plant/7/temp,[],complete,0,' +
      '"[{""type"":""PUBLISH"",""number"":17,""frame"":42,""time"":""1700000012.127574789"",""dup"":false}]",,[],,0,certain\n',
  )
})

test('what is not known is an empty cell', () => {
  const unknown = exchange({ connection: connection({ clientIdentifier: undefined, version: null }), topic: null, packetIdentifier: null, reasonCode: null, steps: [] })
  expect(renderer().exchange(unknown)).toBe('12,3,,,publish-qos1,client,,,[],complete,,[],,[],,0,certain\n')
})

test('text is exact, but on a terminal', () => {
  const hostile = exchange({ topic: '=1\u001b[2J' })
  expect(renderer().exchange(hostile)).toContain(',=1\u001b[2J,')
  expect(renderer(true).exchange(hostile)).toContain(',=1\\x1b[2J,')
})
