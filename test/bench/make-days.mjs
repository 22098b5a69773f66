// Makes days of synthetic MQTT traffic as a pcap stream (nanoseconds, Ethernet, IPv4), the same bytes every time for the same arguments, and what a reader must count in it.
//
// Clients connect, from a new port each time, subscribe, publish at QoS 0, 1 and 2 with full acknowledgement, and leave; most come back later, some are new ones with an
// identifier that is never used again. A part of the topics is used once, and a part of the messages is sent on to another client. Some clients fall silent: their
// connections have no end, and the last PUBLISH of some of these is never acknowledged. All of it conforms to the standards; of each longer connection it
// may be noted that its Keep Alive is off.
const SYN = 0x02, SYN_ACK = 0x12, ACK = 0x10, PSH_ACK = 0x18, FIN_ACK = 0x11
const NOTHING = Buffer.alloc(0)
const HEADER_BYTES = 16 + 54

/** Of the clients that come back, at the same time. */
const AT_ONCE = 400
/** One connection in so many is of a client that is seen once, and of these one in so many falls silent. */
const ONCE = 2
const SILENT = 5
/** One PUBLISH in so many has a topic of its own, and one goes to another client. */
const UNIQUE = 20
const SENT_ON = 4
/** Nanoseconds from which on it is worth a note that a connection has no Keep Alive. */
const LASTING = 300e9
/** The broker is at one address; clients have these many. */
const SERVER = 0x0b000001
const ADDRESSES = 4_096

