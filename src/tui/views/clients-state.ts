/** The Clients view: its list, its state, and what keys do to that. Pure. */
import { shortened } from '../../bytes/number-text.ts'
import { BOTH_PANES, anchored, movedPanes, paneHeights, type Panes } from '../parts/list-detail.ts'
import { hitAt, hitFrom, noHit, rowOfTexts, type Searched } from '../model/search.ts'
import { AT_TOP, inBounds, moved, type Viewport } from '../viewport.ts'
import type { ConnectionRow } from '../model/connection-book.ts'
import type { Effect, Outcome, ViewAction } from '../view.ts'
import { detailLines } from './clients-detail.ts'

export const CLIENT_SORTS = ['order', 'name', 'findings', 'traffic', 'latency'] as const
export type ClientSort = (typeof CLIENT_SORTS)[number]

export interface ClientsState {
  readonly viewport: Viewport
  /** The stream that the cursor is on, wherever its row goes; null before a key was pressed. */
  readonly selected: number | null
  readonly sort: ClientSort
  /** Earlier connections of a client are one row. */
  readonly grouped: boolean
  readonly panes: Panes
}

export const CLIENTS_AT_FIRST: ClientsState = { viewport: AT_TOP, selected: null, sort: 'order', grouped: true, panes: BOTH_PANES }

/** A line of the list: a connection, or all earlier ones of a client, of which `row` is the newest. */
export interface ClientItem {
  readonly row: ConnectionRow
  /** Oldest first, `row` included; empty for a connection by itself. */
  readonly earlier: readonly ConnectionRow[]
}

export interface ClientsContext {
  readonly rows: readonly ConnectionRow[]
  /** Of the whole view, as the component gets it. */
  readonly height: number
  /** With `detail`, the lines of the selected connection: how far these can be moved. */
  readonly width?: number
  readonly detail?: readonly string[]
}

export function reduceClients(state: ClientsState, action: ViewAction, { rows, height, width = 80, detail = [] }: ClientsContext): Outcome<ClientsState> {
  const settled = settledClients(state, { rows, height })
  const items = clientItems(rows, settled.sort, settled.grouped)
  const item = items[settled.viewport.cursor] ?? null
  const panes = movedPanes(settled.panes, action, height, detailLines(detail, width).length)
  if (panes !== null) return unasked(settledClients({ ...settled, panes }, { rows, height }))
  const viewport = moved(settled.viewport, action, items.length, paneHeights(settled.panes, height).list)
  if (viewport !== null) return unasked(onRow(settled, viewport, items))
  switch (action) {
    case 'sort': return unasked(settledClients({ ...settled, sort: CLIENT_SORTS[(CLIENT_SORTS.indexOf(settled.sort) + 1) % CLIENT_SORTS.length]! }, { rows, height }))
    case 'form': return unasked(settledClients({ ...settled, grouped: !settled.grouped }, { rows, height }))
    case 'open': case 'packets': case 'findings': case 'copy': return { state: settled, effect: item === null ? null : asked(action, item) }
    default: return unasked(settled)
  }
}

/** The state for the rows that there are now: the cursor where its stream is, and that one selected. */
export function settledClients(state: ClientsState, { rows, height }: Pick<ClientsContext, 'rows' | 'height'>): ClientsState {
  const items = clientItems(rows, state.sort, state.grouped)
  const room = paneHeights(state.panes, height).list
  const found = state.selected === null ? -1 : itemOf(items, state.selected)
  const viewport = found < 0 ? inBounds(state.viewport, items.length, room) : anchored(state.viewport, found, items.length, room)
  // One that is no row of its own any more stays selected: it has one again when the form changes.
  const selected = found < 0 ? items[viewport.cursor]?.row.stream ?? null : state.selected
  return { ...state, viewport, selected }
}

/** The connection that the cursor is on. */
export function selectedClient(state: ClientsState, context: Pick<ClientsContext, 'rows' | 'height'>): ConnectionRow | null {
  return clientItems(context.rows, state.sort, state.grouped)[settledClients(state, context).viewport.cursor]?.row ?? null
}

/** The cursor on a row of the list. */
export function clientsAtRow(state: ClientsState, row: number, { rows, height }: Pick<ClientsContext, 'rows' | 'height'>): ClientsState {
  const settled = settledClients(state, { rows, height })
  const items = clientItems(rows, settled.sort, settled.grouped)
  return onRow(settled, inBounds({ ...settled.viewport, cursor: row }, items.length, paneHeights(settled.panes, height).list), items)
}

/** The cursor on the next row that holds the text (hitFrom): of a client its name, of its connection the addresses, the version and the state. */
export function searchClients(state: ClientsState, text: string, step: 1 | -1, { rows, height }: Pick<ClientsContext, 'rows' | 'height'>): Searched<ClientsState> {
  const items = clientItems(rows, state.sort, state.grouped)
  const { cursor } = settledClients(state, { rows, height }).viewport
  const hit = hitFrom({ length: items.length, textOf: (row) => itemText(items[row]!) }, cursor, step, text)
  return hit === null ? noHit(state, text) : hitAt(clientsAtRow(state, hit, { rows, height }))
}

function itemText(item: ClientItem): string {
  const { clientName, client, server, version, state } = item.row
  return rowOfTexts([clientName + earlierText(item), client, server, version, state])
}

/** ` (earlier, 2)`, behind the name of a client; '' for a connection by itself. */
export function earlierText({ earlier }: ClientItem): string {
  return earlier.length === 0 ? '' : ` (earlier, ${shortened(earlier.length)})`
}

