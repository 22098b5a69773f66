/**
 * Events of a capture in, a ladder for each connection out.
 *
 * Ladders come in the order in which their clients appear, those of one client after one another. Since they must be held for that, rows are bounded: when
 * there are too many, the ladders of connections that have ended come at once, and of those that live the rows in the middle are left out.
 */
import { grouped } from '../../bytes/number-text.ts'
import { knownConnection, type NetworkConnection } from '../../session/network-connection.ts'
import { SIDES, type Side } from '../../session/side.ts'
import { ConnectionRows, leftEnd } from './connection-rows.ts'
import { endingRow, packetRow, unansweredOf, type Ending } from './packet-row.ts'
import type { PipelineSink } from '../../analysis/pipeline.ts'
import type { MqttConnection } from '../../mqtt/connection.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Exchange, ExchangeOutcome } from '../../session/exchange.ts'
import type { End } from '../../tcp/connection.ts'
import type { CloseReason } from '../../tcp/stream-sink.ts'
import type { Ladder } from './ladder.ts'

export interface LadderLimits {
  /** Rows of all connections together. */
  readonly rows: number
  /** Connections at once. */
  readonly connections: number
}

/** What is shown: all of it where there is nothing said. */
export interface LadderChoice {
  /** The client identifier may not be known yet, or be assigned later. */
  readonly connection?: (connection: MqttConnection) => boolean
  /** Only packets of exchanges that pass, and connections that have one. Asked when an exchange has ended. */
  readonly exchange?: (exchange: Exchange) => boolean
  readonly pings: boolean
}

type LadderSink = Required<Pick<PipelineSink, 'packet' | 'exchange' | 'connection' | 'gap' | 'retransmitted' | 'window' | 'closed' | 'captureEnds'>>

/** Rows that a connection keeps however many others there are. */
const LEAST_ROWS = 12
/** Rows at the end of a connection for exchanges without an answer. The rest is counted. */
const MOST_UNANSWERED = 20

/** An exchange that has ended: with the packet that comes next, or without one. */
interface Ended {
  readonly number: number
  readonly outcome: ExchangeOutcome
  readonly passes: boolean
}

export class LadderBook {
  readonly #emit: (ladder: Ladder) => void
  readonly #choice: LadderChoice
  readonly #limits: LadderLimits
  readonly #connections = new Map<MqttConnection, ConnectionRows>()
  /** Of these nothing more is wanted: they were shown, or were too many. */
  readonly #done = new WeakSet<MqttConnection>()
  /** Exchanges that have rows and no end, by number, and the connections with these rows: several where a Session went on with it. */
  readonly #open = new Map<number, readonly ConnectionRows[]>()
  /** Exchanges that have ended since the event before. */
  #ended: Ended[] = []
  #rows = 0
  #leftOut = 0
  #time = NaN
  #captureEnds = false

  constructor(emit: (ladder: Ladder) => void, choice: LadderChoice, limits: LadderLimits) {
    this.#emit = emit
    this.#choice = choice
    this.#limits = limits
  }

  /** Connections that are not shown, because too many were there at once. */
  get leftOut(): number {
    return this.#leftOut
  }

  /**
   * The ladder of a connection that was not handed on yet, as far as it has come; null where there is none. The same object until rows come, and never changed.
   * Not for the hot path.
   */
  ladderOf(stream: number): Ladder | null {
    return this.#shownOf(stream)?.snapshot ?? null
  }

  /** Grows as the ladder of that connection changes; 0 where there is none. */
  revisionOf(stream: number): number {
    return this.#shownOf(stream)?.revision ?? 0
  }

