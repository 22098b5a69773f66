/** Answers that never came (MQTT 5.0 §3.3.4, §3.8.4, §3.10.4, §3.12.4, §4.3). What counts as missing is told in session/absence.ts. */
import type { PacketType } from '../../mqtt/packet.ts'
import { certaintyOfAbsence } from '../../session/absence.ts'
import type { ExchangeKind } from '../../session/exchange.ts'
import { isAskedAtFullWindow, stoppedAtFullWindow } from '../../session/full-window.ts'
import { otherSide, type Side } from '../../session/side.ts'
import { MISSING } from '../evidence.ts'
import { rule, type Rule } from '../rule.ts'
import type { AnswerSubject } from '../subject.ts'

const NEEDS = MISSING.clientDirection | MISSING.serverDirection | MISSING.clock

interface Missing {
  readonly id: string
  readonly title: string
  readonly statements: Rule['statements']
  readonly kind: ExchangeKind
  readonly answer: PacketType
  /** Who must answer. */
  readonly by: Side
  /** Which exchanges of the kind can show it, where that is not all of them. */
  readonly among?: (subject: AnswerSubject) => boolean
  /** In place of "the server's PUBACK did not come". */
  readonly why?: string
}

/**
 * `answer` did not come. MQTT sets no time for any acknowledgement, and a program at a client may acknowledge by hand: there it is a warning.
 * A side that closes first owes nothing any more.
 */
function missing({ id, title, statements, kind, answer, by, among = () => true, why = '' }: Missing): Rule {
  return rule({
    id,
    title,
    statements,
    severity: by === 'server' ? 'error' : 'warning',
    sides: [by],
    on: 'answer',
    exchanges: [kind],
    initiator: answer === 'PUBREL' ? by : otherSide(by),
    needs: NEEDS,
    applies: (subject) => isAsked(subject, kind, answer) && among(subject) && !(subject.exchange.awaits === answer && subject.absence === 'ended'),
    lacks: (subject) => {
      if (subject.exchange.awaits !== answer) return null
      const { absence } = subject
      return absence === 'missing' || absence === 'ended' ? null : absence
    },
    holds: ({ exchange }) => exchange.awaits !== answer,
    certainty: ({ exchange, connection }) => certaintyOfAbsence(connection, exchange.asked),
    says: (subject) => `No ${answer} came from the ${by} for ${asking(subject)} within ${seconds(subject)} s, though the connection stayed open${why}`,
    actor: () => by,
    at: ({ exchange }) => {
      const { number, frame, time } = exchange.steps.findLast(({ again, by: sender }) => !again && sender !== by) ?? exchange.steps[0]!
      return { packet: number, frame, time }
    },
  })
}

/** Packets of QoS 2 in their order, to know which of them have been due. */
const QOS_2: readonly (PacketType | null)[] = ['PUBREC', 'PUBREL', 'PUBCOMP', null]

/** `answer` has been due, come or not. One that refuses ends the exchange, and nothing is due behind it. */
function isAsked({ exchange }: AnswerSubject, kind: ExchangeKind, answer: PacketType): boolean {
  if (kind !== 'publish-qos2' || answer === 'PUBREC') return true
  const at = QOS_2.indexOf(exchange.awaits)
  return at >= QOS_2.indexOf(answer) && !(exchange.awaits === null && (exchange.reasonCode ?? 0) >= 0x80)
}

function asking({ exchange: { packetIdentifier, kind, awaits } }: AnswerSubject): string {
  const asked = awaits === 'PUBREL' ? 'PUBREC' : awaits === 'PUBCOMP' ? 'PUBREL' : ASKED[kind]
  return packetIdentifier === null ? asked : `${asked} ${packetIdentifier}`
}

const ASKED: Readonly<Record<ExchangeKind, string>> = {
  connect: 'CONNECT', 'publish-qos1': 'PUBLISH', 'publish-qos2': 'PUBLISH', subscribe: 'SUBSCRIBE', unsubscribe: 'UNSUBSCRIBE', ping: 'PINGREQ', authenticate: 'AUTH',
}

function seconds({ exchange, connection, now }: AnswerSubject): number {
  return Math.floor(((connection.finish?.time ?? connection.disconnect?.time ?? now) - exchange.asked.time) / 1e9)
}

/** The client has got its UNSUBACK since the delivery began. */
function wasUnsubscribed({ exchange, connection }: AnswerSubject): boolean {
  return exchange.initiator === 'server' && connection.pending.unsubackNumber > exchange.firstNumber
}

/** The Message Expiry Interval had passed when PUBREL was sent: by then, the receiver may have dropped the message. */
function hadExpired({ exchange }: AnswerSubject): boolean {
  const { messageExpiry } = exchange
  return messageExpiry !== null && exchange.asked.time - exchange.steps[0]!.time > messageExpiry * 1e9
}

/** Their first packet is one that the other side has to answer. */
const ANSWERED_AT_ONCE: readonly ExchangeKind[] = ['publish-qos1', 'publish-qos2', 'subscribe', 'unsubscribe', 'ping']

/** The answer to the first packet of an exchange that began when the window of `by` was full. */
function isDueAtFullWindow({ exchange, connection }: AnswerSubject, by: Side): boolean {
  if (exchange.kind === 'publish-qos2' && exchange.awaits !== 'PUBREC') return false
  return isAskedAtFullWindow(connection, by, exchange)
}