function onRow(state: ClientsState, viewport: Viewport, items: readonly ClientItem[]): ClientsState {
  const selected = items[viewport.cursor]?.row.stream ?? null
  return { ...state, viewport, selected, panes: selected === state.selected ? state.panes : { ...state.panes, detailTop: 0 } }
}

function itemOf(items: readonly ClientItem[], stream: number): number {
  return items.findIndex(({ row, earlier }) => row.stream === stream || earlier.some((one) => one.stream === stream))
}

function unasked(state: ClientsState): Outcome<ClientsState> {
  return { state, effect: null }
}

/** Terms of one filter: what a person still reads. */
const MOST_STREAMS = 20

function asked(action: 'open' | 'packets' | 'findings' | 'copy', { row, earlier }: ClientItem): Effect {
  switch (action) {
    case 'open': return { kind: 'show-flow', stream: row.stream, packet: row.firstPacket }
    case 'packets': return { kind: 'filter', text: (earlier.length === 0 ? [row] : earlier.slice(-MOST_STREAMS)).map(({ stream }) => `tcp.stream == ${stream}`).join(' || ') }
    case 'findings': return { kind: 'show-findings', stream: row.stream }
    case 'copy': return { kind: 'copy', text: row.clientName, what: 'client' }
  }
}

const itemsByRows = new WeakMap<readonly ConnectionRow[], Map<string, readonly ClientItem[]>>()

/** The lines of the list. Made once for each array of rows: it is asked for with every frame. */
export function clientItems(rows: readonly ConnectionRow[], sort: ClientSort, grouped: boolean): readonly ClientItem[] {
  let known = itemsByRows.get(rows)
  if (known === undefined) itemsByRows.set(rows, (known = new Map()))
  const key = `${sort} ${grouped}`
  let items = known.get(key)
  if (items === undefined) known.set(key, (items = sorted(grouped ? grouping.clients(rows) : rows.map((row) => ({ newest: row, earlier: NONE })), sort)))
  return items
}

interface Client {
  readonly newest: ConnectionRow
  /** Connections before the newest, oldest first. */
  readonly earlier: readonly ConnectionRow[]
}

/** Places of rows by client. Rows that only say something else leave it as it is, and those that come at the end are added: with 100,000 rows that saves most of the time. */
class Grouping {
  #rows: readonly ConnectionRow[] = []
  #places: number[][] = []
  readonly #byKey = new Map<string, number[]>()

  /** In the order in which the clients appeared: one that comes again keeps its place. */
  clients(rows: readonly ConnectionRow[]): Client[] {
    if (!this.#goesOn(rows)) {
      this.#rows = []
      this.#places = []
      this.#byKey.clear()
    }
    for (let place = this.#rows.length; place < rows.length; place++) this.#add(place, rows[place]!.clientKey)
    this.#rows = rows
    return this.#places.map((places) => ({
      newest: rows[places[places.length - 1]!]!,
      earlier: places.length === 1 ? NONE : places.slice(0, -1).map((place) => rows[place]!),
    }))
  }

  #goesOn(rows: readonly ConnectionRow[]): boolean {
    return rows.length >= this.#rows.length && this.#rows.every((row, place) => {
      const now = rows[place]!
      return now === row || (now.stream === row.stream && now.clientKey === row.clientKey)
    })
  }

  #add(place: number, key: string | null): void {
    const its = key === null ? undefined : this.#byKey.get(key)
    if (its !== undefined) {
      its.push(place)
      return
    }
    const first = [place]
    this.#places.push(first)
    if (key !== null) this.#byKey.set(key, first)
  }
}

const NONE: readonly ConnectionRow[] = []
const grouping = new Grouping()

/** Rows that are equal keep the order of their appearance. */
function sorted(clients: Client[], sort: ClientSort): ClientItem[] {
  if (sort === 'name') clients.sort(({ newest: one }, { newest: other }) => (one.clientName < other.clientName ? -1 : one.clientName > other.clientName ? 1 : 0))
  else if (sort !== 'order') {
    const weigh = WEIGHTS[sort]
    const weighed = clients.map((client) => ({ client, weight: weigh(client) })).sort((one, other) => other.weight - one.weight)
    return linesOf(weighed.map(({ client }) => client))
  }
  return linesOf(clients)
}

/** The earlier connections of a client below its newest. */
function linesOf(clients: readonly Client[]): ClientItem[] {
  const items: ClientItem[] = []
  for (const { newest, earlier } of clients) {
    items.push({ row: newest, earlier: NONE })
    if (earlier.length > 0) items.push({ row: earlier[earlier.length - 1]!, earlier })
  }
  return items
}

/** What has more of it comes first. */
const WEIGHTS: Readonly<Record<Exclude<ClientSort, 'order' | 'name'>, (client: Client) => number>> = {
  // A million notes weigh less than a warning.
  findings: ({ newest, earlier }) => sum([newest, ...earlier], ({ findings: { error, warning, note } }) => error * 1e12 + warning * 1e6 + note),
  traffic: ({ newest, earlier }) => sum([newest, ...earlier], ({ publishes }) => publishes.client + publishes.server),
  latency: ({ newest, earlier }) => Math.max(...[newest, ...earlier.slice(-1)].map(({ p95 }) => p95 ?? -1)),
}

function sum(rows: readonly ConnectionRow[], of: (row: ConnectionRow) => number): number {
  let total = 0
  for (const row of rows) total += of(row)
  return total
}
