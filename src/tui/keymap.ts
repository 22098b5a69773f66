/**
 * All keys in one table: the help, the footer and `mqtap --keys` are made of it, and a configuration file may change it (`"keys": {"quit": ["q", "Q"]}`).
 *
 * A key has the name that the terminal layer gives it (`up`, `ctrl-d`, `enter`), or is the character itself (`j`, `G`, `?`); the blank is `space`. Inside one view
 * a key has one meaning. Plain data and functions of it: the command line loads this without the screens.
 */
import stringWidth from 'string-width'
import { nearestName } from '../analysis/fields/nearest-name.ts'
import { printable } from '../bytes/printable.ts'
import { VIEW_NAMES, type ViewAction, type ViewName } from './view.ts'

/** What concerns the whole program, whatever view is on the screen. */
export type ProgramAction =
  | 'view-1' | 'view-2' | 'view-3' | 'view-4' | 'view-5'
  | 'filter' | 'search' | 'next-hit' | 'previous-hit' | 'command' | 'follow' | 'pause' | 'export' | 'report'
  | 'unmute' | 'time-format'
  | 'help' | 'redraw' | 'suspend' | 'climb' | 'quit' | 'quit-now' | 'stop'

export type Action = ViewAction | ProgramAction

export interface Binding {
  readonly action: Action
  /** Names of keys; the footer shows the first one. */
  readonly keys: readonly string[]
  /** A sentence for the help. */
  readonly does: string
  readonly views: 'all' | readonly ViewName[]
  /** A word for the footer; none where the key needs no telling. */
  readonly hint?: string
  /** Where a view means something more exact by it. */
  readonly inView?: Readonly<Partial<Record<ViewName, { readonly does: string; readonly hint?: string }>>>
}

