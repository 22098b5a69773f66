import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { legsOf, type Exchange } from '../../src/session/exchange.ts'
import { Conversation, HEX, identityOf, pair } from './conversation.ts'

const CONNECTED = 'connect client complete code 0 (CONNECT CONNACK)'

function connected(): Conversation {
  return new Conversation().client(HEX.connect311()).server(HEX.connack311())
}

/** What is told of a conversation behind CONNECT and CONNACK. */
function behindConnect(conversation: Conversation): string[] {
  const { told } = conversation.end()
  expect(told[0]).toBe(CONNECTED)
  return told.slice(1)
}

describe('exchanges that are complete', () => {
  test('QoS 1, either way', () => {
    const told = behindConnect(connected().client(HEX.publish1('0001')).server(HEX.publish1('0001'), HEX.puback('0001')).client(HEX.puback('0001')))
    expect(told).toEqual(['publish-qos1 client 1 complete (PUBLISH PUBACK)', 'publish-qos1 server 1 complete (PUBLISH PUBACK)'])
  })

  test('QoS 2 with its three legs', () => {
    const conversation = connected()
    conversation.client(HEX.publish2('0007')).server(HEX.pubrec('0007')).client(HEX.pubrel('0007')).server(HEX.pubcomp('0007'))
    expect(behindConnect(conversation)).toEqual(['publish-qos2 client 7 complete (PUBLISH PUBREC PUBREL PUBCOMP)'])
    expect(conversation.exchanges[1]!.duration).toBe(3_000_000)
    expect(legsOf(conversation.exchanges[1]!)).toEqual([1_000_000, 1_000_000, 1_000_000])
  })

  test('SUBSCRIBE with what was granted and refused, UNSUBSCRIBE, PING', () => {
    const conversation = connected()
    conversation.client(HEX.subscribe('0001')).server(HEX.suback('0001', '0180')).client(HEX.unsubscribe('0002'), HEX.pingreq, HEX.pingreq)
    conversation.server(HEX.unsuback('0002'), HEX.pingresp, HEX.pingresp)
    expect(behindConnect(conversation)).toEqual([
      'subscribe client 1 failed code 128 (SUBSCRIBE SUBACK)', 'unsubscribe client 2 complete (UNSUBSCRIBE UNSUBACK)',
      'ping client complete (PINGREQ PINGRESP)', 'ping client complete (PINGREQ PINGRESP)',
    ])
    expect(conversation.exchanges[1]!.filters).toEqual([{ topicFilter: 'a', qos: 1, reasonCode: 1 }, { topicFilter: 'b', qos: 2, reasonCode: 128 }])
    // The first answer belongs to the first request.
    expect(conversation.exchanges.slice(3).map(({ duration }) => duration)).toEqual([3_000_000, 3_000_000])
  })

  test('acknowledgements in another order than their requests', () => {
    const told = behindConnect(connected().client(HEX.publish1('0001'), HEX.publish1('0002')).server(HEX.puback('0002'), HEX.puback('0001')))
    expect(told).toEqual(['publish-qos1 client 2 complete (PUBLISH PUBACK)', 'publish-qos1 client 1 complete (PUBLISH PUBACK)'])
  })

  test('the same identifier on both sides at once', () => {
    const conversation = connected().client(HEX.publish2('0001')).server(HEX.publish2('0001'), HEX.pubrec('0001')).client(HEX.pubrec('0001'), HEX.pubrel('0001'))
    conversation.server(HEX.pubrel('0001'), HEX.pubcomp('0001')).client(HEX.pubcomp('0001'))
    expect(behindConnect(conversation)).toEqual([
      'publish-qos2 client 1 complete (PUBLISH PUBREC PUBREL PUBCOMP)', 'publish-qos2 server 1 complete (PUBLISH PUBREC PUBREL PUBCOMP)',
    ])
  })

  test('an identifier used again afterwards', () => {
    const told = behindConnect(connected().client(HEX.publish1('0001')).server(HEX.puback('0001')).client(HEX.publish2('0001')).server(HEX.pubrec('0001')))
    expect(told).toEqual(['publish-qos1 client 1 complete (PUBLISH PUBACK)', 'publish-qos2 client 1 open (PUBLISH PUBREC)'])
  })

  test('an authentication in several rounds, and another one later (5.0)', () => {
    const conversation = new Conversation().client('1016 0004 4d515454 05 02 003c 08 15 0001 78 16 0001 31 0001 61'.replace('1016', '1016'))
    conversation.server('f00a 18 08 15 0001 78 16 0001 32').client('f00a 18 08 15 0001 78 16 0001 33').server(HEX.connack5())
    conversation.client('f00a 19 08 15 0001 78 16 0001 34').server('f00a 18 08 15 0001 78 16 0001 35').client('f00a 18 08 15 0001 78 16 0001 36')
    conversation.server('f006 00 04 15 0001 78').end()
    expect(conversation.told).toEqual([
      'connect client complete code 0 (CONNECT AUTH AUTH CONNACK)', 'authenticate client complete code 0 (AUTH AUTH AUTH AUTH)',
    ])
  })
})

