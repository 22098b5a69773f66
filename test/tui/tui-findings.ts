import type { Finding } from '../../src/conformance/finding.ts'
import type { Severity } from '../../src/mqtt/problem.ts'

/** A finding of a rule that does not exist, with what a test is about. */
export function finding(rule: string, severity: Severity, changes: Partial<Finding> = {}): Finding {
  return {
    rule, severity, statements: [], version: '5.0', certainty: 'certain', actor: 'client', stream: 0, clientId: 'plc-7', packet: 10, frame: 12, time: 1e9, start: null, end: null,
    message: `what ${rule} says`, evidence: [12], exchange: null, waived: null, ...changes,
  }
}
