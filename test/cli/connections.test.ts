import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONNECTION_SCHEMA } from '../../src/report/schema/connection.ts'
import { checkAgainst } from '../report/schema-check.ts'
import { CONNACK_311, CONNECT_311, pcap, publish } from './captures.ts'
import { run } from './run.ts'
import type { Segment } from './captures.ts'

const CAPTURES = 'fixtures/captures/'
const captures = readdirSync(new URL(`../../${CAPTURES}`, import.meta.url)).filter((name) => !name.endsWith('.txt'))

const fromClient = (payload: Uint8Array): Segment => ({ fromClient: true, payload })
const fromServer = (payload: Uint8Array): Segment => ({ fromClient: false, payload })

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mqtap-test-'))
  const connection = [fromClient(CONNECT_311), fromServer(CONNACK_311)]
  writeFileSync(path.join(folder, 'open.pcap'), pcap(connection))
  writeFileSync(path.join(folder, 'cut.pcap'), pcap(connection).subarray(0, -3))
  writeFileSync(path.join(folder, 'other-port.pcap'), pcap([fromServer(publish('a', 'b'))], 2005))
  writeFileSync(path.join(folder, 'no-mqtt.pcap'), pcap([fromClient(new TextEncoder().encode('EHLO example.org\r\n'))], 25))
  writeFileSync(path.join(folder, 'not-mqtt.pcap'), pcap([fromClient(new TextEncoder().encode('EHLO example.org\r\n'))]))
  const hostile = Uint8Array.from(CONNECT_311)
  hostile.set([0x1b, 0x5b, 0x32, 0x4a], hostile.length - 4)
  writeFileSync(path.join(folder, 'hostile.pcap'), pcap([fromClient(hostile), fromServer(CONNACK_311)]))
  writeFileSync(path.join(folder, 'empty.pcap'), '')
  const filter = new TextEncoder().encode('/'.repeat(300))
  const subscribe = Uint8Array.from([0x82, 0xb1, 0x02, 0, 1, filter.length >> 8, filter.length & 0xff, ...filter, 1])
  writeFileSync(path.join(folder, 'deep.pcap'), pcap([...connection, fromClient(subscribe), fromServer(Uint8Array.from([0x90, 3, 0, 1, 1]))]))
})
afterAll(() => rmSync(folder, { recursive: true }))

const here = (...args: string[]) => run(['connections', ...args], { cwd: folder })

