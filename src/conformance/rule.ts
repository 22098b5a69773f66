/**
 * What a rule is: data and small predicates about one subject, which the engine (judge.ts) asks in this order: does it apply, can it be judged with what the capture
 * shows, does it hold, what is to be said. What one packet shows by itself is no rule but a problem of the decoder (mqtt/problems.ts).
 *
 * A rule never changes anything and keeps nothing: what it looks at is known to the session layer.
 */
import type { Severity } from '../mqtt/problem.ts'
import type { Version } from '../mqtt/version.ts'
import type { ExchangeKind } from '../session/exchange.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { Certainty, Side } from '../session/side.ts'
import type { CaseName } from './cases.ts'
import type { Evidence, Reason } from './evidence.ts'
import type { Subject, Subjects, Trigger } from './subject.ts'

/** Where a finding points. */
export interface Place {
  /** PacketEvent.number; null where it is about no packet. */
  readonly packet: number | null
  readonly frame: number
  readonly time: number
}

export interface Rule<On extends Trigger = Trigger> {
  /** `area.what-is-wrong`, in lower case: like the codes of the decoder's problems, with which it shares one list of names. */
  readonly id: string
  /** What is wrong, without values: a heading for lists. */
  readonly title: string
  /** What it breaks, for each version in which the rule holds; a list is empty where the rule has no numbered statement there. */
  readonly statements: Readonly<Partial<Record<Version, readonly string[]>>>
  readonly severity: Severity | Readonly<Partial<Record<Version, Severity>>>
  /** Whom it can accuse. */
  readonly sides: readonly Side[]
  /** What it is asked about: packets of these types, or what else has an end. */
  readonly on: On | readonly On[]
  /** Asked about exchanges: the kinds that it can apply to; all where it is left out. */
  readonly exchanges?: readonly ExchangeKind[]
  /** And who begins those; either side where it is left out. */
  readonly initiator?: Side
  /** What it cannot do without: bits of MISSING. */
  readonly needs: Evidence
  /**
   * Where the subject is a trouble that somebody else noticed, which is to say that the rule is broken whenever it is asked: the packets by which it was exercised.
   * Their number stands in place of how often the rule applied.
   */
  readonly exercisedBy?: readonly CaseName[]
  /**
   * Connections on which it can apply at all, as far as CONNECT and CONNACK tell: asked when these go by, so that the packets of all others never meet the rule.
   * Rules that mean the same connections share one function.
   */
  readonly when?: (connection: NetworkConnection) => boolean
  readonly applies: (subject: Subjects[On]) => boolean
  /** Why this case cannot be judged, though the connection has all that is needed; null where it can. */
  readonly lacks?: (subject: Subjects[On]) => Reason | null
  readonly holds: (subject: Subjects[On]) => boolean
  /** One sentence with the values; text from the wire passes `printable`. */
  readonly says: (subject: Subjects[On]) => string
  /** `certain` where it is left out. What is `unsure` is told, and counts as not judged. */
  readonly certainty?: (subject: Subjects[On]) => Certainty
  /** A severity other than the rule's, for this case. */
  readonly severityHere?: (subject: Subjects[On]) => Severity | null
  /** Who is at fault: the side that the subject is about where it is left out. */
  readonly actor?: (subject: Subjects[On]) => Side
  /** The finding accuses neither side. */
  readonly blames?: 'network'
  /** Where the finding points: at the subject itself where it is left out. */
  readonly at?: (subject: Subjects[On]) => Place
  /** Bytes of the packet, half open. */
  readonly range?: (subject: Subjects[On]) => { readonly start: number; readonly end: number } | null
  /** Frames that show it, beside that of the finding. */
  readonly shownBy?: (subject: Subjects[On]) => readonly number[]
}

/** Declares a rule; the type of its subject comes from `on`. */
export function rule<On extends Trigger>(definition: Rule<On>): Rule {
  return definition as unknown as Rule
}

/** Whether the rule is asked about these. */
export function listensTo({ on }: Rule, trigger: Trigger): boolean {
  return typeof on === 'string' ? on === trigger : on.includes(trigger)
}

/** How severe a rule is in a version; null where it does not hold there. */
export function ruleSeverity({ severity, statements }: Rule, version: Version): Severity | null {
  if (statements[version] === undefined) return null
  return typeof severity === 'string' ? severity : severity[version] ?? null
}

export type { Subject }
