/**
 * The lines around a view: what is captured and how it stands, the tabs of the views, the filter or a message, and the keys. Pure.
 *
 * ```
 *  mqtap live eth0   LIVE FOLLOW   00:04:12   48,211 pkts   12 clients   ! 3  ~ 9
 *  [1 Clients] 2 Packets  3 Flow  4 Findings  5 Stats
 *  …
 *  filter: mqtt.qos > 0                                              row 3 of 1,310
 *  Enter flow  p packets  ! findings  s sort  / filter  ? help  q quit
 * ```
 */
import cliProgress from 'cli-progress'
import stringWidth from 'string-width'
import { counted, grouped, shortened } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import { SEVERITY_MARK, severityColour } from '../../report/colour.ts'
import { fitted, spaces } from '../../report/fit.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import { keyLabel, VIEW_TITLES, type Keymap } from '../keymap.ts'
import { VIEW_NAMES, type ViewName } from '../view.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { Theme } from '../theme.ts'

export interface HeaderFacts {
  /** Where the capture comes from: file names, `live eth0`. */
  readonly source: string
  /** `LIVE FOLLOW`, `PAUSED (+231)`, `EOF`. */
  readonly state: string
  /** How much was read, from 0 to 1; null where nobody knows, or all was. */
  readonly progress: number | null
  /** Nanoseconds between the first and the last frame; NaN where there are no times, below 0 where a clock was set back. */
  readonly duration: number
  readonly packets: number
  /** Packets that the filter lets through; null where all are shown. */
  readonly shown: number | null
  readonly connections: number
  readonly findings: Readonly<Record<Severity, number>>
  /** Packets whose bytes are not kept any more. */
  readonly evicted: number
  /** Frames that were not captured; null where nobody knows. */
  readonly dropped: number | null
}

/** `live` is the name of a live capture, null for files. */
export function sourceText(files: readonly string[], live: string | null): string {
  const named = (name: string) => (name === '-' ? 'standard input' : name)
  return live === null ? files.map((file) => named(file.replace(/^.*[/\\]/, ''))).join(', ') : `live ${named(live)}`
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note']
const GAP = '   '
/** Of a long name, so much is always shown. */
const LEAST_NAME = 10

export function headerLine(facts: HeaderFacts, width: number, theme: Theme): string {
  const { palette } = theme
  const { state, progress, packets, shown, connections, findings, evicted, dropped } = facts
  const counts = SEVERITIES.filter((severity) => findings[severity] > 0)
  const found = counts.map((severity) => `${SEVERITY_MARK[severity]} ${shortened(findings[severity])}`)
  // In the order of their weight: what does not fit is left out from the end.
  const parts = [
    progress === null ? state : progressText(progress, theme),
    ...(found.length === 0 ? [] : [found.join('  ')]),
    counted(packets, 'pkt'),
    ...(shown === null ? [] : [`showing ${grouped(shown)}`]),
    ...(evicted === 0 ? [] : [`evicted ${grouped(evicted)}`]),
    ...(dropped === null || dropped === 0 ? [] : [`lost ${grouped(dropped)}`]),
    ...(facts.duration >= 0 ? [clockText(facts.duration)] : []),
    counted(connections, 'conn'),
  ]
  let fitting = parts
  const name = `mqtap ${printable(facts.source)}`
  const least = Math.min(stringWidth(name), 'mqtap '.length + LEAST_NAME)
  while (fitting.length > 1 && 1 + least + GAP.length + stringWidth(fitting.join(GAP)) > width) fitting = fitting.slice(0, -1)
  const rest = fitting.join(GAP)
  const shownName = fitted(name, Math.max(0, width - 1 - GAP.length - stringWidth(rest)))
  const colouredCounts = counts.map((severity, index) => `${severityColour(palette, severity)}${found[index]!}${palette.reset}`).join('  ')
  const coloured = fitting.map((part, index) => (index === 1 && found.length > 0 ? colouredCounts : index === 0 ? `${palette.bold}${part}${palette.reset}` : part)).join(GAP)
  return ` ${palette.bold}${shownName}${palette.reset}${GAP}${coloured}`
}

const BAR = 12

function progressText(progress: number, { glyphs: { bars } }: Theme): string {
  const bar = cliProgress.Format.BarFormat(progress, { barsize: BAR, barCompleteString: bars[bars.length - 1]!.repeat(BAR), barIncompleteString: (bars.length > 8 ? '░' : '.').repeat(BAR), barGlue: '' })
  return `${bar} ${String(Math.floor(progress * 100)).padStart(2)} %`
}

/** `00:04:12`; days are counted in hours. */
function clockText(nanoseconds: number): string {
  const seconds = Math.floor(nanoseconds / 1e9)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** The tabs, that of the view between brackets; at the right a few words about it. */
export function tabLine(view: ViewName, words: string, keymap: Keymap, width: number, { palette: { bold, dim, reset } }: Theme): string {
  const tabs = VIEW_NAMES.map((name, order) => {
    const key = keymap.keysOf(`view-${order + 1 as 1 | 2 | 3 | 4 | 5}`, view)[0]
    return { name, text: `${key === undefined ? '' : `${keyLabel(key)} `}${VIEW_TITLES[name]}` }
  })
  const plain = tabs.map(({ name, text }) => (name === view ? `[${text}]` : ` ${text} `)).join('')
  const line = tabs.map(({ name, text }) => (name === view ? `${bold}[${text}]${reset}` : ` ${text} `)).join('')
  const room = width - 1 - stringWidth(plain) - 2
  if (room < 0) return fitted(` ${plain}`, width)
  const said = room < 8 ? '' : fitted(words, room)
  return ` ${line}${said === '' ? '' : `${spaces(room + 2 - stringWidth(said))}${dim}${said}${reset}`}`
}

/** The two lines at the bottom: a message, or else the filter, and the keys. A message that is too long for one line has both. */
export function bottomLines({ message, filter, place, view, keymap, width, theme }: BottomFacts): string[] {
  if (message !== null && 1 + stringWidth(message) > width) {
    const { bold, reset } = theme.palette
    const [first = '', ...rest] = wrapped(message, ' ', width)
    return [`${bold}${first}${reset}`, `${bold}${fitted(` ${rest.map((line) => line.trim()).join(' ')}`, width)}${reset}`]
  }
  return [statusLine(message, filter, place, width, theme), footerLine(view, keymap, width, theme)]
}

export interface BottomFacts {
  readonly message: string | null
  readonly filter: string
  /** Where the cursor is. */
  readonly place: string
  readonly view: ViewName
  readonly keymap: Keymap
  readonly width: number
  readonly theme: Theme
}

/** A message, or else the filter; at the right where the cursor is, where the message leaves room. */
export function statusLine(message: string | null, filter: string, place: string, width: number, { palette: { bold, dim, reset } }: Theme): string {
  const at = stringWidth(place) + 3 > width || (message !== null && stringWidth(message) + stringWidth(place) + 3 > width) ? '' : place
  const room = width - 1 - (at === '' ? 0 : stringWidth(at) + 2)
  const text = fitted(message ?? `filter: ${filter === '' ? '-' : printable(filter)}`, room)
  const line = message === null ? `${filter === '' ? dim : ''}${text}${filter === '' ? reset : ''}` : `${bold}${text}${reset}`
  return ` ${line}${at === '' ? '' : `${spaces(width - 1 - stringWidth(text) - stringWidth(at))}${at}`}`
}

export function footerLine(view: ViewName, keymap: Keymap, width: number, { palette: { dim, reset } }: Theme): string {
  return ` ${dim}${keymap.hintsFor(view, width - 1)}${reset}`
}
