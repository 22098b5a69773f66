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

export abstract class ViewController {
  /** The cursor is at the newest row, whatever comes. */
  following = false
  protected readonly around: Surroundings

  constructor(around: Surroundings) {
    this.around = around
  }

  /** The cursor is that of a list which has a newest row. */
  get canFollow(): boolean {
    return true
  }

  /** TCP stream of what the cursor is on; null where it is on none. */
  get stream(): number | null {
    return null
  }

  /** A few words about the view, beside the tabs. */
  get words(): string {
    return ''
  }

  /** Where the cursor is. */
  get place(): string {
    return ''
  }

  abstract act(action: ViewAction): Effect | null

  /** The cursor to the next row that holds the text, or the one before it. */
  abstract search(text: string, step: 1 | -1): Effect | null

  /** What there is to draw. `now`: milliseconds. */
  abstract body(now: number): Body

  /** Closes what is open inside the view. False where nothing is. */
  close(): boolean {
    return false
  }

  /** Ends following; the cursor stays where it is. Answers whether the view has followed. */
  unfollow(): boolean {
    const { following } = this
    this.following = false
    return following
  }
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
