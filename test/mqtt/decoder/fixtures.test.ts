import { describe, expect, it } from 'vitest'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import { PACKET_TYPES } from '../../../src/mqtt/packet.ts'
import { PROBLEMS, problemSeverity, problemStatements } from '../../../src/mqtt/problems.ts'
import type { DecoderProblemCode } from '../../../src/mqtt/problems.ts'
import { VERSIONS } from '../../../src/mqtt/version.ts'
import { LIMITS, codes, decode, declaredLength, variableByteInteger } from './build.ts'
import { readPacketFixtures } from './fixtures.ts'
import type { PacketFixture } from './fixtures.ts'
import { checkInvariants } from './invariants.ts'

const FIXTURES = readPacketFixtures()
const CODES = Object.keys(PROBLEMS) as DecoderProblemCode[]

describe.each(VERSIONS)('packets of %s', (folder) => {
  it.each(FIXTURES.filter((fixture) => fixture.folder === folder))('$name', (fixture) => {
    const { bytes, version, direction } = fixture
    expect(decode(bytes, version, direction).problems).toEqual(fixture.problems)
    checkInvariants(bytes, declaredLength(bytes), version, direction)
  })
})

describe('what a fixture is about', () => {
  it('a file that is named after a problem holds packets with just that problem, the others hold packets without', () => {
    for (const { name, subject, problems } of FIXTURES) {
      const kinds = new Set(codes(problems))
      if (subject === 'packet.more-problems') kinds.delete('suback.reserved-return-code')
      expect([...kinds], name).toEqual(subject in PROBLEMS ? [subject] : [])
    }
  })

  it('every problem code has a fixture, in every version in which it is a problem', () => {
    const seen = new Set(FIXTURES.flatMap(({ folder, problems }) => codes(problems).flatMap((code) => [code, `${folder} ${code}`])))
    const wanted = CODES.flatMap((code) => {
      const { severity }: { severity: string | object } = PROBLEMS[code]
      return typeof severity === 'string' ? [code] : Object.keys(severity).map((version) => `${version} ${code}`)
    })
    expect(wanted.filter((each) => !seen.has(each))).toEqual([])
  })

  it('every statement of the problem table is broken by some fixture', () => {
    const broken = FIXTURES.flatMap(({ folder, problems }) => problems.flatMap(({ code, statements }) => statements.map((id) => `${folder} ${code} ${id}`)))
    const seen = new Set(broken)
    const wanted = VERSIONS.flatMap((version) => CODES.flatMap((code) => problemStatements(code, version).map((id) => `${version} ${code} ${id}`)))
    expect(wanted.filter((each) => !seen.has(each))).toEqual([])
    expect(wanted.length).toBeGreaterThan(150)
  })

  it('every packet type has a packet without a problem in every version', () => {
    const types = PACKET_TYPES.filter((type) => type !== 'RESERVED').map((type) => type.toLowerCase())
    for (const version of VERSIONS) {
      const valid = FIXTURES.filter(({ folder, problems }) => folder === version && problems.length === 0).map(({ subject }) => subject)
      expect([...new Set(valid)].sort()).toEqual(types.filter((type) => type !== 'auth' || version === '5.0').sort())
    }
  })

  it('the severity is that of the table', () => {
    for (const { folder, problems } of FIXTURES) {
      for (const { code, severity } of problems) expect(severity).toBe(problemSeverity(code as DecoderProblemCode, folder))
    }
  })
})

describe('packets cut anywhere', () => {
  it('a packet whose end is not at hand is accused of nothing that the whole packet is not accused of', () => {
    const decoder = new PacketDecoder(LIMITS)
    for (const fixture of shortFixtures()) {
      const { name, bytes, version, direction } = fixture
      const length = declaredLength(bytes)
      const whole = new Set(fixture.problems.map(({ code, statements }) => `${code} ${statements.join()}`))
      for (let end = 1; end < bytes.length; end++) {
        decoder.decode(bytes, 0, end, length, version, direction, null)
        for (const { code, statements } of decoder.problems) {
          if (code !== 'packet.incomplete') expect(whole, `${name} cut at ${end}`).toContain(`${code} ${statements.join()}`)
        }
      }
    }
  })

  it('a shorter packet with a Remaining Length that fits keeps every invariant', () => {
    for (const { bytes, version, direction } of shortFixtures()) {
      const bodyStart = declaredLength(bytes) === bytes.length ? bytes.length - remainingLength(bytes) : 2
      for (let end = bodyStart; end < bytes.length; end++) {
        const cut = Uint8Array.from([bytes[0]!, ...variableByteInteger(end - bodyStart), ...bytes.subarray(bodyStart, end)])
        checkInvariants(cut, cut.length, version, direction)
      }
    }
  })

  it('the bytes before and behind a packet do not matter', () => {
    const decoder = new PacketDecoder(LIMITS)
    for (const { bytes, version, direction, problems } of shortFixtures()) {
      const surrounded = new Uint8Array(bytes.length + 20).fill(0xa5)
      surrounded.set(bytes, 10)
      const packet = decoder.decode(surrounded, 10, 10 + bytes.length, declaredLength(bytes), version, direction, null)
      expect(decoder.problems).toEqual(problems)
      expect(packet).toEqual(decode(bytes, version, direction).packet)
    }
  })
})

function shortFixtures(): PacketFixture[] {
  return FIXTURES.filter(({ bytes }) => bytes.length < 400)
}

function remainingLength(bytes: Uint8Array): number {
  let header = 2
  while (header < 5 && bytes[header - 1]! >= 0x80) header++
  return declaredLength(bytes) - header
}
