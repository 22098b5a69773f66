/** IP protocol numbers (IANA) that lead to TCP. IPv4's Protocol and IPv6's Next Header share the numbers; extension headers are IPv6's alone. */
import { LAYER, type Layer } from './layer.ts'

export const IP_PROTOCOL_TCP = 6

export function layerOfIpv4Protocol(protocol: number): Layer {
  switch (protocol) {
    case IP_PROTOCOL_TCP: return LAYER.tcp
    case 4: return LAYER.ipv4 // RFC 2003
    case 17: return LAYER.udp
    case 41: return LAYER.ipv6 // RFC 4213, RFC 2473
    case 47: return LAYER.gre
    case 51: return LAYER.authenticationHeader
    case 137: return LAYER.mpls // RFC 4023
    case 143: return LAYER.ethernet // RFC 8986 §10.1
    default: return LAYER.ignored
  }
}

export function layerOfIpv6NextHeader(nextHeader: number): Layer {
  switch (nextHeader) {
    case 0: // Hop-by-Hop Options
    case 60: // Destination Options
    case 135: // Mobility
    case 139: // Host Identity Protocol
    case 140: // Shim6
      return LAYER.ipv6Extension
    case 43: return LAYER.ipv6Routing
    case 44: return LAYER.ipv6Fragment
    default: return layerOfIpv4Protocol(nextHeader) // 50 (ESP) and 59 (No Next Header) end here too
  }
}
