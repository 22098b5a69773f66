/** Which subscriptions are known, and how well, after what the capture has shown. */
import { describe, expect, test } from 'vitest'
import { Network, trackerOf, type Client } from './broker-network.ts'
import type { SessionLimits } from '../../src/session/session-tracker.ts'
import type { Subscription } from '../../src/session/subscription.ts'

/** All that is known at the server, in words: `x a/# in-force 1`, and whether that is all of the client. */
function known(network: Network, limits: Partial<SessionLimits> = {}): string[] {
  return subscriptionsOf(network, limits).map(textOf).sort()
}

/** Every filter of the tests matches one of these names. */
const NAMES = ['a/b', 'a/c', 'b', '$SYS/up', 'a/b/c']

function subscriptionsOf(network: Network, limits: Partial<SessionLimits> = {}): Subscription[] {
  const { subscriptions } = trackerOf(network.frames, limits).deliveries!
  const found = new Set<Subscription>()
  for (const { filters } of subscriptions.servers) for (const name of NAMES) for (const one of filters.match(name, 1_000) ?? []) found.add(one)
  expect(subscriptions.count).toBe(found.size)
  return [...found]
}

function textOf({ subscriber, topicFilter, state, grantedQos }: Subscription): string {
  const who = subscriber.session === null ? 'unknown' : String(subscriber.session.clientIdentifier)
  return [who, topicFilter, state, grantedQos, subscriber.whole ? null : 'not whole'].filter((word) => word !== null).join(' ')
}

