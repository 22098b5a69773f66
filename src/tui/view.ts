/**
 * What the views have in common. A view is a piece of state, a function that changes it (`reduce…`), and a component that draws it.
 *
 * State is plain and never changed in place. What a view cannot do by itself (go to another view, copy, write a file) it asks for with an effect.
 * Views draw text that fits: lines no wider than `width` columns, never more of them than `height`. They may hold SGR sequences, each ended by a reset.
 */
import type { Theme } from './theme.ts'

export const VIEW_NAMES = ['clients', 'packets', 'flow', 'findings', 'stats'] as const
export type ViewName = (typeof VIEW_NAMES)[number]

/** What a key means inside a view (keymap.ts); what concerns the whole program (quit, help, filter…) is not among them. */
export type ViewAction =
  | 'up' | 'down' | 'page-up' | 'page-down' | 'half-page-up' | 'half-page-down' | 'first' | 'last' | 'left' | 'right'
  | 'open' | 'next-pane' | 'previous-pane' | 'maximise' | 'swap-layout' | 'grow' | 'shrink'
  | 'reference' | 'other-half' | 'previous' | 'next' | 'mark' | 'next-mark' | 'mute' | 'form' | 'sort' | 'pings' | 'colour' | 'compress' | 'frame-bytes' | 'copy'
  | 'packets' | 'findings' | 'evidence' | 'interval'

/** What a view asks of the program. */
export type Effect =
  /** The Packets view, with the cursor on this packet (PacketEvent.number); `start`, `end`: a range of its bytes that is marked. */
  | { readonly kind: 'show-packet'; readonly packet: number; readonly start?: number; readonly end?: number }
  /** The Flow view of a connection (TCP stream number), with the cursor on this packet, or else on the row of this frame. */
  | { readonly kind: 'show-flow'; readonly stream: number; readonly packet: number | null; readonly frame?: number }
  /** The Findings view with those of one connection, or all. */
  | { readonly kind: 'show-findings'; readonly stream: number | null }
  /** The Packets view with a display filter. */
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'mute'; readonly rule: string }
  | { readonly kind: 'copy'; readonly text: string; readonly what: string }
  /** A sentence at the bottom of the screen. */
  | { readonly kind: 'say'; readonly text: string }

export interface Outcome<State> {
  readonly state: State
  readonly effect: Effect | null
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** What every view gets to draw itself. */
export interface ViewProps extends Size {
  readonly theme: Theme
  /** The text of a capture time, as the user wants times shown; `previous` is that of the row before, NaN where there is none. */
  readonly timeText: (time: number, previous: number) => string
}
