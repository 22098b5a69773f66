import { describe, expect, test } from 'vitest'
import { formatEndpoint, formatIpv4, formatIpv6 } from '../../src/bytes/address.ts'

describe('formatIpv4', () => {
  test.each<[number, string]>([
    [0, '0.0.0.0'],
    [0x0a000015, '10.0.0.21'],
    [0x7f000001, '127.0.0.1'],
    [0xc0a80101 | 0, '192.168.1.1'],
    [0xc0a80101, '192.168.1.1'],
    [-1, '255.255.255.255'],
  ])('%s', (word, text) => {
    expect(formatIpv4(word)).toBe(text)
  })
})

describe('formatIpv6, as RFC 5952 wants it', () => {
  test.each<[situation: string, groups: string, text: string]>([
    ['leading zeros of a group go (§4.1)', '2001:0db8:0001:0020:0300:4000:0abc:000f', '2001:db8:1:20:300:4000:abc:f'],
    ['lower case (§4.3)', 'FE80:1:2:3:ABCD:EF01:2:3', 'fe80:1:2:3:abcd:ef01:2:3'],
    ['a run in the middle (§4.2.1)', 'fe80:0:0:0:21:5eff:fe00:7', 'fe80::21:5eff:fe00:7'],
    ['a single zero group stays (§4.2.2)', 'fd00:1:2:0:4:5:6:7', 'fd00:1:2:0:4:5:6:7'],
    ['the longest run is the one that goes (§4.2.3)', 'fd00:0:0:7:0:0:0:9', 'fd00:0:0:7::9'],
    ['of two equal runs the first goes (§4.2.3)', 'fd00:0:0:7:8:0:0:9', 'fd00::7:8:0:0:9'],
    ['a run at the start', '0:0:0:4:5:6:7:8', '::4:5:6:7:8'],
    ['a run at the end', 'fd00:2:3:4:5:0:0:0', 'fd00:2:3:4:5::'],
    ['loopback', '0:0:0:0:0:0:0:1', '::1'],
    ['unspecified', '0:0:0:0:0:0:0:0', '::'],
    ['an IPv4-mapped address (§5)', '0:0:0:0:0:ffff:c0a8:0a01', '::ffff:192.168.10.1'],
    ['high bits set in every word', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('%s', (_situation, groups, text) => {
    const parts = groups.split(':').map((group) => parseInt(group, 16))
    const word = (at: number) => ((parts[at]! << 16) | parts[at + 1]!) | 0
    expect(formatIpv6(word(0), word(2), word(4), word(6))).toBe(text)
    expect(formatIpv6(word(0) >>> 0, word(2) >>> 0, word(4) >>> 0, word(6) >>> 0)).toBe(text)
  })
})

test('an endpoint puts brackets around an IPv6 address only', () => {
  expect(formatEndpoint('10.0.0.21', 50122)).toBe('10.0.0.21:50122')
  expect(formatEndpoint('2001:db8::1', 1883)).toBe('[2001:db8::1]:1883')
})
