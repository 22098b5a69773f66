import { LIMITS } from '../../analysis/limits.ts'
import { Rates } from '../../analysis/statistics/rates.ts'
import { sentBy } from '../../analysis/statistics/traffic.ts'
import { FindingDetails, rateDetails, watchedSink, type FindingDetailsOptions, type FindingKey } from './finding-details.ts'
import type { PipelineSink } from '../../analysis/pipeline.ts'
import type { Finding } from '../../conformance/finding.ts'
import type { ReportDetails } from './details.ts'

/** What the page shows beside the report, collected while the capture is read. */

/** As many as the plot has room for. */
const MOST_COLUMNS = 240

export class PageDetails {
  readonly #findings: FindingDetails
  readonly #rates = new Rates(LIMITS.statistics.rateBuckets)

  constructor(options: FindingDetailsOptions) {
    this.#findings = new FindingDetails(options)
  }

  /** `judged`, which makes the findings, is told of everything behind this. */
  watch(judged: PipelineSink): PipelineSink {
    const watched = watchedSink(this.#findings, judged)
    return {
      ...watched,
      packet: (event, exchange) => {
        if (event.packet.type !== 'UNFRAMED') this.#rates.add(event.time, sentBy(event.direction), event.length)
        watched.packet(event, exchange)
      },
    }
  }

  finding(finding: Finding): void {
    this.#findings.finding(finding)
  }

  /** For the report with these findings. */
  of(findings: readonly FindingKey[]): ReportDetails {
    return { rate: rateDetails(this.#rates.columns(MOST_COLUMNS)), findings: this.#findings.of(findings) }
  }
}
