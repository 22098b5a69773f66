import { formatEndpoint, formatIpv4, formatIpv6 } from '../bytes/address.ts'

/** One end of a TCP connection. Words as in TcpSegment. */
export class Endpoint {
  readonly family: 4 | 6
  readonly word0: number
  readonly word1: number
  readonly word2: number
  readonly word3: number
  readonly port: number
  #text: string | null = null

  constructor(family: 4 | 6, word0: number, word1: number, word2: number, word3: number, port: number) {
    this.family = family
    this.word0 = word0
    this.word1 = word1
    this.word2 = word2
    this.word3 = word3
    this.port = port
  }

  get address(): string {
    return this.family === 4 ? formatIpv4(this.word0) : formatIpv6(this.word0, this.word1, this.word2, this.word3)
  }

  /** `10.0.0.21:50122`, `[2001:db8::1]:1883`. */
  get text(): string {
    this.#text ??= formatEndpoint(this.address, this.port)
    return this.#text
  }
}

/** What other layers may know of a TCP connection. Endpoint 0 is the source of its first frame in the capture. */
export interface TcpConnection {
  /** Wireshark's `tcp.stream`: every TCP connection, from 0, in order of its first frame. */
  readonly stream: number
  readonly endpoints: readonly [Endpoint, Endpoint]
}
