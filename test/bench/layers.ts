/**
 * One measure for each layer. What goes into a layer is made beforehand by the layers above it and held in memory, so that only its own work is timed.
 *
 * Each measure checks that it did the work: a layer that drops everything would be fast.
 */
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import { Frame, type CaptureSink } from '../../src/capture/frame.ts'
import { PACKET_FIELDS } from '../../src/analysis/fields.ts'
import { compileColumns } from '../../src/analysis/fields/columns.ts'
import { FieldReader } from '../../src/analysis/fields/field-reader.ts'
import { LIMITS } from '../../src/analysis/limits.ts'
import { createPipeline, type Pipeline } from '../../src/analysis/pipeline.ts'
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { MqttDissector } from '../../src/mqtt/dissector.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'
import { NetworkDecoder } from '../../src/network/network.ts'
import { TcpSegment } from '../../src/network/segment.ts'
import { ConnectionTable } from '../../src/tcp/connection-table.ts'
import type { End, TcpConnection } from '../../src/tcp/connection.ts'
import { ColumnsWriter } from '../../src/report/columns.ts'
import { StreamData, type StreamSink } from '../../src/tcp/stream-sink.ts'

export interface Measure {
  /** What `count` counts. */
  readonly unit: 'frames' | 'segments' | 'packets'
  readonly count: number
  /** Bytes that it looks at, or looks over. */
  readonly bytes: number
  /** Does all the work once; throws where the outcome is not what it should be. */
  readonly once: () => void
}

/** As the program reads files. */
const CHUNK_BYTES = 1_048_576

const PORTS = new Uint8Array(65_536)
PORTS[1883] = 1

/** Makes what each layer needs; nothing of it outlives its measure, so that garbage collection costs the next one no more than it should. */
export const LAYERS: Readonly<Record<string, (capture: Uint8Array) => Measure>> = {
  capture: (capture) => captureMeasure(capture, framesOf(capture).length),
  network(capture) {
    const frames = framesOf(capture)
    return networkMeasure(frames, segmentsOf(frames).length)
  },
  tcp(capture) {
    const segments = segmentsOf(framesOf(capture))
    return tcpMeasure(segments, deliveriesOf(segments).length)
  },
  'framer + decoder'(capture) {
    const deliveries = deliveriesOf(segmentsOf(framesOf(capture)))
    return mqttMeasure(deliveries, eventsOf(deliveries, capture).length)
  },
  decoder: (capture) => decoderMeasure(eventsIn(capture)),
  '-f fields': (capture) => columnsMeasure(eventsIn(capture)),
  'whole pipeline': (capture) => pipelineMeasure(capture, framesOf(capture).length, eventsIn(capture).length),
}

function eventsIn(capture: Uint8Array): readonly PacketEvent[] {
  return eventsOf(deliveriesOf(segmentsOf(framesOf(capture))), capture)
}

function expectCount(what: string, count: number, expected: number): void {
  if (count !== expected) throw new Error(`${count} ${what} instead of ${expected}`)
}

interface Bytes {
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
}

function bytesIn(pieces: readonly Bytes[]): number {
  let bytes = 0
  for (const { start, end } of pieces) bytes += end - start
  return bytes
}

// Capture files: bytes in, frames out

function captureSink(frame: (frame: Frame) => void): CaptureSink {
  return { frame, interface() {}, dropped() {}, problem({ message }) { throw new Error(message) } }
}

function parseCapture(capture: Uint8Array, sink: CaptureSink): void {
  pushAll(new CaptureParser(sink, LIMITS.capture), capture)
}

function pushAll(parser: Pick<Pipeline, 'push' | 'begin' | 'finish'>, capture: Uint8Array): void {
  parser.begin('bench')
  for (let start = 0; start < capture.length; start += CHUNK_BYTES) parser.push(capture.subarray(start, start + CHUNK_BYTES))
  parser.finish()
}

function captureMeasure(capture: Uint8Array, expected: number): Measure {
  return {
    unit: 'frames',
    count: expected,
    bytes: capture.length,
    once() {
      let count = 0
      parseCapture(capture, captureSink(() => count++))
      expectCount('frames', count, expected)
    },
  }
}

function framesOf(capture: Uint8Array): readonly Frame[] {
  const frames: Frame[] = []
  parseCapture(capture, captureSink((frame) => frames.push(Object.assign(new Frame(), frame, ownBytes(frame, capture)))))
  return frames
}

/** Bytes of the capture stay where they are; those in a buffer that is used again are copied. */
function ownBytes({ buffer, start, end }: Bytes, capture: Uint8Array): Bytes {
  const offset = buffer.byteOffset - capture.byteOffset
  if (buffer.buffer === capture.buffer) return { buffer: capture, start: start + offset, end: end + offset }
  return { buffer: buffer.slice(start, end), start: 0, end: end - start }
}

// Network: frames in, TCP segments out

function networkMeasure(frames: readonly Frame[], expected: number): Measure {
  return {
    unit: 'frames',
    count: frames.length,
    bytes: bytesIn(frames),
    once() {
      let count = 0
      decodeNetwork(frames, () => count++)
      expectCount('segments', count, expected)
    },
  }
}

function decodeNetwork(frames: readonly Frame[], emit: (segment: TcpSegment) => void): void {
  const network = new NetworkDecoder(emit, ({ message }) => { throw new Error(message) }, LIMITS.network)
  for (const frame of frames) network.push(frame)
  network.finish()
}

