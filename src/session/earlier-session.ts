/**
 * What the capture had shown of a client's Session when the server accepted a connection of it: what Session Present should say, and why (MQTT 5.0 §3.2.2.1.1,
 * §4.1).
 */
import type { ClientSession } from './client-session.ts'
import { closingOf } from './closing.ts'
import { NEVER_EXPIRES } from './connect-facts.ts'
import type { NetworkConnection } from './network-connection.ts'
import { seenIn, type Seen } from './seen.ts'

export interface EarlierSession {
  /** The CONNACK of the connection before. */
  readonly accepted: Seen
  /** That connection made the Session, though the client had not asked for a clean start. */
  readonly madeAtRequest: boolean
  /** For how long the server was to keep it, in seconds. */
  readonly expiry: number
  /** Nanoseconds from the end of the connection before to this one's CONNECT; null where it had not ended, so that this one took over. */
  readonly away: number | null
  /** Where it had not ended: nanoseconds from the last that was seen of it. */
  readonly idle: number
  /** By how many of these the server may have noticed that end later than the capture shows it: nobody closed the connection, or only the client did. */
  readonly unnoticed: number
  /** The server closed that connection, and the capture does not show why: a connection that the capture lacks may have taken it over. */
  readonly unexplained: boolean
  /** All connections of the client since a state that is known are in the capture, without a hole. */
  readonly whole: boolean
}

const SECOND = 1e9

/** A server closes the connection of a silent client after one and a half times the Keep Alive (§3.1.2.10). */
const KEEP_ALIVE_FACTOR = 1.5
/** Servers look for silent clients from time to time: they notice one within this many nanoseconds. */
const NOTICED = 20 * SECOND

/**
 * Null where no connection before is known, or not enough of it. `unnamedSince` is when the newest connection to the server began whose client is not known: it may have
 * been this one.
 */
export function earlierSessionOf(session: ClientSession, { connect }: NetworkConnection, unnamedSince: number): EarlierSession | null {
  const { accepted, expiry, current, leftTime } = session
  if (connect === null || accepted === null || expiry === null) return null
  if (current === null && leftTime === null) return null
  return {
    accepted,
    madeAtRequest: session.madeAtRequest,
    expiry: current?.sessionExpiry ?? expiry,
    away: current === null ? connect.time - leftTime! : null,
    idle: current === null ? 0 : connect.time - current.endTime,
    unnoticed: session.unnoticed,
    unexplained: current === null ? session.unexplained : isUnexplained(current),
    whole: session.whole && session.unanswered === 0 && !(unnamedSince > accepted.time),
  }
}

/** What a connection that is accepted leaves for the next one. */
export function noteAccepted(session: ClientSession, { connect, connack }: NetworkConnection, anew: boolean): void {
  session.accepted = seenIn(connack!)
  session.madeAtRequest = anew && connect!.cleanStart === false
  session.unnoticed = 0
  session.unexplained = false
  if (anew) session.unanswered = 0
}

/** The server has closed this connection, or somebody has, and nothing that the capture shows is a reason. */
export function isUnexplained(connection: NetworkConnection): boolean {
  const { finish, disconnect, takenOverBy } = connection
  if (finish === null && disconnect === null) return false
  const { by, reason, waited } = closingOf(connection, false)
  if (by === 'client' || by === 'network') return false
  // A word of a take-over that came before whoever took over, as far as the capture shows.
  if (reason === 'taken-over') return !((disconnect ?? finish!).time >= (takenOverBy?.time ?? Infinity))
  // So long after the Keep Alive was over, it was hardly because of that.
  if (reason === 'keep-alive') return waited !== null && waited > connection.keepAlive! * KEEP_ALIVE_FACTOR * SECOND + NOTICED
  return reason === 'fin' || reason === 'reset'
}

/** By how much the server may have noticed the end of this connection later than the capture shows it, in nanoseconds. */
export function unnoticedEnd({ finish, secondFinish, keepAlive }: NetworkConnection): number {
  if (finish !== null && (finish.by === 'server' || secondFinish !== null)) return 0
  return keepAlive === null || keepAlive === 0 ? Infinity : keepAlive * KEEP_ALIVE_FACTOR * SECOND
}

/** By how many nanoseconds the Session had ended, as the server saw it, when the client came back; null where it had not ended, or that is not sure. */
export function overdue({ expiry, away, unnoticed }: EarlierSession): number | null {
  if (expiry === NEVER_EXPIRES || away === null) return null
  const over = away - unnoticed - expiry * SECOND
  return over > 0 ? over : null
}

/** The server must have none any more: it ended with its connection, or was to be kept no longer. */
export function earlierIsOver(earlier: EarlierSession): boolean {
  return earlier.expiry === 0 || overdue(earlier) !== null
}
