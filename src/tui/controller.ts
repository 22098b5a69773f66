/**
 * What the screens show and what the keys do: all state of the terminal UI that is not the capture's. Views change their own state (`reduce…`); what they cannot do by
 * themselves (`Effect`) is done here, and what is larger than a screen (files, the terminal) is asked of the outside.
 *
 * Keys come in, a Frame goes out, at any time. Whoever owns it calls `work` between keys and frames, for what takes longer than a key may: filter, search, ladders.
 */
import { LIMITS } from '../analysis/limits.ts'
import { counted, grouped } from '../bytes/number-text.ts'
import { printable } from '../bytes/printable.ts'
import { TimeColumn, type TimeStyle } from '../report/time-format.ts'
import { AROUND, isTiny, LEAST, type FrameContent } from './frame-content.ts'
import { parseCommand } from './model/commands.ts'
import { filterState } from './model/filter-field.ts'
import { PacketRows } from './model/packet-rows.ts'
import { movedHelp } from './parts/help-lines.ts'
import { Prompts, type Answer } from './prompts.ts'
import { ClientsController } from './views/clients-controller.ts'
import { FindingsController } from './views/findings-controller.ts'
import { FlowController } from './views/flow-controller.ts'
import { PacketsController, type FindFrame } from './views/packets-controller.ts'
import { StatsController } from './views/stats-controller.ts'
import type { Action, Keymap } from './keymap.ts'
import type { Workspace } from './model/workspace.ts'
import type { HeaderFacts } from './parts/bars.ts'
import type { Reading } from './reading.ts'
import type { Theme } from './theme.ts'
import type { Key } from './terminal/decode-input.ts'
import type { Effect, Size, ViewAction, ViewName } from './view.ts'
import type { Surroundings, ViewController } from './view-controller.ts'

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
  readonly findFrame: FindFrame
  /** Writing would replace a file that is there. */
  wouldReplace(name: string): boolean
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

const TIME_STYLES: readonly TimeStyle[] = ['relative', 'delta', 'clock']
const TIME_WORDS: Readonly<Partial<Record<TimeStyle, string>>> = { relative: 'Times since the first frame', delta: 'Times since the row before', clock: 'Times of day' }
/** Milliseconds of work between two looks at what else there is to do. */
const WORK_TIME = 8
/** Those that take the cursor to another row than the newest. */
const AWAY: ReadonlySet<Action> = new Set<Action>(['up', 'page-up', 'half-page-up', 'first', 'previous', 'next', 'other-half', 'mark', 'next-mark'])

/** A view that was descended from, where the packets' cursor was then, and the display filter that the descent has put in place of another. */
interface Descent {
  readonly view: ViewName
  readonly packet: number
  readonly filter: { readonly before: string; readonly by: string } | null
}

export class Controller {
  readonly #workspace: Workspace
  readonly #reading: Reading
  readonly #outside: Outside
  readonly #options: ControllerOptions
  readonly #packets: PacketsController
  readonly #flow: FlowController
  readonly #findings: FindingsController
  readonly #views: Readonly<Record<ViewName, ViewController>>
  readonly #prompts: Prompts
  #size: Size
  /** What views see of all this. Its size is the last one that has room for them: in less they stay as they are. */
  readonly #around: { -readonly [Name in keyof Surroundings]: Surroundings[Name] }
  #time: TimeColumn
  #view: ViewName = 'clients'
  #trail: Descent[] = []
  #help: number | null = null
  #message: string | null = null
  /** What is searched for; null for nothing yet. */
  #sought: string | null = null
  /** Writes a file that is there, once the user has agreed; null where nothing is asked. */
  #toOverwrite: (() => void) | null = null
  /** What is being written; null for nothing. */
  #busy: string | null = null

