/**
 * Teredo (RFC 4380): IPv6 in UDP, behind up to two indications.
 *
 * Nothing in the encapsulation is a mark of its own, so it is believed only where the IPv6 header is consistent and one end has a Teredo address.
 */
import type { Cursor } from './cursor.ts'
import { int32, uint16 } from './integers.ts'
import { looksLikeIpv6 } from './ipv6.ts'
import { LAYER, type Layer } from './layer.ts'

/** RFC 4380 §5.1.1: both begin with a zero byte, which no IPv6 header does. */
const AUTHENTICATION = 0x0001
const ORIGIN = 0x0000
/** Indicator (2), length of the client identifier (1), length of the authentication value (1); both values; nonce (8), confirmation (1). */
const AUTHENTICATION_FIXED_LENGTH = 13
/** Indicator (2), port (2), address (4). */
const ORIGIN_LENGTH = 8
/** RFC 4380 §2.6: 2001:0::/32. */
const TEREDO_PREFIX = 0x20010000

const IPV6_HEADER_LENGTH = 40

export function decodeTeredo(cursor: Cursor): Layer {
  const { buffer, end } = cursor
  let at = cursor.start
  if (end - at >= AUTHENTICATION_FIXED_LENGTH && uint16(buffer, at) === AUTHENTICATION) {
    at += AUTHENTICATION_FIXED_LENGTH + buffer[at + 2]! + buffer[at + 3]!
  }
  if (end - at >= ORIGIN_LENGTH && uint16(buffer, at) === ORIGIN) at += ORIGIN_LENGTH
  if (end - at < IPV6_HEADER_LENGTH) return LAYER.ignored
  cursor.start = at
  const isTeredo = int32(buffer, at + 8) === TEREDO_PREFIX || int32(buffer, at + 24) === TEREDO_PREFIX
  return isTeredo && looksLikeIpv6(cursor) ? LAYER.ipv6 : LAYER.ignored
}
