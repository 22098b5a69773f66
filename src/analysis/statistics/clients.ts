/**
 * What each client did, over all of its connections: its traffic, how often it came back, and how close it came to the limits that it had agreed on.
 *
 * A client is its client identifier at a server; without an identifier, each connection is one of its own. Bounded: clients that find no place are counted
 * together as one.
 */
import type { MqttConnection } from '../../mqtt/connection.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Text } from '../../mqtt/packet.ts'
import type { Exchange } from '../../session/exchange.ts'
import { NetworkConnection } from '../../session/network-connection.ts'
import { otherSide, SIDES, type Side } from '../../session/side.ts'
import { Times } from './times.ts'
import { sentBy, Traffic } from './traffic.ts'

export interface ClientLimits {
  readonly clients: number
  readonly clientCharacters: number
  readonly clientTimes: number
}

/** Percentiles of single clients are within 1 %. */
export const CLIENT_PRECISION = 0.01

/** The Keep Alive period and a half, in which a client must send something (MQTT 5.0 §3.1.2.10). */
const KEEP_ALIVE_FACTOR = 1.5
const NANOSECONDS = 1e9

/** How many PUBLISHes of QoS 1 and 2 of one side waited for their end at once, and how many the other side allows (MQTT 5.0 §4.9). */
export interface InFlight {
  readonly most: number
  /** Null where it is not known: its announcement is not in the capture, or the version has none. */
  readonly receiveMaximum: number | null
  /** More than allowed, on a connection that is in the capture as a whole. */
  readonly beyond: boolean
}

/** The longest time in which a client sent nothing, against its Keep Alive. */
export interface Silence {
  /** Keep Alive in seconds. */
  readonly keepAlive: number
  /** Nanoseconds. */
  readonly longest: number
  /** What was left of one and a half times the Keep Alive, in percent of it; negative where it was exceeded. */
  readonly margin: number
}

export class ClientStatistics {
  /** `address:port` of the server. */
  readonly server: string
  /** Undefined where no connection of it has told; empty where it left it to the server and no answer was seen. */
  readonly clientIdentifier: Text | undefined
  /** `address:port` of its first connection. */
  readonly address: string
  readonly traffic = new Traffic()
  /** Of these, PUBLISH. */
  readonly publishes = new Traffic()
  connections = 0
  /** Connections with a CONNECT that came after another one of this client. */
  reconnects = 0
  /** From one CONNECT to the next, at least, in nanoseconds; Infinity where there was no other, NaN never. */
  shortestBetweenConnects = Infinity
  /** From the end of an accepted connection to the next CONNECT, at least, in nanoseconds. */
  shortestAway = Infinity
  /** CONNECTs that the server refused. */
  refused = 0
  /** Connections that ended because another one came with the same client identifier. */
  takenOver = 0
  /** Of the connection that came closest to what was allowed, by who published; null where nothing was in flight. */
  readonly inFlight: Record<Side, InFlight | null> = { client: null, server: null }
  /** Of the connection with the least margin; null where there is no Keep Alive, or too little was seen. */
  silence: Silence | null = null
  /** Times until exchanges of QoS 1 were answered, by who began them; null where there are none, or no place for them. */
  readonly times: Record<Side, Times | null> = { client: null, server: null }
  #connects = 0
  #firstConnect = NaN
  #lastConnect = NaN

  constructor(server: string, clientIdentifier: Text | undefined, address: string) {
    this.server = server
    this.clientIdentifier = clientIdentifier
    this.address = address
  }

  /** The first CONNECT of a connection. */
  connect(time: number): void {
    if (this.#connects++ > 0) this.#comeBack(time)
    else this.#firstConnect = time
    this.#lastConnect = time
  }

  /** What is known of a connection by now; may be told again when more is known. */
  observe(connection: NetworkConnection): void {
    for (const side of SIDES) this.inFlight[side] = closer(this.inFlight[side], inFlightOf(connection, side))
    const silence = silenceOf(connection)
    if (silence !== null && (this.silence === null || silence.margin < this.silence.margin)) this.silence = silence
    const away = connection.reconnectedAfter
    if (away !== null && away < this.shortestAway) this.shortestAway = away
  }

  /** All that was counted under another name, before this one was known. */
  addAll(other: ClientStatistics): void {
    this.traffic.addAll(other.traffic)
    this.publishes.addAll(other.publishes)
    this.connections += other.connections
    this.reconnects += other.reconnects
    this.shortestBetweenConnects = Math.min(this.shortestBetweenConnects, other.shortestBetweenConnects)
    this.shortestAway = Math.min(this.shortestAway, other.shortestAway)
    this.refused += other.refused
    this.takenOver += other.takenOver
    for (const side of SIDES) {
      this.inFlight[side] = closer(this.inFlight[side], other.inFlight[side])
      this.times[side] ??= other.times[side]
    }
    if (other.#connects > 0) {
      if (this.#connects > 0) this.#comeBack(other.#firstConnect)
      else this.#firstConnect = other.#firstConnect
      this.#connects += other.#connects
      this.#lastConnect = other.#lastConnect
    }
  }

  #comeBack(time: number): void {
    this.reconnects++
    const between = time - this.#lastConnect
    if (between < this.shortestBetweenConnects) this.shortestBetweenConnects = between
  }
}

/** Whose packets those of a connection are. It hangs on the connection itself, so that a packet need not look for it. */
class Tally {
  readonly connection: MqttConnection
  client: ClientStatistics
  connected = false
  answered = false
  ended: boolean

