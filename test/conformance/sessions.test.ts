/** Sessions, what is sent again, and Keep Alive: what the capture lacks, and what else explains it. Whether the rules find what they should is in fixtures/conformance. */
import { describe, expect, test } from 'vitest'
import type { Version } from '../../src/mqtt/version.ts'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { judge, judgeConversation, verdictOf } from './judging.ts'

/** `error likely rule`, for each finding of a rule whose name begins so. */
function graded(lines: readonly string[], prefix: string, version: Version = '5.0'): string[] {
  const { findings } = judgeConversation(lines.join('\n'), version)
  return findings.filter(({ rule }) => rule.startsWith(prefix)).map(({ severity, certainty, rule }) => `${severity} ${certainty} ${rule}`)
}

const BEGIN = ['sensor > CONNECT cleanStart sessionExpiryInterval=600', 'sensor < CONNACK']
const LEAVE = ['sensor > DISCONNECT', 'sensor > closes']
const COME_BACK = ['sensor connects', 'sensor > CONNECT sessionExpiryInterval=600', 'sensor < CONNACK sessionPresent']
const LOST = [...COME_BACK.slice(0, 2), 'sensor < CONNACK']

describe('Session Present', () => {
  test.each([
    ['a Session from before the capture', ['sensor > CONNECT sessionExpiryInterval=600', 'sensor < CONNACK sessionPresent', ...LEAVE, ...LOST]],
    ['bytes of the connection before are missing', [...BEGIN, 'sensor > lost PINGREQ', 'sensor < PINGRESP', 'wait 1 s', ...LEAVE, ...LOST]],
    ['the client was away for about as long as it is kept', [...BEGIN, ...LEAVE, 'wait 610 s', ...LOST]],
    ['the server may not have noticed the end', [...BEGIN, 'wait 1 s', 'sensor > FIN', 'wait 620 s', ...COME_BACK]],
    ['a server that refuses', [...BEGIN, ...LEAVE, ...COME_BACK.slice(0, 2), 'sensor < CONNACK reasonCode=0x88']],
    ['another server', [...BEGIN, ...LEAVE, 'server 10.0.0.3', ...LOST]],
    ['a clean start that was refused cleans nothing', [...BEGIN, ...LEAVE, 'sensor connects', 'sensor > CONNECT cleanStart', 'sensor < CONNACK reasonCode=0x87', 'sensor < closes', ...COME_BACK]],
    ['a DISCONNECT must not keep a Session that was to end', ['sensor > CONNECT cleanStart', 'sensor < CONNACK', 'sensor > DISCONNECT sessionExpiryInterval=600', 'sensor > closes', ...LOST]],
    ['the server had set a longer expiry', [BEGIN[0]!.replace('600', '5'), 'sensor < CONNACK sessionExpiryInterval=600', ...LEAVE, 'wait 60 s', ...COME_BACK]],
  ])('%s: nothing is claimed', (_name, lines) => {
    expect(graded(lines, 'connack.')).toEqual([])
  })

  test('a little too late is a small matter', () => {
    expect(graded([...BEGIN, ...LEAVE, 'wait 640 s', ...COME_BACK], 'connack.')).toEqual(['warning likely connack.session-not-over'])
    expect(graded([...BEGIN, ...LEAVE, 'wait 680 s', ...COME_BACK], 'connack.')).toEqual(['error likely connack.session-not-over'])
  })

  test('a client that takes its own Session over, though that ends with the connection', () => {
    const lines = ['sensor > CONNECT cleanStart', 'sensor < CONNACK', 'sensor connects', 'sensor > CONNECT', 'sensor < CONNACK sessionPresent']
    expect(graded(lines, 'connack.')).toEqual(['warning likely connack.session-not-over'])
    expect(graded(lines, 'connack.', '3.1.1')).toEqual([])
  })

  test('the server closed the connection before, and the capture does not show why: one that it lacks may have taken over', () => {
    const ended = (end: readonly string[], came: readonly string[]) => graded([...BEGIN, 'wait 2 s', ...end, ...came], 'connack.')
    expect(ended(['sensor < closes'], LOST)).toEqual(['warning unsure connack.session-lost'])
    expect(ended(['sensor < DISCONNECT reasonCode=0x8e', 'sensor < closes'], LOST)).toEqual(['warning unsure connack.session-lost'])
    expect(ended(['sensor < DISCONNECT reasonCode=0x8b', 'sensor < closes'], LOST)).toEqual(['warning likely connack.session-lost'])
    expect(ended(LEAVE, LOST)).toEqual(['warning likely connack.session-lost'])
    expect(graded(['sensor > CONNECT cleanStart', 'sensor < CONNACK', 'wait 2 s', 'sensor < FIN', ...COME_BACK], 'connack.')).toEqual(['warning unsure connack.session-not-over'])
    expect(graded(['sensor > CONNECT cleanStart keepAlive=10', 'sensor < CONNACK', 'wait 15 s', 'sensor < closes', ...COME_BACK], 'connack.')).toEqual(['warning likely connack.session-not-over'])
  })
})

