import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { gunzip } from '../../src/io/gunzip.ts'
import { openInput } from '../../src/io/input.ts'
import { lz4 } from '../../src/io/lz4.ts'
import { zstd } from '../../src/io/zstd.ts'
import { requireTool } from '../tools.ts'
import { all, collectFile, collectPieces, lent, openFiles, readOnce, sample, shell, temporaryFolder } from './build.ts'

const folder = temporaryFolder('input')
const linux = process.platform === 'linux'

function file(name: string, bytes: Uint8Array): string {
  const at = path.join(folder, name)
  writeFileSync(at, bytes)
  return at
}

describe('a file as it stands', () => {
  it.each([
    ['empty', 0],
    ['of one byte', 1],
    ['of three bytes, too few for any magic number', 3],
    ['as long as a chunk', 1_048_576],
    ['one byte longer than a chunk', 1_048_577],
    ['of many chunks', 2_500_000],
  ])('%s comes whole', async (_name, size) => {
    const bytes = sample(size)
    const { bytes: read, input, error } = await collectFile(file('plain', bytes))
    expect(error).toBeNull()
    expect(read.equals(bytes)).toBe(true)
    expect([input.bytesRead, input.size, input.compression]).toEqual([size, size, null])
  })

  it('tells how far it is while it is read', async () => {
    const input = openInput(file('progress', sample(2_400_000)))
    const seen: number[] = []
    for await (const chunk of input) seen.push(input.bytesRead - chunk.length)
    // Each chunk is twice as long as the one before, up to 1 MiB.
    expect(seen).toEqual([0, 8_192, 24_576, 57_344, 122_880, 253_952, 516_096, 1_040_384, 2_088_960])
  })

  it.runIf(linux)('is closed when the reader stops early', async () => {
    const name = file('early', sample(3_000_000))
    const before = openFiles()
    expect(await readOnce(openInput(name))).toBe(8_192)
    expect(openFiles()).toBe(before)
  })
})

describe('a file that cannot be read', () => {
  it('is not there', async () => {
    const name = path.join(folder, 'missing.pcap')
    expect((await collectFile(name)).error).toEqual({ code: 'no-such-file', message: `there is no file ${name}` })
    expect((await collectFile(path.join(file('a-file', sample(1)), 'below'))).error!.code).toBe('no-such-file')
  })

  it.runIf(linux)('is a folder', async () => {
    const name = path.join(folder, 'folder')
    mkdirSync(name)
    const before = openFiles()
    expect((await collectFile(name)).error).toEqual({ code: 'is-directory', message: `${name} is a folder, not a capture file` })
    expect(openFiles()).toBe(before)
  })

  it.runIf(linux)('may not be read', async () => {
    const name = file('secret.pcap', sample(10))
    chmodSync(folder, 0o755)
    chmodSync(name, 0o000)
    const root = process.geteuid!() === 0
    // Root may read anything, so the test becomes somebody else for a moment.
    if (root) process.seteuid!(65_534)
    try {
      expect((await collectFile(name)).error).toEqual({ code: 'no-permission', message: `no permission to read ${name}` })
    } finally {
      if (root) process.seteuid!(0)
    }
  })

  it.runIf(linux)('leads in a circle', async () => {
    const name = path.join(folder, 'circle')
    symlinkSync(name, name)
    expect((await collectFile(name)).error).toEqual({ code: 'unreadable', message: `${name} could not be read (ELOOP)` })
  })
})

