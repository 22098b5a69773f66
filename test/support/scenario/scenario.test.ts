/** What is read of a scenario, and what is said of one that cannot be. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { captureOf } from './capture.ts'
import { parseScenario } from './scenario.ts'

test('the header', () => {
  const scenario = parseScenario(
    '# of the file\nA client, told in a sentence\nbreaks MQTT-3.3.1-2 client, MQTT-4.3.1-1 server\nversion 5.0\n# between\nbreaks MQTT-3.1.0-1 client\nkeeps MQTT-3.1.0-2 server\nalso a.b, c.d\nalso e.f\n\na > CONNECT\n',
    'x.scenario',
  )
  expect(scenario).toMatchObject({
    name: 'x.scenario', title: 'A client, told in a sentence', version: '5.0',
    breaks: [{ id: 'MQTT-3.3.1-2', side: 'client' }, { id: 'MQTT-4.3.1-1', side: 'server' }, { id: 'MQTT-3.1.0-1', side: 'client' }],
    keeps: [{ id: 'MQTT-3.1.0-2', side: 'server' }],
    also: ['a.b', 'c.d', 'e.f'],
  })
})

describe('mistakes in the header', () => {
  test.each([
    ['', 'x:1: there is no title'],
    ['T\n\na > CONNECT', 'x:2: version is missing: 3.1, 3.1.1, 5.0'],
    ['T\nversion 4\n\na > CONNECT', 'x:2: the version is one of 3.1, 3.1.1, 5.0'],
    ['T\nversion 5.0\nbreak X client\n\na > CONNECT', 'x:3: before the first empty line there is no break; is breaks meant?'],
    ['T\nbreaks MQTT-3.3.1-2 client, MQTT-3.3.1-22 client\nversion 5.0\n\na > CONNECT', /^x:2: MQTT 5.0 has no statement MQTT-3.3.1-22; is MQTT-3.3.\d+-\d+ meant\?$/],
    ['T\nbreaks MQTT-3.3.1-2\nversion 5.0\n\na > CONNECT', 'x:2: MQTT-3.3.1-2 is not ID client or ID server'],
    ['T\nversion 5.0\n\n# nothing', 'x:4: there is no conversation'],
  ])('%j', (text, message) => {
    expect(() => parseScenario(text, 'x')).toThrow(message)
  })
})

describe('mistakes in the conversation', () => {
  test.each([
    ['a > CONECT', 'there is no packet CONECT; is CONNECT meant?'],
    ['a > erly PINGREQ', 'there is no packet erly; is early meant?'],
    ['a > dup=1', 'there is no packet dup='],
    ['a >', 'what does the client send?'],
    ['a < lost', 'what does the server send?'],
    ['a > PUBLISH topicname=t', 'PUBLISH of MQTT 5.0 has no field topicname; is topicName meant?'],
    ['a > PUBLISH topicAlais=3', 'PUBLISH of MQTT 5.0 has no field topicAlais; is topicAlias meant?'],
    ['a > CONNECT protocolLevel=4 receiveMaximum=3', 'CONNECT of MQTT 3.1.1 has no field receiveMaximum'],
    ['a > PINGREQ userProperty=a:b', 'PINGREQ of MQTT 5.0 has no field userProperty'],
    ['a > PUBLISH qos=4', 'qos=4 is not a number from 0 to 3'],
    ['a > PUBLISH qos=x', 'qos=x is not a number from 0 to 3'],
    ['a > PUBLISH qos', 'qos needs a value: qos=…'],
    ['a > PUBLISH dup=1', 'dup is a flag: it stands alone, or not at all'],
    ['a > PUBLISH dup dup', 'dup stands twice'],
    ['a > PUBLISH qos=1 topicName=t', 'a PUBLISH of QoS 1 needs a packetIdentifier'],
    ['a > PUBLISH payload=0x0', 'payload=0 is not pairs of hex digits'],
    ['a > PUBLISH payload="a', 'cannot be read from here: payload="a'],
    ['a > PUBLISH payload="\\x"', '"\\x" is not a string as in JSON'],
    ['a > PUBLISH userProperty=a', 'userProperty=a is not NAME:VALUE'],
    ['a > PUBACK', 'packetIdentifier is missing'],
    ['a > PUBACK packetIdentifier=65536', 'packetIdentifier=65536 is not a number from 0 to 65535'],
    ['a > SUBSCRIBE packetIdentifier=1 qos=1 topicFilter=a', 'qos stands before its topicFilter'],
    ['a > bytes', 'which bytes?'],
    ['a > bytes 1', '1 is not pairs of hex digits'],
    ['a > FIN now', 'nothing stands behind FIN'],
    ['a > resent', 'the client has sent nothing that could be sent again'],
    ['a > PINGREQ !', 'behind ! stands the id of a rule'],
    ['a > lost PINGREQ ! r', 'what is lost is not in the capture: no finding can point at it'],
    ['wait 2 s ! r', 'only what is sent can be marked'],
    ['! r', 'there is nothing here that a finding could point at'],
    ['wait 2', 'wait NUMBER UNIT, from 1 ms on, the unit one of ms, s, min, h'],
    ['wait 0.1 ms', 'wait NUMBER UNIT, from 1 ms on'],
    ['wait 2 s 3', 'wait NUMBER UNIT, from 1 ms on'],
    ['a sends PINGREQ', 'not understood: a sends PINGREQ'],
    ['a moves to x', 'x is no IPv4 address'],
    ['server 10.1.0.2', '10.1.0.2 is not 10.0.0.1 to 10.0.0.254'],
    ['wait > PINGREQ', 'wait is no name of a client'],
  ])('%s', (line, message) => {
    expect(() => parseScenario(`T\nversion 5.0\n\n\n${line}`, 'x')).toThrow(`x:5: ${message}`)
  })

  test.each([
    ['a > FIN\na > PINGREQ', 'the client has ended this connection by FIN; a connects opens another one'],
    ['a < closes\na > PINGREQ', 'the client has ended this connection by FIN'],
    ['a < RST\na < FIN', 'the server has ended this connection by RST'],
    ['a < RST\na > closes', 'the connection has been reset: there is nothing to close'],
  ])('%j', (lines, message) => {
    expect(() => parseScenario(`T\nversion 5.0\n\n${lines}`, 'x')).toThrow(`x:5: ${message}`)
  })
})

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures')

test('the example in fixtures/README.md is one', () => {
  const [example] = /^ {4}A client sends [^]*?(?=^\S)/m.exec(readFileSync(join(FIXTURES, 'README.md'), 'utf8'))!
  expect(captureOf(parseScenario(example.replaceAll(/^ {4}/gm, ''), 'README.md')).expected).toEqual([{ rule: 'publish.dup-on-qos0', frame: 8 }])
})

const folder = join(FIXTURES, 'conformance')

test.each(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.scenario')))('fixtures/conformance/%s', (path) => {
  const scenario = parseScenario(readFileSync(join(folder, path), 'utf8'), path)
  expect(path.split(/[/\\]/)[0]).toBe(scenario.version)
  expect(scenario.breaks.length + scenario.keeps.length).toBeGreaterThan(0)
  expect(captureOf(scenario).pcap.length).toBeGreaterThan(24)
})
