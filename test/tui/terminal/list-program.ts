/**
 * A list for the tests of the terminal: letters are counted in a row of their own, the cursor moves with the arrows. It is bundled and run in a pseudo-terminal.
 *
 * What ends it is also told in the file that ENDED names. `q` quits, `x` throws, `r` rejects, Ctrl-Z suspends, Ctrl-L draws anew, `y` copies; a paste and Escape are shown. `slow` as an argument: its end takes a while.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as later } from 'node:timers/promises'
import { Box, Text, render } from 'ink'
import { createElement, useSyncExternalStore } from 'react'
import { Screen } from '../../../src/tui/terminal/screen.ts'
import { Terminal } from '../../../src/tui/terminal/terminal.ts'
import type { ReactNode } from 'react'
import type { Key } from '../../../src/tui/terminal/decode-input.ts'

interface State {
  readonly width: number
  readonly height: number
  readonly count: number
  readonly last: string
}

const slow = process.argv.includes('slow')

const terminal = new Terminal({
  input: process.stdin,
  output: process.stdout,
  onKey,
  onResize: (size) => {
    change(size)
    screen.resize(size)
  },
  onResume: () => screen.forget(),
  onEnd: async (signal) => {
    screen.close()
    process.stdout.write(`ending by ${signal}\n`)
    if (slow) await later(300)
    process.stdout.write('ended\n')
    if (process.env.ENDED !== undefined) appendFileSync(process.env.ENDED, `ended by ${signal}\n`)
  },
})
const screen = new Screen({ output: terminal, size: terminal.size })
let state: State = { ...terminal.size, count: 0, last: '' }
const listeners = new Set<() => void>()

function change(changes: Partial<State>): void {
  state = { ...state, ...changes }
  for (const listener of listeners) listener()
}

function onKey(key: Key): void {
  screen.urgent()
  if (key.kind !== 'text') {
    if (key.kind === 'key' && key.name === 'ctrl-z') terminal.suspend()
    else if (key.kind === 'key' && key.name === 'ctrl-l') screen.forget()
    else change({ last: key.kind === 'paste' ? `paste of ${key.text.length}` : key.name })
    return
  }
  if (key.text === 'x') throw new Error('a fault in the program')
  if (key.text === 'r') void Promise.reject(new Error('a fault in a promise'))
  if (key.text === 'y') change({ last: `copied ${terminal.copy('plant/7/temp')}` })
  if (key.text === 'q') quit()
  else change({ count: state.count + 1 })
}

function quit(): void {
  screen.close()
  instance.unmount()
  terminal.leave()
  process.stdout.write(`${screen.draws} drawn, ${screen.clears} cleared\n`)
}

function List(): ReactNode {
  const { width, height, count, last } = useSyncExternalStore((listener) => (listeners.add(listener), () => listeners.delete(listener)), () => state)
  const rows = Array.from({ length: height }, (_, row) => (row === 0 ? `size ${width}x${height}` : row === 1 ? `count ${count}` : row === 2 ? `last ${last}` : `row ${row} `.padEnd(width, '.')))
  return createElement(Box, { flexDirection: 'column', width, height }, rows.map((text, row) => createElement(Text, { key: row }, row === height - 1 ? `\x1b[7m${text}\x1b[0m` : text)))
}

terminal.enter()
const instance = render(createElement(List), { stdout: screen.stdout, debug: true, patchConsole: false, exitOnCtrlC: false })
