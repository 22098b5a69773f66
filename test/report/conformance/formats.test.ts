import { SaxesParser } from 'saxes'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { ANSI, PLAIN } from '../../../src/report/colour.ts'
import type { ReportFormat } from '../../../src/report/conformance/format-names.ts'
import { REPORT_RENDERERS } from '../../../src/report/conformance/formats.ts'
import { printable } from '../../../src/bytes/printable.ts'
import { clean, finding, HOSTILE, JUDGED, report, verdict } from './sample-report.ts'
import type { ReportObject } from '../../../src/report/schema/report.ts'

/** Those that are a function of the report alone. */
type Format = Exclude<ReportFormat, 'html'>
const FORMATS = Object.keys(REPORT_RENDERERS) as Format[]

const made = (format: Format, of: ReportObject, palette = PLAIN) => REPORT_RENDERERS[format](of, { palette, utc: true })

/** As a capture could bring it: in identifiers, in what messages quote, in the names of files and in reasons of waivers. */
const hostile = (more: Parameters<typeof report>[0] = {}) => report({
  totals: { files: [{ name: HOSTILE, format: 'pcap' }] },
  judged: {
    ...JUDGED,
    findings: [
      finding({ clientId: HOSTILE, message: `The topic is "${printable(HOSTILE)}"` }), finding({ clientId: { hex: '66ff' }, waived: { reason: HOSTILE, until: null } }),
      finding({ clientId: HOSTILE, severity: 'note' }), finding({ clientId: HOSTILE, certainty: 'unsure' }),
    ],
  },
  context: { baseline: report({ judged: { findings: [finding({ rule: 'gone', clientId: HOSTILE })] } }) },
  ...more,
})

describe.each(FORMATS)('%s', (format) => {
  test('ends its last line, and says the verdict', () => {
    for (const one of [report(), clean(), hostile()]) expect(made(format, one)).toMatch(/[^\n]\n$/)
  })

  test('hostile text is only text', () => {
    expect(made(format, hostile())).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\ud800]/)
    expect(made(format, hostile())).toContain('owned')
  })

  test('the same report gives the same text', () => {
    expect(made(format, report())).toBe(made(format, report()))
  })
})

test.each(['text', 'markdown'] as const)('%s says that times are of arrival, which short ones suffer from', (format) => {
  const [arrival, kernel] = (['arrival', 'kernel'] as const).map((timestamps) => made(format, report({ context: { timestamps } })))
  expect(arrival).toContain('times of arrival here')
  expect(kernel).not.toContain('times of arrival here')
})

describe('text', () => {
  test('fits 80 columns', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `MQTT-3.3.1-${index}`)
    const long = report({ judged: { findings: [finding({ message: 'x'.repeat(200), clientId: 'c'.repeat(90) }), finding({ certainty: 'unsure', statements: ids })] } })
    for (const one of [report(), clean(), long, hostile({ totals: {} })]) {
      expect(made('text', one).split('\n').filter((line) => stringWidth(line) > 80 && !line.startsWith('Time '))).toEqual([])
    }
  })

  test('colour is only colour', () => {
    expect(made('text', report(), ANSI).replace(/\x1b\[[\d;]*m/g, '')).toBe(made('text', report()))
  })

  test('a clean capture is a short page', () => {
    expect(made('text', clean()).split('\n').length).toBeLessThan(25)
    expect(made('text', clean())).toMatch(/^PASS +nothing found\n/)
  })

  test('a failed statement: what it asks, its first evidence and the count', () => {
    expect(made('text', report())).toContain(`FAILED STATEMENTS
! MQTT-3.3.1-2  MQTT 5.0, client, broken in 2 of 120 cases
  QoS 0 never has DUP 1.
    frame 42, 12.004118 s, plc-7: DUP is set on a QoS 0 PUBLISH
    [publish.dup-on-qos0]
    and 1 more: frame 50
`)
  })

  test('what the capture lacks', () => {
    const text = made('text', report({ totals: { droppedFrames: 3, truncatedFrames: 1, gaps: 2, gapBytes: 1_200, exchangesLeftOut: 7 } }))
    expect(text).toContain('Missing         3 frames dropped while capturing\n                1 frame cut short by the snap length\n                2 gaps: 1,200 bytes missing')
    expect(text).toContain('7 exchanges not followed: too many were open at once')
  })

  test('a waived finding is shown as waived', () => {
    expect(made('text', report())).toMatch(/^WAIVED\n! publish.dup-on-qos0 .*\n.*old-1.*\n {2}Waived: Fixed in firmware 2.1 \(until 2027-01-31\)$/m)
  })

  test('a capture without times', () => {
    const text = made('text', report({ totals: { firstTime: null, lastTime: null }, judged: { findings: [finding({ time: NaN })] } }))
    expect(text).toContain('    frame 42, plc-7: DUP')
  })
})

