import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROGRAM, ROOT } from './run.ts'

/** What the README shows is what the program prints. `…` alone on a line stands for the rest. */

const examples = [...readFileSync(`${ROOT}README.md`, 'utf8').matchAll(/```console\n\$ (.*)\n([\s\S]*?)```/g)]
  .map(([, command, output]) => ({ command: command!, output: output! }))
  .filter(({ command }) => command.includes('fixtures/') || command.startsWith('mqtap decode'))

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(3)
})

test.each(examples)('$command', async ({ command, output }) => {
  const program = command.replace(/^(?:mqtap|node bin\/mqtap\.js) /, `"${process.execPath}" "${PROGRAM}" `)
  const printed = await new Promise<string>((resolve) => {
    execFile('sh', ['-c', program], { cwd: ROOT, env: { PATH: process.env.PATH } }, (_error, stdout) => resolve(stdout))
  })
  const shown = output.trimEnd().split('\n')
  const whole = shown.at(-1) !== '…'
  const lines = printed.trimEnd().split('\n')
  expect(whole ? lines : lines.slice(0, shown.length - 1)).toEqual(whole ? shown : shown.slice(0, -1))
})
