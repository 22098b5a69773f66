/** Situations by hand: one broker, a few clients, and what is told of it. Above all those in which nothing may be claimed. */
import { describe, expect, test } from 'vitest'
import { Network, read, toldOf, type Client, type PublishOptions } from './broker-network.ts'
import type { SessionLimits } from '../../src/session/session-tracker.ts'

const QOS_1 = { qos: 1 } as const

/** A publisher, two subscribers, and some messages that reach both, so that it is known who may do what. */
class Plant extends Network {
  readonly p: Client
  readonly s: Client
  readonly t: Client
  #number = 0

  constructor({ filter = 'a/#', subscribed = 1, publisher = {}, subscriber = {} }: { filter?: string; subscribed?: 0 | 1 | 2; publisher?: object; subscriber?: object } = {}) {
    super()
    this.p = this.connect('p', publisher)
    this.s = this.connect('s', subscriber).subscribe(filter, { qos: subscribed })
    this.t = this.connect('t', subscriber).subscribe(filter, { qos: subscribed })
    this.wait(3).usual().usual().usual()
  }

  /** A message that comes to both. */
  usual(options: PublishOptions = QOS_1): this {
    return this.message({ to: [this.s, this.t], options })
  }

  /** A message that comes to these, with the QoS that they were granted. */
  message({ to, by = this.p, topic = 'a/b', payload = `message ${this.#number++}`, options = QOS_1 }: {
    to: readonly Client[]; by?: Client; topic?: string; payload?: string; options?: PublishOptions
  }): this {
    by.publish(topic, payload, options)
    for (const client of to) client.copy(topic, payload, QOS_1)
    return this.wait(0.5)
  }
}

/** What is told, but for publications whose copies have all come, surely, and nothing more. */
function told(network: Network, limits: Partial<SessionLimits> = {}): string[] {
  return toldOf(read(network.frames, limits)).filter((line) => !/^\S+ QoS \d by \S+: (?:nobody|\w+(?:, \w+)*)$/.test(line))
}

test('all is well', () => {
  const plant = new Plant().usual().settle()
  expect(told(plant)).toEqual([])
  expect(toldOf(read(plant.frames))).toEqual(Array.from({ length: 4 }, () => 'a/b QoS 1 by p: s, t'))
})

describe('a copy is missing', () => {
  test.each<[string, string[], (plant: Plant) => unknown]>([
    ['others got it, and later ones came to it', ['missing s certain'], (plant) => plant.message({ to: [plant.t] }).usual().usual()],
    ['others got it, and nothing came later', ['missing s likely'], (plant) => plant.message({ to: [plant.t] })],
    ['nobody got it', ['missing s likely, missing t likely'], (plant) => plant.message({ to: [] }).usual().usual()],
    ['another one of the topic was on its way', ['missing s certain'], (plant) => {
      plant.p.publish('a/b', 'one', QOS_1).publish('a/b', 'two', QOS_1)
      plant.t.copy('a/b', 'one', QOS_1).copy('a/b', 'two', QOS_1)
      plant.s.copy('a/b', 'two', QOS_1)
    }],
    ['of QoS 2', ['missing s certain'], (plant) => plant.message({ to: [plant.t], options: { qos: 2 } }).usual({ qos: 2 })],
    ['the first one of its publisher', ['missing s certain'], (plant) => {
      const q = plant.connect('q')
      plant.message({ by: q, to: [plant.t] })
      for (let time = 0; time < 3; time++) plant.message({ by: q, to: [plant.s, plant.t] })
    }],
    ['it is behind with its acknowledgements, and gets later ones all the same', ['missing s certain'], (plant) => {
      plant.p.publish('a/b', 'first', QOS_1)
      plant.s.copy('a/b', 'first', { qos: 1, acknowledged: 'none' })
      plant.t.copy('a/b', 'first', QOS_1)
      plant.message({ to: [plant.t] }).usual()
    }],
    ['its publisher had sent many others, which were all alike', [...Array.from({ length: 9 }, () => 's likely, t likely'), 'missing s likely'], (plant) => {
      const q = plant.connect('q')
      for (let time = 0; time < 9; time++) q.publish('a/b', 'on', QOS_1)
      for (const client of [plant.s, plant.t]) for (let time = 0; time < 9; time++) client.copy('a/b', 'on', QOS_1)
      plant.message({ by: q, to: [plant.t] })
    }],
    ['its publisher had sent a few others, which may be anybody’s', ['s likely, t likely', 's likely, t likely', 's likely, t likely', 'missing s unsure access'], (plant) => {
      const q = plant.connect('q')
      for (let time = 0; time < 3; time++) q.publish('a/b', 'on', QOS_1)
      for (const client of [plant.s, plant.t]) client.copy('a/b', 'on', QOS_1).copy('a/b', 'on', QOS_1).copy('a/b', 'on', QOS_1)
      plant.message({ by: q, to: [plant.t] })
    }],
    ['of QoS 2, and only those of QoS 1 came later', ['missing s likely'], (plant) => plant.message({ to: [plant.t], options: { qos: 2 } }).usual()],
    ['only those of another publisher came later', ['missing s likely'], (plant) => {
      plant.message({ to: [plant.t] }).message({ by: plant.connect('q'), to: [plant.s, plant.t] })
    }],
    ['its publisher had sent the others on an earlier connection', ['missing s likely'], (plant) => {
      plant.p.disconnect()
      plant.message({ by: plant.connect('p'), to: [plant.t] })
    }],
    ['it reconnected since, and asked again', ['missing s certain'], (plant) => {
      plant.s.disconnect()
      const again = plant.connect('s').subscribe('a/#')
      plant.wait(2)
      plant.message({ to: [plant.t, again] }).message({ to: [plant.t, again] }).message({ to: [plant.t] }).message({ to: [plant.t, again] })
    }],
  ])('%s', (_name, missing, happens) => {
    const plant = new Plant()
    happens(plant)
    const lines = told(plant.settle()).map((line) => line.replace(/^.*?: (?:t, )?/, ''))
    expect(lines).toEqual(missing)
  })

  test('the capture ends, but a later one of the publisher has come', () => {
    const plant = new Plant().message({ to: [] }).usual().wait(2)
    plant.p.ping()
    expect(told(plant)).toEqual(['a/b QoS 1 by p: missing s likely, missing t likely'])
  })

  test('it names what was expected', () => {
    const results = read(new Plant().message({ to: [], options: { qos: 2 } }).usual().settle().frames)
    const missing = results.flatMap((result) => (result.kind === 'publication' ? result.missing : []))
    expect(missing).toMatchObject([{ client: { clientIdentifier: 's' }, filter: 'a/#', qos: 1, session: { clientIdentifier: 's' } }, { client: { clientIdentifier: 't' } }])
  })
})

