import { TimeColumn } from '../../../src/report/time-format.ts'
import { ANSI, PLAIN } from '../../../src/report/colour.ts'
import { ladderLines } from '../../../src/report/ladder/layout.ts'
import { CLOCK } from '../build.ts'
import type { ArrowRow, ExchangePart, Ladder, LadderRow, LadderTitle, NoteRow } from '../../../src/report/ladder/ladder.ts'
import type { TimeStyle } from '../../../src/report/time-format.ts'

/** Ladders by hand: only what a test is about has to be said. */

export const TITLE: LadderTitle = { client: 'plc-7', protocol: 'MQTT 5.0', stream: 3, addresses: ['10.0.0.21:50122', '10.0.0.2:1883'], endsKnown: true }

/** `time` in milliseconds; a label's words behind the first are its details. */
export function sent(time: number, text: string, details: readonly string[] = [], changes: Partial<ArrowRow> = {}): ArrowRow {
  return { kind: 'packet', frame: 1, time: time * 1e6, number: 1, by: 'client', label: { text, details }, dup: false, mark: '', part: null, remark: '', ...changes }
}

export function answered(time: number, text: string, details: readonly string[] = [], changes: Partial<ArrowRow> = {}): ArrowRow {
  return sent(time, text, details, { by: 'server', ...changes })
}

export function note(time: number, text: string, changes: Partial<NoteRow> = {}): NoteRow {
  return { kind: 'note', time: time * 1e6, text, mark: '', part: null, remark: '', ...changes }
}

/** A row of exchange `number`; `leg` and `total` in milliseconds. */
export function part(number: number, place: ExchangePart['place'], changes: Partial<ExchangePart> = {}): { part: ExchangePart } {
  const { leg = null, total = null } = changes
  return {
    part: {
      number, place, kind: 'publish-qos1', answers: place !== 'begins', cause: null, remark: '', ...changes,
      leg: leg === null ? null : leg * 1e6, total: total === null ? null : total * 1e6,
    },
  }
}

export interface Drawing {
  readonly width?: number
  readonly header?: boolean
  readonly colour?: boolean
  readonly style?: TimeStyle
}

export function draw({ title, rows }: Ladder, { width = 80, header = true, colour = false, style = 'relative' }: Drawing = {}): string[] {
  const time = new TimeColumn(style, true, () => CLOCK)
  return ladderLines({ title, rows }, { width, header, palette: colour ? ANSI : PLAIN, timeText: (moment, previous) => time.text(moment, previous) })
}

/** The lines of rows alone. */
export function lines(rows: readonly LadderRow[], options: Drawing = {}): string[] {
  return draw({ title: TITLE, rows }, { header: false, ...options }).slice(1)
}
