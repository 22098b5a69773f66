import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXCHANGE_SCHEMA } from '../../src/report/schema/exchange.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { requireTool } from '../tools.ts'
import { CONNACK_311, CONNECT_311, pcap, publish, session } from './captures.ts'
import { ended, PROGRAM, QMQTT, ROOT, run, start } from './run.ts'
import type { Segment } from './captures.ts'

/** A PUBLISH of QoS 1: one with its identifier behind the topic. */
function publishQos1(topic: string, packetIdentifier: number): Uint8Array {
  return publish(topic, String.fromCharCode(packetIdentifier >> 8, packetIdentifier & 0xff), 0x32)
}

const fromClient = (payload: Uint8Array, time?: number): Segment => ({ fromClient: true, payload, ...(time === undefined ? {} : { time }) })
const fromServer = (payload: Uint8Array, time?: number): Segment => ({ ...fromClient(payload, time), fromClient: false })
const puback = (packetIdentifier: number) => Uint8Array.from([0x40, 2, 0, packetIdentifier])

/** A CONNECT that takes 1 ms, PUBLISH 1 that takes 250.5 ms, PUBLISH 2 that is never answered, and a PING of 2 ms. */
const LATE = [
  fromClient(CONNECT_311, 0), fromServer(CONNACK_311, 1_000), fromClient(publishQos1('late', 1), 2_000), fromClient(publishQos1('lost', 2), 3_000),
  fromServer(puback(1), 252_500), fromClient(Uint8Array.of(0xc0, 0), 300_000), fromServer(Uint8Array.of(0xd0, 0), 302_000),
]
const REFUSED = [fromClient(CONNECT_311), fromServer(Uint8Array.of(0x20, 2, 0, 5))]

