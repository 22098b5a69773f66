import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, Recording, toHex } from './framed.ts'

const CONNECT = '100c 0004 4d515454 04 02 003c 0000'
const PING = 'c000'
const PUBACK = '4002 0007'
/** Topic "a/b", payload "hi". */
const PUBLISH = '3007 0003 612f62 6869'
const clean = (hex: string) => hex.replace(/\s+/g, '')

describe('packets', () => {
  test('many in a segment', () => {
    expect(new Recording().send(CONNECT + PUBLISH + PING).close().lines).toEqual([CONNECT, PUBLISH, PING].map(clean))
  })
  test('one byte a segment', () => {
    const recording = new Recording().send(...clean(CONNECT + PUBLISH + PING).match(/../g)!).close()
    expect(recording.lines).toEqual([CONNECT, PUBLISH, PING].map(clean))
    expect(recording.details[1]).toEqual({ frame: 23, seenFrame: 23, pieces: [15, 16, 17, 18, 19, 20, 21, 22, 23] })
  })
  test('cut inside a Remaining Length of two bytes', () => {
    const long = `30 88 01 0003 612f62 ${'41'.repeat(131)}`
    const recording = new Recording({ limits: { decodedBytes: 500 } }).send(CONNECT, long.slice(0, 5), long.slice(5)).close()
    expect(recording.lines[1]).toBe(clean(long))
  })
  test('a five-byte Remaining Length is a packet of five bytes, and the boundary behind it is searched', () => {
    expect(new Recording().send(CONNECT + '30ffffffff', PUBLISH, PING + PING).close().lines).toEqual([CONNECT, '30ffffffff', PUBLISH, PING, PING].map(clean))
  })
  test('the same, cut', () => {
    expect(new Recording().send(CONNECT + '30ffff', 'ffff', PUBLISH + PING).close().lines).toEqual([CONNECT, '30ffffffff', PUBLISH, PING].map(clean))
  })
  test('the stream ends inside a packet', () => {
    expect(new Recording().send(CONNECT + PUBLISH.slice(0, 9)).close().lines).toEqual([clean(CONNECT), 'unframed 4 ended'])
  })
  test('a first packet that is no CONNECT is a packet all the same', () => {
    expect(new Recording().send(PUBLISH).close().lines).toEqual([clean(PUBLISH)])
  })
  test('a CONNECT with a wrong protocol name is one', () => {
    const wrong = '100c 0004 6d717474 04 02 003c 0000'
    expect(new Recording().send(clean(wrong).slice(0, 20), clean(wrong).slice(20)).close().lines).toEqual([clean(wrong)])
  })
})

describe('large packets', () => {
  const head = '30 c801 0003 612f62'
  test('a PUBLISH keeps its beginning; the rest goes by', () => {
    const payload = '41'.repeat(195)
    expect(new Recording().send(CONNECT, head + payload.slice(0, 100), payload.slice(100) + PING).close().lines)
      .toEqual([clean(CONNECT), clean(head) + '41'.repeat(8) + ' of 203 utf-8', PING])
  })
  test('UTF-8 is checked across the pieces', () => {
    const payload = '41'.repeat(100) + 'e2' + '82' + 'ac' + '41'.repeat(92)
    const whole = clean(head + payload)
    const valid = new Recording().send(CONNECT, whole.slice(0, 218), whole.slice(218, 220), whole.slice(220)).close()
    expect(valid.lines[1]).toMatch(/ of 203 utf-8$/)
    const invalid = new Recording().send(CONNECT, clean(whole).replace('e282ac', 'e28241')).close()
    expect(invalid.lines[1]).toMatch(/ of 203 not-utf-8$/)
  })
  test('another packet goes by as a limit', () => {
    expect(new Recording().send(CONNECT + '82c801' + '00'.repeat(200) + PING).close().lines).toEqual([clean(CONNECT), 'unframed 203 limit', PING])
  })
  test('256 MB pass in the memory of one buffer', () => {
    const recording = new Recording({ limits: { decodedBytes: 4096 }, budget: 10_000 }).send(CONNECT, '30ffffff7f 0001 61')
    const chunk = new Uint8Array(1_000_000).fill(0x41)
    let left = 268_435_455 - 3
    while (left > 0) {
      const size = Math.min(left, chunk.length)
      recording.sendBytes(chunk.subarray(0, size))
      left -= size
    }
    expect(recording.send(PING).lines.slice(1)).toEqual(['30ffffff7f000161' + '41'.repeat(8) + ' of 268435460 utf-8', PING])
  })
  test('no memory for unfinished packets: they go by as a limit', () => {
    expect(new Recording({ budget: 300, limits: { decodedBytes: 4096 } }).send(CONNECT, '30f403 0001 61', '41'.repeat(497) + PING).close().lines)
      .toEqual([clean(CONNECT), 'unframed 503 limit', PING])
  })
})

