import { FieldReader } from '../analysis/fields/field-reader.ts'
import { LIMITS } from '../analysis/limits.ts'
import { grouped } from '../bytes/number-text.ts'
import { ANSI, PLAIN } from '../report/colour.ts'
import { LadderBook } from '../report/ladder/ladder-book.ts'
import { ladderLines } from '../report/ladder/layout.ts'
import { mermaidText } from '../report/ladder/mermaid.ts'
import { TimeColumn } from '../report/time-format.ts'
import { CaptureReading } from './capture-reading.ts'
import { EXIT } from './exit.ts'
import { tell } from './report-error.ts'
import type { Ladder } from '../report/ladder/ladder.ts'
import type { ExitCode } from './exit.ts'
import type { ClockSource } from '../report/time-format.ts'
import type { FlowsPlan } from './flows-plan.ts'

/** `mqtap flows --ladder FILE…`: a sequence diagram of each connection, as text or for mermaid. */

export async function showLadders(plan: FlowsPlan): Promise<ExitCode> {
  const drawing = new Drawing(plan)
  try {
    return await drawing.run()
  } finally {
    drawing.release()
  }
}

class Drawing {
  readonly #plan: FlowsPlan
  readonly #capture: CaptureReading
  readonly #book: LadderBook
  readonly #draw: (ladder: Ladder) => string
  #drawn = 0

  constructor(plan: FlowsPlan) {
    this.#plan = plan
    const { connections, choice, filter, pings } = plan
    const reader = new FieldReader({ clock: () => this.#capture.pipeline.clock })
    this.#book = new LadderBook((ladder) => this.#show(ladder), {
      pings,
      ...(connections === null ? {} : { connection: (connection) => connections.matches(connection) }),
      ...(choice === null && filter === null ? {} : {
        exchange: (exchange) => (filter?.matches(exchange, reader) ?? true) && (choice?.matches(exchange) ?? true),
      }),
    }, LIMITS.ladder)
    const { sink } = this.#book
    this.#capture = new CaptureReading(plan, {
      keepPipes: false,
      sink: {
        ...sink,
        connection: (connection) => {
          connections?.meet(connection)
          sink.connection(connection)
        },
      },
    })
    this.#draw = plan.format === 'mermaid' ? (ladder) => mermaidText(ladder) : linesOf(plan, () => this.#capture.pipeline.clock)
  }

  async run(): Promise<ExitCode> {
    if (!(await this.#capture.read())) return EXIT.clean
    this.#book.end()
    await this.#capture.conclude(() => '')
    this.#tellWhatIsMissing()
    return this.#capture.failure ?? EXIT.clean
  }

  release(): void {
    this.#capture.release()
  }

  #show(ladder: Ladder): void {
    this.#capture.write((this.#drawn++ === 0 ? '' : '\n') + this.#draw(ladder))
  }

  #tellWhatIsMissing(): void {
    const why = this.#plan.connections?.whyNone ?? null
    if (this.#drawn === 0 && why !== null) tell(why)
    const { leftOut } = this.#book
    if (leftOut > 0) tell(`${grouped(leftOut)} connections are not shown, since too many were there at once: --client and --stream choose`)
  }
}

function linesOf({ width, colour, header, time, utc }: FlowsPlan, clock: ClockSource): (ladder: Ladder) => string {
  const column = new TimeColumn(time, utc, clock)
  const options = { width, header, palette: colour ? ANSI : PLAIN, timeText: (moment: number, previous: number) => column.text(moment, previous) }
  return (ladder) => `${ladderLines(ladder, options).join('\n')}\n`
}
