/** Linux "cooked" captures, as the `any` device makes them: LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 (tcpdump.org). */
import type { Cursor } from './cursor.ts'
import { layerOfEtherType } from './ether-types.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** Packet type (2), ARPHRD type (2), address length (2), address (8), protocol (2). */
const SLL_LENGTH = 16
/** Protocol (2), reserved (2), interface (4), ARPHRD type (2), packet type (1), address length (1), address (8). */
const SLL2_LENGTH = 20

/** ARPHRD types whose protocol field does not say what follows. */
const ARPHRD_IEEE80211_RADIOTAP = 803
const ARPHRD_NETLINK = 824
/** Protocol values below 1536 that name no EtherType (linux/if_ether.h). */
const ETH_P_802_2 = 0x0004

export function decodeLinuxSll(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < SLL_LENGTH) return cursor.truncated('Linux SLL', SLL_LENGTH)
  cursor.start = start + SLL_LENGTH
  return layerOfContent(uint16(buffer, start + 2), uint16(buffer, start + 14))
}

export function decodeLinuxSll2(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < SLL2_LENGTH) return cursor.truncated('Linux SLL2', SLL2_LENGTH)
  cursor.start = start + SLL2_LENGTH
  return layerOfContent(uint16(buffer, start + 8), uint16(buffer, start))
}

function layerOfContent(arphrd: number, protocol: number): Layer {
  if (arphrd === ARPHRD_IEEE80211_RADIOTAP) return LAYER.radiotap
  if (arphrd === ARPHRD_NETLINK) return LAYER.ignored
  return protocol === ETH_P_802_2 ? LAYER.llc : layerOfEtherType(protocol)
}