describe('a pipe', () => {
  it('comes in the pieces that it brings, as soon as they are there', async () => {
    const pipe = new PassThrough()
    const input = openInput('-', pipe)
    const chunks = input[Symbol.asyncIterator]()
    pipe.write(sample(24))
    expect((await chunks.next()).value).toHaveLength(24)
    pipe.write(sample(5))
    expect((await chunks.next()).value).toHaveLength(5)
    expect([input.bytesRead, input.size, input.compression]).toEqual([29, null, null])
    pipe.end()
    expect((await chunks.next()).done).toBe(true)
  })

  it('may bring a byte at a time', async () => {
    const bytes = sample(300)
    expect((await collectPieces(...[...bytes].map((byte) => Uint8Array.of(byte)))).bytes.equals(bytes)).toBe(true)
  })

  it('is let go when the reader stops early', async () => {
    const pipe = new PassThrough()
    pipe.write(sample(24))
    expect(await readOnce(openInput('-', pipe))).toBe(24)
    expect(pipe.destroyed).toBe(true)
  })

  it('may fail', async () => {
    const pipe = new Readable({ read: () => undefined })
    pipe.push(sample(24))
    setImmediate(() => pipe.destroy(Object.assign(new Error('broken'), { code: 'EIO' })))
    await expect(async () => {
      for await (const chunk of openInput('-', pipe)) expect(chunk).toHaveLength(24)
    }).rejects.toMatchObject({ code: 'unreadable', message: 'standard input could not be read (EIO)' })
  })

  it.runIf(linux)('with a name is read to its end', async () => {
    const name = path.join(folder, 'pipe')
    await shell(`mkfifo ${name}`)
    const writer = spawn('sh', ['-c', `head -c 300000 /dev/zero > ${name}`])
    const { bytes, error, input } = await collectFile(name)
    expect([error, bytes.length, input.size]).toEqual([null, 300_000, null])
    writer.kill()
  })

  it.runIf(linux)('with a name and a silent writer can be left', async () => {
    const name = path.join(folder, 'silent')
    await shell(`mkfifo ${name}`)
    const writer = spawn('sh', ['-c', `exec 3> ${name}; printf abcdefgh >&3; exec sleep 60`])
    const before = openFiles()
    for await (const chunk of openInput(name)) {
      expect(Buffer.from(chunk).toString()).toBe('abcdefgh')
      break
    }
    await expect.poll(openFiles).toBe(before)
    writer.kill()
  })
})

describe('standard input of a process', () => {
  const program = path.join(folder, 'read-stdin.mjs')
  beforeAll(() => {
    const source = `
      import { createHash } from 'node:crypto'
      import { openInput } from ${JSON.stringify(path.resolve('src/io/input.ts'))}
      const input = openInput('-')
      const hash = createHash('sha256')
      try {
        for await (const chunk of input) {
          hash.update(chunk)
          if (process.argv[2] === 'once') break
        }
        console.log(hash.digest('hex'), input.bytesRead, input.size, input.compression)
      } catch (error) {
        console.log(error.code, error.message)
      }`
    buildSync({ stdin: { contents: source, resolveDir: process.cwd() }, bundle: true, format: 'esm', platform: 'node', outfile: program })
  })
  const bytes = sample(700_000)
  const hash = createHash('sha256').update(bytes).digest('hex')

  it.runIf(linux)('is a pipe, a file, or compressed', async () => {
    const name = file('stdin', bytes)
    expect((await shell(`cat ${name} | node ${program}`)).output).toBe(`${hash} 700000 null null\n`)
    expect((await shell(`node ${program} < ${name}`)).output).toBe(`${hash} 700000 700000 null\n`)
    expect((await shell(`gzip -c ${name} | node ${program}`)).output).toMatch(new RegExp(`^${hash} \\d+ null gzip\n$`))
    expect((await shell(`node ${program} < /dev/null`)).output).toContain(' 0 null null')
  })

  it.runIf(linux)('is left at once, though its writer goes on', async () => {
    const { errors } = await shell(`(printf abcdefgh; sleep 3; echo late >&2) | (node ${program} once >&2; echo left >&2)`)
    expect(errors).toMatch(/ 8 null null\nleft\nlate\n/)
  })

  it.runIf(linux)('is refused where it is a terminal', async () => {
    if (!requireTool('script')) return
    const { output } = await shell(`script -qec "node ${program}" /dev/null < /dev/null`)
    expect(output).toContain('is-terminal standard input is a terminal')
  })
})