describe('after a gap', () => {
  test('inside a packet whose end is known, framing goes on behind it', () => {
    expect(new Recording().send(CONNECT + '3010 0003').gap(8).send('41'.repeat(6) + PING).close().lines).toEqual([clean(CONNECT), 'unframed 10 gap', PING])
  })
  test('that ends with a packet, too', () => {
    expect(new Recording().send(CONNECT + '3010 0003').gap(14).send(PING).close().lines).toEqual([clean(CONNECT), 'unframed 4 gap', PING])
  })
  test('longer than the packet: the next boundary is searched', () => {
    expect(new Recording().send(CONNECT + '3010 0003').gap(200).send('0102030405' + PUBLISH + PUBACK, PING).close().lines)
      .toEqual([clean(CONNECT), 'unframed 9 gap', clean(PUBLISH), clean(PUBACK), PING])
  })
  test('between packets: nothing is unframed if the next segment begins with one', () => {
    expect(new Recording().send(CONNECT).gap(200).send(PUBLISH).close().lines).toEqual([CONNECT, PUBLISH].map(clean))
  })
  test('nothing that could be a packet follows', () => {
    expect(new Recording().send(CONNECT).gap(200).send('00'.repeat(300)).close().lines).toEqual([clean(CONNECT), 'unframed 300 gap'])
  })
  test.each([
    ['192 in two bytes, again and again', 'c000'.repeat(200), 'c000'.repeat(100) + 'c100'.repeat(100)],
    ['192 and 224 by turns', 'c000e000'.repeat(100), 'c100e100'.repeat(100)],
    ['four bytes, again and again', '40020005'.repeat(100), '40020006'.repeat(100)],
    ['numbers from 2.0351 to 2.0356', ...['4002400140024123', '4002420740024317'].map((pair) => pair.repeat(50)), '400351ec'.repeat(50)],
  ])('samples in a payload are no packets: %s', (_name, ...samples) => {
    const bytes = samples.join('').length / 2
    expect(new Recording().send(CONNECT).gap(500).send(...samples, PUBLISH).close().lines).toEqual([clean(CONNECT), `unframed ${bytes} gap`, clean(PUBLISH)])
  })
  test('two gaps in a row', () => {
    expect(new Recording().send(CONNECT).gap(5).send('0001').gap(5).send('0002').gap(5).send(PUBLISH).close().lines)
      .toEqual([clean(CONNECT), 'unframed 4 gap', clean(PUBLISH)])
  })
  test('in the payload of a PUBLISH: its other fields are there', () => {
    expect(new Recording().send(CONNECT + '3010 0003 612f62 4142').gap(5).send('41'.repeat(4) + PING).close().lines)
      .toEqual([clean(CONNECT), '30100003612f624142 of 18 missing 5', PING])
    expect(new Recording().send(CONNECT + '3010 0003 612f62 4142').gap(9).send(PING).close().lines).toEqual([clean(CONNECT), '30100003612f624142 of 18 missing 9', PING])
    expect(new Recording().send(CONNECT + '3010 0003 612f62 4142').gap(99).send(PING).close().lines).toEqual([clean(CONNECT), '30100003612f624142 of 18 missing 9', PING])
    expect(new Recording().send(CONNECT + '3010 0003 612f62 4142').gap(5).send('41').close().lines).toEqual([clean(CONNECT), 'unframed 10 ended'])
  })
  test('in a large PUBLISH', () => {
    expect(new Recording().send(CONNECT, '30c801 0003 612f62' + '41'.repeat(95)).gap(50).send('41'.repeat(50) + PING).close().lines)
      .toEqual([clean(CONNECT), '30c8010003612f62' + '41'.repeat(8) + ' of 203 missing 50', PING])
  })
})

