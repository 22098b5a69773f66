import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VERSIONS } from '../../../src/mqtt/version.ts'
import type { Direction } from '../../../src/mqtt/version.ts'
import { codes, decode, declaredLength, variableByteInteger } from './build.ts'
import { readPacketFixtures } from './fixtures.ts'
import { checkInvariants } from './invariants.ts'

const version = fc.constantFrom(...VERSIONS)
const direction = fc.constantFrom('client-to-server' as const, 'server-to-client' as const, null)
const fixtures = readPacketFixtures().filter(({ bytes, problems }) => bytes.length < 200 && codes(problems)[0] !== 'packet.incomplete')

describe('any bytes', () => {
  it('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), version, direction, (bytes, version, direction) => {
        // The framer hands over no more than the packet; what it lacks is not at hand.
        const length = declaredLength(bytes)
        checkInvariants(bytes.subarray(0, length), length, version, direction)
      }),
      { numRuns: 400 },
    )
  })

  it('a right fixed header and a random body', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.array(fc.oneof(fc.nat(255), fc.nat(8)), { maxLength: 60 }), version, direction, (byte1, body, version, direction) => {
        const bytes = Uint8Array.from([byte1, ...variableByteInteger(body.length), ...body])
        checkInvariants(bytes, bytes.length, version, direction)
      }),
      { numRuns: 800 },
    )
  })

  it('a packet with some bytes changed, put in or left out', () => {
    const kind = fc.constantFrom('set' as const, 'insert' as const, 'remove' as const)
    const change = fc.record({ kind, at: fc.nat(200), byte: fc.oneof(fc.nat(255), fc.nat(8)) })
    fc.assert(
      fc.property(fc.constantFrom(...fixtures), fc.array(change, { minLength: 1, maxLength: 3 }), direction, (fixture, changes, direction) => {
        const body = [...fixture.bytes.subarray(2)]
        let byte1 = fixture.bytes[0]!
        for (const { kind, at, byte } of changes) {
          const place = at % (body.length + 1)
          if (kind === 'insert') body.splice(place, 0, byte)
          else if (kind === 'remove') body.splice(place, 1)
          else if (place === body.length) byte1 = byte
          else body[place] = byte
        }
        const bytes = Uint8Array.from([byte1, ...variableByteInteger(body.length), ...body])
        checkInvariants(bytes, bytes.length, fixture.version, direction)
      }),
      { numRuns: 1_000 },
    )
  })

  it('with the direction not known, nothing is reported that is not wrong in one of them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixtures), fc.nat(200), fc.nat(255), (fixture, at, byte) => {
        const bytes = Uint8Array.from(fixture.bytes)
        if (at >= 2 && at < bytes.length) bytes[at] = byte
        const found = (direction: Direction | null) => codes(decode(bytes, fixture.version, direction).problems)
        const inEither = [...found('client-to-server'), ...found('server-to-client')]
        for (const code of found(null)) expect(inEither).toContain(code)
      }),
      { numRuns: 500 },
    )
  })
})
