/** What must not be said of a connection's beginning and end: where the capture lacks something, comes late, ends early or shows less than it seems to. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { judge, judgeConversation, linesOf, verdictOf } from './judging.ts'

const ACCEPTED = 'a > CONNECT cleanStart\na < CONNACK\n'
const REFUSED = 'a > CONNECT cleanStart\na < CONNACK reasonCode=0x87\n'

describe('a side that must close', () => {
  const refusal = (rest: string) => {
    const judgement = judgeConversation(REFUSED + rest)
    return { lines: linesOf(judgement.findings), verdict: verdictOf(judgement, '5.0', 'MQTT-3.2.2-7', 'server') }
  }

  test('does so within a while', () => {
    expect(refusal('wait 19 s\na < closes')).toMatchObject({ lines: [], verdict: { verdict: 'pass', checked: 1 } })
  })

  test('need not where the other side has closed', () => {
    expect(refusal('a > closes')).toMatchObject({ lines: [], verdict: { verdict: 'pass', checked: 1 } })
    expect(refusal('a > RST')).toMatchObject({ lines: [], verdict: { verdict: 'pass', checked: 1 } })
  })

  test('is blamed less where it does so in the end', () => {
    const { findings } = judgeConversation(`${REFUSED}wait 40 s\na < closes`)
    expect(findings).toMatchObject([{ rule: 'connack.refused-left-open', severity: 'warning', certainty: 'likely' }])
  })

  test('is certainly there where it is heard of after the deadline', () => {
    const { findings } = judgeConversation(`${ACCEPTED}a > DISCONNECT\nwait 30 s\na > PINGREQ\nwait 1 s`)
    expect(linesOf(findings)).toContain('certain client disconnect.left-open at 8')
  })

  test.each([
    ['the capture ends before the deadline', 'wait 5 s', 'capture-end'],
    ['the capture lacks its FIN', 'a < lost FIN\na > ACK\nwait 25 s', 'gap'],
    ['the clock may have been set', 'wait 2 h', 'clock'],
  ])('is not judged where %s', (_, rest, reason) => {
    expect(refusal(rest)).toMatchObject({ lines: [], verdict: { verdict: 'not-judged', checked: 0, reasons: [{ reason, count: 1 }] } })
  })

  test('is not judged where its last bytes have not arrived', () => {
    const judgement = judgeConversation('a > CONNECT cleanStart\na < unacknowledged CONNACK reasonCode=0x87\nwait 25 s')
    expect(linesOf(judgement.findings)).toEqual([])
    expect(verdictOf(judgement, '5.0', 'MQTT-3.2.2-7', 'server')).toMatchObject({ verdict: 'not-judged', reasons: [{ reason: 'not-acknowledged', count: 1 }] })
  })

  test('is not judged by what it may not have received', () => {
    const judgement = judgeConversation(`${ACCEPTED}a > unacknowledged PINGREQ flags=1\nwait 25 s`)
    expect(linesOf(judgement.findings)).toEqual(['certain client fixed-header.reserved-flags at 8'])
    expect(verdictOf(judgement, '5.0', 'MQTT-4.13.1-1', 'server')).toMatchObject({ verdict: 'not-judged', reasons: [{ reason: 'not-acknowledged', count: 1 }] })
  })

  test('is not judged by a packet that may be none', () => {
    const judgement = judgeConversation(`${ACCEPTED}a > lost PUBLISH topicName=t payload=x\nwait 1 s\na > DISCONNECT\nwait 25 s`)
    expect(linesOf(judgement.findings)).toEqual([])
  })
})

describe('packets after DISCONNECT', () => {
  test('are no repetitions by TCP', () => {
    expect(linesOf(judgeConversation(`${ACCEPTED}a > DISCONNECT\na > resent\na > closes`).findings)).toEqual([])
  })

  test('are the sender’s own', () => {
    expect(linesOf(judgeConversation(`${ACCEPTED}a > DISCONNECT\na < early PUBLISH topicName=t payload=x\na > closes`).findings)).toEqual([])
  })
})

describe('the beginning', () => {
  test('is not judged where it is not in the capture', () => {
    expect(linesOf(judgeConversation('a is connected\na > PUBLISH topicName=t payload=x\na < PUBLISH topicName=t payload=x\nwait 1 s').findings)).toEqual([])
  })

  test('may lack a CONNACK where the server is seen later', () => {
    const { findings } = judgeConversation('a is connected\na > unacknowledged CONNECT cleanStart\na < lost CONNACK\na > early PINGREQ\na < PINGRESP\na > DISCONNECT\na > closes')
    expect(findings.filter(({ certainty }) => certainty !== 'unsure')).toEqual([])
  })

  test('is not that of a connection whose first bytes were lost', () => {
    const judgement = judgeConversation('a > lost CONNECT cleanStart\na < CONNACK sessionPresent\na > SUBSCRIBE packetIdentifier=1 topicFilter=t qos=1\na > DISCONNECT\na > closes')
    expect(linesOf(judgement.findings)).toEqual([])
    expect(verdictOf(judgement, '5.0', 'MQTT-3.1.0-1', 'client')).toMatchObject({ verdict: 'not-judged', checked: 0, reasons: [{ reason: 'gap', count: 1 }] })
  })

  test('is behind the header of a proxy', () => {
    const header = [...new TextEncoder().encode('PROXY TCP4 10.0.1.1 10.0.0.2 40000 1883\r\n')].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    expect(linesOf(judgeConversation(`a > bytes ${header}\n${ACCEPTED}a > DISCONNECT\na > closes`).findings)).toEqual([])
  })

  test('of an authentication is over with the CONNACK, whether or not the client has it yet', () => {
    const judgement = judgeConversation('a > CONNECT cleanStart authenticationMethod=X\na < CONNACK authenticationMethod=X\na > early PINGREQ\na < PINGRESP\na > DISCONNECT\na > closes')
    expect(linesOf(judgement.findings)).toEqual([])
  })
})

test('answers that were on their way when the server refused are none to what came after', () => {
  expect(linesOf(judgeConversation(`${REFUSED}a > early PINGREQ\na < closes`).findings)).toEqual([])
})

describe('a capture of correct conversations', () => {
  const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'conformance')

  test.each(['3.1/lifecycle-kept', '3.1.1/lifecycle-kept', '5.0/lifecycle-kept', '3.1.1/errors-end-connections', '5.0/errors-end-connections'])(
    'that lacks any frame, or has two of them swapped, accuses nobody else: %s',
    (name) => {
      const { pcap } = captureOf(parseScenario(readFileSync(join(folder, `${name}.scenario`), 'utf8'), name))
      const known = new Set(judge(pcap).findings.map(({ rule }) => rule))
      const [header, ...frames] = recordsOf(pcap)
      const newIn = (kept: readonly Uint8Array[]) =>
        judge(Buffer.concat([header!, ...kept])).findings.filter(({ rule, certainty, severity }) => !known.has(rule) && certainty !== 'unsure' && severity !== 'note')
      for (let index = 0; index < frames.length; index++) {
        expect(newIn(frames.toSpliced(index, 1)), `without frame ${index + 1}`).toEqual([])
        expect(newIn(frames.slice(index)), `from frame ${index + 1}`).toEqual([])
        if (index > 0) expect(newIn(frames.toSpliced(index - 1, 2, frames[index]!, frames[index - 1]!)), `with frames ${index} and ${index + 1} swapped`).toEqual([])
      }
    },
  )
})

/** The header of a pcap file, and its records. */
function recordsOf(pcap: Uint8Array): Uint8Array[] {
  const view = new DataView(pcap.buffer, pcap.byteOffset, pcap.length)
  const records = [pcap.subarray(0, 24)]
  for (let at = 24; at < pcap.length;) {
    const end = at + 16 + view.getUint32(at + 8, true)
    records.push(pcap.subarray(at, end))
    at = end
  }
  return records
}
