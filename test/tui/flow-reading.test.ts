import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CONNACK_311, CONNECT_311, pcap } from '../cli/captures.ts'
import { FlowReading } from '../../src/tui/model/flow-reading.ts'
import { PORTS, readFlow } from './flow-build.ts'

const CAPTURE = new Uint8Array(readFileSync('fixtures/captures/lost-frames.pcap'))

test('the ladder of one connection alone, whatever the pieces of the capture', () => {
  const whole = readFlow(1, CAPTURE)
  whole.finish()
  expect(whole.ladder?.title).toMatchObject({ client: 'plc-7', stream: 1 })
  expect(whole.ladder?.rows).toContainEqual(expect.objectContaining({ kind: 'packet', number: 12 }))
  const cut = readFlow(1, CAPTURE, 97)
  cut.finish()
  expect(cut.ladder).toEqual(whole.ladder)
})

test('it grows while it is read, and a ladder that was had before does not change', () => {
  const reading = new FlowReading(1, { ports: PORTS, version: null })
  reading.begin('capture')
  expect([reading.ladder, reading.revision]).toEqual([null, 0])
  const seen: { readonly rows: number; readonly revision: number }[] = []
  let earlier = reading.ladder
  let text = ''
  for (let at = 0; at < CAPTURE.length; at += 2_000) {
    reading.push(CAPTURE.subarray(at, at + 2_000))
    const { ladder, revision } = reading
    // The same one as long as it has not changed.
    expect(reading.ladder).toBe(ladder)
    if (earlier !== null) expect(JSON.stringify(earlier)).toBe(text)
    earlier = ladder
    text = JSON.stringify(ladder)
    if (ladder !== null) seen.push({ rows: ladder.rows.length, revision })
  }
  expect(new Set(seen.map(({ rows }) => rows)).size).toBeGreaterThan(3)
  for (const [index, { rows, revision }] of seen.entries()) {
    const before = seen[index - 1]
    if (before !== undefined && rows !== before.rows) expect(revision).toBeGreaterThan(before.revision)
  }
  const before = reading.revision
  reading.finish()
  expect(reading.revision).toBeGreaterThan(before)
  expect(reading.ladder!.rows.length).toBeGreaterThanOrEqual(seen.at(-1)!.rows)
})

test('a connection that is not there', () => {
  const reading = readFlow(7, CAPTURE)
  reading.finish()
  expect([reading.ladder, reading.fanOf(12)]).toEqual([null, null])
})

test('what is still open when the capture goes on', () => {
  const reading = readFlow(0, pcap([{ fromClient: true, payload: CONNECT_311 }, { fromClient: false, payload: CONNACK_311 }, { fromClient: true, payload: Uint8Array.of(0xc0, 0) }]))
  expect(reading.ladder!.rows.at(-1)).toMatchObject({ number: 3, part: { place: 'begins', kind: 'ping' } })
  reading.finish()
  expect(reading.ladder!.rows.at(-1)).toMatchObject({ kind: 'note', text: 'capture ends, no PINGRESP' })
})

test('copies of what was published on the connection, and what it received', () => {
  const reading = readFlow(1, CAPTURE)
  reading.finish()
  expect(reading.fanOf(12)?.delivery.publication).toMatchObject({ number: 12, topic: 'plant/7/alarm' })
  expect(reading.fanOf(13)?.delivery).toMatchObject({ publication: { number: 5 }, copies: [{ number: 13 }] })
  expect(reading.fanOf(9)).toBeNull()
})
