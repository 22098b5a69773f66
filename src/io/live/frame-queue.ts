/**
 * Captured frames as the bytes of a pcap file with nanoseconds (draft-ietf-opsawg-pcap), in large pieces that wait until somebody takes them.
 *
 * Adding a frame never waits and allocates next to nothing: pieces are used again. What waits is bounded; a frame that finds no room is dropped and counted.
 */

/** Bytes of a piece: several times the largest record, and so much that a busy capture makes few writes. */
const PIECE = 262_144
/** 64 MiB of frames that wait: more than half a second at a gigabit per second. */
export const QUEUE_PIECES = 256
const MAGIC_NANOSECONDS = 0xa1b23c4d
const FILE_HEADER = 24
const RECORD_HEADER = 16
/** Taken pieces that are kept for use again. */
const SPARE_PIECES = 8

export interface Piece {
  readonly bytes: Buffer
  length: number
}

export class FrameQueue {
  readonly #limit: number
  readonly #waiting: Piece[] = []
  readonly #spare: Piece[] = []
  #filling: Piece
  frames = 0
  dropped = 0

  /** `pieces` may wait at once. */
  constructor(pieces: number = QUEUE_PIECES) {
    this.#limit = pieces
    this.#filling = this.#empty()
  }

  /** The file header (§4), once and first. */
  begin(linkType: number, snapLength: number): void {
    const { bytes } = this.#filling
    bytes.writeUInt32LE(MAGIC_NANOSECONDS, 0)
    bytes.writeUInt16LE(2, 4)
    bytes.writeUInt16LE(4, 6)
    bytes.fill(0, 8, 16)
    bytes.writeUInt32LE(snapLength, 16)
    bytes.writeUInt32LE(linkType, 20)
    this.#filling.length = FILE_HEADER
  }

  /** The first `length` bytes of `frame`, of a frame of `originalLength` that came at `seconds` and `nanoseconds` since 1970. */
  add(seconds: number, nanoseconds: number, frame: Uint8Array, length: number, originalLength: number): void {
    if (this.#filling.length + RECORD_HEADER + length > PIECE) {
      if (this.#waiting.length >= this.#limit) {
        this.dropped++
        return
      }
      this.#waiting.push(this.#filling)
      this.#filling = this.#spare.pop() ?? this.#empty()
    }
    const { bytes, length: at } = this.#filling
    bytes.writeUInt32LE(seconds, at)
    bytes.writeUInt32LE(nanoseconds, at + 4)
    bytes.writeUInt32LE(length, at + 8)
    bytes.writeUInt32LE(originalLength, at + 12)
    bytes.set(frame.subarray(0, length), at + RECORD_HEADER)
    this.#filling.length = at + RECORD_HEADER + length
    this.frames++
  }

  /** The oldest piece, full or not, to be given back when it was written; null where there is nothing. */
  take(): Piece | null {
    const oldest = this.#waiting.shift()
    if (oldest !== undefined) return oldest
    if (this.#filling.length === 0) return null
    const piece = this.#filling
    this.#filling = this.#spare.pop() ?? this.#empty()
    return piece
  }

  giveBack(piece: Piece): void {
    piece.length = 0
    if (this.#spare.length < SPARE_PIECES) this.#spare.push(piece)
  }

  /** A whole piece waits. */
  get full(): boolean {
    return this.#waiting.length > 0
  }

  #empty(): Piece {
    return { bytes: Buffer.allocUnsafeSlow(PIECE), length: 0 }
  }
}
