import type { Problem } from '../mqtt/problem.ts'
import type { FAIL_LEVELS } from './options.ts'

/** `--fail-on`: whether there is a problem at least as severe. */

export type FailLevel = (typeof FAIL_LEVELS)[number]

export type SeverityCounts = Readonly<Record<Problem['severity'], number>>

export function reaches(level: FailLevel, { error, warning, note }: SeverityCounts): boolean {
  switch (level) {
    case 'never': return false
    case 'error': return error > 0
    case 'warning': return error + warning > 0
    case 'note': return error + warning + note > 0
  }
}

export function failsOn(level: FailLevel, problems: readonly Problem[]): boolean {
  const counts = { error: 0, warning: 0, note: 0 }
  for (const { severity } of problems) counts[severity]++
  return reaches(level, counts)
}
