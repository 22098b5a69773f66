import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STATS_SCHEMA } from '../../src/report/schema/stats.ts'
import { nearestRank } from '../analysis/statistics/nearest-rank.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { requireTool } from '../tools.ts'
import { CONNACK_311, CONNECT_311, pcap, publish, session } from './captures.ts'
import { ended, PROGRAM, QMQTT, ROOT, run, start } from './run.ts'
import type { StatsObject } from '../../src/report/schema/stats.ts'
import type { Segment } from './captures.ts'

const fromClient = (payload: Uint8Array, time: number): Segment => ({ fromClient: true, payload, time })
const fromServer = (payload: Uint8Array, time: number): Segment => ({ fromClient: false, payload, time })
/** A PUBLISH of QoS 1: one with its identifier behind the topic. */
const publishQos1 = (topic: string, packetIdentifier: number) => publish(topic, String.fromCharCode(0, packetIdentifier), 0x32)

/** A PUBLISH of QoS 1 that takes 250.5 ms, one that is never answered, and a PING of 2 ms. */
const LATE = [
  fromClient(CONNECT_311, 0), fromServer(CONNACK_311, 1_000), fromClient(publishQos1('late', 1), 2_000), fromClient(publishQos1('lost', 2), 3_000),
  fromServer(Uint8Array.of(0x40, 2, 0, 1), 252_500), fromClient(Uint8Array.of(0xc0, 0), 300_000), fromServer(Uint8Array.of(0xd0, 0), 302_000),
]

let folder = ''
const file = (name: string) => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  const late = pcap(LATE)
  writeFileSync(file('late.pcap'), late)
  writeFileSync(file('again.pcap'), pcap(LATE, 1883, 50_123))
  writeFileSync(file('cut.pcap'), late.subarray(0, late.length - 3))
  writeFileSync(file('other-port.pcap'), pcap([fromClient(publish('a', 'b'), 0)], 2005))
  writeFileSync(file('hostile.pcap'), session(publishQos1('a\u001b]0;owned\u0007\nb\u202e', 1)))
  writeFileSync(file('no-mqtt.pcap'), pcap([fromClient(new TextEncoder().encode('EHLO example.org\r\n'), 0)], 25))
  writeFileSync(file('empty.pcap'), '')
  writeFileSync(file('text.pcap'), 'no capture at all, but some text that is long enough')
})
afterAll(() => rmSync(folder, { recursive: true }))

const stats = (...args: string[]) => run(['stats', ...args], { cwd: folder })
const object = async (...args: string[]) => JSON.parse((await stats('-f', 'json', ...args)).stdout) as StatsObject

const CAPTURES = readdirSync(path.join(ROOT, 'fixtures/captures')).filter((name) => !name.endsWith('.txt'))

describe('the object of every capture', () => {
  const differences = checkAgainst(STATS_SCHEMA)
  interface Flow {
    readonly kind: keyof StatsObject['timing']
    readonly initiator: string
    readonly outcome: string
    readonly durationMs: number | null
  }

  test.each(CAPTURES)('%s is what the schema says, and agrees with read and flows', async (name) => {
    const capture = `fixtures/captures/${name}`
    const [json, summary, flows] = await Promise.all([run(['stats', '-f', 'json', capture]), run(['read', '-q', capture]), run(['flows', '-f', 'ndjson', capture])])
    const told = JSON.parse(json.stdout) as StatsObject
    expect(differences(told)).toEqual([])

    const counts = Object.entries(told.packetTypes).map(([type, { packets }]) => [type, packets.client + packets.server + packets.unknown] as const).filter(([, number]) => number > 0)
    const lines = [...summary.stdout.matchAll(/^ {2}([A-Z]+) +([\d,]+)$/gm)].map(([, type, number]) => [type!, Number(number!.replaceAll(',', ''))] as const)
    expect(new Map(counts)).toEqual(new Map(lines))

    // Percentiles calculated again from the durations of the single exchanges.
    const all = flows.stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Flow)
    for (const [kind, timing] of Object.entries(told.timing)) {
      for (const [side, distribution] of [[null, timing], ['client', timing.fromClient], ['server', timing.fromServer]] as const) {
        const durations = all.filter((flow) => flow.kind === kind && (side === null || flow.initiator === side) && /^(?:complete|failed)$/.test(flow.outcome)).map(({ durationMs }) => durationMs!)
        expect(distribution.count).toBe(durations.length)
        if (durations.length === 0) continue
        expect([distribution.minMs, distribution.maxMs]).toEqual([Math.min(...durations), Math.max(...durations)])
        for (const [percent, value] of [[50, distribution.p50Ms], [95, distribution.p95Ms], [99, distribution.p99Ms]] as const) {
          const exact = nearestRank(durations, percent)
          expect(Math.abs(value! - exact)).toBeLessThanOrEqual(exact * told.precision.timing + 1e-6)
        }
      }
    }
  })
})

