import { expect, test } from 'vitest'
import { parsePorts } from '../../../src/cli/port-list.ts'
import { defaultFilter } from '../../../src/io/live/default-filter.ts'

test.each([
  ['1883', 'tcp port 1883'],
  ['1883,8883', 'tcp port 1883 or tcp port 8883'],
  ['1883-1885,65535,1', 'tcp port 1 or tcp portrange 1883-1885 or tcp port 65535'],
])('%s is %s', (ports, filter) => {
  expect(defaultFilter(parsePorts(ports), false)).toBe(filter)
  expect(defaultFilter(parsePorts(ports), true)).toBe(`${filter} or (vlan and (${filter}))`)
})
