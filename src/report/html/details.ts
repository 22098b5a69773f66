/** What the page shows beyond the report object: plain data, collected while the capture is read. */
import type { ByteRange } from '../../bytes/hex.ts'
import type { PacketType } from '../../mqtt/packet.ts'
import type { Side } from '../../session/side.ts'

export interface ReportDetails {
  /** Packets in each interval; null where the capture has no times. */
  readonly rate: RateDetails | null
  /** For each finding of the report object, in its order; null where nothing was kept. */
  readonly findings: readonly (FindingDetail | null)[]
}

export interface RateDetails {
  /** Nanoseconds since the capture's first frame at which the first column begins. */
  readonly start: number
  readonly intervalMs: number
  readonly columns: readonly number[]
}

export interface FindingDetail {
  /** Null where it is about no packet, or its bytes had gone by. */
  readonly packet: PacketBytes | null
  /** The packets of its exchange, or the one that it is about; empty where there is none. */
  readonly ladder: readonly LadderStep[]
  /** Packets of the exchange that `ladder` leaves out, all of them before its last one. */
  readonly leftOut: number
}

/** A window of a packet. Secrets are not in it: their bytes are 0. */
export interface PacketBytes {
  readonly bytes: Uint8Array
  /** Of the first byte of the window, from byte 1 of the packet's fixed header. */
  readonly byteOffset: number
  /** Of the whole packet on the wire. */
  readonly length: number
  /** Where the secrets stood, counted as `byteOffset` is. */
  readonly masked: readonly ByteRange[]
}

export interface LadderStep {
  readonly type: PacketType | 'UNFRAMED'
  readonly by: Side
  /** Nanoseconds since the capture's first frame; NaN where the capture has no times. */
  readonly time: number
  readonly frame: number
  /** `PUBLISH #17 q1 plant/7/temp`: safe to show. */
  readonly label: string
  /** The packet that the finding is about. */
  readonly marked: boolean
}
