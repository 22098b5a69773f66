/**
 * The screens of `mqtap view`, as the built program draws them in a terminal, compared with the texts and the pictures in fixtures/screens. Read the texts like
 * code: they are what a user sees. `MQTAP_UPDATE_GOLDEN=1` writes them anew, and `npm run pictures` the pictures.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { SCREENS, tour, type Screen } from '../../fixtures/screens/tour.ts'
import { requirePty, type Pty } from '../tui/pty.ts'

const FOLDER = fileURLToPath(new URL('../../fixtures/screens/', import.meta.url))
const SIZES = [[80, 24], [120, 40], [200, 50]] as const

const update = process.env.MQTAP_UPDATE_GOLDEN === '1'

describe.skipIf(!(await requirePty()))('the screens', () => {
  test.concurrent.each(SIZES)('at %dx%d', async (columns, rows) => {
    const seen = new Map<Screen, string>()
    await tour(columns, rows, async (screen, pty) => {
      const file = `${FOLDER}${screen}-${columns}x${rows}.txt`
      const wanted = !update && existsSync(file) ? readFileSync(file, 'utf8') : null
      const shown = await drawn(pty, wanted)
      if (update) writeFileSync(file, shown)
      seen.set(screen, shown)
    })
    for (const screen of SCREENS) expect(seen.get(screen)).toBe(readFileSync(`${FOLDER}${screen}-${columns}x${rows}.txt`, 'utf8'))
  })
})

/** What the screen shows once it is as wanted, or once nothing has changed for a while. */
async function drawn(pty: Pty, wanted: string | null): Promise<string> {
  await pty.settled((screen) => `${screen}\n` === wanted)
  return `${pty.screen()}\n`
}
