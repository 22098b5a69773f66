import type { Field, FieldType } from '../../mqtt/field.ts'
import { FIELDS } from '../../mqtt/fields.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import { IllFormedText, type Text } from '../../mqtt/packet.ts'
import type { Endpoint } from '../../tcp/connection.ts'
import type { ReadField, ValueKind, Values } from './values.ts'

/**
 * The fields that a packet holds itself, and how each is read without a field tree: what frame, addresses and ports it came with, what is known of its
 * connection, its problems, and those fields of MQTT that filters and columns ask for most. These last agree with the tree, except where said.
 */

export interface DirectField {
  readonly field: Field
  readonly kind: ValueKind
  readonly read: ReadField
}

/** A name that Wireshark 4.0 knows too. */
function known(name: string, label: string, type: FieldType, kind: ValueKind, read: ReadField): DirectField {
  return { field: { name, label, type, source: null, wireshark: true }, kind, read }
}

/** A name of our own. */
function own(name: string, label: string, type: FieldType, kind: ValueKind, read: ReadField): DirectField {
  return { field: { name, label, type, source: null, wireshark: false }, kind, read }
}

// ---- Not MQTT's own: frames, addresses, ports

export const CARRIER_FIELDS: readonly DirectField[] = [
  known('frame', 'Frame', 'none', 'presence', (_event, values) => values.add(true)),
  known('frame.number', 'Frame Number', 'unsigned', 'number', (event, values) => values.add(event.frame)),
  known('frame.time', 'Arrival Time', 'absolute-time', 'time', addTime),
  known('frame.time_epoch', 'Epoch Time', 'absolute-time', 'time', addTime),
  known('frame.time_relative', 'Time since First Frame', 'duration', 'duration', (event, values) => {
    if (!Number.isNaN(event.time)) values.add(event.time)
  }),

  known('ip', 'Internet Protocol Version 4', 'none', 'presence', (event, values) => addPresence(values, isIpv4(event))),
  known('ip.src', 'Source Address', 'address', 'address4', (event, values) => addAddress(values, source(event), 4)),
  known('ip.dst', 'Destination Address', 'address', 'address4', (event, values) => addAddress(values, destination(event), 4)),
  known('ip.addr', 'Source or Destination Address', 'address', 'address4', (event, values) => addBoth(event, values, 4)),
  known('ip.src_host', 'Source Address as Text', 'string', 'text', (event, values) => addHost(values, source(event), 4)),
  known('ip.dst_host', 'Destination Address as Text', 'string', 'text', (event, values) => addHost(values, destination(event), 4)),
  known('ip.host', 'Source or Destination Address as Text', 'string', 'text', (event, values) => {
    addHost(values, source(event), 4)
    addHost(values, destination(event), 4)
  }),
  known('ipv6', 'Internet Protocol Version 6', 'none', 'presence', (event, values) => addPresence(values, !isIpv4(event))),
  known('ipv6.src', 'Source Address', 'address', 'address6', (event, values) => addAddress(values, source(event), 6)),
  known('ipv6.dst', 'Destination Address', 'address', 'address6', (event, values) => addAddress(values, destination(event), 6)),
  known('ipv6.addr', 'Source or Destination Address', 'address', 'address6', (event, values) => addBoth(event, values, 6)),
  known('ipv6.src_host', 'Source Address as Text', 'string', 'text', (event, values) => addHost(values, source(event), 6)),
  known('ipv6.dst_host', 'Destination Address as Text', 'string', 'text', (event, values) => addHost(values, destination(event), 6)),
  known('ipv6.host', 'Source or Destination Address as Text', 'string', 'text', (event, values) => {
    addHost(values, source(event), 6)
    addHost(values, destination(event), 6)
  }),

  known('tcp', 'Transmission Control Protocol', 'none', 'presence', (_event, values) => values.add(true)),
  known('tcp.srcport', 'Source Port', 'unsigned', 'number', (event, values) => values.add(source(event).port)),
  known('tcp.dstport', 'Destination Port', 'unsigned', 'number', (event, values) => values.add(destination(event).port)),
  known('tcp.port', 'Source or Destination Port', 'unsigned', 'number', (event, values) => {
    values.add(source(event).port)
    values.add(destination(event).port)
  }),
  known('tcp.stream', 'Stream Index', 'unsigned', 'number', (event, values) => values.add(event.connection.tcp.stream)),
]

