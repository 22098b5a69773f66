import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Pty, requirePty } from './pty.ts'

describe('where there is no pseudo-terminal', () => {
  beforeEach(() => {
    vi.resetModules()
    vi.doMock('@lydell/node-pty', () => {
      throw new Error('no prebuilt binary')
    })
  })
  afterEach(() => {
    vi.doUnmock('@lydell/node-pty')
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  it('it is told once', async () => {
    vi.stubEnv('MQTAP_REQUIRE_TOOLS', '')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const fresh = await import('./pty.ts')
    expect([await fresh.requirePty(), await fresh.requirePty()]).toEqual([false, false])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.lastCall?.[0]).toMatch(/^skipped: tests that need a pseudo-terminal, for @lydell\/node-pty cannot be loaded: /)
    expect(() => fresh.Pty.start('/bin/true', [])).toThrow('Ask requirePty() first.')
  })

  it('it is a failure where it is demanded', async () => {
    vi.stubEnv('MQTAP_REQUIRE_TOOLS', '1')
    const fresh = await import('./pty.ts')
    await expect(fresh.requirePty()).rejects.toThrow('@lydell/node-pty cannot be loaded, and MQTAP_REQUIRE_TOOLS=1 demands it')
  })
})

describe.skipIf(!(await requirePty()))('a pseudo-terminal', () => {
  it('shows what a program prints, and how it ends', async () => {
    const pty = Pty.start('/bin/sh', ['-c', 'stty size; echo "$TERM $LANG ${CI-no CI}"; read line; echo "got $line"; exit 3'], { columns: 50, rows: 7 })
    await pty.waitFor('no CI')
    pty.type('plc-7\r')
    expect(await pty.exited).toEqual({ exitCode: 3, signal: 0 })
    expect(pty.screen()).toBe('7 50\nxterm-256color C.UTF-8 no CI\nplc-7\ngot plc-7')
  })

  it('keeps what leaves the screen', async () => {
    const pty = Pty.start('/bin/sh', ['-c', 'for row in 1 2 3 4 5; do echo "row $row"; done'], { rows: 3 })
    await pty.exited
    expect(pty.screen()).toBe('row 4\nrow 5')
    expect(pty.emulator.scrollback).toBe(3)
  })

  it('shows how its text looks', async () => {
    const pty = Pty.start('/bin/sh', ['-c', String.raw`printf 'a\033[1;31mb\033[0;2;7mc\033[0m世\n'`], { columns: 6, rows: 2 })
    await pty.exited
    const plain = { text: ' ', width: 1, colour: null, bold: false, dim: false, inverse: false }
    expect(pty.emulator.cells()[0]).toEqual([
      { ...plain, text: 'a' }, { ...plain, text: 'b', colour: 1, bold: true }, { ...plain, text: 'c', dim: true, inverse: true },
      { ...plain, text: '世', width: 2 }, { ...plain, text: '', width: 0 }, plain,
    ])
  })

  it('waits until nothing changes any more, or the screen is as wanted', async () => {
    const pty = Pty.start('/bin/sh', ['-c', 'for row in 1 2 3; do echo "row $row"; sleep 0.2; done; read line'])
    await pty.settled((screen) => screen === 'row 1')
    expect(pty.screen()).toBe('row 1')
    await pty.settled()
    expect(pty.screen()).toBe('row 1\nrow 2\nrow 3')
    await pty.close()
  })

  it('says what it has waited for in vain, and shows the screen', async () => {
    const pty = Pty.start('/bin/sh', ['-c', 'echo something else'])
    await expect(pty.waitFor('something')).resolves.toBeUndefined()
    await expect(pty.waitFor('something new')).rejects.toThrow('waited for "something new": the program ended with 0, signal 0. The screen:\nsomething else')
    const other = Pty.start('/bin/sh', ['-c', 'echo here; read line'])
    await other.waitFor('here')
    await expect(other.waitFor((screen) => screen.includes('there'.repeat(2)), 50)).rejects.toThrow('not within 50 ms. The screen:\nhere')
    await other.close()
  })

  it('can be closed when its program has just ended, before word of that comes', async () => {
    const pty = Pty.start('/bin/true', [])
    // Nothing is heard meanwhile.
    while (isThere(pty.pid));
    await pty.close()
    await expect(pty.exited).resolves.toEqual({ exitCode: 0, signal: 0 })
  })
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
