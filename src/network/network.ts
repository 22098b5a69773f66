/**
 * Frames in, TCP segments out: takes off whatever lies around TCP (link layers, tags, IP, fragments, tunnels) and says where its bytes are.
 *
 * It keeps nothing but fragments that wait for others, verifies no checksum, and is silent about what is not TCP. Everything that it hands on is
 * valid only during the call. A new link layer or tunnel is a file with its decoder, a name in LAYER, a line in the switch below and one in the table that
 * leads to it (link-types, ether-types, ip-protocols, udp).
 */
import type { Frame } from '../capture/frame.ts'
import { Cursor } from './cursor.ts'
import { decodeEthernet, decodeLlc, decodeServiceTag, decodeTag } from './ethernet.ts'
import { FragmentTable } from './fragments.ts'
import { decodeGeneve } from './geneve.ts'
import { decodeErspanII, decodeErspanIII, decodeGre } from './gre.ts'
import { decodeGtpU } from './gtp-u.ts'
import { decodeAmsduSubframe, decodeAvs, decodeIeee80211, decodePrism, decodeRadiotap } from './ieee80211.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeAuthenticationHeader, decodeIp, decodeIpv6, decodeIpv6Extension, decodeIpv6Fragment, decodeIpv6Routing } from './ipv6.ts'
import { LAYER, type Layer } from './layer.ts'
import type { NetworkLimits } from './limits.ts'
import { layerOfLinkType, linkTypeName } from './link-types.ts'
import { decodeMpls } from './mpls.ts'
import { decodeNflog } from './nflog.ts'
import { decodeEnc, decodeNullLoopback } from './null-loopback.ts'
import { decodePktap } from './pktap.ts'
import { decodeCiscoHdlc, decodeCiscoHdlcWithDirection, decodePpp, decodePppHdlc, decodePppoe, decodePppWithDirection } from './ppp.ts'
import { ProblemLog, type NetworkCounts } from './problems.ts'
import type { NetworkProblem, TcpSegment } from './segment.ts'
import { decodeLinuxSll, decodeLinuxSll2 } from './sll.ts'
import { decodeTcp } from './tcp-header.ts'
import { decodeTeredo } from './teredo.ts'
import { decodeUdp } from './udp.ts'
import { decodeVxlan } from './vxlan.ts'

export class NetworkDecoder {
  readonly #emit: (segment: TcpSegment) => void
  readonly #log: ProblemLog
  readonly #fragments: FragmentTable
  readonly #cursor: Cursor
  readonly #deepest: number
  /** Link types that were already told to be unsupported. */
  readonly #unsupported = new Set<number>()
  /** The last frame's link type: most captures have only one. */
  #linkType = -1
  #firstLayer: Layer | null = null

  constructor(emit: (segment: TcpSegment) => void, problem: (problem: NetworkProblem) => void, limits: NetworkLimits) {
    this.#emit = emit
    this.#log = new ProblemLog(problem, limits.problemMessages)
    this.#fragments = new FragmentTable(this.#log, limits)
    this.#cursor = new Cursor(this.#log, this.#fragments)
    this.#deepest = limits.headers
  }

  get counts(): NetworkCounts {
    return this.#log.counts
  }

  push(frame: Frame): void {
    if (frame.linkType !== this.#linkType) {
      this.#linkType = frame.linkType
      this.#firstLayer = layerOfLinkType(frame.linkType)
    }
    if (this.#firstLayer === null) {
      this.#tellUnsupported(frame)
      return
    }
    const cursor = this.#cursor
    cursor.begin(frame)
    this.#walk(this.#firstLayer)
    while (cursor.takeRest()) this.#walk(LAYER.amsduSubframe)
  }

  /** The capture has ended: tells which packets lack fragments. */
  finish(): void {
    this.#fragments.finish()
  }

