/** Segments that were changed on the way: what their checksum tells, and when it tells nothing. */
import { describe, expect, test } from 'vitest'
import { checkTcp } from '../../src/network/checksum.ts'
import { TCP_FLAGS } from '../../src/network/segment.ts'
import { CLIENT4, CLIENT_PORT, SERVER4, SERVER_PORT, internetChecksum, ipv4, ipv6, join, tcp, tcp6, type TcpOptions } from '../network/build.ts'
import { see, type Sent } from '../network/seen.ts'
import { LINK } from '../network/situations.ts'
import { Tap } from './conversation.ts'
import type { TcpLimits } from '../../src/tcp/connection-table.ts'

const { syn, ack, psh, rst, fin } = TCP_FLAGS

function client(text: string, sequence: number, options: TcpOptions = {}): Uint8Array {
  return ipv4(tcp(text, { sequence, acknowledgement: 501, flags: psh | ack, ...options }))
}

function server(acknowledgement: number, options: TcpOptions = {}): Uint8Array {
  const header = { sourcePort: SERVER_PORT, destinationPort: CLIENT_PORT, sequence: 501, acknowledgement, flags: ack, ...options }
  return ipv4(tcp('', header), { source: SERVER4, destination: CLIENT4 })
}

/** With one bit of its last byte changed. */
function damaged(packet: Uint8Array): Uint8Array {
  return join(packet.subarray(0, packet.length - 1), [packet.at(-1)! ^ 0x10])
}

/** As a sender leaves it whose network card is to fill it in. */
function unfilled(packet: Uint8Array, checksum: number): Uint8Array {
  return join(packet.subarray(0, 36), [checksum >>> 8, checksum & 0xff], packet.subarray(38))
}

const HANDSHAKE = [client('', 100, { acknowledgement: 0, flags: syn }), server(101, { sequence: 500, flags: syn | ack }), client('', 101, { flags: ack })]

/** What the client sent, and what was told of gaps and the like. */
function told(packets: readonly (Uint8Array | Sent)[], limits: Partial<TcpLimits> = {}): { bytes: string; events: string[] } {
  const tap = tapped(packets, limits)
  return { bytes: tap.bytes[0]![0], events: tap.events.filter((event) => !/opened|closed/.test(event)) }
}

function tapped(packets: readonly (Uint8Array | Sent)[], limits: Partial<TcpLimits> = {}): Tap {
  const tap = new Tap(limits)
  const { copies } = see(packets.map((packet) => (packet instanceof Uint8Array ? { bytes: packet } : packet)), LINK.raw)
  for (const segment of copies) tap.table.push(segment)
  return tap.finish()
}

const PSEUDO = 0x0a00 + 0x0015 + 0x0a00 + 0x0002 + 6

describe('a checksum', () => {
  const only = (bytes: Uint8Array, originalLength = bytes.length) => checkTcp(see([{ bytes, originalLength }], LINK.raw).copies[0]!)

  test.each([
    ['right', client('hello', 101), true],
    ['right, IPv6', ipv6(tcp6('hello')), true],
    ['wrong', damaged(client('hello', 101)), false],
    ['left out', unfilled(client('hello', 101), 0), null],
    ['of the pseudo-header', unfilled(client('hello', 101), PSEUDO + 25), null],
    ['of the pseudo-header without its length', unfilled(client('hello', 101), PSEUDO), null],
    ['of the first of several segments that were put together', damaged(client('x'.repeat(3_000), 101)), null],
  ])('%s', (_name, bytes, expected) => {
    expect(only(bytes)).toBe(expected)
  })

  test('of a segment that is cut', () => {
    const bytes = damaged(client('hello', 101))
    expect(only(bytes.subarray(0, bytes.length - 1), bytes.length)).toBeNull()
  })
})

describe('a segment whose checksum is wrong', () => {
  const later = (bytes: Uint8Array, seconds: number) => ({ bytes, time: seconds * 1e9 })

  test('counts for nothing, and its repetition does', () => {
    const packets = [...HANDSHAKE, client('abc', 101), damaged(client('def', 104)), client('ghi', 107), client('def', 104)]
    expect(told(packets)).toEqual({ bytes: 'abcdefghi', events: [] })
  })

  test('is counted, unless it was received', () => {
    expect(tapped([...HANDSHAKE, client('abc', 101), damaged(client('def', 104)), client('def', 104)]).table.damaged).toBe(1)
    const received = [...HANDSHAKE, client('abc', 101), later(damaged(client('def', 104)), 0.1), later(server(107), 0.12), later(client('ghi', 107), 8), later(server(110), 8.01)]
    expect(tapped(received).table.damaged).toBe(0)
  })

  test('ends nothing', () => {
    const wrong = (flags: number) => damaged(client('', 104, { flags: flags | ack, options: [1, 1, 1, 1] }))
    expect(told([...HANDSHAKE, client('abc', 101), wrong(rst), wrong(fin), client('def', 104)])).toEqual({ bytes: 'abcdef', events: [] })
  })

  test('is told where none was right', () => {
    expect(told([...HANDSHAKE.map(damaged), damaged(client('abc', 101))]).bytes).toMatch(/^ab./)
  })

  test('is told where it was received all the same, as those behind it', () => {
    const packets = [
      ...HANDSHAKE, client('abc', 101), later(damaged(client('def', 104)), 0.1), later(server(107), 0.12), later(client('ghi', 107), 8), later(server(110), 8.01),
      later(damaged(client('jkl', 110)), 8.1),
    ]
    expect(told(packets)).toEqual({ bytes: 'abcdevghij'.replace('v', String.fromCharCode(0x66 ^ 0x10)) + 'k' + String.fromCharCode(0x6c ^ 0x10), events: [] })
  })

  test('is missing where too many are kept already, but not those of connections that have ended', () => {
    const received = (sequence: number, time: number) => [later(damaged(client('def', sequence)), time), later(server(sequence + 3), time + 0.02), later(client('ghi', sequence + 3), time + 8), later(server(sequence + 6), time + 8.01)]
    const first = [...HANDSHAKE, client('abc', 101), ...received(104, 0.1)]
    expect(told(first, { damagedBytesTotal: 2 })).toEqual({ bytes: 'abc<3>ghi', events: ['0.0 gap 3 lost'] })
    const again = [client('', 110, { flags: rst }), client('', 1_100, { acknowledgement: 0, flags: syn }), server(1_101, { sequence: 500, flags: syn | ack }), client('abc', 1_101), ...received(1_104, 20.1)]
    expect(told([...first, ...again], { damagedBytesTotal: 4 }).events).toEqual([])
  })

  test('is missing where it was acknowledged so late that it may have been sent again', () => {
    const packets = [...HANDSHAKE, client('abc', 101), later(damaged(client('def', 104)), 0.1), later(server(107), 0.4), later(client('ghi', 107), 8), later(server(110), 8.01)]
    expect(told(packets)).toEqual({ bytes: 'abc<3>ghi', events: ['0.0 gap 3 lost'] })
  })
})

test('an IPv4 packet that is longer than its frame and has a wrong header checksum is none', () => {
  const longer = client('abc', 101).slice()
  longer[2] = 0x10
  const { copies, problems } = see([{ bytes: longer }], LINK.raw)
  expect(copies).toEqual([])
  expect(problems).toMatchObject([{ code: 'bad-header' }])
  longer[10] = longer[11] = 0
  const sum = internetChecksum(longer.subarray(0, 20))
  longer[10] = sum >>> 8
  longer[11] = sum & 0xff
  expect(see([{ bytes: longer }], LINK.raw).copies).toHaveLength(1)
})
