/** Small captures made by hand: MQTT in TCP in IPv4 in Ethernet, as classic pcap. */

export interface Segment {
  /** True from the client (10.0.0.21:50122) to the server. */
  readonly fromClient: boolean
  readonly payload: Uint8Array
  /** Microseconds since the first second. */
  readonly time?: number
}

export const CONNECT_311 = Uint8Array.from([0x10, 0x11, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 5, 0x70, 0x6c, 0x63, 0x2d, 0x37])
export const CONNACK_311 = Uint8Array.from([0x20, 2, 0, 0])

export function publish(topic: string, payload: string, byte1 = 0x30): Uint8Array {
  const name = new TextEncoder().encode(topic)
  const content = new TextEncoder().encode(payload)
  return Uint8Array.from([byte1, 2 + name.length + content.length, name.length >> 8, name.length & 0xff, ...name, ...content])
}

/** A CONNECT, its CONNACK, and these packets of the client. */
export function session(...packets: Uint8Array[]): Uint8Array {
  return pcap([{ fromClient: true, payload: CONNECT_311 }, { fromClient: false, payload: CONNACK_311 }, ...packets.map((payload) => ({ fromClient: true, payload }))])
}

export function pcap(segments: readonly Segment[], serverPort = 1883, clientPort = 50_122): Uint8Array {
  const header = new Uint8Array(24)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0xa1b2c3d4)
  view.setUint16(4, 2)
  view.setUint16(6, 4)
  view.setUint32(16, 65_535)
  view.setUint32(20, 1)
  const sent = [1000, 5000]
  const records = segments.map(({ fromClient, payload, time }, index) => {
    const side = fromClient ? 0 : 1
    const frame = ethernet(fromClient, payload, sent[side]!, sent[1 - side]!, fromClient ? [clientPort, serverPort] : [serverPort, clientPort])
    sent[side]! += payload.length
    const record = new Uint8Array(16 + frame.length)
    const fields = new DataView(record.buffer)
    const microseconds = time ?? index * 1000
    fields.setUint32(0, 1_700_000_000 + Math.floor(microseconds / 1e6))
    fields.setUint32(4, microseconds % 1e6)
    fields.setUint32(8, frame.length)
    fields.setUint32(12, frame.length)
    record.set(frame, 16)
    return record
  })
  return concat([header, ...records])
}

function ethernet(fromClient: boolean, payload: Uint8Array, sequence: number, acknowledgement: number, ports: [source: number, destination: number]): Uint8Array {
  const frame = new Uint8Array(14 + 20 + 20 + payload.length)
  const view = new DataView(frame.buffer)
  view.setUint16(12, 0x0800)
  view.setUint8(14, 0x45)
  view.setUint16(16, 40 + payload.length)
  view.setUint8(22, 64)
  view.setUint8(23, 6)
  const client = 0x0a000015
  const server = 0x0a000002
  view.setUint32(26, fromClient ? client : server)
  view.setUint32(30, fromClient ? server : client)
  view.setUint16(34, ports[0])
  view.setUint16(36, ports[1])
  view.setUint32(38, sequence)
  view.setUint32(42, acknowledgement)
  view.setUint16(46, 0x5018)
  view.setUint16(48, 8192)
  frame.set(payload, 54)
  return frame
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
