import { UsageError } from './exit.ts'
import { text } from './option-values.ts'
import type { FieldTable } from '../analysis/fields/field-table.ts'
import type { Filter } from '../analysis/filter/filter.ts'
import type { Arguments } from './option-values.ts'

/** `-Y FILTER`, for what the fields are of; null where it is not given. The grammar is as large as all the rest, so it is loaded only where there is a filter. */
export async function filterOf<Subject>(args: Arguments, fields: FieldTable<Subject>): Promise<Filter<Subject> | null> {
  const written = text(args, 'Y')
  if (written === undefined) return null
  const { compileFilter, formatFilterError } = await import('../analysis/filter/filter.ts')
  const result = compileFilter(written, fields)
  if (!result.ok) throw new UsageError('the filter (-Y) has a mistake', formatFilterError(written, result.error))
  return result.filter
}
