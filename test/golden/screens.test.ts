/**
 * The screens of `mqtap view`, as the built program draws them in a terminal, compared with the texts and the pictures in fixtures/screens. Read the texts like
 * code: they are what a user sees. `MQTAP_UPDATE_GOLDEN=1` writes all of them anew.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { PICTURES, PICTURE_SIZE } from '../../fixtures/screens/pictures.ts'
import { LINES, svgOf, textOfSvg } from '../../fixtures/screens/svg.ts'
import { SCREENS, tour, type Screen } from '../../fixtures/screens/tour.ts'
import { requirePty } from '../tui/pty.ts'

const FOLDER = fileURLToPath(new URL('../../fixtures/screens/', import.meta.url))
const SIZES = [[80, 24], [120, 40], [200, 50]] as const
const MOST_BYTES = 60_000

const update = process.env.MQTAP_UPDATE_GOLDEN === '1'

/** What is compared with a file, and what the program shows now. */
interface Seen {
  readonly file: string
  readonly shown: string
}

describe.skipIf(!(await requirePty()))('the screens', () => {
  test.concurrent.each(SIZES)('at %dx%d', async (columns, rows) => {
    const seen: Seen[] = []
    await tour(columns, rows, async (screen, pty) => {
      const title = columns === PICTURE_SIZE[0] && rows === PICTURE_SIZE[1] ? PICTURES[screen] : undefined
      const now = (): Seen[] => [
        { file: textFile(screen, columns, rows), shown: `${pty.screen()}\n` },
        ...(title === undefined ? [] : [{ file: `${screen}.svg`, shown: svgOf(pty.emulator.cells(), title) }]),
      ]
      await pty.settled(() => !update && now().every(({ file, shown }) => shown === contentOf(file)))
      seen.push(...now())
    })
    if (update) for (const { file, shown } of seen) writeFileSync(FOLDER + file, shown)
    for (const { file, shown } of seen) expect(shown, file).toBe(contentOf(file))
  })
})

describe.each(Object.keys(PICTURES) as Screen[])('the picture of %s', (screen) => {
  const svg = contentOf(`${screen}.svg`) ?? ''

  test('holds the text of the screen', () => {
    const lines = new RegExp(`[${LINES}]`, 'g')
    const text = contentOf(textFile(screen, ...PICTURE_SIZE))!.replace(lines, ' ')
    expect(trimmed(textOfSvg(svg))).toBe(trimmed(text))
  })

  test('is small, and no program', () => {
    expect(Buffer.byteLength(svg)).toBeLessThan(MOST_BYTES)
    expect(svg).not.toMatch(/<script|href|&(?!(amp|lt|gt|quot);)|[^\x20-\x7e\n─-◿…→§]/)
  })
})

test('no text and no picture stands alone', () => {
  const made = [...SIZES.flatMap(([columns, rows]) => SCREENS.map((screen) => textFile(screen, columns, rows))), ...Object.keys(PICTURES).map((screen) => `${screen}.svg`)]
  expect(readdirSync(FOLDER).filter((name) => !name.endsWith('.ts')).sort()).toEqual(made.sort())
})

function textFile(screen: Screen, columns: number, rows: number): string {
  return `${screen}-${columns}x${rows}.txt`
}

function contentOf(file: string): string | null {
  return existsSync(FOLDER + file) ? readFileSync(FOLDER + file, 'utf8') : null
}

function trimmed(text: string): string {
  return text.split('\n').map((line) => line.trimEnd()).join('\n').trimEnd()
}