test('both sides of an address translation in one capture are one connection', () => {
  const lines = ['sensor > CONNECT sessionExpiryInterval=600', 'sensor < CONNACK', 'wait 1 s', 'sensor > PUBLISH qos=1 packetIdentifier=1 topicName=t', 'sensor < PUBACK packetIdentifier=1', ...LEAVE, 'wait 1 s', ...COME_BACK]
  const { pcap } = captureOf(parseScenario(`On a router\nversion 5.0\n\n${lines.join('\n')}`, 'router'))
  const parts: Uint8Array[] = [pcap.subarray(0, 24)]
  const view = new DataView(pcap.buffer, pcap.byteOffset)
  for (let at = 24; at < pcap.length;) {
    const record = pcap.subarray(at, (at += 16 + view.getUint32(at + 8, true)))
    const translated = Uint8Array.from(record)
    // The client's address, 10.0.x.x, as the source or as the destination.
    for (const address of [16 + 14 + 12, 16 + 14 + 16]) if (record[address + 2] !== 0) translated.set([192, 168, 7, 7], address)
    const fromClient = record[16 + 14 + 12 + 2] !== 0
    parts.push(...(fromClient ? [record, translated] : [translated, record]))
  }
  const { findings } = judge(Buffer.concat(parts))
  expect(findings.map(({ rule }) => rule)).toEqual([])
})

describe('a server that goes on with a Session though it says that there is none', () => {
  const begin = ['sensor > CONNECT', 'sensor < CONNACK', 'sensor > SUBSCRIBE packetIdentifier=1 topicFilter=t/+ qos=1', 'sensor < SUBACK packetIdentifier=1 reasonCodes=1']
  const publish = 'sensor < PUBLISH qos=1 packetIdentifier=7 topicName=t/1 payload=21.5'
  const denied = ['sensor connects', 'sensor > CONNECT', 'sensor < CONNACK']

  test('sends what it has sent before, with DUP', () => {
    const again = [...begin, publish, 'sensor > closes', ...denied, 'sensor > closes', ...denied, publish.replace('PUBLISH', 'PUBLISH dup')]
    expect(graded(again, '', '3.1.1')).toEqual(['warning likely connack.new-session-lost', 'warning likely connack.new-session-lost'])
  })

  test('sends for a subscription from before', () => {
    expect(graded([...begin, 'sensor > closes', ...denied, publish], '', '3.1.1')).toEqual(['warning likely connack.new-session-lost'])
  })

  test('and DUP that nothing explains is likely to be wrong where the client asked for a Session, and certainly where it did not', () => {
    const atFirst = (connect: string) => graded([connect, 'sensor < CONNACK', publish.replace('PUBLISH', 'PUBLISH dup')], 'publish.', '3.1.1')
    expect(atFirst('sensor > CONNECT')).toEqual(['error likely publish.qos1-dup-at-first-of-server'])
    expect(atFirst('sensor > CONNECT cleanStart')).toEqual(['error certain publish.qos1-dup-at-first-of-server'])
  })
})

