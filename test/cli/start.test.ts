import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ROOT } from './run.ts'

/** A copy of the installed program, whose compiled form can be spoilt. */
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqtap-start-'))
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, part), join(folder, part), { recursive: true })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function packets(): string {
  return execFileSync(process.execPath, [join(folder, 'bin/mqtap.js'), 'read', join(ROOT, 'fixtures/captures/qmqtt.pcap')], { encoding: 'utf8' })
}

test('the program is read as what it is: nothing but ASCII', () => {
  // esbuild writes other characters as escapes, but not those in tagged templates and regular expressions.
  const [, found = null] = /(.{0,40}[^\0-\x7f].{0,10})/u.exec(readFileSync(join(ROOT, 'dist/mqtap.cjs'), 'utf8')) ?? []
  expect(found).toBeNull()
})

test('the compiled form that the build made is taken by the Node.js that made it', () => {
  const probe = `const { COMPILED, script } = require(${JSON.stringify(join(folder, 'bin/program.js'))})
    process.stdout.write(String(script(require('node:fs').readFileSync(COMPILED)).cachedDataRejected))`
  expect(execFileSync(process.execPath, ['-e', probe], { encoding: 'utf8' })).toBe('false')
})

test('without its compiled form, or with that of another Node.js, it does the same', () => {
  const compiled = join(folder, 'dist/mqtap.cache')
  const expected = packets()
  expect(expected).toContain('CONNACK')
  const bytes = readFileSync(compiled)
  bytes[4]! ^= 0xff // the version of V8, as a hash
  writeFileSync(compiled, bytes)
  expect(packets()).toBe(expected)
  rmSync(compiled)
  expect(packets()).toBe(expected)
})
