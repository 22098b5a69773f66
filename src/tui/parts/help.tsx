import type { ReactNode } from 'react'
import { helpLines, type HelpProps } from './help-lines.ts'
import { Lines } from './lines.tsx'

/** What the keys do in a view. It takes the place of the view. */
export function HelpView(props: HelpProps): ReactNode {
  return <Lines lines={helpLines(props)} width={props.width} height={props.height} />
}
