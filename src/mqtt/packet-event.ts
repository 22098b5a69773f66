import type { IllFormedText, Packet, Text } from './packet.ts'
import type { Problem } from './problem.ts'
import type { Direction, Version, VersionCertainty } from './version.ts'
import type { MqttConnection } from './connection.ts'

/**
 * Why bytes of a stream could not be framed:
 * `mid-stream` the capture begins inside a packet · `gap` bytes are missing from the capture · `tls`, `websocket`, `not-mqtt` the stream carries something
 * else · `limit` a packet larger than is decoded · `ended` the connection or the capture ended inside a packet.
 */
export type UnframedReason = 'mid-stream' | 'gap' | 'tls' | 'websocket' | 'not-mqtt' | 'limit' | 'ended'

export interface Unframed {
  readonly type: 'UNFRAMED'
  readonly reason: UnframedReason
}

/** A range of a packet and the frame that first held it. */
export interface Piece {
  /** Offset from byte 1 of the packet at which the piece begins; it ends where the next one begins. */
  readonly start: number
  readonly frame: number
  /** Where in the capture it begins, as an offset in all the bytes of it; -1 where that is not known, or was not asked for (DissectorOptions.locate). */
  readonly position: number
}

/**
 * One MQTT packet (or a run of unframed bytes) with where and when it was seen.
 *
 * One object is used again for every packet; it and `buffer` are valid only until the call that delivered them returns. `packet` and `problems` may be kept.
 */
export interface PacketEvent {
  /** From 1, in the order in which packets are complete; unframed runs take a number too. */
  readonly number: number
  /** The frame that completed the packet in order (after a gap: the one with its last byte), and its time. */
  readonly frame: number
  readonly time: number
  /** The first frame that held its last byte, and its time: earlier than `frame` where a hole was filled late. */
  readonly firstSeenFrame: number
  readonly firstSeenTime: number
  readonly connection: MqttConnection
  /** Which endpoint of the TCP connection sent it: 0 or 1 (TcpConnection). */
  readonly sender: 0 | 1
  /** Null where it is not known which end is the client. */
  readonly direction: Direction | null
  readonly version: Version | null
  readonly versionCertainty: VersionCertainty | null
  /** Of the whole packet with its fixed header, in bytes on the wire. */
  readonly length: number
  readonly packet: Packet | Unframed
  readonly problems: readonly Problem[]
  /** PUBLISH only: the topic that its alias stands for, where the packet itself has none. */
  readonly resolvedTopicName: Text | undefined
  /** The packet's bytes at hand are `buffer[start..end)`: all `length` of them, but for a very large PUBLISH, of which the first ones are. Empty for UNFRAMED. */
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
  /** Bytes of a PUBLISH payload that are not in the capture: lost, or cut off by the snap length. Its other fields were all there. */
  readonly missing: number
  /** Bytes of this direction that are not in the capture, between the packet before it and this one. */
  readonly lostBefore: number
  /** The frames that carried it, or null where `firstSeenFrame` alone did. */
  readonly pieces: readonly Piece[] | null
  /** Where in the capture its first byte is, if its buffer is a copy of what one frame brought; else, or where that is not known, -1. See Piece.position. */
  readonly position: number
  /** How many bytes of the other direction the sender's TCP had acknowledged: the lowest such of the segments that carried the first byte. -1 where unknown. */
  readonly acknowledged: number
  /** When the newest bytes that the sender's TCP acknowledged until now were acknowledged: by the segment that completed the packet, or one before it. */
  readonly acknowledgedTime: number
  /** The stream offset behind its last byte, and behind the segment that completed it. */
  readonly streamEnd: number
  readonly segmentEnd: number
  /** True where the first byte filled a hole (it was sent again, or came late). */
  readonly filledHole: boolean
}

export type { IllFormedText }
