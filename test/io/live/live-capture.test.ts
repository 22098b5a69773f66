import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { CaptureParser } from '../../../src/capture/capture-parser.ts'
import { Frame } from '../../../src/capture/frame.ts'
import { PcapngWriter } from '../../../src/capture/pcapng-writer.ts'
import { CaptureError } from '../../../src/io/errors.ts'
import { LiveCapture, type LiveOptions } from '../../../src/io/live/live-capture.ts'
import { LiveFile } from '../../../src/io/live/live-file.ts'
import type { EngineRun } from '../../../src/io/live/engine.ts'

const CLOCK = { epochSeconds: 1_700_000_000, epochNanoseconds: 0 }

/** An engine that delivers what it is given. */
class FakeRun implements EngineRun {
  readonly interfaces = ['eth0']
  dropped: number | null = null
  stops = 0
  kills = 0
  readonly bytes: AsyncIterable<Uint8Array>
  readonly #writer: PcapngWriter
  readonly #chunks: Uint8Array[] = []
  #wake: () => void = () => undefined
  #end: CaptureError | 'end' | null = null

  constructor() {
    this.#writer = new PcapngWriter('fake', (bytes) => void this.#chunks.push(bytes.slice()))
    this.#writer.describe({ id: 0, linkType: 1, snapLength: 0, name: 'eth0' })
    this.#writer.announce(0)
    this.bytes = this.#deliver()
  }

  /** Frames of 100 bytes. */
  captures(count: number): void {
    for (let number = 0; number < count; number++) {
      const frame = new Frame()
      frame.time = number
      frame.linkType = 1
      frame.buffer = new Uint8Array(100)
      frame.end = 100
      frame.originalLength = 100
      this.#writer.frame(frame, CLOCK)
    }
    this.#writer.flush()
    this.#wake()
  }

  end(how: CaptureError | 'end' = 'end'): void {
    this.#end = how
    this.#wake()
  }

  stop(): void {
    this.stops++
    this.end()
  }

  kill(): void {
    this.kills++
    this.end()
  }

  async *#deliver(): AsyncGenerator<Uint8Array, void, void> {
    this.#writer.flush()
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) yield chunk
      else if (this.#end === 'end') return
      else if (this.#end !== null) throw this.#end
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

function capture(runs: readonly EngineRun[], options: Partial<LiveOptions> = {}): LiveCapture {
  return new LiveCapture(runs, {
    name: 'eth0', by: 'dumpcap', timestamps: 'kernel', application: 'test', file: null, end: { duration: null, packets: null, bytes: null, files: null },
    capture: LIMITS.capture, limits: { queuedBytes: 1_000_000 }, now: () => performance.now(), ...options,
  })
}

/** Frames and drops of all that it delivers. */
async function all(live: LiveCapture): Promise<{ frames: number; dropped: number[] }> {
  const found = { frames: 0, dropped: [] as number[] }
  const parser = new CaptureParser({
    frame: () => void found.frames++,
    interface: () => undefined,
    problem: ({ message }) => expect.unreachable(message),
    dropped: (_id, total) => void found.dropped.push(total),
  }, LIMITS.capture)
  parser.begin()
  for await (const chunk of live) parser.push(chunk)
  parser.finish()
  return found
}

test('hands on what the engine captures, and what it lost', async () => {
  const run = new FakeRun()
  const live = capture([run])
  await live.begun
  run.captures(5)
  run.dropped = 3
  run.end()
  expect(await all(live)).toEqual({ frames: 5, dropped: [3] })
  expect([live.frames, live.dropped, live.failure]).toEqual([5, 3, null])
})

test('a reader that is too slow misses frames, which are counted', async () => {
  const run = new FakeRun()
  const live = capture([run], { limits: { queuedBytes: 10_000 } })
  await live.begun
  for (let burst = 0; burst < 10; burst++) {
    run.captures(50)
    await new Promise((resolve) => setImmediate(resolve))
  }
  run.end()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(live.elapsed).toBeNull()
  const { frames, dropped } = await all(live)
  expect(frames).toBeGreaterThan(50)
  expect(live.frames).toBe(500)
  expect(live.leftOut).toBe(500 - frames)
  expect(live.leftOut).toBeGreaterThan(0)
  expect(dropped).toEqual([live.leftOut])
})

test.each([
  ['one file', null, 5, /^FOLDER\/day\.pcapng$/],
  ['a ring of which one file is left', { packets: 2, files: 1 }, 5, /^FOLDER\/day_00003_\d{14}\.pcapng$/],
  ['a ring of which two are left', { packets: 2, files: 2 }, 5, /^FOLDER\/day_00002_\d{14}\.pcapng and FOLDER\/day_00003_\d{14}\.pcapng$/],
  ['a ring of many', { packets: 1, files: null }, 5, /^5 files, FOLDER\/day_00001_\d{14}\.pcapng to FOLDER\/day_00005_\d{14}\.pcapng$/],
])('says where it is saved: %s', async (_name, ring, frames, words) => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtap-live-capture-'))
  try {
    const file = new LiveFile(join(folder, 'day.pcapng'), { application: 'test', ring: ring === null ? null : { duration: null, interval: null, fileSize: null, ...ring }, now: () => Date.now() })
    const run = new FakeRun()
    const live = capture([run], { file })
    run.captures(frames)
    run.end()
    await all(live)
    expect(live.savedTo!.replaceAll(folder, 'FOLDER')).toMatch(words)
    for (const name of live.savedTo!.match(/\/\S+\.pcapng/g)!) expect(existsSync(name)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('says that it is not saved', () => {
  const run = new FakeRun()
  expect(capture([run]).savedTo).toBeNull()
  run.end()
})

describe('ends', () => {
  test('after so many frames, and the rest is not taken', async () => {
    const run = new FakeRun()
    const live = capture([run], { end: { duration: null, packets: 7, bytes: null, files: null } })
    await live.begun
    run.captures(20)
    expect((await all(live)).frames).toBe(7)
    expect([live.frames, run.stops]).toEqual([7, 1])
  })

  test('after so many bytes', async () => {
    const run = new FakeRun()
    const live = capture([run], { end: { duration: null, packets: null, bytes: 250, files: null } })
    await live.begun
    run.captures(2)
    await new Promise((resolve) => setImmediate(resolve))
    expect(run.stops).toBe(0)
    run.captures(1)
    await all(live)
    expect(run.stops).toBe(1)
  })

  test('after so long', async () => {
    const run = new FakeRun()
    const live = capture([run], { end: { duration: 30, packets: null, bytes: null, files: null } })
    await all(live)
    expect(run.stops).toBe(1)
  })

  test('with all engines where one fails, and what was captured comes still', async () => {
    const [failing, other] = [new FakeRun(), new FakeRun()]
    const live = capture([failing, other])
    await live.begun
    failing.captures(2)
    other.captures(3)
    failing.end(new CaptureError('interface-down', 'the interface eth0 went down'))
    expect((await all(live)).frames).toBe(5)
    expect(other.stops).toBe(1)
    expect(live.failure?.message).toBe('the interface eth0 went down')
  })

  test('at once where nobody reads any more', async () => {
    const run = new FakeRun()
    const live = capture([run])
    await live.begun
    run.captures(1)
    const chunks = live[Symbol.asyncIterator]()
    await chunks.next()
    await chunks.return()
    expect(run.kills).toBe(1)
  })
})
