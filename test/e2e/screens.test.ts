/**
 * The terminal screens for real: the built program in a pseudo-terminal, keys typed as a user types them, and the screen read back.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { publish, session } from '../cli/captures.ts'
import { mayMakeNamespaces, Namespaces } from '../support/network-namespaces.ts'
import { requireTool } from '../tools.ts'
import { Pty, requirePty, type PtyOptions } from '../tui/pty.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/mqtap.js', import.meta.url))
const LIVE_TOOLS = ['mosquitto', 'mosquitto_pub', 'mosquitto_sub', 'dumpcap']
const liveReady = mayMakeNamespaces() && LIVE_TOOLS.every((tool) => requireTool(tool))

const run = promisify(execFile)
/** Escape, arrows and the rest, as terminals send them. */
const ESC = '\x1b'
const UP = '\x1b[A'
const DOWN = '\x1b[B'
const ENTER = '\r'
const CTRL_C = '\x03'
const CTRL_F = '\x06'
const CTRL_U = '\x15'
const CTRL_Z = '\x1a'
const BACKSPACE = '\x7f'
/** What puts the screen before the shell's text. */
const ALTERNATE = '\x1b[?1049h'
const CLIENTS = '[1 Clients]'
const PACKETS = '[2 Packets]'
const FLOW = '[3 Flow]'
const FINDINGS = '[4 Findings]'

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/captures/${name}`, import.meta.url))
}

/** The row under the cursor of the list, which is above all other panes. */
function cursorRow(screen: string): string {
  return screen.split('\n').find((row) => row.startsWith('>')) ?? ''
}

function onRow(words: string): (screen: string) => boolean {
  return (screen) => cursorRow(screen).includes(words)
}

/** What the program says without a terminal. */
async function lines(...args: string[]): Promise<string> {
  return (await run(process.execPath, [PROGRAM, ...args], { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, LANG: 'C.UTF-8', TZ: 'UTC' } })).stdout
}

describe.skipIf(!(await requirePty()))('the screens', () => {
  let folder = ''
  let pty: Pty | null = null

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mqtap-screens-'))
  })
  afterEach(async () => {
    await pty?.close()
    pty = null
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  function start(args: readonly string[], options: PtyOptions = {}): Pty {
    return (pty = Pty.start(process.execPath, [PROGRAM, ...args], { cwd: folder, ...options }))
  }

  async function opened(args: readonly string[], options: PtyOptions = {}): Promise<Pty> {
    const screens = start(args, options)
    await screens.waitFor((screen) => screen.includes(CLIENTS) && /EOF/.test(screen))
    return screens
  }

  /** By a shell, as where pipes are. `$0` is node, `$1` the program, what follows are the arguments. */
  function byShell(script: string, args: readonly string[] = [], options: PtyOptions = {}): Pty {
    return (pty = Pty.start('bash', ['--norc', '-c', script, process.execPath, PROGRAM, ...args], { cwd: folder, ...options }))
  }

  /** Types, and waits for what follows from it. */
  async function press(keys: string, wanted: string | ((screen: string) => boolean)): Promise<void> {
    pty!.type(keys)
    await pty!.waitFor(wanted)
  }

  async function expectRestored({ emulator }: Pty): Promise<void> {
    expect(emulator).toMatchObject({ alternate: false, cursorVisible: true, bracketedPaste: false, autowrap: true, scrollback: 0 })
    expect(await emulator.plain()).toBe(true)
  }

  describe('from view to view', () => {
    it('descends to the bytes and climbs back with Escape, and q quits', async () => {
      const screens = await opened([fixture('lost-frames.pcap')])
      expect(screens.emulator).toMatchObject({ alternate: true, cursorVisible: false, clears: 0 })
      expect(cursorRow(screens.screen())).toMatch(/^> panel /)
      await press('j', onRow('plc-7'))
      await press(DOWN, onRow('historian'))
      await press('k', onRow('plc-7'))
      await press(UP, onRow('panel'))
      await press('j', onRow('plc-7'))
      await press(ENTER, FLOW)
      await screens.waitFor(onRow('CONNECT clean'))
      await press('j', onRow('CONNACK'))
      await press(ENTER, PACKETS)
      expect(cursorRow(screens.screen())).toMatch(/^> +8 .* <- CONNACK/)
      await press(ENTER, '─> fields')
      await press('jjj', '[20]')
      expect(screens.screen()).toContain('bytes: 0x0000, 1 byte')
      await press(ENTER, '─> bytes')
      expect(screens.screen()).toContain('[20]')
      await press(ESC, (screen) => !screen.includes('─>') && screen.includes(PACKETS))
      await press(ESC, FLOW)
      expect(cursorRow(screens.screen())).toContain('CONNACK')
      await press(ESC, CLIENTS)
      expect(cursorRow(screens.screen())).toContain('plc-7')
      await press(ESC, 'This is the top: q quits')
      screens.type('q')
      expect(await screens.exited).toEqual({ exitCode: 0, signal: 0 })
      expect(screens.screen()).toMatch(/^mqtap: 80 MQTT packets, 0 errors, 0 warnings, 6 notes$/)
      await expectRestored(screens)
    })

    it('climbs with q, and quits with the last', async () => {
      const screens = await opened(['view', fixture('mosquitto-5.0.pcapng')])
      await press(ENTER, FLOW)
      await screens.waitFor(onRow('|'))
      await press(ENTER, PACKETS)
      await press(ENTER, '─> fields')
      await press('q', (screen) => !screen.includes('─>') && screen.includes(PACKETS))
      await press('q', FLOW)
      await press('q', CLIENTS)
      screens.type('q')
      expect(await screens.exited).toEqual({ exitCode: 0, signal: 0 })
      expect(screens.screen()).toBe('mqtap: 180 MQTT packets, 0 errors, 0 warnings, 5 notes')
      await expectRestored(screens)
    })

    it('brackets the bytes of the field, and the field follows the bytes', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      await press('2', onRow('CONNECT'))
      await press(ENTER, '─> fields')
      await press('jjjjjjj', '04[4d 51 54 54]05')
      expect(screens.screen()).toContain('>     Protocol Name: MQTT')
      await press(ENTER, '─> bytes')
      await press('j', '09[77 61 74 63 68 65 72 2d 30]')
      expect(screens.screen()).toContain('>     Client Identifier: watcher-0')
      await press('k', '04[4d 51 54 54]05')
      expect(screens.screen()).toContain('>     Protocol Name: MQTT')
    })
  })

  describe('filter', () => {
    it('says what is wrong and where, and takes it only when it is right', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      await press('2', onRow('CONNECT'))
      await press('/mqtt.topc == "a"', 'Did you mean mqtt.topic?')
      expect(screens.screen()).toMatch(/^filter: mqtt\.topc == "a" .*mistake\n {8}\^~{8} No field is named mqtt\.topc\./m)
      await press(ENTER, 'Did you mean mqtt.topic?')
      // A second key shows that Enter has been heard before it, and has not closed the field.
      await press(`${ENTER}x`, 'mqtt.topc == "a"x')
      expect(screens.screen()).not.toContain('showing')
      await press(`${CTRL_U}mqtt.topic == "plant/7/temp"`, (screen) => /^filter: .*valid$/m.test(screen))
      await press(ENTER, 'showing ')
      const shown = Number(/MQTT packets +(\d+) of/.exec(await lines('read', '-q', '-Y', 'mqtt.topic == "plant/7/temp"', fixture('mosquitto-5.0.pcapng')))![1])
      expect(shown).toBeGreaterThan(0)
      expect(screens.screen()).toMatch(new RegExp(`180 pkts +showing ${shown} `))
      expect(screens.screen()).toMatch(new RegExp(`filter: mqtt\\.topic == "plant/7/temp" .*row \\d+ of ${shown}$`, 'm'))
      await press(`/${CTRL_U}${ENTER}`, (screen) => !screen.includes('showing') && / of 180$/m.test(screen))
      // What was written before comes back.
      await press(`/${UP}`, (screen) => /^filter: mqtt\.topic == "plant\/7\/temp" .*valid$/m.test(screen))
      await press(ENTER, `showing ${shown}`)
    })

    it('completes with Tab', async () => {
      await opened([fixture('mosquitto-5.0.pcapng')])
      await press('/mqtt.topi\t', (screen) => /^filter: mqtt\.topic /m.test(screen))
    })

    it('is there from the start with -Y, and a mistake is told in plain text', async () => {
      const screens = await opened(['-Y', 'mqtt.clientid == "plc-7"', fixture('lost-frames.pcap')])
      expect(screens.screen()).toContain('showing 39')
      expect(screens.screen()).toContain('filter: mqtt.clientid == "plc-7"')
      expect(screens.screen()).toMatch(/row 1 of 1 /)
      await screens.close()
      const wrong = start(['-Y', 'mqtt.topc == "a"', fixture('lost-frames.pcap')])
      expect((await wrong.exited).exitCode).toBe(2)
      expect(wrong.screen()).toContain('Did you mean mqtt.topic?')
      expect(wrong.written).not.toContain(ALTERNATE)
    })
  })

  describe('findings, places and times', () => {
    it('unfolds a rule, goes to the packet and to the flow, and mutes', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      await press('4', FINDINGS)
      await screens.waitFor(onRow('i ▸ answer.held-back'))
      await press(ENTER, onRow('i ▾ answer.held-back'))
      await press('j', onRow('46'))
      await press(ENTER, PACKETS)
      expect(cursorRow(screens.screen())).toMatch(/^>i +46 .*PUBACK/)
      await press(ESC, FINDINGS)
      await press('E', FLOW)
      await screens.waitFor(onRow('PUBACK #2'))
      await press(ESC, FINDINGS)
      await press('m', 'answer.held-back is muted')
      expect(screens.screen()).not.toContain('i ▾')
      await press('M', 'i ▾ answer.held-back')
    })

    it('goes to a packet by its number, and from hit to hit', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      await press(`:90${ENTER}`, PACKETS)
      expect(cursorRow(screens.screen())).toMatch(/^> +90 .*SUBSCRIBE/)
      await press(`:999${ENTER}`, 'There is no packet 999: there are 180')
      await press(`:1${ENTER}`, 'row 1 of 180')
      await press(`${CTRL_F}unused${ENTER}`, 'row 5 of 180')
      await press('n', 'row 11 of 180')
      await press('N', 'row 5 of 180')
      await press(`${CTRL_F}no such text${ENTER}`, 'No row holds "no such text"')
      expect(screens.screen()).toMatch(/row 5 of 180/)
    })

    it('hides pings, and shows them again', async () => {
      const screens = await opened([fixture('no-pingresp.pcap')])
      await press('2', 'PINGREQ')
      await press('P', 'showing 9')
      expect(screens.screen()).toContain('pings hidden')
      expect(screens.screen()).not.toMatch(/PINGRE/)
      await press('P', (screen) => screen.includes('PINGREQ') && !screen.includes('showing'))
    })

    it('counts times from a row, from the row before, and by the clock', async () => {
      const screens = await opened([fixture('lost-frames.pcap')])
      await press('2', onRow('0.000380'))
      await press('j', onRow('0.000496'))
      await press('=', 'ref: 2')
      expect(screens.screen()).toMatch(/^\. +1 +-0\.000116 /m)
      expect(cursorRow(screens.screen())).toContain('=0.000000')
      await press('=', (screen) => !screen.includes('ref:') && onRow('0.000496')(screen))
      await press('t', 'Times since the row before')
      expect(cursorRow(screens.screen())).toMatch(/\+?0\.000116|\+116us/)
      await press('t', 'Times of day')
      expect(cursorRow(screens.screen())).toContain('00:24:15.21')
      await press('t', onRow('0.000496'))
    })

    it('tells the keys of the view', async () => {
      const screens = await opened([fixture('lost-frames.pcap')])
      await press('?', 'Keys in Clients')
      await press(ESC, onRow('panel'))
      await press('5?', 'Keys in Stat')
      await press('q', (screen) => screen.includes('[5 Stats]') && !screen.includes('Keys in'))
      expect(screens.screen()).toContain('PUBLISH')
    })
  })

  describe.skipIf(!liveReady)('live', () => {
    let net: Namespaces

    beforeAll(async () => {
      net = await Namespaces.make()
      await net.startBroker(folder, 1883)
    }, 30_000)
    afterAll(() => net.remove())

    async function publishing(count: number, topic: string): Promise<void> {
      for (let number = 0; number < count; number++) await net.run(net.broker, 'mosquitto_pub', ['-h', '127.0.0.1', '-i', `sender-${number}`, '-t', topic, '-m', `${number}`, '-q', '1'])
    }

    const packetsOf = (screen: string) => Number(/ ([\d,]+) pkts/.exec(screen)?.[1]?.replace(',', '') ?? NaN)
    const waiting = (screen: string) => Number(/PAUSED \(\+([\d,]+)\)/.exec(screen)?.[1] ?? NaN)

    it('follows, pauses while it goes on, stops and quits', async () => {
      const saved = join(folder, 'live.pcapng')
      const screens = (pty = Pty.start('ip', ['netns', 'exec', net.broker, process.execPath, PROGRAM, 'live', '-i', 'lo', '-w', saved], { cwd: folder }))
      await screens.waitFor((screen) => screen.includes('LIVE') && screen.includes('live lo'))
      await press('2', 'LIVE FOLLOW')
      await publishing(2, 'plant/first')
      // CONNECT, CONNACK, PUBLISH, PUBACK and DISCONNECT of each.
      await screens.waitFor((screen) => packetsOf(screen) === 10 && / 10 .*DISCONNECT/.test(cursorRow(screen)))
      await press(' ', 'PAUSED (+0)')
      await publishing(1, 'plant/second')
      await screens.waitFor((screen) => waiting(screen) === 5)
      await publishing(1, 'plant/second')
      await screens.waitFor((screen) => waiting(screen) === 10)
      expect(cursorRow(screens.screen())).toMatch(/ 10 .*DISCONNECT/)
      expect(screens.screen()).not.toContain('plant/second')
      await press(' ', (screen) => screen.includes('LIVE FOLLOW') && / 20 .*DISCONNECT/.test(cursorRow(screen)))
      // A move up ends it: what comes does not move the cursor.
      await press('k', (screen) => screen.includes('LIVE') && !screen.includes('FOLLOW') && / 19 /.test(cursorRow(screen)))
      await publishing(1, 'plant/third')
      await screens.waitFor((screen) => packetsOf(screen) === 25)
      expect(cursorRow(screens.screen())).toMatch(/ 19 .*PUBACK/)
      await press('G', (screen) => screen.includes('LIVE FOLLOW') && / 25 /.test(cursorRow(screen)))
      await press(CTRL_C, 'STOPPED')
      expect(screens.screen()).toContain('The capture was stopped; Ctrl-C again quits')
      expect(screens.emulator).toMatchObject({ alternate: true, clears: 0, scrollback: 0 })
      screens.type(CTRL_C)
      expect(await screens.exited).toEqual({ exitCode: 0, signal: 0 })
      expect(screens.emulator.screen()).toMatch(/^mqtap: 25 MQTT packets, 0 errors, /m)
      expect(screens.emulator.screen().replace(/\n/g, '')).toContain(`saved in ${saved}`)
      await expectRestored(screens)
      expect(await lines('read', '-q', saved)).toMatch(/MQTT packets +25\n/)
    })

    it('tells in plain text that an interface is not there', async () => {
      const screens = (pty = Pty.start('ip', ['netns', 'exec', net.broker, process.execPath, PROGRAM, 'live', '-i', 'nosuch0'], { cwd: folder }))
      expect((await screens.exited).exitCode).toBe(4)
      expect(screens.written).toContain('mqtap: there is no interface nosuch0')
      expect(screens.written).not.toContain(ALTERNATE)
    })
  })

  it('fits every size, and says so where it cannot', async () => {
    const screens = await opened([fixture('mosquitto-5.0.pcapng')])
    await press('2', onRow('CONNECT'))
    await press('jjjjjjjjj', 'row 10 of 180')
    const before = screens.screen()
    screens.resize(58, 14)
    await screens.waitFor('needs 60x15, now 58x14')
    // Keys that nobody sees the effect of do nothing.
    screens.type('jjj')
    screens.resize(50, 9)
    await screens.waitFor('needs 60x15, now 50x9')
    screens.resize(80, 24)
    await screens.waitFor((screen) => screen.includes(PACKETS) && screen.includes('row 10 of 180'))
    expect(screens.screen()).toBe(before)
    screens.resize(60, 15)
    const narrow = (screen: string): boolean => screen.split('\n').every((row) => [...row].length <= 60)
    await screens.waitFor((screen) => onRow('SUBACK')(screen) && narrow(screen))
    for (const view of ['1', '3', '4', '5', '2']) {
      await press(view, (screen) => screen.includes(`[${view} `) && narrow(screen))
      expect(screens.screen().split('\n')).toHaveLength(15)
    }
    screens.resize(200, 50)
    await screens.waitFor((screen) => screen.split('\n').length === 50)
    expect(screens.emulator.scrollback).toBe(0)
    screens.resize(58, 14)
    await screens.waitFor('needs 60x15, now 58x14')
    screens.type('q')
    expect(await screens.exited).toEqual({ exitCode: 0, signal: 0 })
    await expectRestored(screens)
  })

  describe('files', () => {
    it('exports what is filtered', async () => {
      const screens = await opened(['-Y', 'mqtt.clientid == "plc-7"', fixture('lost-frames.pcap')])
      await press('2e', 'write packets to: filtered.pcapng')
      await press(ENTER, 'written to filtered.pcapng')
      expect(await lines('read', '-q', join(folder, 'filtered.pcapng'))).toMatch(/MQTT packets +39\n/)
      // Never onto the capture that is read.
      const original = join(folder, 'original.pcap')
      copyFileSync(fixture('lost-frames.pcap'), original)
      await screens.close()
      await opened([original])
      await press(`:w original.pcap${ENTER}`, 'original.pcap is one of the files that are read')
      expect(readFileSync(original)).toEqual(readFileSync(fixture('lost-frames.pcap')))
    })

    it('writes reports in the format of their names', async () => {
      await opened([fixture('lost-frames.pcap')])
      await press('w', 'write report to: report.html')
      await press(ENTER, 'Report written to report.html')
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i)
      await press(`w${BACKSPACE.repeat('html'.length)}json${ENTER}`, 'Report written to report.json')
      const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as { summary: unknown; capture: { frames: number } }
      const told = JSON.parse(await lines('report', '-f', 'json', '--fail-on', 'never', fixture('lost-frames.pcap'))) as typeof report
      expect(report.summary).toEqual(told.summary)
      expect(report.capture.frames).toBe(107)
      await press(`w${CTRL_U}report.doc${ENTER}`, 'A report ends in .txt')
      await press(`w${CTRL_U}nowhere/report.txt${ENTER}`, 'nowhere/report.txt could not be written: there is no such folder')
    })

    it('goes on where the file is deleted meanwhile', async () => {
      const gone = join(folder, 'gone.pcap')
      copyFileSync(fixture('lost-frames.pcap'), gone)
      await opened([gone])
      rmSync(gone)
      await press('2G', 'row 80 of 80')
      await press('b', (screen) => /─ frame \d+ ─/.test(screen) && /^00\d0 {2}[0-9a-f]{2} /m.test(screen))
      await press(`w${CTRL_U}gone.md${ENTER}`, 'Report written to gone.md')
      await press(`e${CTRL_U}gone.pcapng${ENTER}`, 'written to gone.pcapng')
    })

    it.each(['lost-frames.pcap', 'mqttjs-3.1.1.pcap.gz'])('shows the frame that a packet came in: %s', async (name) => {
      const screens = await opened([fixture(name)])
      await press('2', onRow('CONNECT'))
      expect(screens.screen()).toMatch(/^0000 {2}10 /m)
      await press('b', (screen) => /─ frame \d+ ─/.test(screen) && /^00\d0 {2}[0-9a-f]{2} /m.test(screen))
      await press('b', (screen) => /─ bytes ─/.test(screen) && /^0000 {2}10 /m.test(screen))
    })
  })

  describe('without a terminal, or with less of one', () => {
    it('is mqtap read where it writes into a pipe', async () => {
      const read = await lines('read', fixture('lost-frames.pcap'))
      expect(await lines(fixture('lost-frames.pcap'))).toBe(read)
      expect(await lines('view', fixture('lost-frames.pcap'))).toBe(read)
    })

    it('is mqtap read on TERM=dumb', async () => {
      const dumb = start([fixture('lost-frames.pcap')], { columns: 300, env: { TERM: 'dumb' } })
      expect((await dumb.exited).exitCode).toBe(0)
      const read = start(['read', fixture('lost-frames.pcap')], { columns: 300, env: { TERM: 'dumb' } })
      await read.exited
      expect(dumb.written).toBe(read.written)
      expect(dumb.written).toContain('plant/7/temp')
      expect(dumb.written).not.toContain('\x1b')
    })

    it('has reverse video but no colours with NO_COLOR', async () => {
      const tour = async (env: Record<string, string>) => {
        const screens = await opened([fixture('mosquitto-5.0.pcapng')], { env })
        for (const view of ['2', '3', '4', '5']) await press(view, `[${view} `)
        screens.type('Q')
        await screens.exited
        return [...screens.written.matchAll(/\x1b\[([\d;]*)m/g)].flatMap(([, codes]) => codes!.split(';')).map(Number)
      }
      const isColour = (code: number) => (code >= 30 && code <= 49) || (code >= 90 && code <= 107)
      const plain = await tour({ NO_COLOR: '1' })
      expect(plain.filter(isColour)).toEqual([])
      expect(plain).toContain(7)
      expect((await tour({})).filter(isColour)).not.toEqual([])
    })

    it('draws with ASCII alone where the locale has no more', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')], { env: { LC_ALL: 'C' } })
      for (const view of ['2', '3', '4', '5', '1']) {
        await press(view, `[${view} `)
        expect(screens.screen()).toMatch(/^[\x20-\x7e\n]*$/)
      }
      await press('?', 'Keys in Clients')
      screens.type('Q')
      await screens.exited
      expect(screens.written).toMatch(/^[\0-\x7f]*$/)
    })

    it.each([
      { what: 'no file', args: () => [join(folder, 'nosuch.pcap')] },
      { what: 'an empty file', args: () => [written('empty.pcap', '')] },
      { what: 'two bytes', args: () => [written('two.pcap', 'ab')] },
      { what: 'a text', args: () => [written('notes.txt', 'These are notes about a plant, and no capture.\n')] },
      { what: 'a folder', args: () => [folder] },
    ])('tells of $what in one plain sentence', async ({ args }) => {
      const screens = start(args(), { columns: 200 })
      expect(await screens.exited).toEqual({ exitCode: 3, signal: 0 })
      expect(screens.screen()).toMatch(/^mqtap: [^\n]+$/)
      expect(screens.written).not.toContain('\x1b')
    })

    it('reads gzip', async () => {
      const screens = await opened([fixture('slow-subscriber.pcap.gz')])
      const packets = /MQTT packets +([\d,]+)\n/.exec(await lines('read', '-q', fixture('slow-subscriber.pcap.gz')))![1]!
      expect(screens.screen()).toContain(` ${packets} pkts`)
    })

    it('reads standard input, and keys from the terminal', async () => {
      const screens = byShell('cat "$2" | "$0" "$1" -; echo "status $?"', [fixture('lost-frames.pcap')])
      await screens.waitFor((screen) => screen.includes('80 pkts') && screen.includes('EOF'))
      expect(screens.screen()).toContain('mqtap standard input')
      await press('j', onRow('plc-7'))
      await press('2', PACKETS)
      await press('b', (screen) => /─ frame \d+ ─/.test(screen) && /^00\d0 {2}[0-9a-f]{2} /m.test(screen))
      await press('Q', 'status 0')
      await expectRestored(screens)
    })
  })

  describe('gives the terminal back', () => {
    it.each(['SIGTERM', 'SIGHUP'] as const)('at %s', async (signal) => {
      const screens = await opened([fixture('lost-frames.pcap')])
      await press('2', PACKETS)
      screens.kill(signal)
      expect(await screens.exited).toMatchObject({ signal: constants.signals[signal] })
      expect(screens.screen()).toBe('')
      await expectRestored(screens)
    })

    it('while it is stopped, and goes on where it was', async () => {
      const screens = byShell('set -m; echo before; "$0" "$1" "$2"; echo "stopped: $(stty -a | grep -o -e "-*icanon")"; read answer; fg > /dev/null; echo "status $?"', [fixture('mosquitto-5.0.pcapng')])
      await screens.waitFor('EOF')
      await press('2', PACKETS)
      await press('jjjj', 'row 5 of 180')
      await press(CTRL_Z, 'stopped: icanon')
      expect(screens.emulator).toMatchObject({ alternate: false, cursorVisible: true, bracketedPaste: false, autowrap: true })
      expect(screens.screen()).toMatch(/^before\n/)
      await press('go on\r', 'row 5 of 180')
      await press('j', 'row 6 of 180')
      await press('Q', 'status 0')
      await expectRestored(screens)
    })
  })

  describe('keys', () => {
    it('gets each of many that come at once', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      await press('2', onRow('CONNECT'))
      await press('jjjjj', 'row 6 of 180')
      await press(`${DOWN}jk${DOWN}G`, 'row 180 of 180')
      await press('gjjj', 'row 4 of 180')
      expect(screens.screen()).toContain(PACKETS)
    })

    it('takes a paste as text, and only in a field', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      await press('2', onRow('CONNECT'))
      await press('\x1b[200~jjjq\r\x1b[201~', 'A paste goes into a field')
      expect(screens.screen()).toContain('row 1 of 180')
      await press('/\x1b[200~mqtt.topic == "plant/7/temp"\x1b[201~', (screen) => /^filter: mqtt\.topic == "plant\/7\/temp" .*valid$/m.test(screen))
      await press(ENTER, 'showing')
    })

    it('puts a sequence together that comes in two parts', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      await press('2', onRow('CONNECT'))
      screens.type(DOWN.slice(0, 2))
      // So that the system does not bring both at once.
      await later(5)
      await press(DOWN.slice(2), 'row 2 of 180')
      // Whatever else those might have done, it is done by now.
      await press('j', 'row 3 of 180')
      expect(screens.screen()).toContain(PACKETS)
      expect(screens.screen()).toContain('filter: -')
    })
  })

  describe('draws little', () => {
    it('never clears, nor scrolls what was before out of sight', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      for (let row = 2; row <= 12; row++) await press('j', `row ${row} of 22`)
      for (const view of ['2', '3', '4', '5', '1']) await press(view, `[${view} `)
      await press('G', 'row 22 of 22')
      await press('2', PACKETS)
      await press('G', 'row 180 of 180')
      expect(screens.emulator).toMatchObject({ clears: 0, scrollback: 0 })
    })

    it('writes the rows that change for a key', async () => {
      const screens = await opened([fixture('mosquitto-5.0.pcapng')])
      const costOf = async (first: number) => {
        const before = screens.emulator.bytes
        for (let row = first; row < first + 5; row++) await press('j', `row ${row} of 22`)
        return (screens.emulator.bytes - before) / 5
      }
      // Two rows of the list, the place and the eight rows of the detail, which is of another connection; a whole screen is more than 2,000 bytes.
      expect(await costOf(2)).toBeLessThan(1_100)
      await press('g', 'row 1 of 22')
      await press('\\', (screen) => !screen.includes('Connection 0'))
      expect(await costOf(2)).toBeLessThan(400)
    })
  })

  it('lets nothing of a capture act on the terminal', async () => {
    const hostile = ['\x1b]0;owned\x07', '\x1b[2J\x1b[H', '\x1b[31mred', '\u202Etxet', '👩‍👩‍👧', '温度', '\x9b5A', 'a\rb\nc\td', 'e\u0301\u0301\u0301', '\x1b[?1049l', '\x1b]52;c;b3duZWQ=\x07']
    const file = join(folder, 'hostile.pcap')
    writeFileSync(file, session(...hostile.map((text, order) => publish(`t${order}/${text}/end`, text))))
    const screens = await opened([file])
    expect(screens.screen()).toContain(`${hostile.length + 2} pkts`)
    const quietly = () => {
      expect(screens.emulator).toMatchObject({ alternate: true, clears: 0, scrollback: 0, cursorVisible: false, autowrap: false })
      const rows = screens.screen().split('\n')
      expect(rows).toHaveLength(24)
      expect(rows[0]).toMatch(/^ mqtap hostile\.pcap {3}EOF/)
      expect(rows[23]).toMatch(/\? help$/)
      expect(screens.screen()).not.toMatch(/[\x80-\x9f\u202a-\u202e\u2066-\u2069]/)
    }
    quietly()
    await press('2', PACKETS)
    quietly()
    for (let packet = 2; packet <= hostile.length + 2; packet++) {
      await press('j', `row ${packet} of ${hostile.length + 2}`)
      quietly()
    }
    for (const view of ['3', '4', '5']) {
      await press(view, `[${view} `)
      quietly()
    }
    await press('v', (screen) => screen.includes('t0/'))
    quietly()
    screens.type('Q')
    await screens.exited
    const noise = screens.written.replace(/\x1b\[[\d;]*m/g, '')
    expect(noise).not.toContain('\x1b]')
    expect(noise).not.toContain('\x07')
    expect(noise).not.toContain('\x1b[H')
    expect(screens.written).not.toMatch(/[\x80-\x9f\u202a-\u202e\u2066-\u2069]/)
    await expectRestored(screens)
  })

  function written(name: string, text: string): string {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }
})
