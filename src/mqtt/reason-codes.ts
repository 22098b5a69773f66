/**
 * The reason codes of MQTT 5.0 by packet and sender (§2.4 and the table of each packet), and the return codes of 3.1 and 3.1.1.
 * Names only, and who may send what; judging is the decoder's.
 */
import type { PacketType } from './packet.ts'
import type { Direction } from './version.ts'

/** A packet that carries a reason code. */
export type ReasonCodePacket = 'CONNACK' | 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'SUBACK' | 'UNSUBACK' | 'DISCONNECT' | 'AUTH'

/** Both are allowed only where the packet itself may go that way. */
export type ReasonCodeSender = 'client' | 'server' | 'both'

export interface ReasonCode {
  readonly code: number
  readonly name: string
  readonly sender: ReasonCodeSender
}

/** §3.4.2.1 and §3.5.2.1: the same in both. */
const RECEIPT: readonly ReasonCode[] = [
  { code: 0x00, name: 'Success', sender: 'both' },
  { code: 0x10, name: 'No matching subscribers', sender: 'server' },
  { code: 0x80, name: 'Unspecified error', sender: 'both' },
  { code: 0x83, name: 'Implementation specific error', sender: 'both' },
  { code: 0x87, name: 'Not authorized', sender: 'both' },
  { code: 0x90, name: 'Topic Name invalid', sender: 'both' },
  { code: 0x91, name: 'Packet Identifier in use', sender: 'both' },
  { code: 0x97, name: 'Quota exceeded', sender: 'both' },
  { code: 0x99, name: 'Payload format invalid', sender: 'both' },
]

/** §3.6.2.1 and §3.7.2.1: the same in both. */
const RELEASE: readonly ReasonCode[] = [
  { code: 0x00, name: 'Success', sender: 'both' },
  { code: 0x92, name: 'Packet Identifier not found', sender: 'both' },
]

