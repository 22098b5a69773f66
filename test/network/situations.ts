/**
 * Frames of every link layer and tunnel, and the segments that they hold. The tests walk this table: as it stands, cut at every byte, damaged, and
 * through tshark.
 */
import {
  address6, attribute, avs, be16, be32, ETHER, ethernet, ethernet8023, ethernetIpv4, geneve, gre, gtpU, ieee80211, ipv4, ipv6, ipv6Fragment,
  ipv6Options, join, le32, mpls, nflog, pktap, pppoe, prism, radiotap, SERVER6, sll, sll2, snap, subframe, tag, tcp, tcp6, udp, vxlan, zeros,
} from './build.ts'

export interface Situation {
  readonly name: string
  readonly linkType: number
  readonly frames: readonly Uint8Array[]
  /** Of each frame; more than its bytes where the snap length cut it. */
  readonly originalLength?: number
  /** Segments as `describeSegment` writes them. */
  readonly sees: readonly string[]
  /** Codes of the problems that are told. */
  readonly problems?: readonly string[]
  /** Why tshark 4.0 sees other segments; where absent it sees the same. */
  readonly tsharkDiffers?: string
}

export const LINK = {
  null: 0, ethernet: 1, ppp: 9, raw12: 12, raw14: 14, pppHdlc: 50, pppEther: 51, raw: 101, ciscoHdlc: 104, ieee80211: 105, loop: 108, enc: 109,
  linuxSll: 113, prism: 119, radiotap: 127, avs: 163, pppPppd: 166, pppWithDirection: 204, ciscoHdlcWithDirection: 205, mpls: 219, ipv4: 228, ipv6: 229,
  nflog: 239, pktap: 258, linuxSll2: 276,
} as const

const ENDS4 = '10.0.0.21:50122 > 10.0.0.2:1883'
const ENDS6 = '[2001:db8::21]:50122 > [2001:db8::2]:1883'
const HELLO4 = [`${ENDS4} "hello"`]
const HELLO6 = [`${ENDS6} "hello"`]
const NOTHING: readonly string[] = []

const packet4 = ipv4(tcp('hello'))
const packet6 = ipv6(tcp6('hello'))
const frame4 = ethernetIpv4('hello')
/** The ends of tunnels are others than those of the connection, so that they cannot be taken for each other. */
const outer4 = { source: '192.0.2.1', destination: '192.0.2.2' }
const outer6 = { source: '2001:db8:ffff::1', destination: '2001:db8:ffff::2' }

const NO_CONTROL_WORD = 'tshark takes a pseudowire without a control word only where it is told to'

function one(name: string, linkType: number, frame: Uint8Array, sees: readonly string[], more: Partial<Situation> = {}): Situation {
  return { name, linkType, frames: [frame], sees, ...more }
}

