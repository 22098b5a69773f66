import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireTool } from '../tools.ts'
import { CONNACK_311, CONNECT_311, pcap, publish } from './captures.ts'
import { ended, PROGRAM, run, start } from './run.ts'
import type { Segment } from './captures.ts'

const CAPTURES = 'fixtures/captures/'
const LOST = `${CAPTURES}lost-frames.pcap`

const fromClient = (payload: Uint8Array, time: number): Segment => ({ fromClient: true, payload, time })
const fromServer = (payload: Uint8Array, time: number): Segment => ({ fromClient: false, payload, time })

/** A CONNECT that takes 1 ms, a PING of 2 ms, and a PUBLISH that is never answered. */
const SHORT = [
  fromClient(CONNECT_311, 0), fromServer(CONNACK_311, 1_000), fromClient(Uint8Array.of(0xc0, 0), 2_000), fromServer(Uint8Array.of(0xd0, 0), 4_000),
  fromClient(publish('a', '\0\u0001', 0x32), 5_000),
]
const HOSTILE = [...SHORT.slice(0, 2), fromClient(publish('a\u001b]0;owned\u0007\nb\u202e;%%{init: {}}%%', 'x'), 2_000)]

let folder = ''
const file = (name: string) => path.join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  writeFileSync(file('short.pcap'), pcap(SHORT))
  writeFileSync(file('hostile.pcap'), pcap(HOSTILE))
  writeFileSync(file('no-packets.pcap'), pcap([]))
  writeFileSync(file('no-mqtt.pcap'), pcap([fromClient(new TextEncoder().encode('EHLO example.org\r\n'), 0)], 25))
  writeFileSync(file('empty.pcap'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const here = (...args: string[]) => run(['flows', ...args], { cwd: folder })
const there = (...args: string[]) => run(['flows', ...args])
const titles = (stdout: string) => stdout.split('\n').filter((line) => / stream \d+/.test(line)).map((line) => line.split('  ')[0])

describe('--ladder', () => {
  test('a capture that begins behind the TCP handshake', async () => {
    const { code, stdout, stderr } = await here('--ladder', 'short.pcap')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toEqual([
      'plc-7  MQTT 3.1.1  stream 0  10.0.0.21:50122 -> 10.0.0.2:1883',
      '    TIME   plc-7                         broker  EXCHANGE',
      '           |     began before the capture     |',
      '0.000000   |-- CONNECT clean ka 60 s -------->|  .',
      "0.001000   |<-- CONNACK Connection accepted --|  '--    1.000 ms 1 connect",
      '0.002000   |-- PINGREQ ---------------------->|  .',
      "0.004000   |<--------------------- PINGRESP --|  '--    2.000 ms 2 ping",
      '0.005000   |-- PUBLISH #1 q1 a 0 B ---------->|  .',
      "0.005000 ~ |    capture ends, no PUBACK #1    |  '-- 3 qos1  open",
      '',
    ])
  })

  test('each connection, those of a client after one another, a blank line between them', async () => {
    const { stdout } = await there('--ladder', `${CAPTURES}broker-restart.pcap`)
    // The last two came while the broker was away.
    expect(titles(stdout)).toEqual(['patient-3.1.1', 'patient-3.1.1', 'patient-5.0', 'patient-5.0', 'editor', 'editor', '127.0.0.1:52730', '127.0.0.1:52744'])
    expect(stdout.match(/^$/gm)).toHaveLength(8)
    expect(stdout).toMatch(/\|\.\. TCP SYN \.+>\| +not answered\n.*\|<\.+ TCP RST \.\.\| +refused\n$/)
  })

  test.each<[string[], string[]]>([
    [['--client', 'plc-7'], ['plc-7']],
    [['--client', 'historian'], ['historian', 'historian']],
    [['--client', '127.0.0.1:53300'], ['historian']],
    [['--client', '127.0.0.1'], ['panel', 'plc-7', 'historian', 'historian']],
    [['--stream', '0'], ['panel']],
    [['--client', 'historian', '--stream', '3'], ['historian']],
    [['--slow', '43', '--client', 'plc-7'], ['plc-7']],
    [['--failed'], []],
  ])('%j', async (options, expected) => {
    const { code, stdout, stderr } = await there('--ladder', ...options, LOST)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(titles(stdout)).toEqual(expected)
  })

  test('--slow: only packets of what took that long', async () => {
    const { stdout } = await there('--ladder', '--slow', '43', '--stream', '1', LOST)
    expect(stdout.match(/PUB[A-Z]+ #\d+/g)).toEqual(['PUBLISH #3', 'PUBREC #3', 'PUBREL #3', 'PUBCOMP #3'])
  })

  test('--no-pings', async () => {
    expect((await here('--ladder', '--no-pings', 'short.pcap')).stdout).not.toContain('PING')
    expect((await here('--ladder', '--pings', 'short.pcap')).stdout).toContain('PINGREQ')
    // A list knows it too.
    expect((await here('--no-pings', 'short.pcap')).stdout.split('\n')).toHaveLength(3)
  })

  test.each([
    [['-t', 'e'], '1700000000.005000   |-- PUBLISH'],
    [['--time', 'iso', '--utc'], '2023-11-14T22:13:20.005000Z   |-- PUBLISH'],
    [['-t', 'd'], '0.001000   |-- PUBLISH'],
  ])('%j', async (options, text) => {
    expect((await here('--ladder', ...options, 'short.pcap')).stdout).toContain(text)
  })

  test('--width, --no-header, --color', async () => {
    const wide = (await here('--ladder', '--width', '120', '--no-header', 'short.pcap')).stdout.split('\n')
    expect(wide[1]).toMatch(/^ +\| +began before the capture +\|$/)
    expect(wide[2]).toHaveLength(73)
    const { stdout } = await here('--ladder', '--color', 'always', 'short.pcap')
    expect(stdout).toContain('\u001b[36m|--\u001b[0m PUBLISH #1 q1 a 0 B \u001b[36m---------->|\u001b[0m')
    expect((await run(['flows', '--ladder', 'short.pcap'], { cwd: folder, env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
  })

  test('nothing from the wire steers the terminal', async () => {
    const { stdout } = await here('--ladder', '--width', '120', 'hostile.pcap')
    expect(stdout).toContain('PUBLISH q0 "a\\x1b]0;owned\\x07\\x0ab\\u{202e};')
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  })

  test('-q: the summary, of those chosen', async () => {
    const { stdout } = await there('--ladder', '-q', '--client', 'plc-7', '--no-pings', LOST)
    expect(stdout).toContain('Chosen          client plc-7; without pings: 14 of 30 exchanges\n')
  })

  test('Ctrl-C: what there is so far, exit 130', async () => {
    const child = start(['flows', '--ladder', '-'])
    const result = ended(child)
    // Nothing is printed before, so that there is nothing to wait for; but more than a pipe holds cannot be written before the beginning was read.
    const padding = Array.from({ length: 20 }, (_, index) => fromClient(new Uint8Array(60_000), index))
    child.stdin.write(pcap(SHORT))
    await new Promise((resolve) => child.stdin.write(pcap(padding, 25).subarray(24), resolve))
    child.kill('SIGINT')
    const { code, stdout } = await result
    expect(code).toBe(130)
    expect(stdout).toMatch(/PUBLISH #1 q1 a 0 B -+>\| {2}\.\n$/)
  })
})

describe('-f mermaid', () => {
  test('is a ladder; of several connections, each begins with a comment', async () => {
    const { code, stdout, stderr } = await there('-f', 'mermaid', '--client', 'twin-3.1.1', `${CAPTURES}takeover.pcap`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`%% twin-3.1.1, MQTT 3.1.1, stream 1, 127.0.0.1:53584 to 127.0.0.1:1883
sequenceDiagram
  participant c as twin-3.1.1
  participant b as broker
  Note over c,b: TCP connection opened (0.015 + 0.012 ms)
  c->>b: CONNECT clean ka 60 s will q0
  b-->>c: CONNACK Connection accepted (0.166 ms)
  Note over c,b: ~ taken over by stream 2
  Note over b: TCP FIN
  Note over c: TCP FIN

%% twin-3.1.1, MQTT 3.1.1, stream 2, 127.0.0.1:53592 to 127.0.0.1:1883
sequenceDiagram
  participant c as twin-3.1.1
  participant b as broker
  Note over c,b: TCP connection opened (0.009 + 0.011 ms)
  c->>b: CONNECT clean ka 60 s
  b-->>c: CONNACK Connection accepted (0.091 ms)
  Note over c,b: takes over from stream 1
  c->>b: PUBLISH #35;1 q1 twin/state 14 B
  b-->>c: PUBACK #35;1 (0.108 ms)
  c->>b: DISCONNECT
  Note over b: TCP FIN
  Note over c: TCP FIN
`)
  })

  test('with --ladder the same', async () => {
    expect((await here('--ladder', '-f', 'mermaid', 'short.pcap')).stdout).toBe((await here('-f', 'mermaid', 'short.pcap')).stdout)
  })

  test('nothing from the wire is more than text', async () => {
    const { stdout } = await here('-f', 'mermaid', 'hostile.pcap')
    expect(stdout).toContain('  c->>b: ~ PUBLISH q0 #34;a#92;x1b#93;0#59;owned#92;x07#92;x0ab#92;u#123;202e#125;#59;#37;#37;#123;init#58; #123;#125;#125;#37;#37;#34; (The Topic Name ')
  })
})

describe('what cannot be shown', () => {
  test.each<[string[], string]>([
    [['--ladder', '--client', 'plc7', LOST], 'mqtap: there is no connection of client plc7 here; did you mean plc-7?\n'],
    [['--ladder', '--client', 'nobody', LOST], 'mqtap: there is no connection of client nobody here; there are panel, plc-7, historian\n'],
    [['--client', 'nobody', LOST], 'mqtap: there is no connection of client nobody here; there are panel, plc-7, historian\n'],
    [['-f', 'mermaid', '--stream', '77', LOST], 'mqtap: there is no connection of stream 77 here; there are streams 0, 1, 2, 3\n'],
  ])('%j', async (args, told) => {
    expect(await there(...args)).toEqual({ code: 0, stdout: '', stderr: told })
  })

  test.each<[string[], string]>([
    [['--ladder', 'no-packets.pcap'], ''],
    [['--ladder', '--client', 'a', 'no-packets.pcap'], ''],
    [['--ladder', 'no-mqtt.pcap'], 'mqtap: no MQTT in 1 frame: is it on another port? --port names the ports that carry MQTT\n'],
  ])('%j: nothing, exit 0', async (args, told) => {
    expect(await here(...args)).toEqual({ code: 0, stdout: '', stderr: told })
  })

  test('an empty file', async () => {
    const { code, stdout } = await here('--ladder', 'empty.pcap')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  test.each<[string[], string, string]>([
    [['--ladder', '-f', 'ndjson', 'short.pcap'], '--ladder is a picture and has no form as ndjson', 'It is text, or a diagram for Markdown with -f mermaid.'],
    [['--ladder', '--width', '30', 'short.pcap'], '--width 30: a ladder needs 40 columns', ''],
    [['--ladder', '--width', 'wide', 'short.pcap'], '--width wide: a whole number from 0 to 1000 is needed', ''],
    [['--ladder', '--stream', 'x', 'short.pcap'], '--stream x: a whole number from 0 to 4294967296 is needed', ''],
    [['--laddr', 'short.pcap'], 'there is no option --laddr', 'Did you mean --ladder?'],
  ])('%j: exit 2', async (args, told, hint) => {
    expect(await here(...args)).toEqual({ code: 2, stdout: '', stderr: `mqtap: ${told}\n${hint === '' ? '' : `${hint}\n`}` })
  })
})

describe.skipIf(!requireTool('script'))('on a terminal', () => {
  const onTerminal = (columns: number) => {
    const command = `stty cols ${columns}; ${process.execPath} ${PROGRAM} flows --ladder short.pcap`
    const text = execFileSync('script', ['-qec', command, '/dev/null'], { cwd: folder, env: { PATH: process.env.PATH, TERM: 'xterm' } }).toString()
    return { text, plain: text.replaceAll(/\u001b\[[\d;]*m|\r/g, '').split('\n') }
  }

  test('as wide as the terminal, in colour', () => {
    expect(onTerminal(80).text).toContain('\u001b[36m|--\u001b[0m PINGREQ \u001b[36m')
    const widths = [60, 80, 132].map((columns) => onTerminal(columns).plain.find((line) => line.includes('PINGREQ'))!.length)
    expect(widths).toEqual([43, 50, 80])
  })
})
