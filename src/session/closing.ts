/**
 * Why a connection ended, with its evidence: a pure function of what is known of the connection when it ends.
 *
 * A cause is named only where the capture shows it; a plain `fin` or `reset` says who closed and no more. What one side must have concluded from silence or
 * from a defect of the other is `likely` at best: the capture shows that it closed, not why. Where an earlier FIN, or a DISCONNECT, may have gone unseen,
 * nothing is more than `unsure`.
 */
import type { Finish, NetworkConnection, Seen } from './network-connection.ts'
import { otherSide, type Certainty, type Side } from './side.ts'

export type CloseReason =
  | 'disconnect' | 'refused' | 'keep-alive' | 'protocol-error' | 'taken-over' | 'reset' | 'fin' | 'no-pingresp' | 'capture-end' | 'unknown'

export const CLOSE_REASONS: readonly CloseReason[] = [
  'disconnect', 'refused', 'keep-alive', 'protocol-error', 'taken-over', 'reset', 'fin', 'no-pingresp', 'capture-end', 'unknown',
]

export interface Closing {
  /** Null where it was still open when the capture ended. */
  readonly by: Side | 'network' | 'unknown' | null
  readonly reason: CloseReason
  readonly certainty: Certainty
  /** The packet that says or shows it: DISCONNECT, the CONNACK that refuses, the last one before the silence, the one with the defect; null for none. */
  readonly packet: number | null
  /** Reason Code of that DISCONNECT or CONNACK. */
  readonly reasonCode: number | null
  /** Nanoseconds from that packet to the end, where the time is the point: silence, a PINGREQ without an answer, and what closed without a word. */
  readonly waited: number | null
  /** Code of the problem (`protocol-error`). */
  readonly problem: string | null
  /** The stream that took over (`taken-over`); null where only a Reason Code says it. */
  readonly takenOverBy: number | null
  /** Frames that show it, in the order of the capture. */
  readonly evidence: readonly number[]
}

/** MQTT 5.0 §3.14.2.1: Reason Codes of a DISCONNECT that are reasons of their own here. */
const KEEP_ALIVE_TIMEOUT = 0x8d
const SESSION_TAKEN_OVER = 0x8e
/** Malformed Packet, Protocol Error, Receive Maximum exceeded, Topic Alias invalid, Packet too large. */
const PROTOCOL_ERRORS: ReadonlySet<number> = new Set([0x81, 0x82, 0x93, 0x94, 0x95])

/** A server must close after one and a half times the Keep Alive (§3.1.2.10); clocks and the way to the capture may make it look a little shorter. */
const KEEP_ALIVE_FACTOR = 1.5
const TOLERANCE = 0.97

const SECOND = 1e9

/** One that closes because of a packet does so within this time. */
const AT_ONCE = SECOND

/** A client that gives up on a PINGRESP has waited at least this long. */
const SHORTEST_PATIENCE = 0.5 * SECOND

/** Looks at a connection that is open as if the capture ended now. */
export function asIfEnded<Result>(connection: NetworkConnection, look: (connection: NetworkConnection) => Result): Result {
  connection.closing = closingOf(connection, true)
  try {
    return look(connection)
  } finally {
    connection.closing = null
  }
}

/** `captureEnded`: no side had closed when the capture ended. To be asked before the open exchanges are settled. */
export function closingOf(connection: NetworkConnection, captureEnded: boolean): Closing {
  const { connack, disconnect, finish } = connection
  if (connack !== null && isRefusal(connack.reasonCode)) {
    return closing({ by: 'server', reason: 'refused', packet: connack.number, reasonCode: connack.reasonCode, evidence: [connack.frame] })
  }
  if (disconnect !== null) {
    const { by, first, reasonCode, number, frame } = disconnect
    const certainty = first ? 'certain' : 'likely'
    const takenOverBy = connection.takenOverBy?.stream ?? null
    return closing({ by, reason: reasonOfDisconnect(reasonCode), certainty, packet: number, reasonCode, takenOverBy, evidence: [frame] })
  }
  if (finish === null) return closing(captureEnded ? { by: null, reason: 'capture-end' } : { by: 'unknown', reason: 'unknown', certainty: 'unsure' })
  if (finish.by === null || !finish.first) {
    return closing({ by: 'unknown', reason: reasonOfFinish(finish), certainty: 'unsure', evidence: [finish.frame] })
  }
  return takeOver(connection, finish.by) ?? protocolError(connection, finish.by) ?? silence(connection, finish.by) ?? noPingresp(connection, finish.by)
    ?? withoutWord(connection, finish.by)
}

/** Every code but 0 refuses before 5.0 (§3.2.2.3 of 3.1.1), those from 0x80 on in 5.0; a server that does not know 5.0 answers as before it. */
function isRefusal(code: number | null): boolean {
  return code !== null && code !== 0
}

function reasonOfFinish({ reason }: Finish): CloseReason {
  return reason === 'rst' ? 'reset' : 'fin'
}

function reasonOfDisconnect(code: number): CloseReason {
  if (code === KEEP_ALIVE_TIMEOUT) return 'keep-alive'
  if (code === SESSION_TAKEN_OVER) return 'taken-over'
  return PROTOCOL_ERRORS.has(code) ? 'protocol-error' : 'disconnect'
}

