import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CaptureStore } from '../../src/io/capture-store.ts'
import { outputError } from '../../src/io/errors.ts'
import { PacketRows } from '../../src/tui/model/packet-rows.ts'
import { packetText } from '../../src/tui/views/packet-lines.ts'
import { PACKETS_START } from '../../src/tui/views/packets-state.ts'
import { STATS_FORMS, statsAtFirst } from '../../src/tui/views/stats-state.ts'
import { statsLines } from '../../src/tui/views/stats-text.ts'
import { captureBytes, Driven, workspaceOf } from './tui-controller.ts'
import { PLAIN_THEME, secondsText } from './tui-theme.ts'
import type { Workspace } from '../../src/tui/model/workspace.ts'

const open: CaptureStore[] = []
let folder = ''
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'mqtap-workspace-'))))
afterEach(() => {
  for (const store of open.splice(0)) store.close()
  rmSync(folder, { recursive: true })
})

function emptyWorkspace(spoolLimit = 1e9): Workspace {
  const store = new CaptureStore(spoolLimit)
  open.push(store)
  return workspaceOf(store)
}

interface Part {
  readonly name: string
  readonly bytes: Uint8Array
  /** Read where it is, and not spooled. */
  readonly plain?: boolean
}

function add(workspace: Workspace, { name, bytes, plain = false }: Part, piece = bytes.length): void {
  if (plain) {
    const file = path.join(folder, name)
    writeFileSync(file, bytes)
    workspace.store.beginFile(file)
  } else {
    workspace.store.beginSpool()
  }
  workspace.begin(name)
  for (let at = 0; at < bytes.length; at += piece) workspace.append(bytes.slice(at, at + piece))
}

function whole(capture: string, piece?: number, spoolLimit?: number): Workspace {
  const workspace = emptyWorkspace(spoolLimit)
  add(workspace, { name: capture, bytes: captureBytes(capture) }, piece)
  workspace.finish()
  return workspace
}

/** Everything that screens show. */
function seen(workspace: Workspace): unknown {
  const { index, book, findings, statistics, pipeline, problems } = workspace
  workspace.statements(0)
  return {
    rows: new PacketRows(workspace).rows(0, index.count, PACKETS_START, secondsText).map(({ event, ...row }) => ({
      ...row, packet: event!.packet, bytes: Buffer.from(event!.buffer.subarray(event!.start, event!.end)).toString('hex'), client: event!.connection.clientIdentifier, topic: event!.resolvedTopicName,
    })),
    clients: book.rows, details: book.rows.map(({ stream }) => book.detail(stream)),
    findings: [findings.groups({ form: 'rule', sort: 'time', least: 'note', stream: null }), findings.totals],
    statistics: STATS_FORMS.map((form) => statsLines({
      width: 160, height: 500, theme: PLAIN_THEME, timeText: secondsText, state: { ...statsAtFirst(false), form },
      statistics, totals: pipeline.totals, until: null, index: { packets: index.count, bytes: 0, evicted: 0 }, open: { exchanges: 0 },
    })),
    totals: pipeline.totals, problems,
  }
}

/** The line of each packet that is there. */
function facts(workspace: Workspace, number: number): string | null {
  const event = workspace.source.packet(number)
  return event === null ? null : `${event.number} ${event.frame} ${event.connection.tcp.stream} ${event.packet.type} ${Buffer.from(event.buffer.subarray(event.start, event.end)).toString('hex')}`
}

