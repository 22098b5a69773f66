/**
 * What each side announced that it can take, and whether the other one heeds it (MQTT 5.0 §3.1.2.11, §3.2.2.3).
 *
 * A server knows the client's limits from the CONNECT on. A client knows the server's once it has the CONNACK: what it sends before that, or while only its TCP has
 * it, it may have written without knowing. Such a packet is a wrong guess, and no more than a warning (§3.1.4).
 */
import { counted, grouped } from '../../bytes/number-text.ts'
import { propertyValue, type PacketType, type Properties } from '../../mqtt/packet.ts'
import type { NetworkConnection } from '../../session/network-connection.ts'
import { aliasOf } from '../../session/alias-use.ts'
import type { Asked } from '../../session/early-packets.ts'
import type { Seen } from '../../session/seen.ts'
import type { Certainty, Side } from '../../session/side.ts'
import { MISSING } from '../evidence.ts'
import { rule, type Place, type Rule } from '../rule.ts'
import type { ConnectionSubject, PacketSubject, PacketSubjectOf } from '../subject.ts'

const FROM_SERVER = [
  'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK', 'PINGRESP', 'DISCONNECT', 'AUTH',
] as const satisfies readonly PacketType[]
const FROM_CLIENT = [
  'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PINGREQ', 'DISCONNECT', 'AUTH',
] as const satisfies readonly PacketType[]

// ---- On which connections

const clientHasSize = (connection: NetworkConnection) => connection.limits('client').maximumPacketSize !== null
const serverHasSize = (connection: NetworkConnection) => connection.limits('server').maximumPacketSize !== null
const eitherHasSize = (connection: NetworkConnection) => clientHasSize(connection) || serverHasSize(connection)
const serverLacksQos = (connection: NetworkConnection) => connection.limits('server').maximumQos < 2
const serverLacksRetain = (connection: NetworkConnection) => !connection.limits('server').retainAvailable
const clientWantsNoInformation = (connection: NetworkConnection) => connection.connect?.problemInformation === false
const clientTakesAliases = (connection: NetworkConnection) => connection.limits('client').topicAliasMaximum > 0
const clientTakesNoAliases = (connection: NetworkConnection) => !clientTakesAliases(connection)
const serverTakesAliases = (connection: NetworkConnection) => connection.limits('server').topicAliasMaximum > 0
const serverTakesNoAliases = (connection: NetworkConnection) => !serverTakesAliases(connection)

// ---- What the client knew

/** Behind the CONNACK, whether it had come to the client or not; the rules about it then say how much that proves. */
function isBehindConnack({ side, connection, event }: PacketSubject): boolean {
  return side === 'client' && connection.connackSeen && event.number > connection.connackNumber
}

function certaintyOfClient({ connection, event }: PacketSubject): Certainty {
  return connection.knowsConnack(event) ?? 'likely'
}

function severityOfClient({ connection, event }: PacketSubject): 'warning' | null {
  return connection.knowsConnack(event) === null ? 'warning' : null
}

const byConnack = ({ connection }: PacketSubject): readonly number[] => [connection.connack!.frame]
const byConnect = ({ connection }: PacketSubject): readonly number[] => [connection.connect!.frame]

/** Of a client that knows what the server takes. */
const TOLD = { certainty: certaintyOfClient, severityHere: severityOfClient, shownBy: byConnack, needs: MISSING.connack, sides: ['client'] } as const

/** Of a client that guessed before the CONNACK came: asked when that comes. */
const GUESSED = {
  on: 'CONNACK',
  severity: 'warning',
  sides: ['client'],
  needs: MISSING.connect,
  actor: (): Side => 'client',
  certainty: (): Certainty => 'likely',
} as const

function placeOf({ number, frame, time }: Seen): Place {
  return { packet: number, frame, time }
}

/** The server accepts the connection; before that, nothing that it says is a limit. */
function accepts({ packet, connection, event }: PacketSubjectOf<'CONNACK'>): boolean {
  return packet.reasonCode === 0 && connection.connackSeen && connection.connackNumber === event.number
}

function frameOfConnack({ event }: PacketSubject): readonly number[] {
  return [event.frame]
}

// ---- Maximum Packet Size

function sizeText(size: number, most: number): string {
  return `${counted(size, 'byte')}; the other side takes at most ${grouped(most)} (Maximum Packet Size)`
}

