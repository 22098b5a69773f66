/** A frame of the screen as plain data: what controller.ts makes, and frame.tsx draws. */
import type { Keymap } from './keymap.ts'
import type { HeaderFacts } from './parts/bars.ts'
import type { PromptProps } from './parts/prompt-lines.ts'
import type { Theme } from './theme.ts'
import type { Size, ViewName } from './view.ts'
import type { ClientsProps } from './views/clients-text.ts'
import type { FindingsProps } from './views/findings-text.ts'
import type { FlowProps } from './views/flow-lines.ts'
import type { PacketsProps } from './views/packets-view.tsx'

/** What is on the screen, but for the lines around the view. */
export type Body =
  | { readonly view: 'clients'; readonly props: ClientsProps }
  | { readonly view: 'packets'; readonly props: PacketsProps }
  | { readonly view: 'flow'; readonly props: FlowProps }
  | { readonly view: 'findings'; readonly props: FindingsProps }
  | { readonly view: 'stats'; readonly lines: readonly string[] }

export interface FrameContent extends Size {
  readonly theme: Theme
  readonly keymap: Keymap
  readonly view: ViewName
  readonly header: HeaderFacts
  /** A few words about the view, beside the tabs. */
  readonly words: string
  readonly body: Body
  /** The help's first line; null where it is not open. */
  readonly help: number | null
  readonly prompt: Omit<PromptProps, 'theme' | 'width'> | null
  readonly message: string | null
  readonly filter: string
  /** Where the cursor is. */
  readonly place: string
}

/** Narrower or lower there is no room for any view. */
export const LEAST: Size = { width: 60, height: 15 }
/** Lines around a view. */
export const AROUND = 4

export function isTiny({ width, height }: Size): boolean {
  return width < LEAST.width || height < LEAST.height
}
