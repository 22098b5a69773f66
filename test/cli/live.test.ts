/** `mqtap live` where nothing is captured: what it refuses, and what another program pipes in. Captures are in test/e2e/live.test.ts. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { ended, run, start } from './run.ts'

const QMQTT = join(import.meta.dirname, '..', '..', 'fixtures', 'captures', 'qmqtt.pcap')
const folder = mkdtempSync(join(tmpdir(), 'mqtap-live-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('refuses', () => {
  test.each([
    [['--read', '--flows'], '--read and --flows do not go together: choose one'],
    [['--slow', '5'], '--slow goes with --flows and --report, not with --read'],
    [['--report', '-Y', 'mqtt'], '-Y goes with --view and --read and --flows, not with --report'],
    [['-b', 'files:3'], '-b files: needs another -b that says when a file is full'],
    [['-b', 'packets:3'], '-b goes with -w FILE: it is about files'],
    [['-a', 'files:3'], '-a files: goes with -b, which says when a file is full'],
    [['-a', 'duration:0'], '-a duration:0: a number above 0 is needed'],
    [['-a', 'packets:1.5'], '-a packets:1.5: a number above 0 is needed'],
    [['-a', 'time:5'], '-a time:5: there is no such condition'],
    [['--every', '5s'], '--every goes with --report and -o FILE'],
    [['--report', '-o', 'x', '--every', '5'], '--every 5: a length of time with its unit is needed (us, ms, s, m, h, d)'],
    [['--engine', 'tcpdmp'], '--engine tcpdmp: choose one of auto, dumpcap, cap, tcpdump'],
    [['-', '-i', 'lo'], '-i does not go with standard input: another program captures'],
    [['-w', '-'], '-w needs the name of a file; standard output is for what is shown'],
    [['-f', 'xml'], '-f xml: choose one of line, detail, ndjson, json, csv, fields'],
  ])('%j', async (args, sentence) => {
    const { code, stderr } = await run(['live', ...args])
    expect(stderr).toContain(`mqtap: ${sentence}`)
    expect(code).toBe(2)
  })
})

describe('silence', () => {
  test('what waits for time alone is told without another frame', async () => {
    const { pcap } = captureOf(parseScenario([
      'A PUBLISH that the capture lacks', 'version 5.0', '',
      'a > CONNECT cleanStart', 'a < CONNACK', 'a > lost PUBLISH qos=1 packetIdentifier=7 topicName=a/b payload=1', 'a < PUBACK packetIdentifier=7', 'a > PINGREQ',
    ].join('\n'), 'silence'))
    const child = start(['live', '-'])
    const all = ended(child)
    child.stdin.write(pcap)
    await new Promise<void>((resolve) => child.stdout.on('data', (text: string) => {
      if (text.includes('PINGREQ')) resolve()
    }))
    child.kill('SIGINT')
    const { code, stdout } = await all
    expect(code).toBe(0)
    expect(stdout).toMatch(/-- .*missing/)
  })
})

describe('what is piped in', () => {
  test('is shown as of a file, and kept', async () => {
    const written = join(folder, 'kept.pcapng')
    const piped = await run(['live', '-', '-w', written], { stdin: readFileSync(QMQTT) })
    const read = await run(['read', QMQTT])
    expect(piped.code).toBe(0)
    expect(piped.stdout.split('\n')).toHaveLength(read.stdout.split('\n').length)
    expect((await run(['read', '-q', written])).stdout).toContain(String(read.stdout.trimEnd().split('\n').length))
    expect((await run(['read', written])).stdout).toBe(piped.stdout)
  })

  test('is judged', async () => {
    const { code, stdout } = await run(['live', '-', '--report', '-f', 'json', '--fail-on', 'never'], { stdin: readFileSync(QMQTT) })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ capture: { files: [{ name: '-', format: 'pcapng' }], timestamps: 'file' } })
  })

  test('is no capture, or empty', async () => {
    expect(await run(['live', '-'], { stdin: Buffer.from('hello world') })).toMatchObject({ code: 3, stderr: expect.stringContaining('mqtap: standard input: the file is neither pcap nor pcapng') })
    expect(await run(['live', '-'], { stdin: Buffer.alloc(0) })).toMatchObject({ code: 3, stderr: expect.stringContaining('mqtap: standard input: the file is empty') })
  })
})
