/** DISCONNECT: MQTT 5.0 §3.14; 3.1.1 §3.14, where it is empty. */
import { FIELDS } from '../fields.ts'
import type { PacketReader } from '../packet-reader.ts'
import { NO_PROPERTIES, present } from '../packet-reader.ts'
import type { Disconnect } from '../packet.ts'
import { PROPERTY_BITS } from '../property-findings.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { readReasonCode } from './reason-code.ts'
import { judgeServerReference } from './server-reference.ts'

const PROPERTIES = new PropertyBlock('DISCONNECT')

export function readDisconnect(reader: PacketReader, flags: number): Disconnect {
  if (!reader.five) return { type: 'DISCONNECT', flags, reasonCode: undefined, properties: undefined }
  // §3.14.2.1: with Remaining Length 0 the reason code is 0x00. §3.14.2.2.1: with 1 there are no properties, and no Property Length.
  const reasonCode = reader.left > 0 ? present(readReasonCode(reader, FIELDS.disconnectReasonCode, 'DISCONNECT')) : undefined
  if (reader.left === 0) return { type: 'DISCONNECT', flags, reasonCode, properties: reader.stopped ? undefined : NO_PROPERTIES }
  const properties = readProperties(reader, PROPERTIES)
  const { found } = reader
  if (reader.direction === 'server-to-client' && found.has(PROPERTY_BITS.sessionExpiryInterval)) {
    const bit = PROPERTY_BITS.sessionExpiryInterval
    reader.report('disconnect.session-expiry-from-server', null, found.startOf(bit), found.endOf(bit))
  }
  // §3.14.2.2.5
  if (reader.direction === 'client-to-server' && found.has(PROPERTY_BITS.serverReference)) {
    const bit = PROPERTY_BITS.serverReference
    reader.report('disconnect.server-reference-from-client', null, found.startOf(bit), found.endOf(bit))
  } else judgeServerReference(reader, 'DISCONNECT', reasonCode)
  return { type: 'DISCONNECT', flags, reasonCode, properties }
}
