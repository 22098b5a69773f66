import { ANSI, PLAIN } from '../report/colour.ts'
import { ConnectionDetailRenderer } from '../report/connection-detail.ts'
import { connectionObject } from '../report/connection-json.ts'
import { ConnectionLineRenderer } from '../report/connection-line.ts'
import { connectionSummaryText } from '../report/connection-summary.ts'
import { CsvList, JsonList, NdjsonList } from '../report/object-renderers.ts'
import { CONNECTION_SCHEMA } from '../report/schema/connection.ts'
import { TimeColumn } from '../report/time-format.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { CaptureReading } from './capture-reading.ts'
import { connectionChoice } from './connection-choice.ts'
import { EXIT } from './exit.ts'
import { formatOf } from './option-values.ts'
import { CONNECTIONS_FORMATS } from './options.ts'
import { tell } from './report-error.ts'
import type { Renderer } from '../report/renderer.ts'
import type { ClockSource } from '../report/time-format.ts'
import type { CloseReason } from '../session/closing.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap connections FILE…`: the connections of a capture, who, how long, and why each ended. */

type Format = (typeof CONNECTIONS_FORMATS)[number]

export async function connections(args: Arguments, files: readonly string[]): Promise<ExitCode> {
  checkFiles(files, 'connections')
  const format = formatOf(args, CONNECTIONS_FORMATS) ?? 'line'
  const choice = connectionChoice(args)
  const plan = capturePlan(args, files)
  const counts = new Map<CloseReason, number>()
  const capture: CaptureReading = new CaptureReading(plan, {
    keepPipes: false,
    subscriptions: !plan.quiet && format !== 'line',
    sink: {
      packet: () => undefined,
      connection: (connection) => {
        choice?.meet(connection)
        if (choice !== null && !choice.matches(connection.mqtt)) return
        const { reason } = connection.closing!
        counts.set(reason, (counts.get(reason) ?? 0) + 1)
        if (renderer !== null) capture.write(renderer.item(connection))
      },
    },
  })
  const renderer = plan.quiet ? null : rendererOf(format, plan, () => capture.pipeline.clock)
  try {
    capture.write(renderer?.begin() ?? '')
    if (!(await capture.read())) return EXIT.clean
    capture.write(renderer?.end() ?? '')
    await capture.conclude(() => connectionSummaryText(capture.pipeline.totals, counts, capture.pipeline.clock, { palette: plan.colour ? ANSI : PLAIN, utc: plan.utc, choice: choice?.text ?? null }))
    const why = choice?.whyNone ?? null
    if (why !== null) tell(why)
    return capture.failure ?? EXIT.clean
  } finally {
    capture.release()
  }
}

function rendererOf(format: Format, plan: CapturePlan, clock: ClockSource): Renderer<NetworkConnection> {
  const object = (connection: NetworkConnection) => connectionObject(connection, clock())
  const palette = plan.colour ? ANSI : PLAIN
  const time = new TimeColumn(plan.time, plan.utc, clock)
  switch (format) {
    case 'line': return new ConnectionLineRenderer({ palette, time, header: plan.header })
    case 'detail': return new ConnectionDetailRenderer({ palette, time })
    case 'ndjson': return new NdjsonList(object)
    case 'json': return new JsonList(object)
    case 'csv': return new CsvList(CONNECTION_SCHEMA, object, process.stdout.isTTY === true)
  }
}
