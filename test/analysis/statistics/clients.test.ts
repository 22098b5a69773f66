import { describe, expect, test } from 'vitest'
import { pcap, publish as publishBytes } from '../../cli/captures.ts'
import { createPipeline } from '../../../src/analysis/pipeline.ts'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { Statistics } from '../../../src/analysis/statistics/statistics.ts'
import { connack311, connack5, connect311, connect5, pingreq, pingresp, puback, publish, Site } from './site.ts'

const names = ({ statistics }: Site) => [...statistics.clients.all].map(({ clientIdentifier, address }) => clientIdentifier ?? address)

test('a client with its traffic', () => {
  const site = new Site()
  site.open(4001).client(connect311('plc-7')).server(connack311()).client(publish('a', { qos: 1 })).server(puback(1), publish('b')).close()
  const { traffic, publishes, connections, server, address } = site.end().client('plc-7')
  expect({ connections, server, address, packets: traffic.packets, publishes: publishes.packets }).toEqual({
    connections: 1, server: '10.0.0.2:1883', address: '10.0.0.21:4001', packets: { client: 2, server: 3, unknown: 0 }, publishes: { client: 1, server: 1, unknown: 0 },
  })
  expect(traffic.bytes).toEqual({ client: connect311('plc-7').length / 2 + 8, server: 4 + 4 + 6, unknown: 0 })
})

test('asked at any time, it tells the same', () => {
  const site = new Site()
  const line = site.open(4001).client(connect311('plc-7')).server(connack311())
  const ask = () => site.client('plc-7').traffic.allPackets
  expect([ask(), ask()]).toEqual([2, 2])
  line.client(pingreq)
  expect([ask(), ask()]).toEqual([3, 3])
  line.server(pingresp).close()
  site.end()
  expect([ask(), ask()]).toEqual([4, 4])
})

describe('who is a client', () => {
  test('the same identifier at two servers is two', () => {
    const site = new Site()
    site.open(4001).client(connect311('gw')).server(connack311())
    site.open(4002, { serverPort: 2883 }).client(connect311('gw')).server(connack311())
    site.end()
    expect([...site.statistics.clients.all].map(({ server }) => server)).toEqual(['10.0.0.2:1883', '10.0.0.2:2883'])
  })

  test('without an identifier, each connection', () => {
    const site = new Site()
    site.open(4001).client(connect311('')).server(connack311())
    site.open(4002, { syn: false }).client(publish('a', { qos: 1 }), pingreq)
    site.open(4003, { syn: false }).client(pingreq)
    expect(names(site.end())).toEqual(['', '10.0.0.21:4002', '10.0.0.21:4003'])
  })

  test('an identifier that the server assigns is the name of what came before', () => {
    const site = new Site()
    site.open(4001).client(connect5('')).server(connack5({ assigned: 'auto-1' })).client(pingreq).close()
    site.wait(500).open(4002).client(connect5('auto-1')).server(connack5()).close()
    const { traffic, connections, reconnects, shortestBetweenConnects } = site.end().client('auto-1')
    expect(names(site)).toEqual(['auto-1'])
    expect([traffic.allPackets, connections, reconnects, shortestBetweenConnects]).toEqual([5, 2, 1, 500e6])
  })

  test('a connection whose client is not known is counted too', () => {
    // A server on another port, joined in the middle: nothing says who is who until a packet does.
    const statistics = new Statistics(LIMITS.statistics)
    const ports = new Uint8Array(65_536)
    ports.fill(1)
    const pipeline = createPipeline({ ports, version: null }, {
      packet: (event) => statistics.packet(event), exchange: (exchange) => statistics.exchange(exchange), connection: (connection) => statistics.connection(connection),
      captureProblem: () => undefined, networkProblem: () => undefined,
    })
    pipeline.begin('test')
    const message = publishBytes('a/b', 'hello')
    pipeline.push(pcap([{ fromClient: true, payload: message }, { fromClient: false, payload: message }, { fromClient: true, payload: Uint8Array.of(0xc0, 0) }], 2005))
    pipeline.finish()
    const [client, ...others] = [...statistics.clients.all]
    expect(others).toEqual([])
    expect(client).toMatchObject({ connections: 1, clientIdentifier: undefined })
    expect(client!.traffic.allPackets).toBe(pipeline.totals.packets)
    expect(client!.traffic.packets.unknown).toBeGreaterThan(0)
  })

  test('beyond the limit, one for all of them', () => {
    const site = new Site({ clients: 2 })
    for (let port = 1; port <= 5; port++) site.open(4000 + port).client(connect311(`c${port}`)).server(connack311()).close()
    site.open(4009).client(connect311('c1')).server(connack311()).close()
    const { clients } = site.end().statistics
    expect(names(site)).toEqual(['c1', 'c2'])
    expect([clients.rest.connections, clients.rest.traffic.allPackets, site.client('c1').connections]).toEqual([3, 6, 2])
  })

  test('beyond the characters too', () => {
    const site = new Site({ clientCharacters: 100 })
    for (const [index, name] of ['short', 'x'.repeat(70), 'y'.repeat(70), 'brief'].entries()) site.open(4000 + index).client(connect311(name)).server(connack311()).close()
    expect(names(site.end())).toEqual(['short', 'brief'])
    expect(site.statistics.clients.rest.connections).toBe(2)
  })

  test('a packet after the end is counted, and no connection more', () => {
    const site = new Site()
    site.open(4001).client(connect311('late')).server(connack311()).reset('server').client(pingreq)
    const { connections, traffic } = site.end().client('late')
    expect([connections, traffic.allPackets]).toEqual([1, 3])
  })
})