describe('a copy did not come, and that is doubtful', () => {
  test.each<[string, string, (plant: Plant) => unknown, ConstructorParameters<typeof Plant>[0]?]>([
    ['QoS 0', 'qos-0', (plant) => plant.message({ to: [plant.t], options: { qos: 0 } }).usual()],
    ['granted QoS 0', 'qos-0', (plant) => plant.message({ to: [plant.t] }).usual(), { subscribed: 0 }],
    ['nothing shows that it may receive the topic', 'access', (plant) => plant.message({ to: [plant.t], topic: 'a/secret' })],
    ['nothing shows that the publisher may send the topic', 'access', (plant) => {
      plant.message({ to: [], topic: 'a/secret' })
      plant.t.unsubscribe('a/#')
    }],
    ['others with the same content', 'equal-content', (plant) => plant.message({ to: [plant.t], payload: 'on' }).message({ to: [plant.s, plant.t], payload: 'on' })],
    ['subscribed just before', 'new-subscription', (plant) => {
      plant.s.unsubscribe('a/#').subscribe('a/+')
      plant.message({ to: [plant.t] }).wait(2).usual()
    }],
    ['much waits for it', 'queue', (plant) => {
      const payloads = Array.from({ length: 12 }, (_, index) => `burst ${index}`)
      for (const payload of payloads) plant.p.publish('a/b', payload, QOS_1)
      for (const payload of payloads) plant.t.copy('a/b', payload, QOS_1)
      for (const payload of payloads.slice(0, -1)) plant.s.copy('a/b', payload, QOS_1)
      plant.wait(1).usual()
    }],
    ['it has not acknowledged what it got', 'in-flight', (plant) => {
      plant.p.publish('a/b', 'first', QOS_1)
      plant.s.copy('a/b', 'first', { qos: 1, acknowledged: 'none' })
      plant.t.copy('a/b', 'first', QOS_1)
      plant.message({ to: [plant.t] })
    }],
    ['copies of nothing that was published come to it', 'other-topic', (plant) => {
      plant.p.publish('a/b', 'the one', QOS_1)
      plant.t.copy('a/b', 'the one', QOS_1)
      plant.s.copy('a/rewritten', 'the one', QOS_1)
      plant.wait(1).usual()
    }],
    ['a bridge publishes', 'bridge', (plant) => plant.message({ to: [plant.t] }).usual(), { publisher: { bridge: true } }],
    ['bridges subscribe', 'bridge', (plant) => plant.message({ to: [plant.t] }).usual(), { subscriber: { bridge: true } }],
    ['it only clears a retained message', 'clears-retained', (plant) => plant.message({ to: [plant.t], payload: '', options: { qos: 1, retain: true } }).usual()],
    ['its past is not known, but this subscription is', 'history', (plant) => {
      plant.s.unseen((s) => s.subscribe('c/#')).ping()
      plant.wait(1)
      plant.s.ping().subscribe('a/+')
      plant.wait(3)
      plant.message({ to: [plant.t, plant.s] }).message({ to: [plant.t] }).message({ to: [plant.t, plant.s] })
    }],
  ])('%s', (_name, doubt, happens, options) => {
    const plant = new Plant(options)
    happens(plant)
    const line = told(plant.settle()).find((one) => one.includes('missing s')) ?? ''
    expect(/missing s unsure([^,]*)/.exec(line)?.[1]?.split(' ')).toContain(doubt)
    expect(line).not.toMatch(/missing \w certain/)
  })
})

describe('what others publish shows nothing', () => {
  test.each<[string, string, (plant: Plant, q: Client) => unknown]>([
    ['it may receive what they publish, as tenants of one address do', 'a/b QoS 1 by q: t, missing s unsure access', (plant, q) => {
      plant.message({ by: q, to: [plant.t] }).usual()
    }],
    ['they published the same, and this may have been it', 'a/b QoS 1 by q: t, missing s unsure access', (plant, q) => {
      for (const payload of ['on', 'off', 'auto']) {
        q.publish('a/b', payload, QOS_1)
        plant.t.copy('a/b', payload, QOS_1)
        plant.message({ payload, to: [plant.s, plant.t] }).wait(2)
      }
      plant.message({ by: q, to: [plant.t] })
    }],
    ['somebody who is not in the capture published the same, twice', 'a/b QoS 1 by q: t, missing s unsure access', (plant, q) => {
      plant.message({ by: q, to: [plant.s, plant.t] }).message({ by: q, to: [plant.s, plant.t] }).message({ by: q, to: [plant.t] })
    }],
    ['it gets what they publish while it is behind with what it got', 'a/b QoS 1 by p: t, missing s unsure in-flight', (plant, q) => {
      plant.p.publish('a/b', 'first', QOS_1)
      plant.s.copy('a/b', 'first', { qos: 1, acknowledged: 'none' })
      plant.t.copy('a/b', 'first', QOS_1)
      plant.message({ to: [plant.t] }).message({ by: q, to: [plant.s, plant.t] })
    }],
  ])('%s', (_name, line, happens) => {
    const plant = new Plant()
    happens(plant, plant.connect('q'))
    const lines = told(plant.settle())
    expect(lines).toContain(line)
    expect(lines.join('\n')).not.toMatch(/missing \w (?:likely|certain)/)
  })
})

