import { ClientCell, partyName } from './client-name.ts'
import { DOUBT_WORDS, REASON_WORDS, STRAY_WORDS } from './delivery-words.ts'
import { listInfo, MOST_SHOWN } from './packet-info.ts'
import { left, right } from './padding.ts'
import { reasonText } from './reason-text.ts'
import { word } from './wire-text.ts'
import type { Copy, Delivery, DeliveryResult, MissingCopy, NotJudged, Party, Publication } from '../session/delivery.ts'
import type { Certainty } from '../session/side.ts'
import type { Palette } from './colour.ts'
import type { Renderer } from './renderer.ts'
import type { TimeColumn } from './time-format.ts'

/**
 * `-f line` of deliveries: one line for each publication when it is settled, and one for each copy that has none or comes later.
 *
 * ```
 *     NO       TIME PUBLISHER  QOS  COPIES       MIN       MAX INFO
 *     17  12.004118 plc-7        1     3/3     0.311     4.083 plant/7/temp
 *     29  12.008201 plc-7        1     2/3     0.298     0.402 plant/7/state  missing hmi-2
 *     31          - -            1       -         -         - plant/9/state  to hmi-2, without a publication: unknown (likely)
 * ```
 *
 * NO and TIME are those of the PUBLISH, COPIES how many the server sent and to how many clients it had to; MIN and MAX the time through the server of those that
 * went straight to somebody who was there, in milliseconds. What is claimed without a word behind it is certain. Everything from the wire is safe for a terminal.
 */

export interface DeliveryLineOptions {
  readonly palette: Palette
  readonly time: TimeColumn
  readonly header: boolean
}

const NUMBER_WIDTH = 6
const COPIES_WIDTH = 7
const DURATION_WIDTH = 9

export class DeliveryLineRenderer implements Renderer<DeliveryResult> {
  readonly #options: DeliveryLineOptions
  #timeWidth = 10
  #clientWidth = 10
  #previousTime = NaN
  /** The clients' names as they are shown. */
  readonly #cells = new WeakMap<Party, ClientCell>()

  constructor(options: DeliveryLineOptions) {
    this.#options = options
  }

  begin(): string {
    const { header, palette } = this.#options
    if (!header) return ''
    const place = `${right('NO', NUMBER_WIDTH)} ${right('TIME', this.#timeWidth)} ${left('PUBLISHER', this.#clientWidth)} QOS`
    return `${palette.bold}${place} ${right('COPIES', COPIES_WIDTH)} ${right('MIN', DURATION_WIDTH)} ${right('MAX', DURATION_WIDTH)} INFO${palette.reset}\n`
  }

  item(result: DeliveryResult): string {
    switch (result.kind) {
      case 'publication': {
        const { publication, copies, subscribers } = result
        return this.#line(publication.number, publication.time, publication.publisher, publication.qos, `${copies.length}/${subscribers}`, copies, this.#deliveryInfo(result))
      }
      case 'late-copy': {
        const { publication, copy } = result
        const how = copy.kind === 'live' ? 'late' : copy.kind
        const parts = [publicationInfo(publication), `${how}, to ${partyName(copy.client)}${inBrackets(copy.certainty)}`, ...this.#copyFaults([copy])]
        return this.#line(publication.number, publication.time, publication.publisher, copy.qos, 'late', [{ ...copy, kind: 'live' }], parts)
      }
      case 'copy-without-publication': {
        const { copy, topic, cause, source, certainty } = result
        const where = source === null ? STRAY_WORDS[cause] : `${STRAY_WORDS[cause]}, ${source.publisher.server}, as packet ${source.number}`
        const parts = [topic === null ? '(topic not known)' : word(topic), `to ${partyName(copy.client)}, without a publication: ${where}${inBrackets(certainty)}`]
        return this.#line(copy.number, copy.time, null, copy.qos, '-', [], parts)
      }
      case 'copy-without-subscription': {
        const { copy, topic, certainty } = result
        const { palette } = this.#options
        const parts = [word(topic), `${palette.red}to ${partyName(copy.client)}, which has no subscription for it${palette.reset}${inBrackets(certainty)}`]
        return this.#line(copy.number, copy.time, null, copy.qos, '-', [], parts)
      }
    }
  }

  end(): string {
    return ''
  }

  #line(number: number, time: number, publisher: Party | null, qos: number, copies: string, timed: readonly Copy[], info: readonly string[]): string {
    const { palette } = this.#options
    const place = `${right(String(number), NUMBER_WIDTH)} ${palette.dim}${this.#timeCell(time)}${palette.reset} ${this.#clientCell(publisher)}`
    const durations = timed.flatMap(({ kind, duration }) => (kind === 'live' && duration !== null ? [duration] : []))
    let least = Infinity
    let most = -Infinity
    for (const duration of durations) {
      if (duration < least) least = duration
      if (duration > most) most = duration
    }
    const times = [least, most].map((duration) => right(Number.isFinite(duration) ? millisecondsText(duration) : '-', DURATION_WIDTH)).join(' ')
    return `${place} ${right(String(qos), 3)} ${right(copies, COPIES_WIDTH)} ${times} ${info.filter((part) => part !== '').join('  ')}\n`
  }

