import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll } from 'vitest'
import { InputError } from '../../src/io/errors.ts'
import type { InputErrorCode } from '../../src/io/errors.ts'
import { openInput } from '../../src/io/input.ts'
import type { Input } from '../../src/io/input.ts'

/** A folder for the tests of one file, removed at their end. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `mqtap-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Bytes that repeat enough to be compressed and differ enough to need every mode of it. */
export function sample(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = 12_345
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = at % 7 < 4 ? 0x61 + (at % 13) : state >>> 24
  }
  return bytes
}

export interface Collected {
  readonly bytes: Buffer
  readonly chunks: number
  readonly error: { readonly code: InputErrorCode; readonly message: string } | null
  readonly input: Input
}

/** Reads to the end, or to the InputError that ends it. Each chunk is copied at once, for it is only lent. */
export async function collect(input: Input): Promise<Collected> {
  const chunks: Buffer[] = []
  let error: Collected['error'] = null
  try {
    for await (const chunk of input) chunks.push(Buffer.from(chunk))
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown
    error = { code: thrown.code, message: thrown.message }
  }
  return { bytes: Buffer.concat(chunks), chunks: chunks.length, error, input }
}

/** Reads from pieces as a pipe would bring them. */
export function collectPieces(...pieces: readonly Uint8Array[]): Promise<Collected> {
  return collect(openInput('-', Readable.from(pieces.filter((piece) => piece.length > 0).map((piece) => Buffer.from(piece)))))
}

/** Pieces that are overwritten once the next one is asked for, as those of a file are. */
export async function* lent(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  const buffer = new Uint8Array(Math.max(...pieces.map((piece) => piece.length)))
  for (const piece of pieces) {
    buffer.set(piece)
    yield buffer.subarray(0, piece.length)
    buffer.fill(0xee)
  }
}

/** All bytes of a decompression that meets no error. */
export async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = []
  for await (const chunk of chunks) copies.push(Buffer.from(chunk))
  return Buffer.concat(copies)
}

/** Begins to read and stops at once. Returns the length of the first chunk. */
export async function readOnce(input: Input): Promise<number> {
  for await (const chunk of input) return chunk.length
  return 0
}

export function collectFile(name: string): Promise<Collected> {
  return collect(openInput(name))
}

/** Files that this process has open, but for those that come and go by themselves. Linux only. */
export function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}

export interface Finished {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Runs a shell command to its end. */
export function shell(command: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('latin1')))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output, errors }))
  })
}
