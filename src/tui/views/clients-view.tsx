import type { ReactNode } from 'react'
import { Lines } from '../parts/lines.tsx'
import { clientsLines, type ClientsProps } from './clients-text.ts'

/** The connections of a capture, and what is known of the selected one. */
export function ClientsView(props: ClientsProps): ReactNode {
  return <Lines lines={clientsLines(props)} width={props.width} height={props.height} />
}
