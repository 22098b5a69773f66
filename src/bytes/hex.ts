/** Bytes as hexadecimal text, and as the rows of a hex dump. Only shapes data: colours, columns and offsets on screen are the renderer's. */

/** Half open. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Longer runs go through this and a TextDecoder, whose call costs too much for short ones. */
const scratch = new Uint8Array(8192)
const decoder = new TextDecoder()
const SHORT = 48

/** Lower-case hex without separators. */
export function toHex(buffer: Uint8Array, start: number, end: number): string {
  return end - start > SHORT ? longHex(buffer, start, end) : shortHex(buffer, start, end)
}

function shortHex(buffer: Uint8Array, start: number, end: number): string {
  let text = ''
  let at = start
  for (; at + 4 <= end; at += 4) {
    const a = buffer[at]!
    const b = buffer[at + 1]!
    const c = buffer[at + 2]!
    const d = buffer[at + 3]!
    text += String.fromCharCode(
      DIGITS[a >> 4]!, DIGITS[a & 15]!, DIGITS[b >> 4]!, DIGITS[b & 15]!, DIGITS[c >> 4]!, DIGITS[c & 15]!, DIGITS[d >> 4]!, DIGITS[d & 15]!,
    )
  }
  for (; at < end; at++) text += PAIRS[buffer[at]!]!
  return text
}

function longHex(buffer: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; ) {
    const stop = Math.min(end, at + scratch.length / 2)
    let used = 0
    for (; at < stop; at++) {
      const byte = buffer[at]!
      scratch[used++] = DIGITS[byte >> 4]!
      scratch[used++] = DIGITS[byte & 15]!
    }
    text += decoder.decode(scratch.subarray(0, used))
  }
  return text
}

export interface HexDumpOptions {
  /** 16 unless given. */
  readonly bytesPerRow?: number
  /** The offset that the first byte is shown with; 0 unless given. All ranges count the same way, so a window of a long packet can be dumped by itself. */
  readonly firstOffset?: number
  /** The bytes that are selected. */
  readonly mark?: ByteRange | null
  /** Secrets: shown as `**`, never by their value. */
  readonly masked?: readonly ByteRange[]
}

export interface HexDumpRow {
  /** Of the row's first byte. */
  readonly offset: number
  /** One text of two characters for each byte: `4d`, or `**` where it is masked. The last row may have fewer. */
  readonly hex: readonly string[]
  /** One character for each byte: itself if it is printable ASCII, else `.`, or `*` where it is masked. */
  readonly ascii: string
  /** The columns of this row that are marked, half open; both 0 where none is. */
  readonly markStart: number
  readonly markEnd: number
}

export function hexDump(buffer: Uint8Array, start: number, end: number, options: HexDumpOptions = {}): readonly HexDumpRow[] {
  const { bytesPerRow = 16, firstOffset = 0, mark = null, masked = [] } = options
  if (!(bytesPerRow >= 1)) throw new RangeError('hexDump: bytesPerRow must be at least 1')
  const rows: HexDumpRow[] = []
  for (let rowStart = start; rowStart < end; rowStart += bytesPerRow) {
    const offset = firstOffset + rowStart - start
    const length = Math.min(bytesPerRow, end - rowStart)
    const hex: string[] = []
    let ascii = ''
    for (let column = 0; column < length; column++) {
      const byte = buffer[rowStart + column]!
      if (masked.some((range) => range.start <= offset + column && offset + column < range.end)) {
        hex.push('**')
        ascii += '*'
      } else {
        hex.push(PAIRS[byte]!)
        ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
      }
    }
    const markStart = mark === null ? 0 : Math.max(mark.start - offset, 0)
    const markEnd = mark === null ? 0 : Math.min(mark.end - offset, length)
    rows.push(markStart < markEnd ? { offset, hex, ascii, markStart, markEnd } : { offset, hex, ascii, markStart: 0, markEnd: 0 })
  }
  return rows
}
