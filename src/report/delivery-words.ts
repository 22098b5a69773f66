import type { Doubt, NotJudgedReason, StrayCause } from '../session/delivery.ts'

/** What the names in `session/delivery.ts` mean, in a few words each, for lines and summaries. */

export const DOUBT_WORDS: Readonly<Record<Doubt, string>> = {
  'qos-0': 'QoS 0',
  access: 'rules of access may forbid it',
  'equal-content': 'others had the same content',
  'new-subscription': 'subscribed just before',
  queue: 'much waited for it',
  'in-flight': 'behind with its acknowledgements',
  history: 'its past is not known',
  'other-topic': 'got copies of nothing that was published',
  bridge: 'a bridge',
  'clears-retained': 'clears a retained message',
  'content-cut': 'payload not in the capture',
}

export const REASON_WORDS: Readonly<Record<NotJudgedReason, string>> = {
  refused: 'refused',
  'not-acknowledged': 'not acknowledged',
  'sent-before': 'sent before',
  'publisher-gap': 'gap at the publisher',
  gap: 'gap',
  history: 'its past is not known',
  'connection-ended': 'connection ended',
  'taken-over': 'taken over',
  'subscription-changed': 'subscription changed',
  expiry: 'may expire',
  'maximum-packet-size': 'too large for it',
  'receive-maximum': 'Receive Maximum reached',
  'server-topic': 'topic of the server',
  'too-short': 'not seen for long enough',
  clock: 'clock was set',
  limit: 'too many at once',
}

export const STRAY_WORDS: Readonly<Record<StrayCause, string>> = {
  retained: 'retained from before',
  will: 'a will',
  server: 'the server itself',
  'other-address': 'published at another address',
  'topic-unknown': 'the alias of its topic was set before',
  unknown: 'unknown',
}
