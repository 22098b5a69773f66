/** Why connections ended: each reason with its evidence, and what looks like it and is not. */
import { describe, expect, test } from 'vitest'
import { closingText } from '../../src/report/closing-text.ts'
import { Conversation, HEX } from './conversation.ts'

/** MQTT 5.0 with a Keep Alive of 2 s, from client `id` (one character of hex ASCII). */
const CONNECT_2S = '100e 0004 4d515454 05 02 0002 00 0001 61'
const DISCONNECT_5 = (code: string) => `e001 ${code}`
const QOS_3 = '3606 0001 74 0001 21'

const open5 = () => new Conversation().client(CONNECT_2S).server(HEX.connack5())

/** In words, of the first connection that ended. */
function ended(conversation: Conversation): string {
  const connection = conversation.end().connections[0]!
  const { by, reason, certainty } = connection.closing!
  return `${reason} ${by} ${certainty}: ${closingText(connection)}`
}

describe('a connection ends', () => {
  test.each([
    ['by a DISCONNECT of the client', open5().client(HEX.disconnect).fin('client').fin('server'),
      'disconnect client certain: DISCONNECT of the client in packet 3: Normal disconnection'],
    ['by one whose FIN the capture does not show', open5().client(HEX.disconnect),
      'disconnect client certain: DISCONNECT of the client in packet 3: Normal disconnection'],
    ['by a DISCONNECT of 3.1.1, which has no code', new Conversation().client(HEX.connect311()).server(HEX.connack311()).client(HEX.disconnect).fin('client').fin('server'),
      'disconnect client certain: DISCONNECT of the client in packet 3'],
    ['by a server that shuts down', open5().server(DISCONNECT_5('8b')).fin('server'),
      'disconnect server certain: DISCONNECT of the server in packet 3: Server shutting down'],
    ['by refusal, in 5.0', new Conversation().client(CONNECT_2S).server(HEX.connack5('87')).fin('server').fin('client'),
      'refused server certain: refused by the CONNACK in packet 2: Not authorized'],
    ['by refusal, in 3.1.1', new Conversation().client(HEX.connect311()).server(HEX.connack311('05')).fin('server').fin('client'),
      'refused server certain: refused by the CONNACK in packet 2: not authorized'],
    ['by a DISCONNECT that says Keep Alive', open5().server(DISCONNECT_5('8d')).fin('server'),
      'keep-alive server certain: Keep Alive of 2 s: DISCONNECT of the server in packet 3: Keep Alive timeout'],
    ['by silence beyond the Keep Alive', open5().wait(3_000).fin('server').fin('client'),
      'keep-alive server likely: silent for 3.00s after packet 1; Keep Alive is 2 s. The server closed'],
    ['by silence, also where the client says more afterwards', open5().wait(3_000).fin('server').wait(2_000).client(HEX.pingreq, HEX.pingreq).reset('server'),
      'keep-alive server likely: silent for 3.00s after packet 1; Keep Alive is 2 s. The server closed'],
    ['by a DISCONNECT that says what was wrong', open5().client(QOS_3).server(DISCONNECT_5('81')).fin('server'),
      'protocol-error server certain: DISCONNECT of the server in packet 4: Malformed Packet'],
    ['at once after a defect', open5().client(QOS_3).fin('server').fin('client'),
      'protocol-error server likely: closed by the server, 1.00ms after a defect in packet 3 (publish.qos-3)'],
    ['by a DISCONNECT that says taken over', open5().server(DISCONNECT_5('8e')).fin('server'),
      'taken-over server certain: taken over by another connection: DISCONNECT of the server in packet 3: Session taken over'],
    ['without an answer to PINGREQ', open5().client(HEX.pingreq).wait(1_500).fin('client').fin('server'),
      'no-pingresp client likely: closed by the client: no PINGRESP within 1.50s of its PINGREQ, packet 3'],
    ['by a FIN of the client', open5().wait(500).fin('client').fin('server'),
      'fin client certain: closed by the client without DISCONNECT, 501ms after packet 2'],
    ['by a FIN of the server before it has answered', new Conversation().client(CONNECT_2S).fin('server').fin('client'),
      'fin server certain: closed by the server without DISCONNECT, 1.00ms after packet 1; its CONNECT was not answered'],
    ['by a reset of the server', open5().reset('server'), 'reset server certain: reset by the server, 1.00ms after packet 2'],
    ['by a reset when nothing was acknowledged any more', open5().client(HEX.pingreq).wait(400).again('client', HEX.pingreq).wait(800).again('client', HEX.pingreq).reset('client'),
      'no-pingresp client likely: closed by the client: no PINGRESP within 1.20s of its PINGREQ, packet 3'],
    ['by a reset of the end that could not reach the other any more', open5().client(HEX.publish1('0001')).wait(400).again('client', HEX.publish1('0001')).wait(800)
      .again('client', HEX.publish1('0001')).wait(1_600).reset('client'),
      'reset network likely: reset when TCP got no acknowledgement any more, 2.80s after packet 3'],
    ['without any packet', new Conversation().fin('client').fin('server'), 'fin client certain: closed by the client without DISCONNECT, and without any packet'],
    ['with the capture', open5(), 'capture-end null certain: still open when the capture ended'],
  ])('%s', (_name, conversation, expected) => {
    expect(ended(conversation)).toBe(expected)
  })

  test('by take-over: the server closes it after the CONNECT of another one with the same client identifier', () => {
    const conversation = open5().connect().client(CONNECT_2S).on(0).fin('server').fin('client').on(1).server(HEX.connack5())
    expect(ended(conversation)).toBe('taken-over server likely: taken over by stream 1: its CONNECT, packet 3, has the same client identifier')
  })

  test('perhaps by take-over where the server had not heard of the client for longer than the Keep Alive', () => {
    const conversation = open5().wait(3_500).connect().client(CONNECT_2S).on(0).fin('server').fin('client').on(1).server(HEX.connack5())
    expect(ended(conversation)).toBe('taken-over server unsure: taken over by stream 1: its CONNECT, packet 3, has the same client identifier')
  })

  test('not by take-over where the server had closed before', () => {
    const conversation = open5().wait(3_500).fin('server').wait(100).connect().client(CONNECT_2S).server(HEX.connack5())
    expect(ended(conversation)).toBe('keep-alive server likely: silent for 3.50s after packet 1; Keep Alive is 2 s. The server closed')
  })

  test('not by take-over where the other CONNECT was refused', () => {
    const conversation = open5().connect().client(CONNECT_2S).server(HEX.connack5('87')).on(0).fin('server').fin('client')
    expect(ended(conversation)).toBe('fin server certain: closed by the server without DISCONNECT, 5.00ms after packet 2')
  })

  test('not by take-over where the client closed it itself', () => {
    const conversation = open5().connect().client(CONNECT_2S).server(HEX.connack5()).on(0).fin('client').fin('server')
    expect(ended(conversation)).toMatch(/^fin client certain/)
  })
})

