import type { Packet } from '../mqtt/packet.ts'

/** From this value on a Reason Code tells of a failure (MQTT 5.0 §2.4). */
export const FIRST_FAILURE = 0x80

/** The Reason Code of an answer, or the return code before 5.0: 0 where it is left out on the wire; null where the packet has none. */
export function reasonCodeOf(packet: Packet): number | null {
  switch (packet.type) {
    case 'CONNACK': return packet.reasonCode ?? null
    case 'PUBACK': case 'PUBREC': case 'PUBREL': case 'PUBCOMP': case 'DISCONNECT': case 'AUTH':
      return packet.reasonCode ?? (packet.properties === undefined ? null : 0)
    default:
      return null
  }
}
