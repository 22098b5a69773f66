/** Link layers that begin with an address family: LINKTYPE_NULL and LINKTYPE_LOOP (BSD loopback), LINKTYPE_ENC (BSD IPsec interfaces). */
import type { Cursor } from './cursor.ts'
import { uint32 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** AF_INET is 2 everywhere. AF_INET6 differs: Linux 10, Windows 23, NetBSD and OpenBSD 24, FreeBSD 28, macOS 30. */
export function layerOfAddressFamily(family: number): Layer {
  switch (family) {
    case 2: return LAYER.ipv4
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return LAYER.ipv6
    default: return LAYER.ignored
  }
}

/**
 * NULL has the family in the byte order of the machine that captured, LOOP in network order. All families are below 256, so the one byte that is
 * not zero tells the order.
 */
export function decodeNullLoopback(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 4) return cursor.truncated('loopback', 4)
  const family = familyAt(cursor)
  cursor.start += 4
  return layerOfAddressFamily(family)
}

/** Family (4), security parameters index (4), flags (4). */
export function decodeEnc(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 12) return cursor.truncated('ENC', 12)
  const family = familyAt(cursor)
  cursor.start += 12
  return layerOfAddressFamily(family)
}

function familyAt(cursor: Cursor): number {
  const family = uint32(cursor.buffer, cursor.start)
  return family > 0xffffff ? family >>> 24 : family
}
