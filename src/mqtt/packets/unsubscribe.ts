/** UNSUBSCRIBE: MQTT 5.0 §3.10, 3.1.1 §3.10. */
import type { PacketReader } from '../packet-reader.ts'
import type { Text, Unsubscribe } from '../packet.ts'
import { PropertyBlock, readProperties } from '../property-reader.ts'
import { UNSUBSCRIBE_FILTER } from '../text-places.ts'

const PROPERTIES = new PropertyBlock('UNSUBSCRIBE')

export function readUnsubscribe(reader: PacketReader, flags: number): Unsubscribe {
  const packetIdentifier = reader.packetIdentifier('UNSUBSCRIBE')
  const properties = reader.five ? readProperties(reader, PROPERTIES) : undefined
  const topicFilters: Text[] = []
  // Payload, §3.10.3: one or more filters.
  if (!reader.stopped && reader.left === 0) reader.report('unsubscribe.no-filters', null, reader.containerStart, reader.containerEnd)
  while (reader.left > 0 && !reader.stopped) {
    const topicFilter = reader.text(UNSUBSCRIBE_FILTER)
    if (topicFilter !== undefined) topicFilters.push(topicFilter)
  }
  return { type: 'UNSUBSCRIBE', flags, packetIdentifier, properties, topicFilters }
}
