/** EtherTypes (IEEE 802 numbers registry) that lead to TCP, and the two bytes that hold them wherever a link layer has them. */
import type { Cursor } from './cursor.ts'
import { LAYER, type Layer } from './layer.ts'

/** IEEE 802.3 §3.2.6: up to this value the field is a length, and an LLC header follows. */
const LARGEST_LENGTH = 1500

export function layerOfEtherType(etherType: number): Layer {
  switch (etherType) {
    case 0x0800: return LAYER.ipv4
    case 0x86dd: return LAYER.ipv6
    case 0x8100: // IEEE 802.1Q C-TAG
    case 0x88a8: // IEEE 802.1ad S-TAG
    case 0x9100: // QinQ before 802.1ad
    case 0x9200:
    case 0x9300:
      return LAYER.vlanTag
    case 0x8926: // Cisco VN-tag
    case 0x892f: // IEC 62439-3 HSR
    case 0xf1c1: // IEEE 802.1CB R-TAG
      return LAYER.fourByteTag
    case 0x88e7: return LAYER.serviceTag // IEEE 802.1ah I-TAG
    case 0x8847: // MPLS unicast
    case 0x8848: // MPLS multicast, now also upstream-assigned (RFC 5332 §3)
      return LAYER.mpls
    case 0x8864: return LAYER.pppoe // PPPoE session stage; discovery (0x8863) carries no data
    case 0x880b: return LAYER.ppp
    case 0x6558: return LAYER.ethernet // Transparent Ethernet Bridging (RFC 1701)
    default: return LAYER.ignored
  }
}

/** Reads the EtherType or 802.3 length at `at` and moves behind it. The caller has checked that both bytes are there. */
export function followEtherType(cursor: Cursor, at: number): Layer {
  const etherType = cursor.view.getUint16(at)
  cursor.start = at + 2
  if (etherType === 0x0800) return LAYER.ipv4
  if (etherType > LARGEST_LENGTH) return layerOfEtherType(etherType)
  cursor.limitTo(at + 2 + etherType)
  return LAYER.llc
}
