import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listInterfaces, noSuchInterface } from '../../../src/io/live/interfaces.ts'
import { temporaryFolder } from '../build.ts'
import type { InterfaceSources } from '../../../src/io/live/interfaces.ts'

type Addresses = ReturnType<InterfaceSources['addresses']>

const address = (cidr: string, internal = false) => ({ address: cidr.split('/')[0]!, cidr, internal, family: 'IPv4' as const, netmask: '', mac: '' })

/** A folder like /sys/class/net. A file whose content is null is a folder. */
function sysfs(interfaces: Readonly<Record<string, Readonly<Record<string, string | null>>>>): string {
  const root = temporaryFolder('sysfs')
  for (const [name, files] of Object.entries(interfaces)) {
    mkdirSync(join(root, name))
    for (const [file, content] of Object.entries({ ifindex: '1', ...files })) {
      if (content === null) mkdirSync(join(root, name, file))
      else writeFileSync(join(root, name, file), `${content}\n`)
    }
  }
  return root
}

const ROOT = sysfs({
  wlan0: { type: '1', flags: '0x1003', operstate: 'down', mtu: '1500', wireless: null, uevent: 'DEVTYPE=wlan' },
  lo: { type: '772', flags: '0x9', operstate: 'unknown', mtu: '65536' },
  eth0: { type: '1', flags: '0x1003', operstate: 'up', mtu: '1400', uevent: 'INTERFACE=eth0' },
  br0: { type: '1', flags: '0x1002', operstate: 'down', mtu: '1500', bridge: null },
  'eth0.7': { type: '1', flags: '0x1003', operstate: 'up', mtu: '1400', uevent: 'DEVTYPE=vlan\nINTERFACE=eth0.7' },
  tun0: { type: '65534', flags: '0x1091', operstate: 'unknown', mtu: '1420', tun_flags: '0x1001' },
  can9: { type: '12345' },
})
writeFileSync(join(ROOT, 'bonding_masters'), '')

const ADDRESSES = { lo: [address('127.0.0.1/8', true)], eth0: [address('192.0.2.2/24'), address('fd00::2/64')] } as unknown as Addresses

const LINUX: InterfaceSources = { platform: 'linux', sysfs: ROOT, addresses: () => ADDRESSES }

test('Linux: all that the kernel tells of, and any', () => {
  expect(listInterfaces(LINUX).map(({ name, kind, state, mtu, addresses }) => [name, kind, state, mtu, addresses.join(' ')])).toEqual([
    ['br0', 'bridge', 'down', 1500, ''],
    ['can9', null, null, null, ''],
    ['eth0', 'ethernet', 'up', 1400, '192.0.2.2/24 fd00::2/64'],
    ['eth0.7', 'vlan', 'up', 1400, ''],
    ['lo', 'loopback', 'up', 65536, '127.0.0.1/8'],
    ['tun0', 'tun', 'up', 1420, ''],
    ['wlan0', 'wireless', 'no-carrier', 1500, ''],
    ['any', 'all interfaces', 'up', null, ''],
  ])
})

test('Linux without /sys: those with an address', () => {
  expect(listInterfaces({ ...LINUX, sysfs: '/no/such/folder' }).map(({ name }) => name)).toEqual(['eth0', 'lo', 'any'])
})

test('macOS: those with an address, and no any', () => {
  const found = listInterfaces({ ...LINUX, platform: 'darwin' })
  expect(found.map(({ name, kind, state }) => [name, kind, state])).toEqual([['eth0', null, 'up'], ['lo', 'loopback', 'up']])
})

test('the error says which there are', () => {
  const error = noSuchInterface('eht0', LINUX)
  expect(error.code).toBe('no-such-interface')
  expect(error.message).toBe('there is no interface eht0; there are br0, can9, eth0, eth0.7, lo, tun0, wlan0 and any')
  expect(noSuchInterface('x', { ...LINUX, platform: 'darwin', addresses: () => ({ lo0: [] }) }).message).toBe('there is no interface x; there is lo0')
})

test('this machine has a loopback interface', () => {
  expect(listInterfaces().filter(({ kind }) => kind === 'loopback')).toHaveLength(1)
})
