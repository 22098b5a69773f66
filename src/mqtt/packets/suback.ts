/** SUBACK and UNSUBACK: a code for each filter of the request. */
import { FIELDS } from '../fields.ts'
import type { PacketReader } from '../packet-reader.ts'
import type { SubscribeAcknowledgement } from '../packet.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { SUBACK_RETURN_CODES } from '../reason-codes.ts'
import { readReasonCode } from './reason-code.ts'

const SUBACK_PROPERTIES = new PropertyBlock('SUBACK')
const UNSUBACK_PROPERTIES = new PropertyBlock('UNSUBACK')

/** SUBACK: MQTT 5.0 §3.9, 3.1.1 §3.9. */
export function readSuback(reader: PacketReader, flags: number): SubscribeAcknowledgement {
  const packetIdentifier = reader.packetIdentifier('SUBACK')
  const properties = reader.five ? readProperties(reader, SUBACK_PROPERTIES) : undefined
  const reasonCodes: number[] = []
  // Payload, §3.9.3: a code for each filter of the SUBSCRIBE.
  if (!reader.stopped && reader.left === 0) reader.report('suback.no-codes', null, reader.containerStart, reader.containerEnd)
  while (reader.left > 0 && !reader.stopped) {
    const code = reader.five ? readReasonCode(reader, FIELDS.subackReasonCode, 'SUBACK') : readReturnCode(reader)
    if (code >= 0) reasonCodes.push(code)
  }
  return { type: 'SUBACK', flags, packetIdentifier, properties, reasonCodes }
}

/** MQTT 3.1.1 §3.9.3; 3.1 §3.9, which has granted QoS only. */
function readReturnCode(reader: PacketReader): number {
  const code = reader.byte(FIELDS.grantedQos, SUBACK_RETURN_CODES)
  if (code <= 2) return code
  const end = reader.position
  if (reader.version !== '3.1') {
    if (code !== 0x80) reader.report('suback.reserved-return-code', null, end - 1, end, code, 'there are 0x00, 0x01, 0x02 and 0x80')
    return code
  }
  if (code === 0x80) {
    reader.report('suback.failure-code', null, end - 1, end)
    return code
  }
  if ((code & 0x03) === 3) reader.report('suback.reserved-return-code', null, end - 1, end, code, 'a granted QoS is 0, 1 or 2')
  if (code & 0xfc) reader.report('suback.unused-bits', null, end - 1, end, code)
  return code
}

/** UNSUBACK: MQTT 5.0 §3.11; 3.1.1 §3.11, where it has no payload. */
export function readUnsuback(reader: PacketReader, flags: number): SubscribeAcknowledgement {
  const packetIdentifier = reader.packetIdentifier('UNSUBACK')
  if (!reader.five) return { type: 'UNSUBACK', flags, packetIdentifier, properties: undefined, reasonCodes: NO_CODES }
  const properties = readProperties(reader, UNSUBACK_PROPERTIES)
  const reasonCodes: number[] = []
  // Payload, §3.11.3: a code for each filter of the UNSUBSCRIBE.
  if (!reader.stopped && reader.left === 0) reader.report('unsuback.no-codes', null, reader.containerStart, reader.containerEnd)
  while (reader.left > 0 && !reader.stopped) {
    const code = readReasonCode(reader, FIELDS.unsubackReasonCode, 'UNSUBACK')
    if (code >= 0) reasonCodes.push(code)
  }
  return { type: 'UNSUBACK', flags, packetIdentifier, properties, reasonCodes }
}

const NO_CODES: readonly number[] = Object.freeze([])
