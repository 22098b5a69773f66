import { u16, u32 } from './integers.ts'

/**
 * What a file may be that is no capture mqtap reads: to name it, and what to do, in the sentence that refuses it. A guess from the first bytes, never a
 * decision: pcap and pcapng were ruled out before.
 */

/** As many bytes of the beginning as the guess may look at. */
export const FOREIGN_BYTES = 64

const YEAR_2000 = 946_684_800
const YEAR_2040 = 2_208_988_800

interface Foreign {
  readonly name: string
  readonly matches: (bytes: Uint8Array, text: string) => boolean
}

/** The first that matches is named. `text` is the bytes one by one as Latin-1. */
const FOREIGN: readonly Foreign[] = [
  { name: 'a Microsoft Network Monitor capture (editcap of Wireshark converts it)', matches: starts('GMBU', 'RTSS') },
  { name: 'a snoop capture (editcap of Wireshark converts it)', matches: starts('snoop\0\0\0') },
  { name: 'a Bluetooth HCI log (btsnoop)', matches: starts('btsnoop\0') },
  { name: 'a Sniffer capture (editcap of Wireshark converts it)', matches: starts('TRSNIFF data', 'XCP\0') },
  { name: 'an AIX iptrace capture (editcap of Wireshark converts it)', matches: starts('iptrace ') },
  { name: 'an OmniPeek capture (editcap of Wireshark converts it)', matches: starts('\x7fver') },
  { name: 'an IXIA capture (editcap of Wireshark converts it)', matches: starts('\xac\x01\0\x1c', '\x1c\0\x01\xac', '\xab\x01\0\x1c', '\x1c\0\x01\xab') },
  { name: 'a pcapng file that a transfer in text mode has damaged', matches: starts('\r\n\r\r\n', '\r\n\r\r\r\n', '\n\r\n', '\n\r\r\n', '\n\n\n', '\r\n\r\n\r\n') },
  { name: 'UTF-16 text, as the ">" of an old PowerShell writes: capture with "-w FILE" instead', matches: starts('\xff\xfe', '\xfe\xff') },
  { name: 'compressed by gzip a second time', matches: starts('\x1f\x8b') },
  { name: 'compressed by zstd a second time', matches: starts('\x28\xb5\x2f\xfd') },
  { name: 'compressed by lz4 a second time', matches: starts('\x04\x22\x4d\x18') },
  { name: 'compressed by xz: decompress it first', matches: starts('\xfd7zXZ\0') },
  { name: 'compressed by bzip2: decompress it first', matches: starts('BZh') },
  { name: 'a ZIP archive: unpack it first', matches: starts('PK\x03\x04') },
  { name: 'a 7z archive: unpack it first', matches: starts('7z\xbc\xaf\x27\x1c') },
  { name: 'raw MQTT, not a capture of it: "mqtap decode" reads that', matches: (_, text) => text.startsWith('\x10') && /^.{2,5}\0(\x04MQTT|\x06MQIsdp)/s.test(text) },
  { name: 'an HTML page', matches: (_, text) => /^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i.test(text) },
  { name: 'XML', matches: (_, text) => /^(\xef\xbb\xbf)?\s*<\?xml/i.test(text) },
  { name: 'JSON', matches: (bytes, text) => /^(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*[[{"\]])/.test(text) && isText(bytes) },
  { name: 'a hex dump: text2pcap of Wireshark makes a capture of it', matches: (_, text) => /^\s*(0x)?[0-9a-f]{3,8}[:\s]\s*([0-9a-f]{2,4}\s+){3}/i.test(text) },
  { name: 'bytes in hex: "mqtap decode" reads MQTT packets in hex', matches: (_, text) => /^\s*([0-9a-f]{2}[\s:,]*){8,}/i.test(text) },
  { name: 'the printed output of tcpdump: capture with "-w FILE" instead', matches: (_, text) => /^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d+ (IP6?|ARP) /.test(text) },
  { name: 'text', matches: isText },
  { name: 'an ERF capture (editcap of Wireshark converts it)', matches: isErf },
]

/** A name for the file that begins with these bytes, or null. */
export function nameForeignFormat(bytes: Uint8Array): string | null {
  const text = String.fromCharCode(...bytes.subarray(0, FOREIGN_BYTES))
  for (const foreign of FOREIGN) if (foreign.matches(bytes, text)) return foreign.name
  return null
}

function starts(...beginnings: readonly string[]): Foreign['matches'] {
  return (_, text) => beginnings.some((beginning) => text.startsWith(beginning))
}

/** UTF-8 without control characters; the last character may be cut in two. */
function isText(bytes: Uint8Array): boolean {
  if (!bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** ERF has no magic number: a 64-bit little-endian time with the seconds on top, a type, flags, and the record's length in network order. */
function isErf(bytes: Uint8Array): boolean {
  if (bytes.length < 18) return false
  const seconds = u32(bytes, 4, true)
  const type = bytes[8]! & 0x7f
  const recordLength = u16(bytes, 10, false)
  return seconds > YEAR_2000 && seconds < YEAR_2040 && type >= 1 && type <= 48 && recordLength >= 18
}
