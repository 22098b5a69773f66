import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PACKET_SCHEMA } from '../../src/report/schema/packet.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { requireTool } from '../tools.ts'
import { CONNACK_311, CONNECT_311, pcap, publish, session } from './captures.ts'
import { ended, PROGRAM, QMQTT, ROOT, run, start } from './run.ts'

let folder = ''
const file = (name: string) => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  const whole = session(publish('plant/7/temp', '21.5'), publish('plant/7/state', 'on', 0x31), publish('dup', 'x', 0x38))
  writeFileSync(file('small.pcap'), whole)
  writeFileSync(file('clean.pcap'), session(publish('plant/7/temp', '21.5')))
  writeFileSync(file('cut.pcap'), whole.subarray(0, whole.length - 3))
  writeFileSync(file('later.pcap'), pcap([{ fromClient: true, payload: publish('plant/8/temp', '1'), time: 5_000_000 }], 1883, 50_123))
  writeFileSync(file('other-port.pcap'), pcap([{ fromClient: true, payload: publish('a', 'b') }], 2005))
  writeFileSync(file('hostile.pcap'), session(publish('a\u001b]0;owned\u0007\nb\u202e', '\u001b[2J')))
  writeFileSync(file('no-mqtt.pcap'), pcap([{ fromClient: true, payload: new TextEncoder().encode('EHLO example.org\r\n') }], 25))
  writeFileSync(file('3e10'), whole)
  writeFileSync(file('-dash.pcap'), whole)
  writeFileSync(file('empty.pcap'), '')
  writeFileSync(file('page.html'), '<!DOCTYPE html><html></html>')
})
afterAll(() => rmSync(folder, { recursive: true }))

const ndjson = (text: string) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)

describe('what is shown', () => {
  test('one line a packet, its problems below it', async () => {
    const { code, stdout, stderr } = await run(['read', file('small.pcap')])
    const lines = stdout.split('\n')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines.slice(0, 5)).toEqual([
      '     1   0.000000         plc-7      ->  CONNECT             MQTT 3.1.1  plc-7  clean session  keep alive 60 s',
      '     2   0.001000 +1.00ms plc-7      <-  CONNACK             Connection accepted',
      '     3   0.002000 +1.00ms plc-7      ->  PUBLISH           0 plant/7/temp  4 B  "21.5"',
      '     4   0.003000 +1.00ms plc-7      ->  PUBLISH           0 plant/7/state  2 B  retain  "on"',
      '!    5   0.004000 +1.00ms plc-7      ->  PUBLISH           0 dup  1 B  DUP  "x"',
    ])
    expect(lines[5]).toMatch(/^ {5}5 ! error .* \[publish\.dup-on-qos0, .*byte 0\]$/)
    expect(lines.slice(6)).toEqual([''])
  })

  test.each([
    ['-Y', ['-Y', 'mqtt.topic contains "temp"'], ['3']],
    ['-Y with an exclamation mark', ['-Y', '!mqtt.topic'], ['1', '2']],
    ['-Y with a value that begins with a dash', ['-Y', '-1 < mqtt.qos'], ['3', '4', '5']],
    ['--filter=', ['--filter=mqtt.msgtype == CONNECT'], ['1']],
    ['a glued -Y', ['-Ymqtt.retain == 1'], ['4']],
    ['options behind the file', [], ['2'], ['-Y', 'mqtt.msgtype == 2']],
  ])('%s', async (_name, before, numbers, after: string[] = []) => {
    const { stdout } = await run(['read', ...before, file('small.pcap'), ...after])
    expect(stdout.split('\n').map((line) => /^. +(\d+) +\d/.exec(line)?.[1]).filter((number) => number !== undefined)).toEqual(numbers)
  })

  test('-V -x: fields and bytes', async () => {
    const { stdout } = await run(['read', '-V', '-x', '-Y', 'mqtt.msgtype == 2', file('small.pcap')])
    expect(stdout).toMatch(/^Packet 2: CONNACK, 4 bytes, frame 2, time 0\.001000, stream 0, MQTT 3\.1\.1\n {2}10\.0\.0\.2:1883 -> 10\.0\.0\.21:50122, server to client, client plc-7\n/)
    expect(stdout).toContain('  0003    1    Return Code: 0 (Connection accepted)\n')
    expect(stdout).toMatch(/0000 {2}20 02 00 00 +\.\.\.\n$/)
  })

  test.each([
    [['-t', 'e'], '1700000000.002000'],
    [['-t', 'ud'], '2023-11-14 22:13:20.002000'],
    [['--time', 'iso', '--utc'], '2023-11-14T22:13:20.002000Z'],
    [['--time=clock'], '22:13:20.002000'],
  ])('%s', async (options, time) => {
    expect((await run(['read', ...options, file('small.pcap')])).stdout.split('\n')[2]).toContain(` ${time} `)
  })

  test('-q: only a summary', async () => {
    const { code, stdout } = await run(['read', '-q', '--utc', file('small.pcap')])
    expect(code).toBe(0)
    expect(stdout).toBe([
      `File            ${file('small.pcap')}  pcap`, 'Frames          5, 340 bytes, ETHERNET',
      'Time            2023-11-14 22:13:20.000000 to 2023-11-14 22:13:20.004000 UTC (4.00ms)', 'TCP streams     1, of these with MQTT 1', 'MQTT packets    5',
      '  CONNECT               1', '  CONNACK               1', '  PUBLISH               3', 'Problems        ! 1 error', '',
    ].join('\n'))
  })

  test('--header', async () => {
    expect((await run(['read', '--header', file('small.pcap')])).stdout).toMatch(/^ {4}NO +TIME +DELTA CLIENT +DIR PACKET +ID Q INFO\n/)
  })

  test('--payload hex, --payload-bytes', async () => {
    expect((await run(['read', '--payload', 'hex', '--payload-bytes', '2', file('small.pcap')])).stdout).toContain('plant/7/temp  4 B  0x3231…\n')
  })
})

