import { expect, test } from 'vitest'
import { originalLength, SNAP_LENGTH } from '../../../src/io/live/cap-frame.ts'

function frame(header: number, ip: string): Buffer {
  const buffer = Buffer.alloc(SNAP_LENGTH)
  buffer.write(ip, header, 'hex')
  return buffer
}

test.each([
  ['a short frame', 1, frame(14, '4500ffff'), 60, 60],
  ['Ethernet, IPv4 of 65,535', 1, frame(14, '4500ffff'), SNAP_LENGTH, 65_549],
  ['Ethernet, IPv4 that just fits', 1, frame(14, '4500fff1'), SNAP_LENGTH, SNAP_LENGTH],
  ['Ethernet, IPv6 with a payload of 65,496', 1, frame(14, '60000000ffd8'), SNAP_LENGTH, 65_550],
  ['Linux cooked, IPv4', 113, frame(16, '4500ffff'), SNAP_LENGTH, 65_551],
  ['BSD loopback, IPv4', 0, frame(4, '4500ffff'), SNAP_LENGTH, 65_539],
  ['raw IP', 101, frame(0, '4500ffff'), SNAP_LENGTH, SNAP_LENGTH],
  ['not IP', 1, frame(14, '00000000'), SNAP_LENGTH, SNAP_LENGTH],
  ['a link type whose header is not known', 127, frame(14, '4500ffff'), SNAP_LENGTH, SNAP_LENGTH],
])('%s', (_name, linkType, buffer, captured, expected) => {
  expect(originalLength(linkType, buffer, captured)).toBe(expected)
})
