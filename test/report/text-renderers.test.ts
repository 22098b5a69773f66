import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { PacketDecoder } from '../../src/mqtt/decoder.ts'
import { decodeFields } from '../../src/mqtt/detail.ts'
import { ByteDumpRenderer } from '../../src/report/byte-dump.ts'
import { ANSI, PLAIN } from '../../src/report/colour.ts'
import { DetailRenderer } from '../../src/report/packet-detail.ts'
import { LineRenderer } from '../../src/report/packet-line.ts'
import { TimeColumn } from '../../src/report/time-format.ts'
import { ascii, bytes, CLOCK, connection, decoded, event, packetBytes, prefixed, publish } from './build.ts'
import { AUTHENTICATION_DATA, DUP_PROBLEM, PASSWORD, SAMPLES } from './samples.ts'
import type { PacketEvent } from '../../src/mqtt/packet-event.ts'
import type { PacketRenderer } from '../../src/report/renderer.ts'
import type { TimeStyle } from '../../src/report/time-format.ts'

const decoder = new PacketDecoder(LIMITS.mqtt)
const decodeTree = (shown: PacketEvent) => decodeFields(decoder, shown)
const time = (style: TimeStyle = 'relative') => new TimeColumn(style, true, () => CLOCK)
const BASE = { palette: PLAIN, payload: 'preview', payloadBytes: 4096, showSecrets: false, header: false } as const

const lines = (changes: object = {}) => new LineRenderer({ ...BASE, time: time(), ...changes })
const details = (changes: object = {}) => new DetailRenderer({ ...BASE, time: time(), ...changes }, decodeTree)

function render(renderer: PacketRenderer, events: readonly PacketEvent[]): string {
  return renderer.begin() + events.map((shown) => renderer.packet(shown, null)).join('') + renderer.end()
}

/** All samples, numbered and a little apart. */
function samples(): PacketEvent[] {
  return Object.values(SAMPLES).map((sample, index) => ({ ...sample(), number: index + 1, frame: index + 4, firstSeenFrame: index + 4, time: index * 1_250_000 }))
}

describe('every packet type', () => {
  test('as lines', async () => {
    await expect(render(lines({ header: true }), samples())).toMatchFileSnapshot('golden/lines.txt')
  })

  test('in detail, with bytes', async () => {
    await expect(render(new ByteDumpRenderer(details(), false, decodeTree), samples())).toMatchFileSnapshot('golden/details.txt')
  })
})

describe('lines', () => {
  const ping = (changes: Partial<PacketEvent>) => event({ type: 'PINGREQ', flags: 0 }, changes)

  test('a long client identifier is cut at what every server must accept, and columns stay even', () => {
    const long = connection({ clientIdentifier: 'a-very-long-client-identifier-of-a-gateway' })
    const text = render(lines(), [ping({ connection: long }), ping({})])
    expect(text).toContain(' a-very-long-client-ide… ->  PINGREQ\n')
    expect(text).toContain(' plc-7                   ->  PINGREQ\n')
  })

  test('wide characters count for two', () => {
    const wide = connection({ clientIdentifier: '温度計123' })
    expect(render(lines(), [ping({ connection: wide })])).toContain(' 温度計123  ->')
  })

  test('the identifier that CONNACK assigns takes the place of the address', () => {
    const assigned = connection({ clientIdentifier: '' })
    const renderer = lines()
    expect(renderer.packet(ping({ connection: assigned }))).toContain(' 10.0.0.21:50122 ->')
    assigned.clientIdentifier = 'auto-1'
    expect(renderer.packet(ping({ connection: assigned }))).toContain(' auto-1          ->')
  })

  test('a packet without a time has none, and the next one counts from the one before', () => {
    const text = render(lines(), [ping({ time: 1e9 }), ping({ time: NaN }), ping({ time: 1_500_000_000 })])
    expect(text.split('\n').map((line) => line.slice(6, 25))).toEqual(['   1.000000        ', '          -        ', '   1.500000  +500ms', ''])
  })

  test('time that runs backwards', () => {
    expect(render(lines(), [ping({ time: 2e9 }), ping({ time: 1e9 })])).toContain('   1.000000  -1.00s ')
  })

  test('with --time delta there is no second delta', () => {
    expect(render(lines({ time: time('delta'), header: true }), [ping({ time: 5e9 }), ping({ time: 5_000_000_001 })])).toBe([
      '    NO       TIME CLIENT     DIR PACKET         ID Q INFO',
      '    17   0.000000 plc-7      ->  PINGREQ',
      '    17 0.000000001 plc-7      ->  PINGREQ',
      '',
    ].join('\n'))
  })

  test('each problem is a line with the number of its packet', () => {
    const problems = [DUP_PROBLEM, { ...DUP_PROBLEM, severity: 'warning', statements: [], start: 4, end: 9 } as const]
    expect(render(lines(), [publish({}, ascii('x'), { problems })]).split('\n').slice(1)).toEqual([
      '    17 ! error DUP is set on a QoS 0 PUBLISH [publish.dup-on-qos0, MQTT-3.3.1-2, byte 0]',
      '    17 ~ warning DUP is set on a QoS 0 PUBLISH [publish.dup-on-qos0, bytes 4-8]',
      '',
    ])
  })

  test.each([
    ['note', 'i'],
    ['warning', '~'],
    ['error', '!'],
  ] as const)('a packet whose worst problem is of severity %s begins with %s', (severity, mark) => {
    const problems = [{ ...DUP_PROBLEM, severity: 'note' } as const, { ...DUP_PROBLEM, severity }]
    expect(render(lines(), [publish({}, ascii('x'), { problems })])[0]).toBe(mark)
  })

  test('colour changes nothing but colour', () => {
    const coloured = render(lines({ palette: ANSI, header: true }), samples())
    expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(render(lines({ header: true }), samples()))
    expect(coloured).not.toBe(render(lines({ header: true }), samples()))
  })
})

