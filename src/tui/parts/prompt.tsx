import type { ReactNode } from 'react'
import { Lines } from './lines.tsx'
import { promptLines, type PromptProps } from './prompt-lines.ts'

/** A field to type into, with what is to be said of it: one or two rows high, as `promptLines` has lines. */
export function PromptLine(props: PromptProps): ReactNode {
  const lines = promptLines(props)
  return <Lines lines={lines} width={props.width} height={lines.length} />
}
