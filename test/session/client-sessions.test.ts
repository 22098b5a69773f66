/** Sessions across connections: unfinished exchanges that go on, take-over, Session Present against what should be present. */
import { describe, expect, test } from 'vitest'
import { Conversation, HEX } from './conversation.ts'

/** MQTT 5.0, client `a`, without Clean Start, with a Session Expiry Interval in hex of four bytes. */
const connect5 = (expiry: string) => `1013 0004 4d515454 05 00 003c 05 11${expiry} 0001 61`
const DAY = '00015180'
const CONNACK_5 = (present: boolean, reasonCode = '00') => `2003 0${present ? 1 : 0}${reasonCode} 00`
const CONNACK_311 = (present: boolean) => `2002 0${present ? 1 : 0}00`
const KEEPS = HEX.connect311(false)

/** The first connection of a Session that lasts. */
const kept = () => new Conversation().client(KEEPS).server(CONNACK_311(false))
const withoutConnects = (conversation: Conversation) => conversation.end().told.filter((told) => !told.startsWith('connect'))
const torn = (conversation: Conversation) => conversation.reset('client').connect()

describe('an unfinished exchange goes on with the next connection: one exchange, not two', () => {
  test.each([
    ['QoS 1, sent again', torn(kept().client(HEX.publish1('0001'))).client(KEEPS).server(CONNACK_311(true)).client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001')),
      ['publish-qos1 client 1 complete again 1 resumed 1 (PUBLISH PUBLISH* PUBACK)']],
    ['QoS 2, sent again before PUBREC', torn(kept().client(HEX.publish2('0001'))).client(KEEPS).server(CONNACK_311(true)).client(HEX.publish2('0001', { dup: true }))
      .server(HEX.pubrec('0001')).client(HEX.pubrel('0001')).server(HEX.pubcomp('0001')),
      ['publish-qos2 client 1 complete again 1 resumed 1 (PUBLISH PUBLISH* PUBREC PUBREL PUBCOMP)']],
    ['QoS 2, behind PUBREC', torn(kept().client(HEX.publish2('0001')).server(HEX.pubrec('0001'))).client(KEEPS).server(CONNACK_311(true)).client(HEX.pubrel('0001')).server(HEX.pubcomp('0001')),
      ['publish-qos2 client 1 complete resumed 1 (PUBLISH PUBREC PUBREL PUBCOMP)']],
    ['QoS 2, behind PUBREL', torn(kept().client(HEX.publish2('0001')).server(HEX.pubrec('0001')).client(HEX.pubrel('0001'))).client(KEEPS).server(CONNACK_311(true))
      .client(HEX.pubrel('0001')).server(HEX.pubcomp('0001')),
      ['publish-qos2 client 1 complete again 1 resumed 1 (PUBLISH PUBREC PUBREL PUBREL* PUBCOMP)']],
    ['of the server', torn(kept().server(HEX.publish1('0007'))).client(KEEPS).server(CONNACK_311(true), HEX.publish1('0007', { dup: true })).client(HEX.puback('0007')),
      ['publish-qos1 server 7 complete again 1 resumed 1 (PUBLISH PUBLISH* PUBACK)']],
    ['sent before CONNACK is there', torn(kept().client(HEX.publish1('0001'))).client(KEEPS, HEX.publish1('0001', { dup: true })).server(CONNACK_311(true), HEX.puback('0001')),
      ['publish-qos1 client 1 complete again 1 resumed 1 (PUBLISH PUBLISH* PUBACK)']],
    ['over two more connections', torn(torn(kept().client(HEX.publish1('0001'))).client(KEEPS).server(CONNACK_311(true)).client(HEX.publish1('0001', { dup: true })))
      .client(KEEPS).server(CONNACK_311(true)).client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001')),
      ['publish-qos1 client 1 complete again 2 resumed 2 (PUBLISH PUBLISH* PUBLISH* PUBACK)']],
    ['when it is taken over, before the old connection is closed', kept().client(HEX.publish1('0001')).connect().client(KEEPS).server(CONNACK_311(true))
      .client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001')).on(0).fin('server').fin('client'),
      ['publish-qos1 client 1 complete again 1 resumed 1 (PUBLISH PUBLISH* PUBACK)']],
    ['of MQTT 5.0 with a Session Expiry Interval', torn(new Conversation().client(connect5(DAY)).server(CONNACK_5(false)).client(HEX.publish1('0001').replace('06', '07').replace('0001 21', '0001 00 21')))
      .client(connect5(DAY)).server(CONNACK_5(true)).client(HEX.publish1('0001', { dup: true }).replace('06', '07').replace('0001 21', '0001 00 21')).server(HEX.puback('0001')),
      ['publish-qos1 client 1 complete code 0 again 1 resumed 1 (PUBLISH PUBLISH* PUBACK)']],
  ] as [string, Conversation, string[]][])('%s', (_name, conversation, expected) => {
    expect(withoutConnects(conversation)).toEqual(expected)
    expect(conversation.tracker.unexpected).toBe(0)
  })

  test('and counts as in flight only once its PUBLISH is sent again (MQTT 5.0 §4.9)', () => {
    const unfinished = kept().client(HEX.publish1('0001'), HEX.publish2('0002'), HEX.publish2('0003')).server(HEX.pubrec('0003'))
    const conversation = torn(unfinished).client(KEEPS).server(CONNACK_311(true))
      .client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001')).client(HEX.publish2('0002', { dup: true }), HEX.pubrel('0003'), HEX.publish1('0004'))
    // Of the second connection: 0002 and 0004, since the receiver has had the PUBLISH of 0003.
    expect(conversation.end().mostInFlight).toEqual([3, 2])
  })

  test('and tells why it took so long', () => {
    const conversation = torn(kept().client(HEX.publish1('0001'))).wait(5_000).client(KEEPS).server(CONNACK_311(true)).client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001'))
    conversation.end()
    expect(conversation.exchanges.find(({ kind }) => kind === 'publish-qos1')!.causes).toEqual([{ leg: 0, cause: 'away', duration: 5_006e6 }])
  })

  test('and is not called abandoned where the end of its connection, and maybe its answer, was not seen', () => {
    const conversation = kept().client(HEX.publish1('0001')).connect().client(KEEPS).server(CONNACK_311(true)).client(HEX.pingreq).server(HEX.pingresp).fin('client').fin('server').end()
    expect(conversation.told).toContain('publish-qos1 client 1 partly-seen unsure (PUBLISH)')
  })

  test('which is a number also where it went on twice', () => {
    const unfinished = torn(kept().server(HEX.publish2('0001')).client(HEX.pubrec('0001'))).client(KEEPS).server(CONNACK_311(true)).server(HEX.publish2('0001', { dup: true }))
    const conversation = torn(unfinished).client(KEEPS).server(CONNACK_311(true)).server(HEX.pubrel('0001')).client(HEX.pubcomp('0001')).end()
    const { causes, resumed } = conversation.exchanges.find(({ kind }) => kind === 'publish-qos2')!
    expect(resumed).toBe(2)
    expect(causes.map(({ cause, duration }) => [cause, Number.isFinite(duration)])).toEqual([['away', true]])
  })
})

