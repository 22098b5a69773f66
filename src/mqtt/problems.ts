/**
 * Every defect that one packet can show: its severity and the statements it breaks in each version, and what is said about it.
 *
 * The decoder finds defects and passes the facts; the words and the statement ids are here only. A message is one sentence with the values from the
 * wire; text from the wire passes `printable` and is shortened, and no message ever holds a password or authentication data.
 * Ids are keyed by version because each version numbers its statements by itself. A rule that the standard states without an id has none here.
 */
import { counted } from '../bytes/number-text.ts'
import { printable } from '../bytes/printable.ts'
import type { Text } from './packet.ts'
import type { Problem, Severity } from './problem.ts'
import { VERSIONS } from './version.ts'
import type { Version } from './version.ts'

/**
 * A part of a packet, or a circumstance, that makes a defect break further statements.
 * Names in capitals are packet types; the others are fields, except the last lines.
 */
export type Place =
  | 'CONNECT' | 'CONNACK' | 'PUBLISH' | 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'SUBSCRIBE' | 'SUBACK' | 'UNSUBSCRIBE' | 'UNSUBACK'
  | 'PINGREQ' | 'PINGRESP' | 'DISCONNECT' | 'AUTH'
  | 'protocolName' | 'clientIdentifier' | 'willProperties' | 'willTopic' | 'willPayload' | 'userName' | 'password'
  | 'topicName' | 'subscribeFilter' | 'unsubscribeFilter'
  | 'responseTopic' | 'contentType' | 'userProperty' | 'topicAlias' | 'otherProperty'
  // Connect flags: what the payload was not announced to have, and which bits stand without a will.
  | 'noWill' | 'noUserName' | 'noPassword' | 'willQosBits' | 'willRetainBit'
  // RETAIN is set; the bits of another type's fixed header are.
  | 'retainBit' | 'unusedBits'
  // A CONNECT of 3.1 with a Remaining Length below 15.
  | 'belowMinimum'
  // Which side sent a PUBLISH with Packet Identifier 0.
  | 'fromClient' | 'fromServer'
  // A code of SUBACK below 0x80 that is no QoS.
  | 'neitherGrantNorFailure'

type Statements = Readonly<Partial<Record<Version, readonly string[]>>>

interface ProblemKind {
  /** What is wrong, without values: a heading for lists. */
  readonly title: string
  /** One for all versions, or for each version in which the problem exists. */
  readonly severity: Severity | Readonly<Partial<Record<Version, Severity>>>
  /** Broken wherever it happens. */
  readonly statements?: Statements
  /** Broken in addition at these places. */
  readonly at?: Readonly<Partial<Record<Place, Statements>>>
  readonly says: (...facts: never[]) => string
}

/** What a text must be by the definition of its field, as well as by the rules for all texts. */
const TEXT_FIELDS = {
  clientIdentifier: { '3.1.1': ['MQTT-3.1.3-4'], '5.0': ['MQTT-3.1.3-4'] },
  willTopic: { '3.1.1': ['MQTT-3.1.3-10'], '5.0': ['MQTT-3.1.3-11'] },
  userName: { '3.1.1': ['MQTT-3.1.3-11'], '5.0': ['MQTT-3.1.3-12'] },
  topicName: { '3.1.1': ['MQTT-3.3.2-1'], '5.0': ['MQTT-3.3.2-1'] },
  subscribeFilter: { '3.1.1': ['MQTT-3.8.3-1'], '5.0': ['MQTT-3.8.3-1'] },
  unsubscribeFilter: { '3.1.1': ['MQTT-3.10.3-1'], '5.0': ['MQTT-3.10.3-1'] },
  responseTopic: { '5.0': ['MQTT-3.3.2-13'] },
  contentType: { '5.0': ['MQTT-3.3.2-19'] },
  userProperty: { '5.0': ['MQTT-1.5.7-1'] },
} as const satisfies Partial<Record<Place, Statements>>

/** What the table of a packet's reason codes is binding by. */
const REASON_CODE_TABLES = {
  CONNACK: { '5.0': ['MQTT-3.2.2-8'] },
  PUBACK: { '5.0': ['MQTT-3.4.2-1'] },
  PUBREC: { '5.0': ['MQTT-3.5.2-1'] },
  PUBREL: { '5.0': ['MQTT-3.6.2-1'] },
  PUBCOMP: { '5.0': ['MQTT-3.7.2-1'] },
  SUBACK: { '5.0': ['MQTT-3.9.3-2'] },
  UNSUBACK: { '5.0': ['MQTT-3.11.3-2'] },
  DISCONNECT: { '5.0': ['MQTT-3.14.2-1'] },
  AUTH: { '5.0': ['MQTT-3.15.2-1'] },
} as const satisfies Partial<Record<Place, Statements>>

const NULL_IN_TEXT_OF_31 = { '3.1': ['MQTT31-39'] } as const
const NULL_IN_TOPIC = { '3.1': ['MQTT31-36'], '3.1.1': ['MQTT-4.7.3-2'], '5.0': ['MQTT-4.7.3-2'] } as const

