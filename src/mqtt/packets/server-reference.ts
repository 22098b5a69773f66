/** A Server Reference goes with the two codes that send the client elsewhere: MQTT 5.0 §3.2.2.3.16, §3.14.2.2.5, §4.11. */
import type { PacketReader } from '../packet-reader.ts'
import { PROPERTY_BITS } from '../property-findings.ts'

const USE_ANOTHER_SERVER = 0x9c
const SERVER_MOVED = 0x9d

export function judgeServerReference(reader: PacketReader, type: 'CONNACK' | 'DISCONNECT', reasonCode: number | undefined): void {
  const { found } = reader
  const bit = PROPERTY_BITS.serverReference
  if (reasonCode === undefined || reasonCode === USE_ANOTHER_SERVER || reasonCode === SERVER_MOVED || !found.has(bit)) return
  reader.report('property.server-reference-without-redirect', null, found.startOf(bit), found.endOf(bit), type, reasonCode)
}
