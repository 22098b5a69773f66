import { closedPanes } from '../parts/list-detail.ts'
import { connectionsOf, viewProps, ViewController } from '../view-controller.ts'
import { withTopics } from './clients-detail.ts'
import { CLIENTS_AT_FIRST, reduceClients, searchClients, selectedClient, type ClientsState } from './clients-state.ts'
import type { Body } from '../frame-content.ts'
import type { ConnectionRow } from '../model/connection-book.ts'
import type { Effect, ViewAction } from '../view.ts'

/** Behind the Clients view. */
export class ClientsController extends ViewController {
  #state: ClientsState = CLIENTS_AT_FIRST
  /** The rows last filtered, for which streams, and how many those were. */
  #filtered: { readonly rows: readonly ConnectionRow[]; readonly streams: ReadonlySet<number>; readonly size: number; readonly passing: readonly ConnectionRow[] } | null = null

  override get canFollow(): boolean {
    return this.#state.panes.focus === 'list'
  }

  override get stream(): number | null {
    return this.#selected?.stream ?? null
  }

  override get words(): string {
    return this.around.workspace.shown.streams === null ? '' : 'clients of the filter'
  }

  override act(action: ViewAction): Effect | null {
    const { state, effect } = reduceClients(this.#state, action, { rows: this.#rows, ...this.around.size, detail: this.#detail })
    this.#state = state
    return effect
  }

  override close(): boolean {
    const panes = closedPanes(this.#state.panes)
    if (panes === null) return false
    this.#state = { ...this.#state, panes }
    return true
  }

  override search(text: string, step: 1 | -1): Effect | null {
    this.unfollow()
    const { state, effect } = searchClients(this.#state, text, step, this.#list)
    this.#state = state
    return effect
  }

  override body(): Body {
    const { workspace: { book }, paused } = this.around
    if (this.following && paused === null) this.#toNewest()
    return { view: 'clients', props: { ...viewProps(this.around), state: this.#state, rows: this.#rows, detail: this.#detail, evicted: book.evicted } }
  }

  #toNewest(): void {
    const { panes } = this.#state
    const { state } = reduceClients({ ...this.#state, panes: { ...panes, focus: 'list' } }, 'last', this.#list)
    this.#state = { ...state, panes: { ...state.panes, focus: panes.focus } }
  }

  get #list(): { readonly rows: readonly ConnectionRow[]; readonly height: number } {
    return { rows: this.#rows, height: this.around.size.height }
  }

  get #selected(): ConnectionRow | null {
    return selectedClient(this.#state, this.#list)
  }

  get #detail(): readonly string[] {
    const client = this.#selected
    if (client === null) return []
    const { workspace: { book }, size: { width } } = this.around
    return withTopics(book.detail(client.stream), book.topics(client.stream), width)
  }

  /** Connections with packets that the filter lets through. */
  get #rows(): readonly ConnectionRow[] {
    const rows = connectionsOf(this.around)
    const { streams } = this.around.workspace.shown
    if (streams === null) return rows
    if (this.#filtered?.rows !== rows || this.#filtered.streams !== streams || this.#filtered.size !== streams.size) {
      this.#filtered = { rows, streams, size: streams.size, passing: rows.filter(({ stream }) => streams.has(stream)) }
    }
    return this.#filtered.passing
  }
}
