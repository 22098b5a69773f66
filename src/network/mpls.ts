/**
 * MPLS label stacks (RFC 3032).
 *
 * No label says what it carries. Behind the last one, the first four bits tell IPv4 from IPv6 (RFC 4928 §3); 0 may be the control word of an
 * Ethernet pseudowire (RFC 4448 §4.6), or an address in a pseudowire without one. Ethernet is believed only if an IP header follows.
 */
import type { Cursor } from './cursor.ts'
import { layerOfEtherType } from './ether-types.ts'
import { uint16 } from './integers.ts'
import { looksLikeIpv4 } from './ipv4.ts'
import { looksLikeIpv6 } from './ipv6.ts'
import { LAYER, type Layer } from './layer.ts'

const BOTTOM_OF_STACK = 0x01

/** Label (20 bits), traffic class (3), bottom of stack (1), time to live (8). */
const ENTRY_LENGTH = 4
const CONTROL_WORD_LENGTH = 4
/** In an Ethernet header. */
const ETHER_TYPE = 12

export function decodeMpls(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < ENTRY_LENGTH) return cursor.truncated('MPLS', ENTRY_LENGTH)
  cursor.start = start + ENTRY_LENGTH
  if ((buffer[start + 2]! & BOTTOM_OF_STACK) === 0) return LAYER.mpls
  if (cursor.end - cursor.start < 1) return cursor.truncated('MPLS payload', 1)
  if (looksLikeIpv4(cursor)) return LAYER.ipv4
  if (looksLikeIpv6(cursor)) return LAYER.ipv6
  if (hasControlWord(cursor)) cursor.start += CONTROL_WORD_LENGTH
  cursor.guessed = true
  return LAYER.ethernet
}

/** Many Ethernet addresses begin with a zero byte too: what stands where the EtherType would be decides. */
function hasControlWord(cursor: Cursor): boolean {
  const { buffer, start } = cursor
  const at = start + CONTROL_WORD_LENGTH + ETHER_TYPE
  return buffer[start]! >>> 4 === 0 && cursor.end - at >= 2 && layerOfEtherType(uint16(buffer, at)) !== LAYER.ignored
}
