/**
 * A ladder: what went by on one connection, row by row in the order of the capture, as plain values.
 *
 * Rows are collected from events (ladder-book.ts) and shown as text (layout.ts) or as a diagram (mermaid.ts). Text in them is safe for a terminal.
 * Times and durations are nanoseconds, as everywhere; NaN where the capture has no time. `client` is the left lane and `server` the right one, also where it is
 * not known which end is which.
 */
import type { ExchangeKind } from '../../session/exchange.ts'
import type { Cause } from '../../session/leg-causes.ts'
import type { Side } from '../../session/side.ts'

export interface Ladder {
  readonly title: LadderTitle
  readonly rows: readonly LadderRow[]
}

export interface LadderTitle {
  /** Its identifier, or its address. */
  readonly client: string
  /** `MQTT 5.0`. */
  readonly protocol: string
  readonly stream: number
  /** Of the left lane and of the right one. */
  readonly addresses: readonly [left: string, right: string]
  /** It is known which end is the client: the left lane is its. */
  readonly endsKnown: boolean
}

/** `!` failed, or malformed · `~` without an answer, or doubtful */
export type Mark = '' | '!' | '~'

/** How a row belongs to an exchange. */
export interface ExchangePart {
  /** Exchange.number. */
  readonly number: number
  readonly kind: ExchangeKind
  /** `alone`: no other row belongs to it. */
  readonly place: 'begins' | 'goes-on' | 'ends' | 'alone'
  /** Sent by the side that was asked. */
  readonly answers: boolean
  /** From the packet that it answers; null where it answers none. */
  readonly leg: number | null
  /** Why that took so long. */
  readonly cause: { readonly cause: Cause; readonly duration: number } | null
  /** At the end of an exchange with several legs: all of them together. */
  readonly total: number | null
  /** What else is to be said of it: `likely`, `abandoned`. */
  readonly remark: string
}

/** What stands on an arrow. Where there is no room, the text is cut; of the details, as many are shown as fit. */
export interface Label {
  readonly text: string
  readonly details: readonly string[]
}

/** `packet` of MQTT · `tcp` something that TCP did */
export interface ArrowRow {
  readonly kind: 'packet' | 'tcp'
  readonly frame: number
  readonly time: number
  /** PacketEvent.number; null where it is no packet. */
  readonly number: number | null
  readonly by: Side
  readonly label: Label
  /** The DUP flag is set. */
  readonly dup: boolean
  readonly mark: Mark
  readonly part: ExchangePart | null
  /** What is wrong with the packet; else ''. */
  readonly remark: string
}

/** Something that concerns both sides, such as the beginning and the end. */
export interface NoteRow {
  readonly kind: 'note'
  readonly time: number
  readonly text: string
  readonly mark: Mark
  readonly part: ExchangePart | null
  readonly remark: string
}

/** Bytes that one side sent are not in the capture. */
export interface GapRow {
  readonly kind: 'gap'
  readonly by: Side
  readonly bytes: number
}

export interface PauseRow {
  readonly kind: 'pause'
  readonly length: number
}

/** Rows that would have been too many. */
export interface LeftOutRow {
  readonly kind: 'left-out'
  readonly packets: number
}

export type LadderRow = ArrowRow | NoteRow | GapRow | PauseRow | LeftOutRow

/** A pause of this length is worth a row: what follows is no direct reaction. 1 s. */
const PAUSE = 1_000_000_000

/** The rows with a row for each long pause between them. Times that step back (behind a gap) are none. */
export function withPauses(rows: readonly LadderRow[]): LadderRow[] {
  const all: LadderRow[] = []
  let latest = NaN
  for (const row of rows) {
    if (row.kind === 'left-out') latest = NaN
    else if ('time' in row && !Number.isNaN(row.time)) {
      const length = row.time - latest
      if (length >= PAUSE) all.push({ kind: 'pause', length })
      if (!(row.time < latest)) latest = row.time
    }
    all.push(row)
  }
  return all
}

/** The first and the last of the rows, `most` of them, and between them one that says how many packets are left out. */
export function trimmed(rows: readonly LadderRow[], most: number): LadderRow[] {
  if (rows.length <= most) return [...rows]
  const first = Math.floor(most / 2)
  const last = most - first - 1
  const out = rows.slice(first, rows.length - last)
  const packets = out.reduce((sum, row) => sum + (row.kind === 'packet' ? 1 : row.kind === 'left-out' ? row.packets : 0), 0)
  return [...rows.slice(0, first), { kind: 'left-out', packets }, ...rows.slice(rows.length - last)]
}

export function partOf(row: LadderRow): ExchangePart | null {
  return 'part' in row ? row.part : null
}

/** The names of the lanes. */
export function laneNames({ client, addresses, endsKnown }: LadderTitle): readonly [left: string, right: string] {
  return endsKnown ? [client, 'broker'] : addresses
}

/** The way of what this side sends: `broker to client`. */
export function wayText({ addresses, endsKnown }: LadderTitle, by: Side): string {
  const [left, right] = endsKnown ? ['client', 'broker'] : addresses
  return by === 'client' ? `${left} to ${right}` : `${right} to ${left}`
}
