/**
 * What rules are asked about. One object of each kind is used again for every case: it is valid only during the call.
 */
import type { Packet, PacketType, Text } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Version } from '../mqtt/version.ts'
import type { Copy, CopyWithoutPublication, Delivery, DeliveryResult, MissingCopy, PartialDelivery, Party, Publication, Unsubscribed } from '../session/delivery.ts'
import { absenceOfAnswer, type Absence } from '../session/absence.ts'
import { outcomeOf, stillThere, type CloseDuty, type DutyOutcome } from '../session/close-duty.ts'
import type { Limits } from '../session/connect-facts.ts'
import type { Exchange, SettledExchange } from '../session/exchange.ts'
import type { Misfit } from '../session/misfit.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { RetainedAnswer } from '../session/retained-answers.ts'
import type { StoredMessages } from '../session/stored-messages.ts'
import type { RetainedWill, WillOutcome } from '../session/wills.ts'
import type { Inherited } from '../session/resumption.ts'
import type { Seen } from '../session/seen.ts'
import { otherSide, type Side } from '../session/side.ts'
import type { Evidence } from './evidence.ts'

/** What all of them have. */
export interface Subject {
  /** TcpConnection.stream. */
  readonly stream: number
  readonly clientId: Text | null
  readonly version: Version
  /** The capture does not say which version it is; its packets look like it. */
  readonly versionInferred: boolean
  /** What the capture does not show of the connection: bits of MISSING. */
  readonly missing: Evidence
  /** Whom it is about: of a packet, its sender; of an exchange, its initiator; of what a server passes on, the server. */
  readonly side: Side
  /** Where in the capture: the packet, or what it ended with. */
  readonly packetNumber: number | null
  readonly frame: number
  readonly time: number
  /** Exchange.number; null where there is none. */
  readonly exchangeNumber: number | null
}

/** Of a connection that is still known. */
abstract class OfConnection {
  connection!: NetworkConnection
  version: Version = '5.0'
  missing: Evidence = 0

  get stream(): number {
    return this.connection.mqtt.tcp.stream
  }

  get clientId(): Text | null {
    return this.connection.mqtt.clientIdentifier ?? null
  }

  get versionInferred(): boolean {
    return this.connection.mqtt.versionCertainty === 'inferred'
  }
}

/** A packet going by. */
export class PacketSubject extends OfConnection implements Subject {
  event!: PacketEvent
  side: Side = 'client'
  /** That it belongs to, ended or not; null where there is none. */
  exchange: SettledExchange | null = null

  get packet(): Packet {
    return this.event.packet as Packet
  }

  get packetNumber(): number {
    return this.event.number
  }

  get frame(): number {
    return this.event.frame
  }

  get time(): number {
    return this.event.time
  }

  get exchangeNumber(): number | null {
    return this.exchange?.number ?? null
  }

  get peer(): Side {
    return otherSide(this.side)
  }

  /** What the other side announced that it can take. */
  get limits(): Limits {
    return this.connection.limits(this.peer)
  }
}

/** A Packet with one of these types. */
type PacketOf<Type, Any = Packet> = Any extends { readonly type: infer Has } ? (Extract<Has, Type> extends never ? never : Any) : never

/** A packet of a type that is known. */
export type PacketSubjectOf<Type extends PacketType> = PacketSubject & { readonly packet: PacketOf<Type> }

/** An exchange that has ended, or the capture with it. */
export class ExchangeSubject extends OfConnection implements Subject {
  exchange!: Exchange
  /** The capture has ended: what ends now did not end by itself. */
  captureEnded = false
  /** The time of the capture's newest frame. */
  now = NaN
  /** Nanoseconds from which on an answer is slow: the user's choice. */
  slowAfter = Infinity

  get side(): Side {
    return this.exchange.initiator
  }

  get packetNumber(): number | null {
    return this.exchange.steps[0]?.number ?? null
  }

  get frame(): number {
    return this.exchange.steps[0]?.frame ?? 0
  }

  get time(): number {
    return this.exchange.steps[0]?.time ?? NaN
  }

  get exchangeNumber(): number {
    return this.exchange.number
  }
}

