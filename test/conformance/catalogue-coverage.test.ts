/**
 * Walks the catalogue: every statement that a capture can show is kept by one conversation of fixtures/conformance and broken by another. What cannot be has its
 * reason here.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { STATEMENTS_31, statementsOf } from '../../src/conformance/catalogue.ts'
import { EXERCISES } from '../../src/conformance/exercises.ts'
import { judgesOf } from '../../src/conformance/judges.ts'
import { RULES } from '../../src/conformance/rules/all.ts'
import { VERSIONS, type Version } from '../../src/mqtt/version.ts'
import { captureOf } from '../support/scenario/capture.ts'
import { parseScenario } from '../support/scenario/scenario.ts'
import { judge } from './judging.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'conformance')

/** By version: ids with a conversation that keeps them, and that breaks them. */
const shown = new Map(VERSIONS.map((version) => [version, { kept: new Set<string>(), broken: new Set<string>() }]))
for (const name of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.scenario'))) {
  const scenario = parseScenario(readFileSync(join(FOLDER, name), 'utf8'), name)
  for (const { version, id, verdict, checked } of judge(captureOf(scenario).pcap).verdicts) {
    if (verdict === 'pass' && checked > 0) shown.get(version)!.kept.add(id)
    if (verdict === 'fail') shown.get(version)!.broken.add(id)
  }
}

const WEBSOCKET = 'WebSocket is not followed yet'
const NOTE = 'broken, it is a note, and a note is no failure'
const ALLOWS = 'it allows something: there is nothing to break'

/** Observable statements that nothing can keep, or break, and why. */
const EXEMPT: Readonly<Record<Version, Readonly<Record<string, string>>>> = {
  '3.1': Object.fromEntries(STATEMENTS_31.flatMap(({ id, severity, statement }) => {
    if (statement.includes('WebSocket')) return [[id, WEBSOCKET]]
    if (severity === 'allowed' || id === 'MQTT31-04') return [[id, ALLOWS]]
    return severity === 'note' ? [[id, NOTE]] : []
  })),
  '3.1.1': Object.fromEntries([1, 2, 3, 4].map((number) => [`MQTT-6.0.0-${number}`, WEBSOCKET])),
  '5.0': {
    ...Object.fromEntries([1, 2, 3, 4].map((number) => [`MQTT-6.0.0-${number}`, WEBSOCKET])),
    'MQTT-2.2.1-2': 'an identifier in a QoS 0 PUBLISH reads as the Property Length, and cannot be told from it',
  },
}

describe.each(VERSIONS)('%s', (version) => {
  const observable = statementsOf(version).filter((one) => one.observable !== 'no' && EXEMPT[version][one.id] === undefined).map(({ id }) => id)
  const { kept, broken } = shown.get(version)!
  const judges = judgesOf(version, RULES)

  test('every statement that a capture can show is judged, kept and broken', () => {
    const lacking = observable.filter((id) => !judges.has(id) || !kept.has(id) || !broken.has(id))
    expect(lacking).toEqual([])
  })

  test('what only allows, or is only noted, is at least exercised where packets show it', () => {
    const exercised = Object.keys(EXERCISES[version]).filter((id) => EXEMPT[version][id] !== undefined)
    expect(exercised.filter((id) => !kept.has(id))).toEqual([])
  })
})
