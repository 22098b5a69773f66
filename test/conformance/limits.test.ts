/** What the other side announced: who knew of it, and what the capture lacks. Whether the rules find what they should is in fixtures/conformance. */
import { describe, expect, test } from 'vitest'
import { judgeConversation, verdictOf } from './judging.ts'

const GREETING = 'sensor > CONNECT cleanStart'
const ALIAS = 'sensor > PUBLISH topicName=plant/7/temp topicAlias=1 payload=21.5'

/** `error certain`, for each finding of the rule. */
function graded(conversation: string, rule: string): string[] {
  return judgeConversation(conversation).findings.filter((each) => each.rule === rule).map(({ severity, certainty }) => `${severity} ${certainty}`)
}

describe('a limit of the CONNACK', () => {
  const rule = 'publish.topic-alias-for-server-without'

  test('that the client has had for a while is known', () => {
    expect(graded(`${GREETING}\nsensor < CONNACK\nwait 2 s\n${ALIAS}`, rule)).toEqual(['error certain'])
  })

  test('that has only just come may not have been read', () => {
    expect(graded(`${GREETING}\nsensor < CONNACK\n${ALIAS}`, rule)).toEqual(['error likely'])
  })

  test('that had not come is a wrong guess', () => {
    expect(graded(`${GREETING}\nsensor < CONNACK\n${ALIAS.replace('>', '> early')}`, rule)).toEqual(['warning likely'])
    expect(graded(`${GREETING}\n${ALIAS}\nsensor < CONNACK`, 'publish.guessed-topic-alias')).toEqual(['warning likely'])
  })

  test('of a CONNACK that refuses is none', () => {
    const { findings } = judgeConversation(`${GREETING}\n${ALIAS}\nsensor < CONNACK reasonCode=0x87\nsensor < closes`)
    expect(findings.filter(({ rule: name }) => name.startsWith('publish.'))).toEqual([])
  })

  test('that the capture does not have is not judged', () => {
    const { findings, verdicts } = judgeConversation(`${GREETING}\nsensor < lost CONNACK\nwait 2 s\nsensor > PINGREQ\nsensor < PINGRESP\n${ALIAS}`)
    expect(findings).toEqual([])
    expect(verdicts.filter(({ id, verdict }) => id === 'MQTT-3.2.2-18' && verdict === 'fail')).toEqual([])
  })
})

describe('Receive Maximum', () => {
  const publish = (identifier: number, words = '') => `sensor > ${words} PUBLISH qos=1 packetIdentifier=${identifier} topicName=t payload=${identifier}`
  const begun = `${GREETING}\nsensor < CONNACK receiveMaximum=1\nwait 2 s`

  test.each([
    ['an acknowledgement that the capture lacks', [publish(1), 'sensor < lost PUBACK packetIdentifier=1', publish(2), 'sensor < PUBACK packetIdentifier=2', 'wait 1 s', publish(3)]],
    ['and more before it is missed', [publish(1), 'sensor < lost PUBACK packetIdentifier=1', publish(2)]],
    ['a refusal gives back', [publish(1), 'sensor < PUBACK packetIdentifier=1 reasonCode=0x97', publish(2)]],
    ['a resend is not counted twice', [publish(1), 'sensor > resent', 'sensor < PUBACK packetIdentifier=1', publish(2)]],
  ])('%s: nothing is claimed', (_name, lines) => {
    const { findings } = judgeConversation([begun, ...lines].join('\n'))
    expect(findings.filter(({ rule }) => rule.includes('receive-maximum'))).toEqual([])
  })

  test('a PUBREC that refuses gives back, one that accepts does not', () => {
    const first = 'sensor > PUBLISH qos=2 packetIdentifier=1 topicName=t payload=1'
    const refused = judgeConversation(`${begun}\n${first}\nsensor < PUBREC packetIdentifier=1 reasonCode=0x97\n${publish(2)}`)
    expect(verdictOf(refused, '5.0', 'MQTT-3.3.4-7', 'client')?.verdict).toBe('pass')
    const accepted = judgeConversation(`${begun}\n${first}\nsensor < PUBREC packetIdentifier=1\n${publish(2)}`)
    expect(verdictOf(accepted, '5.0', 'MQTT-3.3.4-7', 'client')?.verdict).toBe('fail')
  })

  test('what was begun on an earlier connection gives back too', () => {
    const lines = [
      'sensor > CONNECT sessionExpiryInterval=100', 'sensor < CONNACK receiveMaximum=2', 'sensor > PUBLISH qos=2 packetIdentifier=9 topicName=t payload=0',
      'sensor < PUBREC packetIdentifier=9', 'sensor > closes', 'sensor connects', 'sensor > CONNECT sessionExpiryInterval=100', 'sensor < CONNACK sessionPresent receiveMaximum=2',
      'wait 2 s', publish(1), publish(2), 'sensor > PUBREL packetIdentifier=9', 'sensor < PUBCOMP packetIdentifier=9', publish(3),
    ]
    expect(judgeConversation(lines.join('\n')).findings.filter(({ rule }) => rule.includes('receive-maximum'))).toEqual([])
  })
})

describe('a Topic Alias', () => {
  const unset = 'sensor > PUBLISH topicName= topicAlias=1 payload=21.5'
  const begun = `${GREETING}\nsensor < CONNACK topicAliasMaximum=5\nwait 2 s`

  test('that was not set is a fault of its sender', () => {
    expect(graded(`${begun}\n${unset}`, 'publish.topic-alias-not-set')).toEqual(['error certain'])
  })

  test.each([
    ['in bytes that the capture lacks', `${begun}\n${ALIAS.replace('>', '> lost')}\n${unset}\nwait 1 s\n${unset}`],
    ['before the capture began', `sensor is connected\nsensor > PINGREQ\nsensor < PINGRESP\n${unset}`],
  ])('that may have been set %s is not judged', (_name, conversation) => {
    expect(graded(conversation, 'publish.topic-alias-not-set')).toEqual([])
  })
})
