/** Packets and their bytes, by who sent them. */
import type { Direction } from '../../mqtt/version.ts'

/** `unknown`: it is not known which end of the connection is the client. */
export type SentBy = 'client' | 'server' | 'unknown'

export const SENT_BY: readonly SentBy[] = ['client', 'server', 'unknown']

/** The same as a number, for tables. */
export function sentBy(direction: Direction | null): number {
  return direction === 'client-to-server' ? CLIENT : direction === 'server-to-client' ? SERVER : UNKNOWN
}

export const CLIENT = 0
export const SERVER = 1
export const UNKNOWN = 2

export type BySender = Readonly<Record<SentBy, number>>

/** Plain numbers and no table, since there is one of these for each client and each topic. */
export class Traffic {
  #packetsOfClients = 0
  #packetsOfServers = 0
  #packetsOfOthers = 0
  #bytesOfClients = 0
  #bytesOfServers = 0
  #bytesOfOthers = 0

  /** `by` as `sentBy` says. */
  add(by: number, bytes: number): void {
    if (by === CLIENT) {
      this.#packetsOfClients++
      this.#bytesOfClients += bytes
    } else if (by === SERVER) {
      this.#packetsOfServers++
      this.#bytesOfServers += bytes
    } else {
      this.#packetsOfOthers++
      this.#bytesOfOthers += bytes
    }
  }

  addAll(other: Traffic): void {
    this.#packetsOfClients += other.#packetsOfClients
    this.#packetsOfServers += other.#packetsOfServers
    this.#packetsOfOthers += other.#packetsOfOthers
    this.#bytesOfClients += other.#bytesOfClients
    this.#bytesOfServers += other.#bytesOfServers
    this.#bytesOfOthers += other.#bytesOfOthers
  }

  get packets(): BySender {
    return { client: this.#packetsOfClients, server: this.#packetsOfServers, unknown: this.#packetsOfOthers }
  }

  get bytes(): BySender {
    return { client: this.#bytesOfClients, server: this.#bytesOfServers, unknown: this.#bytesOfOthers }
  }

  get allPackets(): number {
    return this.#packetsOfClients + this.#packetsOfServers + this.#packetsOfOthers
  }

  get allBytes(): number {
    return this.#bytesOfClients + this.#bytesOfServers + this.#bytesOfOthers
  }
}
