import { UsageError } from './exit.ts'
import { text } from './option-values.ts'
import type { Filter } from '../analysis/filter/filter.ts'
import type { Arguments } from './option-values.ts'

/** `-Y`, compiled; null where all packets are shown. */
export async function filterOf(args: Arguments): Promise<Filter | null> {
  const written = text(args, 'Y')
  if (written === undefined) return null
  // The grammar is as large as all the rest, so it is loaded only where there is a filter.
  const { compileFilter, formatFilterError } = await import('../analysis/filter/filter.ts')
  const result = compileFilter(written)
  if (!result.ok) throw new UsageError('the filter (-Y) has a mistake', formatFilterError(written, result.error))
  return result.filter
}
