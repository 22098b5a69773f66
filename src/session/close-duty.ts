/**
 * Who must close a connection, since which packet and why (MQTT 5.0 §3.14.4, §4.13; §4.8 of 3.1.1): noted as packets go by, and judged when the connection or the
 * capture has ended.
 *
 * Either side's FIN or RST settles it: a side cannot close what the other has closed already. No standard says how soon, so a long deadline is given; where the
 * capture ends before it, or may lack the end of the connection, nothing is said.
 */
import type { PacketType } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Exchange } from './exchange.ts'
import type { NetworkConnection, Seen } from './network-connection.ts'
import { FIRST_FAILURE, reasonCodeOf } from './reason-code.ts'
import { otherSide, type Side } from './side.ts'

/**
 * `disconnect` it sent DISCONNECT itself · `peer-disconnect` the other side did · `refusal` it sent a CONNACK that refuses · `defect` it received a packet that must
 * not be · `session` it received a CONNACK with Session Present after it had asked for a clean start.
 */
export type CloseCause = 'disconnect' | 'peer-disconnect' | 'refusal' | 'defect' | 'session'

/** The packet that it is about is the one since which the side must close. */
export interface CloseDuty extends Seen {
  readonly side: Side
  readonly cause: CloseCause
  readonly packet: PacketType
  /** Reason Code of `disconnect`, `peer-disconnect` and `refusal`, else 0. */
  readonly reasonCode: number
  /** Of `defect`: code of the decoder's problem, `second-connect` or `not-connect`; else empty. */
  readonly defect: string
  /** An authentication was under way. */
  readonly authenticating: boolean
  /** The stream offset behind the packet. */
  readonly end: number
}

/**
 * `kept` somebody closed in time · `late` somebody closed after the deadline · `missed` nobody did · `capture-end` the capture ends before the deadline ·
 * `not-acknowledged` TCP does not show that the packet, or what was sent before the close, had arrived · `unseen` a close may be missing from the capture.
 */
export type DutyOutcome = 'kept' | 'late' | 'missed' | 'capture-end' | 'not-acknowledged' | 'unseen'

/** 20 s: programs close within a second. */
export const CLOSE_DEADLINE = 20e9

/** Of one connection; a stream of crafted packets would go on. */
const MOST_DUTIES = 32

const CONNACK = 2
const DISCONNECT = 14

/** Notes what the packet going by obliges either side to, the connection having learned from it. */
export function noteCloseDuties(connection: NetworkConnection, event: PacketEvent, type: number, by: Side, exchange: Exchange | null): void {
  // Where bytes are missing before it, it may be no packet at all.
  if (event.lostBefore > 0) return
  const { packet, version, problems } = event
  if (type === DISCONNECT && packet.type === 'DISCONNECT' && (by === 'client' || version === '5.0')) {
    const code = reasonCodeOf(packet) ?? 0
    const authenticating = exchange?.kind === 'authenticate' || connection.pending.authenticate !== null
    add(connection, event, { side: by, cause: 'disconnect', reasonCode: code, authenticating: authenticating && code >= FIRST_FAILURE })
    add(connection, event, { side: otherSide(by), cause: 'peer-disconnect', reasonCode: code })
  }
  if (type === CONNACK && packet.type === 'CONNACK' && by === 'server' && connection.connackNumber === event.number) {
    const code = packet.reasonCode ?? 0
    if (code !== 0) add(connection, event, { side: by, cause: 'refusal', reasonCode: code, authenticating: exchange !== null && exchange.packets > 2 })
    else if (version === '5.0' && packet.sessionPresent === true && connection.asksCleanStart) add(connection, event, { side: 'client', cause: 'session' })
  }
  const receiver = otherSide(by)
  if (packet.type === 'CONNECT' && by === 'client' && connection.connectSeen && connection.connectNumber !== event.number) {
    add(connection, event, { side: receiver, cause: 'defect', defect: 'second-connect' })
  }
  if (connection.openedBy?.number === event.number) add(connection, event, { side: receiver, cause: 'defect', defect: 'not-connect' })
  // A version that is only inferred may make a defect of what is none.
  if (problems.length === 0 || event.versionCertainty === 'inferred') return
  for (const { severity, code } of problems) if (severity === 'error') add(connection, event, { side: receiver, cause: 'defect', defect: code })
}

function add(connection: NetworkConnection, { packet, number, frame, time, segmentEnd }: PacketEvent, duty: Pick<CloseDuty, 'side' | 'cause'> & Partial<CloseDuty>): void {
  if (packet.type === 'UNFRAMED') return
  const known = connection.closeDuties
  const { side, cause, reasonCode = 0, defect = '', authenticating = false } = duty
  if (known.length >= MOST_DUTIES) return
  if (known.some((each) => each.side === side && each.cause === cause && each.defect === defect && each.packet === packet.type)) return
  connection.closeDuties = [...known, { number, frame, time, side, cause, packet: packet.type, reasonCode, defect, authenticating, end: segmentEnd }]
}

/** What became of it, the connection having ended; `captureEnded`: with the capture, at `now`. */
export function outcomeOf({ side, cause, time, end }: CloseDuty, connection: NetworkConnection, captureEnded: boolean, now: number): DutyOutcome {
  const { finish } = connection
  if (finish !== null) {
    if (!(finish.time - time > CLOSE_DEADLINE)) return 'kept'
    return finish.first ? 'late' : 'unseen'
  }
  if (!captureEnded) return 'unseen'
  if (!(now - time > CLOSE_DEADLINE)) return 'capture-end'
  if (!connection.hasNotClosed(side) || !connection.hasNotClosed(otherSide(side))) return 'unseen'
  const own = connection.half(side)
  const other = connection.half(otherSide(side))
  // A FIN waits behind what the other end has not taken.
  if (own.acknowledgedOffset < own.offset || other.windowClosed) return 'not-acknowledged'
  const received = cause === 'defect' || cause === 'session' || cause === 'peer-disconnect'
  return received && other.acknowledgedOffset < end ? 'not-acknowledged' : 'missed'
}

/** The side that must close was heard of after the deadline: its TCP had not closed. */
export function stillThere({ side, time }: CloseDuty, connection: NetworkConnection): boolean {
  const { lastTime } = connection.sender(side)
  return lastTime - time > CLOSE_DEADLINE || connection.half(otherSide(side)).acknowledgedTime - time > CLOSE_DEADLINE
}
