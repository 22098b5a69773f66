import { EXCHANGE_FIELDS } from '../analysis/fields.ts'
import { NARROWEST } from '../report/ladder/layout.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { connectionChoice } from './connection-choice.ts'
import { UsageError } from './exit.ts'
import { filterOf } from './filter-option.ts'
import { flag, nanosecondsOf, oneOf, text, wholeNumber } from './option-values.ts'
import { FLOWS_FORMATS } from './options.ts'
import type { Filter } from '../analysis/filter/filter.ts'
import type { Copy, DeliveryResult } from '../session/delivery.ts'
import type { Exchange, ExchangeOutcome } from '../session/exchange.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { ConnectionChoice } from './connection-choice.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap flows` was asked to do, checked. */
export interface FlowsPlan extends CapturePlan {
  readonly format: (typeof FLOWS_FORMATS)[number]
  /** Sequence diagrams in place of a list; `format` is `line` or `mermaid`. */
  readonly ladder: boolean
  /** Columns of a ladder. */
  readonly width: number
  /** Null where those of all connections are shown. */
  readonly connections: ConnectionChoice | null
  /** Whether PINGREQ and PINGRESP are shown. */
  readonly pings: boolean
  /** Exchanges are shown that both of these let through, but for what the two above leave out; null where all are. */
  readonly filter: Filter<Exchange> | null
  readonly choice: ExchangeChoice | null
  /** What servers pass on is shown instead of exchanges. */
  readonly deliveries: boolean
  /** Null where all deliveries are shown. */
  readonly deliveryChoice: DeliveryChoice | null
}

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

export async function flowsPlan(args: Arguments, files: readonly string[]): Promise<FlowsPlan> {
  // The first to be told of: `--slow FILE` takes the file for the number.
  const choice = choiceOf(args)
  checkFiles(files, 'flows')
  const format = oneOf(args, 'f', FLOWS_FORMATS) ?? 'line'
  const ladder = flag(args, 'ladder') || format === 'mermaid'
  if (ladder && format !== 'line' && format !== 'mermaid') {
    throw new UsageError(`--ladder is a picture and has no form as ${format}`, 'It is text, or a diagram for Markdown with -f mermaid.')
  }
  const deliveries = flag(args, 'deliveries')
  if (deliveries) refuseWithDeliveries(args, ladder)
  const capture = capturePlan(args, files)
  return {
    ...capture,
    format,
    ladder,
    width: widthOf(args),
    connections: connectionChoice(args),
    pings: args.pings === undefined || flag(args, 'pings'),
    filter: await filterOf(args, EXCHANGE_FIELDS),
    choice,
    deliveries,
    deliveryChoice: deliveries ? deliveryChoiceOf(args) : null,
    // Nobody can read a ladder without the names of its lanes.
    header: capture.header || (ladder && args.header === undefined),
  }
}

function widthOf(args: Arguments): number {
  const width = wholeNumber(args, 'width', WIDEST) ?? (process.stdout.columns || USUAL_WIDTH)
  if (args.width !== undefined && width < NARROWEST) throw new UsageError(`--width ${width}: a ladder needs ${NARROWEST} columns`)
  return width
}

/** Of a terminal that does not say, and of a file. */
const USUAL_WIDTH = 80
const WIDEST = 1_000

/** What a list shows: the exchanges chosen, of the connections chosen. Null where that is all. */
export function listedChoice({ choice, connections, pings }: FlowsPlan): ExchangeChoice | null {
  const texts = [connections === null ? [] : [connections.text], choice === null ? [] : [choice.text], pings ? [] : ['without pings']].flat()
  if (texts.length === 0) return null
  return {
    text: texts.join('; '),
    matches: (exchange) =>
      (connections?.matches(exchange.connection) ?? true) && (pings || exchange.kind !== 'ping') && (choice?.matches(exchange) ?? true),
  }
}

/** `--slow`, `--open` and `--failed`: exchanges that are one or another of these. */
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
      (open && WITHOUT_END.has(exchange.outcome)) || (failed && exchange.outcome === 'failed') || (exchange.duration ?? -Infinity) >= least,
  }
}

/** What is for exchanges and connections only. */
function refuseWithDeliveries(args: Arguments, ladder: boolean): void {
  const given = ['Y', 'client', 'stream', 'open'].find((name) => args[name] !== undefined) ?? (ladder ? 'ladder' : undefined)
  if (given === undefined) return
  throw new UsageError(`${given.length === 1 ? '-' : '--'}${given} is for exchanges and does not go with --deliveries`, 'Narrow the list with --slow or --failed, or take -f ndjson.')
}

function deliveryChoiceOf(args: Arguments): DeliveryChoice | null {
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