describe('it ends', () => {
  test.each([
    ['with a clean Session', torn(new Conversation().client(HEX.connect311()).server(CONNACK_311(false)).client(HEX.publish1('0001'))).client(HEX.connect311()).server(CONNACK_311(false)),
      ['publish-qos1 client 1 abandoned (PUBLISH)']],
    ['where the next connection starts clean', torn(kept().client(HEX.publish1('0001'))).client(HEX.connect311()).server(CONNACK_311(false)),
      ['publish-qos1 client 1 abandoned (PUBLISH)']],
    ['where the server has no Session', torn(kept().client(HEX.publish1('0001'))).client(KEEPS).server(CONNACK_311(false)),
      ['publish-qos1 client 1 abandoned (PUBLISH)']],
    ['where the client does not come back', kept().client(HEX.publish1('0001')).reset('client'), ['publish-qos1 client 1 abandoned (PUBLISH)']],
    ['where its Packet Identifier is used again', torn(kept().client(HEX.publish1('0001'))).client(KEEPS).server(CONNACK_311(true)).client(HEX.publish1('0001', { topic: '75' })).server(HEX.puback('0001')),
      ['publish-qos1 client 1 superseded (PUBLISH)', 'publish-qos1 client 1 complete (PUBLISH PUBACK)']],
    ['with a Session of 5.0 that does not outlive its connection', torn(new Conversation().client(connect5('00000000')).server(CONNACK_5(false)).server('3207 0001 74 0001 00 21'))
      .client(connect5('00000000')).server(CONNACK_5(false)),
      ['publish-qos1 server 1 abandoned (PUBLISH)']],
    ['of what the server remembers, only when the next CONNACK says so', torn(kept().server(HEX.publish1('0001'))).client(KEEPS).server(CONNACK_311(false)),
      ['publish-qos1 server 1 abandoned (PUBLISH)']],
  ] as [string, Conversation, string[]][])('%s', (_name, conversation, expected) => {
    expect(withoutConnects(conversation)).toEqual(expected)
  })

  test('not with a CONNECT that is refused', () => {
    const conversation = torn(torn(kept().client(HEX.publish1('0001'))).client(KEEPS).server(HEX.connack311('03'))).client(KEEPS).server(CONNACK_311(true))
      .client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001'))
    expect(withoutConnects(conversation)).toEqual(['publish-qos1 client 1 complete again 1 resumed 1 (PUBLISH PUBLISH* PUBACK)'])
  })

  test('is partly seen where its answer may only not be in the capture', () => {
    const conversation = torn(kept().client(HEX.publish1('0001')).lost('server', HEX.puback('0001')).acknowledge('client').wait(200).acknowledge('client'))
    expect(withoutConnects(conversation)).toEqual(['publish-qos1 client 1 partly-seen unsure (PUBLISH)'])
  })

  test('when there are too many Sessions', () => {
    const conversation = new Conversation({ limits: { clientSessions: 1 } }).client(KEEPS).server(CONNACK_311(false)).client(HEX.publish1('0001')).reset('client')
    conversation.connect().client(KEEPS.replace('0001 61', '0001 62')).server(CONNACK_311(false))
    expect(conversation.told).toEqual([expect.stringMatching(/^connect/), 'publish-qos1 client 1 abandoned (PUBLISH)', expect.stringMatching(/^connect/)])
    expect(conversation.tracker.forgottenSessions).toBe(1)
  })
})

