/**
 * A subscription of a client at a server, as far as the capture has shown it (MQTT 5.0 §3.8.3.1, §3.8.4). Changed by subscriptions.ts only.
 */
import { sharedFilter } from '../mqtt/topics.ts'
import type { Seen } from './network-connection.ts'
import type { Subscriber } from './subscriber.ts'
import type { FilterEntry } from './topic-filter-tree.ts'

/**
 * `asked` a SUBSCRIBE was seen, and the server may send already (§3.8.4) · `in-force` SUBACK has granted it · `ending` an UNSUBSCRIBE was seen · `gone` UNSUBACK
 * has confirmed that, or SUBACK has refused it: what was on its way may still come.
 */
export type SubscriptionState = 'asked' | 'in-force' | 'ending' | 'gone'

export interface SubscriptionOptions {
  /** Requested QoS; null where the packet does not say it. */
  readonly qos: number | null
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: number
  /** Subscription Identifier (§3.8.2.1.2). */
  readonly identifier: number | null
}

/** A subscription as it was in force for a message. */
export interface SubscriptionTerms {
  /** As the client wrote it. */
  readonly topicFilter: string
  readonly shareName: string | null
  readonly grantedQos: number
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly identifier: number | null
  /** A later SUBSCRIBE has replaced an earlier one for the same filter (§3.8.4). */
  readonly replaced: boolean
}

export class Subscription implements FilterEntry {
  readonly subscriber: Subscriber
  /** As the client wrote it. */
  readonly topicFilter: string
  /** What it matches: without `$share/NAME/`. */
  readonly filter: string
  /** Of a shared subscription (§4.8.2), else null. Before 5.0 servers have it as an extension. */
  readonly shareName: string | null
  /** Of the newest SUBSCRIBE: it replaces an earlier one for the same filter (§3.8.4). */
  options: SubscriptionOptions
  state: SubscriptionState = 'asked'
  /** Of the SUBSCRIBE that is in force, which may be older than the newest; null until then. */
  granted: SubscriptionOptions | null = null
  /** What SUBACK granted; null until then. */
  grantedQos: number | null = null
  /** The newest SUBSCRIBE for the filter, and the one that it began with. */
  asked: Seen
  begun: Seen
  /** The SUBACK that it is in force from; null while it is not. */
  since: Seen | null = null
  /** The newest UNSUBSCRIBE for it, and the answer that says that it is gone, or was never granted. */
  ending: Seen | null = null
  over: Seen | null = null
  /** When a SUBSCRIBE for it last asked for what is retained. */
  retainedAsked = -Infinity
  slot = 0

  constructor(subscriber: Subscriber, topicFilter: string, options: SubscriptionOptions, asked: Seen) {
    const shared = sharedFilter(topicFilter)
    this.subscriber = subscriber
    this.topicFilter = topicFilter
    this.filter = shared?.filter ?? topicFilter
    this.shareName = shared?.filter === undefined ? null : shared.shareName
    this.options = options
    this.asked = asked
    this.begun = asked
  }

  /** In force since before this packet was first seen, and still so: the server had sent its SUBACK when the packet was still on its way. */
  inForceFor(firstSeenFrame: number): boolean {
    return this.state === 'in-force' && this.since!.frame < firstSeenFrame
  }
}
