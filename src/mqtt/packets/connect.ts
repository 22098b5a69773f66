/**
 * CONNECT: MQTT 5.0 §3.1, 3.1.1 §3.1. It is read in the version that it announces itself, which the decoder has looked up and set in the reader;
 * where that is not a known one, the reader is silent.
 */
import { firstIllFormed, isJavaModifiedUtf8 } from '../../bytes/utf8.ts'
import { FIELDS } from '../fields.ts'
import { PROTOCOL_LEVEL_MEANINGS, QOS_MEANINGS } from '../meanings.ts'
import type { PacketReader } from '../packet-reader.ts'
import { present } from '../packet-reader.ts'
import type { Connect, Qos, Text, Will } from '../packet.ts'
import { propertyValue } from '../packet.ts'
import type { Place } from '../problems.ts'
import { PROPERTY_BITS } from '../property-findings.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { TEXT_FACTS, countCharacters } from '../text-facts.ts'
import { CLIENT_IDENTIFIER, PROTOCOL_NAME, USER_NAME, WILL_TOPIC } from '../text-places.ts'

const PROPERTIES = new PropertyBlock('CONNECT')
const WILL_PROPERTIES = new PropertyBlock('WILL')

/** Connect Flags: MQTT 5.0 §3.1.2.3, 3.1.1 §3.1.2.3. */
const USER_NAME_FLAG = 0x80
const PASSWORD_FLAG = 0x40
const WILL_RETAIN = 0x20
const WILL_QOS = 0x18
const WILL_FLAG = 0x04
const CLEAN_START = 0x02
const RESERVED = 0x01

/** The top bit of the Protocol Level: not in any standard, set by the bridges of mosquitto and of its forebear RSMB. */
const BRIDGE = 0x80

/** MQTT 3.1: name 8, level 1, flags 1, keep alive 2, and a client identifier of at least one character 3. */
const LEAST_LENGTH_OF_31 = 15

export function readConnect(reader: PacketReader, flags: number): Connect {
  reader.belowMinimum = reader.version === '3.1' && reader.remainingLength < LEAST_LENGTH_OF_31
  // Variable header, §3.1.2
  const nameStart = reader.position
  const protocolName = reader.text(PROTOCOL_NAME)
  const protocolLevel = readProtocolLevel(reader)
  if (protocolName !== undefined && protocolLevel >= 0) judgeProtocol(reader, protocolName, protocolLevel, nameStart)
  const connectFlags = readConnectFlags(reader)
  const flagsAt = reader.position - 1
  if (connectFlags >= 0) judgeConnectFlags(reader, connectFlags, flagsAt)
  const keepAlive = present(reader.uint16(FIELDS.keepAlive))
  const properties = reader.five ? readProperties(reader, PROPERTIES) : undefined
  if (properties !== undefined) judgeAuthentication(reader)

  // Payload, §3.1.3: what the flags announce, in this order.
  const clientIdentifier = reader.text(CLIENT_IDENTIFIER)
  if (clientIdentifier !== undefined) judgeClientIdentifier(reader, connectFlags)
  const will = connectFlags >= 0 && (connectFlags & WILL_FLAG) !== 0 ? readWill(reader) : undefined
  const userName = isThere(reader, connectFlags, USER_NAME_FLAG, 'User Name', flagsAt) ? readUserName(reader) : undefined
  const password = isThere(reader, connectFlags, PASSWORD_FLAG, 'Password', flagsAt) ? readPassword(reader) : undefined
  if (!reader.stopped && reader.left > 0) reportLeftover(reader, connectFlags)

  const known = connectFlags >= 0
  return {
    type: 'CONNECT',
    flags,
    protocolName,
    protocolLevel: present(protocolLevel),
    bridge: protocolLevel >= 0 && (protocolLevel & BRIDGE) !== 0,
    connectFlags: present(connectFlags),
    userNameFlag: known ? (connectFlags & USER_NAME_FLAG) !== 0 : undefined,
    passwordFlag: known ? (connectFlags & PASSWORD_FLAG) !== 0 : undefined,
    willRetain: known ? (connectFlags & WILL_RETAIN) !== 0 : undefined,
    willQos: known ? (((connectFlags & WILL_QOS) >> 3) as Qos) : undefined,
    willFlag: known ? (connectFlags & WILL_FLAG) !== 0 : undefined,
    cleanStart: known ? (connectFlags & CLEAN_START) !== 0 : undefined,
    keepAlive,
    properties,
    clientIdentifier,
    will,
    userName,
    password,
  }
}

