import { LIMITS } from '../analysis/limits.ts'
import { CaptureParser } from '../capture/capture-parser.ts'
import { PcapngWriter } from '../capture/pcapng-writer.ts'
import { AtomicFile } from './atomic-file.ts'
import { FrameSet } from './frame-set.ts'
import { chunksAgain, type CaptureFiles } from './second-reading.ts'
import type { PacketIndex } from '../analysis/packet-index.ts'
import type { CaptureSink, Frame } from '../capture/frame.ts'
import type { PacketEvent, Piece } from '../mqtt/packet-event.ts'

/**
 * The frames that carried packets, as a pcapng file. A packet is decided after its frames have gone by, so their numbers are collected first, and the capture
 * is read a second time for the bytes. The frames are raw: secrets are in them.
 */
export class FrameExport {
  readonly #application: string
  readonly #file: AtomicFile
  readonly #wanted = new FrameSet()

  /** `application` names the program that writes the file. Refuses (OutputError) to write onto one of the inputs. */
  constructor(application: string, name: string, inputs: readonly string[]) {
    this.#application = application
    this.#file = new AtomicFile(name, inputs)
  }

  add({ frame, firstSeenFrame, pieces }: PacketEvent): void {
    this.#add(frame, firstSeenFrame, pieces)
  }

  /** The packet that has this number in the index. */
  addIndexed(index: PacketIndex, number: number): void {
    const frame = index.frameOf(number)
    const aside = index.asideOf(number)
    this.#add(frame, aside?.firstSeenFrame ?? frame, aside?.pieces ?? null)
  }

  /** Answers how many frames were written. Throws OutputError. */
  async write(files: CaptureFiles): Promise<number> {
    const writer = new PcapngWriter(this.#application, (bytes) => this.#file.write(bytes))
    let written = 0
    let last = 0
    const sink: CaptureSink = {
      frame: (frame: Frame) => {
        last = frame.number
        if (!this.#wanted.has(frame.number)) return
        writer.frame(frame, parser.clock)
        written++
      },
      interface: (description) => writer.describe(description),
      // Reported when it was first read.
      problem: () => undefined,
      dropped: () => undefined,
    }
    const parser: CaptureParser = new CaptureParser(sink, LIMITS.capture)
    for (const file of files) {
      if (last >= this.#wanted.highest) break
      parser.begin()
      for await (const chunk of chunksAgain(file)) {
        parser.push(chunk)
        if (parser.stopped || last >= this.#wanted.highest) break
      }
    }
    parser.finish()
    writer.finish()
    this.#file.commit()
    return written
  }

  abandon(): void {
    this.#file.abandon()
  }

  #add(frame: number, firstSeenFrame: number, pieces: readonly Piece[] | null): void {
    this.#wanted.add(frame)
    this.#wanted.add(firstSeenFrame)
    if (pieces !== null) for (const piece of pieces) this.#wanted.add(piece.frame)
  }
}
