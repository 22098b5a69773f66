import { flat } from './flat-text.ts'
import { frequentContentText } from './frequent-json.ts'
import { JsonArrayText } from './json-array.ts'
import { membersText } from './json-text.ts'
import { epochText } from './time-format.ts'
import { packetFields } from './packet-fields.ts'
import { PACKET_SCHEMA_NAME } from './schema/packet.ts'
import type { CaptureClock } from '../capture/frame.ts'
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { FieldOptions } from './packet-fields.ts'
import type { PacketRenderer } from './renderer.ts'
import type { PacketObject } from './schema/packet.ts'
import type { ClockSource } from './time-format.ts'

/**
 * `-f ndjson` and `-f json`: packets as the objects of `schema/packet.ts`. Text is exact; what could steer a terminal is escaped as JSON allows.
 *
 * An object has three parts, in the order in which they are written: its place in the capture, what carried it, and what it says.
 */

type Carrier = Pick<PacketObject, 'stream' | 'source' | 'destination' | 'direction' | 'clientId' | 'version' | 'versionCertainty'>
type Content = Pick<PacketObject, 'type' | 'length' | 'fields' | 'exchange' | 'problems' | 'reason'>

export function packetObject(event: PacketEvent, exchange: number | null, clock: CaptureClock | null, options: FieldOptions): PacketObject {
  return {
    schema: PACKET_SCHEMA_NAME,
    number: event.number,
    frame: event.frame,
    time: epochText(clock, event.time),
    firstSeenFrame: event.firstSeenFrame,
    firstSeenTime: epochText(clock, event.firstSeenTime),
    ...carrier(event),
    ...content(event, exchange, options),
  }
}

const HEAD = flat(`"schema":"${PACKET_SCHEMA_NAME}","number":`)

/** The first part as text. Written out, because it is new for every packet and half of the work: nothing in it needs an escape. */
function placeText(event: PacketEvent, clock: CaptureClock | null): string {
  const time = quotedTime(clock, event.time)
  const firstSeenTime = event.firstSeenFrame === event.frame ? time : quotedTime(clock, event.firstSeenTime)
  return `${HEAD}${event.number},"frame":${event.frame},"time":${time},"firstSeenFrame":${event.firstSeenFrame},"firstSeenTime":${firstSeenTime}`
}

function quotedTime(clock: CaptureClock | null, time: number): string {
  const text = epochText(clock, time)
  return text === null ? 'null' : flat(`"${text}"`)
}

function carrier(event: PacketEvent): Carrier {
  const { tcp, clientIdentifier } = event.connection
  return {
    stream: tcp.stream,
    source: tcp.endpoints[event.sender].text,
    destination: tcp.endpoints[event.sender === 0 ? 1 : 0].text,
    direction: event.direction,
    clientId: clientIdentifier ?? null,
    version: event.version,
    versionCertainty: event.versionCertainty,
  }
}

function content(event: PacketEvent, exchange: number | null, options: FieldOptions): Content {
  const { packet } = event
  const made: Content = {
    type: packet.type,
    length: event.length,
    fields: packetFields(event, options),
    exchange,
    problems: event.problems.map(({ code, severity, statements, start, end, message }) => ({ code, severity, statements, start, end, message })),
  }
  if (packet.type === 'UNFRAMED') made.reason = packet.reason
  return made
}

/** One packet as the text of its object. */
export class PacketJsonText {
  readonly #clock: ClockSource
  readonly #options: FieldOptions
  /** The carriers of connections seen, for each sender: the same for all its packets. Does not keep a connection alive. */
  readonly #carriers: readonly [WeakMap<MqttConnection, CarrierText>, WeakMap<MqttConnection, CarrierText>] = [new WeakMap(), new WeakMap()]

  constructor(clock: ClockSource, options: FieldOptions) {
    this.#clock = clock
    this.#options = options
  }

  of(event: PacketEvent, exchange: number | null): string {
    const said = frequentContentText(event, exchange, this.#options.payloadBytes) ?? membersText(content(event, exchange, this.#options))
    return `{${placeText(event, this.#clock())}${this.#carrierText(event)}${said}}`
  }

  #carrierText(event: PacketEvent): string {
    const { connection } = event
    const known = this.#carriers[event.sender].get(connection)
    if (
      known !== undefined && known.clientIdentifier === connection.clientIdentifier && known.version === event.version &&
      known.versionCertainty === event.versionCertainty && known.direction === event.direction
    ) return known.text
    const { version, versionCertainty, direction } = event
    const made = { clientIdentifier: connection.clientIdentifier, version, versionCertainty, direction, text: flat(`,${membersText(carrier(event))},`) }
    this.#carriers[event.sender].set(connection, made)
    return made.text
  }
}

/** The text of a connection's part, between commas, with what may still change about it. */
interface CarrierText extends Pick<PacketEvent, 'version' | 'versionCertainty' | 'direction'> {
  readonly clientIdentifier: MqttConnection['clientIdentifier']
  readonly text: string
}

export class NdjsonRenderer implements PacketRenderer {
  readonly #text: PacketJsonText

  constructor(clock: ClockSource, options: FieldOptions) {
    this.#text = new PacketJsonText(clock, options)
  }

  begin(): string {
    return ''
  }

  packet(event: PacketEvent, exchange: number | null): string {
    return `${this.#text.of(event, exchange)}\n`
  }

  end(): string {
    return ''
  }
}

export class JsonRenderer implements PacketRenderer {
  readonly #text: PacketJsonText
  readonly #array = new JsonArrayText()

  constructor(clock: ClockSource, options: FieldOptions) {
    this.#text = new PacketJsonText(clock, options)
  }

  begin(): string {
    return this.#array.begin()
  }

  packet(event: PacketEvent, exchange: number | null): string {
    return this.#array.item(this.#text.of(event, exchange))
  }

  end(): string {
    return this.#array.end()
  }
}
