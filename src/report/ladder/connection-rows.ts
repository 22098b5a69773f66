/** The rows of one connection while they are collected. */
import { counted, grouped } from '../../bytes/number-text.ts'
import { otherSide, type Side } from '../../session/side.ts'
import { clientName } from '../client-name.ts'
import { partOf, trimmed } from './ladder.ts'
import { latencyText, lengthText } from './words.ts'
import type { MqttConnection } from '../../mqtt/connection.ts'
import type { NetworkConnection } from '../../session/network-connection.ts'
import type { End } from '../../tcp/connection.ts'
import type { CloseReason } from '../../tcp/stream-sink.ts'
import type { ArrowRow, Ladder, LadderRow, NoteRow } from './ladder.ts'
import type { Unanswered } from './packet-row.ts'

export class ConnectionRows {
  readonly network: NetworkConnection
  /** Whether it is shown depends on the client identifier, which the server has not assigned yet. */
  provisional: boolean
  /** Only a try to connect, which nothing answered. */
  readonly attempt: boolean
  /** Its end was told. */
  ended = false
  /** Exchanges that have rows here and no end yet, by number. */
  readonly open = new Map<number, Unanswered>()
  /** The connection whose Session it takes over, until its server has accepted that. */
  replaces: NetworkConnection | null = null
  takenOverTold = false
  #rows: LadderRow[] = []
  #revision = 0
  #snapshot: { readonly revision: number; readonly ladder: Ladder } | null = null
  #left: End
  /** Since when; NaN where it is open. */
  readonly #windowClosed: Record<Side, number> = { client: NaN, server: NaN }
  #sentAgain: { readonly by: Side; readonly row: LadderRow; readonly since: number; readonly segments: number; readonly bytes: number } | null = null

  constructor(network: NetworkConnection, attempt: boolean, provisional: boolean) {
    this.network = network
    this.attempt = attempt
    this.#left = leftEnd(network.mqtt)
    this.provisional = provisional
    this.#begin()
  }

  get size(): number {
    return this.#rows.length
  }

  get hasExchanges(): boolean {
    return this.#rows.some((row) => partOf(row) !== null)
  }

  get ladder(): Ladder {
    const { mqtt } = this.network
    const { client, version, versionCertainty, tcp } = mqtt
    const left = leftEnd(mqtt)
    return {
      title: {
        client: clientName(mqtt),
        protocol: version === null ? 'MQTT' : `MQTT ${version}${versionCertainty === 'inferred' ? '?' : ''}`,
        stream: tcp.stream,
        addresses: [tcp.endpoints[left].text, tcp.endpoints[left === 0 ? 1 : 0].text],
        endsKnown: client !== null,
      },
      rows: this.#rows,
    }
  }

  /** Grows with each change of the rows. */
  get revision(): number {
    return this.#revision
  }

