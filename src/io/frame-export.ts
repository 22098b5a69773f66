import { LIMITS } from '../analysis/limits.ts'
import { CaptureParser } from '../capture/capture-parser.ts'
import { PcapngWriter } from '../capture/pcapng-writer.ts'
import { NetworkDecoder } from '../network/network.ts'
import { TCP_FLAGS, type TcpSegment } from '../network/segment.ts'
import { Endpoint } from '../tcp/connection.ts'
import { AtomicFile } from './atomic-file.ts'
import { FrameSet } from './frame-set.ts'
import { chunksAgain, type CaptureFiles } from './second-reading.ts'
import type { PacketIndex } from '../analysis/packet-index.ts'
import type { CaptureSink, Frame } from '../capture/frame.ts'
import type { PacketEvent, Piece } from '../mqtt/packet-event.ts'

/**
 * The frames that carried packets, as a pcapng file, and those that opened and closed their connections, so that it tells how these ended. A packet is decided after its
 * frames have gone by, so their numbers are collected first, and the capture is read a second time for the bytes. The frames are raw: secrets are in them.
 */
export class FrameExport {
  readonly #application: string
  readonly #file: AtomicFile
  readonly #wanted = new FrameSet()
  /** TCP streams of the packets, and their endpoints: `from to`, both ways. */
  readonly #streams = new Set<number>()
  readonly #connections = new Set<string>()

  /** `application` names the program that writes the file. Refuses (OutputError) to write onto one of the inputs. */
  constructor(application: string, name: string, inputs: readonly string[]) {
    this.#application = application
    this.#file = new AtomicFile(name, inputs)
  }

  add({ frame, firstSeenFrame, pieces, connection: { tcp } }: PacketEvent): void {
    this.#add(frame, firstSeenFrame, pieces)
    if (!this.#streams.has(tcp.stream)) this.#addConnection(tcp.stream, tcp.endpoints)
  }

  /** The packet that has this number in the index. */
  addIndexed(index: PacketIndex, number: number): void {
    const frame = index.frameOf(number)
    const aside = index.asideOf(number)
    this.#add(frame, aside?.firstSeenFrame ?? frame, aside?.pieces ?? null)
    const { stream, ends } = index.connectionOf(number)
    if (!this.#streams.has(stream)) this.#addConnection(stream, ends)
  }

  #addConnection(stream: number, [one, other]: readonly [Endpoint, Endpoint]): void {
    this.#streams.add(stream)
    this.#connections.add(pair(one, other)).add(pair(other, one))
  }

  /** Answers how many frames were written. Throws OutputError. */
  async write(files: CaptureFiles): Promise<number> {
    const writer = new PcapngWriter(this.#application, (bytes) => this.#file.write(bytes))
    let written = 0
    let opensOrCloses = false
    const decoder = new NetworkDecoder((segment) => {
      opensOrCloses ||= (segment.flags & OPENS_OR_CLOSES) !== 0 && this.#connections.has(pairOf(segment))
    }, () => undefined, LIMITS.network)
    const sink: CaptureSink = {
      frame: (frame: Frame) => {
        opensOrCloses = false
        decoder.push(frame)
        if (!opensOrCloses && !this.#wanted.has(frame.number)) return
        writer.frame(frame, parser.clock)
        written++
      },
      interface: (description) => writer.describe(description),
      // Reported when it was first read.
      problem: () => undefined,
      dropped: () => undefined,
    }
    const parser: CaptureParser = new CaptureParser(sink, LIMITS.capture)
    for (const file of this.#streams.size === 0 ? [] : files) {
      parser.begin()
      for await (const chunk of chunksAgain(file)) {
        parser.push(chunk)
        if (parser.stopped) break
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

const OPENS_OR_CLOSES = TCP_FLAGS.syn | TCP_FLAGS.fin | TCP_FLAGS.rst

function pair(from: Endpoint, to: Endpoint): string {
  return `${from.text} ${to.text}`
}

function pairOf({ family, source0, source1, source2, source3, sourcePort, destination0, destination1, destination2, destination3, destinationPort }: TcpSegment): string {
  return pair(
    new Endpoint(family, source0, source1, source2, source3, sourcePort), new Endpoint(family, destination0, destination1, destination2, destination3, destinationPort),
  )
}
