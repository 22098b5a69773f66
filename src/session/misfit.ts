/** A packet that does not fit the exchanges of its connection: what is wrong with it, and what may be wrong with the capture instead. */
import type { PacketType } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Exchange } from './exchange.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { Seen } from './seen.ts'
import type { Side } from './side.ts'

/**
 * Of requests: `identifier-in-use` by an exchange of the same sender · `sent-again` the same message, on one connection, before its answer · `resent-without-dup` the
 * same on a later connection, and DUP is 0 · `sent-after-pubrel` the PUBLISH of a message whose PUBREL was sent · `first-with-dup` DUP is 1, and it was not sent before.
 *
 * Of answers: `unasked` nothing asked for it · `second-answer` of a SUBSCRIBE or UNSUBSCRIBE · `other-qos` PUBACK to QoS 2, or PUBREC to QoS 1 · `too-early` PUBREL without
 * PUBREC, PUBCOMP without PUBREL · `after-refusal` PUBREL to a PUBREC that refuses · `overtaken` an acknowledgement that came before it should come after it.
 */
export type MisfitKind =
  | 'identifier-in-use' | 'sent-again' | 'resent-without-dup' | 'sent-after-pubrel' | 'first-with-dup'
  | 'unasked' | 'second-answer' | 'other-qos' | 'too-early' | 'after-refusal' | 'overtaken'

/** Why it may only look so: see Reason of the conformance layer. */
export type MisfitDoubt = 'gap' | 'start' | 'history' | 'not-acknowledged' | 'content' | 'limit'

/** One object is used again for each: valid during the call that tells of it. */
export interface Misfit {
  readonly kind: MisfitKind
  readonly connection: NetworkConnection
  readonly event: PacketEvent
  readonly type: PacketType
  readonly side: Side
  readonly packetIdentifier: number | null
  /** DUP, as PUBLISH and, before 3.1.1, others have it. */
  readonly dup: boolean
  /** The one that has the identifier, or had it last; null where that is not known. */
  readonly exchange: Exchange | null
  /** The packet that it does not fit to: the first one of the exchange, the answer before, what overtook it. */
  readonly against: Seen | null
  /** Of an answer that nothing asked for: what waits for one whose identifier has these two bytes in the other order. */
  readonly swapped: Exchange | null
  /** The exchange began on an earlier connection of the Session, or may have. */
  readonly inherited: boolean
  readonly doubt: MisfitDoubt | null
  /** It is right, unless the other side's packet had come just when this one was sent. */
  readonly close: boolean
}
