/** A defect that one packet (with its version and direction) shows, found by the decoder. */
export interface Problem {
  /** The name that its finding has too: a key of PROBLEMS. */
  readonly code: ProblemCode
  readonly severity: Severity
  /** Ids of the numbered statements it breaks, of the connection's version; empty where the version is unknown or the rule has no number. */
  readonly statements: readonly string[]
  /** Bytes counted from byte 1 of the fixed header, half open. */
  readonly start: number
  readonly end: number
  /** One sentence that a firmware developer understands. Holds text from the wire only as `printable` lets it through. */
  readonly message: string
}

export type Severity = 'error' | 'warning' | 'note'

export type ProblemCode = string
