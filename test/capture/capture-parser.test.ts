import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/analysis/limits.ts'
import { CaptureParser } from '../../src/capture/capture-parser.ts'
import {
  MODIFIED, NANOSECONDS, Recorder, block, bytes, data, enhancedPacket, found, interfaceBlock, join, modifiedRecord, oldPacket, option, pcapHeader, pcapRecord, read,
  readWhole, secrets, section, simplePacket, statistics, text, timeResolution, u32, u64,
} from './build.ts'

const pcap = join(
  pcapHeader('little'),
  pcapRecord('little', { seconds: 5, fraction: 1 }, data(3)),
  pcapRecord('little', { seconds: 5, fraction: 2 }, bytes()),
  pcapRecord('little', { seconds: 6, fraction: 3 }, data(20)),
)
const pcapng = join(
  section('big', { options: [option('big', 1, text('a comment'))] }),
  block('big', 4, data(9)),
  secrets('big', 7, data(6)),
  interfaceBlock('big', 1, [option('big', 2, text('eth0')), timeResolution('big', 9)]),
  enhancedPacket('big', 6_000_000_000n, data(5), { options: [option('big', 1, text('look')), option('big', 4, u64('big', 2n))] }),
  statistics('big', 0, [option('big', 5, u64('big', 3n))]),
  section('little'),
  interfaceBlock('little', 101),
  simplePacket('little', data(7)),
  oldPacket('little', 6_500_000n, data(2), { drops: 4 }),
  enhancedPacket('little', 7_000_000n, data(8)),
)

describe('what is found in a file does not depend on how it is cut', () => {
  it.each([
    ['pcap', pcap],
    ['pcap of nanoseconds', join(pcapHeader('big', { magic: NANOSECONDS }), pcapRecord('big', { seconds: 5, fraction: 1 }, data(30)))],
    ['modified pcap', join(pcapHeader('big', { magic: MODIFIED }), modifiedRecord('big', { seconds: 5, fraction: 1 }, data(6)), modifiedRecord('big', { seconds: 9, fraction: 1 }, data(0)))],
    ['pcapng', pcapng],
    ['pcap cut off', pcap.subarray(0, pcap.length - 3)],
    ['pcap cut off in its header', pcap.subarray(0, 20)],
    ['pcap with an impossible length', join(pcap, u32('little', 1), u32('little', 1), u32('little', 0x7fffffff), u32('little', 1), data(40))],
    ['pcap of another version', pcapHeader('little', { major: 3 })],
    ['pcapng cut off in a packet', pcapng.subarray(0, pcapng.length - 9)],
    ['pcapng cut off in a skipped block', join(pcapng, block('little', 99, data(30)).subarray(0, 25))],
    ['pcapng with a packet of no interface', join(section('big'), enhancedPacket('big', 1n, data(4)), data(10))],
    ['pcapng with differing lengths', join(pcapng, u32('little', 6), u32('little', 32), data(20), u32('little', 36), data(10))],
    ['pcapng with differing lengths of a skipped block', join(pcapng, u32('little', 66), u32('little', 32), data(20), u32('little', 36), data(10))],
    ['pcapng with a packet too short', join(pcapng, u32('little', 6), u32('little', 20), data(8), u32('little', 20), data(10))],
    ['no capture', text('<!doctype html><html><head><title>Not found</title></head><body><h1>404</h1></body></html>')],
    ['no capture, and short', text('{"a":1}')],
    ['three bytes', bytes(0xd4, 0xc3, 0xb2)],
    ['empty', bytes()],
  ])('%s', (_name, file) => {
    const whole = found(readWhole(file))
    expect(found(read([[...file].map((byte) => bytes(byte))]))).toEqual(whole)
    for (let at = 0; at <= file.length; at++) expect(found(read([[file.subarray(0, at), file.subarray(at)]])), `cut at byte ${at}`).toEqual(whole)
  })
})

describe('several files are one capture', () => {
  it('numbered and timed as one, each with its interfaces', () => {
    const { frames, interfaces, problems, parser } = read([[pcap], [pcapng], [pcap]])
    expect(problems).toEqual([])
    expect(frames.map(({ number, time, interfaceId }) => [number, time, interfaceId])).toEqual([
      [1, 0, 0], [2, 1_000, 0], [3, 1_000_002_000, 0],
      [4, 999_999_000, 1], [5, NaN, 2], [6, 1_499_999_000, 2], [7, 1_999_999_000, 2],
      [8, 0, 3], [9, 1_000, 3], [10, 1_000_002_000, 3],
    ])
    expect(parser.clock).toEqual({ epochSeconds: 5, epochNanoseconds: 1_000 })
    expect(interfaces.map(({ id, linkType, name }) => [id, linkType, name])).toEqual([[0, 1, null], [1, 1, 'eth0'], [2, 101, null], [3, 1, null]])
  })

  it('gives the same in whatever pieces they come', () => {
    const whole = found(read([[pcapng], [pcap], [pcapng]]))
    for (let at = 0; at <= pcapng.length; at += 3) expect(found(read([[pcapng.subarray(0, at), pcapng.subarray(at)], [pcap], [pcapng.subarray(0, at), pcapng.subarray(at)]]))).toEqual(whole)
  })

  it('goes on with the next file after one that is damaged, and counts what was read of each', () => {
    const { frames, problems } = read([[pcap], [pcap.subarray(0, 50)], [bytes()], [text('no')], [pcap]])
    expect(frames.length).toBe(3 + 1 + 3)
    expect(problems.map(({ code, offset }) => [code, offset])).toEqual([['cut-off', 43], ['empty', 0], ['unknown-format', 0]])
    expect(problems[0]!.message).toBe('the file ends inside a packet record that begins at byte 43; the one frame before it was read')
  })

  it('tells of a file before the next one begins', () => {
    const recorder = new Recorder()
    const parser = new CaptureParser(recorder, LIMITS.capture)
    parser.begin()
    parser.push(pcap.subarray(0, 50))
    expect(parser.format).toBe('pcap')
    parser.begin()
    expect(recorder.problems.length).toBe(1)
    expect(parser.format).toBeNull()
    parser.finish()
    parser.finish()
    expect(recorder.problems.map(({ code }) => code)).toEqual(['cut-off', 'empty'])
  })
})

describe('a record that comes in pieces', () => {
  it('may be as long as the limit allows', () => {
    const large = data(200_000)
    const file = join(pcapHeader('little'), pcapRecord('little', { seconds: 1, fraction: 0 }, large), pcapRecord('little', { seconds: 1, fraction: 0 }, data(3)))
    const chunks = Array.from({ length: Math.ceil(file.length / 997) }, (_, index) => file.subarray(index * 997, (index + 1) * 997))
    expect(found(read([chunks]))).toEqual(found(readWhole(file)))
  })

  it('costs no more than what has come, whatever length a skipped block claims', () => {
    const file = join(section('little'), u32('little', 99), u32('little', 0xfffffff0), data(64))
    const { problems } = readWhole(file)
    expect(problems).toEqual([{ code: 'cut-off', offset: 28, message: 'the file ends inside a block of 4,294,967,280 bytes that begins at byte 28; no frame came before it' }])
  })
})

it('a push before begin is a mistake of the program', () => {
  const parser = new CaptureParser(new Recorder(), LIMITS.capture)
  expect(() => parser.push(pcap)).toThrow('before begin')
})
