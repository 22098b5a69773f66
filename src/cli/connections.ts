import { ANSI, PLAIN } from '../report/colour.ts'
import { connectionObject } from '../report/connection-json.ts'
import { ConnectionLineRenderer } from '../report/connection-line.ts'
import { connectionSummaryText } from '../report/connection-summary.ts'
import { CsvList, JsonList, NdjsonList } from '../report/object-renderers.ts'
import { CONNECTION_SCHEMA } from '../report/schema/connection.ts'
import { TimeColumn } from '../report/time-format.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { CaptureReading } from './capture-reading.ts'
import { EXIT } from './exit.ts'
import { oneOf } from './option-values.ts'
import { LIST_FORMATS } from './options.ts'
import type { Renderer } from '../report/renderer.ts'
import type { ClockSource } from '../report/time-format.ts'
import type { CloseReason } from '../session/closing.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap connections FILE…`: the connections of a capture, who, how long, and why each ended. */

type Format = (typeof LIST_FORMATS)[number]

export async function connections(args: Arguments, files: readonly string[]): Promise<ExitCode> {
  checkFiles(files, 'connections')
  const format = oneOf(args, 'f', LIST_FORMATS) ?? 'line'
  const plan = capturePlan(args, files)
  const counts = new Map<CloseReason, number>()
  const capture: CaptureReading = new CaptureReading(plan, {
    keepPipes: false,
    subscriptions: !plan.quiet && format !== 'line',
    sink: {
      packet: () => undefined,
      connection: (connection) => {
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
    await capture.conclude(() => connectionSummaryText(capture.pipeline.totals, counts, capture.pipeline.clock, plan.colour ? ANSI : PLAIN, plan.utc))
    return capture.failure ?? EXIT.clean
  } finally {
    capture.release()
  }
}

function rendererOf(format: Format, plan: CapturePlan, clock: ClockSource): Renderer<NetworkConnection> {
  const object = (connection: NetworkConnection) => connectionObject(connection, clock())
  switch (format) {
    case 'line': return new ConnectionLineRenderer({ palette: plan.colour ? ANSI : PLAIN, time: new TimeColumn(plan.time, plan.utc, clock), header: plan.header })
    case 'ndjson': return new NdjsonList(object)
    case 'json': return new JsonList(object)
    case 'csv': return new CsvList(CONNECTION_SCHEMA, object, process.stdout.isTTY === true)
  }
}
