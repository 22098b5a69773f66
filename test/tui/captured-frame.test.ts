/** Where in a captured frame the bytes of a packet are, and which bytes of it are hidden. */
import { expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketIndex } from '../../src/analysis/packet-index.ts'
import { PacketSource } from '../../src/analysis/packet-source.ts'
import { createPipeline } from '../../src/analysis/pipeline.ts'
import { findFrame } from '../../src/io/frame-finder.ts'
import { capturedFrame, type CapturedFrame } from '../../src/tui/model/captured-frame.ts'
import { join, text } from '../capture/build.ts'
import { CONNACK_311, CONNECT_311, pcap, publish, type Segment } from '../cli/captures.ts'

/** Ethernet, IPv4, TCP. */
const HEADERS = 54
const SECRET = 'secret-1'
const CONNECT = join(
  Uint8Array.of(0x10, 10 + 7 + 3 + 10, 0, 4), text('MQTT'), Uint8Array.of(4, 0xc2, 0, 60, 0, 5), text('plc-7'), Uint8Array.of(0, 1), text('u'), Uint8Array.of(0, 8), text(SECRET),
)
const PING = Uint8Array.of(0xc0, 0)
const PONG = Uint8Array.of(0xd0, 0)
const large = publish('t', 'x'.repeat(100))

/** The frame that completed a packet, from a capture read in small chunks. */
async function frameOf(segments: readonly Uint8Array[], packet: number, { showSecrets = false, chunk = 100, swapped = false } = {}): Promise<CapturedFrame> {
  const inOrder = pcap(segments.map((payload): Segment => ({ fromClient: payload[0] !== CONNACK_311[0] && payload[0] !== PONG[0], payload })))
  const capture = swapped ? swapLast(inOrder) : inOrder
  const index = new PacketIndex(LIMITS.index)
  const pipeline = createPipeline({ ports: new Uint8Array(65_536).fill(1, 1883, 1884), version: null, locates: true }, {
    packet: (event) => index.add(event, 0, pipeline.positionOf(event.buffer, event.start)),
    captureProblem: () => undefined, networkProblem: () => undefined,
  })
  const chunks = Array.from({ length: Math.ceil(capture.length / chunk) }, (_, part) => capture.slice(part * chunk, (part + 1) * chunk))
  pipeline.begin('capture.pcap')
  for (const each of chunks) pipeline.push(each)
  pipeline.finish()
  const source = new PacketSource(index, (position, length) => capture.slice(position, position + length))
  return capturedFrame((await findFrame([chunks], index.frameOf(packet)))!, packet, index, source, showSecrets)
}

/** The last two frames come in the other order. */
function swapLast(capture: Uint8Array): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.length)
  const starts: number[] = []
  for (let at = 24; at < capture.length; at += 16 + view.getUint32(at + 8)) starts.push(at)
  const [before, last] = starts.slice(-2) as [number, number]
  return join(capture.subarray(0, before), capture.subarray(last), capture.subarray(before, last))
}

function shownText({ bytes, masked }: CapturedFrame): string {
  const shown = bytes.slice(HEADERS)
  for (const { start, end } of masked) shown.fill(0x2a, Math.max(0, start - HEADERS), end - HEADERS)
  return Buffer.from(shown).toString('latin1')
}

test.each([7, 100, 10_000])('a packet that a frame carries whole, in chunks of %i bytes', async (chunk) => {
  const { number, bytes, originalLength, start, end, packetStart, masked } = await frameOf([CONNECT_311, CONNACK_311, publish('a', '1')], 3, { chunk })
  expect([number, originalLength, start, end, packetStart, masked]).toEqual([3, bytes.length, HEADERS, bytes.length, 0, []])
  expect(bytes.slice(start, end)).toEqual(publish('a', '1'))
})

test('the second packet of a frame', async () => {
  const { start, end, bytes, masked } = await frameOf([CONNECT_311, CONNACK_311, join(publish('a', '1'), publish('b', '2'), publish('c', '3'))], 4)
  expect(bytes.slice(start, end)).toEqual(publish('b', '2'))
  expect(masked).toEqual([])
})

test('a packet in pieces: that of the frame that completed it, and what begins behind it', async () => {
  const whole = await frameOf([CONNECT_311, CONNACK_311, large.subarray(0, 1), large.subarray(1, 50), join(large.subarray(50), CONNECT.subarray(0, 30)), CONNECT.subarray(30)], 3)
  expect([whole.number, whole.start, whole.end, whole.packetStart]).toEqual([5, HEADERS, HEADERS + large.length - 50, 50])
  // The next packet began in this frame, and its secret is in it.
  expect(shownText(whole)).toMatch(/^x+\x10.*plc-7\0\x01u\0.\**$/s)
  expect(shownText(whole)).not.toContain('s')
})

test('the password of a CONNECT is masked, also where the frame is shown for another packet of it', async () => {
  const both = [join(CONNECT, publish('a', '1')), CONNACK_311]
  for (const packet of [1, 2]) {
    const frame = await frameOf(both, packet)
    expect(frame.masked).toEqual([{ start: HEADERS + CONNECT.length - SECRET.length, end: HEADERS + CONNECT.length }])
    expect(shownText(await frameOf(both, packet, { showSecrets: true }))).toContain(SECRET)
  }
  const cut = await frameOf([CONNECT.subarray(0, CONNECT.length - 4), CONNECT.subarray(CONNECT.length - 4), CONNACK_311], 1)
  expect([shownText(cut), cut.end - cut.start]).toEqual(['****', 4])
})

test('bytes of no packet that is known to be there are masked, but for the headers', async () => {
  const many = join(...Array.from({ length: 300 }, () => publish('a', '1')))
  const { start, end, masked } = await frameOf([CONNECT_311, CONNACK_311, many], 301)
  expect(masked).toEqual([{ start: HEADERS + 256 * 6, end: start }, { start: end, end: HEADERS + many.length }])
})

test('a packet of which the index has no position is looked for, and is nowhere where it could be in two places', async () => {
  // An answer that was captured before its request waits for that, and is kept meanwhile.
  const once = await frameOf([CONNECT_311, CONNACK_311, PING, PONG], 4, { swapped: true })
  expect([once.number, once.bytes.slice(once.start, once.end), once.masked]).toEqual([3, PONG, []])
  const twice = await frameOf([CONNECT_311, CONNACK_311, join(PING, PING), join(PONG, PONG)], 5, { swapped: true })
  expect([twice.number, twice.start, twice.end, twice.masked]).toEqual([3, 0, 0, [{ start: HEADERS, end: HEADERS + 4 }]])
})
