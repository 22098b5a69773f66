import { ascii, bytes, connection, decoded, event, packetBytes, prefixed } from './build.ts'
import type { Problem } from '../../src/mqtt/problem.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'

export const DUP_PROBLEM: Problem = {
  code: 'publish.dup-on-qos0', severity: 'error', statements: ['MQTT-3.3.1-2'], start: 0, end: 1, message: 'DUP is set on a QoS 0 PUBLISH',
}

/** One event of each packet type and form, as they come from real connections: what every renderer must be able to show. */

const FROM_SERVER = { sender: 1 } as const
const v3 = () => connection({ version: '3.1.1' })

export const PASSWORD = 'hunter2'
export const AUTHENTICATION_DATA = 'c2VjcmV0'

export const SAMPLES: Readonly<Record<string, () => PacketEvent>> = {
  'CONNECT 5.0 with all it may have': () => decoded(packetBytes(
    0x10, prefixed('MQTT'), [5, 0xee, 0, 30],
    [33], [0x11, 0, 0, 0x0e, 0x10], [0x21, 0, 20], [0x15], prefixed('PLAIN'), [0x16], prefixed(AUTHENTICATION_DATA), [0x26], prefixed('a'), prefixed(''),
    prefixed('plc-7'), [2, 0x01, 1], prefixed('plant/7/state'), prefixed('gone'), prefixed('alice'), prefixed(PASSWORD),
  )),
  'CONNECT 3.1.1 of a bridge, no client identifier': () => decoded(packetBytes(0x10, prefixed('MQTT'), [0x84, 2, 0, 0], prefixed('')), { connection: v3() }),
  'CONNACK 5.0': () => decoded(packetBytes(0x20, [1, 0, 12], [0x12], prefixed('auto-1'), [0x13, 0, 20]), FROM_SERVER),
  'CONNACK 3.1.1, refused': () => decoded(packetBytes(0x20, [0, 5]), { ...FROM_SERVER, connection: v3() }),
  'PUBLISH QoS 0': () => decoded(packetBytes(0x30, prefixed('plant/7/temp'), [0], ascii('21.5'))),
  'PUBLISH QoS 1 with alias': () => decoded(packetBytes(0x3b, prefixed('plant/7/temp'), [0, 17, 3, 0x23, 0, 5], ascii('{"t": 21.5}'))),
  'PUBLISH through an alias': () => decoded(packetBytes(0x32, prefixed(''), [0, 18, 3, 0x23, 0, 5], ascii('21.6')), { resolvedTopicName: 'plant/7/temp' }),
  'PUBLISH binary, topic not UTF-8': () => decoded(packetBytes(0x30, prefixed(bytes('66ff')), [0], bytes('00ff80'))),
  'PUBACK 3.1.1': () => decoded(packetBytes(0x40, [0, 17]), { ...FROM_SERVER, connection: v3() }),
  'PUBACK 5.0 with a reason': () => decoded(packetBytes(0x40, [0, 17, 0x87, 5, 0x1f], prefixed('no')), FROM_SERVER),
  PUBREC: () => decoded(packetBytes(0x50, [0, 17]), FROM_SERVER),
  PUBREL: () => decoded(packetBytes(0x62, [0, 17])),
  PUBCOMP: () => decoded(packetBytes(0x70, [0, 17, 0x92]), FROM_SERVER),
  'SUBSCRIBE 5.0': () => decoded(packetBytes(0x82, [0, 1, 2, 0x0b, 7], prefixed('a/#'), [0x2d], prefixed('b c'), [0])),
  'SUBSCRIBE 3.1.1': () => decoded(packetBytes(0x82, [0, 1], prefixed('a/#'), [1]), { connection: v3() }),
  'SUBACK 5.0': () => decoded(packetBytes(0x90, [0, 1, 0, 1, 0x87]), FROM_SERVER),
  'SUBACK 3.1.1': () => decoded(packetBytes(0x90, [0, 1, 2, 0x80]), { ...FROM_SERVER, connection: v3() }),
  UNSUBSCRIBE: () => decoded(packetBytes(0xa2, [0, 2, 0], prefixed('a/#'), prefixed('b c'))),
  UNSUBACK: () => decoded(packetBytes(0xb0, [0, 2, 0, 0, 0x11]), FROM_SERVER),
  PINGREQ: () => decoded(packetBytes(0xc0)),
  PINGRESP: () => decoded(packetBytes(0xd0), FROM_SERVER),
  'DISCONNECT 3.1.1': () => decoded(packetBytes(0xe0), { connection: v3() }),
  'DISCONNECT 5.0': () => decoded(packetBytes(0xe0, [0x8e, 0]), FROM_SERVER),
  AUTH: () => decoded(packetBytes(0xf0, [0x18, 19, 0x15], prefixed('PLAIN'), [0x16], prefixed(AUTHENTICATION_DATA))),
  'RESERVED type': () => decoded(packetBytes(0x00, [1, 2, 3]), { connection: v3() }),
  'UNFRAMED, ends not known': () => event(
    { type: 'UNFRAMED', reason: 'mid-stream' },
    { length: 1204, connection: connection({ client: null, version: null, versionCertainty: null, clientIdentifier: undefined }) },
  ),
  'PUBLISH with a problem': () => decoded(packetBytes(0x38, prefixed('a'), [0], ascii('x')), { problems: [DUP_PROBLEM] }),
}