  /** For the pipeline. */
  readonly sink: LadderSink = {
    packet: (event, exchange) => this.#packet(event, exchange),
    // What it means for the rows is clear with what comes next: its last packet, or the end of its connection.
    exchange: (exchange) => this.#ended.push({ number: exchange.number, outcome: exchange.outcome, passes: this.#choice.exchange?.(exchange) ?? true }),
    connection: (network) => this.#connection(network),
    gap: (mqtt, sender, length) => this.#change(this.#connections.get(mqtt), (rows) => rows.gap(sideOf(mqtt, sender), length)),
    retransmitted: (mqtt, sender, _offset, length, frame, time) =>
      this.#change(this.#connections.get(mqtt), (rows) => rows.sentAgain(sideOf(mqtt, sender), length, frame, time)),
    window: (mqtt, sender, closed, frame, time) => this.#change(this.#connections.get(mqtt), (rows) => rows.window(sideOf(mqtt, sender), closed, frame, time)),
    closed: (mqtt, sender, reason, frame, time) => this.#closed(mqtt, sender, reason, frame, time),
    captureEnds: () => (this.#captureEnds = true),
  }

  /** All that was not handed on yet. */
  end(): void {
    this.#tellEnded(undefined)
    this.#hand(() => true)
  }

  // --- events ---

  #packet(event: PacketEvent, exchange: Exchange | null): void {
    const { connection, packet } = event
    this.#time = event.time
    const own = this.#ended.find(({ number }) => number === exchange?.number)
    if (this.#ended.length > 0) this.#tellEnded(own)
    const rows = this.#rowsOf(connection, false)
    if (rows === null) return
    rows.turn()
    this.#tellTakenOver(rows, false)
    if (packet.type === 'CONNECT') rows.replaces = replacedBy(rows.network)
    const isPing = packet.type === 'PINGREQ' || packet.type === 'PINGRESP'
    if ((isPing && !this.#choice.pings) || (exchange === null && this.#choice.exchange !== undefined)) return
    this.#change(rows, () => rows.add(packetRow(event, sideOf(connection, event.sender), exchange, own !== undefined)))
    if (exchange !== null) this.#follow(exchange, rows, own)
    if (packet.type === 'CONNACK') this.#tellTakesOver(rows)
  }

  #closed(mqtt: MqttConnection, sender: End, reason: CloseReason, frame: number, time: number): void {
    this.#time = time
    const attempt = mqtt.client !== null && mqtt.tcp.initiator === 0 && Number.isNaN(mqtt.tcp.answeredTime)
    const rows = attempt ? this.#rowsOf(mqtt, true) : (this.#connections.get(mqtt) ?? null)
    if (rows === null || reason === 'capture') return
    this.#tellTakenOver(rows, true)
    this.#change(rows, () => rows.closed(sideOf(mqtt, sender), reason, frame, time))
  }

  #connection(network: NetworkConnection): void {
    const told = this.#tellEnded(undefined)
    const rows = this.#connections.get(network.mqtt)
    if (rows === undefined) return
    this.#tellTakenOver(rows, true)
    const finished = network.finish !== null && (network.finish.reason === 'rst' || network.secondFinish !== null)
    if (!finished && !told.has(rows) && !rows.attempt) {
      this.#change(rows, () => rows.note(this.#time, this.#captureEnds ? 'capture ends' : 'no more of it in the capture'))
    }
    // Those that have not ended, the Session keeps; or the capture lacks what ended them.
    const ending = SIDES.some((side) => network.mqtt.client !== null && network.half(side).gaps > 0) ? 'partly-seen' : 'kept'
    let kept = 0
    for (const unanswered of rows.open.values()) {
      if (++kept <= MOST_UNANSWERED) this.#change(rows, () => rows.add(endingRow(unanswered, ending, this.#time)))
    }
    const more = Math.max(0, kept - MOST_UNANSWERED) + Math.max(0, (told.get(rows) ?? 0) - MOST_UNANSWERED)
    if (more > 0) this.#change(rows, () => rows.note(this.#time, `and ${grouped(more)} more without an answer`))
    rows.open.clear()
    rows.ended = true
  }

  // --- rows ---

  #shownOf(stream: number): ConnectionRows | null {
    for (const rows of this.#connections.values()) if (rows.network.mqtt.tcp.stream === stream) return rows.provisional ? null : rows
    return null
  }

  /** Where the rows of a connection are collected; null where it is not shown. */
  #rowsOf(mqtt: MqttConnection, attempt: boolean): ConnectionRows | null {
    const known = this.#connections.get(mqtt)
    if (known !== undefined && !known.provisional) return known
    if (this.#done.has(mqtt)) return null
    const network = knownConnection(mqtt)
    if (network === null) return null
    const chosen = this.#choice.connection?.(mqtt) ?? true
    // MQTT 5.0 §3.2.2.3.7: the server assigns an identifier with its CONNACK.
    const provisional = !chosen && mqtt.clientIdentifier === '' && !network.connackSeen
    if (known !== undefined) {
      known.provisional = provisional
      if (!chosen && !provisional) this.#forget(known)
      return chosen || provisional ? known : null
    }
    if ((!chosen && !provisional) || this.#isFull(mqtt)) return null
    const rows = new ConnectionRows(network, attempt, provisional)
    this.#connections.set(mqtt, rows)
    this.#rows += rows.size
    return rows
  }

  #isFull(mqtt: MqttConnection): boolean {
    if (this.#connections.size < this.#limits.connections) return false
    this.#hand(({ ended }) => ended)
    if (this.#connections.size < this.#limits.connections) return false
    this.#leftOut++
    this.#done.add(mqtt)
    return true
  }

  #change(rows: ConnectionRows | undefined, change: (rows: ConnectionRows) => void): void {
    if (rows === undefined) return
    const before = rows.size
    change(rows)
    this.#rows += rows.size - before
    if (this.#rows > this.#limits.rows) this.#relieve()
  }

  /** A packet of the exchange has its row. */
  #follow(exchange: Exchange, rows: ConnectionRows, ended: Ended | undefined): void {
    const { number } = exchange
    const before = this.#open.get(number) ?? []
    const connections = before.includes(rows) ? before : [...before, rows]
    // It goes on with a later connection: the earlier one has said that it is not finished.
    if (before.length > 0 && connections !== before) before[before.length - 1]!.open.delete(number)
    if (ended === undefined) {
      rows.open.set(number, unansweredOf(exchange))
      if (connections !== before) this.#open.set(number, connections)
    } else this.#close(number, connections, ended.passes)
  }

  #close(number: number, connections: readonly ConnectionRows[], passes: boolean): void {
    this.#open.delete(number)
    for (const rows of connections) {
      rows.open.delete(number)
      if (!passes && this.#connections.has(rows.network.mqtt)) this.#change(rows, () => rows.remove(number))
    }
  }

  /** Gives exchanges that ended without a packet a row where they were open; but for `own`, which has a packet. Returns how many such rows a connection needs. */
  #tellEnded(own: Ended | undefined): ReadonlyMap<ConnectionRows, number> {
    const ended = this.#ended
    this.#ended = []
    const told = new Map<ConnectionRows, number>()
    for (const one of ended) {
      const connections = this.#open.get(one.number)
      if (one === own || connections === undefined) continue
      const rows = connections[connections.length - 1]!
      // What a Session kept has had its row when the connection ended.
      const unanswered = rows.open.get(one.number)
      this.#close(one.number, connections, one.passes)
      if (unanswered === undefined || !one.passes) continue
      const count = (told.get(rows) ?? 0) + 1
      told.set(rows, count)
      if (count <= MOST_UNANSWERED) this.#change(rows, () => rows.add(endingRow(unanswered, one.outcome as Ending, this.#time)))
    }
    return told
  }

  /** Another connection has taken over the Session of this one: the server has accepted it, or this one ends. */
  #tellTakenOver(rows: ConnectionRows, ends: boolean): void {
    const other = rows.network.takenOverBy
    if (other === null || rows.takenOverTold || (other.accepted === null && !ends)) return
    rows.takenOverTold = true
    this.#change(rows, () => rows.note(other.accepted ?? other.time, `taken over by stream ${other.stream}`, { mark: '~' }))
  }

