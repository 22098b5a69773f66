import { Box } from 'ink'
import type { ReactNode } from 'react'
import type { InfoOptions } from '../../report/packet-info.ts'
import type { DetailRow, PacketDetail } from '../model/packet-detail.ts'
import { Lines } from '../parts/lines.tsx'
import { paneTitle } from '../parts/pane-title.ts'
import type { ViewProps } from '../view.ts'
import { byteLines, fieldLines } from './detail-lines.ts'
import { packetLines, type PacketRow } from './packet-lines.ts'
import { packetsLayout } from './packets-layout.ts'
import { markedRange, type PacketsState } from './packets-state.ts'

export interface PacketsProps extends ViewProps {
  readonly state: PacketsState
  /** Those on the screen. */
  readonly packets: readonly PacketRow[]
  readonly detail: PacketDetail | null
  readonly rows: readonly DetailRow[]
  readonly info: InfoOptions
  /** What is said in place of the list where it is empty. */
  readonly nothing: string
}

/** The packets, and of the one under the cursor its fields and its bytes. */
export function PacketsView({ width, height, theme, state, packets, detail, rows, info, nothing }: PacketsProps): ReactNode {
  const layout = packetsLayout({ width, height }, state)
  const { list, fields, bytes } = layout
  const listLines = list === null ? [] : packets.length === 0 ? ['', `  ${nothing}`] : packetLines(packets, state.packet, list.width, info, theme)
  const fieldPane = fields === null ? null : [
    paneTitle('fields', state.focus === 'fields', fields.width, theme),
    ...fieldLines(rows, state.fields, state.focus === 'fields', { width: fields.width, height: fields.height - 1 }, theme),
  ]
  const bytePane = bytes === null ? null : [paneTitle(byteTitle(state, rows), state.focus === 'bytes', bytes.width, theme), ...bytePaneLines()]

  function bytePaneLines(): string[] {
    if (detail === null || bytes === null) return []
    const view = { top: state.bytesTop, byte: state.byte, mark: markedRange(state, rows), bytesPerRow: layout.bytesPerRow, focused: state.focus === 'bytes' }
    return byteLines(detail, view, { width: bytes.width, height: bytes.height - 1 }, theme)
  }

  return (
    <Box flexDirection="column" width={width} height={height}>
      {list !== null && <Lines lines={listLines} width={list.width} height={list.height} />}
      <Box flexDirection={layout.arrangement === 'side' ? 'row' : 'column'} width={width}>
        {fields !== null && <Lines lines={fieldPane!} width={fields.width} height={fields.height} />}
        {layout.arrangement === 'side' && <Lines lines={divider(fields!.height, theme)} width={1} height={fields!.height} />}
        {bytes !== null && <Lines lines={bytePane!} width={bytes.width} height={bytes.height} />}
      </Box>
    </Box>
  )
}

function divider(height: number, { glyphs, palette }: ViewProps['theme']): string[] {
  return Array.from({ length: height }, (_, row) => `${palette.dim}${row === 0 ? glyphs.cross : glyphs.vertical}${palette.reset}`)
}

function byteTitle(state: PacketsState, rows: readonly DetailRow[]): string {
  const range = markedRange(state, rows)
  if (range === null) return 'bytes'
  const length = range.end - range.start
  return `bytes: 0x${range.start.toString(16).padStart(4, '0')}, ${length} ${length === 1 ? 'byte' : 'bytes'}`
}
