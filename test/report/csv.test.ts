import { describe, expect, test } from 'vitest'
import { csvCell } from '../../src/report/csv.ts'
import { CsvRenderer } from '../../src/report/packet-csv.ts'
import { ascii, CLOCK, publish } from './build.ts'
import { AUTHENTICATION_DATA, DUP_PROBLEM, PASSWORD, SAMPLES } from './samples.ts'

const OPTIONS = { showSecrets: false, payloadBytes: 4096 }
const renderer = (forTerminal = false) => new CsvRenderer(() => CLOCK, OPTIONS, forTerminal)

/** RFC 4180, for cells without line breaks. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}

function rowOf(name: string): Record<string, string> {
  const names = cells(renderer().begin().trimEnd())
  return Object.fromEntries(cells(renderer().packet(SAMPLES[name]!(), null).trimEnd()).map((cell, index) => [names[index]!, cell]))
}

test.each(Object.keys(SAMPLES))('%s has one cell for each column', (name) => {
  expect(cells(renderer().packet(SAMPLES[name]!(), null).trimEnd())).toHaveLength(cells(renderer().begin().trimEnd()).length)
})

test('column names are unique', () => {
  const names = cells(renderer().begin().trimEnd())
  expect(new Set(names).size).toBe(names.length)
})

test('a PUBLISH', () => {
  const filled = Object.entries(rowOf('PUBLISH QoS 1 with alias')).filter(([, cell]) => cell !== '')
  expect(Object.fromEntries(filled)).toEqual({
    number: '17', frame: '42', time: '1700000012.127574789', firstSeenFrame: '42', firstSeenTime: '1700000012.127574789', stream: '3',
    source: '10.0.0.21:50122', destination: '10.0.0.2:1883', direction: 'client-to-server', clientId: 'plc-7', version: '5.0', versionCertainty: 'seen',
    type: 'PUBLISH', length: '33', problems: '[]', dup: 'true', qos: '1', retain: 'true', topicName: 'plant/7/temp', packetIdentifier: '17',
    properties: '[{"id":35,"name":"topicAlias","value":5}]', payloadLength: '11', payload: '7b2274223a2032312e357d',
  })
})

test.each([
  ['will.topic', 'CONNECT 5.0 with all it may have', 'plant/7/state'],
  ['will.properties', 'CONNECT 5.0 with all it may have', '[{"id":1,"name":"payloadFormatIndicator","value":1}]'],
  ['reasonCodes', 'SUBACK 3.1.1', '[2,128]'],
  ['reason', 'UNFRAMED, ends not known', 'mid-stream'],
  ['problems', 'PUBLISH with a problem', JSON.stringify([DUP_PROBLEM])],
  ['topicName', 'PUBLISH binary, topic not UTF-8', '{"hex":"66ff"}'],
])('%s of %s', (column, name, cell) => {
  expect(rowOf(name)[column]).toBe(cell)
})

test.each([PASSWORD, AUTHENTICATION_DATA])('the secret %s is hidden', (secret) => {
  const text = renderer().packet(SAMPLES['CONNECT 5.0 with all it may have']!(), null)
  expect(text).not.toContain(Buffer.from(secret).toString('hex'))
  expect(rowOf('CONNECT 5.0 with all it may have').password).toBe('***')
})

describe('cells', () => {
  test.each([
    ['absent', undefined, ''],
    ['null', null, ''],
    ['an empty text is not absent', '', '""'],
    ['plain', 'a b', 'a b'],
    ['a comma', 'a,b', '"a,b"'],
    ['quotation marks', 'say "x"', '"say ""x"""'],
    ['a line break', 'a\r\nb', '"a\r\nb"'],
    ['spaces at the ends', ' a', '" a"'],
    ['what a spreadsheet takes for a formula stays exact', '=1+1', '=1+1'],
    ['a number', 0, '0'],
    ['a truth', false, 'false'],
  ])('%s', (_name, value, cell) => {
    expect(csvCell(value, false)).toBe(cell)
  })

  test('exact for a file, safe for a terminal', () => {
    const hostile = publish({ topicName: 'a\u001b[2J\nb\u202e' }, ascii('x'))
    expect(renderer().packet(hostile, null)).toContain('a\u001b[2J\nb\u202e')
    expect(renderer(true).packet(hostile, null)).toContain('a\\x1b[2J\\x0ab\\u{202e}')
  })
})
