import { renderToString } from 'ink'
import { createElement } from 'react'
import { expect, test } from 'vitest'
import { FLOW_START, flowAt } from '../../src/tui/views/flow-state.ts'
import { FlowView } from '../../src/tui/views/flow-view.tsx'
import { drawn, LADDER, THEME } from './flow-build.ts'

test('the component draws the lines, and nothing else', () => {
  const state = flowAt(FLOW_START, LADDER, 14)
  const view = createElement(FlowView, {
    width: 80, height: 22, theme: THEME, timeText: (time: number) => (time / 1e9).toFixed(6), state, stream: 3, ladder: LADDER, progress: null, lost: false, following: false, fanOf: () => null,
  })
  expect(renderToString(view, { columns: 80 }).split('\n').map((line) => line.trimEnd())).toEqual(drawn(state))
})