  constructor(connection: MqttConnection, client: ClientStatistics, ended = false) {
    this.connection = connection
    this.client = client
    this.ended = ended
  }
}

const CONNACK = 2
const PUBLISH = 3

export class Clients {
  /** Those that found no place, as one; `connections` says how many connections they had. */
  readonly rest = new ClientStatistics('', undefined, '')
  /** Answered exchanges whose time found no place. */
  timesLeftOut = 0
  readonly #limits: ClientLimits
  readonly #clients = new Map<string, ClientStatistics>()
  /** Of the connections that have not ended. */
  readonly #tallies = new Set<Tally>()
  /** Of those whose ends are not told apart yet: the session layer does not know them. */
  readonly #undirected = new Map<MqttConnection, Tally>()
  #times = 0
  #characters = 0

  constructor(limits: ClientLimits) {
    this.#limits = limits
  }

  get all(): Iterable<ClientStatistics> {
    return this.#clients.values()
  }

  get count(): number {
    return this.#clients.size
  }

  /** `type` is the packet's number (MQTT 5.0 §2.1.2). */
  add(event: PacketEvent, type: number): void {
    const { connection, length } = event
    const tally = tallyOf(connection) ?? this.#begin(connection)
    if (type <= CONNACK) this.#learn(event, tally)
    const { client } = tally
    const by = sentBy(event.direction)
    client.traffic.add(by, length)
    if (type === PUBLISH) client.publishes.add(by, length)
  }

  /** An exchange of QoS 1 was answered. */
  time({ connection, initiator }: Exchange, duration: number): void {
    const { times } = tallyOf(connection)?.client ?? this.#clientOf(connection)
    if (times[initiator] === null) {
      if (this.#times >= this.#limits.clientTimes) {
        this.timesLeftOut++
        return
      }
      this.#times++
      times[initiator] = new Times(CLIENT_PRECISION)
    }
    times[initiator].add(duration)
  }

  /** A connection ended, or the capture. */
  ended(network: NetworkConnection): void {
    const tally = tallyOf(network.mqtt) ?? this.#undirected.get(network.mqtt)
    // All of its bytes may have been no packets.
    if (tally === undefined) return
    tally.ended = true
    tally.client.observe(network)
    if (network.takenOverBy !== null) tally.client.takenOver++
    this.#tallies.delete(tally)
    this.#undirected.delete(network.mqtt)
  }

  /** Takes in what is known by now of the connections that have not ended. */
  observe(): void {
    for (const { connection, client } of this.#tallies) {
      const network = networkOf(connection)
      if (network !== null) client.observe(network)
    }
  }

  #begin(connection: MqttConnection): Tally {
    const network = networkOf(connection)
    let tally = this.#undirected.get(connection)
    if (tally === undefined) {
      // What comes after the end of a connection is counted, but is none by itself.
      if (network === null && connection.attachment !== null) return new Tally(connection, this.#clientOf(connection), true)
      tally = new Tally(connection, this.#clientOf(connection))
      tally.client.connections++
      this.#tallies.add(tally)
    }
    if (network === null) this.#undirected.set(connection, tally)
    else {
      this.#undirected.delete(connection)
      network.attachment = tally
    }
    return tally
  }

  #learn({ packet, time, connection }: PacketEvent, tally: Tally): void {
    // Only these two tell the client identifier.
    if (connection.clientIdentifier !== tally.client.clientIdentifier) this.#rename(connection, tally)
    if (tally.ended) return
    if (packet.type === 'CONNECT' && !tally.connected) {
      tally.connected = true
      tally.client.connect(time)
    } else if (packet.type === 'CONNACK' && !tally.answered) {
      tally.answered = true
      if ((packet.reasonCode ?? 0) !== 0) tally.client.refused++
    }
  }

