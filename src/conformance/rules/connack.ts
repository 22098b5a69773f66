/** The answer to a CONNECT: what comes before it, that it comes once, what it says, and what may follow a refusal (MQTT 5.0 §3.2). */
import { propertyValue, type Connack, type PacketType } from '../../mqtt/packet.ts'
import { hexByte, quoted } from '../../mqtt/problems.ts'
import { MISSING } from '../evidence.ts'
import { rule } from '../rule.ts'
import type { PacketSubject } from '../subject.ts'
import { hasForbiddenIdentifier } from './connect.ts'

const BOTH = MISSING.connect | MISSING.start

export const CONNACK_RULES = [
  rule({
    id: 'connack.not-first',
    title: 'The server sends something before CONNACK',
    statements: { '3.1': ['MQTT31-30'], '3.1.1': ['MQTT-3.2.0-1'], '5.0': ['MQTT-3.2.0-1'] },
    severity: 'error',
    sides: ['server'],
    on: 'opening-packet',
    needs: BOTH | MISSING.serverBytes,
    applies: ({ side, event, connection }) => side === 'server' && (event.packet.type !== 'CONNACK' || connection.connackNumber === event.number),
    holds: ({ event }) => event.packet.type === 'CONNACK' || (event.version === '5.0' && (event.packet.type === 'AUTH' || event.packet.type === 'DISCONNECT')),
    says: ({ event, version }) => `The server sent ${event.packet.type} before CONNACK${version === '5.0' ? '; until then it may send AUTH only' : ''}`,
    // Where the server's first bytes were not seen, its CONNACK may be among what was not.
    certainty: ({ connection }) => (connection.half('server').synSeen ? 'certain' : 'unsure'),
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'connack.second',
    title: 'A second CONNACK on one connection',
    statements: { '3.1': ['MQTT31-30'], '3.1.1': [], '5.0': ['MQTT-3.2.0-2'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connack,
    applies: ({ side }) => side === 'server',
    holds: isFirst,
    says: ({ connection }) => `The server sent CONNACK again; the connection has had one, packet ${connection.connack!.number}`,
    shownBy: ({ connection }) => [connection.connack!.frame],
  }),

  // ---- What it says, beside what the CONNECT says

  rule({
    id: 'connack.session-present-after-clean-start',
    title: 'Session Present though the client asked for a clean start',
    statements: { '3.1.1': ['MQTT-3.2.2-1'], '5.0': ['MQTT-3.2.2-2'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => accepts(subject) && subject.connection.asksCleanStart,
    holds: ({ packet }) => packet.sessionPresent !== true,
    says: ({ version }) => `Session Present is 1, and the CONNECT has ${version === '5.0' ? 'Clean Start' : 'Clean Session'} 1: the server starts a new session for it`,
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.response-information-not-requested',
    title: 'Response Information that the client did not request',
    statements: { '5.0': ['MQTT-3.1.2-28'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => answers(subject) && !subject.connection.announcement!.requestsResponseInformation,
    holds: ({ packet }) => propertyValue(packet.properties, 'responseInformation') === undefined,
    says: () => 'CONNACK has Response Information; Request Response Information is 0 or absent in the CONNECT',
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.no-assigned-client-identifier',
    title: 'A client without an identifier is not told which one it has',
    statements: { '5.0': ['MQTT-3.1.3-7', 'MQTT-3.2.2-16'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => accepts(subject) && subject.connection.announcement!.emptyIdentifier,
    holds: ({ packet }) => propertyValue(packet.properties, 'assignedClientIdentifier') !== undefined,
    says: () => 'The Client Identifier of the CONNECT is empty, and CONNACK has no Assigned Client Identifier',
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.assigned-client-identifier-unasked',
    title: 'An Assigned Client Identifier for a client that has its own',
    statements: { '5.0': [] },
    severity: 'warning',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => accepts(subject) && subject.connection.announcement!.defect === null && !subject.connection.announcement!.emptyIdentifier,
    holds: ({ packet }) => propertyValue(packet.properties, 'assignedClientIdentifier') === undefined,
    says: ({ clientId }) => `CONNACK has an Assigned Client Identifier, and the CONNECT has an identifier: ${quoted(clientId ?? '')}`,
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.assigned-client-identifier-taken',
    title: 'The server assigns a client identifier that another client has',
    statements: { '5.0': ['MQTT-3.1.3-6', 'MQTT-3.2.2-16'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) =>
      accepts(subject) && subject.connection.announcement!.emptyIdentifier && propertyValue(subject.packet.properties, 'assignedClientIdentifier') !== undefined,
    holds: ({ connection }) => connection.identifierOf === null,
    says: ({ clientId, connection }) => `The server assigned ${quoted(clientId ?? '')}, the identifier of a client that is connected (stream ${connection.identifierOf!.stream})`,
    // One address may stand for several servers.
    certainty: () => 'likely',
    shownBy: ({ connection }) => [connection.identifierOf!.frame],
  }),
  rule({
    id: 'connack.maximum-qos-below-will',
    title: 'A will is accepted whose QoS the server does not support',
    statements: { '5.0': ['MQTT-3.2.2-12'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => accepts(subject) && subject.connection.connect!.will !== null && subject.connection.connect!.will.qos < 3,
    holds: ({ connection }) => connection.connect!.will!.qos <= connection.limits('server').maximumQos,
    says: ({ connection }) =>
      `The server accepted a will of QoS ${connection.connect!.will!.qos} and announces Maximum QoS ${connection.limits('server').maximumQos}; it must refuse such a CONNECT (0x9b)`,
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.retain-unavailable-for-will',
    title: 'A will to be retained is accepted by a server that retains nothing',
    statements: { '5.0': ['MQTT-3.2.2-13'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => accepts(subject) && subject.connection.connect!.will?.retain === true,
    holds: ({ connection }) => connection.limits('server').retainAvailable,
    says: () => 'The server accepted a will with Will Retain 1 and announces Retain Available 0; it must refuse such a CONNECT (0x9a)',
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.legal-identifier-refused',
    title: 'A client identifier that every server must allow is refused',
    statements: { '3.1.1': ['MQTT-3.1.3-5'], '5.0': ['MQTT-3.1.3-5'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => answers(subject) && typeof subject.clientId === 'string' && !subject.connection.announcement!.emptyIdentifier && ALWAYS_ALLOWED.test(subject.clientId),
    holds: ({ packet }) => packet.reasonCode !== (packet.properties === undefined ? IDENTIFIER_REJECTED : IDENTIFIER_NOT_VALID),
    says: ({ clientId, packet }) =>
      `The server refused the Client Identifier ${quoted(clientId!)} (${hexByte(packet.reasonCode!)}); it must allow 1 to 23 letters and digits`,
    // A rule about who may connect looks the same.
    certainty: () => 'likely',
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.long-identifier-accepted',
    title: 'A client identifier of more than 23 characters is accepted',
    statements: { '3.1': ['MQTT31-03'] },
    severity: 'warning',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => answers(subject) && typeof subject.clientId === 'string' && [...subject.clientId].length > LONGEST_OF_31,
    holds: ({ packet }) => packet.reasonCode !== 0,
    says: ({ clientId }) => `The server accepted a Client Identifier of ${[...(clientId as string)].length} characters; MQTT 3.1 refuses more than 23 with return code 2`,
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.empty-identifier-accepted',
    title: 'An empty client identifier with Clean Session 0 is not refused as an identifier',
    statements: { '3.1.1': ['MQTT-3.1.3-8'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => answers(subject) && hasForbiddenIdentifier(subject.connection.announcement!.defect),
    holds: ({ packet }) => packet.reasonCode === IDENTIFIER_REJECTED,
    says: ({ packet }) =>
      `The Client Identifier is empty and Clean Session is 0, and the server ${packet.reasonCode === 0 ? 'accepted that' : `answered with return code ${packet.reasonCode}`}; such a CONNECT is refused with return code 2`,
    severityHere: ({ packet }) => (packet.reasonCode === 0 ? null : 'warning'),
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.reserved-flag-accepted',
    title: 'A CONNECT with its reserved flag set is accepted',
    statements: { '3.1.1': ['MQTT-3.1.2-3', 'MQTT-3.1.4-1'], '5.0': ['MQTT-3.1.2-3', 'MQTT-3.1.4-1'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => answers(subject) && subject.connection.announcement!.defect === RESERVED_FLAG,
    holds: ({ packet }) => packet.reasonCode !== 0,
    says: () => 'The server accepted a CONNECT whose reserved flag (bit 0 of the Connect Flags) is 1; it must check it and close the connection',
    shownBy: connectFrame,
  }),
  rule({
    id: 'connack.invalid-connect-answered',
    title: 'A CONNECT that is not valid is accepted, or before MQTT 5.0 answered at all',
    statements: { '3.1.1': ['MQTT-3.1.4-1'], '5.0': ['MQTT-3.1.4-1'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: (subject) => {
      if (!answers(subject)) return false
      const { defect } = subject.connection.announcement!
      return isInvalidConnect(defect) && !(defect === RESERVED_FLAG && subject.packet.reasonCode === 0)
    },
    holds: ({ packet, version }) =>
      version === '5.0' ? packet.reasonCode !== 0 : packet.reasonCode === UNACCEPTABLE_VERSION || packet.reasonCode === IDENTIFIER_REJECTED,
    says: ({ packet, version, connection }) =>
      packet.reasonCode === 0
        ? `The server accepted a CONNECT that is not valid (${connection.announcement!.defect})`
        : `The server answered a CONNECT that is not valid (${connection.announcement!.defect}) with return code ${packet.reasonCode}; in MQTT ${version} it closes the connection without a CONNACK`,
    shownBy: connectFrame,
  }),

  // ---- What follows a refusal

  rule({
    id: 'connack.served-after-refusal',
    title: 'The server answers to a client that it has refused',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.1.4-5'], '5.0': ['MQTT-3.1.4-6'] },
    severity: 'error',
    sides: ['server'],
    on: 'late-packet',
    needs: MISSING.connect,
    exercisedBy: ['CONNACK refusing'],
    applies: ({ side, connection, event }) => side === 'server' && connection.refused && ANSWERS.has(event.packet.type as PacketType),
    holds: () => false,
    says: ({ event, connection }) =>
      `The server sent ${event.packet.type} after it had refused the connection (CONNACK ${hexByte(connection.connack!.reasonCode!)}); it processes nothing that comes after`,
    certainty: ({ event }) => (event.lostBefore > 0 ? 'unsure' : 'certain'),
    shownBy: ({ connection }) => [connection.connack!.frame],
  }),
  rule({
    id: 'connack.traffic-after-refusal',
    title: 'The server goes on sending after it has refused the connection',
    statements: { '3.1': [], '3.1.1': [], '5.0': ['MQTT-3.2.0-1'] },
    severity: 'error',
    sides: ['server'],
    on: 'late-packet',
    needs: MISSING.connect,
    exercisedBy: ['CONNACK refusing'],
    applies: ({ side, connection, event }) => side === 'server' && connection.refused && (event.packet.type === 'PUBLISH' || event.packet.type === 'PUBREL'),
    holds: () => false,
    says: ({ event, connection }) => `The server sent ${event.packet.type} on a connection that it had refused (CONNACK ${hexByte(connection.connack!.reasonCode!)})`,
    certainty: ({ event }) => (event.lostBefore > 0 ? 'unsure' : 'certain'),
    shownBy: ({ connection }) => [connection.connack!.frame],
  }),

  // ---- What the server says that it supports

  rule({
    id: 'connack.maximum-qos-not-announced',
    title: 'The server closes because of a QoS that it has not excluded',
    statements: { '5.0': ['MQTT-3.2.2-9'] },
    severity: 'error',
    sides: ['server'],
    on: 'connection',
    needs: MISSING.connack,
    applies: ({ side, connection }) => side === 'server' && !connection.refused && connection.client.mostInFlight > 0,
    lacks: ({ connection }) => (saysQosNotSupported(connection) && connection.limits('server').maximumQos < 2 ? 'doubt' : null),
    holds: ({ connection }) => !saysQosNotSupported(connection),
    says: () => 'The server disconnected because of a QoS that it does not support (0x9b); its CONNACK has no Maximum QoS, which means that it supports all',
    certainty: () => 'likely',
    at: ({ connection }) => ({ packet: connection.disconnect!.number, frame: connection.disconnect!.frame, time: connection.disconnect!.time }),
    shownBy: ({ connection }) => [connection.connack!.frame],
  }),
  rule({
    id: 'subscribe.qos-refused',
    title: 'The server closes because of the QoS that a subscription asks for',
    statements: { '5.0': ['MQTT-3.2.2-10'] },
    severity: 'error',
    sides: ['server'],
    on: 'exchange',
    exchanges: ['subscribe'],
    needs: MISSING.connack,
    applies: ({ exchange, connection }) =>
      (exchange.outcome === 'complete' || exchange.outcome === 'failed' || saysQosNotSupported(connection))
      && exchange.filters.some(({ qos }) => qos !== null && qos > (saysQosNotSupported(connection) ? 0 : connection.limits('server').maximumQos)),
    // A PUBLISH explains it as well.
    lacks: ({ exchange, connection }) => (exchange.outcome === 'abandoned' && connection.client.mostInFlight > 0 ? 'doubt' : null),
    holds: ({ exchange }) => exchange.outcome !== 'abandoned',
    says: () => 'The server disconnected because of the QoS that SUBSCRIBE asks for (0x9b); it must accept any and may grant a lower one',
    actor: () => 'server',
    certainty: () => 'likely',
    shownBy: ({ connection }) => [connection.disconnect!.frame],
  }),
]

/** MQTT 5.0 §3.1.3.1. */
const ALWAYS_ALLOWED = /^[0-9A-Za-z]{1,23}$/
const LONGEST_OF_31 = 23
const IDENTIFIER_NOT_VALID = 0x85
const QOS_NOT_SUPPORTED = 0x9b
/** Return codes before 5.0. */
const UNACCEPTABLE_VERSION = 1
const IDENTIFIER_REJECTED = 2

const RESERVED_FLAG = 'connect.reserved-flag'

const ANSWERS: ReadonlySet<PacketType> = new Set<PacketType>(['PUBACK', 'PUBREC', 'PUBCOMP', 'SUBACK', 'UNSUBACK', 'PINGRESP'])

function isFirst({ event, side, connection }: PacketSubject): boolean {
  return side === 'server' && connection.connackNumber === event.number
}

/** The CONNACK that answers a CONNECT of the capture. */
function answers(subject: PacketSubject): boolean {
  return subject.connection.announcement !== null && isFirst(subject)
}

function accepts(subject: PacketSubject): boolean {
  return answers(subject) && (subject.packet as Connack).reasonCode === 0
}

function connectFrame({ connection }: PacketSubject): readonly number[] {
  return [connection.connect!.frame]
}

/** What is wrong with it is wrong by the section about CONNECT: topics and the payload of a will have rules of their own. */
export function isInvalidConnect(defect: string | null): boolean {
  return defect !== null && !hasForbiddenIdentifier(defect) && !defect.startsWith('topic.') && defect !== 'property.payload-not-utf8' && defect !== 'connect.protocol-name'
}

function saysQosNotSupported({ disconnect }: PacketSubject['connection']): boolean {
  return disconnect?.by === 'server' && disconnect.reasonCode === QOS_NOT_SUPPORTED
}
