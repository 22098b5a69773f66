/**
 * What was subscribed to on each connection, and from which packet to which: so that the subscriptions in force at any frame can be told (MQTT 5.0 §3.8.4, §4.1).
 *
 * A period begins with the SUBACK that put a subscription in force, also one of an earlier connection of the Session, and ends with the UNSUBACK, or with the
 * SUBACK of a SUBSCRIBE that replaced it. Those that were in force when their connection ended have no end.
 */
import type { Seen } from './network-connection.ts'
import type { ServedConnection } from './served-connection.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription, SubscriptionOptions } from './subscription.ts'

export interface SubscriptionPeriod {
  readonly topicFilter: string
  readonly options: SubscriptionOptions
  readonly grantedQos: number
  readonly since: Seen
  readonly until: Seen | null
}

/** The subscriptions of a connection. */
export interface SubscriptionHistory {
  /** Those that ended, then those in force; while the connection goes on, those in force come first. */
  readonly periods: readonly SubscriptionPeriod[]
  /** Nothing that could have changed them has gone unseen. */
  readonly complete: boolean
  /** Periods that are not here, because there were too many. */
  readonly leftOut: number
}

export interface SubscriptionPeriodLimits {
  /** Of one connection. */
  readonly subscriptionPeriods: number
  /** Of all connections that have not ended. */
  readonly subscriptionPeriodsTotal: number
}

export class SubscriptionPeriods {
  readonly #limits: SubscriptionPeriodLimits
  #count = 0

  constructor(limits: SubscriptionPeriodLimits) {
    this.#limits = limits
  }

  /** A subscription that was in force ends, or is replaced. */
  ended(subscription: Subscription, until: Seen): void {
    const { subscriber } = subscription
    const period = periodOf(subscription, until)
    if (period === null) return
    subscriber.past ??= []
    if (!this.#keep(subscriber.past, period)) subscriber.pastLeftOut++
  }

  /** The connection serves its subscriber no longer. */
  close(served: ServedConnection, complete: boolean): void {
    const { subscriber } = served
    const periods = subscriber.past ?? []
    let leftOut = subscriber.pastLeftOut
    for (const subscription of subscriber.subscriptions.values()) {
      const period = periodOf(subscription, null)
      if (period === null) continue
      if (!this.#keep(periods, period)) leftOut++
    }
    served.history = { periods, complete, leftOut }
    subscriber.past = null
    subscriber.pastLeftOut = 0
  }

  /** The connection has ended: what was subscribed to on it is told, and no longer held here. */
  told({ history }: ServedConnection): void {
    this.#count -= history?.periods.length ?? 0
  }

  /** Nobody will know what was subscribed to. */
  forget(subscriber: Subscriber): void {
    this.#count -= subscriber.past?.length ?? 0
    subscriber.past = null
    subscriber.pastLeftOut = 0
  }

  #keep(periods: SubscriptionPeriod[], period: SubscriptionPeriod): boolean {
    if (periods.length >= this.#limits.subscriptionPeriods || this.#count >= this.#limits.subscriptionPeriodsTotal) return false
    periods.push(period)
    this.#count++
    return true
  }
}

/**
 * Of a connection that goes on, at most `most` of them: the others are left out. Made anew each time, and not held. Null where the connection has ended, or its client
 * has another one by now.
 */
export function historySoFar({ subscriber, connection, ended }: ServedConnection, most: number): SubscriptionHistory | null {
  if (ended || subscriber.connection !== connection) return null
  const periods: SubscriptionPeriod[] = []
  const past = subscriber.past ?? []
  let inForce = 0
  for (const subscription of subscriber.subscriptions.values()) {
    if (subscription.since === null) continue
    inForce++
    const period = periods.length < most ? periodOf(subscription, null) : null
    if (period !== null) periods.push(period)
  }
  periods.push(...past.slice(0, most - periods.length))
  return { periods, complete: subscriber.whole, leftOut: subscriber.pastLeftOut + inForce + past.length - periods.length }
}

/** Null where it is not in force. */
function periodOf({ topicFilter, granted, grantedQos, since }: Subscription, until: Seen | null): SubscriptionPeriod | null {
  return since === null || granted === null || grantedQos === null ? null : { topicFilter, options: granted, grantedQos, since, until }
}
