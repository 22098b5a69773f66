import { durationOf, legsOf } from '../session/exchange.ts'
import { JsonArrayText } from './json-array.ts'
import { jsonText } from './json-text.ts'
import { EXCHANGE_SCHEMA_NAME } from './schema/exchange.ts'
import { epochText } from './time-format.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { Exchange } from '../session/exchange.ts'
import type { ExchangeRenderer } from './renderer.ts'
import type { ExchangeObject } from './schema/exchange.ts'
import type { ClockSource } from './time-format.ts'

/** `-f ndjson` and `-f json` of exchanges: the objects of `schema/exchange.ts`. Text is exact; what could steer a terminal is escaped as JSON allows. */

export function exchangeObject(exchange: Exchange, clock: CaptureClock | null): ExchangeObject {
  const { connection, steps } = exchange
  const duration = durationOf({ steps })
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
    steps: steps.map(({ type, number, frame, time, dup }) => ({ type, number, frame, time: epochText(clock, time), dup })),
    durationMs: duration === null ? null : milliseconds(duration),
    legsMs: legsOf({ steps }).map(milliseconds),
    networkMs: null,
    retransmitted: exchange.retransmitted,
    certainty: exchange.certainty,
  }
}

/** Of whole nanoseconds: as JSON it has at most six decimals, and all of them are right. */
function milliseconds(nanoseconds: number): number {
  return nanoseconds / 1e6
}

export class ExchangeNdjsonRenderer implements ExchangeRenderer {
  readonly #clock: ClockSource

  constructor(clock: ClockSource) {
    this.#clock = clock
  }

  begin(): string {
    return ''
  }

  exchange(exchange: Exchange): string {
    return `${jsonText(exchangeObject(exchange, this.#clock()))}\n`
  }

  end(): string {
    return ''
  }
}

export class ExchangeJsonRenderer implements ExchangeRenderer {
  readonly #clock: ClockSource
  readonly #array = new JsonArrayText()

  constructor(clock: ClockSource) {
    this.#clock = clock
  }

  begin(): string {
    return this.#array.begin()
  }

  exchange(exchange: Exchange): string {
    return this.#array.item(jsonText(exchangeObject(exchange, this.#clock())))
  }

  end(): string {
    return this.#array.end()
  }
}
