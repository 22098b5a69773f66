/**
 * The field tree of a packet that went by, decoded again with a recorder; empty for bytes that could not be framed.
 * The version is the one the event carries, so that what is shown does not depend on when it is shown; where it is not known, 3.1.1 is assumed.
 */
import type { PacketDecoder } from './decoder.ts'
import { FieldRecorder } from './field.ts'
import type { FieldNode } from './field.ts'
import type { PacketEvent } from './packet-event.ts'

export function decodeFields(decoder: PacketDecoder, event: PacketEvent): readonly FieldNode[] {
  if (event.packet.type === 'UNFRAMED') return []
  const recorder = new FieldRecorder()
  // AUTH is of 5.0 only.
  const version = event.version ?? (event.packet.type === 'AUTH' ? '5.0' : '3.1.1')
  decoder.decode(event.buffer, event.start, event.end, event.length, version, event.direction, recorder)
  return recorder.take()
}