  /** What it is about, and what is not as one would wish. Parts are two spaces apart. */
  #deliveryInfo({ publication, acceptance, reasonCode, copies, missing, notJudged }: Delivery): readonly string[] {
    const { palette } = this.#options
    const parts = [publicationInfo(publication)]
    if (publication.resent > 0) parts.push(`${publication.resent} sent again`)
    if (acceptance === 'refused') parts.push(`${palette.red}${refusal(publication, reasonCode)}${palette.reset}`)
    if (acceptance === 'open') parts.push(`${palette.yellow}not acknowledged${palette.reset}`)
    parts.push(...grouped(missing, ({ certainty, doubts }) => doubtText(certainty, doubts)).map(([doubt, copies]) =>
      `${doubt === '' ? palette.red : palette.yellow}missing ${namesOf(copies)}${palette.reset}${doubt === '' ? '' : ` (${doubt})`}`))
    parts.push(...this.#copyFaults(copies))
    const others = (['stored', 'retained'] as const).map((kind) => [kind, copies.filter((copy) => copy.kind === kind).length] as const)
    for (const [kind, number] of others) if (number > 0) parts.push(`${number} ${kind}`)
    for (const certainty of ['likely', 'unsure'] as const) {
      const number = copies.filter((copy) => copy.certainty === certainty).length
      if (number > 0) parts.push(`${number} ${certainty}`)
    }
    parts.push(...grouped(notJudged, ({ reason }) => REASON_WORDS[reason]).map(([reason, clients]) => `${palette.dim}not judged ${namesOf(clients)} (${reason})${palette.reset}`))
    return parts
  }

  /** Copies that came twice, or with other properties. */
  #copyFaults(copies: readonly Copy[]): readonly string[] {
    const { palette } = this.#options
    const parts: string[] = []
    for (const [certainty, twice] of grouped(copies.filter(({ duplicate }) => duplicate !== null), ({ duplicate }) => duplicate!)) {
      parts.push(`${certainty === 'certain' ? palette.red : palette.yellow}twice to ${namesOf(twice)}${palette.reset}${inBrackets(certainty)}`)
    }
    const altered = copies.filter(({ unaltered }) => unaltered === false)
    if (altered.length > 0) parts.push(`${palette.yellow}other properties to ${namesOf(altered)}${palette.reset}`)
    return parts
  }

  #timeCell(time: number): string {
    const text = this.#options.time.text(time, this.#previousTime)
    if (!Number.isNaN(time)) this.#previousTime = time
    this.#timeWidth = Math.max(this.#timeWidth, text.length)
    return right(text, this.#timeWidth)
  }

  #clientCell(party: Party | null): string {
    if (party === null) return left('-', this.#clientWidth)
    let cell = this.#cells.get(party)
    if (cell === undefined) {
      cell = new ClientCell(partyName(party), party.clientIdentifier)
      this.#cells.set(party, cell)
      this.#clientWidth = Math.max(this.#clientWidth, cell.width)
    }
    return cell.padded(this.#clientWidth)
  }
}

function publicationInfo({ topic, retain }: Publication): string {
  return retain ? `${word(topic)}  retain` : word(topic)
}

function refusal({ qos, publisher }: Publication, reasonCode: number | null): string {
  return reasonCode === null ? 'refused' : `refused: ${reasonText(qos === 1 ? 'PUBACK' : 'PUBREC', reasonCode, publisher.version)}`
}

/** Nothing where it is certain. */
function doubtText(certainty: Certainty, doubts: MissingCopy['doubts']): string {
  if (certainty === 'certain') return ''
  return doubts.length === 0 ? certainty : `${certainty}: ${doubts.map((doubt) => DOUBT_WORDS[doubt]).join(', ')}`
}

function inBrackets(certainty: Certainty): string {
  return certainty === 'certain' ? '' : ` (${certainty})`
}

function namesOf(clients: readonly (MissingCopy | NotJudged | Copy)[]): string {
  return listInfo(clients.slice(0, MOST_SHOWN).map(({ client }) => partyName(client)), clients.length)
}

/** By key, in the order in which keys first come. */
function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): readonly (readonly [Key, readonly Item[]])[] {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups]
}

/** To the microsecond, and always so, that columns of them can be compared at a glance. */
function millisecondsText(nanoseconds: number): string {
  return (nanoseconds / 1e6).toFixed(3)
}