function readProtocolLevel(reader: PacketReader): number {
  const level = reader.bits(FIELDS.protocolLevel, PROTOCOL_LEVEL_MEANINGS[reader.peek() & ~BRIDGE] ?? null)
  if (level >= 0 && reader.recorder !== null) {
    if (level & BRIDGE) reader.bit(FIELDS.bridge, true, BRIDGE)
    reader.endBits()
  }
  return level
}

/** MQTT 5.0 §3.1.2.1, §3.1.2.2; 3.1.1 §3.1.2.1, §3.1.2.2. Which version a pair of name and level means is in decoder.ts. */
function judgeProtocol(reader: PacketReader, name: Text, level: number, nameStart: number): void {
  const end = reader.position
  if (reader.silent) {
    if (name === 'MQTT') reader.reportUnversioned('connect.unknown-protocol-level', end - 1, end, level)
    else reader.reportUnversioned('connect.protocol-name', nameStart, end, name, level)
    return
  }
  const rightName = reader.version === '3.1' ? 'MQIsdp' : 'MQTT'
  const rightLevel = reader.version === '3.1' ? 3 : reader.version === '3.1.1' ? 4 : 5
  if (name !== rightName || (level & ~BRIDGE) !== rightLevel) reader.report('connect.protocol-name', null, nameStart, end, name, level)
  else if (level & BRIDGE) reader.report('connect.bridge', null, end - 1, end, level)
}

function readConnectFlags(reader: PacketReader): number {
  const value = reader.bits(FIELDS.connectFlags)
  if (value >= 0 && reader.recorder !== null) {
    const willQos = (value & WILL_QOS) >> 3
    reader.bit(FIELDS.userNameFlag, (value & USER_NAME_FLAG) !== 0, USER_NAME_FLAG)
    reader.bit(FIELDS.passwordFlag, (value & PASSWORD_FLAG) !== 0, PASSWORD_FLAG)
    reader.bit(FIELDS.willRetain, (value & WILL_RETAIN) !== 0, WILL_RETAIN)
    reader.bit(FIELDS.willQos, willQos, WILL_QOS, QOS_MEANINGS[willQos])
    reader.bit(FIELDS.willFlag, (value & WILL_FLAG) !== 0, WILL_FLAG)
    reader.bit(FIELDS.cleanStart, (value & CLEAN_START) !== 0, CLEAN_START)
    reader.bit(FIELDS.connectReserved, (value & RESERVED) !== 0, RESERVED)
    reader.endBits()
  }
  return value
}

function judgeConnectFlags(reader: PacketReader, flags: number, at: number): void {
  if (flags & RESERVED) reader.report('connect.reserved-flag', null, at, at + 1, flags)
  if (flags & WILL_FLAG) {
    // §3.1.2.6
    if ((flags & WILL_QOS) === WILL_QOS) reader.report('connect.will-qos-3', null, at, at + 1, flags)
  } else if (flags & (WILL_QOS | WILL_RETAIN)) {
    // §3.1.2.6, §3.1.2.7: one problem, though the versions number its parts.
    const places: Place[] = []
    if (flags & WILL_QOS) places.push('willQosBits')
    if (flags & WILL_RETAIN) places.push('willRetainBit')
    const bits = places.length === 2 ? 'Will QoS and Will Retain are' : flags & WILL_QOS ? 'Will QoS is' : 'Will Retain is'
    reader.report('connect.will-bits-without-will', places, at, at + 1, flags, bits)
  }
  // 3.1.1 §3.1.2.9. From 5.0 on a password may stand alone.
  if ((flags & (USER_NAME_FLAG | PASSWORD_FLAG)) === PASSWORD_FLAG && !reader.five) {
    reader.report('connect.password-without-user-name', null, at, at + 1, flags)
  }
}

/** MQTT 5.0 §3.1.2.11.10. */
function judgeAuthentication(reader: PacketReader): void {
  const { found } = reader
  const data = PROPERTY_BITS.authenticationData
  if (found.complete && found.has(data) && !found.has(PROPERTY_BITS.authenticationMethod)) {
    reader.report('connect.authentication-data-without-method', null, found.startOf(data), found.endOf(data))
  }
}