describe('text', () => {
  test('is the default', async () => {
    const { code, stdout, stderr } = await run(['stats', QMQTT])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^TYPE +PACKETS/m)
    expect(stdout).toBe((await run(['stats', '-f', 'text', QMQTT])).stdout)
  })

  test('--top and --sort', async () => {
    const { stdout } = await run(['stats', '--top', '1', '--sort', 'packets', 'fixtures/captures/takeover.pcap'])
    expect(stdout).toMatch(/^CLIENT +PACKETS.*\nwitness .*\n… 2 more$/m)
  })

  test('--interval', async () => {
    const { stdout } = await run(['stats', '--interval', '1s', QMQTT])
    expect(stdout).toContain('at most (over 1.00s)')
    expect((await run(['stats', '-f', 'json', '--interval', '0.5s', QMQTT])).stdout).toContain('"rate":{"intervalMs":500,')
  })

  test('--color always', async () => {
    expect((await stats('--color', 'always', 'late.pcap')).stdout).toContain('\u001b[1mTYPE')
  })
})

describe('-Y', () => {
  test('counts the packets that match, and the exchanges that one of them began', async () => {
    const told = await object('-Y', 'mqtt.msgtype == PINGREQ || mqtt.msgtype == PINGRESP', 'late.pcap')
    expect(told).toMatchObject({ filter: 'mqtt.msgtype == PINGREQ || mqtt.msgtype == PINGRESP', packets: { client: 1, server: 1 }, topics: [] })
    expect([told.timing.ping.answered, told.timing['publish-qos1'].count, told.timing.connect.answered]).toEqual([1, 0, 0])
    expect(told.clients).toMatchObject([{ clientId: 'plc-7', packets: { client: 1, server: 1 }, connections: 1 }])
  })

  test('by topic: with the times of its messages', async () => {
    const told = await object('-Y', 'mqtt.topic == "late"', 'late.pcap')
    expect(told.timing['publish-qos1']).toMatchObject({ answered: 1, unanswered: 0, maxMs: 250.5 })
    expect(told.packets).toEqual({ client: 1, server: 0, unknown: 0 })
  })

  test('answers alone begin nothing', async () => {
    const told = await object('-Y', 'mqtt.msgtype == PUBACK', 'late.pcap')
    expect([told.packets.server, told.timing['publish-qos1'].answered]).toEqual([1, 0])
  })

  test('is told in the text', async () => {
    expect((await stats('-Y', 'mqtt.qos > 0', 'late.pcap')).stdout).toMatch(/^Filter {10}mqtt\.qos > 0\nMQTT packets {4}2 of 7, 20 bytes$/m)
  })

  test('none match', async () => {
    const { code, stdout } = await stats('-Y', 'mqtt.topic == "no"', 'late.pcap')
    expect(code).toBe(0)
    expect(stdout).toMatch(/MQTT packets {4}0 of 7, 0 bytes\n$/)
  })
})

describe('input', () => {
  test('several files are one capture', async () => {
    const told = await object('late.pcap', 'again.pcap')
    expect(told.capture.files.map(({ name }) => name)).toEqual(['late.pcap', 'again.pcap'])
    expect(told.clients).toMatchObject([{ clientId: 'plc-7', connections: 2, reconnects: 1 }])
    expect(told.timing['publish-qos1']).toMatchObject({ answered: 2, unanswered: 2 })
  })

  test('- is standard input', async () => {
    const { code, stdout } = await run(['stats', '-f', 'json', '-'], { stdin: pcap(LATE) })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ capture: { files: [{ name: '-', format: 'pcap' }] }, packets: { client: 4, server: 3 } })
  })

  test('--port', async () => {
    expect((await stats('other-port.pcap')).stdout).toMatch(/^MQTT packets {4}none in 1 frame$/m)
    expect((await stats('--port', '2005', 'other-port.pcap')).stdout).toMatch(/^PUBLISH +1 /m)
  })

  test('no MQTT at all', async () => {
    const { code, stdout } = await stats('no-mqtt.pcap')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^MQTT packets {4}none in 1 frame\n$/m)
    expect(await object('no-mqtt.pcap')).toMatchObject({ packets: { client: 0, server: 0, unknown: 0 }, clients: [], topics: [] })
  })

  test('hostile text', async () => {
    for (const format of ['text', 'json']) {
      const { stdout } = await stats('-f', format, 'hostile.pcap')
      expect(stdout).toContain('owned')
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
  })
})

