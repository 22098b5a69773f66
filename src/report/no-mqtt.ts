import { counted, grouped } from '../bytes/number-text.ts'
import type { CaptureTotals } from '../analysis/pipeline.ts'

/** That a capture holds no MQTT, and why as far as that can be told: a clause that begins with a small letter. */
export function noMqttText(totals: CaptureTotals): string {
  return `no MQTT in ${counted(totals.frames, 'frame')}${reasonOf(totals)}`
}

/** The same to stand by itself. */
export function noMqttSentence(totals: CaptureTotals): string {
  return noMqttText(totals).replace(/^n/, 'N')
}

function reasonOf({ streams, expectedStreams, unframed, otherStreams: { tls, websocket } }: CaptureTotals): string {
  if (streams === 0) return ': no TCP connection among them'
  const others = [{ number: tls, name: 'TLS' }, { number: websocket, name: 'HTTP or WebSocket' }].filter(({ number }) => number > 0)
  const inside = others.length === 0 ? '' : `: ${others.map(({ number, name }) => `${grouped(number)} of ${counted(streams, 'TCP connection')} ${number === 1 ? 'carries' : 'carry'} ${name}`).join(', ')}, which mqtap cannot look into`
  if (unframed > 0 || tls + websocket >= streams) return inside
  if (expectedStreams === streams) return ': nothing was sent on its ports; mqtap connections tells why'
  return `${inside === '' ? ':' : `${inside};`} is it on another port? --port names the ports that carry MQTT`
}
