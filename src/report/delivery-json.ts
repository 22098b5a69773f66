import { DELIVERY_SCHEMA_NAME } from './schema/delivery.ts'
import { epochText } from './time-format.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { Copy, DeliveryResult, MissingCopy, NotJudged, Publication } from '../session/delivery.ts'
import type { DeliveryObject } from './schema/delivery.ts'

/** Deliveries as the objects of `schema/delivery.ts`. Text is exact. */

export function deliveryObject(result: DeliveryResult, clock: CaptureClock | null): DeliveryObject {
  switch (result.kind) {
    case 'publication': {
      const { publication, acceptance, reasonCode, subscribers, copies, missing, notJudged } = result
      return {
        ...about(result.kind, publication.publisher.server, publication, clock), acceptance, reasonCode, subscribers,
        copies: copies.map((copy) => copyObject(copy, clock)), missing: missing.map(missingObject), notJudged: notJudged.map(notJudgedObject),
      }
    }
    case 'late-copy': {
      const { publication, copy } = result
      return { ...about(result.kind, copy.client.server, publication, clock), copies: [copyObject(copy, clock)] }
    }
    case 'copy-without-publication': {
      const { copy, source, topic, payloadLength, cause, certainty } = result
      return { ...about(result.kind, copy.client.server, source, clock), topic, payloadLength, copies: [copyObject(copy, clock)], cause, certainty }
    }
    case 'copy-without-subscription': {
      const { copy, publication, topic, payloadLength, certainty } = result
      return { ...about(result.kind, copy.client.server, publication, clock), topic, payloadLength, copies: [copyObject(copy, clock)], certainty }
    }
  }
}

function about(kind: DeliveryResult['kind'], server: string, publication: Publication | null, clock: CaptureClock | null): DeliveryObject {
  return {
    schema: DELIVERY_SCHEMA_NAME,
    kind,
    server,
    number: publication?.number ?? null,
    frame: publication?.frame ?? null,
    time: publication === null ? null : epochText(clock, publication.time),
    stream: publication?.publisher.stream ?? null,
    clientId: publication?.publisher.clientIdentifier ?? null,
    version: publication?.publisher.version ?? null,
    topic: publication?.topic ?? null,
    qos: publication?.qos ?? null,
    retain: publication?.retain ?? null,
    payloadLength: publication?.payloadLength ?? 0,
    resent: publication?.resent ?? null,
    acceptance: null,
    reasonCode: null,
    subscribers: null,
    copies: [],
    missing: [],
    notJudged: [],
    cause: null,
    certainty: null,
  }
}

function copyObject(copy: Copy, clock: CaptureClock | null): DeliveryObject['copies'][number] {
  const { client, duration, grantedQos } = copy
  return {
    number: copy.number,
    frame: copy.frame,
    time: epochText(clock, copy.time),
    stream: client.stream,
    clientId: client.clientIdentifier ?? null,
    kind: copy.kind,
    qos: copy.qos,
    dup: copy.dup,
    retain: copy.retain,
    subscriptionIdentifiers: copy.subscriptionIdentifiers,
    filters: copy.filters,
    grantedQos: grantedQos as 0 | 1 | 2 | null,
    durationMs: duration === null ? null : duration / 1e6,
    certainty: copy.certainty,
    unaltered: copy.unaltered,
    duplicate: copy.duplicate,
    unsubscribed: copy.unsubscribed,
  }
}

function missingObject({ client, filter, qos, certainty, doubts }: MissingCopy): DeliveryObject['missing'][number] {
  return { stream: client.stream, clientId: client.clientIdentifier ?? null, filter, qos: qos as 0 | 1 | 2, certainty, doubts }
}

function notJudgedObject({ client, filter, reason }: NotJudged): DeliveryObject['notJudged'][number] {
  return { stream: client.stream, clientId: client.clientIdentifier ?? null, filter, reason }
}
