/**
 * A cursor over the bytes of one packet. Each method reads one field, records it if somebody wants to see it, and reports what is wrong with it.
 *
 * A field that does not fit is reported once; from then on the reader is `stopped`: every later read answers "not there" (-1, undefined) and reports
 * nothing, so that a packet's reader is a straight list of its fields. What could not be read becomes one `mqtt.undecoded` field.
 * Nothing is read outside `[start, limit)`. Positions are absolute in `buffer`; the ranges of fields and problems count from byte 1 of the packet.
 */
import { decodeUtf8, firstIllFormed } from '../bytes/utf8.ts'
import { FIELDS } from './fields.ts'
import type { Field, FieldRecorder } from './field.ts'
import type { Properties, Text } from './packet.ts'
import type { Problem } from './problem.ts'
import { problem } from './problems.ts'
import type { DecoderProblemCode, FactsOf, Place } from './problems.ts'
import { PropertyFindings } from './property-findings.ts'
import type { TextTable } from './text-table.ts'
import type { TextPlace } from './text-places.ts'
import { judgeText } from './text-rules.ts'
import type { Direction, Version } from './version.ts'

export interface ReaderLimits {
  readonly payloadKept: number
  readonly problemsPerPacket: number
}

export class PacketReader {
  buffer: Uint8Array = NO_BYTES
  /** Where byte 1 of the fixed header is. */
  start = 0
  /** Where the next field begins. */
  position = 0
  /** Reads end here: at the end of what declares its own length (the packet, or a block of properties), or of the bytes at hand. */
  limit = 0
  /** Where the packet ends by its Remaining Length: past the bytes at hand for a very large PUBLISH. */
  packetEnd = 0
  /** Where the bytes at hand end. */
  available = 0
  version: Version = '3.1.1'
  direction: Direction | null = null
  recorder: FieldRecorder | null = null
  remainingLength = 0
  /** Nothing more can be read. */
  stopped = false
  /** Nothing is reported: the version is not known, and so neither is what is wrong. */
  silent = false
  /** A CONNECT of 3.1 whose Remaining Length is less than the shortest one has. */
  belowMinimum = false
  /** The facts (TEXT_FACTS) of the last text that was read, and where its characters began. */
  textFacts = 0
  textStart = 0
  /** What the last block of properties had. */
  readonly found = new PropertyFindings()
  /** Bytes of a will's payload that a packet keeps. */
  readonly payloadKept: number

  // What is being read, the packet or a block of properties: the bytes of its length field, and where it ends by that length. `limit` is before that end
  // where bytes are not at hand.
  #containerStart = 0
  #containerEnd = 0
  #declaredLimit = 0
  #inProperties = false
  #propertyLength = 0
  /** Where the fixed header ends. */
  #bodyStart = 0
  /** The block of properties goes past the packet, which has been reported. Whether what stands in it are properties is not known. */
  #overrun = false
  /** That bytes are not at hand has been reported. */
  #incomplete = false

  #problems: Problem[] | null = null
  /** No more problems are listed. */
  #full = false
  readonly #texts: TextTable
  readonly #mostProblems: number

  constructor(texts: TextTable, limits: ReaderLimits) {
    this.#texts = texts
    this.payloadKept = limits.payloadKept
    this.#mostProblems = limits.problemsPerPacket
  }

  /** Begins the packet of `length` bytes of which `buffer[start..end)` is at hand. The cursor stands behind byte 1. */
  begin(
    buffer: Uint8Array, start: number, end: number, length: number, version: Version, direction: Direction | null, recorder: FieldRecorder | null,
  ): void {
    this.buffer = buffer
    this.start = start
    this.position = start + 1
    this.packetEnd = start + length
    this.available = end
    this.limit = end < this.packetEnd ? end : this.packetEnd
    this.version = version
    this.direction = direction
    this.recorder = recorder
    this.stopped = false
    this.silent = false
    this.belowMinimum = false
    this.remainingLength = 0
    this.#inProperties = false
    this.#overrun = false
    this.#incomplete = false
    this.#declaredLimit = this.packetEnd
    this.#problems = null
    this.#full = false
  }

  /** The fixed header has been read: `[from, position)` holds the Remaining Length. */
  beginBody(from: number, remainingLength: number): void {
    this.#containerStart = from
    this.#containerEnd = this.position
    this.#bodyStart = this.position
    this.remainingLength = remainingLength
  }

