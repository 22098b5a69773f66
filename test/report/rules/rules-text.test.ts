import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { ANSI, PLAIN } from '../../../src/report/colour.ts'
import { bestExample, exampleOf } from '../../../src/report/rules/examples.ts'
import { ruleBook, rulesObject } from '../../../src/report/rules/rule-book.ts'
import { ruleDetails, rulesList, statementDetails } from '../../../src/report/rules/rules-text.ts'
import { RULES_SCHEMA } from '../../../src/report/schema/rules.ts'
import { checkAgainst } from '../schema-check.ts'

const BOOK = ruleBook()

const SCENARIO = `A client sends a QoS 0 message with DUP set
breaks MQTT-3.3.1-2 client, MQTT-4.3.1-1 client
keeps MQTT-3.1.0-1 client
# a comment
version 5.0

sensor > CONNECT clientIdentifier=plc-7 cleanStart
sensor > PUBLISH dup topicName=a   ! publish.dup-on-qos0, topic.wildcard
`
const EXAMPLE = exampleOf('5.0', 'dup-on-qos-0', SCENARIO)

test('the object is what the schema says', () => {
  expect(checkAgainst(RULES_SCHEMA)(JSON.parse(JSON.stringify(rulesObject(BOOK))))).toEqual([])
})

test('the object has every statement with its judges, and every rule with its statements', () => {
  const { statements, rules } = rulesObject(BOOK)
  expect(statements.length).toBe(55 + 141 + 251)
  const named = new Map(rules.map((rule) => [rule.rule, rule]))
  expect(named.size).toBe(rules.length)
  for (const { version, id, judgedBy } of statements) {
    for (const rule of judgedBy) expect(named.get(rule)?.statements[version], `${rule} of ${version} ${id}`).toContain(id)
  }
  expect(named.get('publish.dup-on-qos0')).toMatchObject({ severity: 'error', statements: { '5.0': expect.arrayContaining(['MQTT-3.3.1-2']) as string[] } })
  expect(named.get('connect.unknown-protocol-level')!.statements).toEqual({})
})

describe('details', () => {
  const all = [
    ...BOOK.statements.map((statement) => [`${statement.version} ${statement.id}`, statementDetails(statement, [EXAMPLE], PLAIN)] as const),
    ...BOOK.rules.map((rule) => [rule.id, ruleDetails(rule, BOOK, [EXAMPLE], PLAIN)] as const),
  ]

  test('fit 80 columns, but for what is sent', () => {
    for (const [name, text] of all) expect(text.split('\n').filter((line) => stringWidth(line) > 80), name).toEqual([])
  })

  test('leave nothing open', () => {
    for (const [name, text] of all) expect(text, name).not.toMatch(/\b(?:undefined|NaN|null)\b(?!-)(?<!\.null)|\n\n\n/)
  })

  test('colour is only colour', () => {
    expect(ruleDetails(BOOK.rules[0]!, BOOK, [], ANSI).replace(/\x1b\[[\d;]*m/g, '')).toBe(ruleDetails(BOOK.rules[0]!, BOOK, [], PLAIN))
    expect(rulesList(BOOK, ANSI).replace(/\x1b\[[\d;]*m/g, '')).toBe(rulesList(BOOK, PLAIN))
  })

  test('what a rule of evidence means is said', () => {
    expect(new Map(all).get('3.1.1 MQTT-1.5.3-1')).toMatch(/^Evidence {8}\[close\] That the receiver must close/m)
  })
})

describe('examples', () => {
  test('what a scenario is about', () => {
    expect(EXAMPLE).toEqual({
      version: '5.0', name: 'dup-on-qos-0', title: 'A client sends a QoS 0 message with DUP set', breaks: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], keeps: ['MQTT-3.1.0-1'],
      rules: ['publish.dup-on-qos0', 'topic.wildcard'],
      conversation: 'sensor > CONNECT clientIdentifier=plc-7 cleanStart\nsensor > PUBLISH dup topicName=a   ! publish.dup-on-qos0, topic.wildcard',
    })
  })

  test('stand below what they show', () => {
    const statement = BOOK.statements.find(({ version, id }) => version === '5.0' && id === 'MQTT-3.3.1-2')!
    expect(statementDetails(statement, [EXAMPLE], PLAIN)).toMatch(/\n\nBroken {10}A client sends a QoS 0 message with DUP set \(MQTT 5\.0\)\n\n {2}sensor > CONNECT/)
    expect(ruleDetails(BOOK.rules.find(({ id }) => id === 'publish.dup-on-qos0')!, BOOK, [EXAMPLE], PLAIN)).toContain('\n  sensor > CONNECT')
  })

  test('the one that shows least besides is the best', () => {
    const plain = { ...EXAMPLE, name: 'plain', breaks: ['MQTT-3.3.1-2'], keeps: [] }
    expect(bestExample([EXAMPLE, plain], '5.0', ({ breaks }) => breaks.includes('MQTT-3.3.1-2'))?.name).toBe('plain')
    expect(bestExample([EXAMPLE], '3.1.1', () => true)).toBeNull()
  })
})
