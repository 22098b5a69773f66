import type { ReactNode } from 'react'
import { Lines } from '../parts/lines.tsx'
import { statsLines, type StatsProps } from './stats-text.ts'

/** Rates, times of answers, types, topics and clients in numbers. */
export function StatsView(props: StatsProps): ReactNode {
  return <Lines lines={statsLines(props)} width={props.width} height={props.height} />
}
