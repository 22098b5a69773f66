/**
 * Bytes out of a hex dump: lines with an offset, the bytes in groups, and perhaps their characters, as Wireshark, tcpdump -x, xxd, hexdump -C and od -t x1 write
 * them. The characters are told from bytes by being the characters of these bytes; the offsets must agree with the bytes.
 */

/** `0000  `, `0x0010:`, `00000010: `; the digits may be capital. */
const LINE = /^\s*(?:0x)?([0-9a-f]{4,8})(:)?(?:\s+|$)(.*)$/i
/** Bytes of a dump: repeated lines are written as `*`, so that a few characters could stand for gigabytes. */
const MOST_BYTES = 16_777_216
/** The characters of hexdump -C. A bar by itself may be one of xxd's characters. */
const BETWEEN_BARS = /\s\|.*\|\s*$/
const GROUP = /^(?:[0-9a-f]{2}){1,8}$/i

/** Null where the text is no hex dump. */
export function hexDumpBytes(text: string): Uint8Array | null {
  const bytes: number[] = []
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  let previous: number[] = []
  let repeated = false
  for (const [index, line] of lines.entries()) {
    // xxd -a, hexdump and od shorten equal lines.
    if (line.trim() === '*' && previous.length > 0) {
      repeated = true
      continue
    }
    const match = LINE.exec(line)
    if (match === null) return null
    const [, digits, colon, rest] = match as unknown as [string, string, string | undefined, string]
    const offset = parseInt(digits, 16)
    const octal = parseInt(digits, 8)
    // Without a colon, the first line of a dump cannot be told from bytes but by its offset 0, which begins no packet.
    if (index === 0 && (offset !== 0 || (colon === undefined && !/^\s*(?:0x)?[0-9a-f]{4,8}\s+\S/i.test(line)))) return null
    if (offset > MOST_BYTES) return null
    while (repeated && bytes.length < offset && bytes.length + previous.length <= offset) bytes.push(...previous)
    repeated = false
    if (offset !== bytes.length && octal !== bytes.length) return null
    previous = lineBytes(rest)
    // The last line of hexdump and od is the length alone.
    if (previous.length === 0 && index < lines.length - 1) return null
    bytes.push(...previous)
  }
  return bytes.length === 0 ? null : Uint8Array.from(bytes)
}

function lineBytes(rest: string): number[] {
  const bars = rest.search(BETWEEN_BARS)
  const content = bars < 0 ? rest : rest.slice(0, bars)
  const bytes: number[] = []
  const groups = /\S+/g
  for (let match = groups.exec(content); match !== null; match = groups.exec(content)) {
    if (!GROUP.test(match[0]) || isCharacters(rest.slice(match.index), bytes)) break
    for (let at = 0; at < match[0].length; at += 2) bytes.push(parseInt(match[0].slice(at, at + 2), 16))
  }
  return bytes
}

/** Whether `tail` is the column of characters of these bytes. */
function isCharacters(tail: string, bytes: readonly number[]): boolean {
  const characters = tail.trimEnd()
  if (bytes.length === 0 || characters.length > bytes.length) return false
  return bytes.every((byte, index) => {
    const character = characters[index]
    const printed = byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : null
    // Trailing spaces may have been lost.
    if (character === undefined) return byte === 0x20
    return printed === null ? character === '.' || (byte === 0x20 && character === ' ') : character === printed || character === '.'
  })
}
