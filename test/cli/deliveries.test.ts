import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DELIVERY_SCHEMA } from '../../src/report/schema/delivery.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { Network, pcapOf } from '../session/broker-network.ts'
import { ended, QMQTT, ROOT, run, start } from './run.ts'

/** A sensor and two screens: three messages reach both, one only screen-1, one is refused, one comes to screen-2 twice, and one that nobody published comes. */
function plant(): Network {
  const network = new Network()
  const sensor = network.connect('sensor', { version: '5.0' })
  const screens = ['screen-1', 'screen-2', 'screen-3'].map((name) => network.connect(name).subscribe('plant/#'))
  network.wait(25)
  const publish = (payload: string, to: readonly number[], code = 0): void => {
    sensor.publish('plant/temp', payload, { qos: 1, code })
    for (const index of to) screens[index]!.copy('plant/temp', payload, { qos: 1 })
    network.wait(0.5)
  }
  publish('21.1', [0, 1, 2])
  publish('21.2', [0, 1, 2])
  publish('21.3', [0, 2])
  publish('21.4', [0, 1, 2])
  publish('refused', [], 0x87)
  publish('21.5', [0, 1, 1, 2])
  screens[2]!.copy('plant/own', 'hello')
  return network.settle()
}

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  const capture = pcapOf(plant().frames)
  writeFileSync(path.join(folder, 'plant.pcap'), capture)
  writeFileSync(path.join(folder, 'cut.pcap'), capture.subarray(0, capture.length - 3))
})
afterAll(() => rmSync(folder, { recursive: true }))

const ndjson = (text: string) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
const deliveries = (...args: string[]) => run(['flows', '--deliveries', ...args], { cwd: folder })

describe('what is shown', () => {
  test('one line for each publication', async () => {
    const { code, stdout, stderr } = await deliveries('--header', 'plant.pcap')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toEqual([
      '    NO       TIME PUBLISHER  QOS  COPIES       MIN       MAX INFO',
      '    15  25.002200 sensor       1     3/3     0.200     0.600 plant/temp',
      '    23  25.503000 sensor       1     3/3     0.200     0.600 plant/temp',
      '    37  26.504400 sensor       1     3/3     0.200     0.600 plant/temp',
      '    45  27.005200 sensor       1     0/3         -         - plant/temp  refused: Not authorized  not judged screen-1, screen-2, screen-3 (refused)',
      '    57  28.006400 -            0       -         -         - plant/own  to screen-3, without a publication: unknown (likely)',
      '    31  26.003800 sensor       1     2/3     0.200     0.400 plant/temp  missing screen-2',
      '    47  27.505400 sensor       1     4/3     0.200     0.800 plant/temp  twice to screen-2 (likely)  2 likely',
      '',
    ])
  })

  test.each([
    ['--failed', ['--failed'], [45, 31, 47]],
    ['--slow', ['--slow', '0.7'], [47]],
    ['--slow, a little more', ['--slow', '0.800001'], []],
    ['both: one or the other', ['--slow', '0.7', '--failed'], [45, 31, 47]],
  ])('%s', async (_name, options, numbers) => {
    expect(ndjson((await deliveries('-f', 'ndjson', ...options, 'plant.pcap')).stdout).map(({ number }) => number)).toEqual(numbers)
  })

  test('-q: only a summary', async () => {
    const { code, stdout } = await deliveries('-q', '--utc', 'plant.pcap')
    expect(code).toBe(0)
    expect(stdout.split('\n').slice(3)).toEqual([
      'TCP streams     4, of these with MQTT 4',
      'MQTT packets    89',
      'Publications               6  QoS 1 6; 1 refused',
      '                         all  certain   likely   unsure',
      'Copies  live              15       13        2        -',
      'Missing                    1        1        -        -',
      'Duplicates                 1        -        1        -',
      'No publication             1        -        1        -  unknown 1',
      'No subscription            -        -        -        -',
      'Not judged                 3  refused 3',
      'Through server  0.200 to 0.800 ms, 0.413 ms on average',
      '',
    ])
  })

  test('-q of some', async () => {
    expect((await deliveries('-q', '--failed', 'plant.pcap')).stdout).toContain('Chosen          failed\nPublications               3  QoS 1 3; 1 refused\n')
  })

  test('--color always', async () => {
    expect((await deliveries('--color', 'always', 'plant.pcap')).stdout).toContain('\u001b[1;31mmissing screen-2')
  })

  test('without --deliveries, exchanges', async () => {
    expect((await run(['flows', '--no-deliveries', QMQTT])).stdout).toContain(' complete ')
  })
})