const SIZE_RULES = [
  rule({
    id: 'packet.too-large-for-client',
    when: clientHasSize,
    title: 'A packet larger than the client takes',
    statements: { '5.0': ['MQTT-3.1.2-24'] },
    severity: 'error',
    sides: ['server'],
    on: FROM_SERVER,
    needs: MISSING.connect,
    applies: ({ side }) => side === 'server',
    holds: ({ event, limits }) => event.length <= limits.maximumPacketSize!,
    says: ({ event, packet, limits }) => `${packet.type} has ${sizeText(event.length, limits.maximumPacketSize!)}`,
    shownBy: byConnect,
  }),
  rule({
    ...TOLD,
    id: 'packet.too-large-for-server',
    when: serverHasSize,
    title: 'A packet larger than the server takes',
    statements: { '5.0': ['MQTT-3.2.2-15'] },
    severity: 'error',
    on: FROM_CLIENT,
    applies: isBehindConnack,
    holds: ({ event, limits }) => event.length <= limits.maximumPacketSize!,
    says: ({ event, packet, limits }) => `${packet.type} has ${sizeText(event.length, limits.maximumPacketSize!)}`,
  }),
  rule({
    ...GUESSED,
    id: 'packet.guessed-too-large',
    title: 'A packet sent before the CONNACK that is larger than the server takes',
    statements: { '5.0': ['MQTT-3.2.2-15'] },
    applies: (it) => accepts(it) && it.connection.early !== null && serverLimits(it).maximumPacketSize !== null,
    holds: (it) => it.connection.early!.largest!.value <= serverLimits(it).maximumPacketSize!,
    says: (it) => `A packet sent before the CONNACK came has ${sizeText(it.connection.early!.largest!.value, serverLimits(it).maximumPacketSize!)}`,
    at: ({ connection }) => placeOf(connection.early!.largest!),
    shownBy: frameOfConnack,
  }),
]

function serverLimits({ connection }: PacketSubject) {
  return connection.limits('server')
}

/** By type: the statements that a Reason String, and a User Property, breaks that makes the packet too large. */
const TELLING: Readonly<Partial<Record<PacketType, readonly [reasonString: string, userProperty: string]>>> = {
  CONNACK: ['MQTT-3.2.2-19', 'MQTT-3.2.2-20'],
  PUBACK: ['MQTT-3.4.2-2', 'MQTT-3.4.2-3'],
  PUBREC: ['MQTT-3.5.2-2', 'MQTT-3.5.2-3'],
  PUBREL: ['MQTT-3.6.2-2', 'MQTT-3.6.2-3'],
  PUBCOMP: ['MQTT-3.7.2-2', 'MQTT-3.7.2-3'],
  SUBACK: ['MQTT-3.9.2-1', 'MQTT-3.9.2-2'],
  UNSUBACK: ['MQTT-3.11.2-1', 'MQTT-3.11.2-2'],
  DISCONNECT: ['MQTT-3.14.2-3', 'MQTT-3.14.2-4'],
  AUTH: ['MQTT-3.15.2-2', 'MQTT-3.15.2-3'],
}

const ONLY_FROM_SERVER: readonly PacketType[] = ['CONNACK', 'SUBACK', 'UNSUBACK']

const TELLING_RULES = Object.entries(TELLING).flatMap(([type, [reasonString, userProperty]]) => [
  tellingRule(type as TellingType, 'reasonString', 'Reason String', reasonString),
  tellingRule(type as TellingType, 'userProperty', 'User Property', userProperty),
])

type TellingType = 'CONNACK' | 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'SUBACK' | 'UNSUBACK' | 'DISCONNECT' | 'AUTH'

/** What only tells more must not make a packet larger than the other side takes. */
function tellingRule(type: TellingType, property: 'reasonString' | 'userProperty', label: string, statement: string): Rule {
  return rule({
    when: eitherHasSize,
    id: `${type.toLowerCase()}.${label.toLowerCase().replace(' ', '-')}-too-large`,
    title: `A ${label} that makes ${type} larger than the other side takes`,
    statements: { '5.0': [statement] },
    severity: 'error',
    sides: ONLY_FROM_SERVER.includes(type) ? ['server'] : ['client', 'server'],
    on: type,
    needs: MISSING.connect,
    applies: ({ packet, limits }) => limits.maximumPacketSize !== null && has(packet.properties, property),
    lacks: (it) => (it.side === 'client' && !it.connection.connackSeen ? 'connack' : null),
    holds: ({ event, limits }) => event.length <= limits.maximumPacketSize!,
    says: ({ event, limits }) => `${type} has a ${label} and ${sizeText(event.length, limits.maximumPacketSize!)}`,
    certainty: (it) => (it.side === 'server' ? 'certain' : certaintyOfClient(it)),
    severityHere: (it) => (it.side === 'server' ? null : severityOfClient(it)),
    shownBy: (it) => (it.side === 'server' ? byConnect(it) : byConnack(it)),
  })
}