describe('a take-over', () => {
  const second = ['sensor > CONNECT clientIdentifier=a cleanStart', 'sensor < CONNACK', 'other > CONNECT clientIdentifier=a cleanStart', 'other < CONNACK']

  test.each([
    ['the capture ends at once', [...second, 'wait 5 s']],
    ['the newer one is refused', [...second.slice(0, 3), 'other < CONNACK reasonCode=0x87', 'wait 60 s', 'sensor > PINGREQ', 'sensor < PINGRESP']],
    ['the client had left', [...second.slice(0, 2), 'sensor > DISCONNECT', ...second.slice(2), 'wait 60 s', 'other > PINGREQ', 'other < PINGRESP']],
    ['the older one is dead on its way', [...second, 'wait 50 s', 'other > PINGREQ', 'other < PINGRESP']],
    ['at another server', ['sensor > CONNECT clientIdentifier=a cleanStart', 'sensor < CONNACK', 'server 10.0.0.3', ...second.slice(2), 'wait 50 s']],
    ['the server’s FIN waits behind what a client without a network does not take', [
      ...second.slice(0, 2), 'sensor > PINGREQ', 'sensor < unacknowledged PINGRESP', ...second.slice(2), 'wait 30 s', 'sensor < unacknowledged resent', 'wait 1 s',
    ]],
    ['the same, and the network comes back', [
      ...second.slice(0, 2), 'sensor > PINGREQ', 'sensor < unacknowledged PINGRESP', ...second.slice(2), 'wait 30 s', 'sensor < resent', 'sensor < FIN',
    ]],
    ['seen by the client, whose bytes nobody acknowledges', [
      ...second.slice(0, 2), 'sensor > unacknowledged PINGREQ', ...second.slice(2), 'wait 30 s', 'sensor > resent', 'wait 1 s', 'sensor < PINGRESP', 'wait 1 s',
    ]],
  ])('%s: nothing is claimed', (_name, lines) => {
    expect(graded(lines, 'connection.')).toEqual([])
  })

  test.each([
    ['the server had closed before that', [...second.slice(0, 2), 'wait 95 s', 'sensor < FIN', 'wait 20 s', ...second.slice(2)]],
    ['the server may have closed because it heard nothing for longer than the Keep Alive', [
      second[0]!.replace('a cleanStart', 'a cleanStart keepAlive=10'), second[1]!, 'wait 5 s', 'sensor > unacknowledged PINGREQ', 'wait 12 s', ...second.slice(2), 'sensor < early FIN',
    ]],
  ])('without a word, where %s: nothing is claimed', (_name, lines) => {
    expect(graded(lines, 'disconnect.')).toEqual([])
  })
})

