import type { ReactNode } from 'react'
import { Lines } from '../parts/lines.tsx'
import { findingsLines, type FindingsProps } from './findings-text.ts'

/** What the judgement has found, and what is known of the selected finding. */
export function FindingsView(props: FindingsProps): ReactNode {
  return <Lines lines={findingsLines(props)} width={props.width} height={props.height} />
}
