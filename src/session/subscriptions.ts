/**
 * Which subscriptions are in force, for every Session that the capture shows (MQTT 5.0 §3.8, §3.10, §4.1): SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK in, the
 * filters that match a topic out.
 *
 * Subscriptions live as long as their Session does, across connections. Where something that changes them may have gone unseen, `Subscriber.whole` says so:
 * those that are known are still known, but there may be others, or they may have ended.
 */
import { propertyValue, type Packet, type Properties, type Subscription as Asked, type Text } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { ClientSession } from './client-session.ts'
import { serverOf, type SessionFollower } from './client-sessions.ts'
import type { NetworkConnection, Seen } from './network-connection.ts'
import { FIRST_FAILURE } from './reason-code.ts'
import { ServedConnection, type SubscriptionRequest } from './served-connection.ts'
import { ServerState } from './server-state.ts'
import type { Side } from './side.ts'
import { Subscriber } from './subscriber.ts'
import { Subscription, type SubscriptionOptions } from './subscription.ts'
import { SubscriptionPeriods, type SubscriptionPeriodLimits } from './subscription-periods.ts'

export interface SubscriptionLimits extends SubscriptionPeriodLimits {
  /** Subscriptions of all clients together, those gone lately among them. */
  readonly subscriptions: number
  /** Of one client, those that are gone and still remembered. */
  readonly goneSubscriptions: number
  /** Levels of a topic filter. */
  readonly filterLevels: number
  /** SUBSCRIBEs and UNSUBSCRIBEs of one connection that wait for an answer. */
  readonly openRequests: number
  /** Addresses of servers. */
  readonly servers: number
}

export class Subscriptions implements SessionFollower {
  readonly #limits: SubscriptionLimits
  readonly #periods: SubscriptionPeriods | null
  readonly #servers = new Map<string, ServerState>()
  /** Hears of subscriptions that SUBACK grants. */
  follower: { granted(subscription: Subscription): void } | null = null
  /** The capture has ended: what ends now did not end then. */
  #finished = false
  #count = 0
  #leftOut = 0

  /** `keepPeriods`: connections that ended have their `history`. */
  constructor(limits: SubscriptionLimits, keepPeriods = false) {
    this.#limits = limits
    this.#periods = keepPeriods ? new SubscriptionPeriods(limits) : null
  }

  /** How many are known now, those gone lately among them. */
  get count(): number {
    return this.#count
  }

  /** Those that were not followed, because there were too many, or their filters had too many levels. */
  get leftOut(): number {
    return this.#leftOut
  }

  get serverCount(): number {
    return this.#servers.size
  }

  get servers(): Iterable<ServerState> {
    const servers = this.#servers
    return { [Symbol.iterator]: () => servers.values() }
  }