function has(properties: Properties, name: 'reasonString' | 'userProperty'): boolean {
  return propertyValue(properties, name) !== undefined
}

// ---- Topic Alias Maximum

const ALIAS_RULES = [
  rule({
    id: 'publish.topic-alias-above-client-maximum',
    when: clientTakesAliases,
    title: 'A Topic Alias above what the client takes',
    statements: { '5.0': ['MQTT-3.1.2-26', 'MQTT-3.3.2-11'] },
    severity: 'error',
    sides: ['server'],
    on: 'PUBLISH',
    needs: MISSING.connect,
    applies: ({ side, packet }) => side === 'server' && aliasOf(packet) !== null,
    holds: ({ packet, limits }) => aliasOf(packet)! <= limits.topicAliasMaximum,
    says: ({ packet, limits }) => `Topic Alias ${aliasOf(packet)}; the client takes at most ${limits.topicAliasMaximum} (Topic Alias Maximum)`,
    shownBy: byConnect,
  }),
  rule({
    id: 'publish.topic-alias-for-client-without',
    when: clientTakesNoAliases,
    title: 'A Topic Alias for a client that takes none',
    statements: { '5.0': ['MQTT-3.1.2-27'] },
    severity: 'error',
    sides: ['server'],
    on: 'PUBLISH',
    needs: MISSING.connect,
    applies: ({ side }) => side === 'server',
    holds: ({ packet }) => aliasOf(packet) === null,
    says: ({ packet }) => `Topic Alias ${aliasOf(packet)}; the client takes none (Topic Alias Maximum is 0 or absent)`,
    shownBy: byConnect,
  }),
  rule({
    ...TOLD,
    id: 'publish.topic-alias-above-server-maximum',
    when: serverTakesAliases,
    title: 'A Topic Alias above what the server takes',
    statements: { '5.0': ['MQTT-3.2.2-17', 'MQTT-3.3.2-9'] },
    severity: 'error',
    on: 'PUBLISH',
    applies: (it) => isBehindConnack(it) && aliasOf(it.packet) !== null,
    holds: ({ packet, limits }) => aliasOf(packet)! <= limits.topicAliasMaximum,
    says: ({ packet, limits }) => `Topic Alias ${aliasOf(packet)}; the server takes at most ${limits.topicAliasMaximum} (Topic Alias Maximum)`,
  }),
  rule({
    ...TOLD,
    id: 'publish.topic-alias-for-server-without',
    when: serverTakesNoAliases,
    title: 'A Topic Alias for a server that takes none',
    statements: { '5.0': ['MQTT-3.2.2-18'] },
    severity: 'error',
    on: 'PUBLISH',
    applies: isBehindConnack,
    holds: ({ packet }) => aliasOf(packet) === null,
    says: ({ packet }) => `Topic Alias ${aliasOf(packet)}; the server takes none (Topic Alias Maximum is 0 or absent)`,
  }),
  rule({
    ...GUESSED,
    id: 'publish.guessed-topic-alias-above-maximum',
    title: 'A Topic Alias sent before the CONNACK that is above what the server takes',
    statements: { '5.0': ['MQTT-3.2.2-17', 'MQTT-3.3.2-9'] },
    applies: (it) => accepts(it) && earlyAlias(it) !== null && serverLimits(it).topicAliasMaximum > 0,
    holds: (it) => earlyAlias(it)!.value <= serverLimits(it).topicAliasMaximum,
    says: (it) => `Topic Alias ${earlyAlias(it)!.value} was sent before the CONNACK came; the server takes at most ${serverLimits(it).topicAliasMaximum}`,
    at: (it) => placeOf(earlyAlias(it)!),
    shownBy: frameOfConnack,
  }),
  rule({
    ...GUESSED,
    id: 'publish.guessed-topic-alias',
    title: 'A Topic Alias sent before the CONNACK to a server that takes none',
    statements: { '5.0': ['MQTT-3.2.2-18'] },
    applies: (it) => accepts(it) && serverLimits(it).topicAliasMaximum === 0 && it.connection.early !== null,
    holds: (it) => earlyAlias(it) === null,
    says: (it) => `Topic Alias ${earlyAlias(it)!.value} was sent before the CONNACK came; the server takes none (Topic Alias Maximum is 0 or absent)`,
    at: (it) => placeOf(earlyAlias(it)!),
    shownBy: frameOfConnack,
  }),
  rule({
    id: 'publish.topic-alias-not-set',
    title: 'An empty topic with a Topic Alias that was not set on this connection',
    statements: { '5.0': [] },
    severity: 'error',
    sides: ['client', 'server'],
    on: 'PUBLISH',
    needs: MISSING.start | MISSING.connect,
    applies: ({ packet }) => packet.topicName === '' && aliasOf(packet) !== null,
    // What was set before may be among lost bytes.
    lacks: ({ connection, side, event }) => {
      if (connection.half(side).gaps > 0) return 'gap'
      return connection.mqtt.aliases?.[event.sender]?.overflowed === true ? 'limit' : null
    },
    holds: ({ event }) => event.resolvedTopicName !== undefined,
    says: ({ packet, side }) => `The topic is behind Topic Alias ${aliasOf(packet)}, which the ${side} has not set on this connection`,
  }),
  rule({
    id: 'publish.unset-topic-alias-accepted',
    title: 'A PUBLISH without a topic is accepted, as if a Topic Alias was kept from an earlier connection',
    statements: { '5.0': ['MQTT-3.3.2-7'] },
    severity: 'error',
    sides: ['client', 'server'],
    on: 'connection',
    needs: MISSING.start | MISSING.connect | MISSING.clientBytes | MISSING.serverBytes,
    applies: (it) => (aliasesSentTo(it)?.unset ?? null) !== null,
    holds: (it) => aliasesSentTo(it)!.unsetAccepted === null,
    certainty: () => 'likely',
    says: ({ side }) => `The ${side} acknowledged a PUBLISH whose topic is behind a Topic Alias that was not set on this connection`,
    at: (it) => placeOf(aliasesSentTo(it)!.unsetAccepted!),
    shownBy: (it) => [aliasesSentTo(it)!.unset!.frame],
  }),
  ...(['client', 'server'] as const).map((side) =>
    rule({
      id: `disconnect.allowed-topic-alias-refused-by-${side}`,
      title: `The ${side} refuses a Topic Alias that it announced to take`,
      statements: { '5.0': [side === 'client' ? 'MQTT-3.3.2-10' : 'MQTT-3.3.2-12'] },
      severity: 'error',
      sides: [side],
      on: 'connection',
      needs: MISSING.start | MISSING.connect | MISSING.connack | MISSING.clientBytes | MISSING.serverBytes,
      applies: (it) => it.side === side && (aliasesSentTo(it)?.rightful ?? 0) > 0 && aliasesSentTo(it)!.wrongful === null,
      holds: ({ connection }) => !(connection.disconnect?.by === side && connection.disconnect.reasonCode === TOPIC_ALIAS_INVALID),
      says: () => `DISCONNECT 0x94 (Topic Alias invalid) of the ${side}, though every Topic Alias sent to it was set before and within its Topic Alias Maximum`,
      at: ({ connection }) => placeOf(connection.disconnect!),
    })),
]