describe('formats', () => {
  const differences = checkAgainst({ ...PACKET_SCHEMA, properties: { ...PACKET_SCHEMA.properties, fields: {} } })

  test('ndjson of a real capture is what the schema says', async () => {
    const packets = ndjson((await run(['read', '-f', 'ndjson', QMQTT])).stdout)
    expect(packets).toHaveLength(59)
    expect(packets.flatMap(differences)).toEqual([])
    expect(packets.map(({ number }) => number)).toEqual(packets.map((_, index) => index + 1))
  })

  test('so is that of all captures', async () => {
    const captures = readdirSync(path.join(ROOT, 'fixtures/captures')).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name))
    const packets = ndjson((await run(['read', '-f', 'ndjson', ...captures.map((name) => `fixtures/captures/${name}`)])).stdout)
    expect(packets.flatMap(differences)).toEqual([])
    expect(new Set(packets.map(({ type }) => type)).size).toBeGreaterThan(14)
    expect(new Set(packets.map(({ version }) => version))).toEqual(new Set(['3.1', '3.1.1', '5.0', null]))
  })

  test('and of one that begins inside a packet', async () => {
    const packets = ndjson((await run(['read', '-f', 'ndjson', 'fixtures/captures/mid-packet.pcap.gz'])).stdout)
    expect(packets.flatMap(differences)).toEqual([])
    expect(packets.filter(({ type }) => type === 'UNFRAMED')).toMatchObject([{ reason: 'mid-stream', fields: {}, problems: [] }])
  })

  test('json is an array of the same objects', async () => {
    const [json, lines] = await Promise.all([run(['read', '-fjson', QMQTT]), run(['read', '-fndjson', QMQTT])])
    expect(JSON.parse(json.stdout)).toEqual(ndjson(lines.stdout))
  })

  test('csv has a line of names and one for each packet', async () => {
    expect((await run(['read', '-f', 'csv', QMQTT])).stdout.trimEnd().split('\n')).toHaveLength(60)
  })

  test.each([
    ['-f fields -e … -e …', ['-f', 'fields', '-e', 'frame.number', '-e', 'mqtt.topic']],
    ['a list with commas', ['-f', 'fields', '-e', 'frame.number,mqtt.topic']],
    ['-e alone says the format', ['-e', 'frame.number', '-e', 'mqtt.topic']],
    ['glued', ['-eframe.number', '-emqtt.topic']],
  ])('fields: %s', async (_name, options) => {
    expect((await run(['read', ...options, file('small.pcap')])).stdout).toBe('1\t\n2\t\n3\tplant/7/temp\n4\tplant/7/state\n5\tdup\n')
  })

  test('fields: unframed bytes are no packet, unless they are asked for', async () => {
    const bytes = pcap([{ fromClient: true, payload: publish('a', 'b').subarray(1) }, { fromClient: true, payload: publish('a', 'b') }])
    writeFileSync(file('mid.pcap'), bytes)
    const without = await run(['read', '-e', 'mqtt.msgtype', file('mid.pcap')])
    const asked = await run(['read', '-e', 'mqtt.unframed.reason', '-e', 'mqtt.msgtype', file('mid.pcap')])
    expect(without.stdout).toBe('3\n')
    expect(asked.stdout).toBe('mid-stream\t\n\t3\n')
  })
})

