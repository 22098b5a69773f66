import { PACKET_FIELDS, tablesWith } from '../analysis/fields.ts'
import { LIMITS } from '../analysis/limits.ts'
import { capturePlan, checkFiles } from './capture-plan.ts'
import { UsageError } from './exit.ts'
import { filterOf } from './filter-option.ts'
import { flag, formatOf, oneOf, text, texts, wholeNumber } from './option-values.ts'
import { FAIL_LEVELS, PAYLOAD_MODES, READ_FORMATS } from './options.ts'
import type { FieldSource } from '../analysis/fields/field-source.ts'
import type { Filter } from '../analysis/filter/filter.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { PayloadMode } from '../report/payload-text.ts'
import type { CapturePlan } from './capture-plan.ts'
import type { FailLevel } from './fail-on.ts'
import type { Arguments } from './option-values.ts'

/** What `mqtap read` was asked to do, checked. All mistakes of the command line are found here, before any file is opened. */
export interface ReadPlan extends CapturePlan {
  readonly format: (typeof READ_FORMATS)[number]
  /** Columns of `-f fields`. */
  readonly columns: readonly FieldSource<PacketEvent>[]
  /** Null where all packets are shown. */
  readonly filter: Filter<PacketEvent> | null
  readonly bytes: boolean
  readonly payload: PayloadMode
  readonly payloadBytes: number
  readonly showSecrets: boolean
  readonly output: string | null
  readonly failOn: FailLevel
}

export async function readPlan(args: Arguments, files: readonly string[]): Promise<ReadPlan> {
  checkFiles(files, 'read')
  const columns = columnsOf(args)
  // `-e` says the format too.
  const format = formatOf(args, READ_FORMATS) ?? (columns.length > 0 ? 'fields' : 'line')
  if (format === 'fields' && columns.length === 0) throw new UsageError('-f fields needs the fields: -e NAME', 'Example: -f fields -e frame.number -e mqtt.topic')
  if (format !== 'fields' && columns.length > 0) throw new UsageError(`-e goes with -f fields, not with -f ${format}`)
  const bytes = flag(args, 'x')
  if (bytes && format !== 'line' && format !== 'detail') throw new UsageError(`-x goes with -f line and -f detail (-V), not with -f ${format}`)
  const output = text(args, 'w')
  if (output === '-') throw new UsageError('-w needs the name of a file; standard output is for the packets')
  return {
    format,
    columns,
    filter: await filterOf(args, PACKET_FIELDS),
    bytes,
    payload: oneOf(args, 'payload', PAYLOAD_MODES) ?? 'preview',
    payloadBytes: wholeNumber(args, 'payload-bytes', LIMITS.mqtt.decodedBytes) ?? LIMITS.mqtt.payloadKept,
    ...capturePlan(args, files),
    showSecrets: flag(args, 'show-secrets'),
    output: output ?? null,
    failOn: oneOf(args, 'fail-on', FAIL_LEVELS) ?? 'never',
  }
}

/** `-e a -e b` and `-e a,b` alike. */
function columnsOf(args: Arguments): FieldSource<PacketEvent>[] {
  const names = texts(args, 'e').flatMap((list) => list.split(',')).map((name) => name.trim()).filter((name) => name !== '')
  return names.map((name) => {
    const source = PACKET_FIELDS.get(name)
    if (source !== undefined) return source
    const [table] = tablesWith(name)
    if (table !== undefined) throw new UsageError(`-e ${name}: this is a field of ${table.of}, and -e prints those of packets`, `${table.filteredBy} takes it.`)
    const nearest = PACKET_FIELDS.nearest(name)
    throw new UsageError(`-e ${name}: there is no such field`, nearest === null ? 'mqtap fields lists them all.' : `Did you mean ${nearest}?`)
  })
}
