import { CONNACK_RETURN_CODES, reasonCodeName, SUBACK_RETURN_CODES } from '../mqtt/reason-codes.ts'
import type { PacketType } from '../mqtt/packet.ts'
import type { Version } from '../mqtt/version.ts'

/** A Reason Code (5.0) or return code (before) of a packet in the standard's words; a code that the packet does not have as its number. */
export function reasonText(type: PacketType, code: number, version: Version | null): string {
  const reasonCode = reasonCodeName(type, code)
  const returnCode = type === 'CONNACK' ? CONNACK_RETURN_CODES[code] : type === 'SUBACK' && version !== '5.0' ? SUBACK_RETURN_CODES[code] : undefined
  // A server that does not know 5.0 refuses a CONNECT in the form of 3.1.1; 1 to 5 are no codes of 5.0.
  return (version === '5.0' ? (reasonCode ?? returnCode) : (returnCode ?? reasonCode)) ?? `0x${code.toString(16).padStart(2, '0')} (no code of this packet)`
}
