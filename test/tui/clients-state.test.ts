import { describe, expect, it } from 'vitest'
import { CLIENTS_AT_FIRST, clientItems, clientsAtRow, reduceClients, searchClients, selectedClient, settledClients, type ClientsState } from '../../src/tui/views/clients-state.ts'
import { paneHeights } from '../../src/tui/parts/list-detail.ts'
import type { ConnectionRow } from '../../src/tui/model/connection-book.ts'
import type { ViewAction } from '../../src/tui/view.ts'

const HEIGHT = 24

function row(stream: number, clientName: string, changes: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    stream, clientName, clientKey: `text ${clientName}`, client: `10.0.0.${stream}:50000`, server: '10.0.0.1:1883', version: '5.0', state: 'connected', ended: false, keepAlive: 30,
    publishes: { client: 0, server: 0 }, open: 0, p95: null, findings: { error: 0, warning: 0, note: 0 }, firstPacket: stream * 10, lastTime: 0, ...changes,
  }
}

const ROWS = [
  row(0, 'gw-3', { ended: true }),
  row(1, 'plc-7', { publishes: { client: 5, server: 1 }, p95: 4e6, findings: { error: 0, warning: 9, note: 9 } }),
  row(2, 'gw-3', { ended: true, publishes: { client: 90, server: 0 } }),
  row(3, 'hmi', { publishes: { client: 0, server: 50 }, p95: 18e6, findings: { error: 1, warning: 0, note: 0 } }),
  row(4, 'gw-3'),
  row(5, '10.0.0.5:50000', { clientKey: null }),
]

function after(actions: readonly ViewAction[], rows: readonly ConnectionRow[] = ROWS, state: ClientsState = CLIENTS_AT_FIRST): ClientsState {
  return actions.reduce((now, action) => reduceClients(now, action, { rows, height: HEIGHT }).state, state)
}

function effectOf(actions: readonly ViewAction[], last: ViewAction) {
  return reduceClients(after(actions), last, { rows: ROWS, height: HEIGHT }).effect
}

function shown(state: ClientsState, rows: readonly ConnectionRow[] = ROWS): string[] {
  return clientItems(rows, state.sort, state.grouped).map(({ row: { stream, clientName }, earlier }) => `${stream} ${clientName}${earlier.length === 0 ? '' : ` +${earlier.map((one) => one.stream).join(',')}`}`)
}

describe('the list of clients', () => {
  it('has the earlier connections of a client in one line below its newest', () => {
    expect(shown(CLIENTS_AT_FIRST)).toEqual(['4 gw-3', '2 gw-3 +0,2', '1 plc-7', '3 hmi', '5 10.0.0.5:50000'])
  })

  it('has every connection in the other form', () => {
    expect(shown(after(['form']))).toEqual(['0 gw-3', '1 plc-7', '2 gw-3', '3 hmi', '4 gw-3', '5 10.0.0.5:50000'])
    expect(shown(after(['form', 'form']))).toEqual(shown(CLIENTS_AT_FIRST))
  })

  it.each([
    [1, 'name', ['5 10.0.0.5:50000', '4 gw-3', '2 gw-3 +0,2', '3 hmi', '1 plc-7']],
    [2, 'findings', ['3 hmi', '1 plc-7', '4 gw-3', '2 gw-3 +0,2', '5 10.0.0.5:50000']],
    [3, 'traffic', ['4 gw-3', '2 gw-3 +0,2', '3 hmi', '1 plc-7', '5 10.0.0.5:50000']],
    [4, 'latency', ['3 hmi', '1 plc-7', '4 gw-3', '2 gw-3 +0,2', '5 10.0.0.5:50000']],
    [5, 'order', shown(CLIENTS_AT_FIRST)],
  ] as const)('is sorted otherwise after %i times s: by %s', (times, sort, order) => {
    const state = after(Array<ViewAction>(times).fill('sort'))
    expect(state.sort).toBe(sort)
    expect(shown(state)).toEqual(order)
  })

  it('is made once for the same rows', () => {
    expect(clientItems(ROWS, 'traffic', true)).toBe(clientItems(ROWS, 'traffic', true))
  })
})