/** The order is that of the help; the footer has what belongs to a view first (`footerOrder`). */
export const KEY_TABLE: readonly Binding[] = [
  { action: 'view-1', keys: ['1'], does: 'Clients', views: 'all' },
  { action: 'view-2', keys: ['2'], does: 'Packets', views: 'all' },
  { action: 'view-3', keys: ['3'], does: 'Flow of a connection', views: 'all' },
  { action: 'view-4', keys: ['4'], does: 'Findings', views: 'all' },
  { action: 'view-5', keys: ['5'], does: 'Statistics', views: 'all' },

  { action: 'up', keys: ['up', 'k'], does: 'Up one row', views: 'all' },
  { action: 'down', keys: ['down', 'j'], does: 'Down one row', views: 'all' },
  { action: 'half-page-up', keys: ['ctrl-u'], does: 'Up half a page', views: 'all' },
  { action: 'half-page-down', keys: ['ctrl-d'], does: 'Down half a page', views: 'all' },
  { action: 'page-up', keys: ['page-up'], does: 'Up a page', views: 'all' },
  { action: 'page-down', keys: ['page-down'], does: 'Down a page', views: 'all' },
  { action: 'first', keys: ['g', 'home'], does: 'To the first row', views: 'all' },
  { action: 'last', keys: ['G', 'end'], does: 'To the last row', views: 'all' },
  { action: 'left', keys: ['left', 'h'], does: 'Fold, or scroll to the left', views: 'all' },
  { action: 'right', keys: ['right', 'l'], does: 'Unfold, or scroll to the right', views: 'all' },

  {
    action: 'open', keys: ['enter'], does: 'Descend into the row', views: 'all',
    inView: {
      clients: { does: 'Flow of the connection', hint: 'flow' },
      packets: { does: 'To the detail, and unfold there', hint: 'expand' },
      flow: { does: 'To the packet', hint: 'packet' },
      findings: { does: 'Unfold, or go to the packet', hint: 'packet' },
      stats: { does: 'Unfold, or packets of the topic', hint: 'open' },
    },
  },
  {
    action: 'packets', keys: ['p'], does: 'Packets of the connection', views: ['clients', 'findings', 'stats'], hint: 'packets',
    inView: { stats: { does: 'Packets of the topic and all below it', hint: 'all below' } },
  },
  {
    action: 'findings', keys: ['!'], does: 'Findings of the connection', views: ['clients', 'packets', 'flow', 'findings'], hint: 'findings',
    inView: { findings: { does: 'Least severity that is listed', hint: 'severity' } },
  },
  { action: 'evidence', keys: ['E'], does: 'Evidence in the flow', views: ['findings'], hint: 'evidence' },
  { action: 'mute', keys: ['m'], does: 'Mute the rule', views: ['findings'], hint: 'mute' },
  { action: 'unmute', keys: ['M'], does: 'Muted rules again', views: ['findings'] },
  { action: 'other-half', keys: ['o'], does: 'The other half of the exchange', views: ['packets', 'flow'], hint: 'other half' },
  {
    action: 'previous', keys: ['['], does: 'To the previous exchange', views: ['packets', 'flow', 'findings'], hint: 'back',
    inView: { packets: { does: 'To the finding before', hint: 'back' }, findings: { does: 'To the finding before', hint: 'back' } },
  },
  {
    action: 'next', keys: [']'], does: 'To the next exchange', views: ['packets', 'flow', 'findings'], hint: 'next',
    inView: { packets: { does: 'To the next finding', hint: 'next' }, findings: { does: 'To the next finding', hint: 'next' } },
  },
  { action: 'reference', keys: ['='], does: 'Times since this row; again: no more', views: ['packets', 'flow'], hint: 'time ref' },
  { action: 'time-format', keys: ['t'], does: 'Times: elapsed, since the last row, of day', views: ['packets', 'flow'], hint: 'times' },
  {
    action: 'form', keys: ['v'], does: 'Another form of the view', views: ['clients', 'flow', 'findings', 'stats'], hint: 'form',
    inView: {
      clients: { does: 'Earlier connections together, or each', hint: 'form' },
      flow: { does: 'What the server passed on to whom', hint: 'fan-out' },
      findings: { does: 'Group by statement, or by client', hint: 'group' },
      stats: { does: 'Overview, topics, clients, types', hint: 'topics/clients/types' },
    },
  },
  { action: 'sort', keys: ['s'], does: 'Another order', views: ['clients', 'findings', 'stats'], hint: 'sort' },
  { action: 'interval', keys: ['i'], does: 'Another window of time for rates', views: ['stats'], hint: 'interval' },
  { action: 'compress', keys: ['z'], does: 'A row for each exchange', views: ['flow'], hint: 'compress' },
  { action: 'pings', keys: ['P'], does: 'Hide or show PINGREQ and PINGRESP', views: ['packets', 'flow'], hint: 'pings' },
  { action: 'colour', keys: ['c'], does: 'Colour by direction, exchange or QoS', views: ['flow'], hint: 'colour' },
  { action: 'mark', keys: ['x'], does: 'Mark the packet', views: ['packets'], hint: 'mark' },
  { action: 'next-mark', keys: ['X'], does: 'To the next marked packet', views: ['packets'] },
  { action: 'frame-bytes', keys: ['b'], does: 'Bytes of the frame, or of the packet', views: ['packets'], hint: 'bytes' },
  { action: 'copy', keys: ['y'], does: 'Copy to the clipboard of the terminal', views: 'all', hint: 'copy' },

  { action: 'next-pane', keys: ['tab'], does: 'To the next pane', views: ['clients', 'packets', 'findings'], hint: 'pane' },
  { action: 'previous-pane', keys: ['shift-tab'], does: 'To the pane before', views: ['clients', 'packets', 'findings'] },
  { action: 'maximise', keys: ['\\'], does: 'This pane alone, or all', views: ['clients', 'packets', 'findings'], hint: 'maximise' },
  { action: 'swap-layout', keys: ['|'], does: 'Panes side by side, or stacked', views: ['packets'], hint: 'layout' },
  { action: 'grow', keys: ['+'], does: 'Make the pane larger', views: ['clients', 'packets', 'findings'] },
  { action: 'shrink', keys: ['-'], does: 'Make the pane smaller', views: ['clients', 'packets', 'findings'] },

  { action: 'filter', keys: ['/'], does: 'Filter: hides rows', views: 'all', hint: 'filter' },
  { action: 'search', keys: ['ctrl-f'], does: 'Search: keeps all rows', views: 'all', hint: 'search' },
  { action: 'next-hit', keys: ['n'], does: 'To the next hit', views: 'all' },
  { action: 'previous-hit', keys: ['N'], does: 'To the hit before', views: 'all' },
  { action: 'command', keys: [':'], does: 'Go to a packet, or a command', views: 'all', hint: 'go to' },
  { action: 'follow', keys: ['f'], does: 'Follow the newest row', views: 'all', hint: 'follow' },
  { action: 'pause', keys: ['space'], does: 'Pause the display; the capture goes on', views: 'all', hint: 'pause' },
  { action: 'export', keys: ['e'], does: 'Write the filtered packets to a pcapng file', views: 'all', hint: 'export' },
  { action: 'report', keys: ['w'], does: 'Write a report', views: 'all', hint: 'report' },

  { action: 'help', keys: ['?'], does: 'This help', views: 'all', hint: 'help' },
  { action: 'redraw', keys: ['ctrl-l'], does: 'Draw the screen anew', views: 'all' },
  { action: 'suspend', keys: ['ctrl-z'], does: 'Back to the shell; fg comes back', views: 'all' },
  { action: 'climb', keys: ['escape', 'backspace'], does: 'Climb to where you came from', views: 'all' },
  { action: 'quit', keys: ['q'], does: 'Climb, then quit', views: 'all', hint: 'quit' },
  { action: 'quit-now', keys: ['Q'], does: 'Quit at once', views: 'all' },
  { action: 'stop', keys: ['ctrl-c'], does: 'Stop the capture, then quit', views: 'all' },
]

