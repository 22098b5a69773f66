/** PPP (RFC 1661) bare, in HDLC-like framing (RFC 1662) and over Ethernet (RFC 2516); Cisco HDLC. Compressed and multilink PPP is ignored. */
import type { Cursor } from './cursor.ts'
import { layerOfEtherType } from './ether-types.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** RFC 1662 §3.1: All-Stations address and Unnumbered Information. Both may be left out (RFC 1661 §6.6). */
const ADDRESS = 0xff
const CONTROL = 0x03

/** Cisco HDLC addresses: unicast and broadcast. */
const CISCO_UNICAST = 0x0f
const CISCO_BROADCAST = 0x8f

function layerOfPppProtocol(protocol: number): Layer {
  switch (protocol) {
    case 0x0021: return LAYER.ipv4
    case 0x0057: return LAYER.ipv6
    case 0x0281: return LAYER.mpls
    case 0x0283: return LAYER.mpls
    default: return LAYER.ignored
  }
}

export function decodePpp(cursor: Cursor): Layer {
  const buffer = cursor.buffer
  let at = cursor.start
  if (cursor.end - at >= 2 && buffer[at] === ADDRESS && buffer[at + 1] === CONTROL) at += 2
  if (cursor.end - at < 1) return cursor.truncated('PPP', at + 1 - cursor.start)
  // RFC 1661 §6.5: an odd first byte is the whole protocol number, its zero byte left out.
  if ((buffer[at]! & 1) === 1) {
    cursor.start = at + 1
    return layerOfPppProtocol(buffer[at]!)
  }
  if (cursor.end - at < 2) return cursor.truncated('PPP', at + 2 - cursor.start)
  cursor.start = at + 2
  return layerOfPppProtocol(uint16(buffer, at))
}

/** LINKTYPE_PPP_HDLC: the first byte tells PPP from Cisco HDLC. */
export function decodePppHdlc(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 1) return cursor.truncated('PPP', 4)
  const address = cursor.buffer[cursor.start]!
  return address === CISCO_UNICAST || address === CISCO_BROADCAST ? LAYER.ciscoHdlc : LAYER.ppp
}

/**
 * LINKTYPE_PPP_WITH_DIR has a byte for the direction before the frame; LINKTYPE_PPP_PPPD has it in place of the address byte. In both the byte is 0
 * or 1 (or the 0xff of pppd itself), and what follows a lone control byte is the protocol.
 */
export function decodePppWithDirection(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 2) return cursor.truncated('PPP', 2)
  cursor.start += cursor.buffer[cursor.start + 1] === CONTROL ? 2 : 1
  return LAYER.ppp
}

/** Version and type (1), code (1), session (2), length (2). */
export function decodePppoe(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 6) return cursor.truncated('PPPoE', 6)
  // RFC 2516 §4: version 1, type 1; code 0 is session data, the others are discovery.
  if (buffer[start] !== 0x11 || buffer[start + 1] !== 0) return LAYER.ignored
  cursor.start = start + 6
  cursor.limitTo(start + 6 + uint16(buffer, start + 4))
  return LAYER.ppp
}

/** Address (1), control (1), EtherType (2). */
export function decodeCiscoHdlc(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < 4) return cursor.truncated('Cisco HDLC', 4)
  if (buffer[start] !== CISCO_UNICAST && buffer[start] !== CISCO_BROADCAST) return LAYER.ignored
  cursor.start = start + 4
  return layerOfEtherType(uint16(buffer, start + 2))
}

/** LINKTYPE_C_HDLC_WITH_DIR: a byte for the direction comes first. */
export function decodeCiscoHdlcWithDirection(cursor: Cursor): Layer {
  if (cursor.end - cursor.start < 1) return cursor.truncated('Cisco HDLC', 5)
  cursor.start += 1
  return LAYER.ciscoHdlc
}
