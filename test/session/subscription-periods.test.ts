/** Which subscriptions were in force on each connection, and from which frame to which. */
import { describe, expect, test } from 'vitest'
import { connectionsOf, Network, type Client } from './broker-network.ts'
import { knownConnection } from '../../src/session/network-connection.ts'
import { historySoFar, type SubscriptionHistory } from '../../src/session/subscription-periods.ts'
import type { ServedConnection } from '../../src/session/served-connection.ts'
import type { SessionLimits } from '../../src/session/session-tracker.ts'

/** In words, one text a connection in the order of their streams: `a/b 2 from 6 to 8, b 1 from 10`; the frames are those of the SUBACKs and UNSUBACKs. */
function periods(network: Network, limits: Partial<SessionLimits> = {}): string[] {
  const texts = textsOf(network, limits, false)
  // Following deliveries as well changes nothing.
  expect(textsOf(network, limits, true)).toEqual(texts)
  return texts
}

function textsOf({ frames }: Network, limits: Partial<SessionLimits>, deliveries: boolean): string[] {
  return connectionsOf(frames, limits, deliveries ? { delivery: () => undefined } : {})
    .sort((one, other) => one.mqtt.tcp.stream - other.mqtt.tcp.stream)
    .map(({ served }) => {
      const history = served?.history ?? null
      if (history === null) return 'none'
      const told = history.periods.map(({ topicFilter, grantedQos, since, until }) => `${topicFilter} ${grantedQos} from ${since.frame}${until === null ? '' : ` to ${until.frame}`}`)
      return [...told, ...(history.leftOut > 0 ? [`${history.leftOut} more`] : []), ...(history.complete ? [] : ['not complete'])].join(', ')
    })
}

