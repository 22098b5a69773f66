/**
 * An exchange: a request and all that answers it on one connection, such as PUBLISH, PUBREC, PUBREL and PUBCOMP.
 *
 * It is handed on when it ends, with its outcome. Its object is then used again for another one: it is valid only until the call that delivered it returns.
 * `steps` is made when it is asked for, and may be kept.
 */
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketType, Text } from '../mqtt/packet.ts'
import type { End } from '../tcp/connection.ts'
import type { Asked } from './absence.ts'
import type { LegCause } from './leg-causes.ts'
import type { Certainty, Side } from './side.ts'

export type ExchangeKind = 'connect' | 'publish-qos1' | 'publish-qos2' | 'subscribe' | 'unsubscribe' | 'ping' | 'authenticate'

export const EXCHANGE_KINDS: readonly ExchangeKind[] = ['connect', 'publish-qos1', 'publish-qos2', 'subscribe', 'unsubscribe', 'ping', 'authenticate']

/**
 * How it ended. `complete` answered · `failed` answered by a Reason Code that says so, for one filter of several too · `open` not answered when the capture
 * ended · `abandoned` not answered when the connection ended · `superseded` its Packet Identifier was used for something else · `partly-seen` the capture does
 * not show enough to say.
 */
export type ExchangeOutcome = 'complete' | 'failed' | 'open' | 'abandoned' | 'superseded' | 'partly-seen'

export const EXCHANGE_OUTCOMES: readonly ExchangeOutcome[] = ['complete', 'failed', 'open', 'abandoned', 'superseded', 'partly-seen']

/** One packet of an exchange. */
export interface Step {
  readonly type: PacketType
  /** PacketEvent.number, frame and time (nanoseconds since the capture's first frame; NaN where the capture has none). */
  readonly number: number
  readonly frame: number
  readonly time: number
  readonly dup: boolean
  readonly by: Side
  /** Sent before already: this one adds nothing to the exchange. */
  readonly again: boolean
  /** TCP segments that carried it, alone or with others. */
  readonly segments: number
}

/** A Topic Filter of a SUBSCRIBE or UNSUBSCRIBE and what became of it; `qos` is what was asked for, `reasonCode` the answer (before 5.0 the return code). */
export interface RequestedFilter {
  readonly topicFilter: Text
  readonly qos: number | null
  reasonCode: number | null
}

export interface Exchange {
  /** From 1, in the order in which exchanges begin. */
  readonly number: number
  /** The one that it began on. */
  readonly connection: MqttConnection
  readonly kind: ExchangeKind
  readonly initiator: Side
  /** The end of the TCP connection that the initiator is: what PacketEvent.sender is for its first packet. */
  readonly sender: End
  /** Null for the kinds that have none. */
  readonly packetIdentifier: number | null
  /** Of a PUBLISH, also behind a Topic Alias; null where there is none or where it was not seen. */
  readonly topic: Text | null
  /** Of SUBSCRIBE and UNSUBSCRIBE; empty for other kinds. */
  readonly filters: readonly RequestedFilter[]
  readonly outcome: ExchangeOutcome
  /** The answer that ended it: 0 where it is left out on the wire, null where the answer has none or did not come. Of several, the first that failed. */
  readonly reasonCode: number | null
  /** In the order of the capture; the first and the last ones where there were very many. */
  readonly steps: readonly Step[]
  /** From its first packet to its last, in nanoseconds; null where there is only one, and where the capture has no times. */
  readonly duration: number | null
  /** How many packets it has, with those that `steps` leaves out. */
  readonly packets: number
  /** Packets of it that were sent more than once. */
  readonly retransmitted: number
  /** How often it went on with a later connection of its Session. */
  readonly resumed: number
  /**
   * Nanoseconds, all legs together, of the round trip of what was to be answered and its TCP acknowledgement: the network and the TCP stacks as seen from where
   * the capture was taken, without the program (leg-causes.ts). Null where an acknowledgement came only with the answer, or was not seen.
   */
  readonly network: number | null
  /** Why legs were slow, those of which something can be said. */
  readonly causes: readonly LegCause[]
  readonly certainty: Certainty
}

/** One of which nothing more comes on its connection: it has its answer, or the connection has ended. */
export interface SettledExchange extends Exchange {
  /** What it waits for; null where that has come. */
  readonly awaits: PacketType | null
  /** The packet that waits for that: the newest one that took the exchange further. */
  readonly asked: Asked
  /** PacketEvent.number of its first packet on the connection that it began on. */
  readonly firstNumber: number
  /** Of a PUBLISH: Message Expiry Interval, in seconds; null where there is none. */
  readonly messageExpiry: number | null
  /** Packets of it may have gone by that the capture lacks. */
  readonly unseen: boolean
  /** Its first packet was defective, or something answered it that does not belong to it: that it has no answer may come from that. */
  readonly disturbed: boolean
}

/** Nanoseconds from one packet to another that was sent after it: 0 where that was captured before it, NaN where the capture has no times. */
export function elapsed(from: number, to: number): number {
  return to < from ? 0 : to - from
}

/** The time from each packet to the one that took the exchange further, in nanoseconds: of QoS 2 three. Empty where the capture has no times. */
export function legsOf({ steps }: Pick<Exchange, 'steps'>): number[] {
  const legs: number[] = []
  let from: Step | undefined
  for (const step of steps) {
    if (step.again) continue
    if (from !== undefined) {
      const leg = elapsed(from.time, step.time)
      if (Number.isNaN(leg)) return []
      legs.push(leg)
    }
    from = step
  }
  return legs
}
