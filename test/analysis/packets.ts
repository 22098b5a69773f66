import type { PacketEvent } from '../../src/mqtt/packet-event.ts'
import { ascii, block, field, packet, packetEvent, unframedEvent } from './build.ts'

/** Packets that the tests of fields and filters look at, by what is special about them. */
export const PACKETS = {
  connect: () =>
    packetEvent(packet(0x10, field('MQTT'), 5, 0xce, [0, 60], block([0x11, 0, 0, 0, 120], [0x26, ...field('site'), ...field('north')]), field('plc-7'),
      block([0x18, 0, 0, 0, 5], [0x08, ...field('reply/7')]), field('plant/7/gone'), field([0xde, 0xad]), field('anna'), field('secret'))),
  'connect of 3.1': () => packetEvent(packet(0x10, field('MQIsdp'), 3, 0x02, [0, 10], field('old')), { version: '3.1' }),
  'connect of a bridge': () => packetEvent(packet(0x10, field('MQTT'), 0x84, 0x02, [0, 10], field('b1')), { version: '3.1.1' }),
  connack: () => packetEvent(packet(0x20, 0, 0x87, block([0x1f, ...field('no entry')], [0x21, 0, 10])), { direction: 'server-to-client' }),
  'connack of 3.1.1': () => packetEvent(packet(0x20, 1, 0), { direction: 'server-to-client', version: '3.1.1' }),
  publish: () =>
    packetEvent(packet(0x3b, field('plant/7/temp'), [0x12, 0x34], block([0x23, 0, 5], [0x09, ...field([1, 2, 3])], [0x0b, 0x80, 0x01]), ascii('21.5 C'))),
  'publish at QoS 0': () => packetEvent(packet(0x30, field('plant/8/temp'), ascii('20')), { version: '3.1.1', clientIdentifier: 'gw', stream: 4, frame: 50 }),
  'publish with an empty payload': () => packetEvent(packet(0x31, field('plant/9'), 0), { frame: 51 }),
  'publish through an alias': () => packetEvent(packet(0x30, field(''), block([0x23, 0, 5]), ascii('1')), { resolvedTopicName: 'plant/7/temp', frame: 52 }),
  'publish with a topic that is not UTF-8': () => packetEvent(packet(0x30, field([0x61, 0xff, 0x62]), 0), { frame: 53 }),
  'publish at QoS 3': () => packetEvent(packet(0x36, field('q3'), [0, 9], 0), { frame: 54 }),
  'publish over IPv6 from the server': () =>
    packetEvent(packet(0x32, field('v6'), [0, 7], 0, ascii('x')), { direction: 'server-to-client', ipv6: true, frame: 55, stream: 9 }),
  puback: () => packetEvent(packet(0x40, [0x12, 0x34]), { direction: 'server-to-client' }),
  'puback with a reason': () => packetEvent(packet(0x40, [0x12, 0x34], 0x10, block([0x1f, ...field('nobody')])), { direction: 'server-to-client' }),
  'pubrel of 3.1 sent again': () => packetEvent(packet(0x6a, [0, 3]), { version: '3.1' }),
  'pubrec without its identifier': () => packetEvent(packet(0x50, 1), { version: '3.1.1' }),
  subscribe: () => packetEvent(packet(0x82, [0, 1], 0, field('plant/+/temp'), 0x2d, field('$share/g/a/#'), 1)),
  'subscribe of 3.1': () => packetEvent(packet(0x82, [0, 1], field('a'), 1, field('b'), 0), { version: '3.1' }),
  suback: () => packetEvent(packet(0x90, [0, 1], 0, 0x01, 0x87), { direction: 'server-to-client' }),
  unsubscribe: () => packetEvent(packet(0xa2, [0, 2], 0, field('a/b'), field('c'))),
  'unsubscribe of 3.1': () => packetEvent(packet(0xa2, [0, 2], field('a/b')), { version: '3.1' }),
  unsuback: () => packetEvent(packet(0xb0, [0, 2], 0, 0, 0x11), { direction: 'server-to-client' }),
  pingreq: () => packetEvent(packet(0xc0), { frame: 60, time: 2_000_000_000 }),
  pingresp: () => packetEvent(packet(0xd0), { direction: 'server-to-client', version: null }),
  disconnect: () => packetEvent(packet(0xe0, 0x04)),
  auth: () => packetEvent(packet(0xf0, 0x18, block([0x15, ...field('SCRAM')], [0x16, ...field([9, 8, 7])]))),
  reserved: () => packetEvent(packet(0xf0, 1, 2), { version: '3.1.1' }),
  'type 0': () => packetEvent(packet(0x00, 1)),
  'a length without an end': () => packetEvent([0x30, 0xff, 0xff, 0xff, 0xff]),
  'a length that is cut': () => packetEvent([0x30, 0x80]),
  'one byte': () => packetEvent([0xc0]),
  unframed: () => unframedEvent('gap'),
  'without a time': () => packetEvent(packet(0xc0), { time: NaN }),
} satisfies Record<string, () => PacketEvent>

export type PacketName = keyof typeof PACKETS

export const PACKET_NAMES = Object.keys(PACKETS) as PacketName[]