let folder = ''
const file = (name: string) => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  const late = pcap(LATE)
  writeFileSync(file('late.pcap'), late)
  writeFileSync(file('cut.pcap'), late.subarray(0, late.length - 3))
  writeFileSync(file('refused.pcap'), pcap(REFUSED, 1883, 50_123))
  writeFileSync(file('qos0.pcap'), pcap([fromClient(publish('a', 'b'))]))
  writeFileSync(file('other-port.pcap'), pcap([fromServer(publish('a', 'b')), fromClient(publishQos1('a', 7)), fromServer(puback(7))], 2005))
  writeFileSync(file('hostile.pcap'), session(publishQos1('a\u001b]0;owned\u0007\nb\u202e', 1)))
  writeFileSync(file('no-mqtt.pcap'), pcap([fromClient(new TextEncoder().encode('EHLO example.org\r\n'))], 25))
  writeFileSync(file('empty.pcap'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const ndjson = (text: string) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
const flows = (...args: string[]) => run(['flows', ...args], { cwd: folder })
const objects = async (...args: string[]) => ndjson((await flows('-f', 'ndjson', ...args)).stdout)

describe('what is shown', () => {
  test('one line an exchange', async () => {
    const { code, stdout, stderr } = await run(['flows', '--header', '--slow', '12', QMQTT])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toEqual([
      '    NO       TIME CLIENT     DIR EXCHANGE         ID OUTCOME            MS INFO',
      '     1   0.000210 qmqtt-311  ->  CONNECT             complete       12.857 MQTT 3.1.1  qmqtt-311  server 12.849 ms',
      '     3   0.013404 qmqtt-311  ->  PUBLISH QoS 1     2 complete       41.071 qmqtt/q1  held back by Nagle 41.000 ms',
      '     5   0.013404 qmqtt-311  ->  PUBLISH QoS 1     9 complete       41.071 qmqtt/retained  held back by Nagle 41.000 ms',
      '     4   0.013404 qmqtt-311  ->  PUBLISH QoS 2     3 complete       41.484 qmqtt/q2  legs 41.071, 0.245, 0.168 ms  held back by Nagle 41.000 ms',
      '     8   0.054809 qmqtt-311  <-  PUBLISH QoS 2     3 complete       43.799 qmqtt/q2  legs 0.046, 43.617, 0.136 ms  held back by Nagle 43.560 ms',
      '    20   6.687972 qmqtt-310  <-  PUBLISH QoS 2     4 complete       42.634 qmqtt/q2  legs 0.044, 42.459, 0.131 ms  held back by Nagle 42.428 ms',
      '',
    ])
  })

  test.each([
    ['all', [], ['1 connect', '2 publish-qos1', '4 ping', '3 publish-qos1']],
    ['--slow', ['--slow', '250.5'], ['2 publish-qos1']],
    ['--slow, a little more', ['--slow', '250.500001'], []],
    ['--slow=', ['--slow=2'], ['2 publish-qos1', '4 ping']],
    ['--open', ['--open'], ['3 publish-qos1']],
    ['--failed', ['--failed'], []],
    ['--slow and --open: one or the other', ['--slow', '100', '--open'], ['2 publish-qos1', '3 publish-qos1']],
  ])('%s', async (_name, options, expected) => {
    expect((await objects(...options, 'late.pcap')).map(({ number, kind }) => `${String(number)} ${String(kind)}`).sort()).toEqual([...expected].sort())
  })

  test('--failed', async () => {
    expect((await flows('--failed', 'late.pcap', 'refused.pcap')).stdout).toMatch(/^ {5}5 .* CONNECT +failed +1\.000 MQTT 3\.1\.1 {2}plc-7 {2}Refused: not authorized/)
  })

  test.each([
    [['-t', 'e'], '1700000000.002000'],
    [['--time', 'iso', '--utc'], '2023-11-14T22:13:20.002000Z'],
  ])('%s', async (options, time) => {
    expect((await flows(...options, '--slow', '100', 'late.pcap')).stdout).toContain(` ${time} `)
  })

  test('--color always', async () => {
    expect((await flows('--color', 'always', 'refused.pcap')).stdout).toContain('\u001b[1;31mfailed')
  })

  test('-q: only a summary', async () => {
    const { code, stdout } = await flows('-q', '--utc', 'late.pcap')
    expect(code).toBe(0)
    expect(stdout.split('\n').slice(3)).toEqual([
      'TCP streams     1, of these with MQTT 1', 'MQTT packets    7', 'Exchanges             4 complete   open', '  CONNECT             1        1      -',
      '  PUBLISH QoS 1       2        1      1', '  PING                1        1      -', '',
    ])
  })

  test('-q of some', async () => {
    const { stdout } = await flows('-q', '--slow', '0.5', '--failed', 'late.pcap', 'refused.pcap')
    expect(stdout).toContain('Chosen          0.5 ms or longer, failed: 4 of 5 exchanges\n')
    expect(stdout).toContain('  CONNECT             2        1      1\n')
  })
})

describe('-Y', () => {
  test('the slow ones of a real broker, and of these one client', async () => {
    const { code, stdout, stderr } = await run(['flows', '-Y', 'mqtt.exchange.time > 0.04 && mqtt.clientid == "qmqtt-310"', QMQTT])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('    20   6.687972 qmqtt-310  <-  PUBLISH QoS 2     4 complete       42.634 qmqtt/q2  legs 0.044, 42.459, 0.131 ms  held back by Nagle 42.428 ms\n')
  })

  test.each([
    ['mqtt.exchange.time > 0.2', ['2 publish-qos1']],
    ['mqtt.exchange.time == 0.2505', ['2 publish-qos1']],
    ['mqtt.exchange.time < 0.0015', ['1 connect']],
    ['not mqtt.exchange.time', ['3 publish-qos1']],
    ['mqtt.exchange.outcome == open', ['3 publish-qos1']],
    ['mqtt.exchange.kind in {connect, ping}', ['1 connect', '4 ping']],
    ['topic_matches(mqtt.topic, "+")', ['2 publish-qos1', '3 publish-qos1']],
    ['frame.number == 5', ['2 publish-qos1']],
    ['frame.time >= "2023-11-14 22:13:20.3"', ['4 ping']],
    ['ip.src == 10.0.0.21 && tcp.dstport == 1883', ['1 connect', '2 publish-qos1', '3 publish-qos1', '4 ping']],
    ['', ['1 connect', '2 publish-qos1', '3 publish-qos1', '4 ping']],
  ])('%j', async (filter, expected) => {
    expect((await objects('-Y', filter, 'late.pcap')).map(({ number, kind }) => `${String(number)} ${String(kind)}`).sort()).toEqual(expected)
  })

  test.each([
    ['--slow', ['--slow', '1.5', '-Y', 'mqtt.topic'], ['2 publish-qos1']],
    ['--open', ['--open', '-Y', 'mqtt.exchange.kind == ping'], []],
    ['--slow and --open: one or the other, and the filter', ['--slow', '1.5', '--open', '--filter=mqtt.qos == 1'], ['2 publish-qos1', '3 publish-qos1']],
  ])('with %s, both must hold', async (_name, options, expected) => {
    expect((await objects(...options, 'late.pcap')).map(({ number, kind }) => `${String(number)} ${String(kind)}`).sort()).toEqual(expected)
  })

  test('-q counts what it lets through, and says what it was', async () => {
    const { stdout } = await flows('-q', '-Y', 'mqtt.exchange.time > 0.002', 'late.pcap')
    expect(stdout.split('\n').slice(4)).toEqual([
      'MQTT packets    7', 'Filter          mqtt.exchange.time > 0.002', 'Chosen          1 of 4 exchanges', 'Exchanges             1 complete', '  PUBLISH QoS 1       1        1', '',
    ])
    expect((await flows('-q', '--open', '-Y', 'mqtt.qos == 1', 'late.pcap')).stdout).toContain('Filter          mqtt.qos == 1\nChosen          without an end: 1 of 4 exchanges\n')
  })

  test.each([
    ['mqtt.msgtype == PUBLISH', [
      'mqtt.msgtype == PUBLISH', '^~~~~~~~~~~~', 'mqtt.msgtype is a field of packets: use it with mqtap read -Y. Did you mean mqtt.exchange.kind?',
    ]],
    ['mqtt.exchange.tim > 1', ['mqtt.exchange.tim > 1', '^~~~~~~~~~~~~~~~~', 'No field is named mqtt.exchange.tim. Did you mean mqtt.exchange.time?']],
  ])('a mistake is shown where it is: %s', async (filter, lines) => {
    const { code, stdout, stderr } = await flows('-Y', filter, 'late.pcap')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toEqual(['mqtap: the filter (-Y) has a mistake', ...lines])
  })
})

const captures = readdirSync(path.join(ROOT, 'fixtures/captures')).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name)).map((name) => `fixtures/captures/${name}`)

