/** Where answers, identifiers and order look wrong and nothing may be said. What is said is in fixtures/conformance. */
import { describe, expect, test } from 'vitest'
import type { Judgement } from '../../src/conformance/judge.ts'
import { ACKNOWLEDGEMENT_RULES } from '../../src/conformance/rules/acknowledgements.ts'
import { ANSWER_RULES } from '../../src/conformance/rules/answers.ts'
import { IDENTIFIER_RULES } from '../../src/conformance/rules/identifiers.ts'
import { SUBACK_RULES } from '../../src/conformance/rules/suback.ts'
import { judgeConversation, linesOf, verdictOf } from './judging.ts'

const CONNECTED = 'c > CONNECT cleanStart\nc < CONNACK\n'

const OWN = new Set([...ACKNOWLEDGEMENT_RULES, ...ANSWER_RULES, ...IDENTIFIER_RULES, ...SUBACK_RULES].map(({ id }) => id))

function judged(conversation: string): Judgement {
  return judgeConversation(conversation, '5.0', { wants: (rule) => OWN.has(rule) })
}

/** What is found in a conversation behind its beginning, as lines. */
function found(conversation: string): string[] {
  return linesOf(judged(CONNECTED + conversation).findings)
}

describe('an answer that did not come', () => {
  const subscribe = 'c > SUBSCRIBE packetIdentifier=1 topicFilter=a qos=1'

  test('is missing when 20 s have passed', () => {
    expect(found(`${subscribe}\nwait 25 s`)).toEqual(['likely server subscribe.no-suback at 8'])
    expect(found(`${subscribe}\nwait 25 s\nc < PUBLISH topicName=a`)).toEqual(['certain server subscribe.no-suback at 8'])
    expect(found('c < PUBLISH topicName=a qos=1 packetIdentifier=4\nwait 25 s')).toEqual(['likely client publish.no-puback-of-client at 8'])
  })

  test.each([
    ['the capture ends before that', `${subscribe}\nwait 19 s`],
    ['the connection does', `${subscribe}\nwait 19 s\nc > closes\nwait 1 min`],
    ['one side said DISCONNECT', `${subscribe}\nc > DISCONNECT\nwait 1 min`],
    ['TCP did not acknowledge the request', `c > unacknowledged SUBSCRIBE packetIdentifier=1 topicFilter=a qos=1\nwait 1 min`],
    ['bytes of the server were lost since', `${subscribe}\nc < lost PUBLISH topicName=a\nc < PUBLISH topicName=a\nwait 1 min`],
    ['it came late', `${subscribe}\nwait 2 min\nc < SUBACK packetIdentifier=1 reasonCodes=1`],
    ['it was lost', `${subscribe}\nc < lost SUBACK packetIdentifier=1 reasonCodes=1\nwait 1 min\nc > PINGREQ\nc < PINGRESP`],
    ['it may wait in the server’s TCP behind what the client does not take', `${subscribe}\nwait 1 s\nc < unacknowledged PUBLISH topicName=a\nwait 10 s\nc < unacknowledged resent\nwait 30 s`],
    ['it may be lost on its way, as nothing gets through', `${subscribe}\nwait 1 s\nc > unacknowledged PINGREQ\nwait 10 s\nc > unacknowledged resent\nwait 30 s`],
    ['it was lost, and nothing came after it', `${subscribe}\nc < lost SUBACK packetIdentifier=1 reasonCodes=1\nc > ACK\nwait 1 min`],
  ])('is not missing where %s', (_, conversation) => {
    expect(found(conversation)).toEqual([])
  })

  test('is not expected of a server that refused the client, or has not answered it', () => {
    expect(linesOf(judged(`c > CONNECT cleanStart\n${subscribe}\nc < CONNACK reasonCode=0x87\nwait 1 min`).findings).filter((line) => line.includes('suback'))).toEqual([])
    expect(linesOf(judged(`c > CONNECT cleanStart\n${subscribe}\nwait 1 min`).findings).filter((line) => line.includes('suback'))).toEqual([])
  })

  test('is counted as not judged where the capture ends too early', () => {
    const verdict = verdictOf(judged(`${CONNECTED}${subscribe}\nwait 5 s`), '5.0', 'MQTT-3.8.4-1', 'server')
    expect(verdict).toMatchObject({ verdict: 'not-judged', checked: 0, reasons: [{ reason: 'capture-end', count: 1 }] })
  })
})

test('a server that answers QoS 2 with PUBACK, again and again: a client that takes it so is not blamed for its next message', () => {
  const message = (payload: number) => `c > PUBLISH qos=2 packetIdentifier=1 topicName=a payload=${payload}\nc < PUBACK packetIdentifier=1`
  const lines = found([1, 2, 3, 4, 5, 6].map(message).join('\nwait 1 s\n'))
  expect(lines.filter((line) => line.includes(' client '))).toEqual([])
  expect(lines[0]).toMatch(/^certain server puback.for-qos2 /)
})
