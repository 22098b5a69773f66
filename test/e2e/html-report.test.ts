/**
 * The HTML report in a browser: it fits a phone and a wide screen, asks nothing of the network, can be read in both themes, without scripts and on paper, and
 * its filters filter.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { htmlReport } from '../../src/report/html/page.ts'
import { emptyReport, FINDINGS, sampleReport } from '../report/html/sample.ts'
import { requireTool } from '../tools.ts'
import type { AxeResults } from 'axe-core'

/** What of an element in the page is looked at here: there are no types of a browser. */
interface Drawn {
  getAttribute(name: string): string | null
  getBoundingClientRect(): { readonly height: number }
}

/** `CHROMIUM`: the browser's program, where it is not on the PATH by its usual name. */
const PROGRAM = process.env.CHROMIUM ?? 'chromium'
const ready = process.env.CHROMIUM !== undefined || requireTool(PROGRAM)

/** A browser takes a second to start on an idle machine, and axe six to look at the page. */
const STARTING_MS = 60_000
const ACTING_MS = 60_000

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const PAGES = { sample: sampleReport(), empty: emptyReport() }

let browser: Browser | undefined
let folder = ''

beforeAll(async () => {
  if (!ready) return
  folder = await mkdtemp(join(tmpdir(), 'mqtap-html-'))
  for (const [name, { report, details }] of Object.entries(PAGES)) await writeFile(join(folder, `${name}.html`), htmlReport(report, details))
  const built = ['bin/mqtap.js', 'report', '-f', 'html', '--fail-on', 'never', '-o', join(folder, 'built.html'), 'fixtures/captures/refused.pcap']
  execFileSync(process.execPath, built, { cwd: ROOT })
  // Root may not use the browser's sandbox; the page is our own.
  browser = await chromium.launch({ executablePath: programPath(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
}, STARTING_MS)

afterAll(async () => {
  await browser?.close()
  if (folder !== '') await rm(folder, { recursive: true })
})

function programPath(): string {
  if (process.env.CHROMIUM !== undefined) return process.env.CHROMIUM
  const which = (process.env.PATH ?? '').split(delimiter).map((place) => join(place, PROGRAM))
  return which.find((place) => existsSync(place)) ?? PROGRAM
}

afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close()
})

interface Opened {
  readonly page: Page
  /** Errors and warnings of the console, exceptions, and requests for anything but the page. */
  readonly complaints: string[]
}

async function open(name: keyof typeof PAGES | 'built', options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser!.newContext({ viewport: { width: 1400, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const address = pathToFileURL(join(folder, `${name}.html`)).href
  page.on('console', (message) => complaints.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('request', (request) => request.url() === address || complaints.push(`request: ${request.url()}`))
  await page.goto(address)
  return { page, complaints }
}

/** Everything unfolded: what is folded has no size. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true')
}

const shownFindings = (page: Page) => page.locator('details.finding:visible')
const shownCells = (page: Page) => page.locator('a.cell:visible')

describe.skipIf(!ready)('the HTML report in a browser', { timeout: ACTING_MS }, () => {
  test.each(
    (['sample', 'empty', 'built'] as const).flatMap((name) => [400, 1400].flatMap((width) => (['light', 'dark'] as const).map((colorScheme) => ({ name, width, colorScheme })))),
  )('$name at $width pixels, $colorScheme: fits, and nothing complains', async ({ name, width, colorScheme }) => {
    const { page, complaints } = await open(name, { viewport: { width, height: 900 }, colorScheme })
    await unfold(page)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    // What is cut off at the side would not make the page wider.
    expect(await page.evaluate(`[...document.querySelectorAll('main :not(svg *)')].filter((one) => {
      const box = one.getBoundingClientRect()
      return box.width > 1 && (box.right > ${width} + 1 || box.left < -1)
    }).map((one) => one.outerHTML.slice(0, 120))`)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('the built program writes the page that the source does', async () => {
    const { page } = await open('built')
    await unfold(page)
    const text = await page.innerText('main')
    expect(text).toContain('connect.client-identifier-empty')
    expect(text).toContain('§3.1.3.1')
    expect(text).toContain(' · frame 34')
    // UTF-8 read as Latin-1.
    expect(text).not.toMatch(/[\u00c2-\u00f4][\u0080-\u00bf]/)
  })

  test.each(['light', 'dark'] as const)('%s: contrast, tables, names and roles are as accessibility demands', async (colorScheme) => {
    const { page } = await open('sample', { colorScheme })
    await unfold(page)
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
    const { violations } = await page.evaluate('axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })') as AxeResults
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.length}× ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`)).toEqual([])
  })

  test('findings are filtered by severity, by waiver and by words', async () => {
    const { page } = await open('sample')
    expect(await shownFindings(page).count()).toBe(FINDINGS.length)
    await page.uncheck('input[data-severity=error]')
    expect(await shownFindings(page).count()).toBe(FINDINGS.filter(({ severity }) => severity !== 'error').length)
    await page.uncheck('#show-waived')
    expect(await shownFindings(page).count()).toBe(FINDINGS.filter(({ severity, waived }) => severity !== 'error' && waived === null).length)
    await page.fill('#find-finding', 'MQTT-3.1.4-3')
    expect(await page.locator('.rule:visible code').allTextContents()).toEqual(['session.taken-over-storm'])
    await page.fill('#find-finding', 'no such words')
    await page.getByText('No finding matches.').waitFor({ state: 'visible' })
  })

  test('statements are filtered by verdict, version, side and words', async () => {
    const { page } = await open('sample')
    const { statements } = PAGES.sample.report
    expect(await shownCells(page).count()).toBe(statements.length)
    for (const verdict of ['pass', 'not-judged', 'not-exercised', 'unobservable']) await page.uncheck(`input[data-verdict=${verdict}]`)
    const failed = statements.filter(({ verdict }) => verdict === 'fail')
    expect(await shownCells(page).count()).toBe(failed.length)
    await page.selectOption('#of-version', '5.0')
    await page.selectOption('#of-side', 'server')
    const wanted = failed.filter(({ version, side }) => version === '5.0' && side === 'server')
    expect(await shownCells(page).count()).toBe(wanted.length)
    await page.fill('#find-statement', wanted[0]!.id)
    expect(await shownCells(page).evaluateAll((cells: Drawn[]) => cells.map((cell) => cell.getAttribute('aria-label')))).toEqual([`${wanted[0]!.id}, server: fail`])
    expect(await page.locator('.statements tbody tr:visible').count()).toBe(1)
    expect(await page.textContent('#found')).toBe('1 of 392 statements')
  })

  test('a statement is told beside its cell, by mouse and by keyboard', async () => {
    const { page } = await open('sample')
    const about = page.locator('#about')
    await page.locator('a.cell.fail').first().click()
    const label = await page.locator('a.cell[aria-current]').getAttribute('aria-label')
    expect(await about.textContent()).toContain(label!.split(',')[0])
    expect(await about.textContent()).toContain('120 cases judged, 2 violations')
    await page.keyboard.press('ArrowRight')
    const next = await page.locator('a.cell[aria-current]').getAttribute('aria-label')
    expect(next).not.toBe(label)
    expect(await about.textContent()).toContain(next!.split(',')[0])
    await page.keyboard.press('Escape')
    expect(await about.isVisible()).toBe(false)
    expect(await page.locator('.matrix').first().locator('a.cell[tabindex="0"]').count()).toBe(1)
  })

  test('a link to a statement unfolds the list that it is in', async () => {
    const { page } = await open('sample')
    await page.locator('.asks a').first().click()
    expect(await page.locator('.statements tr:target').isVisible()).toBe(true)
  })

  test('the theme can be chosen', async () => {
    const { page } = await open('sample', { colorScheme: 'light' })
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(await ground()).toBe('rgb(255, 255, 255)')
    await page.click('#theme')
    expect(await ground()).toBe('rgb(21, 24, 27)')
    await page.click('#theme')
    expect(await ground()).toBe('rgb(255, 255, 255)')
  })

  test('without scripts it has all but the filters', async () => {
    const { page, complaints } = await open('sample', { javaScriptEnabled: false })
    expect(await shownFindings(page).count()).toBe(FINDINGS.length)
    expect(await shownCells(page).count()).toBe(PAGES.sample.report.statements.length)
    expect(await page.locator('input:visible, button:visible, select:visible').count()).toBe(0)
    await page.locator('a.cell.fail').first().click()
    expect(await page.locator('.statements tr:target').isVisible()).toBe(true)
    expect(complaints).toEqual([])
  })

  test('on paper everything is unfolded and nothing filtered, in light colours and without controls', async () => {
    const { page } = await open('sample', { colorScheme: 'dark' })
    await page.fill('#find-finding', 'no such words')
    await page.uncheck('input[data-verdict=pass]')
    await page.emulateMedia({ media: 'print' })
    const sizes = await page.locator('details.finding .shown').evaluateAll((parts: Drawn[]) => parts.map((part) => part.getBoundingClientRect().height > 20))
    expect(sizes).toEqual(FINDINGS.map(() => true))
    const rows = await page.locator('.statements tbody tr').evaluateAll((parts: Drawn[]) => parts.filter((part) => part.getBoundingClientRect().height > 10).length)
    expect(rows).toBe(392)
    expect(await shownCells(page).count()).toBe(PAGES.sample.report.statements.length)
    expect(await page.locator('input:visible, button:visible, select:visible, nav:visible').count()).toBe(0)
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(28, 33, 38)')
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000)
  })
})
