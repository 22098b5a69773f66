/**
 * Client Sessions across Network Connections (MQTT 5.0 §4.1): which connection goes on with which Session, take-over, and unfinished exchanges that a client
 * comes back to.
 *
 * Sessions may never expire (before 5.0 none does that is not clean), so there is a limit: those not heard of for longest are forgotten, and counted. What
 * was seen of a forgotten one is unknown from then on, nothing is concluded from it.
 */
import type { Text } from '../mqtt/packet.ts'
import { ClientSession } from './client-session.ts'
import { NEVER_EXPIRES } from './connect-facts.ts'
import { earlierSessionOf, isUnexplained, noteAccepted, unnoticedEnd } from './earlier-session.ts'
import type { ExchangeTracker } from './exchange-tracker.ts'
import type { NetworkConnection, Seen, TakeOver } from './network-connection.ts'
import { isLeft, noteReconnect } from './reconnects.ts'
import { settleRefusals } from './refusals.ts'
import { Resumption } from './resumption.ts'
import type { Side } from './side.ts'

export interface ClientSessionLimits {
  readonly clientSessions: number
  /** Hours of capture time for which a client may be away, and the same where its Session has ended. */
  readonly absentHours: number
  readonly overHours: number
}

/** Hears of where Sessions begin and end. */
export interface SessionFollower {
  /** The server has accepted the connection, which goes on with the Session or begins it `anew`. */
  began(session: ClientSession, connection: NetworkConnection, anew: boolean): void
  /** The Session is over, or it is forgotten. */
  ended(session: ClientSession): void
}

interface ServerSessions {
  /** `address:port`. */
  readonly server: string
  readonly clients: Map<Text, ClientSession>
  /** When the newest connection began whose CONNECT was not seen. */
  unnamedSince: number
}

const NANOSECONDS = 1e9

export class ClientSessions {
  readonly #exchanges: ExchangeTracker
  readonly #limits: ClientSessionLimits
  readonly #follower: SessionFollower | null
  /** By server and client identifier; of each server, those heard of last stand last. */
  readonly #servers = new Map<string, ServerSessions>()
  /** By server, the last connection that was accepted without a client identifier and lives. */
  readonly #unnamed = new Map<string, NetworkConnection>()
  #count = 0
  #forgotten = 0
  #hour = 0

  constructor(exchanges: ExchangeTracker, limits: ClientSessionLimits, follower: SessionFollower | null = null) {
    this.#exchanges = exchanges
    this.#limits = limits
    this.#follower = follower
  }

  get forgotten(): number {
    return this.#forgotten
  }

  /** `connection.connect` is known now. */
  connect(connection: NetworkConnection): void {
    const { clientIdentifier } = connection.mqtt
    if (typeof clientIdentifier !== 'string') return
    const session = clientIdentifier === '' ? new ClientSession(serverOf(connection), '') : this.#sessionOf(serverOf(connection), clientIdentifier)
    if (session.newest !== null && isTwin(session.newest, connection)) return
    connection.session = session
    session.newest = connection
    noteReconnect(session, connection)
    session.unanswered++
    // Only once the server has accepted it; a CONNECT that it refuses takes nothing over. Nor is there anything to be taken over where one side has closed.
    if (session.current !== null && session.current.finish === null) session.current.takenOverBy = takeOverBy(connection)
    if (connection.connect!.cleanStart === true) return
    // What the client remembers it goes on with at once; what the server remembers, it tells with CONNACK.
    if (session.current !== null) this.#leave(session)
    this.#exchanges.resume(session, connection, 'client')
  }

  /** Something of a connection goes by before its CONNECT: nobody knows whose it is. */
  unnamed(connection: NetworkConnection): void {
    const known = this.#servers.get(serverOf(connection))
    const { firstTime } = connection.mqtt.tcp
    if (known !== undefined && firstTime > known.unnamedSince) known.unnamedSince = firstTime
  }