// ---- MQTT: what the decoder does not record, because one packet's bytes do not say it

export const CONTEXT_FIELDS: readonly DirectField[] = [
  own('mqtt.number', 'Packet Number', 'unsigned', 'number', (event, values) => values.add(event.number)),
  own('mqtt.type', 'Control Packet Name', 'string', 'text', (event, values) => values.add(event.packet.type)),
  own('mqtt.length', 'Packet Length with Fixed Header', 'unsigned', 'number', (event, values) => values.add(event.length)),
  own('mqtt.direction', 'Direction', 'string', 'text', (event, values) => addKnown(values, event.direction)),
  own('mqtt.version', 'Protocol Version of the Connection', 'string', 'text', (event, values) => addKnown(values, event.version)),
  own('mqtt.version.certainty', 'How the Version is Known', 'string', 'text', (event, values) => addKnown(values, event.versionCertainty)),
  own('mqtt.first_seen.frame', 'First Frame with the Last Byte', 'unsigned', 'number', (event, values) => values.add(event.firstSeenFrame)),
  own('mqtt.first_seen.time', 'Time of the First Frame with the Last Byte', 'absolute-time', 'time', (event, values, reader) => {
    if (reader.clock !== null && !Number.isNaN(event.firstSeenTime)) values.add(event.firstSeenTime)
  }),
  own('mqtt.unframed', 'Bytes that Are in No Packet', 'none', 'presence', (event, values) => addPresence(values, event.packet.type === 'UNFRAMED')),
  own('mqtt.unframed.reason', 'Why They Are in No Packet', 'string', 'text', ({ packet }, values) => {
    if (packet.type === 'UNFRAMED') values.add(packet.reason)
  }),
  own('mqtt.malformed', 'Packet with an Error', 'none', 'presence', ({ problems }, values) => {
    for (let index = 0; index < problems.length; index++) {
      if (problems[index]!.severity !== 'error') continue
      values.add(true)
      return
    }
  }),
  own('mqtt.problem', 'Problem', 'none', 'presence', ({ problems }, values) => {
    for (let index = 0; index < problems.length; index++) values.add(true)
  }),
  own('mqtt.problem.code', 'Problem Code', 'string', 'text', ({ problems }, values) => {
    for (let index = 0; index < problems.length; index++) values.add(problems[index]!.code)
  }),
  own('mqtt.problem.severity', 'Problem Severity', 'string', 'text', ({ problems }, values) => {
    for (let index = 0; index < problems.length; index++) values.add(problems[index]!.severity)
  }),
  own('mqtt.problem.statement', 'Statement that the Problem Breaks', 'string', 'text', ({ problems }, values) => {
    for (let index = 0; index < problems.length; index++) for (const statement of problems[index]!.statements) values.add(statement)
  }),
  own('mqtt.problem.message', 'Problem Message', 'string', 'text', ({ problems }, values) => {
    for (let index = 0; index < problems.length; index++) values.add(problems[index]!.message)
  }),
]

// ---- MQTT: fields of the decoder that the packet holds as well

export const SHORTCUTS: ReadonlyMap<Field, ReadField> = new Map<Field, ReadField>([
  [FIELDS.packet, (event, values) => addPresence(values, event.packet.type !== 'UNFRAMED')],
  [FIELDS.messageType, (event, values) => {
    if (event.packet.type !== 'UNFRAMED') values.add(event.buffer[event.start]! >> 4)
  }],
  [FIELDS.remainingLength, addRemainingLength],
  [FIELDS.dup, (event, values) => {
    if (hasQos(event)) values.add((event.buffer[event.start]! & 0x08) !== 0)
  }],
  [FIELDS.qos, (event, values) => {
    if (hasQos(event)) values.add((event.buffer[event.start]! >> 1) & 0x03)
  }],
  [FIELDS.retain, ({ packet }, values) => {
    if (packet.type === 'PUBLISH') values.add(packet.retain)
  }],
  [FIELDS.packetIdentifier, addPacketIdentifier],
  [FIELDS.topic, addTopic],
  [FIELDS.clientIdentifier, addClientIdentifier],
])

