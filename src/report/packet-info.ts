import { payloadText } from './payload-text.ts'
import { propertiesInfo } from './property-info.ts'
import { reasonText } from './reason-text.ts'
import { HIDDEN } from './schema/common.ts'
import { word } from './wire-text.ts'
import type { PacketContent } from './packet-fields.ts'
import type { Acknowledgement, Connack, Connect, Disconnect, Publish, Subscribe, SubscribeAcknowledgement, Unsubscribe } from '../mqtt/packet.ts'
import type { UnframedReason } from '../mqtt/packet-event.ts'
import type { PayloadMode } from './payload-text.ts'
import type { Version } from '../mqtt/version.ts'

/**
 * What matters about a packet, in one line: the INFO column. Parts are two spaces apart. Everything from the wire is safe for a terminal, and there is no
 * line break in it.
 */

export interface InfoOptions {
  readonly payload: PayloadMode
  /** At most so many bytes of a payload. */
  readonly payloadBytes: number
  readonly showSecrets: boolean
}

/** Filters and codes shown of one packet; the rest is in the detail tree. */
export const MOST_SHOWN = 20

export const UNFRAMED_REASONS: Readonly<Record<UnframedReason, string>> = {
  'mid-stream': 'the capture begins inside a packet',
  gap: 'bytes are missing from the capture',
  tls: 'TLS: encrypted',
  websocket: 'HTTP or WebSocket',
  'not-mqtt': 'not MQTT',
  limit: 'a packet larger than is decoded',
  ended: 'the connection or the capture ended inside a packet',
}

/** The part of a PacketEvent that the text depends on. */
export type Described = PacketContent & { readonly version: Version | null; readonly length: number; readonly missing: number }

export function packetInfo(event: Described, options: InfoOptions): string {
  const { packet } = event
  switch (packet.type) {
    case 'PUBLISH': return publishInfo(packet, event, options)
    case 'PUBACK': case 'PUBREC': case 'PUBREL': case 'PUBCOMP': case 'DISCONNECT': case 'AUTH': return reasonInfo(packet, event.version, options)
    case 'CONNECT': return connectInfo(packet, event.version, options)
    case 'CONNACK': return connackInfo(packet, event.version, options)
    case 'SUBSCRIBE': return subscribeInfo(packet, options)
    case 'SUBACK': case 'UNSUBACK': return codesInfo(packet, event.version, options)
    case 'UNSUBSCRIBE': return filtersInfo(packet, options)
    case 'PINGREQ': case 'PINGRESP': return ''
    case 'RESERVED': return `${event.length} B, a packet type that the standard reserves`
    case 'UNFRAMED': return `${event.length} B  ${UNFRAMED_REASONS[packet.reason]}`
  }
}

function publishInfo(packet: Publish, event: Described, options: InfoOptions): string {
  const { resolvedTopicName } = event
  // In brackets, as Wireshark marks what is not on the wire: the topic that the alias stands for.
  let info = resolvedTopicName !== undefined ? `[${word(resolvedTopicName)}]` : packet.topicName === undefined ? '(no topic)' : word(packet.topicName)
  if (packet.payloadStart >= 0) info += `  ${packet.payloadLength} B`
  if (event.missing > 0) info += ` (${event.missing} B missing)`
  if (packet.dup) info += '  DUP'
  if (packet.retain) info += '  retain'
  info += propertiesInfo(packet.properties, packet.type, options.showSecrets)
  if (packet.payloadStart < 0 || packet.payloadLength === 0) return info
  const start = event.start + packet.payloadStart
  const end = Math.min(start + Math.min(packet.payloadLength, options.payloadBytes), event.end)
  const payload = payloadText(event.buffer, start, end, packet.payloadLength, options.payload)
  return payload === '' ? info : `${info}  ${payload}`
}

function reasonInfo(packet: Acknowledgement | Disconnect, version: Version | null, options: InfoOptions): string {
  // MQTT 5.0 §3.4.2.1, §3.14.2.1, §3.15.2.1: left out, the code is 0x00. Before 5.0 there is none.
  const code = packet.reasonCode ?? (version === '5.0' ? 0 : undefined)
  const reason = code === undefined ? '' : reasonText(packet.type, code, version)
  return (reason + propertiesInfo(packet.properties, packet.type, options.showSecrets)).trimStart()
}

