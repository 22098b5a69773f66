import { describe, expect, test } from 'vitest'
import { findStatement, STATEMENTS_31 } from '../../src/conformance/catalogue.ts'
import { EXERCISES } from '../../src/conformance/exercises.ts'
import { PROBLEM_CODES } from '../../src/conformance/judges.ts'
import { problemStatements } from '../../src/mqtt/problems.ts'
import { VERSIONS } from '../../src/mqtt/version.ts'

/** They say that any character will do in a client identifier, and what 3.1.1 forbids. */
const ALLOWS = ['MQTT31-04', ...STATEMENTS_31.filter(({ severity }) => severity === 'allowed').map(({ id }) => id)]

describe.each(VERSIONS)('exercises of %s', (version) => {
  const cited = new Set(PROBLEM_CODES.flatMap((code) => problemStatements(code, version)))

  test('every statement that a problem can break has one', () => {
    expect([...cited].filter((id) => EXERCISES[version][id] === undefined)).toEqual([])
  })

  test('every other one allows something, and so can only be kept', () => {
    const others = Object.keys(EXERCISES[version]).filter((id) => !cited.has(id))
    expect(others.filter((id) => version !== '3.1' || !ALLOWS.includes(id))).toEqual([])
  })

  test('its cases are sent by a side that must obey, or is at fault', () => {
    for (const [id, { cases, sides }] of Object.entries(EXERCISES[version])) {
      expect(cases.length, id).toBeGreaterThan(0)
      const { actor } = findStatement(version, id)!
      if (sides.length === 1 && actor !== 'both' && cases.every((each) => /^(?:CONNECT|SUBSCRIBE|UNSUBSCRIBE|PINGREQ)/.test(each))) expect(sides, id).toEqual(['client'])
      if (sides.length === 1 && cases.every((each) => /^(?:CONNACK|SUBACK|UNSUBACK|PINGRESP)/.test(each))) expect(sides, id).toEqual(['server'])
    }
  })
})
