import { legsOf } from '../session/exchange.ts'
import { EXCHANGE_SCHEMA_NAME } from './schema/exchange.ts'
import { epochText, milliseconds } from './time-format.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { Exchange } from '../session/exchange.ts'
import type { ExchangeObject } from './schema/exchange.ts'

/** Exchanges as the objects of `schema/exchange.ts`, for all machine formats. */

export function exchangeObject(exchange: Exchange, clock: CaptureClock | null): ExchangeObject {
  const { connection, steps, duration } = exchange
  return {
    schema: EXCHANGE_SCHEMA_NAME,
    number: exchange.number,
    stream: connection.tcp.stream,
    clientId: connection.clientIdentifier ?? null,
    version: connection.version,
    kind: exchange.kind,
    initiator: exchange.initiator,
    packetIdentifier: exchange.packetIdentifier,
    topic: exchange.topic,
    filters: exchange.filters.map(({ topicFilter, qos, reasonCode }) => ({ topicFilter, qos, reasonCode })),
    outcome: exchange.outcome,
    reasonCode: exchange.reasonCode,
    steps: steps.map(({ type, number, frame, time, dup, segments }) => ({ type, number, frame, time: epochText(clock, time), dup, segments })),
    durationMs: duration === null ? null : milliseconds(duration),
    legsMs: legsOf({ steps }).map(milliseconds),
    networkMs: exchange.network === null ? null : milliseconds(exchange.network),
    causes: exchange.causes.map(({ leg, cause, duration: time }) => ({ leg, cause, ms: milliseconds(time) })),
    retransmitted: exchange.retransmitted,
    resumed: exchange.resumed,
    certainty: exchange.certainty,
  }
}
