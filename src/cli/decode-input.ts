import { statSync } from 'node:fs'
import { printable } from '../bytes/printable.ts'
import { openInput } from '../io/input.ts'
import { packetLength } from '../mqtt/fixed-header.ts'
import { parseByteText } from './byte-text.ts'
import { UsageError } from './exit.ts'
import type { ByteText, ByteTextOptions } from './byte-text.ts'

/** Where the bytes of `mqtap decode` come from: the command line, a file or standard input, as text or as they are. */

export interface GivenBytes {
  readonly bytes: Uint8Array
  /** How they were read: "hex", "base64", "bytes of packet.bin". */
  readonly spelling: string
}

const HELP = 'mqtap decode --help shows what it reads.'

export async function givenBytes(words: readonly string[], options: ByteTextOptions): Promise<GivenBytes> {
  const [first, ...others] = words
  if (first === undefined || (first === '-' && others.length === 0)) {
    if (process.stdin.isTTY === true) throw new UsageError('give the bytes of a packet, the name of a file, or - with something piped in', HELP)
    return contentOf('-', 'standard input', options)
  }
  const text = words.join(' ')
  const parsed = parseByteText(text, options)
  const isFile = others.length === 0 && statSync(first, { throwIfNoEntry: false })?.isFile() === true
  // A file may be called `beef`: then the bytes win only where they are a packet.
  if (isFile && !(parsed.ok && !/[./\\]/.test(first) && beginsWithPacket(parsed.bytes))) return contentOf(first, first, options)
  if (!believable(parsed, options)) {
    const reason = parsed.ok ? 'this is neither hex nor base64 of a packet' : parsed.message
    throw new UsageError(`${reason}${others.length === 0 ? `, and there is no file ${first}` : ''}`, HELP)
  }
  return parsed
}

/** Many words are base64 too, so what was not said to be base64 must begin with a whole packet. */
function believable(parsed: ByteText, options: ByteTextOptions): parsed is ByteText & { ok: true } {
  return parsed.ok && (options.base64 || parsed.spelling !== 'base64' || beginsWithPacket(parsed.bytes))
}

function beginsWithPacket(bytes: Uint8Array): boolean {
  const length = packetLength(bytes, 0, bytes.length)
  return length > 0 && length <= bytes.length
}

async function contentOf(name: string, shownName: string, options: ByteTextOptions): Promise<GivenBytes> {
  const content = await wholeContent(name)
  if (content.length === 0) throw new UsageError(`${shownName} is empty`)
  if (isCapture(content)) throw new UsageError(`${shownName} is a capture file`, `Read it with: mqtap read ${printable(name)}`)
  if (!isPlainText(content)) return { bytes: content, spelling: `bytes of ${shownName}` }
  const parsed = parseByteText(new TextDecoder().decode(content), options)
  if (believable(parsed, options)) return { bytes: parsed.bytes, spelling: `${parsed.spelling} of ${shownName}` }
  // All bytes of a packet may happen to be printable.
  if (beginsWithPacket(content)) return { bytes: content, spelling: `bytes of ${shownName}` }
  throw new UsageError(`${shownName}: ${parsed.ok ? 'this is neither hex nor base64 of a packet' : parsed.message}`, HELP)
}

async function wholeContent(name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of openInput(name)) chunks.push(chunk.slice())
  const content = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    content.set(chunk, at)
    at += chunk.length
  }
  return content
}

function isPlainText(content: Uint8Array): boolean {
  const start = content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf ? 3 : 0
  return content.subarray(start).every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d)
}

/** The first four bytes of pcap (µs, ns, long records; both byte orders) and pcapng. */
const CAPTURE_MAGICS: ReadonlySet<number> = new Set([0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1, 0x0a0d0d0a])

function isCapture(content: Uint8Array): boolean {
  return content.length >= 4 && CAPTURE_MAGICS.has(new DataView(content.buffer, content.byteOffset, 4).getUint32(0))
}
