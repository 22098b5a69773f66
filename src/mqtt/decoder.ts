/**
 * The strict decoder: the bytes of one control packet to a Packet and everything that is wrong with it.
 *
 * It judges what one packet shows with its version and direction, never what needs other packets (limits, exchanges, aliases). It goes on after a defect
 * wherever the rest can still be located, never throws on any bytes, and nothing that it returns refers to them. With a recorder it also tells every field.
 */
import { FIELDS } from './fields.ts'
import type { FieldRecorder } from './field.ts'
import { PACKET_TYPE_MEANINGS, QOS_MEANINGS } from './meanings.ts'
import { PacketReader, NO_PROBLEMS, variableByteIntegerLength } from './packet-reader.ts'
import type { ReaderLimits } from './packet-reader.ts'
import { PACKET_TYPES } from './packet.ts'
import type { Connect, Packet, PacketType, Text } from './packet.ts'
import { PUBACK, PUBCOMP, PUBREC, PUBREL, readAcknowledgement } from './packets/acknowledgement.ts'
import { readAuth } from './packets/auth.ts'
import { readCommonForm } from './packets/common-forms.ts'
import { readConnack } from './packets/connack.ts'
import { readConnect } from './packets/connect.ts'
import { readDisconnect } from './packets/disconnect.ts'
import { readPing } from './packets/ping.ts'
import { readPublish } from './packets/publish.ts'
import { readSuback, readUnsuback } from './packets/suback.ts'
import { readSubscribe } from './packets/subscribe.ts'
import { readUnsubscribe } from './packets/unsubscribe.ts'
import type { Place } from './problems.ts'
import type { Problem } from './problem.ts'
import { TextTable } from './text-table.ts'
import type { TextTableLimits } from './text-table.ts'
import { senderOf } from './version.ts'
import type { Direction, Version } from './version.ts'

/** What the decoder needs of `limits.ts`. */
export interface DecoderLimits extends ReaderLimits, TextTableLimits {}

export class PacketDecoder {
  readonly #texts: TextTable
  readonly #reader: PacketReader
  #problems: readonly Problem[] = NO_PROBLEMS

  constructor(limits: DecoderLimits) {
    this.#texts = new TextTable(limits)
    this.#reader = new PacketReader(this.#texts, limits)
  }

  /** Of the last packet. May be kept. */
  get problems(): readonly Problem[] {
    return this.#problems
  }

