import { EXCHANGE_FIELDS } from '../analysis/fields.ts'
import { durationOf } from '../session/exchange.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { UsageError } from './exit.ts'
import { filterOf } from './filter-option.ts'
import { flag, oneOf, text } from './option-values.ts'
import { LIST_FORMATS } from './options.ts'
import type { Filter } from '../analysis/filter/filter.ts'
import type { Exchange, ExchangeOutcome } from '../session/exchange.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap flows` was asked to do, checked. */
export interface FlowsPlan extends CapturePlan {
  readonly format: (typeof LIST_FORMATS)[number]
  /** Exchanges are shown that both of these let through; null where all are. */
  readonly filter: Filter<Exchange> | null
  readonly choice: ExchangeChoice | null
}

/** `--slow`, `--open` and `--failed`: exchanges that are one or another of these. */
export interface ExchangeChoice {
  /** In words. */
  readonly text: string
  matches(exchange: Exchange): boolean
}

const WITHOUT_END: ReadonlySet<ExchangeOutcome> = new Set(['open', 'abandoned', 'superseded'])

export async function flowsPlan(args: Arguments, files: readonly string[]): Promise<FlowsPlan> {
  checkFiles(files, 'flows')
  return {
    format: oneOf(args, 'f', LIST_FORMATS) ?? 'line',
    filter: await filterOf(args, EXCHANGE_FIELDS),
    choice: choiceOf(args),
    ...capturePlan(args, files),
  }
}

function choiceOf(args: Arguments): ExchangeChoice | null {
  const slow = text(args, 'slow')
  const least = slow === undefined ? Infinity : nanosecondsOf(slow)
  const open = flag(args, 'open')
  const failed = flag(args, 'failed')
  const words = [slow === undefined ? [] : [`${slow} ms or longer`], open ? ['without an end'] : [], failed ? ['failed'] : []].flat()
  if (words.length === 0) return null
  return {
    text: words.join(', '),
    matches: (exchange) =>
      (open && WITHOUT_END.has(exchange.outcome)) || (failed && exchange.outcome === 'failed') || (durationOf(exchange) ?? -Infinity) >= least,
  }
}

/** A decimal number of milliseconds; with more than six digits behind the point it would be no whole number of nanoseconds. */
function nanosecondsOf(milliseconds: string): number {
  if (!/^\d+(?:\.\d{1,6})?$/.test(milliseconds)) {
    throw new UsageError(`--slow ${milliseconds}: a number of milliseconds is needed, with at most six decimals`, 'Example: --slow 250, --slow 0.5')
  }
  return Math.round(Number(milliseconds) * 1e6)
}
