import { closingText } from './closing-text.ts'
import { CONNECTION_SCHEMA_NAME } from './schema/connection.ts'
import { epochText, milliseconds } from './time-format.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { Qos } from '../mqtt/packet.ts'
import type { Limits } from '../session/connect-facts.ts'
import type { NetworkConnection, Seen } from '../session/network-connection.ts'
import type { SubscriptionPeriod } from '../session/subscription-periods.ts'
import type { ConnectionObject } from './schema/connection.ts'

/** Ended connections as the objects of `schema/connection.ts`, for all machine formats. */

export function connectionObject(connection: NetworkConnection, clock: CaptureClock | null): ConnectionObject {
  const { mqtt, connect, connack, closing, finish, client, server } = connection
  if (closing === null) throw new Error('connectionObject: the connection has not ended')
  const { tcp } = mqtt
  const clientEnd = mqtt.client ?? 0
  const sent = tcp.half(clientEnd)
  const received = tcp.otherHalf(clientEnd)
  const { handshake, willIsDue } = connection
  const history = connection.served?.history ?? null
  return {
    schema: CONNECTION_SCHEMA_NAME,
    stream: tcp.stream,
    client: tcp.endpoints[clientEnd].text,
    server: tcp.endpoints[clientEnd === 0 ? 1 : 0].text,
    clientId: mqtt.clientIdentifier ?? null,
    version: mqtt.version,
    versionCertainty: mqtt.versionCertainty,
    opened: epochText(clock, tcp.firstTime),
    closed: finish === null ? null : epochText(clock, finish.time),
    closedBy: closing.by,
    closeReason: closing.reason,
    closeText: closingText(connection)!,
    closeCertainty: closing.certainty,
    closeEvidence: [...closing.evidence],
    handshakeMs: handshake === null ? null : milliseconds(handshake.answered),
    connectMs: connect === null || connack === null ? null : duration(connack.time - connect.time),
    connackReasonCode: connack?.reasonCode ?? null,
    cleanStart: connect?.cleanStart ?? null,
    sessionPresent: connack?.sessionPresent ?? null,
    sessionExpected: connection.sessionExpected,
    sessionExpiry: connection.sessionExpiry,
    keepAlive: connection.keepAlive,
    requested: { keepAlive: connect?.keepAlive ?? null, sessionExpiry: connect?.sessionExpiry ?? null },
    userName: connect?.userName ?? null,
    will: connect === null || connect.will === null ? null : {
      topic: connect.will.topic ?? null, qos: connect.will.qos, retain: connect.will.retain, delay: connect.will.delay,
      payloadLength: connect.will.payloadLength, due: willIsDue,
    },
    limits: { client: limitsObject(connect?.limits), server: limitsObject(connack?.limits) },
    subscriptions: history?.periods.map((period) => subscriptionObject(period, clock)) ?? [],
    subscriptionsComplete: history?.complete ?? null,
    subscriptionsLeftOut: history?.leftOut ?? 0,
    reconnectMs: connection.reconnectedAfter === null ? null : milliseconds(connection.reconnectedAfter),
    packets: { client: client.packets, server: server.packets },
    bytes: { client: sent.offset - sent.disorder.gapBytes, server: received.offset - received.disorder.gapBytes },
    longestSilenceMs: { client: duration(client.longestSilence), server: duration(server.longestSilence) },
    mostInFlight: { client: client.mostInFlight, server: server.mostInFlight },
    gaps: sent.gaps + received.gaps,
    retransmissions: sent.disorder.retransmissions + received.disorder.retransmissions,
    outOfOrder: sent.disorder.outOfOrder + received.disorder.outOfOrder,
    complete: connection.complete,
  }
}

function duration(nanoseconds: number): number | null {
  return Number.isNaN(nanoseconds) ? null : milliseconds(nanoseconds)
}

function limitsObject(limits: Limits | undefined): ConnectionObject['limits']['client'] {
  return limits === undefined ? null : { ...limits }
}

function subscriptionObject({ topicFilter, options, grantedQos, since, until }: SubscriptionPeriod, clock: CaptureClock | null): ConnectionObject['subscriptions'][number] {
  const { qos, noLocal, retainAsPublished, retainHandling, identifier } = options
  return {
    topicFilter, qos, grantedQos: grantedQos as Qos, noLocal, retainAsPublished, retainHandling, subscriptionIdentifier: identifier,
    since: seenObject(since, clock), until: until === null ? null : seenObject(until, clock),
  }
}

function seenObject({ number, frame, time }: Seen, clock: CaptureClock | null): ConnectionObject['subscriptions'][number]['since'] {
  return { number, frame, time: epochText(clock, time) }
}