  /** The connection's part in all this; null where there are too many servers. */
  meet(connection: NetworkConnection): ServedConnection | null {
    if (connection.served !== null) return connection.served
    const address = serverOf(connection)
    let server = this.#servers.get(address)
    if (server === undefined) {
      if (this.#servers.size >= this.#limits.servers) return null
      this.#servers.set(address, (server = new ServerState(address)))
    }
    const { session } = connection
    const subscriber = session === null ? new Subscriber(server, null) : subscriberOf(session, server)
    // Joined in the middle: who it is was said before.
    if (session === null) {
      subscriber.connection = connection
      server.doubtful = true
    }
    return (connection.served = new ServedConnection(connection, server, subscriber))
  }

  /** A packet of these four types, or none of them. */
  packet(served: ServedConnection, event: PacketEvent, side: Side): void {
    const { packet } = event
    const fromClient = side === 'client'
    served.subscriber.changes++
    switch (packet.type) {
      case 'SUBSCRIBE':
        if (fromClient) this.#subscribe(served, event, packet)
        return
      case 'UNSUBSCRIBE':
        if (fromClient) this.#unsubscribe(served, event, packet)
        return
      case 'SUBACK': case 'UNSUBACK':
        if (!fromClient) this.#answer(served, event, packet)
        return
      default:
        return
    }
  }

  /** Bytes of either side are missing from the capture, behind the packet with this number. */
  gap(served: ServedConnection, lastNumber: number, time: number): void {
    const { subscriber, connection } = served
    served.lostTime = time
    subscriber.whole = false
    subscriber.lostNumber = lastNumber
    if (subscriber.connection === connection) subscriber.disturb('gap')
  }

  /** The capture has ended. */
  finish(): void {
    this.#finished = true
  }

  // --- SessionFollower ---

  began(session: ClientSession, connection: NetworkConnection, anew: boolean): void {
    const { served, connect, connack } = connection
    if (served === null || connect === null) return
    const subscriber = subscriberOf(session, served.server)
    this.#leave(subscriber, connection)
    const waiting = served.subscriber === subscriber ? 0 : served.subscriber.subscriptions.size
    if (served.subscriber !== subscriber) {
      // The server has named the client only now: what it asked for before that is not followed.
      this.#drop(served.subscriber)
      served.subscriber = subscriber
    }
    if (anew) {
      for (const subscription of [...subscriber.subscriptions.values()]) if (subscription.asked.number < connect.number) this.#remove(subscription)
      subscriber.gone.length = 0
      subscriber.goneForgotten = false
      subscriber.unusual = [...subscriber.subscriptions.values()].some(({ topicFilter }) => isUnusual(topicFilter))
      subscriber.resumed = false
      subscriber.denied = connection.sessionDenied
      subscriber.identifiers = new Set<number>()
      for (const { options } of subscriber.subscriptions.values()) if (options.identifier !== null) subscriber.giveIdentifier(options.identifier)
      const complete = connection.half('client').gaps === 0 && connection.half('server').gaps === 0
      subscriber.whole = complete && waiting === 0
    } else {
      const before = subscriber.connection
      const leftOpen = before !== null && before !== connection && !leftWhole(before)
      // A connection of a client that is not known may have been one of this Session.
      const unseen = session.connections < 2 || !(served.server.anonymousTime < subscriber.leftTime)
      if (unseen || leftOpen || waiting > 0) subscriber.whole = false
      if (connack?.sessionPresent !== true) {
        // MQTT 3.1 does not say whether the server still has them.
        subscriber.whole = false
        subscriber.lostNumber = connect.number
      }
      subscriber.resumed = true
    }
    if (subscriber.connection !== null && subscriber.connection !== connection) subscriber.disturb('taken-over')
    subscriber.connection = connection
  }

  ended(session: ClientSession): void {
    const subscriber = session.attachment as Subscriber | null
    if (subscriber === null || this.#finished) return
    subscriber.over = true
    this.#leave(subscriber, null)
    this.#drop(subscriber)
    subscriber.connection = null
    subscriber.disturb('connection-ended')
  }

  /** The connection has begun to end: nothing more is expected on it. */
  closing({ subscriber, connection }: ServedConnection): void {
    if (subscriber.connection === connection) subscriber.disturb('connection-ended')
  }

  /** The connection has ended. */
  closed(served: ServedConnection): void {
    const { subscriber, connection } = served
    served.ended = true
    if (subscriber.connection === connection) this.#periods?.close(served, subscriber.whole)
    this.#periods?.told(served)
    if (subscriber.connection !== connection || this.#finished) return
    subscriber.disturb('connection-ended')
    subscriber.connection = null
    subscriber.leftTime = connection.endTime
    if (subscriber.session === null) this.#drop(subscriber)
    else if (!leftWhole(connection)) subscriber.whole = false
  }

  // --- packets ---

  #subscribe(served: ServedConnection, event: PacketEvent, packet: Packet & { type: 'SUBSCRIBE' }): void {
    const { subscriber } = served
    if (event.problems.some(({ severity }) => severity === 'error')) subscriber.whole = false
    const identifier = identifierOf(packet.properties)
    const seen: Seen = { number: event.number, frame: event.frame, time: event.time }
    const subscriptions = packet.subscriptions.map((asked) => this.#ask(subscriber, asked, identifier, seen))
    if (packet.packetIdentifier === undefined) subscriber.whole = false
    else this.#await(served, packet.packetIdentifier, { kind: 'subscribe', number: event.number, subscriptions })
  }

  #unsubscribe(served: ServedConnection, event: PacketEvent, packet: Packet & { type: 'UNSUBSCRIBE' }): void {
    const { subscriber } = served
    const seen: Seen = { number: event.number, frame: event.frame, time: event.time }
    if (packet.packetIdentifier === undefined || !packet.topicFilters.every((filter) => typeof filter === 'string')) subscriber.whole = false
    const subscriptions = packet.topicFilters.map((filter) => end(subscriber, filter, seen))
    if (packet.packetIdentifier !== undefined) this.#await(served, packet.packetIdentifier, { kind: 'unsubscribe', number: event.number, subscriptions })
  }

  #await(served: ServedConnection, packetIdentifier: number, request: SubscriptionRequest): void {
    const requests = (served.requests ??= new Map<number, SubscriptionRequest>())
    if (requests.size >= this.#limits.openRequests) {
      requests.clear()
      served.subscriber.whole = false
    }
    requests.set(packetIdentifier, request)
  }

  #answer(served: ServedConnection, event: PacketEvent, packet: Packet & { type: 'SUBACK' | 'UNSUBACK' }): void {
    const { packetIdentifier, reasonCodes } = packet
    const request = packetIdentifier === undefined ? undefined : served.requests?.get(packetIdentifier)
    if (request?.kind !== (packet.type === 'SUBACK' ? 'subscribe' : 'unsubscribe')) {
      // The answer to something that was not seen.
      served.subscriber.whole = false
      return
    }
    served.requests!.delete(packetIdentifier!)
    const seen: Seen = { number: event.number, frame: event.frame, time: event.time }
    request.subscriptions.forEach((subscription, index) => {
      if (subscription === null) return
      if (request.kind === 'subscribe') this.#granted(subscription, request.number, reasonCodes[index], seen)
      // Before 5.0 UNSUBACK has no Reason Codes.
      else this.#ended(subscription, request.number, reasonCodes[index] ?? 0, seen)
    })
  }

