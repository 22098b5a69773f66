import type { CaptureTotals } from '../../src/analysis/pipeline.ts'

/** Of a capture of ten minutes. */
export const TOTALS: CaptureTotals = {
  files: [{ name: 'plant.pcapng', format: 'pcapng' }], linkTypes: [1], frames: 48_211, frameBytes: 9_120_344, truncatedFrames: 0, droppedFrames: null,
  firstTime: 0, lastTime: 600_000_000_000, streams: 14, expectedStreams: 12, mqttStreams: 12, leftOutByPort: new Map(), otherStreams: { tls: 0, websocket: 0 }, packetTypes: new Map(), packets: 30_606, unframed: 0, malformedPackets: 0,
  problems: { error: 0, warning: 0, note: 0 }, gaps: 0, gapBytes: 0, retransmissions: 0, captureProblems: [], exchanges: new Map(), unexpected: 0, exchangesLeftOut: 0,
  sessionsForgotten: 0, subscriptionsLeftOut: 0, publicationsLeftOut: 0,
}
