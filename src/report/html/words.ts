/** Words and marks of the page. A colour never stands by itself: each of them goes with its mark or its word. */
import { counted } from '../../bytes/number-text.ts'
import type { VerdictName } from '../../conformance/finding.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { CloseReason } from '../../session/closing.ts'
import type { ExchangeKind } from '../../session/exchange.ts'

export interface VerdictWords {
  /** One character, in a cell. */
  readonly mark: string
  readonly word: string
  readonly meaning: string
}

/** In the order of the legend. */
export const VERDICTS: Readonly<Record<VerdictName, VerdictWords>> = {
  fail: { mark: '✕', word: 'fail', meaning: 'broken, certainly or likely' },
  pass: { mark: '✓', word: 'pass', meaning: 'exercised and kept' },
  'not-judged': { mark: '?', word: 'not judged', meaning: 'it came up, but the capture lacks what a judgement needs' },
  'not-exercised': { mark: '·', word: 'not exercised', meaning: 'it never came up' },
  unobservable: { mark: '–', word: 'unobservable', meaning: 'no capture can tell' },
}

export const VERDICT_ORDER = Object.keys(VERDICTS) as readonly VerdictName[]

export const SEVERITY_ORDER: readonly Severity[] = ['error', 'warning', 'note']

export const SEVERITY_SIGN: Readonly<Record<Severity, string>> = { error: '✕', warning: '!', note: 'i' }

/** How a connection ended, as a bar shows it. */
export type Ended = 'orderly' | 'open' | 'abrupt' | 'broken' | 'unknown'

export const ENDED: Readonly<Record<Ended, string>> = {
  orderly: 'ended by DISCONNECT',
  abrupt: 'closed without DISCONNECT',
  broken: 'refused, reset, timed out, taken over, or closed for an error',
  open: 'still open when the capture ended',
  unknown: 'the capture does not show how it ended',
}

export const ENDED_BY_REASON: Readonly<Record<CloseReason, Ended>> = {
  disconnect: 'orderly',
  fin: 'abrupt',
  refused: 'broken',
  'keep-alive': 'broken',
  'protocol-error': 'broken',
  'taken-over': 'broken',
  reset: 'broken',
  'no-pingresp': 'broken',
  'capture-end': 'open',
  unknown: 'unknown',
}

export const KIND_WORDS: Readonly<Record<ExchangeKind, string>> = {
  connect: 'Connect',
  'publish-qos1': 'Publish, QoS 1',
  'publish-qos2': 'Publish, QoS 2',
  subscribe: 'Subscribe',
  unsubscribe: 'Unsubscribe',
  ping: 'Ping',
  authenticate: 'Authenticate',
}

/** `1 error`, `2 errors`, `no errors`. */
export function howMany(count: number, noun: string): string {
  return count === 0 ? `no ${noun}s` : counted(count, noun)
}
