/**
 * Whether something that a side should have done, and that the capture does not show, is missing: an answer, or a close.
 *
 * It is only where the other side had asked in the capture, TCP acknowledged what asked, nothing of the silent side was lost since or still waits in its TCP, and the
 * connection and the capture went on until the deadline. MQTT sets none; 20 s is more than any server that is well needs.
 */
import type { SettledExchange } from './exchange.ts'
import type { NetworkConnection } from './network-connection.ts'
import { otherSide, type Certainty, type Side } from './side.ts'

/** Nanoseconds. */
export const DEADLINE = 20e9

/** Why nobody can say that it is missing. `doubt`: the side that asked could take nothing more, or one side's bytes do not get through, as where the network was cut. */
export type AbsenceDoubt = 'gap' | 'one-direction' | 'not-acknowledged' | 'capture-end' | 'clock' | 'doubt'

/** `missing` it is · `ended` the connection began to end before the deadline, so that nothing was due any more. */
export type Absence = 'missing' | 'ended' | AbsenceDoubt

/** What made it due. */
export interface Asked {
  readonly by: Side
  readonly time: number
  /** The stream offset behind the segment that completed it. */
  readonly offset: number
  /** When TCP acknowledged it; NaN or Infinity where that was not noted. */
  readonly acknowledgedTime: number
}

/** `now`: the time of the newest frame. */
export function absenceOf(connection: NetworkConnection, asked: Asked, now: number): Absence {
  const ends = Math.min(connection.finish?.time ?? Infinity, connection.disconnect?.time ?? Infinity, connection.takenOverBy?.time ?? Infinity)
  const ended = ends < Infinity
  const end = ended ? ends : now
  if (Number.isNaN(end - asked.time)) return 'clock'
  if (end - asked.time < DEADLINE) return ended ? 'ended' : 'capture-end'
  const half = connection.half(asked.by)
  const silent = connection.half(otherSide(asked.by))
  if (!connection.sees(otherSide(asked.by))) return 'one-direction'
  if (silent.hasHole || silent.acknowledgedOffset > silent.offset) return 'gap'
  if (half.acknowledgedOffset < asked.offset) return 'not-acknowledged'
  const acknowledged = Number.isFinite(asked.acknowledgedTime) ? asked.acknowledgedTime : half.acknowledgedTime
  if (end - Math.max(asked.time, acknowledged) < DEADLINE) return ended ? 'ended' : 'capture-end'
  return tookAll(connection, asked) && hasSentAll(connection, asked.by, end) && hasSentAll(connection, otherSide(asked.by), end) ? 'missing' : 'doubt'
}

/** Whether the answer that an exchange waits for is missing, now that nothing more comes of it on this connection. */
export function absenceOfAnswer(connection: NetworkConnection, { kind, asked, unseen, disturbed }: SettledExchange, now: number): Absence {
  const { connack } = connection
  // What goes with a CONNECT that is not accepted is not answered.
  if (kind !== 'connect' && (connack === null ? connection.connectSeen : connack.reasonCode !== 0)) return 'ended'
  const absence = absenceOf(connection, asked, now)
  if (absence !== 'missing') return absence
  return unseen ? 'gap' : disturbed ? 'doubt' : 'missing'
}

/** The silent side was still there behind the deadline, or nothing shows that: then the network may have been cut. */
export function certaintyOfAbsence(connection: NetworkConnection, { by, time }: Asked): Certainty {
  return connection.sender(otherSide(by)).lastTime - time >= DEADLINE ? 'certain' : 'likely'
}

/**
 * Nothing that the program of this side wrote can wait in its TCP: the other side has taken all that was sent, but for the newest segment if that is young. What is written
 * behind bytes that are sent again and again goes out only after them, a FIN too.
 */
export function hasSentAll(connection: NetworkConnection, side: Side, now: number): boolean {
  const { acknowledgedOffset, offset } = connection.half(side)
  if (acknowledgedOffset >= offset) return true
  const { earlierOffset, lastTime } = connection.sender(side)
  return acknowledgedOffset >= earlierOffset && now - lastTime < SOON
}

/** Nanoseconds after which an acknowledgement is late: none is delayed by more than 500 ms (RFC 9293 §3.8.6.3). */
const SOON = 1e9

/** The side that asked had room for an answer all the time. */
function tookAll({ troubles }: NetworkConnection, { by, time }: Asked): boolean {
  return !(troubles?.some((trouble) => trouble.kind === 'window' && trouble.by === by && trouble.until > time) ?? false)
}
