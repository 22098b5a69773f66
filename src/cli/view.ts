import { createRequire } from 'node:module'
import { wantsColour } from '../report/colour.ts'
import { wantsUnicode } from '../report/unicode.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { contentOf } from './config-file.ts'
import { EXIT, UsageError } from './exit.ts'
import { filterOf } from './filter-option.ts'
import { flag, oneOf, text, wholeNumber } from './option-values.ts'
import { COLOUR_CHOICES } from './options.ts'
import { tell } from './report-error.ts'
import { parseConfig } from './report-config.ts'
import { hasScreens } from './screens.ts'
import { PACKET_FIELDS } from '../analysis/fields.ts'
import { VERSION } from './version.ts'
import type { showScreens as ShowScreens, ScreensPlan } from '../tui/main.tsx'
import type { ExitCode } from './exit.ts'
import type { LiveStart } from './live.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap view FILE…`: the terminal screens. They are a program of their own beside this one, loaded only here. */

/** MiB of temporary files. */
const SPOOL_LIMIT = 2_048
const MOST_SPOOL = 1_048_576
const MIB = 1_048_576

export async function view(args: Arguments, files: readonly string[], start: LiveStart | null = null): Promise<ExitCode> {
  if (!hasScreens()) return (await import('./read.ts')).read(withoutScreens(args), files, start)
  checkFiles(files, 'view')
  const { ports, version, time, utc } = capturePlan(args, files)
  const filter = (await filterOf(args, PACKET_FIELDS))?.text ?? ''
  const config = text(args, 'config')
  const plan: Omit<ScreensPlan, 'live'> = {
    toolVersion: VERSION, files, ports, version, time, utc, filter,
    showSecrets: flag(args, 'show-secrets'),
    coloured: wantsColour(oneOf(args, 'color', COLOUR_CHOICES) ?? 'auto', process.env, true),
    ascii: flag(args, 'ascii') || !wantsUnicode(process.env, true, process.platform),
    keys: config === undefined ? {} : parseConfig(contentOf('config', config), config).keys,
    spoolLimit: spoolLimitOf(args),
  }
  const { showScreens } = await (createRequire(import.meta.url)('../bin/screens.js') as () => Promise<{ readonly showScreens: typeof ShowScreens }>)()
  const live = start === null ? null : await start()
  const { unreadable, problems, summary } = await showScreens({ ...plan, live })
  for (const problem of problems) tell(problem)
  if (summary !== null) process.stdout.write(`mqtap: ${summary}\n`)
  if (live !== null) return live.failure === null ? EXIT.clean : EXIT.capture
  return unreadable ? EXIT.unreadable : EXIT.clean
}

function spoolLimitOf(args: Arguments): number {
  const limit = wholeNumber(args, 'spool-limit', MOST_SPOOL) ?? SPOOL_LIMIT
  if (limit < 1) throw new UsageError('--spool-limit 0: at least 1 MiB is needed, to show packets again')
  return limit * MIB
}

/** Options that lines do not have. */
function withoutScreens(args: Arguments): Arguments {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !['config', 'ascii', 'spool-limit'].includes(name)))
}
