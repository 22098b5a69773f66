import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/conformance/finding.ts'
import { CONNACK_311, CONNECT_311, pcap, publish, session } from '../cli/captures.ts'
import { judge, judgeConversation, linesOf, verdictOf } from './judging.ts'

const DUP = 0x08
const client = (payload: Uint8Array) => ({ fromClient: true, payload })
const server = (payload: Uint8Array) => ({ fromClient: false, payload })

describe('a problem of the decoder', () => {
  const capture = session(publish('t', 'x'), publish('t', 'x', 0x30 | DUP))

  test('is a finding with its bytes, and breaks its statements for the side that sent it', () => {
    const judgement = judge(capture)
    expect(judgement.findings).toMatchObject([{
      rule: 'publish.dup-on-qos0', statements: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], version: '3.1.1', severity: 'error', certainty: 'certain', actor: 'client',
      stream: 0, clientId: 'plc-7', packet: 4, frame: 4, start: 0, end: 1, evidence: [4], waived: null,
    }])
    expect(verdictOf(judgement, '3.1.1', 'MQTT-3.3.1-2', 'client')).toMatchObject({ verdict: 'fail', checked: 2, violated: 1 })
    expect(verdictOf(judgement, '3.1.1', 'MQTT-3.3.1-2', 'server')).toMatchObject({ verdict: 'not-exercised', checked: 0 })
  })

  test('that is waived breaks nothing', () => {
    const waiver = { reason: 'known', until: null }
    const judgement = judge(capture, { waiverOf: ({ rule }) => (rule === 'publish.dup-on-qos0' ? waiver : null) })
    expect(judgement.findings).toMatchObject([{ waived: waiver }])
    expect(verdictOf(judgement, '3.1.1', 'MQTT-3.3.1-2', 'client')).toMatchObject({ verdict: 'pass', violated: 0 })
  })

  test('that nobody wants is not told', () => {
    expect(judge(capture, { wants: (name) => name !== 'publish.dup-on-qos0' }).findings).toEqual([])
    expect(judge(capture, { side: 'server' }).findings).toEqual([])
  })

  describe('where packets begin is not sure', () => {
    const BEGUN = 'a > CONNECT cleanStart\na < CONNACK\n'
    const LOST = 'a > lost bytes 30 b8 17 00 01 74 ' + 'c0 00 '.repeat(500)
    const WRONG = 'a > PUBLISH dup topicName=t payload=x'
    const GOOD = 'a > PUBLISH topicName=t payload=x'
    const told = (conversation: string) => judgeConversation(conversation, '3.1.1').findings.filter(({ rule }) => !rule.startsWith('tcp.')).map(({ rule, certainty }) => `${certainty} ${rule}`)

    test.each(['c0 00', 'e0 00', '40 02 00 05'])('%s in a payload whose beginning was lost accuses nobody', (sample) => {
      const next = sample.replace(/^(.)0/, '$11')
      const rest = `a > bytes ${`${sample} `.repeat(100)}\na > bytes ${`${sample} `.repeat(100)}${`${next} `.repeat(100)}\na > bytes ${`${next} `.repeat(100)}\n`
      expect(told(`${BEGUN}${LOST}\n${rest}${GOOD}\n`)).toEqual([])
    })

    test('after a gap a defect counts again behind eight packets without any', () => {
      const gap = `${BEGUN}a > lost PUBLISH topicName=t payload=x\n`
      expect(told([gap + GOOD, WRONG, ...Array.from({ length: 8 }, () => GOOD), WRONG].join('\n'))).toEqual(['unsure publish.dup-on-qos0', 'certain publish.dup-on-qos0'])
    })

    test('the other direction is as sure as before', () => {
      expect(told(`${BEGUN}a > lost PUBLISH topicName=t payload=x\n${GOOD}\n${WRONG.replace('>', '<')}`)).toEqual(['certain publish.dup-on-qos0'])
    })

    test('behind the header of a proxy it is', () => {
      const header = [...new TextEncoder().encode('PROXY TCP4 10.0.1.1 10.0.0.2 40000 1883\r\n')].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
      expect(told(`a > bytes ${header}\n${BEGUN}${WRONG}`)).toEqual(['certain publish.dup-on-qos0'])
    })
  })

  test('goes on being counted', () => {
    const many = session(...Array.from({ length: 5 }, () => publish('t', 'x', 0x30 | DUP)))
    const { findings, findingsLeftOut, totals } = judge(many, { mostFindings: 2 })
    expect(findings).toHaveLength(2)
    expect(findingsLeftOut).toEqual([{ rule: 'publish.dup-on-qos0', version: '3.1.1', statements: findings[0]!.statements, count: 3 }])
    expect(totals).toEqual({ error: 5, warning: 0, note: 0 })
  })

  test('is kept where no other shows yet that its side, or its version, breaks the statement', () => {
    const WRONG = 'PUBLISH dup topicName=t payload=x'
    const begun = 'a > CONNECT cleanStart\na < CONNACK\nb > bytes 10 10 00 04 4d 51 54 54 05 02 00 3c 00 00 03 61 2d 62\nb < bytes 20 03 00 00 00\n'
    const wrong = [...Array.from({ length: 4 }, () => `a > ${WRONG}`), `a < ${WRONG}`, `a < ${WRONG}`, 'b > bytes 38 05 00 01 74 00 78']
    const judgement = judgeConversation(begun + wrong.join('\n'), '3.1.1', { mostFindings: 2 })
    const of = (found: readonly Finding[]) => found.filter(({ rule }) => rule === 'publish.dup-on-qos0').map(({ version, actor }) => `${version} ${actor}`)
    expect(of(judgement.findings)).toEqual(['3.1.1 client', '3.1.1 client', '3.1.1 server', '5.0 client'])
    expect(judgement.findingsLeftOut.map(({ rule, count }) => `${rule} ${count}`)).toEqual(['publish.dup-on-qos0 3'])
    for (const { version, id, side } of judgement.verdicts.filter(({ verdict }) => verdict === 'fail')) {
      expect(judgement.findings.some((found) => found.version === version && found.actor === side && found.statements.includes(id)), `${version} ${id} ${side}`).toBe(true)
    }
  })
})