/** MQTT 5.0 §2.1.4. Absent where the length has no end. */
function addRemainingLength({ packet, buffer, start, end }: PacketEvent, values: Values): void {
  if (packet.type === 'UNFRAMED') return
  let length = 0
  let scale = 1
  for (let at = start + 1; at < end && at <= start + 4; at++) {
    const byte = buffer[at]!
    length += (byte & 0x7f) * scale
    if (byte < 0x80) {
      values.add(length)
      return
    }
    scale *= 128
  }
}

/** DUP and QoS: MQTT 5.0 §3.3.1. In 3.1 (§2.1) the requests that are acknowledged have them too. */
function hasQos({ packet, version }: PacketEvent): boolean {
  const { type } = packet
  return type === 'PUBLISH' || (version === '3.1' && (type === 'PUBREL' || type === 'SUBSCRIBE' || type === 'UNSUBSCRIBE'))
}

function addPacketIdentifier({ packet }: PacketEvent, values: Values): void {
  switch (packet.type) {
    case 'PUBLISH':
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
    case 'SUBSCRIBE':
    case 'SUBACK':
    case 'UNSUBSCRIBE':
    case 'UNSUBACK':
      if (packet.packetIdentifier !== undefined) values.add(packet.packetIdentifier)
  }
}

/**
 * The Topic Name, or the filters. Where a Topic Alias stands for the name it is the topic behind the alias, as in Wireshark: the tree, which knows one
 * packet only, has the empty name there.
 */
function addTopic({ packet, resolvedTopicName }: PacketEvent, values: Values): void {
  switch (packet.type) {
    case 'PUBLISH':
      addText(values, resolvedTopicName ?? packet.topicName)
      return
    case 'SUBSCRIBE':
      for (const { topicFilter } of packet.subscriptions) addText(values, topicFilter)
      return
    case 'UNSUBSCRIBE':
      for (const topicFilter of packet.topicFilters) addText(values, topicFilter)
  }
}

/** The identifier of the packet's connection, on each of its packets; in a CONNECT its own, as the tree has it. */
function addClientIdentifier({ packet, connection }: PacketEvent, values: Values): void {
  addText(values, packet.type === 'CONNECT' ? packet.clientIdentifier : connection.clientIdentifier)
}

function addText(values: Values, text: Text | undefined): void {
  if (typeof text === 'string') values.add(text)
  else if (text instanceof IllFormedText) values.add(bytesOf(text))
}

function bytesOf({ hex }: IllFormedText): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

function addPresence(values: Values, there: boolean): void {
  if (there) values.add(true)
}

function addKnown(values: Values, text: string | null): void {
  if (text !== null) values.add(text)
}

/** An absolute time needs the capture's clock. */
function addTime(event: PacketEvent, values: Values, reader: { readonly clock: unknown }): void {
  if (reader.clock !== null && !Number.isNaN(event.time)) values.add(event.time)
}

function source(event: PacketEvent): Endpoint {
  return event.connection.tcp.endpoints[event.sender]
}

function destination(event: PacketEvent): Endpoint {
  return event.connection.tcp.endpoints[event.sender === 0 ? 1 : 0]
}

function isIpv4(event: PacketEvent): boolean {
  return source(event).family === 4
}

function addBoth(event: PacketEvent, values: Values, family: 4 | 6): void {
  addAddress(values, source(event), family)
  addAddress(values, destination(event), family)
}

function addAddress(values: Values, end: Endpoint, family: 4 | 6): void {
  if (end.family === family) values.add(end)
}

/** Names are not looked up: a host is its address. */
function addHost(values: Values, end: Endpoint, family: 4 | 6): void {
  if (end.family === family) values.add(end.address)
}
