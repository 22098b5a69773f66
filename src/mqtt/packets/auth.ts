/** AUTH: MQTT 5.0 §3.15. */
import { FIELDS } from '../fields.ts'
import type { PacketReader } from '../packet-reader.ts'
import { NO_PROPERTIES, present } from '../packet-reader.ts'
import type { Disconnect } from '../packet.ts'
import { PROPERTY_BITS } from '../property-findings.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { judgeCode, readReasonCode } from './reason-code.ts'

const PROPERTIES = new PropertyBlock('AUTH')

export function readAuth(reader: PacketReader, flags: number): Disconnect {
  // §3.15.2.1 lets a packet without a code stand for 0x00 without properties, but §3.15.2.2.2 wants the method in every AUTH.
  if (reader.left === 0 && !reader.stopped) {
    judgeCode(reader, 'AUTH', 0x00, reader.containerStart, reader.containerEnd)
    reader.report('auth.no-method', null, reader.containerStart, reader.containerEnd)
    return { type: 'AUTH', flags, reasonCode: undefined, properties: NO_PROPERTIES }
  }
  const reasonCode = present(readReasonCode(reader, FIELDS.authReasonCode, 'AUTH'))
  const blockStart = reader.position
  const properties = readProperties(reader, PROPERTIES)
  if (reader.found.complete && !reader.found.has(PROPERTY_BITS.authenticationMethod)) {
    reader.report('auth.no-method', null, blockStart, reader.position)
  }
  return { type: 'AUTH', flags, reasonCode, properties }
}
