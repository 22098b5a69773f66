import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { PLAIN } from '../../src/report/colour.ts'
import { ladderLines } from '../../src/report/ladder/layout.ts'
import { TimeColumn } from '../../src/report/time-format.ts'
import { FlowFeed } from '../../src/tui/model/flow-feed.ts'
import { Driven } from './tui-controller.ts'
import { drawn } from './flow-build.ts'
import { FLOW_START } from '../../src/tui/views/flow-state.ts'
import type { Workspace } from '../../src/tui/model/workspace.ts'

const open: Driven[] = []
afterEach(() => {
  for (const { store } of open.splice(0)) store.close()
})

function driven(choice: ConstructorParameters<typeof Driven>[0]): Driven {
  const one = new Driven(choice)
  open.push(one)
  return one
}

function fed(workspace: Workspace, stream: number): FlowFeed {
  const feed = new FlowFeed(workspace, stream)
  while (feed.work(() => false));
  return feed
}

/** As `mqtap flows --ladder` prints it. */
function printed({ reading: { ladder } }: FlowFeed, { pipeline }: Workspace): string {
  const column = new TimeColumn('relative', true, () => pipeline.clock)
  return ladderLines(ladder!, { width: 80, header: true, palette: PLAIN, timeText: (time, previous) => column.text(time, previous) }).join('\n')
}

const LADDERS = ['resumed.pcap', 'reconnect-storm.pcap', 'takeover.pcap', 'paused-broker.pcap', 'slow-subscriber.pcap.gz', 'lossy-client-side.pcap.gz', 'lost-at-tap.pcap.gz', 'lost-frames.pcap', 'mqttjs-5.0-properties.pcapng']

describe('the flow of a connection', () => {
  for (const capture of LADDERS) {
    it(`is the ladder that the command line prints of it: ${capture}`, () => {
      const { workspace } = driven({ capture })
      const text = readFileSync(new URL(`../../fixtures/captures/${capture}.ladder.txt`, import.meta.url), 'utf8')
      const ladders = text.trimEnd().split(/\n\n(?=\S)/)
      expect(ladders.length).toBeGreaterThan(0)
      for (const ladder of ladders) {
        const stream = Number(/ stream (\d+) /.exec(ladder)![1])
        expect(printed(fed(workspace, stream), workspace).trimEnd()).toBe(ladder)
      }
    })
  }

  it('comes on a slice at a time, and says how far', () => {
    const { workspace } = driven({ capture: 'large-payload.pcap.gz' })
    const feed = new FlowFeed(workspace, 0)
    const seen = [feed.progress]
    while (feed.work(() => false)) seen.push(feed.progress)
    const steps = seen.filter((progress) => progress !== null)
    expect(steps.length).toBeGreaterThan(2)
    expect(steps).toEqual([...new Set(steps)].sort((one, other) => one - other))
    expect([seen[0], seen.at(-1), feed.work(() => true)]).toEqual([0, null, false])
  })

  it('grows with the capture, to the same ladder', () => {
    const one = driven({ capture: 'lost-frames.pcap', part: 0.3 })
    const feed = new FlowFeed(one.workspace, 1)
    for (const part of [0.3, 0.5, 0.8, 1]) {
      one.give(part)
      while (feed.work(() => false));
      expect(feed.progress).toBe(null)
    }
    one.workspace.finish()
    while (feed.work(() => false));
    expect(feed.reading.ladder).toEqual(fed(driven({ capture: 'lost-frames.pcap' }).workspace, 1).reading.ladder)
  })

  it('is of all files, with the numbers that their packets have among all', () => {
    const one = driven({ capture: 'mqttjs-5.0.pcap', part: 0.999_99 })
    const { workspace } = one
    const before = { packets: workspace.index.count, streams: workspace.pipeline.totals.streams }
    const bytes = new Uint8Array(readFileSync(new URL('../../fixtures/captures/lost-frames.pcap', import.meta.url)))
    // One without any bytes between them, and one at the end.
    for (const name of ['empty.pcap', 'lost-frames.pcap']) workspace.begin(name)
    workspace.append(bytes)
    workspace.begin('empty too.pcap')
    workspace.finish()
    const alone = fed(driven({ capture: 'lost-frames.pcap' }).workspace, 1).reading.ladder!
    const feed = fed(workspace, before.streams + 1)
    const numbers = (rows: typeof alone.rows) => rows.flatMap((row) => (row.kind === 'packet' ? row.number : []))
    expect(feed.reading.ladder!.title).toEqual({ ...alone.title, stream: before.streams + 1 })
    expect(numbers(feed.reading.ladder!.rows)).toEqual(numbers(alone.rows).map((number) => number! + before.packets))
  })
})

describe('a capture that lost its beginning', () => {
  const SMALL = 16_384

  it('has no flow any more, and says so as long as it is looked for', () => {
    const one = driven({ spoolLimit: SMALL })
    const feed = new FlowFeed(one.workspace, 0)
    expect([feed.lost, feed.progress, feed.work(() => true), feed.reading.ladder]).toEqual([true, null, false, null])
    one.keys('enter').work()
    expect(one.frame().message).toBe('The beginning of the capture is not kept any more (--spool-limit), and a flow needs it')
    one.keys('j')
    expect(one.frame()).toMatchObject({ message: null, body: { props: { ladder: null, lost: true } } })
    expect(drawn(FLOW_START, { ladder: null, lost: true, stream: 0 }).join(' ')).toContain('--spool-limit')
  })

  it('has a flow that was read by then, and it goes on', () => {
    const one = driven({ spoolLimit: SMALL, part: 0.3 })
    const feed = fed(one.workspace, 0)
    const rows = feed.reading.ladder!.rows.length
    for (let part = 0.35; part <= 1; part += 0.05) {
      one.give(part)
      while (feed.work(() => false));
    }
    expect(one.store.givenUp).toBeGreaterThan(0)
    expect(feed.lost).toBe(false)
    expect(feed.reading.ladder!.rows.length).toBeGreaterThan(rows)
  })

  it('keeps what was read of a flow, and the screen says that it is not all', () => {
    const one = driven({ spoolLimit: SMALL, part: 0.3 }).keys('enter').work()
    const rows = () => {
      const { body } = one.frame()
      return body.view === 'flow' ? body.props.ladder!.rows.length : 0
    }
    const before = rows()
    // More at once than is kept.
    one.give(1)
    one.work()
    expect(rows()).toBe(before)
    expect(one.frame()).toMatchObject({ body: { props: { lost: true, progress: null } } })
    expect(drawn(FLOW_START, { lost: true })[0]).toContain('not all: the capture is not kept')
  })
})
