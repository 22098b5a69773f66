import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Pty, requirePty } from '../pty.ts'
import { bundled } from './bundle.ts'
import type { Bundle } from './bundle.ts'
import type { PtyOptions } from '../pty.ts'

const BEFORE = 'text from before'
/** Of the screen of the program, which has 24 rows. */
const LAST_ROW = 'row 23'

describe.skipIf(!(await requirePty()))('a program in a terminal', () => {
  let program: Bundle
  let pty: Pty | null = null

  beforeAll(async () => {
    program = await bundled(fileURLToPath(new URL('list-program.ts', import.meta.url)))
  })
  afterEach(async () => {
    await pty?.close()
    pty = null
  })
  afterAll(() => program.remove())

  /** The program in place of a shell that has printed something. */
  async function started(argument = '', options: PtyOptions = {}): Promise<Pty> {
    pty = Pty.start('/bin/sh', ['-c', `echo ${BEFORE}; exec "$0" "$1" ${argument}`, process.execPath, program.file], options)
    await pty.waitFor(LAST_ROW)
    return pty
  }

  function expectRestored({ emulator }: Pty): void {
    expect(emulator).toMatchObject({ alternate: false, cursorVisible: true, bracketedPaste: false, autowrap: true, scrollback: 0 })
    expect(emulator.screen()).toMatch(new RegExp(`^${BEFORE}\n`))
  }

  it('has the whole screen', async () => {
    const { emulator } = await started()
    expect(emulator).toMatchObject({ alternate: true, cursorVisible: false, bracketedPaste: true, autowrap: false, clears: 0 })
    const rows = emulator.screen().split('\n')
    expect(rows).toHaveLength(24)
    expect([rows[0], rows[1], rows[23]]).toEqual(['size 80x24', 'count 0', 'row 23 '.padEnd(80, '.')])
  })

  it('writes the row that changes and no more, and never clears', async () => {
    const list = await started()
    const before = list.emulator.bytes
    for (let count = 1; count <= 20; count++) {
      list.type('j')
      await list.waitFor(`count ${count}`)
    }
    // 16 for the synchronized update, 6 and 4 for the place and the erasing, 8 for the text.
    expect((list.emulator.bytes - before) / 20).toBeLessThanOrEqual(34)
    expect(list.emulator).toMatchObject({ clears: 0, scrollback: 0 })
  })

  it('gets each key of many that come at once', async () => {
    const list = await started()
    list.type('jjjjj\x1b[Bjj')
    await list.waitFor('count 7')
    await list.waitFor('last down')
  })

  it('gets Escape after a while, and pastes as one', async () => {
    const list = await started()
    list.type('\x1b')
    await list.waitFor('last escape')
    list.type('\x1b[200~mqtt.qos == 1\x1b[201~')
    await list.waitFor('last paste of 13')
    expect(list.screen()).toContain('count 0')
  })

  it('draws all of a new size, and clears once', async () => {
    const list = await started()
    list.resize(60, 10)
    await list.waitFor((screen) => screen.startsWith('size 60x10\n') && screen.endsWith('row 9 '.padEnd(60, '.')))
    list.resize(120, 40)
    await list.waitFor((screen) => screen.startsWith('size 120x40\n') && screen.endsWith('row 39 '.padEnd(120, '.')))
    expect(list.screen().split('\n')).toHaveLength(40)
    expect(list.emulator).toMatchObject({ clears: 2, scrollback: 0 })
  })

  it('draws anew what something else has overwritten', async () => {
    const list = await started()
    await list.emulator.write('\x1b[5;1Hrubbish')
    expect(list.screen()).toContain('rubbish')
    list.type('\x0c')
    await list.waitFor((screen) => !screen.includes('rubbish') && screen.includes(LAST_ROW))
    expect(list.emulator.clears).toBe(1)
  })

  it('works where CI is set', async () => {
    const list = await started('', { env: { CI: 'true' } })
    list.type('j')
    await list.waitFor('count 1')
    list.resize(60, 10)
    await list.waitFor('size 60x10')
    list.type('q')
    expect(await list.exited).toEqual({ exitCode: 0, signal: 0 })
    expectRestored(list)
  })

  describe('gives the terminal back', () => {
    it('when it quits', async () => {
      const list = await started()
      list.type('q')
      expect(await list.exited).toEqual({ exitCode: 0, signal: 0 })
      expectRestored(list)
      expect(list.screen()).toBe(`${BEFORE}\n1 drawn, 0 cleared`)
      expect(await list.emulator.plain()).toBe(true)
    })

    it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('at %s, when its work is done, and ends by it', async (signal) => {
      const list = await started('slow')
      list.kill(signal)
      expect(await list.exited).toMatchObject({ signal: constants.signals[signal] })
      expectRestored(list)
      expect(list.screen()).toBe(`${BEFORE}\nending by ${signal}\nended`)
    })

    it('at a second signal, without waiting', async () => {
      const list = await started('slow')
      list.kill('SIGTERM')
      await list.waitFor('ending by SIGTERM')
      list.kill('SIGINT')
      expect(await list.exited).toMatchObject({ signal: constants.signals.SIGTERM })
      expect(list.screen()).toBe(`${BEFORE}\nending by SIGTERM`)
    })

    it.each([
      { what: 'an error', key: 'x', message: 'Error: a fault in the program' },
      { what: 'a promise that nobody waits for', key: 'r', message: 'Error: a fault in a promise' },
    ])('at $what, which is printed', async ({ key, message }) => {
      const list = await started()
      list.type(key)
      expect(await list.exited).toEqual({ exitCode: 1, signal: 0 })
      expectRestored(list)
      expect(list.screen()).toContain(`${BEFORE}\n${message}\n    at `)
    })
  })

  it.each([
    // The system sends SIGHUP to the first program of a terminal only.
    { what: 'with SIGHUP', shell: 'exec "$0" "$1" slow 2>>"$ENDED"', told: 'ended by SIGHUP\n' },
    { what: 'without', shell: 'trap "" HUP; "$0" "$1" slow 2>>"$ENDED"; echo "status $?" >> "$ENDED"', told: 'ended by SIGHUP\nstatus 129\n' },
  ])('ends quietly when the terminal goes, $what', async ({ shell, told }) => {
    const ENDED = `${program.file}.${told.length}.txt`
    pty = Pty.start('/bin/sh', ['-c', shell, process.execPath, program.file], { env: { ENDED } })
    await pty.waitFor(LAST_ROW)
    pty.hangUp()
    await pty.exited
    // Some shells say there what ended their child.
    expect(readFileSync(ENDED, 'utf8').replace(/^Hangup\n/m, '')).toBe(told)
  })

  it('draws on where no shell can stop it', async () => {
    const list = await started()
    list.type('\x1a')
    await list.waitFor(() => !list.emulator.alternate)
    await list.waitFor(() => list.emulator.alternate)
    list.type('j')
    await list.waitFor('count 1')
  })

  it('gives the terminal back while it is stopped, and draws again when it goes on', async () => {
    // The shell runs it as a job, as at a prompt; "set -m" lets it.
    const shell = 'set -m; echo "$BEFORE"; "$0" "$1"; echo "stopped: $(stty -a | grep -o -e "-*icanon" -e "-*echo ")"; read answer; fg > /dev/null; echo "status $?"'
    pty = Pty.start('bash', ['--norc', '-c', shell, process.execPath, program.file], { env: { BEFORE } })
    const list = pty
    await list.waitFor(LAST_ROW)
    list.type('j')
    await list.waitFor('count 1')
    list.type('\x1a')
    await list.waitFor('stopped: icanon')
    expectRestored(list)
    list.resize(70, 20)
    list.type('go on\r')
    await list.waitFor((screen) => screen.startsWith('size 70x20\ncount 1\n') && screen.endsWith('row 19 '.padEnd(70, '.')))
    expect(list.emulator).toMatchObject({ alternate: true, cursorVisible: false, bracketedPaste: true })
    list.type('j')
    await list.waitFor('count 2')
    list.type('q')
    await list.waitFor('status 0')
    expectRestored(list)
  })

  it('draws again after SIGSTOP, which it cannot see coming', async () => {
    const list = await started()
    list.kill('SIGSTOP')
    await list.emulator.write('\x1b[5;1Hrubbish')
    list.kill('SIGCONT')
    await list.waitFor((screen) => !screen.includes('rubbish') && screen.includes(LAST_ROW))
    list.type('j')
    await list.waitFor('count 1')
  })
})
