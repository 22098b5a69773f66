/**
 * The wills of connections (MQTT 5.0 §3.1.2.5), by server and topic: a server publishes them itself, so no publication in the capture explains their copies.
 *
 * One that a DISCONNECT has cancelled is forgotten after an hour or two. There is room for a number of them. Beyond that all are forgotten: their copies then come from somebody unknown, and nothing is claimed because of that.
 */
import { ContentReader, isSame, type Content } from './message-content.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { PublishedTopic } from './published-topic.ts'
import type { ServerState } from './server-state.ts'
import { followWill, type FollowedWill } from './wills.ts'

export interface AnnouncedWill extends Content {
  /** The connection has ended without a DISCONNECT that cancels it. */
  fired: boolean
  /** What becomes of it; null where there were too many. */
  readonly followed: FollowedWill | null
  /** Hours of the capture that were over when its connection ended; absent while that lasts. */
  endedHour?: number
}

const NO_BYTES = new Uint8Array(0)

export class AnnouncedWills {
  readonly #servers: Iterable<ServerState>
  readonly #limit: number
  readonly #content = new ContentReader()
  #count = 0
  #hour = 0

  constructor(servers: Iterable<ServerState>, limit: number) {
    this.#servers = servers
    this.#limit = limit
  }

  /** The server has accepted the connection, and its will. */
  announce({ served, connect }: NetworkConnection): void {
    if (served === null || connect === null || connect.will === null) return
    const { topic, payload, payloadLength } = connect.will
    if (typeof topic !== 'string') return
    if (this.#count >= this.#limit) {
      for (const { wills } of this.#servers) wills.clear()
      this.#count = 0
    }
    this.#count++
    this.#content.readBytes(payload ?? NO_BYTES, payloadLength)
    const { first, second, length } = this.#content
    served.will = { first, second, length, fired: false, followed: followWill(this.#content, served, topic) }
    const { wills } = served.server
    const known = wills.get(topic)
    if (known === undefined) wills.set(topic, [served.will])
    else known.push(served.will)
  }

  closed({ served, disconnect }: NetworkConnection): void {
    if (served === null || served.will === null) return
    // MQTT 5.0 §3.14.4: only a DISCONNECT of the client, and with this Reason Code, cancels it.
    served.will.endedHour = this.#hour
    served.will.fired = disconnect?.by !== 'client' || disconnect.reasonCode !== 0
  }

  /** Another hour of capture time is over. */
  hour(): void {
    this.#hour++
    for (const { wills } of this.#servers) {
      for (const [topic, known] of wills) {
        const kept = known.filter(({ followed, endedHour }) => followed?.fateSoFar !== 'cancelled' || endedHour === undefined || this.#hour - endedHour < 2)
        if (kept.length === known.length) continue
        this.#count -= known.length - kept.length
        if (kept.length === 0) wills.delete(topic)
        else wills.set(topic, kept)
      }
    }
  }
}

/** A will has this topic and content, which the server may publish at any time. */
export function isWill({ server, name }: PublishedTopic, content: Content): boolean {
  return server.wills.get(name)?.some((will) => isSame(will, content)) === true
}

/** A will that the server has published has this topic and content. */
export function isFiredWill({ server, name }: PublishedTopic, content: Content): boolean {
  return server.wills.get(name)?.some((will) => will.fired && isSame(will, content)) === true
}