describe('a capture', () => {
  for (const capture of ['mosquitto-5.0.pcapng', 'lost-frames.pcap', 'reconnect-storm.pcap', 'mid-stream-5.0.pcap', 'keep-alive.pcap']) {
    it(`is the same however its bytes come: ${capture}`, () => {
      const expected = seen(whole(capture))
      for (const piece of [1, 61, 1_000]) expect(seen(whole(capture, piece))).toEqual(expected)
    })
  }

  it('has its findings with the packets that they are of', () => {
    const workspace = whole('lost-frames.pcap')
    const all = workspace.findings.groups({ form: 'rule', sort: 'time', least: 'note', stream: null }).flatMap(({ findings }) => findings.map(({ finding }) => finding))
    expect(all.length).toBeGreaterThan(0)
    for (const finding of all) {
      expect(workspace.findingsOf(finding.packet!)).toContain(finding)
      expect(workspace.severityOf(finding.packet!)).not.toBe(null)
      expect(workspace.index.frameOf(finding.packet!)).toBe(finding.frame)
    }
    expect([workspace.findingsOf(0), workspace.findingsOf(1e9)]).toEqual([[], []])
  })

  it('counts what was judged once a second, and at its end', () => {
    const workspace = emptyWorkspace()
    const bytes = captureBytes('lost-frames.pcap')
    add(workspace, { name: 'half', bytes: bytes.subarray(0, 5_000) })
    const first = workspace.statements(10_000)
    workspace.append(bytes.slice(5_000))
    expect(workspace.statements(10_999)).toBe(first)
    const second = workspace.statements(11_000)
    expect(second!.judged).toBeGreaterThan(first!.judged)
    workspace.finish()
    expect(workspace.statements(11_001)).not.toBe(second)
  })
})

describe('several files', () => {
  const FIRST = { name: 'first', bytes: captureBytes('mqttjs-5.0.pcap') }
  const SECOND = { name: 'second', bytes: captureBytes('mosquitto-5.0.pcapng') }

  it.each([[false, false], [true, false], [false, true], [true, true]])('have the packets of each, one after the other, in files or not: %s, %s', (one, other) => {
    const workspace = emptyWorkspace()
    add(workspace, { ...FIRST, plain: one }, 1_000)
    add(workspace, { ...SECOND, plain: other }, 1_000)
    workspace.finish()
    expect(workspace.files).toEqual([{ name: 'first', start: 0 }, { name: 'second', start: FIRST.bytes.length }])
    const first = whole('mqttjs-5.0.pcap')
    const second = whole('mosquitto-5.0.pcapng')
    const bytesOf = (from: Workspace, number: number) => facts(from, number)!.split(' ').slice(3)
    expect(workspace.index.count).toBe(first.index.count + second.index.count)
    for (let number = 1; number <= workspace.index.count; number++) {
      const expected = number <= first.index.count ? bytesOf(first, number) : bytesOf(second, number - first.index.count)
      expect(bytesOf(workspace, number)).toEqual(expected)
    }
  })

  it('or two sections of one file are the same packets', () => {
    const { bytes } = SECOND
    const workspace = emptyWorkspace()
    add(workspace, { name: 'twice.pcapng', bytes: Uint8Array.from([...bytes, ...bytes]) }, 777)
    workspace.finish()
    const { count } = whole('mosquitto-5.0.pcapng').index
    expect([workspace.index.count, workspace.problems, workspace.files.length]).toEqual([2 * count, [], 1])
    for (let number = 1; number <= count; number++) {
      expect(facts(workspace, number + count)!.split(' ').slice(3)).toEqual(facts(workspace, number)!.split(' ').slice(3))
    }
  })
})

