/** Every field of TcpSegment, and its checksum. */
import { describe, expect, test } from 'vitest'
import { TcpSegment } from '../../src/network/segment.ts'
import { verifyTcpChecksum } from '../../src/network/checksum.ts'
import { ethernetIpv4, ethernet, ETHER, ipv4, ipv6, join, tcp, tcp6 } from './build.ts'
import { see } from './seen.ts'
import { LINK } from './situations.ts'

const OPTIONS = [2, 4, 5, 0xb4, 1, 1, 4, 2]

function only(bytes: Uint8Array, linkType: number = LINK.raw, originalLength = bytes.length): TcpSegment {
  const { copies } = see([{ bytes, originalLength }], linkType)
  expect(copies).toHaveLength(1)
  return copies[0]!
}

describe('fields', () => {
  test('IPv4', () => {
    const bytes = ethernet(ETHER.ipv4, ipv4(tcp('hello', {
      sourcePort: 65535, destinationPort: 80, sequence: 0xfffffff0, acknowledgement: 0x80000000,
      flags: 0x3f, window: 40000, urgentPointer: 0xfffe, options: OPTIONS,
    }), { source: '255.1.2.3', destination: '128.0.0.1', identification: 0xbeef }))
    const segment = only(bytes, LINK.ethernet)
    expect(segment).toMatchObject({
      frame: 1, time: 0, family: 4,
      source0: 0xff010203 | 0, source1: 0, source2: 0, source3: 0,
      destination0: 0x80000001 | 0, destination1: 0, destination2: 0, destination3: 0,
      sourcePort: 65535, destinationPort: 80, sequence: -16, acknowledgement: -0x80000000, flags: 0x3f, window: 40000, urgentPointer: 0xfffe,
      identification: 0xbeef, length: 5,
    })
    expect(segment.start - segment.header).toBe(28)
    expect([...segment.buffer.subarray(segment.header + 20, segment.start)]).toEqual(OPTIONS)
    expect(segment.checksum).toBe((bytes[50]! << 8) | bytes[51]!)
  })

  test('IPv6 after IPv4 and IPv4 after IPv6 leave nothing of each other', () => {
    const four = ipv4(tcp('four'), { identification: 9 })
    const six = ipv6(tcp6('six'))
    const { copies } = see([{ bytes: four }, { bytes: six }, { bytes: four }], LINK.raw)
    expect(copies[1]).toMatchObject({
      family: 6, identification: 0, frame: 2, time: 1_000_000,
      source0: 0x20010db8, source1: 0, source2: 0, source3: 0x21, destination0: 0x20010db8, destination1: 0, destination2: 0, destination3: 2,
    })
    expect(copies[2]).toMatchObject({ family: 4, identification: 9, source1: 0, source3: 0, destination3: 0, frame: 3 })
  })

  test('a frame without a time', () => {
    expect(see([{ bytes: ethernetIpv4('x'), time: NaN }], LINK.ethernet).copies[0]!.time).toBeNaN()
  })
})

describe('checksum', () => {
  test.each([
    ['IPv4', ipv4(tcp('hello!'))],
    ['IPv4 with an odd length', ipv4(tcp('hello'))],
    ['IPv4 without payload', ipv4(tcp(''))],
    ['IPv6 with options', ipv6(tcp6('hello', { options: OPTIONS }))],
    ['a long payload of ones', ipv4(tcp(new Uint8Array(65_000).fill(0xff)))],
  ])('right: %s', (_name, bytes) => {
    expect(verifyTcpChecksum(only(bytes))).toBe(true)
    expect(verifyTcpChecksum(only(join(bytes.subarray(0, bytes.length - 1), [bytes.at(-1)! ^ 0x10])))).toBe(false)
  })

  test('wrong for other addresses', () => {
    expect(verifyTcpChecksum(only(ipv4(tcp('hello'), { source: '10.0.0.22' })))).toBe(false)
  })

  test('a segment route that is not at its end counts with the last destination', () => {
    const route = join([6, 2, 4, 1, 0, 0, 0, 0], [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], tcp6('hello'))
    expect(verifyTcpChecksum(only(ipv6(route, { nextHeader: 43, destination: '2001:db8::99' })))).toBe(true)
  })

  test('not known where the payload is cut', () => {
    const bytes = ipv4(tcp('hello'))
    expect(verifyTcpChecksum(only(bytes.subarray(0, bytes.length - 1), LINK.raw, bytes.length))).toBe(false)
  })

  test('not known where the options are cut, though there is no payload', () => {
    const bytes = ipv4(tcp('', { options: OPTIONS }))
    expect(verifyTcpChecksum(only(bytes.subarray(0, bytes.length - 4), LINK.raw, bytes.length))).toBe(false)
  })
})
