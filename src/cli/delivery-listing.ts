import { ANSI, PLAIN } from '../report/colour.ts'
import { deliveryObject } from '../report/delivery-json.ts'
import { DeliveryLineRenderer } from '../report/delivery-line.ts'
import { DeliveryCounts, deliverySummaryText } from '../report/delivery-summary.ts'
import { CsvList, JsonList, NdjsonList } from '../report/object-renderers.ts'
import { DELIVERY_SCHEMA } from '../report/schema/delivery.ts'
import { TimeColumn } from '../report/time-format.ts'
import { CaptureReading } from './capture-reading.ts'
import { EXIT } from './exit.ts'
import type { Renderer } from '../report/renderer.ts'
import type { ClockSource } from '../report/time-format.ts'
import type { DeliveryResult } from '../session/delivery.ts'
import type { ExitCode } from './exit.ts'
import type { FlowsPlan } from './flows-plan.ts'

/** `mqtap flows --deliveries FILE…`: what became of each publication at the subscribers, in one of the formats. */
export class DeliveryListing {
  readonly #plan: FlowsPlan
  readonly #capture: CaptureReading
  readonly #renderer: Renderer<DeliveryResult> | null
  /** Of those chosen. */
  readonly #counts = new DeliveryCounts()

  constructor(plan: FlowsPlan) {
    this.#plan = plan
    this.#capture = new CaptureReading(plan, {
      keepPipes: false,
      sink: { packet: () => undefined, delivery: (result) => this.#delivery(result) },
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

  #delivery(result: DeliveryResult): void {
    const { deliveryChoice } = this.#plan
    if (deliveryChoice !== null && !deliveryChoice.matches(result)) return
    this.#counts.add(result)
    if (this.#renderer !== null) this.#capture.write(this.#renderer.item(result))
  }

  #summary(): string {
    const { colour, utc, deliveryChoice } = this.#plan
    const { totals, clock } = this.#capture.pipeline
    return deliverySummaryText(totals, this.#counts, clock, { palette: colour ? ANSI : PLAIN, utc, choice: deliveryChoice?.text ?? null })
  }
}

function rendererOf(plan: FlowsPlan, clock: ClockSource): Renderer<DeliveryResult> {
  switch (plan.format) {
    case 'line': {
      const time = new TimeColumn(plan.time, plan.utc, clock)
      return new DeliveryLineRenderer({ palette: plan.colour ? ANSI : PLAIN, time, header: plan.header })
    }
    case 'ndjson': return new NdjsonList((result) => deliveryObject(result, clock()))
    case 'json': return new JsonList((result) => deliveryObject(result, clock()))
    case 'csv': return new CsvList(DELIVERY_SCHEMA, (result) => deliveryObject(result, clock()), process.stdout.isTTY === true)
    case 'mermaid': throw new Error('a diagram is no list')
  }
}
