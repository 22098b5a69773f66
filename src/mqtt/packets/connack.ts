/** CONNACK: MQTT 5.0 §3.2, 3.1.1 §3.2. */
import { FIELDS } from '../fields.ts'
import type { PacketReader } from '../packet-reader.ts'
import { present } from '../packet-reader.ts'
import type { Connack } from '../packet.ts'
import { PROPERTY_BITS } from '../property-findings.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { CONNACK_RETURN_CODES } from '../reason-codes.ts'
import { readReasonCode } from './reason-code.ts'
import { judgeServerReference } from './server-reference.ts'

const PROPERTIES = new PropertyBlock('CONNACK')

export function readConnack(reader: PacketReader, flags: number): Connack {
  const oldForm = reader.five && isOldForm(reader)
  const acknowledgeFlags = readAcknowledgeFlags(reader)
  const code = reader.five && !oldForm ? readReasonCode(reader, FIELDS.connackReasonCode, 'CONNACK') : readReturnCode(reader, oldForm)
  // §3.2.2.1.1 (5.0), §3.2.2.2 (3.1.1). MQTT 3.1 has no Session Present.
  const sessionPresent = acknowledgeFlags < 0 || reader.version === '3.1' ? undefined : (acknowledgeFlags & 0x01) !== 0
  if (code > 0 && sessionPresent === true) {
    reader.report('connack.session-present-on-refusal', null, reader.position - 2, reader.position - 1, code)
  }
  const properties = reader.five && !oldForm ? readProperties(reader, PROPERTIES) : undefined
  if (properties !== undefined) judgeProperties(reader, code)
  return { type: 'CONNACK', flags, sessionPresent, reasonCode: present(code), properties }
}

/**
 * A server that does not speak 5.0 refuses in the form of 3.1.1, which has two bytes. With any code but 1 to 5 such a packet is one of 5.0 that lacks
 * its properties.
 */
function isOldForm(reader: PacketReader): boolean {
  const { position, limit, buffer } = reader
  if (reader.remainingLength !== 2 || position + 2 > limit) return false
  const code = buffer[position + 1]!
  return code >= 1 && code < CONNACK_RETURN_CODES.length
}

/** Connect Acknowledge Flags: MQTT 5.0 §3.2.2.1, 3.1.1 §3.2.2.1. Not used in 3.1. */
function readAcknowledgeFlags(reader: PacketReader): number {
  const value = reader.bits(FIELDS.acknowledgeFlags)
  if (value < 0) return value
  if (reader.recorder !== null) {
    const reserved = reader.version === '3.1' ? 0xff : 0xfe
    reader.bit(FIELDS.acknowledgeReserved, (value & reserved) !== 0, reserved)
    if (reserved === 0xfe) reader.bit(FIELDS.sessionPresent, (value & 0x01) !== 0, 0x01)
    reader.endBits()
  }
  const end = reader.position
  if (reader.version === '3.1') {
    if (value !== 0) reader.report('connack.unused-byte', null, end - 1, end, value)
  } else if (value & 0xfe) reader.report('connack.reserved-flags', null, end - 1, end, value)
  return value
}

/** MQTT 3.1.1 §3.2.2.3. */
function readReturnCode(reader: PacketReader, oldForm: boolean): number {
  const code = reader.byte(FIELDS.connackReturnCode, CONNACK_RETURN_CODES)
  const end = reader.position
  if (code >= CONNACK_RETURN_CODES.length) reader.report('connack.reserved-return-code', null, end - 1, end, code)
  if (oldForm) reader.report('connack.old-form', null, reader.containerStart, reader.containerEnd, code, CONNACK_RETURN_CODES[code]!)
  return code
}

/** What one property of a CONNACK says about another, or about the code. */
function judgeProperties(reader: PacketReader, code: number): void {
  const { found } = reader
  judgeServerReference(reader, 'CONNACK', present(code))
  const data = PROPERTY_BITS.authenticationData
  if (found.complete && found.has(data) && !found.has(PROPERTY_BITS.authenticationMethod)) {
    reader.report('connack.authentication-data-without-method', null, found.startOf(data), found.endOf(data))
  }
}
