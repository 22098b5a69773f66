/** The engine cap: what it makes of failures; and, where this machine lets it, captures on loopback with the built child process. */
import { execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { CAP_ENGINE, loadTrouble, openFailure } from '../../../src/io/live/cap-engine.ts'
import { CaptureError } from '../../../src/io/errors.ts'
import { readWhole } from '../../capture/build.ts'
import { ROOT } from '../../cli/run.ts'
import type { CapRun } from '../../../src/io/live/cap-engine.ts'
import type { EngineOptions } from '../../../src/io/live/engine.ts'

const OPTIONS: EngineOptions = { filter: '', snapLength: null, promiscuous: true, bufferMiB: null }
const PORT = 18_842
const SECONDS_1970 = 1_000_000_000

const trouble = await CAP_ENGINE.trouble()
if (trouble !== null && process.env['MQTAP_REQUIRE_TOOLS'] === '1') throw new Error(`${trouble.sentence}, and MQTAP_REQUIRE_TOOLS=1 demands it`)
if (trouble !== null) console.warn(`skipped: tests that capture with cap: ${trouble.sentence}`)
const ready = trouble === null

describe('what it cannot do', () => {
  test.each<[string, Partial<EngineOptions>, string | null]>([
    ['nothing asked', {}, null],
    ['the snapshot length that it has', { snapLength: 65_535 }, null],
    ['a snapshot length', { snapLength: 96 }, 'the engine cap keeps up to 65535 bytes of each frame, and cannot keep less or more'],
    ['not promiscuous', { promiscuous: false }, 'the engine cap always captures in promiscuous mode'],
    ['a buffer', { bufferMiB: 64 }, null],
    ['a buffer of 2 GiB', { bufferMiB: 2_048 }, 'the engine cap takes a buffer of at most 2047 MiB'],
  ])('%s', (_name, change, sentence) => {
    expect(CAP_ENGINE.refuses({ ...OPTIONS, ...change })).toBe(sentence)
  })

  test('several interfaces', () => {
    expect(() => CAP_ENGINE.start(['lo', 'eth0'], OPTIONS)).toThrow(RangeError)
  })
})

describe('why it does not load', () => {
  test.each([
    ['missing', 'linux', 'the optional package cap is not installed', /^sudo apt-get install libpcap-dev build-essential python3\nnpm install --global --allow-scripts=cap mqtap$/],
    ['missing', 'darwin', 'the optional package cap is not installed', /^xcode-select --install\n/],
    ['not-built', 'linux', 'installed but not built', /run install$|npm install/],
    ['broken', 'linux', 'does not load: why', /run install$|npm install/],
  ] as const)('%s on %s', (why, platform, words, command) => {
    const { sentence, mend } = loadTrouble({ kind: 'not-loaded', why, message: 'why' }, platform)!
    expect(sentence).toContain(words)
    expect(mend).toMatch(command)
  })
})

describe('why an interface does not open', () => {
  test.each([
    ["can't parse filter expression: syntax error", true, 'bad-filter', "the capture filter \"tcp prt 1\" is not valid: can't parse filter expression: syntax error", null],
    ['socket: Operation not permitted', false, 'no-permission', 'no permission to capture from x0', 'sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f "$(command -v node)")"'],
    ['x0: You don\'t have permission to capture on that device', false, 'no-permission', 'no permission to capture from x0', 'sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f "$(command -v node)")"'],
    ['x0: That device is not up', false, 'interface-down', 'x0 is down', 'sudo ip link set x0 up'],
    ['Unknown linktype 239, which', false, 'engine-failed', 'x0 has frames of a kind that the engine cap does not know (DLT 239)', null],
    ['strange', false, 'engine-failed', 'x0 could not be opened: strange', null],
    ['', false, 'engine-failed', 'x0 could not be opened: libpcap does not say why', null],
  ])('%s', (message, filter, code, sentence, mend) => {
    const error = openFailure('x0', message, filter ? 'tcp prt 1' : null, 'linux')
    expect([error.code, error.message, error.mend]).toEqual([code, sentence, mend])
  })

  test('there is no such interface', () => {
    expect(openFailure('x0', 'No such device exists', null)).toMatchObject({ code: 'no-such-interface', message: expect.stringContaining('there is no interface x0') as string })
  })
})

interface Delivered {
  readonly bytes: Buffer
  readonly error: CaptureError | null
}

async function deliver(run: CapRun): Promise<Delivered> {
  const pieces: Buffer[] = []
  try {
    for await (const bytes of run.bytes) pieces.push(Buffer.from(bytes))
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    return { bytes: Buffer.concat(pieces), error }
  }
  return { bytes: Buffer.concat(pieces), error: null }
}

/** The first bytes are the file header, which comes when the interface is open. */
async function opened(run: CapRun): Promise<AsyncIterator<Uint8Array>> {
  const iterator = run.bytes[Symbol.asyncIterator]()
  expect((await iterator.next()).value).toHaveLength(24)
  return iterator
}

async function rest(iterator: AsyncIterator<Uint8Array>, linkType = 1): Promise<Buffer> {
  const header = Buffer.from('4d3cb2a1020004000000000000000000ffff000000000000', 'hex')
  header.writeUInt32LE(linkType, 20)
  const pieces = [header]
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) pieces.push(Buffer.from(next.value))
  return Buffer.concat(pieces)
}

