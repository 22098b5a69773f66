/** What the recorded captures hold, whatever tshark says. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { PROPERTIES } from '../../src/mqtt/properties.ts'
import { readWithMqtap } from './mqtap.ts'

const CAPTURES = fileURLToPath(new URL('../../fixtures/captures/', import.meta.url))
const captures = readdirSync(CAPTURES).filter((name) => !name.endsWith('.txt')).sort()

/** Everything else is conforming traffic. */
const PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  // aedes writes Session Present in 3.1 too, which has no such flag.
  'aedes-3.1.pcap': ['CONNACK connack.unused-byte'],
  // Bridges are announced, not blamed.
  'bridge.pcap': ['CONNECT connect.bridge'],
  // The two clients that mosquitto rightly refuses.
  'refused.pcap': ['CONNECT connect.client-identifier-empty', 'CONNECT connect.unknown-protocol-level'],
}

/** Captures that lack more than bytes of payloads. */
const UNFRAMED: Readonly<Record<string, readonly string[]>> = {
  'mid-packet.pcap.gz': ['mid-stream'],
}

describe('conforming traffic shows no problem, and all of it is framed', () => {
  test.each(captures)('%s', async (name) => {
    const { problems, unframed } = await readWithMqtap(CAPTURES + name)
    expect(problems.map(({ packet, code }) => `${packet} ${code}`)).toEqual(PROBLEMS[name] ?? [])
    expect(unframed.map(({ reason }) => reason)).toEqual(UNFRAMED[name] ?? [])
  })
})

test('both ends of a network that loses packets show the same conversation, and TCP sending again', async () => {
  const [clientSide, brokerSide] = await Promise.all(['client', 'broker'].map(async (side) => {
    const { packets, totals } = await readWithMqtap(`${CAPTURES}lossy-${side}-side.pcap.gz`)
    expect(totals.retransmissions).toBeGreaterThan(10)
    return packets.map(({ type, facts }) => `${type} ${JSON.stringify({ ...facts, time: undefined })}`).sort()
  }))
  expect(clientSide).toEqual(brokerSide)
})

test('every property of MQTT 5.0 is on the wire', async () => {
  const { packets } = await readWithMqtap(`${CAPTURES}mqttjs-5.0-properties.pcapng`)
  const seen = new Set(packets.flatMap(({ facts }) => `${facts.properties ?? ''} ${facts.willProperties ?? ''}`.match(/\d+(?==)/g) ?? []))
  expect(PROPERTIES.filter(({ id }) => !seen.has(String(id)))).toEqual([])
})