describe('a copy comes seconds after a later message, which may overtake it', () => {
  /** `one` comes to s only 5 s after `two`. */
  const overtaken = (plant: Plant, { by = () => plant.p, options = QOS_1 }: { by?: () => Client; options?: PublishOptions } = {}): void => {
    plant.p.publish('a/b', 'one', QOS_1)
    plant.t.copy('a/b', 'one', QOS_1)
    by().publish('a/b', 'two', QOS_1)
    plant.s.copy('a/b', 'two', options)
    plant.t.copy('a/b', 'two', QOS_1)
    for (let second = 0; second < 5; second++) {
      plant.wait(1)
      plant.t.ping()
    }
    plant.s.copy('a/b', 'one', QOS_1)
  }

  test.each<[string, (plant: Plant) => unknown]>([
    ['of another publisher', (plant) => overtaken(plant, { by: () => plant.connect('q') })],
    ['of another connection of the publisher', (plant) => overtaken(plant, { by: () => plant.p.disconnect() && plant.connect('p') })],
    ['sent with another QoS, for another subscription', (plant) => {
      plant.s.subscribe({ '+/b': { qos: 0 } })
      plant.wait(2)
      overtaken(plant, { options: { qos: 0 } })
    }],
    ['sent for a shared subscription', (plant) => {
      plant.s.subscribe('$share/g/a/b')
      plant.wait(2)
      overtaken(plant)
    }],
    ['that was released before it', (plant) => {
      const qos2 = { qos: 2 } as const
      for (const client of [plant.s, plant.t]) client.subscribe('a/b', qos2)
      plant.wait(2)
      plant.p.publish('a/b', 'one', { qos: 2, id: 77, acknowledged: 'received' }).publish('a/b', 'two', qos2)
      for (const client of [plant.s, plant.t]) client.copy('a/b', 'two', qos2)
      for (const seconds of [1.1, 19.9]) {
        plant.wait(seconds)
        plant.p.ping()
      }
      plant.p.sends({ cmd: 'pubrel', messageId: 77 }).gets({ cmd: 'pubcomp', messageId: 77 })
      plant.wait(0.3)
      plant.p.ping()
      for (const client of [plant.s, plant.t]) client.copy('a/b', 'one', qos2)
    }],
  ])('%s', (_name, happens) => {
    const plant = new Plant()
    happens(plant)
    expect(told(plant.settle())).toEqual([])
  })

  test('of the same publisher, topic and QoS: then it is missing at first', () => {
    const plant = new Plant()
    overtaken(plant)
    expect(told(plant.settle())).toEqual(['a/b QoS 1 by p: t, missing s certain', 'late, of a/b: s'])
  })
})