export const ACTIONS: readonly Action[] = KEY_TABLE.map(({ action }) => action)

/** Each ends the program, at once or pressed again. One of them must stay on a key. */
const ENDS: readonly Action[] = ['quit', 'quit-now', 'stop']

// ---- Names of keys

/** How a key is called on the screen. */
const LABELS: Readonly<Record<string, string>> = {
  up: 'Up', down: 'Down', left: 'Left', right: 'Right', home: 'Home', end: 'End', 'page-up': 'PgUp', 'page-down': 'PgDn', enter: 'Enter', escape: 'Esc', tab: 'Tab',
  'shift-tab': 'Shift-Tab', backspace: 'Backspace', delete: 'Del', space: 'Space',
}

/** Terminals send the same for these as for the keys beside them. */
const SENT_AS: Readonly<Record<string, string>> = { 'ctrl-h': 'backspace', 'ctrl-i': 'tab', 'ctrl-j': 'enter', 'ctrl-m': 'enter' }

const CONTROL_KEYS: readonly string[] = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `ctrl-${letter}`).filter((name) => !(name in SENT_AS))

export const KEY_NAMES: readonly string[] = [...Object.keys(LABELS), ...CONTROL_KEYS]

const NAMED: ReadonlySet<string> = new Set(KEY_NAMES)

/** What people also write, in lower case. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  esc: 'escape', return: 'enter', pgup: 'page-up', pgdn: 'page-down', pagedown: 'page-down', pageup: 'page-up', del: 'delete', ' ': 'space',
}

/** `Ctrl-D`, `PgUp`, `G`. */
export function keyLabel(key: string): string {
  return LABELS[key] ?? (CONTROL_KEYS.includes(key) ? `Ctrl-${key.slice('ctrl-'.length).toUpperCase()}` : printable(key))
}

/** One code point that shows as something, as the terminal layer tells it; no blank, which is `space`. */
function isCharacter(key: string): boolean {
  return [...key].length === 1 && key.trim() !== '' && printable(key) === key
}

// ---- Changes

export type KeyChanges = Readonly<Record<string, readonly string[]>>

export interface KeyMistake {
  /** Below `keys`: `quit[1]`; empty for all of it. */
  readonly path: string
  /** Without a capital letter or a full stop, as messages of the command line are. */
  readonly sentence: string
  readonly hint: string | null
}

export type ParsedKeys = { readonly ok: true; readonly changes: KeyChanges } | { readonly ok: false; readonly mistake: KeyMistake }

/**
 * The `keys` object of a configuration file: the keys of some actions, instead of those in the table. An empty list takes all keys from an action. What an action
 * is given here, an action that is not named here loses.
 */
