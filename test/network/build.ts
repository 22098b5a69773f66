/**
 * Builds frames for the tests of this layer: each function puts one header before its content, so that a frame reads from the outside inwards, like
 * the packet list of an analyzer. Written from the specifications and not from the decoder; checksums are computed, so that other programs accept them.
 */

export type Content = Uint8Array | string | readonly number[]

/** Joins parts; text is taken as Latin-1. */
export function join(...parts: readonly Content[]): Uint8Array {
  const arrays = parts.map((part) => (typeof part === 'string' ? Uint8Array.from(part, (character) => character.charCodeAt(0)) : Uint8Array.from(part)))
  const whole = new Uint8Array(arrays.reduce((length, array) => length + array.length, 0))
  let at = 0
  for (const array of arrays) {
    whole.set(array, at)
    at += array.length
  }
  return whole
}

export function be16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff]
}

export function be32(value: number): number[] {
  return [...be16(value >>> 16), ...be16(value & 0xffff)]
}

export function le16(value: number): number[] {
  return be16(value).reverse()
}

export function le32(value: number): number[] {
  return be32(value).reverse()
}

export function zeros(count: number): Uint8Array {
  return new Uint8Array(count)
}

export function address4(text: string): number[] {
  return text.split('.').map(Number)
}

/** Addresses with at most one `::`. */
export function address6(text: string): number[] {
  const [before = '', after] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const head = groups(before)
  const tail = after === undefined ? [] : groups(after)
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail].flatMap(be16)
}

export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

export const CLIENT4 = '10.0.0.21'
export const SERVER4 = '10.0.0.2'
export const CLIENT6 = '2001:db8::21'
export const SERVER6 = '2001:db8::2'
export const CLIENT_PORT = 50122
export const SERVER_PORT = 1883

export interface TcpOptions {
  readonly sourcePort?: number
  readonly destinationPort?: number
  readonly sequence?: number
  readonly acknowledgement?: number
  readonly flags?: number
  readonly window?: number
  readonly urgentPointer?: number
  readonly options?: Content
  /** In words; the true one where absent. */
  readonly dataOffset?: number
}

export interface PseudoHeader {
  readonly source: readonly number[]
  readonly destination: readonly number[]
}

const ENDS4: PseudoHeader = { source: address4(CLIENT4), destination: address4(SERVER4) }

export function tcp(payload: Content, header: TcpOptions = {}, pseudo: PseudoHeader = ENDS4): Uint8Array {
  const options = join(header.options ?? [])
  const dataOffset = header.dataOffset ?? 5 + options.length / 4
  const segment = join(
    be16(header.sourcePort ?? CLIENT_PORT), be16(header.destinationPort ?? SERVER_PORT),
    be32(header.sequence ?? 1000), be32(header.acknowledgement ?? 2000),
    [dataOffset << 4, header.flags ?? 0x18], be16(header.window ?? 512), [0, 0], be16(header.urgentPointer ?? 0), options, payload,
  )
  const sum = internetChecksum(join(pseudo.source, pseudo.destination, be32(segment.length), be32(6), segment))
  segment.set(be16(sum), 16)
  return segment
}

/** The TCP segment of IPv6 packets. */
export function tcp6(payload: Content, header: TcpOptions = {}): Uint8Array {
  return tcp(payload, header, { source: address6(CLIENT6), destination: address6(SERVER6) })
}

export interface Ipv4Options {
  readonly protocol?: number
  readonly source?: string
  readonly destination?: string
  readonly options?: Content
  readonly identification?: number
  /** In bytes. */
  readonly fragmentOffset?: number
  readonly moreFragments?: boolean
  readonly version?: number
  readonly headerWords?: number
  readonly totalLength?: number
}

export function ipv4(content: Content, header: Ipv4Options = {}): Uint8Array {
  const options = join(header.options ?? [])
  const body = join(content)
  const flags = (header.moreFragments === true ? 0x2000 : 0) | ((header.fragmentOffset ?? 0) >>> 3)
  const bytes = join(
    [((header.version ?? 4) << 4) | (header.headerWords ?? 5 + options.length / 4), 0], be16(header.totalLength ?? 20 + options.length + body.length),
    be16(header.identification ?? 7), be16(flags), [64, header.protocol ?? 6, 0, 0],
    address4(header.source ?? CLIENT4), address4(header.destination ?? SERVER4), options,
  )
  bytes.set(be16(internetChecksum(bytes)), 10)
  return join(bytes, body)
}

