import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FieldReader } from '../../../src/analysis/fields/field-reader.ts'
import { PACKET_FIELDS } from '../../../src/analysis/fields.ts'
import { compileFilter } from '../../../src/analysis/filter/filter.ts'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { createPipeline, type Pipeline } from '../../../src/analysis/pipeline.ts'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import { decodeFields } from '../../../src/mqtt/detail.ts'
import { requireTool } from '../../tools.ts'

/**
 * The same filter on the same capture shows the same frames as in tshark, where both have the field. tshark judges whole frames, mqtap packets: a frame
 * counts as shown where one of its packets is, and what is said of all values or of none is compared on frames with a single packet only.
 */

const run = promisify(execFile)
const captures = new URL('../../../fixtures/captures/', import.meta.url)

async function tsharkFrames(capture: string, filter: string): Promise<number[]> {
  const file = new URL(capture, captures).pathname
  const { stdout } = await run('tshark', ['-r', file, '-n', '-Y', `mqtt && (${filter})`, '-T', 'fields', '-e', 'frame.number'], { env: { ...process.env, TZ: 'UTC' } })
  return stdout.split('\n').filter((line) => line !== '').map(Number)
}

interface Shown {
  /** Frames with a packet that the filter shows. */
  readonly frames: ReadonlySet<number>
  /** Frames in which exactly one packet ends. */
  readonly single: ReadonlySet<number>
}

function mqtapFrames(capture: string, text: string): Shown {
  const result = compileFilter(text, PACKET_FIELDS)
  if (!result.ok) throw new Error(result.error.message)
  const ports = new Uint8Array(65_536)
  ports[1883] = 1
  const decoder = new PacketDecoder(LIMITS.mqtt)
  const frames = new Set<number>()
  const packets = new Map<number, number>()
  const pipeline: Pipeline = createPipeline({ ports, version: null }, {
    packet(event) {
      packets.set(event.frame, (packets.get(event.frame) ?? 0) + 1)
      if (event.packet.type !== 'UNFRAMED' && result.filter.matches(event, reader)) frames.add(event.frame)
    },
    captureProblem() {},
    networkProblem() {},
  })
  const reader = new FieldReader({ clock: () => pipeline.clock, decodeFields: (event) => decodeFields(decoder, event) })
  pipeline.begin(capture)
  pipeline.push(readFileSync(new URL(capture, captures)))
  pipeline.finish()
  return { frames, single: new Set([...packets].filter(([, count]) => count === 1).map(([frame]) => frame)) }
}

