import { ANSI, PLAIN } from '../report/colour.ts'
import { ExchangeCsvRenderer } from '../report/exchange-csv.ts'
import { ExchangeJsonRenderer, ExchangeNdjsonRenderer } from '../report/exchange-json.ts'
import { ExchangeLineRenderer } from '../report/exchange-line.ts'
import { exchangeSummaryText } from '../report/exchange-summary.ts'
import { TimeColumn } from '../report/time-format.ts'
import { CaptureReading } from './capture-reading.ts'
import { DeliveryListing } from './delivery-listing.ts'
import { EXIT } from './exit.ts'
import { flowsPlan } from './flows-plan.ts'
import type { ExchangeRenderer } from '../report/renderer.ts'
import type { ClockSource } from '../report/time-format.ts'
import type { Exchange } from '../session/exchange.ts'
import type { ExitCode } from './exit.ts'
import type { FlowsPlan } from './flows-plan.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap flows FILE…`: the exchanges of a capture, each a request with its answers, in one of the formats. */

export async function flows(args: Arguments, files: readonly string[]): Promise<ExitCode> {
  const plan = flowsPlan(args, files)
  const listing = plan.deliveries ? new DeliveryListing(plan) : new Listing(plan)
  try {
    return await listing.run()
  } finally {
    listing.release()
  }
}

class Listing {
  readonly #plan: FlowsPlan
  readonly #capture: CaptureReading
  readonly #renderer: ExchangeRenderer | null
  /** By kind and outcome, of those chosen. */
  readonly #chosen = new Map<string, number>()

  constructor(plan: FlowsPlan) {
    this.#plan = plan
    this.#capture = new CaptureReading(plan, {
      keepPipes: false,
      sink: { packet: () => undefined, exchange: (exchange) => this.#exchange(exchange) },
    })
    this.#renderer = plan.quiet ? null : rendererOf(plan, () => this.#capture.pipeline.clock)
  }

  async run(): Promise<ExitCode> {
    const capture = this.#capture
    capture.write(this.#renderer?.begin() ?? '')
    if (!(await capture.read())) return EXIT.clean
    capture.write(this.#renderer?.end() ?? '')
    await capture.conclude(() => this.#summary())
    return capture.failure ?? EXIT.clean
  }

  release(): void {
    this.#capture.release()
  }

  #exchange(exchange: Exchange): void {
    const { choice } = this.#plan
    if (choice !== null) {
      if (!choice.matches(exchange)) return
      const key = `${exchange.kind} ${exchange.outcome}`
      this.#chosen.set(key, (this.#chosen.get(key) ?? 0) + 1)
    }
    if (this.#renderer !== null) this.#capture.write(this.#renderer.exchange(exchange))
  }

  #summary(): string {
    const { colour, utc, choice } = this.#plan
    const { totals, clock } = this.#capture.pipeline
    const counts = choice === null ? totals.exchanges : this.#chosen
    return exchangeSummaryText(totals, counts, clock, { palette: colour ? ANSI : PLAIN, utc, choice: choice?.text ?? null })
  }
}

function rendererOf(plan: FlowsPlan, clock: ClockSource): ExchangeRenderer {
  switch (plan.format) {
    case 'line': {
      const time = new TimeColumn(plan.time, plan.utc, clock)
      return new ExchangeLineRenderer({ palette: plan.colour ? ANSI : PLAIN, time, header: plan.header })
    }
    case 'ndjson': return new ExchangeNdjsonRenderer(clock)
    case 'json': return new ExchangeJsonRenderer(clock)
    case 'csv': return new ExchangeCsvRenderer(clock, process.stdout.isTTY === true)
  }
}
