import { describe, expect, test } from 'vitest'
import { parsePorts } from '../../src/cli/port-list.ts'

const chosen = (list: string) => [...parsePorts(list).entries()].filter(([, bit]) => bit === 1).map(([port]) => port)

describe('--port', () => {
  test.each([
    ['1883', [1883]],
    ['1883,8883', [1883, 8883]],
    ['2000-2003', [2000, 2001, 2002, 2003]],
    [' 1883 , 2000 - 2001 ', [1883, 2000, 2001]],
    ['5,5,4-6', [4, 5, 6]],
    ['7-7', [7]],
    ['65535', [65535]],
  ])('%s', (list, ports) => {
    expect(chosen(list)).toEqual(ports)
  })

  test('1-65535 is all of them', () => {
    expect(parsePorts('1-65535').reduce((sum, bit) => sum + bit, 0)).toBe(65_535)
  })

  test.each([
    ['mqtt', /"mqtt" is neither a port nor a range/],
    ['1883,', /"" is neither/],
    ['', /"" is neither/],
    ['0', /1 to 65535/],
    ['65536', /1 to 65535/],
    ['99999999', /neither/],
    ['2010-2000', /ends before it begins/],
    ['-1', /neither/],
    ['1e3', /neither/],
    ['1883-', /neither/],
    ['1883-1884-1885', /neither/],
  ])('%s is a mistake', (list, message) => {
    expect(() => parsePorts(list)).toThrow(message)
  })
})