  #walk(first: Layer): void {
    const cursor = this.#cursor
    let layer = first
    let depth = 0
    // What most frames consist of; the switch below would do the same, in more time.
    if (layer === LAYER.ethernet) {
      layer = decodeEthernet(cursor)
      depth++
    }
    if (layer === LAYER.ipv4) {
      layer = decodeIpv4(cursor)
      depth++
    }
    if (layer === LAYER.tcp) {
      layer = decodeTcp(cursor)
      depth++
    }
    for (; layer > LAYER.segment && depth < this.#deepest; depth++) layer = decode(layer, cursor)
    if (layer === LAYER.segment) {
      this.#log.counts.segments++
      this.#emit(cursor.segment)
    } else if (layer === LAYER.ignored) {
      this.#log.counts.ignored++
    } else if (layer !== LAYER.none && this.#log.count('nesting-limit')) {
      const message = `More than ${this.#deepest} headers lie one in another; what is in the innermost is left out.`
      this.#log.tell('nesting-limit', cursor.frame, message)
    }
  }

  #tellUnsupported(frame: Frame): void {
    const linkType = frame.linkType
    this.#log.count('unknown-link-type')
    if (this.#unsupported.has(linkType)) return
    this.#unsupported.add(linkType)
    const name = linkTypeName(linkType)
    const message = name === null ? `link type ${linkType} is not known` : `link type ${linkType} (${name}) is not supported`
    this.#log.tell('unknown-link-type', frame.number, message)
  }
}

/** Reads one header. The cases are compared in this order, so the common ones come first. */
function decode(layer: Layer, cursor: Cursor): Layer {
  switch (layer) {
    case LAYER.tcp: return decodeTcp(cursor)
    case LAYER.ipv4: return decodeIpv4(cursor)
    case LAYER.ethernet: return decodeEthernet(cursor)
    case LAYER.ipv6: return decodeIpv6(cursor)
    case LAYER.linuxSll: return decodeLinuxSll(cursor)
    case LAYER.linuxSll2: return decodeLinuxSll2(cursor)
    case LAYER.udp: return decodeUdp(cursor)
    case LAYER.ip: return decodeIp(cursor)
    case LAYER.ipv6Extension: return decodeIpv6Extension(cursor)
    case LAYER.ipv6Routing: return decodeIpv6Routing(cursor)
    case LAYER.ipv6Fragment: return decodeIpv6Fragment(cursor)
    case LAYER.authenticationHeader: return decodeAuthenticationHeader(cursor)
    case LAYER.llc: return decodeLlc(cursor)
    case LAYER.vlanTag: return decodeTag(cursor, 2)
    case LAYER.fourByteTag: return decodeTag(cursor, 4)
    case LAYER.serviceTag: return decodeServiceTag(cursor)
    case LAYER.mpls: return decodeMpls(cursor)
    case LAYER.ppp: return decodePpp(cursor)
    case LAYER.pppHdlc: return decodePppHdlc(cursor)
    case LAYER.pppWithDirection: return decodePppWithDirection(cursor)
    case LAYER.pppoe: return decodePppoe(cursor)
    case LAYER.ciscoHdlc: return decodeCiscoHdlc(cursor)
    case LAYER.ciscoHdlcWithDirection: return decodeCiscoHdlcWithDirection(cursor)
    case LAYER.nullLoopback: return decodeNullLoopback(cursor)
    case LAYER.enc: return decodeEnc(cursor)
    case LAYER.nflog: return decodeNflog(cursor)
    case LAYER.pktap: return decodePktap(cursor)
    case LAYER.ieee80211: return decodeIeee80211(cursor)
    case LAYER.radiotap: return decodeRadiotap(cursor)
    case LAYER.avs: return decodeAvs(cursor)
    case LAYER.prism: return decodePrism(cursor)
    case LAYER.amsduSubframe: return decodeAmsduSubframe(cursor)
    case LAYER.gre: return decodeGre(cursor)
    case LAYER.erspanII: return decodeErspanII(cursor)
    case LAYER.erspanIII: return decodeErspanIII(cursor)
    case LAYER.vxlan: return decodeVxlan(cursor)
    case LAYER.geneve: return decodeGeneve(cursor)
    case LAYER.gtpU: return decodeGtpU(cursor)
    case LAYER.teredo: return decodeTeredo(cursor)
    case LAYER.none:
    case LAYER.ignored:
    case LAYER.segment:
      return layer
  }
}