describe('what was captured behind what came after it', () => {
  const late = () => open5().late('client').wait(500)

  test.each([
    ['a DISCONNECT, and the FIN, behind the FIN that answers it', late().client(HEX.disconnect).fin('client').lostFin('client').fin('server').captured(),
      'disconnect client certain: DISCONNECT of the client in packet 3: Normal disconnection'],
    ['a FIN behind the one that answers it', late().fin('client').lostFin('client').fin('server').captured(),
      'fin client certain: closed by the client without DISCONNECT, 502ms after packet 2'],
    ['a FIN behind the acknowledgement of the one that answers it', open5().late('server').fin('client').lostFin('client').fin('server').lostFin('server').acknowledge('client').captured(),
      'fin client certain: closed by the client without DISCONNECT, 1.00ms after packet 2'],
    ['a DISCONNECT behind the reset', late().client(HEX.disconnect).acknowledge('server').reset('server').captured(),
      'disconnect client certain: DISCONNECT of the client in packet 3: Normal disconnection'],
  ])('%s', (_name, conversation, expected) => {
    expect(ended(conversation)).toBe(expected)
  })

  test('a FIN of the other side that had not heard of it may have been the first', () => {
    expect(ended(open5().fin('server').late('client').fin('client').captured())).toMatch(/^fin server certain/)
  })
})

describe('nothing is concluded', () => {
  test.each([
    ['of silence that the Keep Alive allows', open5().wait(2_800).fin('server').fin('client'), 'fin server'],
    ['of silence without a Keep Alive', new Conversation().client('100d 0004 4d515454 04 02 0000 0001 61').server(HEX.connack311()).wait(60_000).fin('server'), 'fin server'],
    ['of a defect long before', open5().client(QOS_3).wait(1_100).fin('server').fin('client'), 'fin server'],
    ['of a defect with other packets behind it', open5().client(QOS_3, HEX.pingreq).server(HEX.pingresp).fin('server').fin('client'), 'fin server'],
    ['of a defect of the side that closed', open5().client(QOS_3).fin('client').fin('server'), 'fin client'],
    ['of a PINGREQ that was just sent', open5().client(HEX.pingreq).wait(100).fin('client').fin('server'), 'fin client'],
  ])('%s', (_name, conversation, expected) => {
    expect(ended(conversation)).toMatch(new RegExp(`^${expected} certain`))
  })
})