export interface Ipv6Options {
  readonly nextHeader?: number
  readonly source?: string
  readonly destination?: string
  readonly payloadLength?: number
  readonly version?: number
}

export function ipv6(content: Content, header: Ipv6Options = {}): Uint8Array {
  const body = join(content)
  return join(
    [(header.version ?? 6) << 4, 0, 0, 0], be16(header.payloadLength ?? body.length), [header.nextHeader ?? 6, 64],
    address6(header.source ?? CLIENT6), address6(header.destination ?? SERVER6), body,
  )
}

/** `content` with the next header's number before it, padded to a multiple of 8 by a PadN option. */
export function ipv6Options(nextHeader: number, words: number, content: Content): Uint8Array {
  const length = words * 8
  return join([nextHeader, words - 1, 1, length - 4], zeros(length - 4), content)
}

export function ipv6Fragment(nextHeader: number, identification: number, offset: number, more: boolean, content: Content): Uint8Array {
  return join([nextHeader, 0], be16(offset | (more ? 1 : 0)), be32(identification), content)
}

export function udp(destinationPort: number, content: Content, sourcePort = 54321): Uint8Array {
  const body = join(content)
  return join(be16(sourcePort), be16(destinationPort), be16(8 + body.length), [0, 0], body)
}

export const ETHER = { ipv4: 0x0800, ipv6: 0x86dd, arp: 0x0806, vlan: 0x8100, serviceVlan: 0x88a8, mpls: 0x8847, pppoe: 0x8864, ethernet: 0x6558 } as const

const CLIENT_MAC = [0x02, 0, 0, 0, 0, 0x21]
const SERVER_MAC = [0x02, 0, 0, 0, 0, 0x02]

export function ethernet(etherType: number, content: Content): Uint8Array {
  return join(SERVER_MAC, CLIENT_MAC, be16(etherType), content)
}

/** The usual innermost part of a frame. */
export function ethernetIpv4(payload: Content): Uint8Array {
  return ethernet(ETHER.ipv4, ipv4(tcp(payload)))
}

/** 802.3: a length in place of the EtherType. */
export function ethernet8023(content: Content): Uint8Array {
  const body = join(content)
  return join(SERVER_MAC, CLIENT_MAC, be16(body.length), body)
}

/** A VLAN tag as it stands behind the EtherType that announces it. */
export function tag(identifier: number, etherType: number, content: Content): Uint8Array {
  return join(be16(identifier), be16(etherType), content)
}

export function snap(etherType: number, content: Content, organization: readonly number[] = [0, 0, 0]): Uint8Array {
  return join([0xaa, 0xaa, 0x03], organization, be16(etherType), content)
}

export function mpls(label: number, bottom: boolean, content: Content): Uint8Array {
  return join(be32(((label << 12) | (bottom ? 0x100 : 0) | 64) >>> 0), content)
}

export function pppoe(content: Content, header: { code?: number; versionType?: number } = {}): Uint8Array {
  const body = join(content)
  return join([header.versionType ?? 0x11, header.code ?? 0], be16(0x1234), be16(body.length), body)
}

export function sll(protocol: number, content: Content, arphrd = 1): Uint8Array {
  return join(be16(4), be16(arphrd), be16(6), CLIENT_MAC, [0, 0], be16(protocol), content)
}

export function sll2(protocol: number, content: Content, arphrd = 1): Uint8Array {
  return join(be16(protocol), [0, 0], be32(2), be16(arphrd), [4, 6], CLIENT_MAC, [0, 0], content)
}

/** An NFLOG attribute with its padding. */
export function attribute(order: 'little' | 'big', type: number, content: Content): Uint8Array {
  const body = join(content)
  const write = order === 'little' ? le16 : be16
  return join(write(4 + body.length), write(type), body, zeros(-body.length & 3))
}

export function nflog(order: 'little' | 'big', family: number, packet: Content): Uint8Array {
  return join([family, 0], be16(5), attribute(order, 1, [8, 0, 1, 0]), attribute(order, 10, 'mark\0'), attribute(order, 9, packet))
}

