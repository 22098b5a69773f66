/**
 * What the capture shows of a server at one address: who subscribes to what there. One broker may listen at several addresses, and one address may hide several
 * brokers; nothing is concluded across addresses.
 */
import type { Subscription } from './subscription.ts'
import { TopicFilterTree } from './topic-filter-tree.ts'

export class ServerState {
  /** `address:port`. */
  readonly address: string
  readonly filters = new TopicFilterTree<Subscription>()
  /** Counts changes of which filters stand in `filters`. */
  version = 0
  /** When a connection of an unknown client was last active: it may have been anybody's. */
  anonymousTime = -Infinity

  constructor(address: string) {
    this.address = address
  }
}
