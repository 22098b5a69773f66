/** What numbers on the wire mean, in words, by value. */
import type { PacketType } from './packet.ts'

/** MQTT 5.0 §4.3. */
export const QOS_MEANINGS: readonly string[] = ['QoS 0 - at most once', 'QoS 1 - at least once', 'QoS 2 - exactly once', 'reserved']

/** MQTT 5.0 §3.8.3.1. */
export const RETAIN_HANDLING_MEANINGS: readonly string[] = [
  'send retained messages', 'send retained messages if the subscription is new', 'do not send retained messages', 'reserved',
]

/** Protocol Level, without the bridge bit. */
export const PROTOCOL_LEVEL_MEANINGS: readonly (string | undefined)[] = [undefined, undefined, undefined, 'MQTT 3.1', 'MQTT 3.1.1', 'MQTT 5.0']

/** What each packet is for, in a few words. */
export const PACKET_TYPE_MEANINGS: Readonly<Record<PacketType, string>> = {
  RESERVED: 'reserved',
  CONNECT: 'CONNECT - connection request',
  CONNACK: 'CONNACK - connect acknowledgment',
  PUBLISH: 'PUBLISH - publish message',
  PUBACK: 'PUBACK - publish acknowledgment (QoS 1)',
  PUBREC: 'PUBREC - publish received (QoS 2, part 1)',
  PUBREL: 'PUBREL - publish release (QoS 2, part 2)',
  PUBCOMP: 'PUBCOMP - publish complete (QoS 2, part 3)',
  SUBSCRIBE: 'SUBSCRIBE - subscribe request',
  SUBACK: 'SUBACK - subscribe acknowledgment',
  UNSUBSCRIBE: 'UNSUBSCRIBE - unsubscribe request',
  UNSUBACK: 'UNSUBACK - unsubscribe acknowledgment',
  PINGREQ: 'PINGREQ - ping request',
  PINGRESP: 'PINGRESP - ping response',
  DISCONNECT: 'DISCONNECT - disconnect notification',
  AUTH: 'AUTH - authentication exchange',
}
