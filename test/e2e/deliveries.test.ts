/**
 * 50 publishers and 50 subscribers of all kinds at a real broker, recorded on loopback: every copy is found, and nobody is accused, whatever is taken out of the
 * capture.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireTool } from '../tools.ts'
import type { DeliveryObject } from '../../src/report/schema/delivery.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Not the port of the fixtures, nor of the other recordings, so that none disturbs another. */
const PORT = 18_831

const CAPTURE = 'fan-out.pcap.gz'

/** Recording takes about five seconds on an idle machine. */
const RECORDING_MS = 120_000

const ready = ['mosquitto', 'tcpdump'].every((tool) => requireTool(tool)) && mayCapture()

const run = promisify(execFile)
let directory = ''
let capture = new Uint8Array(0)

function mayCapture(): boolean {
  if (process.getuid?.() === 0) return true
  if (process.env.MQTAP_REQUIRE_TOOLS === '1') throw new Error('capturing needs root, and MQTAP_REQUIRE_TOOLS=1 demands it')
  console.warn('skipped: tests that capture on loopback, which needs root')
  return false
}

async function ask<Line>(command: string, pcap: Uint8Array, ...options: string[]): Promise<Line[]> {
  const file = join(directory, 'asked.pcap')
  await writeFile(file, pcap)
  const { stdout } = await run(process.execPath, ['bin/mqtap.js', command, ...options, '-f', 'ndjson', '--port', String(PORT), file], { cwd: ROOT, maxBuffer: 256 * 1024 * 1024 })
  return stdout.trimEnd().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line)
}

const deliveries = (pcap: Uint8Array) => ask<DeliveryObject>('flows', pcap, '--deliveries')

interface PacketLine {
  readonly number: number
  readonly stream: number
  readonly clientId: string
  readonly type: string
  readonly direction: string
  readonly fields: { readonly dup?: boolean; readonly topicName?: string; readonly payload?: string }
}

/** The frames of a classic pcap of this machine, without those that `leftOut` says. `ports` are source and destination. */
function without(pcap: Uint8Array, leftOut: (ports: readonly [number, number], frame: number) => boolean): Uint8Array {
  const bytes = Buffer.from(pcap.buffer, pcap.byteOffset, pcap.byteLength)
  const kept = [bytes.subarray(0, 24)]
  let frame = 0
  for (let at = 24; at < bytes.length;) {
    const end = at + 16 + bytes.readUInt32LE(at + 8)
    const tcp = at + 16 + 14 + 20
    if (!leftOut([bytes.readUInt16BE(tcp), bytes.readUInt16BE(tcp + 2)], ++frame)) kept.push(bytes.subarray(at, end))
    at = end
  }
  return Buffer.concat(kept)
}

/** Names of clients of whom anything at all is claimed, and everything that is claimed with a certainty that counts. */
function claimsIn(results: readonly DeliveryObject[]): { readonly about: ReadonlySet<unknown>; readonly sure: readonly string[] } {
  const about = new Set<unknown>()
  const sure: string[] = []
  for (const { kind, topic, copies, missing, certainty } of results) {
    for (const one of missing) {
      about.add(one.clientId)
      if (one.certainty !== 'unsure') sure.push(`${String(topic)} missing ${String(one.clientId)} ${one.certainty}`)
    }
    for (const one of copies) {
      if (one.duplicate !== null) about.add(one.clientId)
      if (one.duplicate === 'certain' || one.duplicate === 'likely') sure.push(`${String(topic)} twice to ${String(one.clientId)} ${one.duplicate}`)
    }
    if (kind === 'copy-without-subscription' && certainty !== 'unsure') sure.push(`${String(topic)} not subscribed to ${String(copies[0]?.clientId)}`)
  }
  return { about, sure }
}

describe.skipIf(!ready)('a fan-out at a real broker', () => {
  let packets: readonly PacketLine[] = []

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mqtap-deliveries-'))
    await run(process.execPath, ['fixtures/record/record.mjs', '--directory', directory, '--port', String(PORT), CAPTURE], { cwd: ROOT, timeout: RECORDING_MS })
    const recorded = await readFile(join(directory, CAPTURE))
    capture = recorded[0] === 0x1f ? gunzipSync(recorded) : recorded
    packets = await ask<PacketLine>('read', capture)
  }, RECORDING_MS)

  afterAll(async () => {
    if (directory !== '') await rm(directory, { recursive: true, force: true })
  })

  test('every copy is found, and is of the message that it is of', async () => {
    const results = await deliveries(capture)
    expect(results.filter(({ kind }) => kind === 'publication')).toHaveLength(150)
    // Late ones, where the machine has much else to do.
    expect(new Set(results.map(({ kind }) => kind).filter((kind) => kind !== 'late-copy'))).toEqual(new Set(['publication']))
    const payloads = new Map(packets.map(({ number, fields }) => [number, fields.payload]))
    const found = new Map(results.flatMap(({ number, copies }) => copies.map((copy) => [copy.number, number] as const)))
    const sent = packets.filter(({ type, direction, fields }) => type === 'PUBLISH' && direction === 'server-to-client' && fields.dup === false)
    expect(sent.length).toBeGreaterThan(2_000)
    expect([...found.keys()].sort((a, b) => a - b)).toEqual(sent.map(({ number }) => number))
    for (const { number, fields } of sent) expect(payloads.get(found.get(number)!), `packet ${number}`).toBe(fields.payload)
    expect(results.flatMap(({ copies }) => copies.filter(({ certainty }) => certainty !== 'certain'))).toEqual([])
    expect(results.flatMap(({ missing, notJudged }) => [...missing, ...notJudged])).toEqual([])
    expect(claimsIn(results)).toEqual({ about: new Set(), sure: [] })
    for (const { copies } of results) for (const { durationMs } of copies) expect(durationMs).toBeGreaterThan(0)
  })

  /** TCP port of a client. */
  const portOf = (clientId: string): number => {
    const { stream } = packets.find((packet) => packet.clientId === clientId)!
    const ports: number[] = []
    // Streams are numbered in the order of their first frames.
    without(capture, ([source, destination]) => {
      const port = source === PORT ? destination : source
      if (!ports.includes(port)) ports.push(port)
      return false
    })
    return ports[stream]!
  }

  test.each([
    ['all that concerns a subscriber', (port: number) => ([source, destination]: readonly [number, number]) => source === port || destination === port],
    ['what a subscriber gets', (port: number) => ([, destination]: readonly [number, number]) => destination === port],
    ['what a subscriber sends', (port: number) => ([source]: readonly [number, number]) => source === port],
  ])('without %s, nothing is claimed about it', async (_name, leftOut) => {
    for (const subscriber of ['s0', 's7']) {
      const { about, sure } = claimsIn(await deliveries(without(capture, leftOut(portOf(subscriber)))))
      expect(sure).toEqual([])
      expect(about).not.toContain(subscriber)
    }
  })

  test.each([2, 20, 200])('without %d of 1,000 frames, nothing is claimed', async (of1000) => {
    for (const seed of [1, 2]) {
      const { sure } = claimsIn(await deliveries(without(capture, (_ports, frame) => (Math.imul(frame + 7_919 * seed, 0x9e3779b1) >>> 0) % 1_000 < of1000)))
      expect(sure).toEqual([])
    }
  })
})