  #clientOf(connection: MqttConnection): ClientStatistics {
    const key = keyOf(connection)
    let client = this.#clients.get(key)
    if (client === undefined) {
      if (this.#clients.size >= this.#limits.clients || this.#characters + key.length > this.#limits.clientCharacters) return this.rest
      this.#characters += key.length
      const { tcp, clientIdentifier } = connection
      const [clientEnd, serverEnd] = endsOf(connection)
      client = new ClientStatistics(tcp.endpoints[serverEnd].text, clientIdentifier, tcp.endpoints[clientEnd].text)
      this.#clients.set(key, client)
    }
    return client
  }

  /** The identifier is known now. What was counted without it is this connection's alone. */
  #rename(connection: MqttConnection, tally: Tally): void {
    const nameless = tally.client
    if (nameless === this.rest || !isNameless(nameless.clientIdentifier)) return
    this.#clients.delete(streamKey(connection))
    tally.client = this.#clientOf(connection)
    tally.client.addAll(nameless)
  }
}

/** Null where the session layer does not know it yet, and where it has ended. */
function networkOf({ attachment }: MqttConnection): NetworkConnection | null {
  return attachment instanceof NetworkConnection ? attachment : null
}

function tallyOf(connection: MqttConnection): Tally | null {
  return (networkOf(connection)?.attachment ?? null) as Tally | null
}

function isNameless(identifier: Text | undefined): boolean {
  return identifier === undefined || identifier === ''
}

function keyOf(connection: MqttConnection): string {
  const { clientIdentifier } = connection
  if (clientIdentifier === undefined || clientIdentifier === '') return streamKey(connection)
  const server = connection.tcp.endpoints[endsOf(connection)[1]].text
  // A surrogate alone is not in UTF-8, so no identifier that is text has one.
  return typeof clientIdentifier === 'string' ? `${server} ${clientIdentifier}` : `${server} \ud800${clientIdentifier.hex}`
}

/** Addresses hold no such character. */
function streamKey({ tcp }: MqttConnection): string {
  return `#${tcp.stream}`
}

function endsOf({ client }: MqttConnection): readonly [client: 0 | 1, server: 0 | 1] {
  return client === 1 ? [1, 0] : [0, 1]
}

function inFlightOf(connection: NetworkConnection, side: Side): InFlight | null {
  const most = connection.sender(side).mostInFlight
  if (most === 0) return null
  const receiver = otherSide(side)
  const announced = receiver === 'client' ? connection.connect : connection.connack
  const receiveMaximum = announced === null || connection.mqtt.version !== '5.0' ? null : connection.limits(receiver).receiveMaximum
  // A lost acknowledgement would leave in flight what is not, and so would a message of an earlier connection.
  const certain = receiveMaximum !== null && wholeSoFar(connection) && connection.connack?.sessionPresent === false
  return { most, receiveMaximum, beyond: certain && most > receiveMaximum }
}

/** Receive Maximum where nothing is said of it (MQTT 5.0 §3.1.2.11.3). */
const DEFAULT_RECEIVE_MAXIMUM = 65_535

function closer(one: InFlight | null, other: InFlight | null): InFlight | null {
  if (one === null || other === null) return one ?? other
  return share(other) > share(one) || (other.beyond && !one.beyond) ? other : one
}

function share({ most, receiveMaximum }: InFlight): number {
  return most / (receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM)
}

function silenceOf(connection: NetworkConnection): Silence | null {
  const { keepAlive, mqtt } = connection
  if (keepAlive === null || keepAlive === 0 || mqtt.client === null) return null
  const between = connection.client.longestSilence
  const last = silenceToTheEnd(connection)
  const longest = last > between || Number.isNaN(between) ? last : between
  if (Number.isNaN(longest)) return null
  // What is missing from the capture may have been sent in the silence.
  const half = connection.half('client')
  if (half.gaps > 0 || half.hasHole) return null
  const allowed = keepAlive * NANOSECONDS * KEEP_ALIVE_FACTOR
  return { keepAlive, longest, margin: ((allowed - longest) / allowed) * 100 }
}

/** From the last packet of a client that was accepted to the end of its connection: that may be why it ended. NaN where there is none. */
function silenceToTheEnd({ client, connack, disconnect, finish }: NetworkConnection): number {
  const end = disconnect?.time ?? finish?.time ?? NaN
  return connack?.reasonCode === 0 && end >= client.lastTime ? end - client.lastTime : NaN
}

function wholeSoFar(connection: NetworkConnection): boolean {
  if (connection.mqtt.client === null) return false
  return SIDES.every((side) => {
    const half = connection.half(side)
    return half.synSeen && half.gaps === 0 && !half.hasHole
  })
}