const linkLayers: readonly Situation[] = [
  one('Ethernet with IPv4', LINK.ethernet, frame4, HELLO4),
  one('Ethernet with IPv6', LINK.ethernet, ethernet(ETHER.ipv6, packet6), HELLO6),
  one('a segment without payload', LINK.ethernet, ethernetIpv4(''), [`${ENDS4} ""`]),
  one('a short frame padded to 60 bytes', LINK.ethernet, join(ethernetIpv4('hi'), zeros(4)), [`${ENDS4} "hi"`]),
  one('padding that looks like payload, behind an empty segment', LINK.ethernet, join(ethernetIpv4(''), 'MQTT!!'), [`${ENDS4} ""`]),
  one('a frame check sequence at the end', LINK.ethernet, join(frame4, be32(0x12345678)), HELLO4),
  one('one VLAN tag', LINK.ethernet, ethernet(ETHER.vlan, tag(5, ETHER.ipv4, packet4)), HELLO4),
  one('802.1ad with a customer tag', LINK.ethernet, ethernet(ETHER.serviceVlan, tag(9, ETHER.vlan, tag(5, ETHER.ipv6, packet6))), HELLO6),
  one('five VLAN tags', LINK.ethernet,
    ethernet(0x9100, tag(1, 0x9100, tag(2, 0x9100, tag(3, ETHER.serviceVlan, tag(4, ETHER.vlan, tag(5, ETHER.ipv4, packet4)))))), HELLO4),
  one('tags of EtherType 0x9200 and 0x9300', LINK.ethernet, ethernet(0x9200, tag(1, 0x9300, tag(2, ETHER.ipv4, packet4))), HELLO4,
    { tsharkDiffers: 'tshark does not know these two as tags' }),
  one('a VN-tag with a VLAN tag behind', LINK.ethernet, ethernet(0x8926, join(be32(0x00010002), be16(ETHER.vlan), tag(5, ETHER.ipv4, packet4))), HELLO4),
  one('802.1ah', LINK.ethernet, ethernet(0x88e7, join(be32(0x00001234), frame4)), HELLO4),
  one('HSR', LINK.ethernet, ethernet(0x892f, join(be16(0x0036), be16(7), be16(ETHER.ipv4), packet4)), HELLO4),
  one('an 802.1CB R-TAG', LINK.ethernet, ethernet(0xf1c1, join(be16(0), be16(7), be16(ETHER.ipv4), packet4)), HELLO4),
  one('802.3 with LLC and SNAP', LINK.ethernet, ethernet8023(snap(ETHER.ipv4, packet4)), HELLO4),
  one('802.3 with padding behind its length', LINK.ethernet, join(ethernet8023(snap(ETHER.ipv4, ipv4(tcp('')))), 'MQTT'), [`${ENDS4} ""`]),
  one('802.3 of the bridge tunnel', LINK.ethernet, ethernet8023(snap(ETHER.ipv6, packet6, [0, 0, 0xf8])), HELLO6),
  one('802.3 of another organization', LINK.ethernet, ethernet8023(snap(ETHER.ipv4, packet4, [0, 0, 0x0c])), NOTHING),
  one('802.3 with a spanning tree frame', LINK.ethernet, join(ethernet8023([0x42, 0x42, 3, 0, 0, 0, 0]), zeros(36)), NOTHING),
  one('a length inside a VLAN tag', LINK.ethernet, ethernet(ETHER.vlan, tag(5, snap(ETHER.ipv4, packet4).length, snap(ETHER.ipv4, packet4))), HELLO4),
  one('ARP', LINK.ethernet, join(ethernet(ETHER.arp, zeros(28)), zeros(18)), NOTHING),

  one('MPLS with IPv4', LINK.ethernet, ethernet(ETHER.mpls, mpls(16, true, packet4)), HELLO4),
  one('four MPLS labels with IPv6', LINK.ethernet,
    ethernet(ETHER.mpls, mpls(16, false, mpls(17, false, mpls(18, false, mpls(19, true, packet6))))), HELLO6),
  one('multicast MPLS', LINK.ethernet, ethernet(0x8848, mpls(16, true, packet4)), HELLO4),
  one('an MPLS pseudowire with a control word', LINK.ethernet, ethernet(ETHER.mpls, mpls(16, true, join(be32(7), frame4))), HELLO4,
    { tsharkDiffers: 'tshark takes the control word for the beginning of an address' }),
  one('an MPLS pseudowire without one', LINK.ethernet, ethernet(ETHER.mpls, mpls(16, true, join([0x12], frame4.subarray(1)))), HELLO4,
    { tsharkDiffers: NO_CONTROL_WORD }),
  one('an MPLS pseudowire without one to an address that begins with 00', LINK.ethernet,
    ethernet(ETHER.mpls, mpls(16, true, join([0x00], frame4.subarray(1)))), HELLO4,
    { tsharkDiffers: NO_CONTROL_WORD }),
  one('MPLS to an address that begins like an IPv4 header', LINK.ethernet, ethernet(ETHER.mpls, mpls(16, true, join([0x45], frame4.subarray(1)))), HELLO4,
    { tsharkDiffers: 'tshark takes the Ethernet address for an IPv4 header' }),
  one('MPLS as the link layer', LINK.mpls, mpls(16, true, packet4), HELLO4),

  one('PPPoE', LINK.ethernet, ethernet(ETHER.pppoe, pppoe(join(be16(0x0021), packet4))), HELLO4),
  one('PPPoE with IPv6', LINK.ethernet, ethernet(ETHER.pppoe, pppoe(join(be16(0x0057), packet6))), HELLO6),
  one('PPPoE with padding behind its length, and TSO inside', LINK.ethernet,
    ethernet(ETHER.pppoe, join(pppoe(join(be16(0x0021), ipv4(tcp('hello'), { totalLength: 0 }))), 'MQTT')), HELLO4),
  one('PPPoE in a VLAN', LINK.ethernet, ethernet(ETHER.vlan, tag(7, ETHER.pppoe, pppoe(join(be16(0x0021), packet4)))), HELLO4),
  one('PPPoE discovery', LINK.ethernet, ethernet(0x8863, pppoe(join(be16(0x0021), packet4), { code: 9 })), NOTHING),
  one('PPPoE of an unknown version', LINK.ethernet, ethernet(ETHER.pppoe, pppoe(join(be16(0x0021), packet4), { versionType: 0x22 })), NOTHING,
    { tsharkDiffers: 'tshark goes on with other versions' }),
  one('PPPoE link control', LINK.ethernet, ethernet(ETHER.pppoe, pppoe(join(be16(0xc021), [9, 1, 0, 8], be32(1)))), NOTHING),
  one('PPPoE as the link layer', LINK.pppEther, pppoe(join(be16(0x0021), packet4)), HELLO4),

  one('PPP', LINK.ppp, join([0xff, 0x03], be16(0x0021), packet4), HELLO4),
  one('PPP without address and control', LINK.ppp, join(be16(0x0057), packet6), HELLO6),
  one('PPP with a protocol field of one byte', LINK.ppp, join([0xff, 0x03, 0x21], packet4), HELLO4),
  one('PPP with MPLS', LINK.ppp, join([0xff, 0x03], be16(0x0281), mpls(16, true, packet4)), HELLO4),
  one('PPP with compressed TCP headers', LINK.ppp, join([0xff, 0x03], be16(0x002d), packet4), NOTHING),
  one('PPP in HDLC framing', LINK.pppHdlc, join([0xff, 0x03], be16(0x0021), packet4), HELLO4),
  one('Cisco HDLC under the link type of PPP', LINK.pppHdlc, join([0x0f, 0x00], be16(ETHER.ipv4), packet4), HELLO4),
  one('PPP with the direction in place of the address', LINK.pppPppd, join([0x01, 0x03], be16(0x0021), packet4), HELLO4),
  one('PPP with the direction before it', LINK.pppWithDirection, join([0x01, 0xff, 0x03], be16(0x0021), packet4), HELLO4),
  one('PPP with the direction before it, without address and control', LINK.pppWithDirection, join([0x00], be16(0x0057), packet6), HELLO6),
  one('Cisco HDLC', LINK.ciscoHdlc, join([0x0f, 0x00], be16(ETHER.ipv4), packet4), HELLO4),
  one('Cisco HDLC broadcast', LINK.ciscoHdlc, join([0x8f, 0x00], be16(ETHER.ipv6), packet6), HELLO6),
  one('Cisco HDLC keep-alive', LINK.ciscoHdlc, join([0x8f, 0x00], be16(0x8035), zeros(18)), NOTHING),
  one('Cisco HDLC of an unknown address', LINK.ciscoHdlc, join([0x99, 0x00], be16(ETHER.ipv4), packet4), NOTHING,
    { tsharkDiffers: 'tshark does not look at the address' }),
  one('Cisco HDLC with the direction', LINK.ciscoHdlcWithDirection, join([0x01, 0x0f, 0x00], be16(ETHER.ipv4), packet4), HELLO4),

  one('Linux SLL', LINK.linuxSll, sll(ETHER.ipv4, packet4), HELLO4),
  one('Linux SLL with a VLAN tag', LINK.linuxSll, sll(ETHER.vlan, tag(5, ETHER.ipv6, packet6)), HELLO6),
  one('Linux SLL with LLC', LINK.linuxSll, sll(4, snap(ETHER.ipv4, packet4)), HELLO4),
  one('Linux SLL of a wireless monitor', LINK.linuxSll, sll(0, radiotap([0], [], ieee80211(snap(ETHER.ipv4, packet4), { fromDs: true })), 803), HELLO4),
  one('Linux SLL of netlink', LINK.linuxSll, sll(ETHER.ipv4, packet4, 824), NOTHING),
  one('Linux SLL of a CAN bus', LINK.linuxSll, sll(0x000c, zeros(16), 280), NOTHING),
  one('Linux SLL2', LINK.linuxSll2, sll2(ETHER.ipv4, packet4), HELLO4),
  one('Linux SLL2 with two VLAN tags', LINK.linuxSll2, sll2(ETHER.serviceVlan, tag(9, ETHER.vlan, tag(5, ETHER.ipv4, packet4))), HELLO4),
  one('Linux SLL2 of a tunnel device', LINK.linuxSll2, sll2(ETHER.ipv6, packet6, 65534), HELLO6),

  one('NULL, little-endian', LINK.null, join(le32(2), packet4), HELLO4),
  one('NULL, big-endian', LINK.null, join(be32(2), packet4), HELLO4),
  one('NULL, IPv6 of Linux', LINK.null, join(le32(10), packet6), HELLO6, { tsharkDiffers: "tshark knows the BSDs' and macOS's numbers of IPv6 only" }),
  one('NULL, IPv6 of Windows', LINK.null, join(le32(23), packet6), HELLO6, { tsharkDiffers: "tshark knows the BSDs' and macOS's numbers of IPv6 only" }),
  one('NULL, IPv6 of OpenBSD', LINK.null, join(be32(24), packet6), HELLO6),
  one('NULL, IPv6 of FreeBSD', LINK.null, join(le32(28), packet6), HELLO6),
  one('NULL, IPv6 of macOS', LINK.null, join(le32(30), packet6), HELLO6),
  one('NULL, another family', LINK.null, join(le32(7), packet4), NOTHING),
  one('LOOP', LINK.loop, join(be32(2), packet4), HELLO4),
  one('LOOP with IPv6', LINK.loop, join(be32(24), packet6), HELLO6),
  one('ENC', LINK.enc, join(be32(2), be32(0x1000), be32(0), packet4), HELLO4),

  one('raw IP (101), IPv4', LINK.raw, packet4, HELLO4),
  one('raw IP (101), IPv6', LINK.raw, packet6, HELLO6),
  one('raw IP (12)', LINK.raw12, packet4, HELLO4),
  one('raw IP (14)', LINK.raw14, packet6, HELLO6),
  one('raw IP of neither version', LINK.raw, join([0x00], packet4.subarray(1)), NOTHING),
  one('IPv4 as the link layer', LINK.ipv4, packet4, HELLO4),
  one('IPv6 as the link layer', LINK.ipv6, packet6, HELLO6),

  one('NFLOG, little-endian', LINK.nflog, nflog('little', 2, packet4), HELLO4),
  one('NFLOG, big-endian', LINK.nflog, nflog('big', 10, packet6), HELLO6, { tsharkDiffers: 'tshark takes its own byte order where the file does not tell' }),
  one('NFLOG with a packet whose length is not a multiple of 4', LINK.nflog, nflog('little', 2, ipv4(tcp('hello!'))), [`${ENDS4} "hello!"`]),
  one('NFLOG of a bridge', LINK.nflog, nflog('little', 7, packet4), HELLO4),
  one('NFLOG of a bridge, big-endian', LINK.nflog, nflog('big', 7, packet4), HELLO4,
    { tsharkDiffers: 'tshark takes its own byte order where the file does not tell' }),
  one('NFLOG with a nested attribute before the packet', LINK.nflog,
    join([2, 0], be16(5), attribute('little', 0x8000 | 20, zeros(8)), attribute('little', 9, packet4)), HELLO4),
  one('NFLOG without a packet', LINK.nflog, join([2, 0], be16(5), [8, 0, 1, 0], be32(0)), NOTHING),
  one('NFLOG with an attribute of length 0', LINK.nflog, join([2, 0], be16(5), [0, 0, 1, 0], be32(0)), NOTHING, { problems: ['bad-header'] }),

  one('PKTAP with Ethernet', LINK.pktap, pktap(LINK.ethernet, frame4), HELLO4),
  one('PKTAP with raw IP', LINK.pktap, pktap(LINK.raw12, packet6), HELLO6),
  one('PKTAP with a record that is no packet', LINK.pktap, pktap(LINK.ethernet, frame4, 0), NOTHING),
  one('PKTAP with a link type that is not decoded', LINK.pktap, pktap(147, frame4), NOTHING),
]

