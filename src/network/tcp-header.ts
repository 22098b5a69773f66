/** The TCP header (RFC 9293 §3.1) into TcpSegment. Options stay where they are, and the checksum is not verified. */
import type { Cursor } from './cursor.ts'
import { LAYER, type Layer } from './layer.ts'

/** Offsets in the header. */
const SOURCE_PORT = 0
const DESTINATION_PORT = 2
const SEQUENCE = 4
const ACKNOWLEDGEMENT = 8
const DATA_OFFSET = 12
const FLAGS = 13
const WINDOW = 14
const CHECKSUM = 16
const URGENT_POINTER = 18
const SHORTEST_HEADER = 20

export function decodeTcp(cursor: Cursor): Layer {
  const { buffer, view, start, end } = cursor
  if (end - start < SHORTEST_HEADER) return cursor.truncated('TCP', SHORTEST_HEADER)
  const headerLength = (buffer[start + DATA_OFFSET]! >>> 4) << 2
  if (headerLength < SHORTEST_HEADER) return cursor.bad('A TCP header says that it is shorter than 20 bytes.')
  const payload = start + headerLength
  if (payload > cursor.wireEnd) return cursor.bad('A TCP header says that it is longer than its packet.')

  const segment = cursor.segment
  segment.frame = cursor.frame
  segment.time = cursor.time
  segment.sourcePort = view.getUint16(start + SOURCE_PORT)
  segment.destinationPort = view.getUint16(start + DESTINATION_PORT)
  segment.sequence = view.getInt32(start + SEQUENCE)
  segment.acknowledgement = view.getInt32(start + ACKNOWLEDGEMENT)
  segment.flags = buffer[start + FLAGS]!
  segment.window = view.getUint16(start + WINDOW)
  segment.checksum = view.getUint16(start + CHECKSUM)
  segment.urgentPointer = view.getUint16(start + URGENT_POINTER)
  // Telling the garbage collector of a reference costs more than a comparison.
  if (segment.buffer !== buffer) segment.buffer = buffer
  segment.header = start
  segment.start = payload < end ? payload : end // the snap length may cut the options
  segment.end = end
  segment.length = cursor.wireEnd - payload
  return LAYER.segment
}

/** Where the payload begins by the header's own word, which is behind `segment.start` where the options were cut off. */
export function payloadStart(buffer: Uint8Array, header: number): number {
  return header + ((buffer[header + DATA_OFFSET]! >>> 4) << 2)
}
