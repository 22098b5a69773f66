/**
 * What the screens show and what the keys do: all state of the terminal UI that is not the capture's. Views change their own state (`reduce…`); what they cannot do by
 * themselves (`Effect`) is done here, and what is larger than a screen (files, the terminal) is asked of the outside.
 *
 * Keys come in, a Frame goes out, at any time. Whoever owns it calls `work` between keys and frames, for what takes longer than a key may: filter, search, ladders.
 */
import { PACKET_FIELDS } from '../analysis/fields.ts'
import { compileFilter, type Filter } from '../analysis/filter/filter.ts'
import { LIMITS } from '../analysis/limits.ts'
import { counted, grouped } from '../bytes/number-text.ts'
import { printable } from '../bytes/printable.ts'
import { packetLabel } from '../report/ladder/label.ts'
import { TimeColumn, type TimeStyle } from '../report/time-format.ts'
import { capturedFrame, type CapturedFrame } from './model/captured-frame.ts'
import { commandCompletions, parseCommand } from './model/commands.ts'
import { filterCompletions, filterState } from './model/filter-field.ts'
import { flowAt, flowAtEnd, FLOW_START, reduceFlow, searchFlow, type FlowState } from './model/flow-state.ts'
import { FlowFeed } from './model/flow-feed.ts'
import { historyWith, lineWith, reduceLine, type Completions, type LineState } from './model/line-editor.ts'
import { PacketDetail } from './model/packet-detail.ts'
import { PacketRows } from './model/packet-rows.ts'
import { noHitText, PacketSearch, type Searched } from './model/search.ts'
import { movedHelp } from './parts/help-lines.ts'
import { CLIENTS_AT_FIRST, reduceClients, searchClients, selectedClient, type ClientsState } from './views/clients-state.ts'
import { findingDetail } from './views/findings-detail.ts'
import { FINDINGS_AT_FIRST, findingsOfStream, reduceFindings, searchFindings, selectedFinding, type FindingsState } from './views/findings-state.ts'
import { packetText } from './views/packet-lines.ts'
import { packetsLayout } from './views/packets-layout.ts'
import { listRows, packetsAt, PACKETS_START, reducePackets, settled, type PacketsContext, type PacketsState } from './views/packets-state.ts'
import { reduceStats, searchStats, statsAtFirst, type StatsData, type StatsState } from './views/stats-state.ts'
import { statsLines } from './views/stats-text.ts'

import type { CaptureTotals } from '../analysis/pipeline.ts'
import type { ByteRange } from '../bytes/hex.ts'
import type { FoundFrame } from '../io/frame-finder.ts'
import type { InfoOptions } from '../report/packet-info.ts'
import type { Ladder } from '../report/ladder/ladder.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Action, Keymap } from './keymap.ts'
import type { ConnectionRow } from './model/connection-book.ts'
import type { DetailRow } from './model/packet-detail.ts'
import type { Workspace } from './model/workspace.ts'
import type { HeaderFacts } from './parts/bars.ts'
import type { PromptProps } from './parts/prompt-lines.ts'
import type { Reading } from './reading.ts'
import type { Theme } from './theme.ts'
import type { Key } from './terminal/decode-input.ts'
import type { Effect, Size, ViewAction, ViewName } from './view.ts'
import type { ClientsProps } from './views/clients-text.ts'
import type { FindingsProps } from './views/findings-text.ts'
import type { FlowProps } from './views/flow-lines.ts'
import type { PacketsProps } from './views/packets.tsx'

/** What only the outside can do. Each text is for the bottom of the screen. */
export interface Outside {
  quit(): void
  suspend(): void
  redraw(): void
  /** False: too long for a clipboard. */
  copy(text: string): boolean
  /** Writes the packets shown; answers what to say. */
  exportTo(name: string): Promise<string>
  reportTo(name: string): Promise<string>
  /** Null where the capture does not have the frame. */
  findFrame(number: number): Promise<FoundFrame | null>
  /** Something changed by itself: a frame is wanted. */
  changed(): void
}

export interface ControllerOptions {
  readonly workspace: Workspace
  readonly reading: Reading
  readonly outside: Outside
  /** As the header shows it. */
  readonly source: string
  readonly keymap: Keymap
  readonly theme: Theme
  readonly size: Size
  readonly time: TimeStyle
  readonly utc: boolean
  readonly showSecrets: boolean
  /** A display filter that has no mistake; the empty text for none. */
  readonly filter: string
}

/** What is on the screen, but for the lines around the view. */
export type Body =
  | { readonly view: 'clients'; readonly props: ClientsProps }
  | { readonly view: 'packets'; readonly props: PacketsProps }
  | { readonly view: 'flow'; readonly props: FlowProps }
  | { readonly view: 'findings'; readonly props: FindingsProps }
  | { readonly view: 'stats'; readonly lines: readonly string[] }

export interface FrameContent extends Size {
  readonly theme: Theme
  readonly keymap: Keymap
  readonly view: ViewName
  readonly header: HeaderFacts
  /** A few words about the view, beside the tabs. */
  readonly words: string
  readonly body: Body
  /** The help's first line; null where it is not open. */
  readonly help: number | null
  readonly prompt: Omit<PromptProps, 'theme' | 'width'> | null
  readonly message: string | null
  readonly filter: string
  /** Where the cursor is. */
  readonly place: string
}

