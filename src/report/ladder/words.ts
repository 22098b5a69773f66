/** Words and numbers of ladders: short, for there is little room. */
import { durationText } from '../../bytes/number-text.ts'
import type { ExchangeKind } from '../../session/exchange.ts'
import type { Cause } from '../../session/leg-causes.ts'

export const KIND_NAMES: Readonly<Record<ExchangeKind, string>> = {
  connect: 'connect',
  'publish-qos1': 'qos1',
  'publish-qos2': 'qos2',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
  ping: 'ping',
  authenticate: 'auth',
}

/** What leg-causes.ts says at length. */
const CAUSE_NAMES: Readonly<Record<Cause, string>> = {
  nagle: 'nagle',
  retransmission: 'resent',
  'missing-segment': 'hole',
  window: 'window',
  network: 'network',
  client: 'client',
  server: 'broker',
  away: 'away',
}

export function causeText(cause: Cause, duration: number): string {
  return `${CAUSE_NAMES[cause]} ${lengthText(duration)}`
}

/** Milliseconds to the microsecond, so that a column of them compares at a glance; from 10 s on seconds. */
export function latencyText(nanoseconds: number): string {
  return Math.abs(nanoseconds) < 10e9 ? `${(nanoseconds / 1e6).toFixed(3)} ms` : `${(nanoseconds / 1e9).toFixed(3)} s`
}

/** A length of time in three digits: `40.9 ms`, `1.80 s`, `3m05s`. */
export function lengthText(nanoseconds: number): string {
  return durationText(Math.round(nanoseconds)).replace(/^(-?[\d.]+)([a-z]+)$/, '$1 $2')
}
