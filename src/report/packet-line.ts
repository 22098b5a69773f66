import { durationText, grouped } from '../bytes/number-text.ts'
import { ClientCell, clientName } from './client-name.ts'
import { SEVERITY_MARK, severityColour } from './colour.ts'
import { flat } from './flat-text.ts'
import { packetInfo } from './packet-info.ts'
import { left, right } from './padding.ts'
import { TimeColumn } from './time-format.ts'
import { PACKET_TYPES } from '../mqtt/packet.ts'
import type { MqttConnection } from '../mqtt/connection.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { PacketType } from '../mqtt/packet.ts'
import type { Problem } from '../mqtt/problem.ts'
import type { Direction } from '../mqtt/version.ts'
import type { Palette } from './colour.ts'
import type { InfoOptions } from './packet-info.ts'
import type { PacketRenderer } from './renderer.ts'

/**
 * `-f line`: one line for each packet, in fixed columns; a problem of the packet is a line of its own below it, with the packet's number, so that
 * `grep` finds it. The first column marks a packet with problems: `!` error, `~` warning, `i` note.
 *
 * ```
 *     NO       TIME   DELTA CLIENT     DIR PACKET         ID Q INFO
 *     17  12.004118 +4.08ms plc-7      ->  PUBLISH        17 1 plant/7/temp  4 B  alias 5  "21.5"
 * ```
 *
 * CLIENT is the client identifier, or the client's address while the identifier is not known. DIR is `->` from the client, `<-` from the server, `?` where it
 * is not known which end is the client: then CLIENT is the sender's address. Bytes that the capture lacks are a line of their own, with `--` for a number. Columns grow with their content and never shrink.
 */

export interface LineOptions extends InfoOptions {
  readonly palette: Palette
  readonly time: TimeColumn
  readonly header: boolean
}

const NUMBER_WIDTH = 5
const DELTA_WIDTH = 7
/** The longest packet name is UNSUBSCRIBE. */
const PACKET_WIDTH = 11

export class LineRenderer implements PacketRenderer {
  readonly #options: LineOptions
  readonly #palette: Palette
  readonly #time: TimeColumn
  readonly #showDelta: boolean
  #timeWidth: number
  #clientWidth = 10
  #previousTime = NaN
  /** The clients' names as they are shown. Does not keep a connection alive. */
  readonly #clients = new WeakMap<MqttConnection, DirectedClientCell>()

  constructor(options: LineOptions) {
    this.#options = options
    this.#palette = options.palette
    this.#time = options.time
    // With the delta as the time, a rounded one beside it says nothing.
    this.#showDelta = options.time.style !== 'delta'
    this.#timeWidth = 10
  }

