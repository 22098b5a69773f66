import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { judge, linesOf, verdictOf } from './judging.ts'
const files = ['3.1', '3.1.1', '5.0'].flatMap((v) => { try { return readdirSync(`fixtures/conformance/${v}`).map((f) => `${v}/${f}`) } catch { return [] } })
test.each(files)('%s', (file) => {
  const scenario = parseScenario(readFileSync(`fixtures/conformance/${file}`, 'utf8'), file)
  const { pcap, expected } = captureOf(scenario)
  const judgement = judge(pcap)
  const found = judgement.findings.map((f) => `${f.rule} at ${f.frame}`).filter((l) => expected.some((e) => l === `${e.rule} at ${e.frame}`) || !scenario.also.includes(l.split(' ')[0]!)).sort()
  expect(found).toEqual(expected.map((e) => `${e.rule} at ${e.frame}`).sort())
  for (const rule of scenario.also) expect(judgement.findings.map((f) => f.rule)).toContain(rule)
  const fails = judgement.verdicts.filter((v) => v.version === scenario.version && v.verdict === 'fail').map((v) => `${v.id} ${v.side}`).sort()
  for (const { id, side } of scenario.breaks) expect(`${id} ${side} ${verdictOf(judgement, scenario.version, id, side)?.verdict}`).toBe(`${id} ${side} fail`)
  expect(fails).toEqual(scenario.breaks.map((s) => `${s.id} ${s.side}`).sort())
  for (const { id, side } of scenario.keeps) { const v = verdictOf(judgement, scenario.version, id, side); expect(`${id} ${side} ${v?.verdict} ${(v?.checked ?? 0) > 0}`).toBe(`${id} ${side} pass true`) }
  void linesOf
})
