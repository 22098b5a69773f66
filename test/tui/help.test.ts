import { renderToString } from 'ink'
import { createElement } from 'react'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { Keymap } from '../../src/tui/keymap.ts'
import { HelpView } from '../../src/tui/parts/help.tsx'
import { helpLines, movedHelp, type HelpProps } from '../../src/tui/parts/help-lines.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { VIEW_NAMES } from '../../src/tui/view.ts'

const props = (more: Partial<HelpProps> = {}): HelpProps => ({ keymap: new Keymap(), view: 'stats', width: 80, height: 24, top: 0, theme: themeOf(false, true), ...more })
const text = (more: Partial<HelpProps> = {}) => helpLines(props(more)).map((line) => line.replace(/\x1b\[\d*m/g, ''))

describe('the help', () => {
  test('of a view in one column, and the rest below', () => {
    expect(text({ width: 60, height: 11 })).toEqual([
      'Keys in Stats                             lines 1-10 of 37',
      ' Enter  Unfold, or packets of the topic',
      ' p      Packets of the topic and all below it',
      ' v      Overview, topics, clients, types',
      ' s      Another order',
      ' i      Another window of time for rates',
      '',
      'Everywhere',
      ' 1              Clients',
      ' 2              Packets',
      ' 3              Flow of a connection',
    ].map((line, index) => (index === 0 ? expect.stringMatching(/^Keys in Stats +lines 1-10 of \d+$/) as string : line)))
  })

  test('has every key of the view, whatever the width', () => {
    for (const view of VIEW_NAMES) {
      for (const width of [60, 80, 120, 200, 300]) {
        const all = text({ view, width, height: 100 }).join('\n')
        for (const { does, keys } of new Keymap().table(view)) {
          expect(all).toContain(does)
          expect(keys.length).toBeGreaterThan(0)
        }
      }
    }
  })

  test('takes fewer lines where there is more room', () => {
    const lines = [60, 120, 200, 300].map((width) => text({ width, height: 100 }).length)
    expect([...lines].sort((one, other) => other - one)).toEqual(lines)
    expect(lines[3]).toBeLessThan(lines[0]! / 2)
  })

  test('fits, wherever it is scrolled to', () => {
    const keymap = new Keymap({ help: ['漢', '字', 'ctrl-x', 'page-up', 'page-down', 'shift-tab', 'backspace'] })
    for (const [width, height] of [[60, 15], [20, 5], [5, 1], [80, 24], [300, 100]] as const) {
      for (const top of [0, 3, 1_000]) {
        const lines = helpLines(props({ keymap, width, height, top }))
        expect(lines.length).toBeLessThanOrEqual(height)
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }
    }
  })

  test('scrolls to its end and no further', () => {
    const small = props({ width: 60, height: 11 })
    const end = movedHelp(small, 'last')!
    expect(text({ ...small, top: end }).at(-1)).toMatch(/^ Ctrl-C +Stop the capture, then quit$/)
    expect(movedHelp({ ...small, top: end }, 'down')).toBe(end)
    expect(movedHelp({ ...small, top: end + 50 }, 'up')).toBe(end - 1)
    expect(movedHelp(small, 'page-down')).toBe(10)
    expect(movedHelp(small, 'up')).toBe(0)
    expect(movedHelp(small, 'sort')).toBeNull()
    expect(movedHelp(props({ height: 100 }), 'last')).toBe(0)
  })

  test('names keys as they were changed, and leaves out what has none', () => {
    const lines = text({ keymap: new Keymap({ interval: ['ctrl-t'], sort: [] }), width: 60, height: 8 })
    expect(lines).toContain(' Ctrl-T  Another window of time for rates')
    expect(lines.join('\n')).not.toContain('Another order')
  })

  test('as a component', () => {
    const frame = renderToString(createElement(HelpView, props()), { columns: 80 })
    expect(frame.replace(/\x1b\[\d*m/g, '').split('\n').map((line) => line.trimEnd())).toEqual(text().map((line) => line.trimEnd()))
  })
})
