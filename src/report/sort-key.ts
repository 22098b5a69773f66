import type { Traffic } from '../analysis/statistics/traffic.ts'

/** What lists are in order of, the largest first. */
export const SORT_KEYS = ['bytes', 'packets'] as const

export type SortKey = (typeof SORT_KEYS)[number]

export function amountOf(traffic: Traffic, sort: SortKey): number {
  return sort === 'bytes' ? traffic.allBytes : traffic.allPackets
}
