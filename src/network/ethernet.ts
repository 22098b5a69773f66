/**
 * Ethernet II and IEEE 802.3, the tags between the addresses and the EtherType, and LLC with SNAP (RFC 1042).
 *
 * The padding of short frames and a frame check sequence are left to the IP header, which says where its packet ends.
 */
import type { Cursor } from './cursor.ts'
import { followEtherType, layerOfEtherType } from './ether-types.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** Destination (6), source (6), EtherType (2). */
const ETHERNET_LENGTH = 14
/** DSAP, SSAP, control, then SNAP: organization code (3), EtherType (2). */
const LLC_SNAP_LENGTH = 8

export function decodeEthernet(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < ETHERNET_LENGTH) return cursor.truncated('Ethernet', ETHERNET_LENGTH)
  return followEtherType(cursor, cursor.start + 12)
}

/** A tag: `length` bytes that do not matter here, then the next EtherType. */
export function decodeTag(cursor: Cursor, length: number): Layer {
  if (cursor.end - cursor.start < length + 2) return cursor.truncated('VLAN tag', length + 2)
  return followEtherType(cursor, cursor.start + length)
}

/** IEEE 802.1ah: the I-TAG's four bytes stand before the customer's whole frame. */
export function decodeServiceTag(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 4) return cursor.truncated('802.1ah tag', 4)
  cursor.start += 4
  return LAYER.ethernet
}

export function decodeLlc(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  const available = cursor.end - start
  if (available >= 3 && !(buffer[start] === 0xaa && buffer[start + 1] === 0xaa && buffer[start + 2] === 0x03)) return LAYER.ignored
  if (available < LLC_SNAP_LENGTH) return cursor.truncated('LLC/SNAP', LLC_SNAP_LENGTH)
  // 00-00-00 is RFC 1042; 00-00-f8 is the bridge tunnel of IEEE 802.1H. Others have protocol numbers of their own.
  const organization = (uint16(buffer, start + 3) << 8) | buffer[start + 5]!
  if (organization !== 0 && organization !== 0x0000f8) return LAYER.ignored
  cursor.start = start + LLC_SNAP_LENGTH
  return layerOfEtherType(uint16(buffer, start + 6))
}
