/**
 * Cuts one direction of a connection into control packets (MQTT 5.0 §2.1), wherever segments begin and end.
 *
 * A packet that lies whole in one segment is handed on where it is; only unfinished ones are copied. Of a PUBLISH larger than `decodedBytes` the
 * variable header and the first bytes of the payload are kept, the rest goes by. Where packets cannot be told (after a gap, in the middle of a
 * stream, in a stream that is not MQTT), bytes are counted as an unframed run and the next boundary is searched. It never decodes.
 *
 *   start ─ CONNECT, or packets that fit ───────────► between/inside ◄─ boundary found ── search
 *     ├──── TLS, HTTP, other ──► opaque                 │ │  ▲                              ▲
 *     └──── begins mid-stream ─────────────► search     │ gap ┼─ inside a packet: skip its rest
 *                                                       │     └─ else ──────────────────────┤
 *                                                       └─ an error, and the boundary is ───┘
 *                                                          not proven yet
 */
import type { End } from '../tcp/connection.ts'
import { StreamData } from '../tcp/stream-sink.ts'
import { Utf8Validator } from '../bytes/utf8.ts'
import { Assembly, type AssemblyBudget, type Locate } from './assembly.ts'
import { findBoundary, PROVEN, SEGMENT_START, weigh, weighFramed, type BoundarySearch } from './boundary.ts'
import { IMPOSSIBLE, INCOMPLETE, packetLength, REMAINING_LENGTH_BYTES } from './fixed-header.ts'
import type { UnframedReason } from './packet-event.ts'
import { kindOf, proxyHeaderLength } from './stream-kind.ts'
import type { Direction } from './version.ts'

export interface FramerLimits {
  readonly payloadKept: number
  readonly decodedBytes: number
  /** Bytes among which a boundary is searched at once; of those before it only the number is kept. */
  readonly searchWindow: number
  /** Segments remembered of one unfinished packet. */
  readonly pieces: number
}

/** What a connection carries, as far as either direction has shown. `beginning`: and its first packet was seen. */
export type Carrier = 'unknown' | 'mqtt' | 'mqtt-from-beginning' | 'tls' | 'websocket' | 'not-mqtt'

/** The connection around a framer, and where its packets go. */
export interface FramerHost {
  readonly carrier: Carrier
  /** Direction of this framer's packets, as far as known. */
  direction(sender: End): Direction | null
  /** The user said that this port carries MQTT. */
  readonly expected: boolean
  /** This direction was seen from its SYN on. */
  fromBeginning(sender: End): boolean
  recognised(sender: End, carrier: Carrier): void
  /** Nothing here is MQTT, and nobody expected it; `carrier`: what it is instead, if it can be told. */
  ignore(carrier: 'tls' | 'websocket' | null): void
  fits(sender: End, bytes: Uint8Array, start: number, end: number): boolean
  /** Whether an error would be told of this packet. */
  accuses(sender: End, bytes: Uint8Array, start: number, end: number, length: number): boolean
  /**
   * A packet is complete. Its bytes at hand are `bytes[start..end)`, `length` is its whole length. `last` tells of its last byte, `assembly` of the
   * segments that brought it (null: `last` brought all). `payloadValid`: for a payload that went by, whether it was UTF-8 (null: not known).
   * `missing`: how many bytes of the payload are not in the capture.
   */
  packet(sender: End, bytes: Uint8Array, start: number, end: number, length: number, last: StreamData, assembly: Assembly | null, payloadValid: boolean | null, missing: number): void
  unframed(sender: End, length: number, reason: UnframedReason, first: number, last: StreamData): void
  /** Where the payload of the large PUBLISH that begins here starts; -1 where that is not among these bytes. */
  payloadStart(sender: End, bytes: Uint8Array, length: number, whole: number): number
}

/** `between`: the next byte begins a packet, and nothing is kept. `inside`: the beginning of a packet is assembled. */
type Mode = 'start' | 'between' | 'inside' | 'large' | 'skip' | 'search' | 'opaque'

/** Data from `at` on, and a buffer that is free again behind it. */
interface Waiting {
  readonly data: StreamData | null
  readonly at: number
  readonly isCut: boolean
  readonly spare: Uint8Array | null
}