/** Datagrams to a port where nobody listens; each begins with its number. `burst`: how many of them between two pauses. */
async function send(count: number, burst = count): Promise<void> {
  const socket = createSocket('udp4')
  const datagram = Buffer.alloc(100)
  for (let number = 0; number < count; number++) {
    datagram.writeUInt32BE(number)
    await new Promise((resolve) => socket.send(datagram, PORT, '127.0.0.1', resolve))
    if (number % burst === burst - 1) await sleep(20)
  }
  socket.close()
}

const UDP = { ...OPTIONS, filter: `udp dst port ${PORT}` }
const numbersOf = (frames: readonly { readonly hex: string }[]) => frames.map(({ hex }) => parseInt(hex.slice(84, 92), 16))
const upTo = (count: number) => Array.from({ length: count }, (_value, number) => number)

describe.skipIf(!ready)('on loopback', () => {
  test('each frame once, in order, with the time of its arrival, and all that came before the end', async () => {
    const run = CAP_ENGINE.start(['lo'], UDP)
    const iterator = await opened(run)
    const before = Date.now()
    await send(500)
    const after = Date.now()
    run.stop()
    const { frames, interfaces, problems, parser } = readWhole(await rest(iterator))
    expect(problems).toEqual([])
    expect(interfaces).toEqual([{ id: 0, linkType: 1, snapLength: 65_535, name: null }])
    expect(numbersOf(frames)).toEqual(upTo(500))
    const { epochSeconds, epochNanoseconds } = parser.clock!
    expect(epochSeconds).toBeGreaterThan(SECONDS_1970)
    const first = epochSeconds * 1_000 + epochNanoseconds / 1e6
    const times = frames.map(({ time }) => time)
    expect(first).toBeGreaterThan(before - 5)
    expect(first + times.at(-1)! / 1e6).toBeLessThan(after + 1_000)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(run.dropped).toBeNull()
    expect(run.delays!.greatest).toBeGreaterThanOrEqual(run.delays!.median)
  })

  test('a reader that is slow loses nothing', async () => {
    // The kernel has 2,000 slots in this buffer: the process that captures may get no turn for 400 ms.
    const run = CAP_ENGINE.start(['lo'], { ...UDP, bufferMiB: 256 })
    const iterator = await opened(run)
    // More than the pipe and the buffers of the stream hold.
    await send(8_000, 100)
    // On a busy machine the process that captures gets them late.
    await sleep(2_000)
    run.stop()
    await sleep(200)
    expect(numbersOf(readWhole(await rest(iterator)).frames)).toEqual(upTo(8_000))
  })

  test('a frame that is longer than the snapshot length has its own length', async () => {
    const run = CAP_ENGINE.start(['lo'], { ...OPTIONS, filter: `tcp dst port ${PORT}` })
    const iterator = await opened(run)
    const server = createServer((socket) => socket.resume()).listen(PORT, '127.0.0.1')
    await once(server, 'listening')
    const client = connect(PORT, '127.0.0.1')
    client.end(Buffer.alloc(8_000_000))
    await once(client, 'close')
    server.close()
    run.stop()
    const { frames, problems } = readWhole(await rest(iterator))
    expect(problems).toEqual([])
    // The file says so where it holds less than there was; the IP header is the witness.
    for (const { hex, originalLength } of frames) expect(originalLength).toBe(14 + parseInt(hex.slice(32, 36), 16))
    expect(Math.max(...frames.map(({ originalLength }) => originalLength))).toBeGreaterThan(60_000)
  })

  test('all interfaces at once', async () => {
    const run = CAP_ENGINE.start(['any'], UDP)
    const iterator = await opened(run)
    await send(3)
    run.stop()
    const { interfaces, frames } = readWhole(await rest(iterator, 113))
    expect(interfaces[0]!.linkType).toBe(113)
    expect(frames.length).toBeGreaterThanOrEqual(3)
  })

  test('nothing captured is an empty file', async () => {
    const run = CAP_ENGINE.start(['lo'], UDP)
    run.stop()
    const { bytes, error } = await deliver(run)
    expect(error).toBeNull()
    expect(readWhole(bytes)).toMatchObject({ frames: [], problems: [] })
  })

  test.each([
    ['a filter', 'lo', 'foo bar', 'bad-filter', /^the capture filter "foo bar" is not valid: .*syntax error/],
    ['an interface', 'mqtap-none', '', 'no-such-interface', /^there is no interface mqtap-none; there are .*lo/],
    ['an interface, with a filter', 'mqtap-none', 'tcp', 'no-such-interface', /^there is no interface mqtap-none/],
  ])('%s that is wrong', async (_name, device, filter, code, message) => {
    const { bytes, error } = await deliver(CAP_ENGINE.start([device], { ...OPTIONS, filter }))
    expect(bytes).toHaveLength(0)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  test('it is ended at once', async () => {
    const run = CAP_ENGINE.start(['lo'], UDP)
    const iterator = await opened(run)
    run.kill()
    expect((await iterator.next()).done).toBe(true)
  })

  test('a reader that leaves ends it', async () => {
    const run = CAP_ENGINE.start(['lo'], UDP)
    for await (const bytes of run.bytes) {
      expect(bytes.length).toBeGreaterThan(0)
      break
    }
    expect((await deliver(run)).error).toBeNull()
  })

  test('when the program that started it is killed, the child ends', async () => {
    const task = JSON.stringify({ task: 'capture', interface: 'lo', filter: UDP.filter, bufferBytes: 8_388_608 })
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['dist/cap-child.cjs', ${JSON.stringify(task)}], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
      child.on('message', ({ kind }) => kind === 'opened' && console.log(child.pid))`
    const parent = spawn(process.execPath, ['-e', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
    const [text] = await once(parent.stdout, 'data') as [Buffer]
    const child = Number(text.toString())
    expect(isAlive(child)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false)
  })

  test('an interface that goes down', async ({ skip }) => {
    const name = `mq${process.pid}`
    try {
      execFileSync('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}p`], { stdio: 'ignore' })
    } catch {
      return skip('this kernel makes no pairs of virtual interfaces')
    }
    try {
      execFileSync('ip', ['link', 'set', name, 'up'])
      const run = CAP_ENGINE.start([name], OPTIONS)
      const iterator = await opened(run)
      execFileSync('ip', ['link', 'set', name, 'down'])
      await expect(rest(iterator)).rejects.toMatchObject({ code: 'interface-down', message: `the interface ${name} went down` })
      expect((await deliver(CAP_ENGINE.start([name], OPTIONS))).error).toMatchObject({ code: 'interface-down', message: `${name} is down` })
    } finally {
      execFileSync('ip', ['link', 'del', name])
    }
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