describe('in all captures, -Y lets through what the objects say', () => {
  interface Shown {
    readonly number: number
    readonly kind: string
    readonly initiator: string
    readonly outcome: string
    readonly reasonCode: number | null
    readonly steps: readonly { readonly frame: number }[]
    readonly durationMs: number | null
    readonly legsMs: readonly number[]
    readonly retransmitted: number
    readonly version: string | null
    readonly certainty: string
  }

  let all: readonly Shown[] = []
  beforeAll(async () => {
    all = ndjson((await run(['flows', '-f', 'ndjson', ...captures])).stdout) as unknown as Shown[]
  })

  test.each<[string, (exchange: Shown) => boolean]>([
    ['mqtt.exchange.time > 0.04', ({ durationMs }) => durationMs !== null && durationMs > 40],
    ['mqtt.exchange.leg > 0.04 && !(mqtt.exchange.time > 0.0415)', ({ durationMs, legsMs }) => legsMs.some((leg) => leg > 40) && durationMs! <= 41.5],
    ['mqtt.exchange.outcome == failed && mqtt.exchange.reason_code >= 0x80', ({ outcome, reasonCode }) => outcome === 'failed' && reasonCode !== null && reasonCode >= 0x80],
    ['mqtt.exchange.certainty != certain', ({ certainty }) => certainty !== 'certain'],
    ['mqtt.exchange.initiator == server && mqtt.exchange.retransmitted == 0', ({ initiator, retransmitted }) => initiator === 'server' && retransmitted === 0],
    ['mqtt.exchange.packets > 2', ({ steps }) => steps.length > 2],
    ['mqtt.qos == 2', ({ kind }) => kind === 'publish-qos2'],
    ['mqtt.version == "5.0" and mqtt.exchange.kind == authenticate', ({ version, kind }) => version === '5.0' && kind === 'authenticate'],
    ['frame.number < 20', ({ steps }) => steps.some(({ frame }) => frame < 20)],
  ])('%s', async (filter, holds) => {
    const numbers = all.filter(holds).map(({ number }) => number)
    expect(numbers.length).toBeGreaterThan(0)
    const { stdout } = await run(['flows', '-f', 'ndjson', '-Y', filter, ...captures])
    expect(ndjson(stdout).map(({ number }) => number)).toEqual(numbers)
  })
})