describe('no side is blamed where what tells is not in the capture', () => {
  test.each([
    ['packets of the client, before a silence', open5().lost('client', HEX.pingreq).acknowledge('server').wait(3_000).fin('server').fin('client'), 'fin unknown unsure: closed by one side'],
    ['an answer to PINGREQ', open5().client(HEX.pingreq).lost('server', HEX.pingresp).wait(1_500).acknowledge('client').fin('client'), 'fin unknown unsure: closed by one side'],
    ['a DISCONNECT of the side that closed', open5().lost('client', HEX.disconnect).fin('client').acknowledge('server').wait(3_000).fin('server'),
      'fin unknown unsure: closed by one side'],
    ['a DISCONNECT of the other side, found missing before', open5().lost('server', DISCONNECT_5('8b')).acknowledge('client').wait(3_000).acknowledge('client').fin('client').fin('server'),
      'fin unknown unsure: closed by one side'],
    ['a FIN of the other side', open5().lostFin('client').fin('server'), 'fin unknown unsure: closed by one side'],
    ['all of the other side', new Conversation({ syn: false }).client(HEX.connect311(), HEX.pingreq).wait(500).fin('client'), 'fin unknown unsure: closed by one side'],
    ['all before a FIN', new Conversation({ syn: false }).acknowledge('client').fin('server').fin('client'), 'fin server unsure: closed by the server'],
    ['a DISCONNECT before a reset', open5().lost('client', HEX.disconnect).acknowledge('server').wait(3_000).acknowledge('server').reset('client'),
      'reset client unsure: reset by the client, 3.00s after packet 2'],
  ] as [string, Conversation, string][])('%s', (_name, conversation, expected) => {
    expect(ended(conversation)).toBe(`${expected}; what was said before is not known`)
  })

  test('a DISCONNECT just before a reset, of which only that shows that there was something', () => {
    expect(ended(open5().lost('client', HEX.disconnect).reset('client'))).toBe('reset client unsure: reset by the client, 1.00ms after packet 2; what was said before is not known')
  })

  test('a FIN of the other side, which the client had received when it sent DISCONNECT', () => {
    expect(ended(open5().lostFin('server').client(HEX.disconnect).fin('client'))).toBe('disconnect client likely: DISCONNECT of the client in packet 3: Normal disconnection')
  })

  test('what was lost long before, with packets behind it, does not matter', () => {
    const conversation = open5().lost('client', HEX.pingreq).acknowledge('server').wait(3_000).client(HEX.pingreq).server(HEX.pingresp).fin('client').fin('server')
    expect(ended(conversation)).toBe('fin client certain: closed by the client without DISCONNECT, 1.00ms after packet 4')
  })

  test('a DISCONNECT that comes after the other side has closed did not end it', () => {
    const conversation = new Conversation().client('1015 0004 4d515454 04 06 003c 0001 61 0001 77 0003 627965').server(HEX.connack311())
    conversation.wait(500).fin('server').client(HEX.disconnect).reset('server')
    expect(ended(conversation)).toBe('fin server certain: closed by the server without DISCONNECT, 501ms after packet 2')
    expect(conversation.connections[0]!.willIsDue).toBe(true)
  })
})

test('a will is due unless the client said goodbye', () => {
  const will = '1015 0004 4d515454 04 06 003c 0001 61 0001 77 0003 627965'
  const due = (conversation: Conversation) => conversation.end().connections[0]!.willIsDue
  const open = () => new Conversation().client(will).server(HEX.connack311())
  expect(due(open().client(HEX.disconnect).fin('client').fin('server'))).toBe(false)
  expect(due(open().fin('client').fin('server'))).toBe(true)
  expect(due(open().reset('server'))).toBe(true)
  expect(due(open())).toBeNull()
  expect(due(new Conversation().client(will).server(HEX.connack311('05')).fin('server'))).toBe(false)
  expect(due(new Conversation().client(HEX.connect311()).server(HEX.connack311()).fin('client').fin('server'))).toBeNull()
})
