/**
 * Captures for real: a broker and clients in network namespaces of the test's own, captured by the built program with each engine, beside tcpdump as a witness.
 */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import { loadTrouble, probeCap } from '../../src/io/live/cap-engine.ts'
import type { EngineName } from '../../src/io/live/engine.ts'
import { Child, mayMakeNamespaces, Namespaces } from '../support/network-namespaces.ts'
import { requireTool } from '../tools.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/mqtap.js', import.meta.url))
/** Its reason, where it cannot be used; in CI none may be missing. */
const capTrouble = loadTrouble(await probeCap())
if (capTrouble !== null) {
  if (process.env.MQTAP_REQUIRE_TOOLS === '1') throw new Error(capTrouble.sentence)
  console.warn(`skipped: live captures with cap: ${capTrouble.sentence}`)
}

const TOOLS = ['mosquitto', 'mosquitto_pub', 'mosquitto_sub', 'tcpdump', 'dumpcap', 'tshark']
const ready = mayMakeNamespaces() && TOOLS.every((tool) => requireTool(tool))
const ENGINES: readonly EngineName[] = capTrouble === null ? ['dumpcap', 'tcpdump', 'cap'] : ['dumpcap', 'tcpdump']

const run = promisify(execFile)
let net: Namespaces
let folder = ''

/** The bytes of the frames of a capture file, as hex. */
function framesOf(file: string): string[] {
  const frames: string[] = []
  const parser = new CaptureParser({
    frame: ({ buffer, start, end }) => void frames.push(Buffer.from(buffer.subarray(start, end)).toString('hex')),
    interface: () => undefined,
    problem: ({ message }) => expect.unreachable(message),
    dropped: () => undefined,
  }, LIMITS.capture)
  parser.begin()
  parser.push(readFileSync(file))
  parser.finish()
  return frames
}

function live(...args: string[]): Child {
  return net.start(net.broker, process.execPath, [PROGRAM, 'live', ...args], { cwd: folder })
}

/** A subscriber and some messages of each QoS; all of it conforms. */
async function traffic(host: string, messages = 5): Promise<void> {
  const subscriber = net.start(net.clients, 'mosquitto_sub', ['-h', host, '-i', 'watcher', '-V', '5', '-t', 'plant/#', '-q', '2', '-C', String(3 * messages)])
  await sleep(300)
  for (const qos of [0, 1, 2]) {
    for (let number = 0; number < messages; number++) {
      await net.run(net.clients, 'mosquitto_pub', ['-h', host, '-i', `sender-${qos}-${number}`, '-V', '5', '-t', 'plant/temp', '-m', `measured ${number} with qos ${qos}`, '-q', String(qos)])
    }
  }
  await subscriber.ended
}

/** What was captured has come to the program: engines deliver within a second. */
async function settle(): Promise<void> {
  await sleep(1_500)
}

/** As much of a report as is compared. */
interface Report {
  readonly summary: { readonly verdict: string }
  readonly statements: unknown
  readonly findings: readonly { readonly rule: string }[]
  readonly capture: { readonly [field: string]: unknown }
}

