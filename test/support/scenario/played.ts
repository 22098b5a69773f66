/** Scenarios through the whole pipeline, as the tests of the scenario form look at them. */
import { createPipeline } from '../../../src/analysis/pipeline.ts'
import type { Packet } from '../../../src/mqtt/packet.ts'
import type { PacketEvent, Unframed } from '../../../src/mqtt/packet-event.ts'
import { captureOf, type ScenarioCapture } from './capture.ts'
import { parseScenario } from './scenario.ts'

export interface SeenPacket {
  readonly packet: Packet | Unframed
  readonly payload: string
  readonly problems: readonly string[]
  readonly version: PacketEvent['version']
  readonly direction: PacketEvent['direction']
  readonly frame: number
  /** Milliseconds. */
  readonly time: number
  readonly stream: number
  readonly acknowledged: number
  readonly lostBefore: number
  readonly filledHole: boolean
}

export interface Played extends ScenarioCapture {
  readonly packets: readonly SeenPacket[]
  readonly frames: number
  readonly lastTime: number
  readonly gaps: number
  readonly retransmissions: number
  readonly streams: number
  /** Why connections ended. */
  readonly closings: readonly string[]
  readonly endpoints: readonly string[]
}

const PORTS = new Uint8Array(65_536)
PORTS[1883] = 1

/** Only the conversation; the header is made. */
export function play(conversation: string, version = '5.0'): Played {
  const capture = captureOf(parseScenario(`A conversation\nversion ${version}\n\n${conversation}`, 'test.scenario'))
  const packets: SeenPacket[] = []
  const closings: string[] = []
  const endpoints: string[] = []
  const pipeline = createPipeline({ ports: PORTS, version: null }, {
    packet: (event) => packets.push(seen(event)),
    captureProblem: (_file, problem) => {
      throw new Error(problem.message)
    },
    networkProblem: (problem) => {
      throw new Error(JSON.stringify(problem))
    },
    connection: (connection) => {
      closings.push(String(connection.closing?.reason ?? null))
      endpoints.push(connection.mqtt.tcp.endpoints.map(({ text }) => text).join(' '))
    },
  })
  pipeline.begin('test')
  pipeline.push(capture.pcap)
  pipeline.finish()
  const { frames, lastTime, gaps, retransmissions, streams } = pipeline.totals
  return { ...capture, packets, closings, endpoints, frames, lastTime: lastTime! / 1e6, gaps, retransmissions, streams }
}

function seen(event: PacketEvent): SeenPacket {
  const { packet, problems, version, direction, frame, time, acknowledged, lostBefore, filledHole, connection } = event
  const payload = packet.type === 'PUBLISH' ? new TextDecoder().decode(event.buffer.subarray(event.start + packet.payloadStart, event.end)) : ''
  return {
    packet, payload, problems: problems.map(({ code }) => code), version, direction, frame, time: time / 1e6, stream: connection.tcp.stream, acknowledged, lostBefore, filledHole,
  }
}
