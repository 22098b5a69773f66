/** The limits that this layer needs; the numbers and their reasons are in analysis/limits.ts. */
export interface NetworkLimits {
  /** Headers that may lie one in another in a frame. */
  readonly headers: number
  /** Packets whose fragments are collected at once. */
  readonly openPackets: number
  /** Bytes of all fragments that are kept, those of completed packets included. */
  readonly fragmentBytes: number
  /** Separate pieces of one packet: each hole between them costs a step with each further fragment. */
  readonly fragmentPieces: number
  /** Nanoseconds of capture time within which all fragments of a packet must come. */
  readonly fragmentTimeout: number
  /** Completed packets that are remembered, so that a fragment that the capture holds twice does not begin a new one. */
  readonly completedPackets: number
  /** Messages of one problem code; further ones are only counted. */
  readonly problemMessages: number
}