describe('on one connection: SYN, SYN, CONNECT and CONNACK are frames 1 to 4', () => {
  test.each<[string, string, (x: Client) => unknown]>([
    ['none', '', (x) => x.ping()],
    ['granted', 'a/b 1 from 6', (x) => x.subscribe('a/b')],
    ['granted less than asked for', 'a/b 0 from 6', (x) => x.subscribe('a/b', { qos: 2, codes: [0] })],
    ['not answered', '', (x) => x.subscribe('a/b', { answered: false })],
    ['refused', '', (x) => x.subscribe('a/b', { codes: [0x80] })],
    ['ended', 'a/b 1 from 6 to 8', (x) => x.subscribe('a/b').unsubscribe('a/b')],
    ['ended and begun again', 'a/b 1 from 6 to 8, a/b 2 from 10', (x) => x.subscribe('a/b').unsubscribe('a/b').subscribe('a/b', { qos: 2 })],
    ['replaced', 'a/b 1 from 6 to 8, a/b 2 from 8', (x) => x.subscribe('a/b').subscribe('a/b', { qos: 2 })],
    ['about to be replaced', 'a/b 1 from 6', (x) => x.subscribe('a/b').subscribe('a/b', { qos: 2, answered: false })],
    ['about to end', 'a/b 1 from 6', (x) => x.subscribe('a/b').sends({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a/b'] })],
    ['one of two ended', 'a/b 1 from 6 to 8, a/c 1 from 6', (x) => x.subscribe({ 'a/b': {}, 'a/c': {} }).unsubscribe('a/b')],
    ['a gap', 'a/b 1 from 6, not complete', (x) => x.subscribe('a/b').unseen((one) => one.unsubscribe('a/b')).ping()],
  ])('%s', (_name, expected, happens) => {
    const network = new Network()
    happens(network.connect('x'))
    expect(periods(network)).toEqual([expected])
    // It is told when it ends, and not only with the capture.
    network.clients[0]!.disconnect()
    expect(periods(network)).toEqual([expected])
  })

  test('with the options that are in force, not those asked for since', () => {
    const network = new Network()
    network.connect('x', { version: '5.0' }).subscribe({ 'a/b': { nl: true, rap: true, rh: 2 } }, { identifier: 7 }).subscribe('a/b', { qos: 2, answered: false })
    const [connection] = connectionsOf(network.frames)
    expect(connection!.served!.history!.periods).toMatchObject([
      { grantedQos: 1, options: { qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2, identifier: 7 }, since: { number: 4, frame: 6 } },
    ])
  })

  test('without its CONNECT', () => {
    const network = new Network()
    network.connect('x', { handshake: false }).ping().subscribe('a/b')
    expect(periods(network)).toEqual(['a/b 1 from 5, not complete'])
  })
})

describe('across connections', () => {
  const first = (network: Network): Client => network.connect('x', { clean: false }).subscribe('a/b')

  test.each<[string, string[], (network: Network) => unknown]>([
    ['the Session goes on', ['b 1 from 8 to 10, a/b 1 from 6', 'a/b 1 from 6'], (network) => {
      first(network).subscribe('b').unsubscribe('b').disconnect()
      network.connect('x', { clean: false, sessionPresent: true })
    }],
    ['the client begins anew', ['a/b 1 from 6', ''], (network) => {
      first(network).disconnect()
      network.connect('x')
    }],
    ['a take-over that begins anew', ['a/b 1 from 6', 'b 1 from 12'], (network) => {
      const before = first(network)
      network.connect('x').subscribe('b')
      before.fin('server').fin('client')
    }],
    ['a take-over that goes on', ['a/b 1 from 6', 'a/b 1 from 6, b 1 from 12, not complete'], (network) => {
      const before = first(network)
      network.connect('x', { clean: false, sessionPresent: true }).subscribe('b')
      before.fin('server').fin('client')
    }],
    ['a refused CONNECT has none', ['a/b 1 from 6', 'none'], (network) => {
      first(network).disconnect()
      network.connect('x', { clean: false, code: 5 }).disconnect()
    }],
  ])('%s', (_name, expected, happens) => {
    const network = new Network()
    happens(network)
    expect(periods(network)).toEqual(expected)
  })
})

describe('limits', () => {
  test('of one connection', () => {
    const network = new Network()
    network.connect('x').subscribe('a/b').unsubscribe('a/b').subscribe('a/c').unsubscribe('a/c').subscribe('b')
    expect(periods(network, { subscriptionPeriods: 3 })).toEqual(['a/b 1 from 6 to 8, a/c 1 from 10 to 12, b 1 from 14'])
    expect(periods(network, { subscriptionPeriods: 1 })).toEqual(['a/b 1 from 6 to 8, 2 more'])
  })

  test('of all connections, until they end', () => {
    const network = new Network()
    const [x, y] = [network.connect('x').subscribe('a/b').unsubscribe('a/b'), network.connect('y').subscribe('b').unsubscribe('b')]
    x.disconnect()
    y.disconnect()
    network.connect('z').subscribe('a/c')
    expect(periods(network, { subscriptionPeriodsTotal: 2 })).toEqual(['a/b 1 from 6 to 8', 'b 1 from 14 to 16', 'a/c 1 from 28'])
    expect(periods(network, { subscriptionPeriodsTotal: 1 })).toEqual(['a/b 1 from 6 to 8', '1 more', 'a/c 1 from 28'])
  })

  test('of a Session that is forgotten there is what was known until then', () => {
    const network = new Network()
    const x = network.connect('x', { clean: false }).subscribe('a/b')
    network.connect('y').ping()
    x.ping().disconnect()
    expect(periods(network, { clientSessions: 1 })).toEqual(['a/b 1 from 6, not complete', ''])
  })
})

describe('while the connection goes on', () => {
  /** As they are when the first side closes, and when both have. */
  function soFar({ frames }: Network, most: number): readonly (SubscriptionHistory | null)[] {
    const told: (SubscriptionHistory | null)[] = []
    let served: ServedConnection | null = null
    connectionsOf(frames, {}, {
      closed: (mqtt) => {
        served ??= knownConnection(mqtt)?.served ?? null
        if (told.length === 0) told.push(historySoFar(served!, most))
      },
    })
    return [...told, historySoFar(served!, most)]
  }
  const network = new Network()
  network.connect('x').subscribe({ 'a/b': {}, 'a/c': {} }).unsubscribe('a/b').subscribe('a/d', { answered: false }).disconnect()

  test('those in force come first, and those that are not answered not', () => {
    const [open, ended] = soFar(network, 20)
    expect(open).toMatchObject({
      periods: [{ topicFilter: 'a/c', grantedQos: 1, since: { frame: 6 }, until: null }, { topicFilter: 'a/b', since: { frame: 6 }, until: { frame: 8 } }], complete: true, leftOut: 0,
    })
    expect(ended).toBe(null)
  })

  test('as many as are wanted', () => {
    expect(soFar(network, 1)[0]).toMatchObject({ periods: [{ topicFilter: 'a/c' }], leftOut: 1 })
    expect(soFar(network, 0)[0]).toMatchObject({ periods: [], leftOut: 2 })
  })
})
