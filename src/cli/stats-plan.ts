import { PACKET_FIELDS } from '../analysis/fields.ts'
import { SORT_KEYS } from '../report/sort-key.ts'
import { wantsUnicode } from '../report/unicode.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { filterOf } from './filter-option.ts'
import { lengthOfTime, oneOf, wholeNumber } from './option-values.ts'
import { STATS_FORMATS } from './options.ts'
import type { Filter } from '../analysis/filter/filter.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { SortKey } from '../report/sort-key.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap stats` was asked to do, checked. */
export interface StatsPlan extends CapturePlan {
  readonly format: (typeof STATS_FORMATS)[number]
  /** Null where all packets are counted. */
  readonly filter: Filter<PacketEvent> | null
  readonly top: number
  readonly sort: SortKey
  /** Nanoseconds; null for what suits the capture. */
  readonly interval: number | null
  readonly unicode: boolean
}

const DEFAULT_TOP = 20
const MOST_ROWS = 10_000

export async function statsPlan(args: Arguments, files: readonly string[]): Promise<StatsPlan> {
  checkFiles(files, 'stats')
  return {
    ...capturePlan(args, files),
    // All of it is a summary at the end.
    quiet: true,
    format: oneOf(args, 'f', STATS_FORMATS) ?? 'text',
    filter: await filterOf(args, PACKET_FIELDS),
    top: wholeNumber(args, 'top', MOST_ROWS) ?? DEFAULT_TOP,
    sort: oneOf(args, 'sort', SORT_KEYS) ?? 'bytes',
    interval: lengthOfTime(args, 'interval'),
    unicode: wantsUnicode(process.env, process.stdout.isTTY === true, process.platform),
  }
}
