import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/bytes/hex.ts'
import { htmlReport } from '../../../src/report/html/page.ts'
import { AUTHENTICATION_DATA, PASSWORD } from '../samples.ts'
import { ascii } from '../build.ts'
import { emptyReport, FINDINGS, sampleReport } from './sample.ts'
import type { ReportObject } from '../../../src/report/schema/report.ts'

const { report, details } = sampleReport()
const PAGES = { 'with something of everything': htmlReport(report, details), 'with nothing': htmlReport(emptyReport().report, emptyReport().details) }
const PAGE = PAGES['with something of everything']

/** Elements that have no end tag; those of SVG end themselves. */
const VOID = new Set(['meta', 'br', 'input', 'img'])

/** Start and end tags that do not fit together. */
function unbalanced(page: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  const body = page.replace(/<style>[^]*?<\/style>|<script>[^]*?<\/script>|<!doctype html>/g, '')
  for (const [tag, end, name, rest] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>/g)) {
    if (end === '/') {
      if (open.pop() !== name) wrong.push(tag)
    } else if (!VOID.has(name!) && !rest!.endsWith('/')) open.push(name!)
  }
  return [...wrong, ...open]
}

function attributes(page: string, name: string): string[] {
  return [...page.replace(/<style>[^]*?<\/style>|<script>[^]*?<\/script>/g, '').matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value]) => value!)
}

describe.each(Object.entries(PAGES))('a page %s', (_, page) => {
  test('has tags that fit together', () => {
    expect(unbalanced(page)).toEqual([])
  })

  test('takes nothing from anywhere else', () => {
    expect(page).not.toMatch(/https?:|\burl\(|@import|<link|<iframe|<object/i)
  })

  test('allows the browser only its own style sheet and script', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    const hash = (tag: string) => createHash('sha256').update(new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)![1]!).digest('base64')
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash('style')}'; script-src 'sha256-${hash('script')}'; base-uri 'none'; form-action 'none'`)
    expect(attributes(page, 'style')).toEqual([])
    expect(attributes(page, 'on[a-z]+')).toEqual([])
  })

  test('has each identifier once, and links to those that there are', () => {
    const ids = attributes(page, 'id')
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
    const links = attributes(page, 'href')
    expect(links.filter((link) => !link.startsWith('#') || !ids.includes(link.slice(1)))).toEqual([])
  })

  test('shows no value that is not there', () => {
    expect(page.replace(/<script>[^]*?<\/script>/, '')).not.toMatch(/undefined|\bNaN\b|\[object|\bnull\b/)
  })
})

test('text from the wire stays text', () => {
  expect(PAGE).not.toContain('<script>alert')
  expect(PAGE).not.toContain('<img')
  expect(PAGE).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
})

test('secrets are not in it', () => {
  for (const secret of [PASSWORD, AUTHENTICATION_DATA]) {
    const bytes = ascii(secret)
    expect(PAGE).not.toContain(secret)
    expect(PAGE).not.toContain(toHex(bytes, 0, 4).match(/../g)!.join(' '))
  }
  expect(PAGE).toContain('** **')
})

test('every finding is there, errors first, waived ones last', () => {
  const rules = [...PAGE.matchAll(/<h3><span class="sign (\w+)"[^>]*>.<\/span> <code>([^<]*)</g)].map(([, severity, rule]) => `${severity} ${rule}`)
  expect(rules).toEqual([
    'error publish.dup-on-qos0', 'error connect.password-without-user-name', 'error publish.receive-maximum-exceeded', 'warning exchange.no-answer',
    'warning session.taken-over-storm', 'note connection.credentials-in-clear',
  ])
  expect(PAGE.match(/<details class="finding"/g)).toHaveLength(FINDINGS.length)
  for (const { message } of FINDINGS) expect(PAGE).toContain(`>${message}<`)
})

test('every statement has a cell for each side, and says in words how it was judged', () => {
  expect(PAGE.match(/<a class="cell /g)).toHaveLength(report.statements.length)
  const failed = report.statements.find(({ verdict }) => verdict === 'fail')!
  expect(PAGE).toContain(`aria-label="${failed.id}, ${failed.side}: fail"`)
  expect(PAGE).toContain('3&times; bytes of the connection are missing from the capture')
})

test('bytes that show it are marked, those before and behind a window are told', () => {
  expect(PAGE).toContain('<mark>38</mark> 25 00')
  expect(PAGE).toContain('&hellip; and 460 more bytes')
})

test('the title names the verdict and the capture', () => {
  const named = htmlReport({ ...report, capture: { ...report.capture, files: [{ name: '/a/b.pcap', format: 'pcap' }] } }, details)
  expect(/<title>(.*)<\/title>/.exec(named)![1]).toBe('Fail: b.pcap')
})

describe('times', () => {
  const of = (first: string | null, last: string | null): ReportObject => ({ ...report, capture: { ...report.capture, first, last } })

  test.each([
    { what: 'none', first: null, last: null, says: 'The frames of this capture have no times.' },
    { what: 'a few milliseconds', first: '1700000000.123456789', last: '1700000000.133456789', says: '>+2 ms<' },
    { what: 'minutes', first: '1700000000.000000000', last: '1700000600.000000000', says: '>22:16:00<' },
    { what: 'days', first: '1700000000.000000000', last: '1700900000.000000000', says: '>2023-11-19<' },
    { what: 'one moment', first: '1700000000.000000000', last: '1700000000.000000000', says: '2023-11-14 22:13:20.000000' },
    { what: 'before 1970', first: '-2.500000000', last: '10.000000000', says: '1969-12-31 23:59:57.500000' },
  ])('$what', ({ first, last, says }) => {
    expect(htmlReport(of(first, last), details).includes(says)).toBe(true)
  })
})