function earlyAlias({ connection }: PacketSubject): Asked | null {
  return connection.early?.highestAlias ?? null
}

/** How the other side uses aliases towards this one. */
function aliasesSentTo({ connection, side }: ConnectionSubject) {
  return connection.aliases?.[side === 'client' ? 'server' : 'client'] ?? null
}

/** MQTT 5.0 §3.14.2.1. */
const TOPIC_ALIAS_INVALID = 0x94
const RECEIVE_MAXIMUM_EXCEEDED = 0x93

// ---- Receive Maximum

/** Acknowledgements that the sender had, and that the capture lacks, or has later. */
function lacksAcknowledgements({ connection, event, peer }: PacketSubject): 'gap' | null {
  return connection.inStep(event, peer) ? null : 'gap'
}

function inFlight({ connection, side }: PacketSubject): number {
  return connection.sender(side).quotaUsed
}

function quotaText(it: PacketSubject): string {
  return `${counted(inFlight(it), 'PUBLISH', 'PUBLISHes')} of QoS 1 and 2 without their last acknowledgement; the ${it.peer} takes ${it.limits.receiveMaximum} (Receive Maximum)`
}

const RECEIVE_RULES = [
  rule({
    ...TOLD,
    id: 'publish.receive-maximum-exceeded-by-client',
    title: 'More unacknowledged PUBLISHes than the server takes',
    statements: { '5.0': ['MQTT-3.3.4-7', 'MQTT-4.9.0-1', 'MQTT-4.9.0-2'] },
    severity: 'error',
    on: 'PUBLISH',
    applies: (it) => it.packet.qos > 0 && isBehindConnack(it),
    lacks: lacksAcknowledgements,
    holds: (it) => inFlight(it) <= it.limits.receiveMaximum,
    says: quotaText,
  }),
  rule({
    id: 'publish.receive-maximum-exceeded-by-server',
    title: 'More unacknowledged PUBLISHes than the client takes',
    statements: { '5.0': ['MQTT-3.3.4-9', 'MQTT-4.9.0-1', 'MQTT-4.9.0-2'] },
    severity: 'error',
    sides: ['server'],
    on: 'PUBLISH',
    needs: MISSING.connect,
    applies: ({ packet, side }) => packet.qos > 0 && side === 'server',
    lacks: lacksAcknowledgements,
    holds: (it) => inFlight(it) <= it.limits.receiveMaximum,
    says: quotaText,
    shownBy: byConnect,
  }),
  rule({
    ...GUESSED,
    id: 'publish.guessed-receive-maximum',
    title: 'More PUBLISHes sent before the CONNACK than the server takes',
    statements: { '5.0': ['MQTT-3.3.4-7', 'MQTT-4.9.0-1', 'MQTT-4.9.0-2'] },
    applies: (it) => accepts(it) && (it.connection.early?.mostInFlight ?? null) !== null,
    holds: (it) => it.connection.early!.mostInFlight!.value <= serverLimits(it).receiveMaximum,
    says: (it) =>
      `${counted(it.connection.early!.mostInFlight!.value, 'PUBLISH', 'PUBLISHes')} of QoS 1 and 2 were sent before the CONNACK came; the server takes ${serverLimits(it).receiveMaximum} (Receive Maximum)`,
    at: (it) => placeOf(it.connection.early!.mostInFlight!),
    shownBy: frameOfConnack,
  }),
  rule({
    id: 'disconnect.receive-maximum-not-exceeded',
    title: 'A DISCONNECT for an exceeded Receive Maximum that was not exceeded',
    statements: { '5.0': [] },
    severity: 'note',
    sides: ['client', 'server'],
    on: 'DISCONNECT',
    needs: MISSING.start | MISSING.connect | MISSING.connack | MISSING.clientBytes | MISSING.serverBytes,
    applies: ({ packet }) => packet.reasonCode === RECEIVE_MAXIMUM_EXCEEDED,
    holds: ({ connection, side, peer }) => connection.sender(peer).mostInFlight > connection.limits(side).receiveMaximum,
    certainty: () => 'likely',
    says: ({ connection, side, peer }) =>
      `DISCONNECT 0x93 (Receive Maximum exceeded); the ${peer} never had more than ${connection.sender(peer).mostInFlight} in flight, and the ${side} takes ${connection.limits(side).receiveMaximum}`,
  }),
]

