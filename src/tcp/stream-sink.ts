/**
 * What TCP reassembly tells the layer above, per connection and in stream order.
 */
import type { End, TcpConnection } from './connection.ts'

/**
 * Bytes of one direction, in order, without a hole before them (but for one that a `gap` announced). One object is used again for every call.
 */
export class StreamData {
  /** `buffer[start..end)`; valid only during the call. */
  buffer: Uint8Array = EMPTY
  start = 0
  end = 0
  /** Stream offset of the first byte: from 0 at the byte after the SYN, or at the first byte that the capture shows. Lost bytes count. */
  offset = 0
  /** The frame that filled the last hole before them, and its time; where there was none, or it was given up, the frame that holds them. */
  frame = 0
  time = NaN
  /** The frame that first held them, and its time: earlier where a hole before them was filled late. */
  seenFrame = 0
  seenTime = NaN
  /** How many bytes of the other direction the segment acknowledged, -1 where unknown. */
  acknowledged = -1
  /** When the newest of the other direction's bytes that were acknowledged until now were so, by this segment or one before it; 0 where none were. */
  acknowledgedTime = NaN
  /** The bytes filled a hole: later bytes of this direction had been seen before. */
  filledHole = false
  /** Where in the capture the first byte is, if that is known and `buffer` is a copy made by a layer above; else -1. */
  position = -1
}

const EMPTY = new Uint8Array(0)

/**
 * Why bytes are missing: `lost` the peer acknowledged bytes that the capture does not hold · `cut` the frame was cut by the snap length ·
 * `limit` the hole stayed open until a limit · `end` the capture (or the connection) ended with bytes behind the hole.
 */
export type GapReason = 'lost' | 'cut' | 'limit' | 'end'

/** How a direction ended: its end sent `fin` or `rst`, or the `capture` ended (also: the ports were used again, or a limit took the connection). */
export type CloseReason = 'fin' | 'rst' | 'capture'

/** Takes the bytes of one direction, in order. */
export interface StreamReader {
  data(data: StreamData): void
}

export interface StreamSink {
  /** A connection's first frame. Answers with who reads what ends 0 and 1 send: called straight, since every segment with data comes by. */
  opened(connection: TcpConnection): readonly [StreamReader, StreamReader]
  /** `length` bytes of this direction are not in the capture; what follows comes after them. */
  gap(connection: TcpConnection, sender: End, length: number, reason: GapReason, frame: number, time: number): void
  /**
   * A segment (or part of one) whose bytes had been seen before, or that fills a hole late: sent again. Not called for frames that the capture holds twice.
   * `offset`: of its first byte in the stream.
   */
  retransmitted(connection: TcpConnection, sender: End, offset: number, length: number, frame: number, time: number): void
  /** `sender` lets the other end send no more bytes for now (its receive window is 0), or lets it again. */
  window(connection: TcpConnection, sender: End, closed: boolean, frame: number, time: number): void
  /** A segment repeated bytes that were seen before, but with other values; the first ones were kept (RFC 9293 leaves the choice open). */
  conflict(connection: TcpConnection, sender: End, length: number, frame: number, time: number): void
  /** No more data comes from `sender`, but for what a broken sender may send after its FIN. Once per direction. */
  closed(connection: TcpConnection, sender: End, reason: CloseReason, frame: number, time: number): void
  /** The connection is forgotten: nothing more will be said about it. */
  forgotten(connection: TcpConnection): void
}
