import { Box, Text } from 'ink'
import type { ReactNode } from 'react'

/** Lines of text that fit the width already, at the top of a space of `height` rows. */
export function Lines({ lines, width, height }: { readonly lines: readonly string[]; readonly width: number; readonly height: number }): ReactNode {
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {lines.slice(0, height).map((line, index) => <Text key={index} wrap="truncate">{line === '' ? ' ' : line}</Text>)}
    </Box>
  )
}
