/** PINGREQ and PINGRESP: MQTT 5.0 §3.12 and §3.13, 3.1.1 §3.12 and §3.13. They have neither variable header nor payload. */
import type { Ping } from '../packet.ts'

export function readPing(type: Ping['type'], flags: number): Ping {
  return { type, flags }
}