const radiotapPlain = (frame: Uint8Array) => radiotap([0], [], frame)
const wireless4 = snap(ETHER.ipv4, packet4)
const wireless6 = snap(ETHER.ipv6, packet6)

const wireless: readonly Situation[] = [
  one('802.11 from the access point', LINK.ieee80211, ieee80211(wireless4, { fromDs: true }), HELLO4),
  one('802.11 to the access point', LINK.ieee80211, ieee80211(wireless6, { toDs: true }), HELLO6),
  one('802.11 between stations', LINK.ieee80211, ieee80211(wireless4), HELLO4),
  one('802.11 between access points', LINK.ieee80211, ieee80211(wireless4, { toDs: true, fromDs: true }), HELLO4),
  one('802.11 between access points with QoS', LINK.ieee80211, ieee80211(wireless4, { toDs: true, fromDs: true, qos: true }), HELLO4),
  one('802.11 with QoS', LINK.ieee80211, ieee80211(wireless4, { fromDs: true, qos: true }), HELLO4),
  one('802.11 with QoS and HT control', LINK.ieee80211, ieee80211(wireless4, { fromDs: true, qos: true, htControl: true }), HELLO4),
  one('802.11 without QoS whose order bit is set', LINK.ieee80211, ieee80211(wireless4, { fromDs: true }).with(1, 0x82), HELLO4),
  one('802.11 null function', LINK.ieee80211, ieee80211('', { toDs: true, control: 0x48 }), NOTHING),
  one('802.11 beacon', LINK.ieee80211, ieee80211(zeros(40), { control: 0x80 }), NOTHING),
  one('802.11 acknowledgement', LINK.ieee80211, Uint8Array.of(0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 0x21), NOTHING),
  one('802.11 protected', LINK.ieee80211, ieee80211(wireless4, { fromDs: true, encrypted: true }), NOTHING),
  one('802.11 first fragment', LINK.ieee80211, ieee80211(wireless4, { fromDs: true, moreFragments: true }), NOTHING),
  one('802.11 second fragment', LINK.ieee80211, ieee80211(wireless4, { fromDs: true, fragmentNumber: 1 }), NOTHING,
    { tsharkDiffers: 'tshark puts it together with the one before' }),
  one('802.11 with an A-MSDU of three', LINK.ieee80211,
    ieee80211(join(subframe(wireless4), subframe(snap(ETHER.arp, zeros(28))), subframe(wireless6, true)), { fromDs: true, qos: true, amsdu: true }),
    [...HELLO4, ...HELLO6]),
  one('802.11 with an A-MSDU and a frame check sequence that nothing announces', LINK.ieee80211,
    ieee80211(join(subframe(wireless4), subframe(wireless6), be32(0x12345678)), { fromDs: true, qos: true, amsdu: true }), [...HELLO4, ...HELLO6]),

  one('radiotap without fields', LINK.radiotap, radiotapPlain(ieee80211(wireless4, { fromDs: true })), HELLO4),
  one('radiotap with flags', LINK.radiotap, radiotap([0x02], [0x00], ieee80211(wireless4, { fromDs: true })), HELLO4),
  one('radiotap with a time and flags that announce a frame check sequence', LINK.radiotap,
    radiotap([0x2f], join(zeros(8), [0x10, 2], be32(0), [0xd0]), join(ieee80211(wireless4, { fromDs: true }), be32(0x12345678))), HELLO4),
  one('radiotap with two present words, then a time aligned to eight, and padded data', LINK.radiotap,
    radiotap([0x80000003, 0], join(zeros(4), zeros(8), [0x20]), ieee80211(wireless4, { fromDs: true, qos: true, padded: true })), HELLO4),
  one('radiotap with three present words, which align the time by themselves', LINK.radiotap,
    radiotap([0x80000003, 0x80000000, 0], join(zeros(8), [0x20]), ieee80211(wireless4, { fromDs: true, qos: true, padded: true })), HELLO4),
  one('radiotap with a bad frame check sequence', LINK.radiotap,
    radiotap([0x02], [0x50], join(ieee80211(wireless4, { fromDs: true }), be32(0))), NOTHING,
    { tsharkDiffers: 'tshark shows what the radio received with errors' }),
  one('radiotap with an A-MSDU and a frame check sequence', LINK.radiotap,
    radiotap([0x02], [0x10], join(ieee80211(join(subframe(wireless4), subframe(wireless6, true)), { fromDs: true, qos: true, amsdu: true }), be32(1))),
    [...HELLO4, ...HELLO6]),
  one('radiotap shorter than itself', LINK.radiotap, join([0, 0, 4, 0], zeros(4), ieee80211(wireless4, { fromDs: true })), NOTHING,
    { problems: ['bad-header'] }),
  one('Prism', LINK.prism, prism('little', ieee80211(wireless4, { fromDs: true })), HELLO4),
  one('Prism, big-endian', LINK.prism, prism('big', ieee80211(wireless6, { fromDs: true })), HELLO6),
  one('AVS', LINK.avs, avs(ieee80211(wireless4, { fromDs: true })), HELLO4),
  one('AVS under the link type of Prism', LINK.prism, avs(ieee80211(wireless4, { fromDs: true })), HELLO4),
]

