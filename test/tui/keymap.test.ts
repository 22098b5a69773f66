import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ACTIONS, KEY_NAMES, KEY_TABLE, Keymap, parseKeys, type KeyMistake } from '../../src/tui/keymap.ts'
import { VIEW_NAMES, type ViewName } from '../../src/tui/view.ts'

const mistakeIn = (value: unknown): KeyMistake => {
  const parsed = parseKeys(value)
  if (parsed.ok) throw new Error('there is no mistake')
  return parsed.mistake
}
const keymapWith = (value: unknown): Keymap => {
  const parsed = parseKeys(value)
  if (!parsed.ok) throw new Error(parsed.mistake.sentence)
  return new Keymap(parsed.changes)
}

describe('the table', () => {
  test.each(VIEW_NAMES)('no key of %s has two meanings', (view) => {
    const keys = KEY_TABLE.filter(({ views }) => views === 'all' || views.includes(view)).flatMap((binding) => binding.keys)
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
  })

  test('has each action once, each with a key that there is', () => {
    expect(new Set(ACTIONS).size).toBe(ACTIONS.length)
    for (const { action, keys } of KEY_TABLE) {
      expect(keys.length, action).toBeGreaterThan(0)
      expect(parseKeys({ [action]: keys }), action).toEqual({ ok: true, changes: { [action]: keys } })
    }
  })

  test('says what a view means by a key only of views that have it', () => {
    for (const { action, views, inView = {} } of KEY_TABLE) {
      expect(Object.keys(inView).filter((view) => views !== 'all' && !views.includes(view as ViewName)), action).toEqual([])
    }
  })

  test('is loaded without Node.js and without the screens', () => {
    const source = readFileSync(new URL('../../src/tui/keymap.ts', import.meta.url), 'utf8')
    expect([...source.matchAll(/from '(.*)'/g)].map(([, from]) => from)).toEqual([
      'string-width', '../analysis/fields/nearest-name.ts', '../bytes/printable.ts', './view.ts',
    ])
  })
})

describe('keys in force', () => {
  const keymap = new Keymap()

  test.each([
    ['1', 'stats', 'view-1'], ['3', 'findings', 'view-3'], ['E', 'findings', 'evidence'], ['e', 'findings', 'export'], ['E', 'flow', null], ['i', 'stats', 'interval'], ['i', 'packets', null],
    [' ', 'clients', 'pause'], ['space', 'clients', 'pause'], ['p', 'clients', 'packets'], ['P', 'flow', 'pings'], ['escape', 'flow', 'climb'], ['backspace', 'flow', 'climb'], ['ctrl-c', 'stats', 'stop'],
    ['toString', 'stats', null], ['', 'stats', null],
  ] as const)('%j in %s: %s', (key, view, action) => {
    expect(keymap.actionOf(key, view)).toBe(action)
  })

  test('each view can be left, ended and explained', () => {
    for (const view of VIEW_NAMES) {
      for (const action of ['help', 'quit', 'quit-now', 'stop', 'climb', 'view-1', 'view-5'] as const) expect(keymap.keysOf(action, view), `${action} in ${view}`).not.toEqual([])
    }
  })
})

describe('the footer', () => {
  const keymap = new Keymap()

  test.each([
    ['clients', 70, 'Enter flow  p packets  ! findings  v form  s sort  Tab pane  ? help'],
    ['stats', 60, 'Enter open  p all below  v topics/clients/types  ? help'],
    ['stats', 30, 'Enter open  ? help'],
    ['stats', 8, '? help'],
    ['stats', 5, ''],
  ] as const)('%s, %d columns', (view, width, text) => {
    expect(keymap.hintsFor(view, width)).toBe(text)
  })

  test('never wider than there is room, and the help is in it', () => {
    for (const view of VIEW_NAMES) {
      for (let width = 6; width < 320; width++) {
        const text = keymap.hintsFor(view, width)
        expect(text.length).toBeLessThanOrEqual(width)
        expect(text.endsWith('? help')).toBe(true)
      }
    }
  })

  test('names keys as they were changed, and none that are gone', () => {
    const changed = keymapWith({ help: ['漢'], sort: [], packets: ['ctrl-p', 'p'] })
    expect(changed.hintsFor('clients', 56)).toBe('Enter flow  Ctrl-P packets  ! findings  v form  漢 help')
  })
})

