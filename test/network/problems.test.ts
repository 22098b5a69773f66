import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { layerOfLinkType, linkTypeName } from '../../src/network/link-types.ts'
import { ethernet, ethernetIpv4, ETHER, ieee80211, ipv4, join, snap, tcp, zeros } from './build.ts'
import { see } from './seen.ts'
import { LINK } from './situations.ts'

const packet = ipv4(tcp('hello'))

describe('link types that are not decoded', () => {
  test.each([
    [147, 'link type 147 (USER0) is not supported'],
    [189, 'link type 189 (USB_LINUX) is not supported'],
    [192, 'link type 192 (PPI) is not supported'],
    [227, 'link type 227 (CAN_SOCKETCAN) is not supported'],
    [4711, 'link type 4711 is not known'],
  ])('%i', (linkType, message) => {
    const seen = see([{ bytes: packet }, { bytes: packet }, { bytes: packet }], linkType)
    expect(seen.problems).toEqual([{ code: 'unknown-link-type', frame: 1, message }])
    expect(seen.counts.problems['unknown-link-type']).toBe(3)
    expect(seen.segments).toEqual([])
  })

  test('each is told once, and the others are decoded', () => {
    const bytes = ethernetIpv4('hello')
    const seen = see([147, 1, 148, 1, 147].map((linkType) => ({ bytes, linkType })), LINK.ethernet)
    expect(seen.problems.map(({ frame }) => frame)).toEqual([1, 3])
    expect(seen.segments).toHaveLength(2)
  })

  test('every type that is decoded has a name', () => {
    const decoded = Array.from({ length: 400 }, (_, linkType) => linkType).filter((linkType) => layerOfLinkType(linkType) !== null)
    expect(decoded).toEqual(Object.values(LINK).sort((a, b) => a - b))
    for (const linkType of decoded) expect(linkTypeName(linkType)).toMatch(/^[A-Z0-9_]+$/)
  })
})

describe('what is told', () => {
  test.each([
    ['the TCP header cut', packet.subarray(0, 32), LINK.raw, 'The TCP header is cut off: it needs 20 bytes, and 12 are there.'],
    ['the IPv4 header cut', packet.subarray(0, 19), LINK.raw, 'The IPv4 header is cut off: it needs 20 bytes, and 19 are there.'],
    ['the Ethernet header cut', ethernet(ETHER.ipv4, '').subarray(0, 13), LINK.ethernet,
      'The Ethernet header is cut off: it needs 14 bytes, and 13 are there.'],
    ['a data offset of 4', ipv4(tcp('', { dataOffset: 4 })), LINK.raw, 'A TCP header says that it is shorter than 20 bytes.'],
  ])('%s', (_name, bytes, linkType, message) => {
    expect(see([{ bytes, originalLength: 200 }], linkType).problems.map((problem) => problem.message)).toEqual([message])
  })

  test('a kind of problem is told 100 times and counted for ever', () => {
    const seen = see(new Array(250).fill({ bytes: packet.subarray(0, 30), originalLength: packet.length }), LINK.raw)
    expect(seen.problems).toHaveLength(LIMITS.network.problemMessages)
    expect(seen.counts.problems['truncated-header']).toBe(250)
    expect(seen.problems.at(-1)!.frame).toBe(100)
  })

  test('encrypted wireless frames are counted', () => {
    const bytes = ieee80211(snap(ETHER.ipv4, packet), { encrypted: true, fromDs: true })
    const { counts, problems } = see([{ bytes }, { bytes }], LINK.ieee80211)
    expect(counts).toMatchObject({ encrypted: 2, ignored: 0, segments: 0 })
    expect(problems).toEqual([])
  })

  test('what is not TCP is counted and nothing else', () => {
    const { counts, problems } = see([{ bytes: join(ethernet(ETHER.arp, zeros(28)), zeros(18)) }, { bytes: ethernet(0x88cc, zeros(50)) }], LINK.ethernet)
    expect(counts.ignored).toBe(2)
    expect(problems).toEqual([])
  })
})
