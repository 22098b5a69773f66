import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { Endpoint } from '../../tcp/connection.ts'
import { known, type FieldSource } from './field-source.ts'
import { addPresence, type Values } from './values.ts'

/**
 * Addresses and ports. Packets and exchanges have them alike, since both know their connection and its end that sent the packet, or began the exchange: this
 * is the source.
 */

export type OnConnection = Pick<PacketEvent, 'connection' | 'sender'>

export const CONNECTION_FIELDS: readonly FieldSource<OnConnection>[] = [
  known('ip', 'Internet Protocol Version 4', 'none', 'presence', (subject, values) => addPresence(values, isIpv4(subject))),
  known('ip.src', 'Source Address', 'address', 'address4', (subject, values) => addAddress(values, source(subject), 4)),
  known('ip.dst', 'Destination Address', 'address', 'address4', (subject, values) => addAddress(values, destination(subject), 4)),
  known('ip.addr', 'Source or Destination Address', 'address', 'address4', (subject, values) => addBoth(subject, values, 4)),
  known('ip.src_host', 'Source Address as Text', 'string', 'text', (subject, values) => addHost(values, source(subject), 4)),
  known('ip.dst_host', 'Destination Address as Text', 'string', 'text', (subject, values) => addHost(values, destination(subject), 4)),
  known('ip.host', 'Source or Destination Address as Text', 'string', 'text', (subject, values) => {
    addHost(values, source(subject), 4)
    addHost(values, destination(subject), 4)
  }),
  known('ipv6', 'Internet Protocol Version 6', 'none', 'presence', (subject, values) => addPresence(values, !isIpv4(subject))),
  known('ipv6.src', 'Source Address', 'address', 'address6', (subject, values) => addAddress(values, source(subject), 6)),
  known('ipv6.dst', 'Destination Address', 'address', 'address6', (subject, values) => addAddress(values, destination(subject), 6)),
  known('ipv6.addr', 'Source or Destination Address', 'address', 'address6', (subject, values) => addBoth(subject, values, 6)),
  known('ipv6.src_host', 'Source Address as Text', 'string', 'text', (subject, values) => addHost(values, source(subject), 6)),
  known('ipv6.dst_host', 'Destination Address as Text', 'string', 'text', (subject, values) => addHost(values, destination(subject), 6)),
  known('ipv6.host', 'Source or Destination Address as Text', 'string', 'text', (subject, values) => {
    addHost(values, source(subject), 6)
    addHost(values, destination(subject), 6)
  }),

  known('tcp', 'Transmission Control Protocol', 'none', 'presence', (_subject, values) => values.add(true)),
  known('tcp.srcport', 'Source Port', 'unsigned', 'number', (subject, values) => values.add(source(subject).port)),
  known('tcp.dstport', 'Destination Port', 'unsigned', 'number', (subject, values) => values.add(destination(subject).port)),
  known('tcp.port', 'Source or Destination Port', 'unsigned', 'number', (subject, values) => {
    values.add(source(subject).port)
    values.add(destination(subject).port)
  }),
  known('tcp.stream', 'Stream Index', 'unsigned', 'number', (subject, values) => values.add(subject.connection.tcp.stream)),
]

function source(subject: OnConnection): Endpoint {
  return subject.connection.tcp.endpoints[subject.sender]
}

function destination(subject: OnConnection): Endpoint {
  return subject.connection.tcp.endpoints[subject.sender === 0 ? 1 : 0]
}

function isIpv4(subject: OnConnection): boolean {
  return source(subject).family === 4
}

function addBoth(subject: OnConnection, values: Values, family: 4 | 6): void {
  addAddress(values, source(subject), family)
  addAddress(values, destination(subject), family)
}

function addAddress(values: Values, end: Endpoint, family: 4 | 6): void {
  if (end.family === family) values.add(end)
}

/** Names are not looked up: a host is its address. */
function addHost(values: Values, end: Endpoint, family: 4 | 6): void {
  if (end.family === family) values.add(end.address)
}