describe('a copy did not come, and nothing can be said of that', () => {
  test.each<[string, string, (plant: Plant) => unknown, ConstructorParameters<typeof Plant>[0]?]>([
    ['bytes of the publisher are missing', 'publisher-gap', (plant) => {
      plant.p.unseen((p) => p.publish('a/b', 'lost', QOS_1))
      plant.message({ to: [plant.t] })
    }],
    ['bytes to the subscriber are missing', 'gap', (plant) => {
      plant.p.publish('a/b', 'the one', QOS_1)
      plant.s.unseen((s) => s.copy('a/b', 'the one'))
      plant.s.ping()
      plant.t.copy('a/b', 'the one', QOS_1)
    }],
    ['bytes of the subscriber are missing', 'gap', (plant) => {
      plant.message({ to: [plant.t] })
      plant.s.unseen((s) => s.unsubscribe('a/#')).ping().ping()
    }],
    ['its subscription may have gone in a gap before', 'history', (plant) => {
      plant.s.unseen((s) => s.unsubscribe('a/#')).ping().ping()
      plant.wait(5)
      plant.s.ping()
      plant.message({ to: [plant.t] })
    }],
    ['it disconnected', 'connection-ended', (plant) => {
      plant.message({ to: [plant.t] })
      plant.s.disconnect()
    }],
    ['its connection broke', 'connection-ended', (plant) => {
      plant.message({ to: [plant.t] })
      plant.s.reset()
    }],
    ['another connection took over', 'taken-over', (plant) => {
      plant.message({ to: [plant.t] })
      plant.connect('s').subscribe('a/#')
    }],
    ['it unsubscribed', 'subscription-changed', (plant) => {
      plant.message({ to: [plant.t] })
      plant.s.unsubscribe('a/#')
    }],
    ['it subscribed anew', 'subscription-changed', (plant) => {
      plant.message({ to: [plant.t] })
      plant.s.subscribe('a/#', { qos: 0 })
    }],
    ['the publication was not acknowledged', 'not-acknowledged', (plant) => plant.message({ to: [plant.t], options: { qos: 1, acknowledged: 'none' } })],
    ['the publication was not released', 'not-acknowledged', (plant) => plant.message({ to: [plant.t], options: { qos: 2, acknowledged: 'received' } })],
    ['the publication was sent before', 'sent-before', (plant) => plant.message({ to: [plant.t], options: { qos: 1, dup: true } })],
    ['the publication is captured behind its acknowledgement', 'sent-before', (plant) => {
      const first = plant.frames.length
      plant.message({ to: [plant.t] })
      const [publish, puback] = [plant.frames[first]!, plant.frames[first + 1]!]
      plant.frames.splice(first, 2, { ...puback, time: publish.time }, { ...publish, time: puback.time })
    }],
    ['the client is too far behind', 'receive-maximum', (plant) => {
      for (const payload of ['first', 'second']) {
        plant.p.publish('a/b', payload, QOS_1)
        plant.t.copy('a/b', payload, QOS_1)
        plant.s.copy('a/b', payload, { qos: 1, acknowledged: 'none' })
      }
      plant.message({ to: [plant.t] })
    }, { subscriber: { version: '5.0', properties: { receiveMaximum: 2 } } }],
    ['the client takes no such packets', 'maximum-packet-size', (plant) => plant.message({ to: [plant.t], payload: 'x'.repeat(300) }), { subscriber: { version: '5.0', properties: { maximumPacketSize: 300 } } }],
    ['it may expire', 'expiry', (plant) => plant.message({ to: [plant.t], options: { qos: 1, properties: { messageExpiryInterval: 60 } } }), { publisher: { version: '5.0' } }],
    ['a topic of the server', 'server-topic', (plant) => {
      plant.s.subscribe('$x/#')
      plant.t.subscribe('$x/#')
      plant.wait(2).message({ to: [plant.t], topic: '$x/b' })
    }],
    ['the clock was set', 'clock', (plant) => {
      plant.message({ to: [plant.t] })
      plant.time -= 3e9
      plant.p.ping()
    }],
    ['the clock was set forward', 'clock', (plant) => {
      plant.message({ to: [plant.t] }).wait(4_000)
      plant.p.ping()
    }],
  ])('%s', (_name, reason, happens, options) => {
    const plant = new Plant(options)
    happens(plant)
    const lines = told(plant.settle())
    expect(lines.filter((line) => line.includes('not judged'))).toEqual([expect.stringContaining(`s not judged: ${reason}`)])
    expect(lines.join('\n')).not.toContain('missing')
  })

  test('it is captured behind its acknowledgement and a long wait', () => {
    const plant = new Plant()
    plant.p.publish('a/b', 'the one', QOS_1)
    plant.t.copy('a/b', 'the one', QOS_1)
    const first = plant.frames.length
    plant.s.copy('a/b', 'the one', QOS_1)
    const [copy, puback] = [plant.frames[first]!, plant.frames[first + 1]!]
    plant.frames.splice(first, 2, { ...puback, time: copy.time }, { ...copy, time: copy.time + 130e9 })
    plant.wait(130)
    expect(told(plant.settle()).join('\n')).not.toContain('missing')
  })

  test('the capture ends', () => {
    const plant = new Plant().message({ to: [] }).wait(10)
    plant.s.ping()
    plant.t.ping()
    expect(told(plant)).toEqual(['a/b QoS 1 by p: s not judged: too-short, t not judged: too-short'])
  })

  test('the server says nothing to it any more', () => {
    const plant = new Plant().message({ to: [] }).wait(5)
    for (let minute = 0; minute < 4; minute++) {
      plant.wait(60)
      plant.t.ping()
      plant.s.sends({ cmd: 'pingreq' })
    }
    expect(told(plant)).toEqual(['a/b QoS 1 by p: missing t likely, s not judged: too-short'])
  })

  test('there were too many', () => {
    expect(told(new Plant().message({ to: [] }).usual().settle(), { publications: 1 })).toEqual(['a/b QoS 1 by p: s not judged: limit, t not judged: limit'])
  })

  test('refused', () => {
    const plant = new Plant({ publisher: { version: '5.0' } })
    plant.message({ to: [], options: { qos: 1, code: 0x87 } })
    expect(told(plant.settle())).toEqual(['a/b QoS 1 by p (refused): s not judged: refused, t not judged: refused'])
  })

  test('a client whose CONNECT was not seen', () => {
    const plant = new Plant()
    const late = plant.connect('x', { handshake: false })
    late.ping().subscribe('a/#')
    plant.wait(2).message({ to: [plant.s, plant.t, late] }).usual()
    expect(told(plant.settle())).toEqual([
      'a/b QoS 1 by p: s, t, unknown likely', expect.stringMatching(/^a\/b QoS 1 by p: s, t, (undefined|unknown) not judged: history$/) as string,
    ])
  })

  test('a Session from before the capture', () => {
    const plant = new Plant()
    const back = plant.connect('x', { clean: false, sessionPresent: true })
    plant.wait(2).message({ to: [plant.s, plant.t, back] }).usual()
    expect(told(plant.settle())).toEqual(['a/b QoS 1 by p: s, t, x likely'])
  })
})

describe('no copy is expected', () => {
  test.each<[string, (plant: Plant) => unknown]>([
    ['by a member of a shared subscription', (plant) => plant.connect('x', { version: '5.0' }).subscribe('$share/g/a/#')],
    ['by a client that is away', (plant) => plant.connect('x', { clean: false }).subscribe('a/#').disconnect()],
    ['before SUBACK', (plant) => plant.connect('x').subscribe('a/#', { answered: false })],
    ['after a refusal', (plant) => plant.connect('x').subscribe('a/#', { codes: [0x80] })],
    ['after UNSUBSCRIBE', (plant) => plant.connect('x').subscribe('a/#').unsubscribe('a/#')],
    ['of another topic', (plant) => plant.connect('x').subscribe({ 'b/#': {}, 'a/b/c': {}, '+': {} })],
    ['at another broker', (plant) => plant.connect('x', { server: 3 }).subscribe('a/#')],
    ['by a connection that was refused', (plant) => plant.connect('x', { code: 5 }).subscribe('a/#')],
    ['by a connection that may be taken over right now', (plant) => {
      plant.connect('x').subscribe('a/#')
      plant.connect('x', { connack: false })
    }],
    ['by the publisher itself, with No Local', (plant) => plant.p.subscribe({ 'a/#': { nl: true } })],
  ])('%s', (_name, happens) => {
    const plant = new Plant({ publisher: { version: '5.0' } })
    happens(plant)
    plant.wait(2).usual()
    expect(told(plant.settle())).toEqual([])
  })

  test('by the bridge that published it', () => {
    const plant = new Plant({ publisher: { bridge: true } })
    plant.p.subscribe('a/#')
    plant.wait(2).usual()
    expect(told(plant.settle())).toEqual([])
  })
})