  /**
   * `buffer[start..end)` begins at byte 1 of the fixed header; `length` is the whole packet's size by its Remaining Length, with the fixed header. Where
   * `end - start` is less, the missing bytes are not judged. Where the Remaining Length is impossible, `length` is what there is.
   * A CONNECT is read in the version that it announces. With `direction` null, nothing that depends on it is reported.
   */
  decode(
    buffer: Uint8Array, start: number, end: number, length: number, version: Version, direction: Direction | null, recorder: FieldRecorder | null,
  ): Packet {
    if (end <= start) throw new RangeError('PacketDecoder.decode: a packet has at least one byte')
    if (recorder === null && end - start === length) {
      const common = readCommonForm(this.#texts, buffer, start, end, version)
      if (common !== null) {
        this.#problems = NO_PROBLEMS
        return common
      }
    }
    const reader = this.#reader
    reader.begin(buffer, start, end, length, version, direction, recorder)
    const byte = buffer[start]!
    if (recorder !== null) recordByte1(recorder, byte, version)
    readRemainingLength(reader)
    if (byte >> 4 === CONNECT) chooseVersion(reader)
    judgeFixedHeader(reader, byte)
    const packet = readPacket(reader, byte)
    if (recorder !== null) recorder.close(length)
    this.#problems = reader.takeProblems()
    return packet
  }
}

const CONNECT = 1
const PUBLISH = 3
const DISCONNECT = 14
const AUTH = 15

/** AUTH came with 5.0; before, its number is reserved as 0 is (§2.1.2). */
function typeOf(byte: number, version: Version): PacketType {
  return byte >> 4 === AUTH && version !== '5.0' ? 'RESERVED' : PACKET_TYPES[byte >> 4]!
}

/** Variable header and payload. Every reader reads up to the end of its packet; what one leaves over is too much. */
function readPacket(reader: PacketReader, byte: number): Packet {
  const flags = byte & 0x0f
  const packet = readBody(reader, byte >> 4, flags)
  if (packet.type === 'PUBLISH' || reader.stopped) return packet
  if (reader.left > 0 && packet.type !== 'RESERVED') {
    const { start, end } = reader.rest()
    reader.report('packet.leftover-bytes', packet.type, start, end, packet.type, reader.left, reader.remainingLength)
  }
  reader.giveUp()
  return packet
}

function readBody(reader: PacketReader, type: number, flags: number): Packet {
  switch (type) {
    case 1:
      return readConnect(reader, flags)
    case 2:
      return readConnack(reader, flags)
    case 3:
      return readPublish(reader, flags)
    case 4:
      return readAcknowledgement(reader, flags, PUBACK)
    case 5:
      return readAcknowledgement(reader, flags, PUBREC)
    case 6:
      return readAcknowledgement(reader, flags, PUBREL)
    case 7:
      return readAcknowledgement(reader, flags, PUBCOMP)
    case 8:
      return readSubscribe(reader, flags)
    case 9:
      return readSuback(reader, flags)
    case 10:
      return readUnsubscribe(reader, flags)
    case 11:
      return readUnsuback(reader, flags)
    case 12:
      return readPing('PINGREQ', flags)
    case 13:
      return readPing('PINGRESP', flags)
    case 14:
      return readDisconnect(reader, flags)
    case 15:
      return reader.five ? readAuth(reader, flags) : { type: 'RESERVED', flags }
    default:
      return { type: 'RESERVED', flags }
  }
}

/** Remaining Length: MQTT 5.0 §2.1.4, 3.1.1 §2.2.3. The reader is stopped where it has no end. */
function readRemainingLength(reader: PacketReader): void {
  const { buffer, start, limit, recorder } = reader
  let value = 0
  let scale = 1
  for (let used = 1; used <= 4; used++) {
    const at = start + used
    if (at >= limit) {
      reader.beginBody(start, 0)
      reader.reportIncomplete()
      reader.giveUp()
      return
    }
    const byte = buffer[at]!
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte < 0x80) {
      reader.position = at + 1
      reader.beginBody(start + 1, value)
      if (recorder !== null) recorder.add(FIELDS.remainingLength, value, 1, used + 1)
      return
    }
  }
  reader.position = start + 5
  reader.beginBody(start + 1, 0)
  if (recorder !== null) recorder.add(FIELDS.remainingLength, null, 1, 5)
  reader.report('fixed-header.remaining-length-too-long', null, start + 1, start + 5, reader.hex(start + 1, start + 5))
  reader.giveUp()
}

// By packet type (MQTT 5.0 §2.1.2 and §2.1.3, 3.1.1 §2.2.1 and §2.2.2): who may send it, and the flags that it must have (-1: they have meanings).
const FROM_CLIENT = 1
const FROM_SERVER = 2
const SENDERS = Uint8Array.of(0, 1, 2, 3, 3, 3, 3, 3, 1, 2, 1, 2, 1, 2, 3, 3)
const FLAGS = Int8Array.of(-1, 0, 0, -1, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0)

function judgeFixedHeader(reader: PacketReader, byte: number): void {
  const { start, containerEnd, version, direction } = reader
  const used = containerEnd - start - 1
  if (used > 1 && !reader.stopped && used > variableByteIntegerLength(reader.remainingLength)) {
    const { remainingLength } = reader
    const needed = variableByteIntegerLength(remainingLength)
    reader.report('fixed-header.remaining-length-not-minimal', null, start + 1, containerEnd, remainingLength, used, needed)
  }
  const number = byte >> 4
  if (number === PUBLISH) return
  const type = typeOf(byte, version)
  if (type === 'RESERVED') {
    reader.report('fixed-header.reserved-type', null, start, start + 1, number, version)
    return
  }
  if (direction !== null) {
    // A server sends DISCONNECT only from 5.0 on (§3.14).
    const senders = number === DISCONNECT && version !== '5.0' ? FROM_CLIENT : SENDERS[number]!
    const sender = direction === 'client-to-server' ? FROM_CLIENT : FROM_SERVER
    if ((senders & sender) === 0) reader.report('fixed-header.wrong-direction', null, start, start + 1, type, senderOf(direction), version)
  }
  const required = FLAGS[number]!
  if ((byte & 0x0f) === required) return
  if (version === '3.1') judgeFlagsOf31(reader, type, byte, required)
  else reader.report('fixed-header.reserved-flags', type, start, start + 1, type, byte, (byte & 0xf0) | required)
}

