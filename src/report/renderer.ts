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
