import { describe, expect, it } from 'vitest'
import { TimeColumn } from '../../src/report/time-format.ts'
import { BOOK_LIMITS, ConnectionBook } from '../../src/tui/model/connection-book.ts'
import { booked } from './tui-capture.ts'
import type { ConnectionRow } from '../../src/tui/model/connection-book.ts'

function short({ stream, clientName, version, state, keepAlive, publishes, open, ended }: ConnectionRow): string {
  return `${stream} ${clientName} ${version} ${state} ${keepAlive} ${publishes.client}/${publishes.server} ${open} ${ended ? 'ended' : 'open'}`
}

describe('the book of connections', () => {
  it('has a row for each connection, in order of appearance', () => {
    const { book } = booked('refused.pcap')
    expect(book.rows.map(short)).toEqual([
      '0 stranger 3.1 refused 60 0/0 0 ended',
      '1 stranger 3.1.1 refused 60 0/0 0 ended',
      '2 stranger 5.0 refused 60 0/0 0 ended',
      '3 127.0.0.1:53568 3.1.1 refused 60 0/0 0 ended',
      '4 127.0.0.1:53576 - refused 60 0/0 0 ended',
    ])
    expect(book.rows.map(({ client, server, firstPacket }) => `${client} ${server} ${firstPacket}`)).toContain('127.0.0.1:53568 127.0.0.1:1883 7')
  })

  it('knows the connections of one client by its identifier, and those without one not', () => {
    const keys = booked('refused.pcap').book.rows.map(({ clientKey }) => clientKey)
    expect(keys).toEqual(['text stranger', 'text stranger', 'text stranger', null, null])
  })

  it.each(['qmqtt.pcap', 'reconnect-storm.pcap', 'mosquitto-5.0.pcapng', 'lost-frames.pcap', 'mid-stream-5.0.pcap'])('counts each PUBLISH and each finding of %s once', (name) => {
    const { book, judge, pipeline } = booked(name, { mostFindings: 1e6 })
    const sum = (of: (row: ConnectionRow) => number) => book.rows.reduce((all, row) => all + of(row), 0)
    expect(sum(({ publishes }) => publishes.client + publishes.server)).toBe(pipeline.totals.packetTypes.get('PUBLISH'))
    const { totals } = judge.judgement
    expect({ error: sum(({ findings }) => findings.error), warning: sum(({ findings }) => findings.warning), note: sum(({ findings }) => findings.note) }).toEqual(totals)
    expect(book.rows.every(({ ended, open }) => ended && open === 0)).toBe(true)
  })

  it('tells connections apart that are open, with what they wait for', () => {
    const { book, pipeline } = booked('qmqtt.pcap', { part: 0.3 })
    expect(pipeline.openConnections.length).toBe(1)
    // PUBLISH packets 6, 7 and 8 wait for their answers, which begin with packet 11.
    expect(pipeline.totals.packets).toBe(9)
    expect(book.rows.map(short)).toEqual(['0 qmqtt-311 3.1.1 connected 2 4/1 3 open'])
  })

  it('says so where the beginning is not in the capture', () => {
    const { book } = booked('mid-stream-5.0.pcap', { part: 0.5 })
    const [row] = book.rows
    expect(row).toMatchObject({ state: 'joined late', ended: false, keepAlive: null })
    expect(row!.version).toMatch(/\?$|^-$/)
  })

  it('notices a Keep Alive that has run out, without a packet', () => {
    const { book, pipeline } = booked('qmqtt.pcap', { part: 0.3 })
    const { lastTime } = book.rows[0]!
    book.tick(lastTime + 2.9e9)
    expect(book.rows[0]!.state).toBe('connected')
    book.tick(lastTime + 3.1e9)
    expect(book.rows[0]!.state).toBe('KA overdue')
    expect(book.detail(0)).toContain('  State            KA overdue')
    pipeline.finish()
    expect(book.rows[0]!.state).toBe('open at end')
  })

  it('has the time of 95 of 100 acknowledgements, and keeps it when the connection has ended', () => {
    const row = booked('qmqtt.pcap').book.rows[0]!
    expect(row.p95! / 1e6).toBeCloseTo(43.8, 0)
    expect(booked('refused.pcap').book.rows[0]!.p95).toBe(null)
  })

  it('collects times of so many open connections only', () => {
    const { book } = booked('qmqtt.pcap', { limits: { ...BOOK_LIMITS, timed: 0 } })
    expect(book.rows.map(({ p95 }) => p95)).toEqual([null, null])
  })

  it('gives the same array, and the same rows, until something happens', () => {
    const { book } = booked('refused.pcap')
    const before = book.rows
    expect(book.rows).toBe(before)
    book.finding({ stream: 1, severity: 'warning', waived: null })
    expect(book.rows).not.toBe(before)
    expect(book.rows[0]).toBe(before[0])
    expect(book.rows[1]!.findings).toEqual({ error: 0, warning: 1, note: 0 })
    expect(before[1]!.findings).toEqual({ error: 0, warning: 0, note: 0 })
  })

  it('does not count what is waived', () => {
    const { book } = booked('refused.pcap')
    book.finding({ stream: 1, severity: 'warning', waived: { reason: 'known', until: null } })
    expect(book.rows[1]!.findings.warning).toBe(0)
  })
})

