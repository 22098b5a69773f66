import type { PacketEvent } from '../mqtt/packet-event.ts'

/**
 * Turns packets into one output format. The text ends in a newline wherever a line ends; `packet` may return '' where the format has nothing to say yet.
 * Keeps nothing of an event beyond the call but what its next line depends on.
 */
export interface PacketRenderer {
  begin(): string
  /** `exchange`: the number of the exchange that the packet belongs to; null where there is none, and where the format does not show it. */
  packet(event: PacketEvent, exchange: number | null): string
  end(): string
}

/** The same for a list of anything else: exchanges, connections, deliveries. Nothing of an item is kept beyond the call. */
export interface Renderer<Item> {
  begin(): string
  item(item: Item): string
  end(): string
}