describe('the cursor', () => {
  it('stays on its stream when the list is sorted, and when its form changes', () => {
    const state = after(['down', 'down'])
    expect(state.selected).toBe(1)
    expect(after(['sort'], ROWS, state)).toMatchObject({ selected: 1, viewport: { cursor: 4 } })
    expect(after(['form'], ROWS, state)).toMatchObject({ selected: 1, viewport: { cursor: 1 } })
  })

  it('stays on its connection when the client comes again, now among the earlier ones', () => {
    const rows = ROWS.slice(0, 4)
    const state = after(['first'], rows)
    expect(state.selected).toBe(2)
    expect(settledClients(state, { rows: ROWS, height: HEIGHT })).toMatchObject({ selected: 2, viewport: { cursor: 1 } })
  })

  it('is as far down the screen as before when rows come above it', () => {
    const many = Array.from({ length: 100 }, (_, stream) => row(stream, `c${stream}`))
    const state = after(['page-down', 'page-down', 'up'], many)
    const more = [row(200, 'new-1'), row(201, 'new-2'), ...many]
    const settled = settledClients(state, { rows: more, height: HEIGHT })
    expect(settled.selected).toBe(state.selected)
    expect(settled.viewport.cursor - settled.viewport.top).toBe(state.viewport.cursor - state.viewport.top)
    expect(settled.viewport.cursor).toBe(state.viewport.cursor + 2)
  })

  it('is on the row that took its place when its own is gone', () => {
    const state = after(['down', 'down', 'down'])
    expect(selectedClient(state, { rows: ROWS.filter(({ stream }) => stream !== 3), height: HEIGHT })?.stream).toBe(5)
  })

  it('has no row to be on in an empty list, and no key asks for anything', () => {
    for (const action of ['down', 'last', 'open', 'packets', 'findings', 'sort', 'copy'] as const) {
      const { state, effect } = reduceClients(CLIENTS_AT_FIRST, action, { rows: [], height: HEIGHT })
      expect(effect).toBe(null)
      expect(state.viewport).toEqual({ cursor: 0, top: 0 })
    }
  })
})

describe('what keys ask for', () => {
  it('is the flow, from the first packet on', () => {
    expect(effectOf(['down', 'down'], 'open')).toEqual({ kind: 'show-flow', stream: 1, packet: 10 })
  })

  it('is the packets of the connection, or of all earlier ones', () => {
    expect(effectOf(['last'], 'packets')).toEqual({ kind: 'filter', text: 'tcp.stream == 5' })
    expect(effectOf(['down'], 'packets')).toEqual({ kind: 'filter', text: 'tcp.stream == 0 || tcp.stream == 2' })
  })

  it('is its findings, and its name', () => {
    expect(effectOf([], 'findings')).toEqual({ kind: 'show-findings', stream: 4 })
    expect(effectOf([], 'copy')).toEqual({ kind: 'copy', text: 'gw-3', what: 'client' })
  })

  it('is nothing where the key has no meaning here', () => {
    expect(reduceClients(CLIENTS_AT_FIRST, 'pings', { rows: ROWS, height: HEIGHT }).effect).toBe(null)
  })
})

