/** What is known of one TCP connection as a carrier of MQTT. Changes as packets go by; only the dissector changes it. */
import type { End, TcpConnection } from '../tcp/connection.ts'
import type { Carrier } from './framer.ts'
import type { Text } from './packet.ts'
import type { TopicAliases } from './topic-aliases.ts'
import type { Direction, Version, VersionCertainty } from './version.ts'

export class MqttConnection {
  readonly tcp: TcpConnection
  /** State of the layer above. This layer only carries it. */
  attachment: unknown = null
  /** The user said that this port carries MQTT. */
  readonly expected: boolean
  /** What it carries, as far as either direction has shown. */
  carrier: Carrier = 'unknown'
  /** Which end of `tcp` is the client; null while unknown. */
  client: End | null = null
  version: Version | null = null
  versionCertainty: VersionCertainty | null = null
  /** Clean Start of the CONNECT (before 5.0: Clean Session); undefined where it was not seen. */
  cleanStart: boolean | undefined = undefined
  /** From CONNECT, or the one that CONNACK assigned; undefined where neither was seen. */
  clientIdentifier: Text | undefined = undefined
  /** By sender; null until that end sets one. */
  aliases: [TopicAliases | null, TopicAliases | null] | null = null

  constructor(tcp: TcpConnection, expected = true) {
    this.tcp = tcp
    this.expected = expected
  }

  directionFrom(sender: End): Direction | null {
    if (this.client === null) return null
    return sender === this.client ? 'client-to-server' : 'server-to-client'
  }
}