  /** The ladder as it is now, which later rows do not change: the same object until there are some. */
  get snapshot(): Ladder {
    if (this.#snapshot?.revision !== this.#revision) this.#snapshot = { revision: this.#revision, ladder: { ...this.ladder, rows: [...this.#rows] } }
    return this.#snapshot.ladder
  }

  /** Puts the client, once it is known which end that is, to the left. */
  turn(): void {
    const left = leftEnd(this.network.mqtt)
    if (left !== this.#left) this.#become(this.#rows.map((row) => ('by' in row ? { ...row, by: otherSide(row.by) } : row)))
    this.#left = left
  }

  add(row: LadderRow): void {
    this.#rows.push(row)
    this.#revision++
  }

  note(time: number, text: string, changes: Partial<NoteRow> = {}): void {
    this.add({ kind: 'note', time, text, mark: '', part: null, remark: '', ...changes })
  }

  gap(by: Side, bytes: number): void {
    const last = this.#rows[this.#rows.length - 1]
    if (last?.kind === 'gap' && last.by === by) this.#replaceLast({ ...last, bytes: last.bytes + bytes })
    else this.add({ kind: 'gap', by, bytes })
  }

  /** Segments one after the other are one row. */
  sentAgain(by: Side, bytes: number, frame: number, time: number): void {
    const before = this.#sentAgain
    const goesOn = before !== null && before.by === by && before.row === this.#rows[this.#rows.length - 1]
    const segments = goesOn ? before.segments + 1 : 1
    const sum = goesOn ? before.bytes + bytes : bytes
    const since = goesOn ? before.since : time
    const row = tcpRow(by, frame, since, `TCP sent ${counted(sum, 'byte')} again`, segments === 1 ? '' : `${grouped(segments)} segments`)
    if (goesOn) this.#replaceLast(row)
    else this.add(row)
    this.#sentAgain = { by, row, since, segments, bytes: sum }
  }

  /** The receive window of this side. */
  window(by: Side, closed: boolean, frame: number, time: number): void {
    const since = time - this.#windowClosed[by]
    this.#windowClosed[by] = closed ? time : NaN
    if (closed) this.add(tcpRow(by, frame, time, 'TCP receive window closed'))
    else if (!Number.isNaN(since)) this.add(tcpRow(by, frame, time, 'TCP receive window open again', `after ${lengthText(since)}`))
  }

  closed(by: Side, reason: Exclude<CloseReason, 'capture'>, frame: number, time: number): void {
    this.add(tcpRow(by, frame, time, reason === 'fin' ? 'TCP FIN' : 'TCP RST', this.attempt ? 'refused' : ''))
  }

  /** Takes the rows of an exchange out again. They are mostly among the last ones. */
  remove(exchange: number): void {
    for (let index = this.#rows.length - 1; index >= 0; index--) {
      const part = partOf(this.#rows[index]!)
      if (part?.number !== exchange) continue
      this.#rows.splice(index, 1)
      this.#revision++
      if (part.place === 'begins' || part.place === 'alone') return
    }
  }

  /** Leaves only rows of exchanges that pass, and those of none. */
  keepExchanges(passes: (exchange: number) => boolean): void {
    this.#become(this.#rows.filter((row) => {
      const part = partOf(row)
      return part === null || passes(part.number)
    }))
  }

  /** Keeps the first and the last rows, `most` of them together. */
  trim(most: number): void {
    this.#become(trimmed(this.#rows, most))
  }

  #become(rows: LadderRow[]): void {
    this.#rows = rows
    this.#revision++
  }

  #replaceLast(row: LadderRow): void {
    this.#rows[this.#rows.length - 1] = row
    this.#revision++
  }

  #begin(): void {
    const { tcp } = this.network.mqtt
    const { handshake } = this.network
    if (tcp.initiator === null) this.note(NaN, 'began before the capture')
    else if (this.attempt) this.add(tcpRow('client', tcp.firstFrame, tcp.firstTime, 'TCP SYN', 'not answered'))
    else {
      const times = handshake === null ? [] : [handshake.answered, handshake.acknowledged].filter((time) => time !== null)
      this.note(tcp.firstTime, 'TCP connection opened', { remark: handshakeText(times) })
    }
  }
}

/** The end whose lane is the left one: the client; where it is not known which end that is, the one that sent the first frame. */
export function leftEnd({ client }: MqttConnection): End {
  return client ?? 0
}

/** `0.052 + 0.010 ms`: from the SYN to its answer, and from there to the client's acknowledgement. */
function handshakeText(times: readonly number[]): string {
  if (times.length === 0) return ''
  const texts = times.map(latencyText)
  return texts.every((text) => text.endsWith(' ms')) ? `${texts.map((text) => text.slice(0, -3)).join(' + ')} ms` : texts.join(' + ')
}

function tcpRow(by: Side, frame: number, time: number, text: string, remark = ''): ArrowRow {
  return { kind: 'tcp', frame, time, number: null, by, label: { text, details: [] }, dup: false, mark: '', part: null, remark }
}
