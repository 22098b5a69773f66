import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { createPipeline, type CaptureTotals } from '../../../src/analysis/pipeline.ts'
import { LIMITS } from '../../../src/analysis/limits.ts'
import { Statistics, type StatisticsLimits } from '../../../src/analysis/statistics/statistics.ts'
import type { ExchangeKind, ExchangeOutcome } from '../../../src/session/exchange.ts'
import type { CaptureClock } from '../../../src/capture/frame.ts'
import type { Side } from '../../../src/session/side.ts'

const FOLDER = fileURLToPath(new URL('../../../fixtures/captures/', import.meta.url))

/** The recorded captures. */
export const CAPTURES = readdirSync(FOLDER).filter((name) => !name.endsWith('.txt')).sort()

export interface Counted {
  readonly statistics: Statistics
  readonly totals: CaptureTotals
  readonly clock: CaptureClock | null
  readonly exchanges: readonly { readonly kind: ExchangeKind; readonly initiator: Side; readonly outcome: ExchangeOutcome; readonly duration: number | null; readonly client: string }[]
}

const PORTS = new Uint8Array(65_536)
PORTS[1883] = 1

export function captureBytes(name: string): Uint8Array {
  const bytes = readFileSync(FOLDER + name)
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

export function count(name: string, capture = captureBytes(name), limits: Partial<StatisticsLimits> = {}): Counted {
  const statistics = new Statistics({ ...LIMITS.statistics, ...limits })
  const exchanges: Counted['exchanges'][number][] = []
  const pipeline = createPipeline({ ports: PORTS, version: null }, {
    packet: (event) => statistics.packet(event),
    exchange: (exchange) => {
      statistics.exchange(exchange)
      const { kind, initiator, outcome, connection } = exchange
      const { clientIdentifier, tcp } = connection
      exchanges.push({ kind, initiator, outcome, duration: exchange.duration, client: clientIdentifier === undefined ? `#${tcp.stream}` : String(clientIdentifier) })
    },
    connection: (connection) => statistics.connection(connection),
    captureProblem: () => undefined,
    networkProblem: () => undefined,
  })
  pipeline.begin(name)
  pipeline.push(capture)
  pipeline.finish()
  return { statistics, totals: pipeline.totals, clock: pipeline.clock, exchanges }
}
