/** What stands behind each view: its state, and what keys and time make of it (`views/*-controller.ts`). The program's controller knows of views no more than this. */
import type { PacketRows } from './model/packet-rows.ts'
import type { ConnectionRow } from './model/connection-book.ts'
import type { Workspace } from './model/workspace.ts'
import type { Reading } from './reading.ts'
import type { Body } from './frame-content.ts'
import type { Keymap } from './keymap.ts'
import type { Theme } from './theme.ts'
import type { Effect, Size, ViewAction, ViewProps } from './view.ts'
import type { InfoOptions } from '../report/packet-info.ts'

export interface ViewController {
  /** The cursor is at the newest row, whatever comes. */
  following: boolean
  /** The cursor is that of a list which has a newest row. */
  readonly canFollow: boolean
  /** TCP stream of what the cursor is on; null where it is on none. */
  readonly stream: number | null
  /** A few words about the view, beside the tabs. */
  readonly words: string
  /** Where the cursor is. */
  readonly place: string
  act(action: ViewAction): Effect | null
  /** Closes what is open inside the view. False where nothing is. */
  close(): boolean
  /** Ends following; the cursor stays where it is. Answers whether the view has followed. */
  unfollow(): boolean
  /** The cursor to the next row that holds the text, or the one before it. */
  search(text: string, step: 1 | -1): Effect | null
  /** What there is to draw. `now`: milliseconds. */
  body(now: number): Body
}

/** What stood still when the display was paused. */
export interface Paused {
  readonly packets: number
  readonly rows: readonly ConnectionRow[]
}

/** What the views share. The program's controller changes it, views only look. */
export interface Surroundings {
  readonly workspace: Workspace
  readonly reading: Reading
  readonly keymap: Keymap
  readonly packetRows: PacketRows
  readonly info: InfoOptions
  readonly theme: Theme
  readonly showSecrets: boolean
  /** Columns and lines that a view has. */
  readonly size: Size
  readonly timeText: ViewProps['timeText']
  /** Null while the display goes on. */
  readonly paused: Paused | null
  /** At the bottom of the screen. */
  say(text: string): void
  /** Something changed by itself: a frame is wanted. */
  changed(): void
}

/** All connections; while paused, as they were. */
export function connectionsOf({ paused, workspace }: Surroundings): readonly ConnectionRow[] {
  return paused?.rows ?? workspace.book.rows
}

/** What each view gets to draw itself. */
export function viewProps({ size, theme, timeText }: Surroundings): ViewProps {
  return { ...size, theme, timeText }
}
