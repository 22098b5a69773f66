/** A copy while it is not settled what it is of, and what is known of it when it goes by. */
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { propertyValue, type Properties, type Publish, type Qos } from '../mqtt/packet.ts'
import type { Copy, CopyKind, Party, Publication, RetainedState } from './delivery.ts'
import type { ContentExtent } from './message-content.ts'
import type { Alteration, PassedOn } from './passed-on.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { Match, PublishedTopic, SameContent } from './published-topic.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Seen } from './seen.ts'
import type { Certainty } from './side.ts'
import type { Subscriber } from './subscriber.ts'
import type { SubscriptionTerms } from './subscription.ts'

const NO_FILTERS: readonly string[] = []
const NO_IDENTIFIERS: readonly number[] = []

/** As it is told in the end. */
export class OpenCopy implements Copy {
  readonly number: number
  readonly frame: number
  readonly time: number
  readonly client: Party
  kind: CopyKind = 'live'
  readonly qos: Qos
  readonly dup: boolean
  readonly retain: boolean
  readonly subscriptionIdentifiers: readonly number[]
  filters: readonly string[] = NO_FILTERS
  grantedQos: number | null = null
  certainty: Certainty = 'unsure'
  only = false
  duration: number | null = null
  unaltered: boolean | null = null
  altered: readonly Alteration[] | null = null
  readonly messageExpiryInterval: number | null
  heldUp = false
  subscriptions: readonly SubscriptionTerms[] | null = null
  removed: readonly string[] = NO_FILTERS
  raised = 0
  own = false
  readonly bridge: boolean
  predecessor: Publication | null = null
  overtakenBy: Publication | null = null
  refused: Seen | null = null
  /** Whether the server has that by now. */
  #refusalArrived: (() => boolean) | null = null
  refusedBefore: Copy | null = null
  brokenOff = false
  brokenOffBefore: Copy | null = null
  /** PUBCOMP has come, or it was refused. */
  finished = false
  duplicate: Certainty | null = null
  unsubscribed: Certainty | null = null
  almost: string | null = null
  retained: RetainedState | null = null

  constructor({ number, frame, time }: PacketEvent, { qos, dup, retain, properties }: Publish, { party, bridge }: ServedConnection) {
    this.number = number
    this.frame = frame
    this.time = time
    this.client = party
    this.bridge = bridge
    this.qos = qos
    this.dup = dup
    this.retain = retain
    this.subscriptionIdentifiers = subscriptionIdentifiers(properties)
    this.messageExpiryInterval = messageExpiryInterval(properties)
  }

  /** The client refuses it. */
  refuse({ number, frame, time, segmentEnd }: PacketEvent, connection: NetworkConnection): void {
    this.refused = { number, frame, time }
    this.finished = true
    this.#refusalArrived = () => connection.half('client').acknowledgedOffset >= segmentEnd
  }

  /** As the client wrote it, where it was sent for one shared subscription alone; null where it was not. */
  get sharedFilter(): string | null {
    if (this.subscriptions?.length !== 1) return null
    const { shareName, topicFilter } = this.subscriptions[0]!
    return shareName === null ? null : topicFilter
  }

  /** It is for a shared subscription, and has to be finished with this client (MQTT 5.0 §4.8.2). */
  get isHeld(): boolean {
    return this.qos === 2 && !this.finished && this.sharedFilter !== null
  }

  get isKnownAsRefused(): boolean {
    return this.#refusalArrived?.() === true
  }

  /** It may be of another publication after all. */
  lessThanCertain(): void {
    if (this.certainty === 'certain') this.certainty = 'likely'
    this.only = false
  }
}

/** A copy that goes by, with all that is needed to find what it is of. */
export interface PassingCopy {
  readonly copy: OpenCopy
  readonly served: ServedConnection
  readonly subscriber: Subscriber
  readonly topic: PublishedTopic
  /** The subscriber's subscriptions that match; null where none is known. */
  readonly match: Match | null
  readonly same: SameContent
  readonly extent: ContentExtent
  readonly properties: PassedOn
  /** Until when it waits for its publication, should that not be known yet. */
  readonly due: number
}

/** MQTT 5.0 §3.3.2.3.8. */
function subscriptionIdentifiers(properties: Properties): readonly number[] {
  if (properties === undefined || properties.length === 0) return NO_IDENTIFIERS
  return properties.flatMap(({ name, value }) => (name === 'subscriptionIdentifier' && typeof value === 'number' ? [value] : []))
}

/** MQTT 5.0 §3.3.2.3.3, in seconds; null where there is none. */
export function messageExpiryInterval(properties: Properties): number | null {
  if (properties === undefined || properties.length === 0) return null
  const value = propertyValue(properties, 'messageExpiryInterval')
  return typeof value === 'number' ? value : null
}