  #ask(subscriber: Subscriber, asked: Asked, identifier: number | null, seen: Seen): Subscription | null {
    const { topicFilter } = asked
    if (typeof topicFilter !== 'string') {
      subscriber.whole = false
      return null
    }
    const options: SubscriptionOptions = {
      qos: asked.qos ?? null,
      noLocal: asked.noLocal === true,
      retainAsPublished: asked.retainAsPublished === true,
      retainHandling: asked.retainHandling ?? 0,
      identifier,
    }
    subscriber.asked = true
    if (identifier !== null) subscriber.giveIdentifier(identifier)
    const known = subscriber.subscriptions.get(topicFilter)
    if (known !== undefined) {
      if (known.state === 'gone') {
        subscriber.gone.splice(subscriber.gone.indexOf(known), 1)
        known.grantedQos = null
        known.begun = seen
      }
      known.options = options
      known.asked = seen
      known.state = 'asked'
      if (options.retainHandling === 0 || (options.retainHandling === 1 && known.begun === seen)) known.retainedAsked = seen.time
      return known
    }
    if (this.#count >= this.#limits.subscriptions || levelsOf(topicFilter) > this.#limits.filterLevels) {
      this.#leftOut++
      subscriber.whole = false
      return null
    }
    const subscription = new Subscription(subscriber, topicFilter, options, seen)
    if (options.retainHandling < 2) subscription.retainedAsked = seen.time
    subscriber.subscriptions.set(topicFilter, subscription)
    if (isUnusual(topicFilter)) subscriber.unusual = true
    if (subscription.shareName !== null) subscriber.shares = true
    subscriber.server.filters.add(subscription.filter, subscription)
    subscriber.server.version++
    this.#count++
    return subscription
  }

  #granted(subscription: Subscription, request: number, code: number | undefined, seen: Seen): void {
    // A later SUBSCRIBE or an UNSUBSCRIBE for it is under way: its answer will tell.
    const newest = subscription.asked.number === request && subscription.state === 'asked'
    if (code === undefined || !newest) return
    if (code <= 2) {
      this.#periods?.ended(subscription, seen)
      subscription.granted = subscription.options
      subscription.state = 'in-force'
      subscription.grantedQos = code
      subscription.since = seen
      this.follower?.granted(subscription)
    } else if (code >= FIRST_FAILURE && subscription.grantedQos === null) this.#gone(subscription, seen)
    // Where what it should have replaced may go on, it stays asked for, and nothing is expected of it.
  }

  #ended(subscription: Subscription, request: number, code: number, seen: Seen): void {
    if (subscription.state !== 'ending' || subscription.ending?.number !== request) return
    if (code < FIRST_FAILURE) {
      this.#periods?.ended(subscription, seen)
      this.#gone(subscription, seen)
    } else subscription.state = 'asked'
  }

  #gone(subscription: Subscription, seen: Seen): void {
    const { subscriber } = subscription
    subscription.state = 'gone'
    subscription.over = seen
    subscription.since = null
    subscriber.gone.push(subscription)
    if (subscriber.gone.length <= this.#limits.goneSubscriptions) return
    subscriber.goneForgotten = true
    this.#remove(subscriber.gone.shift()!)
  }

  #remove(subscription: Subscription): void {
    const { subscriber } = subscription
    if (!subscriber.subscriptions.delete(subscription.topicFilter)) return
    subscription.state = 'gone'
    subscription.since = null
    subscriber.server.filters.remove(subscription.filter, subscription)
    subscriber.server.version++
    this.#count--
  }

  /** What served the subscriber so far does so no longer, but `next` does; null where the subscriber is forgotten, and what it does from now on is not known. */
  #leave({ connection, whole }: Subscriber, next: NetworkConnection | null): void {
    if (connection === null || connection === next || connection.served === null) return
    this.#periods?.close(connection.served, whole && next !== null)
  }

  #drop(subscriber: Subscriber): void {
    for (const subscription of [...subscriber.subscriptions.values()]) this.#remove(subscription)
    this.#periods?.forget(subscriber)
    subscriber.forget()
  }
}

