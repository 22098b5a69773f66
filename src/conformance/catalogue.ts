/**
 * The numbered statements of the MQTT standards, each in our own words, and what an observer can tell about it.
 *
 * Data only: nothing here judges. 3.1.1 and 5.0 number independently (MQTT-3.1.2-24 is Keep Alive in one and Maximum Packet Size in the other), so a
 * statement's key is always version and id. MQTT 3.1 has no numbers of its own and almost no RFC 2119 words; MQTT31-01 to -55 are ours.
 */
import type { Side, Version } from '../mqtt/version.ts'
import notAppliedIn31 from './not-applied-in-3.1.json' with { type: 'json' }
import statements31 from './statements-3.1.json' with { type: 'json' }
import statements311 from './statements-3.1.1.json' with { type: 'json' }
import statements50 from './statements-5.0.json' with { type: 'json' }

/** How much must be seen to judge a statement's main duty; `how` tells where less proves a violation, or more is needed. `no`: no capture can tell. */
export type Observable = 'packet' | 'connection' | 'session' | 'cross-connection' | 'no'

export interface Statement {
  /** `MQTT-3.3.1-2`; `MQTT31-07` for 3.1. */
  readonly id: string
  /** Null where it is not known (most of 3.1). */
  readonly section: string | null
  /** The packet or subject that it speaks of. */
  readonly packet: string
  /** Who must obey. Where a receiver must treat something as malformed, its sender is at fault too. */
  readonly actor: Side | 'both'
  readonly statement: string
  readonly observable: Observable
  /** What an observer looks for; words in brackets are EVIDENCE_RULES. */
  readonly how: string
  /** Null for 3.1, whose severity says it instead. */
  readonly level: 'MUST' | null
}

export interface Statement31 extends Statement {
  /** `allowed`: legal, and listed because 3.1.1 forbids it. */
  readonly severity: 'error' | 'warning' | 'note' | 'allowed'
  /** Where the severity differs by case. */
  readonly severityNote: string | null
  /** S: seen in a quotation of the specification or in a server's code · M: from memory of the specification. */
  readonly source: 'S' | 'M'
}

/** A statement of 3.1.1 that does not hold on a 3.1 connection. Those not listed do. */
export interface NotApplied {
  readonly id: string
  /** The statements of 3.1 that stand in its place; empty where none does. */
  readonly replacedBy: readonly string[]
  /** Why, or how far; null where the replacement says it all. */
  readonly note: string | null
}

export const STATEMENTS_31 = statements31 as readonly Statement31[]

const STATEMENTS: Readonly<Record<Version, readonly Statement[]>> = {
  '3.1': STATEMENTS_31,
  '3.1.1': statements311 as readonly Statement[],
  '5.0': statements50 as readonly Statement[],
}

export const NOT_APPLIED_IN_31: readonly NotApplied[] = notAppliedIn31

/** The bracketed words in `how`: conditions for a judgement. Where one fails the case is not judged, or only as far as the rule says. */
export const EVIDENCE_RULES: Readonly<Record<string, string>> = {
  start: 'The connection is seen from its SYN or a whole CONNECT on; for the server’s limits, with its CONNACK. Else identifiers, aliases, limits and the version are unknown.',
  history: 'All connections of the client identifier at this server are seen without a hole since its session was known to be empty. Else at best unsure.',
  absence:
    'That an answer is missing needs: the request seen whole and acknowledged by TCP, no gap in the direction of the answer since, the connection open until the deadline, and a capture that lasts longer.',
  knew: 'A side is blamed for not heeding a packet only if the lowest TCP acknowledgement that left with the first byte of its own packet covers it.',
  close: 'That the receiver must close is a second finding, a warning, beside the sender’s fault. A close by the other side satisfies it; a capture that ends first leaves it open.',
  cross:
    'Messages of several connections are matched by topic, payload and properties, and only where these are unique in the window. Wrong deliveries are likely at most unless unique; missing ones warn at most.',
  clock: 'Capture time is not the peers’ time: a tolerance of a second or a tenth, whichever is more, for a client’s Keep Alive, and twice the limit for a server’s timers.',
}

export function statementsOf(version: Version): readonly Statement[] {
  return STATEMENTS[version]
}

const byKey = new Map<string, Statement>()
for (const [version, statements] of Object.entries(STATEMENTS)) for (const statement of statements) byKey.set(`${version} ${statement.id}`, statement)

export function findStatement(version: Version, id: string): Statement | undefined {
  return byKey.get(`${version} ${id}`)
}