describe('a copy comes twice', () => {
  const twice = (plant: Plant, options: PublishOptions = QOS_1, published: PublishOptions = options): Plant => {
    plant.p.publish('a/b', 'the one', published)
    plant.s.copy('a/b', 'the one', options).copy('a/b', 'the one', options)
    plant.t.copy('a/b', 'the one', options)
    return plant.wait(0.5)
  }

  /** Long enough after SUBSCRIBE for no retained message to come. */
  const calm = (): Plant => {
    const plant = new Plant().wait(25)
    for (const client of plant.clients) client.ping()
    return plant.usual()
  }

  test('while another client got it once', () => {
    expect(told(twice(calm()).settle())).toEqual(['a/b QoS 1 by p: s likely, s likely duplicate likely, t'])
  })

  test('while another client got it once, and what comes next shows that it gets the same', () => {
    const plant = calm()
    plant.message({ topic: 'a/c', payload: 'the one', to: [plant.s, plant.s, plant.t] })
    for (let time = 0; time < 3; time++) plant.message({ topic: 'a/c', to: [plant.s, plant.t] })
    expect(told(plant.settle())).toEqual(['a/c QoS 1 by p: s likely, s likely duplicate likely, t'])
  })

  test('while the same was published at another address long before', () => {
    const plant = calm()
    plant.connect('x', { server: 3 }).publish('a/b', 'the one', QOS_1)
    expect(told(twice(plant.wait(25).usual()).settle())).toContain('a/b QoS 1 by p: s likely, s likely duplicate likely, t')
  })

  test('while two others got it once', () => {
    const plant = new Plant()
    const x = plant.connect('x').subscribe('#')
    plant.wait(25)
    twice(plant)
    x.copy('a/b', 'the one', QOS_1)
    expect(told(plant.settle())).toEqual(['a/b QoS 1 by p: s likely, s likely duplicate certain, t, x'])
  })

  test.each<[string, (plant: Plant) => unknown]>([
    ['and nobody else subscribes', (plant) => {
      plant.t.unsubscribe('a/#')
      plant.p.publish('a/b', 'the one', QOS_1)
      plant.s.copy('a/b', 'the one', QOS_1).copy('a/b', 'the one', QOS_1)
    }],
    ['to everybody: it was published twice, once unseen', (plant) => {
      twice(plant)
      plant.t.copy('a/b', 'the one', QOS_1)
    }],
    ['while the other client may have got only what it published itself', (plant) => {
      for (let time = 0; time < 4; time++) plant.message({ by: plant.t, topic: 'a/c', to: [plant.s, plant.t] })
      plant.message({ by: plant.t, topic: 'a/c', payload: 'the one', to: [plant.s, plant.s, plant.t] })
    }],
    ['on a topic of which hardly anything is known', (plant) => {
      for (let time = 0; time < 2; time++) plant.message({ topic: 'a/c', to: [plant.s, plant.t] })
      plant.message({ topic: 'a/c', payload: 'the one', to: [plant.s, plant.s, plant.t] })
    }],
    ['on a topic to which somebody publishes who is not in the capture', (plant) => {
      plant.s.copy('a/b', 'from nowhere', QOS_1)
      twice(plant.wait(25).usual().usual())
    }],
    ['with QoS 0', (plant) => twice(plant, { qos: 0 })],
    ['with DUP', (plant) => {
      plant.p.publish('a/b', 'the one', QOS_1)
      plant.s.copy('a/b', 'the one', QOS_1).copy('a/b', 'the one', { qos: 1, dup: true })
      plant.t.copy('a/b', 'the one', QOS_1)
    }],
    ['where a will has the topic', (plant) => {
      plant.connect('x', { will: { topic: 'a/b', payload: 'the one' } })
      twice(plant)
    }],
    ['while a retained message may have come', (plant) => {
      plant.s.subscribe('+/b')
      twice(plant)
      plant.s.copy('a/b', 'the one', QOS_1)
    }],
    ['for a subscription that the server knew of before the message', (plant) => {
      plant.p.publish('a/b', 'the one', QOS_1)
      plant.s.subscribe('+/b').copy('a/b', 'the one', QOS_1).copy('a/b', 'the one', QOS_1)
      plant.t.copy('a/b', 'the one', QOS_1)
    }],
    ['while bytes of a publisher are missing', (plant) => {
      plant.p.unseen((p) => p.publish('a/b', 'the one', QOS_1)).ping().ping()
      twice(plant)
    }],
    ['to a client whose past is not known', (plant) => {
      plant.s.unseen((s) => s.subscribe('+/b')).ping().ping()
      twice(plant.wait(2))
    }],
  ])('%s', (_name, happens) => {
    const plant = calm()
    happens(plant)
    const lines = told(plant.settle()).join('\n')
    expect(lines).toMatch(/duplicate unsure/)
    expect(lines).not.toMatch(/duplicate (?:likely|certain)/)
  })

  test.each<[string, (plant: Plant) => unknown]>([
    ['the same PUBLISH again', (plant) => {
      plant.p.publish('a/b', 'the one', QOS_1)
      plant.t.copy('a/b', 'the one', QOS_1)
      plant.s.copy('a/b', 'the one', { qos: 1, id: 7, acknowledged: 'none' }).copy('a/b', 'the one', { qos: 1, id: 7, dup: true })
    }],
    ['on the next connection', (plant) => {
      const first = plant.connect('x', { clean: false }).subscribe('a/#')
      plant.wait(2)
      plant.p.publish('a/b', 'the one', QOS_1)
      for (const client of [plant.s, plant.t]) client.copy('a/b', 'the one', QOS_1)
      first.copy('a/b', 'the one', { qos: 1, acknowledged: 'none' }).fin('client').fin('server')
      plant.connect('x', { clean: false, sessionPresent: true }).copy('a/b', 'the one', { qos: 1, id: 9 })
    }],
    ['one for each subscription', (plant) => {
      plant.s.subscribe('+/b')
      plant.wait(2)
      plant.p.publish('a/b', 'the one', QOS_1)
      plant.s.copy('a/b', 'the one', QOS_1).copy('a/b', 'the one', { qos: 0 })
      plant.t.copy('a/b', 'the one', QOS_1)
    }],
    ['one for an ordinary and one for a shared subscription', (plant) => {
      plant.s.subscribe('$share/g/a/b')
      plant.wait(2)
      twice(plant)
    }],
    ['the publication was sent again', (plant) => {
      plant.p.publish('a/b', 'the one', { qos: 1, id: 77, acknowledged: 'none' }).publish('a/b', 'the one', { qos: 1, id: 77, dup: true })
      for (const client of [plant.s, plant.t]) client.copy('a/b', 'the one', QOS_1).copy('a/b', 'the one', QOS_1)
    }],
    ['it was published twice', (plant) => {
      plant.p.publish('a/b', 'the one', QOS_1).publish('a/b', 'the one', QOS_1)
      for (const client of [plant.s, plant.t]) client.copy('a/b', 'the one', QOS_1).copy('a/b', 'the one', QOS_1)
    }],
  ])('and is none: %s', (_name, happens) => {
    const plant = new Plant()
    happens(plant)
    expect(told(plant.settle()).join('\n')).not.toMatch(/duplicate|missing|nowhere/)
  })
})

