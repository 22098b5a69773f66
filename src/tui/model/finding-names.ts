import { printable } from '../../bytes/printable.ts'
import type { Finding } from '../../conformance/finding.ts'

/** Whom a finding is about, in a few columns: the client identifier, or else the connection. Safe for a terminal. */
export function clientCellName({ clientId, stream }: Pick<Finding, 'clientId' | 'stream'>): string {
  if (clientId === null || clientId === '') return `stream ${stream}`
  return typeof clientId === 'string' ? printable(clientId) : `0x${clientId.hex}`
}