/** MQTT 3.1.1 §3.1.3.1; 3.1 §3.1. In 5.0 any identifier is legal, an empty one too. */
function judgeClientIdentifier(reader: PacketReader, flags: number): void {
  if (reader.five) return
  const { textStart, position } = reader
  const empty = (reader.textFacts & TEXT_FACTS.empty) !== 0
  if (empty && (reader.version === '3.1' || (flags >= 0 && (flags & CLEAN_START) === 0))) {
    reader.report('connect.client-identifier-empty', reader.belowMinimum ? 'belowMinimum' : null, textStart - 2, position, reader.version)
  }
  if (reader.version === '3.1') {
    const length = countCharacters(reader.buffer, textStart, position)
    if (length > 23) reader.report('connect.client-identifier-too-long', null, textStart, position, length)
  }
}

/** MQTT 5.0 §3.1.3.2 to §3.1.3.4, 3.1.1 §3.1.3.2 and §3.1.3.3. */
function readWill(reader: PacketReader): Will {
  const properties = reader.five ? readProperties(reader, WILL_PROPERTIES) : undefined
  const topic = reader.text(WILL_TOPIC)
  const start = reader.binary(FIELDS.willPayloadLength, FIELDS.willPayload, 'The Will Payload', 'willPayload')
  if (start < 0) return { properties, topic, payload: undefined, payloadLength: 0 }
  const { buffer, position } = reader
  if (propertyValue(properties, 'payloadFormatIndicator') === 1) {
    // §3.1.3.2.3
    const at = firstIllFormed(buffer, start, position)
    if (at >= 0) reader.report('property.payload-not-utf8', null, at, at + 1, 'will payload', reader.hex(at, at + 1), at - start)
  }
  if (reader.version === '3.1') judgeWillMessageOf31(reader, start)
  return { properties, topic, payload: buffer.slice(start, Math.min(position, start + reader.payloadKept)), payloadLength: position - start }
}

function judgeWillMessageOf31(reader: PacketReader, start: number): void {
  for (let at = start; at < reader.position; at++) {
    if (reader.buffer[at]! < 0x80) continue
    reader.report('connect.will-message-not-ascii', null, at, at + 1, reader.hex(at, at + 1), at - start)
    return
  }
}

/** Whether to read a field that the flags announce. In 3.1 the packet may end before it all the same: its Remaining Length has the last word. */
function isThere(reader: PacketReader, flags: number, flag: number, field: string, flagsAt: number): boolean {
  if (flags < 0 || (flags & flag) === 0) return false
  if (reader.version !== '3.1' || reader.stopped || reader.left > 0) return true
  reader.report('connect.announced-field-absent', null, flagsAt, flagsAt + 1, field, flags)
  return false
}

/** MQTT 5.0 §3.1.3.5, 3.1.1 §3.1.3.4. */
function readUserName(reader: PacketReader): Text | undefined {
  const userName = reader.text(USER_NAME)
  if (userName !== undefined && reader.version === '3.1') judgeLengthOf31(reader, 'User Name', reader.textStart)
  return userName
}

/** MQTT 5.0 §3.1.3.6, 3.1.1 §3.1.3.5: any bytes; text in 3.1. */
function readPassword(reader: PacketReader): Uint8Array | undefined {
  const start = reader.binary(FIELDS.passwordLength, FIELDS.password, 'The Password', 'password', true)
  if (start < 0) return undefined
  const { buffer, position } = reader
  if (reader.version === '3.1') {
    if (!isJavaModifiedUtf8(buffer, start, position)) reader.report('connect.password-not-text', null, start, position)
    judgeLengthOf31(reader, 'Password', start)
  }
  return buffer.slice(start, position)
}

function judgeLengthOf31(reader: PacketReader, field: string, start: number): void {
  if (countCharacters(reader.buffer, start, reader.position) > 12) reader.report('connect.long-credentials', null, start, reader.position, field)
}

/** What is left over may be a field that no flag announces. */
function reportLeftover(reader: PacketReader, flags: number): void {
  const places: Place[] = []
  if ((flags & WILL_FLAG) === 0) places.push('noWill')
  if ((flags & USER_NAME_FLAG) === 0) places.push('noUserName')
  if ((flags & PASSWORD_FLAG) === 0) places.push('noPassword')
  const { start, end } = reader.rest()
  reader.report('connect.leftover-bytes', places, start, end, reader.left, flags)
  reader.giveUp()
}