/** MQTT 3.1 gives every packet DUP, QoS and RETAIN. Those that are acknowledged are sent with QoS 1 and may be sent again with DUP. */
function judgeFlagsOf31(reader: PacketReader, type: PacketType, byte: number, required: number): void {
  const { start } = reader
  const retain = byte & 0x01
  if (required === 0) {
    const places: readonly Place[] = retain ? ['retainBit', 'unusedBits'] : ['unusedBits']
    reader.report('fixed-header.unused-flags', places, start, start + 1, type, byte, 'DUP, QoS and RETAIN are')
    return
  }
  const qos = (byte >> 1) & 0x03
  if (qos !== 1) reader.report('fixed-header.qos-not-1', null, start, start + 1, type, byte, qos)
  if (retain) reader.report('fixed-header.unused-flags', 'retainBit', start, start + 1, type, byte, 'RETAIN is')
}

function recordByte1(recorder: FieldRecorder, byte: number, version: Version): void {
  const type = typeOf(byte, version)
  recorder.open(FIELDS.packet, 0, null, type)
  recorder.open(FIELDS.headerFlags, 0, byte)
  recorder.add(FIELDS.messageType, byte >> 4, 0, 1, 0xf0, PACKET_TYPE_MEANINGS[type])
  const hasQos = type === 'PUBLISH' || (version === '3.1' && FLAGS[byte >> 4] === 2)
  if (hasQos) {
    const qos = (byte >> 1) & 0x03
    recorder.add(FIELDS.dup, (byte & 0x08) !== 0, 0, 1, 0x08)
    recorder.add(FIELDS.qos, qos, 0, 1, 0x06, QOS_MEANINGS[qos])
    if (type === 'PUBLISH') recorder.add(FIELDS.retain, (byte & 0x01) !== 0, 0, 1, 0x01)
    else recorder.add(FIELDS.retainReserved, byte & 0x01, 0, 1, 0x01)
  } else recorder.add(FIELDS.headerReserved, byte & 0x0f, 0, 1, 0x0f)
  recorder.close(1)
}

// ---- The version of a CONNECT

/**
 * The version that a CONNECT announces; null where no version has its pair of name and level.
 *
 * A level of 5 is MQTT 5.0 whatever the name, as its own statement about the name wants it; "MQIsdp" with any other level and "MQTT" with level 3 are
 * 3.1, which has the rule that these belong together. The top bit of the level is a bridge's.
 */
export function connectVersion(connect: Connect): Version | null {
  if (connect.protocolName === undefined || connect.protocolLevel === undefined) return null
  return announcedVersion(connect.protocolName, connect.protocolLevel)
}

function announcedVersion(name: Text | null, protocolLevel: number): Version | null {
  const level = protocolLevel & 0x7f
  if (level === 5) return '5.0'
  if (name === 'MQIsdp') return '3.1'
  if (name !== 'MQTT') return null
  return level === 4 ? '3.1.1' : level === 3 ? '3.1' : null
}

/** Sets the version that the CONNECT announces. Of an unknown one the form is guessed, and nothing is judged. */
function chooseVersion(reader: PacketReader): void {
  const { buffer, position, limit } = reader
  const nameStart = position + 2
  if (reader.stopped || nameStart > limit) return
  const nameEnd = nameStart + ((buffer[position]! << 8) | buffer[position + 1]!)
  if (nameEnd >= limit) return
  const level = buffer[nameEnd]!
  const known = announcedVersion(knownName(buffer, nameStart, nameEnd), level)
  // Until a later MQTT says otherwise, its CONNECT is taken to be like that of the last one.
  reader.version = known ?? ((level & 0x7f) > 5 ? '5.0' : '3.1.1')
  reader.silent = known === null
}

/** The protocol name that these bytes are, or null where no version has it. */
function knownName(buffer: Uint8Array, start: number, end: number): 'MQTT' | 'MQIsdp' | null {
  if (isAscii('MQTT', buffer, start, end)) return 'MQTT'
  return isAscii('MQIsdp', buffer, start, end) ? 'MQIsdp' : null
}

function isAscii(text: string, buffer: Uint8Array, start: number, end: number): boolean {
  if (end - start !== text.length) return false
  for (let i = 0; i < text.length; i++) if (buffer[start + i] !== text.charCodeAt(i)) return false
  return true
}