describe('input', () => {
  test.each([
    ['a file without a command', (): [string[], undefined] => [[file('small.pcap')], undefined], 5],
    ['a file that is named like a number', () => [[file('3e10')], undefined], 5],
    ['- is standard input', () => [['read', '-'], session(publish('a', 'b'))], 3],
    ['- without a command', () => [['-'], session(publish('a', 'b'))], 3],
    ['- behind options', () => [['-Y', 'mqtt', '-'], session(publish('a', 'b'))], 3],
    ['several files are one capture', () => [['read', file('small.pcap'), file('later.pcap')], undefined], 6],
  ] as [string, () => [string[], Uint8Array | undefined], number][])('%s', async (_name, make, packets) => {
    const [args, stdin] = make()
    const { code, stdout } = await run([...args, '-f', 'ndjson'], stdin === undefined ? {} : { stdin })
    expect(code).toBe(0)
    expect(ndjson(stdout)).toHaveLength(packets)
  })

  test.each([
    ['a number as its whole name', ['read', '-q', '3e10'], '3e10'],
    ['a name with a dash in front, behind --', ['read', '-q', '--', '-dash.pcap'], '-dash.pcap'],
  ])('%s', async (_name, args, name) => {
    expect((await run(args, { cwd: folder })).stdout).toContain(`File            ${name}  pcap\n`)
  })

  test('several files: frames and times go on', async () => {
    const packets = ndjson((await run(['read', '-f', 'ndjson', file('small.pcap'), file('later.pcap')])).stdout)
    expect(packets[5]).toMatchObject({ number: 6, frame: 6, time: '1700000005.000000000' })
  })

  test('--port', async () => {
    expect((await run(['read', file('other-port.pcap')])).stderr).toContain('no MQTT in 1 frame: is it on another port? --port names')
    expect((await run(['read', '--port', '1883,2000-2010', file('other-port.pcap')])).stdout).toContain('PUBLISH')
  })

  test('connections without their CONNECT to a port that carries MQTT are told where they are left out', async () => {
    const name = file('own-port.pcap')
    const [begun, later] = [pcap([{ fromClient: true, payload: CONNECT_311 }, { fromClient: false, payload: CONNACK_311 }], 18_831), pcap([{ fromClient: true, payload: publish('a', 'b') }], 18_831, 50_123)]
    writeFileSync(name, Buffer.concat([later, begun.subarray(24)]))
    const sentence = 'mqtap: port 18831 carries MQTT, and 1 connection to it that began before the capture was left out: --port 18831 reads it\n'
    for (const command of ['read', 'connections', 'stats', 'report']) expect((await run([command, name])).stderr).toBe(sentence)
    expect(await run(['read', '--port', '18831', name])).toMatchObject({ stdout: expect.stringContaining('PUBLISH'), stderr: '' })
  })

  test('--mqtt-version, where no CONNECT tells it', async () => {
    const version = async (options: string[]) => ndjson((await run(['read', '-f', 'ndjson', ...options, file('later.pcap')])).stdout)[0]
    expect(await version(['--mqtt-version', '5'])).toMatchObject({ version: '5.0', versionCertainty: 'given' })
    expect(await version(['--mqtt-version', '3.1'])).toMatchObject({ version: '3.1', versionCertainty: 'given' })
  })

  test('no MQTT at all is said', async () => {
    const { code, stdout, stderr } = await run(['read', file('no-mqtt.pcap')])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(/^mqtap: no MQTT in 1 frame/)
  })

  test('nor is another port proposed where connections to the port of MQTT were refused', async () => {
    const name = path.join(folder, 'refused-by-tcp.pcap')
    writeFileSync(name, pcap([{ fromClient: true, payload: new Uint8Array(0) }, { fromClient: false, payload: new Uint8Array(0) }]))
    expect((await run(['read', name])).stderr).toBe('mqtap: no MQTT in 2 frames: nothing was sent on its ports; mqtap connections tells why\n')
  })

  test.each([
    ['TLS, on the port of MQTT', 1883, '16030100', '1 of 1 TCP connection carries TLS, which mqtap cannot look into'],
    ['TLS, on another port', 8883, '16030100', '1 of 1 TCP connection carries TLS, which mqtap cannot look into'],
    ['a WebSocket', 9001, Buffer.from('GET /mqtt').toString('hex'), '1 of 1 TCP connection carries HTTP or WebSocket, which mqtap cannot look into'],
  ])('and why, where there is %s', async (_name, port, hex, reason) => {
    const name = path.join(folder, 'inside.pcap')
    writeFileSync(name, pcap([{ fromClient: true, payload: Buffer.from(hex, 'hex') }], port))
    expect((await run(['read', name])).stderr).toBe(`mqtap: no MQTT in 1 frame: ${reason}\n`)
    expect((await run(['read', '-q', name])).stdout).toMatch(/^TCP streams {5}1, of these with MQTT 0, (?:TLS|HTTP or WebSocket) 1$/m)
  })
})

