import { renderToString } from 'ink'
import { createElement } from 'react'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { PACKET_FIELDS } from '../../src/analysis/fields.ts'
import { compileFilter } from '../../src/analysis/filter/filter.ts'
import { filterCompletions, filterState } from '../../src/tui/model/filter-field.ts'
import { EMPTY_LINE, lineWith, reduceLine, type LineState } from '../../src/tui/model/line-editor.ts'
import { Lines } from '../../src/tui/parts/lines.tsx'
import { promptLines } from '../../src/tui/parts/prompt-lines.ts'
import { Prompts } from '../../src/tui/prompts.ts'
import { themeOf } from '../../src/tui/theme.ts'

describe('state', () => {
  test.each(['', '  ', 'mqtt', 'mqtt.topic == "a"', 'mqtt.msgtype == PUBLISH and not mqtt.dupflag'])('%j is a filter', (text) => {
    expect(filterState(text)).toEqual({ valid: true, message: null, question: null, at: null })
  })

  test.each([
    ['mqtt.topc == "a"', 'No field is named mqtt.topc. Did you mean mqtt.topic?', 0, 9],
    ['mqtt.qos ==', 'The filter ends where a field or a value is missing.', 11, 11],
    ['mqtt.qos = 1', '"=" is not an operator: write == to compare.', 9, 10],
    ['mqtt.topic == "a" \u202e', '"\\u{202e}" was not expected here: an operator such as == or "and" is missing.', 18, 19],
  ])('%j is none', (text, message, start, end) => {
    expect(filterState(text)).toEqual({ valid: false, message, question: /Did you mean .*$/.exec(message)?.[0] ?? null, at: { start, end } })
  })
})

describe('completion', () => {
  const at = (marked: string) => filterCompletions(marked.replace('|', ''), marked.indexOf('|')).options

  test.each([
    ['mqtt.top|', 'mqtt.topic'], ['mqtt.qos == 1 and mqtt.top|', 'mqtt.topic'], ['(mqtt.top|)', 'mqtt.topic'], ['!mqtt.top|', 'mqtt.topic'], ['len(mqtt.top|', 'mqtt.topic'],
    ['mqtt.len == mqtt.will|', 'mqtt.willtopic_len'],
    ['topic_|', 'topic_matches('], ['n|', 'not'], ['|', 'mqtt.topic'],
    ['mqtt.msgtype == P|', 'PUBLISH'], ['mqtt.msgtype == |', 'SUBSCRIBE'], ['mqtt.msgtype in {PUBLISH, SUB|', 'SUBACK'], ['mqtt.msgtype not in {|', 'CONNECT'],
    ['mqtt.qos == "At l|', '"At least once"'], ['mqtt.connack.reason_code == "not a|', '"Not authorized"'], ['mqtt.retain == t|', 'true'],
    ['mqtt.topic |', 'contains'], ['mqtt.topic c|', 'contains'], ['mqtt.len |', '>='], ['mqtt.topic == "a" |', 'and'], ['mqtt.topic == "a" o|', 'or'], ['(mqtt.qos == 1) |', 'and'],
  ])('%j offers %s', (marked, option) => {
    expect(at(marked)).toContain(option)
  })

  test.each(['mqtt.topic == "mqtt.to|', 'mqtt.topic == |', '"a" |', 'mqtt.topic contains |', 'mqtt.topic[|', 'mqtt.topic == "a\\" |'])('%j offers nothing', (marked) => {
    expect(at(marked)).toEqual([])
  })

  test('a field that is written in full is not offered again', () => {
    expect(at('mqtt.topic|')).not.toContain('mqtt.topic')
  })

  test('takes the place of the word before the cursor', () => {
    expect(filterCompletions('mqtt.qos == 1 and mqtt.top', 26).start).toBe(18)
    expect(filterCompletions('mqtt.qos == "At l', 17).start).toBe(12)
    expect(filterCompletions('mqtt.qos == ', 12).start).toBe(12)
  })

  test('whatever is offered can stand there', () => {
    for (const { field, names, kind } of PACKET_FIELDS.sources) {
      for (const value of at(`${field.name} == |`)) expect(compileFilter(`${field.name} == ${value}`, PACKET_FIELDS).ok, `${field.name} == ${value}`).toBe(true)
      for (const value of at(`${field.name} in {|`)) expect(compileFilter(`${field.name} in {${value}}`, PACKET_FIELDS).ok, `${field.name} in {${value}}`).toBe(true)
      const operators = at(`${field.name} |`)
      expect(operators).toEqual(expect.arrayContaining(['and', 'or']))
      for (const operator of operators.slice(0, -2)) {
        const value = names === null ? LITERALS[kind] : `"${names.spelled[0]!}"`
        const literal = operator === 'matches' ? '"a"' : value
        const filter = `${field.name} ${operator} ${operator === 'in' ? `{${literal}}` : literal}`
        expect(compileFilter(filter, PACKET_FIELDS).ok, filter).toBe(true)
      }
    }
  })

  const LITERALS = { presence: '', boolean: 'true', number: '1', text: '"a"', bytes: '01:02', address4: '10.0.0.1', address6: '::1', time: '"2026-01-01 00:00:00"', duration: '0.5' } as const
})

