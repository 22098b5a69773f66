import type { DeliveryResult } from '../session/delivery.ts'
import type { Exchange } from '../session/exchange.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'

/**
 * Turns packets into one output format. The text ends in a newline wherever a line ends; `packet` may return '' where the format has nothing to say yet.
 * Keeps nothing of an event beyond the call but what its next line depends on.
 */
export interface PacketRenderer {
  begin(): string
  packet(event: PacketEvent): string
  end(): string
}

/** The same for exchanges, each of them when it has ended. Nothing of an exchange is kept beyond the call. */
export interface ExchangeRenderer {
  begin(): string
  exchange(exchange: Exchange): string
  end(): string
}

/** The same for deliveries, each of them when it is settled. */
export interface DeliveryRenderer {
  begin(): string
  delivery(result: DeliveryResult): string
  end(): string
}