/** Narrower or lower there is no room for any view. */
export const LEAST: Size = { width: 60, height: 15 }
/** Lines around a view. */
export const AROUND = 4

export function isTiny({ width, height }: Size): boolean {
  return width < LEAST.width || height < LEAST.height
}

type PromptKind = 'filter' | 'search' | 'command' | 'export' | 'report'
const PROMPT_LABELS: Readonly<Record<PromptKind, string>> = { filter: 'filter', search: 'search', command: 'go to packet, or command', export: 'write packets to', report: 'write report to' }

interface Prompt {
  readonly kind: PromptKind
  readonly line: LineState
}

const TIME_STYLES: readonly TimeStyle[] = ['relative', 'delta', 'clock']
const TIME_WORDS: Readonly<Partial<Record<TimeStyle, string>>> = { relative: 'times since the first frame', delta: 'times since the row before', clock: 'times of day' }
/** Milliseconds between two ladders of a connection that goes on. */
const LADDER_EVERY = 500
/** Milliseconds of work between two looks at what else there is to do. */
const WORK_TIME = 8
/** Those that take the cursor to another row than the newest. */
const AWAY: ReadonlySet<Action> = new Set<Action>([
  'up', 'page-up', 'half-page-up', 'first', 'previous', 'next', 'other-half', 'mark', 'next-hit', 'previous-hit',
])
/** In the Packets view, those that need a packet under the cursor. */
const OF_PACKET: ReadonlySet<Action> = new Set<Action>(['findings', 'reference', 'mark', 'copy', 'other-half', 'next', 'previous'])
const FOLLOWS: readonly ViewName[] = ['clients', 'packets', 'flow', 'findings']

export class Controller {
  readonly #workspace: Workspace
  readonly #reading: Reading
  readonly #outside: Outside
  readonly #options: ControllerOptions
  readonly #packetRows: PacketRows
  readonly #info: InfoOptions
  #size: Size
  /** The last size that has room for the views: in less they stay as they are. */
  #roomy: Size
  #time: TimeColumn
  #view: ViewName = 'clients'
  /** Views that were descended from, and where the packets' cursor was. */
  #trail: { readonly view: ViewName; readonly packet: number }[] = []
  #clients: ClientsState = CLIENTS_AT_FIRST
  #packets: PacketsState = PACKETS_START
  #flow: FlowState = FLOW_START
  #findings: FindingsState = FINDINGS_AT_FIRST
  #stats: StatsState
  readonly #following = new Set<ViewName>()
  #prompt: Prompt | null = null
  readonly #histories: Record<PromptKind, readonly string[]> = { filter: [], search: [], command: [], export: [], report: [] }
  #help: number | null = null
  #message: string | null = null
  #filter = ''
  #feed: FlowFeed | null = null
  #ladder: Ladder | null = null
  #ladderRevision = -1
  #ladderAt = -Infinity
  #search: { readonly text: string; readonly packets: PacketSearch | null } | null = null
  /** What stood still when the display was paused; null while it is not. */
  #paused: { readonly packets: number; readonly rows: readonly ConnectionRow[]; readonly stats: Map<string, readonly string[]> } | null = null
  #detail: PacketDetail | null = null
  /** The packet that the cursor goes back to, unless it is moved, when the filter has come to it, and the one that it is on. */
  #wanted: { readonly packet: number; readonly beside: number } | null = null
  #frame: { readonly number: number; readonly packet: number; readonly found: CapturedFrame | null; readonly missing: boolean } | null = null
  #rowsOf: { readonly rows: readonly ConnectionRow[]; readonly streams: ReadonlySet<number>; readonly size: number; readonly filtered: readonly ConnectionRow[] } | null = null
  /** Something is being written. */
  #busy: string | null = null

  constructor(options: ControllerOptions) {
    const { workspace, reading, outside, size, time, utc, showSecrets, filter } = options
    this.#options = options
    this.#workspace = workspace
    this.#reading = reading
    this.#outside = outside
    this.#size = size
    this.#roomy = isTiny(size) ? LEAST : size
    this.#time = this.#column(time, utc)
    this.#packetRows = new PacketRows(workspace)
    this.#info = { payload: 'preview', payloadBytes: LIMITS.mqtt.payloadKept, showSecrets }
    this.#stats = statsAtFirst(reading.live !== null)
    if (reading.live !== null) for (const view of ['packets', 'flow'] as const) this.#following.add(view)
    if (filter !== '') this.#applyFilter(filter)
  }

  get size(): Size {
    return this.#size
  }

  resize(size: Size): void {
    this.#size = size
    if (!isTiny(size)) this.#roomy = size
  }

  // ---- Keys