export const REASON_CODES: Readonly<Record<ReasonCodePacket, readonly ReasonCode[]>> = {
  // §3.2.2.2
  CONNACK: [
    { code: 0x00, name: 'Success', sender: 'server' },
    { code: 0x80, name: 'Unspecified error', sender: 'server' },
    { code: 0x81, name: 'Malformed Packet', sender: 'server' },
    { code: 0x82, name: 'Protocol Error', sender: 'server' },
    { code: 0x83, name: 'Implementation specific error', sender: 'server' },
    { code: 0x84, name: 'Unsupported Protocol Version', sender: 'server' },
    { code: 0x85, name: 'Client Identifier not valid', sender: 'server' },
    { code: 0x86, name: 'Bad User Name or Password', sender: 'server' },
    { code: 0x87, name: 'Not authorized', sender: 'server' },
    { code: 0x88, name: 'Server unavailable', sender: 'server' },
    { code: 0x89, name: 'Server busy', sender: 'server' },
    { code: 0x8a, name: 'Banned', sender: 'server' },
    { code: 0x8c, name: 'Bad authentication method', sender: 'server' },
    { code: 0x90, name: 'Topic Name invalid', sender: 'server' },
    { code: 0x95, name: 'Packet too large', sender: 'server' },
    { code: 0x97, name: 'Quota exceeded', sender: 'server' },
    { code: 0x99, name: 'Payload format invalid', sender: 'server' },
    { code: 0x9a, name: 'Retain not supported', sender: 'server' },
    { code: 0x9b, name: 'QoS not supported', sender: 'server' },
    { code: 0x9c, name: 'Use another server', sender: 'server' },
    { code: 0x9d, name: 'Server moved', sender: 'server' },
    { code: 0x9f, name: 'Connection rate exceeded', sender: 'server' },
  ],
  PUBACK: RECEIPT,
  PUBREC: RECEIPT,
  PUBREL: RELEASE,
  PUBCOMP: RELEASE,
  // §3.9.3
  SUBACK: [
    { code: 0x00, name: 'Granted QoS 0', sender: 'server' },
    { code: 0x01, name: 'Granted QoS 1', sender: 'server' },
    { code: 0x02, name: 'Granted QoS 2', sender: 'server' },
    { code: 0x80, name: 'Unspecified error', sender: 'server' },
    { code: 0x83, name: 'Implementation specific error', sender: 'server' },
    { code: 0x87, name: 'Not authorized', sender: 'server' },
    { code: 0x8f, name: 'Topic Filter invalid', sender: 'server' },
    { code: 0x91, name: 'Packet Identifier in use', sender: 'server' },
    { code: 0x97, name: 'Quota exceeded', sender: 'server' },
    { code: 0x9e, name: 'Shared Subscriptions not supported', sender: 'server' },
    { code: 0xa1, name: 'Subscription Identifiers not supported', sender: 'server' },
    { code: 0xa2, name: 'Wildcard Subscriptions not supported', sender: 'server' },
  ],
  // §3.11.3
  UNSUBACK: [
    { code: 0x00, name: 'Success', sender: 'server' },
    { code: 0x11, name: 'No subscription existed', sender: 'server' },
    { code: 0x80, name: 'Unspecified error', sender: 'server' },
    { code: 0x83, name: 'Implementation specific error', sender: 'server' },
    { code: 0x87, name: 'Not authorized', sender: 'server' },
    { code: 0x8f, name: 'Topic Filter invalid', sender: 'server' },
    { code: 0x91, name: 'Packet Identifier in use', sender: 'server' },
  ],
  // §3.14.2.1. What its table and other parts of the standard disagree about is in DOUBTFUL.
  DISCONNECT: [
    { code: 0x00, name: 'Normal disconnection', sender: 'both' },
    { code: 0x04, name: 'Disconnect with Will Message', sender: 'client' },
    { code: 0x80, name: 'Unspecified error', sender: 'both' },
    { code: 0x81, name: 'Malformed Packet', sender: 'both' },
    { code: 0x82, name: 'Protocol Error', sender: 'both' },
    { code: 0x83, name: 'Implementation specific error', sender: 'both' },
    { code: 0x87, name: 'Not authorized', sender: 'server' },
    { code: 0x89, name: 'Server busy', sender: 'server' },
    { code: 0x8b, name: 'Server shutting down', sender: 'server' },
    { code: 0x8d, name: 'Keep Alive timeout', sender: 'server' },
    { code: 0x8e, name: 'Session taken over', sender: 'server' },
    { code: 0x8f, name: 'Topic Filter invalid', sender: 'server' },
    { code: 0x90, name: 'Topic Name invalid', sender: 'both' },
    { code: 0x93, name: 'Receive Maximum exceeded', sender: 'both' },
    { code: 0x94, name: 'Topic Alias invalid', sender: 'both' },
    { code: 0x95, name: 'Packet too large', sender: 'both' },
    { code: 0x96, name: 'Message rate too high', sender: 'both' },
    { code: 0x97, name: 'Quota exceeded', sender: 'both' },
    { code: 0x98, name: 'Administrative action', sender: 'both' },
    { code: 0x99, name: 'Payload format invalid', sender: 'both' },
    { code: 0x9a, name: 'Retain not supported', sender: 'server' },
    { code: 0x9b, name: 'QoS not supported', sender: 'server' },
    { code: 0x9c, name: 'Use another server', sender: 'server' },
    { code: 0x9d, name: 'Server moved', sender: 'server' },
    { code: 0x9e, name: 'Shared Subscriptions not supported', sender: 'server' },
    { code: 0x9f, name: 'Connection rate exceeded', sender: 'server' },
    { code: 0xa0, name: 'Maximum connect time', sender: 'server' },
    { code: 0xa1, name: 'Subscription Identifiers not supported', sender: 'server' },
    { code: 0xa2, name: 'Wildcard Subscriptions not supported', sender: 'server' },
  ],
  // §3.15.2.1
  AUTH: [
    { code: 0x00, name: 'Success', sender: 'server' },
    { code: 0x18, name: 'Continue authentication', sender: 'both' },
    { code: 0x19, name: 'Re-authenticate', sender: 'client' },
  ],
}

/** Codes of DISCONNECT that one part of the standard allows and another does not: `direction` is the one in doubt, null for either. */
export const DOUBTFUL: readonly { readonly code: number; readonly direction: Direction | null; readonly why: string }[] = [
  { code: 0x8c, direction: null, why: 'the list of all codes (§2.4) allows it in DISCONNECT, the table of DISCONNECT (§3.14.2.1) does not have it' },
  { code: 0x9b, direction: 'client-to-server', why: '§3.3.4 tells a client to use it, the table of DISCONNECT (§3.14.2.1) reserves it for the server' },
]

/** MQTT 3.1.1 §3.2.2.3, and the same in 3.1. */
export const CONNACK_RETURN_CODES: readonly string[] = [
  'Connection accepted',
  'Refused: unacceptable protocol level',
  'Refused: identifier rejected',
  'Refused: server unavailable',
  'Refused: bad user name or password',
  'Refused: not authorized',
]

