/**
 * Why a connection ended, in one line with its evidence. A pure function of what is known of the connection.
 */
import type { NetworkConnection } from './network-connection.ts'

export type CloseReason =
  | 'disconnect' | 'refused' | 'keep-alive' | 'protocol-error' | 'taken-over' | 'reset' | 'fin' | 'no-pingresp' | 'capture-end' | 'unknown'

export interface Closing {
  readonly by: 'client' | 'server' | 'network' | 'unknown' | null
  readonly reason: CloseReason
}

export function closingOf(_connection: NetworkConnection, _captureEnded: boolean): Closing {
  return { by: null, reason: 'unknown' }
}
