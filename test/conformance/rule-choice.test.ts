import { describe, expect, test } from 'vitest'
import { NamePattern } from '../../src/conformance/name-pattern.ts'
import { RuleChoice } from '../../src/conformance/rule-choice.ts'
import { Waivers, type WaiverEntry } from '../../src/conformance/waivers.ts'
import type { Finding, Verdict } from '../../src/conformance/finding.ts'

const patterns = (...texts: string[]) => texts.map((text) => new NamePattern(text))

describe('a pattern', () => {
  test.each([
    ['publish.dup-on-qos0', 'publish.dup-on-qos0', true], ['publish.dup', 'publish.dup-on-qos0', false], ['publish.*', 'publish.dup-on-qos0', true],
    ['publish.*', 'publish', false], ['*', '', true], ['*', 'anything', true], ['*qos0', 'publish.dup-on-qos0', true], ['*.*-*', 'publish.dup-on-qos0', true],
    ['a*a', 'a', false], ['a*a', 'aa', true], ['a*b*a', 'aba', true], ['a*b*ba', 'aba', false], ['MQTT-3.3.1-*', 'MQTT-3.3.1-2', true], ['MQTT-3.3.1-*', 'MQTT-3x3x1-2', false],
    ['a**b', 'ab', true], ['plc-*', 'plc-\n7', true],
  ])('%s and %s', (pattern, name, fits) => {
    expect(new NamePattern(pattern).matches(name)).toBe(fits)
  })

  test('takes no time on what is made to take time', () => {
    expect(new NamePattern('a*'.repeat(50) + 'b').matches('a'.repeat(100_000))).toBe(false)
  })
})

describe('the choice', () => {
  const verdict = (id: string) => ({ version: '5.0', id }) as Verdict
  const wants = (only: string[], ignored: string[], rule: string, ...statements: string[]) => new RuleChoice(patterns(...only), patterns(...ignored)).wants(rule, statements)

  test('of rules', () => {
    expect(wants([], [], 'a.b')).toBe(true)
    expect(wants(['a.*'], [], 'a.b')).toBe(true)
    expect(wants(['a.*'], [], 'b.b')).toBe(false)
    expect(wants(['a.*'], ['a.b'], 'a.b')).toBe(false)
    expect(wants(['S-1'], [], 'a.b', 'S-1', 'S-2')).toBe(true)
    // One statement of two is ignored: the other one is still broken.
    expect(wants([], ['S-1'], 'a.b', 'S-1', 'S-2')).toBe(true)
    expect(wants([], ['S-1', 'S-2'], 'a.b', 'S-1', 'S-2')).toBe(false)
  })

  test('of verdicts: those that something still judges', () => {
    const keeps = (only: string[], ignored: string[], id: string) => new RuleChoice(patterns(...only), patterns(...ignored)).keeps(verdict(id))
    expect(keeps([], [], 'MQTT-3.3.1-2')).toBe(true)
    expect(keeps(['publish.dup-on-qos0'], [], 'MQTT-3.3.1-2')).toBe(true)
    expect(keeps(['MQTT-3.3.1-2'], [], 'MQTT-3.3.1-2')).toBe(true)
    expect(keeps(['connect.*'], [], 'MQTT-3.3.1-2')).toBe(false)
    expect(keeps([], ['publish.dup-on-qos0'], 'MQTT-3.3.1-2')).toBe(false)
    expect(keeps([], ['MQTT-3.3.1-2'], 'MQTT-3.3.1-2')).toBe(false)
    // The MUST that no capture can tell of.
    expect(keeps([], ['publish.*'], 'MQTT-4.7.3-3')).toBe(true)
  })
})

describe('waivers', () => {
  const entry = (changes: Partial<WaiverEntry> = {}): WaiverEntry => ({ of: new NamePattern('a.b'), version: null, client: null, reason: 'known', until: null, ...changes })
  const finding = { rule: 'a.b', statements: ['S-1', 'S-2'], version: '5.0', clientId: 'plc-7' } as unknown as Finding
  const waives = (changes: Partial<WaiverEntry>, found: Partial<Finding> = {}) => new Waivers([entry(changes)], '2026-11-26').waiverOf({ ...finding, ...found })

  test.each([
    ['its rule', {}, true], ['one of its statements', { of: new NamePattern('S-2') }, true], ['another rule', { of: new NamePattern('a.c') }, false],
    ['its version', { version: '5.0' }, true], ['another version', { version: '3.1.1' }, false], ['its client', { client: new NamePattern('plc-*') }, true],
    ['another client', { client: new NamePattern('plc-8') }, false], ['until today', { until: '2026-11-26' }, true], ['until yesterday', { until: '2026-11-25' }, false],
  ] as [string, Partial<WaiverEntry>, boolean][])('of %s', (_name, changes, holds) => {
    expect(waives(changes) !== null).toBe(holds)
  })

  test('of a client does not hold for those that are not known', () => {
    expect(waives({ client: new NamePattern('*') }, { clientId: null })).toBeNull()
    expect(waives({ client: new NamePattern('66*') }, { clientId: { hex: '66ff' } })).toEqual({ reason: 'known', until: null })
  })
})
