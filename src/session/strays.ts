/**
 * Copies whose publication is not in the capture: where they may come from. Nothing shows what a capture does not hold, so of none of them more is said than that
 * it is likely.
 */
import { isFiredWill, isWill } from './announced-wills.ts'
import type { CopyWithoutPublication, Publication, StrayCause } from './delivery.ts'
import type { PassingCopy } from './open-copy.ts'
import type { ServerState } from './server-state.ts'
import { lookalikeOf } from './spelling.ts'

/** Other addresses at which the content of a copy without publication is looked for. */
const MOST_ADDRESSES = 16

/** `copyDeadline`: nanoseconds within which a server sends a copy on. */
export function strayResult(passing: PassingCopy, servers: Iterable<ServerState>, copyDeadline: number): CopyWithoutPublication {
  const { copy, topic, same } = passing
  // What others sent just before may have gone unseen.
  const certainty = topic.server.blindTime < copy.time - copyDeadline ? 'likely' : 'unsure'
  const cause = causeOf(passing, servers)
  const lookalike = cause.cause === 'unknown' ? lookalikeOf(topic, same) : null
  return { kind: 'copy-without-publication', topic: topic.name, payloadLength: same.length, copy, ...cause, lookalike, certainty }
}

function causeOf(passing: PassingCopy, servers: Iterable<ServerState>): { readonly cause: StrayCause; readonly source: Publication | null } {
  const { copy, topic, same } = passing
  if (copy.retain) return { cause: 'retained', source: null }
  if (topic.name.startsWith('$')) return { cause: 'server', source: null }
  if (isFiredWill(topic, same)) return { cause: 'will', source: null }
  const source = publishedElsewhere(passing, servers)
  return { cause: source === null ? 'unknown' : 'other-address', source }
}

/**
 * Something else than the publication here, of which the client has its copies already, explains one more: a will, or what was published at another address just
 * before and came by a bridge.
 */
export function isExplainedOtherwise(passing: PassingCopy, servers: Iterable<ServerState>, copyDeadline: number): boolean {
  if (isFiredWill(passing.topic, passing.same)) return true
  const source = publishedElsewhere(passing, servers)
  return source !== null && passing.copy.time - source.time < copyDeadline
}

/** A will, or a publication at another address, from where a bridge may bring it, has this topic and content too. */
export function isAlsoElsewhere(passing: PassingCopy, servers: Iterable<ServerState>): boolean {
  return isWill(passing.topic, passing.same) || publishedElsewhere(passing, servers) !== null
}

/** A publication with this topic and content at another address. */
function publishedElsewhere({ topic, same }: PassingCopy, servers: Iterable<ServerState>): Publication | null {
  let looked = 0
  for (const server of servers) {
    if (looked++ === MOST_ADDRESSES) break
    const source = server === topic.server ? undefined : server.topics.get(topic.name)?.find(same)?.newest?.facts
    if (source !== undefined) return source
  }
  return null
}

/** From now on, copies of nothing that was published have come to this client, and of this topic. */
export function noteStray({ subscriber, topic, copy }: PassingCopy): void {
  subscriber.strayTime = copy.time
  topic.strayTime = copy.time
}
