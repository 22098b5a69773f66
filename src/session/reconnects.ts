/** Clients that come back again and again within seconds, since each connection breaks, is refused, or is taken from them. */
import type { ClientSession } from './client-session.ts'
import type { NetworkConnection } from './network-connection.ts'

/** Connections of a client, each of which came soon after one that did not end by the client's own DISCONNECT. */
export interface ReconnectStorm {
  readonly connections: number
  /** When the first of them began. */
  readonly since: number
}

/** Programs that wait longer between two attempts do no harm. */
const SOON = 10e9

/** A CONNECT of the client goes by, before anything else of it is noted. */
export function noteReconnect(session: ClientSession, connection: NetworkConnection): void {
  const { time } = connection.connect!
  const { storm, lastConnectTime, current } = session
  const soon = time - lastConnectTime < SOON
  const broken = current === null ? session.endedBroken : !isLeft(current)
  session.storm = soon && broken && storm !== null ? { connections: storm.connections + 1, since: storm.since } : { connections: 1, since: time }
  session.lastConnectTime = time
  connection.storm = session.storm
}

/** The client said that it goes. */
export function isLeft({ disconnect }: NetworkConnection): boolean {
  return disconnect?.by === 'client'
}
