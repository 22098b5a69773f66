import { renderToString } from 'ink'
import { createElement } from 'react'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { PACKET_FIELDS } from '../../src/analysis/fields.ts'
import { compileFilter } from '../../src/analysis/filter/filter.ts'
import { IllFormedText } from '../../src/mqtt/packet.ts'
import { rateText } from '../../src/bytes/number-text.ts'
import { PLAIN as WITHOUT_COLOUR } from '../../src/report/colour.ts'
import { secondsOf } from '../../src/report/statistics-json.ts'
import { statisticsText } from '../../src/report/statistics-text.ts'
import { limitTexts } from '../../src/report/summary.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { Lines } from '../../src/tui/parts/lines.tsx'
import { barRows } from '../../src/tui/views/stats-page.ts'
import { INTERVALS, reduceStats, searchStats, statsAtFirst, STATS_FORMS, type StatsData, type StatsState } from '../../src/tui/views/stats-state.ts'
import { statsLines } from '../../src/tui/views/stats-text.ts'
import { filterBelow, topicFilter } from '../../src/tui/views/stats-topics.ts'
import { CAPTURES, count } from '../analysis/statistics/count.ts'
import { publish, Site } from '../analysis/statistics/site.ts'
import type { StatisticsLimits } from '../../src/analysis/statistics/statistics.ts'
import type { CaptureTotals } from '../../src/analysis/pipeline.ts'
import type { Theme } from '../../src/tui/theme.ts'
import type { Effect, ViewAction } from '../../src/tui/view.ts'

