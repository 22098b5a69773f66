import { expect, test } from 'vitest'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { summaryText } from '../../src/report/summary.ts'
import { CLOCK } from './build.ts'
import type { CaptureTotals } from '../../src/analysis/pipeline.ts'

const totals = (changes: Partial<CaptureTotals> = {}): CaptureTotals => ({
  files: [{ name: 'plant.pcapng', format: 'pcapng' }], linkTypes: [1, 113], frames: 48_211, frameBytes: 9_120_344, truncatedFrames: 0, droppedFrames: null,
  firstTime: 0, lastTime: 600_000_000_000, streams: 14, expectedStreams: 12, mqttStreams: 12, leftOutByPort: new Map(), otherStreams: { tls: 0, websocket: 0 },
  packetTypes: new Map([['PUBLISH', 30_114], ['CONNECT', 12], ['PINGREQ', 480]]), packets: 30_606, unframed: 0, malformedPackets: 0,
  problems: { error: 0, warning: 0, note: 0 }, gaps: 0, gapBytes: 0, retransmissions: 0, captureProblems: [], exchanges: new Map(), unexpected: 0, exchangesLeftOut: 0,
  sessionsForgotten: 0, subscriptionsLeftOut: 0, publicationsLeftOut: 0, ...changes,
})
const text = (changes: Partial<CaptureTotals> = {}, filter: string | null = null, shown = totals(changes)) =>
  summaryText(totals(changes), shown, CLOCK, { palette: PLAIN, utc: true, filter })

test('a healthy capture', () => {
  expect(text()).toBe([
    'File            plant.pcapng  pcapng',
    'Frames          48,211, 9,120,344 bytes, ETHERNET, LINUX_SLL',
    'Time            2023-11-14 22:13:20.123456789 to 2023-11-14 22:23:20.123456789 UTC (10m00s)',
    'TCP streams     14, of these with MQTT 12',
    'MQTT packets    30,606',
    '  CONNECT              12',
    '  PUBLISH          30,114',
    '  PINGREQ             480',
    'Problems        none',
    '',
  ].join('\n'))
})

test('everything that can be wrong', () => {
  expect(text({
    files: [{ name: '-', format: 'pcap' }, { name: 'b\u001b.pcap', format: null }], truncatedFrames: 3, droppedFrames: 1_200, unframed: 2, gaps: 1, gapBytes: 1_204,
    retransmissions: 2, problems: { error: 1, warning: 0, note: 2 },
  }).split('\n')).toEqual(expect.arrayContaining([
    'Files           standard input  pcap',
    '                b\\x1b.pcap  no capture',
    'Frames          48,211, 9,120,344 bytes, ETHERNET, LINUX_SLL, 3 cut short by the snap length, 1,200 dropped while capturing',
    '                2 retransmissions, 1 gap, 1,204 bytes missing from the capture',
    'Not framed      2 runs of bytes (type UNFRAMED)',
    'Problems        ! 1 error, i 2 notes',
  ]))
})

test('with a filter: what it let through, of all', () => {
  const shown = totals({ packets: 12, packetTypes: new Map([['CONNECT', 12]]), problems: { error: 0, warning: 1, note: 0 } })
  const lines = text({}, 'mqtt.msgtype == 1', shown).split('\n')
  expect(lines.slice(4)).toEqual([
    'Filter          mqtt.msgtype == 1', 'MQTT packets    12 of 30,606', '  CONNECT              12', 'Problems        ~ 1 warning', '',
  ])
})

test('no MQTT: nothing is called clean that was not judged', () => {
  const lines = text({ packets: 0, packetTypes: new Map(), frames: 1, linkTypes: [147, 9999], firstTime: null, lastTime: null }).split('\n')
  expect(lines).toContain('MQTT packets    none in 1 frame')
  expect(lines).toContain('Problems        nothing to judge')
  expect(lines).toContain('Frames          1, 9,120,344 bytes, USER0, link type 9999')
  expect(lines.some((line) => line.startsWith('Time'))).toBe(false)
})

test('files given in the wrong order', () => {
  expect(text({ firstTime: 5e9, lastTime: 1e9 })).toContain('(the last frame is older than the first)')
})

test('many files', () => {
  const files = Array.from({ length: 12 }, (_, index) => ({ name: `ring-${index}.pcap`, format: 'pcap' as const }))
  const lines = text({ files }).split('\n')
  expect(lines[7]).toBe('                ring-7.pcap  pcap')
  expect(lines[8]).toBe('                and 4 more')
})

test('colour is only colour', () => {
  const changes = { problems: { error: 1, warning: 1, note: 1 } }
  const coloured = summaryText(totals(changes), totals(changes), CLOCK, { palette: ANSI, utc: true, filter: null })
  expect(coloured).not.toBe(text(changes))
  expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(text(changes))
})
