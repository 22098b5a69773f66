import { FieldReader } from '../analysis/fields/field-reader.ts'
import { LIMITS } from '../analysis/limits.ts'
import { Statistics } from '../analysis/statistics/statistics.ts'
import { ANSI, PLAIN } from '../report/colour.ts'
import { statsJsonText } from '../report/statistics-json.ts'
import { statisticsText } from '../report/statistics-text.ts'
import { CaptureReading } from './capture-reading.ts'
import { EXIT } from './exit.ts'
import { statsPlan } from './stats-plan.ts'
import { treeDecoder } from '../analysis/tree-decoder.ts'
import type { PacketType } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Exchange } from '../session/exchange.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'
import type { StatsPlan } from './stats-plan.ts'

/** `mqtap stats FILE…`: the statistics of a capture, as text or as one JSON object. */

export async function stats(args: Arguments, files: readonly string[]): Promise<ExitCode> {
  const counting = new Counting(await statsPlan(args, files))
  try {
    return await counting.run()
  } finally {
    counting.release()
  }
}

/** Those that begin an exchange. */
const REQUESTS: ReadonlySet<PacketType | 'UNFRAMED'> = new Set<PacketType>(['CONNECT', 'PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PINGREQ', 'AUTH'])

class Counting {
  readonly #plan: StatsPlan
  readonly #capture: CaptureReading
  readonly #statistics: Statistics
  readonly #reader: FieldReader
  /** With a filter: the exchanges without an end whose first packet matched. */
  readonly #chosen = new Set<number>()

  constructor(plan: StatsPlan) {
    this.#plan = plan
    const statistics = new Statistics(LIMITS.statistics, plan.interval)
    this.#statistics = statistics
    this.#capture = new CaptureReading(plan, {
      keepPipes: false,
      sink: {
        packet: plan.filter === null ? (event) => statistics.packet(event) : (event, exchange) => this.#packet(event, exchange),
        exchange: (exchange) => this.#exchange(exchange),
        connection: (connection) => statistics.connection(connection),
      },
    })
    this.#reader = new FieldReader({ clock: () => this.#capture.pipeline.clock, decodeFields: treeDecoder() })
  }

  async run(): Promise<ExitCode> {
    const capture = this.#capture
    if (!(await capture.read())) return EXIT.clean
    await capture.conclude(() => this.#text(), this.#plan.format === 'json')
    return capture.failure ?? EXIT.clean
  }

  release(): void {
    this.#capture.release()
  }

  #packet(event: PacketEvent, exchange: Exchange | null): void {
    if (!this.#plan.filter!.matches(event, this.#reader)) return
    this.#statistics.packet(event)
    if (exchange !== null && REQUESTS.has(event.packet.type) && exchange.steps[0]?.number === event.number) this.#chosen.add(exchange.number)
  }

  #exchange(exchange: Exchange): void {
    if (this.#plan.filter === null || this.#chosen.delete(exchange.number)) this.#statistics.exchange(exchange)
  }

  #text(): string {
    const { format, filter, colour, utc, top, sort, unicode } = this.#plan
    const { totals, clock } = this.#capture.pipeline
    const text = filter?.text ?? null
    if (format === 'json') return statsJsonText(this.#statistics, totals, clock, text)
    return statisticsText(this.#statistics, totals, clock, { palette: colour ? ANSI : PLAIN, utc, filter: text, top, sort, unicode })
  }
}