describe('the prompt', () => {
  const theme = themeOf(false, true)
  const lines = (state: LineState, width: number, completions: readonly string[] = [], check = filterState(state.text)) =>
    promptLines({ theme, width, label: 'filter', line: state, check, completions }).map((text) => text.replace(/\x1b\[7m(.*?)\x1b\[0m/g, '<$1>').replace(/\x1b\[\d*m/g, ''))

  test('valid, in a word', () => {
    expect(lines(lineWith('mqtt.qos == 1'), 40)).toEqual(['filter: mqtt.qos == 1< >             valid'])
  })

  test('nothing is said of an empty field', () => {
    expect(lines(EMPTY_LINE, 40)).toEqual(['filter: < >'])
  })

  test('a mistake, with a mark under it and what was meant', () => {
    expect(lines({ ...lineWith('mqtt.topc == "a"'), cursor: 0 }, 80)).toEqual([
      'filter: <m>qtt.topc == "a"                                                 mistake',
      '        ^~~~~~~~~ No field is named mqtt.topc. Did you mean mqtt.topic?',
    ])
  })

  test('the message stands before the mark where there is more room', () => {
    expect(lines(lineWith('mqtt.qos == 1 and mqtt.topic == "a" and mqtt.topc == "b"'), 80)).toEqual([
      'filter: mqtt.qos == 1 and mqtt.topic == "a" and mqtt.topc == "b"< >        mistake',
      '                       Did you mean mqtt.topic? ^~~~~~~~~',
    ])
  })

  test('what is being written is unfinished, and no mistake', () => {
    const state = lineWith('mqtt.top')
    expect(lines(state, 50, filterCompletions(state.text, state.cursor).options)).toEqual([
      'filter: mqtt.top< >                                ?',
      '        mqtt.topic  mqtt.topic_len',
    ])
    expect(lines(lineWith('mqtt.qos =='), 68)).toEqual([
      'filter: mqtt.qos ==< >                                               ?',
      '                   ^ The filter ends where a field or a value is mi~',
    ])
  })

  test.each([
    ['mqtt.qos ==', '                   ^ The filter ends where a field or a value is missing.'],
    ['mqtt.clientid_len == "a"', '                             ^~~ mqtt.clientid_len is a number: compare it with one, such as 1 or 0x10, not with text.'],
  ])('Enter tells what is wrong with %s, until the next key', (text, told) => {
    const prompts = new Prompts(() => [])
    prompts.ask('filter', text)
    const shown = () => promptLines({ theme, width: 130, ...prompts.props! }).map((line) => line.replace(/\x1b\[\d*m/g, ''))
    expect(shown()[0]).toMatch(/ \?$/)
    expect(prompts.key({ kind: 'key', name: 'enter' })).toBeNull()
    expect(shown()[0]).toMatch(/ mistake$/)
    expect(shown()[1]).toBe(told)
    prompts.key({ kind: 'key', name: 'end' })
    expect(shown()[0]).toMatch(/ \?$/)
  })

  test('Tab marks what it has put into the field, between brackets', () => {
    const context = { history: [], complete: filterCompletions }
    let state = lineWith('mqtt.msgtype == PUB')
    for (const expected of [
      '        PUBLISH  PUBACK  PUBREC  PUBREL',
      '        <[PUBLISH]>  PUBACK  PUBREC  PUBREL',
      '        PUBLISH  <[PUBACK]>  PUBREC  PUBREL',
    ]) {
      expect(lines(state, 45, filterCompletions(state.text, state.cursor).options)[1]).toBe(expected)
      state = reduceLine(state, { kind: 'key', name: 'tab' }, context)!
    }
    state = reduceLine(state, { kind: 'key', name: 'tab' }, context)!
    expect(state.text).toBe('mqtt.msgtype == PUBREL')
    expect(lines(state, 20)[1]).toBe('        <[PUBREL]>')
  })

  test('fits any width', () => {
    for (const text of ['mqtt.topc == "a"', `mqtt.topic == "${'漢'.repeat(60)}" and x`, 'mqtt.to', '']) {
      for (let width = 20; width <= 120; width++) {
        for (const cursor of [0, text.length]) {
          const made = promptLines({ theme, width, label: 'filter', line: { ...lineWith(text), cursor }, check: filterState(text), completions: filterCompletions(text, cursor).options })
          expect(made.length).toBeLessThanOrEqual(2)
          for (const each of made) expect(stringWidth(each), `${text} ${width}`).toBeLessThanOrEqual(width)
        }
      }
    }
  })

  test('as a component', () => {
    const frame = renderToString(createElement(Lines, { lines: promptLines({ theme, width: 40, label: 'go to', line: lineWith('4711'), check: null, completions: [] }), width: 40, height: 1 }), { columns: 40 })
    expect(frame.replace(/\x1b\[\d*m/g, '').trimEnd()).toBe('go to: 4711')
  })
})
