import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { judge, judgeConversation } from './judging.ts'

const GREETING = 'sensor > CONNECT cleanStart\nsensor < CONNACK'
const PUBLISH = 'sensor > PUBLISH qos=1 packetIdentifier=1 topicName=t payload=1'

function told(conversation: string, rule: string, options = {}) {
  return judgeConversation(conversation, '5.0', options).findings.filter((each) => each.rule === rule)
}

describe('a slow answer', () => {
  const slow = `${GREETING}\n${PUBLISH}\nwait 3 s\nsensor < PUBACK packetIdentifier=1`

  test('of a program whose TCP had the request', () => {
    expect(told(slow, 'answer.slow')).toMatchObject([{ actor: 'server', certainty: 'likely', severity: 'note', version: '5.0', packet: 4, statements: [] }])
    expect(told(slow, 'answer.slow')[0]!.message).toBe('PUBACK for PUBLISH, packet 3, took 3.00s: its TCP had the request, and its program took its time')
    expect(told(slow, 'answer.slow')[0]!.evidence).toHaveLength(2)
  })

  test('is what the user calls slow', () => {
    expect(told(slow, 'answer.slow', { slowAfter: 4e9 })).toEqual([])
    expect(told(`${GREETING}\n${PUBLISH}\nwait 80 ms\nsensor < PUBACK packetIdentifier=1`, 'answer.slow', { slowAfter: 50e6 })).toHaveLength(1)
  })

  test('of a client is the client’s', () => {
    const lines = `${GREETING}\nsensor < PUBLISH qos=2 packetIdentifier=1 topicName=t payload=1\nwait 2 s\nsensor > PUBREC packetIdentifier=1\nsensor < PUBREL packetIdentifier=1\nsensor > PUBCOMP packetIdentifier=1`
    expect(told(lines, 'answer.slow').map(({ actor }) => actor)).toEqual(['client'])
  })

  test.each([
    ['the request was not acknowledged before', `${GREETING}\n${PUBLISH.replace('>', '> unacknowledged')}\nwait 3 s\nsensor < PUBACK packetIdentifier=1`],
    ['TCP sent the answer again', `${GREETING}\n${PUBLISH}\nsensor < lost PUBACK packetIdentifier=1\nwait 3 s\nsensor < resent`],
    ['bytes are missing between', `${GREETING}\n${PUBLISH}\nsensor < lost PINGRESP\nwait 3 s\nsensor < PUBACK packetIdentifier=1`],
  ])('is not told where %s', (_name, conversation) => {
    expect(told(conversation, 'answer.slow')).toEqual([])
  })
})

test('an answer that Nagle held back is told with what held it', () => {
  const { findings } = judge(readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'captures', 'qmqtt.pcap')))
  const held = findings.filter(({ rule }) => rule === 'answer.held-back')
  expect(held.length).toBeGreaterThan(0)
  expect(held[0]).toMatchObject({ actor: 'server', severity: 'note' })
  expect(held[0]!.message).toMatch(/^PUB\w+ for PUB\w+, packet \d+, waited 41\.\dms for TCP's delayed acknowledgement/)
})