// ---- What a server does without

const SERVER_RULES = [
  rule({
    ...TOLD,
    id: 'publish.qos-above-server-maximum',
    when: serverLacksQos,
    title: 'A PUBLISH with a higher QoS than the server takes',
    statements: { '5.0': ['MQTT-3.2.2-11'] },
    severity: 'error',
    on: 'PUBLISH',
    // QoS 3 is none, whatever the server takes.
    applies: (subject) => isBehindConnack(subject) && subject.packet.qos < 3,
    holds: ({ packet, limits }) => packet.qos <= limits.maximumQos,
    says: ({ packet, limits }) => `QoS ${packet.qos}; the server takes at most ${limits.maximumQos} (Maximum QoS)`,
    range: () => ({ start: 0, end: 1 }),
  }),
  rule({
    ...GUESSED,
    id: 'publish.guessed-qos',
    title: 'A PUBLISH sent before the CONNACK with a higher QoS than the server takes',
    statements: { '5.0': ['MQTT-3.2.2-11'] },
    applies: (it) => accepts(it) && (it.connection.early?.highestQos ?? null) !== null,
    holds: (it) => it.connection.early!.highestQos!.value <= serverLimits(it).maximumQos,
    says: (it) => `QoS ${it.connection.early!.highestQos!.value} was sent before the CONNACK came; the server takes at most ${serverLimits(it).maximumQos} (Maximum QoS)`,
    at: (it) => placeOf(it.connection.early!.highestQos!),
    shownBy: frameOfConnack,
  }),
  rule({
    ...TOLD,
    id: 'publish.retain-not-available',
    when: serverLacksRetain,
    title: 'RETAIN for a server without retained messages',
    statements: { '5.0': ['MQTT-3.2.2-14'] },
    severity: 'error',
    on: 'PUBLISH',
    applies: isBehindConnack,
    holds: ({ packet }) => !packet.retain,
    says: () => 'RETAIN is 1; the server has no retained messages (Retain Available is 0)',
    range: () => ({ start: 0, end: 1 }),
  }),
  rule({
    ...GUESSED,
    id: 'publish.guessed-retain',
    title: 'RETAIN sent before the CONNACK to a server without retained messages',
    statements: { '5.0': ['MQTT-3.2.2-14'] },
    applies: (it) => accepts(it) && it.connection.early !== null && !serverLimits(it).retainAvailable,
    holds: ({ connection }) => connection.early!.retained === null,
    says: () => 'RETAIN was sent before the CONNACK came; the server has no retained messages (Retain Available is 0)',
    at: ({ connection }) => placeOf(connection.early!.retained!),
    shownBy: frameOfConnack,
  }),
  rule({
    ...TOLD,
    id: 'subscribe.wildcard-not-available',
    title: 'A wildcard for a server without wildcard subscriptions',
    statements: { '5.0': [] },
    severity: 'error',
    on: 'SUBSCRIBE',
    applies: (it) => isBehindConnack(it) && !it.limits.wildcardSubscriptionAvailable,
    holds: ({ packet }) => !packet.subscriptions.some(({ topicFilter }) => typeof topicFilter === 'string' && /[#+]/.test(topicFilter)),
    says: () => 'A Topic Filter has a wildcard; the server takes none (Wildcard Subscription Available is 0)',
  }),
  rule({
    ...TOLD,
    id: 'subscribe.shared-not-available',
    title: 'A shared subscription for a server without them',
    statements: { '5.0': [] },
    severity: 'error',
    on: 'SUBSCRIBE',
    applies: (it) => isBehindConnack(it) && !it.limits.sharedSubscriptionAvailable,
    holds: ({ packet }) => !packet.subscriptions.some(({ topicFilter }) => typeof topicFilter === 'string' && topicFilter.startsWith('$share/')),
    says: () => 'A Topic Filter begins with $share; the server has no shared subscriptions (Shared Subscription Available is 0)',
  }),
  rule({
    ...TOLD,
    id: 'subscribe.identifier-not-available',
    title: 'A Subscription Identifier for a server that takes none',
    statements: { '5.0': [] },
    severity: 'error',
    on: 'SUBSCRIBE',
    applies: (it) => isBehindConnack(it) && !it.limits.subscriptionIdentifierAvailable,
    holds: ({ packet }) => propertyValue(packet.properties, 'subscriptionIdentifier') === undefined,
    says: () => 'SUBSCRIBE has a Subscription Identifier; the server takes none (Subscription Identifier Available is 0)',
  }),
]

// ---- Request Problem Information

const PROBLEM_INFORMATION_RULES = [
  rule({
    id: 'packet.problem-information-not-wanted',
    when: clientWantsNoInformation,
    title: 'A Reason String or User Property for a client that wants none',
    statements: { '5.0': ['MQTT-3.1.2-29'] },
    severity: 'error',
    sides: ['server'],
    on: ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK', 'AUTH'],
    needs: MISSING.connect,
    applies: ({ side }) => side === 'server',
    holds: ({ packet }) => !has(packet.properties, 'reasonString') && !has(packet.properties, 'userProperty'),
    says: ({ packet }) =>
      `${packet.type} has a ${has(packet.properties, 'reasonString') ? 'Reason String' : 'User Property'}; the client wants none there (Request Problem Information is 0)`,
    shownBy: byConnect,
  }),
]

export const LIMIT_RULES: readonly Rule[] = [
  ...SIZE_RULES, ...TELLING_RULES, ...ALIAS_RULES, ...RECEIVE_RULES, ...SERVER_RULES, ...PROBLEM_INFORMATION_RULES,
]
