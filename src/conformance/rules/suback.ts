/** What SUBACK and UNSUBACK say of each Topic Filter (MQTT 5.0 §3.8.4, §3.9.3, §3.10.4, §3.11.3). */
import { counted } from '../../bytes/number-text.ts'
import type { RequestedFilter } from '../../session/exchange.ts'
import { MISSING, type Reason } from '../evidence.ts'
import { rule } from '../rule.ts'
import type { PacketSubjectOf } from '../subject.ts'

type Suback = PacketSubjectOf<'SUBACK'>
type Unsuback = PacketSubjectOf<'UNSUBACK'>

const NEEDS = MISSING.clientDirection | MISSING.serverDirection

const FIRST_FAILURE = 0x80
const HIGHEST_QOS = 2
/** Of an UNSUBACK (MQTT 5.0 §3.11.3). */
const SUCCESS = 0x00
const NO_SUBSCRIPTION_EXISTED = 0x11

/** Its request was seen whole, and it has codes at all, which the decoder asks for. */
function isAnswer({ exchange, packet }: Suback | Unsuback): boolean {
  return packet.reasonCodes.length > 0 && exchange !== null && !exchange.disturbed && exchange.outcome !== 'partly-seen' && exchange.filters.length > 0 && exchange.steps[0]?.by === 'client'
}

/** Frames that could not hold the whole packet (snap length) say nothing of its end. */
function isCut({ event }: Suback | Unsuback): 'cut-frames' | null {
  return event.missing > 0 ? 'cut-frames' : null
}

/** Granted more than was asked for. A code that is no QoS grants nothing, and is the decoder's to find. */
function isAbove({ qos, reasonCode }: RequestedFilter): boolean {
  return qos !== null && reasonCode !== null && reasonCode <= HIGHEST_QOS && reasonCode > qos
}

function above({ exchange }: Suback): readonly RequestedFilter[] {
  return exchange!.filters.filter(isAbove)
}

/** One grant is above its request, and in another order all would be within theirs. */
function isMixedUp({ exchange }: Suback): boolean {
  const { filters } = exchange!
  if (!filters.some(isAbove)) return false
  const granted = filters.filter(({ reasonCode }) => reasonCode !== null && reasonCode < FIRST_FAILURE)
  const grants = granted.map(({ reasonCode }) => reasonCode!).sort((a, b) => a - b)
  // Those that were refused may have had the lowest requests.
  const requests = filters.map(({ qos }) => qos ?? 2).sort((a, b) => a - b).slice(filters.length - granted.length)
  return grants.every((grant, index) => grant <= requests[index]!)
}

/** The codes that an UNSUBACK should have, by the subscriptions that the client had; null where that is not known. */
function codesDue({ connection, exchange, event }: Unsuback): readonly number[] | null {
  const subscriber = connection.served?.subscriber ?? null
  if (subscriber === null || !subscriber.whole || subscriber.connection !== connection || subscriber.goneForgotten || subscriber.unusual) return null
  const filters = exchange!.filters.map(({ topicFilter }) => topicFilter)
  if (new Set(filters).size < filters.length) return null
  const asked = exchange!.steps[0]!.number
  const codes: number[] = []
  for (const filter of filters) {
    const subscription = typeof filter === 'string' ? subscriber.subscriptions.get(filter) : undefined
    const over = subscription?.state === 'gone' ? subscription.over!.number : null
    if (subscription === undefined || (over !== null && over < asked)) codes.push(NO_SUBSCRIPTION_EXISTED)
    else if (over === event.number && subscription.grantedQos !== null) codes.push(SUCCESS)
    else return null
  }
  return codes
}

/** Some codes say that there was a subscription, and others that there was none. */
function isMixed({ packet: { reasonCodes } }: Unsuback): boolean {
  return reasonCodes.includes(SUCCESS) && reasonCodes.includes(NO_SUBSCRIPTION_EXISTED)
}

function lacksSubscriptions(it: Unsuback): Reason | null {
  return codesDue(it) === null ? 'history' : null
}

/** As many codes of each kind as are due, and not where they are due. */
function isInOtherOrder(it: Unsuback): boolean {
  const { reasonCodes } = it.packet
  const due = codesDue(it)!
  const count = (codes: readonly number[]) => codes.filter((code) => code === SUCCESS).length
  return count(due) === count(reasonCodes) && due.some((code, index) => code !== reasonCodes[index])
}

