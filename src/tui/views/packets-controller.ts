import { PACKET_FIELDS } from '../../analysis/fields.ts'
import { compileFilter, type Filter } from '../../analysis/filter/filter.ts'
import { grouped } from '../../bytes/number-text.ts'
import { printable } from '../../bytes/printable.ts'
import { noMqttSentence } from '../../report/no-mqtt.ts'
import { capturedFrame, type CapturedFrame } from '../model/captured-frame.ts'
import { filterState } from '../model/filter-field.ts'
import { PacketDetail, type DetailRow } from '../model/packet-detail.ts'
import { noHitText, PacketSearch } from '../model/search.ts'
import { ViewController, viewProps, type Surroundings } from '../view-controller.ts'
import { packetText } from './packet-lines.ts'
import { packetsLayout } from './packets-layout.ts'
import { listRows, packetsAt, PACKETS_START, reducePackets, settled, type PacketsContext, type PacketsState } from './packets-state.ts'
import type { ByteRange } from '../../bytes/hex.ts'
import type { FoundFrame } from '../../io/frame-finder.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Body } from '../frame-content.ts'
import type { Effect, ViewAction } from '../view.ts'
import type { PacketsProps } from './packets-view.tsx'

/** Reads a frame of the capture again, by its number. Null where the capture does not have it. */
export type FindFrame = (number: number) => Promise<FoundFrame | null>

/** Those that need a packet under the cursor. */
const OF_PACKET: ReadonlySet<ViewAction> = new Set<ViewAction>(['findings', 'reference', 'mark', 'copy', 'other-half', 'next', 'previous'])
/** Milliseconds of filter or search that a key may take: of few packets the answer is there with the next frame. */
const AT_ONCE = 8
/** What is still to be filtered of a capture that grows says nothing. */
const ALMOST = 0.99

/** The frame of the packet that the cursor was on when it was asked for. */
interface WantedFrame {
  readonly number: number
  readonly packet: number
  readonly found: CapturedFrame | null
  readonly missing: boolean
}

/** Behind the Packets view: the list with its display filter and its search, and what is looked at of one packet. */
export class PacketsController extends ViewController {
  readonly #findFrame: FindFrame
  #state: PacketsState = PACKETS_START
  #filter = ''
  #search: { readonly text: string; readonly packets: PacketSearch } | null = null
  #detail: PacketDetail | null = null
  /** The packet that the cursor goes back to, unless it is moved, when the filter has come to it, and the one that it is on. */
  #wanted: { readonly packet: number; readonly beside: number } | null = null
  #frame: WantedFrame | null = null

  constructor(around: Surroundings, findFrame: FindFrame) {
    super(around)
    this.#findFrame = findFrame
  }

  override get canFollow(): boolean {
    return this.#state.focus === 'list'
  }

  /** The packet under the cursor; 0 where there is none. */
  get packet(): number {
    return this.#state.packet
  }

  override get stream(): number | null {
    const { index } = this.around.workspace
    return this.packet === 0 || this.packet > index.count ? null : index.connectionOf(this.packet).stream
  }

  /** The packet that times are counted from; null for none. */
  get reference(): number | null {
    return this.#state.reference
  }

  set reference(packet: number | null) {
    this.#state = { ...this.#state, reference: packet }
  }

  /** The display filter; empty for none. */
  get filter(): string {
    return this.#filter
  }

  override get words(): string {
    const { reference, pingsHidden } = this.#state
    const key = this.around.keymap.keysOf('pings', 'packets')[0]
    return [...(reference === null ? [] : [`ref: ${reference}`]), ...(pingsHidden ? [`pings hidden${key === undefined ? '' : ` (${key})`}`] : [])].join('  ')
  }

  override get place(): string {
    const { shown } = this.around.workspace
    return shown.size === 0 ? 'no rows' : `row ${grouped(shown.placeOf(this.packet) + 1)} of ${grouped(shown.size)}`
  }

