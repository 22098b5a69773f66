import { describe, expect, test } from 'vitest'
import { PACKET_TYPES, type PacketType } from '../../src/mqtt/packet.ts'
import { EXCHANGE_KINDS, type ExchangeKind } from '../../src/session/exchange.ts'
import { EXCHANGE_STATES, TRANSITIONS, isAgain, nextState, transition, type ExchangeState } from '../../src/session/transitions.ts'
import { Conversation, HEX } from './conversation.ts'

/** Every cell of the table, with real packets: how each state is reached, then any packet from either side. */

const AUTH = (code: string) => `f006 ${code} 04 15 0001 78`
const CONNECT_WITH_METHOD = '1012 0004 4d515454 05 02 003c 04 15 0001 78 0001 61'

const PACKETS: Readonly<Record<Exclude<PacketType, 'RESERVED'>, (kind: ExchangeKind) => string>> = {
  CONNECT: () => CONNECT_WITH_METHOD,
  CONNACK: () => HEX.connack5(),
  PUBLISH: (kind) => (kind === 'publish-qos2' ? '3c07 0001 74 0007 00 21' : '3a07 0001 74 0007 00 21'),
  PUBACK: () => HEX.puback('0007'),
  PUBREC: () => HEX.pubrec('0007'),
  PUBREL: () => HEX.pubrel('0007'),
  PUBCOMP: () => HEX.pubcomp('0007'),
  // With DUP, which only 3.1 had: a repetition.
  SUBSCRIBE: () => '8a07 0007 00 0001 61 01',
  SUBACK: () => '9004 0007 00 01',
  UNSUBSCRIBE: () => 'aa06 0007 00 0001 61',
  UNSUBACK: () => 'b004 0007 00 00',
  PINGREQ: () => HEX.pingreq,
  PINGRESP: () => HEX.pingresp,
  DISCONNECT: () => 'e000',
  AUTH: () => AUTH('18'),
}

type Sent = readonly (readonly ['initiator' | 'responder', string])[]

/** What brings an exchange of a kind into a state, from its first packet on. */
const REACHED: Readonly<Partial<Record<`${ExchangeKind} ${ExchangeState}`, Sent>>> = {
  'connect sent': [['initiator', CONNECT_WITH_METHOD]],
  'connect challenged': [['initiator', CONNECT_WITH_METHOD], ['responder', AUTH('18')]],
  'publish-qos1 sent': [['initiator', '3207 0001 74 0007 00 21']],
  'publish-qos2 sent': [['initiator', '3407 0001 74 0007 00 21']],
  'publish-qos2 received': [['initiator', '3407 0001 74 0007 00 21'], ['responder', HEX.pubrec('0007')]],
  'publish-qos2 released': [['initiator', '3407 0001 74 0007 00 21'], ['responder', HEX.pubrec('0007')], ['initiator', HEX.pubrel('0007')]],
  'subscribe sent': [['initiator', '8207 0007 00 0001 61 01']],
  'unsubscribe sent': [['initiator', 'a206 0007 00 0001 61']],
  'ping sent': [['initiator', HEX.pingreq]],
  'authenticate sent': [['initiator', AUTH('19')]],
  'authenticate challenged': [['initiator', AUTH('19')], ['responder', AUTH('18')]],
}

const CELLS = Object.entries(REACHED).flatMap(([name, sent]) => {
  const [kind, state] = name.split(' ') as [ExchangeKind, ExchangeState]
  return (Object.keys(PACKETS) as (keyof typeof PACKETS)[]).flatMap((packet) => (['initiator', 'responder'] as const).map((by) => ({ kind, state, by, packet, sent: sent! })))
})

function rowOf(kind: ExchangeKind, state: ExchangeState, by: string, packet: PacketType) {
  return TRANSITIONS.find((row) => row.kind === kind && row.state === state && row.by === by && row.packet === packet)
}

test('every row begins in a state that can be reached', () => {
  for (const { kind, state } of TRANSITIONS) expect(REACHED).toHaveProperty(`${kind} ${state}`)
})

test('the engine reads the table as it stands', () => {
  EXCHANGE_KINDS.forEach((kind, kindIndex) => EXCHANGE_STATES.forEach((state, stateIndex) => PACKET_TYPES.forEach((packet, type) => {
    for (const by of ['initiator', 'responder'] as const) {
      const row = rowOf(kind, state, by, packet)
      const found = transition(kindIndex, stateIndex, by === 'initiator', type)
      if (row === undefined) expect(found).toBe(0)
      else expect([EXCHANGE_STATES[nextState(found)], isAgain(found)]).toEqual([row.next, row.progress === 'again'])
    }
  })))
})

describe.each(['client', 'server'] as const)('begun by the %s', (initiator) => {
  const cells = CELLS.filter(({ kind }) => initiator === 'client' || kind.startsWith('publish'))

  test.each(cells)('$kind, $state: $packet from the $by', ({ kind, state, by, packet, sent }) => {
    const conversation = new Conversation()
    if (kind !== 'connect') conversation.client(CONNECT_WITH_METHOD).server(HEX.connack5())
    const send = (from: 'initiator' | 'responder', hex: string) => ((from === 'initiator') === (initiator === 'client') ? conversation.client(hex) : conversation.server(hex))
    for (const [from, hex] of sent) send(from, hex)
    send(by, PACKETS[packet](kind))
    conversation.end()
    const exchange = conversation.exchanges.find((one) => one.kind === kind && one.initiator === initiator)!
    const row = rowOf(kind, state, by, packet)
    expect(exchange.steps.length).toBe(sent.length + (row === undefined ? 0 : 1))
    expect(exchange.retransmitted).toBe(row?.progress === 'again' ? 1 : 0)
    if (row?.next === 'done') expect(exchange.outcome).toBe(packet === 'DISCONNECT' ? 'failed' : 'complete')
    else expect(exchange.outcome).toMatch(/^(open|superseded)$/)
  })
})
