/**
 * What the capture shows of a server at one address: who subscribes to what there. One broker may listen at several addresses, and one address may hide several
 * brokers; nothing is concluded across addresses.
 */
import type { AnnouncedWill } from './announced-wills.ts'
import type { PublishedTopic } from './published-topic.ts'
import type { Subscription } from './subscription.ts'
import { TopicFilterTree } from './topic-filter-tree.ts'

export class ServerState {
  /** `address:port`. */
  readonly address: string
  readonly filters = new TopicFilterTree<Subscription>()
  /** Counts changes of which filters stand in `filters`. */
  version = 0
  /** Topics that were published lately, by name. */
  readonly topics = new Map<string, PublishedTopic>()
  /** Those of them with a retained message that the server surely took, or that it took away. */
  readonly retaining = new Set<PublishedTopic>()
  /** By topic. */
  readonly wills = new Map<string, AnnouncedWill[]>()
  /** A client may have had subscriptions that are not known. Once that is so, it stays so. */
  doubtful = false
  /** When a client last said something that the capture does not hold, as far as that is known. */
  blindTime = -Infinity
  /** When a connection of an unknown client was last active: it may have been anybody's. */
  anonymousTime = -Infinity

  constructor(address: string) {
    this.address = address
  }
}
