/** UDP (RFC 768), only to find tunnels by their ports. A port is a guess: what does not hold the tunnel's form is somebody else's and is ignored. */
import type { Cursor } from './cursor.ts'
import { uint16 } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'

/** Source port (2), destination port (2), length (2), checksum (2). */
const HEADER_LENGTH = 8

/** Tunnels send to their port; only Teredo's answers come from it (RFC 4380 §5.2). */
export function layerOfUdpPorts(source: number, destination: number): Layer {
  switch (destination) {
    case 4789: // VXLAN, RFC 7348 §5
    case 8472: // the port that Linux took before there was a number
      return LAYER.vxlan
    case 6081: return LAYER.geneve // RFC 8926 §3.3
    case 2152: return LAYER.gtpU // 3GPP TS 29.281 §4.4.2
    case 3544: return LAYER.teredo // RFC 4380 §2.7
    default: return source === 3544 ? LAYER.teredo : LAYER.ignored
  }
}

export function decodeUdp(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < HEADER_LENGTH) return LAYER.ignored
  const layer = layerOfUdpPorts(uint16(buffer, start), uint16(buffer, start + 2))
  if (layer === LAYER.ignored) return layer
  const length = uint16(buffer, start + 4)
  // 0: the network card will cut this datagram into several, and fills the length in.
  if (length !== 0) {
    if (length < HEADER_LENGTH) return LAYER.ignored
    cursor.limitTo(start + length)
  }
  cursor.start = start + HEADER_LENGTH
  cursor.guessed = true
  return layer
}