export function parseKeys(value: unknown): ParsedKeys {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mistake('', 'an object is needed, as {"quit": ["q", "Q"]}')
  const changes: Record<string, string[]> = {}
  for (const [name, keys] of Object.entries(value)) {
    // Safe in messages, whatever the file holds.
    const shown = printable(name, LONGEST_SHOWN)
    const binding = KEY_TABLE.find(({ action }) => action === name)
    if (binding === undefined) {
      const nearest = nearestName(name, ACTIONS)
      return mistake('', `there is no action ${shown}`, nearest === null ? 'mqtap --keys lists them all.' : `Did you mean ${nearest}?`)
    }
    if (!Array.isArray(keys)) return mistake(name, 'a list of keys is needed, as ["q", "ctrl-d"]')
    const known: string[] = []
    for (const [index, key] of keys.entries()) {
      const found = keyOf(key)
      if (!found.ok) return mistake(`${name}[${index}]`, found.sentence, found.hint)
      if (known.includes(found.key)) return mistake(`${name}[${index}]`, `the key ${keyLabel(found.key)} is in this list twice`)
      const other = Object.keys(changes).find((action) => changes[action]!.includes(found.key) && meet(action as Action, binding.action))
      if (other !== undefined) return mistake(`${name}[${index}]`, `the key ${keyLabel(found.key)} is that of ${other} already`, `Both are keys of ${placesText(other as Action, binding.action)}.`)
      known.push(found.key)
    }
    changes[name] = known
  }
  const keymap = new Keymap(changes)
  const locked = VIEW_NAMES.find((view) => ENDS.every((action) => keymap.keysOf(action, view).length === 0))
  if (locked !== undefined) return mistake('', `no key would end the program in ${VIEW_TITLES[locked]}: ${ENDS.join(', ')} have none`)
  return { ok: true, changes }
}

/** More of a name that is wrong says nothing. */
const LONGEST_SHOWN = 40

/** Of the views, as tabs show them. */
export const VIEW_TITLES: Readonly<Record<ViewName, string>> = { clients: 'Clients', packets: 'Packets', flow: 'Flow', findings: 'Findings', stats: 'Stats' }

function mistake(path: string, sentence: string, hint: string | null = null): ParsedKeys {
  return { ok: false, mistake: { path, sentence, hint } }
}

type FoundKey = { readonly ok: true; readonly key: string } | { readonly ok: false; readonly sentence: string; readonly hint: string | null }

function keyOf(value: unknown): FoundKey {
  if (typeof value !== 'string') return { ok: false, sentence: 'the name of a key is needed, as "q" or "ctrl-d"', hint: null }
  if (isCharacter(value)) return { ok: true, key: value }
  // `Ctrl-D`, as the screens write it.
  const lower = value.toLowerCase()
  const name = NAMED.has(lower) ? lower : Object.hasOwn(OTHER_NAMES, lower) ? OTHER_NAMES[lower]! : null
  if (name !== null) return { ok: true, key: name }
  const shown = value === '' ? '""' : printable(value, LONGEST_SHOWN)
  const same = Object.hasOwn(SENT_AS, lower) ? SENT_AS[lower]! : undefined
  if (same !== undefined) return { ok: false, sentence: `terminals send ${same} for ${shown}`, hint: null }
  const nearest = nearestName(value, KEY_NAMES)
  return {
    ok: false, sentence: `there is no key ${shown}`,
    hint: nearest === null ? `A key is one character, or one of ${Object.keys(LABELS).join(', ')}, ctrl-a to ctrl-z.` : `Did you mean ${nearest}?`,
  }
}

function viewsOf(action: Action): readonly ViewName[] {
  const { views } = bindingOf(action)
  return views === 'all' ? VIEW_NAMES : views
}

/** Whether there is a view that has both. */
function meet(one: Action, other: Action): boolean {
  return viewsOf(one).some((view) => viewsOf(other).includes(view))
}

function placesText(one: Action, other: Action): string {
  const both = viewsOf(one).filter((view) => viewsOf(other).includes(view))
  return both.length === VIEW_NAMES.length ? 'every view' : both.map((view) => VIEW_TITLES[view]).join(', ')
}

// ---- The keys in force

/** A row of the help. */
export interface KeyRow {
  readonly action: Action
  /** Names of keys; none where the action has no key. */
  readonly keys: readonly string[]
  readonly does: string
}

export class Keymap {
  readonly #byView: ReadonlyMap<ViewName, ReadonlyMap<string, Binding>>
  readonly #changes: KeyChanges

