/**
 * Where the decoders stand in a frame.
 *
 * `buffer[start..end)` are the captured bytes that are left; `wireEnd` is where they ended on the wire, in the same coordinates: behind `end` where
 * the snap length cut the frame. Both only come nearer as headers say how long their content is, except that an IP header may put `wireEnd` further
 * away (RFC 791 §3.1 Total Length is believed, not the original length in the capture: some writers lose it).
 */
import type { Frame } from '../capture/frame.ts'
import type { FragmentTable } from './fragments.ts'
import { LAYER, type Layer } from './layer.ts'
import type { ProblemLog } from './problems.ts'
import { TcpSegment } from './segment.ts'

const NO_BYTES = new Uint8Array(0)

export class Cursor {
  /** Filled in from the outside inwards: the innermost IP header wins. */
  readonly segment = new TcpSegment()
  readonly log: ProblemLog
  readonly fragments: FragmentTable
  frame = 0
  time = NaN
  buffer: Uint8Array = NO_BYTES
  /** Of `buffer`, whole: for the headers that nearly every frame has. */
  view: DataView = viewOf(NO_BYTES)
  start = 0
  end = 0
  wireEnd = 0
  /**
   * Only a port number (or the lack of anything better) says what these bytes are. Until an IP header proves it, what does not fit is no problem
   * but another protocol.
   */
  guessed = false
  /** The A-MSDU subframes that come after the one being decoded; none where `restEnd === restStart`. */
  #restBuffer: Uint8Array = NO_BYTES
  #restStart = 0
  #restEnd = 0
  #restWireEnd = 0

  constructor(log: ProblemLog, fragments: FragmentTable) {
    this.log = log
    this.fragments = fragments
  }

  begin(frame: Frame): void {
    this.frame = frame.number
    this.time = frame.time
    if (this.buffer !== frame.buffer) this.turnTo(frame.buffer)
    this.start = frame.start
    this.end = frame.end
    const captured = frame.end - frame.start
    this.wireEnd = frame.start + (frame.originalLength > captured ? frame.originalLength : captured)
    this.guessed = false
  }

  /** Goes on in another buffer; the positions are the caller's to set. */
  turnTo(buffer: Uint8Array): void {
    this.buffer = buffer
    this.view = viewOf(buffer)
  }

  /** A header says that its content ends here. It cannot make more of what its own carrier holds. */
  limitTo(wireEnd: number): void {
    if (wireEnd < this.wireEnd) this.wireEnd = wireEnd
    if (wireEnd < this.end) this.end = wireEnd
  }

  /** The header `name` needs more bytes than were captured. */
  truncated(name: string, needed: number): Layer {
    if (this.guessed) return LAYER.ignored
    if (this.log.count('truncated-header')) {
      const there = Math.max(0, this.end - this.start)
      this.log.tell('truncated-header', this.frame, `The ${name} header is cut off: it needs ${needed} bytes, and ${there} are there.`)
    }
    return LAYER.none
  }

  /** A header contradicts itself or its carrier; `message` is a whole sentence without numbers, so that it costs nothing. */
  bad(message: string): Layer {
    if (this.guessed) return LAYER.ignored
    if (this.log.count('bad-header')) this.log.tell('bad-header', this.frame, message)
    return LAYER.none
  }

  /** Keeps what lies between `start` and the present end for later, and goes on with what lies before it. */
  setRestAside(start: number): void {
    this.#restBuffer = this.buffer
    this.#restStart = start
    this.#restEnd = this.end
    this.#restWireEnd = this.wireEnd
  }

  /** Goes on with what was set aside; false where there is nothing. */
  takeRest(): boolean {
    if (this.#restStart >= this.#restEnd) return false
    this.turnTo(this.#restBuffer)
    this.start = this.#restStart
    this.end = this.#restEnd
    this.wireEnd = this.#restWireEnd
    this.guessed = false
    this.#restBuffer = NO_BYTES
    this.#restStart = this.#restEnd = 0
    return true
  }
}

function viewOf(buffer: Uint8Array): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