  /** True for the packets of 5.0, which have properties and reason codes. */
  get five(): boolean {
    return this.version === '5.0'
  }

  /** Bytes up to the end that the Remaining Length (or the Property Length) declares, at hand or not. */
  get left(): number {
    return this.#declaredLimit - this.position
  }

  /** The bytes of the length field that says where reads end. */
  get containerStart(): number {
    return this.#containerStart
  }

  get containerEnd(): number {
    return this.#containerEnd
  }

  /** Offset of an absolute position from byte 1 of the packet. */
  offset(position: number): number {
    return position - this.start
  }

  /** The next byte, not yet read; -1 where there is none. */
  peek(): number {
    return this.position < this.limit ? this.buffer[this.position]! : -1
  }

  /** What is left at hand, absolute; where nothing is, the length field that says that there should be. */
  rest(): { readonly start: number; readonly end: number } {
    if (this.position < this.limit) return { start: this.position, end: this.limit }
    return { start: this.#containerStart, end: this.#containerEnd }
  }

  // ---- Fields. Each answers -1 or undefined where the field is not there.

  /** `meanings` says what each value means, for the recorder; `label` is what problems call the field. */
  byte(field: Field, meanings: readonly (string | undefined)[] | null = null, label = field.label): number {
    const at = this.position
    if (at + 1 > this.limit) return this.#tooShort(label, 1)
    const value = this.buffer[at]!
    this.position = at + 1
    if (this.recorder !== null) this.recorder.add(field, value, at - this.start, at + 1 - this.start, 0, meanings?.[value] ?? null)
    return value
  }

  /** A byte whose bits are fields of their own: it is left open in the recorder, for its bits, until `endBits`. */
  bits(field: Field, meaning: string | null = null): number {
    const at = this.position
    if (at + 1 > this.limit) return this.#tooShort(field.label, 1)
    const value = this.buffer[at]!
    this.position = at + 1
    if (this.recorder !== null) this.recorder.open(field, at - this.start, value, meaning)
    return value
  }

  /** A field of the byte that `bits` read. */
  bit(field: Field, value: number | boolean, mask: number, meaning: string | null = null): void {
    this.recorder?.add(field, value, this.position - 1 - this.start, this.position - this.start, mask, meaning)
  }

  endBits(): void {
    this.recorder?.close(this.position - this.start)
  }

  uint16(field: Field, label = field.label): number {
    const at = this.position
    if (at + 2 > this.limit) return this.#tooShort(label, 2)
    const value = (this.buffer[at]! << 8) | this.buffer[at + 1]!
    this.position = at + 2
    if (this.recorder !== null) this.recorder.add(field, value, at - this.start, at + 2 - this.start)
    return value
  }

  uint32(field: Field, label = field.label): number {
    const at = this.position
    if (at + 4 > this.limit) return this.#tooShort(label, 4)
    const { buffer } = this
    const value = buffer[at]! * 0x1000000 + ((buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!)
    this.position = at + 4
    if (this.recorder !== null) this.recorder.add(field, value, at - this.start, at + 4 - this.start)
    return value
  }

  /**
   * A variable byte integer of the properties (MQTT 5.0 §1.5.5). `label` names it in problems. Records nothing: what it means is the caller's.
   * -1 where it does not fit, -2 where it has more than four bytes.
   */
  variableByteInteger(label: string): number {
    const from = this.position
    let value = 0
    let scale = 1
    for (let used = 1; used <= 4; used++) {
      const at = from + used - 1
      if (at + 1 > this.limit) return this.#tooShort(label, used)
      const byte = this.buffer[at]!
      value += (byte & 0x7f) * scale
      scale *= 128
      if (byte < 0x80) {
        this.position = at + 1
        // The last byte of a minimal form is not 0, unless it is the only one.
        if (byte === 0 && used > 1) {
          this.report('property.integer-not-minimal', null, from, at + 1, label, value, used, variableByteIntegerLength(value))
        }
        return value
      }
    }
    this.report('property.integer-too-long', null, from, from + 4, label, this.hex(from, from + 4))
    return TOO_LONG
  }

  /** MQTT 5.0 §2.2.1, 3.1.1 §2.3.1: 0 is never a Packet Identifier. `type` is the packet's. */
  packetIdentifier(type: Place): number | undefined {
    const at = this.position
    const value = this.uint16(FIELDS.packetIdentifier)
    if (value > 0) return value
    if (value < 0) return undefined
    const sender = this.direction === 'client-to-server' ? 'fromClient' : this.direction === 'server-to-client' ? 'fromServer' : null
    // Only for PUBLISH does the sender choose the statement; an acknowledgement breaks none with its 0.
    this.report('packet-identifier.zero', type === 'PUBLISH' && sender !== null ? [type, sender] : type, at, at + 2, type)
    return value
  }

  /** A length-prefixed text (MQTT 5.0 §1.5.4, 3.1.1 §1.5.3), judged by the rules of its place. */
  text(where: TextPlace): Text | undefined {
    const { buffer, position } = this
    const start = position + 2
    if (start > this.limit) return this.#noText(where.label, where.place, 2, 0)
    const end = start + ((buffer[position]! << 8) | buffer[position + 1]!)
    if (end > this.limit) return this.#noText(where.label, where.place, end - start, 2, where.lengthField)
    const facts = this.#texts.look(buffer, start, end)
    const { text } = this.#texts
    this.position = end
    this.textFacts = facts
    this.textStart = start
    if (this.recorder !== null) {
      this.recorder.add(where.lengthField, end - start, position - this.start, start - this.start)
      this.recorder.add(where.field, typeof text === 'string' ? text : buffer.slice(start, end), start - this.start, end - this.start)
    }
    if ((facts & where.suspect) !== 0) judgeText(this, where, { text, facts }, start, end)
    return text
  }

  /**
   * Length-prefixed bytes (MQTT 5.0 §1.5.6). Answers where they begin; they end at `position`. -1 where they do not fit.
   * `asText` records them as text where they are.
   */
  binary(lengthField: Field, field: Field, label: string, place: Place | null, asText = false): number {
    const { buffer, position } = this
    const start = position + 2
    if (start > this.limit) {
      this.#noText(label, place, 2, 0)
      return -1
    }
    const end = start + ((buffer[position]! << 8) | buffer[position + 1]!)
    if (end > this.limit) {
      this.#noText(label, place, end - start, 2, lengthField)
      return -1
    }
    this.position = end
    if (this.recorder !== null) {
      this.recorder.add(lengthField, end - start, position - this.start, start - this.start)
      const isText = asText && firstIllFormed(buffer, start, end) < 0
      this.recorder.add(field, isText ? decodeUtf8(buffer, start, end) : buffer.slice(start, end), start - this.start, end - this.start)
    }
    return start
  }

  // ---- Blocks of properties

  /**
   * Narrows the reader to the next `length` bytes, a block of properties whose length stands in `[lengthStart, position)`.
   * Where the block goes past the packet, that is reported; what is there of it can be read, but it is not judged, and there is nothing behind it.
   */
  beginBlock(block: string, place: Place | null, lengthStart: number, length: number): void {
    const overrun = length > this.left
    if (overrun) this.report('property.length-too-long', place, lengthStart, this.position, block, length, this.left, this.remainingLength)
    this.#overrun = overrun
    this.#containerStart = lengthStart
    this.#containerEnd = this.position
    this.#inProperties = true
    this.#propertyLength = length
    this.#declaredLimit = this.#overrun ? this.packetEnd : this.position + length
    if (this.#declaredLimit < this.limit) this.limit = this.#declaredLimit
  }

  /** Whether all of the block was there and was read: what it has not shown is not in it. */
  get blockIsRead(): boolean {
    return !this.stopped && !this.#overrun && this.left === 0
  }

  /** Back to the packet, behind the block. */
  endBlock(): void {
    const blockEnd = this.#declaredLimit
    this.#inProperties = false
    this.#containerStart = this.start + 1
    this.#containerEnd = this.#bodyStart
    this.#declaredLimit = this.packetEnd
    this.limit = this.packetEnd < this.available ? this.packetEnd : this.available
    if (blockEnd > this.limit) this.reportIncomplete()
    if (blockEnd > this.limit || this.#overrun) {
      this.position = this.limit
      this.#stop()
      return
    }
    this.position = blockEnd
    this.stopped = false
  }

  /** What is left of the packet or of the block cannot be read: it is recorded as not decoded, and the reader stops. */
  giveUp(): void {
    if (this.position < this.limit) {
      this.recorder?.add(FIELDS.undecoded, this.buffer.slice(this.position, this.limit), this.position - this.start, this.limit - this.start)
      this.position = this.limit
    }
    this.#stop()
  }

  /** The rest of the packet, at hand or not. Recorded with the bytes that are. */
  payload(field: Field): void {
    if (this.stopped) return
    if (this.recorder !== null) {
      this.recorder.add(field, this.buffer.slice(this.position, this.limit), this.position - this.start, this.packetEnd - this.start)
    }
    this.position = this.limit
  }

  /** Bytes of the packet that are not at hand, if this has not been said yet. */
  reportIncomplete(): void {
    if (this.#incomplete) return
    this.#incomplete = true
    this.report('packet.incomplete', null, this.start, this.available, this.available - this.start, this.packetEnd - this.start)
  }

  // ---- Problems

  /**
   * `from` and `to` are absolute. Nothing is reported once the packet has as many problems as are listed, nor from a block of properties that goes past
   * the packet on: its length may be a payload's first byte, and all that follows nonsense.
   */
  report<Code extends DecoderProblemCode>(
    code: Code, places: Place | readonly Place[] | null, from: number, to: number, ...facts: FactsOf<Code>
  ): void {
    if (this.silent || this.#full || (this.#overrun && code !== 'packet.incomplete')) return
    const problems = (this.#problems ??= [])
    if (problems.length < this.#mostProblems) {
      problems.push(problem(code, this.version, places, from - this.start, to - this.start, ...facts))
      return
    }
    this.#full = true
    problems.push(problem('packet.more-problems', this.version, null, from - this.start, to - this.start, this.#mostProblems))
  }

  /** Reports what breaks no statement of any version, because the version is not known. */
  reportUnversioned<Code extends DecoderProblemCode>(code: Code, from: number, to: number, ...facts: FactsOf<Code>): void {
    const problems = (this.#problems ??= [])
    problems.push(problem(code, null, null, from - this.start, to - this.start, ...facts))
  }

  /** The problems of the packet; not the reader's any more. */
  takeProblems(): readonly Problem[] {
    const problems = this.#problems
    this.#problems = null
    return problems ?? NO_PROBLEMS
  }

  hex(from: number, to: number): string {
    let text = ''
    for (let at = from; at < to; at++) text += `${at > from ? ' ' : '0x'}${this.buffer[at]!.toString(16).padStart(2, '0')}`
    return text
  }

  #tooShort(label: string, required: number): -1 {
    if (!this.stopped) this.#reportShort(label.startsWith('The ') ? label : `The ${label}`, required, false, null, this.position)
    return -1
  }

  #noText(label: string, place: Place | null, required: number, prefix: number, lengthField?: Field): undefined {
    if (this.stopped) return undefined
    const from = this.position
    if (lengthField !== undefined) this.recorder?.add(lengthField, required, from - this.start, from + prefix - this.start)
    this.position += prefix
    const prefixed = lengthField !== undefined
    this.#reportShort(prefixed ? label : `The length of ${label.replace('The ', 'the ')}`, required, prefixed, place, from)
    return undefined
  }

  /** `from` is where the field begins, which for one with a length (`prefixed`) is before the cursor. */
  #reportShort(label: string, required: number, prefixed: boolean, place: Place | null, from: number): void {
    if (this.position + required <= this.#declaredLimit) {
      // The packet says that the bytes are there; it is the capture, or the one who cut the packet, that does not have them.
      this.reportIncomplete()
    } else {
      const there = this.#declaredLimit - this.position
      const rangeStart = from < this.limit ? from : this.#containerStart
      const rangeEnd = from < this.limit ? this.limit : this.#containerEnd
      if (this.#inProperties) {
        this.report('property.value-truncated', place, rangeStart, rangeEnd, label, prefixed, required, there, this.#propertyLength)
      } else {
        const places = this.belowMinimum ? 'belowMinimum' : place
        this.report('packet.truncated', places, rangeStart, rangeEnd, label, prefixed, required, there, this.remainingLength)
      }
    }
    this.giveUp()
  }

  #stop(): void {
    this.stopped = true
    this.limit = this.position
  }
}

/** A variable byte integer with more than four bytes. */
export const TOO_LONG = -2

export function variableByteIntegerLength(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4
}

/** A number that was read, or undefined where it was not there. */
export function present(value: number): number | undefined {
  return value < 0 ? undefined : value
}

/** Properties that are there and empty. */
export const NO_PROPERTIES: Exclude<Properties, undefined> = Object.freeze([])
export const NO_PROBLEMS: readonly Problem[] = Object.freeze([])
const NO_BYTES = new Uint8Array(0)
