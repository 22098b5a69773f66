import { columnsOf, headerRow, row } from './csv.ts'
import { exchangeObject } from './exchange-json.ts'
import { EXCHANGE_SCHEMA } from './schema/exchange.ts'
import type { Exchange } from '../session/exchange.ts'
import type { ExchangeRenderer } from './renderer.ts'
import type { ClockSource } from './time-format.ts'

/** `-f csv` of exchanges: one column for each key of their objects; steps, filters and legs are JSON in one cell each. */

/** What every line would repeat. */
const COLUMNS = columnsOf(EXCHANGE_SCHEMA, []).filter(({ name }) => name !== 'schema')

export class ExchangeCsvRenderer implements ExchangeRenderer {
  readonly #clock: ClockSource
  readonly #forTerminal: boolean

  constructor(clock: ClockSource, forTerminal: boolean) {
    this.#clock = clock
    this.#forTerminal = forTerminal
  }

  begin(): string {
    return headerRow(COLUMNS)
  }

  exchange(exchange: Exchange): string {
    return row(COLUMNS, exchangeObject(exchange, this.#clock()), this.#forTerminal)
  }

  end(): string {
    return ''
  }
}