describe('what was not finished', () => {
  const publish = 'sensor > PUBLISH qos=1 packetIdentifier=1 topicName=t payload=21.5'
  const later = ['wait 30 s', 'sensor > PINGREQ', 'sensor < PINGRESP']

  test.each([
    ['the connection ends soon', [...BEGIN, publish, 'sensor > closes', ...COME_BACK, 'wait 5 s', ...LEAVE]],
    ['the capture does', [...BEGIN, publish, 'sensor > closes', ...COME_BACK, 'wait 5 s']],
    ['the client falls silent', [...BEGIN, publish, 'sensor > closes', ...COME_BACK, 'wait 50 s']],
    ['the acknowledgement is not in the capture', [...BEGIN, publish, 'sensor < lost PUBACK packetIdentifier=1', 'sensor > PINGREQ', 'sensor < PINGRESP', 'sensor > closes', ...COME_BACK, ...later]],
    ['or only TCP shows that it came', [...BEGIN, publish, 'sensor < lost PUBACK packetIdentifier=1', 'sensor > ACK', 'wait 1 s', ...COME_BACK, ...later]],
    ['bytes of the new connection are missing', [...BEGIN, publish, 'sensor > closes', ...COME_BACK, 'sensor > lost PUBLISH dup qos=1 packetIdentifier=1 topicName=t payload=21.5', ...later]],
    ['the message came with the old connection, whose beginning was not seen', ['sensor is connected', publish, 'sensor > closes', ...COME_BACK, ...later]],
    ['it had its acknowledgement just before the end', [...BEGIN, publish, 'sensor < PUBACK packetIdentifier=1', 'sensor < RST', ...COME_BACK, publish.replace('PUBLISH', 'PUBLISH dup'), ...later]],
    ['the server takes no more', [...BEGIN, publish, 'sensor > closes', ...COME_BACK.slice(0, 2), 'sensor < CONNACK sessionPresent receiveMaximum=1', publish.replace('Identifier=1', 'Identifier=2'), ...later]],
    ['an expired message of QoS 1', [...BEGIN, `${publish} messageExpiryInterval=2`, 'sensor > closes', 'wait 5 s', ...COME_BACK, ...later]],
    ['the PUBREC may not have arrived', [
      ...BEGIN, publish.replace('qos=1', 'qos=2'), 'sensor < PUBREC packetIdentifier=1', 'sensor > closes', ...COME_BACK,
      publish.replace('qos=1', 'dup qos=2'), 'sensor < PUBREC packetIdentifier=1', 'sensor > PUBREL packetIdentifier=1', 'sensor < PUBCOMP packetIdentifier=1', ...later,
    ]],
  ])('%s: nothing is claimed', (_name, lines) => {
    expect([...graded(lines, 'session.'), ...graded(lines, 'publish.re')]).toEqual([])
  })

  test('a PUBREL whose PUBREC may have come on a connection that the capture lacks', () => {
    const again = (dup: string) => graded([...BEGIN, ...LEAVE, ...COME_BACK, publish.replace('PUBLISH qos=1', `PUBLISH ${dup}qos=2`), 'sensor > PUBREL packetIdentifier=1'], 'pubrel.')
    expect(again('')).toEqual(['error certain pubrel.before-pubrec'])
    expect(again('dup ')).toEqual([])
  })

  test('a client that did not know yet that there is no Session sends again', () => {
    const lines = [...BEGIN, publish, 'sensor > closes', 'wait 20 min', ...LOST, publish.replace('> PUBLISH', '> early PUBLISH dup')]
    expect(graded(lines, 'session.')).toEqual([])
  })

  test('the same content under a new identifier without DUP is a new message', () => {
    const lines = [...BEGIN, publish, 'sensor > closes', 'wait 20 min', ...LOST, 'wait 2 s', publish]
    expect(graded(lines, 'session.')).toEqual([])
  })

  test('a connection between, of which not all was seen, may have finished it', () => {
    const unfinished = [...BEGIN, publish.replace('>', '<'), 'wait 2 s']
    const ended = (end: readonly string[]) => graded([...unfinished, ...end, ...COME_BACK, ...later], 'session.')
    const between = ['other > lost CONNECT clientIdentifier=sensor sessionExpiryInterval=600', 'other < CONNACK sessionPresent', 'wait 1 s', 'other > closes', 'wait 1 s']
    expect(ended(['sensor > closes'])).toEqual(['error likely session.qos-1-not-resent-by-server'])
    expect(ended(['sensor > closes', ...between])).toEqual([])
    expect(ended(['sensor < closes'])).toEqual(['error unsure session.qos-1-not-resent-by-server'])
  })

  test('DUP on another message of the topic does not make it the one that is not finished', () => {
    const again = (payload: string) => ['sensor > CONNECT cleanStart sessionExpiryInterval=600', 'sensor < CONNACK', publish.replace('>', '<'), 'sensor > closes', ...COME_BACK, `sensor < PUBLISH dup qos=1 packetIdentifier=2 topicName=t payload=${payload}`]
    expect(graded(again('21.5'), 'publish.resent-with')).toEqual(['error likely publish.resent-with-other-identifier-by-server'])
    expect(graded(again('21.6'), 'publish.resent-with')).toEqual([])
  })

  test('of different QoS, order is a small matter', () => {
    const two = publish.replace('qos=1 packetIdentifier=1', 'qos=2 packetIdentifier=2')
    const lines = [...BEGIN, publish, two, 'sensor > closes', ...COME_BACK, two.replace('PUBLISH', 'PUBLISH dup'), publish.replace('PUBLISH', 'PUBLISH dup')]
    expect(graded(lines, 'publish.resent-out')).toEqual(['warning certain publish.resent-out-of-order'])
  })

  test('a refusal that may not have arrived', () => {
    const lines = [...BEGIN, publish, 'sensor < unacknowledged PUBACK packetIdentifier=1 reasonCode=0x97', 'sensor < RST', ...COME_BACK, publish.replace('PUBLISH', 'PUBLISH dup')]
    expect(graded(lines, 'publish.refused')).toEqual([])
  })
})

