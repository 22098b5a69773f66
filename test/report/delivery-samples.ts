import type { Copy, Delivery, DeliveryResult, MissingCopy, Party, Publication } from '../../src/session/delivery.ts'

/** Deliveries by hand, for tests of renderers: only what a test is about has to be said. */

export function party(clientIdentifier: Party['clientIdentifier'], changes: Partial<Party> = {}): Party {
  return { stream: 3, address: '10.0.0.21:50122', server: '10.0.0.2:1883', clientIdentifier, version: '5.0', ...changes }
}

export function publication(changes: Partial<Publication> = {}): Publication {
  return {
    number: 17, frame: 42, time: 12_004_118_000, publisher: party('plc-7'), topic: 'plant/7/temp', qos: 1, retain: false, payloadLength: 4, resent: 0, properties: [],
    byteOrderMark: false, messageExpiryInterval: null, reusedAfter: null, will: false, ...changes,
  }
}

export function copy(to: string, changes: Partial<Copy> = {}): Copy {
  return {
    number: 19, frame: 44, time: 12_004_429_000, client: party(to, { stream: 4 }), kind: 'live', qos: 1, dup: false, retain: false, subscriptionIdentifiers: [], filters: ['plant/#'],
    grantedQos: 1, certainty: 'certain', only: true, duration: 311_000, unaltered: true, altered: [], messageExpiryInterval: null, heldUp: false, subscriptions: null, removed: [], refused: null, refusedBefore: null, brokenOff: false, brokenOffBefore: null,
    raised: 0, own: false, bridge: false, predecessor: null, overtakenBy: null, duplicate: null, unsubscribed: null, almost: null, retained: null, ...changes,
  }
}

export function missing(to: string, changes: Partial<MissingCopy> = {}): MissingCopy {
  return { client: party(to), session: null, filter: 'plant/#', qos: 1, removed: [], replaced: false, mistaken: false, certainty: 'certain', doubts: [], ...changes }
}

export function delivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    kind: 'publication', publication: publication(), acceptance: 'accepted', reasonCode: 0, subscribers: 2,
    copies: [copy('hmi-1'), copy('hmi-2', { number: 21, frame: 46, time: 12_008_201_000, duration: 4_083_000 })], missing: [], notJudged: [],
    unsubscribed: [], noLocal: false, partial: [], ...changes,
  }
}

/** One result of each kind, and what can be wrong with them. */
export const DELIVERIES: Readonly<Record<string, DeliveryResult>> = {
  'all is well': delivery(),
  'nobody wants it': delivery({ copies: [], subscribers: 0, publication: publication({ qos: 0 }), acceptance: 'unacknowledged', reasonCode: null }),
  refused: delivery({ copies: [], acceptance: 'refused', reasonCode: 0x87, notJudged: [{ client: party('hmi-1'), filter: 'plant/#', reason: 'refused', closedIn: null }] }),
  'not acknowledged': delivery({ acceptance: 'open', reasonCode: null, publication: publication({ resent: 2, retain: true }) }),
  missing: delivery({ copies: [copy('hmi-1')], missing: [missing('hmi-2'), missing('hmi-3'), missing('hmi-4', { certainty: 'likely' })], subscribers: 4 }),
  'perhaps missing': delivery({ copies: [], missing: [missing('hmi-2', { certainty: 'unsure', doubts: ['qos-0', 'access'], qos: 0 })] }),
  'sent twice': delivery({ copies: [copy('hmi-1', { certainty: 'likely' }), copy('hmi-1', { certainty: 'likely', duplicate: 'likely' }), copy('hmi-2', { duplicate: 'certain' })] }),
  'other properties': delivery({ copies: [copy('hmi-1', { unaltered: false, certainty: 'likely' }), copy('hmi-2', { unaltered: null })] }),
  'stored and retained': delivery({ copies: [copy('hmi-1', { kind: 'stored', duration: 9e9 }), copy('hmi-2', { kind: 'retained', certainty: 'unsure' }), copy('hmi-3')] }),
  'a late copy': { kind: 'late-copy', publication: publication(), copy: copy('hmi-1', { kind: 'stored', duration: 300e9, certainty: 'likely' }) },
  'a live copy that is late': { kind: 'late-copy', publication: publication(), copy: copy('hmi-1', { duration: 30e9, duplicate: 'unsure' }) },
  'from nowhere': { kind: 'copy-without-publication', topic: 'plant/9/state', payloadLength: 2, copy: copy('hmi-2', { certainty: 'unsure', duration: null }), cause: 'will', source: null, lookalike: null, certainty: 'likely' },
  'from another address': {
    kind: 'copy-without-publication', topic: 'plant/9/state', payloadLength: 2, copy: copy('hmi-2'), cause: 'other-address', lookalike: null,
    source: publication({ number: 5, publisher: party('gw', { server: '[::1]:1883' }) }), certainty: 'unsure',
  },
  'behind an unknown alias': { kind: 'copy-without-publication', topic: null, payloadLength: 2, copy: copy('hmi-2'), cause: 'topic-unknown', source: null, lookalike: null, certainty: 'unsure' },
  'not subscribed to': { kind: 'copy-without-subscription', topic: 'plant/9/state', payloadLength: 2, copy: copy('hmi-2', { unsubscribed: 'likely' }), publication: null, certainty: 'likely' },
  'not subscribed to, but published': { kind: 'copy-without-subscription', topic: 'plant/7/temp', payloadLength: 4, copy: copy('hmi-2'), publication: publication(), certainty: 'unsure' },
}
