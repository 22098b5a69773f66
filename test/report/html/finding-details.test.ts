import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { decodeFields } from '../../../src/mqtt/detail.ts'
import { PacketDecoder } from '../../../src/mqtt/decoder.ts'
import { BYTES_KEPT, FindingDetails, MOST_DETAILS, MOST_DETAILS_OF_RULE, rateDetails, watchedSink } from '../../../src/report/html/finding-details.ts'
import { ascii, connection, decoded, event, exchange, packetBytes, prefixed, publish, QOS_2_STEPS, step } from '../build.ts'
import { AUTHENTICATION_DATA, PASSWORD } from '../samples.ts'
import type { PacketEvent } from '../../../src/mqtt/packet-event.ts'
import type { Exchange } from '../../../src/session/exchange.ts'

type Made = Parameters<FindingDetails['finding']>[0]

/** A finding is made while a packet, or an exchange, is judged. */
function judge(kept: FindingDetails, finding: Made, packet: PacketEvent | null, ended: Exchange | null): void {
  if (packet !== null) kept.packet(packet, ended)
  else if (ended !== null) kept.exchange(ended)
  kept.finding(finding)
  kept.gone()
}

const FINDING: Made = { rule: 'publish.dup-on-qos0', stream: 3, actor: 'client', packet: 17, frame: 42, start: 0, end: 1, exchange: null }

function details(showSecrets = false): FindingDetails {
  return new FindingDetails({ showSecrets, decodeFields: (packet) => decodeFields(new PacketDecoder(LIMITS.mqtt), packet) })
}

function only(kept: FindingDetails, finding = FINDING) {
  const [detail] = kept.of([finding])
  if (detail === null || detail === undefined) throw new Error('nothing was kept')
  return detail
}

describe('bytes', () => {
  test('of a packet that fits are copied as a whole', () => {
    const kept = details()
    const packet = publish()
    judge(kept, FINDING, packet, null)
    packet.buffer.fill(0xff)
    const { bytes, byteOffset, length, masked } = only(kept).packet!
    expect([bytes.length, byteOffset, length, masked]).toEqual([9, 0, 9, []])
    expect(bytes.subarray(5)).toEqual(ascii('21.5'))
  })

  test.each([
    { what: 'in the first bytes', start: 0, end: 2, byteOffset: 0 },
    { what: 'in the middle', start: 1_000, end: 1_004, byteOffset: 928 },
    { what: 'over all of it', start: 0, end: 2_005, byteOffset: 0 },
    { what: 'behind what is at hand', start: 9_000, end: 9_001, byteOffset: 1_936 },
  ])('of a large packet are those around a range $what', ({ start, end, byteOffset }) => {
    const kept = details()
    const finding = { ...FINDING, start, end }
    judge(kept, finding, publish({}, new Uint8Array(2_000)), null)
    const { packet } = only(kept, finding)
    expect(packet!.byteOffset).toBe(byteOffset)
    expect(packet!.bytes.length).toBe(Math.min(BYTES_KEPT, 2_005 - byteOffset))
  })

  test('that are secret are not kept', () => {
    const connect = packetBytes(
      0x10, prefixed('MQTT'), [5, 0xc2, 0, 30], [19], [0x15], prefixed('PLAIN'), [0x16], prefixed(AUTHENTICATION_DATA), prefixed('plc-7'), prefixed('alice'), prefixed(PASSWORD),
    )
    const kept = details()
    judge(kept, FINDING, decoded(connect), null)
    const { bytes, masked } = only(kept).packet!
    const text = new TextDecoder().decode(bytes)
    expect(masked).toHaveLength(2)
    expect(text).toContain('alice')
    expect(text).not.toContain(PASSWORD)
    expect(text).not.toContain(AUTHENTICATION_DATA)
    const shown = details(true)
    judge(shown, FINDING, decoded(connect), null)
    expect(new TextDecoder().decode(only(shown).packet!.bytes)).toContain(PASSWORD)
  })

  test('of another packet, and of none, are not kept', () => {
    const kept = details()
    judge(kept, { ...FINDING, packet: 16 }, publish(), null)
    expect(only(kept, { ...FINDING, packet: 16 }).packet).toBeNull()
    const unframed = details()
    judge(unframed, FINDING, event({ type: 'UNFRAMED', reason: 'gap' }, { length: 100 }), null)
    expect(only(unframed)).toMatchObject({ packet: null, ladder: [{ type: 'UNFRAMED', label: 'not framed: 100 bytes' }] })
  })

  test('come with the packet where it goes by after its exchange has ended', () => {
    const kept = details()
    judge(kept, { ...FINDING, exchange: 12 }, null, exchange())
    kept.packet(publish({}, ascii('other'), { number: 16 }), null)
    kept.packet(publish(), null)
    expect(only(kept).packet!.bytes.subarray(5)).toEqual(ascii('21.5'))
  })
})

