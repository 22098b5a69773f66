import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KEY_TABLE } from '../../src/tui/keymap.ts'
import { session, publish } from './captures.ts'
import { run } from './run.ts'

let folder = ''
const config = (content: unknown) => {
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(content))
  return ['--config', 'config.json']
}
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-keys-'))
  writeFileSync(path.join(folder, 'clean.pcap'), session(publish('a', 'x')))
})
afterAll(() => rmSync(folder, { recursive: true }))

const mqtap = (...args: string[]) => run(args, { cwd: folder })

test('--keys prints every action with its keys, in 80 columns', async () => {
  const { code, stdout, stderr } = await mqtap('--keys')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^EVERYWHERE +KEYS +DOES\n/)
  expect(stdout).toMatch(/^climb +escape backspace +Climb to where you came from$/m)
  expect(stdout).toMatch(/\nFINDINGS +KEYS +DOES\n(?:.+\n)*evidence +E /)
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  for (const { action, keys } of KEY_TABLE) expect(stdout.split('\n').filter((line) => line.split(/ {2,}/)[0] === action).every((line) => line.split(/ {2,}/)[1] === keys.join(' ')), action).toBe(true)
})

test('--config changes them, before or behind', async () => {
  const options = config({ keys: { quit: ['q', 'Ctrl-X'], suspend: [] } })
  const { code, stdout } = await mqtap('--keys', ...options)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^quit +q ctrl-x +/m)
  expect(stdout).toMatch(/^suspend +- +/m)
  expect((await mqtap(...options, '--keys')).stdout).toBe(stdout)
})

test('colour on demand', async () => {
  const { stdout } = await mqtap('--keys', '--color', 'always')
  expect(stdout).toContain('\x1b[1mEVERYWHERE')
  expect(stdout.replace(/\x1b\[\d*m/g, '')).toBe((await mqtap('--keys')).stdout)
})

test.each([
  [{ quit: ['q', 'ctrl+x'] }, 'mqtap: --config config.json: keys.quit[1]: there is no key ctrl+x\nDid you mean ctrl-x?\n'],
  [{ qiut: [] }, 'mqtap: --config config.json: keys: there is no action qiut\nDid you mean quit?\n'],
  [{ quit: ['x'], sort: ['x'] }, 'mqtap: --config config.json: keys.sort[0]: the key x is that of quit already\nBoth are keys of Clients, Findings, Stats.\n'],
])('%j is told, here and of a report', async (keys, stderr) => {
  expect(await mqtap('--keys', ...config({ keys }))).toEqual({ code: 2, stdout: '', stderr })
  expect(await mqtap('report', ...config({ keys }), 'clean.pcap')).toEqual({ code: 2, stdout: '', stderr })
})

test('a report has no use for keys', async () => {
  expect(await mqtap('report', ...config({ keys: { quit: ['x'] } }), 'clean.pcap')).toEqual(await mqtap('report', 'clean.pcap'))
})

test.each([
  [['--keys', '--nope'], 'mqtap: there is no option --nope\nmqtap --help tells more.\n'],
  [['--keys', '--config', 'nope.json'], 'mqtap: --config: there is no file nope.json\n'],
  [['--keys', 'nope.pcap'], /^mqtap: /],
])('%j is a mistake', async (args, stderr) => {
  expect(await mqtap(...args)).toMatchObject({ code: 2, stdout: '', stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr) as string })
})

test('a file may be called keys, and --keys is told in the help', async () => {
  writeFileSync(path.join(folder, 'keys'), session(publish('a', 'x')))
  expect((await mqtap('keys')).stdout).toContain('PUBLISH')
  expect((await mqtap('--help')).stdout).toMatch(/^ +--keys +The keys of the terminal screens$/m)
  expect((await mqtap('read', '--help')).stdout).not.toContain('--keys')
})
