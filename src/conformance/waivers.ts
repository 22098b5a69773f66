/** Findings that the user knows of and accepts, each with a reason: still shown, and not counted. */
import type { Version } from '../mqtt/version.ts'
import type { Finding, Waiver } from './finding.ts'
import type { NamePattern } from './name-pattern.ts'

export interface WaiverEntry {
  /** Of a rule or a statement; a finding that breaks several statements is waived with any of them. */
  readonly of: NamePattern
  /** Null for all. */
  readonly version: Version | null
  /** Client identifiers; null for all, and for clients whose identifier is not known. */
  readonly client: NamePattern | null
  readonly reason: string
  /** The last day on which it holds, `2027-01-31`; null where it has no end. */
  readonly until: string | null
}

export class Waivers {
  readonly #held: readonly WaiverEntry[]
  /** Those that hold no more. */
  readonly expired: readonly WaiverEntry[]

  /** `today`: `2026-11-26`. */
  constructor(entries: readonly WaiverEntry[], today: string) {
    this.#held = entries.filter(({ until }) => until === null || until >= today)
    this.expired = entries.filter((entry) => !this.#held.includes(entry))
  }

  /** JudgeOptions.waiverOf: the first that fits. */
  readonly waiverOf = (finding: Finding): Waiver | null => {
    const entry = this.#held.find((each) => fits(each, finding))
    return entry === undefined ? null : { reason: entry.reason, until: entry.until }
  }
}

function fits({ of, version, client }: WaiverEntry, { rule, statements, version: its, clientId }: Finding): boolean {
  if (version !== null && version !== its) return false
  if (client !== null && (clientId === null || !client.matches(typeof clientId === 'string' ? clientId : clientId.hex))) return false
  return of.matches(rule) || statements.some((id) => of.matches(id))
}