const TYPES = ['', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP', 'DISCONNECT']

export class Days {
  /** What a reader must count. Of the exchanges of each kind: how many were answered, and how many were not. `lasting`: connections of more than five minutes. */
  counts = {
    frames: 0, frameBytes: 0, streams: 0, packets: 0, packetTypes: Object.fromEntries(TYPES.slice(1).map((type) => [type, 0])),
    answered: { connect: 0, subscribe: 0, ping: 0, 'publish-qos1': 0, 'publish-qos2': 0 }, unanswered: 0, clients: 0, lasting: 0,
  }
  #buffer
  #used = 24
  #seed = 12345
  /** Nanoseconds from one frame to the next on average, the epoch of the first one, and how long after it the next one is. */
  #step
  #epoch
  #elapsed = 0
  #sessions = []
  #onceInRow = []
  /** Those that are connected; null where one is to come. */
  #slots = []
  #names = 0
  #unique = 0
  #ports = 0
  #write
  #frames

  /** `write` takes each full chunk (a Buffer used again afterwards). */
  constructor({ frames, days, write, epoch = 1_700_000_000n * 1_000_000_000n, chunkBytes = 4 << 20 }) {
    this.#frames = frames
    this.#step = (days * 86_400e9) / frames
    this.#epoch = epoch
    this.#write = write
    this.#buffer = Buffer.alloc(chunkBytes)
    this.#buffer.writeUInt32LE(0xa1b23c4d, 0)
    this.#buffer.writeUInt16LE(2, 4)
    this.#buffer.writeUInt16LE(4, 6)
    this.#buffer.writeUInt32LE(262_144, 16)
    this.#buffer.writeUInt32LE(1, 20)
  }

  /** All of it; `write` may return a promise. */
  async run() {
    const slots = this.#slots = Array.from({ length: Math.min(AT_ONCE, Math.max(4, this.#frames >> 13)) }, () => null)
    while (this.counts.frames < this.#frames) {
      const slot = this.#below(slots.length)
      const client = slots[slot]
      if (client === null) slots[slot] = this.#connect(slot)
      else if (client.left-- > 0) this.#talk(client)
      else {
        if (!this.#fallSilent(client)) this.#leave(client)
        slots[slot] = null
      }
      if (this.#used > this.#buffer.length - 65_536) await this.#flush()
    }
    for (const client of slots) if (client !== null) this.#leave(client)
    await this.#flush()
    return this.counts
  }

  async #flush() {
    await this.#write(this.#buffer.subarray(0, this.#used))
    this.#used = 0
  }

  #below(limit) {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((this.#seed / 0x80000000) * limit)
  }

  #connect(slot) {
    // A device is away for hours at most, so that its Session is never given up.
    const once = this.#below(ONCE) === 0 && (this.#onceInRow[slot] ?? 0) < 2
    this.#onceInRow[slot] = once ? (this.#onceInRow[slot] ?? 0) + 1 : 0
    const name = once ? `once-${this.#names++}` : `device-${slot}`
    if (once) this.counts.clients++
    else if (this.#sessions[slot] === undefined) {
      this.#sessions[slot] = { connected: false }
      this.counts.clients++
    }
    // Every second device keeps its Session.
    const keeps = !once && slot % 2 === 1
    const five = slot % 4 >= 2
    const properties = five ? Buffer.from([0]) : NOTHING
    const port = 1_024 + (this.#ports++ % 64_000)
    const client = {
      slot, once, keeps, five, properties, address: 0x0a000001 + (Math.floor(this.#ports / 64_000) % ADDRESSES), port,
      sequence: [this.#below(0x7fffffff), this.#below(0x7fffffff)], identifier: 0, left: 5 + this.#below(80), name,
    }
    this.counts.streams++
    this.#frame(client, 0, SYN)
    this.#frame(client, 1, SYN_ACK)
    this.#frame(client, 0, ACK)
    const present = keeps && this.#sessions[slot].connected
    const expiry = !five ? NOTHING : keeps ? Buffer.from([5, 0x11, 0, 1, 0x51, 0x80]) : properties
    this.#packet(client, 0, 0x10, text('MQTT'), Buffer.from([five ? 5 : 4, keeps ? 0x04 : 0x06, 0, 0]), expiry, text(name), properties, text(`status/${name}`), GONE)
    this.#packet(client, 1, 0x20, Buffer.from([present ? 1 : 0, 0]), properties)
    this.#complete('connect')
    if (!once) this.#sessions[slot].connected = true
    if (!present) {
      this.#packet(client, 0, 0x82, this.#next(client), properties, text(`to/${name}/#`), Buffer.from([0]))
      this.#packet(client, 1, 0x90, word(client.identifier), properties, Buffer.from([0]))
      this.#complete('subscribe')
    }
    return client
  }

  #talk(client) {
    const what = this.#below(20)
    if (what === 0) {
      this.#packet(client, 0, 0xc0)
      this.#packet(client, 1, 0xd0)
      this.#complete('ping')
      return
    }
    const qos = what % 3
    const receiver = this.#below(SENT_ON) === 0 ? this.#slots[this.#below(this.#slots.length)] : null
    this.#publish(client, qos, receiver)
    if (qos === 1) {
      this.#packet(client, 1, 0x40, word(client.identifier))
      this.#complete('publish-qos1')
    } else if (qos === 2) {
      this.#packet(client, 1, 0x50, word(client.identifier))
      this.#packet(client, 0, 0x62, word(client.identifier))
      this.#packet(client, 1, 0x70, word(client.identifier))
      this.#complete('publish-qos2')
    }
    this.#frame(client, 0, ACK)
  }

  #publish(client, qos, receiver) {
    const topic = receiver !== null ? `to/${receiver.name}/${client.slot}` : this.#below(UNIQUE) === 0 ? `reply/${client.slot}/${this.#unique++}` : `plant/${client.slot % 7}/${client.slot}/temperature`
    this.#packet(client, 0, 0x30 | (qos << 1), text(topic), qos > 0 ? this.#next(client) : NOTHING, client.properties, PAYLOAD)
    if (receiver !== null) this.#packet(receiver, 1, 0x30, text(topic), receiver.properties, PAYLOAD)
  }

  #next(client) {
    client.identifier = (client.identifier % 60_000) + 1
    return word(client.identifier)
  }

  /** Only those that are seen once: others would take over from themselves. */
  #fallSilent(client) {
    if (!client.once || this.#below(SILENT) !== 0) return false
    if (this.#below(2) === 0) {
      this.#publish(client, 1, null)
      this.counts.unanswered++
    }
    this.#end(client, client.last)
    return true
  }

  #leave(client) {
    this.#packet(client, 0, 0xe0)
    this.#end(client, Math.floor(this.#elapsed))
    this.#frame(client, 0, FIN_ACK)
    this.#frame(client, 1, FIN_ACK)
    this.#frame(client, 0, ACK)
  }

  #end(client, time) {
    if (time - client.connected > LASTING) this.counts.lasting++
  }

  #complete(kind) {
    this.counts.answered[kind]++
  }

  #packet(client, sender, first, ...parts) {
    let length = 0
    for (const part of parts) length += part.length
    const size = length > 127 ? 2 : 1
    const data = Buffer.allocUnsafe(1 + size + length)
    data[0] = first
    data[1] = size === 1 ? length : (length & 127) | 128
    if (size === 2) data[2] = length >> 7
    let at = 1 + size
    for (const part of parts) {
      data.set(part, at)
      at += part.length
    }
    client.last = Math.floor(this.#elapsed)
    if (first === 0x10) client.connected = client.last
    this.counts.packets++
    this.counts.packetTypes[TYPES[first >> 4]]++
    this.#frame(client, sender, PSH_ACK, data)
  }

  #frame(client, sender, flags, data = NOTHING) {
    const buffer = this.#buffer
    const length = 54 + data.length
    const time = this.#epoch + BigInt(Math.floor(this.#elapsed))
    this.#elapsed += this.#step * (0.5 + this.#below(1_000) / 1_000)
    let at = this.#used
    buffer.writeUInt32LE(Number(time / 1_000_000_000n), at)
    buffer.writeUInt32LE(Number(time % 1_000_000_000n), at + 4)
    buffer.writeUInt32LE(length, at + 8)
    buffer.writeUInt32LE(length, at + 12)
    at += 16
    buffer.fill(0, at, at + 54)
    buffer[at + 5] = 1
    buffer[at + 11] = 2
    buffer[at + 12] = 8
    buffer[at + 14] = 0x45
    buffer.writeUInt16BE(40 + data.length, at + 16)
    buffer[at + 22] = 64
    buffer[at + 23] = 6
    buffer.writeUInt32BE(sender === 0 ? client.address : SERVER, at + 26)
    buffer.writeUInt32BE(sender === 0 ? SERVER : client.address, at + 30)
    buffer.writeUInt16BE(sender === 0 ? client.port : 1_883, at + 34)
    buffer.writeUInt16BE(sender === 0 ? 1_883 : client.port, at + 36)
    buffer.writeUInt32BE(client.sequence[sender], at + 38)
    buffer.writeUInt32BE(client.sequence[1 - sender], at + 42)
    buffer[at + 46] = 0x50
    buffer[at + 47] = flags
    buffer.writeUInt16BE(65_535, at + 48)
    buffer.set(data, at + 54)
    client.sequence[sender] = (client.sequence[sender] + data.length + ((flags & 3) !== 0 ? 1 : 0)) >>> 0
    this.counts.frames++
    this.counts.frameBytes += length
    this.#used += HEADER_BYTES + data.length
  }
}

const PAYLOAD = Buffer.alloc(64, 0x61)
const GONE = text('gone')

function word(value) {
  return Buffer.from([value >> 8, value & 255])
}

function text(value) {
  const bytes = Buffer.from(value)
  return Buffer.concat([word(bytes.length), bytes])
}
