/** What the judgement of a capture says: findings, each with its evidence, and a verdict for each statement and side. Plain data; may be kept. */
import type { Text } from '../mqtt/packet.ts'
import type { Severity } from '../mqtt/problem.ts'
import type { Version } from '../mqtt/version.ts'
import type { Certainty, Side } from '../session/side.ts'
import type { Reason } from './evidence.ts'

/** The user knows of it and accepts it: still shown, and not counted. */
export interface Waiver {
  readonly reason: string
  /** The last day on which it holds (`2027-01-31`); null where it has no end. */
  readonly until: string | null
}

export interface Finding {
  /** A rule's id, or the code of the decoder's problem. */
  readonly rule: string
  /** Ids of the numbered statements that are broken, of `version`; empty where there are none. */
  readonly statements: readonly string[]
  /** Null where the connection's version is not known. */
  readonly version: Version | null
  readonly severity: Severity
  readonly certainty: Certainty
  /** Who is at fault. */
  readonly actor: Side | 'network'
  /** TcpConnection.stream. */
  readonly stream: number
  readonly clientId: Text | null
  /** PacketEvent.number of the packet that it is about; null where it is about none. */
  readonly packet: number | null
  readonly frame: number
  /** Nanoseconds since the capture's first frame; NaN where the capture has no times. */
  readonly time: number
  /** Bytes of the packet that show it, half open, counted from byte 1 of the fixed header; null where no bytes do. */
  readonly start: number | null
  readonly end: number | null
  /** One sentence; text from the wire passes `printable`. */
  readonly message: string
  /** Frames that show it, in the order of the capture; the one of the finding is among them. */
  readonly evidence: readonly number[]
  /** Exchange.number of the exchange that it is about; null where there is none. */
  readonly exchange: number | null
  readonly waived: Waiver | null
}

/** What a list by statement tells apart: a rule, with what it broke of a version. */
export type FindingKind = Pick<Finding, 'rule' | 'version' | 'statements'>

/** The same for findings of one kind. Where no statement is broken, the version is no matter. */
export function kindKey({ rule, version, statements }: FindingKind): string {
  return statements.length === 0 ? rule : `${rule} ${version} ${statements.join(' ')}`
}

/**
 * `fail` broken, certainly or likely · `pass` exercised and kept · `not-judged` it came up, but the capture lacks what a judgement needs · `not-exercised` it never
 * came up · `unobservable` no capture can tell.
 */
export type VerdictName = 'pass' | 'fail' | 'not-judged' | 'not-exercised' | 'unobservable'

export const VERDICT_NAMES: readonly VerdictName[] = ['pass', 'fail', 'not-judged', 'not-exercised', 'unobservable']

export interface NotJudged {
  readonly reason: Reason
  readonly count: number
}

/** How one side kept one statement of one version. */
export interface Verdict {
  readonly version: Version
  /** Statement.id. */
  readonly id: string
  readonly side: Side
  readonly verdict: VerdictName
  /** Cases that were judged, kept or broken. A packet of a kind that shows the statement counts once, however many rules look at it; of all else each rule counts its own cases. */
  readonly checked: number
  /** Findings that count: errors and warnings, certain or likely, and not waived. */
  readonly violated: number
  readonly notJudged: number
  /** Why; those of `notJudged`, most frequent first. */
  readonly reasons: readonly NotJudged[]
}