async function reportOf(...args: string[]): Promise<Report> {
  const { stdout } = await run(process.execPath, [PROGRAM, 'report', '-f', 'json', '--fail-on', 'never', ...args], { maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(stdout) as Report
}

/** What two captures of the same traffic have in common: all but times and what the capture is called. */
function comparable({ summary, statements, findings, capture }: Report): unknown {
  const { frames, bytes, streams, mqttStreams, gaps, droppedFrames } = capture
  return { summary, statements, findings: findings.map(({ rule }) => rule), capture: { frames, bytes, streams, mqttStreams, gaps, droppedFrames } }
}

describe.skipIf(!ready)('live', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mqtap-live-'))
    net = await Namespaces.make()
    await net.startBroker(folder, 1883)
  }, 30_000)

  afterAll(async () => {
    await net.remove()
    await rm(folder, { recursive: true, force: true })
  })

  test.each(ENGINES)('%s sees what tcpdump -w sees, and the report is the same', async (engine) => {
    const witness = join(folder, `${engine}-witness.pcap`)
    const written = join(folder, `${engine}.pcapng`)
    const tcpdump = net.start(net.broker, 'tcpdump', ['-i', net.interface, '-U', '-w', witness, 'tcp port 1883'])
    await tcpdump.says('listening on')
    const capture = live('-i', net.interface, '--engine', engine, '-w', written, '--report', '-f', 'json', '--fail-on', 'never')
    await capture.says(`capturing on ${net.interface} with ${engine}`)
    await traffic(net.address)
    await settle()
    capture.kill('SIGINT')
    expect(await capture.ended, capture.stderr).toBe(0)
    tcpdump.kill('SIGINT')
    await tcpdump.ended

    const frames = framesOf(written)
    expect(frames.length).toBeGreaterThan(100)
    // Frames of the same moment may come to each in an order of its own.
    expect(frames.toSorted()).toEqual(framesOf(witness).toSorted())
    const told = JSON.parse(capture.stdout) as Report
    // libpcap tells the package cap neither the kernel's times nor its drops.
    const dropped = engine === 'cap' ? null : 0
    expect(told.capture).toMatchObject({ timestamps: engine === 'cap' ? 'arrival' : 'kernel', droppedFrames: dropped, files: [{ name: net.interface }] })
    expect(told.summary.verdict).toBe('pass')
    const read = await reportOf(witness)
    expect(comparable(told)).toEqual(comparable({ ...read, capture: { ...read.capture, droppedFrames: dropped } }))
    expect(capture.stderr.includes('times are those of arrival in the process that captures, which was late by ')).toBe(engine === 'cap')
    expect(capture.stderr).toContain(`${frames.length} frames captured on ${net.interface}, ${dropped === null ? 'dropped frames are not known' : '0 dropped'}`)
  }, 60_000)

  test.each(ENGINES)('%s on any, with IPv6', async (engine) => {
    const capture = live('--engine', engine, '--read', '-f', 'ndjson')
    await capture.says('capturing on any')
    await traffic(net.address6, 1)
    await settle()
    capture.kill('SIGINT')
    expect(await capture.ended, capture.stderr).toBe(0)
    const packets = capture.stdout.trimEnd().split('\n').map((line) => JSON.parse(line))
    expect(packets.filter(({ type }) => type === 'CONNECT')).toHaveLength(4)
    expect(packets.map(({ destination }) => destination)).toContain(`[${net.address6}]:1883`)
    expect(packets.flatMap(({ problems }) => problems)).toEqual([])
  }, 60_000)

  test.each(ENGINES)('%s on loopback and on the cable at once, in one order', async (engine) => {
    const written = join(folder, `${engine}-two.pcapng`)
    const capture = live('-i', 'lo', '-i', net.interface, '--engine', engine, '-w', written, '--flows')
    await capture.says(`capturing on lo, ${net.interface}`)
    await Promise.all([
      traffic(net.address, 1),
      net.run(net.broker, 'mosquitto_pub', ['-h', '127.0.0.1', '-i', 'local', '-t', 'plant/temp', '-m', 'measured here', '-q', '1']),
    ])
    await settle()
    capture.kill('SIGINT')
    expect(await capture.ended, capture.stderr).toBe(0)
    expect(capture.stdout).toMatch(/local +-> +PUBLISH QoS 1 +1 complete/)
    const { stdout } = await run('tshark', ['-r', written, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.interface_name'])
    const rows = stdout.trimEnd().split('\n').map((line) => line.split('\t'))
    expect(new Set(rows.map(([, name]) => name))).toEqual(new Set(['lo', net.interface]))
    const times = rows.map(([time]) => time!)
    expect(times).toEqual(times.toSorted())
  }, 60_000)

  test('--view without a terminal shows lines, and says that it captures', async () => {
    const capture = live('-i', net.interface, '--view', '-a', 'duration:2')
    await capture.says('capturing on')
    expect(await capture.ended, capture.stderr).toBe(0)
  }, 60_000)

  test('-a ends it, -b goes on with the next file and keeps some', async () => {
    const capture = live('-i', net.interface, '-w', 'ring.pcapng', '-b', 'packets:20', '-b', 'files:3', '-a', 'packets:90', '--read', '-q')
    await capture.says('capturing on')
    await traffic(net.address, 3)
    expect(await capture.ended, capture.stderr).toBe(0)
    expect(capture.stderr).toContain('90 frames captured')
    const files = readdirSync(folder).filter((name) => name.startsWith('ring_')).sort()
    expect(files.map((name) => name.slice(0, 'ring_00001'.length))).toEqual(['ring_00003', 'ring_00004', 'ring_00005'])
    expect(files.map((name) => framesOf(join(folder, name)).length)).toEqual([20, 20, 10])
  }, 60_000)

  test('a report each second, and at the end', async () => {
    const report = join(folder, 'every.json')
    const capture = live('-i', net.interface, '--report', '-f', 'json', '-o', report, '--every', '1s', '-a', 'duration:6')
    await capture.says('capturing on')
    await traffic(net.address, 1)
    const open = net.start(net.clients, 'mosquitto_sub', ['-h', net.address, '-i', 'stays', '-t', 'x'])
    const connections = () => (existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) as { connections: { clientId: string; closeReason: string }[] } : { connections: [] }).connections
    // Also of a connection that is open.
    await expect.poll(() => connections().find(({ clientId }) => clientId === 'stays')?.closeReason, { timeout: 10_000 }).toBe('capture-end')
    open.kill('SIGKILL')
    expect(await capture.ended, capture.stderr).toBe(0)
    expect(JSON.parse(readFileSync(report, 'utf8')).summary.verdict).toBe('pass')
  }, 60_000)

  describe('what goes wrong', () => {
    test.each(ENGINES)('%s: no such interface, a bad filter', async (engine) => {
      const missing = live('-i', 'nosuch0', '--engine', engine)
      expect(await missing.ended).toBe(4)
      expect(missing.stderr).toContain('mqtap: there is no interface nosuch0')
      const filter = live('-i', net.interface, '--engine', engine, 'tcp prt 1883')
      expect(await filter.ended).toBe(4)
      expect(filter.stderr).toBe('mqtap: the capture filter "tcp prt 1883" is not valid: can\'t parse filter expression: syntax error\n')
    })

    test.each(ENGINES)('%s: the interface goes', async (engine) => {
      await net.run(net.broker, 'ip', ['link', 'add', 'gone0', 'type', 'veth', 'peer', 'name', 'gone1'])
      await net.run(net.broker, 'ip', ['link', 'set', 'gone0', 'up'])
      const capture = live('-i', 'gone0', '--engine', engine)
      await capture.says('capturing on gone0')
      await net.run(net.broker, 'ip', ['link', 'delete', 'gone0'])
      expect(await capture.ended, capture.stderr).toBe(4)
      expect(capture.stderr).toMatch(/mqtap: the interface gone0 went (?:down|away)/)
    }, 60_000)

    test.each(ENGINES)('%s is killed: what was captured is kept and told', async (engine) => {
      const written = join(folder, `${engine}-killed.pcapng`)
      const capture = live('-i', net.interface, '--engine', engine, '-w', written, '--read')
      await capture.says('capturing on')
      await traffic(net.address, 1)
      await settle()
      execFileSync('pkill', ['-9', '-P', String(capture.process.pid)])
      expect(await capture.ended, capture.stderr).toBe(4)
      expect(capture.stderr).toMatch(new RegExp(`mqtap: .*${engine} was ended by SIGKILL`))
      expect(capture.stdout).toContain('measured 0 with qos 2')
      expect(framesOf(written).length).toBeGreaterThan(20)
    }, 60_000)

    test('mqtap itself is killed: the file is readable', async () => {
      const written = join(folder, 'crash.pcapng')
      const capture = live('-i', net.interface, '-w', written, '--read')
      await capture.says('capturing on')
      await traffic(net.address, 1)
      await settle()
      capture.kill('SIGKILL')
      await capture.ended
      const { stdout, stderr } = await run('tshark', ['-r', written, '-T', 'fields', '-e', 'frame.number'])
      expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(20)
      expect(stderr).not.toContain('cut short')
    }, 60_000)

    test('the broker is killed: the capture goes on', async () => {
      const broker = await net.startBroker(folder, 1884)
      const capture = live('-i', net.interface, '--port', '1883,1884', '--read', '-a', 'duration:4')
      await capture.says('capturing on')
      const subscriber = net.start(net.clients, 'mosquitto_sub', ['-h', net.address, '-p', '1884', '-i', 'lonely', '-t', 'x'])
      await sleep(500)
      broker.kill('SIGKILL')
      await traffic(net.address, 1)
      expect(await capture.ended, capture.stderr).toBe(0)
      subscriber.kill('SIGKILL')
      expect(capture.stdout).toContain('lonely')
      expect(capture.stdout).toContain('measured 0 with qos 2')
    }, 60_000)

    test('the disk is full: what fits is readable', async () => {
      const disk = join(folder, 'disk')
      await run('mkdir', [disk])
      await run('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk])
      try {
        const written = join(disk, 'full.pcapng')
        const capture = live('-i', net.interface, '-w', written, '--read', '-q')
        await capture.says('capturing on')
        await traffic(net.address, 20)
        expect(await capture.ended, capture.stderr).toBe(4)
        expect(capture.stderr).toContain(`mqtap: ${written} could not be written: the disk is full`)
        const { stdout, stderr } = await run('tshark', ['-r', written, '-T', 'fields', '-e', 'frame.number'])
        expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(20)
        expect(stderr).not.toContain('cut short')
      } finally {
        await run('umount', [disk])
      }
    }, 90_000)
  })
})
