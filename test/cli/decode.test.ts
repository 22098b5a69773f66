import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DECODED_SCHEMA } from '../../src/report/schema/decode.ts'
import { FIELD_SCHEMA } from '../../src/report/schema/field.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { CONNACK_311, CONNECT_311, publish, session } from './captures.ts'
import { run } from './run.ts'

let folder = ''
const file = (name: string) => path.join(folder, name)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const CONNECT = hex(CONNECT_311)
const PUBLISH = hex(publish('temp', '21'))

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  writeFileSync(file('packet.bin'), CONNECT_311)
  writeFileSync(file('packet.txt'), `# not hex\n`)
  writeFileSync(file('dump.txt'), `00000000: ${CONNECT.replace(/(.{4})/g, '$1 ').trim()}\n`)
  writeFileSync(file('base64.txt'), `${Buffer.from(CONNECT_311).toString('base64')}\n`)
  writeFileSync(file('capture.pcap'), session(publish('a', 'b')))
  writeFileSync(file('c000'), CONNECT_311)
  writeFileSync(file('empty'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The types of the packets that were decoded. */
function types(stdout: string): string[] {
  return [...stdout.matchAll(/^Packet \d+: (\w+)/gm)].map(([, type]) => type!)
}

const objects = (stdout: string) => stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)

test('a packet as a tree', async () => {
  expect(await run(['decode', PUBLISH])).toEqual({
    code: 0,
    stderr: '',
    stdout: [
      '10 bytes, read as hex', '',
      // "21" as 5.0 would be 50 bytes of properties, so it is no packet of 5.0.
      'Packet 1: PUBLISH, 10 bytes at offset 0, MQTT 3.1.1 (inferred; --mqtt-version sets it)',
      '  0000   10  MQTT Control Packet: PUBLISH',
      '  0000    1    Fixed Header Byte 1: 0x30',
      '  0000    1      0011 .... = Control Packet Type: 3 (PUBLISH - publish message)',
      '  0000    1      .... 0... = DUP: not set',
      '  0000    1      .... .00. = QoS: 0 (QoS 0 - at most once)',
      '  0000    1      .... ...0 = RETAIN: not set',
      '  0001    1    Remaining Length: 8',
      '  0002    2    Topic Length: 4',
      '  0004    4    Topic: temp',
      '  0008    2    Payload: "21"',
      '',
    ].join('\n'),
  })
})

describe('where the bytes come from', () => {
  const pairs = CONNECT.match(/../g)!

  test.each([
    ['one word', ['decode', CONNECT], undefined, 'hex'],
    ['many words', ['decode', ...pairs], undefined, 'hex'],
    ['digits that look like a number', ['decode', '--mqtt-version', '3.1.1', '3e1000', ...Array<string>(15).fill('00')], undefined, 'hex'],
    ['C', ['decode', `{${pairs.map((pair) => `0x${pair}`).join(', ')}}`], undefined, 'hex'],
    ['escapes', ['decode', pairs.map((pair) => `\\x${pair}`).join('')], undefined, 'a string literal'],
    ['base64', ['decode', Buffer.from(CONNECT_311).toString('base64')], undefined, 'base64'],
    ['- and hex', ['decode', '-'], CONNECT, 'hex of standard input'],
    ['- and the bytes themselves', ['decode', '-'], CONNECT_311, 'bytes of standard input'],
    ['a pipe alone', ['decode'], CONNECT, 'hex of standard input'],
    ['a binary file', ['decode', 'packet.bin'], undefined, 'bytes of packet.bin'],
    ['a hex dump in a file', ['decode', './dump.txt'], undefined, 'a hex dump of ./dump.txt'],
    ['base64 in a file', ['decode', 'base64.txt'], undefined, 'base64 of base64.txt'],
    ['a file with a name like hex, which is no packet', ['decode', './c000'], undefined, 'bytes of ./c000'],
    ['hex that is a packet, and a file of that name', ['decode', 'c000'], undefined, 'hex'],
  ])('%s', async (_name, args, stdin, spelling) => {
    const { code, stdout, stderr } = await run(args, { cwd: folder, ...(stdin === undefined ? {} : { stdin }) })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`^\\d+ bytes, read as ${spelling}$`))
    expect(types(stdout)).toHaveLength(1)
  })

  test.each([
    ['no hex, no file', ['decode', 'packet'], /^mqtap: this is neither hex nor base64.*, and there is no file packet\n/],
    ['an odd number of digits', ['decode', '3e1'], /^mqtap: an odd number of hex digits \(3\)/],
    ['a capture', ['decode', 'capture.pcap'], /^mqtap: capture\.pcap is a capture file\nRead it with: mqtap read capture\.pcap\n/],
    ['a text file without bytes', ['decode', 'packet.txt'], /^mqtap: packet\.txt: this is neither hex nor base64/],
    ['an empty file', ['decode', './empty'], /^mqtap: \.\/empty is empty\n/],
    ['base64 that is none', ['decode', '--base64', '!!'], /^mqtap: this is not base64/],
  ])('%s is said', async (_name, args, message) => {
    const { code, stdout, stderr } = await run(args, { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

describe('several packets', () => {
  test('behind each other, the version from the CONNECT', async () => {
    const { code, stdout } = await run(['decode', CONNECT, hex(CONNACK_311), PUBLISH])
    expect(code).toBe(0)
    expect([...stdout.matchAll(/^Packet (\d): (\w+), \d+ bytes at offset (\d+), MQTT 3\.1\.1$/gm)].map((match) => match.slice(1))).toEqual([
      ['1', 'CONNECT', '0'], ['2', 'CONNACK', '19'], ['3', 'PUBLISH', '23'],
    ])
  })

  test('the version is inferred from all of them', async () => {
    // A PINGREQ is the same in all, a PUBACK with a reason code is of 5.0.
    const { stdout } = await run(['decode', 'c000', '4003000187'])
    expect(types(stdout)).toEqual(['PINGREQ', 'PUBACK'])
    expect(stdout.match(/MQTT 5\.0 \(inferred/g)).toHaveLength(2)
  })

  test.each([
    ['one byte', 'c0', 'Left over: 1 byte at offset 10 that begin no packet'],
    ['a cut packet', '3008000474', '  Cut off: 5 of 10 bytes are missing'],
  ])('what is left over is said: %s', async (_name, rest, sentence) => {
    const { code, stdout } = await run(['decode', PUBLISH, rest])
    expect(code).toBe(3)
    expect(stdout.split('\n')).toContain(sentence)
  })

  test('a length that there is not ends it', async () => {
    const { code, stdout } = await run(['decode', '30ffffffff01', PUBLISH])
    expect(code).toBe(3)
    expect(types(stdout)).toEqual(['PUBLISH'])
    expect(stdout).toContain('! error')
    expect(stdout).toContain('Left over: 11 bytes at offset 5')
  })
})

describe('options', () => {
  test('--mqtt-version', async () => {
    const { stdout } = await run(['decode', '--mqtt-version', '5.0', hex(publish('a', '\u0000x'))])
    expect(stdout).toContain('MQTT 5.0\n')
    expect(stdout).toContain('Property Length: 0')
    expect(stdout).toContain('Payload: "x"')
  })

  test('--direction: what only a server may send', async () => {
    const errors = async (direction: string) => (await run(['decode', '--direction', direction, hex(CONNACK_311)])).stdout.match(/! error/g)
    expect(await errors('server-to-client')).toBeNull()
    expect(await errors('client-to-server')).toHaveLength(1)
  })

  test('without it nobody is accused', async () => {
    expect((await run(['decode', '--fail-on', 'note', hex(CONNACK_311)])).code).toBe(0)
  })

  test('--fail-on', async () => {
    expect((await run(['decode', '--fail-on', 'error', hex(publish('a', 'b', 0x38))])).code).toBe(1)
  })

  test('-x, secrets hidden', async () => {
    const connect = '1015 0004 4d515454 04 c2 0000 0001 63 0001 75 0003 707764'.replaceAll(' ', '')
    const { stdout } = await run(['decode', '-x', connect])
    expect(stdout).toContain('Password: ***')
    expect(stdout).toMatch(/0010 {2}01 75 00 03 \*\* \*\* \*\* +\.u\.\.\*\*\*\n/)
    expect(stdout).not.toContain('70 77 64')
    expect((await run(['decode', '--show-secrets', connect])).stdout).toContain('Password: pwd')
  })
})

describe('for programs', () => {
  const differences = checkAgainst({ ...DECODED_SCHEMA, properties: { ...DECODED_SCHEMA.properties, fields: {} } })

  test('ndjson is what the schema says', async () => {
    const { code, stdout } = await run(['decode', '-f', 'ndjson', CONNECT, PUBLISH, 'c0'])
    const made = objects(stdout)
    expect(code).toBe(3)
    expect(made.flatMap(differences)).toEqual([])
    expect(made.map(({ type, offset, complete }) => [type, offset, complete])).toEqual([['CONNECT', 0, true], ['PUBLISH', 19, true], ['UNFRAMED', 29, false]])
  })

  test('json is an array of the same', async () => {
    const [json, lines] = await Promise.all([run(['decode', '-f', 'json', CONNECT]), run(['decode', '-f', 'ndjson', CONNECT])])
    expect(JSON.parse(json.stdout)).toEqual(objects(lines.stdout))
  })
})

describe('mqtap fields', () => {
  test('finds by name and by words', async () => {
    expect((await run(['fields', 'topic alias'])).stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'mqtt.property.topic_alias_maximum', 'mqtt.property.topic_alias', '',
    ])
  })

  test('all of them, each a line', async () => {
    const { stdout } = await run(['fields'])
    for (const name of ['frame.number', 'tcp.stream', 'mqtt.topic', 'mqtt.property.response_topic', 'mqtt.problem.code']) {
      expect(stdout).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')} `, 'm'))
    }
  })

  test('says which are of exchanges, and lists each once', async () => {
    const { stdout } = await run(['fields', '^mqtt\\.(exchange\\.time|clientid|kalive)$'])
    expect(stdout.trimEnd().split('\n').map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
      'mqtt.kalive  unsigned  Keep Alive (5.0 §3.1.2.10, 3.1.1 §3.1.2.10)',
      'mqtt.clientid  string  Client Identifier (5.0 §3.1.3.1, 3.1.1 §3.1.3.1)  [packets and exchanges]',
      'mqtt.exchange.time  duration  Time from the First Packet to the Last  [exchanges]',
    ])
    const made = objects((await run(['fields', '-f', 'ndjson'])).stdout)
    const named = (wanted: string) => made.filter(({ name }) => name === wanted).map(({ of }) => of)
    expect([named('mqtt.exchange.time'), named('mqtt.topic'), named('mqtt.msgtype')]).toEqual([[['exchanges']], [['packets', 'exchanges']], [['packets']]])
    expect(new Set(made.map(({ name }) => name)).size).toBe(made.length)
  })

  test('finds the name that was meant among both', async () => {
    const { code, stderr } = await run(['fields', 'mqtt.exchange.reson_code'])
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'mqtap: no field is called anything like mqtt.exchange.reson_code\nDid you mean mqtt.exchange.reason_code?\n' })
  })

  test('ndjson is what the schema says, csv has as many rows', async () => {
    const [lines, csv] = await Promise.all([run(['fields', '-f', 'ndjson']), run(['fields', '-f', 'csv'])])
    expect(objects(lines.stdout).flatMap(checkAgainst(FIELD_SCHEMA))).toEqual([])
    expect(csv.stdout.split('\n').length).toBe(lines.stdout.split('\n').length + 1)
  })
})
