import { noMqttSentence } from '../../report/no-mqtt.ts'
import { connectionsOf, viewProps, type Surroundings } from '../view-controller.ts'
import { withTopics } from './clients-detail.ts'
import { CLIENTS_AT_FIRST, reduceClients, searchClients, selectedClient, type ClientsState } from './clients-state.ts'
import { PanesController } from './panes-controller.ts'
import type { Body } from '../frame-content.ts'
import type { ConnectionRow } from '../model/connection-book.ts'
import type { Outcome, ViewAction } from '../view.ts'

/** Behind the Clients view. */
export class ClientsController extends PanesController<ClientsState> {
  /** The rows last filtered, for which streams, and how many those were. */
  #filtered: { readonly rows: readonly ConnectionRow[]; readonly streams: ReadonlySet<number>; readonly size: number; readonly passing: readonly ConnectionRow[] } | null = null

  constructor(around: Surroundings) {
    super(around, CLIENTS_AT_FIRST)
  }

  override get stream(): number | null {
    return this.#selected?.stream ?? null
  }

  override get words(): string {
    return this.around.workspace.shown.streams === null ? '' : 'clients of the filter'
  }

  protected override reduced(state: ClientsState, action: ViewAction): Outcome<ClientsState> {
    return reduceClients(state, action, { rows: this.#rows, ...this.around.size, detail: this.#detail })
  }

  protected override searched(text: string, step: 1 | -1): Outcome<ClientsState> {
    return searchClients(this.state, text, step, this.#list)
  }

  override body(): Body {
    this.follow()
    const { reading, workspace: { book, pipeline } } = this.around
    const nothing = reading.state === 'reading' ? 'No connections so far' : noMqttSentence(pipeline.totals)
    return { view: 'clients', props: { ...viewProps(this.around), state: this.state, rows: this.#rows, detail: this.#detail, nothing, evicted: book.evicted } }
  }

  get #list(): { readonly rows: readonly ConnectionRow[]; readonly height: number } {
    return { rows: this.#rows, height: this.around.size.height }
  }

  get #selected(): ConnectionRow | null {
    return selectedClient(this.state, this.#list)
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
