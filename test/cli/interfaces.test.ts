import { describe, expect, test } from 'vitest'
import { interfacesObject, interfacesText } from '../../src/cli/interfaces.ts'
import { PLAIN } from '../../src/report/colour.ts'
import { INTERFACES_SCHEMA } from '../../src/report/schema/interfaces.ts'
import { fakeEngine } from '../io/live/fake-engine.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { run } from './run.ts'
import type { InterfaceDescription } from '../../src/io/live/interfaces.ts'

const FOUND: readonly InterfaceDescription[] = [
  { name: 'eth0', kind: 'ethernet', state: 'up', mtu: 1400, addresses: ['192.0.2.2/24', 'fd00::2/64'] },
  { name: 'ifb0', kind: null, state: 'down', mtu: 1500, addresses: [] },
  { name: 'any', kind: 'all interfaces', state: 'up', mtu: null, addresses: [] },
]

const differences = checkAgainst(INTERFACES_SCHEMA)

describe('the table', () => {
  test('says for each interface which engines can be used', async () => {
    const found = await interfacesObject(FOUND, [fakeEngine('dumpcap', null), fakeEngine('cap', null)])
    expect(differences(found)).toEqual([])
    expect(interfacesText(found, PLAIN)).toBe([
      'Interface  Kind            State   MTU  Engines      Addresses',
      'eth0       ethernet        up     1400  dumpcap,cap  192.0.2.2/24',
      '                                                     fd00::2/64',
      'ifb0                       down   1500  -',
      'any        all interfaces  up           dumpcap,cap',
      '',
    ].join('\n'))
  })

  test('says why an engine cannot', async () => {
    const found = await interfacesObject(FOUND.slice(2), [fakeEngine('cap', { sentence: 'Node.js has no permission to capture', mend: 'sudo' })])
    expect(differences(found)).toEqual([])
    expect(interfacesText(found, PLAIN)).toBe([
      'Interface  Kind            State  MTU  Engines  Addresses',
      'any        all interfaces  up          -',
      '',
      'cap: Node.js has no permission to capture',
      'mqtap doctor tells what mends it.',
      '',
    ].join('\n'))
  })
})

test('of this machine', async () => {
  const { code, stdout, stderr } = await run(['interfaces', '-f', 'json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const found = JSON.parse(stdout) as { interfaces: { kind: string | null }[] }
  expect(differences(found)).toEqual([])
  expect(found.interfaces.filter(({ kind }) => kind === 'loopback')).toHaveLength(1)
  expect((await run(['interfaces'])).stdout).toMatch(/^Interface +Kind/)
})
