/** LINKTYPE_NFLOG: packets as Linux netfilter logs them, the packet being one of several attributes (tcpdump.org, LINKTYPE_NFLOG). */
import type { Cursor } from './cursor.ts'
import { layerOfEtherType } from './ether-types.ts'
import { uint16, uint16LittleEndian } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** Family (1), version (1), resource (2). */
const HEADER_LENGTH = 4
/** Length (2), with these four bytes and without the padding; type (2). */
const ATTRIBUTE_HEADER_LENGTH = 4
/** The two highest bits of a type are flags (linux/netlink.h); no type needs more than the low ones. */
const TYPE_FLAGS_IN_HIGH_BYTE = 0xc0
/** EtherType (2, always big-endian), hook (1), padding (1). */
const NFULA_PACKET_HDR = 1
const NFULA_PAYLOAD = 9
/** Linux's own address families, also for the log's family byte. Logs of bridges and of whole tables have others. */
const AF_INET = 2
const AF_INET6 = 10

export function decodeNflog(cursor: Cursor): Layer {
  const { buffer, start, end } = cursor
  if (end - start < HEADER_LENGTH) return cursor.truncated('NFLOG', HEADER_LENGTH)
  if (buffer[start + 1] !== 0) return LAYER.ignored // version
  let content: Layer = layerOfFamily(buffer[start]!)
  for (let at = start + HEADER_LENGTH; end - at >= ATTRIBUTE_HEADER_LENGTH; ) {
    // Lengths and types are in the byte order of the machine that captured, which the file does not tell. Types are below 256, and 0 is none.
    const littleEndian = (buffer[at + 3]! & ~TYPE_FLAGS_IN_HIGH_BYTE) === 0
    const length = littleEndian ? uint16LittleEndian(buffer, at) : uint16(buffer, at)
    const type = littleEndian ? buffer[at + 2]! : buffer[at + 3]!
    if (length < ATTRIBUTE_HEADER_LENGTH) return cursor.bad('An NFLOG attribute is shorter than its own header.')
    const value = at + ATTRIBUTE_HEADER_LENGTH
    if (type === NFULA_PACKET_HDR && content === LAYER.ignored && length >= ATTRIBUTE_HEADER_LENGTH + 2 && end - value >= 2) {
      content = layerOfEtherType(uint16(buffer, value))
    }
    if (type === NFULA_PAYLOAD) {
      cursor.start = value
      cursor.limitTo(at + length)
      return content
    }
    at += (length + 3) & ~3
  }
  return LAYER.ignored
}

function layerOfFamily(family: number): Layer {
  return family === AF_INET ? LAYER.ipv4 : family === AF_INET6 ? LAYER.ipv6 : LAYER.ignored
}
