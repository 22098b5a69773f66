import type { ReactNode } from 'react'
import { Lines } from '../parts/lines.tsx'
import { flowLines, type FlowProps } from './flow-lines.ts'

/** The ladder of one connection, what its selected row says, and, where asked for, the copies of the message that it carries. */
export function FlowView(props: FlowProps): ReactNode {
  return <Lines lines={flowLines(props)} width={props.width} height={props.height} />
}
