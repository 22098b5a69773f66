import { describe, expect, it } from 'vitest'
import { MqttConnection } from '../../../src/mqtt/connection.ts'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import { decodeFields } from '../../../src/mqtt/detail.ts'
import { FIELDS } from '../../../src/mqtt/fields.ts'
import type { PacketEvent } from '../../../src/mqtt/packet-event.ts'
import type { TcpConnection } from '../../../src/tcp/connection.ts'
import type { Version } from '../../../src/mqtt/version.ts'
import { LIMITS, decodeWithFields, packet, properties, string, walk } from './build.ts'

function eventOf(bytes: Uint8Array, version: Version | null): PacketEvent {
  const decoder = new PacketDecoder(LIMITS)
  return {
    number: 1, frame: 1, time: 0, firstSeenFrame: 1, firstSeenTime: 0, connection: new MqttConnection({} as TcpConnection), sender: 0,
    direction: 'client-to-server', version, versionCertainty: version === null ? null : 'seen', length: bytes.length,
    packet: decoder.decode(bytes, 0, bytes.length, bytes.length, version ?? '3.1.1', 'client-to-server', null), problems: decoder.problems,
    resolvedTopicName: undefined, buffer: bytes, start: 0, end: bytes.length, pieces: null, position: -1, acknowledged: -1, acknowledgedTime: NaN, streamEnd: 0, segmentEnd: 0, filledHole: false, missing: 0, lostBefore: 0,
  }
}

describe('the fields of a packet that went by', () => {
  const bytes = packet(0x30, string('a'), properties([0x01, 0]))

  it('are those of the version that it was decoded in', () => {
    expect(decodeFields(new PacketDecoder(LIMITS), eventOf(bytes, '5.0'))).toEqual(decodeWithFields(bytes, '5.0').fields)
  })

  it('are those of 3.1.1 where the version is not known', () => {
    const fields = [...walk(decodeFields(new PacketDecoder(LIMITS), eventOf(bytes, null)))]
    expect(fields.find(({ field }) => field === FIELDS.message)?.value).toEqual(Uint8Array.of(2, 1, 0))
    expect(fields.some(({ field }) => field === FIELDS.properties)).toBe(false)
  })

  it('are none where nothing was framed', () => {
    const event: PacketEvent = { ...eventOf(bytes, null), packet: { type: 'UNFRAMED', reason: 'gap' } }
    expect(decodeFields(new PacketDecoder(LIMITS), event)).toEqual([])
  })
})
