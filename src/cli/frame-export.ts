import { LIMITS } from '../analysis/limits.ts'
import { CaptureParser } from '../capture/capture-parser.ts'
import { PcapngWriter } from '../capture/pcapng-writer.ts'
import { AtomicFile } from '../io/atomic-file.ts'
import { InputError } from '../io/errors.ts'
import { openInput } from '../io/input.ts'
import { FrameSet } from './frame-set.ts'
import { VERSION } from './version.ts'
import type { CaptureSink, Frame } from '../capture/frame.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'

/**
 * `-w`: the frames that carried the packets shown, as a pcapng file. A packet is decided after its frames have gone by, so their numbers are collected while
 * reading, and the input is read a second time for the bytes. The frames are raw: secrets are in them.
 */
export class FrameExport {
  readonly #file: AtomicFile
  readonly #wanted = new FrameSet()

  /** Refuses (OutputError) to write onto one of the inputs. */
  constructor(name: string, inputs: readonly string[]) {
    this.#file = new AtomicFile(name, inputs)
  }

  add(event: PacketEvent): void {
    this.#wanted.add(event.frame)
    this.#wanted.add(event.firstSeenFrame)
    if (event.pieces !== null) for (const { frame } of event.pieces) this.#wanted.add(frame)
  }

  /** `inputs` can be read again, in the order of the first time. Answers how many frames were written. */
  async write(inputs: readonly string[]): Promise<number> {
    const writer = new PcapngWriter(`mqtap ${VERSION}`, (bytes) => this.#file.write(bytes))
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
    for (const input of inputs) {
      if (last >= this.#wanted.highest) break
      parser.begin()
      try {
        for await (const chunk of openInput(input)) {
          parser.push(chunk)
          if (parser.stopped || last >= this.#wanted.highest) break
        }
      } catch (error) {
        // Damaged compression: it was reported at the first reading, and what came before it is written.
        if (!(error instanceof InputError)) throw error
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
}