  /** `changes`: as parseKeys makes them. */
  constructor(changes: KeyChanges = {}) {
    this.#changes = changes
    this.#byView = new Map(VIEW_NAMES.map((view) => {
      const keys = new Map<string, Binding>()
      // What was changed goes before what was not.
      for (const changed of [true, false]) {
        for (const binding of KEY_TABLE) {
          if (Object.hasOwn(changes, binding.action) !== changed || !isIn(binding, view)) continue
          for (const key of this.#given(binding)) if (!keys.has(key)) keys.set(key, binding)
        }
      }
      return [view, keys]
    }))
  }

  #given({ action, keys }: Binding): readonly string[] {
    return Object.hasOwn(this.#changes, action) ? this.#changes[action]! : keys
  }

  #bindingOf(key: string, view: ViewName): Binding | undefined {
    return this.#byView.get(view)!.get(key)
  }

  /** Null where the key means nothing in this view. */
  actionOf(key: string, view: ViewName): Action | null {
    return this.#bindingOf(key === ' ' ? 'space' : key, view)?.action ?? null
  }

  /** Names of the keys that an action has in a view. */
  keysOf(action: Action, view: ViewName): readonly string[] {
    const binding = bindingOf(action)
    return this.#given(binding).filter((key) => this.#bindingOf(key, view) === binding)
  }

  /** The footer: `Enter flow  p packets  ? help`, as many keys as fit into `width` columns. The help is among them as long as there is room for anything. */
  hintsFor(view: ViewName, width: number): string {
    const help = this.#hint(bindingOf('help'), view)
    const room = help === null ? width : width - stringWidth(help) - GAP.length
    const fitting: string[] = []
    let used = 0
    for (const binding of footerOrder(view)) {
      const hint = this.#hint(binding, view)
      if (hint === null) continue
      const more = stringWidth(hint) + (fitting.length === 0 ? 0 : GAP.length)
      if (used + more > room) break
      fitting.push(hint)
      used += more
    }
    const text = [...fitting, ...(help === null ? [] : [help])].join(GAP)
    return stringWidth(text) <= width ? text : ''
  }

  #hint(binding: Binding, view: ViewName): string | null {
    const hint = binding.inView?.[view]?.hint ?? binding.hint
    const key = this.keysOf(binding.action, view)[0]
    return hint === undefined || key === undefined ? null : `${keyLabel(key)} ${hint}`
  }

  /** Rows of the help: of one view with what its keys do there, or what keys do everywhere. What belongs to the view alone comes first. */
  table(view?: ViewName): KeyRow[] {
    if (view === undefined) {
      return KEY_TABLE.filter((binding) => binding.views === 'all' && !VIEW_NAMES.every((each) => binding.inView?.[each] !== undefined))
        .map((binding) => ({ action: binding.action, keys: this.#anywhere(binding), does: binding.does }))
    }
    return [...this.own(view), ...KEY_TABLE.filter((binding) => isIn(binding, view) && !isOwn(binding, view)).map((binding) => this.#row(binding, view))]
  }

  /** Only what a view does not share with all others, or what a key means there in its own way. */
  own(view: ViewName): KeyRow[] {
    return KEY_TABLE.filter((binding) => isIn(binding, view) && isOwn(binding, view)).map((binding) => this.#row(binding, view))
  }

  #row(binding: Binding, view: ViewName): KeyRow {
    return { action: binding.action, keys: this.keysOf(binding.action, view), does: binding.inView?.[view]?.does ?? binding.does }
  }

  /** Names of the keys that the action has in at least one view. */
  #anywhere(binding: Binding): readonly string[] {
    return this.#given(binding).filter((key) => VIEW_NAMES.some((view) => this.#bindingOf(key, view) === binding))
  }
}

const GAP = '  '

function bindingOf(action: Action): Binding {
  return KEY_TABLE.find((binding) => binding.action === action)!
}

function isIn({ views }: Binding, view: ViewName): boolean {
  return views === 'all' || views.includes(view)
}

function isOwn({ views, inView }: Binding, view: ViewName): boolean {
  return views !== 'all' || inView?.[view] !== undefined
}

/** What only some views have, or mean in their own way; then what all have. The help stands at the end by itself. */
function footerOrder(view: ViewName): Binding[] {
  const bindings = KEY_TABLE.filter((binding) => binding.action !== 'help' && isIn(binding, view))
  return [...bindings.filter((binding) => isOwn(binding, view)), ...bindings.filter((binding) => !isOwn(binding, view))]
}
