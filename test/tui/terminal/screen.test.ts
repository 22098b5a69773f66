import { Box, Text, render } from 'ink'
import { createElement } from 'react'
import stringWidth from 'string-width'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Screen } from '../../../src/tui/terminal/screen.ts'
import { Emulator } from '../emulator.ts'
import type { ReactNode } from 'react'
import type { ScreenOptions } from '../../../src/tui/terminal/screen.ts'

const WIDTH = 20
const HEIGHT = 4

/** A screen whose writes are kept. */
class Written {
  readonly texts: string[] = []
  readonly screen: Screen
  taken = true
  #drained: () => void = () => undefined

  constructor(options: Partial<ScreenOptions> = {}) {
    const output = {
      write: (text: string): boolean => {
        this.texts.push(text)
        return this.taken
      },
      once: (_event: 'drain', listener: () => void): void => {
        this.#drained = listener
      },
    }
    this.screen = new Screen({ output, size: { width: WIDTH, height: HEIGHT }, windows: false, ...options })
  }

  frame(...lines: readonly string[]): void {
    this.screen.stdout.write(lines.join('\n'))
  }

  drawn(...lines: readonly string[]): string {
    const before = this.texts.length
    this.frame(...lines)
    this.screen.draw()
    return this.texts.slice(before).join('')
  }

  drain(): void {
    this.taken = true
    this.#drained()
  }

  /** What a terminal shows that has got all this. It needs the real time. */
  async emulator(columns = WIDTH, rows = HEIGHT): Promise<Emulator> {
    vi.useRealTimers()
    const emulator = new Emulator(columns, rows)
    for (const text of this.texts) await emulator.write(text)
    return emulator
  }
}

const BEGIN = '\x1b[?2026h'
const END = '\x1b[?2026l'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what is written', () => {
  it('for the first frame: all rows, and nothing is cleared', () => {
    const written = new Written()
    expect(written.drawn('one', 'two')).toBe(
      `${BEGIN}\x1b[0m\x1b[?25l\x1b[1;1H\x1b[2Kone\x1b[2;1H\x1b[2Ktwo\x1b[3;1H\x1b[2K\x1b[4;1H\x1b[2K${END}`,
    )
    expect(written.screen.clears).toBe(0)
  })

  it('for the next one: the rows that differ', () => {
    const written = new Written()
    written.drawn('one', 'two', 'three', 'four')
    expect(written.drawn('one', '2', 'three', '4')).toBe(`${BEGIN}\x1b[2;1H\x1b[2K2\x1b[4;1H\x1b[2K4${END}`)
  })

  it('for rows that are gone: they are erased', () => {
    const written = new Written()
    written.drawn('one', 'two', 'three')
    expect(written.drawn('one')).toBe(`${BEGIN}\x1b[2;1H\x1b[2K\x1b[3;1H\x1b[2K${END}`)
  })

  it('for the same frame: nothing', () => {
    const written = new Written()
    written.drawn('one')
    expect(written.drawn('one', '')).toBe('')
    expect(written.screen.draws).toBe(1)
  })

  it('is counted', () => {
    const written = new Written()
    written.drawn('é')
    written.screen.forget()
    written.drawn('two')
    expect(written.screen).toMatchObject({ draws: 2, clears: 1, bytesWritten: Buffer.byteLength(written.texts.join('')) })
  })

  it('never leaves the screen', async () => {
    const written = new Written()
    written.drawn('x'.repeat(50), ...Array.from({ length: 10 }, (_, row) => `row ${row} ${'y'.repeat(50)}`))
    const emulator = await written.emulator(60, 8)
    expect(emulator.screen()).toBe([`${'x'.repeat(WIDTH)}`, ...[0, 1, 2].map((row) => `row ${row} ${'y'.repeat(WIDTH - 6)}`)].join('\n'))
  })

  it('leaves the bottom right cell empty on Windows, and only that', async () => {
    const written = new Written({ windows: true })
    const full = 'x'.repeat(WIDTH)
    written.drawn(full, full, full, full)
    expect((await written.emulator()).screen()).toBe([full, full, full, full.slice(1)].join('\n'))
  })

  it('leaves no style open', async () => {
    const written = new Written()
    written.drawn('\x1b[1;7mone', 'two')
    expect(await (await written.emulator()).plain()).toBe(true)
  })

  it('holds no sequence that drives the terminal', async () => {
    const written = new Written()
    written.drawn('\x1b]0;title\x07', 'a\x1b[?1049hb', '\x9b2J')
    const emulator = await written.emulator()
    expect(emulator.screen()).toBe('?]0;title?\na?[?1049hb\n?2J')
    expect(emulator.alternate).toBe(false)
  })
})