export class Framer {
  #mode: Mode = 'start'
  #host: FramerHost
  #sender: End
  readonly #decodedBytes: number
  readonly #limits: FramerLimits
  readonly #assembly: Assembly
  /** Whole length of the unfinished packet, once its header is here; else 0. */
  #whole = 0
  /** Bytes of the unfinished packet that are still to come (`large`, `skip`). */
  #remaining = 0
  #validator: Utf8Validator | null = null
  /** Bytes of its payload that are not in the capture. */
  #missing = 0
  /** The run of bytes that could not be framed: its length so far, why, and its first frame. */
  #unframedLength = 0
  #unframedReason: UnframedReason = 'mid-stream'
  #unframedFirst = 0
  /** Bits of evidence for the boundary that was found last, from the packets framed since; PROVEN where none was searched. */
  #proof = PROVEN
  /** The unfinished packet begins with a segment. */
  #unfinishedBegan = false
  /** What is being framed begins in the middle of a segment. */
  #isCut = false
  /** What else is to be framed, the next one last: no input makes calls nest. */
  readonly #waiting: Waiting[] = []
  #working = false
  /** Why it was searched. */
  #searchReason: UnframedReason = 'mid-stream'
  /** Assembled length at which the whole window was searched last. */
  #searched = 0
  /** What the last data said, where it left something unfinished: tells where an unframed run ends when no data does. */
  #last: StreamData | null = null

  constructor(host: FramerHost, sender: End, limits: FramerLimits, budget: AssemblyBudget, locate: Locate | null = null) {
    this.#host = host
    this.#sender = sender
    this.#decodedBytes = limits.decodedBytes
    this.#limits = limits
    this.#assembly = new Assembly(budget, limits.pieces, locate)
  }

  /** The next byte begins a packet, and nothing is unfinished: another framer would do as well from here on. */
  get idle(): boolean {
    return this.#mode === 'between' && this.#unframedLength === 0 && this.#proof >= PROVEN
  }

  /** An idle or closed framer goes on with another direction: from its beginning, or between two of its packets. */
  reuse(host: FramerHost, sender: End, from: 'start' | 'between'): void {
    this.#host = host
    this.#sender = sender
    this.#mode = from
    this.#whole = 0
    this.#searched = 0
    this.#proof = PROVEN
    this.#last = null
  }