  constructor(options: ControllerOptions) {
    const { workspace, reading, outside, size, time, utc, filter, keymap, theme, showSecrets } = options
    this.#options = options
    this.#workspace = workspace
    this.#reading = reading
    this.#outside = outside
    this.#size = size
    this.#time = this.#column(time, utc)
    this.#prompts = new Prompts(() => workspace.findings.rules)
    const around = this.#around = {
      workspace, reading, keymap, theme, showSecrets,
      packetRows: new PacketRows(workspace),
      info: { payload: 'preview', payloadBytes: LIMITS.mqtt.payloadKept, showSecrets },
      size: bodySize(isTiny(size) ? LEAST : size),
      paused: null,
      timeText: (at, previous) => this.#time.text(at, previous),
      say: (text) => this.#say(text),
      changed: () => outside.changed(),
    }
    this.#packets = new PacketsController(around, outside.findFrame)
    this.#flow = new FlowController(around)
    this.#findings = new FindingsController(around)
    this.#views = {
      clients: new ClientsController(around), packets: this.#packets, flow: this.#flow, findings: this.#findings,
      stats: new StatsController(around, reading.live !== null),
    }
    if (reading.live !== null) for (const view of [this.#packets, this.#flow]) view.following = true
    if (filter !== '') this.#packets.applyFilter(filter)
  }

  get size(): Size {
    return this.#size
  }

  resize(size: Size): void {
    this.#size = size
    if (!isTiny(size)) this.#around.size = bodySize(size)
  }

  get #current(): ViewController {
    return this.#views[this.#view]
  }

  // ---- Keys

  key(key: Key): void {
    if (isTiny(this.#size)) return this.#keyOfTiny(key)
    this.#message = null
    if (this.#prompts.isOpen) return this.#keyOfPrompt(key)
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

  #keyOfPrompt(key: Key): void {
    if (key.kind === 'key' && key.name === 'ctrl-l') return this.#outside.redraw()
    if (key.kind === 'key' && key.name === 'ctrl-z') return this.#outside.suspend()
    const answer = this.#prompts.key(key)
    if (answer !== null) this.#answered(answer)
  }

  #actInHelp(action: Action): void {
    switch (action) {
      case 'help': case 'climb': case 'quit': this.#help = null; return
      case 'quit-now': case 'stop': case 'redraw': case 'suspend': return this.#act(action)
      default: {
        const { keymap, theme } = this.#options
        const top = movedHelp({ keymap, view: this.#view, top: this.#help ?? 0, theme, ...this.#around.size }, action as ViewAction)
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
      case 'filter': return this.#prompts.ask('filter', this.#packets.filter)
      case 'search': return this.#prompts.ask('search')
      case 'command': return this.#prompts.ask('command')
      case 'export': return this.#prompts.propose('export', 'filtered.pcapng')
      case 'report': return this.#prompts.propose('report', 'report.html')
      case 'next-hit': return this.#search(1)
      case 'previous-hit': return this.#search(-1)
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
    const view = this.#current
    const effect = view.act(action)
    if (AWAY.has(action)) view.following = false
    else if (action === 'last' && this.#reading.state === 'reading' && view.canFollow) view.following = true
    this.#shareReference()
    this.#do(effect)
  }

  /** Times are counted from the same packet in both views that can. */
  #shareReference(): void {
    const { reference } = this.#view === 'flow' ? this.#flow : this.#packets
    for (const view of [this.#packets, this.#flow]) if (view.reference !== reference) view.reference = reference
  }

  #do(effect: Effect | null): void {
    if (effect === null) return
    switch (effect.kind) {
      case 'say': return this.#say(effect.text)
      case 'show-packet': {
        const { start, end } = effect
        this.#descend('packets')
        return this.#packets.showPacket(effect.packet, start === undefined || end === undefined ? null : { start, end })
      }
      case 'show-flow':
        this.#descend('flow')
        return this.#flow.show(effect.stream, effect.packet, effect.frame)
      case 'show-findings':
        this.#descend('findings')
        return this.#findings.showThoseOf(effect.stream)
      case 'filter': {
        const before = this.#packets.filter
        this.#descend('packets', { before, by: effect.text })
        this.#prompts.remember(effect)
        if (before !== '' && before !== effect.text) this.#say(`In place of the filter ${printable(before, 40)}: Esc brings it back`)
        return this.#packets.applyFilter(effect.text)
      }
      case 'mute':
        this.#workspace.findings.mute(effect.rule)
        return this.#say(`${effect.rule} is muted in these lists, not in reports: ${this.#labelOf('unmute', 'M')} brings all rules back`)
      case 'copy':
        return this.#say(this.#outside.copy(effect.text) ? `Copied: ${effect.what}` : `Too long for a clipboard: ${effect.what}`)
    }
  }

  // ---- From view to view

  #jump(view: ViewName): void {
    if (view === this.#view) return
    const stream = this.#current.stream ?? (this.#flow.shownStream === null ? this.#views.clients.stream : null)
    const packet = this.#view === 'packets' ? this.#packets.packet : null
    this.#trail = []
    if (view === 'flow' && stream !== null && (stream !== this.#flow.shownStream || packet !== null)) this.#flow.show(stream, packet)
    if (view === 'findings') this.#findings.showThoseOf(null)
    this.#view = view
  }

  #descend(view: ViewName, filter: Descent['filter'] = null): void {
    if (view !== this.#view) this.#trail.push({ view: this.#view, packet: this.#packets.packet, filter })
    this.#view = view
  }

  /** Up one level: out of what is open in the view, or to the view before. False at the top. */
  #climb(): boolean {
    const stopped = this.#packets.stop()
    if (stopped !== null) {
      this.#say(stopped)
      return true
    }
    if (this.#current.close()) return true
    const before = this.#trail.pop()
    if (before === undefined) return false
    this.#view = before.view
    if (before.filter !== null && before.filter.by === this.#packets.filter) this.#packets.applyFilter(before.filter.before)
    if (before.view === 'packets' && before.packet > 0) this.#packets.comeBackTo(before.packet)
    return true
  }

  // ---- Fields at the bottom

  #answered(answer: Answer): void {
    const { kind, text } = answer
    switch (kind) {
      case 'filter':
        if (this.#view === 'flow' || this.#view === 'stats') this.#descend('packets')
        return this.#packets.applyFilter(text)
      case 'search':
        this.#sought = text === '' ? null : text
        return text === '' ? undefined : this.#search(1)
      case 'command': return this.#command(text)
      case 'export': return this.#write(text, (name) => this.#outside.exportTo(name), 'packets')
      case 'report': return this.#write(text, (name) => this.#outside.reportTo(name), 'report')
      case 'overwrite': {
        const write = this.#toOverwrite
        this.#toOverwrite = null
        return /^y(es)?$/i.test(text.trim()) ? write?.() : this.#say('Nothing was written')
      }
    }
  }

  #command(text: string): void {
    if (text.trim() === '') return
    const command = parseCommand(text)
    switch (command.kind) {
      case 'go-to':
        if (command.packet >= 1 && command.packet <= this.#workspace.shown.all) this.#descend('packets')
        return this.#packets.showPacket(command.packet, null)
      case 'export': return this.#write(command.name, (name) => this.#outside.exportTo(name), 'packets')
      case 'report': return this.#write(command.name, (name) => this.#outside.reportTo(name), 'report')
      case 'filter': {
        const { message } = filterState(command.text)
        if (message !== null) return this.#say(message)
        this.#prompts.remember(command)
        return this.#packets.applyFilter(command.text)
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

  /** A file that is there is asked about first. */
  #write(name: string, write: (name: string) => Promise<string>, what: string): void {
    const file = name.trim()
    if (file === '') return
    if (!this.#outside.wouldReplace(file)) return this.#writeNow(file, write, what)
    this.#toOverwrite = () => this.#writeNow(file, write, what)
    this.#prompts.ask('overwrite')
  }

  /** One at a time: both read the capture once more. */
  #writeNow(name: string, write: (name: string) => Promise<string>, what: string): void {
    if (this.#busy !== null) return this.#say(`Still writing ${this.#busy}`)
    this.#busy = what
    this.#say(`Writing ${what} to ${printable(name, 60)}`)
    void write(name).then((sentence) => {
      this.#busy = null
      this.#say(sentence)
      this.#outside.changed()
    })
  }

  #search(step: 1 | -1): void {
    if (this.#sought === null) return this.#say(`${this.#labelOf('search', 'Ctrl-F')} searches; n and N go to the next hits`)
    this.#do(this.#current.search(this.#sought, step))
  }

  // ---- Following and pausing

  #toggleFollow(): void {
    if (this.#view === 'stats') return this.#say('Statistics are always of all that was captured')
    if (this.#current.unfollow()) return this.#say('Not following')
    this.#current.following = true
    this.#say('Following the newest row; any move up ends it')
  }

  #togglePause(): void {
    const { pipeline, shown, findings, book } = this.#workspace
    const paused = this.#around.paused === null
    if (paused && this.#reading.state !== 'reading') return this.#say('All of the capture is here: nothing moves')
    this.#around.paused = paused ? { packets: pipeline.totals.packets, rows: book.rows } : null
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
    const { reference } = this.#packets
    if (this.#view === 'packets' && reference !== null) return this.#say(`Times are counted from packet ${reference}: ${this.#labelOf('reference', '=')} there ends that`)
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
    const end = performance.now() + WORK_TIME
    const mayGoOn = () => performance.now() < end
    const worked = this.#packets.work(mayGoOn)
    return (this.#view === 'flow' && mayGoOn() && this.#flow.work(mayGoOn)) || worked
  }

  // ---- The frame

  /** What is to be drawn. `now`: milliseconds. */
  frame(now: number): FrameContent {
    const { theme, keymap } = this.#options
    // Before the header: the findings are counted with it.
    if (this.#around.paused === null) this.#workspace.statements(now)
    const view = this.#current
    const body = view.body(now)
    return {
      ...this.#size, theme, keymap, body,
      view: this.#view,
      header: this.#header(),
      words: view.words,
      help: this.#help,
      prompt: this.#prompts.props,
      message: this.#message ?? this.#packets.progressText ?? this.#problemText(),
      filter: this.#packets.filter,
      place: view.place,
    }
  }

  #header(): HeaderFacts {
    const { pipeline, shown, findings, evicted } = this.#workspace
    const { totals } = pipeline
    const { live } = this.#reading
    return {
      source: this.#options.source,
      state: this.#stateText(totals.packets),
      progress: this.#around.paused === null ? this.#reading.progress : null,
      duration: totals.firstTime === null ? NaN : pipeline.now - totals.firstTime,
      packets: totals.packets,
      shown: shown.filter === null && !shown.pingsHidden ? null : shown.size,
      connections: totals.mqttStreams,
      findings: findings.totals.totals,
      evicted,
      dropped: live === null ? totals.droppedFrames : live.dropped,
    }
  }

  #stateText(packets: number): string {
    const { state, live } = this.#reading
    const running = state === 'reading' ? (live === null ? 'READING' : 'LIVE') : state === 'stopped' ? 'STOPPED' : 'EOF'
    if (this.#around.paused !== null) return `PAUSED (+${grouped(packets - this.#around.paused.packets)})`
    return state === 'reading' && this.#current.following ? `${running} FOLLOW` : running
  }

  #problemText(): string | null {
    const { problems } = this.#workspace
    return this.#packets.filter === '' && problems.length > 0 && this.#reading.state !== 'reading' ? problems[problems.length - 1]! : null
  }
}

function bodySize({ width, height }: Size): Size {
  return { width, height: height - AROUND }
}
