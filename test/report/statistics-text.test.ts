import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { Statistics } from '../../src/analysis/statistics/statistics.ts'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { statisticsText, type StatisticsTextOptions } from '../../src/report/statistics-text.ts'
import { CAPTURES, count } from '../analysis/statistics/count.ts'
import { connack311, connack5, connect311, connect5, pingreq, pingresp, puback, publish, Site } from '../analysis/statistics/site.ts'
import { CLOCK } from './build.ts'
import { TOTALS } from './totals.ts'
import type { CaptureTotals } from '../../src/analysis/pipeline.ts'

const OPTIONS: StatisticsTextOptions = { palette: PLAIN, utc: true, filter: null, top: 20, sort: 'bytes', unicode: true }

const text = ({ statistics }: Site, options: Partial<StatisticsTextOptions> = {}, totals: Partial<CaptureTotals> = {}) =>
  statisticsText(statistics, { ...TOTALS, ...totals }, CLOCK, { ...OPTIONS, ...options })
/** The moments of a capture, as in all summaries, may take more. */
const tooWide = (whole: string) => whole.split('\n').filter((line) => stringWidth(line) > 80 && !line.startsWith('Time '))
/** The lines of the table whose first line matches. */
const table = (whole: string, header: RegExp) => {
  const section = whole.split('\n\n').find((part) => header.test(part.split('\n')[0]!))
  return section?.trimEnd().split('\n').slice(1) ?? null
}