describe('a capture that begins in the middle', () => {
  const middle = () => new Recording({ syn: false })
  test('of a packet', () => {
    expect(middle().send('6869' + PUBLISH + PUBACK).close().lines).toEqual(['unframed 2 mid-stream', clean(PUBLISH), clean(PUBACK)])
  })
  test('at a packet', () => {
    expect(middle().send(PING).close().lines).toEqual([PING])
  })
  test('of a payload of text that looks like packet types', () => {
    expect(middle().send('30313233343536373839'.repeat(5), PUBLISH).close().lines).toEqual(['unframed 50 mid-stream', clean(PUBLISH)])
  })
  test('of a TLS connection', () => {
    expect(middle().send('1703030004aabbccdd', '1703030002aabb').close().lines).toEqual(['unframed 16 tls'])
  })
})

describe('other things on the port', () => {
  test.each([
    ['TLS', '160301 0005 01000001 03', 'unframed 10 tls'],
    ['HTTP', toHex(new TextEncoder().encode('GET /mqtt HTTP/1.1\r\n')), 'unframed 20 websocket'],
    ['SSH', toHex(new TextEncoder().encode('SSH-2.0-x\r\n')), 'unframed 11 not-mqtt'],
    ['zeros', '00000000', 'unframed 4 not-mqtt'],
  ])('%s', (_name, hex, line) => {
    expect(new Recording().send(hex).close().lines).toEqual([line])
    const unexpected = new Recording({ expected: false }).send(hex).close()
    expect(unexpected.lines).toEqual([])
    expect(unexpected.ignored).toBe(true)
  })
  test('a PROXY protocol header before CONNECT', () => {
    const header = toHex(new TextEncoder().encode('PROXY TCP4 10.0.0.1 10.0.0.2 5 1883\r\n'))
    for (const expected of [true, false]) {
      expect(new Recording({ expected }).send(header.slice(0, 30), header.slice(30) + CONNECT, PING).close().lines)
        .toEqual(['unframed 37 not-mqtt', clean(CONNECT), PING])
    }
  })
  test('a CONNECT on a port that nobody named', () => {
    expect(new Recording({ expected: false }).send(...clean(CONNECT).match(/../g)!, PING).close().lines).toEqual([clean(CONNECT), PING])
  })
})

describe('however the stream is cut', () => {
  const packet = fc.oneof(
    fc.constantFrom(PING, PUBACK, PUBLISH, '30c801 0003 612f62' + '41'.repeat(195), '82c801' + '00'.repeat(200)).map((hex) => fromHex(hex)),
    fc.uint8Array({ minLength: 0, maxLength: 40 }).map((body) => Uint8Array.of(0x40, body.length, ...body)),
  )
  test('the packets are the same', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), fc.array(fc.nat(1000), { maxLength: 20 }), (packets, cuts) => {
        const stream = Uint8Array.from([...fromHex(CONNECT), ...packets.flatMap((bytes) => [...bytes])])
        const whole = new Recording()
        whole.sendBytes(stream)
        const cut = new Recording()
        let from = 0
        for (const at of [...cuts, stream.length].map((at) => Math.min(at, stream.length)).sort((a, b) => a - b)) {
          if (at > from) cut.sendBytes(stream.subarray(from, at))
          from = Math.max(from, at)
        }
        expect(cut.close().lines).toEqual(whole.close().lines)
      }),
      { numRuns: 500 },
    )
  })
  test('random bytes, gaps and cuts throw nothing and lose no byte', () => {
    const event = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 100 }), packet)
    fc.assert(
      fc.property(fc.boolean(), fc.array(event, { maxLength: 30 }), (syn, events) => {
        const recording = new Recording({ syn })
        let sent = 0
        for (const one of events) {
          if (typeof one === 'number') recording.gap(one)
          else {
            recording.sendBytes(one)
            sent += one.length
          }
        }
        let told = 0
        for (const line of recording.close().lines) {
          const unframed = /^unframed (\d+)/.exec(line)
          const large = / of (\d+)/.exec(line)
          told -= Number(/ missing (\d+)/.exec(line)?.[1] ?? 0)
          told += unframed !== null ? Number(unframed[1]) : large !== null ? Number(large[1]) : line.length / 2
        }
        expect(told).toBe(sent)
      }),
      { numRuns: 1000 },
    )
  })
})
