/**
 * Topics that differ in nothing but what a server must not ignore (MQTT 5.0 §4.7.3, §1.5.4): case, slashes, the form of characters, U+FEFF. Asked for only where a
 * copy comes that nothing explains.
 */
import { topicMatches } from '../mqtt/topics.ts'
import type { Publication } from './delivery.ts'
import type { Content } from './message-content.ts'
import type { PublishedTopic } from './published-topic.ts'
import type { Subscriber } from './subscriber.ts'

export interface Lookalike {
  readonly how: 'byte-order-mark' | 'spelling'
  readonly publication: Publication
}

/** Topics of a server, and filters of a client, that are looked at. */
const MOST_LOOKED_AT = 256
/** Shorter payloads stand in many topics. */
const TELLING = 8

const MARK = '\ufeff'

/** A message with this content that was published with another spelling of the topic. */
export function lookalikeOf({ server, name }: PublishedTopic, content: Content): Lookalike | null {
  if (content.length < TELLING) return null
  const wanted = spelled(name)
  let looked = 0
  for (const [other, topic] of server.topics) {
    if (looked++ === MOST_LOOKED_AT) return null
    if (other === name) continue
    const publication = topic.find(content)?.newest?.facts
    if (publication === undefined || spelled(other) !== wanted) continue
    return { how: other.replaceAll(MARK, '') === name ? 'byte-order-mark' : 'spelling', publication }
  }
  return null
}

/** One of the subscriber's filters that would match, if it were spelled as the topic is; null where there is none. */
export function almostMatching({ subscriptions }: Subscriber, name: string): string | null {
  const wanted = spelled(name)
  let looked = 0
  for (const { filter, topicFilter, state } of subscriptions.values()) {
    if (looked++ === MOST_LOOKED_AT) return null
    if (state === 'in-force' && topicMatches(spelled(filter), wanted)) return topicFilter
  }
  return null
}

function spelled(topic: string): string {
  return topic.replaceAll(MARK, '').normalize('NFKC').toLowerCase().replaceAll(/\/+/g, '/').replaceAll(/^\/|\/$/g, '')
}
