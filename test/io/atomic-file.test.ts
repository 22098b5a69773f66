import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { AtomicFile, wouldReplace } from '../../src/io/atomic-file.ts'
import { OutputError } from '../../src/io/errors.ts'
import { temporaryFolder } from './build.ts'

const folder = temporaryFolder('atomic')
const linux = process.platform === 'linux'
let count = 0

/** A new folder for each test, so that what is left behind shows. */
function place(files: Readonly<Record<string, string>> = {}): string {
  const at = path.join(folder, String(count++))
  fs.mkdirSync(at)
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(at, name), content)
  return at
}

function contents(at: string): Record<string, string> {
  return Object.fromEntries(fs.readdirSync(at).map((name) => [name, fs.readFileSync(path.join(at, name), 'utf8')]))
}

function failure(action: () => void): { readonly code: string; readonly message: string } | null {
  try {
    action()
    return null
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return { code: error.code, message: error.message }
  }
}

describe('a file written whole or not at all', () => {
  it('is there when it is committed, and not before', () => {
    const at = place()
    const file = new AtomicFile(path.join(at, 'out'), [])
    file.write(Buffer.from('one '))
    file.writeText('zwölf')
    expect(fs.existsSync(path.join(at, 'out'))).toBe(false)
    file.commit()
    expect(contents(at)).toEqual({ out: 'one zwölf' })
    file.abandon()
    expect(contents(at)).toEqual({ out: 'one zwölf' })
  })

  it('replaces an older one and keeps its mode', () => {
    const at = place({ out: 'old' })
    fs.chmodSync(path.join(at, 'out'), 0o640)
    const file = new AtomicFile(path.join(at, 'out'), [])
    file.writeText('new')
    expect(contents(at)['out']).toBe('old')
    file.commit()
    expect(contents(at)).toEqual({ out: 'new' })
    if (linux) expect(fs.statSync(path.join(at, 'out')).mode & 0o777).toBe(0o640)
  })

  it('leaves the older one when it is abandoned', () => {
    const at = place({ out: 'old' })
    const file = new AtomicFile(path.join(at, 'out'), [])
    file.writeText('new')
    file.abandon()
    file.abandon()
    expect(contents(at)).toEqual({ out: 'old' })
  })

  it('is abandoned when the process exits', () => {
    const at = place()
    const before = process.listenerCount('exit')
    const file = new AtomicFile(path.join(at, 'out'), [])
    expect(process.listenerCount('exit')).toBe(before + 1)
    ;(process.listeners('exit').at(-1) as () => void)()
    expect(contents(at)).toEqual({})
    expect(process.listenerCount('exit')).toBe(before)
    file.abandon()
  })

  it.runIf(linux)('behind a symbolic link replaces the file, not the link', () => {
    const at = place({ real: 'old' })
    fs.symlinkSync('real', path.join(at, 'link'))
    const file = new AtomicFile(path.join(at, 'link'), [])
    file.writeText('new')
    file.commit()
    expect(fs.readlinkSync(path.join(at, 'link'))).toBe('real')
    expect(contents(at)['real']).toBe('new')
  })

  it.runIf(linux)('that is a device is written straight', () => {
    const file = new AtomicFile('/dev/null', [])
    file.writeText('gone')
    file.commit()
    expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})

describe('a file that is refused', () => {
  it('is one that is read', () => {
    const at = place({ 'in.pcap': 'frames', other: '' })
    fs.linkSync(path.join(at, 'in.pcap'), path.join(at, 'same.pcap'))
    const inputs = ['-', path.join(at, 'missing'), path.join(at, 'other'), path.join(at, '.', 'in.pcap')]
    for (const name of ['in.pcap', 'same.pcap']) {
      const output = path.join(at, name)
      expect(failure(() => new AtomicFile(output, inputs))).toEqual({ code: 'is-input', message: `${output} is one of the files that are read; write to another one` })
    }
    expect(fs.readFileSync(path.join(at, 'in.pcap'), 'utf8')).toBe('frames')
  })

  it('is a folder', () => {
    const at = place()
    expect(failure(() => new AtomicFile(at, []))).toEqual({ code: 'is-directory', message: `${at} could not be written: it is a folder` })
  })

  it('lies in a folder that is not there', () => {
    const name = path.join(place(), 'missing', 'out')
    expect(failure(() => new AtomicFile(name, []))).toEqual({ code: 'no-such-folder', message: `${name} could not be written: there is no such folder` })
  })

  it.runIf(linux)('may not be written', () => {
    const at = place({ out: 'old' })
    fs.chmodSync(folder, 0o755)
    fs.chmodSync(at, 0o777)
    fs.chmodSync(path.join(at, 'out'), 0o444)
    const closed = place()
    fs.chmodSync(closed, 0o555)
    const root = process.geteuid!() === 0
    // Root may write anything, so the test becomes somebody else for a moment.
    if (root) process.seteuid!(65_534)
    try {
      for (const name of [path.join(at, 'out'), path.join(closed, 'out')]) {
        expect(failure(() => new AtomicFile(name, []))).toEqual({ code: 'no-permission', message: `no permission to write ${name}` })
      }
    } finally {
      if (root) process.seteuid!(0)
    }
    expect(contents(at)).toEqual({ out: 'old' })
  })

  it.runIf(linux)('does not fit on the disk', () => {
    const file = new AtomicFile('/dev/full', [])
    expect(failure(() => file.writeText('text'))).toEqual({ code: 'disk-full', message: '/dev/full could not be written: the disk is full' })
  })
})

describe('what writing would replace', () => {
  it('is a file that is there, and none of those read', () => {
    const at = place({ old: 'x', input: 'y' })
    const name = (file: string) => path.join(at, file)
    const inputs = ['-', name('input')]
    expect(['old', 'input', 'new', 'no/such/folder', 'old/below'].map((file) => wouldReplace(name(file), inputs))).toEqual([true, false, false, false, false])
    expect([wouldReplace(at, inputs), wouldReplace('/dev/null', inputs), wouldReplace('\0', inputs)]).toEqual([false, false, false])
  })
})
