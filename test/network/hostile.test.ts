/** Crafted and damaged frames: nothing throws, nothing runs away, and what comes out is sound. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ETHER, be16, ethernet, ethernetIpv4, ieee80211, ipv4, ipv6, ipv6Fragment, ipv6Options, join, mpls, snap, subframe, tag, tcp, udp, vxlan, zeros,
} from './build.ts'
import { expectSound } from './invariants.ts'
import { see } from './seen.ts'
import { LINK, SITUATIONS } from './situations.ts'

const linkTypes = Object.values(LINK)
const all = Object.values(SITUATIONS).flat()

describe('noise', () => {
  test('random bytes of every link type', () => {
    fc.assert(fc.property(fc.constantFrom(...linkTypes), fc.array(fc.uint8Array({ maxLength: 120 }), { minLength: 1, maxLength: 4 }), (linkType, frames) => {
      expectSound(see(frames.map((bytes) => ({ bytes })), linkType))
    }), { numRuns: 3_000 })
  })

  test('random bytes behind the header of each protocol that leads on', () => {
    const wrap = [
      (bytes: Uint8Array) => ethernet(ETHER.ipv4, ipv4(bytes)),
      ...[4, 6, 17, 41, 47, 51, 137, 143].map((protocol) => (bytes: Uint8Array) => ethernet(ETHER.ipv4, ipv4(bytes, { protocol }))),
      ...[0, 43, 44, 51, 60, 135].map((nextHeader) => (bytes: Uint8Array) => ethernet(ETHER.ipv6, ipv6(bytes, { nextHeader }))),
      ...[4789, 6081, 2152, 3544].map((port) => (bytes: Uint8Array) => ethernet(ETHER.ipv4, ipv4(udp(port, bytes), { protocol: 17 }))),
      ...Object.values(ETHER).map((etherType) => (bytes: Uint8Array) => ethernet(etherType, bytes)),
    ]
    fc.assert(fc.property(fc.constantFrom(...wrap), fc.uint8Array({ maxLength: 100 }), (around, bytes) => {
      expectSound(see([{ bytes: around(bytes) }], LINK.ethernet))
    }), { numRuns: 3_000 })
  })

  test('frames with some bytes changed, some lost and a wrong original length', () => {
    const change = fc.record({ at: fc.nat(400), value: fc.nat(255) })
    const arbitrary = fc.record({
      situation: fc.constantFrom(...all), changes: fc.array(change, { minLength: 1, maxLength: 4 }), keep: fc.nat(400), originalLength: fc.nat(70_000),
    })
    fc.assert(fc.property(arbitrary, ({ situation, changes, keep, originalLength }) => {
      const frames = situation.frames.map((frame) => {
        const bytes = Uint8Array.from(frame)
        for (const { at, value } of changes) bytes[at % bytes.length] = value
        return { bytes: bytes.subarray(0, Math.max(1, keep)), originalLength }
      })
      const seen = see(frames, situation.linkType)
      expectSound(seen)
      expect(see(frames, situation.linkType, { surroundings: 0xff }).segments).toEqual(seen.segments)
    }), { numRuns: 5_000 })
  })
})

describe('headers without end', () => {
  const repeat = (times: number, around: (content: Uint8Array) => Uint8Array, innermost: Uint8Array): Uint8Array => {
    let bytes = innermost
    for (let count = 0; count < times; count++) bytes = around(bytes)
    return bytes
  }
  test.each([
    ['VLAN tags', LINK.ethernet, ethernet(ETHER.vlan, repeat(5_000, (content) => tag(1, ETHER.vlan, content), tag(1, ETHER.ipv4, ipv4(tcp('hello')))))],
    ['MPLS labels', LINK.ethernet, ethernet(ETHER.mpls, repeat(5_000, (content) => mpls(1, false, content), mpls(1, true, ipv4(tcp('hello')))))],
    ['IPv4 in IPv4', LINK.raw, repeat(500, (content) => ipv4(content, { protocol: 4 }), ipv4(tcp('hello')))],
    ['VXLAN in VXLAN', LINK.ethernet,
      repeat(100, (content) => ethernet(ETHER.ipv4, ipv4(udp(4789, vxlan(content)), { protocol: 17 })), ethernetIpv4('hello'))],
    ['IPv6 options', LINK.raw,
      ipv6(repeat(500, (content) => ipv6Options(60, 1, content), ipv6Options(6, 1, tcp('hello'))), { nextHeader: 60 })],
    ['atomic fragments', LINK.raw,
      ipv6(repeat(500, (content) => ipv6Fragment(44, 1, 0, false, content), ipv6Fragment(6, 1, 0, false, tcp('hello'))), { nextHeader: 44 })],
  ])('%s', (_name, linkType, bytes) => {
    const seen = see([{ bytes }], linkType)
    expect(seen.segments).toEqual([])
    expect(seen.problems.map(({ code }) => code)).toEqual(['nesting-limit'])
    expect(seen.problems[0]!.message).toBe('More than 32 headers lie one in another; what is in the innermost is left out.')
  })

  test('a deep stack that is real', () => {
    const bytes = ethernet(ETHER.mpls, repeat(20, (content) => mpls(1, false, content), mpls(1, true, ipv4(tcp('hello')))))
    expect(see([{ bytes }], LINK.ethernet).segments).toHaveLength(1)
  })

  test('an A-MSDU of empty subframes ends with its bytes', () => {
    const bytes = ieee80211(join(...new Array<Uint8Array>(4_000).fill(subframe(''))), { qos: true, amsdu: true })
    expect(see([{ bytes }], LINK.ieee80211).segments).toEqual([])
  })

  test('a bad subframe does not hide the next one', () => {
    const bad = snap(ETHER.ipv4, join([0x41], zeros(30)))
    const bytes = ieee80211(join(subframe(bad), subframe(snap(ETHER.ipv4, ipv4(tcp('hello'))), true)), { qos: true, amsdu: true })
    const seen = see([{ bytes }], LINK.ieee80211)
    expect(seen.segments).toEqual(['10.0.0.21:50122 > 10.0.0.2:1883 "hello"'])
    expect(seen.problems.map(({ code }) => code)).toEqual(['bad-header'])
  })

  test('NFLOG attributes without end', () => {
    const bytes = join([2, 0], be16(0), ...new Array<number[]>(16_000).fill([4, 0, 1, 0]))
    expect(see([{ bytes }], LINK.nflog).segments).toEqual([])
  })
})
