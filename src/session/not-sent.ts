/**
 * What a server has to send because of something that it said, and has not sent: whether that can be told. Much may keep a message back that no capture shows, so it is
 * never certain.
 */
import type { JudgementTimes } from './missing-copies.ts'
import type { PublishedTopic } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Certainty } from './side.ts'
import type { Subscriber } from './subscriber.ts'

/** Publications of a topic that are looked at. */
const MOST_LOOKED_AT = 256

/**
 * That up to `most` messages, which the server had to send on the connection from `since` on, were not sent if they have not come; `disturbances` are those of the
 * subscriber at that time. `wait`: it may yet be told. Null where nothing can be said.
 */
export function certaintyOfNotSent(
  { connection, subscriber, ended, bridge }: ServedConnection, disturbances: number, since: number, most: number, now: number, times: JudgementTimes,
): Certainty | 'wait' | null {
  if (subscriber.disturbances !== disturbances || ended || bridge || !subscriber.whole || connection.takenOverBy !== null) return null
  if (connection.half('client').hasHole || connection.half('server').hasHole) return null
  // Something that the server sent later shows that nothing is missing before it.
  if (!(connection.server.lastTime >= since + times.copyDeadline)) return now > since + times.proofDeadline ? null : 'wait'
  const { receiveMaximum, maximumPacketSize } = connection.limits('client')
  return connection.server.inFlight > 0 || receiveMaximum < most || maximumPacketSize !== null ? 'unsure' : 'likely'
}

/**
 * Something of the topic from this publisher came to the subscriber, which may receive it then. What others publish shows nothing: one address may serve several tenants,
 * who use the same topics.
 */
export function hasReached(topic: PublishedTopic, publisher: Subscriber, subscriber: Subscriber): boolean {
  let other = topic.newest
  for (let looked = 0; other !== null && looked < MOST_LOOKED_AT; looked++, other = other.previousOfTopic) {
    if (other.publisher.subscriber === publisher && other.recipientOf(subscriber)?.firstCopy?.only === true) return true
  }
  return false
}
