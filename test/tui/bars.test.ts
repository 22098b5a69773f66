import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { Keymap } from '../../src/tui/keymap.ts'
import { bottomLines, footerLine, headerLine, sourceText, statusLine, tabLine, type HeaderFacts } from '../../src/tui/parts/bars.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { VIEW_NAMES } from '../../src/tui/view.ts'

const THEME = themeOf(true, false)
const ASCII = themeOf(false, true)
const FACTS: HeaderFacts = {
  source: 'factory.pcapng', state: 'EOF', progress: null, duration: 252e9, packets: 48_211, shown: null, connections: 12, findings: { error: 0, warning: 0, note: 0 }, evicted: 0, dropped: null,
}

const header = (facts: Partial<HeaderFacts>, width = 120, theme = THEME) => stripVTControlCharacters(headerLine({ ...FACTS, ...facts }, width, theme))

it('the source is told by names', () => {
  expect(sourceText(['/tmp/a.pcap', 'C:\\b.pcap', '-'], null)).toBe('a.pcap, b.pcap, standard input')
  expect(sourceText([], 'eth0, lo')).toBe('live eth0, lo')
  expect(sourceText([], '-')).toBe('live standard input')
})

describe('the header', () => {
  it('says what is captured and how it stands', () => {
    expect(header({})).toBe(' mqtap factory.pcapng   EOF   48,211 pkts   00:04:12   12 conns')
  })

  it('has findings by their marks, what is shown, evicted and lost, where there is any', () => {
    expect(header({ findings: { error: 3, warning: 0, note: 9 }, shown: 1_310, evicted: 7, dropped: 2 }))
      .toBe(' mqtap factory.pcapng   EOF   ! 3  i 9   48,211 pkts   showing 1,310   evicted 7   lost 2   00:04:12   12 conns')
    expect(header({ dropped: 0 })).not.toContain('lost')
    expect(header({ shown: 0 })).toContain('showing 0')
  })

  it('has no duration where there are no times or they go backwards, and counts days in hours', () => {
    expect(header({ duration: NaN })).toBe(' mqtap factory.pcapng   EOF   48,211 pkts   12 conns')
    expect(header({ duration: -22_414e9 })).toBe(header({ duration: NaN }))
    expect(header({ duration: 90_061e9 })).toContain('   25:01:01   ')
  })

  it('has a bar while a file is read', () => {
    expect(header({ progress: 0.5, state: 'READING' })).toContain('   ██████░░░░░░ 50 %   ')
    expect(header({ progress: 0 }, 120, ASCII)).toContain('   ............  0 %   ')
    expect(header({ progress: 1 }, 120, ASCII)).toContain('   ############ 100 %   ')
  })

  it('leaves out from the end what does not fit, and never the state', () => {
    expect(header({ findings: { error: 3, warning: 0, note: 0 } }, 50)).toBe(' mqtap factory.pcapng   EOF   ! 3   48,211 pkts')
    const long = header({ source: 'x'.repeat(200), state: 'PAUSED (+1,234,567)' }, 60)
    expect(long).toContain('   PAUSED (+1,234,567)')
    expect(stringWidth(long)).toBeLessThanOrEqual(60)
  })

  it('is safe for a terminal, whatever a file is named', () => {
    expect(headerLine({ ...FACTS, source: '\x1b[2J\n' }, 120, ASCII)).not.toMatch(/\x1b\[2J|\n/)
  })
})

describe('the tabs', () => {
  const keymap = new Keymap({})

  it('have that of the view between brackets, and words at the right', () => {
    expect(stripVTControlCharacters(tabLine('packets', 'ref: 7', keymap, 80, THEME))).toMatch(/^ {2}1 Clients \[2 Packets\] 3 Flow {2}4 Findings {2}5 Stats .* ref: 7$/)
  })

  it('stand still from view to view', () => {
    const at = VIEW_NAMES.map((view) => stripVTControlCharacters(tabLine(view, '', keymap, 80, THEME)).indexOf('3 Flow'))
    expect(new Set(at).size).toBe(1)
  })
})

describe('the status', () => {
  const status = (message: string | null, filter: string, place: string, width = 60) => stripVTControlCharacters(statusLine(message, filter, place, width, THEME))

  it('is a message, or else the filter, with the place at the right edge', () => {
    expect(status('Copied: the line', 'mqtt.qos > 0', '')).toBe(' Copied: the line')
    expect(status(null, 'mqtt.qos > 0', '')).toBe(' filter: mqtt.qos > 0')
    expect(status(null, '', 'row 3 of 1,310')).toBe(` filter: -${' '.repeat(36)}row 3 of 1,310`)
  })

  it('cuts the filter and not the place, which gives way to a message', () => {
    const line = status(null, 'x'.repeat(100), 'row 3 of 1,310')
    expect(line).toMatch(/^ filter: x+.* {2}row 3 of 1,310$/)
    expect(stringWidth(line)).toBe(60)
    expect(status('x'.repeat(50), '', 'row 3 of 1,310')).toBe(` ${'x'.repeat(50)}`)
  })

  it('has two lines for a message that needs them, in place of the keys', () => {
    const lines = (message: string) =>
      bottomLines({ message, filter: '', place: 'row 3 of 1,310', view: 'packets', keymap: new Keymap({}), width: 60, theme: THEME }).map((line) => stripVTControlCharacters(line))
    expect(lines('76 frames written to /tmp/x1.pcapng, raw: secrets are in them as captured')).toEqual([' 76 frames written to /tmp/x1.pcapng, raw: secrets are in', ' them as captured'])
    expect(lines('short')).toEqual([' short                                        row 3 of 1,310', expect.stringContaining('Enter expand')])
    for (const line of lines('words '.repeat(100))) expect(stringWidth(line)).toBeLessThanOrEqual(60)
    expect(lines('words '.repeat(100))).toHaveLength(2)
  })
})

describe('no bar', () => {
  it('is wider than the screen', () => {
    const keymap = new Keymap({})
    const count = fc.nat(1e9)
    const facts = fc.record({
      source: fc.string({ unit: 'grapheme', maxLength: 80 }), state: fc.constantFrom('EOF', 'LIVE FOLLOW', 'PAUSED (+1,234,567)'), progress: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      duration: fc.double({ min: 0, max: 1e16 }), packets: count, shown: fc.option(count), connections: count, findings: fc.record({ error: count, warning: count, note: count }), evicted: count, dropped: fc.option(count),
    })
    const text = fc.string({ unit: 'grapheme', maxLength: 100 })
    fc.assert(fc.property(facts, text, text, fc.constantFrom(...VIEW_NAMES), fc.integer({ min: 60, max: 200 }), (all, one, other, view, width) => {
      for (const theme of [THEME, ASCII]) {
        for (const line of [headerLine(all, width, theme), tabLine(view, 'pings hidden (P)', keymap, width, theme), statusLine(one, other, 'row 3 of 1,310', width, theme), statusLine(null, other, '', width, theme), footerLine(view, keymap, width, theme)]) {
          expect(stringWidth(line)).toBeLessThanOrEqual(width)
        }
      }
    }))
  })
})