  /** Takes `data` from `at` on. */
  data(data: StreamData, at: number): void {
    if (this.#mode === 'between') this.#packets(data, at)
    else this.#other(data, at)
    if (this.#mode !== 'between') this.#remember(data)
  }

  /** `length` bytes are missing before the next data. Returns how many of them do not belong to a packet that has begun. */
  gap(length: number): number {
    switch (this.#mode) {
      case 'opaque':
        return 0
      case 'search':
        this.#searchEverything(this.#lastData)
        if (this.#mode !== ('search' as Mode)) return this.gap(length)
        this.#giveUpAssembled()
        return length
      case 'start':
        if (!this.#host.expected && this.#host.carrier === 'unknown') {
          this.#assembly.clear()
          this.#host.ignore(null)
          return 0
        }
        break
      case 'inside':
        if (this.#whole === 0) break
        this.#remaining = this.#whole - this.#assembly.length
        if (!this.#keepBeginning()) {
          this.#countUnframed(this.#assembly.length, 'gap', this.#assembly.segments[0]?.frame ?? this.#lastData.frame)
          this.#assembly.clear()
          this.#mode = 'skip'
        }
        return this.#passOver(length)
      case 'large': case 'skip':
        return this.#passOver(length)
      case 'between':
        break
    }
    if (this.#assembly.length > 0) this.#countUnframed(this.#assembly.length, 'gap', this.#assembly.segments[0]!.frame)
    this.#assembly.clear()
    this.#whole = 0
    this.#beginSearch('gap')
    return length
  }

  /** The gap begins in a packet whose length is known: that says where the next packet begins, if the gap ends before. */
  #passOver(length: number): number {
    const passed = Math.min(length, this.#remaining)
    this.#remaining -= passed
    if (this.#mode === 'large') this.#missing += passed
    this.#validator = null
    if (this.#remaining > 0) return 0
    if (this.#mode === 'large') this.#endLarge(this.#lastData)
    else if (length === passed) this.#endSkip(this.#lastData)
    if (length > passed) this.#beginSearch('gap')
    return length - passed
  }

  /** No more data comes: what is unfinished is an unframed run. */
  close(): void {
    const last = this.#lastData
    if (this.#mode === 'search') this.#searchEverything(last)
    if (this.#mode === 'start' && this.#assembly.length > 0 && this.#host.expected) this.#countUnframed(this.#assembly.length, 'ended', last.frame)
    else if (this.#mode === 'inside') this.#countUnframed(this.#assembly.length, 'ended', this.#assembly.segments[0]!.frame)
    else if (this.#mode === 'large') this.#countUnframed(this.#whole - this.#remaining - this.#missing, 'ended', last.frame)
    else if (this.#mode === 'search') this.#giveUpAssembled()
    this.#endUnframed(last)
    this.#assembly.release()
    this.#mode = 'opaque'
  }

  // --- packets ---

  /** The common case. `at` is the first byte of `data` not used yet. */
  #packets(data: StreamData, at: number): void {
    const { buffer, end } = data
    const decodedBytes = this.#decodedBytes
    while (at < end) {
      const whole = packetLength(buffer, at, end)
      if (whole > 0 && at + whole <= end && whole <= decodedBytes) {
        if (this.#proof < PROVEN && !this.#proves(buffer, at, at + whole, whole, this.#beginsSegment(data, at), at + whole === end)) {
          this.#searchBehind(data, at)
          return
        }
        this.#host.packet(this.#sender, buffer, at, at + whole, whole, data, null, null, 0)
        at += whole
        continue
      }
      if (whole === IMPOSSIBLE) {
        if (this.#proof < PROVEN) {
          this.#searchBehind(data, at)
          return
        }
        const length = 1 + REMAINING_LENGTH_BYTES
        this.#host.packet(this.#sender, buffer, at, at + length, length, data, null, null, 0)
        this.#beginSearch('not-mqtt')
        this.#other(data, at + length)
        return
      }
      this.#whole = whole === INCOMPLETE ? 0 : whole
      this.#mode = 'inside'
      this.#unfinishedBegan = this.#beginsSegment(data, at)
      this.#assemble(data, at, Math.min(end - at, decodedBytes))
      return
    }
  }

  /** Goes on with the unfinished packet. Returns the first byte behind it, or -1 where all of `data` was used. */
  #inside(data: StreamData, at: number): number {
    const assembly = this.#assembly
    while (this.#whole === 0) {
      if (at >= data.end) return -1
      if (!assembly.append(data, at, 1)) return this.#overBudget(data, at)
      at++
      const whole = packetLength(assembly.bytes, 0, assembly.length)
      if (whole === IMPOSSIBLE) {
        if (this.#proof < PROVEN) return this.#searchAssembled(data, at)
        this.#host.packet(this.#sender, assembly.bytes, 0, assembly.length, assembly.length, data, assembly, null, 0)
        assembly.clear()
        this.#beginSearch('not-mqtt')
        this.#other(data, at)
        return -1
      }
      if (whole !== INCOMPLETE) this.#whole = whole
    }
    const wanted = Math.min(this.#whole, this.#decodedBytes) - assembly.length
    const count = Math.min(wanted, data.end - at)
    if (!this.#assemble(data, at, count)) return -1
    at += count
    if (assembly.length < this.#whole) return -1
    const whole = this.#whole
    if (this.#proof < PROVEN && !this.#proves(assembly.bytes, 0, whole, whole, this.#unfinishedBegan, at === data.end)) return this.#searchAssembled(data, at)
    this.#whole = 0
    this.#mode = 'between'
    this.#host.packet(this.#sender, assembly.bytes, 0, whole, whole, data, assembly, null, 0)
    assembly.clear()
    return at
  }

  /** Keeps `count` bytes. False where that used up all of `data` in another way. */
  #assemble(data: StreamData, at: number, count: number): boolean {
    const assembly = this.#assembly
    if (count > 0 && !assembly.append(data, at, count)) {
      this.#overBudget(data, at)
      return false
    }
    if (assembly.length >= this.#decodedBytes && this.#whole > assembly.length) {
      this.#beginLarge(data)
      this.#other(data, at + count)
      return false
    }
    return true
  }

  /** No memory for more unfinished packets: this one goes by uncounted but for its length. */
  #overBudget(data: StreamData, at: number): number {
    this.#countUnframed(this.#assembly.length, 'limit', data.frame)
    const whole = this.#whole > 0 ? this.#whole : packetLength(data.buffer, at, data.end)
    this.#remaining = whole > 0 ? whole - this.#assembly.length : 0
    this.#assembly.release()
    if (whole > 0) {
      this.#unframedReason = 'limit'
      this.#mode = 'skip'
    } else this.#beginSearch('limit')
    this.#other(data, at)
    return -1
  }

  // --- packets larger than is decoded ---

  #beginLarge(data: StreamData): void {
    const assembly = this.#assembly
    this.#remaining = this.#whole - assembly.length
    if (this.#keepBeginning()) return
    this.#countUnframed(assembly.length, 'limit', assembly.segments[0]?.frame ?? data.frame)
    assembly.clear()
    this.#mode = 'skip'
  }

  /** Of a PUBLISH whose payload has begun, the variable header and the first bytes of the payload are kept. False for anything else. */
  #keepBeginning(): boolean {
    const assembly = this.#assembly
    const start = this.#host.payloadStart(this.#sender, assembly.bytes, assembly.length, this.#whole)
    if (start < 0) return false
    this.#mode = 'large'
    this.#missing = 0
    this.#validator = new Utf8Validator()
    this.#validator.push(assembly.bytes, start, assembly.length)
    assembly.shrink(Math.min(assembly.length, start + this.#limits.payloadKept))
    return true
  }

  #large(data: StreamData, at: number): number {
    const count = Math.min(this.#remaining, data.end - at)
    this.#assembly.note(data, this.#whole - this.#remaining, at)
    this.#validator?.push(data.buffer, at, at + count)
    this.#remaining -= count
    if (this.#remaining > 0) return -1
    this.#endLarge(data)
    return at + count
  }

  #endLarge(last: StreamData): void {
    const valid = this.#validator?.finish() ?? null
    const whole = this.#whole
    const assembly = this.#assembly
    this.#validator = null
    this.#whole = 0
    if (this.#proof < PROVEN && !this.#proves(assembly.bytes, 0, assembly.length, whole, this.#unfinishedBegan, false)) {
      const frame = assembly.segments[0]?.frame ?? last.frame
      assembly.clear()
      this.#beginSearch(this.#searchReason)
      this.#countUnframed(whole - this.#missing, this.#searchReason, frame)
      return
    }
    this.#mode = 'between'
    this.#host.packet(this.#sender, assembly.bytes, 0, assembly.length, whole, last, assembly, valid, this.#missing)
    assembly.clear()
  }

  #skip(data: StreamData, at: number): number {
    const count = Math.min(this.#remaining, data.end - at)
    this.#countUnframed(count, this.#unframedReason, data.frame)
    this.#remaining -= count
    if (this.#remaining > 0) return -1
    this.#endSkip(data)
    return at + count
  }

  #endSkip(last: StreamData): void {
    this.#whole = 0
    this.#mode = 'between'
    this.#endUnframed(last)
  }

  // --- a boundary that is not proven yet ---

  /** Whether this packet speaks for the boundary that was found. One with an error does not, as long as it is likelier that there was none. */
  #proves(bytes: Uint8Array, start: number, end: number, length: number, begins: boolean, ends: boolean): boolean {
    if (this.#proof + (begins ? SEGMENT_START : 0) < PROVEN && this.#host.accuses(this.#sender, bytes, start, end, length)) return false
    this.#proof += weighFramed(this.#proof, length, begins, ends)
    return true
  }

  /** The packet at `at` is none: searches behind its first byte. */
  #searchBehind(data: StreamData, at: number): void {
    this.#beginSearch(this.#searchReason)
    this.#countUnframed(1, this.#searchReason, data.frame)
    this.#other(data, at + 1)
  }

  /** The same for the one that is assembled; goes on at `at`. */
  #searchAssembled(data: StreamData, at: number): number {
    const assembly = this.#assembly
    this.#beginSearch(this.#searchReason)
    this.#countUnframed(1, this.#searchReason, assembly.segments[0]!.frame)
    assembly.drop(1)
    // Behind what is found in it.
    this.#other(data, at)
    this.#searchEverything(data)
    return -1
  }

  #beginsSegment(data: StreamData, at: number): boolean {
    return at === data.start && !this.#isCut
  }

  // --- everything but the common case ---

  #other(data: StreamData, at: number): void {
    if (this.#working) {
      this.#waiting.push({ data, at, isCut: this.#isCut, spare: null })
      return
    }
    this.#working = true
    this.#goOn(data, at)
    this.#workOff()
  }

  #workOff(): void {
    this.#working = true
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      this.#isCut = next.isCut
      if (next.data !== null) this.#goOn(next.data, next.at)
      if (next.spare !== null) this.#assembly.recycle(next.spare)
    }
    this.#isCut = false
    this.#working = false
  }

  #goOn(data: StreamData, at: number): void {
    let next = at
    while (next >= 0 && next < data.end) {
      switch (this.#mode) {
        case 'between':
          this.#packets(data, next)
          return
        case 'inside':
          next = this.#inside(data, next)
          break
        case 'large':
          next = this.#large(data, next)
          break
        case 'skip':
          next = this.#skip(data, next)
          break
        case 'opaque':
          this.#countUnframed(data.end - next, this.#unframedReason, data.frame)
          return
        case 'start':
          this.#start(data, next)
          return
        case 'search':
          next = this.#search(data, next)
          break
      }
    }
  }

  #start(data: StreamData, at: number): void {
    const host = this.#host
    const assembly = this.#assembly
    switch (host.carrier) {
      case 'tls': case 'websocket': case 'not-mqtt':
        this.#becomeOpaque(host.carrier)
        this.#other(data, at)
        return
      case 'mqtt-from-beginning':
        this.#mode = 'between'
        if (assembly.length === 0) this.#packets(data, at)
        else this.#replayAssembled(data, at)
        return
      case 'mqtt':
        if (host.fromBeginning(this.#sender)) {
          this.#mode = 'between'
          this.#replayAssembled(data, at)
          return
        }
        break
      case 'unknown':
        break
    }
    // Nearly always the first segment holds a CONNECT, and nothing needs to be kept.
    if (assembly.length === 0 && kindOf(data.buffer, at, data.end) === 'connect') {
      host.recognised(this.#sender, 'mqtt-from-beginning')
      this.#mode = 'between'
      this.#packets(data, at)
      return
    }
    if (!assembly.append(data, at, data.end - at)) {
      host.ignore(null)
      return
    }
    this.#identify(data)
  }

  #identify(last: StreamData): void {
    const host = this.#host
    const assembly = this.#assembly
    const kind = kindOf(assembly.bytes, 0, assembly.length)
    switch (kind) {
      case 'undecided':
        return
      case 'connect':
        host.recognised(this.#sender, 'mqtt-from-beginning')
        this.#mode = 'between'
        this.#replayAssembled(null, 0)
        return
      case 'proxy': {
        const length = proxyHeaderLength(assembly.bytes, 0, assembly.length)
        if (length === 0) return
        if (length > 0) {
          const expected = host.expected || kindOf(assembly.bytes, length, assembly.length) !== 'other'
          if (expected) {
            this.#countUnframed(length, 'not-mqtt', assembly.segments[0]!.frame)
            this.#endUnframed(last)
          }
          assembly.drop(length)
          if (assembly.length > 0) this.#identify(last)
          return
        }
        break
      }
      case 'tls': case 'websocket': case 'other':
        break
    }
    if (!host.expected) {
      assembly.release()
      host.ignore(kind === 'tls' || kind === 'websocket' ? kind : null)
      return
    }
    if (kind === 'tls' || kind === 'websocket') {
      host.recognised(this.#sender, kind)
      this.#becomeOpaque(kind)
      return
    }
    if (!host.fromBeginning(this.#sender)) {
      this.#beginSearch('mid-stream')
      this.#searchNow(last)
      return
    }
    // At the beginning of a stream the framing alone decides: a broken first packet is MQTT too, and is to be reported as such.
    const weight = weigh({ ...this.#boundarySearch(), fits: () => true, mayBePayload: false }, 0)
    if (resemblesConnect(assembly.bytes, assembly.length) || weight >= FRAMED) {
      host.recognised(this.#sender, 'mqtt')
      this.#mode = 'between'
      this.#replayAssembled(null, 0)
    } else if (weight < 0 || assembly.length > this.#limits.searchWindow) {
      host.recognised(this.#sender, 'not-mqtt')
      this.#becomeOpaque('not-mqtt')
    }
  }

  #becomeOpaque(reason: 'tls' | 'websocket' | 'not-mqtt'): void {
    this.#mode = 'opaque'
    this.#unframedReason = reason
    if (this.#assembly.length > 0) this.#countUnframed(this.#assembly.length, reason, this.#assembly.segments[0]!.frame)
    this.#assembly.release()
  }

  // --- search ---

  #beginSearch(reason: UnframedReason): void {
    this.#mode = 'search'
    this.#searchReason = reason
    this.#whole = 0
    this.#searched = 0
    if (this.#unframedLength === 0) this.#unframedReason = reason
  }

  /** Returns where to go on in `data`; -1 where all of it was used. */
  #search(data: StreamData, at: number): number {
    const assembly = this.#assembly
    const isAll = assembly.length === 0
    if (!assembly.append(data, at, data.end - at)) {
      this.#giveUpAssembled()
      this.#countUnframed(data.end - at, 'limit', data.frame)
      return -1
    }
    const boundary = isAll ? findBoundary(this.#boundarySearch(), 0) : -1
    if (boundary < 0) {
      this.#searchNow(data)
      return -1
    }
    // Nothing needs to be replayed.
    this.#countUnframed(boundary, this.#unframedReason, data.frame)
    assembly.clear()
    this.#believe(data)
    return at + boundary
  }

  #searchNow(last: StreamData): void {
    const assembly = this.#assembly
    const search = this.#boundarySearch()
    const newest = assembly.segments[assembly.segments.length - 1]!.start
    // Only now and then the whole window: each byte is looked at a few times, not once for every segment.
    const boundary = assembly.length >= this.#searched * 2 || assembly.length > this.#limits.searchWindow
      ? findBoundary(search, 0)
      : findBoundary(search, newest)
    if (assembly.length >= this.#searched * 2) this.#searched = assembly.length
    if (boundary >= 0) {
      this.#found(boundary, last)
    } else if (isTls(assembly.bytes, newest, assembly.length) && this.#unframedReason === 'mid-stream') {
      this.#host.recognised(this.#sender, 'tls')
      this.#becomeOpaque('tls')
    } else if (assembly.length > this.#limits.searchWindow) {
      const dropped = assembly.length >> 1
      this.#countUnframed(dropped, this.#unframedReason, assembly.segments[0]!.frame)
      assembly.drop(dropped)
      this.#searched = assembly.length
    }
  }

  #searchEverything(last: StreamData): void {
    if (this.#assembly.length === 0) return
    const boundary = findBoundary(this.#boundarySearch(), 0)
    if (boundary >= 0) this.#found(boundary, last)
  }

  #found(boundary: number, last: StreamData): void {
    const assembly = this.#assembly
    if (boundary > 0) {
      this.#countUnframed(boundary, this.#unframedReason, assembly.segments[0]!.frame)
      assembly.drop(boundary)
    }
    this.#believe(last)
    this.#replayAssembled(null, 0)
  }

  #believe(last: StreamData): void {
    this.#endUnframed(last)
    this.#host.recognised(this.#sender, 'mqtt')
    this.#proof = 0
    this.#mode = 'between'
  }

  #giveUpAssembled(): void {
    if (this.#assembly.length > 0) this.#countUnframed(this.#assembly.length, this.#unframedReason, this.#assembly.segments[0]!.frame)
    this.#assembly.clear()
    this.#searched = 0
  }

  #boundarySearch(): BoundarySearch {
    const assembly = this.#assembly
    return {
      bytes: assembly.bytes,
      length: assembly.length,
      segmentStarts: assembly.segments.filter((segment) => segment.begins).map((segment) => segment.start),
      direction: this.#host.direction(this.#sender),
      fits: (bytes, start, end) => this.#host.fits(this.#sender, bytes, start, end),
      mayBePayload: true,
    }
  }

  /** Frames what was assembled, as if it came only now, then the rest of `data` from `at` on. */
  #replayAssembled(data: StreamData | null, at: number): void {
    const { bytes, length, segments } = this.#assembly.take()
    this.#waiting.push({ data, at, isCut: this.#isCut, spare: bytes })
    for (let index = segments.length - 1; index >= 0; index--) {
      const segment = segments[index]!
      const replay = new StreamData()
      replay.buffer = bytes
      replay.start = segment.start
      replay.end = segments[index + 1]?.start ?? length
      replay.frame = segment.frame
      replay.time = segment.time
      replay.seenFrame = segment.seenFrame
      replay.seenTime = segment.seenTime
      replay.offset = segment.end - (replay.end - replay.start)
      replay.acknowledged = segment.acknowledged
      replay.acknowledgedTime = segment.acknowledgedTime
      replay.filledHole = segment.filledHole
      replay.position = segment.position
      this.#waiting.push({ data: replay, at: replay.start, isCut: !segment.begins, spare: null })
    }
    if (!this.#working) this.#workOff()
  }

  // --- unframed runs ---

  #countUnframed(length: number, reason: UnframedReason, frame: number): void {
    if (length === 0) return
    if (this.#unframedLength === 0) {
      this.#unframedReason = reason
      this.#unframedFirst = frame
    }
    this.#unframedLength += length
  }

  #endUnframed(last: StreamData): void {
    if (this.#unframedLength === 0) return
    const length = this.#unframedLength
    this.#unframedLength = 0
    this.#host.unframed(this.#sender, length, this.#unframedReason, this.#unframedFirst, last)
  }

  /** Before any data: nothing is said of it. */
  get #lastData(): StreamData {
    return this.#last ?? NO_DATA
  }

  #remember(data: StreamData): void {
    const last = (this.#last ??= new StreamData())
    last.frame = data.frame
    last.time = data.time
    last.seenFrame = data.seenFrame
    last.seenTime = data.seenTime
    last.acknowledged = data.acknowledged
    last.acknowledgedTime = data.acknowledgedTime
    // Of its bytes only the end counts.
    last.offset = data.offset + data.end - data.start
    last.filledHole = data.filledHole
  }
}

const NO_DATA = new StreamData()

/** Evidence that the framing alone gives: one packet that ends with the segment, or two of them. */
const FRAMED = 32

/** A first packet of type CONNECT whose protocol name is short text, right or wrong. */
function resemblesConnect(bytes: Uint8Array, length: number): boolean {
  if (bytes[0]! >> 4 !== 1) return false
  let at = 1
  while (at < length && at < 4 && (bytes[at]! & 0x80) !== 0) at++
  at++
  if (at + 2 > length) return false
  const nameLength = (bytes[at]! << 8) | bytes[at + 1]!
  if (nameLength > 32 || at + 2 + nameLength > length) return false
  for (let i = at + 2; i < at + 2 + nameLength; i++) if (bytes[i]! < 0x20 || bytes[i]! > 0x7e) return false
  return true
}

/** TLS records in the middle of a connection (RFC 8446 §5.2): application data whose length ends with the segment or at the next record. */
function isTls(bytes: Uint8Array, start: number, length: number): boolean {
  if (start + 5 > length || bytes[start] !== 0x17 || bytes[start + 1] !== 0x03 || bytes[start + 2]! > 0x04) return false
  const next = start + 5 + ((bytes[start + 3]! << 8) | bytes[start + 4]!)
  return next === length || (next + 2 < length && bytes[next] === 0x17 && bytes[next + 1] === 0x03)
}
