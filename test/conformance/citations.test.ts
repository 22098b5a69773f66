import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EVIDENCE_RULES, findStatement, NOT_APPLIED_IN_31, STATEMENTS_31, statementsOf } from '../../src/conformance/catalogue.ts'
import { PROBLEMS, problemSeverity, problemStatements, type DecoderProblemCode } from '../../src/mqtt/problems.ts'
import { VERSIONS, type Version } from '../../src/mqtt/version.ts'

const CODES = Object.keys(PROBLEMS) as DecoderProblemCode[]

const ACTORS = ['client', 'server', 'both']
const OBSERVABLE = ['packet', 'connection', 'session', 'cross-connection', 'no']

describe.each(VERSIONS)('the catalogue of %s', (version) => {
  test('every statement is whole, and its id stands once', () => {
    const statements = statementsOf(version)
    expect(statements.length).toBe({ '3.1': 55, '3.1.1': 141, '5.0': 251 }[version])
    expect(new Set(statements.map((one) => one.id)).size).toBe(statements.length)
    for (const one of statements) {
      expect(one.id).toMatch(version === '3.1' ? /^MQTT31-\d\d$/ : /^MQTT-\d+\.\d+(\.\d+)?-\d+$/)
      expect(ACTORS, one.id).toContain(one.actor)
      expect(OBSERVABLE, one.id).toContain(one.observable)
      expect(one.statement, one.id).toMatch(/\.$/)
      expect(one.packet, one.id).not.toBe('')
      expect(one.how, one.id).not.toBe('')
      expect(one.level, one.id).toBe(version === '3.1' ? null : 'MUST')
      expect(findStatement(version, one.id)).toBe(one)
    }
  })

  test('every bracketed word is a rule of evidence', () => {
    for (const one of statementsOf(version)) {
      for (const [, word] of one.how.matchAll(/\[([^\]]*)\]/g)) expect(Object.keys(EVIDENCE_RULES), one.id).toContain(word)
    }
  })
})

test('a statement is found by version and id together', () => {
  expect(findStatement('3.1.1', 'MQTT-3.1.2-24')?.packet).toBe('Keep Alive')
  expect(findStatement('5.0', 'MQTT-3.1.2-24')?.packet).toBe('Flow control')
  expect(findStatement('3.1', 'MQTT-3.1.2-24')).toBeUndefined()
})

describe('3.1 beside 3.1.1', () => {
  test('every severity and source is one of the list', () => {
    for (const one of STATEMENTS_31) {
      expect(['error', 'warning', 'note', 'allowed'], one.id).toContain(one.severity)
      expect(['S', 'M'], one.id).toContain(one.source)
    }
  })

  test('what is not applied exists in 3.1.1, once, and its replacements exist in 3.1', () => {
    expect(new Set(NOT_APPLIED_IN_31.map((one) => one.id)).size).toBe(NOT_APPLIED_IN_31.length)
    for (const { id, replacedBy } of NOT_APPLIED_IN_31) {
      expect(findStatement('3.1.1', id), id).toBeDefined()
      for (const replacement of replacedBy) expect(findStatement('3.1', replacement), `${id} → ${replacement}`).toBeDefined()
    }
  })
})

/** Statements that one packet is enough for, and that no problem cites: each with its reason. */
const UNCITED: Readonly<Record<Version, Readonly<Record<string, string>>>> = {
  '3.1': {
    'MQTT31-04': 'nothing to find: it says that any character will do',
    'MQTT31-10': 'nothing to find: it allows what 3.1.1 forbids',
  },
  '3.1.1': {},
  '5.0': {
    'MQTT-2.2.1-2': 'a stray identifier reads as a property block that does not parse, and cannot be told from other damage',
  },
}

describe.each(VERSIONS)('the problems of %s', (version) => {
  const cited = new Map(CODES.flatMap((code) => problemStatements(code, version).map((id) => [id, code] as const)))

  test('every statement that they cite is in the catalogue of the version', () => {
    expect([...cited].filter(([id]) => findStatement(version, id) === undefined)).toEqual([])
  })

  test('every statement that one packet shows is cited, or has a reason not to be', () => {
    const shown = statementsOf(version).filter((one) => one.observable === 'packet')
    const uncited = shown.filter((one) => !cited.has(one.id)).map((one) => one.id)
    expect(uncited).toEqual(Object.keys(UNCITED[version]))
  })

  test('a problem that cites statements of the version has a severity in it', () => {
    for (const code of CODES) if (problemStatements(code, version).length > 0) expect(problemSeverity(code, version), code).not.toBeNull()
  })
})

test('a problem of 3.1 is as severe as the statement that it cites, unless the statement makes a difference', () => {
  for (const code of CODES) {
    for (const { id, severity, severityNote } of problemStatements(code, '3.1').map((cited) => STATEMENTS_31.find((one) => one.id === cited)!)) {
      if (severityNote === null) expect(problemSeverity(code, '3.1'), `${code} cites ${id}`).toBe(severity)
    }
  }
})

test('statement ids stand in the catalogue and in the problem table only', () => {
  const src = join(import.meta.dirname, '..', '..', 'src')
  const allowed = [join(src, 'conformance'), join(src, 'mqtt', 'problems.ts')]
  const offenders = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !allowed.some((prefix) => path.startsWith(prefix)))
    .filter((path) => /MQTT-\d+\.\d+(?:\.\d+)?-\d|MQTT31-\d/.test(readFileSync(path, 'utf8')))
  expect(offenders).toEqual([])
})
