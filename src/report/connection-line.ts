import { durationText, grouped } from '../bytes/number-text.ts'
import { ClientCell, clientName } from './client-name.ts'
import { closingText } from './closing-text.ts'
import { UNFRAMED_REASONS } from './packet-info.ts'
import { left, right } from './padding.ts'
import type { CloseReason } from '../session/closing.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { Palette } from './colour.ts'
import type { Renderer } from './renderer.ts'
import type { TimeColumn } from './time-format.ts'

/**
 * `-f line` of connections: one line for each, in fixed columns, in the order in which they end.
 *
 * ```
 * STREAM       TIME LASTED CLIENT     VER   PKTS>  <PKTS WHY IT ENDED
 *      0   0.000000  6.68s qmqtt-311  3.1.1    20     18 closed by the client without DISCONNECT, 1.21s after packet 38
 * ```
 *
 * TIME is that of the first frame, LASTED the time from there to the first FIN or RST (else to the last packet), PKTS> what the client sent. `?` behind the
 * version: it was inferred. What is not certain, given what the capture shows, ends in `likely` or `unsure`. Everything from the wire is safe for a terminal.
 */

export interface ConnectionLineOptions {
  readonly palette: Palette
  readonly time: TimeColumn
  readonly header: boolean
}

type Style = 'red' | 'yellow' | 'dim' | null

export const CLOSE_STYLES: Readonly<Record<CloseReason, Style>> = {
  disconnect: null,
  refused: 'red',
  'keep-alive': 'red',
  'protocol-error': 'red',
  'taken-over': 'yellow',
  reset: 'yellow',
  fin: 'yellow',
  'no-pingresp': 'red',
  'capture-end': 'dim',
  unknown: 'dim',
}

const STREAM_WIDTH = 6
const LASTED_WIDTH = 6
/** `3.1.1?`. */
const VERSION_WIDTH = 6
const PACKETS_WIDTH = 6

export class ConnectionLineRenderer implements Renderer<NetworkConnection> {
  readonly #options: ConnectionLineOptions
  #timeWidth = 10
  #clientWidth = 10

  constructor(options: ConnectionLineOptions) {
    this.#options = options
  }

  begin(): string {
    const { header, palette } = this.#options
    if (!header) return ''
    const place = `${right('STREAM', STREAM_WIDTH)} ${right('TIME', this.#timeWidth)} ${right('LASTED', LASTED_WIDTH)} ${left('CLIENT', this.#clientWidth)}`
    const counts = `${left('VER', VERSION_WIDTH)} ${right('PKTS>', PACKETS_WIDTH)} ${right('<PKTS', PACKETS_WIDTH)}`
    return `${palette.bold}${place} ${counts} WHY IT ENDED${palette.reset}\n`
  }

  item(connection: NetworkConnection): string {
    const { palette } = this.#options
    const { mqtt, client, server, closing } = connection
    const { firstTime, stream } = mqtt.tcp
    const time = this.#options.time.text(firstTime, NaN)
    this.#timeWidth = Math.max(this.#timeWidth, time.length)
    const cell = new ClientCell(clientName(mqtt), mqtt.clientIdentifier)
    this.#clientWidth = Math.max(this.#clientWidth, cell.width)
    const lasted = connection.endTime - firstTime
    const place = `${right(String(stream), STREAM_WIDTH)} ${palette.dim}${right(time, this.#timeWidth)}${palette.reset} ${right(lasted >= 0 ? durationText(lasted) : '-', LASTED_WIDTH)}`
    const version = `${mqtt.version ?? '-'}${mqtt.versionCertainty === 'inferred' ? '?' : ''}`
    const counts = `${left(version, VERSION_WIDTH)} ${right(grouped(client.packets), PACKETS_WIDTH)} ${right(grouped(server.packets), PACKETS_WIDTH)}`
    const style = closing === null ? null : CLOSE_STYLES[closing.reason]
    const text = whyItEnded(connection)
    return `${place} ${cell.padded(this.#clientWidth)} ${counts} ${style === null ? text : `${palette[style]}${text}${palette.reset}`}\n`
  }

  end(): string {
    return ''
  }
}

/** In one line, with what the connection carries where that is not MQTT, and how certain it is. */
export function whyItEnded(connection: NetworkConnection): string {
  const { closing, mqtt } = connection
  const { carrier } = mqtt
  const carries = carrier === 'tls' || carrier === 'websocket' || carrier === 'not-mqtt' ? UNFRAMED_REASONS[carrier] : null
  const certainty = closing === null || closing.certainty === 'certain' ? null : closing.certainty
  return [carries, closingText(connection), certainty].filter((part) => part !== null).join('  ')
}
