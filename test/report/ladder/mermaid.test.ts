import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printable } from '../../../src/bytes/printable.ts'
import { mermaidText } from '../../../src/report/ladder/mermaid.ts'
import { answered, note, part, sent, TITLE } from './build.ts'
import type { LadderRow } from '../../../src/report/ladder/ladder.ts'

const text = (rows: readonly LadderRow[], title: Partial<typeof TITLE> = {}) => mermaidText({ title: { ...TITLE, ...title }, rows })
const lines = (rows: readonly LadderRow[]) => text(rows).trimEnd().split('\n').slice(4)

test('a diagram', () => {
  expect(text([
    note(0, 'TCP connection opened', { remark: '0.412 + 0.038 ms' }),
    sent(1, 'CONNECT', ['clean', 'ka 30 s'], part(1, 'begins', { kind: 'connect', answers: false })),
    answered(2, 'CONNACK Success', ['alias maximum 10'], part(1, 'ends', { kind: 'connect', leg: 3.419 })),
    answered(3, 'PUBLISH #18 q2 plant/7/order', ['12 B'], part(2, 'begins', { kind: 'publish-qos2', answers: false })),
    sent(4, 'PUBREC #18', [], part(2, 'goes-on', { kind: 'publish-qos2', leg: 41.071, cause: { cause: 'nagle', duration: 40.9e6 } })),
    answered(5, 'PUBREL #18', [], part(2, 'goes-on', { kind: 'publish-qos2', leg: 0.49, answers: false })),
    { ...sent(2000, 'TCP sent 4 bytes again', [], { kind: 'tcp', by: 'server', remark: '2 segments' }) },
    sent(2001, 'PUBCOMP #18', [], part(2, 'ends', { kind: 'publish-qos2', leg: 1995, total: 2036.6, remark: 'likely' })),
    { kind: 'gap', by: 'server', bytes: 1204 },
    { kind: 'left-out', packets: 12 },
    answered(2002, 'DISCONNECT Session taken over', [], { mark: '!' }),
    note(2003, 'taken over by stream 5', { mark: '~' }),
  ])).toBe(`%% plc-7, MQTT 5.0, stream 3, 10.0.0.21:50122 to 10.0.0.2:1883
sequenceDiagram
  participant c as plc-7
  participant b as broker
  Note over c,b: TCP connection opened (0.412 + 0.038 ms)
  c->>b: CONNECT clean ka 30 s
  b-->>c: CONNACK Success alias maximum 10 (3.419 ms)
  b->>c: PUBLISH #35;18 q2 plant/7/order 12 B
  c-->>b: PUBREC #35;18 (41.071 ms, nagle 40.9 ms)
  b->>c: PUBREL #35;18 (0.490 ms)
  Note over c,b: ... 2.00 s ...
  Note over b: TCP sent 4 bytes again (2 segments)
  c-->>b: PUBCOMP #35;18 (1995.000 ms, qos2 2036.600 ms, likely)
  Note over c,b: 1,204 bytes missing from the capture, broker to client
  Note over c,b: ... 12 more packets ...
  b->>c: ! DISCONNECT Session taken over
  Note over c,b: ~ taken over by stream 5
`)
})

/**
 * What mermaid 11.17 was tried with: its parser took 4,000 texts put together from these and from arbitrary characters, and gave each of them back as it was.
 * Written as they are, `;` ends a statement, `#` begins a comment, and `%%{…}%%` changes the settings of the page.
 */
describe('text that means something to mermaid', () => {
  test.each([
    ['a;b', 'a#59;b'], ['a#b', 'a#35;b'], ['#59;', '#35;59#59;'], ['a:b', 'a#58;b'], ['<br/>', '#60;br/#62;'], ['->>', '-#62;#62;'], ['&lt;', '#38;lt#59;'],
    ['%%{init: {}}%%', '#37;#37;#123;init#58; #123;#125;#125;#37;#37;'], ['$$x$$', '#36;#36;x#36;#36;'], ['"`', '#34;#96;'], ['a\\nb', 'a#92;nb'], ['温度/🚗', '温度/🚗'], ['end', 'end'],
  ])('%s', (raw, written) => {
    expect(lines([sent(0, `PUBLISH ${raw}`)])).toEqual([`  c->>b: PUBLISH ${written}`])
  })

  test('in the comment, nothing begins a directive', () => {
    expect(text([], { client: '%%{init: {"theme": "dark"}}%%' })).toMatch(/^%% ___init: _"theme": "dark"____, MQTT 5\.0, /)
  })

  test('a line is a line, whatever is in it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (raw) => {
      const words = `x${printable(raw)}`
      const [head, diagram, ...rest] = text([sent(0, `A ${words}`), note(1, words, { remark: words })], { client: words }).trimEnd().split('\n')
      expect([head!.slice(0, 3), diagram, rest.length]).toEqual(['%% ', 'sequenceDiagram', 4])
      for (const line of rest) expect(line).toMatch(/^ {2}(?:participant [cb] as|c->>b:|Note over c,b:) [^;:<>{}%"`]*(?:#\d+;[^;:<>{}%"`]*)*$/)
    }))
  })
})

test('not longer than mermaid draws', () => {
  const rows = Array.from({ length: 5_000 }, (_, index) => sent(index, `PUBLISH #${index} q1 plant/7/temp`))
  const drawn = text(rows)
  expect(drawn.length).toBeLessThanOrEqual(50_000)
  expect(drawn.length).toBeGreaterThan(40_000)
  expect(drawn).toMatch(/PUBLISH #35;0 [\s\S]*Note over c,b: \.\.\. [\d,]+ more packets \.\.\.[\s\S]*PUBLISH #35;4999 /)
  const [, left] = /\.\.\. ([\d,]+) more/.exec(drawn)!
  expect(Number(left!.replace(',', '')) + drawn.match(/PUBLISH/g)!.length).toBe(5_000)
})