const PARTS = 'tshark shows the fields of a TCP header that is not whole or not right'
const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]

const internet: readonly Situation[] = [
  one('TCP options', LINK.raw, ipv4(tcp('hello', { options: TIMESTAMPS })), HELLO4),
  one('IPv4 options', LINK.raw, ipv4(tcp('hello'), { options: [0x94, 4, 0, 0, 1, 1, 1, 0] }), HELLO4),
  one('the largest IPv4 header', LINK.raw, ipv4(tcp('hello'), { options: new Uint8Array(40).fill(1) }), HELLO4),
  one('IPv4 total length 0: TSO', LINK.ethernet, ethernet(ETHER.ipv4, ipv4(tcp('hello'), { totalLength: 0 })), HELLO4),
  one('IPv6 payload length 0: TSO', LINK.ethernet, ethernet(ETHER.ipv6, ipv6(tcp6('hello'), { payloadLength: 0 })), HELLO6,
    { tsharkDiffers: 'tshark does not take a length of 0 for TSO in IPv6' }),
  one('TSO cut by the snap length', LINK.ethernet, ethernet(ETHER.ipv4, ipv4(tcp('hello'), { totalLength: 0 })), [`${ENDS4} "hello" and 1941 missing`],
    { originalLength: 2000 }),
  one('a payload cut by the snap length', LINK.ethernet, frame4.subarray(0, frame4.length - 2), [`${ENDS4} "hel" and 2 missing`],
    { originalLength: frame4.length }),
  one('no payload within the snap length', LINK.ethernet, frame4.subarray(0, frame4.length - 5), [`${ENDS4} "" and 5 missing`],
    { originalLength: frame4.length }),
  one('TCP options cut by the snap length', LINK.raw, ipv4(tcp('hello', { options: TIMESTAMPS })).subarray(0, 46), [`${ENDS4} "" and 5 missing`],
    { originalLength: 57 }),
  one('a frame shorter than its IPv4 packet, although nothing says that it was cut', LINK.ethernet, frame4.subarray(0, frame4.length - 2),
    [`${ENDS4} "hel" and 2 missing`]),
  one('a TCP header cut after 19 bytes', LINK.raw, packet4.subarray(0, 39), NOTHING,
    { originalLength: packet4.length, problems: ['truncated-header'], tsharkDiffers: PARTS }),
  one('an IPv4 packet too short for a TCP header', LINK.raw, ipv4(tcp('').subarray(0, 12)), NOTHING,
    { problems: ['truncated-header'], tsharkDiffers: PARTS }),
  one('a TCP data offset of 4', LINK.raw, ipv4(tcp('hello', { dataOffset: 4 })), NOTHING, { problems: ['bad-header'], tsharkDiffers: PARTS }),
  one('a TCP header longer than its packet', LINK.raw, ipv4(tcp('hello', { dataOffset: 15 })), NOTHING, { problems: ['bad-header'], tsharkDiffers: PARTS }),
  one('an IPv4 header of 4 words', LINK.raw, ipv4(tcp('hello'), { headerWords: 4 }), NOTHING, { problems: ['bad-header'] }),
  one('an IPv4 packet shorter than its header', LINK.raw, ipv4(tcp('hello'), { totalLength: 19 }), NOTHING, { problems: ['bad-header'] }),
  one('an IPv4 header of version 5', LINK.ethernet, ethernet(ETHER.ipv4, ipv4(tcp('hello'), { version: 5 })), NOTHING, { problems: ['bad-header'] }),
  one('an IPv6 header of version 4', LINK.ethernet, ethernet(ETHER.ipv6, ipv6(tcp6('hello'), { version: 4 })), NOTHING, { problems: ['bad-header'] }),
  one('ICMP that quotes a TCP segment', LINK.raw, ipv4(join([3, 1, 0, 0], be32(0), packet4), { protocol: 1, ...outer4 }), NOTHING,
    { tsharkDiffers: 'tshark shows the quoted segment too' }),
  one('UDP to port 1883', LINK.raw, ipv4(udp(1883, 'hello'), { protocol: 17 }), NOTHING),
  one('IPv4 with an encrypted packet', LINK.raw, ipv4(zeros(40), { protocol: 50 }), NOTHING),
  one('IPv4 with an Authentication Header', LINK.raw, ipv4(join([6, 4], be16(0), be32(1), be32(1), zeros(12), tcp('hello')), { protocol: 51 }), HELLO4),

  one('IPv6 with all extension headers', LINK.raw,
    ipv6(ipv6Options(60, 1, ipv6Options(43, 2, join([51, 2, 4, 0], be32(0), address6(SERVER6), join([60, 4], be16(0), be32(1), be32(1), zeros(12)),
      ipv6Options(6, 1, tcp6('hello'))))), { nextHeader: 0 }), HELLO6),
  one('an IPv6 mobility header before TCP', LINK.raw, ipv6(join([6, 0, 5, 0], be32(0), tcp6('hello')), { nextHeader: 135 }), HELLO6,
    { tsharkDiffers: 'tshark takes a mobility header for the last one' }),
  one('an atomic fragment', LINK.raw, ipv6(ipv6Fragment(6, 99, 0, false, tcp6('hello')), { nextHeader: 44 }), HELLO6),
  one('IPv6 with no next header', LINK.raw, ipv6(tcp6('hello'), { nextHeader: 59 }), NOTHING),
  one('a route of type 0 that is not at its end', LINK.raw,
    ipv6(join([6, 4, 0, 2], be32(0), address6('2001:db8::77'), address6(SERVER6), tcp6('hello')), { nextHeader: 43, destination: '2001:db8::66' }), HELLO6,
    { tsharkDiffers: 'tshark names the next hop in ipv6.dst' }),
  one('a segment route that is not at its end', LINK.raw,
    ipv6(join([6, 4, 4, 1, 1, 0, 0, 0], address6(SERVER6), address6('2001:db8::66'), tcp6('hello')), { nextHeader: 43, destination: '2001:db8::66' }), HELLO6,
    { tsharkDiffers: 'tshark names the next hop in ipv6.dst' }),
  one('a segment route at its end', LINK.raw,
    ipv6(join([6, 2, 4, 0, 0, 0, 0, 0], address6(SERVER6), tcp6('hello')), { nextHeader: 43 }), HELLO6),
  one('a mobile node away from home', LINK.raw,
    ipv6(join([6, 2, 2, 1], be32(0), address6(SERVER6), tcp6('hello')), { nextHeader: 43, destination: '2001:db8::66' }), HELLO6,
    { tsharkDiffers: 'tshark names the care-of address in ipv6.dst' }),
  one('an IPv6 jumbogram', LINK.raw, ipv6(join([6, 0, 0xc2, 4], be32(8 + tcp6('hello').length), tcp6('hello')), { nextHeader: 0, payloadLength: 0 }), HELLO6,
    { tsharkDiffers: 'tshark wants a jumbogram to be larger than 65,535 bytes' }),
]

