/**
 * The steps on the way from a frame to a TCP segment.
 *
 * A decoder reads one header, moves the cursor behind it and returns the step that comes next; NetworkDecoder walks. So no decoder calls another,
 * every tunnel may carry every other, and one counter bounds the depth. The first three end the walk.
 */
export const LAYER = {
  /** Nothing more to do, and it is accounted for: a problem was told, or a fragment waits for the others. */
  none: 0,
  /** What follows is neither TCP nor a tunnel that is followed. */
  ignored: 1,
  /** TcpSegment is filled in. */
  segment: 2,

  tcp: 3,
  udp: 4,
  ipv4: 5,
  ipv6: 6,
  /** IPv4 or IPv6: the first four bits tell. */
  ip: 7,
  ipv6Extension: 8,
  ipv6Routing: 9,
  ipv6Fragment: 10,
  authenticationHeader: 11,

  ethernet: 12,
  /** IEEE 802.2 LLC, with SNAP. */
  llc: 13,
  /** 802.1Q, 802.1ad and what looked like it before: two bytes and the next EtherType. */
  vlanTag: 14,
  /** VN-tag, HSR, 802.1CB: four bytes and the next EtherType. */
  fourByteTag: 15,
  /** 802.1ah: four bytes and a whole Ethernet header. */
  serviceTag: 16,
  mpls: 17,
  ppp: 18,
  pppHdlc: 19,
  pppWithDirection: 20,
  pppoe: 21,
  ciscoHdlc: 22,
  ciscoHdlcWithDirection: 23,
  linuxSll: 24,
  linuxSll2: 25,
  nullLoopback: 26,
  enc: 27,
  nflog: 28,
  pktap: 29,
  ieee80211: 30,
  radiotap: 31,
  avs: 32,
  prism: 33,
  /** One subframe of an 802.11 A-MSDU. */
  amsduSubframe: 34,

  gre: 35,
  erspanII: 36,
  erspanIII: 37,
  vxlan: 38,
  geneve: 39,
  gtpU: 40,
  teredo: 41,
} as const

export type Layer = (typeof LAYER)[keyof typeof LAYER]
