/** What stands on the arrow of a packet. */
import { grouped } from '../../bytes/number-text.ts'
import { listInfo } from '../packet-info.ts'
import { propertiesInfo } from '../property-info.ts'
import { reasonText } from '../reason-text.ts'
import { word } from '../wire-text.ts'
import { fitted } from '../fit.ts'
import type { Connack, Connect, Packet, PacketType, Publish } from '../../mqtt/packet.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Version } from '../../mqtt/version.ts'
import type { Label } from './ladder.ts'

/** Columns. More than the widest lane has room for, and all that is kept of a label. */
const LONGEST_LABEL = 120
/** Filters and codes of one packet that are looked at: more have no room in any case. */
const MOST_LISTED = 8
const MOST_DETAILS = 8

const NO_DETAILS: readonly string[] = []

/** `PUBLISH #17 q1 DUP plant/7/temp`; of what could not be framed, how much it is. */
export function packetLabel(event: PacketEvent): Label {
  const { packet } = event
  if (packet.type === 'UNFRAMED') return { text: `${grouped(event.length)} ${event.length === 1 ? 'byte' : 'bytes'}`, details: NO_DETAILS }
  const identifier = 'packetIdentifier' in packet && packet.packetIdentifier !== undefined ? ` #${packet.packetIdentifier}` : ''
  const saying = sayingOf(packet, event)
  const details = detailsOf(packet)
  return {
    text: fitted(`${packet.type}${identifier}${saying === '' ? '' : ` ${saying}`}`, LONGEST_LABEL),
    details: details.length === 0 ? NO_DETAILS : details.slice(0, MOST_DETAILS).map((detail) => fitted(detail, LONGEST_LABEL)),
  }
}

/** What a packet says that a reader of the ladder must know. */
function sayingOf(packet: Packet, event: PacketEvent): string {
  const { version } = event
  switch (packet.type) {
    case 'PUBLISH': return publish(packet, event)
    case 'SUBSCRIBE':
      return list(packet.subscriptions, ({ topicFilter, qos }) => (qos === undefined ? word(topicFilter) : `${word(topicFilter)} q${qos}`))
    case 'UNSUBSCRIBE': return list(packet.topicFilters, word)
    case 'SUBACK': return list(packet.reasonCodes, (code) => (code < 3 ? `q${code}` : reason('SUBACK', code, version)))
    case 'UNSUBACK': return packet.reasonCodes.some((code) => code !== 0) ? list(packet.reasonCodes, (code) => reason('UNSUBACK', code, version)) : ''
    case 'CONNACK': return packet.reasonCode === undefined ? '' : reason('CONNACK', packet.reasonCode, version)
    // MQTT 5.0 §3.15.2.1: left out, the code is 0x00.
    case 'AUTH': return reason('AUTH', packet.reasonCode ?? 0, version)
    // What says nothing but success is not worth a word.
    case 'PUBACK': case 'PUBREC': case 'PUBREL': case 'PUBCOMP': case 'DISCONNECT':
      return packet.reasonCode === undefined || packet.reasonCode === 0 ? '' : reason(packet.type, packet.reasonCode, version)
    case 'CONNECT': case 'PINGREQ': case 'PINGRESP': case 'RESERVED': return ''
  }
}

/** What else it says, the most important first. */
function detailsOf(packet: Packet): readonly string[] {
  switch (packet.type) {
    case 'CONNECT': return [...connectDetails(packet), ...propertyDetails(packet)]
    case 'CONNACK': return [...connackDetails(packet), ...propertyDetails(packet)]
    case 'PUBLISH': return [...(packet.retain ? ['retain'] : []), ...(packet.payloadStart < 0 ? [] : [`${packet.payloadLength} B`]), ...propertyDetails(packet)]
    case 'PINGREQ': case 'PINGRESP': case 'RESERVED': return NO_DETAILS
    default: return propertyDetails(packet)
  }
}

function propertyDetails({ type, properties }: Extract<Packet, { properties: unknown }>): readonly string[] {
  return properties === undefined ? NO_DETAILS : properties.slice(0, MOST_DETAILS).map((property) => propertiesInfo([property], type, false).trimStart())
}

function publish({ qos, dup, topicName }: Publish, { resolvedTopicName }: PacketEvent): string {
  // In brackets, as Wireshark marks what is not on the wire: the topic that the alias stands for.
  const topic = resolvedTopicName !== undefined ? `[${word(resolvedTopicName)}]` : topicName === undefined ? '(no topic)' : word(topicName)
  return `q${qos}${dup ? ' DUP' : ''} ${topic}`
}

function connectDetails({ bridge, cleanStart, keepAlive, will, willQos, userName }: Connect): string[] {
  return [
    bridge ? ['bridge'] : [],
    // Clean Start (5.0), Clean Session (before).
    cleanStart === undefined ? [] : [cleanStart ? 'clean' : 'not clean'],
    keepAlive === undefined ? [] : [keepAlive === 0 ? 'no ka' : `ka ${keepAlive} s`],
    will === undefined ? [] : [`will q${willQos ?? 0}`],
    userName === undefined ? [] : [`user ${word(userName)}`],
  ].flat()
}

function connackDetails({ sessionPresent }: Connack): string[] {
  return sessionPresent === true ? ['session present'] : []
}

/** Without the word that every refusal begins with: the row is marked. */
function reason(type: PacketType, code: number, version: Version | null): string {
  return reasonText(type, code, version).replace(/^Refused: /, '')
}

function list<Item>(items: readonly Item[], text: (item: Item) => string): string {
  return listInfo(items.slice(0, MOST_LISTED).map(text), items.length)
}