describe('the details of a connection', () => {
  it.each(['refused.pcap', 'qmqtt.pcap', 'reconnect-storm.pcap'])('are those that `mqtap connections -V` prints of %s', (name) => {
    const { book, printed } = booked(name)
    expect(book.rows.map(({ stream }) => book.detail(stream).join('\n')).sort()).toEqual([...printed].sort())
  })

  it('of one that is open are made when they are asked for', () => {
    const lines = booked('qmqtt.pcap', { part: 0.3 }).book.detail(0)
    expect(lines.slice(0, 2)).toEqual(['Connection 0: qmqtt-311, MQTT 3.1.1, 127.0.0.1:54308 -> 127.0.0.1:1883', '  State            connected'])
    expect(lines.slice(2)).toEqual(expect.arrayContaining(['  Began            0.000000, goes on', '  Subscriptions    qmqtt/#  QoS 2, from frame 9', '  Capture          whole so far']))
    expect(lines.join('\n')).not.toMatch(/Why it ended|lasted/)
  })

  it('of one that is open have the subscriptions that are in force by now', () => {
    const seen = [0.02, 0.2, 1].map((part) => {
      const { book } = booked('mosquitto-5.0.pcapng', { part })
      return book.detail(0).filter((line) => /from frame|lasted|goes on/.test(line))
    })
    const [before, open, ended] = seen
    expect([before!.slice(1), open!.length]).toEqual([[], 3])
    // In the same words as those of one that has ended.
    expect(ended!.slice(1)).toEqual(open!.slice(1))
    expect([open![0], ended![0]]).toEqual([expect.stringContaining(', goes on'), expect.stringContaining(', lasted ')])
  })

  it('say why one side has closed, before the other has', () => {
    const { book } = booked('silent-client.pcap', { part: 0.75 })
    const closing = book.rows.find(({ state }) => state === 'closing')!
    expect(closing.ended).toBe(false)
    expect(book.detail(closing.stream)[1]).toBe('  Why it ended     silent for 7.07s after packet 17; Keep Alive is 1 s. The server closed  likely (frames 37, 43)')
  })

  it('of a stream that nobody knows are empty', () => {
    expect(booked('refused.pcap').book.detail(77)).toEqual([])
  })

  it('are kept of the newest that have ended', () => {
    const { book } = booked('refused.pcap', { limits: { ...BOOK_LIMITS, details: 2 } })
    expect([0, 1, 2, 3, 4].map((stream) => book.detail(stream).length > 1)).toEqual([false, false, false, true, true])
    expect(book.detail(0)).toEqual(['Connection 0: of connections that have ended, the newest 2 are kept with their details'])
    expect(book.rows.length).toBe(5)
  })
})

describe('a book that is full', () => {
  it('lets the oldest go that have ended, and counts them', () => {
    const { book } = booked('reconnect-storm.pcap', { limits: { ...BOOK_LIMITS, rows: 4 } })
    expect(book.evicted).toBe(22)
    expect(book.rows.map(({ stream }) => stream)).toEqual([22, 23, 24, 25])
    expect(book.detail(0)).toEqual([])
  })

  it('keeps those that are open', () => {
    const { book } = booked('mosquitto-5.0.pcapng', { part: 0.6, limits: { ...BOOK_LIMITS, rows: 1 } })
    expect(book.rows.filter(({ ended }) => !ended).length).toBe(booked('mosquitto-5.0.pcapng', { part: 0.6 }).pipeline.openConnections.length)
  })

  it('does not collect findings of connections that are gone', () => {
    const book = new ConnectionBook({ time: new TimeColumn('relative', true, () => null) })
    for (let stream = 0; stream < 5_000; stream++) book.finding({ stream, severity: 'note', waived: null })
    expect(book.rows).toEqual([])
    expect(book.evicted).toBe(0)
  })
})
