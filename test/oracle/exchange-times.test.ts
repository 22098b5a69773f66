/** Times of QoS 1 and ping, computed again from what tshark prints: its packets, its timestamps, a pairing of our own in a few lines. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { pair } from '../session/conversation.ts'
import { requireTool } from '../tools.ts'

const CAPTURES = fileURLToPath(new URL('../../fixtures/captures/', import.meta.url))
/** Those in which nothing is missing, sent again or seen twice. */
const captures = readdirSync(CAPTURES).filter((name) => /^(aedes|ipv6|keep-alive|mosquitto|mqttjs|qmqtt|vlan|bridge|broker-restart|paused-broker|silent-client|no-pingresp|reconnect-storm).*\.pcap(ng)?$/.test(name)).sort()

const FIELDS = ['frame.number', 'frame.time_epoch', 'tcp.stream', 'tcp.srcport', 'tcp.dstport', 'mqtt.hdrflags', 'mqtt.msgid']
const PUBLISH = 3
const PUBACK = 4
const UNSUBACK = 11
const PINGREQ = 12
const PINGRESP = 13

/** `stream first-frame last-frame nanoseconds`, of each PUBLISH of QoS 1 and each PINGREQ that was answered. */
function withTshark(file: string): string[] {
  const output = execFileSync('tshark', ['-r', file, '-n', '-o', 'tcp.reassemble_out_of_order:TRUE', '-Y', 'mqtt', '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
  })
  const asked = new Map<string, { frame: string; time: bigint }[]>()
  const found: string[] = []
  for (const line of output.trimEnd().split('\n')) {
    const [frame, epoch, stream, source, destination, headers, identifiers] = line.split('\t') as [string, string, string, string, string, string, string | undefined]
    const time = BigInt(epoch.replace('.', ''))
    const left = (identifiers ?? '').split(',')
    for (const header of headers.split(',')) {
      const byte = Number(header)
      const type = byte >> 4
      const qos = (byte >> 1) & 3
      const identifier = (type === PUBLISH && qos > 0) || (type >= PUBACK && type <= UNSUBACK) ? left.shift() : ''
      const begin = (key: string) => asked.set(key, [...(asked.get(key) ?? []), { frame, time }])
      const end = (key: string) => {
        const request = asked.get(key)?.shift()
        if (request !== undefined) found.push(`${stream} ${request.frame} ${frame} ${time - request.time}`)
      }
      if (type === PUBLISH && qos === 1) begin(`${stream} ${source} ${identifier}`)
      else if (type === PUBACK) end(`${stream} ${destination} ${identifier}`)
      else if (type === PINGREQ) begin(`${stream} ping`)
      else if (type === PINGRESP) end(`${stream} ping`)
    }
  }
  return found.sort()
}

test.skipIf(!requireTool('tshark')).each(captures)('%s', (name) => {
  const { exchanges } = pair(readFileSync(CAPTURES + name))
  const ours = exchanges.filter(({ kind, outcome }) => (kind === 'publish-qos1' || kind === 'ping') && outcome === 'complete')
    .map((exchange) => `${exchange.connection.tcp.stream} ${exchange.steps[0]!.frame} ${exchange.steps[1]!.frame} ${exchange.duration}`)
  expect(ours.sort()).toEqual(withTshark(CAPTURES + name))
})

test('there is something to compare', () => {
  const counted = captures.flatMap((name) => pair(readFileSync(CAPTURES + name)).exchanges.map(({ kind }) => kind))
  expect(counted.filter((kind) => kind === 'ping').length).toBeGreaterThan(10)
  expect(counted.filter((kind) => kind === 'publish-qos1').length).toBeGreaterThan(100)
})
