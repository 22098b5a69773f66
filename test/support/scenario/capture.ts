/** Makes a capture of a scenario, as it would be recorded beside the server. */
import { TCP_FLAGS } from '../../../src/network/segment.ts'
import type { Side } from '../../../src/mqtt/version.ts'
import { CAPTURE_SECOND, pcapOf, type RecordedFrame } from '../../session/broker-network.ts'
import type { Scenario, Sends } from './scenario.ts'

export interface ScenarioCapture {
  /** With nanoseconds, Ethernet, IPv4. */
  readonly pcap: Uint8Array
  /** The frame (from 1) that completed what this line (from 1) sends. Throws where it sends nothing that was captured. */
  frameOf(line: number): number
  /** The findings that the scenario's marks ask for, in the order of its lines. */
  readonly expected: readonly { readonly rule: string; readonly frame: number }[]
}

export function captureOf(scenario: Scenario): ScenarioCapture {
  const recording = new Recording(scenario)
  recording.play()
  const frameOf = (line: number): number => {
    const frame = recording.frameOfLine.get(line)
    if (frame === undefined) throw new Error(`${scenario.name}:${line}: nothing of this line is in the capture`)
    return frame
  }
  const expected = scenario.steps.flatMap((step) => (step.kind === 'sends' ? step.marks.map((rule) => ({ rule, frame: frameOf(step.line) })) : []))
  return { pcap: recording.pcap, frameOf, expected }
}

const MILLISECOND = 1e6
/** Between the frames of one line. */
const TENTH = MILLISECOND / 10
/** As Ethernet has it; longer packets go in several segments. */
const SEGMENT_BYTES = 1460
const NOTHING = new Uint8Array(0)

/** What one side of a connection has sent. */
interface Sent {
  /** The sequence number of what it sends next. */
  next: number
  /** The acknowledgement number of its last segment. */
  acknowledgement: number
  /** It acknowledges what came only after it has sent what it sends early. */
  owes: boolean
  /** The data before. */
  last: Uint8Array
  finished: boolean
}

interface Connection {
  readonly clientPort: number
  readonly clientAddress: number
  readonly serverNumber: number
  readonly client: Sent
  readonly server: Sent
}