describe('equal content', () => {
  test('goes by order, and is not certain', () => {
    const plant = new Plant()
    plant.p.publish('a/b', 'on', QOS_1).publish('a/b', 'on', QOS_1)
    for (const client of [plant.s, plant.t]) client.copy('a/b', 'on', QOS_1).copy('a/b', 'on', QOS_1)
    const results = read(plant.settle().frames).slice(-2)
    expect(toldOf(results)).toEqual(['a/b QoS 1 by p: s likely, t likely', 'a/b QoS 1 by p: s likely, t likely'])
    const copies = results.map((result) => (result.kind === 'publication' ? result.copies.map(({ number }) => number) : []))
    expect(copies[0]![0]).toBeLessThan(copies[1]![0]!)
  })

  test('is certain where one has reached everybody before the next comes', () => {
    const plant = new Plant()
    for (let time = 0; time < 3; time++) plant.message({ to: [plant.s, plant.t], payload: 'on' })
    expect(told(plant.settle())).toEqual([])
  })

  test('another QoS tells them apart', () => {
    const plant = new Plant()
    plant.p.publish('a/b', 'on').publish('a/b', 'on', QOS_1)
    for (const client of [plant.s, plant.t]) client.copy('a/b', 'on', QOS_1)
    const lines = told(plant.settle())
    expect(lines[0]).toMatch(/^a\/b QoS 1 by p: s likely, t likely/)
    expect(lines[1]).toMatch(/^a\/b QoS 0 by p: missing s unsure qos-0/)
  })
})

describe('a publication that is seen after its copies', () => {
  test('because bytes before it are missing', () => {
    const plant = new Plant().wait(30)
    plant.p.unseen((p) => p.ping()).publish('a/b', 'the one', QOS_1)
    for (const client of [plant.s, plant.t]) client.copy('a/b', 'the one', QOS_1)
    plant.wait(0.2)
    plant.p.acknowledge('server')
    expect(told(plant.settle())).toEqual(['a/b QoS 1 by p: s likely, t likely'])
  })
})

describe('copies of no publication', () => {
  test.each<[string, string, (plant: Plant) => unknown]>([
    ['nobody knows where from', 'a/b from nowhere: s unsure, unknown likely', (plant) => plant.s.copy('a/b', 'new', QOS_1)],
    ['retained from before the capture', 'a/b from nowhere: s retained unsure, retained likely', (plant) => plant.s.copy('a/b', 'old', { qos: 1, retain: true })],
    ['a will', 'a/b from nowhere: s unsure, will likely', (plant) => {
      plant.connect('x', { will: { topic: 'a/b', payload: 'gone' } }).reset()
      plant.s.copy('a/b', 'gone')
    }],
    ['of a will that was cancelled', 'a/b from nowhere: s unsure, unknown likely', (plant) => {
      plant.connect('x', { will: { topic: 'a/b', payload: 'gone' } }).disconnect()
      plant.s.copy('a/b', 'gone')
    }],
    ['the server itself', '$SYS/up from nowhere: s unsure, server likely', (plant) => plant.s.subscribe('$SYS/#').copy('$SYS/up', '12 s')],
    ['published at another address', 'a/b from nowhere: s unsure, other-address likely', (plant) => {
      plant.connect('x', { server: 3 }).publish('a/b', 'there', QOS_1)
      plant.s.copy('a/b', 'there', QOS_1)
    }],
    ['a will, with what somebody had published', 'a/b from nowhere: s unsure, will likely', (plant) => {
      plant.message({ to: [plant.s, plant.t], payload: 'gone' }).wait(3)
      plant.connect('x', { will: { topic: 'a/b', payload: 'gone' } }).reset()
      plant.s.copy('a/b', 'gone', QOS_1)
    }],
    ['published at another address, with what somebody had published here', 'a/b from nowhere: s unsure, other-address likely', (plant) => {
      plant.message({ to: [plant.s, plant.t], payload: 'there' })
      plant.connect('x', { server: 3 }).publish('a/b', 'there', QOS_1)
      plant.s.copy('a/b', 'there', QOS_1)
    }],
    ['while bytes of a publisher are missing', 'a/b from nowhere: s unsure, unknown unsure', (plant) => {
      plant.p.unseen((p) => p.publish('a/b', 'lost', QOS_1)).ping()
      plant.s.copy('a/b', 'lost', QOS_1)
      plant.wait(0.2)
      plant.p.ping()
    }],
  ])('%s', (_name, line, happens) => {
    const plant = new Plant()
    happens(plant)
    expect(told(plant.settle())).toContain(line)
  })

  test('a Topic Alias from before the capture', () => {
    const plant = new Plant({ subscriber: { version: '5.0', properties: { topicAliasMaximum: 5 } } })
    plant.s.copy('', 'aliased', { properties: { topicAlias: 3 } })
    expect(told(plant.settle())).toEqual(['null from nowhere: s unsure, topic-unknown unsure'])
  })

  test('a Topic Alias that was set', () => {
    const plant = new Plant({ subscriber: { version: '5.0', properties: { topicAliasMaximum: 5 } } })
    plant.p.publish('a/b', 'one', QOS_1).publish('a/b', 'two', QOS_1)
    plant.s.copy('a/b', 'one', { qos: 1, properties: { topicAlias: 3 } }).copy('', 'two', { qos: 1, properties: { topicAlias: 3 } })
    plant.t.copy('a/b', 'one', QOS_1).copy('a/b', 'two', QOS_1)
    expect(told(plant.settle())).toEqual([])
  })
})