describe('exit codes', () => {
  test.each([
    ['clean', ['clean.pcap'], 0],
    ['problems, but nobody asked to fail', ['small.pcap'], 0],
    ['--fail-on error', ['--fail-on', 'error', 'small.pcap'], 1],
    ['--fail-on note', ['--fail-on', 'note', 'small.pcap'], 1],
    ['--fail-on on a clean capture', ['--fail-on', 'note', 'clean.pcap'], 0],
    ['--fail-on counts what is shown', ['--fail-on', 'error', '-Y', 'mqtt.topic == "plant/7/temp"', 'small.pcap'], 0],
    ['a file that is not there', ['nope.pcap'], 3],
    ['a file that is cut off', ['cut.pcap'], 3],
    ['unreadable is worse than findings', ['--fail-on', 'note', 'cut.pcap', 'small.pcap'], 3],
    ['an empty file', ['empty.pcap'], 3],
    ['a file that is no capture', ['page.html'], 3],
    ['a folder', ['.'], 3],
    ['a missing file among others', ['nope.pcap', 'clean.pcap'], 3],
  ])('%s', async (_name, args, code) => {
    expect((await run(['read', '-q', ...args], { cwd: folder })).code).toBe(code)
  })

  describe('a compressed file that is cut off, behind a sound one, is told by its name, wherever it is cut', () => {
    test.each([
      ['gzip', 'gz', 'the gzip data is cut off'],
      ['zstd', 'zst', 'the zstd data is cut off'],
      ['lz4', 'lz4', 'the lz4 data is damaged or cut off'],
    ])('%s', async (tool, suffix, words) => {
      if (!requireTool(tool)) return
      const whole = execFileSync(tool, ['-c', path.join(ROOT, QMQTT)], { stdio: ['ignore', 'pipe', 'ignore'] })
      for (const length of [5, 40, 600, 1_000, whole.length - 30, whole.length - 8, whole.length - 1]) {
        const cut = file(`cut-${length}.pcap.${suffix}`)
        writeFileSync(cut, whole.subarray(0, length))
        const { code, stderr } = await run(['read', '-q', 'clean.pcap', cut], { cwd: folder })
        const [sentence, ...more] = stderr.trimEnd().split('\n')
        expect({ length, code, more }).toEqual({ length, code: 3, more: [] })
        expect(sentence).toMatch(new RegExp(`^mqtap: ${cut}: ${words}; (no frame came before it|the \\d+ frames before it were read)$`))
      }
      const { code, stderr } = await run(['read', '-q', '-'], { stdin: whole.subarray(0, 600) })
      expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(new RegExp(`^mqtap: standard input: ${words}; .* it.*\n$`)) })
    })
  })

  test('a pipe that was ended inside a record is no unreadable input, but it is said', async () => {
    const { code, stderr } = await run(['read', '-q', '-'], { stdin: readFileSync(file('cut.pcap')) })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^mqtap: standard input: the file ends inside a packet record/) })
  })

  test.each([
    ['read', '-q'], ['stats'], ['flows', '-q'], ['connections', '-q'],
  ])('of what could not be read there is no summary: %s %s', async (...args) => {
    for (const name of ['nope.pcap', 'empty.pcap', '.']) {
      const { stdout, stderr } = await run([...args, name], { cwd: folder })
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^mqtap: .+\n$/)
    }
  })

  test('a program gets its object all the same', async () => {
    const { code, stdout } = await run(['stats', '-f', 'json', 'nope.pcap'], { cwd: folder })
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'mqtap.stats/1', capture: { frames: 0 } })
  })

  test('what could be read is reported', async () => {
    const { stdout } = await run(['read', file('nope.pcap'), file('cut.pcap')])
    expect(stdout.split('\n').filter((line) => /^. +\d/.test(line))).toHaveLength(4)
  })
})