describe('a message that is sent again, and was never seen', () => {
  const again = (end: readonly string[], denied: boolean, by: '>' | '<') =>
    graded([...BEGIN, 'wait 20 s', ...end, ...(denied ? LOST : COME_BACK), 'wait 2 s', `sensor ${by} PUBLISH dup qos=1 packetIdentifier=9 topicName=t payload=21.5`], 'publish.qos1-dup')

  test('may have waited in TCP, or have been lost on its way, when the connection before broke', () => {
    expect(again(['sensor < unacknowledged FIN'], true, '>')).toEqual([])
    expect(again(['sensor < RST'], true, '>')).toEqual([])
    expect(again(['sensor > FIN'], false, '<')).toEqual([])
  })

  test('was not sent before where its sender had closed', () => {
    expect(again(LEAVE, true, '>')).toEqual(['error certain publish.qos1-dup-at-first-of-client'])
  })
})

describe('Keep Alive', () => {
  const begin = ['sensor > CONNECT cleanStart keepAlive=60', 'sensor < CONNACK']
  const ping = ['sensor > PINGREQ', 'sensor < PINGRESP']

  test.each([
    ['a little more', [...begin, 'wait 65 s', ...ping]],
    ['switched off', [begin[0]!.replace('60', '0'), begin[1]!, 'wait 20 min', ...ping]],
    ['by the server', [begin[0]!, 'sensor < CONNACK serverKeepAlive=0', 'wait 20 min', ...ping]],
    ['a longer one of the server', [begin[0]!, 'sensor < CONNACK serverKeepAlive=300', 'wait 5 min', ...ping]],
    ['a client that is gone', [...begin, 'wait 91 s', 'sensor < unacknowledged FIN', 'wait 1 s']],
    ['bytes of the client are missing', [...begin, 'wait 50 s', 'sensor > lost PINGREQ', 'sensor < PINGRESP', 'wait 50 s', ...ping, 'wait 1 s', ...ping]],
    ['what the client sent before the capture', ['sensor is connected', 'wait 5 min', ...ping]],
    ['a capture that ends', [...begin, 'wait 80 s']],
    ['after a DISCONNECT', [...begin, 'sensor > DISCONNECT', 'wait 10 min']],
    ['a refused client', [begin[0]!, 'sensor < CONNACK reasonCode=0x87', 'wait 10 min']],
    ['a network that was cut, and came back behind the server’s FIN', [...begin, 'wait 91 s', 'sensor < unacknowledged FIN', 'wait 20 s', 'sensor > ACK']],
    ['a server whose FIN waits behind what the client does not take', [
      ...begin, 'sensor < unacknowledged PUBLISH topicName=t payload=1', 'wait 1 s', 'sensor < unacknowledged resent', 'wait 2 s', 'sensor < unacknowledged resent', 'wait 180 s', 'sensor < resent', 'sensor < FIN',
    ]],
  ])('%s: nothing is claimed', (_name, lines) => {
    expect([...graded(lines, 'client.'), ...graded(lines, 'server.')]).toEqual([])
  })

  test('a client that was stopped, and whose TCP is there, is silent', () => {
    const lines = [...begin, 'wait 80 s', 'sensor < PUBLISH topicName=t payload=1', 'wait 12 s', 'sensor < FIN']
    expect(graded(lines, 'client.')).toEqual(['warning likely client.silent-too-long'])
  })

  test('a client does not keep a connection on purpose whose FIN waits behind what the server does not acknowledge', () => {
    const unanswered = (ping: string) => graded([...begin, 'wait 55 s', ping, 'wait 80 s'], 'ping.unanswered')
    expect(unanswered('sensor > PINGREQ')).toEqual(['note likely ping.unanswered-and-kept'])
    expect(unanswered('sensor > unacknowledged PINGREQ')).toEqual([])
  })

  test('what ended a silence may have come late to a capture far from the client', () => {
    const { pcap } = captureOf(parseScenario(`Far away\nversion 5.0\n\n${[...begin, 'wait 95 s', ...ping].join('\n')}`, 'far'))
    const silent = () => judge(pcap).findings.filter(({ rule }) => rule === 'client.silent-too-long').map(({ certainty }) => certainty)
    expect(silent()).toEqual(['likely'])
    // The client's answer to the SYN of the server takes a second.
    const view = new DataView(pcap.buffer, pcap.byteOffset)
    for (let at = 24, frame = 1; at < pcap.length; at += 16 + view.getUint32(at + 8, true), frame++) {
      if (frame > 2) view.setUint32(at, view.getUint32(at, true) + 1, true)
    }
    expect(silent()).toEqual(['unsure'])
  })

  test('servers that look for silent clients from time to time are a little late', () => {
    expect(graded([...begin, 'wait 105 s', 'sensor < unacknowledged FIN'], 'server.')).toEqual(['warning likely server.silent-client-kept'])
  })

  test('a packet of the client that the server did not have excuses it', () => {
    const lines = [...begin, 'wait 50 s', 'sensor > PINGREQ', 'wait 45 s', 'sensor < early DISCONNECT reasonCode=0x8d']
    expect(graded(lines, 'disconnect.keep')).toEqual([])
  })
})

