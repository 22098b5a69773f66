/**
 * Which version a connection speaks whose CONNECT is not in the capture, and what may be said of its packets meanwhile.
 *
 * 3.1.1 and 5.0 differ in most packets, so one that fits only one of them is a vote. Until the votes differ the version is unknown. A defect is
 * reported only where it is one in every version that the connection may have: an old packet form must not be taken for a broken one.
 * 3.1 cannot be told from 3.1.1 on the wire; what 3.1 allows is not reported either.
 */
import type { PacketDecoder } from './decoder.ts'
import type { Packet } from './packet.ts'
import type { Problem } from './problem.ts'
import type { Direction, Version } from './version.ts'

export class VersionInference {
  #votesFor5 = 0
  #votesFor3 = 0

  get version(): Version | null {
    if (this.#votesFor5 === this.#votesFor3) return null
    return this.#votesFor5 > this.#votesFor3 ? '5.0' : '3.1.1'
  }

  /** Decodes a packet in each version, counts its vote, and returns it as the likelier version reads it. */
  decode(decoder: PacketDecoder, bytes: Uint8Array, start: number, end: number, length: number, direction: Direction | null): { packet: Packet; problems: readonly Problem[] } {
    const as5 = decoder.decode(bytes, start, end, length, '5.0', direction, null)
    const problems5 = decoder.problems
    const as3 = decoder.decode(bytes, start, end, length, '3.1.1', direction, null)
    const problems3 = decoder.problems
    const broken5 = hasError(problems5)
    const broken3 = hasError(problems3)
    if (broken5 !== broken3) {
      if (broken5) this.#votesFor3++
      else this.#votesFor5++
    } else if (!broken3 && as5.type === 'PUBLISH' && as3.type === 'PUBLISH' && as3.payloadLength > 1 && as5.payloadLength === as3.payloadLength - 1) {
      // Fits both: as 5.0 with no properties, as 3.1.1 with a payload that begins with U+0000. Text does not, so this is half a vote for 5.0.
      this.#votesFor5 += 0.5
    }
    const version = this.version
    if (version === '5.0') return { packet: as5, problems: broken3 ? problems5 : [] }
    decoder.decode(bytes, start, end, length, '3.1', direction, null)
    const problems31 = decoder.problems
    const common = problems3.filter((problem) => has(problems31, problem.code))
    if (version === '3.1.1') return { packet: as3, problems: broken5 ? common : [] }
    const inAll = broken5 ? common.filter((problem) => has(problems5, problem.code)) : []
    // A type that only 5.0 has is called by its name there.
    return { packet: as3.type === 'RESERVED' ? as5 : as3, problems: inAll.map((problem) => ({ ...problem, statements: [] })) }
  }

  /** Whether `decode` would report an error of the packet; counts no vote. */
  accuses(decoder: PacketDecoder, bytes: Uint8Array, start: number, end: number, length: number, direction: Direction | null): boolean {
    const votesFor5 = this.#votesFor5
    const votesFor3 = this.#votesFor3
    const { problems } = this.decode(decoder, bytes, start, end, length, direction)
    this.#votesFor5 = votesFor5
    this.#votesFor3 = votesFor3
    return hasError(problems)
  }

  /** Whether the packet has no error in some version. */
  fits(decoder: PacketDecoder, bytes: Uint8Array, start: number, end: number, direction: Direction | null): boolean {
    for (const version of ['5.0', '3.1.1', '3.1'] as const) {
      decoder.decode(bytes, start, end, end - start, version, direction, null)
      if (!hasError(decoder.problems)) return true
    }
    return false
  }
}

export function hasError(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}

function has(problems: readonly Problem[], code: string): boolean {
  return problems.some((problem) => problem.code === code)
}
