import stringWidth from 'string-width'
import { printable } from '../bytes/printable.ts'
import { fitted } from './fit.ts'
import { blanks } from './padding.ts'
import { wireText } from './wire-text.ts'
import type { MqttConnection } from '../mqtt/connection.ts'
import type { Party } from '../session/delivery.ts'

/** How a client is named in lines for people: by its identifier, or by its address while the identifier is not known or empty. Safe for a terminal. */

/** MQTT 3.1.1 §3.1.3.1: every server accepts 23 characters. A longer identifier is cut in a column; the line of its CONNECT has it whole. */
const WIDEST_CLIENT = 23

export function clientName(connection: MqttConnection): string {
  const { clientIdentifier, tcp, client } = connection
  if (typeof clientIdentifier === 'string' && clientIdentifier !== '') return printable(clientIdentifier)
  if (clientIdentifier !== undefined && typeof clientIdentifier !== 'string') return `0x${clientIdentifier.hex}`
  return tcp.endpoints[client ?? 0].text
}

/** The same of a client in a delivery. */
export function partyName({ clientIdentifier, address }: Party): string {
  if (typeof clientIdentifier === 'string' && clientIdentifier !== '') return printable(clientIdentifier)
  return clientIdentifier === undefined || clientIdentifier === '' ? address : wireText(clientIdentifier)
}

/** A client's name as the cell of a column, with its width on a terminal. */
export class ClientCell {
  readonly identifier: MqttConnection['clientIdentifier']
  readonly width: number
  readonly #text: string

  constructor(name: string, identifier: MqttConnection['clientIdentifier']) {
    this.identifier = identifier
    // An address is never cut: it has no CONNECT line that shows it whole.
    this.#text = identifier === undefined || identifier === '' ? name : fitted(name, WIDEST_CLIENT)
    this.width = stringWidth(this.#text)
  }

  padded(width: number): string {
    return this.#text + blanks(width - this.width)
  }
}