describe('a capture of which the beginning is given up', () => {
  const SMALL = 16_384

  it('has the totals of all of it, and what is left of its packets', () => {
    const all = whole('mosquitto-5.0.pcapng', 1_024)
    const few = whole('mosquitto-5.0.pcapng', 1_024, SMALL)
    for (const one of [all, few]) one.statements(0)
    const counts = ({ pipeline, book, findings, index }: Workspace) => ({ totals: pipeline.totals, clients: book.rows, findings: findings.totals, packets: index.count })
    expect(counts(few)).toEqual(counts(all))
    expect(few.evicted).toBeGreaterThan(50)
    for (let number = 1; number <= all.index.count; number++) {
      // Some packets are kept beside the capture, which has them in pieces.
      expect(number <= few.evicted ? [null, facts(all, number)] : [facts(all, number)], `packet ${number}`).toContain(facts(few, number))
    }
  })

  it('never gives another packet for one that is gone, whatever was read before', () => {
    const bytes = captureBytes('mosquitto-5.0.pcapng')
    const all = whole('mosquitto-5.0.pcapng')
    const workspace = emptyWorkspace(SMALL)
    workspace.store.beginSpool()
    workspace.begin('growing')
    let evicted = 0
    for (let at = 0; at < bytes.length; at += 500) {
      workspace.append(bytes.slice(at, at + 500))
      expect(workspace.evicted).toBeGreaterThanOrEqual(evicted)
      ;({ evicted } = workspace)
      for (let number = 1; number <= workspace.index.count; number++) {
        const known = facts(workspace, number)
        if (number > evicted) expect(known, `packet ${number} at ${at}`).toBe(facts(all, number))
        else expect([null, facts(all, number)], `packet ${number} at ${at}`).toContain(known)
      }
    }
    expect(evicted).toBeGreaterThan(50)
  })

  it('counts none of the packets of a file that is read where it is', () => {
    const workspace = emptyWorkspace(SMALL)
    add(workspace, { name: 'plain', bytes: captureBytes('mqttjs-5.0.pcap'), plain: true }, 1_024)
    const plain = workspace.index.count
    add(workspace, { name: 'spooled', bytes: captureBytes('mosquitto-5.0.pcapng') }, 1_024)
    add(workspace, { name: 'plain too', bytes: captureBytes('keep-alive.pcap'), plain: true }, 1_024)
    workspace.finish()
    const { evicted } = whole('mosquitto-5.0.pcapng', 1_024, SMALL)
    expect([evicted > 50, workspace.evicted]).toEqual([true, evicted])
    for (let number = 1; number <= workspace.index.count; number++) {
      if (number <= plain || number > plain + evicted) expect(facts(workspace, number), `packet ${number}`).not.toBe(null)
    }
  })

  it('says in its rows, its details and its filter that packets are gone', () => {
    const one = new Driven({ spoolLimit: SMALL }).keys('2')
    open.push(one.store)
    const { evicted, index } = one.workspace
    expect(one.frame().header.evicted).toBe(evicted)
    one.keys('g')
    const { packets, detail, info } = one.packets()
    expect(packetText(packets[0]!, info)).toContain('(its bytes are not kept any more)')
    expect([packets[0]!.event, packets[0]!.type, detail]).toEqual([null, 'CONNECT', null])
    one.keys('/').type('mqtt').keys('enter').work()
    const { shown } = one.workspace
    expect([shown.size + shown.unknown, shown.unknown > 50, shown.has(evicted), shown.has(evicted + 1)]).toEqual([index.count, true, false, true])
    expect(shown.unknown).toBeLessThanOrEqual(evicted)
  })
})

describe('a disk that is full', () => {
  it('leaves what was kept, and all counts go on', () => {
    const all = whole('mosquitto-5.0.pcapng')
    const workspace = emptyWorkspace()
    const bytes = captureBytes('mosquitto-5.0.pcapng')
    add(workspace, { name: 'spooled', bytes: bytes.subarray(0, 20_000) }, 1_000)
    const kept = workspace.index.count
    workspace.store.append = () => {
      throw outputError('a temporary file', Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    }
    for (let at = 20_000; at < bytes.length; at += 1_000) workspace.append(bytes.slice(at, at + 1_000))
    workspace.finish()
    expect(workspace.pipeline.totals).toEqual({ ...all.pipeline.totals, files: [{ name: 'spooled', format: 'pcapng' }] })
    expect(workspace.problems).toEqual([expect.stringMatching(/; from here on, packets are counted and judged but cannot be shown$/)])
    for (let number = 1; number <= all.index.count; number++) expect([null, facts(all, number)]).toContain(facts(workspace, number))
    expect([facts(workspace, kept) === null, facts(workspace, all.index.count)]).toEqual([false, null])
  })
})
