import { reasonText } from './reason-text.ts'
import { durationText } from '../bytes/number-text.ts'
import type { NetworkConnection } from '../session/network-connection.ts'
import type { Side } from '../session/side.ts'

/** Why a connection ended, in one line for people: what happened, and which packet shows it. Null while it lives. Nothing in it is text from the wire. */
export function closingText(connection: NetworkConnection): string | null {
  const { closing, mqtt, disconnect } = connection
  if (closing === null) return null
  const { by, reason, certainty, packet, reasonCode, waited, problem, takenOverBy } = closing
  const { version } = mqtt
  const said = disconnect !== null && reasonCode !== null && reason !== 'refused' ? `DISCONNECT of the ${disconnect.by} in packet ${packet}${codeOf(connection)}` : null
  switch (reason) {
    case 'refused':
      return `refused by the CONNACK in packet ${packet}: ${reasonText('CONNACK', reasonCode!, version).replace(/^Refused: /, '')}`
    case 'disconnect':
      return said!
    case 'taken-over': {
      const other = takenOverBy === null ? 'taken over by another connection' : `taken over by stream ${takenOverBy}`
      return said === null ? `${other}: its CONNECT, packet ${packet}, has the same client identifier` : `${other}: ${said}`
    }
    case 'keep-alive':
      return said === null
        ? `silent for ${durationText(waited!)} after packet ${packet}; Keep Alive is ${connection.keepAlive} s. The server closed`
        : `Keep Alive of ${connection.keepAlive ?? 0} s: ${said}`
    case 'protocol-error':
      return said ?? `closed by the ${by}, ${durationText(waited!)} after a defect in packet ${packet} (${problem})`
    case 'no-pingresp':
      return `closed by the client: no PINGRESP within ${durationText(waited!)} of its PINGREQ, packet ${packet}`
    case 'reset':
      return packet === null ? resetText(connection) : `${resetBy(by)}${after(packet, waited)}${notKnown(connection)}`
    case 'fin':
      if (certainty === 'unsure') return `closed by ${who(by)}${packet === null ? '' : after(packet, waited)}${notKnown(connection)}`
      return `closed by ${who(by)} without DISCONNECT${packet === null ? ', and without any packet' : after(packet, waited)}${waitingFor(connection)}`
    case 'capture-end':
      return 'still open when the capture ended'
    case 'unknown':
      return 'the capture does not show how it ended'
  }
}

function codeOf({ closing, mqtt }: NetworkConnection): string {
  const code = closing?.reasonCode ?? null
  return mqtt.version === '5.0' && code !== null ? `: ${reasonText('DISCONNECT', code, mqtt.version)}` : ''
}

function who(by: Side | 'network' | 'unknown' | null): string {
  return by === 'client' || by === 'server' ? `the ${by}` : 'one side'
}

function resetBy(by: Side | 'network' | 'unknown' | null): string {
  if (by === 'network') return 'reset when TCP got no acknowledgement any more'
  return by === 'client' || by === 'server' ? `reset by the ${by}` : 'reset'
}

function after(packet: number, waited: number | null): string {
  return waited === null || Number.isNaN(waited) ? ` after packet ${packet}` : `, ${durationText(waited)} after packet ${packet}`
}

/** A reset before any packet: mostly a port where no program listens. */
function resetText({ mqtt, closing }: NetworkConnection): string {
  const answered = !Number.isNaN(mqtt.tcp.answeredTime)
  if (!answered && closing?.by === 'server') return 'refused by TCP: no program listens on this port'
  return closing?.certainty === 'unsure' ? `${resetBy(closing.by)}${notKnown({ closing })}` : `${resetBy(closing?.by ?? null)} before any packet`
}

function notKnown({ closing }: Pick<NetworkConnection, 'closing'>): string {
  return closing?.certainty === 'unsure' ? '; what was said before is not known' : ''
}

function waitingFor({ connect, connack }: NetworkConnection): string {
  return connect !== null && connack === null ? '; its CONNECT was not answered' : ''
}
