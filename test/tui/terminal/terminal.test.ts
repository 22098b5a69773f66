import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Terminal } from '../../../src/tui/terminal/terminal.ts'
import type { Key } from '../../../src/tui/terminal/decode-input.ts'

/** A terminal that keeps what it is told. */
class FakeTerminal {
  readonly keys: Key[] = []
  readonly sizes: string[] = []
  readonly written: string[] = []
  raw = false
  readonly input = Object.assign(new EventEmitter(), {
    setRawMode: (raw: boolean): void => void (this.raw = raw),
    resume: (): void => undefined,
    pause: (): void => undefined,
  })
  readonly output = Object.assign(new EventEmitter(), { columns: 80, rows: 24, write: (text: string): boolean => this.written.push(text) > 0 })
  readonly terminal = new Terminal({
    input: this.input as unknown as NodeJS.ReadStream,
    output: this.output as unknown as NodeJS.WriteStream,
    onKey: (key) => {
      this.keys.push(key)
      if (key.kind === 'text' && key.text === 'q') this.terminal.leave()
    },
    onResize: ({ width, height }) => this.sizes.push(`${width}x${height}`),
    onEnd: () => undefined,
    onResume: () => undefined,
  })

  send(bytes: string | Uint8Array): void {
    this.input.emit('data', Buffer.from(bytes))
  }

  resize(columns: number, rows: number): void {
    Object.assign(this.output, { columns, rows })
    this.output.emit('resize')
  }
}

const EVENTS = ['exit', 'uncaughtException', 'SIGTSTP', 'SIGCONT', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const

function listeners(): number[] {
  return EVENTS.map((event) => process.listenerCount(event))
}

let fake: FakeTerminal
let before: number[]

beforeEach(() => {
  vi.useFakeTimers()
  before = listeners()
  fake = new FakeTerminal()
})
afterEach(() => {
  fake.terminal.leave()
  vi.useRealTimers()
})

describe('taking and giving back', () => {
  it('is done once, whatever is asked', () => {
    const { terminal, written } = fake
    terminal.leave()
    expect(written).toEqual([])
    terminal.enter()
    terminal.enter()
    expect(fake.raw).toBe(true)
    expect(written).toEqual(['\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h'])
    terminal.leave()
    terminal.leave()
    expect(fake.raw).toBe(false)
    expect(written.slice(1)).toEqual(['\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l'])
  })

  it('leaves nothing that listens', () => {
    fake.terminal.enter()
    expect(listeners()).toEqual(before.map((count) => count + 1))
    fake.terminal.leave()
    expect(listeners()).toEqual(before)
    expect([fake.input.listenerCount('data'), fake.output.listenerCount('resize')]).toEqual([0, 0])
  })

  it('can be done again', () => {
    fake.terminal.enter()
    fake.terminal.leave()
    fake.terminal.enter()
    fake.send('j')
    expect(fake.keys).toEqual([{ kind: 'text', text: 'j' }])
  })

  it('drops what is written after it', () => {
    fake.terminal.enter()
    expect(fake.terminal.write('frame')).toBe(true)
    fake.terminal.leave()
    const drawn = fake.written.length
    expect(fake.terminal.write('late frame')).toBe(true)
    expect(fake.written).toHaveLength(drawn)
  })
})

describe('keys', () => {
  it('may be cut in the middle of a character', () => {
    fake.terminal.enter()
    for (const byte of Buffer.from('é🙂')) fake.send(Uint8Array.of(byte))
    expect(fake.keys).toEqual([{ kind: 'text', text: 'é' }, { kind: 'text', text: '🙂' }])
  })

  it('are Escape only after silence', () => {
    fake.terminal.enter()
    fake.send('\x1b')
    vi.advanceTimersByTime(20)
    expect(fake.keys).toEqual([])
    vi.advanceTimersByTime(20)
    expect(fake.keys).toEqual([{ kind: 'key', name: 'escape' }])
  })

  it('are an arrow where the rest comes soon', () => {
    fake.terminal.enter()
    fake.send('\x1b')
    vi.advanceTimersByTime(20)
    fake.send('[')
    vi.advanceTimersByTime(20)
    fake.send('A')
    vi.advanceTimersByTime(100)
    expect(fake.keys).toEqual([{ kind: 'key', name: 'up' }])
  })

  it('end with the one that gives the terminal back', () => {
    fake.terminal.enter()
    fake.send('jqj\x1b')
    vi.advanceTimersByTime(100)
    expect(fake.keys).toEqual([{ kind: 'text', text: 'j' }, { kind: 'text', text: 'q' }])
  })

  it('of before are forgotten', () => {
    fake.terminal.enter()
    fake.send('\x1b[20')
    fake.terminal.leave()
    fake.terminal.enter()
    fake.send('j')
    expect(fake.keys).toEqual([{ kind: 'text', text: 'j' }])
  })
})

describe('the size', () => {
  it('is told where it has changed', () => {
    fake.terminal.enter()
    fake.resize(80, 24)
    fake.resize(100, 30)
    expect(fake.sizes).toEqual(['100x30'])
  })

  it('is the usual one where the terminal does not know', () => {
    fake.terminal.enter()
    fake.resize(0, 0)
    expect(fake.terminal.size).toEqual({ width: 80, height: 24 })
  })
})

describe('copying', () => {
  it('sends base64 of UTF-8', () => {
    fake.terminal.enter()
    expect(fake.terminal.copy('plant/7/é')).toBe(true)
    expect(fake.written.at(-1)).toBe(`\x1b]52;c;${Buffer.from('plant/7/é').toString('base64')}\x07`)
  })

  it.each([
    { what: 'as much as goes', length: 75_000, done: true },
    { what: 'more', length: 75_001, done: false },
  ])('$what: $done', ({ length, done }) => {
    fake.terminal.enter()
    const drawn = fake.written.length
    expect(fake.terminal.copy('x'.repeat(length))).toBe(done)
    expect(fake.written).toHaveLength(drawn + Number(done))
  })

  it('needs the terminal', () => {
    expect(fake.terminal.copy('x')).toBe(false)
  })
})
