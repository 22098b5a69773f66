import { closedPanes, type Panes } from '../parts/list-detail.ts'
import { ViewController, type Surroundings } from '../view-controller.ts'
import type { Effect, Outcome, ViewAction } from '../view.ts'

/** Behind a view of a list and the details of the row under the cursor. */
export abstract class PanesController<State extends { readonly panes: Panes }> extends ViewController {
  protected state: State

  constructor(around: Surroundings, state: State) {
    super(around)
    this.state = state
  }

  override get canFollow(): boolean {
    return this.state.panes.focus === 'list'
  }

  protected abstract reduced(state: State, action: ViewAction): Outcome<State>

  protected abstract searched(text: string, step: 1 | -1): Outcome<State>

  override act(action: ViewAction): Effect | null {
    return this.#take(this.reduced(this.state, action))
  }

  override search(text: string, step: 1 | -1): Effect | null {
    this.unfollow()
    return this.#take(this.searched(text, step))
  }

  override close(): boolean {
    const panes = closedPanes(this.state.panes)
    if (panes === null) return false
    this.state = { ...this.state, panes }
    return true
  }

  /** While the view follows, and the display goes on: the cursor to the newest row, whichever pane has the keys. */
  protected follow(): void {
    if (!this.following || this.around.paused !== null) return
    const { panes } = this.state
    const { state } = this.reduced({ ...this.state, panes: { ...panes, focus: 'list' } }, 'last')
    this.state = { ...state, panes: { ...state.panes, focus: panes.focus } }
  }

  #take({ state, effect }: Outcome<State>): Effect | null {
    this.state = state
    return effect
  }
}
