import { expect, test } from 'vitest'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { tableText } from '../../src/report/table.ts'
import type { Column, Row } from '../../src/report/table.ts'

const COLUMNS: readonly Column[] = [{ name: 'CLIENT', align: 'left' }, { name: 'DIR', align: 'left' }, { name: 'N', align: 'right' }]
const text = (rows: readonly Row[], width = 80, palette = PLAIN) => tableText(COLUMNS, rows, { palette, width })

test('columns are as wide as what is in them', () => {
  expect(text([{ cells: ['plc-7', '->', '1,204'] }, { cells: ['hmi-east', '<-', '7'] }])).toBe([
    'CLIENT    DIR      N', 'plc-7     ->   1,204', 'hmi-east  <-       7', '',
  ].join('\n'))
})

test('where there is little room, they are closer', () => {
  expect(text([{ cells: ['plc-7-of-hall-3', '->', '1,204'] }], 25)).toBe(['CLIENT          DIR     N', 'plc-7-of-hall-3 ->  1,204', ''].join('\n'))
})

test('where there is none, the first one is cut', () => {
  expect(text([{ cells: ['plc-7-of-hall-3', '->', '1,204'] }], 24)).toBe(['CLIENT         DIR     N', 'plc-7-of-hall… ->  1,204', ''].join('\n'))
  expect(text([{ cells: ['plc-7-of-hall-3', '->', '1,204'] }], 1)).toContain('\nplc-7-of-ha… ->')
})

test('text that is wider than it is long, and narrower', () => {
  expect(text([{ cells: ['計測器', '->', '1'] }, { cells: ['cafe\u0301', '->', '2'] }, { cells: ['plc-7!', '->', '3'] }])).toBe([
    'CLIENT  DIR  N', '計測器  ->   1', 'cafe\u0301    ->   2', 'plc-7!  ->   3', '',
  ].join('\n'))
})

test('colour is only colour', () => {
  const rows: Row[] = [{ cells: ['a', '->', '1'] }, { cells: ['b', '->', '2'], colour: 'yellow' }]
  const coloured = text(rows, 80, ANSI)
  expect(coloured.split('\n')[2]).toBe(`${ANSI.yellow}b       ->   2${ANSI.reset}`)
  expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(text(rows))
})
