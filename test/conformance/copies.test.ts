/** Copies that a server sends: what else explains them. Whether the rules find what they should is in fixtures/conformance. */
import { expect, test } from 'vitest'
import type { Version } from '../../src/mqtt/version.ts'
import { judgeConversation } from './judging.ts'

/** `likely rule`, for each finding that counts. */
function counted(lines: readonly string[], version: Version = '5.0'): string[] {
  const { findings } = judgeConversation(lines.join('\n'), version)
  return findings.filter(({ certainty }) => certainty !== 'unsure').map(({ certainty, rule }) => `${certainty} ${rule}`)
}

const LATER = ['wait 30 s', 'loop > PINGREQ', 'loop < PINGRESP', 'other > PINGREQ', 'other < PINGRESP', 'wait 3 s', 'loop > PINGREQ', 'loop < PINGRESP', 'other > PINGREQ', 'other < PINGRESP']

test('a message comes back to its publisher, and twice to somebody else: another one has published it as well', () => {
  const [before, ours, theirs] = [
    [
      'loop > CONNECT cleanStart', 'loop < CONNACK', 'other > CONNECT cleanStart', 'other < CONNACK',
      'loop > SUBSCRIBE packetIdentifier=1 topicFilter=plant/# qos=0 noLocal', 'loop < SUBACK packetIdentifier=1 reasonCodes=0',
      'other > SUBSCRIBE packetIdentifier=1 topicFilter=plant/# qos=0', 'other < SUBACK packetIdentifier=1 reasonCodes=0', 'wait 2 s',
      'loop > PUBLISH topicName=plant/7 payload="measured 21.5 degrees"',
    ],
    ['loop < PUBLISH topicName=plant/7 payload="measured 21.5 degrees"'],
    ['other < PUBLISH topicName=plant/7 payload="measured 21.5 degrees"'],
  ]
  expect(counted([...before, ...theirs, ...ours, ...LATER])).toEqual(['likely delivery.no-local-sent-back'])
  expect(counted([...before, ...theirs, ...theirs, ...ours, ...LATER])).toEqual([])
  expect(counted([...before, ...ours, ...theirs, ...theirs, ...LATER])).toEqual([])
})

test('a retained message comes before its SUBACK, while somebody who is silent may still get it from before', () => {
  const later = LATER.filter((line) => !line.startsWith('other'))
  const lines = (copy: readonly string[]) => [
    'loop > CONNECT cleanStart', 'loop < CONNACK', 'other > CONNECT cleanStart', 'other < CONNACK',
    'loop > SUBSCRIBE packetIdentifier=1 topicFilter=$share/g/plant/# qos=0', 'loop < SUBACK packetIdentifier=1 reasonCodes=0',
    'other > SUBSCRIBE packetIdentifier=1 topicFilter=# qos=1', 'other < SUBACK packetIdentifier=1 reasonCodes=1', 'wait 5 s',
    'loop > UNSUBSCRIBE packetIdentifier=2 topicFilter=$share/g/plant/#', 'loop > PUBLISH retain qos=1 packetIdentifier=3 topicName=plant/7 payload="the gate is open since noon"',
    'loop < UNSUBACK packetIdentifier=2 reasonCodes=0', 'loop < PUBACK packetIdentifier=3', 'wait 2 s',
    'loop > SUBSCRIBE packetIdentifier=4 topicFilter=# qos=1 retainAsPublished', 'loop > PUBLISH topicName=plant/7 payload="the gate is closed now again"',
    ...copy, 'loop < SUBACK packetIdentifier=4 reasonCodes=1',
    'loop < PUBLISH topicName=plant/7 payload="the gate is closed now again"', ...later, ...later,
  ]
  expect(counted(lines([]))).toEqual(['likely retained.not-sent'])
  expect(counted(lines(['loop < PUBLISH retain qos=1 packetIdentifier=1 topicName=plant/7 payload="the gate is open since noon"', 'loop > PUBACK packetIdentifier=1']))).toEqual([])
})

test('a shared subscription passes a message on with a lower QoS, and somebody has it twice: another one has published it as well', () => {
  const message = 'topicName=plant/7 payload="measured 21.5 degrees"'
  const lines = (more: readonly string[]) => [
    'loop > CONNECT cleanStart', 'loop < CONNACK', 'other > CONNECT cleanStart', 'other < CONNACK',
    'loop > SUBSCRIBE packetIdentifier=1 topicFilter=$share/g/plant/# qos=1', 'loop < SUBACK packetIdentifier=1 reasonCodes=1',
    'other > SUBSCRIBE packetIdentifier=1 topicFilter=# qos=1', 'other < SUBACK packetIdentifier=1 reasonCodes=1', 'wait 5 s',
    `loop > PUBLISH qos=1 packetIdentifier=2 ${message}`, 'loop < PUBACK packetIdentifier=2', `loop < PUBLISH ${message}`,
    `other < PUBLISH qos=1 packetIdentifier=1 ${message}`, 'other > PUBACK packetIdentifier=1', ...more, ...LATER,
  ]
  expect(counted(lines([]))).toEqual(['certain delivery.qos-not-as-granted'])
  expect(counted(lines([`other < PUBLISH ${message}`]))).toEqual([])
})