/** An exchange of which nothing more comes on its connection: `exchange.awaits` says whether the answer came. */
export class AnswerSubject extends ExchangeSubject {
  declare exchange: SettledExchange

  /** Whether what it waits for is missing, or why that cannot be said. */
  get absence(): Absence {
    const { exchange, connection } = this
    return absenceOfAnswer(connection, exchange, this.now)
  }
}

/** A packet that does not fit the exchanges of its connection. */
export class MisfitSubject extends OfConnection {
  misfit!: Misfit

  get side(): Side {
    return this.misfit.side
  }

  get packetNumber(): number {
    return this.misfit.event.number
  }

  get frame(): number {
    return this.misfit.event.frame
  }

  get time(): number {
    return this.misfit.event.time
  }

  get exchangeNumber(): number | null {
    return this.misfit.exchange?.number ?? this.misfit.swapped?.number ?? null
  }
}

/** A connection that has ended, or the capture with it: `connection.closing` says why. */
export class ConnectionSubject extends OfConnection implements Subject {
  side: Side = 'client'
  captureEnded = false
  now = NaN

  get packetNumber(): number | null {
    return this.connection.closing?.packet ?? null
  }

  get frame(): number {
    const { closing, connect, mqtt } = this.connection
    return closing?.evidence.at(-1) ?? connect?.frame ?? mqtt.tcp.firstFrame
  }

  get time(): number {
    return this.connection.endTime
  }

  get exchangeNumber(): null {
    return null
  }
}

/** An exchange of an earlier connection of the Session, when the connection that inherits it has ended, or the capture. About its initiator. */
export class InheritedSubject extends OfConnection implements Subject {
  inherited!: Inherited
  captureEnded = false
  now = NaN

  get side(): Side {
    return this.inherited.initiator
  }

  get packetNumber(): number {
    return (this.inherited.by ?? this.connection.connack!).number
  }

  get frame(): number {
    return (this.inherited.by ?? this.connection.connack!).frame
  }

  get time(): number {
    return (this.inherited.by ?? this.connection.connack!).time
  }

  get exchangeNumber(): number {
    return this.inherited.number
  }
}

/** Bytes of a stream came twice, and were not the same. About the side that seems to have sent them. */
export class ConflictSubject extends OfConnection implements Subject {
  side: Side = 'client'
  frame = 0
  time = NaN
  /** Bytes of the stream that were repeated. */
  length = 0
  readonly packetNumber = null
  readonly exchangeNumber = null
}

/** A side that must close a connection, now that this has ended, or the capture with it. */
export class CloseDutySubject extends OfConnection implements Subject {
  duty!: CloseDuty
  captureEnded = false
  now = NaN

  get outcome(): DutyOutcome {
    return outcomeOf(this.duty, this.connection, this.captureEnded, this.now)
  }

  get stillThere(): boolean {
    return stillThere(this.duty, this.connection)
  }

  get side(): Side {
    return this.duty.side
  }

  get packetNumber(): number {
    return this.duty.number
  }

  get frame(): number {
    return this.duty.frame
  }

  get time(): number {
    return this.duty.time
  }

  get exchangeNumber(): null {
    return null
  }
}

/** What a server did with a publication: of the client that it is sent to, or should be. */
abstract class OfServer {
  readonly side: Side = 'server'
  version: Version = '5.0'
  missing: Evidence = 0
  readonly exchangeNumber = null
  /** Deliveries are followed only where the CONNECT was seen. */
  readonly versionInferred = false
  /** Of whom stream and client are told, and what packet it is about. */
  abstract readonly client: Party
  abstract readonly seen: Seen

  get stream(): number {
    return this.client.stream
  }

  get clientId(): Text | null {
    return this.client.clientIdentifier ?? null
  }

  get packetNumber(): number {
    return this.seen.number
  }

  get frame(): number {
    return this.seen.frame
  }

  get time(): number {
    return this.seen.time
  }
}

/** A publication, with all its copies. About the server; stream and client are the publisher's. */
export class PublicationSubject extends OfServer implements Subject {
  delivery!: Delivery

  get client(): Party {
    return this.delivery.publication.publisher
  }

  get seen(): Seen {
    return this.delivery.publication
  }
}

