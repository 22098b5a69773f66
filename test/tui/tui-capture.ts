/** A capture of fixtures/captures with what the views are made of. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { judgedSink } from '../../src/analysis/judging.ts'
import { createPipeline, type Pipeline } from '../../src/analysis/pipeline.ts'
import { Judge } from '../../src/conformance/judge.ts'
import { PLAIN } from '../../src/report/colour.ts'
import { ConnectionDetailRenderer } from '../../src/report/connection-detail.ts'
import { TimeColumn } from '../../src/report/time-format.ts'
import { ConnectionBook, type BOOK_LIMITS } from '../../src/tui/model/connection-book.ts'
import { FindingList } from '../../src/tui/model/finding-list.ts'

export interface BookedCapture {
  readonly book: ConnectionBook
  readonly list: FindingList
  readonly judge: Judge
  /** What `mqtap connections -V` prints of each connection that has ended. */
  readonly printed: readonly string[]
  readonly pipeline: Pipeline
}

interface Choice {
  readonly limits?: typeof BOOK_LIMITS
  readonly mostFindings?: number
  /** Stops before the capture ends: after this part of the file. */
  readonly part?: number
}

export function booked(name: string, { limits, mostFindings = 100, part = 1 }: Choice = {}): BookedCapture {
  const stored = readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url))
  const bytes = name.endsWith('.gz') ? gunzipSync(stored) : stored
  const ports = new Uint8Array(65_536)
  ports[1883] = 1
  const book: ConnectionBook = new ConnectionBook({ time: new TimeColumn('relative', true, () => pipeline.clock), ...(limits === undefined ? {} : { limits }) })
  const printed: string[] = []
  const renderer = new ConnectionDetailRenderer({ palette: PLAIN, time: new TimeColumn('relative', true, () => pipeline.clock) })
  const list = new FindingList()
  const judge = new Judge({
    mostFindings,
    found: (finding) => {
      book.finding(finding)
      list.add(finding)
    },
  })
  const pipeline = createPipeline({ ports, version: null, subscriptions: true }, judgedSink(judge, {
    packet: (event) => book.packet(event),
    exchange: (exchange) => book.exchange(exchange),
    connection: (connection) => {
      book.connection(connection)
      printed.push(renderer.item(connection).trim())
    },
    captureProblem: () => undefined,
    networkProblem: () => undefined,
  }))
  pipeline.begin(name)
  pipeline.push(new Uint8Array(bytes).subarray(0, Math.floor(bytes.length * part)))
  if (part === 1) pipeline.finish()
  list.count(judge.judgement)
  return { book, list, judge, printed, pipeline }
}