describe('mqtap connections', () => {
  test('one line a connection, when it ends', async () => {
    const { code, stdout, stderr } = await run(['connections', '--header', `${CAPTURES}broker-restart.pcap`])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      'STREAM       TIME LASTED CLIENT     VER     PKTS>  <PKTS WHY IT ENDED',
      '     2   0.007019 2.46ms editor     3.1.1       3      2 DISCONNECT of the client in packet 13',
      '     0   0.000000  249ms patient-3.1.1 3.1.1       3      3 closed by the server without DISCONNECT, 206ms after packet 17',
      '     1   0.001126  249ms patient-5.0   5.0         3      3 closed by the server without DISCONNECT, 207ms after packet 16',
      '     3   0.551521 15.0us 127.0.0.1:52730 -           0      0 refused by TCP: no program listens on this port',
      '     4   0.553583 8.00us 127.0.0.1:52744 -           0      0 refused by TCP: no program listens on this port',
    ])
  })

  const details = async (...args: string[]) => (await run(['connections', '-V', ...args])).stdout.split('\n')

  test('-V: all that is known of a connection', async () => {
    expect(await details('--stream', '3', `${CAPTURES}mqttjs-5.0-properties.pcapng`)).toEqual([
      'Connection 3: guest-1, MQTT 5.0, 127.0.0.1:56962 -> 127.0.0.1:1883',
      '  Why it ended     DISCONNECT of the server in packet 101: Server moved (frame 135)',
      '  Began            0.710264395, lasted 122ms',
      '  TCP handshake    0.017 + 0.017 ms',
      '  CONNECT          packet 75, Clean Start 1, Keep Alive 60 s, Session Expiry Interval 60 s',
      '  CONNACK          packet 78, Success, after 4.193 ms, Server Keep Alive 45 s, Session Expiry Interval 30 s',
      '  Session          not present, as it should be, expires 30 s after it',
      '  Client takes     Receive Maximum 20, Maximum Packet Size none, Topic Alias Maximum 8',
      '  Server takes     Receive Maximum 5, Maximum Packet Size 2,000, Topic Alias Maximum 2, Maximum QoS 2, no Shared Subscriptions',
      '  Subscriptions    meter/+  QoS 1, Subscription Identifier 1, from frame 114',
      '                   meter/#  QoS 1, Subscription Identifier 2, from frame 116',
      '  Packets          client 12 (291 bytes), server 15 (562 bytes)',
      '  In flight        at most 1 of the client, 2 of the server',
      '  Longest silence  client 48.5ms, server 48.8ms',
      '  Capture          whole',
      '',
    ])
  })

  test.each<[string, string, number, RegExp[]]>([
    ['a will that the server must publish', 'qmqtt.pcap', 0, [/^  Will +qmqtt\/will  QoS 1, 4 bytes: the server must publish it$/, /^  CONNECT +packet 1, Clean Session 1, Keep Alive 2 s, User Name user$/]],
    ['a will that it must not', 'qmqtt.pcap', 1, [/^  Will +.*: not to be published$/]],
    ['a Session that goes on', 'resumed.pcap', 14, [/^  Session +present, as it should be, the client was away for 88\.4ms, never expires$/, /^ +there may be others, or some may have ended: /]],
    ['a subscription with less than it asked for', 'mqttjs-5.0-properties.pcapng', 2, [/^  Subscriptions +modest\/#  QoS 1 of 2 asked for, from frame 95$/]],
    ['a refused CONNECT, which settles nothing', 'refused.pcap', 2, [/^  CONNACK +packet 6, Not authorized, /, /^  Client takes/, /^  Packets/]],
    ['a connection without its beginning', 'mid-stream-5.0.pcap', 0, [/^Connection 0: MQTT 5\.0 \(inferred\), 127\.0\.0\.1:53318 -> /, /^  Subscriptions +there may be some: /, /^  Capture +not whole$/]],
    ['what is missing', 'lost-frames.pcap', 0, [/^  Capture +not whole, 1 gap, 4 bytes missing$/]],
    ['a connection without MQTT', 'broker-restart.pcap', 3, [/^  Why it ended +refused by TCP: .* \(frame 49\)$/]],
  ])('-V: %s', async (_name, file, stream, expected) => {
    const lines = await details('--stream', String(stream), CAPTURES + file)
    for (const pattern of expected) expect(lines.filter((line) => pattern.test(line)), String(pattern)).toHaveLength(1)
  })

  test('-V: no limits of a server that refuses, and no subscriptions of who is refused', async () => {
    expect((await details(`${CAPTURES}refused.pcap`)).filter((line) => /Server takes|Subscriptions|Session  /.test(line))).toEqual([])
  })

  test('--client and --stream choose', async () => {
    expect((await run(['connections', '--client', 'returning', `${CAPTURES}no-pingresp.pcap`])).stdout.match(/returning/g)).toHaveLength(3)
    expect((await run(['connections', '-q', '--stream', '2', `${CAPTURES}no-pingresp.pcap`])).stdout).toMatch(/Chosen +stream 2\nConnections +1\n/)
    const { code, stdout, stderr } = await run(['connections', '--client', 'leavin', `${CAPTURES}no-pingresp.pcap`])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: 'mqtap: there is no connection of client leavin here; did you mean leaving?\n' })
    // One that was refused by TCP is there.
    expect(await run(['connections', '--stream', '3', `${CAPTURES}broker-restart.pcap`])).toMatchObject({ stdout: expect.stringContaining('refused by TCP'), stderr: '' })
  })

  test('how many ended in which way', async () => {
    const { code, stdout } = await run(['connections', '-q', '--utc', `${CAPTURES}keep-alive.pcap`])
    expect(code).toBe(0)
    expect(stdout.split('\n').slice(-4, -1)).toEqual(['Connections             4', '  DISCONNECT            2', '  Keep Alive            2'])
  })

  test.each(captures)('the objects of %s are what the schema says, each connection once', async (name) => {
    const { stdout } = await run(['connections', '-f', 'ndjson', CAPTURES + name])
    const differences = checkAgainst(CONNECTION_SCHEMA)
    const objects = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { stream: number; packets: { client: number; server: number } })
    expect(objects.map(differences).flat()).toEqual([])
    expect(new Set(objects.map(({ stream }) => stream)).size).toBe(objects.length)
    // What both sides have sent is what there is.
    const packets = (await run(['read', '-f', 'fields', '-e', 'mqtt.msgtype', CAPTURES + name])).stdout.split('\n').length - 1
    expect(objects.reduce((sum, { packets: { client, server } }) => sum + client + server, 0)).toBe(packets)
  })

  test('the objects say what each side asked for and what was subscribed to, with its options and from which frame to which', async () => {
    const { stdout } = await run(['connections', '-f', 'ndjson', `${CAPTURES}mqttjs-5.0-properties.pcapng`])
    const [worker, , , , refused] = stdout.split('\n', 5).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(worker).toMatchObject({
      clientId: 'worker', keepAlive: 30, requested: { keepAlive: 60, sessionExpiry: 0 }, subscriptionsComplete: true, subscriptionsLeftOut: 0,
      subscriptions: [
        { topicFilter: 'work/+', grantedQos: 2, retainHandling: 2, subscriptionIdentifier: 268_435_455, since: { number: 10, frame: 20 }, until: { number: 63, frame: 78 } },
        {
          topicFilter: 'work/#', qos: 1, grantedQos: 1, noLocal: true, retainAsPublished: false, retainHandling: 0, subscriptionIdentifier: 128,
          since: { number: 8, frame: 18, time: '1795396348.921587797' }, until: null,
        },
        { topicFilter: '$share/pool/shared/+', subscriptionIdentifier: null, since: { frame: 22 }, until: null },
      ],
    })
    expect(refused).toMatchObject({ clientId: 'second', subscriptions: [], subscriptionsComplete: null })
  })

  test('-f json is an array, -f csv a row for each', async () => {
    const array = JSON.parse((await here('-f', 'json', 'open.pcap')).stdout) as unknown[]
    expect(array).toHaveLength(1)
    const rows = (await here('-f', 'csv', 'open.pcap')).stdout.trimEnd().split('\n')
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(/^stream,client,server,clientId,/)
    expect(rows[1]).toMatch(/^0,10\.0\.0\.21:50122,10\.0\.0\.2:1883,plc-7,3\.1\.1,seen,/)
  })

  test('text from the wire is safe for a terminal', async () => {
    expect((await here('hostile.pcap')).stdout).not.toContain('\u001b')
    expect((await here('-V', 'hostile.pcap')).stdout).not.toContain('\u001b')
  })

  test('what was not followed because of a limit is told beside the list', async () => {
    const told = 'mqtap: left out: 1 subscription: there were too many at once, or too many levels in their filters\n'
    const { code, stdout, stderr } = await here('-V', 'deep.pcap')
    expect({ code, stderr }).toEqual({ code: 0, stderr: told })
    expect(stdout).toMatch(/^  Subscriptions +there may be some: /m)
    expect((await run(['flows', '--deliveries', 'deep.pcap'], { cwd: folder })).stderr).toBe(told)
    // Where nothing is concluded from subscriptions, none is missed.
    expect((await here('deep.pcap')).stderr).toBe('')
  })

  test('only connections of the chosen ports, and others that carry MQTT', async () => {
    expect((await here('no-mqtt.pcap')).stdout).toBe('')
    expect((await here('other-port.pcap')).stdout).toBe('')
    expect((await here('--port', '2005', 'other-port.pcap')).stdout).toContain('still open when the capture ended')
    expect((await here('not-mqtt.pcap')).stdout).toContain('still open when the capture ended')
  })

  test.each([
    ['a capture that is cut off', ['cut.pcap'], 3, /ends inside/],
    ['an empty file', ['empty.pcap'], 3, /empty/],
    ['a file that is not there', ['nowhere.pcap'], 3, /nowhere\.pcap/],
    ['no file', [], 2, /give a capture file/],
    ['an unknown format', ['-f', 'xml', 'open.pcap'], 2, /line, detail, ndjson, json, csv/],
    ['-V with another format', ['-V', '-f', 'csv', 'open.pcap'], 2, /does not go with -f csv/],
    ['a ladder option', ['--width', '80', 'open.pcap'], 2, /no option --width\nmqtap connections --help tells more\.$/],
    ['an option misspelled', ['--clinet', 'a', 'open.pcap'], 2, /Did you mean --client\?$/],
  ] as [string, string[], number, RegExp][])('%s', async (_name, args, expected, message) => {
    const { code, stderr } = await here(...args)
    expect(code).toBe(expected)
    expect(stderr.trimEnd()).toMatch(message)
  })
})
