/**
 * Strict UTF-8 (Unicode 15 §3.9, table 3-7; RFC 3629 §4).
 *
 * What is judged is the bytes alone: overlong forms, surrogates, code points above U+10FFFF, stray and missing continuation bytes.
 * U+0000, control characters and non-characters are well formed here; what MQTT thinks of them is the decoder's business.
 * Nothing here throws on any input, repairs text, or drops a byte order mark.
 */

/** Offset (absolute in `buffer`) of the first byte of the first sequence that is not well formed, or -1. */
export function firstIllFormed(buffer: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end) {
    const lead = buffer[at]!
    if (lead < 0x80) {
      at++
      continue
    }
    const length = sequenceLength(buffer, at, end)
    if (length === 0) return at
    at += length
  }
  return -1
}

/** Length of the well-formed sequence of two to four bytes at `at`, whose lead is not ASCII; 0 where it is not well formed. */
function sequenceLength(buffer: Uint8Array, at: number, end: number): number {
  const lead = buffer[at]!
  const length = LENGTH_BY_LEAD[lead]!
  if (length === 0 || at + length > end) return 0
  const second = buffer[at + 1]!
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return 0
  if (length > 2 && !isContinuation(buffer[at + 2]!)) return 0
  if (length > 3 && !isContinuation(buffer[at + 3]!)) return 0
  return length
}

/** Table 3-7, first column: C0, C1 (overlong) and F5..FF (above U+10FFFF) lead nothing, nor do continuation bytes. */
const LENGTH_BY_LEAD = new Uint8Array(256)
LENGTH_BY_LEAD.fill(1, 0x00, 0x80)
LENGTH_BY_LEAD.fill(2, 0xc2, 0xe0)
LENGTH_BY_LEAD.fill(3, 0xe0, 0xf0)
LENGTH_BY_LEAD.fill(4, 0xf0, 0xf5)

/** Table 3-7, second column: E0 and F0 would be overlong below these. */
function lowestSecond(lead: number): number {
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
}

/** Table 3-7, second column: ED would be a surrogate, F4 above U+10FFFF. */
function highestSecond(lead: number): number {
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

/** A byte order mark is a character like any other (MQTT 5.0 §1.5.4): `ignoreBOM` means that it is kept. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Up to this many bytes, assembling ASCII in place is faster than a TextDecoder, whose call alone costs 150 to 250 ns (Node 20). */
const SHORT = 64

/** Text of well-formed bytes (`firstIllFormed` is -1). */
export function decodeUtf8(buffer: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT || !isAscii(buffer, start, end)) return decoder.decode(buffer.subarray(start, end))
  const { fromCharCode } = String
  let text = ''
  let at = start
  for (; at + 16 <= end; at += 16) {
    text += fromCharCode(
      buffer[at]!, buffer[at + 1]!, buffer[at + 2]!, buffer[at + 3]!, buffer[at + 4]!, buffer[at + 5]!, buffer[at + 6]!, buffer[at + 7]!,
      buffer[at + 8]!, buffer[at + 9]!, buffer[at + 10]!, buffer[at + 11]!, buffer[at + 12]!, buffer[at + 13]!, buffer[at + 14]!, buffer[at + 15]!,
    )
  }
  for (; at + 4 <= end; at += 4) text += fromCharCode(buffer[at]!, buffer[at + 1]!, buffer[at + 2]!, buffer[at + 3]!)
  for (; at < end; at++) text += fromCharCode(buffer[at]!)
  return text
}

function isAscii(buffer: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (buffer[at]! >= 0x80) return false
  return true
}

/** Judges text that goes by in chunks. The answer does not depend on where the chunks were cut. */
export class Utf8Validator {
  #illFormed = false
  /** Continuation bytes that the sequence in hand still needs, and the range of the next one. */
  #missing = 0
  #lowest = 0x80
  #highest = 0xbf

  push(buffer: Uint8Array, start: number, end: number): void {
    if (this.#illFormed) return
    let at = start
    while (at < end) {
      const byte = buffer[at]!
      if (this.#missing > 0) {
        if (byte < this.#lowest || byte > this.#highest) break
        this.#missing--
        this.#lowest = 0x80
        this.#highest = 0xbf
        at++
        continue
      }
      if (byte < 0x80) {
        at++
        continue
      }
      const length = sequenceLength(buffer, at, end)
      if (length > 0) {
        at += length
        continue
      }
      // Ill formed, or cut by the end of the chunk: take it byte by byte.
      const declared = LENGTH_BY_LEAD[byte]!
      if (declared === 0) break
      this.#missing = declared - 1
      this.#lowest = lowestSecond(byte)
      this.#highest = highestSecond(byte)
      at++
    }
    if (at < end) this.#illFormed = true
  }

  /** Whether all that was pushed is well formed, and ends at the end of a character. */
  finish(): boolean {
    return !this.#illFormed && this.#missing === 0
  }

  reset(): void {
    this.#illFormed = false
    this.#missing = 0
    this.#lowest = 0x80
    this.#highest = 0xbf
  }
}

/**
 * Whether the bytes are what Java's `writeUTF` makes of a text, as MQTT 3.1 allowed: well formed, but that U+0000 may stand as C0 80 and a
 * character above U+FFFF as its two surrogates in three bytes each. A surrogate without its other half is broken here too.
 */
export function isJavaModifiedUtf8(buffer: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end) {
    const lead = buffer[at]!
    if (lead < 0x80) {
      at++
      continue
    }
    const length = sequenceLength(buffer, at, end) || javaSequenceLength(buffer, at, end)
    if (length === 0) return false
    at += length
  }
  return true
}

function javaSequenceLength(buffer: Uint8Array, at: number, end: number): number {
  if (at + 2 <= end && buffer[at] === 0xc0 && buffer[at + 1] === 0x80) return 2
  // ED A0..AF xx is a high surrogate, ED B0..BF xx a low one.
  if (
    at + 6 <= end &&
    buffer[at] === 0xed && (buffer[at + 1]! & 0xf0) === 0xa0 && isContinuation(buffer[at + 2]!) &&
    buffer[at + 3] === 0xed && (buffer[at + 4]! & 0xf0) === 0xb0 && isContinuation(buffer[at + 5]!)
  ) return 6
  return 0
}
