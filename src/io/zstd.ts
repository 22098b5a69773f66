import { Decompress } from 'fzstd'
import xxhash from 'xxhash-wasm'
import { ByteReader } from './byte-reader.ts'
import { InputError } from './errors.ts'

/**
 * Zstandard (RFC 8878), several frames and skippable ones too. What was decompressed before a damage is delivered, then InputError is thrown.
 *
 * The frames are walked here, and fzstd decompresses one block at a time: so no more than a block (128 KiB) waits in memory, the window is checked before
 * it is allocated, and the content checksum, which fzstd does not look at, is verified.
 */

// §3.1.1 and §3.1.2.
const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a5
const LARGEST_HEADER = 18
const BLOCK_HEADER = 3
const LARGEST_BLOCK = 131_072
const CHECKSUM_FLAG = 0x04
const SINGLE_SEGMENT_FLAG = 0x20
const RUN = 1

/** 128 MiB, as the zstd tool itself allows without being told otherwise (`--long=27`). */
const LARGEST_WINDOW = 134_217_728

const NOTHING = new Uint8Array(0)
/** In place of the checksum, which fzstd only passes over. */
const FOUR_BYTES = new Uint8Array(4)

export async function* zstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = new ByteReader(source[Symbol.asyncIterator]())
  const bytes = new Uint8Array(LARGEST_HEADER + BLOCK_HEADER + LARGEST_BLOCK)
  const output: Uint8Array[] = []
  const { create64 } = await xxhash()
  for (;;) {
    const magicLength = await reader.fill(bytes, 0, 4)
    if (magicLength === 0) return
    if (magicLength < 4) throw cutOff()
    const magic = u32(bytes, 0)
    if (magic >>> 4 === SKIPPABLE_MAGIC) {
      await need(reader, bytes, 4, 8)
      const size = u32(bytes, 4)
      if ((await reader.skip(size)) < size) throw cutOff()
      continue
    }
    if (magic !== FRAME_MAGIC) throw damaged()
    const headerLength = await readFrameHeader(reader, bytes)
    const hash = (bytes[4]! & CHECKSUM_FLAG) !== 0 ? create64() : null
    const decompress = new Decompress((chunk) => output.push(chunk))
    // fzstd wants to see a frame's header together with its first block.
    let start = headerLength
    for (let last = false; !last; start = 0) {
      await need(reader, bytes, start, start + BLOCK_HEADER)
      const header = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16)
      last = (header & 1) === 1
      const size = header >>> 3
      if (size > LARGEST_BLOCK) throw damaged()
      // §3.1.1.2.2: of a run only the repeated byte is stored.
      const stored = ((header >>> 1) & 3) === RUN ? 1 : size
      const end = start + BLOCK_HEADER + stored
      await need(reader, bytes, start + BLOCK_HEADER, end)
      try {
        decompress.push(bytes.slice(0, end), false)
        if (last) decompress.push(hash === null ? NOTHING : FOUR_BYTES, true)
      } catch (error) {
        throw damaged(error)
      }
      while (output.length > 0) {
        const chunk = output.shift()!
        hash?.update(chunk)
        if (chunk.length > 0) yield chunk
      }
    }
    if (hash !== null) {
      await need(reader, bytes, 0, 4)
      if (u32(bytes, 0) !== Number(hash.digest() & 0xffffffffn)) throw damaged()
    }
  }
}

/** §3.1.1.1: reads the rest of a frame header behind its magic number, and returns the length of all of it. */
async function readFrameHeader(reader: ByteReader, bytes: Uint8Array): Promise<number> {
  await need(reader, bytes, 4, 5)
  const descriptor = bytes[4]!
  const singleSegment = (descriptor & SINGLE_SEGMENT_FLAG) !== 0
  const dictionarySize = [0, 1, 2, 4][descriptor & 3]!
  const contentSizeFlag = descriptor >>> 6
  const contentSizeSize = contentSizeFlag === 0 ? Number(singleSegment) : 1 << contentSizeFlag
  const length = 5 + Number(!singleSegment) + dictionarySize + contentSizeSize
  await need(reader, bytes, 5, length)
  for (let at = length - contentSizeSize - dictionarySize; at < length - contentSizeSize; at++) {
    if (bytes[at] !== 0) throw new InputError('unsupported-compression', 'the zstd data needs a dictionary; decompress it with the zstd tool first')
  }
  if (windowSize(bytes, length, contentSizeSize, singleSegment) > LARGEST_WINDOW) {
    throw new InputError('unsupported-compression', 'the zstd data needs a window of more than 128 MiB; decompress it with "zstd -d --long=31" first')
  }
  return length
}

/** §3.1.1.1.2 and, for a single segment, §3.1.1.1.4: the window is the content. */
function windowSize(bytes: Uint8Array, headerLength: number, contentSizeSize: number, singleSegment: boolean): number {
  if (!singleSegment) {
    const base = 2 ** (10 + (bytes[5]! >>> 3))
    return base + (base / 8) * (bytes[5]! & 7)
  }
  let size = contentSizeSize === 2 ? 256 : 0
  for (let index = 0; index < contentSizeSize; index++) size += bytes[headerLength - contentSizeSize + index]! * 2 ** (8 * index)
  return size
}

async function need(reader: ByteReader, bytes: Uint8Array, start: number, end: number): Promise<void> {
  if ((await reader.fill(bytes, start, end)) < end - start) throw cutOff()
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

function cutOff(): InputError {
  return new InputError('damaged-compression', 'the zstd data is cut off')
}

function damaged(cause?: unknown): InputError {
  return new InputError('damaged-compression', 'the zstd data is damaged', cause)
}