describe('gzip', () => {
  const bytes = sample(30_000)
  const members = Buffer.concat([gzipSync(bytes.subarray(0, 11_000)), gzipSync(new Uint8Array(0)), gzipSync(bytes.subarray(11_000))])

  it('is told by content', async () => {
    const compressed = gzipSync(bytes)
    const { bytes: read, input, error } = await collectFile(file('capture.pcap', compressed))
    expect([error, input.compression, input.bytesRead, input.size]).toEqual([null, 'gzip', compressed.length, compressed.length])
    expect(read.equals(bytes)).toBe(true)
  })

  it('of several members comes whole, wherever a pipe cuts it', async () => {
    const small = Buffer.concat([gzipSync(bytes.subarray(0, 90)), gzipSync(bytes.subarray(90, 200))])
    for (let at = 0; at <= small.length; at++) {
      const pieces = [small.subarray(0, at), small.subarray(at)]
      expect((await collectPieces(...pieces)).bytes.equals(bytes.subarray(0, 200)), `cut at ${at}`).toBe(true)
      expect((await all(gunzip(lent(...pieces)))).equals(bytes.subarray(0, 200)), `cut at ${at}`).toBe(true)
    }
    const { bytes: read, error } = await collectPieces(...Array.from({ length: members.length }, (_, at) => members.subarray(at, at + 1)))
    expect(error).toBeNull()
    expect(read.equals(bytes)).toBe(true)
  })

  it('with zeros behind it, as on a tape', async () => {
    const { bytes: read, error } = await collectPieces(Buffer.concat([gzipSync(bytes), new Uint8Array(1_000)]))
    expect(error).toBeNull()
    expect(read.equals(bytes)).toBe(true)
  })

  it('that swells a thousandfold comes in small pieces', async () => {
    const { bytes: read, chunks } = await collectPieces(gzipSync(new Uint8Array(20_000_000)))
    expect(read.length).toBe(20_000_000)
    expect(chunks).toBeGreaterThan(100)
  })

  it.each([
    ['cut off', (whole: Buffer) => whole.subarray(0, whole.length - 20), 'the gzip data is cut off'],
    ['cut off in its checksum', (whole: Buffer) => whole.subarray(0, whole.length - 3), 'the gzip data is cut off'],
    ['cut off in its header', (whole: Buffer) => whole.subarray(0, 6), 'the gzip data is cut off'],
    ['with a wrong checksum', (whole: Buffer) => flipped(whole, whole.length - 6), 'the gzip data is damaged'],
    ['with a block of an unknown kind', (whole: Buffer) => Buffer.concat([whole.subarray(0, 10), Buffer.of(0xff, 0xff, 0xff), whole.subarray(13)]), 'the gzip data is damaged'],
  ])('%s: what came before is delivered, then an error', async (_name, damage, message) => {
    const { bytes: read, error } = await collectPieces(damage(gzipSync(bytes)))
    expect(error).toEqual({ code: 'damaged-compression', message: `standard input: ${message}` })
    expect(bytes.subarray(0, read.length)).toEqual(new Uint8Array(read))
    if (message.includes('cut off') && damage(gzipSync(bytes)).length > 1_000) expect(read.length).toBeGreaterThan(bytes.length - 500)
  })

  it('with a wrong checksum delivers all of it', async () => {
    const compressed = gzipSync(bytes)
    expect((await collectPieces(flipped(compressed, compressed.length - 6))).bytes.equals(bytes)).toBe(true)
  })
})

describe.skipIf(!requireTool('zstd'))('zstd', () => {
  const bytes = sample(400_000)
  const name = file('zstd-source', bytes)
  const compress = async (options: string, source = name) => Buffer.from((await shell(`zstd -q ${options} -c ${source}`)).output, 'latin1')

  it.each([
    ['as usual', ''],
    ['at the fastest level', '--fast=5'],
    ['at the highest level', '-19'],
    ['with a window for long distances', '--long=27'],
    ['without a checksum', '--no-check'],
    ['without a content size', '--no-content-size'],
  ])('%s comes whole', async (_name, options) => {
    const { bytes: read, error, input } = await collectFile(file('capture.pcap', await compress(options)))
    expect([error, input.compression]).toEqual([null, 'zstd'])
    expect(read.equals(bytes)).toBe(true)
  })

  it('of frames, frames to skip and empty frames comes whole, wherever a pipe cuts it', async () => {
    const small = file('zstd-small', bytes.subarray(0, 150))
    const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5])
    const empty = await compress('', file('zstd-empty', new Uint8Array(0)))
    const frames = Buffer.concat([skipped, await compress('', small), skipped, empty, await compress('--no-check', small), empty])
    const twice = Buffer.concat([bytes.subarray(0, 150), bytes.subarray(0, 150)])
    for (let at = 0; at <= frames.length; at++) {
      const { bytes: read, error, input } = await collectPieces(frames.subarray(0, at), frames.subarray(at))
      expect([error, input.compression, read.equals(twice)], `cut at ${at}`).toEqual([null, 'zstd', true])
      expect((await all(zstd(lent(frames.subarray(0, at), frames.subarray(at))))).equals(twice), `cut at ${at}`).toBe(true)
    }
  })

  it('of a million equal bytes, which are stored as runs', async () => {
    const zeros = file('zstd-zeros', new Uint8Array(1_000_000))
    const { bytes: read, error } = await collectPieces(await compress('', zeros))
    expect([error, read.length, read.every((byte) => byte === 0)]).toEqual([null, 1_000_000, true])
  })

  it.each([
    ['cut off in a block', (whole: Buffer) => whole.subarray(0, whole.length - 20), 'the zstd data is cut off', 262_144],
    ['cut off in the checksum', (whole: Buffer) => whole.subarray(0, whole.length - 2), 'the zstd data is cut off', 400_000],
    ['cut off in the header', (whole: Buffer) => whole.subarray(0, 5), 'the zstd data is cut off', 0],
    ['with a wrong checksum', (whole: Buffer) => flipped(whole, whole.length - 1), 'the zstd data is damaged', 400_000],
    ['with something else behind it', (whole: Buffer) => Buffer.concat([whole, Buffer.from('trailer')]), 'the zstd data is damaged', 400_000],
    ['with a block of an unknown kind', (whole: Buffer) => altered(whole, 9, whole[9]! | 6), 'the zstd data is damaged', 0],
  ])('%s: what came before is delivered, then an error', async (_name, damage, message, least) => {
    const { bytes: read, error } = await collectPieces(damage(await compress('')))
    expect(error).toEqual({ code: 'damaged-compression', message: `standard input: ${message}` })
    expect(read.length).toBeGreaterThanOrEqual(least)
    expect(read.equals(bytes.subarray(0, read.length))).toBe(true)
  })

  it('with a flipped bit anywhere is never taken for sound', async () => {
    const small = await compress('', file('zstd-flipped', bytes.subarray(0, 3_000)))
    for (let at = 4; at < small.length; at += 37) {
      const { bytes: read, error } = await collectPieces(flipped(small, at))
      expect(error !== null || read.equals(bytes.subarray(0, 3_000)), `flipped at ${at}`).toBe(true)
    }
  })
})

