import { closeSync, createWriteStream, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CaptureStore } from '../../src/io/capture-store.ts'
import { Reading } from '../../src/tui/reading.ts'
import { captureBytes, workspaceOf } from './tui-controller.ts'
import type { LiveCapture } from '../../src/io/live/live-capture.ts'
import type { Workspace } from '../../src/tui/model/workspace.ts'

const CAPTURES = path.join(import.meta.dirname, '../../fixtures/captures')
const fixture = (name: string) => path.join(CAPTURES, name)

let folder = ''
let store: CaptureStore
let workspace: Workspace
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mqtap-reading-'))
  store = new CaptureStore(1e9)
  workspace = workspaceOf(store)
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

/** All of these files, to the end. */
async function read(...files: readonly string[]): Promise<Reading> {
  const reading = new Reading(workspace, files, null, null, () => undefined)
  const first = vi.fn()
  await reading.run(first)
  expect(first).toHaveBeenCalledTimes(1)
  return reading
}

function packets(): number {
  return workspace.pipeline.totals.packets
}

/** All packets that the index has are there with their bytes. */
function readable(): number {
  let count = 0
  for (let number = 1; number <= workspace.index.count; number++) if (workspace.source.packet(number)?.number === number) count++
  return count
}

/** What a live capture is to a reading: chunks come when they are given. */
class LiveChunks {
  readonly name = 'eth0'
  readonly dropped = 0
  elapsed: number | null = null
  failure: Error | null = null
  readonly #chunks: Uint8Array[] = []
  #stopped = false
  #wake: () => void = () => undefined

  give(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#wake()
  }