describe('whether the server should have a Session', () => {
  const expected = (conversation: Conversation) => conversation.end().connections.map(({ sessionExpected }) => sessionExpected)
  const twice = (first: string, second: string, wait = 0) =>
    new Conversation().client(first).server('2003 000000').fin('client').fin('server').wait(wait).connect().client(second).server('2003 010000').fin('client').fin('server')

  test.each([
    ['not known of the first connection', twice(connect5(DAY), connect5(DAY)), [null, true]],
    ['no, for a clean start', twice(connect5(DAY), HEX.connect5(true)), [null, false]],
    ['no, where the Session ended with its connection', twice(connect5('00000000'), connect5(DAY)), [null, false]],
    ['yes, before it expires', twice(connect5('00000064'), connect5(DAY), 90_000), [null, true]],
    ['not known, about when it expires', twice(connect5('00000064'), connect5(DAY), 110_000), [null, null]],
    ['no, long after it has expired', twice(connect5('00000064'), connect5(DAY), 200_000), [null, false]],
  ] as [string, Conversation, (boolean | null)[]][])('%s', (_name, conversation, expectation) => {
    expect(expected(conversation)).toEqual(expectation)
  })

  test('yes, for 3.1.1 at any time', () => {
    const conversation = kept().fin('client').fin('server').wait(1e9).connect().client(KEEPS).server(CONNACK_311(true))
    expect(expected(conversation)).toEqual([null, true])
  })

  test('the client may give it another length of life when it leaves', () => {
    const conversation = new Conversation().client(connect5(DAY)).server(CONNACK_5(false)).client('e007 00 05 1100000000').fin('client').fin('server')
      .connect().client(connect5(DAY)).server(CONNACK_5(false))
    expect(expected(conversation)).toEqual([null, false])
  })
})

test('how long the client was away', () => {
  const conversation = kept().fin('client').fin('server').wait(2_000).connect().client(KEEPS).server(CONNACK_311(true)).end()
  expect(conversation.connections.map(({ reconnectedAfter }) => reconnectedAfter)).toEqual([null, 2_004e6])
})

describe('hours in which nothing is seen', () => {
  const opened = (conversation: Conversation) => withoutConnects(conversation)

  test('end what a connection was in, and it is not known whether that was broken off', () => {
    const conversation = new Conversation().client(HEX.connect311(true)).server(CONNACK_311(false)).client(HEX.publish1('0001')).hours(40)
    expect(opened(conversation)).toEqual(['publish-qos1 client 1 open (PUBLISH)'])
    expect(conversation.connections[0]!.closing).toMatchObject({ reason: 'unknown', certainty: 'unsure' })
  })

  test('keep what a Session may go on with, for as long as the client may be away', () => {
    const again = (hours: number) => torn(kept().client(HEX.publish1('0001'))).on(0).hours(hours).connect()
      .client(KEEPS).server(CONNACK_311(true)).client(HEX.publish1('0001', { dup: true })).server(HEX.puback('0001'))
    expect(opened(again(28))).toEqual(['publish-qos1 client 1 complete again 1 resumed 1 (PUBLISH PUBLISH* PUBACK)'])
    const forgotten = again(29)
    expect(opened(forgotten)).toEqual(['publish-qos1 client 1 abandoned (PUBLISH)', 'publish-qos1 client 1 complete (PUBLISH PUBACK)'])
    expect(forgotten.tracker.forgottenSessions).toBe(1)
  })

  test('a Session that has ended goes early, and is not missed', () => {
    const conversation = new Conversation().client(HEX.connect311(true)).server(CONNACK_311(false)).fin('client').fin('server').hours(3).connect()
      .client(connect5(DAY)).server(CONNACK_5(false)).fin('client').fin('server')
    expect(conversation.end().connections.map(({ sessionExpected }) => sessionExpected)).toEqual([false, null])
    expect(conversation.tracker.forgottenSessions).toBe(0)
  })

  test('nobody knows how long a client was away whose connection had no end', () => {
    const conversation = new Conversation().client(connect5('00000064')).server(CONNACK_5(false)).hours(30).connect().client(connect5('00000064')).server(CONNACK_5(true))
    expect(conversation.end().connections.map(({ sessionExpected, earlier }) => [sessionExpected, earlier])).toEqual([[null, null], [null, null]])
  })

  test('a refused CONNECT without an identifier leaves nothing behind', () => {
    const conversation = new Conversation().client(HEX.connect311(true).replace('0001 61', '0000').replace(/^10../, '100c'), HEX.publish1('0001')).server('2002 0005').fin('server').fin('client')
    expect(opened(conversation)).toEqual(['publish-qos1 client 1 abandoned (PUBLISH)'])
  })
})