const first = tcp('0123456789abcdef0123456789ABCDEF')
const whole4 = [`${ENDS4} "0123456789abcdef0123456789ABCDEF"`]
const first6 = tcp6('0123456789abcdef0123456789ABCDEF')
const part4 = (from: number, to: number, more: Partial<Parameters<typeof ipv4>[1]> = {}) =>
  ipv4(first.subarray(from, to), { fragmentOffset: from, moreFragments: to < first.length, identification: 77, ...more })
const part6 = (from: number, to: number, more: Parameters<typeof ipv6>[1] = {}) =>
  ipv6(ipv6Fragment(6, 0x80000001, from, to < first6.length, first6.subarray(from, to)), { nextHeader: 44, ...more })
const last = first.length
const halves = (bytes: Uint8Array, at: number) => [bytes.subarray(0, at), bytes.subarray(at)]

const fragmented: readonly Situation[] = [
  { name: 'two IPv4 fragments', linkType: LINK.raw, frames: [part4(0, 24), part4(24, last)], sees: whole4 },
  { name: 'IPv4 fragments in the opposite order', linkType: LINK.raw, frames: [part4(40, last), part4(24, 40), part4(0, 24)], sees: whole4 },
  { name: 'a TCP header over two IPv4 fragments', linkType: LINK.raw, frames: [part4(0, 8), part4(8, last)], sees: whole4 },
  { name: 'IPv4 fragments in Ethernet with padding', linkType: LINK.ethernet,
    frames: [ethernet(ETHER.ipv4, part4(0, 24)), join(ethernet(ETHER.ipv4, part4(24, last)), zeros(6))], sees: whole4 },
  { name: 'IPv6 fragments', linkType: LINK.raw, frames: [part6(0, 24), part6(24, last)], sees: [`${ENDS6} "0123456789abcdef0123456789ABCDEF"`] },
  { name: 'IPv6 fragments out of order', linkType: LINK.raw, frames: [part6(32, last), part6(0, 16), part6(16, 32)],
    sees: [`${ENDS6} "0123456789abcdef0123456789ABCDEF"`] },
  { name: 'a fragmented IPv6 packet with options inside', linkType: LINK.raw, sees: HELLO6,
    frames: halves(ipv6Options(6, 1, tcp6('hello')), 16).map((half, index) => ipv6(ipv6Fragment(60, 5, index * 16, index === 0, half), { nextHeader: 44 })) },
  { name: 'a fragmented VXLAN packet', linkType: LINK.raw, sees: HELLO4,
    frames: halves(udp(4789, vxlan(frame4)), 40).map((half, index) =>
      ipv4(half, { ...outer4, protocol: 17, fragmentOffset: index * 40, moreFragments: index === 0 })) },
  { name: 'fragments inside fragments', linkType: LINK.raw, sees: whole4,
    frames: [part4(0, 24), part4(24, last)].flatMap((inner, identification) => halves(inner, 16).map((half, index) =>
      ipv4(half, { ...outer4, protocol: 4, identification, fragmentOffset: index * 16, moreFragments: index === 0 }))) },
  { name: 'fragments of UDP that is no tunnel', linkType: LINK.raw, sees: NOTHING,
    frames: halves(udp(5060, zeros(32)), 24).map((half, index) => ipv4(half, { protocol: 17, fragmentOffset: index * 24, moreFragments: index === 0 })) },
]

