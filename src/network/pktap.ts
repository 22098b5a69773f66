/** LINKTYPE_PKTAP: what `tcpdump -i any` writes on macOS. A header names the link type of the packet behind it (tcpdump.org, LINKTYPE_PKTAP). */
import type { Cursor } from './cursor.ts'
import { uint32LittleEndian } from './integers.ts'
import { LAYER, type Layer } from './layer.ts'
import { layerOfLinkType } from './link-types.ts'

/** Up to the field that is read: header length (4), record type (4), link type (4). The whole header is longer. */
const READ_LENGTH = 12
const PACKET_RECORD = 1

export function decodePktap(cursor: Cursor): Layer {
  const { buffer, start } = cursor
  if (cursor.end - start < READ_LENGTH) return cursor.truncated('PKTAP', READ_LENGTH)
  const length = uint32LittleEndian(buffer, start)
  if (uint32LittleEndian(buffer, start + 4) !== PACKET_RECORD) return LAYER.ignored
  if (length < READ_LENGTH) return cursor.bad('A PKTAP header says that it is shorter than its fixed part.')
  if (length > cursor.end - start) return cursor.truncated('PKTAP', length)
  cursor.start = start + length
  return layerOfLinkType(uint32LittleEndian(buffer, start + 8)) ?? LAYER.ignored
}