test('an earlier retained message, of which somebody has a copy too many: another one has published it again', () => {
  const [open, closed] = ['topicName=plant/7 payload="the gate is open since noon"', 'topicName=plant/7 payload="the gate is closed since one"']
  const lines = (more: readonly string[]) => [
    'loop > CONNECT cleanStart', 'loop < CONNACK', 'other > CONNECT cleanStart', 'other < CONNACK',
    'other > SUBSCRIBE packetIdentifier=1 topicFilter=plant/7 qos=1', 'other < SUBACK packetIdentifier=1 reasonCodes=1', 'wait 2 s',
    `loop > PUBLISH retain ${open}`, `other < PUBLISH ${open}`, 'wait 2 s', `loop > PUBLISH retain ${closed}`, `other < PUBLISH ${closed}`, ...more, 'wait 3 s',
    'loop > SUBSCRIBE packetIdentifier=1 topicFilter=plant/+ qos=1', 'loop < SUBACK packetIdentifier=1 reasonCodes=1', `loop < PUBLISH retain ${open}`, ...LATER,
  ]
  expect(counted(lines([]))).toEqual(['likely retained.outdated-by-qos-0'])
  expect(counted(lines([`other < PUBLISH qos=1 packetIdentifier=1 ${open}`, 'other > PUBACK packetIdentifier=1']))).toEqual([])
})

test('a copy with a higher QoS than was granted, while a SUBSCRIBE may be among the missing bytes', () => {
  const lines = (asked: string) => [
    'loop > CONNECT cleanStart', 'loop < CONNACK', 'other > CONNECT cleanStart', 'other < CONNACK',
    'loop > SUBSCRIBE packetIdentifier=1 topicFilter=plant/# qos=0', 'loop < SUBACK packetIdentifier=1 reasonCodes=0', 'wait 5 s', asked,
    'other > PUBLISH qos=1 packetIdentifier=1 topicName=plant/7 payload="measured 21.5 degrees"', 'other < PUBACK packetIdentifier=1',
    'loop < PUBLISH qos=1 packetIdentifier=1 topicName=plant/7 payload="measured 21.5 degrees"', 'loop > PUBACK packetIdentifier=1', ...LATER,
  ]
  expect(counted(lines('loop > PINGREQ'))).toContain('certain delivery.qos-not-as-granted')
  expect(counted(lines('loop > lost SUBSCRIBE packetIdentifier=2 topicFilter=plant/# qos=1')).filter((line) => line.endsWith('qos-not-as-granted'))).toEqual([])
})

test('a copy with a higher QoS than it was published with: somebody unseen may have published the same, but not again and again', () => {
  const message = (number: number) => `topicName=plant/7/gate payload="the gate is open, ${number} times since noon"`
  const raised = (number: number) => [`other > PUBLISH ${message(number)}`, 'wait 1 s', `loop < PUBLISH qos=1 packetIdentifier=${number} ${message(number)}`, `loop > PUBACK packetIdentifier=${number}`]
  const lines = (times: number) => [
    'loop > CONNECT cleanStart', 'loop < CONNACK', 'other > CONNECT cleanStart', 'other < CONNACK',
    'loop > SUBSCRIBE packetIdentifier=1 topicFilter=plant/# qos=1', 'loop < SUBACK packetIdentifier=1 reasonCodes=1', 'wait 5 s',
    ...Array.from({ length: times }, (_, at) => raised(at + 2)).flat(), ...LATER,
  ]
  expect([1, 2, 3, 4].map((times) => counted(lines(times)))).toEqual([[], [], ['certain delivery.qos-not-as-granted'], ['certain delivery.qos-not-as-granted', 'certain delivery.qos-not-as-granted']])
})

test('a stored message comes, and may be taken for one before it with the same content, which was not to be stored', () => {
  const switched = 'topicName=plant/7/gate payload="the gate is open since noon"'
  const lines = (copies: readonly string[]) => [
    'loop > CONNECT clientIdentifier=loop', 'loop < CONNACK', 'other > CONNECT cleanStart', 'other < CONNACK',
    'loop > SUBSCRIBE packetIdentifier=1 topicFilter=plant/# qos=1', 'loop < SUBACK packetIdentifier=1 reasonCodes=1',
    'third > CONNECT cleanStart', 'third < CONNACK', 'third > SUBSCRIBE packetIdentifier=1 topicFilter=plant/# qos=1', 'third < SUBACK packetIdentifier=1 reasonCodes=1', 'wait 2 s',
    'other > PUBLISH topicName=plant/7/gate payload="the gate is half open"', 'loop < PUBLISH topicName=plant/7/gate payload="the gate is half open"',
    'third < PUBLISH topicName=plant/7/gate payload="the gate is half open"', 'wait 2 s', 'loop > DISCONNECT', 'loop > closes', 'wait 5 s',
    `other > PUBLISH ${switched}`, `third < PUBLISH ${switched}`, 'wait 22 s',
    `other > PUBLISH qos=1 packetIdentifier=2 ${switched}`, 'other < PUBACK packetIdentifier=2', `third < PUBLISH qos=1 packetIdentifier=2 ${switched}`, 'third > PUBACK packetIdentifier=2',
    'wait 1 s', 'loop connects', 'loop > CONNECT clientIdentifier=loop', 'loop < CONNACK sessionPresent', ...copies, ...LATER, ...LATER, 'third > PINGREQ', 'third < PINGRESP',
  ]
  expect(counted(lines([]), '3.1.1')).toContain('likely session.stored-message-lost')
  expect(counted(lines([`loop < PUBLISH qos=1 packetIdentifier=2 ${switched}`, 'loop > PUBACK packetIdentifier=2']), '3.1.1')).not.toContain('likely session.stored-message-lost')
})
