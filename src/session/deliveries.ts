/**
 * Packets in, deliveries out: finds for each PUBLISH that a server receives the copies that it sends on, and what of it did not come to whom.
 *
 * Each packet goes to the part that it concerns: who subscribes (subscriptions.ts), what was published (publications.ts), what each copy is of (copies.ts). What
 * became of a publication is told when it is clear (settling.ts). It is remembered for a while after that, as far as there is room, for copies that come late
 * (publication-window.ts).
 */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Packet } from '../mqtt/packet.ts'
import { AnnouncedWills } from './announced-wills.ts'
import { CapturePosition, type ClockLimits } from './capture-position.ts'
import type { ClientSession } from './client-session.ts'
import type { ConnectionFollower } from './connection-follower.ts'
import { Copies, type CopyLimits } from './copies.ts'
import type { DeliveryResult } from './delivery.ts'
import type { ContentReader } from './message-content.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { OpenExchange } from './open-exchange.ts'
import { PublicationWindow, type PublicationWindowLimits } from './publication-window.ts'
import { Publications } from './publications.ts'
import { FIRST_FAILURE, reasonCodeOf } from './reason-code.ts'
import { RetainedAnswers } from './retained-answers.ts'
import type { SessionSink } from './session-tracker.ts'
import { Settling } from './settling.ts'
import type { Side } from './side.ts'
import { StoredMessagesFollower } from './stored-messages.ts'
import { Subscriptions, type SubscriptionLimits } from './subscriptions.ts'
import { Wills } from './wills.ts'

export interface DeliveryLimits extends SubscriptionLimits, PublicationWindowLimits, CopyLimits, ClockLimits {
  readonly wills: number
}

const PUBLISH = 3
const PUBACK = 4
const PUBCOMP = 7
const SUBSCRIBE = 8
const UNSUBACK = 11
const DISCONNECT = 14
const PACKET_TOO_LARGE = 0x95

export class Deliveries implements ConnectionFollower {
  readonly subscriptions: Subscriptions
  readonly #position: CapturePosition
  readonly #announced: AnnouncedWills
  readonly #wills: Wills
  readonly #publications: Publications
  readonly #copies: Copies
  readonly #settling: Settling
  readonly #answers: RetainedAnswers
  readonly #stored: StoredMessagesFollower