describe('a rule', () => {
  test('is exercised where it applies, and points at the packet that breaks it', () => {
    const kept = judge(session())
    expect(verdictOf(kept, '3.1.1', 'MQTT-3.1.0-2', 'client')).toMatchObject({ verdict: 'pass', checked: 1 })
    const broken = judge(session(CONNECT_311))
    expect(linesOf(broken.findings)).toContain('certain client connect.second at 3')
    expect(broken.findings.find(({ rule }) => rule === 'connect.second')!.evidence).toEqual([1, 3])
    expect(verdictOf(broken, '3.1.1', 'MQTT-3.1.0-2', 'client')).toMatchObject({ verdict: 'fail', checked: 2, violated: 1 })
  })

  test('says why it could not be judged', () => {
    // The CONNECT is not in the capture.
    const judgement = judge(pcap([server(CONNACK_311), client(CONNECT_311)]))
    expect(judgement.verdicts.length).toBeGreaterThan(0)
    expect(verdictOf(judgement, '3.1.1', 'MQTT-3.1.0-2', 'client')).toMatchObject({ checked: 1, notJudged: 0 })
  })
})

describe('a packet that several rules look at for one statement', () => {
  const BEGUN = 'a > CONNECT cleanStart\na < CONNACK\n'
  const SUBSCRIBED = 'a > SUBSCRIBE packetIdentifier=1 topicFilter=t qos=1\na < SUBACK packetIdentifier=1 reasonCodes=1\n'
  const PUBLISHED = 'a > PUBLISH topicName=t qos=1 packetIdentifier=2 payload=x\na < PUBACK packetIdentifier=2\n'

  test('is one case', () => {
    const judgement = judgeConversation(BEGUN + SUBSCRIBED + PUBLISHED)
    // Two rules and the decoder's problems: identifiers of PUBLISH and SUBSCRIBE.
    expect(verdictOf(judgement, '5.0', 'MQTT-2.2.1-3', 'client')).toMatchObject({ verdict: 'pass', checked: 2, notJudged: 0 })
    // A rule that is asked of each SUBACK, and the decoder's problems.
    expect(verdictOf(judgement, '5.0', 'MQTT-3.8.4-6', 'server')).toMatchObject({ verdict: 'pass', checked: 1, notJudged: 0 })
  })

  test('is one that was judged where one of the rules has all that it needs', () => {
    // What the Session held before decides whether DUP may be set.
    const judgement = judgeConversation(`a > CONNECT\na < CONNACK sessionPresent\n${PUBLISHED}`, '3.1.1')
    expect(verdictOf(judgement, '3.1.1', 'MQTT-4.3.2-1', 'client')).toMatchObject({ verdict: 'pass', checked: 1, notJudged: 0 })
  })
})

test('every statement of the versions in the capture has a verdict for each side that must obey it, once', () => {
  const { verdicts } = judge(session())
  const keys = verdicts.map(({ version, id, side }) => `${version} ${id} ${side}`)
  expect(new Set(keys).size).toBe(keys.length)
  expect(new Set(verdicts.map(({ version }) => version))).toEqual(new Set(['3.1.1']))
  expect(verdictOf({ findings: [], findingsLeftOut: [], totals: { error: 0, warning: 0, note: 0 }, counted: { error: 0, warning: 0, note: 0 }, certainties: { certain: 0, likely: 0, unsure: 0 }, verdicts }, '3.1.1', 'MQTT-3.1.2-3', 'client')?.verdict).toBe('pass')
})