const { totals: QMQTT_TOTALS } = count('qmqtt.pcap')
const PLAIN = themeOf(false, false)
const plain = (text: string) => text.replace(/\x1b\[[\d;]*m/g, '')

const dataOf = (statistics: StatsData['statistics'], totals: CaptureTotals = QMQTT_TOTALS, evicted = 0): StatsData =>
  ({ statistics, totals, until: null, index: { packets: 59, bytes: 12_345, evicted }, open: { exchanges: 2 } })

/** Messages of these topics, in this order. */
const published = (topics: readonly string[], limits: Partial<StatisticsLimits> = {}): StatsData => {
  const site = new Site(limits)
  const line = site.open(4000)
  for (const topic of topics) line.client(publish(topic))
  return dataOf(site.end().statistics)
}

class View {
  state: StatsState
  effect: Effect | null = null
  data: StatsData
  readonly #size: { readonly width: number; readonly height: number }
  readonly #theme: Theme

  constructor(data: StatsData, state: Partial<StatsState> = {}, width = 80, height = 12, theme = PLAIN) {
    this.data = data
    this.state = { ...statsAtFirst(false), ...state }
    this.#size = { width, height }
    this.#theme = theme
  }

  press(...actions: readonly ViewAction[]): this {
    for (const action of actions) ({ state: this.state, effect: this.effect } = reduceStats(this.state, action, { ...this.data, ...this.#size }))
    return this
  }

  /** Whether there was a hit. */
  search(text: string, step: 1 | -1 = 1): boolean {
    const { state, effect, found } = searchStats(this.state, text, step, { ...this.data, ...this.#size })
    this.effect = effect
    this.state = state
    return found
  }

  get lines(): readonly string[] {
    return statsLines({ ...this.data, ...this.#size, state: this.state, theme: this.#theme, timeText: () => '' })
  }

  get text(): string {
    return this.lines.map((line) => plain(line).trimEnd()).join('\n')
  }

  /** Of the tree: mark, topic and messages. */
  get topics(): readonly string[] {
    return this.text.split('\n').slice(2).map((line) => line.replace(/^(.+?) +(\S+)(?: +\S+){5}$/, '$1 $2'))
  }
}

describe('every capture, form and size', () => {
  const sizes = [[60, 15], [79, 24], [80, 24], [99, 40], [100, 30], [132, 43], [300, 100], [60, 1], [20, 5]] as const

  test.each(CAPTURES)('%s fits', (name) => {
    const { statistics, totals } = count(name)
    for (const [index, [width, height]] of sizes.entries()) {
      const ascii = index % 2 === 1
      for (const form of STATS_FORMS) {
        const view = new View(dataOf(statistics, totals, 7), { form }, width, height, themeOf(ascii, ascii)).press('down', 'right')
        for (const at of ['first', 'last'] as const) {
          const { lines } = view.press(at)
          expect(lines.length).toBeLessThanOrEqual(height)
          for (const line of lines) expect(stringWidth(line), `${form} ${width} ${line}`).toBeLessThanOrEqual(width)
        }
        if (ascii) expect(view.text).toMatch(/^[\n -~]*$/)
      }
    }
  })

  test('nothing but a reset behind each style, so that lines can be put beside others', () => {
    const { statistics, totals } = count('lost-frames.pcap')
    for (const form of STATS_FORMS) {
      for (const line of new View(dataOf(statistics, totals, 1), { form }, 120, 40, themeOf(true, false)).lines) {
        const codes = line.match(/\x1b\[[\d;]*m/g) ?? []
        for (const [index, code] of codes.entries()) expect(code === '\x1b[0m', line).toBe(index % 2 === 1)
        expect(codes.length % 2).toBe(0)
      }
    }
  })
})

describe('overview', () => {
  const { statistics, totals } = count('qmqtt.pcap')

  test('wide: two columns', () => {
    expect(new View(dataOf(statistics, totals, 3), {}, 100, 27).text).toBe(`\
[overview] topics  clients  types  (v)                             whole capture (i)  by packets (s)
PACKETS/s  whole capture  mean 4.37  max 48.0     │ ACK LATENCY    N  P50 MS    P95    P99    MAX
bytes/s -> 472  <- 685                            │ CONNECT        2   0.249   12.9   12.9   12.9
▆            █                                    │ PUBLISH QoS 1  9   0.372   41.1   41.1   41.1
█            █                                    │ PUBLISH QoS 2  4    41.5   43.8   43.8   43.8
█   ▂   ▂  ▂ █   ▂   ▂   ▂ ▁                      │ SUBSCRIBE      2   0.038  0.042  0.042  0.042
0s                     14.0s                      │ UNSUBSCRIBE    2   0.089  0.097  0.097  0.097
                                                  │ PING           4   0.084  0.183  0.183  0.183
TYPE         PACKETS  SHARE                       │
CONNECT            2   3.4%  █                    │ QUEUES / LIMITS
CONNACK            2   3.4%  █                    │   Open exchanges  2
PUBLISH           17  28.8%  █████                │   Indexed         59 packets, 12.3k bytes
PUBACK             9  15.3%  ███                  │ ~ Evicted         3 packets, the oldest: counted
PUBREC             4   6.8%  █                    │                   here, but no longer in the
PUBREL             4   6.8%  █                    │                   other views
PUBCOMP            4   6.8%  █                    │
SUBSCRIBE          2   3.4%  █                    │
SUBACK             2   3.4%  █                    │
UNSUBSCRIBE        2   3.4%  █                    │
UNSUBACK           2   3.4%  █                    │
PINGREQ            4   6.8%  █                    │
PINGRESP           4   6.8%  █                    │
DISCONNECT         1   1.7%                       │
                                                  │
TOPIC                                 MSGS  BYTES │
▸ qmqtt/…                               17  15.3k │`)
  })

  test('narrow: one below the other, and all of it is reached', () => {
    const view = new View(dataOf(statistics, totals), {}, 60, 15)
    const seen = new Set(view.text.split('\n').slice(1))
    expect(view.text).toContain('lines 1-14 of ')
    for (let page = 0; page < 3; page++) for (const line of view.press('page-down').text.split('\n').slice(1)) seen.add(line)
    for (const begins of ['PACKETS/s', 'ACK LATENCY', 'TYPE ', 'DISCONNECT', 'QUEUES', '  Evicted', 'TOPIC ', '▸ qmqtt']) expect([...seen].some((line) => line.startsWith(begins)), begins).toBe(true)
    const end = view.state
    expect(view.press('page-down', 'down').state).toEqual(end)
    expect(view.press('up').state.viewport.top).toBe(end.viewport.top - 1)
    expect(view.press('first').state.viewport.top).toBe(0)
  })

  test('the plot goes back as far as it is asked to', () => {
    const site = new Site()
    const line = site.open(4000)
    for (let second = 0; second < 120; second++) {
      line.client(...Array.from({ length: second < 110 ? 1 : 10 }, () => publish('a')))
      site.wait(1000)
    }
    const view = new View(dataOf(site.end().statistics, { ...QMQTT_TOTALS, firstTime: 0, lastTime: 119e9 }), { interval: 60 }, 80, 30)
    const seen = INTERVALS.map(() => {
      const { text } = view
      view.press('interval')
      return /PACKETS\/s {2}.*/.exec(text)![0]
    })
    expect(seen).toEqual([
      'PACKETS/s  last 1 min  mean 2.52  max 10.0  over 1.00s',
      'PACKETS/s  last 10 min  mean 1.76  max 10.0  over 2.00s',
      'PACKETS/s  whole capture  mean 1.76  max 10.0  over 2.00s',
      // All packets of a second come at once.
      'PACKETS/s  last 1 s  mean 20.0  max 500  over 20.0ms',
      'PACKETS/s  last 10 s  mean 10.1  max 50.0  over 200ms',
    ])
    expect(view.state.interval).toBe(60)
  })

  test('of a live capture the plot goes on while nothing comes', () => {
    const site = new Site()
    const line = site.open(4000)
    for (let at = 0; at < 20; at++) {
      line.client(publish('a'))
      site.wait(5)
    }
    const data = dataOf(site.end().statistics, { ...QMQTT_TOTALS, firstTime: 0, lastTime: 95e6 })
    const seen = (seconds: number) => new View({ ...data, until: seconds * 1e9 }, { interval: 10 }, 80, 30).text.split('\n').slice(1, 7)
    const [heading, , , , plot, axis] = seen(4)
    // A capture that is younger than the window: by its age.
    expect([heading, plot, axis]).toEqual(['PACKETS/s  last 10 s  mean 5.00  max 200  over 100ms', '█', `0s${' '.repeat(34)}4.10s`])
    expect(seen(10.05)[0]).toContain('last 10 s  mean 1.00')
    expect(seen(100)).toEqual(['PACKETS/s  last 10 s  mean 0.00  max 0.00  over 200ms', 'bytes/s -> 0.00  <- 0.00', '', '', '', `1m30s${' '.repeat(40)}1m40s`])
    expect(new View({ ...data, until: 100e9 }, { interval: 0 }, 80, 30).text).toContain('whole capture  mean 0.20  max 10.0  over 2.00s')
    expect(new View({ ...data, until: 100e9 }, { form: 'topics' }).text).toMatch(/a +20 +\S+ +0\.20 /)
  })

  test.each(CAPTURES)('the mean rates of %s are those of `mqtap stats`, whatever the width', (name) => {
    const { statistics, totals, clock } = count(name)
    const page = statisticsText(statistics, totals, clock, { palette: WITHOUT_COLOUR, utc: true, filter: null, top: 10, sort: 'packets', unicode: false })
    const mean = /Packets\/s +(\S+) on average/.exec(page)?.[1] ?? '-'
    const { client, server } = statistics.total().bytes
    const seconds = secondsOf(totals)
    for (const width of [60, 80, 99, 140, 200]) {
      for (const interval of INTERVALS) {
        if (interval !== 0 && (seconds === null || seconds > interval)) continue
        const { text } = new View(dataOf(statistics, totals), { interval }, width, 30)
        if (text.includes('no packet with a time')) continue
        expect(/mean (\S+)/.exec(text)?.[1], `${width} ${interval}`).toBe(mean)
        if (seconds !== null) expect(text).toContain(`bytes/s -> ${rateText(client / seconds)}  <- ${rateText(server / seconds)}`)
      }
    }
  })

  test('says what is missing, with a mark', () => {
    const lost = count('lost-frames.pcap')
    const left = { ...lost.totals, exchangesLeftOut: 5, sessionsForgotten: 1, droppedFrames: 12 }
    const { text } = new View(dataOf(lost.statistics, left, 1_000), {}, 140, 60)
    expect(text).toContain('~ Evicted         1,000 packets, the oldest: counted here')
    expect(text).toContain('~ Dropped         12 frames while capturing')
    expect(text).toMatch(/~ Missing {9}\d+ gaps?, [\d,]+ bytes/)
    expect(limitTexts(left).map(({ label }) => label)).toEqual(['Left out', 'Forgotten'])
    expect(text).toContain('~ Left out        5 exchanges: too many were open at once')
    expect(text).toContain('~ Forgotten       1 Session of clients')
  })

  test('of nothing', () => {
    const { text } = new View(published([]), {}, 80, 30)
    for (const words of ['no packet with a time', 'no exchange has ended', 'no MQTT packets', 'Open exchanges  2']) expect(text).toContain(words)
    expect(text).not.toContain('TOPIC')
  })

  test('Enter goes on to the topics', () => {
    expect(new View(dataOf(statistics, totals)).press('open').state.form).toBe('topics')
  })
})

describe('forms', () => {
  test('one after the other, from the top', () => {
    const { statistics, totals } = count('qmqtt.pcap')
    const view = new View(dataOf(statistics, totals), {}, 80, 10).press('down')
    expect(STATS_FORMS.map(() => {
      view.press('form')
      return `${view.state.form} ${view.state.viewport.top} ${/\[(.*?)\]/.exec(view.text)![1]!}`
    })).toEqual(['topics 0 topics', 'clients 0 clients', 'types 0 types', 'overview 0 overview'])
  })

  test('clients and types have the tables of mqtap stats', () => {
    const { statistics, totals } = count('takeover.pcap')
    expect(new View(dataOf(statistics, totals), { form: 'clients' }, 80, 100).text).toMatch(/\nCLIENT +CONNECTIONS +RECONNECTS +REFUSED +TAKEN OVER/)
    const types = new View(dataOf(statistics, totals), { form: 'types' }, 80, 100).text
    expect(types).toMatch(/\nTYPE +PACKETS +SHARE +-> +<- +BYTES/)
    expect(types).toMatch(/\nEXCHANGE +DIR +ANSWERED +MIN MS/)
  })

  test('a table is not made again while nothing comes, and is when something does', () => {
    const site = new Site()
    const line = site.open(4000).client(publish('a'))
    const view = new View(dataOf(site.statistics), { form: 'clients' })
    expect(view.text).toMatch(/^10\.0\.0\.21:4000 +1 /m)
    expect(view.text).toBe(view.text)
    line.client(publish('a'))
    expect(view.text).toMatch(/^10\.0\.0\.21:4000 +2 /m)
  })
})

describe('topics', () => {
  const PLANT = ['plant/7/temp', 'plant/7/temp', 'plant/7/temp', 'plant/7', 'plant/8/a', 'plant/8/b', 'office']
  const tree = (state: Partial<StatsState> = {}) => new View(published(PLANT), { form: 'topics', ...state })

  test('are folded at first, most messages first', () => {
    expect(tree().topics).toEqual(['> ▸ plant/… 6', '    office 1'])
  })

  test('unfold and fold, and the cursor climbs', () => {
    const view = tree().press('right')
    expect(view.topics).toEqual(['> ▾ plant 6', '    ▸ 7/… 4', '    ▸ 8/… 2', '    office 1'])
    view.press('down', 'open')
    expect(view.topics).toEqual(['  ▾ plant 6', '>   ▾ 7 4', '        (itself) 1', '        temp 3', '    ▸ 8/… 2', '    office 1'])
    view.press('down', 'down', 'left')
    expect(view.state.selected).toBe('plant/7')
    view.press('left')
    expect(view.topics).toEqual(['  ▾ plant 6', '>   ▸ 7/… 4', '    ▸ 8/… 2', '    office 1'])
    view.press('left', 'left', 'left')
    expect(view.topics).toEqual(['> ▸ plant/… 6', '    office 1'])
  })

  test('levels that do not branch are one row', () => {
    expect(new View(published(['a/b/c/d', 'a/b/c/e']), { form: 'topics' }).topics).toEqual(['> ▸ a/b/c/… 2'])
  })

  test('Enter on a topic filters for it, p for all below a level', () => {
    expect(tree().press('last', 'open').effect).toEqual({ kind: 'filter', text: 'mqtt.topic == "office"' })
    expect(tree().press('right', 'down', 'right', 'down', 'open').effect).toEqual({ kind: 'filter', text: 'mqtt.topic == "plant/7"' })
    expect(tree().press('right', 'down', 'right', 'down', 'down', 'open').effect).toEqual({ kind: 'filter', text: 'mqtt.topic == "plant/7/temp"' })
    expect(tree().press('packets').effect).toEqual({ kind: 'filter', text: 'topic_matches(mqtt.topic, "plant/#")' })
    expect(tree().press('open').effect).toBeNull()
    expect(tree().press('last', 'copy').effect).toEqual({ kind: 'copy', text: 'office', what: 'topic' })
  })

  test('the cursor stays on its topic while others overtake it', () => {
    const site = new Site()
    const line = site.open(4000).client(publish('a'), publish('a'), publish('b'))
    const view = new View(dataOf(site.statistics), { form: 'topics' }).press('down')
    expect(view.topics).toEqual(['    a 2', '>   b 1'])
    line.client(publish('b'), publish('b'), publish('c'))
    expect(view.topics).toEqual(['>   b 3', '    a 2', '    c 1'])
    expect(view.press('down').state.selected).toBe('a')
  })

  test('a level that comes between takes the cursor while the topic is out of sight', () => {
    const site = new Site()
    const line = site.open(4000).client(publish('x/1'), publish('y'), publish('y'))
    const view = new View(dataOf(site.statistics), { form: 'topics' }).press('last')
    expect(view.topics).toEqual(['    y 2', '>   x/1 1'])
    line.client(publish('x/2'), publish('z'))
    expect(view.topics).toContain('> ▸ x/… 2')
  })

  test('in the order of bytes', () => {
    const site = new Site()
    site.open(4000).client(publish('many'), publish('many'), publish('large', { payload: 'x'.repeat(50) }))
    const view = new View(dataOf(site.statistics), { form: 'topics' })
    expect(view.topics).toEqual(['>   many 2', '    large 1'])
    expect(view.press('sort').topics[0]).toBe('>   large 1')
    expect(view.text).toContain('by bytes (s)')
  })

  test('what has no name', () => {
    const view = new View(published(['a/1', 'a/2', 'b/1', 'c'], { topicsBelow: 2 }), { form: 'topics' })
    expect(view.topics).toEqual(expect.arrayContaining(['    … others 1']))
    expect(view.press('last', 'open').effect).toEqual({ kind: 'say', text: 'These topics were too many to be known by name' })
  })

  test('only rows on the screen are made, wherever the cursor is', () => {
    const view = new View(published(Array.from({ length: 500 }, (_, index) => `t${index}`)), { form: 'topics' }, 80, 12).press('last')
    expect(view.lines).toHaveLength(12)
    expect(view.text).toContain('row 500 of 500')
    expect(view.topics[9]).toBe('>   t499 1')
    expect(view.press('page-up', 'up').topics.some((line) => line.startsWith('>'))).toBe(true)
  })

  test('none', () => {
    const view = new View(published([]), { form: 'topics' })
    expect(view.text).toContain('no PUBLISH packets')
    expect(view.press('down', 'open', 'left', 'right', 'packets').effect).toBeNull()
  })
})

describe('the search of topics', () => {
  const PLANT = ['plant/7/temp', 'plant/7/temp', 'plant/7/temp', 'plant/7', 'plant/8/a', 'plant/8/temp', 'office']
  const tree = (topics: readonly string[] = PLANT, limits: Partial<StatisticsLimits> = {}) => new View(published(topics, limits), { form: 'topics' })
  const found = (view: View, text: string, step: 1 | -1 = 1) => {
    expect(view.search(text, step)).toBe(true)
    return view.state.selected
  }

  test('unfolds the way to a topic, and nothing else', () => {
    const view = tree()
    expect(view.search('TEMP')).toBe(true)
    expect(view.topics).toEqual(['  ▾ plant 6', '    ▾ 7 4', '        (itself) 1', '>       temp 3', '    ▸ 8/… 2', '    office 1'])
    expect(view.search('temp')).toBe(true)
    expect(view.topics.slice(4)).toEqual(['    ▾ 8 2', '        a 1', '>       temp 1', '    office 1'])
    expect(found(view, 'temp')).toBe('plant/7/temp')
    expect(found(view, 'temp', -1)).toBe('plant/8/temp')
  })

  test('goes to a level once, and not to all that is below it', () => {
    const view = tree()
    view.press('last')
    expect([found(view, 'plant'), found(view, 'plant'), found(view, 'plant', -1)]).toEqual(['plant', 'plant', 'plant'])
    expect(view.topics).toEqual(['> ▸ plant/… 6', '    office 1'])
  })

  test('finds several levels of a topic', () => {
    const view = tree()
    expect([found(view, 'plant/8'), found(view, 'plant/8'), found(view, '8/TEMP'), found(view, 'plant/7/temp'), found(view, 'nt/7/t')]).toEqual(['plant/8', 'plant/8', 'plant/8/temp', 'plant/7/temp', 'plant/7/temp'])
    expect(view.search('plant/7/tempo')).toBe(false)
  })

  test('begins where the cursor is, whatever is folded above it', () => {
    const view = tree(['a/x', 'a/y', 'b/x', 'b/y', 'c/x', 'c/y'])
    view.press('right', 'last')
    expect(view.state.selected).toBe('c')
    expect([found(view, 'y'), found(view, 'y'), found(view, 'y'), found(view, 'x', -1)]).toEqual(['c/y', 'a/y', 'b/y', 'b/x'])
    view.press('first', 'down', 'down', 'down', 'down')
    expect(view.state.selected).toBe('b/x')
    expect(found(view, 'y', -1)).toBe('a/y')
  })

  test('finds text as it is shown, with blanks, controls and other letters', () => {
    const view = tree(['hall/Räum 1/a', 'hall/x\x1by/b', 'hall/z'])
    expect([found(view, 'RÄUM 1'), found(view, 'hall/räum 1'), found(view, 'x\\x1by'), found(view, 'hall/X\\x1BY/b')]).toEqual(['hall/Räum 1/a', 'hall/Räum 1/a', 'hall/x\x1by/b', 'hall/x\x1by/b'])
    expect(view.search('x\x1by')).toBe(false)
  })

  test('finds topics without UTF-8, and rows without a topic', () => {
    expect(found(tree(['a/1', 'a/2', 'b/1', 'c'], { topicsBelow: 2 }), 'others')).toContain('rest')
    const view = tree()
    expect(view.search('itself')).toBe(true)
    expect(view.topics[2]).toBe('>       (itself) 1')
  })

  test('leaves the state as it was where nothing holds the text, and says so', () => {
    const view = tree().press('right')
    const before = view.state
    expect([view.search('nothing such'), view.search('')]).toEqual([false, false])
    expect(view.state).toBe(before)
    expect([view.search('none'), view.effect]).toEqual([false, { kind: 'say', text: 'No row holds "none"' }])
    expect(tree([]).search('a')).toBe(false)
  })

  test('is of the tree alone, and the other forms say so', () => {
    for (const form of ['overview', 'clients', 'types'] as const) {
      const view = new View(published(PLANT), { form })
      const before = view.state
      expect([view.search('plant'), view.state === before, view.effect]).toEqual([false, true, { kind: 'say', text: 'Only topics can be searched here: v goes on to them' }])
    }
  })

  test('of as many topics as are counted', () => {
    const view = tree(Array.from({ length: 20_000 }, (_, topic) => `site/${topic % 100}/${topic}`))
    expect(found(view, '/19999')).toBe('site/99/19999')
    expect(found(view, 'site/0/')).toBe('site/0/0')
  })
})

describe('filters', () => {
  const HOSTILE = ['a"b', 'a\\b', '\\"', 'a b', 'ä/漢', 'tab\there', '\u202eevil', 'x\u200by', '', '/', '😀', "it's", '\\x41', '#']

  test.each(HOSTILE)('the topic %j', (topic) => {
    const text = topicFilter(topic)
    expect(text).not.toMatch(/[\p{Cc}\u202e\u200b]/u)
    const result = compileFilter(text, PACKET_FIELDS)
    if (!result.ok) throw new Error(result.error.message)
    const site = new Site()
    const seen: string[] = []
    for (const one of HOSTILE) {
      // The filter looks at nothing but the topic.
      const event = { packet: { type: 'PUBLISH', topicName: one }, resolvedTopicName: undefined }
      if (result.filter.matches(event as never, undefined as never)) seen.push(one)
    }
    site.end()
    expect(seen).toEqual([topic])
  })

  test('bytes that are not UTF-8', () => {
    const text = topicFilter(new IllFormedText('ff61'))
    expect(text).toBe('mqtt.topic == "\\xff\\x61"')
    expect(compileFilter(text, PACKET_FIELDS).ok).toBe(true)
  })

  test('all below a level, where a Topic Filter can say it', () => {
    expect(filterBelow('a/b')).toBe('topic_matches(mqtt.topic, "a/b/#")')
    expect(filterBelow('')).toBe('topic_matches(mqtt.topic, "/#")')
    expect(filterBelow('a"b')).toBe('topic_matches(mqtt.topic, "a\\"b/#")')
    expect(['a+', '#', 'a\0'].map(filterBelow)).toEqual([null, null, null])
    for (const text of [filterBelow('a/b'), filterBelow(''), filterBelow('a"b')]) expect(compileFilter(text!, PACKET_FIELDS).ok).toBe(true)
  })
})

describe('bars', () => {
  const GLYPHS = [' ', '.', ':', '#']

  test.each<[readonly number[], number, number, readonly string[]]>([
    [[0, 1, 2, 3], 1, 1, [' .:#']],
    [[0, 1, 2, 3], 2, 1, ['  .#', ' :##']],
    [[1, 3], 1, 2, ['..##']],
    [[0, 0], 1, 1, ['']],
    [[1, 1000], 2, 1, [' #', '.#']],
  ])('%j in %d rows, %d wide', (values, rows, columns, lines) => {
    expect(barRows(values, rows, columns, GLYPHS)).toEqual(lines)
  })
})

test('as a component', () => {
  const { statistics, totals } = count('qmqtt.pcap')
  const props = { ...dataOf(statistics, totals), state: statsAtFirst(false), width: 80, height: 24, theme: PLAIN, timeText: () => '' }
  const frame = renderToString(createElement(Lines, { lines: statsLines(props), width: props.width, height: props.height }), { columns: 80 })
  expect(frame.split('\n').map((line) => plain(line).trimEnd()).join('\n').trimEnd()).toBe(statsLines(props).map((line) => plain(line).trimEnd()).join('\n').trimEnd())
})