function connectInfo(packet: Connect, version: Version | null, options: InfoOptions): string {
  let info = version !== null ? `MQTT ${version}` : packet.protocolLevel === undefined ? 'MQTT' : `protocol level ${packet.protocolLevel}`
  if (packet.bridge) info += '  bridge'
  if (packet.clientIdentifier !== undefined) info += packet.clientIdentifier === '' ? '  no client id' : `  ${word(packet.clientIdentifier)}`
  // Clean Start (5.0), Clean Session (before).
  if (packet.cleanStart !== undefined) info += packet.cleanStart ? (version === '5.0' ? '  clean start' : '  clean session') : '  keeps session'
  if (packet.keepAlive !== undefined) info += packet.keepAlive === 0 ? '  no keep alive' : `  keep alive ${packet.keepAlive} s`
  if (packet.userName !== undefined) info += `  user ${word(packet.userName)}`
  if (packet.password !== undefined) info += `  password ${passwordInfo(packet.password, options)}`
  const { will } = packet
  if (will !== undefined) {
    info += `  will ${will.topic === undefined ? '(no topic)' : word(will.topic)}`
    if (packet.willQos !== undefined) info += ` QoS ${packet.willQos}`
    if (packet.willRetain === true) info += ' retain'
    if (will.payload !== undefined) {
      info += ` ${will.payloadLength} B`
      const end = Math.min(will.payload.length, options.payloadBytes)
      const payload = payloadText(will.payload, 0, end, will.payloadLength, options.payload)
      if (payload !== '') info += ` ${payload}`
    }
    info += propertiesInfo(will.properties, packet.type, options.showSecrets)
  }
  return info + propertiesInfo(packet.properties, packet.type, options.showSecrets)
}

function passwordInfo(password: Uint8Array, options: InfoOptions): string {
  if (!options.showSecrets) return HIDDEN
  return password.length === 0 ? '""' : payloadText(password, 0, password.length, password.length, 'text')
}

function connackInfo(packet: Connack, version: Version | null, options: InfoOptions): string {
  let info = packet.reasonCode === undefined ? '' : reasonText('CONNACK', packet.reasonCode, version)
  if (packet.sessionPresent === true) info += '  session present'
  return (info + propertiesInfo(packet.properties, packet.type, options.showSecrets)).trimStart()
}

function subscribeInfo(packet: Subscribe, options: InfoOptions): string {
  const shown = packet.subscriptions.slice(0, MOST_SHOWN).map((subscription) => {
    let info = word(subscription.topicFilter)
    if (subscription.qos !== undefined) info += ` QoS ${subscription.qos}`
    if (subscription.noLocal === true) info += ' no local'
    if (subscription.retainAsPublished === true) info += ' retain as published'
    if (subscription.retainHandling !== undefined && subscription.retainHandling !== 0) info += ` retain handling ${subscription.retainHandling}`
    return info
  })
  return listInfo(shown, packet.subscriptions.length) + propertiesInfo(packet.properties, packet.type, options.showSecrets)
}

function filtersInfo(packet: Unsubscribe, options: InfoOptions): string {
  const shown = packet.topicFilters.slice(0, MOST_SHOWN).map(word)
  return listInfo(shown, packet.topicFilters.length) + propertiesInfo(packet.properties, packet.type, options.showSecrets)
}

function codesInfo(packet: SubscribeAcknowledgement, version: Version | null, options: InfoOptions): string {
  const shown = packet.reasonCodes.slice(0, MOST_SHOWN).map((code) => reasonText(packet.type, code, version))
  return listInfo(shown, packet.reasonCodes.length) + propertiesInfo(packet.properties, packet.type, options.showSecrets)
}

/** The first of `all`, and how many are left out. */
export function listInfo(shown: readonly string[], all: number): string {
  const list = shown.join(', ')
  return all > shown.length ? `${list} +${all - shown.length} more` : list
}
