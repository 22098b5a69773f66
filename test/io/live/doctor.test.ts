import { describe, expect, test } from 'vitest'
import { diagnose } from '../../../src/io/live/doctor.ts'
import { fakeEngine } from './fake-engine.ts'
import type { Machine } from '../../../src/io/live/doctor.ts'
import type { ToolResult } from '../../../src/io/live/run-tool.ts'

const OUTPUTS: Readonly<Record<string, string>> = {
  '/usr/bin/tcpdump --version': 'tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)\n',
  '/usr/bin/dumpcap --version': 'Dumpcap (Wireshark) 4.0.17 (Git v4.0.17).\n',
  'getcap /usr/bin/dumpcap': '/usr/bin/dumpcap cap_net_admin,cap_net_raw=eip\n',
  'getcap /usr/bin/tcpdump': '',
}

function machine(change: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux',
    nodeVersion: '20.20.2',
    root: false,
    mayCapture: () => false,
    find: (name) => ({ file: `/usr/bin/${name}`, executable: true, setuidRoot: false }),
    run: (program, args): Promise<ToolResult> => Promise.resolve({ code: 0, stdout: OUTPUTS[[program, ...args].join(' ')] ?? '', stderr: '' }),
    probeCap: () => Promise.resolve({ kind: 'probed', libpcap: '/lib/libpcap.so.0.8', immediate: true }),
    hasGroup: () => false,
    ...change,
  }
}

async function check(name: string, change: Partial<Machine> = {}) {
  const { checks } = await diagnose([], machine(change))
  const { health, says, mend } = checks.find((one) => one.name === name)!
  return [health, says, mend]
}

describe('the machine', () => {
  test('Node.js', async () => {
    expect(await check('Node.js')).toEqual(['good', '20.20.2', null])
    expect(await check('Node.js', { nodeVersion: '22.0.0' })).toEqual(['good', '22.0.0', null])
    expect((await check('Node.js', { nodeVersion: '20.9.0' }))[1]).toBe('20.9.0; 20.19 or later is needed')
  })

  test('libpcap', async () => {
    expect(await check('libpcap')).toEqual(['good', '1.10.3  /lib/libpcap.so.0.8', null])
    const without: Partial<Machine> = { probeCap: () => Promise.resolve({ kind: 'not-loaded', why: 'missing', message: '' }), find: () => null }
    expect(await check('libpcap', without)).toEqual(['missing', 'not found', 'sudo apt-get install libpcap0.8'])
    expect((await check('libpcap', { ...without, platform: 'darwin' }))[2]).toBe('brew install libpcap')
  })

  test('cap', async () => {
    expect(await check('cap')).toEqual(['good', 'loads; frames are delivered at once', null])
    expect(await check('cap', { probeCap: () => Promise.resolve({ kind: 'probed', libpcap: null, immediate: false }) }))
      .toEqual(['limited', 'loads, but without immediate mode: times are up to a second late', 'sudo apt-get install libpcap-dev'])
    const [health, says, mend] = await check('cap', { probeCap: () => Promise.resolve({ kind: 'not-loaded', why: 'missing', message: '' }) })
    expect(health).toBe('missing')
    expect(says).toContain('is not installed')
    expect(mend).toBe('sudo apt-get install libpcap-dev build-essential python3\nnpm install --global --allow-scripts=cap mqtap')
  })

  test.each<[string, Partial<Machine>, readonly (string | null)[]]>([
    ['with rights of its file', {}, ['good', '4.0.17  /usr/bin/dumpcap  may capture, by the rights of its file', null]],
    ['as root', { root: true, mayCapture: () => true }, ['good', '4.0.17  /usr/bin/dumpcap  may capture, as root', null]],
    ['as root of a container', { root: true }, ['limited', '4.0.17  /usr/bin/dumpcap  may not capture', null]],
    ['that runs as root', { find: (name) => ({ file: `/usr/bin/${name}`, executable: true, setuidRoot: true }) }, ['good', '4.0.17  /usr/bin/dumpcap  may capture, by the rights of its file', null]],
    ['that only a group may run', { find: (name) => ({ file: `/usr/bin/${name}`, executable: false, setuidRoot: false }), hasGroup: () => true },
      ['limited', '/usr/bin/dumpcap may not be run by this user', 'sudo usermod -aG wireshark "$USER"    # and log in again']],
    ['missing', { find: () => null }, ['missing', 'not installed', 'sudo apt-get install wireshark-common']],
    ['missing on macOS', { find: () => null, platform: 'darwin' }, ['missing', 'not installed', 'brew install wireshark']],
    ['on macOS without access', { platform: 'darwin' }, ['limited', '4.0.17  /usr/bin/dumpcap  may not capture', 'brew install --cask wireshark-chmodbpf']],
  ])('dumpcap %s', async (_name, change, expected) => {
    expect(await check('dumpcap', change)).toEqual(expected)
  })

  test('tcpdump without rights', async () => {
    expect(await check('tcpdump')).toEqual(['limited', '4.99.3  /usr/bin/tcpdump  may not capture', 'sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f /usr/bin/tcpdump)"'])
    const without = { run: (program: string, args: readonly string[]) => (program === 'getcap' ? Promise.resolve('missing' as const) : machine().run(program, args)) }
    expect(await check('tcpdump', without)).toEqual(['good', '4.99.3  /usr/bin/tcpdump  whether it may capture cannot be told without getcap', null])
  })

  test('lz4', async () => {
    expect(await check('lz4')).toEqual(['good', '/usr/bin/lz4', null])
    expect((await check('lz4', { find: () => null }))[2]).toBe('sudo apt-get install lz4')
  })
})

test('all engines are asked, and one that can capture is enough', async () => {
  const trouble = { sentence: 'no permission', mend: null }
  const { engines, canCapture } = await diagnose([fakeEngine('dumpcap', trouble), fakeEngine('cap', null)], machine())
  expect(engines).toEqual([{ name: 'dumpcap', timestamps: 'kernel', trouble }, { name: 'cap', timestamps: 'arrival', trouble: null }])
  expect(canCapture).toBe(true)
  expect((await diagnose([fakeEngine('dumpcap', trouble)], machine())).canCapture).toBe(false)
  expect((await diagnose([], machine())).canCapture).toBe(false)
})
