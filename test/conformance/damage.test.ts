/**
 * Captures that lack something, or have it in disorder: no finding is certain that is none where all is seen. What lacks evidence may be told, with less certainty,
 * or not at all.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import { LIMITS } from '../../src/analysis/limits.ts'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { judge } from './judging.ts'

interface Captured {
  /** Nanoseconds since the first frame of the whole capture. */
  readonly time: number
  readonly linkType: number
  readonly length: number
  readonly bytes: Uint8Array
}

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures')
/** Larger ones take seconds for each damage, and show the same. */
const MOST_FRAMES = 2_000

function framesOf(capture: Uint8Array): Captured[] {
  const frames: Captured[] = []
  const parser = new CaptureParser({
    frame: ({ time, linkType, originalLength, buffer, start, end }) => void frames.push({ time, linkType, length: originalLength, bytes: buffer.slice(start, end) }),
    interface: () => undefined,
    problem: () => undefined,
    dropped: () => undefined,
  }, LIMITS.capture)
  parser.begin()
  parser.push(capture)
  parser.finish()
  return frames
}

/** A pcap file with nanoseconds. All fixtures have one link type. */
function pcapOf(frames: readonly Captured[]): Uint8Array {
  const file = new Uint8Array(24 + frames.reduce((sum, { bytes }) => sum + 16 + bytes.length, 0))
  const view = new DataView(file.buffer)
  view.setUint32(0, 0xa1b23c4d)
  view.setUint16(4, 2)
  view.setUint16(6, 4)
  view.setUint32(16, 262_144)
  view.setUint32(20, frames[0]?.linkType ?? 1)
  let at = 24
  for (const { time, length, bytes } of frames) {
    view.setUint32(at, 1_700_000_000 + Math.floor(time / 1e9))
    view.setUint32(at + 4, time % 1e9)
    view.setUint32(at + 8, bytes.length)
    view.setUint32(at + 12, length)
    file.set(bytes, at + 16)
    at += 16 + bytes.length
  }
  return file
}

/** The same numbers each time, between 0 and 1. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 8) / 2 ** 24
  }
}

function thinned(frames: readonly Captured[], part: number, seed: number): Captured[] {
  const random = numbers(seed)
  return frames.filter(() => random() >= part)
}

/** Which end sent it: by the lower of the two ports, at the place where they stand in Ethernet and IPv4; all of an other capture is kept. */
function isFromServer({ bytes, linkType }: Captured): boolean | null {
  const ip = linkType === 1 ? 14 : linkType === 113 ? 16 : linkType === 276 ? 20 : null
  if (ip === null || bytes.length < ip + 24 || bytes[ip] !== 0x45 || bytes[ip + 9] !== 6) return null
  const port = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!
  return port(ip + 20) < port(ip + 22)
}

const MILLISECOND = 1e6

function swapped(frames: readonly Captured[], seed: number): Captured[] {
  const random = numbers(seed)
  const result = [...frames]
  for (let index = 1; index < result.length; index++) {
    const [earlier, later] = [result[index - 1]!, result[index]!]
    if (later.time - earlier.time > MILLISECOND || random() > 0.2) continue
    result[index - 1] = { ...later, time: earlier.time }
    result[index] = { ...earlier, time: later.time }
    index++
  }
  return result
}

const DAMAGES: readonly (readonly [string, (frames: readonly Captured[]) => readonly Captured[]])[] = [
  ['the front half removed', (frames) => frames.slice(frames.length >> 1)],
  ['the back half removed', (frames) => frames.slice(0, frames.length >> 1)],
  ...[1, 2, 3].map((seed) => [`thinned by 1 % (${seed})`, (frames: readonly Captured[]) => thinned(frames, 0.01, seed)] as const),
  ...[1, 2, 3].map((seed) => [`thinned by 10 % (${seed})`, (frames: readonly Captured[]) => thinned(frames, 0.1, seed)] as const),
  ['what servers send removed', (frames) => frames.filter((frame) => isFromServer(frame) !== true)],
  ['what clients send removed', (frames) => frames.filter((frame) => isFromServer(frame) !== false)],
  ['frames cut to 96 bytes', (frames) => frames.map((frame) => ({ ...frame, bytes: frame.bytes.slice(0, 96) }))],
  ...[1, 2].map((seed) => [`neighbours swapped (${seed})`, (frames: readonly Captured[]) => swapped(frames, seed)] as const),
]

/** Conversations are many and short: those that take the most from them. */
const OF_CONVERSATIONS = DAMAGES.filter(([name]) => /half removed|10 % \(1\)|send removed|swapped \(1\)/.test(name))

interface Certain {
  readonly what: string
  readonly time: number
}

/** What is certain, with the time since the beginning of the whole capture. */
function certainOf(frames: readonly Captured[]): Certain[] {
  const first = frames[0]?.time ?? 0
  return judge(pcapOf(frames), { mostFindings: 100_000 }).findings
    .filter(({ certainty }) => certainty === 'certain')
    .map(({ rule, actor, version, time, message }) => ({ what: `${actor} ${rule} ${version}`, time: first + time, message }))
}

/** Swapped frames have each other's times. */
const NEAR = 2 * MILLISECOND

function newOnes(damaged: readonly Certain[], whole: readonly Certain[]): Certain[] {
  return damaged.filter((one) => !whole.some(({ what, time }) => what === one.what && !(Math.abs(time - one.time) > NEAR)))
}

function examine(frames: readonly Captured[], damages: typeof DAMAGES): void {
  const whole = certainOf(frames)
  for (const [name, damage] of damages) {
    const damaged = damage(frames)
    if (damaged.length > 0) expect(newOnes(certainOf(damaged), whole), name).toEqual([])
  }
}

const recordings = readdirSync(join(FIXTURES, 'captures')).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name))

describe('recordings', () => {
  test.each(recordings)('%s', (name) => {
    const file = readFileSync(join(FIXTURES, 'captures', name))
    const frames = framesOf(name.endsWith('.gz') ? gunzipSync(file) : file)
    expect(frames.length).toBeGreaterThan(0)
    if (frames.length <= MOST_FRAMES) examine(frames, DAMAGES)
  })
})

describe('conversations', () => {
  const folder = join(FIXTURES, 'conformance')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.scenario'))

  test.each(names)('%s', (name) => {
    examine(framesOf(captureOf(parseScenario(readFileSync(join(folder, name), 'utf8'), name)).pcap), OF_CONVERSATIONS)
  })
})
