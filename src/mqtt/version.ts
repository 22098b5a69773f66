/** Which MQTT a connection speaks, and who says so. */

export type Version = '3.1' | '3.1.1' | '5.0'

/** `seen`: from the CONNECT in the capture · `given`: by the user's option · `inferred`: from the shape of packets. */
export type VersionCertainty = 'seen' | 'given' | 'inferred'

export type Direction = 'client-to-server' | 'server-to-client'
export type Side = 'client' | 'server'

export const VERSIONS: readonly Version[] = ['3.1', '3.1.1', '5.0']

export function senderOf(direction: Direction): Side {
  return direction === 'client-to-server' ? 'client' : 'server'
}
