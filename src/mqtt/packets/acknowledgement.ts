/** PUBACK, PUBREC, PUBREL and PUBCOMP differ in nothing but their type and reason codes: MQTT 5.0 §3.4 to §3.7, 3.1.1 §3.4 to §3.7. */
import { FIELDS } from '../fields.ts'
import type { Field } from '../field.ts'
import type { PacketReader } from '../packet-reader.ts'
import { NO_PROPERTIES, present } from '../packet-reader.ts'
import type { Acknowledgement } from '../packet.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { readReasonCode } from './reason-code.ts'

class Form {
  readonly type: Acknowledgement['type']
  readonly reasonCode: Field
  readonly properties: PropertyBlock

  constructor(type: Acknowledgement['type'], reasonCode: Field) {
    this.type = type
    this.reasonCode = reasonCode
    this.properties = new PropertyBlock(type)
  }
}

export const PUBACK = new Form('PUBACK', FIELDS.pubackReasonCode)
export const PUBREC = new Form('PUBREC', FIELDS.pubrecReasonCode)
export const PUBREL = new Form('PUBREL', FIELDS.pubrelReasonCode)
export const PUBCOMP = new Form('PUBCOMP', FIELDS.pubcompReasonCode)

export function readAcknowledgement(reader: PacketReader, flags: number, form: Form): Acknowledgement {
  const { type } = form
  const packetIdentifier = reader.packetIdentifier(type)
  let reasonCode: number | undefined = undefined
  let properties: Acknowledgement['properties'] = undefined
  if (reader.five && !reader.stopped) {
    // §3.4.2.1: with Remaining Length 2 the reason code is 0x00. §3.4.2.2.1: with 3 there are no properties, and no Property Length.
    if (reader.left > 0) reasonCode = present(readReasonCode(reader, form.reasonCode, type))
    properties = reader.left > 0 ? readProperties(reader, form.properties) : NO_PROPERTIES
  }
  return { type, flags, packetIdentifier, reasonCode, properties }
}
