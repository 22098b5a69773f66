import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mayCapture } from '../../../src/io/live/privileges.ts'
import { temporaryFolder } from '../build.ts'

const folder = temporaryFolder('status')

test.each([
  ['all rights', '000001ffffffffff', true],
  ['CAP_NET_RAW alone', '0000000000002000', true],
  ['root of a container without it', '00000000a80405fb', false],
  ['none', '0000000000000000', false],
])('%s', (name, effective, may) => {
  const file = join(folder, name)
  writeFileSync(file, `Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t${effective}\nCapBnd:\t000001ffffffffff\n`)
  expect(mayCapture(file, 'linux')).toBe(may)
})
