/** An MQTT packet as a decoder saw it, in a form in which two decoders can be compared. */

export interface SeenPacket {
  readonly stream: number
  readonly frame: number
  readonly type: string
  /** What the packet says, as text: exactly the names of FACTS that the packet has. */
  readonly facts: Facts
}

/** In order of appearance in a message. A block of properties without any is absent, as in a packet that leaves its length out (MQTT 5.0 §3.4.2.2.1). */
export const FACTS = [
  'time', 'length', 'flags', 'protocolName', 'protocolLevel', 'connectFlags', 'keepAlive', 'sessionPresent', 'packetIdentifier', 'reasonCodes',
  'topics', 'resolvedTopic', 'options', 'properties', 'clientIdentifier', 'willProperties', 'willTopic', 'willPayload', 'userName', 'password', 'payload',
] as const

export type Facts = { readonly [name in (typeof FACTS)[number]]?: string }

/**
 * One line for each difference, `ours` first. Packets belong together if they have the same stream, frame and type, in their order.
 * `frame 7 CONNECT keepAlive: "60", tshark "6"` · `frame 9 PUBACK: only tshark`
 */
export function differences(ours: readonly SeenPacket[], tsharks: readonly SeenPacket[]): string[] {
  const lines: { frame: number; text: string }[] = []
  const theirs = byPlace(tsharks)
  for (const [place, mine] of byPlace(ours)) {
    const other = theirs.get(place)
    theirs.delete(place)
    const name = `frame ${mine.frame} ${mine.type}`
    if (other === undefined) lines.push({ frame: mine.frame, text: `${name}: only mqtap` })
    else for (const fact of FACTS) {
      if (mine.facts[fact] !== other.facts[fact]) lines.push({ frame: mine.frame, text: `${name} ${fact}: ${quoted(mine.facts[fact])}, tshark ${quoted(other.facts[fact])}` })
    }
  }
  for (const { frame, type } of theirs.values()) lines.push({ frame, text: `frame ${frame} ${type}: only tshark` })
  return lines.sort((a, b) => a.frame - b.frame).map(({ text }) => text)
}

function byPlace(packets: readonly SeenPacket[]): Map<string, SeenPacket> {
  const places = new Map<string, SeenPacket>()
  for (const packet of packets) {
    const place = `${packet.stream} ${packet.frame} ${packet.type}`
    let turn = 0
    while (places.has(`${place} ${turn}`)) turn++
    places.set(`${place} ${turn}`, packet)
  }
  return places
}

const SHOWN = 60

function quoted(fact: string | undefined): string {
  if (fact === undefined) return 'nothing'
  return JSON.stringify(fact.length <= SHOWN ? fact : `${fact.slice(0, SHOWN)}… (${fact.length})`)
}
