import { fitted } from '../../report/fit.ts'
import { wrapped } from '../../report/wrapped-text.ts'

/** Columns that the labels of connection-detail.ts take. */
const LABELS = 19

/** The details in lines that fit, continued behind their labels. */
export function detailLines(detail: readonly string[], width: number): string[] {
  return detail.flatMap((line, index) => {
    const indent = index === 0 ? 0 : LABELS
    return wrapped(line.slice(indent), line.slice(0, indent), width - 1).map((part) => fitted(part, width))
  })
}