/** Those of a Session, made when they are first asked for. */
export function subscriberOf(session: ClientSession, server: ServerState): Subscriber {
  return (session.attachment ??= new Subscriber(server, session)) as Subscriber
}

function end(subscriber: Subscriber, topicFilter: Text, seen: Seen): Subscription | null {
  const subscription = typeof topicFilter === 'string' ? subscriber.subscriptions.get(topicFilter) : undefined
  if (subscription === undefined || subscription.state === 'gone') return null
  subscription.state = 'ending'
  subscription.ending = seen
  return subscription
}

/** Nothing that the client sent on it can be missing from the capture: it ended in order, and all bytes are there. */
function leftWhole(connection: NetworkConnection): boolean {
  // A reset says nothing of what came before it.
  return connection.complete && connection.finish?.reason === 'fin' && connection.secondFinish?.reason === 'fin'
}

function identifierOf(properties: Properties): number | null {
  const value = propertyValue(properties, 'subscriptionIdentifier')
  return typeof value === 'number' ? value : null
}

function levelsOf(filter: string): number {
  let levels = 1
  for (let at = filter.indexOf('/'); at >= 0; at = filter.indexOf('/', at + 1)) levels++
  return levels
}

/** Kinds of filters that some servers know beyond the standard: `$queue/…`, `$exclusive/…`. */
function isUnusual(topicFilter: string): boolean {
  return topicFilter.startsWith('$') && !topicFilter.startsWith('$share/') && !topicFilter.startsWith('$SYS/')
}