describe('copies without a subscription', () => {
  const NOT_SUBSCRIBED = /not subscribed to: (\w+ \w+)/

  test.each<[string, string | null, (plant: Plant) => unknown]>([
    ['to a client that never asked', 's likely', (plant) => plant.message({ to: [plant.s], topic: 'b/c' })],
    ['to a client that asks for something else', 's likely', (plant) => plant.message({ to: [plant.s], topic: 'A/b' })],
    ['of a topic of the server', 's unsure', (plant) => plant.s.copy('$SYS/up', '12 s')],
    ['sent again', 's unsure', (plant) => plant.s.copy('b/c', 'x', { qos: 1, dup: true })],
    ['to a client with a filter of an unusual kind', 's unsure', (plant) => plant.s.subscribe('$queue/b/#').copy('b/c', 'x')],
    ['before SUBACK', null, (plant) => plant.s.subscribe('b/#', { answered: false }).copy('b/c', 'x')],
    ['after UNSUBACK: it was in a queue', null, (plant) => plant.s.subscribe('b/#').unsubscribe('b/#').copy('b/c', 'x')],
    ['whose SUBSCRIBE is missing', null, (plant) => plant.s.unseen((s) => s.sends({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'b/#', qos: 1 }] })).copy('b/c', 'x')],
    ['to a client that was there before the capture', null, (plant) => plant.connect('x', { handshake: false }).copy('b/c', 'x')],
    ['to a Session from before the capture', null, (plant) => plant.connect('x', { clean: false, sessionPresent: true }).copy('b/c', 'x')],
    ['of a Session that an earlier connection asked for', null, (plant) => {
      plant.connect('x', { clean: false }).subscribe('b/#').disconnect()
      plant.connect('x', { clean: false, sessionPresent: true }).copy('b/c', 'x')
    }],
    ['of a Session that began anew', 'x likely', (plant) => {
      plant.connect('x', { clean: false }).subscribe('b/#').disconnect()
      plant.connect('x').copy('b/c', 'x')
    }],
    ['shared', null, (plant) => plant.s.subscribe('$share/g/b/#').copy('b/c', 'x')],
  ])('%s', (_name, expected, happens) => {
    const plant = new Plant()
    happens(plant)
    const lines = told(plant.settle()).flatMap((line) => NOT_SUBSCRIBED.exec(line)?.[1] ?? [])
    // Where its SUBSCRIBE may be among what is missing, nothing more than that is said.
    expect(lines.filter((line) => expected !== null || !line.endsWith('unsure'))).toEqual(expected === null ? [] : [expected])
  })
})

describe('a shared subscription stays when an ordinary one with the same filter goes', () => {
  test.each<[string, Partial<SessionLimits>]>([
    ['and is still known', {}],
    ['and is forgotten at once', { goneSubscriptions: 0 }],
  ])('%s: what the share brings is subscribed to, and what it does not bring is not missing', (_name, limits) => {
    const plant = new Plant({ subscriber: { version: '5.0' } })
    plant.s.subscribe('$share/g/a/#')
    plant.wait(2).usual()
    plant.s.unsubscribe('a/#')
    // Two for it, and one for another member.
    plant.usual().usual().message({ to: [plant.t] })
    const results = read(plant.settle().frames, limits)
    expect(toldOf(results).slice(-4)).toEqual(['a/b QoS 1 by p: s, t', 'a/b QoS 1 by p: s, t', 'a/b QoS 1 by p: s, t', 'a/b QoS 1 by p: t'])
    const [both, shared, , other] = results.slice(-4).map((result) => (result.kind === 'publication' ? result.subscribers : null))
    expect([both, shared, other]).toEqual([2, 1, 1])
  })

  test('what did not come before it went is not missing', () => {
    const plant = new Plant()
    plant.s.subscribe('$share/g/a/#')
    plant.wait(2).usual().message({ to: [plant.t] })
    plant.s.unsubscribe('a/#')
    expect(told(plant.usual().settle())).toEqual(['a/b QoS 1 by p: t, s not judged: subscription-changed'])
  })

  test('one on its way when it goes may still come, and one more by the share', () => {
    const plant = new Plant()
    plant.s.subscribe('$share/g/a/#')
    plant.wait(2)
    plant.p.publish('a/b', 'the one', QOS_1)
    plant.t.copy('a/b', 'the one', QOS_1)
    plant.s.unsubscribe('a/#').copy('a/b', 'the one', QOS_1).copy('a/b', 'the one', QOS_1)
    expect(toldOf(read(plant.settle().frames)).at(-1)).toBe('a/b QoS 1 by p: t, s, s')
  })
})

