import { Box } from 'ink'
import type { ReactNode } from 'react'
import type { ByteRange } from '../../bytes/hex.ts'
import type { InfoOptions } from '../../report/packet-info.ts'
import { fitted } from '../../report/fit.ts'
import { wrapped } from '../../report/wrapped-text.ts'
import type { CapturedFrame } from '../model/captured-frame.ts'
import type { DetailRow, PacketDetail } from '../model/packet-detail.ts'
import type { ShownBytes } from '../model/shown-bytes.ts'
import { Lines } from '../parts/lines.tsx'
import { paneTitle } from '../parts/pane-title.ts'
import type { Size, ViewProps } from '../view.ts'
import { byteLines, fieldLines } from './detail-lines.ts'
import { packetLines, type PacketRow } from './packet-lines.ts'
import { packetsLayout } from './packets-layout.ts'
import { bytesShown, markedRange, shownByte, shownMark, type PacketsState } from './packets-state.ts'

export interface PacketsProps extends ViewProps {
  readonly state: PacketsState
  /** Those on the screen. */
  readonly packets: readonly PacketRow[]
  readonly detail: PacketDetail | null
  readonly rows: readonly DetailRow[]
  /** The frame that completed the packet; null while it is not read, where it is not there, and where nobody asked for it. */
  readonly frame: CapturedFrame | null
  /** Which frame that is, and whether it was looked for in vain. */
  readonly wantedFrame: WantedFrame
  readonly info: InfoOptions
  /** What is said in place of the list where it is empty. */
  readonly nothing: string
}

export interface WantedFrame {
  readonly number: number
  readonly missing: boolean
}

/** The packets, and of the one under the cursor its fields and its bytes. */
export function PacketsView({ width, height, theme, state, packets, detail, rows, frame, wantedFrame, info, nothing }: PacketsProps): ReactNode {
  const layout = packetsLayout({ width, height }, state)
  const { list, fields, bytes } = layout
  const listLines = list === null ? [] : packets.length === 0 ? ['', ...wrapped(nothing, '  ', list.width)] : packetLines(packets, state.packet, list.width, info, theme)
  const fieldPane = fields === null ? null : [
    paneTitle('fields', state.focus === 'fields', fields.width, theme),
    ...fieldLines(rows, state.fields, state.fieldsLeft, state.focus === 'fields', { width: fields.width, height: fields.height - 1 }, theme),
  ]
  const shown = bytesShown(state, { detail, frame })
  const title = state.frameBytes ? frameTitle(state, rows, shown, wantedFrame.number) : byteTitle(markedRange(state, rows))
  const bytePane = bytes === null ? null : [paneTitle(title, state.focus === 'bytes', bytes.width, theme), ...bytePaneLines(bytes)]

  function bytePaneLines(size: Size): string[] {
    if (shown === null) return state.frameBytes ? [fitted(noFrame(wantedFrame, theme), size.width)] : []
    const view = { top: state.bytesTop, byte: shownByte(state.byte, shown), mark: shownMark(state, rows, shown), bytesPerRow: layout.bytesPerRow, focused: state.focus === 'bytes' }
    return byteLines(shown, view, { width: size.width, height: size.height - 1 }, theme)
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

function byteTitle(range: ByteRange | null): string {
  return range === null ? 'bytes' : `bytes: ${rangeText(range)}`
}

function frameTitle(state: PacketsState, rows: readonly DetailRow[], shown: ShownBytes | null, number: number): string {
  const range = shown === null ? null : shownMark(state, rows, shown)
  return range === null ? `frame ${number}` : `frame ${number}: ${rangeText(range)}`
}

function rangeText({ start, end }: ByteRange): string {
  return `0x${start.toString(16).padStart(4, '0')}, ${end - start} ${end - start === 1 ? 'byte' : 'bytes'}`
}

function noFrame({ number, missing }: WantedFrame, { glyphs }: ViewProps['theme']): string {
  return missing ? `The capture does not have frame ${number}.` : `reading frame ${number}${glyphs.ellipsis}`
}
