/**
 * Walks the conversations of fixtures/conformance: each keeps or breaks what its header says, for the side that it says, and nothing else; each finding points at the
 * line that the conversation marks.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { judge, verdictOf } from './judging.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'conformance')

const NAMES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.scenario')).sort()

describe('conversations', () => {
  test.each(NAMES)('%s', (name) => {
    const scenario = parseScenario(readFileSync(join(FOLDER, name), 'utf8'), name)
    const { pcap, expected } = captureOf(scenario)
    const judgement = judge(pcap)
    const counted = judgement.findings.filter(({ certainty, severity }) => certainty !== 'unsure' && severity !== 'note')

    for (const { id, side } of scenario.keeps) {
      expect(verdictOf(judgement, scenario.version, id, side), `${id} ${side}`).toMatchObject({ verdict: 'pass', violated: 0 })
    }
    const failed = judgement.verdicts.filter(({ verdict }) => verdict === 'fail').map(({ id, side }) => `${id} ${side}`)
    expect(failed.sort(), counted.map(({ message }) => message).join('\n')).toEqual(scenario.breaks.map(({ id, side }) => `${id} ${side}`).sort())

    const found = judgement.findings.map(({ rule, frame }) => ({ rule, frame }))
    expect(found).toEqual(expect.arrayContaining([...expected]))
    const known = new Set([...expected.map(({ rule }) => rule), ...scenario.also])
    expect(judgement.findings.filter(({ rule }) => !known.has(rule))).toEqual([])
  })
})
