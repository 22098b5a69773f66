/**
 * Who subscribes: a Session of a client at a server, or a connection whose client the capture does not name. Its subscriptions, and how much of what may have
 * changed them was seen. Changed by what follows subscriptions, publications and copies only.
 */
import type { ClientSession } from './client-session.ts'
import type { NetworkConnection, Seen } from './network-connection.ts'
import type { AwaitedAnswer, EarlyCopy } from './retained-answers.ts'
import type { ServerState } from './server-state.ts'
import type { MissedMessages } from './stored-messages.ts'
import type { Subscription } from './subscription.ts'
import type { SubscriptionPeriod } from './subscription-periods.ts'
import type { FollowedWill } from './wills.ts'

/** Programs use one for each handler of theirs. */
const MOST_IDENTIFIERS = 1_024

/** Why what was expected of a subscriber cannot be expected any more. */
export type Disturbance = 'gap' | 'connection-ended' | 'taken-over' | 'clock'

export class Subscriber {
  readonly server: ServerState
  /** Null for a connection whose CONNECT was not seen: it is all that is known of the client. */
  readonly session: ClientSession | null
  /** By topic filter as the client wrote it; those gone lately are among them. */
  readonly subscriptions = new Map<string, Subscription>()
  /** Those gone, the oldest first. */
  readonly gone: Subscription[] = []
  /** Those that ended on the connection that serves it; null where there are none, and where nobody wants to know. */
  past: SubscriptionPeriod[] | null = null
  pastLeftOut = 0
  /** The connection on which the server sends to it now; null while it is away. */
  connection: NetworkConnection | null = null
  /**
   * Nothing that could have changed its subscriptions has gone unseen since the server had none for it. False also where the capture has more than can be
   * remembered.
   */
  #whole = false
  /** It came back to a Session that an earlier connection of the capture left. */
  resumed = false
  /** The server said that there is no Session any more, though it should have been there: it may have kept the subscriptions all the same. */
  denied = false
  /** Some that are gone are forgotten. */
  goneForgotten = false
  /** Has a filter of a kind that the standard does not know, such as `$queue/…`: which topics it stands for is the server's secret. */
  unusual = false
  /** Has asked for a subscription, in this Session or an earlier one. */
  asked = false
  /** Has asked for a shared subscription. */
  shares = false
  /** Subscription Identifiers that the client gave in this Session; null where it has given more than are remembered. */
  identifiers: Set<number> | null = new Set<number>()
  /** The last packet before bytes of its connection were found missing: what it asked for later is known for sure. */
  lostNumber = 0
  /** When its last connection ended. */
  leftTime = NaN
  /** Subscriptions whose retained messages are waited for; null where there are none. */
  answers: AwaitedAnswer[] | null = null
  /** Copies that may have come because of a SUBSCRIBE whose SUBACK has not; null where there are none. */
  earlyCopies: EarlyCopy[] | null = null
  /** Copies that came to it with a higher QoS than that of the only publication which they can be of, as far as the capture shows. */
  raised = 0
  /** What was published while it is away; null where there was nothing. */
  missed: MissedMessages | null = null
  /** Its Session has ended. */
  over = false
  /** The newest will of its connections; null where there was none. */
  will: FollowedWill | null = null
  /** Counts requests for subscriptions, and their answers. */
  changes = 0
  /** Counts what disturbs expectations, and the newest reason. */
  disturbances = 0
  disturbance: Disturbance = 'gap'
  /** Copies expected and not here yet, since the newest disturbance. */
  outstanding = 0
  /** The DISCONNECT by which the server said last that a packet was too large (0x95), having set no limit to what the client sends. */
  tooLarge: Seen | null = null
  /** Time of the last copy that came to it from no publication. */
  strayTime = -Infinity

  constructor(server: ServerState, session: ClientSession | null) {
    this.server = server
    this.session = session
  }

  get whole(): boolean {
    return this.#whole
  }

  set whole(whole: boolean) {
    this.#whole = whole
    if (!whole) this.server.doubtful = true
  }

  /** It has no Session any more, and so no subscriptions. */
  forget(): void {
    this.#whole = false
    this.gone.length = 0
    this.goneForgotten = false
    this.unusual = false
    this.shares = false
    this.identifiers = new Set<number>()
  }

  /** The client gives a subscription this Subscription Identifier (MQTT 5.0 §3.8.2.1.2). */
  giveIdentifier(identifier: number): void {
    this.identifiers?.add(identifier)
    if (this.identifiers !== null && this.identifiers.size > MOST_IDENTIFIERS) this.identifiers = null
  }

  /** What was expected so far is no longer. */
  disturb(reason: Disturbance): void {
    this.disturbances++
    this.disturbance = reason
    this.outstanding = 0
  }
}
