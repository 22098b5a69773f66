import { durationOf } from '../session/exchange.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { UsageError } from './exit.ts'
import { flag, oneOf, text } from './option-values.ts'
import { EXCHANGE_FORMATS } from './options.ts'
import type { Copy, DeliveryResult } from '../session/delivery.ts'
import type { Exchange, ExchangeOutcome } from '../session/exchange.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap flows` was asked to do, checked. */
export interface FlowsPlan extends CapturePlan {
  readonly format: (typeof EXCHANGE_FORMATS)[number]
  /** Null where all exchanges are shown. */
  readonly choice: ExchangeChoice | null
  /** What servers pass on is shown instead of exchanges. */
  readonly deliveries: boolean
  /** Null where all deliveries are shown. */
  readonly deliveryChoice: DeliveryChoice | null
}

/** `--slow`, `--open` and `--failed`: exchanges that are one or another of these. */
export interface ExchangeChoice {
  /** In words. */
  readonly text: string
  matches(exchange: Exchange): boolean
}

/** `--slow` and `--failed` of deliveries. */
export interface DeliveryChoice {
  /** In words. */
  readonly text: string
  matches(result: DeliveryResult): boolean
}

const WITHOUT_END: ReadonlySet<ExchangeOutcome> = new Set(['open', 'abandoned', 'superseded'])

export function flowsPlan(args: Arguments, files: readonly string[]): FlowsPlan {
  checkFiles(files, 'flows')
  return {
    format: oneOf(args, 'f', EXCHANGE_FORMATS) ?? 'line',
    choice: choiceOf(args),
    deliveries: flag(args, 'deliveries'),
    deliveryChoice: flag(args, 'deliveries') ? deliveryChoiceOf(args) : null,
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

function deliveryChoiceOf(args: Arguments): DeliveryChoice | null {
  if (flag(args, 'open')) throw new UsageError('--open is for exchanges and does not go with --deliveries')
  const slow = text(args, 'slow')
  const least = slow === undefined ? Infinity : nanosecondsOf(slow)
  const failed = flag(args, 'failed')
  const words = [...(slow === undefined ? [] : [`a copy after ${slow} ms or longer`]), ...(failed ? ['failed'] : [])]
  if (words.length === 0) return null
  return { text: words.join(', '), matches: (result) => slowestOf(result) >= least || (failed && hasFailed(result)) }
}

/** The time through the server of the slowest copy; of what was stored or retained it says nothing. */
function slowestOf(result: DeliveryResult): number {
  const copies = result.kind === 'publication' ? result.copies : [result.copy]
  let slowest = -Infinity
  for (const { kind, duration } of copies) if (kind === 'live' && duration !== null && duration > slowest) slowest = duration
  return slowest
}

/** Refused, not sent to somebody, sent twice, or to somebody who does not want it; not what is unsure. */
function hasFailed(result: DeliveryResult): boolean {
  switch (result.kind) {
    case 'publication':
      return result.acceptance === 'refused' || result.missing.some(({ certainty }) => certainty !== 'unsure') || result.copies.some(isTwice)
    case 'late-copy': return isTwice(result.copy)
    case 'copy-without-publication': return false
    case 'copy-without-subscription': return result.certainty !== 'unsure'
  }
}

function isTwice({ duplicate }: Copy): boolean {
  return duplicate !== null && duplicate !== 'unsure'
}

/** A decimal number of milliseconds; with more than six digits behind the point it would be no whole number of nanoseconds. */
function nanosecondsOf(milliseconds: string): number {
  if (!/^\d+(?:\.\d{1,6})?$/.test(milliseconds)) {
    throw new UsageError(`--slow ${milliseconds}: a number of milliseconds is needed, with at most six decimals`, 'Example: --slow 250, --slow 0.5')
  }
  return Math.round(Number(milliseconds) * 1e6)
}
