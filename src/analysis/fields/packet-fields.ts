import type { Field } from '../../mqtt/field.ts'
import { FIELDS } from '../../mqtt/fields.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import { known, own, type FieldSource, type ReadField } from './field-source.ts'
import { addKnown, addPresence, addText, type Values } from './values.ts'

/**
 * The fields that a packet holds itself, and how each is read without a field tree: what frame it came with, what is known of its connection, its problems,
 * and those fields of MQTT that filters and columns ask for most. These last agree with the tree, except where said.
 */

// ---- Not MQTT's own: frames. For addresses and ports see connection-fields.ts.

export const FRAME_FIELDS: readonly FieldSource<PacketEvent>[] = [
  known('frame', 'Frame', 'none', 'presence', (_event, values) => values.add(true)),
  known('frame.number', 'Frame Number', 'unsigned', 'number', (event, values) => values.add(event.frame)),
  known('frame.time', 'Arrival Time', 'absolute-time', 'time', addTime),
  known('frame.time_epoch', 'Epoch Time', 'absolute-time', 'time', addTime),
  known('frame.time_relative', 'Time since First Frame', 'duration', 'duration', (event, values) => {
    if (!Number.isNaN(event.time)) values.add(event.time)
  }),
]

// ---- MQTT: what the decoder does not record, because one packet's bytes do not say it

export const CONTEXT_FIELDS: readonly FieldSource<PacketEvent>[] = [
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

export const SHORTCUTS: ReadonlyMap<Field, ReadField<PacketEvent>> = new Map<Field, ReadField<PacketEvent>>([
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

/** The packet's bytes with its fixed header, as far as they are at hand: what `mqtt` stands for beside a value. */
export const PACKET_BYTES: ReadField<PacketEvent> = ({ packet, buffer, start, end }, values) => {
  if (packet.type !== 'UNFRAMED') values.add(buffer.subarray(start, end))
}

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

/** An absolute time needs the capture's clock. */
function addTime(event: PacketEvent, values: Values, reader: { readonly clock: unknown }): void {
  if (reader.clock !== null && !Number.isNaN(event.time)) values.add(event.time)
}
