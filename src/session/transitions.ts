/**
 * How exchanges proceed, as one table: in a state, a packet from one side leads to the next state. What is not in the table does not belong to the exchange.
 *
 *   connect        sent ─ CONNACK ► done          AUTH back and forth (5.0): sent ⇄ challenged
 *   publish-qos1   sent ─ PUBACK ► done
 *   publish-qos2   sent ─ PUBREC ► received ─ PUBREL ► released ─ PUBCOMP ► done
 *   subscribe, unsubscribe, ping    sent ─ its answer ► done
 *   authenticate   sent ─ AUTH ► challenged ─ AUTH ► sent … ─ AUTH (success) ► done
 *
 * A Reason Code can end an exchange before the table does (exchange-tracker.ts): that depends on what the packet says, not on its type.
 */
import { PACKET_TYPES, type PacketType } from '../mqtt/packet.ts'
import { EXCHANGE_KINDS, type ExchangeKind } from './exchange.ts'

/** `sent`: the initiator waits for an answer. `challenged`: the responder does. `received` and `released` are those of QoS 2 (MQTT 5.0 §4.3.3). */
export type ExchangeState = 'sent' | 'challenged' | 'received' | 'released' | 'done'

/** Those of one kind follow one another in this order. */
export const EXCHANGE_STATES: readonly ExchangeState[] = ['sent', 'challenged', 'received', 'released', 'done']

/** A row's packet was sent before already in this exchange, or takes it further. */
export type Progress = 'again' | 'on'

export interface Transition {
  readonly kind: ExchangeKind
  readonly state: ExchangeState
  readonly by: 'initiator' | 'responder'
  readonly packet: PacketType
  readonly next: ExchangeState
  readonly progress: Progress
}

type Row = readonly [ExchangeState, Transition['by'], PacketType, ExchangeState, Progress]

const ROWS: Readonly<Record<ExchangeKind, readonly Row[]>> = {
  connect: [
    ['sent', 'responder', 'CONNACK', 'done', 'on'],
    ['sent', 'responder', 'AUTH', 'challenged', 'on'],
    // §4.13.1: a server may refuse in this way too, also in the middle of an authentication.
    ['sent', 'responder', 'DISCONNECT', 'done', 'on'],
    ['challenged', 'initiator', 'AUTH', 'sent', 'on'],
    ['challenged', 'responder', 'CONNACK', 'done', 'on'],
    ['challenged', 'responder', 'DISCONNECT', 'done', 'on'],
  ],
  'publish-qos1': [
    ['sent', 'initiator', 'PUBLISH', 'sent', 'again'],
    ['sent', 'responder', 'PUBACK', 'done', 'on'],
  ],
  'publish-qos2': [
    ['sent', 'initiator', 'PUBLISH', 'sent', 'again'],
    ['sent', 'responder', 'PUBREC', 'received', 'on'],
    // A repetition that crossed the PUBREC on its way, and the answer to it.
    ['received', 'initiator', 'PUBLISH', 'received', 'again'],
    ['received', 'responder', 'PUBREC', 'received', 'again'],
    ['received', 'initiator', 'PUBREL', 'released', 'on'],
    ['released', 'responder', 'PUBREC', 'released', 'again'],
    ['released', 'initiator', 'PUBREL', 'released', 'again'],
    ['released', 'responder', 'PUBCOMP', 'done', 'on'],
  ],
  // 3.1 may repeat these with DUP set (§3.8, §3.10 there).
  subscribe: [
    ['sent', 'initiator', 'SUBSCRIBE', 'sent', 'again'],
    ['sent', 'responder', 'SUBACK', 'done', 'on'],
  ],
  unsubscribe: [
    ['sent', 'initiator', 'UNSUBSCRIBE', 'sent', 'again'],
    ['sent', 'responder', 'UNSUBACK', 'done', 'on'],
  ],
  ping: [
    ['sent', 'responder', 'PINGRESP', 'done', 'on'],
  ],
  authenticate: [
    ['sent', 'responder', 'AUTH', 'challenged', 'on'],
    ['sent', 'responder', 'DISCONNECT', 'done', 'on'],
    ['challenged', 'initiator', 'AUTH', 'sent', 'on'],
    ['challenged', 'responder', 'DISCONNECT', 'done', 'on'],
  ],
}

export const TRANSITIONS: readonly Transition[] = EXCHANGE_KINDS.flatMap((kind) =>
  ROWS[kind].map(([state, by, packet, next, progress]) => ({ kind, state, by, packet, next, progress })),
)

/** The packet that takes an exchange further, by indexes of kind and state; null in its last state. */
const AWAITED: readonly (readonly (PacketType | null)[])[] = EXCHANGE_KINDS.map((kind) =>
  EXCHANGE_STATES.map((state) => TRANSITIONS.find((row) => row.kind === kind && row.state === state && row.progress === 'on')?.packet ?? null))

/** What an exchange of this kind waits for in this state: indexes of EXCHANGE_KINDS and EXCHANGE_STATES. Null in the last one. */
export function awaitedPacket(kind: number, state: number): PacketType | null {
  return AWAITED[kind]![state]!
}

/** Where an exchange begins that the capture shows only from this packet on: by whom it was sent, and the state behind it. */
export const JOINED_BY: Readonly<Partial<Record<PacketType, { readonly kind: ExchangeKind; readonly by: Transition['by']; readonly state: ExchangeState }>>> = {
  CONNACK: { kind: 'connect', by: 'responder', state: 'done' },
  PUBACK: { kind: 'publish-qos1', by: 'responder', state: 'done' },
  PUBREC: { kind: 'publish-qos2', by: 'responder', state: 'received' },
  PUBREL: { kind: 'publish-qos2', by: 'initiator', state: 'released' },
  PUBCOMP: { kind: 'publish-qos2', by: 'responder', state: 'done' },
  SUBACK: { kind: 'subscribe', by: 'responder', state: 'done' },
  UNSUBACK: { kind: 'unsubscribe', by: 'responder', state: 'done' },
  PINGRESP: { kind: 'ping', by: 'responder', state: 'done' },
}

/** The same for the engine: by kind, state, side and packet type as numbers, where a packet leads; 0 where there is no transition. */
const CELLS = new Int8Array(EXCHANGE_KINDS.length * EXCHANGE_STATES.length * 2 * PACKET_TYPES.length)
const AGAIN = 1 << 6

for (const { kind, state, by, packet, next, progress } of TRANSITIONS) {
  const at = cellOf(EXCHANGE_KINDS.indexOf(kind), EXCHANGE_STATES.indexOf(state), by === 'initiator', PACKET_TYPES.indexOf(packet))
  CELLS[at] = (EXCHANGE_STATES.indexOf(next) + 1) | (progress === 'again' ? AGAIN : 0)
}

function cellOf(kind: number, state: number, byInitiator: boolean, packetType: number): number {
  return ((kind * EXCHANGE_STATES.length + state) * 2 + (byInitiator ? 0 : 1)) * PACKET_TYPES.length + packetType
}

/**
 * What a packet does to an exchange: kinds and states are indexes of EXCHANGE_KINDS and EXCHANGE_STATES, `packetType` is the packet's number (MQTT 5.0 §2.1.2).
 * 0 where it does not belong to it; else see `nextState` and `isAgain`.
 */
export function transition(kind: number, state: number, byInitiator: boolean, packetType: number): number {
  return CELLS[cellOf(kind, state, byInitiator, packetType)]!
}

export function nextState(transition: number): number {
  return (transition & ~AGAIN) - 1
}

export function isAgain(transition: number): boolean {
  return (transition & AGAIN) !== 0
}
