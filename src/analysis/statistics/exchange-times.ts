/** How exchanges of one kind ended, and how long those took that were answered: by who began them, and all together. */
import { EXCHANGE_KINDS, type Exchange, type ExchangeKind } from '../../session/exchange.ts'
import { Times } from './times.ts'

/** Percentiles of all exchanges of a kind are within 0.1 %, which takes 9 kB for each power of ten that times are apart. */
export const KIND_PRECISION = 0.001

export class ExchangeTimes {
  /** Complete, or failed with an answer. */
  answered = 0
  /** Of these: refused by a Reason Code. */
  failed = 0
  /** No answer came: open, abandoned, superseded. */
  unanswered = 0
  /** The capture does not show enough to say. */
  partlySeen = 0
  /** Of the answered ones; fewer where the capture has no times. */
  readonly times = new Times(KIND_PRECISION)

  add({ outcome }: Exchange, duration: number | null): void {
    switch (outcome) {
      case 'complete': case 'failed':
        this.answered++
        if (outcome === 'failed') this.failed++
        if (duration !== null) this.times.add(duration)
        return
      case 'open': case 'abandoned': case 'superseded':
        this.unanswered++
        return
      case 'partly-seen':
        this.partlySeen++
    }
  }

  /** Exchanges of any outcome. */
  get count(): number {
    return this.answered + this.unanswered + this.partlySeen
  }
}

export interface KindTimes {
  readonly kind: ExchangeKind
  readonly all: ExchangeTimes
  readonly client: ExchangeTimes
  readonly server: ExchangeTimes
}

/** One row for each kind. */
export class ExchangeTimesByKind {
  readonly rows: readonly KindTimes[] = EXCHANGE_KINDS.map((kind) => ({ kind, all: new ExchangeTimes(), client: new ExchangeTimes(), server: new ExchangeTimes() }))
  readonly #byKind = new Map(this.rows.map((row) => [row.kind, row]))

  /** Returns how long it took, in nanoseconds; null where it was not answered, and where the capture has no times. */
  add(exchange: Exchange): number | null {
    const { kind, initiator, outcome } = exchange
    const duration = outcome === 'complete' || outcome === 'failed' ? exchange.duration : null
    const row = this.#byKind.get(kind)!
    row.all.add(exchange, duration)
    row[initiator].add(exchange, duration)
    return duration
  }
}
