/**
 * Fresh traffic of real programs on loopback, recorded by tcpdump and dumpcap, and read by the built program: every packet that tshark sees is there, says the
 * same, and nothing in this conforming traffic is called a problem.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differences, type Facts, type SeenPacket } from '../oracle/seen.ts'
import { readWithTshark } from '../oracle/tshark.ts'
import { requireTool } from '../tools.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Not the port of the fixtures, so that a broker of this machine, or a recording beside this one, does no harm. */
const PORT = 18_830

const CAPTURES = ['mosquitto-3.1.pcap', 'mosquitto-3.1.1.pcap', 'mosquitto-5.0.pcapng', 'mqttjs-3.1.pcap', 'mqttjs-3.1.1.pcap.gz', 'mqttjs-5.0.pcap']

/** Recording takes about three seconds a capture on an idle machine. */
const RECORDING_MS = 180_000

const TOOLS = ['mosquitto', 'mosquitto_pub', 'mosquitto_sub', 'tcpdump', 'dumpcap', 'tshark']
const ready = TOOLS.every((tool) => requireTool(tool)) && mayCapture()

const run = promisify(execFile)
let directory = ''

/** As `requireTool`, for the right to capture. */
function mayCapture(): boolean {
  if (process.getuid?.() === 0) return true
  if (process.env.MQTAP_REQUIRE_TOOLS === '1') throw new Error('capturing needs root, and MQTAP_REQUIRE_TOOLS=1 demands it')
  console.warn('skipped: tests that capture on loopback, which needs root')
  return false
}

interface PacketLine {
  readonly frame: number
  readonly stream: number
  readonly type: string
  readonly direction: string | null
  readonly version: string | null
  readonly versionCertainty: string | null
  readonly length: number
  readonly fields: {
    readonly topicName?: string
    readonly packetIdentifier?: number
    readonly payload?: string
  }
  readonly problems: readonly { readonly code: string }[]
}

async function readWithProgram(file: string): Promise<PacketLine[]> {
  const { stdout } = await run(process.execPath, ['bin/mqtap.js', 'read', '-f', 'ndjson', '--port', String(PORT), file], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 })
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as PacketLine)
}

function asSeen({ frame, stream, type, length, fields }: PacketLine): SeenPacket {
  const facts: Record<string, string> = { length: String(length) }
  if (fields.topicName !== undefined) facts.topics = Buffer.from(fields.topicName).toString('hex')
  if (fields.packetIdentifier !== undefined) facts.packetIdentifier = String(fields.packetIdentifier)
  if (fields.payload !== undefined) facts.payload = fields.payload
  return { frame, stream, type, facts }
}

/** Of tshark's facts those that `asSeen` takes from the program's output. Topics of other packets than PUBLISH are lists there. */
function comparable({ frame, stream, type, facts }: SeenPacket): SeenPacket {
  const { length, topics, packetIdentifier, payload } = facts
  const kept = { length, packetIdentifier, payload, topics: type === 'PUBLISH' ? topics : undefined }
  return { frame, stream, type, facts: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as Facts }
}

describe.skipIf(!ready)('fresh traffic on loopback', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mqtap-loopback-'))
    await run(process.execPath, ['fixtures/record/record.mjs', '--directory', directory, '--port', String(PORT), ...CAPTURES], { cwd: ROOT, timeout: RECORDING_MS })
  }, RECORDING_MS)

  afterAll(async () => {
    if (directory !== '') await rm(directory, { recursive: true, force: true })
  })

  test.each(CAPTURES)('%s', async (name) => {
    const [ours, tsharks] = await Promise.all([readWithProgram(join(directory, name)), readWithTshark(join(directory, name), PORT)])
    expect(new Set(ours.map(({ type }) => type)).size, 'kinds of packets').toBeGreaterThanOrEqual(12)
    expect(differences(ours.map(asSeen), tsharks.map(comparable))).toEqual([])
    expect(ours.filter(({ problems }) => problems.length > 0)).toEqual([])
    // The whole of each connection is in the capture, so nothing is guessed.
    expect(ours.filter(({ direction, versionCertainty }) => direction === null || versionCertainty !== 'seen')).toEqual([])
    expect(new Set(ours.map(({ version }) => version)).size, 'versions').toBe(1)
  })
})
