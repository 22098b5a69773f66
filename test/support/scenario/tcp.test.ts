/** What TCP does in a scenario's capture: the words before a packet, and what is sent in place of one. */
import { describe, expect, test } from 'vitest'
import { play } from './played.ts'

/** 16 bytes and 5 in MQTT 5.0; PINGREQ and PINGRESP have 2. */
const OPEN = 'a > CONNECT\na < CONNACK\n'

test('a connection opens with its client’s first line, and lines come a millisecond after each other', () => {
  const { packets, frames, frameOf } = play(`${OPEN}wait 2 s\na > PINGREQ\nwait 40ms\na < PINGRESP`)
  expect(frames).toBe(3 + 2 * 4)
  expect(packets.map(({ frame }) => frame)).toEqual([4, 6, 8, 10])
  expect([4, 5, 7, 9].map(frameOf)).toEqual([4, 6, 8, 10])
  expect(packets.map(({ time }) => time)).toEqual([0.3, 1, 2001, 2041])
})

test('marks tell which frame a finding must point at', () => {
  const { expected } = play('# a comment\na > CONNECT # another\na < CONNACK ! rule.one, rule.two\na > PINGREQ ! rule.three')
  expect(expected).toEqual([{ rule: 'rule.one', frame: 6 }, { rule: 'rule.two', frame: 6 }, { rule: 'rule.three', frame: 8 }])
})

describe('acknowledgements', () => {
  const acknowledged = (conversation: string): number[] => play(conversation).packets.map((packet) => packet.acknowledged)

  test('each segment acknowledges all that came', () => {
    expect(acknowledged(`${OPEN}a > PINGREQ\na < PINGRESP\na > PINGREQ`)).toEqual([0, 16, 5, 18, 7])
  })

  test('early: as in the sender’s last segment, and what came is acknowledged afterwards', () => {
    const { packets, frames } = play(`${OPEN}a > early PINGREQ\na > early PINGREQ\na > PINGREQ`)
    expect(packets.map((packet) => packet.acknowledged)).toEqual([0, 16, 0, 0, 5])
    expect(packets.map(({ frame }) => frame)).toEqual([4, 6, 7, 9, 12])
    // The acknowledgement of CONNACK comes behind the second early packet.
    expect(frames).toBe(13)
  })

  test('early of the server, and other clients between', () => {
    expect(acknowledged(`${OPEN}a > PINGREQ\nb > CONNECT\na < early PUBLISH topicName=t\na < PINGRESP`)).toEqual([0, 16, 5, 0, 16, 18])
  })

  test('unacknowledged: by no segment of its own, but by the next', () => {
    expect(play(`${OPEN}a > unacknowledged PINGREQ`).frames).toBe(8)
    expect(acknowledged(`${OPEN}a > unacknowledged PINGREQ\na < PINGRESP`)).toEqual([0, 16, 5, 18])
    expect(acknowledged(`${OPEN}a > unacknowledged PINGREQ\na < early PUBLISH topicName=t`)).toEqual([0, 16, 5, 16])
  })

  test('ACK alone', () => {
    expect(play(`${OPEN}a > ACK`).frames).toBe(8)
  })
})

describe('losses', () => {
  test('lost: acknowledged, and a gap', () => {
    const { packets, gaps, frameOf } = play(`${OPEN}a > lost PINGREQ\na < PINGRESP\na > PINGREQ`)
    expect(packets.map(({ packet }) => packet.type)).toEqual(['CONNECT', 'CONNACK', 'PINGRESP', 'PINGREQ'])
    expect(packets.map(({ lostBefore, acknowledged }) => [lostBefore, acknowledged])).toEqual([[0, 0], [0, 16], [0, 18], [2, 7]])
    expect(gaps).toBe(1)
    expect(() => frameOf(6)).toThrow('test.scenario:6: nothing of this line is in the capture')
  })

  test('resent: the same once more', () => {
    const { packets, retransmissions } = play(`${OPEN}a > PINGREQ\na > resent`)
    expect(packets.length).toBe(3)
    expect(retransmissions).toBe(1)
  })

  test('what was lost fills a hole when it is resent', () => {
    const { packets, gaps, frameOf } = play(`${OPEN}a > lost unacknowledged PINGREQ\nwait 200 ms\na > resent`)
    expect(packets.map(({ packet, frame }) => [packet.type, frame])).toEqual([['CONNECT', 4], ['CONNACK', 6], ['PINGREQ', frameOf(8)]])
    expect(gaps).toBe(0)
  })
})

describe('ends', () => {
  test.each([
    ['a > closes', 'fin', 4],
    ['a < closes', 'fin', 4],
    ['a > DISCONNECT\na > closes', 'disconnect', 6],
    ['a < FIN\na > closes', 'fin', 4],
    ['a > FIN\na < FIN', 'fin', 2],
    ['a > RST', 'reset', 1],
    ['a < RST', 'reset', 1],
    ['a > PINGREQ', 'capture-end', 2],
  ])('%s', (lines, reason, frames) => {
    const played = play(`${OPEN}${lines}`)
    expect(played.closings).toEqual([reason])
    expect(played.frames).toBe(7 + frames)
  })

  test('a wait at the end makes the capture longer', () => {
    const { lastTime, frames } = play(`${OPEN}wait 1.5 min`)
    expect(lastTime).toBe(90_001)
    expect(frames).toBe(8)
  })

  test('the other side may go on after a FIN', () => {
    expect(play(`${OPEN}a < FIN\na > PINGREQ`).packets.length).toBe(3)
  })
})

describe('places', () => {
  test('each client has its address, each connection its port', () => {
    const { endpoints } = play('a > CONNECT\nb > CONNECT\na connects\na > CONNECT\na moves to 10.9.8.7\nserver 10.0.0.3\na connects\na > CONNECT')
    expect([...endpoints].sort()).toEqual([
      '10.0.1.1:40000 10.0.0.2:1883', '10.0.1.1:40002 10.0.0.2:1883', '10.0.1.2:40001 10.0.0.2:1883', '10.9.8.7:40003 10.0.0.3:1883',
    ])
  })

  test('connected before the capture began: without a SYN', () => {
    const { packets } = play('a is connected\na > PINGREQ\na < PINGRESP')
    expect(packets.map(({ packet, version, frame }) => [packet.type, version, frame])).toEqual([['PINGREQ', null, 1], ['PINGRESP', null, 3]])
  })
})

test('a long packet goes in several segments, and is in the frame of the last one', () => {
  const { packets, frameOf } = play(`${OPEN}a > PUBLISH topicName=t payload=${'x'.repeat(4000)}`)
  expect(packets[2]).toMatchObject({ payload: 'x'.repeat(4000), frame: 10, problems: [] })
  expect(frameOf(6)).toBe(10)
})
