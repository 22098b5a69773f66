import { describe, expect, it } from 'vitest'
import { bytes, data, join, readWhole, text, u16, u32 } from './build.ts'

const latin = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0))
const padded = (value: Uint8Array) => join(value, new Uint8Array(80))
const erf = join(u32('little', 0x8000_0000), u32('little', 1_700_000_000), bytes(2, 4), u16('big', 96), u16('big', 0), u16('big', 60), data(80, 0))

describe('a file that is no capture is named', () => {
  it.each([
    ['empty', bytes(), 'the file is empty'],
    ['two bytes', bytes(0xd4, 0xc3), 'it has only 2 bytes'],
    ['one byte', bytes(0x0a), 'it has only 1 byte'],
    ['zeros', new Uint8Array(100), 'it begins with 00 00 00 00 at byte 0'],
    ['Network Monitor', padded(text('GMBU\x00\x02')), 'Microsoft Network Monitor'],
    ['snoop', padded(latin('snoop\0\0\0')), 'snoop'],
    ['btsnoop', padded(latin('btsnoop\0\0\0\0\x01')), 'Bluetooth'],
    ['Sniffer', padded(latin('TRSNIFF data    \x1a')), 'Sniffer'],
    ['NetXray', padded(latin('XCP\x00002.001')), 'Sniffer'],
    ['iptrace', padded(latin('iptrace 2.0')), 'iptrace'],
    ['OmniPeek', padded(latin('\x7fver\0\0\0\x09')), 'OmniPeek'],
    ['IXIA', padded(latin('\xac\x01\0\x1c\x01\0\0\0')), 'IXIA'],
    ['ERF', erf, 'ERF'],
    ['pcapng sent as text', padded(latin('\r\n\r\r\n\x1c\0\0\0')), 'text mode'],
    ['UTF-16', padded(latin('\xff\xfe\xd4\0\xc3\0')), 'PowerShell'],
    ['gzip in gzip', padded(bytes(0x1f, 0x8b, 8, 0)), 'gzip a second time'],
    ['xz', padded(latin('\xfd7zXZ\0')), 'xz'],
    ['bzip2', padded(latin('BZh91AY&SY')), 'bzip2'],
    ['ZIP', padded(latin('PK\x03\x04\x14\0')), 'ZIP'],
    ['7z', padded(latin('7z\xbc\xaf\x27\x1c')), '7z'],
    ['raw MQTT 3.1.1', padded(latin('\x10\x0f\0\x04MQTT\x04\x02\0\x3c\0\x03abc')), 'mqtap decode'],
    ['raw MQTT 3.1', padded(latin('\x10\x11\0\x06MQIsdp\x03\x02\0\x3c\0\x03abc')), 'mqtap decode'],
    ['HTML', text('<!DOCTYPE html>\n<html lang="en"><head><title>Sign in</title></head></html>'), 'an HTML page'],
    ['XML', text('\n<?xml version="1.0"?>\n<pdml version="0" creator="a tool for packets"></pdml>'), 'XML'],
    ['JSON object', text('{ "_index": "packets", "layers": {} }'), 'JSON'],
    ['JSON array', text('[\n  {\n    "_index": "packets-2023-11-14",\n    "_type": "doc"\n  }\n]'), 'JSON'],
    ['hex dump', text('0000  00 00 00 00 00 01 00 00 00 00 00 02 08 00 45 00\n0010  00 3c 1a'), 'hex dump'],
    ['hex dump of tcpdump', text('\t0x0000:  4500 003c 1a2b 4000 4006 0000 7f00 0001\n'), 'hex dump'],
    ['hex bytes', text('10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63'), 'mqtap decode'],
    ['tcpdump output', text('12:00:01.123456 IP 10.0.0.1.50122 > 10.0.0.2.1883: Flags [P.], seq 1:10'), 'printed output of tcpdump'],
    ['text', text('mosquitto version 2.0.11 starting\nConfig loaded from mosquitto.conf\n'), 'it looks like text'],
    ['a short text', text('hello'), 'it looks like text'],
  ])('%s', (_name, file, phrase) => {
    const { problems, frames } = readWhole(file)
    expect(frames).toEqual([])
    expect(problems.length).toBe(1)
    expect(problems[0]!.offset).toBe(0)
    expect(problems[0]!.code).toBe(file.length === 0 ? 'empty' : 'unknown-format')
    expect(problems[0]!.message).toContain(phrase)
  })

  it('in one sentence with its first bytes', () => {
    expect(readWhole(text('GET / HTTP/1.1\r\nHost: broker.example\r\nConnection: close\r\nAccept: */*\r\n\r\n')).problems[0]!.message).toBe(
      'the file is neither pcap nor pcapng: it begins with 47 45 54 20 at byte 0; it looks like text',
    )
  })

  it('as nothing where nothing is known of it', () => {
    expect(readWhole(data(200, 0x80)).problems[0]!.message).toBe('the file is neither pcap nor pcapng: it begins with 80 81 82 83 at byte 0')
  })
})
