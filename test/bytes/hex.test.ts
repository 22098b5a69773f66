import { describe, expect, test } from 'vitest'
import { hexDump, toHex } from '../../src/bytes/hex.ts'
import { bytes, embedded } from './build.ts'

describe('toHex', () => {
  test('every byte value, in lower case with its leading zero', () => {
    const all = Uint8Array.from({ length: 256 }, (_, value) => value)
    expect(toHex(all, 0, 256)).toBe(Array.from(all, (value) => value.toString(16).padStart(2, '0')).join(''))
    for (let at = 0; at + 4 <= 256; at += 4) expect(bytes(toHex(all, at, at + 4))).toEqual(all.slice(at, at + 4))
  })

  test('every length around the points where the method changes', () => {
    const content = Uint8Array.from({ length: 9000 }, (_, at) => at * 37)
    for (const length of [0, 1, 2, 3, 4, 5, 7, 8, 47, 48, 49, 50, 4095, 4096, 4097, 8192, 8193]) {
      const { buffer, start, end } = embedded(content.slice(0, length))
      expect(bytes(toHex(buffer, start, end))).toEqual(content.slice(0, length))
    }
  })
})

describe('hexDump', () => {
  const hello = new TextEncoder().encode('hello, mqtt!\n\x7fé and more')

  test('full rows and a short last one', () => {
    expect(hexDump(hello, 0, hello.length)).toEqual([
      {
        offset: 0,
        hex: ['68', '65', '6c', '6c', '6f', '2c', '20', '6d', '71', '74', '74', '21', '0a', '7f', 'c3', 'a9'],
        ascii: 'hello, mqtt!....',
        markStart: 0,
        markEnd: 0,
      },
      { offset: 16, hex: ['20', '61', '6e', '64', '20', '6d', '6f', '72', '65'], ascii: ' and more', markStart: 0, markEnd: 0 },
    ])
  })

  test('no bytes, no rows', () => {
    expect(hexDump(hello, 3, 3)).toEqual([])
  })

  test('a window of a packet counts its offsets, mark and mask from the packet', () => {
    const rows = hexDump(hello, 8, 16, { bytesPerRow: 4, firstOffset: 8, mark: { start: 9, end: 13 }, masked: [{ start: 10, end: 11 }, { start: 13, end: 40 }] })
    expect(rows).toEqual([
      { offset: 8, hex: ['71', '74', '**', '21'], ascii: 'qt*!', markStart: 1, markEnd: 4 },
      { offset: 12, hex: ['0a', '**', '**', '**'], ascii: '.***', markStart: 0, markEnd: 1 },
    ])
  })

  test.each<[situation: string, mark: { start: number; end: number } | null, columns: [number, number][]]>([
    ['no mark', null, [[0, 0], [0, 0], [0, 0]]],
    ['an empty mark', { start: 5, end: 5 }, [[0, 0], [0, 0], [0, 0]]],
    ['within a row', { start: 10, end: 12 }, [[0, 0], [2, 4], [0, 0]]],
    ['over the end of a row', { start: 6, end: 9 }, [[6, 8], [0, 1], [0, 0]]],
    ['over a whole row', { start: 7, end: 17 }, [[7, 8], [0, 8], [0, 1]]],
    ['to the end of a row', { start: 0, end: 8 }, [[0, 8], [0, 0], [0, 0]]],
    ['past the last byte', { start: 18, end: 99 }, [[0, 0], [0, 0], [2, 4]]],
  ])('marked: %s', (_situation, mark, columns) => {
    const rows = hexDump(new Uint8Array(20), 0, 20, { bytesPerRow: 8, mark })
    expect(rows.map((row) => [row.markStart, row.markEnd])).toEqual(columns)
  })

  test('a masked byte shows nowhere', () => {
    const secret = new TextEncoder().encode('user:hunter2;')
    const text = JSON.stringify(hexDump(secret, 0, secret.length, { masked: [{ start: 5, end: 12 }] }))
    expect(text).not.toMatch(/hunter2|68|75.*75/)
    expect(text).toContain('user:*******;')
  })

  test('a row of no bytes is a mistake of the caller', () => {
    expect(() => hexDump(hello, 0, 4, { bytesPerRow: 0 })).toThrow(RangeError)
  })
})