describe('ladder', () => {
  test('of a packet that is in no exchange is the packet', () => {
    const kept = details()
    judge(kept, FINDING, publish(), null)
    expect(only(kept).ladder).toEqual([{ type: 'PUBLISH', by: 'client', time: 12_004_118_000, frame: 42, label: 'PUBLISH q0 plant/7/temp', marked: true }])
  })

  test('is empty where it is not known who sent the packet', () => {
    const kept = details()
    judge(kept, FINDING, publish({}, ascii('x'), { connection: connection({ client: null }) }), null)
    expect(only(kept).ladder).toEqual([])
  })

  test('goes on when the exchange does', () => {
    const kept = details()
    judge(kept, FINDING, publish(), exchange({ steps: [step('PUBLISH', 'client', 0, { dup: true })] }))
    expect(only(kept).ladder.map(({ label }) => label)).toEqual(['PUBLISH #17 q1 DUP plant/7/temp'])
    kept.exchange(exchange())
    kept.exchange(exchange({ steps: [] }))
    expect(only(kept).ladder.map(({ label, marked }) => [label, marked])).toEqual([['PUBLISH #17 q1 plant/7/temp', true], ['PUBACK #17', false]])
  })

  test('has the packet that the finding is on where that does not belong to the exchange', () => {
    const kept = details()
    const against = { ...FINDING, exchange: 12 }
    const earlier = exchange({ steps: [{ ...step('PUBLISH', 'client'), number: 3, frame: 30 }, { ...step('PUBREC', 'server', 5), number: 4, frame: 31 }] })
    judge(kept, { ...against, rule: 'made-with-the-exchange' }, null, earlier)
    kept.packet(publish(), null)
    kept.exchange(earlier)
    judge(kept, against, publish(), null)
    kept.exchange(earlier)
    for (const finding of [against, { ...against, rule: 'made-with-the-exchange' }]) {
      expect(only(kept, finding).ladder.map(({ frame, marked }) => [frame, marked])).toEqual([[30, false], [31, false], [42, true]])
    }
  })

  test('of very many packets has the first ones and the last', () => {
    const kept = details()
    const steps = Array.from({ length: 40 }, (_, index) => step('PUBLISH', 'client', index, { again: index > 0, dup: index > 0 }))
    judge(kept, { ...FINDING, exchange: 12 }, null, exchange({ kind: 'publish-qos2', steps: [...steps, ...QOS_2_STEPS.slice(1)], packets: 50 }))
    const { ladder, leftOut } = only(kept)
    expect([ladder.length, leftOut, ladder[1]!.label, ladder.at(-1)!.label]).toEqual([16, 34, 'PUBLISH #17 q2 DUP plant/7/temp, sent again', 'PUBCOMP #17'])
  })

  test('names the filters that were asked for', () => {
    const kept = details()
    const filters = ['a/#', 'b'].map((topicFilter) => ({ topicFilter, qos: 1, reasonCode: 0 }))
    judge(kept, { ...FINDING, exchange: 12 }, null, exchange({ kind: 'subscribe', topic: null, filters, steps: [step('SUBSCRIBE', 'client'), step('SUBACK', 'server', 5)] }))
    expect(only(kept).ladder.map(({ label }) => label)).toEqual(['SUBSCRIBE #17 a/# +1 more', 'SUBACK #17'])
  })
})

describe('limits', () => {
  test('one rule leaves room for others', () => {
    const kept = details()
    const findings = Array.from({ length: MOST_DETAILS_OF_RULE + 1 }, (_, index) => ({ ...FINDING, frame: index + 1 }))
    const other = { ...FINDING, rule: 'another' }
    for (const finding of [...findings, other]) judge(kept, finding, publish(), null)
    expect(kept.of([...findings.slice(-2), other]).map((detail) => detail !== null)).toEqual([true, false, true])
  })

  test('all together are bounded', () => {
    const kept = details()
    const findings = Array.from({ length: MOST_DETAILS + 1 }, (_, index) => ({ ...FINDING, rule: `rule-${index}` }))
    for (const finding of findings) judge(kept, finding, publish(), null)
    expect(kept.of(findings).filter((detail) => detail !== null)).toHaveLength(MOST_DETAILS)
  })
})

test('a sink is looked at before it is heard', () => {
  const kept = details()
  const heard: string[] = []
  const sink = watchedSink(kept, {
    packet: () => kept.finding(FINDING),
    exchange: ({ number }) => {
      heard.push(`exchange ${number}`)
      kept.finding({ ...FINDING, rule: 'exchange.slow', exchange: number })
    },
    captureProblem: () => undefined,
    networkProblem: () => undefined,
  })
  sink.exchange!(exchange())
  sink.packet(publish(), exchange())
  kept.finding({ ...FINDING, rule: 'connection.late' })
  expect(heard).toEqual(['exchange 12'])
  const shown = kept.of([FINDING, { ...FINDING, rule: 'exchange.slow' }, { ...FINDING, rule: 'connection.late' }])
  expect(shown.map((detail) => [detail!.packet !== null, detail!.ladder.length])).toEqual([[true, 2], [true, 2], [false, 0]])
})

test('rates add up all senders', () => {
  const column = (start: number, client: number) => ({ start, packets: { client, server: 2, unknown: 1 }, bytes: { client: 0, server: 0, unknown: 0 } })
  expect(rateDetails({ interval: 5e9, columns: [column(0, 4), column(5e9, 0)] })).toEqual({ start: 0, intervalMs: 5_000, columns: [7, 3] })
  expect(rateDetails({ interval: 1, columns: [] })).toBeNull()
})