/** `0x11, 0x00`. */
function codesText(codes: readonly number[]): string {
  return codes.map((code) => `0x${code.toString(16).padStart(2, '0')}`).join(', ')
}

function hasCount({ exchange, packet }: Suback | Unsuback): boolean {
  return packet.reasonCodes.length === exchange!.filters.length
}

const SUBSCRIBE_FRAME = ({ exchange }: Suback | Unsuback) => exchange!.steps.slice(0, 1).map(({ frame }) => frame)

function saysCount(asked: string): (subject: Suback | Unsuback) => string {
  return ({ exchange, packet }) =>
    `${packet.type} ${packet.packetIdentifier} has ${counted(packet.reasonCodes.length, 'code')} for ${counted(exchange!.filters.length, 'Topic Filter')} of the ${asked}`
}

export const SUBACK_RULES = [
  rule({
    id: 'suback.code-count',
    title: 'A SUBACK with more or fewer codes than the SUBSCRIBE has filters',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.8.4-4', 'MQTT-3.8.4-5'], '5.0': ['MQTT-3.8.4-6'] },
    severity: 'error',
    sides: ['server'],
    on: 'SUBACK',
    needs: NEEDS,
    applies: isAnswer,
    lacks: isCut,
    holds: hasCount,
    says: saysCount('SUBSCRIBE'),
    shownBy: SUBSCRIBE_FRAME,
  }),
  rule({
    id: 'suback.grant-above-request',
    title: 'A SUBACK grants more than was asked for',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.8.4-5'], '5.0': ['MQTT-3.8.4-7'] },
    severity: 'warning',
    sides: ['server'],
    on: 'SUBACK',
    needs: NEEDS,
    applies: (it) => isAnswer(it) && hasCount(it),
    holds: (it) => above(it).length === 0 || isMixedUp(it),
    says: (it) => {
      const [first] = above(it)
      return `SUBACK ${it.packet.packetIdentifier} grants QoS ${first!.reasonCode} to Topic Filter ${it.exchange!.filters.indexOf(first!) + 1}, which asks for ${first!.qos}`
    },
    shownBy: SUBSCRIBE_FRAME,
  }),
  rule({
    id: 'suback.codes-mixed-up',
    title: 'The codes of a SUBACK are not in the order of the filters',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.9.3-1'], '5.0': ['MQTT-3.9.3-1'] },
    severity: 'warning',
    sides: ['server'],
    on: 'SUBACK',
    needs: NEEDS,
    applies: (it) => isAnswer(it) && hasCount(it) && it.exchange!.filters.length > 1,
    holds: (it) => !isMixedUp(it),
    certainty: () => 'likely',
    says: ({ packet, exchange }) =>
      `SUBACK ${packet.packetIdentifier} grants ${packet.reasonCodes.join(', ')} where ${exchange!.filters.map(({ qos }) => qos).join(', ')} were asked for: in another order all would fit`,
    shownBy: SUBSCRIBE_FRAME,
  }),
  rule({
    id: 'unsuback.code-count',
    title: 'An UNSUBACK with more or fewer codes than the UNSUBSCRIBE has filters',
    statements: { '5.0': ['MQTT-3.10.4-6'] },
    severity: 'error',
    sides: ['server'],
    on: 'UNSUBACK',
    needs: NEEDS,
    applies: isAnswer,
    lacks: isCut,
    holds: hasCount,
    says: saysCount('UNSUBSCRIBE'),
    shownBy: SUBSCRIBE_FRAME,
  }),
  rule({
    id: 'unsuback.codes-mixed-up',
    title: 'The codes of an UNSUBACK are not in the order of the filters',
    statements: { '5.0': ['MQTT-3.11.3-1'] },
    severity: 'warning',
    sides: ['server'],
    on: 'UNSUBACK',
    needs: NEEDS,
    applies: (it) => isAnswer(it) && hasCount(it) && isMixed(it),
    lacks: lacksSubscriptions,
    holds: (it) => !isInOtherOrder(it),
    certainty: () => 'likely',
    says: (it) => `UNSUBACK ${it.packet.packetIdentifier} has the codes ${codesText(it.packet.reasonCodes)} where the client's subscriptions ask for ${codesText(codesDue(it)!)}: in another order all would fit`,
    shownBy: SUBSCRIBE_FRAME,
  }),
]
