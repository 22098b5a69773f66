import { FieldReader } from '../analysis/fields/field-reader.ts'
import { ANSI, PLAIN } from '../report/colour.ts'
import { exchangeObject } from '../report/exchange-json.ts'
import { ExchangeLineRenderer } from '../report/exchange-line.ts'
import { exchangeSummaryText } from '../report/exchange-summary.ts'
import { CsvList, JsonList, NdjsonList } from '../report/object-renderers.ts'
import { EXCHANGE_SCHEMA } from '../report/schema/exchange.ts'
import { TimeColumn } from '../report/time-format.ts'
import { CaptureReading } from './capture-reading.ts'
import { DeliveryListing } from './delivery-listing.ts'
import { EXIT } from './exit.ts'
import { flowsPlan, listedChoice } from './flows-plan.ts'
import { showLadders } from './ladders.ts'
import { tell } from './report-error.ts'
import type { Renderer } from '../report/renderer.ts'
import type { ClockSource } from '../report/time-format.ts'
import type { Exchange } from '../session/exchange.ts'
import type { ExitCode } from './exit.ts'
import type { ExchangeChoice, FlowsPlan } from './flows-plan.ts'
import type { LiveStart } from './live.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap flows FILE…`: the exchanges of a capture, each a request with its answers, in one of the formats; or its connections as ladders. */

export async function flows(args: Arguments, files: readonly string[], start: LiveStart | null = null): Promise<ExitCode> {
  const asked = await flowsPlan(args, files)
  const plan = start === null ? asked : { ...asked, live: await start() }
  if (plan.ladder && !plan.quiet) return showLadders(plan)
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
  readonly #renderer: Renderer<Exchange> | null
  readonly #reader: FieldReader
  readonly #choice: ExchangeChoice | null
  /** By kind and outcome, of those chosen. */
  readonly #chosen = new Map<string, number>()

  constructor(plan: FlowsPlan) {
    this.#plan = plan
    this.#choice = listedChoice(plan)
    this.#capture = new CaptureReading(plan, {
      keepPipes: false,
      outcomesOnly: plan.quiet && plan.filter === null && this.#choice === null,
      sink: {
        packet: () => undefined,
        exchange: (exchange) => this.#exchange(exchange),
        connection: (connection) => plan.connections?.meet(connection),
      },
    })
    const clock = () => this.#capture.pipeline.clock
    this.#reader = new FieldReader({ clock })
    this.#renderer = plan.quiet ? null : rendererOf(plan, clock)
  }

  async run(): Promise<ExitCode> {
    const { connections } = this.#plan
    const capture = this.#capture
    capture.write(this.#renderer?.begin() ?? '')
    if (!(await capture.read())) return EXIT.clean
    capture.write(this.#renderer?.end() ?? '')
    await capture.conclude(() => this.#summary())
    const why = connections?.whyNone ?? null
    if (why !== null) tell(why)
    return capture.failure ?? EXIT.clean
  }

  release(): void {
    this.#capture.release()
  }

  #exchange(exchange: Exchange): void {
    const { filter } = this.#plan
    const choice = this.#choice
    if (filter !== null && !filter.matches(exchange, this.#reader)) return
    if (choice !== null && !choice.matches(exchange)) return
    if (filter !== null || choice !== null) this.#count(exchange)
    if (this.#renderer !== null) this.#capture.write(this.#renderer.item(exchange))
  }

  /** Only of some: where all are shown, the pipeline has counted already. */
  #count({ kind, outcome }: Exchange): void {
    const key = `${kind} ${outcome}`
    this.#chosen.set(key, (this.#chosen.get(key) ?? 0) + 1)
  }

  #summary(): string {
    const { colour, utc, filter } = this.#plan
    const choice = this.#choice
    const { totals, clock } = this.#capture.pipeline
    const counts = filter === null && choice === null ? totals.exchanges : this.#chosen
    return exchangeSummaryText(totals, counts, clock, { palette: colour ? ANSI : PLAIN, utc, filter: filter?.text ?? null, choice: choice?.text ?? null })
  }
}

function rendererOf(plan: FlowsPlan, clock: ClockSource): Renderer<Exchange> {
  switch (plan.format) {
    case 'line': {
      const time = new TimeColumn(plan.time, plan.utc, clock)
      return new ExchangeLineRenderer({ palette: plan.colour ? ANSI : PLAIN, time, header: plan.header })
    }
    case 'ndjson': return new NdjsonList((exchange) => exchangeObject(exchange, clock()))
    case 'json': return new JsonList((exchange) => exchangeObject(exchange, clock()))
    case 'csv': return new CsvList(EXCHANGE_SCHEMA, (exchange) => exchangeObject(exchange, clock()), process.stdout.isTTY === true)
    case 'mermaid': throw new Error('a diagram is no list')
  }
}
