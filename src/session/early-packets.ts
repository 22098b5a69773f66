/**
 * What a client sent before the CONNACK had come to it: it may not wait (MQTT 5.0 §3.1.4), and guesses what the server takes. Of each kind, the packet that asks for
 * most is kept.
 */
import type { Publish } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { aliasOf } from './alias-use.ts'
import { seenIn, type Seen } from './seen.ts'

export interface Asked extends Seen {
  readonly value: number
}

export class EarlyPackets {
  /** By their size in bytes, their QoS, their Topic Alias. */
  largest: Asked | null = null
  highestQos: Asked | null = null
  highestAlias: Asked | null = null
  /** The first with RETAIN. */
  retained: Seen | null = null
  /** The newest PUBLISH of QoS 1 or 2; the value is how many were in flight. */
  mostInFlight: Asked | null = null

  add(event: PacketEvent): void {
    this.largest = more(this.largest, event, event.length)
  }

  publish(event: PacketEvent, packet: Publish, inFlight: number): void {
    this.highestQos = more(this.highestQos, event, packet.qos)
    const alias = aliasOf(packet)
    if (alias !== null) this.highestAlias = more(this.highestAlias, event, alias)
    if (packet.retain) this.retained ??= seenIn(event)
    if (packet.qos > 0) this.mostInFlight = more(this.mostInFlight, event, inFlight)
  }
}

function more(known: Asked | null, event: PacketEvent, value: number): Asked {
  return known !== null && known.value >= value ? known : { ...seenIn(event), value }
}