describe('changes', () => {
  test('take the place of what the table says', () => {
    const keymap = keymapWith({ quit: ['q', 'ctrl-x'], suspend: [] })
    expect(keymap.actionOf('ctrl-x', 'flow')).toBe('quit')
    expect(keymap.actionOf('q', 'flow')).toBe('quit')
    expect(keymap.actionOf('ctrl-z', 'flow')).toBeNull()
  })

  test('take a key from an action that is not among them, in the views that both have', () => {
    const keymap = keymapWith({ mark: ['q'] })
    expect(keymap.actionOf('q', 'packets')).toBe('mark')
    expect(keymap.actionOf('q', 'stats')).toBe('quit')
    expect(keymap.keysOf('quit', 'packets')).toEqual([])
    expect(keymap.own('packets').find(({ action }) => action === 'mark')?.keys).toEqual(['q'])
  })

  test('may swap two keys', () => {
    const keymap = keymapWith({ up: ['j'], down: ['k'] })
    expect([keymap.actionOf('j', 'stats'), keymap.actionOf('k', 'stats'), keymap.actionOf('up', 'stats')]).toEqual(['up', 'down', null])
  })

  test('may give one key to two actions that no view has both', () => {
    const keymap = keymapWith({ evidence: ['f'], interval: ['f'] })
    expect([keymap.actionOf('f', 'findings'), keymap.actionOf('f', 'stats'), keymap.actionOf('f', 'flow')]).toEqual(['evidence', 'interval', 'follow'])
  })

  test.each([['Ctrl-D', 'ctrl-d'], ['PgUp', 'page-up'], ['Esc', 'escape'], ['Return', 'enter'], [' ', 'space'], ['ü', 'ü'], ['😀', '😀']])('know the key %s', (written, key) => {
    expect(parseKeys({ help: [written] })).toEqual({ ok: true, changes: { help: [key] } })
  })

  test.each<[unknown, KeyMistake]>([
    [[], { path: '', sentence: 'an object is needed, as {"quit": ["q", "Q"]}', hint: null }],
    [null, { path: '', sentence: 'an object is needed, as {"quit": ["q", "Q"]}', hint: null }],
    [{ qiut: ['q'] }, { path: '', sentence: 'there is no action qiut', hint: 'Did you mean quit?' }],
    [{ constructor: ['q'] }, { path: '', sentence: 'there is no action constructor', hint: 'mqtap --keys lists them all.' }],
    [{ '\x1b]0;x': ['q'] }, { path: '', sentence: 'there is no action \\x1b]0;x', hint: 'mqtap --keys lists them all.' }],
    [{ quit: 'q' }, { path: 'quit', sentence: 'a list of keys is needed, as ["q", "ctrl-d"]', hint: null }],
    [{ quit: ['q', 7] }, { path: 'quit[1]', sentence: 'the name of a key is needed, as "q" or "ctrl-d"', hint: null }],
    [{ quit: ['ctrl+d'] }, { path: 'quit[0]', sentence: 'there is no key ctrl+d', hint: 'Did you mean ctrl-d?' }],
    [{ quit: ['ctrl-m'] }, { path: 'quit[0]', sentence: 'terminals send enter for ctrl-m', hint: null }],
    [{ quit: ['\x1b'] }, { path: 'quit[0]', sentence: 'there is no key \\x1b', hint: `A key is one character, or one of ${KEY_NAMES.slice(0, 15).join(', ')}, ctrl-a to ctrl-z.` }],
    [{ quit: ['q', 'q'] }, { path: 'quit[1]', sentence: 'the key q is in this list twice', hint: null }],
    [{ quit: ['q'], help: ['?', 'q'] }, { path: 'help[1]', sentence: 'the key q is that of quit already', hint: 'Both are keys of every view.' }],
    [{ sort: ['z'], mute: ['z'] }, { path: 'mute[0]', sentence: 'the key z is that of sort already', hint: 'Both are keys of Findings.' }],
    [{ quit: [], 'quit-now': [], stop: [] }, { path: '', sentence: 'no key would end the program in Clients: quit, quit-now, stop have none', hint: null }],
    [{ quit: [], 'quit-now': [], interval: ['ctrl-c'] }, { path: '', sentence: 'no key would end the program in Stats: quit, quit-now, stop have none', hint: null }],
  ])('%j is a mistake', (value, told) => {
    expect(mistakeIn(value)).toEqual(told)
  })
})

describe('the help', () => {
  test('of a view has all that its keys do, what belongs to it first', () => {
    const rows = new Keymap().table('findings')
    expect(rows[0]).toEqual({ action: 'open', keys: ['enter'], does: 'Unfold, or go to the packet' })
    expect(rows.find(({ action }) => action === 'evidence')).toEqual({ action: 'evidence', keys: ['E'], does: 'Evidence in the flow' })
    expect(rows.map(({ action }) => action).sort()).toEqual(KEY_TABLE.filter(({ views }) => views === 'all' || views.includes('findings')).map(({ action }) => action).sort())
  })

  test('of all views and each for itself together have every action', () => {
    const keymap = new Keymap()
    const told = new Set([...keymap.table(), ...VIEW_NAMES.flatMap((view) => keymap.own(view))].map(({ action }) => action))
    expect(ACTIONS.filter((action) => !told.has(action))).toEqual([])
  })
})
