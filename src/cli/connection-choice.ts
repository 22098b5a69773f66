import { nearestName } from '../analysis/fields/nearest-name.ts'
import { clientName } from '../report/client-name.ts'
import { text, wholeNumber } from './option-values.ts'
import type { MqttConnection } from '../mqtt/connection.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { Arguments } from './option-values.ts'

/** `--client` and `--stream`: which connections a command is about. It must meet all of them to say why none was found. */
export class ConnectionChoice {
  readonly #client: string | null
  readonly #stream: number | null
  /** Clients, or numbers of streams where only such a one was asked for. */
  readonly #names = new Set<string>()
  #found = false

  constructor(client: string | null, stream: number | null) {
    this.#client = client
    this.#stream = stream
  }

  /** In words. */
  get text(): string {
    return [this.#client === null ? [] : [`client ${this.#client}`], this.#stream === null ? [] : [`stream ${this.#stream}`]].flat().join(', ')
  }

  /** The client identifier may become known later. */
  matches(connection: MqttConnection): boolean {
    const { tcp, clientIdentifier, client } = connection
    if (this.#stream !== null && tcp.stream !== this.#stream) return false
    if (this.#client === null || this.#client === clientIdentifier) return true
    // Shown by its address, or with an identifier that is not shown as it is.
    const { text: endpoint, address } = tcp.endpoints[client ?? 0]
    return this.#client === endpoint || this.#client === address || this.#client === clientName(connection)
  }

  /** A connection that has ended. One that never carried MQTT may be what is looked for, but it is not suggested. */
  meet({ mqtt, client, server }: NetworkConnection): void {
    this.#found ||= this.matches(mqtt)
    if (client.packets + server.packets > 0 && this.#names.size < NAMES_KEPT) this.#names.add(this.#client === null ? String(mqtt.tcp.stream) : clientName(mqtt))
  }

  /** Why nothing is shown; null where that is not for want of such a connection. */
  get whyNone(): string | null {
    if (this.#found || this.#names.size === 0) return null
    const nearest = this.#client === null ? null : nearestName(this.#client, this.#names)
    if (nearest !== null) return `there is no connection of ${this.text} here; did you mean ${nearest}?`
    const shown = [...this.#names].slice(0, NAMES_SHOWN)
    const more = this.#names.size > shown.length ? ', and others' : ''
    const one = this.#names.size === 1
    const kind = this.#client !== null ? '' : one ? 'stream ' : 'streams '
    return `there is no connection of ${this.text} here; there ${one ? 'is' : 'are'} ${kind}${shown.join(', ')}${more}`
  }
}

/** Names to suggest: of more clients, the user knows what they are called. */
const NAMES_KEPT = 1_000
const NAMES_SHOWN = 5
/** As many as a capture can have frames. */
const MOST_STREAMS = 2 ** 32

export function connectionChoice(args: Arguments): ConnectionChoice | null {
  const client = text(args, 'client') ?? null
  const stream = wholeNumber(args, 'stream', MOST_STREAMS) ?? null
  return client === null && stream === null ? null : new ConnectionChoice(client, stream)
}