describe('mistakes of the command line are one clear sentence', () => {
  test.each([
    [[], /^mqtap: give a capture file, or - for standard input\n/],
    [['read'], /^mqtap: give a capture file/],
    [['raed', 'x.pcap'], /^mqtap: there is no command raed, and no file of that name\nDid you mean mqtap read\?\n$/],
    [['read', '--colr', 'always', 'x'], /^mqtap: there is no option --colr\nDid you mean --color\?\n$/],
    [['read', '-Z', 'x'], /^mqtap: there is no option -Z\n/],
    [['read', '-f', 'jsn', 'x'], /^mqtap: -f jsn: choose one of line, .*\nDid you mean json\?\n$/],
    [['read', '-f', 'json', '-f', 'csv', 'x'], /^mqtap: -f is given 2 times; give it once\n$/],
    [['read', '-f', 'fields', 'x'], /^mqtap: -f fields needs the fields: -e NAME\n/],
    [['read', '-e', 'mqtt.topc', 'x'], /^mqtap: -e mqtt\.topc: there is no such field\nDid you mean mqtt\.topic\?\n$/],
    [['read', '-f', 'csv', '-e', 'mqtt.topic', 'x'], /^mqtap: -e goes with -f fields, not with -f csv\n$/],
    [['read', '-V', '-f', 'csv', 'x'], /^mqtap: -V is -f detail/],
    [['read', '-x', '-f', 'csv', 'x'], /^mqtap: -x goes with -f line/],
    [['read', '-Y', 'mqtt.topc == "a"', 'x'], /^mqtap: the filter \(-Y\) has a mistake\nmqtt\.topc == "a"\n\^~~~~~~~~\n.*Did you mean mqtt\.topic\?\n$/],
    [['read', '-Y', 'mqtt.exchange.time > 1', 'x'], /^mqtap: the filter \(-Y\) has a mistake\n.*\n\^~+\nmqtt\.exchange\.time is a field of exchanges: use it with mqtap flows -Y\.\n$/],
    [['read', '-e', 'mqtt.exchange.time', 'x'], /^mqtap: -e mqtt\.exchange\.time: this is a field of exchanges, and -e prints those of packets\nmqtap flows -Y takes it\.\n$/],
    [['read', '-Y'], /^mqtap: -Y needs a value\n/],
    [['read', 'x', '--payload'], /^mqtap: --payload needs a value\n/],
    [['read', '-t', 'yesterday', 'x'], /^mqtap: --time yesterday: there is no such form of time\nChoose one of\n {2}r, relative /],
    [['read', '--port', '80-', 'x'], /^mqtap: --port 80-: "80-" is neither a port nor a range/],
    [['read', '--mqtt-version', '6', 'x'], /^mqtap: --mqtt-version 6: choose one of 3\.1, 3\.1\.1, 5\.0\n$/],
    [['read', '--payload-bytes', '-5', 'x'], /^mqtap: --payload-bytes -5: a whole number from 0 to/],
    [['read', '--payload-bytes', '1e3', 'x'], /^mqtap: --payload-bytes 1e3: a whole number/],
    [['read', '--fail-on', 'errors', 'x'], /^mqtap: --fail-on errors: choose one of .*\nDid you mean error\?\n$/],
    [['read', '-w', '-', 'x'], /^mqtap: -w needs the name of a file/],
    [['read', '-', '-'], /^mqtap: standard input \(-\) can be read only once\n$/],
    [['fields', 'xyzzy'], /^mqtap: no field is called anything like xyzzy\n$/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('a file that is not there', async () => {
    expect(await run(['read', 'nope.pcap'])).toEqual({ code: 3, stdout: '', stderr: 'mqtap: there is no file nope.pcap\n' })
  })

  test('a hostile file name does not reach the terminal raw', async () => {
    expect((await run(['read', 'a\u001b[2J.pcap'])).stderr).toBe('mqtap: there is no file a\\x1b[2J.pcap\n')
  })
})

describe('-w', () => {
  const numbers = (text: string) => ndjson(text).map(({ fields }) => (fields as { topicName?: string }).topicName)

  test('writes the frames of what is shown', async () => {
    const { code, stdout } = await run(['read', '-f', 'ndjson', '-Y', 'mqtt.topic', '-w', file('out.pcapng'), file('small.pcap'), file('later.pcap')])
    expect(code).toBe(0)
    expect(ndjson(stdout)).toHaveLength(4)
    const again = await run(['read', '-f', 'ndjson', file('out.pcapng')])
    expect(numbers(again.stdout)).toEqual(['plant/7/temp', 'plant/7/state', 'dup', 'plant/8/temp'])
    expect(ndjson(again.stdout).map(({ frame, time }) => [frame, time])).toEqual([
      [1, '1700000000.002000000'], [2, '1700000000.003000000'], [3, '1700000000.004000000'], [4, '1700000005.000000000'],
    ])
  })

  test('all segments of a packet', async () => {
    const large = publish('t', 'x'.repeat(100))
    const cut = [large.subarray(0, 1), large.subarray(1, 50), large.subarray(50)].map((payload) => ({ fromClient: true, payload }))
    writeFileSync(file('cut-up.pcap'), pcap([{ fromClient: true, payload: CONNECT_311 }, { fromClient: false, payload: CONNACK_311 }, ...cut]))
    await run(['read', '-q', '-Y', 'mqtt.topic == "t"', '-w', file('out.pcapng'), file('cut-up.pcap')])
    expect((await run(['read', '-q', file('out.pcapng')])).stdout).toMatch(/^Frames {10}3, /m)
  })

  test('tells how the connections of what is shown began and ended, so that nobody is accused who was not before', async () => {
    const capture = 'fixtures/captures/keep-alive.pcap'
    await run(['read', '-q', '-w', file('all.pcapng'), capture])
    await run(['read', '-q', '-Y', 'mqtt.clientid == "silent-4"', '-w', file('one.pcapng'), capture])
    const ends = async (name: string) => ndjson((await run(['connections', '-f', 'ndjson', name])).stdout).map(({ clientId, opened, closed, closedBy, closeReason }) => ({ clientId, opened, closed, closedBy, closeReason }))
    const before = await ends(capture)
    expect(before.length).toBeGreaterThan(3)
    expect(await ends(file('all.pcapng'))).toEqual(before)
    expect(await ends(file('one.pcapng'))).toEqual(before.filter(({ clientId }) => clientId === 'silent-4'))
    const rules = async (name: string) => (JSON.parse((await run(['report', '-f', 'json', name])).stdout) as { findings: { rule: string }[] }).findings.map(({ rule }) => rule)
    expect(await rules(file('all.pcapng'))).toEqual(await rules(capture))
  })

  test('from standard input, and leaves no temporary file', async () => {
    const temporary = path.join(folder, 'temporary')
    execFileSync('mkdir', [temporary])
    const { code } = await run(['read', '-q', '-w', file('piped.pcapng'), '-'], { stdin: session(publish('a', 'b')), env: { TMPDIR: temporary } })
    expect(code).toBe(0)
    expect((await run(['read', '-q', file('piped.pcapng')])).stdout).toMatch(/^MQTT packets {4}3$/m)
    expect(readdirSync(temporary)).toEqual([])
  })

  test('nothing shown: a capture without frames', async () => {
    expect((await run(['read', '-q', '-Y', 'mqtt.topic == "none"', '-w', file('none.pcapng'), file('small.pcap')])).code).toBe(0)
    expect((await run(['read', '-q', file('none.pcapng')])).stdout).toMatch(/^Frames {10}0, /m)
  })

  test('never onto an input', async () => {
    const before = readFileSync(file('small.pcap'))
    const { code, stderr } = await run(['read', '-w', './small.pcap', file('small.pcap')], { cwd: folder })
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'mqtap: ./small.pcap is one of the files that are read; write to another one\n' })
    expect(readFileSync(file('small.pcap'))).toEqual(before)
  })

  test('into a folder that is not there', async () => {
    const { code, stderr } = await run(['read', '-w', file('none/out.pcapng'), file('small.pcap')])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^mqtap: .*there is no such folder\n$/) })
  })

  test('a mistake of the command line leaves the old file', async () => {
    writeFileSync(file('old.pcapng'), 'old')
    await run(['read', '-w', file('old.pcapng'), '-Y', 'nonsense ==', file('small.pcap')])
    expect(readFileSync(file('old.pcapng'), 'utf8')).toBe('old')
  })

  test.skipIf(!requireTool('tshark'))('tshark reads the same packets in it', async () => {
    await run(['read', '-q', '-w', file('tshark.pcapng'), QMQTT])
    const read = (name: string) => execFileSync('tshark', ['-r', name, '-Y', 'mqtt', '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'mqtt.msgtype', '-e', 'mqtt.topic'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] })
    expect(read(file('tshark.pcapng')).toString()).toBe(read(QMQTT).toString())
  })
})

