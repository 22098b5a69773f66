import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import type { CaseName } from '../../src/conformance/cases.ts'
import { STATEMENTS_31, statementsOf } from '../../src/conformance/catalogue.ts'
import { EXERCISES } from '../../src/conformance/exercises.ts'
import { PROBLEM_CODES } from '../../src/conformance/judges.ts'
import { RULES } from '../../src/conformance/rules/all.ts'
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { PACKET_TYPES, type PacketType } from '../../src/mqtt/packet.ts'
import { problemStatements } from '../../src/mqtt/problems.ts'
import { VERSIONS, type Version } from '../../src/mqtt/version.ts'
import { SIDES, type Side } from '../../src/session/side.ts'

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

  test('each side of it can send one of its cases', () => {
    for (const [id, { cases, sides }] of Object.entries(EXERCISES[version])) {
      expect(cases.length, id).toBeGreaterThan(0)
      expect(sides.filter((side) => !cases.some((name) => sends(side, name, version))), id).toEqual([])
    }
  })
})

test('no packet is two of the cases of one statement', () => {
  // Of these it is known from more than byte 1: they may be cases of a packet beside others of its type.
  const isFeature = (name: CaseName) => /\.| (?!qos|retain|no-retain|dup|no-dup)/.test(name)
  const hostOf = (name: CaseName) => name.split(/[ .]/)[0]!
  for (const version of VERSIONS) for (const { id } of statementsOf(version)) for (const side of SIDES) {
    const rules = RULES.filter((rule) => rule.sides.includes(side) && rule.statements[version]?.includes(id) === true)
    const names = new Set([...EXERCISES[version][id]?.cases ?? [], ...rules.flatMap((rule) => rule.exercisedBy ?? [])])
    const twice = [...names].filter((name) => isFeature(name) && [...names].some((other) => other !== name && hostOf(other) === hostOf(name)))
    expect(twice, `${version} ${id}`).toEqual([])
  }
})

/** As the decoder knows it: a packet of this type, else empty, is not called one that goes the other way. */
function sends(side: Side, name: CaseName, version: Version): boolean {
  const type = name.split(/[ .]/)[0]!
  const byte = PACKET_TYPES.indexOf((type === 'will' ? 'CONNECT' : type) as PacketType) << 4
  const decoder = new PacketDecoder(LIMITS.mqtt)
  decoder.decode(Uint8Array.of(byte, 0), 0, 2, 2, version, side === 'client' ? 'client-to-server' : 'server-to-client', null)
  return decoder.problems.every(({ code }) => code !== 'fixed-header.wrong-direction' && code !== 'fixed-header.reserved-type')
}
