import { IllFormedText, type Text } from '../../mqtt/packet.ts'
import type { Endpoint } from '../../tcp/connection.ts'

/** The values that a field has in a packet or an exchange. A field may have none, one, or several (the filters of a SUBSCRIBE). */

/**
 * - `text`: a string, or the bytes of what should be text and is not UTF-8 · `bytes`: valid as long as the event is
 * - `address4`, `address6`: an Endpoint, of which only the address counts
 * - `time`: nanoseconds since the capture's first timed frame, as PacketEvent has it; with the capture's clock it is absolute
 * - `duration`: nanoseconds · `presence`: true, once for each time the field is there
 */
export type ValueKind = 'presence' | 'boolean' | 'number' | 'text' | 'bytes' | 'address4' | 'address6' | 'time' | 'duration'

export type Value = number | boolean | string | Uint8Array | Endpoint

/** A list that is filled again for every packet, so that nothing is allocated for it. */
export class Values {
  readonly items: Value[] = []
  count = 0

  add(value: Value): void {
    this.items[this.count++] = value
  }
}

export function addPresence(values: Values, there: boolean): void {
  if (there) values.add(true)
}

export function addKnown(values: Values, value: Value | null): void {
  if (value !== null) values.add(value)
}

export function addText(values: Values, text: Text | null | undefined): void {
  if (typeof text === 'string') values.add(text)
  else if (text instanceof IllFormedText) values.add(bytesOf(text))
}

function bytesOf({ hex }: IllFormedText): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16)
  return bytes
}