describe.each(CAPTURES)('%s', (name) => {
  const { statistics, totals, clock } = count(name)
  const made = (options: Partial<StatisticsTextOptions> = {}) => statisticsText(statistics, totals, clock, { ...OPTIONS, ...options })

  test('fits 80 columns', () => {
    for (const top of [1, 5, 20]) expect(tooWide(made({ top }))).toEqual([])
  })

  test('colour is only colour', () => {
    expect(made({ palette: ANSI }).replace(/\x1b\[[\d;]*m/g, '')).toBe(made())
  })

  test('ASCII where the terminal knows no more', () => {
    // What stands for left out text is as in all other output.
    expect(made({ unicode: false }).replaceAll('…', '')).toMatch(/^[\n -~]*$/)
  })
})

describe('the first lines', () => {
  const lines = (site: Site, options: Partial<StatisticsTextOptions> = {}, totals: Partial<CaptureTotals> = {}) => text(site.end(), options, totals).split('\n\n')[0]!.trimEnd().split('\n').slice('firstTime' in totals ? 3 : 4)
  const two = () => {
    const site = new Site()
    site.open(4001).client(connect311('plc-7')).server(connack311()).close()
    return site
  }

  test('packets and rates', () => {
    expect(lines(two(), {}, { packets: 2 })).toEqual([
      'MQTT packets    2, 23 bytes', 'Packets/s       0.00 on average', 'Bytes/s         0.04 on average',
    ])
    const three = new Site()
    const line = three.open(4001).client(connect311('plc-7')).server(connack311())
    three.wait(500)
    line.client(pingreq).close()
    expect(lines(three, {}, { packets: 3, lastTime: 500e6 })).toEqual([
      'MQTT packets    3, 25 bytes', 'Packets/s       6.00 on average, 200 at most (over 10.0ms)', 'Bytes/s         50.0 on average, 2,300 at most (over 10.0ms)',
    ])
  })

  test('of some packets', () => {
    expect(lines(two(), { filter: 'mqtt.msgtype == CONNECT' }, { packets: 7_000 }).slice(0, 2)).toEqual([
      'Filter          mqtt.msgtype == CONNECT', 'MQTT packets    2 of 7,000, 23 bytes',
    ])
  })

  test('a capture without times', () => {
    expect(lines(two(), {}, { packets: 2, firstTime: null, lastTime: null })).toEqual(['MQTT packets    2, 23 bytes'])
  })

  test('an interval that was too short', () => {
    const site = new Site({ rateBuckets: 4 }, 1e6)
    const line = site.open(4001).client(connect311('plc-7'))
    site.wait(100)
    line.client(pingreq)
    expect(lines(site).at(-1)).toBe('                The capture is too long for the interval chosen; it was doubled until it fit.')
  })

  test('what was not followed because of a limit', () => {
    const whole = statisticsText(new Statistics(LIMITS.statistics), { ...TOTALS, exchangesLeftOut: 1_204, sessionsForgotten: 2 }, CLOCK, OPTIONS)
    expect(whole).toContain('\nLeft out        1,204 exchanges: too many were open at once\nForgotten       2 Sessions of clients: there were too many, or the client was away for more than a day\n')
  })

  test('bytes that are no packets', () => {
    const site = new Site()
    site.open(4001).client('1603010200010001fc0303')
    expect(lines(site, {}, { packets: 0, frames: 3 })).toEqual(['MQTT packets    none in 3 frames', 'Not framed      1 run of bytes (type UNFRAMED), 11 bytes'])
  })

  test('nothing', () => {
    const whole = statisticsText(new Statistics(LIMITS.statistics), { ...TOTALS, files: [], packets: 0, frames: 0, firstTime: null, lastTime: null }, null, OPTIONS)
    expect(whole.split('\n').slice(-2)).toEqual(['MQTT packets    none in 0 frames', ''])
    expect(whole).not.toContain('\n\n')
  })
})

describe('clients', () => {
  const busy = (clients: number, limits = {}) => {
    const site = new Site(limits)
    for (let index = 1; index <= clients; index++) {
      site.open(4000 + index).client(connect311(`c${index}`)).server(connack311()).client(...Array.from({ length: index }, () => publish('t', { payload: 'x' }))).close()
    }
    return site.end()
  }

  test('those with most bytes first, and how many more there are', () => {
    expect(table(text(busy(5), { top: 2 }), /^CLIENT +PACKETS/)).toEqual([
      'c5            7   6   1     50  46   4        5   5   0', 'c4            6   5   1     44  40   4        4   4   0', '… 3 more',
    ])
  })

  test('--top 0: no lists', () => {
    expect(text(busy(5), { top: 0 })).not.toMatch(/CLIENT|TOPIC/)
  })

  test('in order of packets', () => {
    const site = new Site()
    site.open(4001).client(connect311('large')).server(connack311()).client(publish('t', { payload: 'x'.repeat(100) })).close()
    site.open(4002).client(connect311('many')).server(connack311()).client(pingreq, pingreq, pingreq).close()
    const order = (sort: 'bytes' | 'packets') => table(text(site, { sort }), /^CLIENT +PACKETS/)!.map((line) => line.split(' ')[0])
    site.end()
    expect([order('bytes'), order('packets')]).toEqual([['large', 'many'], ['many', 'large']])
  })

  test('those that found no place are one line', () => {
    expect(table(text(busy(3, { clients: 1 })), /^CLIENT +PACKETS/)).toEqual(['c1              3   2   1     26  22   4        1   1   0', '… others        9   7   2     70  62   8        5   5   0'])
  })

  test('answers that found no place are counted', () => {
    const site = new Site({ clientTimes: 1 })
    for (const port of [4001, 4002]) site.open(port).client(connect311(`c${port}`)).server(connack311()).client(publish('t', { qos: 1 })).server(puback(1)).close()
    expect(table(text(site.end()), /QOS 1/)?.at(-1)).toBe('… 1 answer of further clients, too many to be told each for itself')
  })

  test('the same identifier at two servers', () => {
    const site = new Site()
    for (const [port, serverPort] of [[4001, 1883], [4002, 2883]] as const) site.open(port, { serverPort }).client(connect311('gw')).server(connack311()).close()
    expect(table(text(site.end()), /^CLIENT +PACKETS/)?.map((line) => line.split('  ')[0])).toEqual(['gw 10.0.0.2:1883', 'gw 10.0.0.2:2883'])
  })

  test('reconnects, the most first', () => {
    const site = new Site()
    site.open(4001).client(connect311('steady')).server(connack311()).close()
    site.open(4002).client(connect311('guest')).server(connack311(5)).close()
    for (const port of [4003, 4004, 4005]) site.wait(250).open(port).client(connect311('flaps')).server(connack311()).close()
    expect(table(text(site.end()), /RECONNECTS/)).toEqual(['flaps             3           2        0           0    250ms  250ms', 'guest             1           0        1           0        -      -'])
  })

  test('in flight, the closest to its limit first', () => {
    const site = new Site()
    const send = (number: number) => Array.from({ length: number }, (_, index) => publish('t', { qos: 1, identifier: index + 1, v5: true }))
    site.open(4001).client(connect5('calm')).server(connack5({ receiveMaximum: 100 })).client(...send(2)).close()
    site.open(4002).client(connect5('fast')).server(connack5({ receiveMaximum: 3 })).client(...send(4)).close()
    site.open(4003).client(connect311('old')).server(connack311()).client(publish('t', { qos: 1 })).close()
    const whole = text(site.end(), { palette: ANSI })
    expect(table(whole.replace(/\x1b\[[\d;]*m/g, ''), /IN FLIGHT/)).toEqual([
      'fast    ->                   4                3  beyond', 'calm    ->                   2              100', 'old     ->                   1                -',
    ])
    expect(whole).toContain(`${ANSI.yellow}fast`)
  })

  test('keep alive, the least margin first', () => {
    const site = new Site()
    for (const [port, name, silence] of [[4001, 'calm', 1_500], [4002, 'late', 18_000]] as const) {
      const line = site.open(port).client(connect311(name, { keepAlive: 10 })).server(connack311())
      site.wait(silence)
      line.client(pingreq).close()
    }
    const whole = text(site.end(), { palette: ANSI })
    expect(table(whole.replace(/\x1b\[[\d;]*m/g, ''), /KEEP ALIVE/)).toEqual(['late           10s            18.0s  -20.0%', 'calm           10s            1.50s   90.0%'])
    expect(whole).toContain(`${ANSI.yellow}late`)
  })
})

describe('topics', () => {
  const site = (topics: readonly string[], limits = {}) => {
    const made = new Site(limits)
    made.open(4001).client(connect311('c')).server(connack311()).client(...topics.map((topic) => publish(topic, { payload: '' }))).close()
    return made.end()
  }
  /** Names with numbers of messages. */
  const told = (made: Site, options: Partial<StatisticsTextOptions> = {}) => table(text(made, options), /^TOPIC/)?.map((line) => line.replace(/^( *\S.*?) {2,}(\d+) .*$/, '$1: $2'))

  test('a tree, the largest first; what does not branch is one line', () => {
    expect(told(site(['a/b/c', 'plant/7/temp', 'plant/7/state', 'plant/8/temp', 'plant/7/temp']))).toEqual([
      'plant: 4', '  7: 3', '    temp: 2', '    state: 1', '  8/temp: 1', 'a/b/c: 1',
    ])
  })

  test('a topic that others go on from has its own line', () => {
    expect(told(site(['a', 'a', 'a/b/c', 'a/b/c']))).toEqual(['a: 4', '  b/c: 2'])
  })

  test('as many lines as wanted; what is not shown stands together', () => {
    const many = site(['plant/7/temp', 'plant/7/temp', 'plant/7/state', 'plant/8', 'x', 'y'])
    expect(told(many, { top: 3 })).toEqual(['plant: 4', '  7: 3', '    temp: 2', '    … 1 more: 1', '  … 1 more: 1', '… 2 more: 2'])
  })

  test('where nothing below a level has a line, it says so itself', () => {
    expect(told(site(['plant/7', 'plant/8', 'plant/9', 'x']), { top: 1 })).toEqual(['plant/…: 3', '… 1 more: 1'])
    expect(told(site(['a/1', 'a/2'], { topicsBelow: 0 }))).toEqual(['… others: 2'])
    expect(told(site(['a/1', 'a/2'], { topicLevels: 1 }))).toEqual(['a/…: 2'])
  })

  test('topics that found no place', () => {
    expect(told(site(['a/1', 'a/2', 'a/3', 'a/4', 'b'], { topicsBelow: 2 }))).toEqual(['a: 4', '  1: 1', '  2: 1', '  … others: 2', 'b: 1'])
    expect(told(site(['a/1', 'a/2', 'a/3', 'a/4', 'b'], { topicsBelow: 2 }), { top: 2 })?.slice(0, 3)).toEqual(['a: 4', '  1: 1', '  … 1 + others: 3'])
  })

  test('topics that are not known', () => {
    const made = new Site()
    made.open(4001, { syn: false }).client(connect5('c')).server(connack5()).client('3007000003230001 78'.replaceAll(' ', ''))
    expect(told(made.end())).toEqual(['(topic not known): 1'])
  })

  test('text from the wire is safe, and cut where it is long', () => {
    const whole = text(site(['t\u001b]0;owned\u0007/\u202ex', 'long/'.repeat(40), 'two words', '計測/温度']))
    expect(whole).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(told(site(['two words', '/']))).toEqual(['"two words": 1', '/: 1'])
    expect(tooWide(whole)).toEqual([])
  })
})

test('exchanges, and those that were not all answered well', () => {
  const site = new Site()
  site.open(4001).client(connect311('c')).server(connack311()).client(publish('t', { qos: 1 })).server(puback(1)).close()
  expect(text(site)).not.toContain('NO ANSWER')
  site.open(4002).client(connect311('d')).server(connack311(5)).close()
  const line = site.open(4003).client(connect311('e')).server(connack311()).client(publish('t', { qos: 1 }), pingreq)
  site.wait(2.5)
  line.server(pingresp).close()
  const whole = text(site.end())
  expect(table(whole, /^EXCHANGE.* P50/)).toEqual([
    'CONNECT        ->          3   0.000  0.000  0.000  0.000  0.000', 'PUBLISH QoS 1  ->          1   0.000  0.000  0.000  0.000  0.000',
    'PING           ->          1   2.500  2.500  2.500  2.500  2.500',
  ])
  expect(table(whole, /NO ANSWER/)).toEqual(['CONNECT        ->          3       1          -            -', 'PUBLISH QoS 1  ->          1       -          1            -'])
})
