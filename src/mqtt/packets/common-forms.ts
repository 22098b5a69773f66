/**
 * The forms that nearly all traffic consists of, read straight: an acknowledgement of four bytes, and a PUBLISH without properties. The same packets as
 * acknowledgement.ts and publish.ts make (a test compares them), in half the time; anything that may be worth a remark is left to those.
 */
import { NO_PROPERTIES } from '../packet-reader.ts'
import type { Acknowledgement, Publish, Qos } from '../packet.ts'
import { TOPIC_NAME } from '../text-places.ts'
import { TEXT_FACTS } from '../text-facts.ts'
import type { TextTable } from '../text-table.ts'
import type { Version } from '../version.ts'

/** Longer ones are rare, and their length may be worth a remark by itself. */
const LONGEST_TOPIC = 255
const SUSPECT_TOPIC = TOPIC_NAME.suspect | TEXT_FACTS.empty

/** `buffer[start..end)` is one whole packet. Null where it is not one of these forms. */
export function readCommonForm(texts: TextTable, buffer: Uint8Array, start: number, end: number, version: Version): Acknowledgement | Publish | null {
  switch (buffer[start]) {
    case 0x40: return readShortest('PUBACK', 0, buffer, start, end, version)
    case 0x50: return readShortest('PUBREC', 0, buffer, start, end, version)
    case 0x62: return readShortest('PUBREL', 2, buffer, start, end, version)
    case 0x70: return readShortest('PUBCOMP', 0, buffer, start, end, version)
    default: return buffer[start]! >> 4 === 3 ? readPlainPublish(texts, buffer, start, end, version) : null
  }
}

/** Remaining Length 2: MQTT 5.0 §3.4.2.1, 3.1.1 §3.4.2. */
function readShortest(type: Acknowledgement['type'], flags: number, buffer: Uint8Array, start: number, end: number, version: Version): Acknowledgement | null {
  if (end - start !== 4 || buffer[start + 1] !== 2) return null
  const packetIdentifier = (buffer[start + 2]! << 8) | buffer[start + 3]!
  if (packetIdentifier === 0) return null
  return { type, flags, packetIdentifier, reasonCode: undefined, properties: version === '5.0' ? NO_PROPERTIES : undefined }
}

/** MQTT 5.0 §3.3, 3.1.1 §3.3, with a Remaining Length of one or two bytes. */
function readPlainPublish(texts: TextTable, buffer: Uint8Array, start: number, end: number, version: Version): Publish | null {
  const flags = buffer[start]! & 0x0f
  const dup = (flags & 0x08) !== 0
  const qos = ((flags >> 1) & 0x03) as Qos
  if (qos === 3 || (dup && qos === 0)) return null
  let at = start + 2
  let length = buffer[start + 1]!
  if (length >= 0x80) {
    const second = buffer[start + 2]!
    // 0 would be longer than needed, from 0x80 on there is a third byte.
    if (second === 0 || second >= 0x80) return null
    length = (length & 0x7f) | (second << 7)
    at++
  }
  if (at + length !== end || length < 6) return null
  const topicStart = at + 2
  at = topicStart + ((buffer[at]! << 8) | buffer[at + 1]!)
  let packetIdentifier: number | undefined = undefined
  const five = version === '5.0'
  if (at - topicStart > LONGEST_TOPIC || at + (qos > 0 ? 2 : 0) + (five ? 1 : 0) > end) return null
  if ((texts.look(buffer, topicStart, at) & SUSPECT_TOPIC) !== 0) return null
  if (qos > 0) {
    packetIdentifier = (buffer[at]! << 8) | buffer[at + 1]!
    if (packetIdentifier === 0) return null
    at += 2
  }
  if (five && buffer[at++] !== 0) return null
  return {
    type: 'PUBLISH', flags, dup, qos, retain: (flags & 0x01) !== 0, topicName: texts.text, packetIdentifier, properties: five ? NO_PROPERTIES : undefined,
    payloadStart: at - start, payloadLength: end - at,
  }
}
