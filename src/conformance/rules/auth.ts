/** Enhanced authentication (MQTT 5.0 §4.12): who may send AUTH when, with which code and which method. */
import { IllFormedText, propertyValue, type Text } from '../../mqtt/packet.ts'
import { hexByte, quoted } from '../../mqtt/problems.ts'
import type { NetworkConnection } from '../../session/network-connection.ts'
import { MISSING, type Reason } from '../evidence.ts'
import { rule } from '../rule.ts'
import type { PacketSubject, PacketSubjectOf } from '../subject.ts'

const OPENING = MISSING.connect | MISSING.serverDirection

export const AUTH_RULES = [
  rule({
    id: 'connect.not-only-authentication',
    title: 'A client that authenticates by AUTH sends something else before CONNACK',
    statements: { '5.0': ['MQTT-3.1.2-30'] },
    severity: 'error',
    sides: ['client'],
    on: 'opening-packet',
    needs: OPENING,
    applies: ({ side, connection, event }) => side === 'client' && methodOfConnect(connection) !== null && !isSecondConnect(connection, event.number, event.packet.type),
    lacks: lacksPeer,
    holds: ({ event: { packet: { type } } }) => type === 'CONNECT' || type === 'AUTH' || type === 'DISCONNECT',
    says: ({ event }) => `The client sent ${event.packet.type} before CONNACK; with an Authentication Method in its CONNECT it may send only AUTH and DISCONNECT until then`,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'auth.server-code-before-connack',
    title: 'The server asks for more with a code other than Continue authentication',
    statements: { '5.0': ['MQTT-4.12.0-2'] },
    severity: 'error',
    sides: ['server'],
    on: 'AUTH',
    needs: OPENING,
    applies: (subject) => subject.side === 'server' && opens(subject),
    lacks: lacksPeer,
    holds: continues,
    says: ({ packet }) => `The server sent AUTH with reason code ${hexByte(packet.reasonCode ?? 0)} before CONNACK; until then it is 0x18 (Continue authentication)`,
  }),
  rule({
    id: 'auth.client-code-before-connack',
    title: 'The client goes on with a code other than Continue authentication',
    statements: { '5.0': ['MQTT-4.12.0-3'] },
    severity: 'error',
    sides: ['client'],
    on: 'AUTH',
    needs: OPENING,
    applies: (subject) => subject.side === 'client' && opens(subject),
    lacks: lacksPeer,
    holds: continues,
    says: ({ packet }) => `The client sent AUTH with reason code ${hexByte(packet.reasonCode ?? 0)} before CONNACK; until then it is 0x18 (Continue authentication)`,
  }),
  rule({
    id: 'auth.out-of-turn',
    title: 'AUTH that nothing asked for, or that begins nothing',
    statements: { '5.0': [] },
    severity: 'error',
    sides: ['client', 'server'],
    on: 'AUTH',
    needs: OPENING,
    applies: ({ connection }) => methodOfConnect(connection) !== null && !connection.refused,
    lacks: lacksPeer,
    holds: (subject) => subject.exchange !== null && (subject.exchange.packets > 1 || beginsAnew(subject)),
    says: ({ side, packet, connection }) =>
      `The ${side} sent AUTH with reason code ${hexByte(packet.reasonCode ?? 0)} out of turn: ${connection.connackSeen ? 'after CONNACK the client begins with 0x19, and then both' : 'before CONNACK the server begins, and then both'} take turns`,
    certainty: () => 'likely',
  }),
  rule({
    id: 'auth.other-method',
    title: 'AUTH names another Authentication Method than CONNECT',
    statements: { '5.0': ['MQTT-4.12.0-5'] },
    severity: 'error',
    sides: ['client', 'server'],
    on: 'AUTH',
    needs: MISSING.connect,
    applies: (subject) => namesMethod(subject) && !beginsAnew(subject),
    holds: hasMethodOfConnect,
    says: saysOtherMethod,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'auth.other-method-again',
    title: 'A re-authentication with another Authentication Method',
    statements: { '5.0': ['MQTT-4.12.1-1', 'MQTT-4.12.0-5'] },
    severity: 'error',
    sides: ['client'],
    on: 'AUTH',
    needs: MISSING.connect,
    applies: (subject) => namesMethod(subject) && beginsAnew(subject),
    holds: hasMethodOfConnect,
    says: saysOtherMethod,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'connack.authentication-method',
    title: 'A CONNACK that accepts does not name the Authentication Method of the CONNECT',
    statements: { '5.0': ['MQTT-4.12.0-5'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: ({ side, packet, event, connection }) =>
      side === 'server' && connection.connackNumber === event.number && packet.reasonCode === 0 && methodOfConnect(connection) !== null,
    holds: hasMethodOfConnect,
    says: (subject) => (methodOf(subject) === null ? 'CONNACK has no Authentication Method; a CONNACK that accepts repeats that of the CONNECT' : saysOtherMethod(subject)),
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'connack.authentication-method-unasked',
    title: 'A CONNACK has an Authentication Method that the CONNECT does not have',
    statements: { '5.0': ['MQTT-4.12.0-6'] },
    severity: 'error',
    sides: ['server'],
    on: 'CONNACK',
    needs: MISSING.connect,
    applies: ({ side, event, connection }) => side === 'server' && connection.connackNumber === event.number && connection.announcement?.authenticationMethod === null,
    holds: (subject) => methodOf(subject) === null,
    says: (subject) => `CONNACK has the Authentication Method ${quoted(methodOf(subject)!)}, and the CONNECT has none`,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'auth.unasked-by-client',
    title: 'The server sends AUTH to a client that did not ask for it',
    statements: { '5.0': ['MQTT-4.12.0-6'] },
    severity: 'error',
    sides: ['server'],
    on: 'AUTH',
    needs: MISSING.connect,
    exercisedBy: [],
    applies: ({ side, connection }) => side === 'server' && connection.announcement?.authenticationMethod === null,
    holds: () => false,
    says: () => 'The server sent AUTH, and the CONNECT has no Authentication Method',
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'auth.not-announced',
    title: 'A client sends AUTH though its CONNECT has no Authentication Method',
    statements: { '5.0': ['MQTT-4.12.0-7'] },
    severity: 'error',
    sides: ['client'],
    on: 'AUTH',
    needs: MISSING.connect,
    exercisedBy: ['CONNECT without authentication method'],
    applies: ({ side, connection }) => side === 'client' && connection.announcement?.authenticationMethod === null,
    holds: () => false,
    says: () => 'The client sent AUTH, and its CONNECT has no Authentication Method',
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
]

/** MQTT 5.0 §3.15.2.1. */
const CONTINUE = 0x18
const REAUTHENTICATE = 0x19

/** What its sender had received may not all have gone by: its turn, or the CONNACK, may be among what has not. */
function lacksPeer({ event, connection, peer }: PacketSubject): Reason | null {
  if (!connection.half(peer).synSeen) return 'start'
  return connection.whole(event, peer) ? null : 'gap'
}

/** The Authentication Method of the CONNECT; null where it has none, or was not seen. */
export function methodOfConnect({ announcement }: NetworkConnection): Text | null {
  return announcement?.authenticationMethod ?? null
}

/** It comes before CONNACK, on a connection that begins with an authentication. */
function opens({ connection }: PacketSubject): boolean {
  return !connection.connackSeen && methodOfConnect(connection) !== null
}

function continues({ packet }: PacketSubjectOf<'AUTH'>): boolean {
  return packet.reasonCode === CONTINUE
}

function beginsAnew({ side, packet }: PacketSubjectOf<'AUTH'>): boolean {
  return side === 'client' && packet.reasonCode === REAUTHENTICATE
}

function namesMethod(subject: PacketSubjectOf<'AUTH'>): boolean {
  return methodOf(subject) !== null && methodOfConnect(subject.connection) !== null
}

function methodOf({ packet }: PacketSubjectOf<'AUTH' | 'CONNACK'>): Text | null {
  return (propertyValue(packet.properties, 'authenticationMethod') as Text | undefined) ?? null
}

function hasMethodOfConnect(subject: PacketSubjectOf<'AUTH' | 'CONNACK'>): boolean {
  const method = methodOf(subject)
  return method !== null && isSameText(method, subject.connection.announcement!.authenticationMethod!)
}

function isSameText(one: Text, other: Text): boolean {
  return one instanceof IllFormedText ? other instanceof IllFormedText && one.hex === other.hex : one === other
}

function saysOtherMethod(subject: PacketSubjectOf<'AUTH' | 'CONNACK'>): string {
  return `${subject.event.packet.type} has the Authentication Method ${quoted(methodOf(subject)!)}; the CONNECT has ${quoted(subject.connection.announcement!.authenticationMethod!)}`
}

function isSecondConnect(connection: PacketSubject['connection'], number: number, type: string): boolean {
  return type === 'CONNECT' && connection.connectNumber !== number
}