describe('retained messages', () => {
  test('published before, and sent to who subscribes', () => {
    const plant = new Plant().message({ to: [], topic: 'r/b', payload: 'state', options: { qos: 1, retain: true } }).wait(30)
    plant.p.ping()
    plant.connect('x').subscribe('r/#').copy('r/b', 'state', { qos: 1, retain: true })
    expect(told(plant.settle())).toEqual(['late, of r/b: x retained'])
  })

  test('published right before', () => {
    const plant = new Plant()
    const x = plant.connect('x').subscribe('r/#', { answered: false })
    plant.p.publish('r/b', 'state', { qos: 1, retain: true })
    x.granted(1, [1]).copy('r/b', 'state', { qos: 1, retain: true })
    expect(told(plant.settle())).toEqual(['r/b QoS 1 by p: x retained'])
  })

  test('cleared: from nowhere again', () => {
    const plant = new Plant()
    plant.p.publish('r/b', 'state', { qos: 1, retain: true })
    plant.wait(5)
    plant.p.publish('r/b', '', { qos: 1, retain: true })
    plant.wait(5)
    plant.connect('x').subscribe('r/#').copy('r/b', 'state', { qos: 1, retain: true })
    expect(told(plant.settle())).toEqual(['late, of r/b: x retained likely'])
  })

  test('the flag as published, where that was asked for, is a live copy', () => {
    const plant = new Plant({ subscriber: { version: '5.0' } })
    plant.s.subscribe({ 'a/#': { rap: true } })
    plant.wait(25)
    plant.p.publish('a/b', 'state', { qos: 1, retain: true })
    plant.s.copy('a/b', 'state', { qos: 1, retain: true })
    plant.t.copy('a/b', 'state', QOS_1)
    expect(told(plant.settle())).toEqual([])
  })

  test('the flag where it should not be: the copy is not missing', () => {
    const plant = new Plant().wait(30)
    plant.p.publish('a/b', 'state', { qos: 1, retain: true })
    for (const client of [plant.s, plant.t]) client.copy('a/b', 'state', { qos: 1, retain: true })
    expect(told(plant.settle())).toEqual([])
  })
})

describe('copies that come late', () => {
  test('stored for a client that was away', () => {
    const plant = new Plant()
    plant.connect('x', { clean: false }).subscribe('a/#').disconnect()
    plant.wait(2).message({ to: [plant.s, plant.t], payload: 'one' }).message({ to: [plant.s, plant.t], payload: 'two' }).wait(300)
    plant.connect('x', { clean: false, sessionPresent: true }).copy('a/b', 'one', QOS_1).copy('a/b', 'two', QOS_1)
    const results = read(plant.settle().frames)
    expect(toldOf(results.filter(({ kind }) => kind === 'late-copy'))).toEqual(['late, of a/b: x stored', 'late, of a/b: x stored'])
    expect(results.every(({ kind }) => kind === 'publication' || kind === 'late-copy')).toBe(true)
  })

  test('stored, and the client is back at once', () => {
    const plant = new Plant()
    plant.connect('x', { clean: false }).subscribe('a/#').disconnect()
    plant.p.publish('a/b', 'one', QOS_1)
    for (const client of [plant.s, plant.t]) client.copy('a/b', 'one', QOS_1)
    plant.connect('x', { clean: false, sessionPresent: true }).copy('a/b', 'one', QOS_1)
    expect(told(plant.settle())).toEqual(['a/b QoS 1 by p: s, t, x stored'])
  })
})

describe('what a delivery says', () => {
  test('of a copy', () => {
    const plant = new Plant({ publisher: { version: '5.0' }, subscriber: { version: '5.0' } })
    plant.s.subscribe({ '+/b': {} }, { qos: 2, identifier: 5 })
    plant.wait(2)
    const properties = { contentType: 'text', userProperties: { a: 'b' } }
    plant.p.publish('a/b', 'the one', { qos: 2, properties })
    plant.s.copy('a/b', 'the one', { qos: 2, properties: { ...properties, subscriptionIdentifier: 5 } })
    plant.t.copy('a/b', 'the one', { qos: 1, properties: { contentType: 'other' } })
    const delivery = read(plant.settle().frames).at(-1)
    expect(delivery).toMatchObject({
      kind: 'publication',
      publication: { topic: 'a/b', qos: 2, retain: false, payloadLength: 7, publisher: { clientIdentifier: 'p', server: '10.0.0.2:1883', version: '5.0' }, resent: 0 },
      acceptance: 'accepted', reasonCode: 0, subscribers: 2,
      copies: [
        { client: { clientIdentifier: 's', stream: 1, address: '10.0.1.65:40001' }, qos: 2, grantedQos: 2, filters: ['a/#', '+/b'], subscriptionIdentifiers: [5], unaltered: true, duration: 400_000, certainty: 'certain' },
        { client: { clientIdentifier: 't' }, qos: 1, grantedQos: 1, filters: ['a/#'], subscriptionIdentifiers: [], unaltered: false, certainty: 'likely' },
      ],
      missing: [], notJudged: [],
    })
  })

  test('each publication is told once', () => {
    const plant = new Plant()
    for (let time = 0; time < 20; time++) plant.usual({ qos: (time % 3) as 0 | 1 | 2 })
    const results = read(plant.settle().frames)
    const numbers = results.flatMap((result) => (result.kind === 'publication' ? [result.publication.number] : []))
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers).toHaveLength(23)
  })
})

test('content beyond what is decoded goes by its beginning', () => {
  const plant = new Plant()
  const large = `${'y'.repeat(1_100_000)}!`
  plant.p.publish('a/b', large, QOS_1)
  for (const client of [plant.s, plant.t]) client.copy('a/b', large, QOS_1)
  expect(told(plant.settle())).toEqual(['a/b QoS 1 by p: s likely, t likely'])
})
