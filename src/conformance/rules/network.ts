/** What the network shows, beside MQTT: rules of ours. */
import { counted } from '../../bytes/number-text.ts'
import type { NetworkConnection } from '../../session/network-connection.ts'
import { rule, type Rule } from '../rule.ts'

const OURS = { '3.1': [], '3.1.1': [], '5.0': [] } as const

/** RFC 1122 §3.2.1.3, RFC 4291 §2.5.3; an IPv4 address in an IPv6 one as well. */
function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}

function staysOnHost({ mqtt }: NetworkConnection): boolean {
  return mqtt.tcp.endpoints.every(({ address }) => isLoopback(address))
}

export const NETWORK_RULES: readonly Rule[] = [
  rule({
    id: 'tcp.overlap-differs',
    title: 'Bytes of a stream came twice and were not the same',
    statements: OURS,
    severity: 'warning',
    sides: ['client', 'server'],
    on: 'conflict',
    needs: 0,
    applies: () => true,
    holds: () => false,
    // A fault of the capture, of a middlebox, or somebody who hides something: the segments themselves are there.
    certainty: () => 'certain',
    blames: 'network',
    says: ({ side, length }) =>
      `TCP carried ${counted(length, 'byte')} of the ${side} again with other values; those seen first are shown. A middlebox or an attacker may have changed them`,
  }),
  rule({
    id: 'connect.password-in-clear-text',
    title: 'A password that everybody on the way can read',
    statements: OURS,
    severity: 'note',
    sides: ['client'],
    on: 'CONNECT',
    needs: 0,
    applies: ({ packet, connection }) => packet.passwordFlag === true && !staysOnHost(connection),
    holds: () => false,
    says: ({ connection }) => {
      const [from, to] = connection.mqtt.tcp.endpoints
      return `CONNECT carries a password from ${from.address} to ${to.address} without encryption`
    },
  }),
]
