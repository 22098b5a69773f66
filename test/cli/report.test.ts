import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REPORT_SCHEMA } from '../../src/report/schema/report.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { CONNACK_311, CONNECT_311, pcap, publish, session, type Segment } from './captures.ts'
import { ended, QMQTT, ROOT, run, start } from './run.ts'
import type { PacketType } from '../../src/mqtt/packet.ts'
import type { ReportObject } from '../../src/report/schema/report.ts'
import type { StatsObject } from '../../src/report/schema/stats.ts'
import type { ExchangeKind } from '../../src/session/exchange.ts'

const fromClient = (payload: Uint8Array, time: number): Segment => ({ fromClient: true, payload, time })
/** DUP on a PUBLISH of QoS 0, three times: an error of the client plc-7. */
const DUP = publish('a', 'x', 0x38)
const BROKEN = session(DUP, DUP, DUP)

let folder = ''
const file = (name: string) => path.join(folder, name)
const config = (content: unknown) => {
  writeFileSync(file('config.json'), typeof content === 'string' ? content : JSON.stringify(content))
  return ['--config', 'config.json']
}

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  writeFileSync(file('broken.pcap'), BROKEN)
  writeFileSync(file('clean.pcap'), session(publish('a', 'x')))
  writeFileSync(file('cut.pcap'), BROKEN.subarray(0, BROKEN.length - 3))
  writeFileSync(file('no-mqtt.pcap'), pcap([fromClient(new TextEncoder().encode('EHLO example.org\r\n'), 0)], 25))
  writeFileSync(file('text.pcap'), 'no capture at all, but some text that is long enough')
})
afterAll(() => rmSync(folder, { recursive: true }))

const report = (...args: string[]) => run(['report', ...args], { cwd: folder })
const object = async (...args: string[]) => JSON.parse((await report('-f', 'json', ...args)).stdout) as ReportObject

describe('the object of every capture', () => {
  const differences = checkAgainst(REPORT_SCHEMA)
  const captures = readdirSync(path.join(ROOT, 'fixtures/captures')).filter((name) => !name.endsWith('.txt'))

  test.each(captures)('%s is what the schema says, and agrees with stats', async (name) => {
    const capture = `fixtures/captures/${name}`
    const [json, stats] = await Promise.all([run(['report', '-f', 'json', capture]), run(['stats', '-f', 'json', capture])])
    const told = JSON.parse(json.stdout) as ReportObject
    expect(differences(told)).toEqual([])
    const { packetTypes, timing } = JSON.parse(stats.stdout) as StatsObject
    for (const [type, { packets: { client, server, unknown } }] of Object.entries(packetTypes)) expect(told.packetTypes[type as PacketType], type).toBe(client + server + unknown)
    for (const [kind, times] of Object.entries(told.timing)) expect(timing[kind as ExchangeKind]).toMatchObject(times)
  })

  test('a direction of which nothing has come yet is not said to be missing', async () => {
    const { stdout } = await run(['report', 'fixtures/captures/mid-stream-3.1.1.pcap'])
    expect(stdout).toMatch(/^NOT JUDGED\n.*\n {2}one direction of the connection was not captured, or not yet: /m)
  })

  test.each(['takeover.pcap', 'mid-stream-3.1.1.pcap', 'refused.pcap'])('%s has the connections that mqtap connections tells of', async (name) => {
    const capture = `fixtures/captures/${name}`
    const [json, connections] = await Promise.all([run(['report', '-f', 'json', capture]), run(['connections', '-f', 'json', capture])])
    const told = JSON.parse(json.stdout) as ReportObject
    const all = JSON.parse(connections.stdout) as ReportObject['connections']
    expect(told.summary.connections).toBe(all.length)
    const line = ({ stream, closeText, clientId }: ReportObject['connections'][number]) => `${stream} ${JSON.stringify(clientId)} ${closeText}`
    expect(told.connections.map(line).sort()).toEqual(all.map(line).sort())
  })
})

