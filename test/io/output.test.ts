import path from 'node:path'
import { Writable } from 'node:stream'
import { buildSync } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { TextOutput } from '../../src/io/output.ts'
import { shell, temporaryFolder } from './build.ts'

const linux = process.platform === 'linux'

/** A stream that remembers its writes and takes its time over each of them. */
function slowStream(): { readonly stream: Writable; readonly writes: Buffer[] } {
  const writes: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      setImmediate(() => {
        writes.push(Buffer.from(chunk))
        done()
      })
    },
  })
  return { stream, writes }
}

function failingStream(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) })
}

describe('text output', () => {
  it('gathers short lines into large writes, in their order', async () => {
    const { stream, writes } = slowStream()
    const output = new TextOutput(stream)
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ünïcode\n`)
    for (const line of lines) expect(output.write(line)).toBe(true)
    expect(await output.drained()).toBe(true)
    expect(Buffer.concat(writes).toString()).toBe(lines.join(''))
    expect(writes.filter(({ length }) => length > 0).length).toBeLessThan(12)
  })

  it('writes short, long, and wide text and numbers, wherever in the gathered bytes they come to stand', async () => {
    const { stream, writes } = slowStream()
    const output = new TextOutput(stream)
    const parts = ['a', '', '\u007f', '\u0080', 'ünïcode', '\u{1f321}\ufe0f 21 °C', 'x'.repeat(96), 'y'.repeat(97), `${'z'.repeat(300)}€`, '温'.repeat(9_000), 'ß'.repeat(70_000)]
    const numbers = [0, 7, 9, 10, 99, 100, 65_535, 999_999_999, 1_000_000_000, 2 ** 53 - 1, -1, 0.5, NaN]
    let expected = ''
    for (let round = 0; round < 3_000; round++) {
      const part = round % 500 === 499 ? parts[9 + (round % 1_000 === 999 ? 1 : 0)]! : parts[round % 9]!
      const number = numbers[round % numbers.length]!
      expect(output.write(part) && output.writeNumber(number)).toBe(true)
      expected += part + String(number)
    }
    await output.drained()
    expect(Buffer.concat(writes).toString()).toBe(expected)
  })

  it('is drained only when the stream has taken everything', async () => {
    const { stream, writes } = slowStream()
    const output = new TextOutput(stream)
    output.write('x'.repeat(200_000))
    expect(writes.length).toBe(0)
    await output.drained()
    expect(Buffer.concat(writes).length).toBe(200_000)
    expect(stream.writableLength).toBe(0)
  })

  it('whose reader has gone is closed, and that is no error', async () => {
    const output = new TextOutput(failingStream('EPIPE'))
    output.write('text')
    expect(await output.drained()).toBe(false)
    expect([output.closed, output.write('more'), output.writeNumber(1)]).toEqual([true, false, false])
    expect(await output.drained()).toBe(false)
  })

  it('to a full disk is an error, each time', async () => {
    const output = new TextOutput(failingStream('ENOSPC'), 'report.txt')
    output.write('text')
    await expect(output.drained()).rejects.toMatchObject({ code: 'disk-full', message: 'report.txt could not be written: the disk is full' })
    await expect(output.drained()).rejects.toMatchObject({ code: 'disk-full' })
  })
})

describe.runIf(linux)('standard output of a process', () => {
  const folder = temporaryFolder('output')
  const program = path.join(folder, 'write-stdout.mjs')
  beforeAll(() => {
    const source = `
      import { TextOutput } from ${JSON.stringify(path.resolve('src/io/output.ts'))}
      const output = new TextOutput()
      let written = 0
      try {
        while (written < 200000 && output.write('line ' + written + '\\n')) {
          written++
          if (written % 1000 === 0 && !(await output.drained())) break
        }
        await output.drained()
        console.error(written === 200000 ? 'all' : 'some', output.closed)
      } catch (error) {
        console.error(error.code)
      }`
    buildSync({ stdin: { contents: source, resolveDir: process.cwd() }, bundle: true, format: 'esm', platform: 'node', outfile: program })
  })

  it('goes whole into a file, and into a pipe with a slow reader', async () => {
    const into = path.join(folder, 'lines')
    expect(await shell(`node ${program} > ${into} && wc -l < ${into}`)).toMatchObject({ code: 0, errors: 'all false\n', output: expect.stringMatching(/^\s*200000\s*$/) as string })
    expect(await shell(`node ${program} | (sleep 0.3; wc -l)`)).toMatchObject({ errors: 'all false\n', output: expect.stringMatching(/^\s*200000\s*$/) as string })
  })

  it('stops when the reader has gone', async () => {
    expect(await shell(`node ${program} | head -n 2`)).toMatchObject({ errors: 'some true\n', output: 'line 0\nline 1\n' })
  })

  it('tells of a full disk', async () => {
    expect((await shell(`node ${program} > /dev/full`)).errors).toBe('disk-full\n')
  })
})