describe('any frames, one after the other', () => {
  it('show what the last one holds, and scroll nothing away', async () => {
    const frames = [['one', 'two', 'three', 'four'], ['x'.repeat(WIDTH)], ['', '', '漢字', 'end'], ['one', '', 'three', 'x'.repeat(WIDTH)], ['\x1b[7m> row\x1b[27m', 'two']]
    for (const last of frames) {
      const written = new Written()
      for (const frame of [...frames, last]) written.drawn(...frame)
      const emulator = await written.emulator()
      expect(emulator.screen()).toBe(last.join('\n').replace(/\x1b\[\d*m/g, ''))
      expect(emulator).toMatchObject({ scrollback: 0, clears: 0, cursorVisible: false })
    }
  })
})

describe('a screen that shows something else', () => {
  it('is cleared and drawn anew after forget', async () => {
    const written = new Written()
    written.drawn('one', 'two')
    written.texts.push('\x1b[2;1Hrubbish\x1b[4;1Hof others')
    written.screen.forget()
    vi.advanceTimersByTime(1000)
    expect((await written.emulator()).screen()).toBe('one\ntwo')
    expect(written.screen.clears).toBe(1)
  })

  it('is cleared once at a new size, which Ink hears of', () => {
    const written = new Written()
    written.drawn('one', 'two', 'three', 'four')
    const heard = vi.fn()
    written.screen.stdout.on('resize', heard)
    written.screen.resize({ width: 3, height: 2 })
    expect(heard).toHaveBeenCalledTimes(1)
    expect(written.screen.stdout).toMatchObject({ columns: 3, rows: 2 })
    expect(written.drawn('1234', '5', '6')).toBe(`${BEGIN}\x1b[0m\x1b[?25l\x1b[2J\x1b[1;1H\x1b[2K123\x1b[2;1H\x1b[2K5${END}`)
    expect(written.drawn('1', '5')).toBe(`${BEGIN}\x1b[1;1H\x1b[2K1${END}`)
    expect(written.screen.clears).toBe(1)
  })

  it('shows the old frame at the new size where none comes', () => {
    const written = new Written()
    written.drawn('one', 'two', 'three', 'four')
    written.screen.resize({ width: 20, height: 2 })
    vi.advanceTimersByTime(1000)
    expect(written.texts.at(-1)).toBe(`${BEGIN}\x1b[0m\x1b[?25l\x1b[2J\x1b[1;1H\x1b[2Kone\x1b[2;1H\x1b[2Ktwo${END}`)
  })
})

describe('when it is written', () => {
  it('the first frame soon', () => {
    const written = new Written()
    written.frame('one')
    expect(written.texts).toHaveLength(0)
    vi.advanceTimersByTime(1)
    expect(written.texts).toHaveLength(1)
  })

  it('not more often than the interval says, and then the newest frame', () => {
    const written = new Written({ interval: 100 })
    for (let time = 0; time < 1000; time += 10) {
      written.frame(`at ${time}`)
      vi.advanceTimersByTime(10)
    }
    expect(written.texts.length).toBeGreaterThanOrEqual(9)
    expect(written.texts.length).toBeLessThanOrEqual(11)
    vi.advanceTimersByTime(100)
    expect(written.texts.at(-1)).toContain('at 990')
  })

  it('at once after a key', () => {
    const written = new Written({ interval: 100 })
    written.drawn('one')
    written.frame('two')
    written.screen.urgent()
    written.frame('three')
    vi.advanceTimersByTime(1)
    expect(written.texts.at(-1)).toContain('three')
  })

  it('not while the terminal is slow, and then the newest frame', () => {
    const written = new Written()
    written.taken = false
    written.drawn('one')
    expect(written.drawn('two')).toBe('')
    expect(written.drawn('three')).toBe('')
    written.drain()
    expect(written.texts.at(-1)).toBe(`${BEGIN}\x1b[1;1H\x1b[2Kthree${END}`)
  })

  it('not after close', () => {
    const written = new Written()
    written.frame('one')
    written.screen.close()
    written.frame('two')
    written.screen.forget()
    written.screen.draw()
    vi.advanceTimersByTime(1000)
    expect(written.texts).toEqual([])
  })
})

describe('a terminal that has only ASCII', () => {
  const first = (line: string) => new Written({ ascii: true, windows: false }).drawn(line).split('\x1b[2K')[1]!.split('\x1b')[0]

  it.each([
    ['a cut text…', 'a cut text~'],
    ['café', 'caf?'],
    // Two columns each.
    ['漢字 plant', '???? plant'],
    ['👍🏽 ok', '?? ok'],
    // A mark that has no column of its own.
    ['cafe\u0301 au lait', 'cafe au lait'],
    ['a……b', 'a~~b'],
    ['漢…字', '??~??'],
    ['plain ~ text', 'plain ~ text'],
    ['3.1.1 §3.1.3.1', '3.1.1 S3.1.3.1'],
    ['2 × 5 µs · a → b', '2 x 5 us . a > b'],
    ['▸ ▾ ──┬┤│ ►◄ ░█', '+ - --++| >< .#'],
    ['漢§字…', '??S??~'],
    // A keycap: the digit is wider for it.
    ['1\ufe0f\u20e3 of 2', '1? of 2'],
    ['§1\ufe0f\u20e3§', 'S1?S'],
    ['👩‍👩‍👧 a', '?? a'],
    ['→\ufe0f a', '> a'],
  ])('shows %s in as many columns: %s', (line, shown) => {
    expect(first(line)).toBe(shown)
    expect(stringWidth(shown)).toBe(stringWidth(line))
  })

  it('keeps colours, and writes nothing else', () => {
    const written = new Written({ ascii: true })
    const text = written.drawn('\x1b[31m漢\x1b[0m é')
    expect(text).toContain('\x1b[31m??')
    expect(text).not.toMatch(/[^\x00-\x7f]/)
  })

  it('is not taken for one unless it is said', () => {
    expect(new Written().drawn('café…')).toContain('café…')
  })
})

describe('with Ink', () => {
  function rows(...lines: readonly string[]): ReactNode {
    return createElement(Box, { flexDirection: 'column', height: HEIGHT }, lines.map((line, index) => createElement(Text, { key: index }, line)))
  }

  it('draws frames as high as the screen, by rows', async () => {
    const written = new Written()
    const instance = render(rows('one', 'two', 'three', 'four'), { stdout: written.screen.stdout, debug: true, patchConsole: false, exitOnCtrlC: false })
    written.screen.draw()
    instance.rerender(rows('one', 'two', '3', 'four'))
    written.screen.draw()
    expect(written.texts.at(-1)).toBe(`${BEGIN}\x1b[3;1H\x1b[2K3${END}`)
    const emulator = await written.emulator()
    expect(emulator.screen()).toBe('one\ntwo\n3\nfour')
    expect(emulator).toMatchObject({ scrollback: 0, clears: 0, cursorVisible: false })
    written.screen.close()
    instance.unmount()
    instance.cleanup()
  })

  it('takes nothing for a frame that is none', () => {
    const written = new Written()
    const instance = render(rows('one'), { stdout: written.screen.stdout, debug: true, patchConsole: false, exitOnCtrlC: false })
    written.screen.draw()
    instance.unmount()
    instance.cleanup()
    written.screen.draw()
    expect(written.texts).toHaveLength(1)
    written.screen.close()
  })
})