  constructor(emit: (result: DeliveryResult) => void, told: Pick<SessionSink, 'retained' | 'will' | 'stored'>, limits: DeliveryLimits, content: ContentReader, keepPeriods = false) {
    this.subscriptions = new Subscriptions(limits, keepPeriods)
    const { servers } = this.subscriptions
    this.#position = new CapturePosition(limits)
    this.#announced = new AnnouncedWills(servers, limits.wills)
    const window = new PublicationWindow(servers, (publication) => this.#settling.settleEarly(publication), limits)
    this.#settling = new Settling(emit, limits, this.#position, window)
    this.#stored = new StoredMessagesFollower((result) => told.stored?.(result), limits, this.#position)
    this.#publications = new Publications(this.subscriptions, window, this.#settling, this.#stored, content, limits.disorder)
    const answers = new RetainedAnswers((answer) => told.retained?.(answer), limits, limits.disorder, this.#position)
    const wills = new Wills((result) => told.will?.(result), limits, this.#position, window)
    this.#answers = answers
    this.#wills = wills
    this.subscriptions.follower = {
      granted: (subscription) => {
        answers.granted(subscription)
        wills.granted(subscription)
      },
    }
    this.#copies = new Copies(emit, limits, this.#position, servers, window, answers, wills, content)
  }

  /** Publications whose subscribers were not looked up, or that were told of before all was seen, because there was too much at once. */
  get leftOut(): number {
    return this.#publications.leftOut + this.#settling.leftOut
  }

  packet(event: PacketEvent, type: number, side: Side, connection: NetworkConnection, exchange: OpenExchange | null): void {
    const isAhead = this.#moveTo(event)
    this.#take(event, type, side, connection, exchange)
    if (!isAhead) return
    // Behind the packet: what TCP knows of its connection includes it already.
    this.#settleDue()
  }

  tick(time: number): void {
    if (this.#position.passTo(time)) this.#settleDue()
  }

  hour(): void {
    this.#announced.hour()
  }

  #settleDue(): void {
    this.#copies.expire(this.#position.now)
    this.#settling.settleDue()
    this.#answers.settleDue()
    this.#stored.settleDue()
    this.#wills.settleDue()
  }

  #take(event: PacketEvent, type: number, side: Side, connection: NetworkConnection, exchange: OpenExchange | null): void {
    const served = connection.served ?? this.subscriptions.meet(connection)
    if (served === null) return
    if (served.subscriber.session === null) served.server.anonymousTime = event.time
    const { packet } = event
    if (type === PUBLISH) {
      if (packet.type !== 'PUBLISH') return
      if (side === 'server') this.#copies.sent(event, packet, served, exchange)
      else {
        const publication = this.#publications.received(event, packet, served, exchange)
        if (publication !== null) this.#copies.claim(publication)
      }
    } else if (type >= PUBACK && type <= PUBCOMP) {
      if (side === 'server' && exchange !== null) this.#publications.acknowledged(exchange, event)
      else if (side === 'client' && exchange?.initiator === 'server' && (reasonCodeOf(packet as Packet) ?? 0) >= FIRST_FAILURE) this.#copies.refused(exchange, event, served)
      else if (side === 'client' && type === PUBCOMP && exchange !== null) this.#copies.finished(exchange)
    } else if (type >= SUBSCRIBE && type <= UNSUBACK) this.subscriptions.packet(served, event, side)
    else if (type === DISCONNECT) {
      if (side === 'server' && reasonCodeOf(packet as Packet) === PACKET_TOO_LARGE && connection.limits('server').maximumPacketSize === null) {
        served.subscriber.tooLarge = { number: event.number, frame: event.frame, time: event.time }
      }
      this.subscriptions.closing(served)
    }
    else if (packet.type === 'CONNECT' && packet.bridge) served.bridge = true
  }

  gap({ served }: NetworkConnection, time: number): void {
    if (served === null) return
    this.subscriptions.gap(served, this.#position.number, time)
    served.server.blindTime = time
  }

  closing(connection: NetworkConnection): void {
    if (connection.served === null) return
    this.subscriptions.closing(connection.served)
    this.#wills.closing(connection)
  }

  closed(connection: NetworkConnection): void {
    if (connection.served === null) return
    this.subscriptions.closed(connection.served)
    this.#announced.closed(connection)
    this.#wills.closed(connection)
  }

  finish(): void {
    this.#copies.expire(Infinity)
    this.#settling.finish()
    this.#answers.end()
    this.#stored.end()
    this.#wills.finish()
    this.#position.ended = true
    this.subscriptions.finish()
  }

  end(): void {
    this.#copies.expire(Infinity)
    this.#settling.end()
  }

  // --- SessionFollower ---

  began(session: ClientSession, connection: NetworkConnection, anew: boolean): void {
    this.subscriptions.began(session, connection, anew)
    this.#stored.began(connection, anew)
    this.#wills.began(connection)
    this.#announced.announce(connection)
  }

  ended(session: ClientSession): void {
    this.subscriptions.ended(session)
  }

  /** Whether time went on. */
  #moveTo(event: PacketEvent): boolean {
    const position = this.#position
    position.number = event.number
    if (!position.isAhead(event)) return false
    if (position.stepsTo(event.time)) {
      this.#copies.expire(Infinity)
      this.#settling.clockSteps()
      this.#answers.end()
      this.#stored.end()
      this.#wills.clockSteps()
    }
    position.moveTo(event)
    return true
  }
}