describe('payloads in lines', () => {
  const shown = (payload: Uint8Array, mode: string, payloadBytes = 4096) =>
    render(lines({ payload: mode, payloadBytes }), [publish({ topicName: 't' }, payload)]).split(' B')[1]!.trim()
  const json = ascii('{ "a": [1.50, 12345678901234567890], "b": "x y" }')

  test.each([
    ['nothing', ascii(''), 'preview', ''],
    ['short text', ascii('21.5'), 'preview', '"21.5"'],
    ['long text is cut', ascii('x'.repeat(40)), 'preview', `"${'x'.repeat(32)}"…`],
    ['but not where it is asked for', ascii('x'.repeat(40)), 'text', `"${'x'.repeat(40)}"`],
    ['a cut never splits a character', ascii(`${'x'.repeat(31)}é and more`), 'preview', `"${'x'.repeat(31)}"…`],
    ['a character that the payload itself cuts off is no text', bytes('c3'), 'preview', '0xc3'],
    ['binary', bytes('00ff80'), 'preview', '0x00ff80'],
    ['long binary is cut', new Uint8Array(20), 'preview', `0x${'00'.repeat(12)}…`],
    ['text as hex', ascii('21.5'), 'hex', '0x32312e35'],
    ['not at all', ascii('21.5'), 'none', ''],
    ['JSON keeps its numbers as they stand', json, 'json', '{"a":[1.50,12345678901234567890],"b":"x y"}'],
    ['what is no JSON', ascii('{a}'), 'json', '"{a}"'],
    ['line breaks and tabs', ascii('a\n\tb'), 'preview', '"a\\x0a\\x09b"'],
    ['control characters are binary', ascii('a\u0007'), 'preview', '0x6107'],
  ])('%s', (_name, payload, mode, text) => {
    expect(shown(payload, mode)).toBe(text)
  })

  test('--payload-bytes cuts the others', () => {
    expect(shown(ascii('abcdef'), 'text', 4)).toBe('"abcd"…')
    expect(shown(ascii('abcdef'), 'hex', 4)).toBe('0x61626364…')
    expect(shown(ascii('{"a":1}'), 'json', 4)).toBe('"{"a""…')
  })
})