/** MQTT 5.0 §3.1.4: a server closes the connection of a client whose identifier comes again. */
function takeOver(connection: NetworkConnection, by: Side): Closing | null {
  const { takenOverBy, finish } = connection
  if (by !== 'server' || takenOverBy === null || !(finish!.time >= takenOverBy.time)) return null
  return closing({
    by, reason: 'taken-over', certainty: mayHaveTimedOut(connection) ? 'unsure' : 'likely', packet: takenOverBy.number, takenOverBy: takenOverBy.stream, evidence: [takenOverBy.frame, finish!.frame],
  })
}

/** The server had heard nothing of the client for so long that the Keep Alive explains why it closed: what TCP has not acknowledged it may not have had. */
export function mayHaveTimedOut(connection: NetworkConnection): boolean {
  const { keepAlive, finish } = connection
  if (keepAlive === null || keepAlive === 0 || finish === null) return false
  const half = connection.half('client')
  const last = lastPacket(finish, 'client')?.time ?? NaN
  const heard = half.acknowledgedOffset >= connection.client.sentOffset ? last : Math.min(last, half.acknowledgedTime)
  return finish.time - heard >= keepAlive * SECOND * KEEP_ALIVE_FACTOR * TOLERANCE
}

/** The last packet that the other side sent was defective, and this side closed at once. */
function protocolError(connection: NetworkConnection, by: Side): Closing | null {
  const { lastError, finish } = connection
  if (lastError === null || lastError.by === by || lastPacket(finish!, lastError.by)?.number !== lastError.number) return null
  const waited = finish!.time - lastError.time
  if (!(waited <= AT_ONCE)) return null
  return closing({
    by, reason: 'protocol-error', certainty: 'likely', packet: lastError.number, problem: lastError.code, waited, evidence: [lastError.frame, finish!.frame],
  })
}

/** The client was silent for longer than the Keep Alive allows, and the server closed. */
function silence(connection: NetworkConnection, by: Side): Closing | null {
  const { keepAlive, finish } = connection
  const last = lastPacket(finish!, 'client')
  if (by !== 'server' || last === null || keepAlive === null || keepAlive === 0 || !isWhole(connection, 'client')) return null
  const waited = finish!.time - last.time
  if (!(waited >= keepAlive * SECOND * KEEP_ALIVE_FACTOR * TOLERANCE)) return null
  return closing({ by, reason: 'keep-alive', certainty: 'likely', packet: last.number, waited, evidence: [last.frame, finish!.frame] })
}

/** The client closed while its PINGREQ waited for an answer, and nothing else came from the server. */
function noPingresp(connection: NetworkConnection, by: Side): Closing | null {
  const { finish, pending } = connection
  const step = pending.pings[0]?.steps[0]
  if (by !== 'client' || step === undefined || pending.pings[0]!.crossedGap || !isWhole(connection, 'server')) return null
  const waited = finish!.time - step.time
  if (!(waited >= SHORTEST_PATIENCE) || (lastPacket(finish!, 'server')?.time ?? 0) > step.time) return null
  return closing({ by, reason: 'no-pingresp', certainty: 'likely', packet: step.number, waited, evidence: [step.frame, finish!.frame] })
}

function withoutWord(connection: NetworkConnection, by: Side): Closing {
  const { finish } = connection
  const last = newest(finish!)
  const reason = reasonOfFinish(finish!)
  const evidence = last === null ? [finish!.frame] : [last.frame, finish!.frame]
  const waited = last === null ? null : finish!.time - last.time
  const lost = isCutOff(connection, by)
  const certainty = !finish!.wordless ? 'unsure' : lost ? 'likely' : 'certain'
  return closing({ by: lost ? 'network' : by, reason, certainty, packet: last?.number ?? null, waited, evidence })
}

/** TCP sent again and again what the other end did not acknowledge, and gave up: one end could not be reached any more. */
function isCutOff(connection: NetworkConnection, by: Side): boolean {
  const half = connection.half(by)
  return connection.troubles?.some(({ kind, by: sender, end }) => kind === 'retransmission' && sender === by && end > half.acknowledgedOffset) ?? false
}

/** All that this side has sent was seen, and nothing of it is still awaited: it was silent where the capture shows nothing. */
function isWhole(connection: NetworkConnection, side: Side): boolean {
  const half = connection.half(side)
  return half.started && half.gaps === 0 && !half.hasHole && connection.half(otherSide(side)).started
}

/** The last packet of this side before the connection was closed. */
function lastPacket({ lastOfClient, lastOfServer }: Finish, side: Side): Seen | null {
  return side === 'client' ? lastOfClient : lastOfServer
}

/** The last packet of either. */
function newest({ lastOfClient, lastOfServer }: Finish): Seen | null {
  if (lastOfClient === null || lastOfServer === null) return lastOfClient ?? lastOfServer
  return lastOfClient.number > lastOfServer.number ? lastOfClient : lastOfServer
}

function closing(known: Pick<Closing, 'by' | 'reason'> & Partial<Closing>): Closing {
  return { certainty: 'certain', packet: null, reasonCode: null, waited: null, problem: null, takenOverBy: null, evidence: [], ...known }
}
