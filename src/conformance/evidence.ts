/**
 * What the capture does not show of a connection, as bits: what a rule cannot do without is a set of these too (`Rule.needs`), and where one of them is set the
 * case is not judged, for that reason.
 */
export const MISSING = {
  /** The connection's beginning: what came before the first packet seen. */
  start: 1 << 0,
  /** Bytes of the client, or of the server, were lost to the capture: identifiers in use, aliases, subscriptions and quotas are not known any more. */
  clientBytes: 1 << 1,
  serverBytes: 1 << 2,
  /** All that the client sent, or all that the server did. */
  clientDirection: 1 << 3,
  serverDirection: 1 << 4,
  /** The CONNECT, so that the version is a guess or an option, and the client's limits are not known. */
  connect: 1 << 5,
  /** The CONNACK, and with it the server's limits. */
  connack: 1 << 6,
  /** What the Session held before: connections of the client that the capture does not show, or not without a hole. */
  history: 1 << 7,
  /** The ends of frames (snap length). */
  frameEnds: 1 << 8,
  /** A clock that goes on evenly. */
  clock: 1 << 9,
} as const

export type MissingName = keyof typeof MISSING

/** A set of MISSING. */
export type Evidence = number

/**
 * Why a case was not judged, as reports have it. The last ones are no lack of a connection but of one case: `capture-end` the capture ended before the deadline ·
 * `not-acknowledged` TCP does not show that the other side had received it · `content` equal messages cannot be told apart · `other-clients` it depends on
 * clients that the capture does not show · `doubt` something looks broken, and there are other explanations · `limit` more than mqtap keeps.
 */
export type Reason =
  | 'start' | 'gap' | 'one-direction' | 'connect' | 'connack' | 'history' | 'cut-frames' | 'clock'
  | 'capture-end' | 'not-acknowledged' | 'content' | 'other-clients' | 'doubt' | 'limit'

export const REASONS: readonly Reason[] = [
  'start', 'gap', 'one-direction', 'connect', 'connack', 'history', 'cut-frames', 'clock', 'capture-end', 'not-acknowledged', 'content', 'other-clients', 'doubt', 'limit',
]

/** What is told where several are missing: the one that explains the others comes first. */
const REASON_OF: readonly (readonly [Evidence, Reason])[] = [
  [MISSING.clientDirection | MISSING.serverDirection, 'one-direction'],
  [MISSING.clientBytes | MISSING.serverBytes, 'gap'],
  [MISSING.start, 'start'],
  [MISSING.connect, 'connect'],
  [MISSING.connack, 'connack'],
  [MISSING.frameEnds, 'cut-frames'],
  [MISSING.clock, 'clock'],
  [MISSING.history, 'history'],
]

/** The reason why a case that needs `needs` is not judged on a connection that lacks `missing`; null where it can be. */
export function reasonNotToJudge(needs: Evidence, missing: Evidence): Reason | null {
  const lacking = needs & missing
  if (lacking === 0) return null
  return REASON_OF.find(([bits]) => (lacking & bits) !== 0)?.[1] ?? null
}