const FULL_WINDOW_RULES = (['client', 'server'] as const).map((by) =>
  rule({
    id: `answer.missing-at-full-window-of-${by}`,
    title: `The ${by} answers nothing any more while it waits for acknowledgements`,
    statements: { '5.0': [by === 'client' ? 'MQTT-3.3.4-8' : 'MQTT-3.3.4-10', 'MQTT-4.9.0-3'] },
    severity: 'warning',
    sides: [by],
    on: 'answer',
    exchanges: ANSWERED_AT_ONCE,
    initiator: otherSide(by),
    needs: NEEDS | MISSING.connect | MISSING.connack,
    applies: (subject) => isDueAtFullWindow(subject, by) && !(subject.exchange.awaits !== null && subject.absence === 'ended'),
    lacks: (subject) => {
      const { exchange, connection, absence } = subject
      if (exchange.awaits === null) return null
      if (absence !== 'missing' && absence !== 'ended') return absence
      // It may have other reasons to be silent.
      return stoppedAtFullWindow(connection, by, exchange) ? null : 'doubt'
    },
    holds: ({ exchange }) => exchange.awaits === null,
    certainty: () => 'likely',
    says: (subject) =>
      `No ${subject.exchange.awaits} came from the ${by} for ${asking(subject)} within ${seconds(subject)} s. It has as many messages in flight as the other side takes (Receive Maximum), which holds back nothing but further messages, and has acknowledged nothing since`,
    actor: () => by,
  }))

export const ANSWER_RULES = [
  ...FULL_WINDOW_RULES,
  missing({
    id: 'subscribe.no-suback', title: 'A SUBSCRIBE without SUBACK', kind: 'subscribe', answer: 'SUBACK', by: 'server',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.8.4-1'], '5.0': ['MQTT-3.8.4-1'] },
  }),
  missing({
    id: 'unsubscribe.no-unsuback', title: 'An UNSUBSCRIBE without UNSUBACK', kind: 'unsubscribe', answer: 'UNSUBACK', by: 'server',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'], '5.0': ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'] },
  }),
  missing({
    id: 'ping.no-pingresp', title: 'A PINGREQ without PINGRESP', kind: 'ping', answer: 'PINGRESP', by: 'server',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.12.4-1'], '5.0': ['MQTT-3.12.4-1'] },
  }),
  missing({
    id: 'publish.no-puback-of-server', title: 'A PUBLISH of QoS 1 that the server did not acknowledge', kind: 'publish-qos1', answer: 'PUBACK', by: 'server',
    statements: { '3.1': ['MQTT31-40'], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-3.3.5-2', 'MQTT-4.3.2-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.2-4'] },
  }),
  missing({
    id: 'publish.no-puback-of-client', title: 'A PUBLISH of QoS 1 that the client did not acknowledge', kind: 'publish-qos1', answer: 'PUBACK', by: 'client',
    statements: {
      '3.1': [], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.2-2', 'MQTT-4.5.0-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.2-4', 'MQTT-4.5.0-2'],
    },
  }),
  missing({
    id: 'publish.no-pubrec-of-server', title: 'A PUBLISH of QoS 2 that the server did not answer', kind: 'publish-qos2', answer: 'PUBREC', by: 'server',
    statements: { '3.1': ['MQTT31-40'], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-3.3.5-2', 'MQTT-4.3.3-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.3-8'] },
  }),
  missing({
    id: 'publish.no-pubrec-of-client', title: 'A PUBLISH of QoS 2 that the client did not answer', kind: 'publish-qos2', answer: 'PUBREC', by: 'client',
    statements: {
      '3.1': [], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.3-2', 'MQTT-4.5.0-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.3-8', 'MQTT-4.5.0-2'],
    },
  }),
  ...(['client', 'server'] as const).flatMap((by) => [
    missing({
      id: `pubrec.no-pubrel-of-${by}`, title: `A PUBREC that the ${by} did not answer with PUBREL`, kind: 'publish-qos2', answer: 'PUBREL', by,
      statements: { '3.1': [], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-4'] }, among: (subject) => !wasUnsubscribed(subject),
    }),
    missing({
      id: `pubrel.no-pubcomp-of-${by}`, title: `A PUBREL that the ${by} did not answer with PUBCOMP`, kind: 'publish-qos2', answer: 'PUBCOMP', by,
      statements: { '3.1': [], '3.1.1': ['MQTT-4.3.3-2', 'MQTT-4.1.0-2'], '5.0': ['MQTT-4.3.3-11', 'MQTT-4.1.0-1'] }, among: (subject) => !hadExpired(subject),
    }),
    missing({
      id: `pubrel.no-pubcomp-after-expiry-of-${by}`, title: `A PUBREL for a message that had expired, which the ${by} did not answer`, kind: 'publish-qos2', answer: 'PUBCOMP', by,
      statements: { '5.0': ['MQTT-4.3.3-11', 'MQTT-4.1.0-1', 'MQTT-4.3.3-13'] }, among: hadExpired,
      why: '; the message had expired, which does not end the exchange',
    }),
  ]),
  missing({
    id: 'unsubscribe.delivery-not-finished', title: 'A delivery that an UNSUBSCRIBE cut off', kind: 'publish-qos2', answer: 'PUBREL', by: 'server',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.10.4-3', 'MQTT-4.3.3-1'], '5.0': ['MQTT-3.10.4-3', 'MQTT-4.3.3-4'] },
    among: wasUnsubscribed,
    why: '; its UNSUBACK does not end what had begun before it',
  }),
]
