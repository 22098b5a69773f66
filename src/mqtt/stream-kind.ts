/**
 * What a TCP stream carries, told by its first bytes: MQTT begins with a CONNECT, everything else has a signature of its own or none.
 *
 * Judges bytes only; that a port is known for MQTT is the caller's knowledge.
 */

/**
 * `connect` a CONNECT of any version · `tls`, `websocket` (HTTP), `proxy` (a PROXY protocol header, MQTT may follow) by their signatures ·
 * `other` none of these · `undecided` the bytes so far are too few to tell.
 */
export type StreamKind = 'connect' | 'tls' | 'websocket' | 'proxy' | 'other' | 'undecided'

/** Request lines of the HTTP methods that open a WebSocket or are sent to a wrong port by mistake, and the status line of a server. */
const HTTP_STARTS = ['GET ', 'POST ', 'PUT ', 'HEAD ', 'OPTIONS ', 'CONNECT ', 'HTTP/1.'].map(ascii)
/** HAProxy's PROXY protocol, versions 1 and 2 (§2.1, §2.2). */
const PROXY_STARTS = [ascii('PROXY '), Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a)]
const PROTOCOL_NAMES = ['MQTT', 'MQIsdp'].map((name) => Uint8Array.of(0, name.length, ...ascii(name)))

export function kindOf(bytes: Uint8Array, start: number, end: number): StreamKind {
  const connect = beginsWithConnect(bytes, start, end)
  if (connect !== 'other') return connect
  // TLS (RFC 8446 §5.1): content type handshake (or alert, from a server), then the legacy version 0x03 0x00..0x04.
  if (bytes[start] === 0x16 || bytes[start] === 0x15) {
    if (end - start < 3) return 'undecided'
    if (bytes[start + 1] === 0x03 && bytes[start + 2]! <= 0x04) return 'tls'
  }
  let undecided = false
  for (const signature of PROXY_STARTS) {
    const match = matches(signature, bytes, start, end)
    if (match === 'whole') return 'proxy'
    if (match === 'so-far') undecided = true
  }
  for (const signature of HTTP_STARTS) {
    const match = matches(signature, bytes, start, end)
    if (match === 'whole') return 'websocket'
    if (match === 'so-far') undecided = true
  }
  return undecided ? 'undecided' : 'other'
}

/** MQTT 5.0 §3.1.1, §3.1.2.1: type 1, a Remaining Length, then the protocol name. Flags of the type nibble are not judged here. */
function beginsWithConnect(bytes: Uint8Array, start: number, end: number): 'connect' | 'undecided' | 'other' {
  if (start >= end) return 'undecided'
  if (bytes[start]! >> 4 !== 1) return 'other'
  let at = start + 1
  while (at < end && at < start + 4 && (bytes[at]! & 0x80) !== 0) at++
  if (at >= end) return 'undecided'
  if ((bytes[at]! & 0x80) !== 0) return 'other'
  at++
  let undecided = false
  for (const name of PROTOCOL_NAMES) {
    const match = matches(name, bytes, at, end)
    if (match === 'whole') return 'connect'
    if (match === 'so-far') undecided = true
  }
  return undecided ? 'undecided' : 'other'
}

/** Length of the PROXY protocol header that begins here; 0 while it is incomplete, -1 where it is none after all. */
export function proxyHeaderLength(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === 0x0d) {
    if (end - start < 16) return 0
    const length = 16 + ((bytes[start + 14]! << 8) | bytes[start + 15]!)
    return end - start < length ? 0 : length
  }
  // Version 1 is one line of at most 107 bytes.
  for (let at = start; at < end && at < start + 107; at++) if (bytes[at] === 0x0a) return at + 1 - start
  return end - start < 107 ? 0 : -1
}

function matches(signature: Uint8Array, bytes: Uint8Array, start: number, end: number): 'whole' | 'so-far' | 'no' {
  const length = Math.min(signature.length, end - start)
  for (let i = 0; i < length; i++) if (bytes[start + i] !== signature[i]) return 'no'
  return length === signature.length ? 'whole' : 'so-far'
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
