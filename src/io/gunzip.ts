import { createGunzip } from 'node:zlib'
import { InputError } from './errors.ts'

/**
 * gzip (RFC 1952), several members behind one another too. What was decompressed before a damage is delivered, then InputError is thrown.
 *
 * The input is fed in small pieces: their output waits in memory, and crafted data swells a thousandfold.
 */

const INPUT = 32_768
const OUTPUT = 131_072
/** CRC-32 and ISIZE (RFC 1952 §2.3.1). */
const TRAILER = 8

export async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const stream = createGunzip({ chunkSize: OUTPUT })
  const output: Uint8Array[] = []
  let failure: Error | null = null
  let fed: () => void = () => undefined
  stream.on('data', (chunk: Uint8Array) => output.push(chunk))
  stream.on('error', (error) => (failure = error))
  const closed = new Promise<void>((resolve) => stream.on('close', resolve))
  // A write that meets damaged data is never called back.
  stream.on('close', () => fed())
  const feed = (bytes: Uint8Array) => new Promise<void>((resolve) => {
    fed = resolve
    stream.write(bytes, () => resolve())
  })
  try {
    // zlib drops what it has when it finds the checksum wrong. So the last bytes go in alone, after all else has come out.
    let trailer: Uint8Array = new Uint8Array(0)
    for await (const chunk of source) {
      const all = trailer.length === 0 ? chunk : concatenate(trailer, chunk)
      const end = Math.max(all.length - TRAILER, 0)
      for (let at = 0; at < end && failure === null; at += INPUT) {
        await feed(all.subarray(at, Math.min(at + INPUT, end)))
        while (output.length > 0) yield output.shift()!
      }
      if (failure !== null) break
      trailer = new Uint8Array(all.subarray(end))
    }
    if (failure === null && trailer.length > 0) await feed(trailer)
    if (failure === null) stream.end()
    await closed
    while (output.length > 0) yield output.shift()!
    if (failure !== null) throw damaged(failure)
  } finally {
    stream.destroy()
  }
}

function damaged(error: Error): InputError {
  const cut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
  return new InputError('damaged-compression', cut ? 'the gzip data is cut off' : 'the gzip data is damaged', error)
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