describe('formats', () => {
  const differences = checkAgainst(EXCHANGE_SCHEMA)

  test('ndjson of all captures is what the schema says', async () => {
    const exchanges = ndjson((await run(['flows', '-f', 'ndjson', ...captures])).stdout)
    expect(exchanges.flatMap(differences)).toEqual([])
    expect(new Set(exchanges.map(({ kind }) => kind))).toEqual(new Set(['connect', 'publish-qos1', 'publish-qos2', 'subscribe', 'unsubscribe', 'ping', 'authenticate']))
    expect(new Set(exchanges.map(({ number }) => number)).size).toBe(exchanges.length)
  })

  test('json is an array of the same objects', async () => {
    const [json, lines] = await Promise.all([run(['flows', '-fjson', QMQTT]), run(['flows', '-fndjson', QMQTT])])
    expect(JSON.parse(json.stdout)).toEqual(ndjson(lines.stdout))
  })

  test('json of none is an empty array', async () => {
    expect((await flows('-f', 'json', 'qos0.pcap')).stdout).toBe('[]\n')
  })

  test('csv has a line of names and one for each exchange', async () => {
    expect((await run(['flows', '-f', 'csv', QMQTT])).stdout.trimEnd().split('\n')).toHaveLength(24)
  })

  test('hostile text', async () => {
    for (const format of ['line', 'ndjson', 'json']) {
      const { stdout } = await flows('-f', format, 'hostile.pcap')
      expect(stdout).toContain('owned')
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
  })
})

describe('input', () => {
  test('several files are one capture', async () => {
    const exchanges = await objects('late.pcap', 'refused.pcap')
    expect(exchanges.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5])
    expect(exchanges.find(({ outcome }) => outcome === 'failed')).toMatchObject({ number: 5, stream: 1, steps: [{ frame: 8 }, { frame: 9 }] })
  })

  test('an exchange goes on in the next file', async () => {
    const rest = [...LATE.slice(0, 3), LATE[4]!]
    const whole = pcap(rest)
    const lengths = rest.map(({ payload }) => 16 + 54 + payload.length)
    const cut = 24 + lengths[0]! + lengths[1]! + lengths[2]!
    writeFileSync(file('ring-0.pcap'), whole.subarray(0, cut))
    writeFileSync(file('ring-1.pcap'), Buffer.concat([whole.subarray(0, 24), whole.subarray(cut)]))
    expect(await objects('--slow', '100', 'ring-0.pcap', 'ring-1.pcap')).toMatchObject([{ outcome: 'complete', durationMs: 250.5 }])
  })

  test('- is standard input', async () => {
    const { code, stdout } = await run(['flows', '-f', 'ndjson', '-'], { stdin: pcap(LATE) })
    expect(code).toBe(0)
    expect(ndjson(stdout)).toHaveLength(4)
  })

  test('--port', async () => {
    expect((await flows('other-port.pcap')).stderr).toContain('no MQTT in 3 frames: is it on another port? --port names')
    expect((await flows('--port', '2000-2010', 'other-port.pcap')).stdout).toContain('PUBLISH QoS 1     7 ')
  })

  test('--mqtt-version, where no CONNECT tells it', async () => {
    expect(await objects('--port', '2005', '--mqtt-version', '5', 'other-port.pcap')).toMatchObject([{ version: '5.0' }])
  })

  test('no MQTT at all is said', async () => {
    const { code, stdout, stderr } = await flows('no-mqtt.pcap')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(/^mqtap: no MQTT in 1 frame/)
  })

  test('MQTT without an exchange: nothing to say', async () => {
    expect(await flows('qos0.pcap')).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

describe('exit codes', () => {
  test.each([
    ['clean', ['late.pcap'], 0],
    ['failed exchanges are no failure of ours', ['refused.pcap'], 0],
    ['a file that is not there', ['nope.pcap'], 3],
    ['a file that is cut off', ['cut.pcap'], 3],
    ['an empty file', ['empty.pcap'], 3],
    ['a missing file among others', ['nope.pcap', 'late.pcap'], 3],
  ])('%s', async (_name, args, code) => {
    expect((await flows('-q', ...args)).code).toBe(code)
  })

  test('what could be read is reported', async () => {
    const { stdout, stderr } = await flows('cut.pcap')
    expect(stdout.trimEnd().split('\n')).toHaveLength(4)
    expect(stderr).toMatch(/^mqtap: cut\.pcap: the file ends inside a packet record/)
  })
})

describe('mistakes of the command line are one clear sentence', () => {
  test.each([
    [[], /^mqtap: give a capture file, or - for standard input\nmqtap flows --help tells more\.\n$/],
    [['-f', 'detail', 'x'], /^mqtap: -f detail: choose one of line, ndjson, json, csv, mermaid\n$/],
    [['--slow', 'x'], /^mqtap: --slow x: a number of milliseconds is needed/],
    [['x', '--slow'], /^mqtap: --slow needs a value\n/],
    [['--slow', '250ms', 'x'], /^mqtap: --slow 250ms: a number of milliseconds is needed, with at most six decimals\n/],
    [['--slow', '-5', 'x'], /^mqtap: --slow -5: a number of milliseconds/],
    [['--slow', '1e3', 'x'], /^mqtap: --slow 1e3: a number of milliseconds/],
    [['--slow', '0.0000001', 'x'], /^mqtap: --slow 0\.0000001: a number of milliseconds/],
    [['--slow', '1', '--slow', '2', 'x'], /^mqtap: --slow is given 2 times; give it once\n$/],
    [['-Y', 'mqtt.exchange', '-Y', 'tcp', 'x'], /^mqtap: -Y is given 2 times; give it once\n$/],
    [['x', '-Y'], /^mqtap: -Y needs a value\n/],
    [['-w', 'out.pcapng', 'x'], /^mqtap: there is no option -w\n/],
    [['--fail', 'x'], /^mqtap: there is no option --fail\n/],
    [['-t', 'yesterday', 'x'], /^mqtap: --time yesterday: there is no such form of time\n/],
    [['--port', '80-', 'x'], /^mqtap: --port 80-: "80-" is neither a port nor a range/],
    [['-', '-'], /^mqtap: standard input \(-\) can be read only once\n$/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await flows(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('a command that is nearly flows', async () => {
    expect((await run(['flow', 'x'])).stderr).toContain('Did you mean mqtap flows?')
  })
})

describe('as a part of a pipe', () => {
  test('a reader that goes is no error', async () => {
    const child = start(['flows', '-f', 'ndjson', ...Array.from({ length: 80 }, () => QMQTT)])
    child.stdout.once('data', () => child.stdout.destroy())
    expect(await ended(child)).toMatchObject({ code: 0, stderr: '' })
  })

  test('lines come while the pipe is open, and what is open when it ends comes then', async () => {
    const child = start(['flows', '-'])
    const result = ended(child)
    const first = new Promise<string>((resolve) => child.stdout.once('data', resolve))
    child.stdin.write(pcap(LATE))
    expect(await first).toContain(' CONNECT ')
    child.stdin.end()
    const { code, stdout } = await result
    expect(code).toBe(0)
    expect(stdout).toMatch(/ open +- lost\n$/)
  })

  test('Ctrl-C: the summary so far, exit 130', async () => {
    const child = start(['flows', '-f', 'json', '-'])
    const result = ended(child)
    child.stdin.write(pcap(LATE))
    await new Promise((resolve) => child.stdout.on('data', (text: string) => String(text).includes('"ping"') && resolve(null)))
    child.kill('SIGINT')
    const { code, stdout, stderr } = await result
    expect(code).toBe(130)
    // What is open may yet be answered: nothing is said of it.
    expect(JSON.parse(stdout)).toHaveLength(3)
    expect(stderr).toMatch(/^Exchanges {13}3 complete$/m)
  })
})

describe.skipIf(!requireTool('script'))('on a terminal', () => {
  test('there is a header, and colour', () => {
    const text = execFileSync('script', ['-qec', `${process.execPath} ${PROGRAM} flows refused.pcap`, '/dev/null'], { cwd: folder, env: { PATH: process.env.PATH, TERM: 'xterm' } }).toString()
    expect(text).toMatch(/NO +TIME CLIENT +DIR EXCHANGE/)
    expect(text).toContain('\u001b[1;31mfailed')
  })
})

test('the schema is in what is shipped', () => {
  expect(JSON.parse(readFileSync(path.join(ROOT, 'dist/schema/exchange-1.json'), 'utf8'))).toMatchObject({ $id: 'mqtap.exchange/1' })
})
