/** The packets on the screen as rows of the list: read again from the capture, with what was found of each and how long its answer took. */
import type { RowType } from '../../analysis/packet-index.ts'
import type { PacketEvent } from '../../mqtt/packet-event.ts'
import type { PacketRow } from '../views/packet-lines.ts'
import type { PacketsState } from '../views/packets-state.ts'
import type { ViewProps } from '../view.ts'
import type { Workspace } from './workspace.ts'

/** Packets that answer another one (MQTT 5.0 §2.1.2). */
const ANSWERS: ReadonlySet<RowType> = new Set<RowType>(['CONNACK', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK', 'PINGRESP', 'AUTH'])
/** Packets looked at for the one that a packet answers: a fraction of a millisecond. Requests that are further away have no time beside them. */
const LOOKED_AT = 20_000
/** Times that are remembered: those of some screens. */
const MOST_REMEMBERED = 4_096

export class PacketRows {
  readonly #workspace: Workspace
  /** By packet: nanoseconds, or null. What a packet answers does not change any more. */
  readonly #latencies = new Map<number, number | null>()

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** `count` rows from a place of the shown packets on. */
  rows(top: number, count: number, state: PacketsState, timeText: ViewProps['timeText']): PacketRow[] {
    const { shown, index } = this.#workspace
    const exchange = state.packet > 0 && state.packet <= index.count ? index.exchangeOf(state.packet) : 0
    const rows: PacketRow[] = []
    let previous = top > 0 ? index.timeOf(shown.at(top - 1)) : NaN
    for (let place = top; place < Math.min(shown.size, top + count); place++) {
      const number = shown.at(place)
      const time = index.timeOf(number)
      const event = this.event(number)
      rows.push({
        number, event,
        type: index.typeOf(number),
        time: state.reference === null ? timeText(time, previous) : this.#since(number, state.reference),
        delta: time - previous,
        latency: this.#latencyOf(number),
        severity: this.#workspace.severityOf(number),
        marked: state.marks.has(number),
        sameExchange: exchange !== 0 && number !== state.packet && index.exchangeOf(number) === exchange,
      })
      previous = time
    }
    return rows
  }

  /** Null where its bytes are not kept any more, or there is no such packet. */
  event(number: number): PacketEvent | null {
    return number >= 1 && number <= this.#workspace.index.count ? this.#workspace.source.packet(number) : null
  }

  /** `+0.004083`: seconds, to the microsecond. */
  #since(number: number, reference: number): string {
    const { index } = this.#workspace
    if (number === reference) return '=0.000000'
    const since = index.timeOf(number) - index.timeOf(reference)
    return Number.isNaN(since) ? '-' : `${since < 0 ? '-' : '+'}${(Math.abs(since) / 1e9).toFixed(6)}`
  }

  #latencyOf(number: number): number | null {
    const known = this.#latencies.get(number)
    if (known !== undefined) return known
    const { index } = this.#workspace
    let latency: number | null = null
    if (ANSWERS.has(index.typeOf(number))) {
      const request = index.ofExchange(index.exchangeOf(number), number, -1, LOOKED_AT)
      if (request !== null && index.senderOf(request) !== index.senderOf(number)) latency = index.timeOf(number) - index.timeOf(request)
    }
    if (Number.isNaN(latency)) latency = null
    if (this.#latencies.size >= MOST_REMEMBERED) this.#latencies.clear()
    this.#latencies.set(number, latency)
    return latency
  }
}
