import { describe, expect, test } from 'vitest'
import { protectArguments, unprotect } from '../../src/cli/arguments.ts'
import { VALUE_OPTIONS } from '../../src/cli/options.ts'

/** NUL in front of an argument shows as ¬. */
const shown = (argv: string[]) => protectArguments(argv, VALUE_OPTIONS).map((argument) => argument.replace('\0', '¬'))

describe('what yargs would misread', () => {
  test.each([
    ['a lone dash', ['read', '-'], ['read', '¬-']],
    ['a lone dash as a value', ['-w', '-'], ['-w', '¬-']],
    ['a value that begins with a dash', ['-Y', '-1 == mqtt.qos', 'f'], ['-Y', '¬-1 == mqtt.qos', 'f']],
    ['the same behind a long name', ['--filter', '-1 == mqtt.qos'], ['--filter', '¬-1 == mqtt.qos']],
    ['behind two dashes all are files', ['-q', '--', '-x', '-', 'f'], ['-q', '¬-x', '¬-', '¬f']],
    ['two dashes as a value are no end of options', ['-Y', '--', '-q'], ['-Y', '¬--', '-q']],
    ['a glued value', ['-fjson', 'f'], ['-f', '¬json', 'f']],
    ['a glued value with an equals sign', ['-f=json'], ['-f', '¬json']],
    ['switches and a glued value', ['-qxfjson'], ['-q', '-x', '-f', '¬json']],
    ['a row of switches', ['-qx', 'f'], ['-q', '-x', 'f']],
    ['a glued filter keeps its letters', ['-Y!mqtt.dupflag'], ['-Y', '¬!mqtt.dupflag']],
    ['long options stay', ['--payload-bytes=5', '--utc'], ['--payload-bytes=5', '--utc']],
    ['numbers stay text', ['decode', '3e10'], ['decode', '3e10']],
    ['an option at the end without its value', ['read', '-Y'], ['read', '-Y']],
  ])('%s', (_name, argv, safe) => {
    expect(shown(argv)).toEqual(safe)
  })
})

test('what was protected comes back', () => {
  expect(protectArguments(['-', '-w', '-', '--', '-x'], VALUE_OPTIONS).map(unprotect)).toEqual(['-', '-w', '-', '-x'])
})

test('every option that takes a value is known by its letter and its name', () => {
  expect(['f', 'format', 'e', 'field', 'Y', 'filter', 'w', 'write', 't', 'time', 'port', 'mqtt-version', 'payload'].filter((name) => !VALUE_OPTIONS.has(name))).toEqual([])
  expect(['q', 'x', 'V', 'utc', 'show-secrets'].filter((name) => VALUE_OPTIONS.has(name))).toEqual([])
})