describe('formats', () => {
  test('text is the default', async () => {
    const { code, stdout, stderr } = await report('broken.pcap')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^FAIL +! 3 errors\n/)
    expect(stdout).toContain('MQTT-3.3.1-2')
    expect(stdout).toBe((await report('-f', 'text', 'broken.pcap')).stdout)
  })

  test.each([['json', /^\{"schema":"mqtap.report\/1"/], ['junit', /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites /], ['markdown', /^## MQTT conformance: ❌ Fail/], ['html', /^<!doctype html>\n<html lang="en"/i]] as const)('%s', async (format, begins) => {
    expect((await report('-f', format, 'broken.pcap')).stdout).toMatch(begins)
  })

  test('html shows the bytes of a finding, and the packets of its exchange', async () => {
    const { stdout } = await report('-f', 'html', 'broken.pcap')
    expect(stdout).toContain('publish.dup-on-qos0')
    expect(stdout).toMatch(/<mark[^>]*>/)
    expect(stdout).not.toMatch(/https?:\/\//)
  })

  test('--slow says what is slow', async () => {
    const slow = async (...args: string[]) => (JSON.parse((await report('-f', 'json', ...args)).stdout) as ReportObject).findings.filter(({ rule }) => rule === 'answer.slow').length
    const capture = path.join(ROOT, 'fixtures', 'captures', 'paused-broker.pcap')
    expect(await slow('--slow', '60000', capture)).toBe(0)
    expect(await slow('--slow', '50', capture)).toBeGreaterThan(0)
    expect((await report('--slow', 'soon', capture)).stderr).toMatch(/^mqtap: --slow soon: a number of milliseconds is needed/)
  })

  test('--color always', async () => {
    expect((await report('--color', 'always', 'broken.pcap')).stdout).toContain('\u001b[1m\u001b[1;31mFAIL')
  })
})

describe('-o', () => {
  test('writes a file, and nothing to standard output', async () => {
    const { code, stdout } = await report('-f', 'junit', '-o', 'out.xml', 'broken.pcap')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(readFileSync(file('out.xml'), 'utf8')).toBe((await report('-f', 'junit', 'broken.pcap')).stdout)
  })

  test('- is standard output', async () => {
    expect((await report('-o', '-', 'clean.pcap')).stdout).toMatch(/^PASS/)
  })

  test('no file of what could not be read; an input is not overwritten; a folder that is not there', async () => {
    expect((await report('-o', 'none.txt', 'text.pcap')).code).toBe(3)
    expect(existsSync(file('none.txt'))).toBe(false)
    expect(await report('-o', 'broken.pcap', 'broken.pcap')).toMatchObject({ code: 2, stderr: /one of the files that are read/ })
    expect(await report('-o', 'nowhere/x', 'broken.pcap')).toMatchObject({ code: 2, stderr: /no such folder/ })
  })
})

describe('exit codes', () => {
  test.each([
    ['clean', ['clean.pcap'], 0, /^$/],
    ['an error', ['broken.pcap'], 1, /^$/],
    ['an error, and --fail-on never', ['--fail-on', 'never', 'broken.pcap'], 0, /^$/],
    ['no MQTT', ['no-mqtt.pcap'], 3, /^mqtap: no MQTT in 1 frame: is it on another port\?/],
    ['no file at all', ['nope.pcap'], 3, /^mqtap: there is no file nope\.pcap\n$/],
    ['a file that is not there', ['nope.pcap', 'broken.pcap'], 3, /^mqtap: there is no file nope\.pcap\n$/],
    ['a file that is cut off', ['cut.pcap'], 3, /^mqtap: cut\.pcap: the file ends inside a packet record/],
    ['no capture', ['text.pcap'], 3, /^mqtap: text\.pcap/],
  ] as [string, string[], number, RegExp][])('%s', async (_name, args, code, message) => {
    const told = await report(...args)
    expect(told.code).toBe(code)
    expect(told.stderr).toMatch(message)
    expect(await object(...args)).toMatchObject({ schema: 'mqtap.report/1' })
  })
})

describe('what is judged', () => {
  const findings = async (...args: string[]) => (await object(...args, 'broken.pcap')).findings.map(({ rule }) => rule)

  test('--only and --ignore take rules, statements and patterns', async () => {
    const three = ['publish.dup-on-qos0', 'publish.dup-on-qos0', 'publish.dup-on-qos0']
    expect(await findings()).toEqual(expect.arrayContaining(three))
    for (const name of ['publish.dup-on-qos0', 'publish.*', '*', 'MQTT-3.3.1-2', 'MQTT-3.3.*', 'connect.second,publish.*']) expect(await findings('--only', name)).toEqual(expect.arrayContaining(three))
    expect(await findings('--only', 'connect.second')).toEqual([])
    expect(await findings('--ignore', 'connect.second', '--ignore', 'publish.*,MQTT-1.5.*')).not.toContain('publish.dup-on-qos0')
    expect(await findings('--only', 'publish.*', '--ignore', 'publish.dup-on-qos0')).toEqual([])
  })

  test('a verdict only of what is judged', async () => {
    const ids = async (...args: string[]) => (await object(...args, 'broken.pcap')).statements.map(({ id }) => id)
    expect(await ids('--only', 'MQTT-3.3.1-2')).toEqual(['MQTT-3.3.1-2', 'MQTT-3.3.1-2'])
    expect(await ids('--only', 'publish.dup-on-qos0')).toContain('MQTT-3.3.1-2')
    expect(new Set(await ids('--only', 'connect.second'))).toEqual(new Set(['MQTT-3.1.0-2']))
    expect(await ids('--ignore', 'MQTT-3.3.1-2')).not.toContain('MQTT-3.3.1-2')
    expect(await ids('--ignore', 'connect.not-first')).not.toContain('MQTT-3.1.0-1')
  })

  test('--side', async () => {
    const server = await object('--side', 'server', 'broken.pcap')
    expect(server).toMatchObject({ findings: [], summary: { verdict: expect.not.stringMatching('fail') as string } })
    expect(new Set(server.statements.map(({ side }) => side))).toEqual(new Set(['server']))
    expect((await report('--side', 'client', 'broken.pcap')).code).toBe(1)
  })

  test('--max-findings-per-rule', async () => {
    const told = await object('--max-findings-per-rule', '1', '--only', 'publish.dup-on-qos0', 'broken.pcap')
    expect(told).toMatchObject({ findings: [{ rule: 'publish.dup-on-qos0' }], findingsLeftOut: [{ rule: 'publish.dup-on-qos0', count: 2 }], summary: { findings: { error: 3 }, counted: { error: 3 } } })
    expect(told.statements.find(({ verdict }) => verdict === 'fail')).toMatchObject({ violated: 3 })
  })
})

describe('--config', () => {
  const waiver = { rule: 'publish.dup-on-qos0', reason: 'Fixed in 2.1' }

  test.each([
    ['by rule', waiver], ['by a pattern', { ...waiver, rule: 'publish.*' }], ['by statement', { statement: 'MQTT-3.3.1-2', reason: 'x' }],
    ['of a client', { ...waiver, client: 'plc-*' }], ['of a version', { ...waiver, version: '3.1.1' }], ['that has not ended', { ...waiver, until: '9999-12-31' }],
  ])('a waiver %s: shown, and not counted', async (_name, entry) => {
    const told = await report('-f', 'json', '--only', 'publish.dup-on-qos0', ...config({ waivers: [entry] }), 'broken.pcap')
    expect({ code: told.code, stderr: told.stderr }).toEqual({ code: 0, stderr: '' })
    const made = JSON.parse(told.stdout) as ReportObject
    expect(made).toMatchObject({ summary: { verdict: 'pass', waived: 3, findings: { error: 3 } }, findings: [{ waived: { reason: entry.reason, until: 'until' in entry ? entry.until : null } }, {}, {}] })
  })

  test.each([['of another rule', { ...waiver, rule: 'connect.second' }], ['of another client', { ...waiver, client: 'plc-?' }], ['of another version', { ...waiver, version: '5.0' }]])(
    'a waiver %s does not hold', async (_name, entry) => {
      expect((await report(...config({ waivers: [entry] }), 'broken.pcap')).code).toBe(1)
    })

  test('a waiver that has ended is told', async () => {
    expect(await report(...config({ waivers: [{ ...waiver, until: '2020-01-31' }] }), 'broken.pcap')).toMatchObject({
      code: 1, stderr: 'mqtap: the waiver of publish.dup-on-qos0 ended on 2020-01-31 and does not hold any more\n',
    })
  })

  test('the one in the README', async () => {
    const example = /```json\n(\{\n {2}"failOn"[\s\S]*?)```/.exec(readFileSync(path.join(ROOT, 'README.md'), 'utf8'))![1]!
    expect(await report(...config(example), '--only', 'publish.dup-on-qos0', 'broken.pcap')).toMatchObject({ stdout: expect.stringContaining('Waived: Fixed in firmware 2.1') as string })
  })

  test('values for options, which the command line overrides', async () => {
    expect((await report(...config({ failOn: 'never' }), 'broken.pcap')).code).toBe(0)
    expect((await report(...config({ failOn: 'never' }), '--fail-on', 'error', 'broken.pcap')).code).toBe(1)
    expect((await report(...config({ ignore: ['publish.*'], side: 'client', only: [], maxFindingsPerRule: 5 }), 'broken.pcap')).code).toBe(0)
    expect((await report(...config({ ignore: ['publish.*'] }), '--ignore', 'connect.second', 'broken.pcap')).code).toBe(1)
  })

  test.each([
    ['{', /^mqtap: --config config\.json: this is not JSON: /],
    [[], /^mqtap: --config config\.json: an object is needed/],
    [{ waiver: [] }, /: there is no setting waiver; the settings are .*\nDid you mean waivers\?\n$/],
    [{ failOn: 'errors' }, /: failOn: choose one of "error", "warning", "note", "never"\n$/],
    [{ only: 'x' }, /: only: a list is needed/],
    [{ ignore: ['publish.dup-on-qos'] }, /: ignore\[0\]: there is no rule or statement publish\.dup-on-qos\nDid you mean publish\.dup-on-qos0\?\n$/],
    [{ waivers: [{ rule: 'publish.*' }] }, /: waivers\[0\]: a reason is needed/],
    [{ waivers: [{ rule: 'publish.*', reason: ' ' }] }, /: waivers\[0\]\.reason: a reason is needed/],
    [{ waivers: [{ reason: 'x' }] }, /: waivers\[0\]: name either the rule or the statement/],
    [{ waivers: [{ statement: 'publish.dup-on-qos0', reason: 'x' }] }, /: waivers\[0\]\.statement: there is no rule or statement/],
    [{ waivers: [{ ...waiver, until: '2027-02-30' }] }, /: waivers\[0\]\.until: a day is needed, as "2027-01-31"/],
    [{ waivers: [{ ...waiver, until: 'soon' }] }, /: waivers\[0\]\.until: a day is needed/],
    [{ waivers: [{ ...waiver, client: 7 }] }, /: waivers\[0\]\.client: a text is needed/],
    [{ waivers: [{ ...waiver, version: '4' }] }, /: waivers\[0\]\.version: choose one of "3\.1", "3\.1\.1", "5\.0"/],
    [{ maxFindingsPerRule: 0 }, /: maxFindingsPerRule: a whole number from 1 is needed/],
  ] as [unknown, RegExp][])('%j is one clear sentence', async (content, message) => {
    const { code, stdout, stderr } = await report(...config(content), 'broken.pcap')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

describe('--baseline', () => {
  test('what is new, fixed and unchanged', async () => {
    await report('-f', 'json', '-o', 'broken.json', 'broken.pcap')
    await report('-f', 'json', '-o', 'clean.json', 'clean.pcap')
    expect((await object('--baseline', 'broken.json', '--only', 'publish.dup-on-qos0', 'broken.pcap')).comparison).toMatchObject({ new: [], unchanged: 3 })
    expect((await object('--baseline', 'clean.json', '--only', 'publish.dup-on-qos0', 'broken.pcap')).comparison).toMatchObject({ new: [{ rule: 'publish.dup-on-qos0', before: 0, now: 3, clientId: 'plc-7' }] })
    expect((await report('--baseline', 'broken.json', 'clean.pcap')).stdout).toMatch(/^fixed {2}publish\.dup-on-qos0 {2}MQTT 3\.1\.1 client plc-7: 0, before 3$/m)
  })

  test('the earlier report may be replaced by the new one', async () => {
    writeFileSync(file('same.json'), (await report('-f', 'json', 'broken.pcap')).stdout)
    expect((await report('-f', 'json', '--baseline', 'same.json', '-o', 'same.json', 'broken.pcap')).code).toBe(1)
    expect((JSON.parse(readFileSync(file('same.json'), 'utf8')) as ReportObject).comparison).not.toBeNull()
  })
})

describe('mistakes of the command line are one clear sentence', () => {
  test.each([
    [[], /^mqtap: give a capture file, or - for standard input\nmqtap report --help tells more\.\n$/],
    [['-f', 'xml', 'x'], /^mqtap: -f xml: choose one of text, json, junit, markdown/],
    [['--only', 'publish.dup-on-qos', 'x'], /^mqtap: --only publish\.dup-on-qos: there is no rule or statement publish\.dup-on-qos\nDid you mean publish\.dup-on-qos0\?\n$/],
    [['--ignore', 'MQTT-3.3.1-99', 'x'], /^mqtap: --ignore MQTT-3\.3\.1-99: there is no rule or statement MQTT-3\.3\.1-99\nDid you mean /],
    [['--ignore', 'nothing.*', 'x'], /^mqtap: --ignore nothing\.\*: no rule or statement is called anything like nothing\.\*\nmqtap rules lists them all\.\n$/],
    [['--side', 'broker', 'x'], /^mqtap: --side broker: choose one of client, server, both\n/],
    [['--fail-on', 'x', 'x'], /^mqtap: --fail-on x: choose one of error/],
    [['--config', 'nope.json', 'x'], /^mqtap: --config: there is no file nope\.json\n$/],
    [['--baseline', 'broken.pcap', 'x'], /^mqtap: --baseline broken\.pcap: this is no report of mqtap report -f json\n$/],
    [['--max-findings-per-rule', '0', 'x'], /^mqtap: --max-findings-per-rule 0: at least one/],
  ] as [string[], RegExp][])('%j', async (args, message) => {
    const { code, stdout, stderr } = await report(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

test('- is standard input, and several files are one capture', async () => {
  const { code, stdout } = await run(['report', '-f', 'json', '-', QMQTT], { stdin: BROKEN })
  expect(code).toBe(1)
  expect((JSON.parse(stdout) as ReportObject).capture.files.map(({ name }) => name)).toEqual(['-', QMQTT])
})

test('Ctrl-C: the report so far, exit 130', async () => {
  const child = start(['report', '-f', 'json', '-'])
  const result = ended(child)
  const pings = Array.from({ length: 30_000 }, (_, index) => fromClient(Uint8Array.of(0xc0, 0), 10_000 + index))
  const bytes = pcap([fromClient(CONNECT_311, 0), { fromClient: false, payload: CONNACK_311, time: 1 }, fromClient(DUP, 2), ...pings])
  await new Promise((resolve) => child.stdin.write(bytes, resolve))
  child.kill('SIGINT')
  const { code, stdout } = await result
  expect(code).toBe(130)
  expect(JSON.parse(stdout)).toMatchObject({ summary: { verdict: 'fail' }, findings: [{ rule: 'publish.dup-on-qos0' }] })
})

test('the schema is in what is shipped', () => {
  expect(JSON.parse(readFileSync(path.join(ROOT, 'dist/schema/report-1.json'), 'utf8'))).toMatchObject({ $id: 'mqtap.report/1' })
})
