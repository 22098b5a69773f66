import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { analyze } from '../../src/library/analyze.ts'
import type { Message } from '../../src/library/message-capture.ts'
import { fromHex } from '../mqtt/framed.ts'
import { REPORT_SCHEMA } from '../../src/report/schema/report.ts'
import { checkAgainst } from '../report/schema-check.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const write = (from: Message['from'], time: number, hex: string, more: Partial<Message> = {}): Message => ({ from, time, bytes: fromHex(hex), ...more })
const CONNECT = '100d 0004 4d515454 04 02 003c 0001 61'
const CONNACK = '2002 0000'
const DISCONNECT = 'e000'

const kept = [write('client', 0, CONNECT), write('server', 4, CONNACK), write('client', 20, DISCONNECT, { closes: true }), write('server', 21, '', { closes: true })]

describe('bytes of both directions', () => {
  test('a conversation that keeps the standard passes', () => {
    const report = analyze(kept)
    expect(report.summary).toMatchObject({ verdict: 'pass', connections: 1, packets: 3 })
    expect(report.findings).toEqual([])
    expect(report.connections).toMatchObject([{ clientId: 'a', version: '3.1.1', closedBy: 'client', closeReason: 'disconnect', complete: true }])
    expect(report.timing.connect).toMatchObject({ count: 1, p50Ms: expect.closeTo(4, 1) })
    expect(checkAgainst(REPORT_SCHEMA)(JSON.parse(JSON.stringify(report)))).toEqual([])
  })

  test('what breaks it is found, with the packet and its bytes', () => {
    const { findings, summary } = analyze([...kept.slice(0, 2), write('client', 9, '3804 0001 74 21')])
    expect(summary.verdict).toBe('fail')
    expect(findings).toMatchObject([{ rule: 'publish.dup-on-qos0', actor: 'client', packet: 3, start: 0, end: 1 }])
  })

  test('packets may be cut anywhere, and come together', () => {
    const all = fromHex(`${CONNECT} c000`)
    const cut = [
      { from: 'client', time: 0, bytes: all.subarray(0, 5) }, { from: 'client', time: 1, bytes: all.subarray(5) }, write('server', 2, `${CONNACK} d000`),
    ] as const
    expect(analyze(cut)).toMatchObject({ summary: { verdict: 'pass' }, packetTypes: { CONNECT: 1, CONNACK: 1, PINGREQ: 1, PINGRESP: 1 } })
  })

  test('connections are told apart by their names', () => {
    const twice = ['x', 'y'].flatMap((connection, index) => kept.map((message) => ({ ...message, connection, time: message.time + index * 100 })))
    expect(analyze(twice).summary).toMatchObject({ connections: 2, packets: 6 })
  })

  test('what a person calls slow is slow', () => {
    const slow = [...kept.slice(0, 2), write('client', 10, 'c000'), write('server', 500, 'd000')]
    expect(analyze(slow, { slowMs: 100 }).findings.map(({ rule }) => rule)).toEqual(['answer.slow'])
    expect(analyze(slow).findings).toEqual([])
  })

  test('time that runs back is a mistake of the caller', () => {
    expect(() => analyze([write('client', 5, CONNECT), write('server', 4, CONNACK)])).toThrow(new RangeError('the message at 4 ms stands behind the one at 5 ms'))
  })

  test('nothing at all is not judged', () => {
    expect(analyze([]).summary).toMatchObject({ verdict: 'not-judged', packets: 0 })
  })
})

test('a capture in memory gives the report of the command', async () => {
  const capture = join(ROOT, 'fixtures', 'captures', 'qmqtt.pcap')
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'bin', 'mqtap.js'), 'report', '-f', 'json', '--fail-on', 'never', capture], { maxBuffer: 2 ** 26 })
  const command = JSON.parse(stdout) as ReturnType<typeof analyze>
  const made = JSON.parse(JSON.stringify(analyze(readFileSync(capture)))) as typeof command
  // Only the name of the file is not known.
  expect({ ...made, capture: { ...made.capture, files: command.capture.files } }).toEqual(command)
})