export interface Ieee80211Options {
  readonly toDs?: boolean
  readonly fromDs?: boolean
  readonly qos?: boolean
  readonly htControl?: boolean
  readonly amsdu?: boolean
  readonly padded?: boolean
  readonly encrypted?: boolean
  readonly moreFragments?: boolean
  readonly fragmentNumber?: number
  /** First byte of Frame Control in place of a data frame's. */
  readonly control?: number
}

export function ieee80211(content: Content, header: Ieee80211Options = {}): Uint8Array {
  const control = header.control ?? (header.qos === true ? 0x88 : 0x08)
  const flags = (header.toDs === true ? 1 : 0) | (header.fromDs === true ? 2 : 0) | (header.moreFragments === true ? 4 : 0)
    | (header.encrypted === true ? 0x40 : 0) | (header.htControl === true ? 0x80 : 0)
  const bytes = join(
    [control, flags, 0, 0], SERVER_MAC, CLIENT_MAC, SERVER_MAC, le16(header.fragmentNumber ?? 0),
    header.toDs === true && header.fromDs === true ? CLIENT_MAC : [],
    header.qos === true ? [header.amsdu === true ? 0x80 : 0, 0] : [],
    header.htControl === true ? zeros(4) : [],
  )
  return join(bytes, header.padded === true ? zeros(-bytes.length & 3) : [], content)
}

/** One subframe of an A-MSDU; all but the last are padded. */
export function subframe(content: Content, last = false): Uint8Array {
  const body = join(content)
  const bytes = join(SERVER_MAC, CLIENT_MAC, be16(body.length), body)
  return join(bytes, last ? [] : zeros(-bytes.length & 3))
}

/** `present` words and fields as they stand; the length is computed. */
export function radiotap(present: readonly number[], fields: Content, frame: Content): Uint8Array {
  const words = present.flatMap(le32)
  return join([0, 0], le16(4 + words.length + join(fields).length), words, fields, frame)
}

export function prism(order: 'little' | 'big', frame: Content): Uint8Array {
  const write = order === 'little' ? le32 : be32
  return join(write(0x44), write(144), 'wlan0', zeros(131), frame)
}

export function avs(frame: Content): Uint8Array {
  return join(be32(0x80211001), be32(64), zeros(56), frame)
}

export function pktap(linkType: number, content: Content, recordType = 1): Uint8Array {
  return join(le32(108), le32(recordType), le32(linkType), 'en0', zeros(93), content)
}

/** `flags` as they stand in the first two bytes; `fields` what they announce. */
export function gre(flags: number, protocol: number, fields: Content, content: Content): Uint8Array {
  return join(be16(flags), be16(protocol), fields, content)
}

export function vxlan(content: Content, flags = 0x08): Uint8Array {
  return join([flags, 0, 0, 0, 0, 0, 42, 0], content)
}

export function geneve(protocol: number, optionWords: number, content: Content): Uint8Array {
  return join([optionWords, 0], be16(protocol), [0, 0, 42, 0], zeros(optionWords * 4), content)
}

/** `optional` is what follows the identifier: empty, or sequence number, N-PDU number, next type and extension headers. */
export function gtpU(flags: number, optional: Content, content: Content, messageType = 0xff): Uint8Array {
  const body = join(optional, content)
  return join([0x30 | flags, messageType], be16(body.length), be32(0xabcd), body)
}

export interface CapturedFrame {
  readonly linkType: number
  readonly bytes: Uint8Array
  readonly originalLength: number
}

/** A pcapng file with an interface for each link type: to show frames to other programs. */
export function pcapng(frames: readonly CapturedFrame[]): Uint8Array {
  const block = (type: number, body: Uint8Array) => {
    const padded = join(body, zeros(-body.length & 3))
    return join(le32(type), le32(padded.length + 12), padded, le32(padded.length + 12))
  }
  const linkTypes = [...new Set(frames.map(({ linkType }) => linkType))]
  return join(
    block(0x0a0d0d0a, join(le32(0x1a2b3c4d), le16(1), le16(0), new Array<number>(8).fill(0xff))),
    ...linkTypes.map((linkType) => block(1, join(le16(linkType), le16(0), le32(262_144)))),
    ...frames.map(({ linkType, bytes, originalLength }, index) =>
      block(6, join(le32(linkTypes.indexOf(linkType)), le32(0), le32(index), le32(bytes.length), le32(originalLength), bytes))),
  )
}