describe('exit codes', () => {
  test.each([
    ['clean', ['late.pcap'], 0, /^$/, true],
    ['a file that is not there', ['nope.pcap'], 3, /^mqtap: there is no file nope\.pcap/, false],
    ['a file that is cut off', ['cut.pcap'], 3, /^mqtap: cut\.pcap: the file ends inside a packet record/, true],
    ['an empty file', ['empty.pcap'], 3, /^mqtap: empty\.pcap/, false],
    ['no capture', ['text.pcap'], 3, /^mqtap: text\.pcap/, false],
    ['a missing file among others', ['nope.pcap', 'late.pcap'], 3, /^mqtap: there is no file nope\.pcap/, true],
  ])('%s', async (_name, args, code, message, read) => {
    const text = await stats(...args)
    expect(text.code).toBe(code)
    expect(text.stderr).toMatch(message)
    // What could be read is reported.
    expect(text.stdout.includes('MQTT packets')).toBe(read)
    expect(await object(...args)).toMatchObject({ schema: 'mqtap.stats/1' })
  })
})

describe('mistakes of the command line are one clear sentence', () => {
  test.each([
    [[], /^mqtap: give a capture file, or - for standard input\nmqtap stats --help tells more\.\n$/],
    [['-f', 'csv', 'x'], /^mqtap: -f csv: choose one of text, json\n$/],
    [['--top', 'x', 'x'], /^mqtap: --top x: a whole number from 0 to 10000 is needed\n$/],
    [['--top', '10001', 'x'], /^mqtap: --top 10001: a whole number/],
    [['--sort', 'size', 'x'], /^mqtap: --sort size: choose one of bytes, packets\n/],
    [['--interval', '10', 'x'], /^mqtap: --interval 10: a length of time with its unit is needed \(us, ms, s, m, h, d\)\nExamples: --interval 500ms/],
    [['--interval', '0s', 'x'], /^mqtap: --interval 0s: a length of time/],
    [['--interval', '-5s', 'x'], /^mqtap: --interval -5s: a length of time/],
    [['--interval', '0.1us', 'x'], null],
    [['-Y', 'mqtt.topc', 'x'], /^mqtap: the filter \(-Y\) has a mistake\n/],
    [['-V', 'x'], /^mqtap: there is no option -V\n/],
    [['-', '-'], /^mqtap: standard input \(-\) can be read only once\n$/],
  ] as [string[], RegExp | null][])('%j', async (args, message) => {
    const { code, stdout, stderr } = await stats(...args)
    if (message === null) {
      expect(code).toBe(3)
      return
    }
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('a command that is nearly stats', async () => {
    expect((await run(['stat', 'x'])).stderr).toContain('Did you mean mqtap stats?')
  })
})

describe('as a part of a pipe', () => {
  test('a reader that goes is no error', async () => {
    const child = start(['stats', QMQTT])
    child.stdout.destroy()
    expect(await ended(child)).toMatchObject({ code: 0, stderr: '' })
  })

  test('Ctrl-C: the statistics so far, also of connections that have not ended, exit 130', async () => {
    const child = start(['stats', '-f', 'json', '-'])
    const result = ended(child)
    // More than a pipe holds: when all of it is written, the beginning has been read.
    const pings = Array.from({ length: 30_000 }, (_, index) => fromClient(Uint8Array.of(0xc0, 0), 303_000 + index))
    await new Promise((resolve) => child.stdin.write(pcap([...LATE, ...pings]), resolve))
    child.kill('SIGINT')
    const { code, stdout } = await result
    expect(code).toBe(130)
    const told = JSON.parse(stdout) as StatsObject
    expect(told).toMatchObject({ packets: { server: 3 }, clients: [{ clientId: 'plc-7', keepAlive: { seconds: 60 }, inFlight: { client: { most: 2 } } }] })
    expect(told.packets.client).toBeGreaterThan(1_000)
  })
})

describe.skipIf(!requireTool('script'))('on a terminal', () => {
  const shown = (env: Record<string, string>) =>
    execFileSync('script', ['-qec', `${process.execPath} ${PROGRAM} stats ${path.join(ROOT, QMQTT)}`, '/dev/null'], { cwd: folder, env: { PATH: process.env.PATH, TERM: 'xterm', ...env } }).toString()

  test('there is colour, and a plot in the characters that it knows', () => {
    expect(shown({ LANG: 'C.UTF-8' })).toMatch(/\u001b\[1mTYPE[^]*/)
    expect(shown({ LANG: 'C.UTF-8' })).toContain('┤')
    expect(shown({ LANG: 'C' })).not.toContain('┤')
  })
})

test('the schema is in what is shipped', () => {
  expect(JSON.parse(readFileSync(path.join(ROOT, 'dist/schema/stats-1.json'), 'utf8'))).toMatchObject({ $id: 'mqtap.stats/1' })
})