describe('reconnects', () => {
  test('with the shortest times from CONNECT to CONNECT, and away', () => {
    const site = new Site()
    for (const [index, gap] of [0, 1_000, 200, 3_000].entries()) {
      const line = site.wait(gap).open(4001 + index).client(connect311('flaps')).server(connack311())
      site.wait(50)
      line.close()
    }
    const { connections, reconnects, shortestBetweenConnects, shortestAway, refused } = site.end().client('flaps')
    expect({ connections, reconnects, shortestBetweenConnects, shortestAway, refused }).toEqual({
      connections: 4, reconnects: 3, shortestBetweenConnects: 250e6, shortestAway: 200e6, refused: 0,
    })
  })

  test('refused ones count', () => {
    const site = new Site()
    for (let port = 4001; port <= 4003; port++) site.wait(100).open(port).client(connect311('guest')).server(connack311(5)).close()
    const { reconnects, refused, shortestBetweenConnects, shortestAway } = site.end().client('guest')
    expect([reconnects, refused, shortestBetweenConnects, shortestAway]).toEqual([2, 3, 100e6, Infinity])
  })

  test('two devices with one identifier', () => {
    const site = new Site()
    const first = site.open(4001).client(connect311('twin')).server(connack311())
    const second = site.wait(20).open(4002).client(connect311('twin')).server(connack311())
    first.close()
    site.wait(20)
    second.close()
    const { takenOver, reconnects, shortestBetweenConnects } = site.end().client('twin')
    expect([takenOver, reconnects, shortestBetweenConnects]).toEqual([1, 1, 20e6])
  })

  test('a second CONNECT on the same connection is none', () => {
    const site = new Site()
    site.open(4001).client(connect311('plc')).server(connack311()).client(connect311('plc')).close()
    expect(site.end().client('plc')).toMatchObject({ connections: 1, reconnects: 0 })
  })

  test('a connection that was joined late is none', () => {
    const site = new Site()
    site.open(4001, { syn: false }).client(pingreq).close()
    site.open(4002).client(connect311('plc')).server(connack311()).close()
    expect(site.end().client('plc')).toMatchObject({ connections: 1, reconnects: 0 })
  })
})

describe('in flight', () => {
  const send = (count: number) => Array.from({ length: count }, (_, index) => publish('a', { qos: 1, identifier: index + 1, v5: true }))
  const acknowledge = (count: number) => Array.from({ length: count }, (_, index) => puback(index + 1))

  test.each([
    [2, false],
    [3, false],
    [4, true],
  ])('%d against a Receive Maximum of 3', (count, beyond) => {
    const site = new Site()
    site.open(4001).client(connect5('fast')).server(connack5({ receiveMaximum: 3 })).client(...send(count)).server(...acknowledge(count)).close()
    expect(site.end().client('fast').inFlight).toEqual({ client: { most: count, receiveMaximum: 3, beyond }, server: null })
  })

  test('each way has its own', () => {
    const site = new Site()
    site.open(4001).client(connect5('hmi', { receiveMaximum: 1 })).server(connack5()).server(...send(2)).client(...acknowledge(2)).close()
    expect(site.end().client('hmi').inFlight).toEqual({ client: null, server: { most: 2, receiveMaximum: 1, beyond: true } })
  })

  test('nothing is said to be beyond where a part may be missing', () => {
    const late = new Site()
    late.open(4001, { syn: false }).client(connect5('late')).server(connack5({ receiveMaximum: 3 })).client(...send(4)).server(...acknowledge(4)).close()
    expect(late.end().client('late').inFlight.client).toEqual({ most: 4, receiveMaximum: 3, beyond: false })
    const lost = new Site()
    // The first acknowledgement is not in the capture.
    lost.open(4001).client(connect5('lost')).server(connack5({ receiveMaximum: 3 })).client(...send(3)).lost('server', puback(1)).server(puback(2), puback(3))
      .client(publish('a', { qos: 1, identifier: 1, v5: true }), publish('a', { qos: 1, identifier: 4, v5: true })).close()
    expect(lost.end().client('lost').inFlight.client).toMatchObject({ receiveMaximum: 3, beyond: false })
  })

  test('before 5.0 there is no Receive Maximum', () => {
    const site = new Site()
    site.open(4001).client(connect311('old')).server(connack311()).client(publish('a', { qos: 1 }), publish('a', { qos: 1, identifier: 2 })).close()
    expect(site.end().client('old').inFlight.client).toEqual({ most: 2, receiveMaximum: null, beyond: false })
  })

  test('of several connections, the one that came closest', () => {
    const site = new Site()
    site.open(4001).client(connect5('c')).server(connack5({ receiveMaximum: 10 })).client(...send(3)).server(...acknowledge(3)).close()
    site.open(4002).client(connect5('c')).server(connack5({ receiveMaximum: 2 })).client(...send(2)).server(...acknowledge(2)).close()
    site.open(4003).client(connect5('c')).server(connack5()).client(...send(5)).server(...acknowledge(5)).close()
    expect(site.end().client('c').inFlight.client).toEqual({ most: 2, receiveMaximum: 2, beyond: false })
  })
})

