/** What slow legs were spent with, and what says nothing. */
import { describe, expect, test } from 'vitest'
import { Conversation, HEX } from './conversation.ts'

const open = () => new Conversation().client(HEX.connect311()).server(HEX.connack311()).acknowledge('client')

/** Causes in milliseconds, and the time of the network, of the exchange with identifier 1. */
function told(conversation: Conversation): { causes: string[]; network: number | null } {
  conversation.end()
  const { causes, network } = conversation.exchanges.find(({ packetIdentifier }) => packetIdentifier === 1)!
  return { causes: causes.map(({ leg, cause, duration }) => `${leg} ${cause} ${duration / 1e6}`), network: network === null ? null : network / 1e6 }
}

const PUBLISH = HEX.publish1('0001')
const PUBACK = HEX.puback('0001')

describe('a slow answer', () => {
  test.each([
    ['whose request was acknowledged at once: the program', open().client(PUBLISH).acknowledge('server').wait(500).server(PUBACK), { causes: ['0 server 501'], network: 1 }],
    ['whose request was acknowledged late: the network too', open().client(PUBLISH).wait(600).acknowledge('server').wait(600).server(PUBACK),
      { causes: ['0 network 601', '0 server 601'], network: 601 }],
    ['whose acknowledgement may have been delayed: the round trip of the handshake counts', open().client(PUBLISH).wait(40).acknowledge('server').wait(600).server(PUBACK),
      { causes: ['0 server 641'], network: 1 }],
    ['whose acknowledgement came after TCP would have sent the request again: an earlier one is not in the capture',
      open().client(PUBLISH).wait(1_200).acknowledge('server').wait(100).server(PUBACK), { causes: ['0 server 1302'], network: null }],
    ['whose acknowledgement came late, and TCP did send the request again: the network too',
      open().client(PUBLISH).wait(1_200).again('client', PUBLISH).acknowledge('server').wait(400).server(PUBACK),
      { causes: ['0 retransmission 1201'], network: 1202 }],
    ['that came together with the acknowledgement: nothing is known', open().client(PUBLISH).wait(500).server(PUBACK), { causes: [], network: null }],
    ['of which the capture lacks what came before: the program is not blamed',
      open().client(PUBLISH).acknowledge('server').lost('server', HEX.pingresp).acknowledge('client').wait(300).server(PUBACK), { causes: [], network: 1 }],
    ['that was held back until an earlier small segment was acknowledged', open().client(HEX.pingreq, PUBLISH).server(HEX.pingresp).wait(40).acknowledge('client').server(PUBACK),
      { causes: ['0 nagle 41'], network: 1 }],
    ['behind a small segment that was sent again', open().client(HEX.pingreq, PUBLISH).server(HEX.pingresp).wait(200).again('server', HEX.pingresp).wait(20).acknowledge('client').server(PUBACK),
      { causes: ['0 retransmission 202'], network: 1 }],
    ['to a request that TCP sent again', open().client(PUBLISH).wait(200).again('client', PUBLISH).acknowledge('server').server(PUBACK),
      { causes: ['0 retransmission 201'], network: 1 }],
    ['to a client that took no bytes', open().client(PUBLISH).acknowledge('server').window('client', 0).wait(300).window('client', 1000).server(PUBACK),
      { causes: ['0 window 301'], network: 1 }],
  ] as [string, Conversation, { causes: string[]; network: number | null }][])('%s', (_name, conversation, expected) => {
    expect(told(conversation)).toEqual(expected)
  })

  test('after a while in which other bytes of that side were not acknowledged: the program only until the first of these', () => {
    const conversation = open().client(PUBLISH).acknowledge('server').wait(100).server(HEX.pingresp).wait(900).acknowledge('client').server(PUBACK)
    expect(told(conversation).causes).toEqual(['0 server 101'])
  })

  test('in each leg of QoS 2', () => {
    const conversation = open().client(HEX.publish2('0001')).acknowledge('server').wait(100).server(HEX.pubrec('0001')).acknowledge('client').wait(200).client(HEX.pubrel('0001'))
      .acknowledge('server').wait(300).server(HEX.pubcomp('0001'))
    expect(told(conversation)).toEqual({ causes: ['0 server 101', '1 client 201', '2 server 301'], network: 3 })
  })
})

describe('nothing is said', () => {
  test.each([
    ['of a quick answer', open().client(PUBLISH).acknowledge('server').wait(5).server(PUBACK)],
    ['of the program where the connection has just lost packets', open().client(HEX.pingreq).wait(300).again('client', HEX.pingreq).server(HEX.pingresp).client(PUBLISH)
      .acknowledge('server').wait(300).server(PUBACK)],
    ['of Nagle where the side does not wait for acknowledgements', open().client(HEX.pingreq, HEX.pingreq).server(HEX.pingresp, HEX.pingresp).acknowledge('client')
      .client(HEX.pingreq, PUBLISH).server(HEX.pingresp).wait(40).acknowledge('client').server(PUBACK)],
    ['of Nagle where the acknowledgement came later than any is delayed', open().client(HEX.pingreq, PUBLISH).server(HEX.pingresp).wait(900).acknowledge('client').server(PUBACK)],
    ['of the program where what it sent before waits for its acknowledgement', open().client(HEX.pingreq, PUBLISH).server(HEX.pingresp).wait(300).server(PUBACK)],
  ])('%s', (_name, conversation) => {
    expect(told(conversation).causes).toEqual([])
  })
})
