import { columnsOf, headerRow, row } from './csv.ts'
import { deliveryObject } from './delivery-json.ts'
import { DELIVERY_SCHEMA } from './schema/delivery.ts'
import type { DeliveryResult } from '../session/delivery.ts'
import type { DeliveryRenderer } from './renderer.ts'
import type { ClockSource } from './time-format.ts'

/** `-f csv` of deliveries: one column for each key of their objects; copies and what is missing are JSON in one cell each. */

/** What every line would repeat. */
const COLUMNS = columnsOf(DELIVERY_SCHEMA, []).filter(({ name }) => name !== 'schema')

export class DeliveryCsvRenderer implements DeliveryRenderer {
  readonly #clock: ClockSource
  readonly #forTerminal: boolean

  constructor(clock: ClockSource, forTerminal: boolean) {
    this.#clock = clock
    this.#forTerminal = forTerminal
  }

  begin(): string {
    return headerRow(COLUMNS)
  }

  delivery(result: DeliveryResult): string {
    return row(COLUMNS, deliveryObject(result, this.#clock()), this.#forTerminal)
  }

  end(): string {
    return ''
  }
}