function segmentsOf(frames: readonly Frame[]): readonly TcpSegment[] {
  const segments: TcpSegment[] = []
  decodeNetwork(frames, (segment) => segments.push(Object.assign(new TcpSegment(), segment)))
  return segments
}

// TCP: segments in, stream data out

/** A call of the sink, kept. */
interface Delivery {
  readonly kind: 'opened' | 'data' | 'closed'
  readonly connection: TcpConnection
  readonly sender: End
  readonly data: StreamData | null
}

function streamSink(deliver: (kind: Delivery['kind'], connection: TcpConnection, sender: End, data: StreamData | null) => void): StreamSink {
  return {
    opened(connection) {
      deliver('opened', connection, 0, null)
      return [{ data: (data) => deliver('data', connection, 0, data) }, { data: (data) => deliver('data', connection, 1, data) }]
    },
    closed(connection, sender) { deliver('closed', connection, sender, null) },
    gap() { throw new Error('the capture has no gap') },
    retransmitted() { throw new Error('the capture has no retransmission') },
    conflict() { throw new Error('the capture has no conflict') },
    window() { throw new Error('the capture has no closed window') },
    forgotten() {},
  }
}

function reassemble(segments: readonly TcpSegment[], sink: StreamSink): void {
  const table = new ConnectionTable(sink, LIMITS.tcp)
  for (const segment of segments) table.push(segment)
  const last = segments[segments.length - 1]!
  table.finish(last.frame, last.time)
}

function tcpMeasure(segments: readonly TcpSegment[], expected: number): Measure {
  return {
    unit: 'segments',
    count: segments.length,
    bytes: bytesIn(segments),
    once() {
      let count = 0
      reassemble(segments, streamSink(() => count++))
      expectCount('deliveries', count, expected)
    },
  }
}

function deliveriesOf(segments: readonly TcpSegment[]): readonly Delivery[] {
  const deliveries: Delivery[] = []
  reassemble(segments, streamSink((kind, connection, sender, data) =>
    deliveries.push({ kind, connection, sender, data: data === null ? null : Object.assign(new StreamData(), data) })))
  return deliveries
}

// MQTT: stream data in, packets out

function dissect(deliveries: readonly Delivery[], emit: (event: PacketEvent) => void): void {
  const dissector = new MqttDissector(emit, { ports: PORTS, version: null }, LIMITS.mqtt)
  for (const { kind, connection, sender, data } of deliveries) {
    if (data !== null) connection.reader(sender).data(data)
    else if (kind === 'opened') connection.begin(dissector)
    else dissector.closed(connection, sender, 'fin', 0, 0)
  }
}

function mqttMeasure(deliveries: readonly Delivery[], expected: number): Measure {
  const data = deliveries.map((one) => one.data).filter((one) => one !== null)
  return {
    unit: 'segments',
    count: data.length,
    bytes: bytesIn(data),
    once() {
      let count = 0
      dissect(deliveries, () => count++)
      expectCount('packets', count, expected)
    },
  }
}

function eventsOf(deliveries: readonly Delivery[], capture: Uint8Array): readonly PacketEvent[] {
  const events: PacketEvent[] = []
  dissect(deliveries, (event) => {
    expectCount('problems', event.problems.length, 0)
    events.push({ ...event, ...ownBytes(event, capture) })
  })
  return events
}

function decoderMeasure(events: readonly PacketEvent[]): Measure {
  return {
    unit: 'packets',
    count: events.length,
    bytes: bytesIn(events),
    once() {
      const decoder = new PacketDecoder(LIMITS.mqtt)
      let problems = 0
      for (const { buffer, start, end, version, direction } of events) {
        decoder.decode(buffer, start, end, end - start, version!, direction, null)
        problems += decoder.problems.length
      }
      expectCount('problems', problems, 0)
    },
  }
}

// Formatting: packets in, lines of `read -f fields` out

const COLUMNS = ['frame.number', 'mqtt.msgtype', 'mqtt.topic', 'mqtt.msgid']

function columnsMeasure(events: readonly PacketEvent[]): Measure {
  const reader = new FieldReader({ clock: () => null, decodeFields() { throw new Error('these columns need no field tree') } })
  let written = 0
  const output = {
    write(text: string) {
      written += text.length
      return true
    },
    writeNumber: (value: number) => output.write(String(value)),
  }
  const lines = new ColumnsWriter(compileColumns(COLUMNS.map((name) => PACKET_FIELDS.get(name)!), reader), output, { forTerminal: false, unframed: false })
  const writeAll = () => {
    written = 0
    for (const event of events) lines.packet(event)
    return written
  }
  const characters = writeAll()
  return {
    unit: 'packets',
    count: events.length,
    bytes: characters,
    once() {
      expectCount('characters', writeAll(), characters)
    },
  }
}

// All of it

function pipelineMeasure(capture: Uint8Array, frames: number, packets: number): Measure {
  return {
    unit: 'frames',
    count: frames,
    bytes: capture.length,
    once() {
      let count = 0
      const pipeline = createPipeline({ ports: PORTS, version: null }, {
        packet() { count++ },
        captureProblem(_file, { message }) { throw new Error(message) },
        networkProblem({ message }) { throw new Error(message) },
      })
      pushAll(pipeline, capture)
      expectCount('packets', count, packets)
      expectCount('frames', pipeline.totals.frames, frames)
    },
  }
}
