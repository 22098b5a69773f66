import { createElement } from 'react'
import stringWidth from 'string-width'
import { renderToString } from 'ink'
import { describe, expect, it } from 'vitest'
import { themeOf } from '../../src/tui/theme.ts'
import { CLIENTS_AT_FIRST, reduceClients, selectedClient, type ClientsState } from '../../src/tui/views/clients-state.ts'
import { clientsLines } from '../../src/tui/views/clients-text.ts'
import { ClientsView } from '../../src/tui/views/clients-view.tsx'
import { booked, type BookedCapture } from './tui-capture.ts'
import { ASCII_THEME, PLAIN_THEME, secondsText } from './tui-theme.ts'
import type { ViewAction } from '../../src/tui/view.ts'

function frame({ book }: BookedCapture, width: number, height: number, { state = CLIENTS_AT_FIRST, theme = PLAIN_THEME }: { state?: ClientsState; theme?: typeof PLAIN_THEME } = {}): string[] {
  const { rows, evicted } = book
  const selected = selectedClient(state, { rows, height })
  return clientsLines({ state, rows, detail: selected === null ? [] : book.detail(selected.stream), nothing: '', evicted, width, height, theme, timeText: secondsText })
}

function after({ book: { rows } }: BookedCapture, actions: readonly ViewAction[]): ClientsState {
  return actions.reduce((state, action) => reduceClients(state, action, { rows, height: 22 }).state, CLIENTS_AT_FIRST)
}

const STORM = booked('reconnect-storm.pcap')

describe('the Clients view', () => {
  it.each([80, 120, 60, 200])('in %i columns', async (width) => {
    const state = after(STORM, ['down', 'down', 'down'])
    await expect(`${frame(STORM, width, width === 60 ? 12 : 22, { state }).map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot(`golden/clients-${width}.txt`)
  })

  it('of a capture that goes on', async () => {
    const open = booked('qmqtt.pcap', { part: 0.3 })
    await expect(`${frame(open, 100, 20, { theme: ASCII_THEME }).map((line) => line.trimEnd()).join('\n')}\n`).toMatchFileSnapshot('golden/clients-open.txt')
  })

  it('says that there is nothing yet', () => {
    const lines = clientsLines({ state: CLIENTS_AT_FIRST, rows: [], detail: [], nothing: 'No MQTT in 37 frames: 2 of 3 TCP connections carry TLS, which mqtap cannot look into', evicted: 0, width: 60, height: 12, theme: PLAIN_THEME, timeText: secondsText })
    expect(lines.slice(1, 3)).toEqual(['  No MQTT in 37 frames: 2 of 3 TCP connections carry TLS,', '  which mqtap cannot look into'])
    expect(lines.join('\n')).toContain('no rows')
  })

  it('says how many connections are not listed any more, how the list is sorted and who has the keys', () => {
    const { book } = STORM
    // The first client has findings neither of its connections of now nor before: two others have come before it.
    const lines = clientsLines({ state: after(STORM, ['sort', 'sort', 'next-pane']), rows: book.rows, detail: [], nothing: '', evicted: 7, width: 100, height: 12, theme: PLAIN_THEME, timeText: secondsText })
    expect(lines.find((line) => line.startsWith('──'))).toMatch(/^── \[keys: detail\] ─ sorted by FINDINGS ─ evicted 7 ─ earlier connections folded ─+ row 3 of 8 ──$/)
  })

  it('never draws more than it has room for', () => {
    for (let width = 60; width <= 300; width += 7) {
      for (const height of [9, 12, 24, 61]) {
        for (const actions of [[], ['maximise'], ['maximise', 'next-pane'], ['form', 'last']] as const) {
          const lines = frame(STORM, width, height, { state: after(STORM, actions), theme: themeOf(true, false) })
          expect(lines.length).toBeLessThanOrEqual(height)
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
        }
      }
    }
  })

  it('fits names of any script and length', () => {
    const rows = STORM.book.rows.map((row, index) => ({ ...row, clientName: ['温度計'.repeat(20), 'é'.repeat(99), '👩‍🔧'.repeat(30)][index % 3]!, client: '[2001:db8:1234:5678:9abc:def0:1234:5678]:65535' }))
    for (const width of [60, 80, 133, 220]) {
      for (const theme of [PLAIN_THEME, ASCII_THEME]) {
        const lines = clientsLines({ state: CLIENTS_AT_FIRST, rows, detail: ['温'.repeat(200), `  Will             ${'温 '.repeat(200)}`], nothing: '', evicted: 0, width, height: 30, theme, timeText: secondsText })
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }
    }
  })

  it('marks the row under the cursor over the whole width, and no other', () => {
    const theme = themeOf(true, false)
    const lines = frame(STORM, 80, 22, { theme })
    const marked = lines.filter((line) => line.includes(theme.inverse))
    expect(marked.length).toBe(1)
    expect(marked[0]!.startsWith(`${theme.inverse}> `)).toBe(true)
    expect(marked[0]!.endsWith(theme.palette.reset)).toBe(true)
    expect(stringWidth(marked[0]!)).toBe(80)
  })

  it('is drawn as its lines are', () => {
    const { rows, evicted } = STORM.book
    const props = { state: CLIENTS_AT_FIRST, rows, detail: STORM.book.detail(0), nothing: '', evicted, width: 80, height: 22, theme: PLAIN_THEME, timeText: secondsText }
    const drawn = renderToString(createElement(ClientsView, props), { columns: 80 }).split('\n').map((line) => line.trimEnd())
    expect(drawn).toEqual(clientsLines(props).map((line) => line.trimEnd()))
  })
})
