import { LIMITS } from '../analysis/limits.ts'
import { CaptureParser } from '../capture/capture-parser.ts'
import { chunksAgain, type CaptureFiles } from './second-reading.ts'
import type { CaptureSink } from '../capture/frame.ts'

/** One frame of a capture, by itself. */
export interface FoundFrame {
  /** From 1, over all files of the capture. */
  readonly number: number
  /** A copy of what was captured of it. */
  readonly bytes: Uint8Array
  /** LINKTYPE_ value (Frame.linkType). */
  readonly linkType: number
  /** Length on the wire, in bytes: more than `bytes.length` where the snap length cut the frame. */
  readonly originalLength: number
  /** Where its first byte is, as an offset in all bytes of the capture, over all files (Pipeline.positionOf). */
  readonly position: number
}

/**
 * Reads a capture from its beginning as far as the frame with this number. Null where the capture does not have it, or where `signal` was aborted before it was
 * found. A file that is damaged has no frames behind the damage, but its bytes count.
 */
export async function findFrame(files: CaptureFiles, number: number, signal: AbortSignal | null = null): Promise<FoundFrame | null> {
  // Only set inside the sink, which the compiler does not see.
  let found = null as FoundFrame | null
  let filesBefore = 0
  const sink: CaptureSink = {
    frame: (frame) => {
      if (frame.number !== number) return
      const { buffer, start, end, linkType, originalLength } = frame
      found = { number, bytes: buffer.slice(start, end), linkType, originalLength, position: filesBefore + parser.positionOf(buffer, start) }
    },
    interface: () => undefined,
    problem: () => undefined,
    dropped: () => undefined,
  }
  const parser: CaptureParser = new CaptureParser(sink, LIMITS.capture)
  for (const file of files) {
    parser.begin()
    let pushed = 0
    for await (const chunk of chunksAgain(file)) {
      if (signal?.aborted === true) return null
      if (!parser.stopped) parser.push(chunk)
      if (found !== null) return found
      pushed += chunk.length
    }
    filesBefore += pushed
  }
  return found
}
