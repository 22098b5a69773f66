import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CaptureStore } from '../../src/io/capture-store.ts'

const KIB = 1_024

let folder = ''
let before: string | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqtap-store-test-'))
  before = process.env.TMPDIR
  process.env.TMPDIR = folder
})
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  rmSync(folder, { recursive: true, force: true })
})

/** Each byte tells its position, so that a wrong one shows. */
function bytes(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((from + index) * 31 + ((from + index) >> 8)) & 0xff)
}

function spoolFolder(): string {
  return join(folder, readdirSync(folder).find((name) => name.startsWith('mqtap-'))!)
}

describe('a plain file', () => {
  test('between spooled bytes is not among those that are given up', () => {
    const name = join(folder, 'capture.pcap')
    writeFileSync(name, bytes(4 * KIB, KIB))
    const store = new CaptureStore(KIB)
    const spool = (from: number, to: number) => {
      store.beginSpool()
      for (let at = from; at < to; at += 64) store.append(bytes(at, 64))
    }
    spool(0, 4 * KIB)
    store.beginFile(name)
    store.append(bytes(4 * KIB, KIB))
    spool(5 * KIB, 8 * KIB)
    expect(store.givenUpSpans).toEqual([{ start: 0, end: 4 * KIB }, { start: 5 * KIB, end: 7 * KIB }])
    expect([store.givenUp, store.read(4 * KIB, 10)]).toEqual([7 * KIB, bytes(4 * KIB, 10)])
    store.close()
  })

  test('is read where it is, and only as far as it was read', () => {
    const name = join(folder, 'capture.pcap')
    writeFileSync(name, bytes(0, 5_000))
    const store = new CaptureStore(KIB)
    store.beginFile(name)
    store.append(bytes(0, 3_000))
    expect(store.read(100, 50)).toEqual(bytes(100, 50))
    expect(store.read(2_990, 50)).toEqual(bytes(2_990, 10))
    expect(store.read(3_000, 1)).toBe(null)
    expect([store.spooled, store.givenUp, readdirSync(folder)]).toEqual([0, 0, ['capture.pcap']])
    store.close()
  })

  test('that is not there', () => {
    expect(() => new CaptureStore(KIB).beginFile(join(folder, 'nope'))).toThrow('there is no file')
  })
})

describe('the spool', () => {
  test('gives back what it took, across its files', () => {
    const store = new CaptureStore(64 * KIB)
    store.beginSpool()
    for (let at = 0; at < 40 * KIB; at += 1_000) store.append(bytes(at, 1_000))
    expect(readdirSync(spoolFolder()).length).toBeGreaterThan(5)
    for (const [at, length] of [[0, 10], [3_990, 300], [0, 30_000], [39_000, 500]] as const) expect(store.read(at, length)).toEqual(bytes(at, length))
    store.close()
  })

  test('is for the user alone, and gone at the end', () => {
    const store = new CaptureStore(64 * KIB)
    store.beginSpool()
    store.append(bytes(0, 10))
    const spool = spoolFolder()
    expect(statSync(spool).mode & 0o077).toBe(0)
    for (const name of readdirSync(spool)) expect(statSync(join(spool, name)).mode & 0o077).toBe(0)
    store.close()
    expect(existsSync(spool)).toBe(false)
    expect(store.read(0, 10)).toBe(null)
  })

  test('gives up the oldest bytes beyond its limit, and says so', () => {
    const store = new CaptureStore(32 * KIB)
    store.beginSpool()
    for (let at = 0; at < 100_000; at += 1_000) {
      store.append(bytes(at, 1_000))
      expect(store.spooled).toBeLessThanOrEqual(32 * KIB)
    }
    expect(store.givenUp).toBeGreaterThan(100_000 - 32 * KIB - 1)
    expect(store.givenUp).toBeLessThan(80_000)
    expect(store.read(store.givenUp - 1, 10)).toBe(null)
    expect(store.read(store.givenUp, 10)).toEqual(bytes(store.givenUp, 10))
    expect(store.read(99_990, 100)).toEqual(bytes(99_990, 10))
    store.close()
  })

  test('a chunk larger than the limit is kept until the next one', () => {
    const store = new CaptureStore(KIB)
    store.beginSpool()
    store.append(bytes(0, 5_000))
    expect(store.read(4_000, 10)).toEqual(bytes(4_000, 10))
    store.append(bytes(5_000, 100))
    expect(store.givenUp).toBe(5_000)
    expect(store.read(5_000, 100)).toEqual(bytes(5_000, 100))
    store.close()
  })
})

test('files before and behind the spool are one capture', () => {
  const names = ['one', 'two'].map((name) => join(folder, name))
  writeFileSync(names[0]!, bytes(0, 1_000))
  writeFileSync(names[1]!, bytes(3_000, 1_000))
  const store = new CaptureStore(KIB)
  store.beginFile(names[0]!)
  store.append(bytes(0, 1_000))
  store.beginSpool()
  store.append(bytes(1_000, 1_000))
  store.append(bytes(2_000, 1_000))
  store.beginFile(names[1]!)
  store.append(bytes(3_000, 1_000))
  expect(store.givenUp).toBe(2_000)
  expect(store.read(1_500, 10)).toBe(null)
  for (const at of [0, 990, 2_000, 3_500]) expect(store.read(at, 10)).toEqual(bytes(at, 10))
  store.close()
})