describe('keep alive', () => {
  const silent = (milliseconds: number, keepAlive = 10, connack = connack311()) => {
    const site = new Site()
    const line = site.open(4001).client(connect311('c', { keepAlive })).server(connack)
    site.wait(milliseconds)
    line.client(pingreq).server(pingresp).close()
    return site.end().client('c').silence
  }

  test.each([
    [1_500, 90],
    [7_500, 50],
    [15_000, 0],
    [30_000, -100],
  ])('%d ms of silence with 10 s', (milliseconds, margin) => {
    expect(silent(milliseconds)).toEqual({ keepAlive: 10, longest: milliseconds * 1e6, margin })
  })

  test('the one that ends a connection counts too', () => {
    const site = new Site()
    const line = site.open(4001).client(connect311('c', { keepAlive: 10 })).server(connack311())
    site.wait(15_000)
    line.close()
    expect(site.end().client('c').silence).toEqual({ keepAlive: 10, longest: 15e9, margin: 0 })
  })

  test('0 is none', () => {
    expect(silent(30_000, 0)).toBeNull()
  })

  test('the one that the server set is in force', () => {
    const site = new Site()
    const line = site.open(4001).client(connect5('c', { keepAlive: 10 })).server(connack5({ keepAlive: 2 }))
    site.wait(1_500)
    line.client(pingreq).close()
    expect(site.end().client('c').silence).toEqual({ keepAlive: 2, longest: 1.5e9, margin: 50 })
  })

  test('the least margin of several connections', () => {
    const site = new Site()
    for (const [index, milliseconds] of [100, 7_500, 1_500].entries()) {
      const line = site.open(4001 + index).client(connect311('c', { keepAlive: 10 })).server(connack311())
      site.wait(milliseconds)
      line.client(pingreq).close()
    }
    expect(site.end().client('c').silence?.margin).toBe(50)
  })

  test('nothing is said where packets of the client may be missing', () => {
    const site = new Site()
    const line = site.open(4001).client(connect311('c', { keepAlive: 10 })).server(connack311()).lost('client', pingreq).server(pingresp)
    site.wait(12_000)
    line.client(pingreq).server(pingresp).close()
    expect(site.end().client('c').silence).toBeNull()
  })
})

describe('times of QoS 1', () => {
  test('by who sent the message', () => {
    const site = new Site()
    const line = site.open(4001).client(connect311('c')).server(connack311()).client(publish('a', { qos: 1 }))
    site.wait(4)
    line.server(puback(1), publish('b', { qos: 1, identifier: 7 }))
    site.wait(9)
    line.client(puback(7)).close()
    const { times } = site.end().client('c')
    expect([times.client?.greatest, times.server?.greatest]).toEqual([4e6, 9e6])
  })

  test('beyond the limit they are counted', () => {
    const site = new Site({ clientTimes: 1 })
    for (const port of [4001, 4002, 4003]) site.open(port).client(connect311(`c${port}`)).server(connack311()).client(publish('a', { qos: 1 })).server(puback(1)).close()
    const { clients } = site.end().statistics
    expect([...clients.all].map(({ times }) => times.client?.count ?? null)).toEqual([1, null, null])
    expect(clients.timesLeftOut).toBe(2)
  })
})

test('captures of bytes that are no packets have no clients', () => {
  const site = new Site()
  site.open(4001).client('1603010200010001fc0303')
  expect(names(site.end())).toEqual([])
})
