/** How one side uses Topic Aliases on a connection (MQTT 5.0 §3.3.2.3.4), beyond what one packet shows. */
import { propertyValue, type Publish } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import { seenIn, type Seen } from './seen.ts'

export class AliasUse {
  /** PUBLISHes with an alias that the other side had to take. */
  rightful = 0
  /** The first PUBLISH with an alias that it need not have taken: 0, above its maximum, or one without a topic yet. */
  wrongful: Seen | null = null
  /** The first PUBLISH whose topic is behind an alias that was not set on this connection. */
  unset: Seen | null = null
  /** Where such a one was answered as if all was well: the PUBACK or PUBREC. */
  unsetAccepted: Seen | null = null

  /** A PUBLISH with this alias goes by; `maximum`: the other side's Topic Alias Maximum. */
  publish(event: PacketEvent, alias: number, maximum: number): void {
    const isUnset = isOfUnsetAlias(event)
    if (isUnset) this.unset ??= seenIn(event)
    if (isUnset || alias === 0 || alias > maximum) this.wrongful ??= seenIn(event)
    else this.rightful++
  }
}

/** Its Topic Alias; null where it has none. */
export function aliasOf({ properties }: Pick<Publish, 'properties'>): number | null {
  const alias = propertyValue(properties, 'topicAlias')
  return typeof alias === 'number' ? alias : null
}

/** The topic of this PUBLISH is behind an alias, and nothing in the capture says which one it stands for. */
export function isOfUnsetAlias({ packet, resolvedTopicName }: PacketEvent): boolean {
  return packet.type === 'PUBLISH' && packet.topicName === '' && resolvedTopicName === undefined && aliasOf(packet) !== null
}
