import { fieldTree } from './field-tree.ts'
import { UNFRAMED_REASONS } from './packet-info.ts'
import { word } from './wire-text.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { DecodeFields } from './byte-dump.ts'
import type { TreeOptions } from './field-tree.ts'
import type { PacketRenderer } from './renderer.ts'
import type { TimeColumn } from './time-format.ts'

/** `-V`: each packet as a heading (where and when it was seen, who sent it to whom) and the tree of its fields. A blank line between packets. */

export interface DetailOptions extends TreeOptions {
  readonly time: TimeColumn
}

/** Frames listed that carried one packet. */
const MOST_FRAMES = 8

export class DetailRenderer implements PacketRenderer {
  readonly #options: DetailOptions
  readonly #decodeFields: DecodeFields
  #previousTime = NaN
  #first = true

  constructor(options: DetailOptions, decodeFields: DecodeFields) {
    this.#options = options
    this.#decodeFields = decodeFields
  }

  begin(): string {
    return ''
  }

  packet(event: PacketEvent): string {
    const separator = this.#first ? '' : '\n'
    this.#first = false
    return separator + this.#heading(event) + this.#body(event)
  }

  end(): string {
    return ''
  }

  #heading(event: PacketEvent): string {
    const { palette, time } = this.#options
    const { connection, packet, sender } = event
    const { endpoints, stream } = connection.tcp
    const when = time.text(event.time, this.#previousTime)
    if (!Number.isNaN(event.time)) this.#previousTime = event.time
    const client = connection.clientIdentifier
    const speaks = event.version === null ? 'version unknown' : `MQTT ${event.version}${event.versionCertainty === 'seen' ? '' : ` (${event.versionCertainty})`}`
    const parts = [
      `${palette.bold}Packet ${event.number}: ${packet.type}${palette.reset}`,
      `${event.length} bytes`,
      framesText(event),
      `time ${when}`,
      `stream ${stream}`,
      speaks,
    ]
    const from = `${endpoints[sender].text} -> ${endpoints[sender === 0 ? 1 : 0].text}`
    const direction = event.direction === null ? 'direction unknown' : event.direction === 'client-to-server' ? 'client to server' : 'server to client'
    const who = client === undefined || client === '' ? '' : `, client ${word(client)}`
    return `${parts.join(', ')}\n  ${from}, ${direction}${who}\n`
  }

  #body(event: PacketEvent): string {
    const { packet } = event
    if (packet.type === 'UNFRAMED') return `  Not framed: ${UNFRAMED_REASONS[packet.reason]}\n`
    const resolved = event.resolvedTopicName === undefined ? '' : `  [Topic of the alias: ${word(event.resolvedTopicName)}]\n`
    const subject = { type: packet.type, buffer: event.buffer, start: event.start, problems: event.problems }
    const missing = event.missing > 0 ? `  [${event.missing} bytes of the payload are missing from the capture]\n` : ''
    return fieldTree(this.#decodeFields(event), subject, this.#options) + resolved + missing
  }
}

/** `frame 9`, `frames 7, 8, 9`; where the packet was complete only later than its last byte was first seen, that too. */
export function framesText(event: PacketEvent): string {
  const frames = new Set(event.pieces?.map(({ frame }) => frame) ?? [event.firstSeenFrame])
  const listed = [...frames].slice(0, MOST_FRAMES).join(', ')
  const carried = `${frames.size === 1 ? 'frame' : 'frames'} ${listed}${frames.size > MOST_FRAMES ? ` and ${frames.size - MOST_FRAMES} more` : ''}`
  return frames.has(event.frame) ? carried : `${carried} (complete in frame ${event.frame})`
}
