import { Box } from 'ink'
import type { ReactNode } from 'react'
import { fitted } from '../report/fit.ts'
import { isTiny, LEAST, type Body, type FrameContent } from './frame-content.ts'
import { bottomLines, headerLine, tabLine } from './parts/bars.ts'
import { HelpView } from './parts/help.tsx'
import { Lines } from './parts/lines.tsx'
import { promptLines } from './parts/prompt-lines.ts'
import { ClientsView } from './views/clients-view.tsx'
import { FindingsView } from './views/findings-view.tsx'
import { FlowView } from './views/flow-view.tsx'
import { PacketsView } from './views/packets-view.tsx'

/** All of the screen: what is captured, the tabs, a view or the help, and at the bottom a field, or a message and the keys. */
export function Frame(content: FrameContent): ReactNode {
  const { width, height, theme, keymap, view, header, words, body, help, prompt, message, filter, place } = content
  if (isTiny(content)) return <Lines lines={[fitted(`needs ${LEAST.width}x${LEAST.height}, now ${width}x${height}`, width)]} width={width} height={height} />
  const top = [headerLine(header, width, theme), tabLine(view, words, keymap, width, theme)]
  const field = prompt === null ? [] : promptLines({ ...prompt, theme, width })
  const bottom = prompt === null
    ? bottomLines({ message, filter, place, view, keymap, width, theme })
    : field.length === 2 ? field : [...field, '']
  const inner = { width, height: height - top.length - bottom.length }
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Lines lines={top} width={width} height={top.length} />
      {help === null ? <ViewOf body={body} {...inner} /> : <HelpView {...inner} keymap={keymap} view={view} top={help} theme={theme} />}
      <Lines lines={bottom} width={width} height={bottom.length} />
    </Box>
  )
}

function ViewOf({ body, width, height }: { readonly body: Body; readonly width: number; readonly height: number }): ReactNode {
  switch (body.view) {
    case 'clients': return <ClientsView {...body.props} />
    case 'packets': return <PacketsView {...body.props} />
    case 'flow': return <FlowView {...body.props} />
    case 'findings': return <FindingsView {...body.props} />
    case 'stats': return <Lines lines={body.lines} width={width} height={height} />
  }
}