describe('formats', () => {
  const differences = checkAgainst(DELIVERY_SCHEMA)
  const captures = readdirSync(path.join(ROOT, 'fixtures/captures')).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name)).map((name) => `fixtures/captures/${name}`)

  test('ndjson of all captures is what the schema says, and accuses nobody', async () => {
    const results = await Promise.all(captures.map(async (name) => ndjson((await run(['flows', '--deliveries', '-f', 'ndjson', name])).stdout)))
    expect(results.flat().flatMap(differences)).toEqual([])
    expect(new Set(results.flat().map(({ kind }) => kind))).toEqual(new Set(['publication', 'copy-without-publication']))
    const failed = await Promise.all(captures.map(async (name) => (await run(['flows', '--deliveries', '--failed', name])).stdout))
    expect(failed.filter((text) => text !== '')).toEqual([])
  }, 120_000)

  test('json is an array of the same objects', async () => {
    const [json, lines] = await Promise.all([deliveries('-fjson', 'plant.pcap'), deliveries('-fndjson', 'plant.pcap')])
    expect(JSON.parse(json.stdout)).toEqual(ndjson(lines.stdout))
  })

  test('csv has a line of names and one for each', async () => {
    expect((await deliveries('-f', 'csv', 'plant.pcap')).stdout.trimEnd().split('\n')).toHaveLength(8)
  })

  test('the schema is in what is shipped', () => {
    expect(JSON.parse(readFileSync(path.join(ROOT, 'dist/schema/delivery-1.json'), 'utf8'))).toMatchObject({ $id: 'mqtap.delivery/1' })
  })
})

describe('input', () => {
  test('- is standard input', async () => {
    expect((await run(['flows', '--deliveries', '-'], { stdin: pcapOf(plant().frames) })).stdout).toContain('missing screen-2')
  })

  test('a file that is cut off: what could be read is told', async () => {
    const { code, stdout } = await deliveries('cut.pcap')
    expect(code).toBe(3)
    expect(stdout).toContain('missing screen-2')
  })

  test('Ctrl-C: what is not settled is not told', async () => {
    const child = start(['flows', '--deliveries', '-'])
    const result = ended(child)
    child.stdin.write(pcapOf(plant().frames.filter(({ time }) => time < 28e9)))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGINT')
    const { code, stdout, stderr } = await result
    expect(code).toBe(130)
    expect(stdout).not.toContain('missing')
    expect(stderr).toMatch(/^Publications /m)
  })
})

test.each([
  ...[['--open'], ['--client', 'a'], ['--ladder'], ['-Y', 'mqtt.qos']].map((given): [string[], RegExp] => [
    ['--deliveries', ...given, 'x'], new RegExp(`^mqtap: ${given[0]!} is for exchanges and does not go with --deliveries\n`)]),
  [['--deliveries', '--slow', 'x', 'y'], /^mqtap: --slow x: a number of milliseconds/],
  [['--delivery', 'x'], /^mqtap: there is no option --delivery\n/],
  [['--deliveries'], /^mqtap: give a capture file/],
])('mistakes: %j', async (args, message) => {
  const { code, stdout, stderr } = await run(['flows', ...args])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
})