describe('junit', () => {
  interface Element { readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  const elements = (xml: string): Element[] => {
    const found: Element[] = []
    const parser = new SaxesParser()
    parser.on('opentag', ({ name, attributes }) => found.push({ name, attributes }))
    parser.on('error', (error) => {
      throw error
    })
    parser.write(xml).close()
    return found
  }

  test.each([['with something of everything', report()], ['clean', clean()], ['hostile', hostile()], ['of nothing', report({ clients: [], judged: { findings: [], verdicts: [], findingsLeftOut: [] } })]])(
    '%s: XML that a strict parser takes, with counts that are right', (_name, one) => {
      const all = elements(made('junit', one))
      const number = (name: string) => String(all.filter((element) => element.name === name).length)
      expect(all[0]).toMatchObject({ name: 'testsuites', attributes: { tests: number('testcase'), failures: number('failure'), skipped: number('skipped'), errors: '0' } })
      for (const { name, attributes } of all) {
        if (name === 'testsuite') expect(Object.keys(attributes)).toEqual(['name', 'tests', 'failures', 'errors', 'skipped', 'time'])
        if (name === 'testcase') expect(Object.keys(attributes)).toEqual(['classname', 'name', 'time'])
      }
    })

  test('one test case for each statement and side, and for each rule without a number', () => {
    const cases = elements(made('junit', report())).filter(({ name }) => name === 'testcase')
    expect(cases.map(({ attributes }) => `${attributes.classname} ${attributes.name!.split(':')[0]}`)).toEqual([
      ...['MQTT-3.3.1-2', 'MQTT-3.3.4-7', 'MQTT-3.1.0-1', 'MQTT-3.8.3-2'].map((id) => `MQTT 5.0.client ${id}`),
      ...['MQTT-3.3.4-9', 'MQTT-3.1.2-22', 'MQTT-4.4.0-2'].map((id) => `MQTT 5.0.server ${id}`), 'MQTT 5.0.server fixed-header.wrong-direction',
    ])
  })

  test('why something was skipped', () => {
    const skipped = elements(made('junit', report())).filter(({ name }) => name === 'skipped').map(({ attributes }) => attributes.message)
    expect(skipped).toEqual([
      'not exercised: it did not come up in this capture',
      'not judged: bytes of the connection are missing from the capture (2 cases); the capture ended before it was decided (1 case)',
      'unobservable: no capture can tell',
    ])
  })
})

describe('markdown', () => {
  test('a code span holds whatever it is given', () => {
    const text = made('markdown', hostile())
    // What is outside of code spans: GitHub mentions people only there.
    const outside = text.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')
    expect(outside).not.toMatch(/[@]|everyone|<b>|javascript|# head/)
    expect(text.split('\n').filter((line) => line.startsWith('|') && line.includes('owned'))).toEqual([])
  })

  test('always under 60 kB, with a count of what is left out', () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      finding({ rule: `rule.${index}`, statements: index % 2 === 0 ? [] : [`MQTT-9.9.9-${index}`], message: `${'é'.repeat(400)} ${index}`, clientId: '✂'.repeat(3_000) }))
    const verdicts = many.filter(({ statements }) => statements.length > 0).map(({ statements: [id] }) => verdict({ id: id!, verdict: 'fail', violated: 1 }))
    const files = Array.from({ length: 500 }, (_, index) => ({ name: `${'☃'.repeat(500)}${index}`, format: null }))
    const text = made('markdown', report({ totals: { files }, judged: { findings: many, verdicts }, context: { baseline: clean() } }))
    expect(Buffer.byteLength(text)).toBeLessThan(60_000)
    expect(Buffer.byteLength(text)).toBeGreaterThan(15_000)
    expect(text).toMatch(/^- … and 1,\d\d\d more$/m)
    expect(text).toContain('and 495 more')
  })
})