describe('zstd that is not supported', () => {
  it.each([
    ['a window of 256 MiB', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x90, 1, 0, 0]), 'the zstd data needs a window of more than 128 MiB; decompress it with "zstd -d --long=31" first'],
    ['a single segment of 4 GiB', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0]),
      'the zstd data needs a window of more than 128 MiB; decompress it with "zstd -d --long=31" first'],
    ['a dictionary', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x00, 7, 1, 0, 0]), 'the zstd data needs a dictionary; decompress it with the zstd tool first'],
  ])('%s', async (_name, bytes, message) => {
    expect((await collectPieces(bytes)).error).toEqual({ code: 'unsupported-compression', message: `standard input: ${message}` })
  })
})

describe.skipIf(!requireTool('lz4'))('lz4', () => {
  const bytes = sample(400_000)
  const name = file('lz4-source', bytes)
  const compress = async (options: string) => Buffer.from((await shell(`lz4 -q ${options} -c ${name}`)).output, 'latin1')

  it.each([
    ['as usual', ''],
    ['at the highest level', '-9'],
    ['of the legacy format', '-l'],
  ])('%s comes whole', async (_name, options) => {
    const { bytes: read, error, input } = await collectFile(file('capture.pcap', await compress(options)))
    expect([error, input.compression]).toEqual([null, 'lz4'])
    expect(read.equals(bytes)).toBe(true)
  })

  it('of several frames, behind a frame to skip, comes whole from a pipe', async () => {
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    const frame = await compress('')
    for (const at of [2, 6, 10, 13, 300]) {
      const whole = Buffer.concat([skipped, frame, frame])
      const { bytes: read, error, input } = await collectPieces(whole.subarray(0, at), whole.subarray(at))
      expect([error, input.compression]).toEqual([null, 'lz4'])
      expect(read.equals(Buffer.concat([bytes, bytes]))).toBe(true)
      expect((await all(lz4(lent(frame.subarray(0, at), frame.subarray(at))))).equals(bytes)).toBe(true)
    }
  })

  it('cut off: what came before is delivered, then an error', async () => {
    const frame = await compress('-B4')
    const { bytes: read, error } = await collectPieces(frame.subarray(0, frame.length - 2_000))
    expect(error).toEqual({ code: 'damaged-compression', message: 'standard input: the lz4 data is damaged or cut off' })
    expect(read.length).toBeGreaterThan(200_000)
    expect(read.equals(bytes.subarray(0, read.length))).toBe(true)
  })

  it.runIf(linux)('ends its child when the reader stops early', async () => {
    const compressed = file('lz4-early', await compress(''))
    const before = openFiles()
    expect(await readOnce(openInput(compressed))).toBeGreaterThan(0)
    await expect.poll(() => process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap')).toEqual([])
    await expect.poll(openFiles).toBe(before)
  })
})

it('lz4 without its tool is refused in a sentence', async () => {
  const before = process.env['PATH']
  process.env['PATH'] = folder
  try {
    const { error, bytes } = await collectPieces(Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7]))
    expect(bytes.length).toBe(0)
    expect(error).toEqual({ code: 'tool-missing', message: 'standard input: the capture is compressed by lz4, and the lz4 command line tool is not installed' })
  } finally {
    process.env['PATH'] = before
  }
})

function flipped(bytes: Buffer, at: number): Buffer {
  return altered(bytes, at, bytes[at]! ^ 0x10)
}

function altered(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = value
  return copy
}
