import { Box, Text } from 'ink'
import { createElement } from 'react'
import { expect, it } from 'vitest'
import { renderFrame, renderText } from './render.ts'
import type { ReactNode } from 'react'

function column(...lines: readonly string[]): ReactNode {
  return createElement(Box, { flexDirection: 'column' }, lines.map((line, index) => createElement(Text, { key: index }, line)))
}

it('gives the lines of a tree', () => {
  expect(renderFrame(column('one', 'two', ' three'), 20, 3)).toEqual(['one', 'two', ' three'])
})

it('uses the width that is given', () => {
  expect(renderFrame(createElement(Text, { wrap: 'truncate' }, '0123456789'), 5, 1)).toEqual(['0123…'])
})

it('keeps how text looks, or drops it', () => {
  const tree = column('\x1b[7m> plc-7\x1b[0m')
  expect(renderFrame(tree, 20, 1)).toEqual(['\x1b[7m> plc-7\x1b[27m'])
  expect(renderText(tree, 20, 1)).toEqual(['> plc-7'])
})

it('keeps nothing from one tree to the next', () => {
  expect(renderFrame(column('one'), 20, 3)).toEqual(['one'])
  expect(renderFrame(column('two'), 20, 3)).toEqual(['two'])
})

it('fails where more is drawn than fits', () => {
  expect(() => renderFrame(column('one', 'two'), 20, 1)).toThrow('2 lines drawn, and the screen has 1')
  expect(() => renderFrame(createElement(Box, { width: 8 }, createElement(Text, null, '12345678')), 5, 1)).toThrow('8 columns drawn, and the screen has 5')
})

it('fails where the tree does', () => {
  const Broken = (): ReactNode => {
    throw new Error('no such row')
  }
  expect(() => renderFrame(createElement(Broken), 20, 3)).toThrow('no such row')
})