  /** How far a filter or a search is; null where none is at work. */
  get progressText(): string | null {
    const { shown } = this.around.workspace
    const text = (what: string, progress: number) => `${what}   ${Math.floor(progress * 100)} %   Esc stops`
    // A live capture goes on for ever; what comes is filtered at once.
    if (shown.progress !== null && shown.all > 0 && shown.progress < ALMOST) return text(`filter: ${printable(this.#filter, 60)}`, shown.progress)
    const search = this.#search?.packets.progress ?? null
    return search === null ? null : text('searching', search)
  }

  override act(action: ViewAction): Effect | null {
    // What is shown may have changed since the last frame.
    this.#settle()
    const { packet, pingsHidden } = this.#state
    if (packet === 0 && OF_PACKET.has(action)) return { kind: 'say', text: 'There is no packet here' }
    if (action === 'findings') return { kind: 'show-findings', stream: this.stream }
    const { state, effect } = reducePackets(this.#state, action, this.#context())
    if (state.packet !== packet && state.packet !== this.#newest) this.following = false
    this.#state = state
    if (state.pingsHidden !== pingsHidden) this.#show(this.around.workspace.shown.filter)
    return effect
  }

  override close(): boolean {
    if (!this.#state.maximised && this.#state.focus === 'list') return false
    this.#state = { ...this.#state, maximised: false, focus: 'list' }
    return true
  }

  // ---- Which packets

  /** A display filter, or the empty text for none. One with a mistake is not taken; what is wrong is said. */
  applyFilter(text: string): void {
    const trimmed = text.trim()
    if (trimmed === '') return this.#applied('', null)
    const result = compileFilter(trimmed, PACKET_FIELDS)
    if (!result.ok) return this.around.say(filterState(trimmed).message ?? 'The filter has a mistake')
    this.#applied(trimmed, result.filter)
  }

  #applied(text: string, filter: Filter<PacketEvent> | null): void {
    this.#filter = text
    this.#show(filter)
  }

  #show(filter: Filter<PacketEvent> | null): void {
    // The places of its packets are those of what was shown.
    this.#search = null
    this.around.workspace.shown.show(filter, this.#state.pingsHidden)
    this.#workAtOnce()
  }

  override search(text: string, step: 1 | -1): null {
    const { workspace: { shown, index }, packetRows, info } = this.around
    const textOf = (number: number) => packetText({ event: packetRows.event(number), type: index.typeOf(number) }, info)
    this.#search = { text, packets: new PacketSearch(shown, textOf, text, this.packet, step) }
    this.#workAtOnce()
    return null
  }

  /** Stops a filter or a search that is not done, and goes back to what was there before. Answers which, in a sentence; null where there was none. */
  stop(): string | null {
    const { shown } = this.around.workspace
    if (shown.cancel()) {
      this.#filter = shown.filter?.text ?? ''
      this.#state = { ...this.#state, pingsHidden: shown.pingsHidden }
      return 'The filter was stopped'
    }
    if ((this.#search?.packets.progress ?? null) === null) return null
    this.#search = null
    return 'The search was stopped'
  }

  #workAtOnce(): void {
    const end = performance.now() + AT_ONCE
    this.work(() => performance.now() < end)
  }

  /** Filters and searches on while `mayGoOn`. Answers whether there was anything to do. */
  work(mayGoOn: () => boolean): boolean {
    let worked = this.around.workspace.shown.work(mayGoOn)
    if (this.#search === null || !mayGoOn()) return worked
    const { text, packets } = this.#search
    worked = packets.work(mayGoOn) || worked
    if (packets.progress !== null) return worked
    this.#search = null
    if (packets.hit === null) this.around.say(noHitText(text))
    else this.#goTo(packets.hit)
    return worked
  }

  // ---- The cursor

  /** The cursor where it was before, or on the next packet that is shown. */
  comeBackTo(packet: number): void {
    this.#state = packetsAt(this.#state, packet, null, [])
  }

  /** The cursor on any packet of the capture, and a range of its bytes marked. A filter that hides it is given up. */
  showPacket(packet: number, range: ByteRange | null): void {
    const { workspace: { shown }, say } = this.around
    if (packet < 1 || packet > shown.all) return say(`There is no packet ${packet}: there are ${grouped(shown.all)}`)
    if (shown.progress === null && !shown.has(packet)) {
      say(`The filter hid packet ${packet}: all packets are shown`)
      this.#state = { ...this.#state, pingsHidden: false }
      this.#applied('', null)
    }
    this.#goTo(packet)
    this.#state = packetsAt({ ...this.#state, focus: range === null ? 'list' : 'fields' }, packet, range, this.#detailRows)
  }

  #goTo(packet: number): void {
    this.following = false
    this.comeBackTo(packet)
  }

  get #newest(): number {
    const { shown } = this.around.workspace
    return shown.at(shown.size - 1)
  }

  #toNewest(): void {
    const newest = this.#newest
    if (newest > 0 && newest !== this.packet) this.#state = { ...packetsAt(this.#state, newest, null, []), top: this.around.workspace.shown.size }
  }

  /**
   * The cursor on a packet that is shown. A filter that has not come to the packet under it, or to one behind that, takes it away only until it has: nothing moves but for
   * what is hidden.
   */
  #settle(): PacketsContext {
    const { shown } = this.around.workspace
    if (this.#wanted !== null && this.#wanted.beside === this.packet) this.#state = { ...this.#state, packet: this.#wanted.packet }
    const { packet } = this
    const context = this.#context()
    this.#state = settled(this.#state, context)
    this.#wanted = shown.underway && this.packet !== packet ? { packet, beside: this.packet } : null
    return context
  }

  // ---- What is shown of it

  override body(): Body {
    const { paused } = this.around
    if (this.following && paused === null) this.#toNewest()
    return { view: 'packets', props: this.#props() }
  }

  #props(): PacketsProps {
    const { packetRows, info } = this.around
    const context = this.#settle()
    const { detail, rows } = this.packet === (context.detail?.event.number ?? 0) ? context : this.#context()
    const common = viewProps(this.around)
    const count = listRows(packetsLayout(common, this.#state))
    const frame = this.#wantedFrame()
    return {
      ...common, detail, rows, info,
      state: this.#state,
      packets: packetRows.rows(this.#state.top, count, this.#state, common.timeText),
      nothing: this.#nothingText,
      frame: frame?.found ?? null,
      wantedFrame: { number: frame?.number ?? 0, missing: frame?.missing ?? false },
    }
  }

  #context(): PacketsContext {
    const { workspace, packetRows, info, size } = this.around
    const { shown, index } = workspace
    return {
      ...size, shown, index,
      frame: this.#frame?.packet === this.packet ? this.#frame.found : null,
      detail: this.#detailOf(this.packet),
      rows: this.#detailRows,
      isFound: (packet) => workspace.severityOf(packet) !== null,
      lineOf: (packet) => packetText({ event: packetRows.event(packet), type: index.typeOf(packet) }, info),
    }
  }

  #detailOf(packet: number): PacketDetail | null {
    if (this.#detail?.event.number === packet) return this.#detail
    const { packetRows, showSecrets } = this.around
    const event = packetRows.event(packet)
    return (this.#detail = event === null ? null : new PacketDetail(event, showSecrets))
  }

  get #detailRows(): readonly DetailRow[] {
    return this.#detailOf(this.packet)?.rows(this.#state.folded, this.around.workspace.findingsOf(this.packet)) ?? []
  }

  /** The frame of the packet under the cursor, read again where it is asked for; null where it is not. */
  #wantedFrame(): WantedFrame | null {
    const { packet, frameBytes } = this.#state
    if (!frameBytes || packet === 0) return null
    if (this.#frame?.packet === packet) return this.#frame
    const { workspace: { index, source }, showSecrets, changed } = this.around
    const number = index.frameOf(packet)
    const waiting = { number, packet, found: null, missing: false }
    this.#frame = waiting
    void this.#findFrame(number).then((found) => {
      // The cursor has gone on.
      if (this.#frame !== waiting) return
      this.#frame = { ...waiting, found: found === null ? null : capturedFrame(found, packet, index, source, showSecrets), missing: found === null }
      changed()
    })
    return waiting
  }

  get #nothingText(): string {
    const { workspace: { shown, pipeline }, reading } = this.around
    if (shown.all > 0) return shown.progress === null ? 'No packet matches the filter' : 'No packet matches the filter so far'
    return reading.state === 'reading' ? 'No MQTT packets so far' : noMqttSentence(pipeline.totals)
  }
}
