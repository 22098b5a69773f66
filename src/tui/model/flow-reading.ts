/**
 * The ladder of one connection, read from the capture's beginning: packet numbers and streams are those of any other reading of it.
 *
 * The ladder can be had at any time, as far as it has come. With it comes what became of messages that were published or received on the connection.
 */
import { LIMITS } from '../../analysis/limits.ts'
import { createPipeline, type Pipeline, type PipelineOptions } from '../../analysis/pipeline.ts'
import { LadderBook } from '../../report/ladder/ladder-book.ts'
import type { Ladder } from '../../report/ladder/ladder.ts'
import type { Copy, Delivery, DeliveryResult } from '../../session/delivery.ts'

/** Publications whose copies are remembered, the newest ones: a few kB each at most, and nobody looks at more. */
const MOST_FANS = 2_000
/** Copies of one publication that came when the rest had been told. */
const MOST_LATE = 100

/** A publication and its copies. */
export interface Fan {
  readonly delivery: Delivery
  /** Copies that came later: stored for a client that was away, or retained. */
  readonly late: readonly Copy[]
}

export class FlowReading {
  readonly stream: number
  readonly #pipeline: Pipeline
  readonly #book: LadderBook
  #final: Ladder | null = null
  /** By PacketEvent.number of the publication, oldest first. */
  readonly #fans = new Map<number, Fan>()
  /** From the number of a copy that this connection received to that of its publication. */
  readonly #copies = new Map<number, number>()
  #fanRevision = 0

  constructor(stream: number, options: PipelineOptions) {
    this.stream = stream
    this.#book = new LadderBook((ladder) => this.#finished(ladder), { pings: true, connection: ({ tcp }) => tcp.stream === stream }, LIMITS.ladder)
    this.#pipeline = createPipeline(options, {
      ...this.#book.sink,
      delivery: (result) => this.#delivery(result),
      // The reading that the other views show tells of them.
      captureProblem: () => undefined,
      networkProblem: () => undefined,
    })
  }

  begin(file: string): void {
    this.#pipeline.begin(file)
  }

  push(chunk: Uint8Array): void {
    this.#pipeline.push(chunk)
  }

  /** As Pipeline.tick. */
  tick(time: number): void {
    this.#pipeline.tick(time)
  }

  finish(): void {
    this.#pipeline.finish()
    this.#book.end()
  }

  /** Null while nothing of the connection was seen. The same object until it changes. */
  get ladder(): Ladder | null {
    return this.#final ?? this.#book.ladderOf(this.stream)
  }

  /** Changes whenever `ladder` or a fan does. Costs nothing, unlike asking for the ladder. */
  get revision(): number {
    return this.#fanRevision + this.#book.revisionOf(this.stream)
  }

  /** What became of a PUBLISH of the connection, sent or received; null where that is not known, or not yet. */
  fanOf(packet: number): Fan | null {
    return this.#fans.get(packet) ?? this.#fans.get(this.#copies.get(packet) ?? -1) ?? null
  }

  #finished(ladder: Ladder): void {
    if (ladder.title.stream !== this.stream) return
    // Its rows no longer count for the revision, which must not step back to a number that it had.
    this.#fanRevision += this.#book.revisionOf(this.stream) + 1
    this.#final = ladder
  }

  #delivery(result: DeliveryResult): void {
    if (result.kind === 'publication') this.#publication(result)
    else if (result.kind === 'late-copy') this.#lateCopy(result.publication.number, result.copy)
  }

  #publication(delivery: Delivery): void {
    const { publication, copies } = delivery
    const received = copies.filter(({ client }) => client.stream === this.stream)
    if (publication.publisher.stream !== this.stream && received.length === 0) return
    this.#fans.set(publication.number, { delivery, late: [] })
    for (const { number } of received) this.#copies.set(number, publication.number)
    this.#fanRevision++
    if (this.#fans.size > MOST_FANS) this.#forgetOldest()
  }

  #lateCopy(publication: number, copy: Copy): void {
    const fan = this.#fans.get(publication)
    if (fan === undefined || fan.late.length === MOST_LATE) return
    this.#fans.set(publication, { ...fan, late: [...fan.late, copy] })
    if (copy.client.stream === this.stream) this.#copies.set(copy.number, publication)
    this.#fanRevision++
  }

  #forgetOldest(): void {
    for (const [number, { delivery, late }] of this.#fans) {
      this.#fans.delete(number)
      for (const copy of [...delivery.copies, ...late]) this.#copies.delete(copy.number)
      return
    }
  }
}
