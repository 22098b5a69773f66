import { PLAIN } from '../../src/report/colour.ts'
import { FlowReading } from '../../src/tui/model/flow-reading.ts'
import { FLOW_START, reduceFlow, type FlowState } from '../../src/tui/views/flow-state.ts'
import { themeOf } from '../../src/tui/theme.ts'
import { flowLines, type FlowProps } from '../../src/tui/views/flow-lines.ts'
import { TimeColumn } from '../../src/report/time-format.ts'
import { answered, note, part, sent, TITLE } from '../report/ladder/build.ts'
import type { Ladder } from '../../src/report/ladder/ladder.ts'
import type { Effect, ViewAction } from '../../src/tui/view.ts'

export const PORTS = new Uint8Array(65_536)
PORTS[1883] = 1

export const THEME = { ...themeOf(false, true), palette: PLAIN, inverse: '' }

/** Two exchanges that overlap, a PING, QoS 0, and one without an answer. */
export const LADDER: Ladder = {
  title: TITLE,
  rows: [
    note(0, 'TCP connection opened'),
    sent(1, 'CONNECT', ['clean', 'ka 30 s'], { number: 10, ...part(1, 'begins', { kind: 'connect' }) }),
    answered(4.5, 'CONNACK Success', [], { number: 11, ...part(1, 'ends', { kind: 'connect', leg: 3.5 }) }),
    sent(10, 'PUBLISH #17 q1 plant/7/temp', ['4 B'], { number: 12, ...part(2, 'begins') }),
    sent(11, 'PUBLISH #18 q2 plant/7/alarm', ['9 B'], { number: 13, ...part(3, 'begins', { kind: 'publish-qos2' }) }),
    answered(14.083, 'PUBACK #17', [], { number: 14, ...part(2, 'ends', { leg: 4.083 }) }),
    answered(15.41, 'PUBREC #18', [], { number: 15, ...part(3, 'goes-on', { kind: 'publish-qos2', leg: 4.41 }) }),
    sent(15.9, 'PUBREL #18', [], { number: 16, ...part(3, 'goes-on', { kind: 'publish-qos2', leg: 0.49, answers: false }) }),
    sent(16, 'PINGREQ', [], { number: 17, ...part(4, 'begins', { kind: 'ping' }) }),
    answered(18, 'PINGRESP', [], { number: 18, ...part(4, 'ends', { kind: 'ping', leg: 2 }) }),
    answered(2121, 'PUBCOMP #18', [], { number: 20, ...part(3, 'ends', { kind: 'publish-qos2', leg: 2105.1, total: 2110 }) }),
    sent(2122, 'PUBLISH q0 plant/7/temp', ['4 B'], { number: 21 }),
    sent(2123, 'PUBLISH #19 q1 plant/7/temp', ['4 B'], { number: 22, ...part(5, 'begins') }),
    note(2124, 'capture ends, no PUBACK #19', { mark: '~', ...part(5, 'ends', { remark: 'open' }) }),
  ],
}

export interface Pressed {
  readonly state: FlowState
  readonly effect: Effect | null
}

/** The state after these keys, and what the last one asked for. */
export function press(actions: readonly ViewAction[], state: FlowState = FLOW_START, ladder: Ladder | null = LADDER, height = 30): Pressed {
  let pressed: Pressed = { state, effect: null }
  for (const action of actions) pressed = reduceFlow(pressed.state, action, { ladder, height })
  return pressed
}

/** The view without escape sequences. */
export function drawn(state: FlowState, changes: Partial<FlowProps> = {}): string[] {
  const column = new TimeColumn('relative', true, () => null)
  const props: FlowProps = {
    width: 80, height: 22, theme: THEME, timeText: (time, previous) => column.text(time, previous),
    state, stream: 3, ladder: LADDER, progress: null, lost: false, following: false, fanOf: () => null, ...changes,
  }
  return flowLines(props).map((line) => line.trimEnd())
}

/** The row that has the cursor. */
export function selected(state: FlowState, changes: Partial<FlowProps> = {}): string {
  return drawn(state, changes).find((line) => line.startsWith('> ')) ?? ''
}

/** A capture read by bytes, as the program does. */
export function readFlow(stream: number, capture: Uint8Array, pieces = 1): FlowReading {
  const reading = new FlowReading(stream, { ports: PORTS, version: null })
  reading.begin('capture')
  const size = Math.ceil(capture.length / pieces)
  for (let at = 0; at < capture.length; at += size) reading.push(capture.subarray(at, at + size))
  return reading
}