describe('details', () => {
  test('JSON is laid out where it is asked for', () => {
    const shown = decoded(packetBytes(0x30, prefixed('t'), [0], ascii('{"a":[1,{}],"b":2}')))
    expect(render(details({ payload: 'json' }), [shown]).split('Payload: ')[1]).toBe([
      '', '{', '  "a": [', '    1,', '    {}', '  ],', '  "b": 2', '}', '',
    ].join('\n                 ').trimEnd() + '\n')
  })

  test('the frames of a packet in several segments', () => {
    const pieces = [7, 8, 9].map((frame, index) => ({ start: index * 10, frame, position: -1 }))
    expect(render(details(), [publish({}, ascii('x'), { frame: 9, pieces })])).toContain(', frames 7, 8, 9, ')
    expect(render(details(), [publish({}, ascii('x'), { frame: 12, firstSeenFrame: 9, pieces })])).toContain(', frames 7, 8, 9 (complete in frame 12), ')
  })

  test('a problem without a field of its own stands at the end', () => {
    const problem = { ...DUP_PROBLEM, start: 0, end: 9999 }
    expect(render(details(), [decoded(packetBytes(0xc0), { problems: [problem] })]).split('\n').at(-2)).toMatch(/^ {13}! error DUP .*bytes 0-9998\]$/)
  })
})

describe('secrets', () => {
  const secretSamples = () => [SAMPLES['CONNECT 5.0 with all it may have']!(), SAMPLES.AUTH!()]
  const everything = (showSecrets: boolean) => {
    const options = { showSecrets }
    return render(lines(options), secretSamples()) + render(new ByteDumpRenderer(details(options), showSecrets, decodeTree), secretSamples())
  }
  const dumped = (text: string) => [...Buffer.from(text)].map((byte) => byte.toString(16))

  test('are hidden in every view', () => {
    const text = everything(false)
    const hex = text.replace(/\n +\d{4} {2}/g, ' ').replace(/ {2,}\S+/g, ' ')
    for (const secret of [PASSWORD, AUTHENTICATION_DATA]) {
      expect(text).not.toContain(secret)
      expect(hex).not.toContain(dumped(secret.slice(0, 3)).join(' '))
    }
    expect(text).toContain('** **')
  })

  test('are shown where the user asks for them', () => {
    const text = everything(true)
    expect(text).toContain(`password "${PASSWORD}"`)
    expect(text).toContain(dumped('ter2').join(' '))
    expect(text).not.toContain('**')
  })

  test('are hidden where a damaged CONNECT does not let the password be told apart', () => {
    const cut = decoded(packetBytes(0x10, prefixed('MQTT'), [4, 0xc2, 0, 0], prefixed('c'), prefixed('u'), [0, 99], ascii(PASSWORD)), { version: '3.1.1' })
    const text = render(new ByteDumpRenderer(details(), false, decodeTree), [cut])
    expect(text).toContain('Not decoded: ***')
    expect(text).not.toContain(PASSWORD.slice(0, 4))
    expect(text).not.toContain('68 75 6e')
  })
})

describe('hostile text from the wire', () => {
  const hostile = 'a\u001b]0;owned\u0007\u001b[2J\r\nb\u202etxt.exe\u2066\u009b1m\u200b'
  const everywhere: PacketEvent[] = [
    publish({ topicName: hostile, properties: [{ id: 38, name: 'userProperty', value: [hostile, hostile] }] }, ascii(hostile), {
      connection: connection({ clientIdentifier: hostile }),
    }),
    publish({ topicName: '' }, ascii(hostile), { resolvedTopicName: hostile }),
    decoded(packetBytes(0x10, prefixed('MQTT'), [4, 0xc6, 0, 0], prefixed(hostile.slice(0, 9)), prefixed('\u001b[t'), prefixed('\u001b[w'), prefixed('\u001b[u'), prefixed('\u001b[p'))),
    decoded(packetBytes(0x82, [0, 1, 0], prefixed('\u001b[f\n'), [0])),
  ]
  const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

  test.each(['preview', 'text', 'json'])('reaches no terminal, payloads as %s', (payload) => {
    for (const renderer of [lines({ payload, showSecrets: true }), details({ payload, showSecrets: true })]) {
      const text = render(new ByteDumpRenderer(renderer, true, decodeTree), everywhere)
      expect(UNSAFE.exec(text)).toBeNull()
    }
  })

  test('cannot make a line of its own', () => {
    expect(render(lines(), everywhere).split('\n').filter((line) => !/^[ !~i] +17 /.test(line))).toEqual([''])
  })
})