describe('many exchanges at once', () => {
  const identifiers = Array.from({ length: 100 }, (_, index) => (index + 1).toString(16).padStart(4, '0'))

  test.each([
    ['in their order', identifiers],
    ['in the opposite order', [...identifiers].reverse()],
    ['some from the middle first', [...identifiers.slice(40, 60), ...identifiers.slice(0, 40), ...identifiers.slice(60)]],
  ])('answered %s', (_order, answers) => {
    const told = behindConnect(connected().client(...identifiers.map((identifier) => HEX.publish1(identifier))).server(...answers.map(HEX.puback)))
    expect(told).toEqual(answers.map((identifier) => `publish-qos1 client ${parseInt(identifier, 16)} complete (PUBLISH PUBACK)`))
  })

  test('more of them while the table of the first ones shrinks', () => {
    const first = identifiers.slice(0, 40)
    const later = identifiers.slice(40, 50)
    const conversation = connected().client(...first.map((identifier) => HEX.publish1(identifier))).server(...first.slice(0, 15).map(HEX.puback))
      .client(...later.map((identifier) => HEX.publish1(identifier))).server(...later.map(HEX.puback))
    expect(behindConnect(conversation).filter((told) => told.includes('complete'))).toHaveLength(25)
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('and none answered', () => {
    const conversation = connected().client(...identifiers.map((identifier) => HEX.publish2(identifier))).reset('client')
    expect(behindConnect(conversation)).toEqual(identifiers.map((identifier) => `publish-qos2 client ${parseInt(identifier, 16)} abandoned (PUBLISH)`))
  })
})

describe('exchanges that fail', () => {
  test('CONNECT refused, in 3.1.1 and 5.0', () => {
    expect(new Conversation().client(HEX.connect311()).server(HEX.connack311('05')).end().told).toEqual(['connect client failed code 5 (CONNECT CONNACK)'])
    expect(new Conversation().client(HEX.connect5()).server(HEX.connack5('87')).end().told).toEqual(['connect client failed code 135 (CONNECT CONNACK)'])
  })

  test('PUBREC that refuses ends QoS 2 (5.0)', () => {
    const conversation = new Conversation().client(HEX.connect5()).server(HEX.connack5()).client('3407 0001 74 0003 00 21').server('5003 0003 97').end()
    expect(conversation.told[1]).toBe('publish-qos2 client 3 failed code 151 (PUBLISH PUBREC)')
  })

  test('SUBACK that refuses every filter', () => {
    expect(behindConnect(connected().client(HEX.subscribe('0001')).server(HEX.suback('0001', '8080')))).toEqual(['subscribe client 1 failed code 128 (SUBSCRIBE SUBACK)'])
  })
})

describe('exchanges without an end', () => {
  test('the capture ends', () => {
    expect(behindConnect(connected().client(HEX.publish1('0001'), HEX.pingreq))).toEqual(['publish-qos1 client 1 open (PUBLISH)', 'ping client open (PINGREQ)'].sort((a, b) => b.localeCompare(a)))
  })

  test.each([
    ['RST', (conversation: Conversation) => conversation.reset('server')],
    ['FIN of both', (conversation: Conversation) => conversation.fin('client').fin('server')],
  ])('the connection ends by %s', (_how, end) => {
    expect(behindConnect(end(connected().client(HEX.publish2('0001')).server(HEX.pubrec('0001'))))).toEqual(['publish-qos2 client 1 abandoned (PUBLISH PUBREC)'])
  })

  test('one side has finished, and the other still answers', () => {
    const told = behindConnect(connected().client(HEX.publish1('0001')).fin('client').server(HEX.puback('0001')))
    expect(told).toEqual(['publish-qos1 client 1 complete (PUBLISH PUBACK)'])
  })

  test('the identifier is used for something else', () => {
    const told = behindConnect(connected().client(HEX.publish1('0001'), HEX.subscribe('0001')).server(HEX.suback('0001')))
    expect(told).toEqual(['publish-qos1 client 1 superseded (PUBLISH)', 'subscribe client 1 complete code 1 (SUBSCRIBE SUBACK)'])
  })

  test('only one direction is in the capture', () => {
    const conversation = new Conversation({ syn: false }).client(HEX.connect311(), HEX.publish1('0001'), HEX.pingreq).end()
    expect(conversation.told).toEqual([
      'connect client partly-seen unsure (CONNECT)', 'publish-qos1 client 1 partly-seen unsure (PUBLISH)', 'ping client partly-seen unsure (PINGREQ)',
    ])
  })
})

describe('the end that began an exchange', () => {
  const port = ({ connection, sender }: Exchange) => connection.tcp.endpoints[sender].port

  test('the client, or the server', () => {
    const { exchanges } = connected().client(HEX.publish1('0001')).server(HEX.publish1('0001')).end()
    expect(exchanges.map(port)).toEqual([40_000, 40_000, 1883])
  })

  test('the client also where the first packet in the capture is an answer to it', () => {
    expect(new Conversation({ syn: false }).server(HEX.puback('0001')).end().exchanges.map(port)).toEqual([40_000])
  })
})

describe('packets sent again', () => {
  test('QoS 1 with DUP is one exchange', () => {
    const told = behindConnect(connected().client(HEX.publish1('0001'), HEX.publish1('0001', { dup: true })).server(HEX.puback('0001')))
    expect(told).toEqual(['publish-qos1 client 1 complete again 1 (PUBLISH PUBLISH* PUBACK)'])
  })

  test('with DUP, but another topic: another message', () => {
    const told = behindConnect(connected().client(HEX.publish1('0001'), HEX.publish1('0001', { dup: true, topic: '75' })).server(HEX.puback('0001')))
    expect(told).toEqual(['publish-qos1 client 1 superseded (PUBLISH)', 'publish-qos1 client 1 complete (PUBLISH PUBACK)'])
  })

  test('QoS 2: repetitions cross their answers, and take no leg', () => {
    const conversation = connected().client(HEX.publish2('0001')).server(HEX.pubrec('0001')).client(HEX.publish2('0001', { dup: true }))
    conversation.server(HEX.pubrec('0001')).client(HEX.pubrel('0001'), HEX.pubrel('0001')).server(HEX.pubcomp('0001'))
    expect(behindConnect(conversation)).toEqual(['publish-qos2 client 1 complete again 3 (PUBLISH PUBREC PUBLISH* PUBREC* PUBREL PUBREL* PUBCOMP)'])
    expect(legsOf(conversation.exchanges[1]!)).toEqual([1_000_000, 3_000_000, 2_000_000])
  })
})

describe('answers that nobody asked for', () => {
  test.each([
    ['PUBACK', connected().server(HEX.puback('0001'))],
    ['PUBACK in place of PUBREC', connected().client(HEX.publish2('0001')).server(HEX.puback('0001'))],
    ['PUBCOMP before PUBREL', connected().client(HEX.publish2('0001')).server(HEX.pubrec('0001'), HEX.pubcomp('0001'))],
    ['a second PUBACK', connected().client(HEX.publish1('0001')).server(HEX.puback('0001'), HEX.puback('0001'))],
    ['PINGRESP', connected().server(HEX.pingresp)],
    ['a second CONNACK', connected().server(HEX.connack311())],
    ['PUBREL behind a clean start', connected().client(HEX.pubrel('0001'))],
    ['SUBACK with another identifier', connected().client(HEX.subscribe('0001')).server(HEX.suback('0100'))],
  ])('%s', (_what, conversation) => {
    expect(conversation.end().told.filter((told) => / partly-seen /.test(told))).toEqual([])
    expect(conversation.tracker.unexpected).toBe(1)
  })

  test('PUBREL of a Session that began earlier is the rest of an exchange', () => {
    const conversation = new Conversation().client(HEX.connect311(false)).server('2002 0100').client(HEX.pubrel('0009')).server(HEX.pubcomp('0009')).end()
    expect(conversation.told.slice(1)).toEqual(['publish-qos2 client 9 partly-seen unsure (PUBREL PUBCOMP)'])
    expect(conversation.tracker.unexpected).toBe(0)
  })
})

describe('what the capture lacks is no fault', () => {
  test('a capture that begins in the middle', () => {
    const conversation = new Conversation({ syn: false }).server(HEX.puback('0001'), HEX.pubrec('0002')).client(HEX.pubrel('0002'), HEX.pingreq)
    conversation.server(HEX.pubcomp('0002'), HEX.pingresp).end()
    expect(conversation.told).toEqual([
      'publish-qos1 client 1 partly-seen unsure (PUBACK)', 'publish-qos2 client 2 partly-seen unsure (PUBREC PUBREL PUBCOMP)', 'ping client complete (PINGREQ PINGRESP)',
    ])
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('the CONNECT: whether a Session goes on is not known', () => {
    const conversation = new Conversation({ syn: false }).server(HEX.pingresp).client(HEX.publish1('0001')).server(HEX.publish2('0002')).client(HEX.pingreq).reset('client').end()
    expect(conversation.told.slice(1)).toEqual([
      'publish-qos1 client 1 partly-seen unsure (PUBLISH)', 'publish-qos2 server 2 partly-seen unsure (PUBLISH)', 'ping client abandoned (PINGREQ)',
    ])
  })

  test('a lost CONNACK, before the server disconnects for another reason', () => {
    const conversation = new Conversation().client(HEX.connect5()).lost('server', HEX.connack5()).client(HEX.pingreq).acknowledge('client').wait(300)
    conversation.server(HEX.pingresp, 'e00181').fin('server').fin('client').end()
    expect(conversation.told).toContain('connect client partly-seen code 129 unsure (CONNECT DISCONNECT)')
  })

  test('all answers, where the Session goes on', () => {
    const conversation = new Conversation({ syn: false }).client(HEX.connect311(false), HEX.publish1('0001')).fin('client').end()
    expect(conversation.told).toEqual(['connect client partly-seen unsure (CONNECT)', 'publish-qos1 client 1 partly-seen unsure (PUBLISH)'])
  })

  test('a lost request', () => {
    const conversation = connected().lost('client', HEX.publish1('0001')).server(HEX.puback('0001')).client(HEX.pingreq).server(HEX.pingresp).end()
    expect(conversation.told).toContain('publish-qos1 client 1 partly-seen unsure (PUBACK)')
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('a lost answer', () => {
    const conversation = connected().client(HEX.publish1('0001')).lost('server', HEX.puback('0001')).client(HEX.pingreq).server(HEX.pingresp).fin('client').fin('server').end()
    expect(conversation.told).toContain('publish-qos1 client 1 partly-seen unsure (PUBLISH)')
  })

  test('a lost step in the middle', () => {
    const conversation = connected().client(HEX.publish2('0001')).server(HEX.pubrec('0001')).lost('client', HEX.pubrel('0001')).server(HEX.pubcomp('0001'))
    expect(conversation.client(HEX.pingreq).end().told).toContain('publish-qos2 client 1 partly-seen unsure (PUBLISH PUBREC PUBCOMP)')
    expect(conversation.tracker.unexpected).toBe(0)
  })
})

describe('limits', () => {
  test('PINGREQs that nothing answers', () => {
    const conversation = new Conversation({ limits: { openPings: 2 } }).client(HEX.connect311()).server(HEX.connack311()).client(HEX.pingreq, HEX.pingreq, HEX.pingreq)
    expect(conversation.told).toEqual([CONNECTED, 'ping client open (PINGREQ)'])
  })

  test('exchanges at once', () => {
    const conversation = new Conversation({ limits: { openExchanges: 2 } }).client(HEX.connect311()).server(HEX.connack311())
    conversation.client(HEX.publish1('0001'), HEX.publish1('0002'), HEX.publish1('0003')).server(HEX.puback('0001')).client(HEX.publish1('0004'))
    expect(conversation.tracker.leftOut).toBe(1)
    expect(conversation.told.slice(1)).toEqual(['publish-qos1 client 1 complete (PUBLISH PUBACK)'])
  })

  test('packets of one exchange: the first ones stay, and the last', () => {
    const conversation = new Conversation().client(HEX.connect311()).server(HEX.connack311()).client(HEX.publish1('0001'))
    for (let time = 0; time < 20; time++) conversation.client(HEX.publish1('0001', { dup: true }))
    expect(behindConnect(conversation.server(HEX.puback('0001')))).toEqual([`publish-qos1 client 1 complete again 20 (PUBLISH ${'PUBLISH* '.repeat(6)}PUBACK)`])
    expect(conversation.exchanges.map(({ packets }) => packets)).toEqual([2, 22])
  })
})

describe('frames left out of real captures', () => {
  const FILE_HEADER = 24
  const RECORD_HEADER = 16

  function recordsOf(capture: Buffer): Buffer[] {
    const records: Buffer[] = []
    for (let at = FILE_HEADER; at < capture.length; ) {
      const end = at + RECORD_HEADER + capture.readUInt32LE(at + 8)
      records.push(capture.subarray(at, end))
      at = end
    }
    return records
  }

  test.each(['qmqtt', 'mosquitto-3.1.1', 'mqttjs-5.0', 'aedes-3.1.1'])('%s: nothing is accused, and what is complete is what it was', (name) => {
    const capture = readFileSync(new URL(`../../fixtures/captures/${name}.pcap`, import.meta.url))
    const records = recordsOf(capture)
    const whole = pair(capture)
    expect(whole.unexpected).toBe(0)
    const known = new Set(whole.exchanges.map(identityOf))
    // The first frame stays: times count from it.
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: records.length - 1 }), { maxLength: 12 }), (missing) => {
        const left = new Set(missing)
        const { exchanges, unexpected } = pair(Buffer.concat([capture.subarray(0, FILE_HEADER), ...records.filter((_record, index) => !left.has(index))]))
        expect(unexpected).toBe(0)
        for (const exchange of exchanges) {
          if (exchange.outcome === 'complete' && exchange.certainty !== 'certain') continue
          if (exchange.outcome === 'complete') expect(known).toContain(identityOf(exchange))
          else expect(exchange.outcome).toMatch(/^(partly-seen|open)$/)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('a request that waits behind missing bytes while its answer is captured', () => {
  /** A byte of the client is not in the capture; what it sends behind it waits until the server has acknowledged it for a while. */
  const behindHole = () => connected().lost('client', HEX.pingreq)

  test.each([
    ['PUBLISH of QoS 1', behindHole().client(HEX.publish1('0001')).server(HEX.puback('0001')).wait(200).client(HEX.pingreq),
      'publish-qos1 client 1 complete (PUBLISH PUBACK)'],
    ['PUBLISH of QoS 2', behindHole().client(HEX.publish2('0001')).server(HEX.pubrec('0001')).wait(200).client(HEX.pubrel('0001')).server(HEX.pubcomp('0001')),
      'publish-qos2 client 1 complete (PUBLISH PUBREC PUBREL PUBCOMP)'],
    ['SUBSCRIBE', behindHole().client(HEX.subscribe('0001')).server(HEX.suback('0001')).wait(200).client(HEX.pingreq),
      'subscribe client 1 complete code 1 (SUBSCRIBE SUBACK)'],
  ] as [string, Conversation, string][])('%s: one exchange', (_name, conversation, expected) => {
    expect(behindConnect(conversation)).toContain(expected)
    expect(conversation.exchanges.filter(({ packetIdentifier }) => packetIdentifier === 1)).toHaveLength(1)
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('whose answer is missing before a FIN that was captured', () => {
    const conversation = connected().client(HEX.subscribe('0001')).lost('server', HEX.suback('0001'))
    expect(behindConnect(conversation.fin('server').reset('client'))).toEqual(['subscribe client 1 partly-seen unsure (SUBSCRIBE)'])
  })

  test('that is itself missing: the answer alone', () => {
    const conversation = connected().lost('client', HEX.publish1('0001')).client(HEX.pingreq).server(HEX.puback('0001')).wait(200).client(HEX.pingreq).server(HEX.pingresp)
    expect(behindConnect(conversation)).toContain('publish-qos1 client 1 partly-seen unsure (PUBACK)')
  })
})

describe('a request that the capture has behind its answer, as where two interfaces are captured', () => {
  const swapped = (request: string, answer: string) => connected().lost('client', request).server(answer).again('client', request)

  test.each([
    ['PUBLISH of QoS 1', swapped(HEX.publish1('0001'), HEX.puback('0001')), 'publish-qos1 client 1 complete (PUBLISH PUBACK)'],
    ['PUBLISH of QoS 2', swapped(HEX.publish2('0001'), HEX.pubrec('0001')).client(HEX.pubrel('0001')).server(HEX.pubcomp('0001')),
      'publish-qos2 client 1 complete (PUBLISH PUBREC PUBREL PUBCOMP)'],
    ['SUBSCRIBE', swapped(HEX.subscribe('0001'), HEX.suback('0001')), 'subscribe client 1 complete code 1 (SUBSCRIBE SUBACK)'],
  ] as [string, Conversation, string][])('%s: one exchange', (_name, conversation, expected) => {
    expect(behindConnect(conversation.client(HEX.disconnect).fin('client').fin('server'))).toEqual([expected])
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('PUBREL behind its PUBCOMP: it is not unexpected', () => {
    const conversation = connected().client(HEX.publish2('0001')).server(HEX.pubrec('0001')).lost('client', HEX.pubrel('0001')).server(HEX.pubcomp('0001'))
    expect(behindConnect(conversation.again('client', HEX.pubrel('0001')).client(HEX.disconnect).fin('client').fin('server'))).toEqual([
      'publish-qos2 client 1 complete (PUBLISH PUBREC PUBREL PUBCOMP)',
    ])
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('PINGREQ: each has its own answer', () => {
    const conversation = swapped(HEX.pingreq, HEX.pingresp).client(HEX.pingreq).server(HEX.pingresp).client(HEX.disconnect).fin('client').fin('server')
    expect(behindConnect(conversation)).toEqual(['ping client complete (PINGREQ PINGRESP)', 'ping client complete (PINGREQ PINGRESP)'])
  })

  test('took no time, as far as the capture tells', () => {
    const conversation = swapped(HEX.publish2('0001'), HEX.pubrec('0001')).client(HEX.pubrel('0001')).server(HEX.pubcomp('0001'))
    behindConnect(conversation.client(HEX.disconnect).fin('client').fin('server'))
    expect(conversation.exchanges.at(-1)!.steps.map(({ time }) => time / 1e6)).toEqual([6, 5, 7, 8])
    expect(legsOf(conversation.exchanges.at(-1)!)).toEqual([0, 2e6, 1e6])
    const single = swapped(HEX.publish1('0001'), HEX.puback('0001'))
    behindConnect(single.client(HEX.disconnect).fin('client').fin('server'))
    expect(single.exchanges.at(-1)!.duration).toBe(0)
  })

  test('several at once, with one identifier: each has its own answer', () => {
    const conversation = connected()
    for (let turn = 0; turn < 3; turn++) conversation.lost('client', HEX.publish1('0001')).server(HEX.puback('0001')).again('client', HEX.publish1('0001'))
    expect(behindConnect(conversation)).toEqual(Array.from({ length: 3 }, () => 'publish-qos1 client 1 complete (PUBLISH PUBACK)'))
  })
})

describe('packets that cross a gap of the other side', () => {
  test('the answer to what was sent before the peer went on may be in it', () => {
    // The server's PUBACK is lost; what the client sends next was sent before it had that, or anything behind it.
    const conversation = connected().client(HEX.publish1('0001')).lost('server', HEX.puback('0001')).client(HEX.publish1('0001')).server(HEX.puback('0001')).client(HEX.pingreq)
    expect(behindConnect(conversation.server(HEX.pingresp))).toEqual([
      'publish-qos1 client 1 partly-seen unsure (PUBLISH)', 'publish-qos1 client 1 complete (PUBLISH PUBACK)', 'ping client complete (PINGREQ PINGRESP)',
    ])
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('PINGREQs on both sides of it: an answer is that of the last one that its sender had', () => {
    const conversation = connected().client(HEX.pingreq).lost('server', HEX.pingresp).client(HEX.pingreq)
    conversation.server(HEX.pingresp).client(HEX.pingreq).server(HEX.pingresp)
    expect(behindConnect(conversation)).toEqual([
      'ping client partly-seen unsure (PINGREQ)', 'ping client complete (PINGREQ PINGRESP)', 'ping client complete (PINGREQ PINGRESP)',
    ])
  })
})