/** A tunnel with the IPv4 packet inside, in UDP. */
function inUdp(name: string, port: number, content: Uint8Array, sees: readonly string[] = HELLO4, more: Partial<Situation> = {}): Situation {
  return one(name, LINK.raw, ipv4(udp(port, content), { ...outer4, protocol: 17 }), sees, more)
}

function inGre(
  name: string, flags: number, protocol: number, fields: Uint8Array | number[], content: Uint8Array, sees: readonly string[] = HELLO4,
  more: Partial<Situation> = {},
): Situation {
  return one(name, LINK.raw, ipv4(gre(flags, protocol, fields, content), { ...outer4, protocol: 47 }), sees, more)
}

const erspan2 = join(be32(0x10050001), be32(0))
const erspan3 = (flags: number) => join(be32(0x20050001), be32(0), be16(0), be16(flags))
const teredoClient = '2001:0:c000:201::1'
const teredoPacket = ipv6(tcp('hello', {}, { source: address6(teredoClient), destination: address6(SERVER6) }), { source: teredoClient })
const HELLO_TEREDO = ['[2001:0:c000:201::1]:50122 > [2001:db8::2]:1883 "hello"']

const tunnels: readonly Situation[] = [
  one('IPv4 in IPv4', LINK.raw, ipv4(packet4, { ...outer4, protocol: 4 }), HELLO4),
  one('IPv6 in IPv4', LINK.raw, ipv4(packet6, { ...outer4, protocol: 41 }), HELLO6),
  one('IPv4 in IPv6', LINK.raw, ipv6(packet4, { ...outer6, nextHeader: 4 }), HELLO4),
  one('IPv6 in IPv6', LINK.raw, ipv6(packet6, { ...outer6, nextHeader: 41 }), HELLO6),
  one('MPLS in IPv4', LINK.raw, ipv4(mpls(16, true, packet4), { ...outer4, protocol: 137 }), HELLO4),
  one('Ethernet in IPv6', LINK.raw, ipv6(frame4, { ...outer6, nextHeader: 143 }), HELLO4),

  inGre('GRE with IPv4', 0, 0x0800, [], packet4),
  inGre('GRE with IPv6', 0, 0x86dd, [], packet6, HELLO6),
  inGre('GRE with checksum, key and sequence number', 0xb000, 0x0800, join(be16(0), be16(0), be32(7), be32(8)), packet4),
  inGre('GRE with routing', 0x4000, 0x0800, join(be16(0), be16(0), [0, 0x08, 0, 4], address6('::1').slice(0, 4), be32(0)), packet4),
  inGre('GRE with Ethernet', 0x2000, 0x6558, be32(7), frame4),
  inGre('GRE with MPLS', 0, 0x8847, [], mpls(16, true, packet6), HELLO6),
  inGre('GRE with PPP', 0x3001, 0x880b, join(be16(packet4.length + 4), be16(1), be32(1)), join([0xff, 0x03], be16(0x0021), packet4)),
  inGre('GRE with PPP and an acknowledgement', 0x3081, 0x880b, join(be16(packet4.length + 1), be16(1), be32(1), be32(1)), join([0x21], packet4)),
  inGre('GRE with an acknowledgement only', 0x2081, 0x880b, join(be16(0), be16(1), be32(1)), zeros(0), NOTHING),
  inGre('GRE of version 2', 0x0002, 0x0800, [], packet4, NOTHING, { tsharkDiffers: 'tshark goes on with other versions' }),
  one('GRE in IPv6', LINK.raw, ipv6(gre(0, 0x0800, [], packet4), { ...outer6, nextHeader: 47 }), HELLO4),
  inGre('ERSPAN I', 0, 0x88be, [], frame4),
  inGre('ERSPAN II', 0x1000, 0x88be, be32(9), join(erspan2, frame4)),
  inGre('ERSPAN II with a tagged frame', 0x1000, 0x88be, be32(9), join(erspan2, ethernet(ETHER.vlan, tag(5, ETHER.ipv4, packet4)))),
  inGre('ERSPAN III', 0x1000, 0x22eb, be32(9), join(erspan3(0), frame4)),
  inGre('ERSPAN III with its sub-header', 0x1000, 0x22eb, be32(9), join(erspan3(1), zeros(8), frame4)),
  inGre('ERSPAN III with IP', 0x1000, 0x22eb, be32(9), join(erspan3(2 << 10), packet4), HELLO4, { tsharkDiffers: 'tshark takes each frame for Ethernet' }),

  inUdp('VXLAN', 4789, vxlan(frame4)),
  inUdp('VXLAN on the port of Linux', 8472, vxlan(ethernet(ETHER.vlan, tag(5, ETHER.ipv6, packet6))), HELLO6),
  inUdp('VXLAN with a group policy', 4789, vxlan(frame4, 0x88)),
  inUdp('VXLAN with ARP', 4789, vxlan(ethernet(ETHER.arp, zeros(28))), NOTHING),
  inUdp('no VXLAN on its port', 4789, join('not VXLAN, but long enough to be taken for it, if nobody looked', packet4), NOTHING),
  inUdp('VXLAN flags, but no IP inside', 4789, vxlan(ethernet(ETHER.ipv4, 'E-mail: this is text that begins with the right letter'), 0x08), NOTHING),
  inUdp('VXLAN with a packet that is longer than its datagram', 4789, vxlan(ethernet(ETHER.ipv4, ipv4(tcp('hello'), { totalLength: 46 }))), NOTHING,
    { tsharkDiffers: 'tshark shows what is there of it' }),
  inUdp('VXLAN with an IPv6 packet that is longer than its datagram', 4789, vxlan(ethernet(ETHER.ipv6, ipv6(tcp6('hello'), { payloadLength: 26 }))), NOTHING,
    { tsharkDiffers: 'tshark shows what is there of it' }),
  one('VXLAN with padding behind its datagram, and TSO inside', LINK.raw,
    ipv4(join(udp(4789, vxlan(ethernet(ETHER.ipv4, ipv4(tcp('hello'), { totalLength: 0 })))), 'MQTT'), { ...outer4, protocol: 17 }), HELLO4),
  one('VXLAN in IPv6', LINK.raw, ipv6(udp(4789, vxlan(frame4)), { ...outer6, nextHeader: 17 }), HELLO4),
  one('VXLAN in VXLAN', LINK.raw,
    ipv4(udp(4789, vxlan(ethernet(ETHER.ipv4, ipv4(udp(4789, vxlan(frame4)), { protocol: 17 })))), { ...outer4, protocol: 17 }), HELLO4),
  one('TCP on the port of VXLAN', LINK.raw, ipv4(tcp(vxlan('x'), { destinationPort: 4789 })),
    ['10.0.0.21:50122 > 10.0.0.2:4789 "\\b\\u0000\\u0000\\u0000\\u0000\\u0000*\\u0000x"']),

  inUdp('Geneve with Ethernet', 6081, geneve(ETHER.ethernet, 0, frame4)),
  inUdp('Geneve with options', 6081, geneve(ETHER.ethernet, 3, frame4)),
  inUdp('Geneve with IPv4', 6081, geneve(ETHER.ipv4, 1, packet4)),
  inUdp('Geneve of another version', 6081, geneve(ETHER.ethernet, 0, frame4).with(0, 0x40), NOTHING, { tsharkDiffers: 'tshark goes on with other versions' }),

  inUdp('GTP-U', 2152, gtpU(0, [], packet4)),
  inUdp('GTP-U with IPv6', 2152, gtpU(0, [], packet6), HELLO6),
  inUdp('GTP-U with a sequence number', 2152, gtpU(2, join(be16(7), [0, 0]), packet4)),
  inUdp('GTP-U with two extension headers', 2152, gtpU(4, join(be16(0), [0, 0x85], [1, 0x10, 9, 0xc0], [2], zeros(6), [0]), packet4)),
  inUdp('a GTP-U echo', 2152, gtpU(2, join(be16(7), [0, 0]), [14, 0], 1), NOTHING),
  inUdp('GTP-U longer than its datagram', 2152, gtpU(0, [], packet4).with(2, 9), NOTHING, { tsharkDiffers: 'tshark believes a length that cannot be' }),
  inUdp('an extension header of length 0', 2152, gtpU(4, join(be16(0), [0, 0x85], [0, 0, 0, 0]), packet4), NOTHING),

  inUdp('Teredo', 3544, teredoPacket, HELLO_TEREDO),
  one('Teredo from its port', LINK.raw, ipv4(udp(40000, teredoPacket, 3544), { ...outer4, protocol: 17 }), HELLO_TEREDO),
  inUdp('Teredo with an origin', 3544, join(be16(0), be16(0xabcd), be32(0x01020304), teredoPacket), HELLO_TEREDO),
  inUdp('Teredo with authentication and an origin', 3544,
    join(be16(1), [2, 3], 'id', 'key', zeros(9), be16(0), be16(0xabcd), be32(0x01020304), teredoPacket), HELLO_TEREDO),
  inUdp('IPv6 on the port of Teredo without a Teredo address', 3544, packet6, NOTHING, { tsharkDiffers: 'tshark takes any IPv6 there' }),

  one('everything at once', LINK.linuxSll2,
    sll2(ETHER.serviceVlan, tag(1, ETHER.vlan, tag(2, ETHER.mpls, mpls(16, false, mpls(17, true, ipv6(gre(0x3000, 0x6558, join(be32(1), be32(2)),
      ethernet(ETHER.ipv4, ipv4(udp(4789, vxlan(ethernet(ETHER.pppoe, pppoe(join(be16(0x0021), packet4))))), { ...outer4, protocol: 17 }))),
      { ...outer6, nextHeader: 47 })))))), HELLO4),
]

export const SITUATIONS: Readonly<Record<string, readonly Situation[]>> = {
  'link layers': linkLayers,
  'wireless': wireless,
  'IP and TCP': internet,
  'fragments': fragmented,
  'tunnels': tunnels,
}

