/** A live capture with a tick each second, two seconds behind: what is found is what is found in the file. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { judgedSink } from '../../src/analysis/judging.ts'
import { LIMITS } from '../../src/analysis/limits.ts'
import { createPipeline, type Pipeline } from '../../src/analysis/pipeline.ts'
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import { Judge, type Judgement } from '../../src/conformance/judge.ts'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const SECOND = 1e9
const BEHIND = 2 * SECOND
const HOUR = 3_600 * SECOND

describe('with ticks between the frames, the findings and verdicts are the same', () => {
  const captures = readdirSync(`${FIXTURES}captures`).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name))
  test.each(captures)('%s', (name) => {
    const bytes = readFileSync(`${FIXTURES}captures/${name}`)
    compare(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  })

  const scenarios = readdirSync(`${FIXTURES}conformance`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.scenario'))
  test.each(scenarios)('%s', (name) => {
    compare(captureOf(parseScenario(readFileSync(`${FIXTURES}conformance/${name}`, 'utf8'), name)).pcap)
  })
})

describe('a tick', () => {
  const bytes = readFileSync(`${FIXTURES}captures/mosquitto-5.0.pcapng`)
  const told: string[] = []
  const pipeline = createPipeline({ ports: mqttPorts(), version: null }, {
    packet: () => told.push('packet'), captureProblem: () => undefined, networkProblem: () => undefined,
    delivery: ({ kind }) => told.push(kind), captureEnds: (time) => told.push(`end at ${Math.round(time / SECOND)}`),
  })
  const toldBy = (act: () => void): string[] => {
    told.length = 0
    act()
    return [...told]
  }

  test('before the first frame says nothing', () => {
    pipeline.begin('capture')
    expect(toldBy(() => pipeline.tick(100 * SECOND))).toEqual([])
    expect(pipeline.totals).toMatchObject({ frames: 0, firstTime: null, lastTime: null })
  })

  test('in silence brings what waited for time to go on, and is no frame', () => {
    pipeline.push(bytes)
    const { frames, lastTime } = pipeline.totals
    expect(toldBy(() => pipeline.tick(lastTime! - SECOND))).toEqual([])
    expect(new Set(toldBy(() => pipeline.tick(lastTime! + 200 * SECOND)))).toEqual(new Set(['publication']))
    expect(pipeline.totals).toMatchObject({ frames, lastTime })
  })

  test('makes the end of the capture later', () => {
    expect(toldBy(() => pipeline.finish())).toEqual([`end at ${Math.round(pipeline.totals.lastTime! / SECOND) + 200}`])
  })
})

function mqttPorts(): Uint8Array {
  const ports = new Uint8Array(65_536)
  ports[1883] = 1
  return ports
}

function compare(bytes: Uint8Array): void {
  const [told, ticked] = [judgementOf(bytes, false), judgementOf(bytes, true)]
  expect(summaryOf(ticked)).toEqual(summaryOf(told))
}

/** All but what is unsure. */
function summaryOf({ findings, counted, verdicts }: Judgement): unknown {
  return {
    findings: findings.filter(({ certainty }) => certainty !== 'unsure').map(({ rule, actor, certainty, frame, message }) => `${certainty} ${actor} ${rule} at ${frame}: ${message}`),
    counted,
    verdicts: verdicts.map(({ version, id, side, verdict, checked, violated }) => `${version} ${id} ${side} ${verdict} ${checked} ${violated}`),
  }
}

function judgementOf(bytes: Uint8Array, withTicks: boolean): Judgement {
  const judge = new Judge({ mostFindings: LIMITS.conformance.findings })
  const pipeline = createPipeline({ ports: mqttPorts(), version: null }, judgedSink(judge, { packet: () => undefined, captureProblem: () => undefined, networkProblem: () => undefined }))
  pipeline.begin('capture')
  if (withTicks) replay(bytes, pipeline)
  else pipeline.push(bytes)
  pipeline.finish()
  return judge.judgement
}

/** Each frame by itself, and the ticks before it. Of more than an hour without a frame nobody knows whether the clock was set: there are no ticks in it. */
function replay(bytes: Uint8Array, pipeline: Pipeline): void {
  const times = timesOf(bytes)
  let frame = 0
  let tick = -BEHIND
  let last = 0
  for (const { piece, isFrame } of piecesOf(bytes)) {
    if (isFrame) {
      const time = times[frame++]!
      if (time - last > HOUR) tick = time - BEHIND
      for (; tick <= time - BEHIND; tick += SECOND) pipeline.tick(tick)
      last = time
    }
    pipeline.push(piece)
  }
}

function timesOf(bytes: Uint8Array): number[] {
  const times: number[] = []
  const ignore = () => undefined
  const parser = new CaptureParser({ frame: ({ time }) => times.push(time), interface: ignore, problem: ignore, dropped: ignore }, LIMITS.capture)
  parser.begin()
  parser.push(bytes)
  parser.finish()
  return times
}

/** The records of a pcap file, or the blocks of a pcapng file. */
function* piecesOf(bytes: Uint8Array): Iterable<{ piece: Uint8Array; isFrame: boolean }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isNext = view.getUint32(0, true) === 0x0a0d0d0a
  const magic = view.getUint32(isNext ? 8 : 0, true)
  const little = isNext ? magic === 0x1a2b3c4d : magic === 0xa1b2c3d4 || magic === 0xa1b23c4d
  for (let at = 0; at < bytes.length;) {
    const isHeader = !isNext && at === 0
    const length = isHeader ? 24 : isNext ? view.getUint32(at + 4, little) : 16 + view.getUint32(at + 8, little)
    // Enhanced, simple and obsolete packet blocks.
    const isFrame = isNext ? [2, 3, 6].includes(view.getUint32(at, little)) : !isHeader
    yield { piece: bytes.subarray(at, at + length), isFrame }
    at += length
  }
}
