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