  /** `connection.connack` is known now. */
  connack(connection: NetworkConnection): void {
    const { connack, connect } = connection
    const { clientIdentifier } = connection.mqtt
    if (connack === null || connect === null) return
    let session = connection.session
    if (session?.clientIdentifier === '' && typeof clientIdentifier === 'string' && clientIdentifier !== '') {
      // The server has assigned the identifier (MQTT 5.0 §3.2.2.3.7).
      session = this.#sessionOf(serverOf(connection), clientIdentifier)
      connection.session = session
      if (session.current !== null && isThere(session.current)) connection.identifierOf = { ...seenConnect(session.current), stream: session.current.mqtt.tcp.stream }
    }
    if (session === null) return
    session.unanswered = Math.max(0, session.unanswered - 1)
    if (connack.reasonCode !== 0) {
      if (session.current?.takenOverBy?.stream === connection.mqtt.tcp.stream) session.current.takenOverBy = null
      return
    }
    if (session.clientIdentifier === '') this.#acceptUnnamed(connection, connack)
    connection.sessionExpected = expected(session, connection)
    connection.earlier = earlierSessionOf(session, connection, this.#servers.get(session.server)?.unnamedSince ?? -Infinity)
    if (session.current !== null && session.current !== connection) {
      const { current } = session
      if (current.takenOverBy !== null) current.takenOverBy = { ...takeOverBy(connection), accepted: connack.time }
      this.#leave(session)
    }
    const { sessionPresent } = connack
    const anew = connect.cleanStart === true || sessionPresent === false
    if (anew) {
      this.#exchanges.giveUpDormant(connection)
      for (const exchange of session.carried) (connection.resumption ??= new Resumption()).discard(exchange)
      session.refusals = []
      this.#exchanges.abandon(session)
    } else this.#exchanges.resume(session, connection, 'server')
    if (connect.cleanStart === true) session.clientUnsent = false
    if (anew) session.serverUnsent = false
    session.whole = anew || (session.whole && session.connections > 0)
    session.current = connection
    noteAccepted(session, connection, anew)
    session.connections++
    connection.reconnectedAfter = session.leftTime === null ? null : connect.time - session.leftTime
    session.leftTime = null
    session.expiry = connack.sessionExpiry ?? connect.sessionExpiry
    this.#follower?.began(session, connection, anew)
  }

  /** The Session that the unfinished exchanges of this connection belong to, now that it ends; null where they end with it. */
  keeperOf(connection: NetworkConnection): ClientSession | null {
    const { session, connect, connack } = connection
    if (session === null || connect === null) return null
    // No later connection would find it.
    if (session.forgotten || session.clientIdentifier === '') return null
    // A refused CONNECT changes nothing of the Session.
    if (connack !== null && connack.reasonCode !== 0) return session
    const expiry = connection.sessionExpiry
    return expiry !== null && expiry > 0 ? session : null
  }

  /** The connection has ended. */
  left(connection: NetworkConnection): void {
    const { session } = connection
    if (session === null) return
    if (session.newest === connection) session.newest = null
    settleRefusals(session, connection)
    session.endedBroken = !isLeft(connection)
    if (session.current !== connection) return
    if (session.clientIdentifier === '' && this.#unnamed.get(session.server) === connection) this.#unnamed.delete(session.server)
    session.current = null
    noteUnsent(session, connection)
    session.unnoticed = unnoticedEnd(connection)
    session.unexplained = isUnexplained(connection)
    // When a connection ended of which nothing was seen for hours, nobody knows.
    session.leftTime = connection.mqtt.tcp.silent && connection.finish === null ? null : connection.endTime
    session.hour = this.#hour
    session.expiry = connection.sessionExpiry
    if (session.expiry === 0) this.#exchanges.abandon(session)
    // Nobody comes back to a Session without a name.
    if (session.expiry === 0 || session.clientIdentifier === '') this.#follower?.ended(session)
  }

  /** The capture has ended: what nobody came back to has no end. */
  end(): void {
    for (const { clients } of this.#servers.values()) for (const session of clients.values()) this.#exchanges.abandon(session)
  }

  #acceptUnnamed(connection: NetworkConnection, { number, frame, time }: Seen): void {
    const server = serverOf(connection)
    const before = this.#unnamed.get(server)
    if (before !== undefined && before.nextUnnamed === null && isThere(before)) before.nextUnnamed = { number, frame, time, stream: connection.mqtt.tcp.stream }
    if (this.#unnamed.size >= this.#limits.clientSessions) this.#unnamed.clear()
    this.#unnamed.set(server, connection)
  }

  /**
   * Another hour of capture time is over: Sessions are forgotten whose clients are away for long. Those that the server keeps no longer are not counted, for nothing is
   * lost with them.
   */
  hour(): void {
    this.#hour++
    for (const [server, { clients }] of this.#servers) {
      for (const session of clients.values()) {
        if (session.current !== null) continue
        const hours = this.#hour - session.hour
        if (hours <= this.#limits.overHours || (hours <= this.#limits.absentHours && !isOver(session, hours))) continue
        if (session.connections > 0 && !isOver(session, hours)) this.#forgotten++
        this.#forget(clients, session)
      }
      if (clients.size === 0) this.#servers.delete(server)
    }
  }

  /** The connection that serves the Session so far is replaced by another one. */
  #leave(session: ClientSession): void {
    const { current } = session
    if (current === null) return
    noteUnsent(session, current)
    this.#exchanges.settle(current, 'abandoned', this.keeperOf(current))
    session.expiry = current.sessionExpiry
  }

  #sessionOf(server: string, clientIdentifier: string): ClientSession {
    let known = this.#servers.get(server)
    if (known === undefined) this.#servers.set(server, (known = { server, clients: new Map<Text, ClientSession>(), unnamedSince: -Infinity }))
    const { clients } = known
    let session = clients.get(clientIdentifier)
    if (session === undefined) {
      if (this.#count >= this.#limits.clientSessions) this.#forgetOne()
      // The text that is there already, so that it is kept once.
      session = new ClientSession(known.server, clientIdentifier)
      this.#count++
    } else clients.delete(clientIdentifier)
    session.hour = this.#hour
    clients.set(clientIdentifier, session)
    return session
  }

  /** Of the server with most Sessions, the one not heard of for longest. */
  #forgetOne(): void {
    let most: Map<Text, ClientSession> | null = null
    for (const { clients } of this.#servers.values()) if (most === null || clients.size > most.size) most = clients
    for (const session of most?.values() ?? []) {
      this.#forgotten++
      this.#forget(most!, session)
      return
    }
  }

  #forget(clients: Map<Text, ClientSession>, session: ClientSession): void {
    this.#count--
    clients.delete(session.clientIdentifier)
    session.forgotten = true
    this.#exchanges.abandon(session)
    this.#follower?.ended(session)
  }
}

/** The Session that its client left some hours ago has ended (MQTT 5.0 §3.1.2.11.2). Those hours are no exact time, so one more is waited for. */
function isOver({ expiry, leftTime }: ClientSession, hours: number): boolean {
  return expiry === 0 || (expiry !== null && leftTime !== null && expiry < (hours - 1) * SECONDS_OF_HOUR)
}

const SECONDS_OF_HOUR = 3_600

function takeOverBy({ connect, mqtt }: NetworkConnection): TakeOver {
  const { number, frame, time } = connect!
  return { number, frame, time, stream: mqtt.tcp.stream, accepted: null }
}

/**
 * The same TCP connection again, captured on the other side of an address translation (`-i any` on a router): that keeps the sequence numbers, and both handshakes run at the
 * same time.
 */
function isTwin(one: NetworkConnection, other: NetworkConnection): boolean {
  if (!(other.mqtt.tcp.firstTime <= one.mqtt.tcp.answeredTime)) return false
  return (['client', 'server'] as const).every((side) => one.half(side).synSeen && other.half(side).synSeen && one.half(side).base === other.half(side).base)
}

function noteUnsent(session: ClientSession, connection: NetworkConnection): void {
  session.clientUnsent ||= mayHaveSentMore(connection, 'client')
  session.serverUnsent ||= mayHaveSentMore(connection, 'server')
}

/** The FIN of this side stands behind all that its program wrote, and its DISCONNECT too. Else some may have waited in its TCP, or was lost on its way here. */
function mayHaveSentMore({ disconnect, finish, secondFinish }: NetworkConnection, side: Side): boolean {
  return disconnect?.by !== side && ![finish, secondFinish].some((each) => each?.by === side && each.reason === 'fin')
}

/** Neither side has closed it, and nothing is missing that could have said so. */
function isThere(connection: NetworkConnection): boolean {
  return connection.finish === null && connection.disconnect === null && connection.half('client').gaps === 0 && connection.half('server').gaps === 0
}

function seenConnect({ connect }: NetworkConnection): Seen {
  const { number, frame, time } = connect!
  return { number, frame, time }
}

/** `address:port`. */
export function serverOf({ mqtt }: NetworkConnection): string {
  return mqtt.tcp.endpointText(mqtt.client === 0 ? 1 : 0)
}

/**
 * Whether the server should have a Session for this client (MQTT 5.0 §3.2.2.1.1): null where the capture does not show what was before, or where the time that
 * it was to be kept has passed just about now.
 */
function expected(session: ClientSession, { connect }: NetworkConnection): boolean | null {
  if (connect === null || connect.cleanStart === undefined) return null
  if (connect.cleanStart) return false
  if (session.connections === 0 || session.expiry === null) return null
  if (session.expiry === 0) return false
  if (session.current !== null || session.expiry === NEVER_EXPIRES) return true
  if (session.leftTime === null) return null
  const away = connect.time - session.leftTime
  const kept = session.expiry * NANOSECONDS
  // Clocks differ, and a server may look for what has expired once a second.
  if (away < kept - NANOSECONDS) return true
  return away > kept + MARGIN ? false : null
}

/** A server that looks for expired Sessions from time to time still has one for a while. */
const MARGIN = 60 * NANOSECONDS