/** MQTT 3.1.1 §3.9.3, by value. */
export const SUBACK_RETURN_CODES: readonly (string | undefined)[] = byValue([
  { code: 0x00, name: 'Granted QoS 0' },
  { code: 0x01, name: 'Granted QoS 1' },
  { code: 0x02, name: 'Granted QoS 2' },
  { code: 0x80, name: 'Failure' },
])

export type ReasonCodeVerdict = 'allowed' | 'unknown' | 'wrong-sender' | 'doubtful'

// A byte for each code of each packet, made from the tables: who may send it, and from whom it is in doubt.
const CLIENT = 1
const SERVER = 2
const CLIENT_DOUBTFUL = 4
const SERVER_DOUBTFUL = 8

const RULES: Readonly<Record<ReasonCodePacket, Uint8Array>> = {
  CONNACK: rulesOf('CONNACK'),
  PUBACK: rulesOf('PUBACK'),
  PUBREC: rulesOf('PUBREC'),
  PUBREL: rulesOf('PUBREL'),
  PUBCOMP: rulesOf('PUBCOMP'),
  SUBACK: rulesOf('SUBACK'),
  UNSUBACK: rulesOf('UNSUBACK'),
  DISCONNECT: rulesOf('DISCONNECT'),
  AUTH: rulesOf('AUTH'),
}

function rulesOf(packet: ReasonCodePacket): Uint8Array {
  const rules = new Uint8Array(256)
  for (const { code, sender } of REASON_CODES[packet]) rules[code] = sender === 'both' ? CLIENT | SERVER : sender === 'client' ? CLIENT : SERVER
  if (packet === 'DISCONNECT') {
    for (const { code, direction } of DOUBTFUL) {
      if (direction !== 'server-to-client') rules[code]! |= CLIENT_DOUBTFUL
      if (direction !== 'client-to-server') rules[code]! |= SERVER_DOUBTFUL
    }
  }
  return rules
}

/**
 * Whether `packet` may carry `code` when it goes in `direction`; where the direction is not known, what either side may send is allowed.
 * Of a packet that only servers send, the direction is not judged again with its code.
 */
export function judgeReasonCode(packet: ReasonCodePacket, code: number, direction: Direction | null): ReasonCodeVerdict {
  const rule = RULES[packet][code] ?? 0
  if (rule === 0) return 'unknown'
  if (packet === 'CONNACK' || packet === 'SUBACK' || packet === 'UNSUBACK') return 'allowed'
  const fromClient = rule & CLIENT ? 'allowed' : rule & CLIENT_DOUBTFUL ? 'doubtful' : 'wrong-sender'
  const fromServer = rule & SERVER ? 'allowed' : rule & SERVER_DOUBTFUL ? 'doubtful' : 'wrong-sender'
  if (direction === 'client-to-server') return fromClient
  if (direction === 'server-to-client') return fromServer
  if (fromClient === 'allowed' || fromServer === 'allowed') return 'allowed'
  return 'doubtful'
}

/** The names of each packet's codes, by value. A code in doubt has its name from the list of all codes (§2.4). */
export const REASON_CODE_NAMES: Readonly<Record<ReasonCodePacket, readonly (string | undefined)[]>> = {
  CONNACK: byValue(REASON_CODES.CONNACK),
  PUBACK: byValue(REASON_CODES.PUBACK),
  PUBREC: byValue(REASON_CODES.PUBREC),
  PUBREL: byValue(REASON_CODES.PUBREL),
  PUBCOMP: byValue(REASON_CODES.PUBCOMP),
  SUBACK: byValue(REASON_CODES.SUBACK),
  UNSUBACK: byValue(REASON_CODES.UNSUBACK),
  DISCONNECT: byValue([...REASON_CODES.DISCONNECT, { code: 0x8c, name: 'Bad authentication method' }]),
  AUTH: byValue(REASON_CODES.AUTH),
}

/** "Not authorized"; null for a code that the packet does not have, and for a packet without reason codes. */
export function reasonCodeName(packet: PacketType, code: number): string | null {
  const names: Readonly<Partial<Record<PacketType, readonly (string | undefined)[]>>> = REASON_CODE_NAMES
  return names[packet]?.[code] ?? null
}

function byValue(codes: readonly { readonly code: number; readonly name: string }[]): readonly (string | undefined)[] {
  const names = new Array<string | undefined>(256).fill(undefined)
  for (const { code, name } of codes) names[code] = name
  return names
}
