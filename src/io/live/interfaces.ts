import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { CaptureError } from '../errors.ts'

/** The network interfaces of this machine. On Linux the kernel tells of all of them in /sys/class/net; elsewhere only those with an address are known. */

/** `no-carrier`: it is up, but nothing is at the other end. */
export type InterfaceState = 'up' | 'no-carrier' | 'down'

export interface InterfaceDescription {
  readonly name: string
  /** Such as `loopback`, `ethernet`, `wireless`; null where it is not known. */
  readonly kind: string | null
  /** IPv4 and IPv6, with their prefix lengths: `192.0.2.1/24`. */
  readonly addresses: readonly string[]
  readonly state: InterfaceState | null
  /** Bytes of the largest packet; null where it is not known. */
  readonly mtu: number | null
}

/** Where the facts come from. */
export interface InterfaceSources {
  readonly platform: string
  /** As /sys/class/net (sysfs-class-net of the kernel's ABI documents). */
  readonly sysfs: string
  readonly addresses: () => ReturnType<typeof networkInterfaces>
}

const MACHINE: InterfaceSources = { platform: process.platform, sysfs: '/sys/class/net', addresses: networkInterfaces }

/** libpcap's name for all interfaces of Linux at once. */
const ANY: InterfaceDescription = { name: 'any', kind: 'all interfaces', addresses: [], state: 'up', mtu: null }

/** IFF_UP of netdevice(7). */
const UP = 1

/** By files that only such an interface has. */
const KIND_BY_FILE: readonly (readonly [file: string, kind: string])[] = [
  ['wireless', 'wireless'], ['phy80211', 'wireless'], ['bridge', 'bridge'], ['bonding', 'bond'], ['tun_flags', 'tun'],
]

/** ARPHRD_* of linux/if_arp.h. */
const KIND_BY_TYPE: Readonly<Record<string, string>> = {
  1: 'ethernet', 280: 'can', 512: 'ppp', 768: 'tunnel', 769: 'tunnel', 772: 'loopback', 776: 'tunnel', 778: 'tunnel', 801: 'wireless', 802: 'wireless', 803: 'wireless',
  65534: 'tunnel',
}

/** In order of name; `any`, where there is one, is last. */
export function listInterfaces(sources: InterfaceSources = MACHINE): InterfaceDescription[] {
  const addresses = sources.addresses()
  const names = sources.platform === 'linux' ? linuxNames(sources.sysfs) : null
  const found = (names ?? Object.keys(addresses)).sort().map((name) => {
    const known = addresses[name] ?? []
    const texts = known.map(({ address, cidr }) => cidr ?? address)
    if (names !== null) return linuxInterface(name, join(sources.sysfs, name), texts)
    return { name, kind: known.some(({ internal }) => internal) ? 'loopback' : null, addresses: texts, state: 'up' as const, mtu: null }
  })
  return sources.platform === 'linux' ? [...found, ANY] : found
}

/** For an engine that found no interface of that name. */
export function noSuchInterface(name: string, sources: InterfaceSources = MACHINE): CaptureError {
  const names = listInterfaces(sources).map((one) => one.name)
  const there = names.length === 0 ? 'this machine has none' : names.length === 1 ? `there is ${names[0]}` : `there are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return new CaptureError('no-such-interface', `there is no interface ${name}; ${there}`)
}

/** Null where the folder cannot be read, as in some sandboxes. */
function linuxNames(sysfs: string): string[] | null {
  try {
    // A bonding driver keeps a plain file beside the interfaces.
    return readdirSync(sysfs).filter((name) => existsSync(join(sysfs, name, 'ifindex')))
  } catch {
    return null
  }
}

function linuxInterface(name: string, folder: string, addresses: readonly string[]): InterfaceDescription {
  const mtu = Number(content(folder, 'mtu') ?? NaN)
  const byFile = KIND_BY_FILE.find(([file]) => existsSync(join(folder, file)))
  const deviceType = /^DEVTYPE=(.*)$/m.exec(content(folder, 'uevent') ?? '')?.[1]
  const kind = byFile?.[1] ?? deviceType ?? KIND_BY_TYPE[content(folder, 'type') ?? ''] ?? null
  return { name, kind, addresses, state: linuxState(folder), mtu: Number.isNaN(mtu) ? null : mtu }
}

function linuxState(folder: string): InterfaceState | null {
  const flags = content(folder, 'flags')
  if (flags === null) return null
  if ((Number(flags) & UP) === 0) return 'down'
  const link = content(folder, 'operstate')
  return link === 'down' || link === 'lowerlayerdown' ? 'no-carrier' : 'up'
}

/** Null where there is no such file; some cannot be read while the interface is down. */
function content(folder: string, file: string): string | null {
  try {
    return readFileSync(join(folder, file), 'utf8').trim()
  } catch {
    return null
  }
}
