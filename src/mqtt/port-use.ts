/**
 * Ports that carry MQTT though nobody said so: a CONNECT was seen there. Connections to them that began before the capture show none, and are left out like any
 * other that is not MQTT; this counts them, so that it can be told.
 */
export class PortUse {
  readonly #ofMqtt = new Set<number>()
  /** Connections that were left out, by each of their two ports. */
  #leftOut: Uint32Array | null = null

  /** Where a CONNECT went to. */
  carriesMqtt(port: number): void {
    this.#ofMqtt.add(port)
  }

  leaveOut(one: number, other: number): void {
    const counts = (this.#leftOut ??= new Uint32Array(PORTS))
    counts[one]!++
    if (other !== one) counts[other]!++
  }

  /** How many connections to ports with MQTT were left out, by port. */
  get leftOut(): ReadonlyMap<number, number> {
    const found = new Map<number, number>()
    for (const port of this.#ofMqtt) {
      const count = this.#leftOut?.[port] ?? 0
      if (count > 0) found.set(port, count)
    }
    return found
  }
}

const PORTS = 65_536