describe('as a part of a pipe', () => {
  test('a reader that goes is no error', async () => {
    const child = start(['read', '-f', 'ndjson', ...Array.from({ length: 40 }, () => QMQTT)])
    child.stdout.once('data', () => child.stdout.destroy())
    const { code, stderr } = await ended(child)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('lines come while the pipe is open', async () => {
    const child = start(['read', '-f', 'ndjson', '-'])
    const result = ended(child)
    const whole = session(publish('a', 'b'))
    const first = new Promise<string>((resolve) => child.stdout.once('data', resolve))
    child.stdin.write(whole)
    expect(await first).toContain('"type":"CONNECT"')
    child.stdin.end()
    expect((await result).code).toBe(0)
  })

  test('Ctrl-C: the summary so far, exit 130', async () => {
    const child = start(['read', '-'])
    const result = ended(child)
    child.stdin.write(session(publish('a', 'b')))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGINT')
    const { code, stdout, stderr } = await result
    expect(code).toBe(130)
    expect(stdout.trimEnd().split('\n')).toHaveLength(3)
    expect(stderr).toMatch(/^MQTT packets {4}3$/m)
  })

  test('Ctrl-C: JSON is still an array, and -w has what was shown', async () => {
    const child = start(['read', '-f', 'json', '-w', file('interrupted.pcapng'), '-'])
    const result = ended(child)
    child.stdin.write(session(publish('a', 'b')))
    await new Promise((resolve) => child.stdout.on('data', (text: string) => String(text).includes('PUBLISH') && resolve(null)))
    child.kill('SIGINT')
    const { code, stdout } = await result
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toHaveLength(3)
    expect(existsSync(file('interrupted.pcapng'))).toBe(true)
    expect((await run(['read', '-q', file('interrupted.pcapng')])).stdout).toMatch(/^MQTT packets {4}3$/m)
  })
})

describe('hostile text', () => {
  test.each([[['read']], [['read', '-V', '-x']], [['read', '-f', 'ndjson']], [['read', '-e', 'mqtt.topic']]])('%j', async (args) => {
    const { stdout } = await run([...args, file('hostile.pcap')])
    expect(stdout).toContain('owned')
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  })
})

describe.skipIf(!requireTool('script'))('on a terminal', () => {
  const onTerminal = (args: string, env = {}) =>
    execFileSync('script', ['-qec', `${process.execPath} ${PROGRAM} ${args}`, '/dev/null'], { cwd: folder, env: { PATH: process.env.PATH, TERM: 'xterm', ...env } }).toString()

  test('there is a header, and colour', () => {
    const text = onTerminal('read small.pcap')
    expect(text).toMatch(/NO +TIME +DELTA/)
    expect(text).toContain('\u001b[1;31m!')
  })

  test('NO_COLOR is respected', () => {
    expect(onTerminal('read small.pcap', { NO_COLOR: '1' })).not.toContain('\u001b[')
  })

  test('exact formats are made safe', () => {
    for (const format of ['csv', 'fields -e mqtt.topic']) expect(onTerminal(`read -f ${format} hostile.pcap`)).not.toMatch(/[\u001b\u0007\u202e]/)
  })
})
