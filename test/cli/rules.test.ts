import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT, run } from './run.ts'
import type { Example } from '../../src/report/rules/examples.ts'
import type { RulesObject } from '../../src/report/schema/rules.ts'

const rules = (...args: string[]) => run(['rules', ...args])

describe('the list', () => {
  test('without a pattern: everything', async () => {
    const { code, stdout, stderr } = await rules()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^MQTT {3}STATEMENT .*JUDGED BY\n3\.1 {4}MQTT31-01 /)
    expect(stdout.split('\n').filter((line) => /^(?:3\.1|3\.1\.1|5\.0) /.test(line)).length).toBe(55 + 141 + 251)
    expect(stdout).toMatch(/^RULE .*WITHOUT A NUMBERED STATEMENT$/m)
  })

  test.each([
    ['a section', ['MQTT-4.7.*'], /^5\.0 {4}MQTT-4\.7\.1-1 /m, /MQTT-3\./],
    ['a rule', ['topic.*'], /topic\.wildcard/, /MQTT31-02 /],
    ['words', ['receive', 'maximum'], /MQTT-3\.3\.4-9/, /MQTT-1\.5/],
    ['a version and a word', ['3.1.1', 'will'], /^3\.1\.1 {2}MQTT-3\.1\.2-8 /m, /^5\.0 /m],
  ])('by %s', async (_name, words, has, hasNot) => {
    const { code, stdout } = await rules(...words)
    expect(code).toBe(0)
    expect(stdout).toMatch(has)
    expect(stdout).not.toMatch(hasNot)
  })
})

describe('details', () => {
  test('of a statement, in each version that has it, with an example', async () => {
    const { stdout } = await rules('mqtt-3.3.1-2')
    expect(stdout).toMatch(/^MQTT-3\.3\.1-2 {2}MQTT 3\.1\.1 §3\.3\.1\.1, PUBLISH$/m)
    expect(stdout).toMatch(/^MQTT-3\.3\.1-2 {2}MQTT 5\.0 §3\.3\.1\.1, PUBLISH$/m)
    expect(stdout).toMatch(/^Judged by {7}publish\.dup-on-qos0 \(error\): /m)
    expect(stdout).toMatch(/^Broken .*\n\n {2}\S+ > CONNECT/m)
  })

  test('of a rule', async () => {
    const { stdout } = await rules('publish.dup-on-qos0')
    expect(stdout).toMatch(/^! publish\.dup-on-qos0\n\n {2}DUP on a QoS 0 PUBLISH\n\nSeverity/)
    expect((await rules('--color', 'always', 'publish.dup-on-qos0')).stdout).toContain('\u001b[1mpublish.dup-on-qos0')
  })
})

test('-f json', async () => {
  const all = JSON.parse((await rules('-f', 'json')).stdout) as RulesObject
  expect(all.schema).toBe('mqtap.rules/1')
  expect(all.statements.length).toBe(55 + 141 + 251)
  expect(all.statements.find(({ version, id }) => version === '5.0' && id === 'MQTT-3.3.1-2')).toMatchObject({ section: '3.3.1.1', actor: 'both', observable: 'packet', judgedBy: ['publish.dup-on-qos0'] })
  const one = JSON.parse((await rules('-f', 'json', 'MQTT-3.3.1-2')).stdout) as RulesObject
  expect([one.statements.length, one.rules.map(({ rule }) => rule)]).toEqual([2, ['publish.dup-on-qos0']])
})

test.each([
  [['MQTT-3.3.1-22'], /^mqtap: no statement or rule is called or says anything like MQTT-3\.3\.1-22\nDid you mean MQTT-3\.3\.1-\d+\?\n$/],
  [['publish.dup-on-qos'], /^$/],
  [['publish.dop-on-qos0'], /Did you mean publish\.dup-on-qos0\?\n$/],
  [['-f', 'csv'], /^mqtap: -f csv: choose one of text, json\n$/],
] as [string[], RegExp][])('%j', async (args, message) => {
  const { code, stderr } = await rules(...args)
  expect(stderr).toMatch(message)
  expect(code).toBe(stderr === '' ? 0 : 2)
})

test('every scenario is among the examples that are shipped', () => {
  const examples = JSON.parse(readFileSync(path.join(ROOT, 'dist/examples.json'), 'utf8')) as Example[]
  const files = readdirSync(path.join(ROOT, 'fixtures/conformance'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.scenario'))
  expect(examples.map(({ version, name }) => `${version}/${name}.scenario`).sort()).toEqual(files.map((name) => name.replaceAll(path.sep, '/')).sort())
  for (const { name, breaks, keeps, conversation } of examples) {
    expect(breaks.length + keeps.length, name).toBeGreaterThan(0)
    expect(conversation, name).toContain(' > ')
  }
})
