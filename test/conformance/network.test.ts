import { describe, expect, test } from 'vitest'
import { judge, judgeConversation } from './judging.ts'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { CONNACK_311, CONNECT_311, pcap, publish } from '../cli/captures.ts'

const PASSWORD = 'connect.password-in-clear-text'
const told = (conversation: string) => judgeConversation(conversation, '3.1.1').findings.filter(({ rule }) => rule === PASSWORD)

describe('a password in clear text', () => {
  test('is noted, and not said', () => {
    const findings = told('sensor > CONNECT cleanStart userName=joe password=secret')
    expect(findings).toMatchObject([{ severity: 'note', actor: 'client', statements: [] }])
    expect(findings[0]!.message).toBe('CONNECT carries a password from 10.0.1.1 to 10.0.0.2 without encryption')
  })

  test('is no matter within one host, and where there is none', () => {
    const onHost = captureOf(parseScenario('A password\nversion 3.1.1\n\nsensor > CONNECT cleanStart userName=joe password=secret', 'loopback')).pcap
    const addresses = [[10, 0, 1, 1], [10, 0, 0, 2]]
    for (let at = 0; at < onHost.length - 4; at++) {
      if (addresses.some((address) => address.every((byte, index) => onHost[at + index] === byte))) onHost.set([127, 0, 0, 1], at)
    }
    expect(judge(onHost).findings).toEqual([])
    expect(told('sensor > CONNECT cleanStart userName=joe')).toEqual([])
  })
})

test('bytes that came twice with other values are told, and accuse nobody', () => {
  const first = publish('plant/7/temp', '21.5')
  const other = publish('plant/7/temp', '99.9')
  const capture = pcap([{ fromClient: true, payload: CONNECT_311 }, { fromClient: false, payload: CONNACK_311 }, { fromClient: true, payload: first }, { fromClient: true, payload: other, time: 500_000 }])
  // The second one in the place of the first.
  const sequenceAt = capture.length - other.length - 20 + 4
  const view = new DataView(capture.buffer)
  view.setUint32(sequenceAt, view.getUint32(sequenceAt) - first.length)
  expect(judge(capture).findings).toMatchObject([{ rule: 'tcp.overlap-differs', actor: 'network', severity: 'warning', frame: 4, packet: null, statements: [] }])
})

test('what is wrong where bytes came twice with other values accuses nobody for certain', () => {
  const [first, second, other] = [publish('plant/7/temp', '21.5'), publish('plant/7/temp', '21.6', 0x38), publish('plant/7/temp', '21.6', 0x30)]
  const capture = pcap([CONNECT_311, CONNACK_311, second, other, first].map((payload, index) => ({ fromClient: payload !== CONNACK_311, payload, time: index * 200_000 })))
  // The second packet comes first, twice, and fills a hole only then.
  const view = new DataView(capture.buffer)
  const record = 16 + 54 + first.length
  const sequenceAt = (fromEnd: number) => capture.length - fromEnd * record + 16 + 14 + 20 + 4
  const begins = view.getUint32(sequenceAt(3))
  for (const [fromEnd, sequence] of [[3, begins + first.length], [2, begins + first.length], [1, begins]] as const) view.setUint32(sequenceAt(fromEnd), sequence)
  expect(judge(capture).findings.map(({ rule, actor, certainty }) => `${certainty} ${actor} ${rule}`)).toEqual(['certain network tcp.overlap-differs', 'unsure client publish.dup-on-qos0'])
})
