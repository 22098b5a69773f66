import { FIELD_TABLES, tablesWith } from '../analysis/fields.ts'
import { nearestName } from '../analysis/fields/nearest-name.ts'
import { TextOutput } from '../io/output.ts'
import { csvCell } from '../report/csv.ts'
import { jsonText } from '../report/json-text.ts'
import { EXIT, UsageError } from './exit.ts'
import { oneOf } from './option-values.ts'
import { FIELDS_FORMATS } from './options.ts'
import type { Field } from '../mqtt/field.ts'
import type { FieldObject } from '../report/schema/field.ts'
import type { ExitCode } from './exit.ts'
import type { Arguments } from './option-values.ts'

/** `mqtap fields [PATTERN]`: what filters (-Y) and columns (-e) can name. A field that packets and exchanges have is listed once. */

export async function fields(args: Arguments, patterns: readonly string[]): Promise<ExitCode> {
  const format = oneOf(args, 'f', FIELDS_FORMATS) ?? 'text'
  const pattern = patterns.join(' ')
  const found = [...new Set(FIELD_TABLES.flatMap((table) => table.search(pattern)))]
  if (found.length === 0) {
    const nearest = nearestName(pattern, FIELD_TABLES.flatMap(({ sources }) => sources.map(({ field }) => field.name)))
    throw new UsageError(`no field is called anything like ${pattern}`, nearest === null ? null : `Did you mean ${nearest}?`)
  }
  const output = new TextOutput()
  output.write(LISTS[format](found))
  await output.drained()
  return EXIT.clean
}

const LISTS: Readonly<Record<(typeof FIELDS_FORMATS)[number], (found: readonly Field[]) => string>> = {
  text: (found) => {
    const nameWidth = Math.max(...found.map(({ name }) => name.length))
    const typeWidth = Math.max(...found.map(({ type }) => type.length))
    const lines = found.map((field) => `${field.name.padEnd(nameWidth)}  ${field.type.padEnd(typeWidth)}  ${wordsOf(field)}\n`)
    return lines.join('')
  },
  ndjson: (found) => found.map((field) => `${jsonText(fieldObject(field))}\n`).join(''),
  json: (found) => `[\n${found.map((field) => jsonText(fieldObject(field))).join(',\n')}\n]\n`,
  csv: (found) => {
    const rows = found.map((field) => Object.values(fieldObject(field)).slice(1).map((value) => csvCell(value, false)).join(','))
    return `${Object.keys(fieldObject(found[0]!)).slice(1).join(',')}\n${rows.join('\n')}\n`
  },
}

/** Where nothing is said, it is a field of packets. */
function wordsOf({ name, label, source }: Field): string {
  const of = ownersOf(name)
  return `${label}${source === null ? '' : ` (${source})`}${of.includes('exchanges') ? `  [${of.join(' and ')}]` : ''}`
}

function ownersOf(name: string): ('packets' | 'exchanges')[] {
  return tablesWith(name).map(({ of }) => of)
}

function fieldObject({ name, label, type, source, wireshark }: Field): FieldObject {
  return { schema: 'mqtap.field/1', name, label, type, source, wireshark, of: ownersOf(name) }
}