  /** The same on the other side, where the server has accepted it. */
  #tellTakesOver(rows: ConnectionRows): void {
    const { replaces, network } = rows
    rows.replaces = null
    if (replaces?.takenOverBy?.stream === network.mqtt.tcp.stream) this.#change(rows, () => rows.note(this.#time, `takes over from stream ${replaces.mqtt.tcp.stream}`))
  }

  // --- ladders ---

  #relieve(): void {
    this.#hand(({ ended }) => ended)
    if (this.#rows <= this.#limits.rows / 2) return
    const most = Math.max(LEAST_ROWS, Math.floor(this.#limits.rows / 2 / this.#connections.size))
    this.#rows = 0
    for (const rows of this.#connections.values()) {
      rows.trim(most)
      this.#rows += rows.size
    }
  }

  /** Hands on the ladders of these connections, those of one client after one another. */
  #hand(which: (rows: ConnectionRows) => boolean): void {
    const clients = new Map<unknown, ConnectionRows[]>()
    for (const rows of [...this.#connections.values()].filter(which).sort(byStream)) {
      const client = rows.network.session ?? rows
      const others = clients.get(client)
      if (others === undefined) clients.set(client, [rows])
      else others.push(rows)
    }
    for (const rows of [...clients.values()].flat()) {
      if (this.#isShown(rows)) this.#emit(rows.ladder)
      this.#forget(rows)
    }
  }

  #isShown(rows: ConnectionRows): boolean {
    if (rows.provisional) return false
    if (this.#choice.exchange === undefined) return true
    // Of exchanges without an end it is not known whether they would pass.
    rows.keepExchanges((number) => !this.#open.has(number))
    return rows.hasExchanges
  }

  #forget(rows: ConnectionRows): void {
    const { mqtt } = rows.network
    this.#rows -= rows.size
    this.#connections.delete(mqtt)
    this.#done.add(mqtt)
  }
}

function byStream(a: ConnectionRows, b: ConnectionRows): number {
  return a.network.mqtt.tcp.stream - b.network.mqtt.tcp.stream
}

/** The connection whose Session this one wants to take over with its CONNECT. */
function replacedBy(network: NetworkConnection): NetworkConnection | null {
  const current = network.session?.current ?? null
  return current?.takenOverBy?.stream === network.mqtt.tcp.stream ? current : null
}

function sideOf(mqtt: MqttConnection, sender: End): Side {
  return sender === leftEnd(mqtt) ? 'client' : 'server'
}