describe('on one connection', () => {
  test.each<[string, string[], (x: Client) => unknown]>([
    ['asked for', ['x a/b asked'], (x) => x.subscribe('a/b', { answered: false })],
    ['granted', ['x a/b in-force 1'], (x) => x.subscribe('a/b')],
    ['granted less', ['x a/b in-force 0'], (x) => x.subscribe('a/b', { qos: 2, codes: [0] })],
    ['several', ['x a/# in-force 2', 'x a/b in-force 0'], (x) => x.subscribe({ 'a/b': { qos: 0 }, 'a/#': { qos: 2 } }, { codes: [0, 2] })],
    ['one of them refused', ['x a/# gone', 'x a/b in-force 1'], (x) => x.subscribe({ 'a/b': {}, 'a/#': {} }, { codes: [1, 0x80] })],
    ['an answer for one of two', ['x a/# asked', 'x a/b in-force 1'], (x) => x.subscribe({ 'a/b': {}, 'a/#': {} }, { codes: [1] })],
    ['replaced', ['x a/b in-force 2'], (x) => x.subscribe('a/b').subscribe('a/b', { qos: 2 })],
    ['being replaced', ['x a/b asked 1'], (x) => x.subscribe('a/b').subscribe('a/b', { qos: 2, answered: false })],
    ['replaced in vain: which one holds is not known', ['x a/b asked 1'], (x) => x.subscribe('a/b').subscribe('a/b', { codes: [0x80] })],
    ['the answer of the first of two', ['x a/b asked'], (x) => x.subscribe('a/b', { answered: false }).subscribe('a/b', { answered: false }).granted(1, [1])],
    ['ending', ['x a/b ending 1'], (x) => x.subscribe('a/b').sends({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a/b'] })],
    ['gone', ['x a/b gone 1'], (x) => x.subscribe('a/b').unsubscribe('a/b')],
    ['back again', ['x a/b in-force 0'], (x) => x.subscribe('a/b').unsubscribe('a/b').subscribe('a/b', { qos: 0 })],
    ['ended before it was granted', ['x a/b ending'], (x) => x.subscribe('a/b', { answered: false }).sends({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a/b'] }).granted(1, [1])],
    ['another one ended', ['x a/b in-force 1'], (x) => x.subscribe('a/b').unsubscribe('a/#')],
    ['shared', ['x $share/g/a/# in-force 1'], (x) => x.subscribe('$share/g/a/#')],
    ['shared, and the ordinary one with the same filter gone', ['x $share/g/a/# in-force 1', 'x a/# gone 1'], (x) => x.subscribe({ '$share/g/a/#': {}, 'a/#': {} }).unsubscribe('a/#')],
    ['a granted QoS that is none', ['x a/b asked'], (x) => x.subscribe('a/b', { codes: [3] })],
    ['a SUBACK out of nowhere', ['x a/b in-force 1 not whole'], (x) => x.subscribe('a/b').granted(77, [1])],
    ['a gap', ['x a/b in-force 1 not whole'], (x) => x.subscribe('a/b').unseen((one) => one.ping()).ping()],
  ])('%s', (_name, expected, happens) => {
    const network = new Network()
    happens(network.connect('x'))
    network.wait(1)
    network.connect('y').ping()
    expect(known(network)).toEqual(expected)
  })

  test('its SUBSCRIBE behind a segment that came late', () => {
    const network = new Network()
    network.connect('x').sends({ cmd: 'pingreq' }).subscribe('a/b')
    const [pingreq] = network.frames.splice(-3, 1)
    network.frames.push(pingreq!)
    expect(known(network)).toEqual(['x a/b in-force 1'])
  })

  test('with all that it says', () => {
    const network = new Network()
    network.connect('x', { version: '5.0' }).subscribe({ '$share/g/a/b': {} }, { qos: 2, identifier: 7 }).subscribe({ 'a/c': { nl: true, rap: true, rh: 2 } })
    const [shared, own] = subscriptionsOf(network).sort((one, other) => one.asked.number - other.asked.number)
    expect(shared).toMatchObject({ filter: 'a/b', shareName: 'g', options: { qos: 2, noLocal: false, identifier: 7 }, asked: { frame: 5 }, since: { frame: 6, number: 4 } })
    expect(own).toMatchObject({ filter: 'a/c', shareName: null, options: { qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2, identifier: null } })
  })

  test('without its CONNECT', () => {
    const network = new Network()
    network.connect('x', { handshake: false }).ping().subscribe('a/b')
    expect(known(network)).toEqual(['unknown a/b in-force 1 not whole'])
  })
})

describe('across connections', () => {
  const first = (network: Network, options: object = { clean: false }): Client => network.connect('x', options).subscribe('a/b')

  test.each<[string, string[], (network: Network) => unknown]>([
    ['a clean Session ends with its connection', [], (network) => first(network, {}).disconnect()],
    ['one that is not stays', ['x a/b in-force 1'], (network) => first(network).disconnect()],
    ['and goes on', ['x a/b in-force 1', 'x b in-force 1'], (network) => {
      first(network).disconnect()
      network.connect('x', { clean: false, sessionPresent: true }).subscribe('b')
    }],
    ['the server has lost it', ['x b in-force 1'], (network) => {
      first(network).disconnect()
      network.connect('x', { clean: false }).subscribe('b')
    }],
    ['the client begins anew', [], (network) => {
      first(network).disconnect()
      network.connect('x')
    }],
    ['the client asks before the server has answered', ['x b in-force 1'], (network) => {
      first(network).disconnect()
      network.connect('x', { connack: false }).subscribe('b', { answered: false }).gets({ cmd: 'connack', sessionPresent: false, returnCode: 0 }).granted(1, [1])
    }],
    ['a refused CONNECT cleans nothing', ['x a/b in-force 1'], (network) => {
      first(network).disconnect()
      network.connect('x', { code: 5 })
    }],
    ['the connection broke: what was sent last is not known', ['x a/b in-force 1 not whole'], (network) => first(network).reset()],
    ['a take-over: so is it', ['x a/b in-force 1 not whole'], (network) => {
      first(network)
      network.connect('x', { clean: false, sessionPresent: true })
    }],
    ['a connection of somebody unknown meanwhile', ['x a/b in-force 1 not whole'], (network) => {
      first(network).disconnect()
      network.connect('?', { handshake: false }).ping().fin('client').fin('server')
      network.connect('x', { clean: false, sessionPresent: true })
    }],
    ['a Session from before the capture', ['x a/b in-force 1 not whole'], (network) => first(network, { clean: false, sessionPresent: true })],
    ['MQTT 3.1 does not say whether it is still there', ['x a/b in-force 1 not whole'], (network) => {
      first(network, { clean: false, version: '3.1' }).disconnect()
      network.connect('x', { clean: false, version: '3.1' })
    }],
    ['5.0: without expiry it ends', [], (network) => first(network, { clean: false, version: '5.0' }).disconnect()],
    ['5.0: with expiry it stays', ['x a/b in-force 1'], (network) => first(network, { clean: false, version: '5.0', properties: { sessionExpiryInterval: 60 } }).disconnect()],
    ['the same client at another server is another one', ['x a/b in-force 1', 'x a/b in-force 1'], (network) => {
      first(network)
      first(network, { server: 3 })
    }],
  ])('%s', (_name, expected, happens) => {
    const network = new Network()
    happens(network)
    network.wait(1)
    network.connect('y').ping()
    expect(known(network)).toEqual(expected)
  })
})

describe('limits', () => {
  const many = (): Network => {
    const network = new Network()
    const x = network.connect('x')
    for (const filter of ['a/b', 'a/c', 'b']) x.subscribe(filter)
    return network
  }

  test('of subscriptions: the rest is counted', () => {
    expect(known(many(), { subscriptions: 2 })).toEqual(['x a/b in-force 1 not whole', 'x a/c in-force 1 not whole'])
    expect(trackerOf(many().frames, { subscriptions: 2 }).deliveries!.subscriptions.leftOut).toBe(1)
  })

  test('of levels', () => {
    const network = new Network()
    network.connect('x').subscribe('a/b/c')
    expect(known(network, { filterLevels: 2 })).toEqual([])
    expect(known(network, { filterLevels: 3 })).toEqual(['x a/b/c in-force 1'])
  })

  test('of those that are gone', () => {
    const network = many()
    network.clients[0]!.unsubscribe('a/b', 'a/c', 'b')
    expect(known(network, { goneSubscriptions: 2 })).toEqual(['x a/c gone 1', 'x b gone 1'])
  })

  test('of requests without an answer', () => {
    const network = new Network()
    const x = network.connect('x')
    for (const filter of ['a/b', 'a/c', 'b']) x.subscribe(filter, { answered: false })
    x.granted(1, [1]).granted(3, [1])
    expect(known(network, { openRequests: 2 })).toEqual(['x a/b asked not whole', 'x a/c asked not whole', 'x b in-force 1 not whole'])
  })

  test('of Sessions: what is forgotten begins with nothing', () => {
    const network = new Network()
    network.connect('x', { clean: false }).subscribe('a/b').disconnect()
    network.connect('y').subscribe('b')
    expect(known(network, { clientSessions: 1 })).toEqual(['y b in-force 1'])
  })

  test('of servers', () => {
    const network = many()
    network.connect('y', { server: 3 }).subscribe('b')
    expect(known(network, { servers: 1 })).toEqual(['x a/b in-force 1', 'x a/c in-force 1', 'x b in-force 1'])
  })
})
