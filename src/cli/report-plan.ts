import { LIMITS } from '../analysis/limits.ts'
import { NamePattern, RULE_NAMES, STATEMENT_IDS } from '../conformance/name-pattern.ts'
import { RuleChoice } from '../conformance/rule-choice.ts'
import { Waivers } from '../conformance/waivers.ts'
import { parseReport, type Baseline } from '../report/conformance/comparison.ts'
import { REPORT_FORMATS, type ReportFormat } from '../report/conformance/format-names.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { contentOf } from './config-file.ts'
import { UsageError } from './exit.ts'
import { flag, lengthOfTime, nanosecondsOf, oneOf, text, texts, wholeNumber } from './option-values.ts'
import { FAIL_LEVELS, JUDGED_SIDES } from './options.ts'
import { mistakeInName, NO_CONFIG, parseConfig } from './report-config.ts'
import type { Side } from '../session/side.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { FailLevel } from './fail-on.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap report` was asked to do, checked. */
export interface ReportPlan extends CapturePlan {
  readonly format: ReportFormat
  /** Null for standard output. */
  readonly output: string | null
  readonly failOn: FailLevel
  readonly choice: RuleChoice
  /** Null for both. */
  readonly side: Side | null
  readonly waivers: Waivers
  readonly mostFindings: number
  /** Nanoseconds from which on an answer is slow; null for the usual. */
  readonly slowAfter: number | null
  readonly showSecrets: boolean
  readonly baseline: Baseline | null
  /** Milliseconds between two reports of a live capture, beside the one at its end; null for none. */
  readonly every: number | null
}

const MOST_FINDINGS = 1_000_000
const SHORTEST_EVERY = 1_000
const LONGEST_EVERY = 86_400_000

/** `today`: `2026-11-26`, for waivers that end. */
export function reportPlan(args: Arguments, files: readonly string[], today: string): ReportPlan {
  checkFiles(files, 'report')
  const configName = text(args, 'config')
  const config = configName === undefined ? NO_CONFIG : parseConfig(contentOf('config', configName), configName)
  const output = text(args, 'o')
  const side = oneOf(args, 'side', JUDGED_SIDES) ?? config.side ?? 'both'
  const mostFindings = wholeNumber(args, 'max-findings-per-rule', MOST_FINDINGS) ?? config.maxFindingsPerRule ?? LIMITS.conformance.findings
  if (mostFindings < 1) throw new UsageError('--max-findings-per-rule 0: at least one finding shows what a rule is about')
  return {
    ...capturePlan(args, files),
    // All of it is a summary at the end.
    quiet: true,
    format: oneOf(args, 'f', REPORT_FORMATS) ?? 'text',
    output: output === undefined || output === '-' ? null : output,
    failOn: oneOf(args, 'fail-on', FAIL_LEVELS) ?? config.failOn ?? 'error',
    choice: new RuleChoice(patternsOf(args, 'only', config.only), patternsOf(args, 'ignore', config.ignore)),
    side: side === 'both' ? null : side,
    waivers: new Waivers(config.waivers, today),
    mostFindings,
    slowAfter: text(args, 'slow') === undefined ? config.slowMs === undefined ? null : config.slowMs * 1e6 : nanosecondsOf(text(args, 'slow')!),
    showSecrets: flag(args, 'show-secrets'),
    baseline: baselineOf(args),
    every: everyOf(args),
  }
}

/** What is given on the command line takes the place of what the configuration says. */
function patternsOf(args: Arguments, option: 'only' | 'ignore', configured: readonly string[]): NamePattern[] {
  const given = texts(args, option).flatMap((list) => list.split(',')).map((name) => name.trim()).filter((name) => name !== '')
  for (const name of given) {
    const mistake = mistakeInName(name, [...RULE_NAMES, ...STATEMENT_IDS])
    if (mistake !== null) throw new UsageError(`--${option} ${name}: ${mistake.sentence}`, mistake.hint)
  }
  return (args[option] === undefined ? configured : given).map((name) => new NamePattern(name))
}

/** In milliseconds. More often than that nobody reads it, and writing it takes time. */
function everyOf(args: Arguments): number | null {
  const length = lengthOfTime(args, 'every')
  if (length === null) return null
  const milliseconds = length / 1e6
  if (milliseconds < SHORTEST_EVERY || milliseconds > LONGEST_EVERY) throw new UsageError(`--every ${text(args, 'every')}: from 1s to 24h is possible`)
  return milliseconds
}

function baselineOf(args: Arguments): Baseline | null {
  const name = text(args, 'baseline')
  if (name === undefined) return null
  const report = parseReport(contentOf('baseline', name))
  if (report === null) throw new UsageError(`--baseline ${name}: this is no report of mqtap report -f json`)
  return report
}
