import { expect, test } from 'vitest'
import { packetLabel } from '../../../src/report/ladder/label.ts'
import { AUTHENTICATION_DATA, PASSWORD, SAMPLES } from '../samples.ts'

/** The text, and behind it what is shown where there is room. */
const LABELS: Readonly<Record<keyof typeof SAMPLES, string>> = {
  'CONNECT 5.0 with all it may have': 'CONNECT | clean | ka 30 s | will q1 | user alice | session expiry 3600 s | receive maximum 20 | authentication method PLAIN | authentication data ***',
  'CONNECT 3.1.1 of a bridge, no client identifier': 'CONNECT | bridge | clean | no ka',
  'CONNACK 5.0': 'CONNACK Success | session present | assigned client id auto-1 | server keep alive 20 s',
  'CONNACK 3.1.1, refused': 'CONNACK not authorized',
  'PUBLISH QoS 0': 'PUBLISH q0 plant/7/temp | 4 B',
  'PUBLISH QoS 1 with alias': 'PUBLISH #17 q1 DUP plant/7/temp | retain | 11 B | alias 5',
  'PUBLISH through an alias': 'PUBLISH #18 q1 [plant/7/temp] | 4 B | alias 5',
  'PUBLISH binary, topic not UTF-8': 'PUBLISH q0 0x66ff | 3 B',
  'PUBACK 3.1.1': 'PUBACK #17',
  'PUBACK 5.0 with a reason': 'PUBACK #17 Not authorized | reason "no"',
  PUBREC: 'PUBREC #17',
  PUBREL: 'PUBREL #17',
  PUBCOMP: 'PUBCOMP #17 Packet Identifier not found',
  'SUBSCRIBE 5.0': 'SUBSCRIBE #1 a/# q1, "b c" q0 | subscription id 7',
  'SUBSCRIBE 3.1.1': 'SUBSCRIBE #1 a/# q1',
  'SUBACK 5.0': 'SUBACK #1 q1, Not authorized',
  'SUBACK 3.1.1': 'SUBACK #1 q2, Failure',
  UNSUBSCRIBE: 'UNSUBSCRIBE #2 a/#, "b c"',
  UNSUBACK: 'UNSUBACK #2 Success, No subscription existed',
  PINGREQ: 'PINGREQ',
  PINGRESP: 'PINGRESP',
  'DISCONNECT 3.1.1': 'DISCONNECT',
  'DISCONNECT 5.0': 'DISCONNECT Session taken over',
  AUTH: 'AUTH Continue authentication | authentication method PLAIN | authentication data ***',
  'RESERVED type': 'RESERVED',
  'UNFRAMED, ends not known': '1,204 bytes',
  'PUBLISH with a problem': 'PUBLISH q0 DUP a | 1 B',
}

test.each(Object.keys(SAMPLES))('%s', (name) => {
  const { text, details } = packetLabel(SAMPLES[name]!())
  expect([text, ...details].join(' | ')).toBe(LABELS[name])
})

test('no secret is in any', () => {
  const all = JSON.stringify(Object.values(SAMPLES).map((sample) => packetLabel(sample())))
  for (const secret of [PASSWORD, AUTHENTICATION_DATA]) {
    expect(all).not.toContain(secret)
    expect(all).not.toContain(Buffer.from(secret).toString('hex'))
  }
})
