import { LIMITS } from '../analysis/limits.ts'
import { defaultFilter, mayBeTagged } from '../io/live/default-filter.ts'
import { chooseEngine } from '../io/live/engines.ts'
import { LiveCapture } from '../io/live/live-capture.ts'
import { LiveFile } from '../io/live/live-file.ts'
import { StdinRun } from '../io/live/stdin-run.ts'
import { livePlan, type LivePlan } from './live-plan.ts'
import { tell } from './report-error.ts'
import { hasScreens } from './screens.ts'
import { VERSION } from './version.ts'
import type { EngineOptions, EngineRun, Timestamps } from '../io/live/engine.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap live`: captures, and shows what it captures as `mqtap view`, `read`, `flows` or `report` show a file. */

/** Begins the capture, when all that was asked for has been checked. */
export type LiveStart = () => Promise<LiveCapture>

export async function live(args: Arguments, words: readonly string[]): Promise<ExitCode> {
  const plan = livePlan(args, words, hasScreens())
  const name = plan.interfaces === null ? '-' : plan.interfaces.join(', ')
  const start: LiveStart = () => begin(plan, name)
  switch (plan.mode) {
    case 'view': return (await import('./view.ts')).view(plan.shown, [name], start)
    case 'read': return (await import('./read.ts')).read(plan.shown, [name], start)
    case 'flows': return (await import('./flows.ts')).flows(plan.shown, [name], start)
    case 'report': return (await import('./report.ts')).report(plan.shown, [name], start)
  }
}

async function begin(plan: LivePlan, name: string): Promise<LiveCapture> {
  const { runs, timestamps, by } = plan.interfaces === null ? { runs: [new StdinRun()], timestamps: 'file' as const, by: null } : await captureFrom(plan.interfaces, plan)
  const application = `mqtap ${VERSION}`
  let file: LiveFile | null = null
  try {
    if (plan.output !== null) file = new LiveFile(plan.output, { application, ring: plan.ring, now: () => Date.now() })
  } catch (error) {
    for (const run of runs) run.kill()
    throw error
  }
  const capture = new LiveCapture(runs, {
    name, by, timestamps, application, file, end: plan.end, capture: LIMITS.capture, limits: LIMITS.live, now: () => performance.now(),
  })
  if (by !== null) {
    await capture.begun
    // Screens say so themselves; where there are none, `--view` shows lines.
    if (capture.failure === null && (plan.mode !== 'view' || !hasScreens())) tell(`capturing on ${name} with ${by}; Ctrl-C ends`)
  }
  return capture
}

interface Started {
  readonly runs: readonly EngineRun[]
  readonly timestamps: Timestamps
  readonly by: string
}

async function captureFrom(interfaces: readonly string[], { engine: wanted, filter, ports, snapLength, promiscuous, bufferMiB }: LivePlan): Promise<Started> {
  const common = { snapLength, promiscuous, bufferMiB }
  const engine = await chooseEngine(wanted, { filter: filter ?? '', ...common })
  const groups = new Map<string, string[]>()
  for (const name of interfaces) {
    const itsFilter = filter ?? defaultFilter(ports, mayBeTagged(name))
    const group = groups.get(itsFilter)
    if (group === undefined) groups.set(itsFilter, [name])
    else group.push(name)
  }
  const runs: EngineRun[] = []
  for (const [itsFilter, names] of groups) {
    const options: EngineOptions = { filter: itsFilter, ...common }
    if (engine.takesSeveral) runs.push(engine.start(names, options))
    else for (const name of names) runs.push(engine.start([name], options))
  }
  return { runs, timestamps: engine.timestamps, by: engine.name }
}