describe('subscriptions', () => {
  const subscribe = ['sensor > SUBSCRIBE packetIdentifier=1 topicFilter=a/# qos=0', 'sensor < SUBACK packetIdentifier=1 reasonCodes=0']
  const other = ['sensor < PUBLISH topicName=b payload=1', 'wait 5 s', 'sensor > PINGREQ', 'sensor < PINGRESP']

  test.each([
    ['a Session from before the capture', ['sensor > CONNECT sessionExpiryInterval=600', 'sensor < CONNACK sessionPresent', ...subscribe, ...other]],
    ['a client that never subscribed', [...BEGIN, ...other]],
    ['a SUBSCRIBE that the capture lacks', [...BEGIN, ...subscribe, 'sensor > lost SUBSCRIBE packetIdentifier=2 topicFilter=b', 'sensor < SUBACK packetIdentifier=2 reasonCodes=0', ...other]],
    ['just unsubscribed', [...BEGIN, ...subscribe, 'sensor > UNSUBSCRIBE packetIdentifier=2 topicFilter=a/#', 'sensor < UNSUBACK packetIdentifier=2 reasonCodes=0', 'sensor < PUBLISH topicName=a/x payload=1', 'wait 5 s']],
    ['$SYS', [...BEGIN, ...subscribe, 'sensor < PUBLISH topicName=$SYS/uptime payload=1', 'wait 5 s']],
  ])('%s: nothing is claimed', (_name, lines) => {
    expect(graded(lines, 'delivery.').filter((line) => !line.includes('unsure'))).toEqual([])
  })

  test('what only a subscription of a discarded Session explains', () => {
    const judgement = judgeConversation([...BEGIN, ...subscribe, ...LEAVE, 'sensor connects', ...BEGIN, 'sensor < PUBLISH topicName=a/x payload=1', 'wait 5 s'].join('\n'))
    expect(verdictOf(judgement, '5.0', 'MQTT-3.3.2-3', 'server')?.verdict).toBe('fail')
  })
})