/** Holds where any value does, so that a frame is shown where one of its packets is. */
const OF_ANY_VALUE: readonly (readonly [capture: string, filter: string])[] = [
  ['qmqtt.pcap', 'mqtt.topic == "qmqtt/q1"'],
  ['qmqtt.pcap', 'mqtt.topic contains "q2"'],
  ['qmqtt.pcap', 'mqtt.topic matches "/Q[01]$"'],
  ['qmqtt.pcap', 'mqtt.topic matches "(?-i)/q[01]$"'],
  ['qmqtt.pcap', 'mqtt.topic[-2:] == "q0" or mqtt.topic[0-2] == 71:6d:71'],
  ['qmqtt.pcap', 'mqtt.topic[5:200] or mqtt.topic[6:2] == "q0"'],
  ['qmqtt.pcap', 'mqtt.topic[6] == 71 and mqtt.topic[7] == 30'],
  ['qmqtt.pcap', 'mqtt.topic > "qmqtt/q1"'],
  ['qmqtt.pcap', 'mqtt.topic in {"qmqtt/q0", "qmqtt/#"}'],
  ['qmqtt.pcap', 'any mqtt.topic != "qmqtt/q0"'],
  ['qmqtt.pcap', 'mqtt.qos ~= 1'],
  ['qmqtt.pcap', 'mqtt.qos in {1..2}'],
  ['qmqtt.pcap', 'mqtt.qos & 2'],
  ['qmqtt.pcap', 'mqtt.hdrflags & 0xf0 == 0x30'],
  ['qmqtt.pcap', 'mqtt.msgtype == "Publish Message"'],
  ['qmqtt.pcap', 'mqtt.msgid == 0x3 or mqtt.msgid == 011'],
  ['qmqtt.pcap', 'mqtt.len > 0x20 and mqtt.len < 5000'],
  ['qmqtt.pcap', 'mqtt.msg contains 20:31 or mqtt.msg contains "lo 2"'],
  ['qmqtt.pcap', 'mqtt.dupflag == 0 and mqtt.retain == True'],
  ['qmqtt.pcap', 'len(mqtt.topic) == 8'],
  ['qmqtt.pcap', 'upper(mqtt.topic) == "QMQTT/Q2"'],
  ['qmqtt.pcap', 'string(mqtt.msgid) matches "^[13]$"'],
  ['qmqtt.pcap', 'max(mqtt.len) > 100'],
  ['qmqtt.pcap', 'mqtt.len + 2 == 4'],
  ['qmqtt.pcap', 'mqtt.len * 2 > 100'],
  ['qmqtt.pcap', 'mqtt[0] == 40 or mqtt contains "MQIsdp"'],
  ['qmqtt.pcap', 'ip.src == 127.0.0.0/8 and tcp.srcport == 1883'],
  ['qmqtt.pcap', 'tcp.port > 54310'],
  ['qmqtt.pcap', 'tcp.stream == 1'],
  ['qmqtt.pcap', 'frame.time_relative > 2.1 and frame.time_relative <= 5.701534'],
  ['qmqtt.pcap', 'frame.time_relative in {0.013 .. 0.0545}'],
  ['qmqtt.pcap', 'frame.time > "2026-11-22 19:11:37.7"'],
  ['qmqtt.pcap', 'frame.time < "Nov 22, 2026 19:11:41.2809"'],
  ['qmqtt.pcap', 'frame.time_epoch > 1795374697.5'],
  ['qmqtt.pcap', 'frame.number in {8..11, 15} or mqtt.ver == 3'],
  ['mqttjs-5.0-properties.pcapng', 'mqtt.property.topic_alias'],
  ['mqttjs-5.0-properties.pcapng', 'mqtt.property.topic_alias and mqtt.topic == "meter/2"'],
  ['mosquitto-5.0.pcapng', 'mqtt.property_id == 0x26 or mqtt.property.content_type contains "json"'],
  ['mosquitto-5.0.pcapng', 'mqtt.suback.reason_code == "Granted QoS 1"'],
  ['mosquitto-5.0.pcapng', 'mqtt.conflag.cleansess == 1 and mqtt.kalive > 10'],
  ['mosquitto-5.0.pcapng', 'mqtt.willtopic or mqtt.username'],
  ['mqttjs-5.0-properties.pcapng', 'mqtt.prop_key == "source" or mqtt.prop_number > 100'],
  ['ipv6.pcap', 'ipv6.src == ::1 and mqtt.topic'],
  ['ipv6.pcap', 'ipv6.addr == ::/64 and tcp.dstport == 1883'],
]

/** Says something of all values, or that something is not. */
const OF_ALL_OR_NONE: readonly (readonly [capture: string, filter: string])[] = [
  ['qmqtt.pcap', 'mqtt.topic != "qmqtt/q0"'],
  ['qmqtt.pcap', '!(mqtt.topic == "qmqtt/q0")'],
  ['qmqtt.pcap', 'not mqtt.topic'],
  ['qmqtt.pcap', 'mqtt.qos === 1'],
  ['qmqtt.pcap', 'all mqtt.qos != 1'],
  ['qmqtt.pcap', 'not mqtt.qos in {0, 1}'],
  ['qmqtt.pcap', 'mqtt.qos not in {0, 1}'],
  ['qmqtt.pcap', '!mqtt.qos & 1 == 1'],
  ['qmqtt.pcap', 'mqtt.topic and not mqtt.msgid or mqtt.dupflag'],
  ['qmqtt.pcap', 'count(mqtt.topic) == 1'],
  ['mosquitto-5.0.pcapng', 'not mqtt.properties and mqtt.qos'],
]

describe.skipIf(!requireTool('tshark'))('shows the same frames as tshark', { concurrent: true }, () => {
  it.each(OF_ANY_VALUE)('%s · %s', async (capture, filter) => {
    const expected = await tsharkFrames(capture, filter)
    expect(expected).not.toEqual([])
    expect([...mqtapFrames(capture, filter).frames].sort((a, b) => a - b)).toEqual(expected)
  })

  it.each(OF_ALL_OR_NONE)('%s · %s · frames with one packet', async (capture, filter) => {
    const { frames, single } = mqtapFrames(capture, filter)
    expect([...frames].filter((frame) => single.has(frame))).toEqual((await tsharkFrames(capture, filter)).filter((frame) => single.has(frame)))
  })
})