export const PROBLEMS = {
  // ---- Fixed header

  'fixed-header.reserved-type': {
    title: 'A packet type that the version does not have',
    severity: 'error',
    statements: { '3.1': ['MQTT31-48'], '3.1.1': ['MQTT-4.8.0-1'] },
    says: (type: number, version: Version) => `Packet type ${type} does not exist in MQTT ${version}: the high nibble of byte 1 is ${type}`,
  },
  'fixed-header.wrong-direction': {
    title: 'A packet type that this side never sends',
    severity: 'error',
    says: (type: string, sender: string, version: Version) => `The ${sender} sent ${type}, which in MQTT ${version} only the other side sends`,
  },
  'fixed-header.reserved-flags': {
    title: 'Reserved flags of the fixed header have the wrong value',
    severity: 'error',
    statements: { '3.1.1': ['MQTT-2.2.2-1'], '5.0': ['MQTT-2.1.3-1'] },
    at: {
      PUBREL: { '3.1.1': ['MQTT-3.6.1-1'], '5.0': ['MQTT-3.6.1-1'] },
      SUBSCRIBE: { '3.1.1': ['MQTT-3.8.1-1'], '5.0': ['MQTT-3.8.1-1'] },
      UNSUBSCRIBE: { '3.1.1': ['MQTT-3.10.1-1'], '5.0': ['MQTT-3.10.1-1'] },
      DISCONNECT: { '3.1.1': ['MQTT-3.14.1-1'], '5.0': ['MQTT-3.14.1-1'] },
      AUTH: { '5.0': ['MQTT-3.15.1-1'] },
    },
    says: (type: string, byte: number, required: number) =>
      `Byte 1 of ${type} is ${hexByte(byte)} and must be ${hexByte(required)}: the low four bits are reserved`,
  },
  'fixed-header.unused-flags': {
    title: 'Flags of the fixed header that MQTT 3.1 does not use are set',
    severity: { '3.1': 'warning' },
    at: { retainBit: { '3.1': ['MQTT31-12'] }, unusedBits: { '3.1': ['MQTT31-13'] } },
    says: (type: string, byte: number, bits: string) => `Byte 1 of ${type} is ${hexByte(byte)}: ${bits} not used in this packet and should be 0`,
  },
  'fixed-header.qos-not-1': {
    title: 'The fixed header of PUBREL, SUBSCRIBE or UNSUBSCRIBE does not say QoS 1',
    severity: { '3.1': 'error' },
    statements: { '3.1': ['MQTT31-11'] },
    says: (type: string, byte: number, qos: number) =>
      `Byte 1 of ${type} is ${hexByte(byte)}, which says QoS ${qos}; MQTT 3.1 sends ${type} with QoS 1 (bits 2-1 are 01)`,
  },
  'fixed-header.remaining-length-too-long': {
    title: 'The Remaining Length has more than four bytes',
    severity: 'error',
    statements: { '3.1': ['MQTT31-47'] },
    says: (bytes: string) =>
      `The Remaining Length goes on after its fourth byte (${bytes}); four bytes are the most, so the end of this packet is not known`,
  },
  'fixed-header.remaining-length-not-minimal': {
    title: 'The Remaining Length takes more bytes than its value needs',
    severity: { '3.1': 'warning', '3.1.1': 'warning', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-47'], '5.0': ['MQTT-1.5.5-1'] },
    says: (value: number, used: number, needed: number) => `The Remaining Length is ${value} and takes ${counted(used, 'byte')}; ${needed} would do`,
  },

  // ---- Lengths

  'packet.truncated': {
    title: 'A field does not fit in the packet',
    severity: 'error',
    at: {
      clientIdentifier: { '3.1.1': ['MQTT-3.1.3-1', 'MQTT-3.1.3-3'], '5.0': ['MQTT-3.1.3-1', 'MQTT-3.1.3-3'] },
      willTopic: { '3.1.1': ['MQTT-3.1.2-9', 'MQTT-3.1.3-1'], '5.0': ['MQTT-3.1.2-9', 'MQTT-3.1.3-1'] },
      willPayload: { '3.1.1': ['MQTT-3.1.2-9', 'MQTT-3.1.3-1'], '5.0': ['MQTT-3.1.2-9', 'MQTT-3.1.3-1'] },
      userName: { '3.1.1': ['MQTT-3.1.2-19', 'MQTT-3.1.3-1'], '5.0': ['MQTT-3.1.2-17', 'MQTT-3.1.3-1'] },
      password: { '3.1.1': ['MQTT-3.1.2-21', 'MQTT-3.1.3-1'], '5.0': ['MQTT-3.1.2-19', 'MQTT-3.1.3-1'] },
      topicName: { '3.1.1': ['MQTT-3.3.2-1'], '5.0': ['MQTT-3.3.2-1'] },
      unsubscribeFilter: { '3.1.1': ['MQTT-3.10.3-1'], '5.0': ['MQTT-3.10.3-1'] },
      belowMinimum: { '3.1': ['MQTT31-55'] },
    },
    says: (field: string, prefixed: boolean, required: number, there: number, remainingLength: number) =>
      `${needs(field, prefixed, required)}, and ${isOrAre(there)} left in the packet (Remaining Length ${remainingLength})`,
  },
  'packet.leftover-bytes': {
    title: 'Bytes are left over after the last field',
    severity: 'error',
    at: { PINGREQ: { '3.1': ['MQTT31-46'] }, PINGRESP: { '3.1': ['MQTT31-46'] }, DISCONNECT: { '3.1': ['MQTT31-46'] } },
    says: (type: string, left: number, remainingLength: number) =>
      `${leftOver(left)} behind the end of ${type} (Remaining Length ${remainingLength})`,
  },
  'packet.incomplete': {
    title: 'Not all bytes of the packet are at hand',
    severity: 'note',
    says: (there: number, length: number) =>
      length > there
        ? `Only the first ${there} of the packet's ${length} bytes are at hand; what follows is not judged`
        : 'The bytes at hand end inside the Remaining Length',
  },
  'packet.more-problems': {
    title: 'More problems than are listed',
    severity: 'note',
    says: (most: number) => `This packet has more problems than the ${most} that are listed`,
  },
  'packet-identifier.zero': {
    title: 'The Packet Identifier is 0',
    severity: 'error',
    statements: { '3.1': ['MQTT31-18'] },
    at: {
      PUBLISH: { '3.1.1': ['MQTT-2.3.1-1'] },
      SUBSCRIBE: { '3.1.1': ['MQTT-2.3.1-1'], '5.0': ['MQTT-2.2.1-3'] },
      UNSUBSCRIBE: { '3.1.1': ['MQTT-2.3.1-1'], '5.0': ['MQTT-2.2.1-3'] },
      fromClient: { '5.0': ['MQTT-2.2.1-3'] },
      fromServer: { '5.0': ['MQTT-2.2.1-4'] },
    },
    says: (type: string) => `The Packet Identifier of ${type} is 0; it must be 1 to 65535`,
  },

  // ---- Text

  'text.ill-formed-utf8': {
    title: 'Text is not valid UTF-8',
    severity: 'error',
    statements: { '3.1': ['MQTT31-39'], '3.1.1': ['MQTT-1.5.3-1'], '5.0': ['MQTT-1.5.4-1'] },
    at: TEXT_FIELDS,
    says: (field: string, bytes: string, offset: number) => `${field} is not valid UTF-8 at offset ${offset} (${bytes})`,
  },
  'text.java-modified-utf8': {
    title: "Text in Java's modified UTF-8",
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-39'] },
    says: (field: string, bytes: string, offset: number) =>
      `${field} is UTF-8 only as old Java writes it, at offset ${offset} (${bytes}); other receivers may refuse it`,
  },
  'text.null-character': {
    title: 'Text holds U+0000',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1.1': ['MQTT-1.5.3-2'], '5.0': ['MQTT-1.5.4-2'] },
    at: {
      ...TEXT_FIELDS,
      clientIdentifier: { ...TEXT_FIELDS.clientIdentifier, ...NULL_IN_TEXT_OF_31 },
      userName: { ...TEXT_FIELDS.userName, ...NULL_IN_TEXT_OF_31 },
      willTopic: both(TEXT_FIELDS.willTopic, NULL_IN_TOPIC),
      topicName: both(TEXT_FIELDS.topicName, NULL_IN_TOPIC),
      subscribeFilter: both(TEXT_FIELDS.subscribeFilter, NULL_IN_TOPIC),
      unsubscribeFilter: both(TEXT_FIELDS.unsubscribeFilter, NULL_IN_TOPIC),
    },
    says: (field: string, offset: number) => `${field} holds the null character U+0000 at offset ${offset}`,
  },
  'text.control-character': {
    title: 'Text holds a control character',
    severity: { '3.1.1': 'warning', '5.0': 'warning' },
    says: (field: string, codePoint: number, offset: number) =>
      `${field} holds the control character ${codePointName(codePoint)} at offset ${offset}; receivers may close the connection for it`,
  },
  'text.non-character': {
    title: 'Text holds a Unicode non-character',
    severity: { '3.1.1': 'warning', '5.0': 'warning' },
    says: (field: string, codePoint: number, offset: number) =>
      `${field} holds the non-character ${codePointName(codePoint)} at offset ${offset}; receivers may close the connection for it`,
  },

  // ---- Topic names and filters

  'topic.empty': {
    title: 'A topic name is empty',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-35'], '3.1.1': ['MQTT-4.7.3-1'], '5.0': ['MQTT-4.7.3-1'] },
    says: (field: string) => `${field} is empty; a topic name has at least one character`,
  },
  'topic.wildcard': {
    title: 'A topic name holds a wildcard',
    severity: 'error',
    statements: { '3.1': ['MQTT31-33'] },
    at: {
      topicName: { '3.1.1': ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'], '5.0': ['MQTT-3.3.2-2', 'MQTT-4.7.0-1'] },
      willTopic: { '3.1.1': ['MQTT-4.7.1-1'], '5.0': ['MQTT-4.7.0-1'] },
      responseTopic: { '5.0': ['MQTT-3.3.2-14'] },
    },
    says: (field: string, topic: Text, wildcard: string) =>
      `${field} ${quoted(topic)} holds the wildcard '${wildcard}', which only a topic filter may have`,
  },
  'topic.too-long': {
    title: 'A topic name is longer than MQTT 3.1 allows',
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-34'] },
    says: (field: string, length: number) => `${field} has ${length} characters; MQTT 3.1 has a limit of 32767`,
  },
  'topic.share-prefix': {
    title: 'A topic name looks like a shared subscription',
    severity: { '5.0': 'note' },
    says: (field: string, topic: Text) =>
      `${field} ${quoted(topic)} begins with $share/, which means a shared subscription in a filter and nothing in a topic name`,
  },
  'topic-filter.empty': {
    title: 'A topic filter is empty',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-35'], '3.1.1': ['MQTT-4.7.3-1'], '5.0': ['MQTT-4.7.3-1'] },
    says: () => 'The Topic Filter is empty; it has at least one character',
  },
  'topic-filter.number-sign-misplaced': {
    title: "'#' is not the whole last level of a topic filter",
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-37'], '3.1.1': ['MQTT-4.7.1-2'], '5.0': ['MQTT-4.7.1-1'] },
    says: (filter: Text) => `The Topic Filter ${quoted(filter)} has a '#' that is not alone in the last level`,
  },
  'topic-filter.plus-sign-misplaced': {
    title: "'+' is not a whole level of a topic filter",
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-37'], '3.1.1': ['MQTT-4.7.1-3'], '5.0': ['MQTT-4.7.1-2'] },
    says: (filter: Text) => `The Topic Filter ${quoted(filter)} has a '+' that is not alone in its level`,
  },
  'topic-filter.share-name-empty': {
    title: 'A shared subscription has no share name',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-4.8.2-1'] },
    says: (filter: Text) => `The shared subscription ${quoted(filter)} has no share name between $share/ and the next '/'`,
  },
  'topic-filter.share-name-wildcard': {
    title: 'A share name holds a wildcard',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-4.8.2-2'] },
    says: (filter: Text, wildcard: string) => `The share name of ${quoted(filter)} holds '${wildcard}'`,
  },
  'topic-filter.share-without-filter': {
    title: 'A shared subscription has no filter',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-4.8.2-2'] },
    says: (filter: Text) => `The shared subscription ${quoted(filter)} has no topic filter after its share name`,
  },
  'topic-filter.share-alone': {
    title: '$share without a share name is an ordinary filter',
    severity: { '5.0': 'note' },
    says: () => "The Topic Filter '$share' has no '/' and so is an ordinary filter, not a shared subscription",
  },
  'topic-filter.shared-before-5': {
    title: 'A shared subscription before MQTT 5.0',
    severity: { '3.1': 'note', '3.1.1': 'note' },
    says: (filter: Text) =>
      `The Topic Filter ${quoted(filter)} is a shared subscription only for servers that extend MQTT: it is part of the standard from 5.0 on`,
  },

  // ---- Properties (5.0)

  'property.length-missing': {
    title: 'The Property Length is missing',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-2.2.2-1'] },
    at: { willProperties: { '5.0': ['MQTT-3.1.2-9', 'MQTT-3.1.3-1'] } },
    says: (block: string, remainingLength: number) =>
      `The packet ends where the Property Length of ${block} must stand (Remaining Length ${remainingLength}); without properties it is 0, not absent`,
  },
  'property.length-too-long': {
    title: 'The Property Length goes past the end of the packet',
    severity: { '5.0': 'error' },
    at: { willProperties: { '5.0': ['MQTT-3.1.2-9', 'MQTT-3.1.3-1'] } },
    says: (block: string, required: number, there: number, remainingLength: number) =>
      `The Property Length of ${block} is ${required}, and ${isOrAre(there)} left in the packet (Remaining Length ${remainingLength})`,
  },
  'property.integer-too-long': {
    title: 'A variable byte integer has more than four bytes',
    severity: { '5.0': 'error' },
    says: (field: string, bytes: string) => `${field} goes on after its fourth byte (${bytes}); four bytes are the most`,
  },
  'property.integer-not-minimal': {
    title: 'A variable byte integer takes more bytes than its value needs',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-1.5.5-1'] },
    says: (field: string, value: number, used: number, needed: number) =>
      `${field} is ${value} and takes ${counted(used, 'byte')}; it must take ${needed}`,
  },
  'property.value-truncated': {
    title: 'A property does not fit in its block',
    severity: { '5.0': 'error' },
    says: (field: string, prefixed: boolean, required: number, there: number, propertyLength: number) =>
      `${needs(field, prefixed, required)}, and ${isOrAre(there)} left of the properties (Property Length ${propertyLength})`,
  },
  'property.unknown': {
    title: 'A property identifier that MQTT does not know',
    severity: { '5.0': 'error' },
    says: (id: number) =>
      `${hexByte(id)} is no property identifier of MQTT 5.0; where it ends is not known, so the rest of the properties cannot be read`,
  },
  'property.misplaced': {
    title: 'A property where it may not stand',
    severity: { '5.0': 'error' },
    says: (property: string, id: number, block: string) => `${property} (${hexByte(id)}) may not stand in ${block}`,
  },
  'property.duplicate': {
    title: 'A property stands twice',
    severity: { '5.0': 'error' },
    says: (property: string, id: number, block: string) => `${property} (${hexByte(id)}) stands in ${block} more than once`,
  },
  'property.not-zero-or-one': {
    title: 'A property is neither 0 nor 1',
    severity: { '5.0': 'error' },
    says: (property: string, value: number) => `${property} is ${value}; it must be 0 or 1`,
  },
  'property.zero': {
    title: 'A property is 0 and may not be',
    severity: { '5.0': 'error' },
    at: { topicAlias: { '5.0': ['MQTT-3.3.2-8'] } },
    says: (property: string) => `${property} is 0, which is not allowed`,
  },
  'property.response-topic-empty': {
    title: 'The Response Topic is empty',
    severity: { '5.0': 'warning' },
    statements: { '5.0': ['MQTT-4.7.3-1'] },
    says: () => 'The Response Topic is empty; a topic name has at least one character, so nobody can answer to it',
  },
  'property.server-reference-without-redirect': {
    title: 'A Server Reference without a reason code that sends the client elsewhere',
    severity: { '5.0': 'warning' },
    says: (type: string, code: number) =>
      `${type} has a Server Reference with reason code ${hexByte(code)}; it belongs to 0x9c (Use another server) and 0x9d (Server moved)`,
  },
  'property.payload-not-utf8': {
    title: 'The payload is not UTF-8 though the Payload Format Indicator says so',
    severity: { '5.0': 'error' },
    says: (payload: string, byte: string | null, offset: number) =>
      `The Payload Format Indicator is 1 and the ${payload} is not valid UTF-8${byte === null ? '' : ` at offset ${offset} (${byte})`}`,
  },

  // ---- Reason codes (5.0)

  'reason-code.unknown': {
    title: 'A reason code that the packet does not have',
    severity: { '5.0': 'error' },
    at: { ...REASON_CODE_TABLES, neitherGrantNorFailure: { '5.0': ['MQTT-3.8.4-7'] } },
    says: (type: string, code: number) => `${hexByte(code)} is no reason code of ${type}`,
  },
  'reason-code.wrong-sender': {
    title: 'A reason code that only the other side may send',
    severity: { '5.0': 'error' },
    at: {
      PUBACK: REASON_CODE_TABLES.PUBACK,
      PUBREC: REASON_CODE_TABLES.PUBREC,
      DISCONNECT: REASON_CODE_TABLES.DISCONNECT,
      AUTH: REASON_CODE_TABLES.AUTH,
    },
    says: (type: string, code: number, name: string, sender: string) =>
      `The ${sender} sent ${type} with reason code ${hexByte(code)} (${name}), which only the other side may send`,
  },
  'reason-code.doubtful': {
    title: 'A reason code about which the standard contradicts itself',
    severity: { '5.0': 'warning' },
    at: { DISCONNECT: REASON_CODE_TABLES.DISCONNECT },
    says: (type: string, code: number, name: string, why: string) => `${type} has reason code ${hexByte(code)} (${name}): ${why}`,
  },

  // ---- CONNECT

  'connect.protocol-name': {
    title: 'The protocol name does not go with the protocol level',
    severity: 'error',
    statements: { '3.1': ['MQTT31-01'], '5.0': ['MQTT-3.1.2-1'] },
    says: (name: Text, level: number) =>
      `The Protocol Name ${quoted(name)} does not go with level ${level}: MQTT 3.1 is "MQIsdp" with 3, 3.1.1 is "MQTT" with 4, and 5.0 is "MQTT" with 5`,
  },
  'connect.unknown-protocol-level': {
    title: 'A protocol level that no known MQTT has',
    severity: 'warning',
    says: (level: number) => `Protocol Level ${level} is no MQTT that mqtap knows (4 is 3.1.1, 5 is 5.0); the rest of the CONNECT is not judged`,
  },
  'connect.bridge': {
    title: 'The client is a bridge',
    severity: 'note',
    says: (level: number) =>
      `Protocol Level ${hexByte(level)} has its top bit set: the client is a bridge of another server, and means level ${level & 0x7f}`,
  },
  'connect.reserved-flag': {
    title: 'The reserved connect flag is set',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-27'], '3.1.1': ['MQTT-3.1.2-3'], '5.0': ['MQTT-3.1.2-3'] },
    says: (flags: number) => `Bit 0 of the Connect Flags (${hexByte(flags)}) is reserved and must be 0`,
  },
  'connect.will-bits-without-will': {
    title: 'Will QoS or Will Retain without a will',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-26'], '3.1.1': ['MQTT-3.1.2-11'] },
    at: {
      willQosBits: { '3.1.1': ['MQTT-3.1.2-13'], '5.0': ['MQTT-3.1.2-11'] },
      willRetainBit: { '3.1.1': ['MQTT-3.1.2-15'], '5.0': ['MQTT-3.1.2-13'] },
    },
    says: (flags: number, bits: string) => `The Will Flag is 0 and ${bits} not: Connect Flags ${hexByte(flags)}`,
  },
  'connect.will-qos-3': {
    title: 'Will QoS 3',
    severity: 'error',
    statements: { '3.1': ['MQTT31-25'], '3.1.1': ['MQTT-3.1.2-14'], '5.0': ['MQTT-3.1.2-12'] },
    says: (flags: number) => `Will QoS 3 is not a QoS: bits 4-3 of the Connect Flags (${hexByte(flags)}) are both set`,
  },
  'connect.password-without-user-name': {
    title: 'A password without a user name',
    severity: { '3.1': 'error', '3.1.1': 'error' },
    statements: { '3.1': ['MQTT31-21'], '3.1.1': ['MQTT-3.1.2-22'] },
    says: (flags: number) =>
      `The Password Flag is 1 and the User Name Flag 0 (Connect Flags ${hexByte(flags)}); before MQTT 5.0 a password needs a user name`,
  },
  'connect.client-identifier-empty': {
    title: 'An empty client identifier that the version does not allow here',
    severity: { '3.1': 'error', '3.1.1': 'error' },
    statements: { '3.1': ['MQTT31-02'], '3.1.1': ['MQTT-3.1.3-7'] },
    at: { belowMinimum: { '3.1': ['MQTT31-55'] } },
    says: (version: Version) =>
      version === '3.1'
        ? 'The Client Identifier is empty; MQTT 3.1 asks for 1 to 23 characters'
        : 'The Client Identifier is empty and Clean Session is 0; an empty one needs Clean Session 1',
  },
  'connect.client-identifier-too-long': {
    title: 'A client identifier of more than 23 characters',
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-02'] },
    says: (length: number) => `The Client Identifier has ${length} characters; MQTT 3.1 allows 23, though most servers take more`,
  },
  'connect.announced-field-absent': {
    title: 'A user name or password that is announced and not there',
    severity: { '3.1': 'note' },
    statements: { '3.1': ['MQTT31-20'] },
    says: (field: string, flags: number) =>
      `The Connect Flags (${hexByte(flags)}) announce a ${field} and the packet ends before it; MQTT 3.1 takes it as not given`,
  },
  'connect.long-credentials': {
    title: 'A user name or password of more than 12 characters',
    severity: { '3.1': 'note' },
    statements: { '3.1': ['MQTT31-22'] },
    says: (field: string) => `The ${field} is longer than the 12 characters that MQTT 3.1 recommends`,
  },
  'connect.password-not-text': {
    title: 'A password that is not UTF-8',
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-23'] },
    says: () => 'The Password is not valid UTF-8; in MQTT 3.1 it is text',
  },
  'connect.will-message-not-ascii': {
    title: 'A will message that is not ASCII',
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-24'] },
    says: (byte: string, offset: number) => `The Will Message is not ASCII at offset ${offset} (${byte}); MQTT 3.1 asks for text of 7-bit characters`,
  },
  'connect.leftover-bytes': {
    title: 'Bytes are left over after the fields that the connect flags announce',
    severity: 'error',
    statements: { '3.1.1': ['MQTT-3.1.3-1'], '5.0': ['MQTT-3.1.3-1'] },
    at: {
      noWill: { '3.1.1': ['MQTT-3.1.2-11'] },
      noUserName: { '3.1.1': ['MQTT-3.1.2-18'], '5.0': ['MQTT-3.1.2-16'] },
      noPassword: { '3.1.1': ['MQTT-3.1.2-20'], '5.0': ['MQTT-3.1.2-18'] },
    },
    says: (left: number, flags: number) => `${leftOver(left)} behind the last field that the Connect Flags (${hexByte(flags)}) announce`,
  },
  'connect.authentication-data-without-method': {
    title: 'Authentication Data without an Authentication Method',
    severity: { '5.0': 'error' },
    says: () => 'CONNECT has Authentication Data and no Authentication Method',
  },

  // ---- CONNACK

  'connack.reserved-flags': {
    title: 'Reserved bits of the Connect Acknowledge Flags are set',
    severity: { '3.1.1': 'error', '5.0': 'error' },
    statements: { '5.0': ['MQTT-3.2.2-1'] },
    says: (flags: number) => `Bits 7-1 of the Connect Acknowledge Flags (${hexByte(flags)}) are reserved and must be 0`,
  },
  'connack.unused-byte': {
    title: 'The unused first byte of a CONNACK is not 0',
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-05'] },
    says: (byte: number) => `The byte before the return code is ${hexByte(byte)}; MQTT 3.1 does not use it, and it should be 0`,
  },
  'connack.session-present-on-refusal': {
    title: 'Session Present in a CONNACK that refuses',
    severity: { '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1.1': ['MQTT-3.2.2-4'], '5.0': ['MQTT-3.2.2-6'] },
    says: (code: number) => `Session Present is 1 in a CONNACK that refuses the connection (${hexByte(code)}); it must be 0`,
  },
  'connack.reserved-return-code': {
    title: 'A CONNACK return code that does not exist',
    severity: { '3.1': 'error', '3.1.1': 'error' },
    statements: { '3.1': ['MQTT31-06'], '3.1.1': ['MQTT-3.2.2-6'] },
    says: (code: number) => `CONNACK return code ${code} does not exist; there are 0 to 5`,
  },
  'connack.old-form': {
    title: 'A CONNACK in the form of MQTT 3.1.1 on a connection of 5.0',
    severity: { '5.0': 'note' },
    says: (code: number, meaning: string) =>
      `The server answers in the form of MQTT 3.1.1 with return code ${code} (${meaning}): it probably does not speak 5.0`,
  },
  'connack.authentication-data-without-method': {
    title: 'Authentication Data without an Authentication Method',
    severity: { '5.0': 'warning' },
    says: () => 'CONNACK has Authentication Data and no Authentication Method',
  },

  // ---- PUBLISH

  'publish.dup-on-qos0': {
    title: 'DUP on a QoS 0 PUBLISH',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-15'], '3.1.1': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], '5.0': ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'] },
    says: (byte: number) => `DUP is 1 with QoS 0 (byte 1 is ${hexByte(byte)}); a QoS 0 message is never sent again`,
  },
  'publish.qos-3': {
    title: 'PUBLISH with QoS 3',
    severity: 'error',
    statements: { '3.1': ['MQTT31-32'], '3.1.1': ['MQTT-3.3.1-4'], '5.0': ['MQTT-3.3.1-4'] },
    says: (byte: number) => `QoS 3 is not a QoS: bits 2-1 of byte 1 are both set (${hexByte(byte)})`,
  },
  'publish.no-topic-and-no-alias': {
    title: 'PUBLISH with neither a topic name nor a topic alias',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-4.7.3-1'] },
    says: () => 'The Topic Name is empty and there is no Topic Alias to stand for it',
  },
  'publish.subscription-identifier-from-client': {
    title: 'A Subscription Identifier in a PUBLISH of the client',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-3.3.4-6'] },
    says: () => 'The client sent PUBLISH with a Subscription Identifier, which only the server may add',
  },

  // ---- SUBSCRIBE, UNSUBSCRIBE and their answers

  'subscribe.no-filters': {
    title: 'SUBSCRIBE without a topic filter',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-49'], '3.1.1': ['MQTT-3.8.3-3'], '5.0': ['MQTT-3.8.3-2'] },
    says: () => 'SUBSCRIBE ends without any topic filter; it has at least one',
  },
  'subscribe.reserved-option-bits': {
    title: 'Reserved bits of a subscription are set',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-09'], '3.1.1': ['MQTT-3.8.3-4'], '5.0': ['MQTT-3.8.3-5'] },
    says: (options: number, field: string, bits: string) => `${bits} of the ${field} (${hexByte(options)}) are reserved and must be 0`,
  },
  'subscribe.qos-3': {
    title: 'A subscription that asks for QoS 3',
    severity: 'error',
    statements: { '3.1.1': ['MQTT-3.8.3-4'] },
    says: (options: number, field: string) => `QoS 3 is not a QoS: bits 1-0 of the ${field} (${hexByte(options)}) are both set`,
  },
  'subscribe.retain-handling-3': {
    title: 'Retain Handling 3',
    severity: { '5.0': 'error' },
    says: (options: number) => `Retain Handling 3 does not exist: bits 5-4 of the Subscription Options (${hexByte(options)}) are both set`,
  },
  'subscribe.no-local-on-shared': {
    title: 'No Local on a shared subscription',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-3.8.3-4'] },
    says: (filter: Text) => `No Local is 1 on the shared subscription ${quoted(filter)}`,
  },
  'suback.no-codes': {
    title: 'SUBACK without a code',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1.1': ['MQTT-3.8.4-5'], '5.0': ['MQTT-3.8.4-6'] },
    says: () => 'SUBACK ends without any code; it has one for each topic filter of the SUBSCRIBE',
  },
  'suback.reserved-return-code': {
    title: 'A SUBACK return code that does not exist',
    severity: { '3.1': 'error', '3.1.1': 'error' },
    statements: { '3.1': ['MQTT31-07'], '3.1.1': ['MQTT-3.9.3-2', 'MQTT-3.8.4-5'] },
    says: (code: number, allowed: string) => `SUBACK return code ${hexByte(code)} does not exist; ${allowed}`,
  },
  'suback.failure-code': {
    title: 'A SUBACK with the failure code, which MQTT 3.1 does not have',
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-07'] },
    says: () => 'SUBACK return code 0x80 (failure) came with MQTT 3.1.1; a client of 3.1 may take it for a granted QoS',
  },
  'suback.unused-bits': {
    title: 'Unused bits of a granted QoS are set',
    severity: { '3.1': 'warning' },
    statements: { '3.1': ['MQTT31-08'] },
    says: (code: number) => `Bits 7-2 of the granted QoS (${hexByte(code)}) are not used and should be 0`,
  },
  'unsubscribe.no-filters': {
    title: 'UNSUBSCRIBE without a topic filter',
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    statements: { '3.1': ['MQTT31-50'], '3.1.1': ['MQTT-3.10.3-2'], '5.0': ['MQTT-3.10.3-2'] },
    says: () => 'UNSUBSCRIBE ends without any topic filter; it has at least one',
  },
  'unsuback.no-codes': {
    title: 'UNSUBACK without a code',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-3.10.4-6'] },
    says: () => 'UNSUBACK ends without any reason code; it has one for each topic filter of the UNSUBSCRIBE',
  },

  // ---- DISCONNECT and AUTH (5.0)

  'disconnect.session-expiry-from-server': {
    title: 'A Session Expiry Interval in a DISCONNECT of the server',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-3.14.2-2'] },
    says: () => 'The server sent DISCONNECT with a Session Expiry Interval, which only the client may set there',
  },
  'disconnect.server-reference-from-client': {
    title: 'A Server Reference in a DISCONNECT of the client',
    severity: { '5.0': 'warning' },
    says: () => 'The client sent DISCONNECT with a Server Reference, which only a server has a use for',
  },
  'auth.no-method': {
    title: 'AUTH without an Authentication Method',
    severity: { '5.0': 'error' },
    statements: { '5.0': ['MQTT-4.12.0-5'] },
    says: () => 'AUTH has no Authentication Method; every AUTH names the method of the CONNECT',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>

/** A code that the decoder can report. */
export type DecoderProblemCode = keyof typeof PROBLEMS

/** What a code's message wants to know. */
export type FactsOf<Code extends DecoderProblemCode> = Parameters<(typeof PROBLEMS)[Code]['says']>

/**
 * A problem found in a packet of `version`, null where it is not known (then it breaks no numbered statement).
 * `start` and `end` count from byte 1 of the fixed header.
 */
export function problem<Code extends DecoderProblemCode>(
  code: Code, version: Version | null, places: Place | readonly Place[] | null, start: number, end: number, ...facts: FactsOf<Code>
): Problem {
  const kind: ProblemKind = PROBLEMS[code]
  const says = kind.says as (...facts: FactsOf<Code>) => string
  return { code, severity: severityIn(kind, version), statements: statementsAt(kind, version, places), start, end, message: says(...facts) }
}

/**
 * The problem of a large PUBLISH whose payload went by in chunks and is not the UTF-8 that its Payload Format Indicator announces
 * (MQTT 5.0 §3.3.2.3.2). Where in the payload is not known, so all of it is meant.
 */
export function invalidPayload(payloadStart: number, packetEnd: number, version: Version): Problem {
  return problem('property.payload-not-utf8', version, null, payloadStart, packetEnd, 'payload', null, 0)
}

/** How severe a problem is in a version; null where that version does not have it. */
export function problemSeverity(code: DecoderProblemCode, version: Version): Severity | null {
  const { severity }: ProblemKind = PROBLEMS[code]
  return typeof severity === 'string' ? severity : severity[version] ?? null
}

/** Every statement of `version` that a problem can break, at whatever place: for the catalogue of rules. */
export function problemStatements(code: DecoderProblemCode, version: Version): readonly string[] {
  const kind: ProblemKind = PROBLEMS[code]
  const ids = new Set(kind.statements?.[version])
  for (const statements of Object.values(kind.at ?? {})) for (const id of statements[version] ?? []) ids.add(id)
  return [...ids].sort()
}

/** Where the version is not known, as in the first version that has the problem. */
function severityIn(kind: ProblemKind, version: Version | null): Severity {
  const { severity } = kind
  if (typeof severity === 'string') return severity
  const found = version === null ? undefined : severity[version]
  return found ?? VERSIONS.map((each) => severity[each]).find((each) => each !== undefined)!
}

const NO_STATEMENTS: readonly string[] = []

function statementsAt(kind: ProblemKind, version: Version | null, places: Place | readonly Place[] | null): readonly string[] {
  if (version === null) return NO_STATEMENTS
  const always = kind.statements?.[version] ?? NO_STATEMENTS
  if (places === null) return always
  let ids = always
  for (const place of typeof places === 'string' ? [places] : places) {
    const more = kind.at?.[place]?.[version]
    if (more !== undefined) ids = [...ids, ...more.filter((id) => !ids.includes(id))]
  }
  return ids
}

/** The statements of both, version by version. */
function both(first: Statements, second: Statements): Statements {
  const merged: Partial<Record<Version, readonly string[]>> = {}
  for (const version of VERSIONS) {
    const ids = [...(first[version] ?? []), ...(second[version] ?? [])]
    if (ids.length > 0) merged[version] = ids
  }
  return merged
}

/** `0x0a`. */
export function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}

function codePointName(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}

function needs(field: string, prefixed: boolean, required: number): string {
  return prefixed ? `${field}: its length says ${counted(required, 'byte')}` : `${field}: ${counted(required, 'byte')} ${required === 1 ? 'is' : 'are'} needed`
}

function isOrAre(number: number): string {
  return number === 0 ? 'none is' : number === 1 ? 'only 1 is' : `only ${number} are`
}

function leftOver(number: number): string {
  return `${counted(number, 'byte')} ${number === 1 ? 'is' : 'are'} left over`
}

/** Characters of a text from the wire that a message shows: enough to know it again. */
const SHOWN = 60

/** Text from the wire as messages show it. */
export function quoted(text: Text): string {
  return typeof text === 'string' ? `"${printable(text, SHOWN)}"` : `(bytes ${printable(text.hex, SHOWN)})`
}