  key(key: Key): void {
    if (isTiny(this.#size)) return this.#keyOfTiny(key)
    this.#message = null
    if (this.#prompt !== null) return this.#keyOfPrompt(this.#prompt, key)
    if (key.kind === 'paste') return this.#say('A paste goes into a field: / for the filter, : for a command')
    const action = this.#options.keymap.actionOf(key.kind === 'key' ? key.name : key.text, this.#view)
    if (action === null) return
    if (this.#help !== null) this.#actInHelp(action)
    else this.#act(action)
  }

  #keyOfTiny(key: Key): void {
    const action = key.kind === 'paste' ? null : this.#options.keymap.actionOf(key.kind === 'key' ? key.name : key.text, this.#view)
    if (action === 'quit' || action === 'quit-now') this.#outside.quit()
    else if (action === 'stop') this.#stop()
    else if (action === 'redraw') this.#outside.redraw()
    else if (action === 'suspend') this.#outside.suspend()
  }

  #actInHelp(action: Action): void {
    switch (action) {
      case 'help': case 'climb': case 'quit': this.#help = null; return
      case 'quit-now': case 'stop': case 'redraw': case 'suspend': return this.#act(action)
      default: {
        const top = movedHelp({ keymap: this.#options.keymap, view: this.#view, top: this.#help ?? 0, theme: this.#options.theme, ...this.#bodySize }, action as ViewAction)
        if (top !== null) this.#help = top
      }
    }
  }

  #act(action: Action): void {
    switch (action) {
      case 'view-1': return this.#jump('clients')
      case 'view-2': return this.#jump('packets')
      case 'view-3': return this.#jump('flow')
      case 'view-4': return this.#jump('findings')
      case 'view-5': return this.#jump('stats')
      case 'filter': return this.#ask('filter', this.#filter)
      case 'search': return this.#ask('search', '')
      case 'command': return this.#ask('command', '')
      case 'export': return this.#ask('export', 'filtered.pcapng')
      case 'report': return this.#ask('report', 'report.html')
      case 'next-hit': return this.#searchOn(1)
      case 'previous-hit': return this.#searchOn(-1)
      case 'follow': return this.#toggleFollow()
      case 'pause': return this.#togglePause()
      case 'unmute': return this.#unmute()
      case 'time-format': return this.#nextTime()
      case 'help': this.#help = 0; return
      case 'redraw': return this.#outside.redraw()
      case 'suspend': return this.#outside.suspend()
      case 'climb': if (!this.#climb()) this.#say('This is the top: q quits'); return
      case 'quit': if (!this.#climb()) this.#outside.quit(); return
      case 'quit-now': return this.#outside.quit()
      case 'stop': return this.#stop()
      default: return this.#actInView(action)
    }
  }

  #actInView(action: ViewAction): void {
    const { height, width } = this.#bodySize
    const followed = this.#following.has(this.#view)
    if (AWAY.has(action)) this.#following.delete(this.#view)
    else if (action === 'last' && this.#reading.state === 'reading' && this.#isInList()) this.#following.add(this.#view)
    switch (this.#view) {
      case 'clients': {
        const rows = this.#rows()
        const client = selectedClient(this.#clients, { rows, height })
        const { state, effect } = reduceClients(this.#clients, action, { rows, height, width, detail: client === null ? [] : this.#workspace.book.detail(client.stream) })
        this.#clients = state
        return this.#do(effect)
      }
      case 'packets': return this.#actInPackets(action)
      case 'flow': {
        const flow = { ladder: this.#ladder, height }
        const { state, effect } = reduceFlow(followed ? flowAtEnd(this.#flow, flow) : this.#flow, action, flow)
        this.#flow = state
        if (state.reference !== this.#packets.reference) this.#packets = { ...this.#packets, reference: state.reference }
        return this.#do(effect)
      }
      case 'findings': {
        const { state, effect } = reduceFindings(this.#findings, action, { list: this.#workspace.findings, height, detailLines: this.#findingLines().length })
        this.#findings = state
        return this.#do(effect)
      }
      case 'stats': {
        const { state, effect } = reduceStats(this.#stats, action, { ...this.#statsData(), ...this.#bodySize })
        this.#stats = state
        return this.#do(effect)
      }
    }
  }

  /** The cursor is that of a list which has a newest row. */
  #isInList(): boolean {
    switch (this.#view) {
      case 'clients': return this.#clients.panes.focus === 'list'
      case 'packets': return this.#packets.focus === 'list'
      case 'findings': return this.#findings.panes.focus === 'list'
      default: return FOLLOWS.includes(this.#view)
    }
  }

  #actInPackets(action: ViewAction): void {
    // What is shown may have changed since the last frame.
    this.#settlePackets()
    const { packet } = this.#packets
    if (packet === 0 && OF_PACKET.has(action)) return this.#say('There is no packet here')
    if (action === 'findings') return this.#do({ kind: 'show-findings', stream: this.#workspace.index.connectionOf(packet).stream })
    const { state, effect } = reducePackets(this.#packets, action, this.#packetsContext())
    if (state.packet !== packet && state.packet !== this.#newestShown()) this.#following.delete('packets')
    if (state.pingsHidden !== this.#packets.pingsHidden) this.#show(this.#workspace.shown.filter, state.pingsHidden)
    if (state.reference !== this.#flow.reference) {
      this.#flow = { ...this.#flow, reference: state.reference, referenceTime: state.reference === null ? NaN : this.#workspace.index.timeOf(state.reference) }
    }
    this.#packets = state
    this.#do(effect)
  }

  #do(effect: Effect | null): void {
    if (effect === null) return
    switch (effect.kind) {
      case 'say': return this.#say(effect.text)
      case 'show-packet': {
        const { start, end } = effect
        this.#descend('packets')
        return this.#showPacket(effect.packet, start === undefined || end === undefined ? null : { start, end })
      }
      case 'show-flow':
        this.#descend('flow')
        return this.#showFlow(effect.stream, effect.packet)
      case 'show-findings':
        this.#descend('findings')
        this.#findings = findingsOfStream(this.#findings, effect.stream)
        return
      case 'filter':
        this.#descend('packets')
        this.#remember('filter', effect.text)
        return this.#applyFilter(effect.text)
      case 'mute':
        this.#workspace.findings.mute(effect.rule)
        return this.#say(`${effect.rule} is muted: ${this.#labelOf('unmute', 'M')} brings all rules back`)
      case 'copy':
        return this.#say(this.#outside.copy(effect.text) ? `Copied: ${effect.what}` : `Too long for a clipboard: ${effect.what}`)
    }
  }

  // ---- From view to view

  #jump(view: ViewName): void {
    if (view === this.#view) return
    const stream = this.#selectedStream()
    const packet = this.#view === 'packets' ? this.#packets.packet : null
    this.#trail = []
    if (view === 'flow' && stream !== null && (stream !== this.#feed?.reading.stream || packet !== null)) this.#showFlow(stream, packet)
    if (view === 'findings') this.#findings = findingsOfStream(this.#findings, null)
    this.#view = view
  }

  #descend(view: ViewName): void {
    if (view !== this.#view) this.#trail.push({ view: this.#view, packet: this.#packets.packet })
    this.#view = view
  }

  /** Up one level: out of what is open in the view, or to the view before. False at the top. */
  #climb(): boolean {
    if (this.#workspace.shown.cancel()) {
      const { filter, pingsHidden } = this.#workspace.shown
      this.#filter = filter?.text ?? ''
      this.#packets = { ...this.#packets, pingsHidden }
      this.#say('The filter was stopped')
      return true
    }
    if (this.#search !== null && (this.#search.packets?.progress ?? null) !== null) {
      this.#search = { text: this.#search.text, packets: null }
      this.#say('The search was stopped')
      return true
    }
    switch (this.#view) {
      case 'packets':
        if (this.#packets.maximised || this.#packets.focus !== 'list') {
          this.#packets = { ...this.#packets, maximised: false, focus: 'list' }
          return true
        }
        break
      case 'clients':
        if (this.#clients.panes.maximised || this.#clients.panes.focus !== 'list') {
          this.#clients = { ...this.#clients, panes: { ...this.#clients.panes, maximised: false, focus: 'list' } }
          return true
        }
        break
      case 'findings':
        if (this.#findings.panes.maximised || this.#findings.panes.focus !== 'list') {
          this.#findings = { ...this.#findings, panes: { ...this.#findings.panes, maximised: false, focus: 'list' } }
          return true
        }
        break
      default:
    }
    const before = this.#trail.pop()
    if (before === undefined) return false
    this.#view = before.view
    if (before.view === 'packets' && before.packet > 0) this.#packets = packetsAt(this.#packets, before.packet, null, [])
    return true
  }

  #selectedStream(): number | null {
    const { height } = this.#bodySize
    switch (this.#view) {
      case 'clients': return selectedClient(this.#clients, { rows: this.#rows(), height })?.stream ?? null
      case 'packets': return this.#packets.packet === 0 || this.#packets.packet > this.#workspace.index.count ? null : this.#workspace.index.connectionOf(this.#packets.packet).stream
      case 'findings': {
        const row = selectedFinding(this.#findings, { list: this.#workspace.findings, height })
        return (row?.one ?? row?.group.findings[0])?.finding.stream ?? null
      }
      default: return null
    }
  }

  #showPacket(packet: number, range: ByteRange | null): void {
    const { shown } = this.#workspace
    if (packet < 1 || packet > shown.all) return this.#say(`There is no packet ${packet}: there are ${grouped(shown.all)}`)
    this.#following.delete('packets')
    if (shown.progress === null && !shown.has(packet)) {
      this.#say(`The filter hid packet ${packet}: all packets are shown`)
      this.#filter = ''
      this.#packets = { ...this.#packets, pingsHidden: false }
      this.#show(null, false)
    }
    this.#packets = { ...this.#packets, packet, focus: range === null ? 'list' : 'fields' }
    this.#packets = packetsAt(this.#packets, packet, range, this.#detailRows())
  }

  #showFlow(stream: number, packet: number | null): void {
    if (this.#feed?.reading.stream !== stream) {
      this.#feed = new FlowFeed(this.#workspace, stream)
      this.#ladder = null
      this.#ladderRevision = -1
      this.#ladderAt = -Infinity
      this.#flow = { ...this.#flow, at: null, viewport: FLOW_START.viewport }
      if (this.#feed.lost) this.#say('The beginning of the capture is not kept any more (--spool-limit), and a flow needs it')
    }
    if (packet !== null) {
      this.#following.delete('flow')
      this.#flow = flowAt(this.#flow, this.#ladder, packet)
    }
  }

  // ---- Fields at the bottom

  #ask(kind: PromptKind, text: string): void {
    this.#prompt = { kind, line: lineWith(text) }
  }

  #keyOfPrompt({ kind, line }: Prompt, key: Key): void {
    if (key.kind === 'key') {
      switch (key.name) {
        case 'escape': case 'ctrl-c': this.#prompt = null; return
        case 'enter': return this.#answered(kind, line.text)
        case 'ctrl-l': return this.#outside.redraw()
        case 'ctrl-z': return this.#outside.suspend()
        case 'backspace': if (line.text === '') this.#prompt = null
      }
      if (this.#prompt === null) return
    }
    const next = reduceLine(line, key, { history: this.#histories[kind], complete: (text, cursor) => this.#completions(kind, text, cursor) })
    if (next !== null) this.#prompt = { kind, line: next }
  }

  #completions(kind: PromptKind, text: string, cursor: number): Completions {
    if (kind === 'filter') return filterCompletions(text, cursor)
    if (kind === 'command') return commandCompletions(text, cursor, this.#workspace.findings.rules)
    return { start: cursor, options: [] }
  }

  #answered(kind: PromptKind, text: string): void {
    // A filter with a mistake stays, with what is wrong under it.
    if (kind === 'filter' && !filterState(text).valid) return
    this.#prompt = null
    this.#remember(kind, text)
    switch (kind) {
      case 'filter':
        if (this.#view !== 'clients' && this.#view !== 'packets') this.#descend('packets')
        return this.#applyFilter(text)
      case 'search':
        this.#search = text === '' ? null : { text, packets: null }
        return text === '' ? undefined : this.#searchOn(1)
      case 'command': return this.#command(text)
      case 'export': return this.#write(text, (name) => this.#outside.exportTo(name), 'packets')
      case 'report': return this.#write(text, (name) => this.#outside.reportTo(name), 'report')
    }
  }

  #remember(kind: PromptKind, text: string): void {
    this.#histories[kind] = historyWith(this.#histories[kind], text)
  }

  #command(text: string): void {
    if (text.trim() === '') return
    const command = parseCommand(text)
    switch (command.kind) {
      case 'go-to':
        if (command.packet >= 1 && command.packet <= this.#workspace.shown.all) this.#descend('packets')
        return this.#showPacket(command.packet, null)
      case 'export': return this.#write(command.name, (name) => this.#outside.exportTo(name), 'packets')
      case 'report': return this.#write(command.name, (name) => this.#outside.reportTo(name), 'report')
      case 'filter': {
        const { message } = filterState(command.text)
        if (message !== null) return this.#say(message)
        this.#remember('filter', command.text)
        return this.#applyFilter(command.text)
      }
      case 'mute':
        if (!this.#workspace.findings.rules.includes(command.rule)) return this.#say(`No finding is of a rule ${printable(command.rule, 40)}`)
        return this.#do({ kind: 'mute', rule: command.rule })
      case 'unmute': return this.#unmute()
      case 'help': this.#help = 0; return
      case 'quit': return this.#outside.quit()
      case 'mistake': return this.#say(command.sentence)
    }
  }

  /** One at a time: both read the capture once more. */
  #write(name: string, write: (name: string) => Promise<string>, what: string): void {
    if (name.trim() === '') return
    if (this.#busy !== null) return this.#say(`Still writing ${this.#busy}`)
    this.#busy = what
    this.#say(`Writing ${what} to ${printable(name, 60)}`)
    void write(name.trim()).then((sentence) => {
      this.#busy = null
      this.#say(sentence)
      this.#outside.changed()
    })
  }

  #applyFilter(text: string): void {
    const trimmed = text.trim()
    this.#filter = trimmed
    if (trimmed === '') return this.#show(null, this.#packets.pingsHidden)
    const result = compileFilter(trimmed, PACKET_FIELDS)
    if (!result.ok) return this.#say(filterState(trimmed).message ?? 'The filter has a mistake')
    this.#show(result.filter, this.#packets.pingsHidden)
  }

  #show(filter: Filter<PacketEvent> | null, pingsHidden: boolean): void {
    this.#dropSearch()
    this.#workspace.shown.show(filter, pingsHidden)
    // Of few packets the answer is there with the next frame.
    this.#workFor(WORK_TIME)
  }

  // ---- Search

  #searchOn(step: 1 | -1): void {
    if (this.#search === null) return this.#say(`${this.#labelOf('search', 'Ctrl-F')} searches; n and N go to the next hits`)
    const { text } = this.#search
    const { height } = this.#bodySize
    if (this.#view === 'packets') {
      const { shown, index } = this.#workspace
      const textOf = (number: number) => packetText({ event: this.#packetRows.event(number), type: index.typeOf(number) }, this.#info)
      this.#search = { text, packets: new PacketSearch(shown, textOf, text, this.#packets.packet, step) }
      this.#workFor(WORK_TIME)
      return
    }
    this.#unfollow()
    switch (this.#view) {
      case 'clients': this.#clients = this.#searched(searchClients(this.#clients, text, step, { rows: this.#rows(), height })); return
      case 'flow': this.#flow = this.#searched(searchFlow(this.#flow, text, step, { ladder: this.#ladder, height })); return
      case 'findings': this.#findings = this.#searched(searchFindings(this.#findings, text, step, { list: this.#workspace.findings, height })); return
      case 'stats': this.#stats = this.#searched(searchStats(this.#stats, text, step, { statistics: this.#workspace.statistics, height }))
    }
  }

  /** Its places are those of the packets that were shown. */
  #dropSearch(): void {
    if (this.#search !== null) this.#search = { text: this.#search.text, packets: null }
  }

  #searched<State>({ state, effect }: Searched<State>): State {
    this.#do(effect)
    return state
  }

  // ---- Following and pausing

  #toggleFollow(): void {
    if (!FOLLOWS.includes(this.#view)) return this.#say('Statistics are always of all that was captured')
    if (this.#unfollow()) return this.#say('Not following')
    this.#following.add(this.#view)
    this.#say('Following the newest row; any move up ends it')
  }

  /** The cursor stays where it is. Answers whether the view has followed. */
  #unfollow(): boolean {
    const followed = this.#following.delete(this.#view)
    if (followed && this.#view === 'flow') this.#flow = flowAtEnd(this.#flow, { ladder: this.#ladder, height: this.#bodySize.height })
    return followed
  }

  #togglePause(): void {
    const { pipeline, shown, findings } = this.#workspace
    const paused = this.#paused === null
    this.#paused = paused ? { packets: pipeline.totals.packets, rows: this.#workspace.book.rows, stats: new Map() } : null
    shown.pause(paused)
    findings.pause(paused)
    this.#say(paused ? 'The display stands still; the capture goes on' : 'The display goes on')
  }

  #stop(): void {
    if (this.#reading.state !== 'reading' || this.#reading.stopping) return this.#outside.quit()
    this.#reading.stop()
    this.#say(this.#reading.live === null ? 'Reading was stopped; Ctrl-C again quits' : 'The capture was stopped; Ctrl-C again quits')
  }

  #unmute(): void {
    const { muted } = this.#workspace.findings
    this.#say(muted.size === 0 ? 'No rule is muted' : `${counted(muted.size, 'rule')} listed again`)
    this.#workspace.findings.unmuteAll()
  }

  #nextTime(): void {
    const style = TIME_STYLES[(TIME_STYLES.indexOf(this.#time.style) + 1) % TIME_STYLES.length]!
    this.#time = this.#column(style, this.#options.utc)
    this.#say(`${TIME_WORDS[style]!}${style === 'clock' && this.#options.utc ? ' (UTC)' : ''}`)
  }

  #column(style: TimeStyle, utc: boolean): TimeColumn {
    return new TimeColumn(style, utc, () => this.#workspace.pipeline.clock)
  }

  #say(text: string): void {
    this.#message = text
  }

  #labelOf(action: Action, otherwise: string): string {
    return this.#options.keymap.keysOf(action, this.#view)[0] ?? otherwise
  }

  // ---- What takes longer

  /** Does some milliseconds of what waits. Answers whether there was anything to do. */
  work(): boolean {
    return this.#workFor(WORK_TIME)
  }

  #workFor(milliseconds: number): boolean {
    const end = performance.now() + milliseconds
    const mayGoOn = () => performance.now() < end
    const { shown } = this.#workspace
    let worked = shown.work(mayGoOn)
    const search = this.#search?.packets ?? null
    if (search !== null && mayGoOn()) {
      worked = search.work(mayGoOn) || worked
      if (search.progress === null) this.#searchEnded(search)
    }
    if (this.#view === 'flow' && this.#paused === null && this.#feed !== null && mayGoOn()) worked = this.#feed.work(mayGoOn) || worked
    return worked
  }

  #searchEnded(search: PacketSearch): void {
    const { text } = this.#search!
    this.#search = { text, packets: null }
    if (search.hit === null) return this.#say(noHitText(text))
    this.#following.delete('packets')
    this.#packets = packetsAt(this.#packets, search.hit, null, [])
  }

  // ---- The frame

  get #bodySize(): Size {
    return { width: this.#roomy.width, height: this.#roomy.height - AROUND }
  }

  /** What is to be drawn. `now`: milliseconds. */
  frame(now: number): FrameContent {
    const { theme, keymap } = this.#options
    this.#follow()
    // Before the body: the findings are counted with it.
    const statements = this.#paused === null || this.#view === 'findings' ? this.#workspace.statements(now) : null
    const body = this.#body(now, statements)
    return {
      ...this.#size, theme, keymap, body,
      view: this.#view,
      header: this.#header(),
      words: this.#words(),
      help: this.#help,
      prompt: this.#promptProps(),
      message: this.#message ?? this.#progressMessage(),
      filter: this.#filter,
      place: this.#place(),
    }
  }

  #follow(): void {
    if (this.#paused !== null || !this.#following.has(this.#view)) return
    const { height } = this.#bodySize
    switch (this.#view) {
      case 'clients': {
        const rows = this.#rows()
        const { focus } = this.#clients.panes
        const { state } = reduceClients({ ...this.#clients, panes: { ...this.#clients.panes, focus: 'list' } }, 'last', { rows, height })
        this.#clients = { ...state, panes: { ...state.panes, focus } }
        return
      }
      case 'findings': {
        const { focus } = this.#findings.panes
        const { state } = reduceFindings({ ...this.#findings, panes: { ...this.#findings.panes, focus: 'list' } }, 'last', { list: this.#workspace.findings, height })
        this.#findings = { ...state, panes: { ...state.panes, focus } }
        return
      }
      case 'packets': {
        const newest = this.#newestShown()
        if (newest > 0 && newest !== this.#packets.packet) this.#packets = { ...packetsAt(this.#packets, newest, null, []), top: this.#workspace.shown.size }
        return
      }
      default:
    }
  }

  #newestShown(): number {
    const { shown } = this.#workspace
    return shown.at(shown.size - 1)
  }

  #body(now: number, statements: { readonly judged: number; readonly notJudged: number } | null): Body {
    const { theme } = this.#options
    const size = this.#bodySize
    const common = { ...size, theme, timeText: (time: number, previous: number) => this.#time.text(time, previous) }
    switch (this.#view) {
      case 'clients': {
        const rows = this.#rows()
        const client = selectedClient(this.#clients, { rows, height: size.height })
        return { view: 'clients', props: { ...common, state: this.#clients, rows, detail: client === null ? [] : this.#workspace.book.detail(client.stream), evicted: this.#workspace.book.evicted } }
      }
      case 'packets': return { view: 'packets', props: this.#packetsProps(common) }
      case 'flow': {
        const feed = this.#feed
        this.#askForLadder(now)
        const progress = feed?.progress ?? null
        const following = this.#following.has('flow')
        return { view: 'flow', props: { ...common, state: this.#flow, stream: feed?.reading.stream ?? null, ladder: this.#ladder, progress, lost: feed?.lost ?? false, following, fanOf: (packet) => feed?.reading.fanOf(packet) ?? null } }
      }
      case 'findings':
        return {
          view: 'findings',
          props: { ...common, state: this.#findings, list: this.#workspace.findings, judged: statements?.judged ?? null, notJudged: statements?.notJudged ?? null, describeFrame: this.#describeFrame },
        }
      case 'stats': return { view: 'stats', lines: this.#statsLines(common) }
    }
  }

  /** Paused, each form of the view is as it was when it was first looked at. */
  #statsLines(common: Pick<ClientsProps, 'width' | 'height' | 'theme' | 'timeText'>): readonly string[] {
    const make = () => statsLines({ ...common, state: this.#stats, ...this.#statsData() })
    if (this.#paused === null) return make()
    const { form, interval, sort, viewport, unfolded } = this.#stats
    const key = JSON.stringify([form, interval, sort, viewport, [...unfolded], common.width, common.height])
    const known = this.#paused.stats.get(key)
    if (known !== undefined) return known
    const lines = make()
    this.#paused.stats.set(key, lines)
    return lines
  }

  #statsData(): StatsData {
    const { statistics, pipeline, index, evicted } = this.#workspace
    let exchanges = 0
    for (const { open } of this.#paused?.rows ?? this.#workspace.book.rows) exchanges += open
    return { statistics, totals: pipeline.totals, index: { packets: index.count, bytes: index.bytes, evicted }, open: { exchanges } }
  }

  #askForLadder(now: number): void {
    const feed = this.#feed
    if (feed === null || this.#paused !== null) return
    const { revision } = feed.reading
    if (revision === this.#ladderRevision) return
    const long = this.#ladder !== null && this.#ladder.rows.length > 1_000
    if (now - this.#ladderAt < (long ? LADDER_EVERY : 0) && feed.progress !== null) return
    this.#ladderAt = now
    this.#ladderRevision = revision
    this.#ladder = feed.reading.ladder
  }

  readonly #describeFrame = (frame: number): string => {
    const { index } = this.#workspace
    const number = index.firstFrom(frame)
    if (number === null || index.frameOf(number) !== frame) return ''
    const event = this.#packetRows.event(number)
    if (event === null) return `${number} ${index.typeOf(number)}`
    const { packet } = event
    const label = 'packetIdentifier' in packet && packet.packetIdentifier !== undefined ? `${packet.type} #${packet.packetIdentifier}` : packet.type === 'PUBLISH' ? packetLabel(event).text : packet.type
    return `${number} ${label}`
  }

  #findingLines(): readonly string[] {
    const { width, height } = this.#bodySize
    const row = selectedFinding(this.#findings, { list: this.#workspace.findings, height })
    return findingDetail(row, { width, timeText: (time, previous) => this.#time.text(time, previous), describeFrame: this.#describeFrame, notJudged: null })
  }

  // ---- Packets

  #packetsProps(common: Pick<PacketsProps, 'width' | 'height' | 'theme' | 'timeText'>): PacketsProps {
    const context = this.#settlePackets()
    const { detail, rows } = this.#packets.packet === (context.detail?.event.number ?? 0) ? context : this.#packetsContext()
    const count = listRows(packetsLayout(common, this.#packets))
    const frame = this.#wantedFrame()
    return {
      ...common, detail, rows,
      state: this.#packets,
      packets: this.#packetRows.rows(this.#packets.top, count, this.#packets, common.timeText),
      info: this.#info,
      nothing: this.#nothingText(),
      frame: frame?.found ?? null,
      wantedFrame: { number: frame?.number ?? 0, missing: frame?.missing ?? false },
    }
  }

  /**
   * The cursor on a packet that is shown. A filter that has not come to the packet under it, or to one behind that, takes it away only until it has: nothing moves but for
   * what is hidden.
   */
  #settlePackets(): PacketsContext {
    const { shown } = this.#workspace
    if (this.#wanted !== null && this.#wanted.beside === this.#packets.packet) this.#packets = { ...this.#packets, packet: this.#wanted.packet }
    const { packet } = this.#packets
    const context = this.#packetsContext()
    this.#packets = settled(this.#packets, context)
    this.#wanted = shown.underway && this.#packets.packet !== packet ? { packet, beside: this.#packets.packet } : null
    return context
  }

  #packetsContext(): PacketsContext {
    const { shown, index } = this.#workspace
    const frame = this.#frame !== null && this.#frame.packet === this.#packets.packet ? this.#frame.found : null
    return {
      ...this.#bodySize, shown, index, frame,
      detail: this.#detailOf(this.#packets.packet),
      rows: this.#detailRows(),
      isFound: (packet) => this.#workspace.severityOf(packet) !== null,
      lineOf: (packet) => packetText({ event: this.#packetRows.event(packet), type: index.typeOf(packet) }, this.#info),
    }
  }

  #detailOf(packet: number): PacketDetail | null {
    if (this.#detail?.event.number === packet) return this.#detail
    const event = this.#packetRows.event(packet)
    return (this.#detail = event === null ? null : new PacketDetail(event, this.#options.showSecrets))
  }

  #detailRows(): readonly DetailRow[] {
    return this.#detailOf(this.#packets.packet)?.rows(this.#packets.folded, this.#workspace.findingsOf(this.#packets.packet)) ?? []
  }

  /** The frame of the packet under the cursor, read again where it is asked for; null where it is not. */
  #wantedFrame(): { readonly number: number; readonly found: CapturedFrame | null; readonly missing: boolean } | null {
    const { packet, frameBytes } = this.#packets
    if (!frameBytes || packet === 0) return null
    if (this.#frame?.packet === packet) return this.#frame
    const { index, source } = this.#workspace
    const number = index.frameOf(packet)
    const waiting = { number, packet, found: null, missing: false }
    this.#frame = waiting
    void this.#outside.findFrame(number).then((found) => {
      // The cursor has gone on.
      if (this.#frame !== waiting) return
      this.#frame = { ...waiting, found: found === null ? null : capturedFrame(found, packet, index, source, this.#options.showSecrets), missing: found === null }
      this.#outside.changed()
    })
    return waiting
  }

  #nothingText(): string {
    const { shown } = this.#workspace
    if (shown.all > 0) return shown.progress === null ? 'No packet matches the filter' : 'No packet matches the filter so far'
    return this.#reading.state === 'reading' ? 'No MQTT packets so far' : `No MQTT packets in ${counted(this.#workspace.pipeline.totals.frames, 'frame')}`
  }

  // ---- Clients

  /** Connections that the list has: those with packets that the filter lets through. */
  #rows(): readonly ConnectionRow[] {
    const rows = this.#paused?.rows ?? this.#workspace.book.rows
    const { streams } = this.#workspace.shown
    if (streams === null) return rows
    if (this.#rowsOf?.rows !== rows || this.#rowsOf.streams !== streams || this.#rowsOf.size !== streams.size) {
      this.#rowsOf = { rows, streams, size: streams.size, filtered: rows.filter(({ stream }) => streams.has(stream)) }
    }
    return this.#rowsOf.filtered
  }

  // ---- Around the view

  #header(): HeaderFacts {
    const { pipeline, shown, findings, evicted } = this.#workspace
    const { totals } = pipeline
    const { live } = this.#reading
    return {
      source: this.#options.source,
      state: this.#stateText(totals),
      progress: this.#paused === null ? this.#reading.progress : null,
      duration: totals.firstTime === null || totals.lastTime === null ? NaN : totals.lastTime - totals.firstTime,
      packets: totals.packets,
      shown: shown.filter === null && !shown.pingsHidden ? null : shown.size,
      connections: totals.mqttStreams,
      findings: findings.totals.totals,
      evicted,
      dropped: live === null ? totals.droppedFrames : live.dropped,
    }
  }

  #stateText({ packets }: CaptureTotals): string {
    const { state, live } = this.#reading
    const running = state === 'reading' ? (live === null ? 'READING' : 'LIVE') : state === 'stopped' ? 'STOPPED' : 'EOF'
    if (this.#paused !== null) return `PAUSED (+${grouped(packets - this.#paused.packets)})`
    return state === 'reading' && this.#following.has(this.#view) ? `${running} FOLLOW` : running
  }

  #words(): string {
    switch (this.#view) {
      case 'packets': return [this.#packets.reference === null ? '' : `ref: ${this.#packets.reference}`, this.#packets.pingsHidden ? `pings hidden (${this.#labelOf('pings', 'P')})` : ''].filter((word) => word !== '').join('  ')
      case 'clients': return this.#workspace.shown.streams === null ? '' : 'clients with packets of the filter'
      default: return ''
    }
  }

  #progressMessage(): string | null {
    const { shown, problems } = this.#workspace
    const escape = 'Esc stops'
    // A live capture goes on for ever; what comes is filtered at once.
    if (shown.progress !== null && shown.all > 0 && shown.progress < ALMOST) return `filter: ${printable(this.#filter, 60)}   ${Math.floor(shown.progress * 100)} %   ${escape}`
    const search = this.#search?.packets?.progress ?? null
    if (search !== null) return `searching   ${Math.floor(search * 100)} %   ${escape}`
    return this.#filter === '' && problems.length > 0 && this.#reading.state !== 'reading' ? problems[problems.length - 1]! : null
  }

  #place(): string {
    if (this.#view !== 'packets') return ''
    const { shown } = this.#workspace
    return shown.size === 0 ? 'no rows' : `row ${grouped(shown.placeOf(this.#packets.packet) + 1)} of ${grouped(shown.size)}`
  }

  #promptProps(): FrameContent['prompt'] {
    if (this.#prompt === null) return null
    const { kind, line } = this.#prompt
    return {
      label: PROMPT_LABELS[kind],
      line,
      check: kind === 'filter' ? filterState(line.text) : null,
      completions: this.#completions(kind, line.text, line.cursor).options,
    }
  }
}

/** What is still to be filtered of a capture that grows says nothing. */
const ALMOST = 0.99