  stop(): void {
    this.#stopped = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) yield chunk
      else if (this.#stopped) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

const live = (chunks: LiveChunks) => chunks as unknown as LiveCapture

describe('files', () => {
  it('are one capture, in their order, and stay where they are', async () => {
    const names = [fixture('mqttjs-5.0.pcap'), fixture('mosquitto-5.0.pcapng'), fixture('keep-alive.pcap')]
    const reading = await read(...names)
    expect([reading.state, reading.unreadable, workspace.finished, workspace.problems]).toEqual(['ended', false, true, []])
    expect(packets()).toBe(83 + 180 + 34)
    expect(readable()).toBe(packets())
    let start = 0
    expect(workspace.files).toEqual(names.map((name) => {
      const file = { name, start }
      start += readFileSync(name).length
      return file
    }))
    expect([workspace.length, store.spooled]).toEqual([start, 0])
  })

  it('that are compressed are spooled, between those that are not', async () => {
    await read(fixture('mqttjs-5.0.pcap'), fixture('mqttjs-3.1.1.pcap.gz'), fixture('keep-alive.pcap'))
    expect(store.spooled).toBe(captureBytes('mqttjs-3.1.1.pcap.gz').length)
    expect(readable()).toBe(packets())
    expect(workspace.files[2]!.start).toBe(captureBytes('mqttjs-5.0.pcap').length + store.spooled)
  })

  it('that are not there are told, and what is before and behind them is kept', async () => {
    const missing = path.join(folder, 'none.pcap')
    const reading = await read(fixture('mqttjs-5.0.pcap'), missing, fixture('keep-alive.pcap'))
    expect([reading.state, reading.unreadable, workspace.finished]).toEqual(['ended', true, true])
    expect(workspace.problems).toEqual([expect.stringContaining(missing)])
    expect(workspace.files.map(({ name }) => path.basename(name))).toEqual(['mqttjs-5.0.pcap', 'keep-alive.pcap'])
    expect([packets(), readable()]).toEqual([83 + 34, 83 + 34])
  })

  it('that are no captures are told, and the others are read', async () => {
    const text = path.join(folder, 'notes.txt')
    writeFileSync(text, 'This is no capture.\n'.repeat(10_000))
    const reading = await read(text, fixture('keep-alive.pcap'))
    expect(workspace.problems).toEqual([expect.stringContaining(`${text}: `)])
    expect([packets(), readable()]).toEqual([34, 34])
    // What is wrong is among the totals of the pipeline, not of what could not be read.
    expect([reading.unreadable, workspace.pipeline.totals.captureProblems.length]).toEqual([false, 1])
  })

  it('that end too soon are told, and have what is before that', async () => {
    const cut = path.join(folder, 'cut.pcap')
    writeFileSync(cut, captureBytes('keep-alive.pcap').subarray(0, 3_000))
    await read(cut, fixture('mqttjs-5.0.pcap'))
    expect(workspace.problems).toEqual([expect.stringContaining(`${cut}: `)])
    expect(packets()).toBeGreaterThan(83)
    expect(packets()).toBeLessThan(83 + 34)
    expect(readable()).toBe(packets())
  })

  it('that are broken inside their compression have what came before', async () => {
    const broken = path.join(folder, 'broken.pcap.gz')
    const bytes = readFileSync(fixture('large-payload.pcap.gz'))
    writeFileSync(broken, bytes.subarray(0, bytes.length / 2))
    const reading = await read(broken)
    const { frames } = workspace.pipeline.totals
    expect([reading.unreadable, workspace.problems, packets() > 0]).toEqual([true, [`${broken}: the gzip data is cut off; the ${frames} frames before it were read`], true])
    expect(readable()).toBe(workspace.index.count)
  })

  it('that hold nothing are files all the same', async () => {
    const empty = path.join(folder, 'empty.pcap')
    writeFileSync(empty, '')
    await read(empty, fixture('keep-alive.pcap'))
    expect(workspace.files).toEqual([{ name: empty, start: 0 }, { name: fixture('keep-alive.pcap'), start: 0 }])
    expect(readable()).toBe(34)
  })

  it('say how far they were read, by their bytes as they are stored', async () => {
    const names = [fixture('mqttjs-3.1.1.pcap.gz'), fixture('mosquitto-5.0.pcapng')]
    const sizes = names.map((name) => readFileSync(name).length)
    const seen: number[] = []
    const reading: Reading = new Reading(workspace, names, null, sizes[0]! + sizes[1]!, () => {
      if (reading.progress !== null) seen.push(reading.progress)
    })
    await reading.run(() => undefined)
    expect(seen).toEqual([...seen].sort((one, other) => one - other))
    expect(seen.every((progress) => progress > 0 && progress <= 1)).toBe(true)
    expect(reading.progress).toBe(null)
  })

  it('are not read on when they are stopped, and nothing is judged as ended', async () => {
    const reading = new Reading(workspace, [fixture('mosquitto-5.0.pcapng'), fixture('keep-alive.pcap')], null, null, () => reading.stop())
    await reading.run(() => undefined)
    expect([reading.state, reading.stopping, workspace.finished, workspace.files.length]).toEqual(['stopped', true, false, 1])
    expect(packets()).toBeGreaterThan(0)
    expect(packets()).toBeLessThan(180)
    expect(readable()).toBe(packets())
  })
})

describe('a pipe', () => {
  it('is spooled, and tells of itself with its first bytes', async () => {
    const pipe = path.join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const bytes = captureBytes('keep-alive.pcap')
    const reading = new Reading(workspace, [pipe], null, null, () => undefined)
    const first = vi.fn()
    const all = reading.run(first)
    const writer = createWriteStream(pipe)
    await new Promise((resolve) => writer.write(bytes.subarray(0, 10), resolve))
    await vi.waitFor(() => expect(first).toHaveBeenCalledTimes(1))
    expect([packets(), reading.state]).toEqual([0, 'reading'])
    writer.end(bytes.subarray(10))
    await all
    expect([packets(), readable(), store.spooled, reading.state]).toEqual([34, 34, bytes.length, 'ended'])
    expect(workspace.files).toEqual([{ name: pipe, start: 0 }])
  })
})

describe('standard input', () => {
  // Where nothing has the number 0, what is opened next has it.
  it('that is a file has no name to be read again by, and is spooled', async () => {
    closeSync(0)
    const input = openSync(fixture('keep-alive.pcap'), 'r')
    try {
      expect(input).toBe(0)
      const reading = await read('-')
      expect([workspace.problems, reading.unreadable, packets(), readable()]).toEqual([[], false, 34, 34])
      expect(store.spooled).toBe(workspace.length)
    } finally {
      closeSync(input)
      openSync('/dev/null', 'r')
    }
  })
})

describe('a live capture', () => {
  const bytes = captureBytes('keep-alive.pcap')

  it('shows itself before the first frame comes, and what it has still comes when it is stopped', async () => {
    const chunks = new LiveChunks()
    const reading = new Reading(workspace, ['not read'], live(chunks), null, () => undefined)
    const first = vi.fn()
    const all = reading.run(first)
    expect([first.mock.calls.length, workspace.files]).toEqual([1, [{ name: 'eth0', start: 0 }]])
    chunks.give(bytes.slice(0, 3_000))
    await vi.waitFor(() => expect(packets()).toBeGreaterThan(0))
    reading.stop()
    expect([reading.state, reading.stopping]).toEqual(['reading', true])
    chunks.give(bytes.slice(3_000))
    await all
    expect([packets(), readable(), reading.state, workspace.finished]).toEqual([34, 34, 'stopped', true])
  })

  it('that fails says why, and keeps what it had', async () => {
    const chunks = new LiveChunks()
    const reading = new Reading(workspace, [], live(chunks), null, () => undefined)
    const all = reading.run(() => undefined)
    chunks.give(bytes.slice())
    chunks.failure = new Error('eth0 is gone')
    chunks.stop()
    await all
    expect([workspace.problems, packets(), reading.state]).toEqual([['eth0 is gone'], 34, 'ended'])
  })

  it('tells the workspace of the time, two seconds behind, until it ends', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const chunks = new LiveChunks()
      const changed = vi.fn()
      const reading = new Reading(workspace, [], live(chunks), null, changed)
      const all = reading.run(() => undefined)
      vi.advanceTimersByTime(1_000)
      expect(workspace.ticked).toBeNaN()
      chunks.elapsed = 5e9
      vi.advanceTimersByTime(1_000)
      expect([workspace.ticked, changed.mock.calls.length]).toEqual([3e9, 1])
      chunks.stop()
      await all
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
