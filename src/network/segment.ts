/**
 * A TCP segment as one frame (or the reassembled fragments of several) shows it.
 *
 * One object is used again for every segment; it is valid only until the call that delivered it returns.
 * Addresses are 32-bit words as signed integers (`| 0`), most significant word first, so that they stay small integers
 * and are hashed and compared without text: an IPv4 address is word 0 alone, the other words are 0.
 * Sequence and acknowledgement numbers are signed 32-bit too; compare them with `sequenceDistance` (bytes/sequence.ts).
 */
export class TcpSegment {
  /** Number and time of the frame that completed it (Frame.number, Frame.time). */
  frame = 0
  time = NaN
  family: 4 | 6 = 4
  source0 = 0
  source1 = 0
  source2 = 0
  source3 = 0
  destination0 = 0
  destination1 = 0
  destination2 = 0
  destination3 = 0
  sourcePort = 0
  destinationPort = 0
  sequence = 0
  acknowledgement = 0
  /** The low eight flag bits: see TCP_FLAGS. */
  flags = 0
  window = 0
  urgentPointer = 0
  /** The checksum field as it stands on the wire; not verified. */
  checksum = 0
  /** IPv4 Identification, or 0 (IPv6). With `checksum` it tells a frame captured twice from a retransmission. */
  identification = 0
  buffer: Uint8Array = new Uint8Array(0)
  /** The TCP header begins at `header`; options are `buffer[header + 20 .. start)`. */
  header = 0
  /** The payload that the frame holds is `buffer[start..end)`. */
  start = 0
  end = 0
  /** Payload length on the wire: more than `end - start` where the frame was cut short by the snap length. */
  length = 0
}

export const TCP_FLAGS = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10, urg: 0x20 } as const

/** Something that the network layer could not follow; counted, and shown in the summary. */
export type NetworkProblemCode =
  | 'unknown-link-type'
  | 'truncated-header'
  | 'bad-header'
  | 'fragments-limit'
  | 'fragments-timed-out'
  | 'fragments-overlap'
  | 'nesting-limit'

export interface NetworkProblem {
  readonly code: NetworkProblemCode
  readonly frame: number
  /** One clear sentence for the user. */
  readonly message: string
}
