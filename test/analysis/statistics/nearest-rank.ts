/** The time at the nearest rank, of all of them in order. */
export function nearestRank(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1]!
}
