/**
 * What `mqtap read` prints for each recorded capture, and `mqtap flows`, `mqtap flows --ladder`, `mqtap connections`, `mqtap stats` and `mqtap report` for some,
 * compared with the text beside it. Read those texts like code: they are what a user sees.
 * `MQTAP_UPDATE_GOLDEN=1` writes them anew.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CAPTURES = 'fixtures/captures/'
const PROGRAM = 'bin/mqtap.js'

/** The captures whose every field is checked too. */
const DETAILED = ['qmqtt.pcap', 'mqttjs-5.0-properties.pcapng']

/** Those whose exchanges and connections are the point. */
const FLOWING = [
  'resumed.pcap', 'reconnect-storm.pcap', 'takeover.pcap', 'paused-broker.pcap', 'slow-subscriber.pcap.gz', 'silent-client.pcap', 'no-pingresp.pcap',
  'lossy-client-side.pcap.gz', 'lossy-broker-side.pcap.gz', 'lost-at-tap.pcap.gz', 'lost-frames.pcap', 'keep-alive.pcap', 'refused.pcap',
]
/** Those of which the statistics are checked too: a session as any other, clients that come back, and clients that push each other out. */
const COUNTED = ['qmqtt.pcap', 'broker-restart.pcap', 'takeover.pcap']

/** Those of which the report is checked too: one in which something is wrong, and one that lacks frames. */
const REPORTED = ['refused.pcap', 'lost-frames.pcap']

/** The captures of which there is a ladder of each connection too. */
const LADDERS = [...FLOWING, 'qmqtt.pcap', 'mqttjs-5.0-properties.pcapng']

const update = process.env.MQTAP_UPDATE_GOLDEN === '1'
const files = readdirSync(ROOT + CAPTURES).sort()
const captures = files.filter((name) => !name.endsWith('.txt'))
const texts = [
  ...captures.map((name) => ({ text: `${name}.txt`, name, command: ['read'] })),
  ...DETAILED.map((name) => ({ text: `${name}.detail.txt`, name, command: ['read', '-V'] })),
  ...FLOWING.map((name) => ({ text: `${name}.flows.txt`, name, command: ['flows'] })),
  ...FLOWING.map((name) => ({ text: `${name}.connections.txt`, name, command: ['connections'] })),
  ...LADDERS.map((name) => ({ text: `${name}.ladder.txt`, name, command: ['flows', '--ladder'] })),
  ...COUNTED.map((name) => ({ text: `${name}.stats.txt`, name, command: ['stats'] })),
  ...REPORTED.map((name) => ({ text: `${name}.report.txt`, name, command: ['report', '--fail-on', 'never'] })),
]

const run = promisify(execFile)

async function print(name: string, command: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [PROGRAM, ...command, '--utc', CAPTURES + name], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}

describe('the text beside each capture', () => {
  test.each(texts)('$text', async ({ text, name, command }) => {
    const printed = await print(name, command)
    if (update) writeFileSync(ROOT + CAPTURES + text, printed)
    expect(printed).toBe(readFileSync(ROOT + CAPTURES + text, 'utf8'))
  })
})

test('no text stands alone', () => {
  expect(files.filter((name) => name.endsWith('.txt') && !texts.some(({ text }) => text === name))).toEqual([])
})

test('fixtures/README.md names every capture', () => {
  const page = readFileSync(`${ROOT}fixtures/README.md`, 'utf8')
  expect(captures.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