class Recording {
  readonly frameOfLine = new Map<number, number>()
  readonly #scenario: Scenario
  readonly #frames: RecordedFrame[] = []
  readonly #addresses = new Map<string, number>()
  readonly #connections = new Map<string, Connection>()
  #serverNumber = 2
  #port = 40_000
  #line = 0
  /** When the current line happens, and when the next frame does. */
  #lineTime = -MILLISECOND
  #time = 0
  #pause = 0

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  play(): void {
    this.#scenario.steps.forEach((step, index) => {
      switch (step.kind) {
        case 'wait': this.#pause += step.nanoseconds; return
        case 'server': this.#serverNumber = step.server; return
        case 'moves': this.#addresses.set(step.client, step.address); return
        case 'connects': this.#connects(step.client, step.line, step.handshake); return
        case 'sends': this.#sends(step, index)
      }
    })
  }

  /** A `wait` at the end shows in that a frame comes after it, which is of no connection. */
  get pcap(): Uint8Array {
    const conversation = pcapOf(this.#frames)
    return this.#pause === 0 ? conversation : Buffer.concat([conversation, otherFrame(this.#lineTime + this.#pause)])
  }

  #connects(client: string, line: number, handshake: boolean): void {
    const address = this.#addresses.get(client) ?? 0x0a00_0101 + this.#addresses.size
    this.#addresses.set(client, address)
    const sent = (next: number): Sent => ({ next, acknowledgement: 0, owes: false, last: NOTHING, finished: false })
    const connection = { clientPort: this.#port++, clientAddress: address, serverNumber: this.#serverNumber, client: sent(100), server: sent(500) }
    this.#connections.set(client, connection)
    if (handshake) {
      this.#happens(line)
      this.#segment(connection, 'client', TCP_FLAGS.syn)
      connection.client.next++
      this.#segment(connection, 'server', TCP_FLAGS.syn)
      connection.server.next++
      this.#segment(connection, 'client', 0)
    } else {
      connection.client.acknowledgement = connection.server.next
      connection.server.acknowledgement = connection.client.next
    }
  }

  #sends(step: Sends, index: number): void {
    const { client, from, line, what } = step
    const connection = this.#connections.get(client)!
    const sent = connection[from]
    const other = otherSide(from)
    this.#happens(line)
    switch (what.kind) {
      case 'data':
      case 'resent': {
        const bytes = what.kind === 'data' ? what.bytes : sent.last
        if (what.kind === 'data') sent.next += bytes.length
        sent.last = bytes
        for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
          this.#segment(connection, from, TCP_FLAGS.psh, step, sent.next - bytes.length + at, bytes.subarray(at, at + SEGMENT_BYTES))
        }
        if (!step.unacknowledged) this.#acknowledges(connection, other, index, client)
        break
      }
      case 'ACK': this.#segment(connection, from, 0, step); break
      case 'RST': this.#segment(connection, from, TCP_FLAGS.rst, step); break
      case 'FIN': this.#finishes(connection, from, step); break
      case 'closes':
        this.#finishes(connection, from, step)
        this.#segment(connection, other, 0)
        if (!connection[other].finished) this.#finishes(connection, other)
        this.#segment(connection, from, 0)
    }
    // What it owes is acknowledged behind the last of what it sends early.
    if (sent.owes && !this.#sendsEarlyNext(index, client, from)) this.#segment(connection, from, 0)
  }

  #finishes(connection: Connection, from: Side, step?: Sends): void {
    this.#segment(connection, from, TCP_FLAGS.fin, step)
    connection[from].next++
    connection[from].finished = true
  }

  #acknowledges(connection: Connection, from: Side, index: number, client: string): void {
    if (this.#sendsEarlyNext(index, client, from)) connection[from].owes = true
    else this.#segment(connection, from, 0)
  }

  #sendsEarlyNext(index: number, client: string, from: Side): boolean {
    for (const step of this.#scenario.steps.slice(index + 1)) {
      if (step.kind === 'connects' && step.client === client) return false
      if (step.kind === 'sends' && step.client === client && step.from === from) return step.early
    }
    return false
  }

  /** A line happens 1 ms after the one before, or after the pause between them. */
  #happens(line: number): void {
    if (line === this.#line) return
    this.#line = line
    this.#lineTime = Math.max(this.#lineTime + (this.#pause === 0 ? MILLISECOND : this.#pause), this.#time)
    this.#time = this.#lineTime
    this.#pause = 0
  }

  #segment(
    connection: Connection, from: Side, flags: number, how: Partial<Sends> = {},
    sequence = connection[from].next, bytes: Uint8Array = NOTHING,
  ): void {
    const sent = connection[from]
    if (how.early !== true) {
      sent.acknowledgement = connection[otherSide(from)].next
      sent.owes = false
    }
    if (how.lost !== true) {
      const { clientPort, clientAddress, serverNumber } = connection
      const opens = from === 'client' && (flags & TCP_FLAGS.syn) !== 0
      this.#frames.push({
        time: this.#time, from, clientPort, clientAddress, server: serverNumber, sequence, acknowledgement: opens ? 0 : sent.acknowledgement, flags, bytes,
        what: `line ${this.#line}`,
      })
      if (how.line !== undefined) this.frameOfLine.set(how.line, this.#frames.length)
    }
    this.#time += TENTH
  }
}

/** ARP of a host that has nothing to do with it, at `time`: a record of the capture. */
function otherFrame(time: number): Uint8Array {
  const record = Buffer.alloc(16 + 60)
  record.writeUInt32LE(CAPTURE_SECOND + Math.floor(time / 1e9), 0)
  record.writeUInt32LE(time % 1e9, 4)
  record.writeUInt32LE(60, 8)
  record.writeUInt32LE(60, 12)
  record.fill('ffffffffffff0200000000990806' + '00010800060400010200000000990a000063' + '0000000000000a000001', 16, 16 + 42, 'hex')
  return record
}

function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client'
}
