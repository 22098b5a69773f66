import type { TcpConnection } from '../tcp/connection.ts'
import type { Text } from './packet.ts'
import type { Direction, Version, VersionCertainty } from './version.ts'

/** What is known of one TCP connection as a carrier of MQTT. Changes as packets go by. */
export class MqttConnection {
  readonly tcp: TcpConnection
  /** Which endpoint of `tcp` is the client; null while unknown. */
  client: 0 | 1 | null = null
  version: Version | null = null
  versionCertainty: VersionCertainty | null = null
  /** From CONNECT, or the one that CONNACK assigned; undefined where neither was seen. */
  clientIdentifier: Text | undefined = undefined

  constructor(tcp: TcpConnection) {
    this.tcp = tcp
  }

  directionFrom(sender: 0 | 1): Direction | null {
    if (this.client === null) return null
    return sender === this.client ? 'client-to-server' : 'server-to-client'
  }
}