  begin(): string {
    if (!this.#options.header) return ''
    const delta = this.#showDelta ? ` ${right('DELTA', DELTA_WIDTH)}` : ''
    const header = ` ${right('NO', NUMBER_WIDTH)} ${right('TIME', this.#timeWidth)}${delta} ${left('CLIENT', this.#clientWidth)} DIR ${left('PACKET', PACKET_WIDTH)}    ID Q INFO`
    return `${this.#palette.bold}${header}${this.#palette.reset}\n`
  }

  packet(event: PacketEvent): string {
    const { dim, reset } = this.#palette
    const { packet, problems } = event
    const mark = problems.length === 0 ? ' ' : worstMark(problems, this.#palette)
    const identifier = 'packetIdentifier' in packet ? packet.packetIdentifier : undefined
    const quality = packet.type === 'PUBLISH' ? ` ${packet.qos} ` : '   '
    const rest = (identifier === undefined ? '     ' : right(String(identifier), 5)) + quality + packetInfo(event, this.#options)
    const place = `${mark}${right(String(event.number), NUMBER_WIDTH)} ${dim}${this.#timeCell(event.time)}${reset}`
    const line = `${place}${this.#clientCell(event)}${TYPE_CELLS[packet.type]}${reset}${rest}\n`
    // Only packets without any text (PINGREQ) have blanks at the end.
    const shown = (rest.endsWith(' ') ? withoutBlanks(line) : line) + (problems.length === 0 ? '' : this.#problemLines(event))
    return event.lostBefore === 0 ? shown : this.#lostLine(event) + shown
  }

  end(): string {
    return ''
  }

  /** Why answers seem to lack, or times to run backwards. */
  #lostLine({ lostBefore, connection, direction }: PacketEvent): string {
    const way = direction === null ? '' : direction === 'client-to-server' ? ' from the client' : ' from the server'
    const bytes = lostBefore === 1 ? ['1 byte', 'is'] : [`${grouped(lostBefore)} bytes`, 'are']
    return `${right('--', NUMBER_WIDTH + 1)} ${clientName(connection)}: ${bytes[0]}${way} ${bytes[1]} missing from the capture --\n`
  }

  #timeCell(time: number): string {
    const text = this.#time.text(time, this.#previousTime)
    if (text.length > this.#timeWidth) this.#timeWidth = text.length
    let cell = right(text, this.#timeWidth)
    if (this.#showDelta) {
      const delta = Number.isNaN(time) || Number.isNaN(this.#previousTime) ? '' : deltaText(time - this.#previousTime)
      cell += ` ${right(delta, DELTA_WIDTH)}`
    }
    if (!Number.isNaN(time)) this.#previousTime = time
    return cell
  }

  /** The client and the direction, between blanks. */
  #clientCell(event: PacketEvent): string {
    const { connection, direction } = event
    if (direction === null) {
      const sender = new ClientCell(connection.tcp.endpoints[event.sender].text, undefined)
      this.#clientWidth = Math.max(this.#clientWidth, sender.width)
      return ` ${sender.padded(this.#clientWidth)} ?   `
    }
    let cell = this.#clients.get(connection)
    if (cell === undefined || cell.identifier !== connection.clientIdentifier) {
      cell = new DirectedClientCell(clientName(connection), connection.clientIdentifier)
      this.#clients.set(connection, cell)
      this.#clientWidth = Math.max(this.#clientWidth, cell.width)
    }
    return cell.inLine(this.#clientWidth, direction, this.#palette)
  }

  #problemLines(event: PacketEvent): string {
    const { reset } = this.#palette
    let lines = ''
    for (const problem of event.problems) {
      const colour = severityColour(this.#palette, problem.severity)
      lines += `${right(String(event.number), NUMBER_WIDTH + 1)} ${colour}${SEVERITY_MARK[problem.severity]} ${problem.severity}${reset} ${problemText(problem)}\n`
    }
    return lines
  }
}

/** The sentence with its code, its statements and its place: `QoS 3 is not a QoS [publish.qos-3, …, byte 0]`. */
export function problemText(problem: Problem): string {
  const { code, statements, start, end, message } = problem
  const place = end - start <= 1 ? `byte ${start}` : `bytes ${start}-${end - 1}`
  return `${message} [${[code, ...statements, place].join(', ')}]`
}

/** Each packet type as its cell, with the blank behind it. */
const TYPE_CELLS: Readonly<Record<PacketType | 'UNFRAMED', string>> = Object.fromEntries(
  [...PACKET_TYPES, 'UNFRAMED'].map((type) => [type, flat(type.padEnd(PACKET_WIDTH + 1))]),
) as Record<PacketType | 'UNFRAMED', string>

/** A client's cell and the direction, as lines of its connection have them. */
class DirectedClientCell extends ClientCell {
  /** As it stands in a line, for the width at that time. */
  #lineWidth = 0
  #fromClient = ''
  #fromServer = ''

  inLine(width: number, direction: Direction, { cyan, green }: Palette): string {
    if (width !== this.#lineWidth) {
      this.#lineWidth = width
      this.#fromClient = flat(` ${this.padded(width)} ${cyan}->  `)
      this.#fromServer = flat(` ${this.padded(width)} ${green}<-  `)
    }
    return direction === 'client-to-server' ? this.#fromClient : this.#fromServer
  }
}

/** Blanks at the end, also before the sequence that ends a colour. */
function withoutBlanks(line: string): string {
  return `${line.trimEnd().replace(/ +(?=\x1b\[0m$)/, '')}\n`
}

function worstMark(problems: readonly Problem[], palette: Palette): string {
  let worst: Problem['severity'] = 'note'
  for (const { severity } of problems) {
    if (severity === 'error') worst = 'error'
    else if (severity === 'warning' && worst === 'note') worst = 'warning'
  }
  return severityColour(palette, worst) + SEVERITY_MARK[worst] + palette.reset
}

/** `+4.08ms` since the packet before. */
export function deltaText(nanoseconds: number): string {
  if (nanoseconds === 0) return '+0'
  return nanoseconds < 0 ? durationText(nanoseconds) : `+${durationText(nanoseconds)}`
}