/**
 * What one client got of a publication: its copies, or that it should have got one, or that it was to get none. Stream and client are those of this client. Copies
 * that come late are not among them.
 */
export class RecipientSubject extends OfServer implements Subject {
  delivery!: Delivery
  client!: Party
  copies: readonly Copy[] = []
  missingCopy: MissingCopy | null = null
  partial: PartialDelivery | null = null
  unsubscribed: Unsubscribed | null = null

  get seen(): Seen {
    return this.copies.at(-1) ?? this.delivery.publication
  }
}

/** One copy that a server sent; stream and client are the receiver's. */
export class CopySubject extends OfServer implements Subject {
  copy!: Copy
  /** Null where it is not known. */
  publication: Publication | null = null
  /** That which it was told in. */
  result!: DeliveryResult

  get client(): Party {
    return this.copy.client
  }

  get seen(): Seen {
    return this.copy
  }
}

/** What became of a will; stream and client are those of its owner, the packet is the CONNECT that announced it. */
export class WillSubject extends OfServer implements Subject {
  outcome!: WillOutcome

  get client(): Party {
    return this.outcome.client
  }

  get seen(): Seen {
    return this.outcome.connect
  }
}

/** A subscription that a retained will may have come for; stream and client are the subscriber's, the packet is the SUBACK. */
export class RetainedWillSubject extends OfServer implements Subject {
  retained!: RetainedWill

  get client(): Party {
    return this.retained.client
  }

  get seen(): Seen {
    return this.retained.granted
  }
}

/** The messages that a server had kept while a client was away; the packet is the CONNACK that resumes its Session. */
export class StoredSubject extends OfServer implements Subject {
  stored!: StoredMessages

  get client(): Party {
    return this.stored.client
  }

  get seen(): Seen {
    return this.stored.resumed
  }
}

/** The retained messages that a server sent because of a SUBSCRIBE; stream and client are the subscriber's, the packet is the SUBACK. */
export class RetainedSubject extends OfServer implements Subject {
  answer!: RetainedAnswer

  get client(): Party {
    return this.answer.client
  }

  get seen(): Seen {
    return this.answer.granted
  }
}

/** A copy of nothing that was published; stream and client are the receiver's. */
export class StraySubject extends OfServer implements Subject {
  stray!: CopyWithoutPublication

  get copy(): Copy {
    return this.stray.copy
  }

  get client(): Party {
    return this.copy.client
  }

  get seen(): Seen {
    return this.copy
  }
}

/** A copy that was not sent; stream and client are those that should have got it, the packet is the publication. */
export class MissingCopySubject extends OfServer implements Subject {
  missingCopy!: MissingCopy
  delivery!: Delivery

  get client(): Party {
    return this.missingCopy.client
  }

  get seen(): Seen {
    return this.delivery.publication
  }
}

/**
 * What each kind of rule is asked about. Packet types by their names; `opening-packet` those from CONNECT to CONNACK, both included; `late-packet` those after a
 * DISCONNECT of either side or a CONNACK that refuses; `unknown-version` a connection that has ended, whose CONNECT announces a version that does not exist.
 */
export type Subjects = { readonly [Type in PacketType]: PacketSubjectOf<Type> } & {
  readonly exchange: ExchangeSubject
  readonly answer: AnswerSubject
  readonly misfit: MisfitSubject
  readonly connection: ConnectionSubject
  readonly inherited: InheritedSubject
  readonly conflict: ConflictSubject
  readonly 'opening-packet': PacketSubject
  readonly 'late-packet': PacketSubject
  readonly 'close-duty': CloseDutySubject
  readonly 'unknown-version': ConnectionSubject
  readonly publication: PublicationSubject
  readonly recipient: RecipientSubject
  /** Of every copy, whatever it is of. */
  readonly copy: CopySubject
  /** Of those alone that have RETAIN, or were published with it. */
  readonly 'copy-with-retain': CopySubject
  readonly stray: StraySubject
  readonly retained: RetainedSubject
  readonly stored: StoredSubject
  readonly will: WillSubject
  readonly 'retained-will': RetainedWillSubject
  readonly 'missing-copy': MissingCopySubject
}

export type Trigger = keyof Subjects