describe('the search', () => {
  /** Streams that the cursor comes to. */
  function streams(text: string, step: 1 | -1, times: number, state: ClientsState = CLIENTS_AT_FIRST, rows: readonly ConnectionRow[] = ROWS): (number | null)[] {
    let now = state
    return Array.from({ length: times }, () => {
      const searched = searchClients(now, text, step, { rows, height: HEIGHT })
      expect(searched.found).toBe(true)
      now = searched.state
      expect(selectedClient(now, { rows, height: HEIGHT })?.stream).toBe(now.selected)
      return now.selected
    })
  }

  it('goes round the rows whose name holds the text, as the list has them', () => {
    // The earlier connections are one row.
    expect(streams('GW-', 1, 3)).toEqual([2, 4, 2])
    expect(streams('gw-', -1, 3)).toEqual([2, 4, 2])
    expect(streams('gw-', 1, 3, after(['form']))).toEqual([0, 2, 4])
    expect(streams('gw-', -1, 3, after(['form', 'last']))).toEqual([4, 2, 0])
    expect(streams('earlier, 2', 1, 1)).toEqual([2])
  })

  it('finds addresses, versions and states', () => {
    const rows = [...ROWS, row(6, 'tls', { version: 'TLS', server: '[2001:db8::1]:8883' }), row(7, 'late', { state: 'closed RST' })]
    expect(streams('10.0.0.3:', 1, 1, CLIENTS_AT_FIRST, rows)).toEqual([3])
    expect(streams('2001:DB8', 1, 1, CLIENTS_AT_FIRST, rows)).toEqual([6])
    expect(streams('rst', 1, 1, CLIENTS_AT_FIRST, rows)).toEqual([7])
    expect(streams('tls', -1, 2, CLIENTS_AT_FIRST, rows)).toEqual([6, 6])
  })

  it('leaves the state as it was where no row holds the text, and says so', () => {
    const state = after(['down', 'down'])
    const { state: same, found, effect } = searchClients(state, 'nobody', 1, { rows: ROWS, height: HEIGHT })
    expect([same === state, found, effect]).toEqual([true, false, { kind: 'say', text: 'No row holds "nobody"' }])
    expect(searchClients(CLIENTS_AT_FIRST, 'gw', 1, { rows: [], height: HEIGHT }).found).toBe(false)
    expect(searchClients(CLIENTS_AT_FIRST, '', 1, { rows: ROWS, height: HEIGHT }).found).toBe(false)
  })

  it('brings the row on the screen, its detail from the top', () => {
    const many = Array.from({ length: 100 }, (_, stream) => row(stream, `c${stream}`))
    const scrolled: ClientsState = { ...CLIENTS_AT_FIRST, panes: { ...CLIENTS_AT_FIRST.panes, detailTop: 5 } }
    const { state } = searchClients(scrolled, 'c77', 1, { rows: many, height: HEIGHT })
    expect(state).toMatchObject({ selected: 77, viewport: { cursor: 77, top: 77 - paneHeights(state.panes, HEIGHT).list + 1 }, panes: { detailTop: 0 } })
    expect(clientsAtRow(CLIENTS_AT_FIRST, 77, { rows: many, height: HEIGHT })).toMatchObject({ selected: 77, viewport: state.viewport })
    expect(clientsAtRow(CLIENTS_AT_FIRST, 999, { rows: many, height: HEIGHT }).selected).toBe(99)
  })
})

describe('the panes', () => {
  const detail = Array.from({ length: 40 }, (_, line) => `  label ${line}`)
  const press = (state: ClientsState, action: ViewAction) => reduceClients(state, action, { rows: ROWS, height: HEIGHT, width: 80, detail }).state

  it('move the detail while it has the keys, no further than its end', () => {
    let state = press(CLIENTS_AT_FIRST, 'next-pane')
    state = press(press(state, 'down'), 'down')
    expect(state).toMatchObject({ viewport: { cursor: 0 }, panes: { focus: 'detail', detailTop: 2 } })
    state = press(state, 'last')
    expect(state.panes.detailTop).toBe(40 - paneHeights(state.panes, HEIGHT).detail)
    expect(press(state, 'up').panes.detailTop).toBe(state.panes.detailTop - 1)
  })

  it('begin the detail of another connection at its top', () => {
    let state = press(press(CLIENTS_AT_FIRST, 'next-pane'), 'down')
    state = press(press(state, 'next-pane'), 'down')
    expect(state.panes.detailTop).toBe(0)
  })

  it('share the height, or one of them has all of it', () => {
    const heights = (state: ClientsState) => paneHeights(state.panes, HEIGHT)
    expect(heights(CLIENTS_AT_FIRST)).toEqual({ list: 13, detail: 9 })
    expect(heights(press(CLIENTS_AT_FIRST, 'grow'))).toEqual({ list: 14, detail: 8 })
    expect(heights(press(CLIENTS_AT_FIRST, 'shrink'))).toEqual({ list: 12, detail: 10 })
    const maximised = press(CLIENTS_AT_FIRST, 'maximise')
    expect(heights(maximised)).toEqual({ list: 22, detail: 0 })
    expect(heights(press(maximised, 'next-pane'))).toEqual({ list: 0, detail: 23 })
  })

  it('stop growing where there is no more room', () => {
    const grown = Array<ViewAction>(50).fill('grow').reduce(press, CLIENTS_AT_FIRST)
    expect(paneHeights(grown.panes, HEIGHT)).toEqual({ list: 19, detail: 3 })
    expect(paneHeights(press(grown, 'shrink').panes, HEIGHT)).toEqual({ list: 18, detail: 4 })
  })

  it('leave the detail out where it would be too low', () => {
    expect(paneHeights(CLIENTS_AT_FIRST.panes, 7)).toEqual({ list: 5, detail: 0 })
  })
})
