/**
 * What goes on with the next connection of a Session, and what must not (MQTT 5.0 §4.4): messages of QoS 1 and 2 that are not finished are sent again, in order and
 * under their identifiers, where the Session was kept, and never where it was not.
 *
 * No standard says when they must be sent again: a side that could have done so has a long time for it.
 */
import { durationText } from '../../bytes/number-text.ts'
import { topicMatches } from '../../mqtt/topics.ts'
import type { Inherited } from '../../session/resumption.ts'
import type { Seen } from '../../session/seen.ts'
import { aliveUntil } from '../../session/silence.ts'
import { otherSide, type Certainty, type Side } from '../../session/side.ts'
import { MISSING, type Reason } from '../evidence.ts'
import { rule, type Place, type Rule } from '../rule.ts'
import type { InheritedSubject, PacketSubjectOf } from '../subject.ts'

const LIKELY = (): Certainty => 'likely'
const SECOND = 1e9

/** From the CONNACK on, to send again what was not finished. */
const DEADLINE = 20 * SECOND

const WHOLE = MISSING.connect | MISSING.connack | MISSING.clientBytes | MISSING.serverBytes | MISSING.clientDirection | MISSING.serverDirection | MISSING.clock

function placeOf({ number, frame, time }: Seen): Place {
  return { packet: number, frame, time }
}

function messageText({ state, packetIdentifier, first, kind }: Inherited): string {
  const what = state === 'released' ? 'PUBREL' : `PUBLISH of QoS ${kind === 'publish-qos1' ? 1 : 2}`
  return `${what} with Packet Identifier ${packetIdentifier}, first sent in packet ${first.number},`
}

const framesOf = ({ inherited }: InheritedSubject): readonly number[] => [inherited.first.frame, inherited.last.frame]

// ---- Not sent again

/** The server says, or in 3.1 has no way to say, that the Session goes on. */
function isResumed({ inherited, connection }: InheritedSubject): boolean {
  return !inherited.discarded && connection.connack?.reasonCode === 0
}

function lacksTime(it: InheritedSubject): Reason | null {
  const { inherited, connection, captureEnded } = it
  if (inherited.doubtful) return 'history'
  if (inherited.fate === 'resent') return null
  // It goes on all the same, or another rule says what is wrong.
  if (inherited.fate !== 'waiting' || inherited.renamed !== null) return 'doubt'
  if (aliveUntil(connection, inherited.initiator) - connection.connack!.time < DEADLINE) return captureEnded ? 'capture-end' : 'doubt'
  return isHindered(it) || hasExpired(it) === null ? 'doubt' : null
}

/** The other side took no more messages for a while, perhaps none of this size, or takes no more bytes. */
function isHindered({ inherited, connection }: InheritedSubject): boolean {
  const { initiator } = inherited
  const peer = otherSide(initiator)
  const { receiveMaximum, maximumPacketSize } = connection.limits(peer)
  return connection.sender(initiator).mostInFlight >= receiveMaximum || maximumPacketSize !== null || connection.half(peer).windowClosed
}

/** Its Message Expiry Interval had passed when the client came back; null where that allows not to send it again. */
function hasExpired({ inherited, connection }: InheritedSubject): boolean | null {
  const { messageExpiry, first, kind } = inherited
  const expired = messageExpiry !== null && connection.connect!.time - first.time > messageExpiry * SECOND
  // Of QoS 1 the standard does not say that a message which was sent cannot expire.
  return expired && kind === 'publish-qos1' ? null : expired
}

/** It was sent because of a shared subscription: of the client's filters that match, all are shared. */
function isShared({ inherited, connection }: InheritedSubject): boolean {
  const { topic, initiator } = inherited
  if (initiator !== 'server' || typeof topic !== 'string') return false
  const subscriptions = [...(connection.served?.subscriber.subscriptions.values() ?? [])]
  const matching = subscriptions.filter(({ filter }) => topicMatches(filter, topic))
  return matching.length > 0 && matching.every(({ shareName }) => shareName !== null)
}

type What = 'qos-1' | 'qos-2' | 'expired-qos-2' | 'shared-qos-2' | 'pubrel'

function whatOf(it: InheritedSubject): What {
  const { inherited } = it
  if (inherited.kind === 'publish-qos1') return 'qos-1'
  if (hasExpired(it) === true && inherited.state === 'sent') return 'expired-qos-2'
  if (isShared(it)) return 'shared-qos-2'
  return inherited.state === 'released' ? 'pubrel' : 'qos-2'
}

const NOT_RESENT: Readonly<Record<What, { readonly title: string; readonly sides: readonly Side[]; readonly extra311: string | null; readonly extra5: readonly string[] }>> = {
  'qos-1': { title: 'A message of QoS 1', sides: ['client', 'server'], extra311: 'MQTT-4.3.2-1', extra5: ['MQTT-4.3.2-3'] },
  'qos-2': { title: 'A message of QoS 2', sides: ['client', 'server'], extra311: 'MQTT-4.3.3-1', extra5: ['MQTT-4.3.3-3'] },
  'expired-qos-2': { title: 'A message of QoS 2 that had expired after it was sent', sides: ['client', 'server'], extra311: null, extra5: ['MQTT-4.3.3-3', 'MQTT-4.3.3-7'] },
  'shared-qos-2': { title: 'A message of QoS 2 of a shared subscription', sides: ['server'], extra311: 'MQTT-4.3.3-1', extra5: ['MQTT-4.3.3-3', 'MQTT-4.8.2-4'] },
  pubrel: { title: 'A PUBREL', sides: ['client', 'server'], extra311: 'MQTT-4.3.3-1', extra5: ['MQTT-4.3.3-5'] },
}

const NOT_RESENT_RULES = (Object.keys(NOT_RESENT) as What[]).flatMap((what) => {
  const { title, sides, extra311, extra5 } = NOT_RESENT[what]
  return sides.map((side) =>
    rule({
      id: `session.${what}-not-resent-by-${side}`,
      title: `${title} is not sent again by the ${side}, though the Session goes on`,
      statements: {
        ...(side === 'server' ? { '3.1': ['MQTT31-51'] } : {}),
        ...(extra311 === null ? {} : { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-3.1.2-4', 'MQTT-4.1.0-1', 'MQTT-3.1.3-2', extra311] }),
        '5.0': ['MQTT-4.4.0-1', 'MQTT-3.1.2-23', 'MQTT-3.1.3-2', ...extra5],
      },
      // A client that was restarted may have nothing left to send.
      severity: side === 'client' ? 'warning' : 'error',
      sides: [side],
      on: 'inherited',
      needs: WHOLE | MISSING.history,
      applies: (it) => it.inherited.initiator === side && isResumed(it) && whatOf(it) === what,
      lacks: lacksTime,
      holds: ({ inherited }) => inherited.fate === 'resent',
      // A connection that the capture lacks may have taken over, and finished it.
      certainty: ({ connection }) => (connection.earlier?.unexplained === true ? 'unsure' : 'likely'),
      says: ({ inherited, connection }) =>
        `${messageText(inherited)} had no last acknowledgement when its connection ended, and the ${side} has not sent it again within ${durationText(
          aliveUntil(connection, side) - connection.connack!.time)} of the CONNACK that resumes the Session`,
      shownBy: framesOf,
    }))
})

// ---- Sent again, but not as it should be

const ORDER_RULES = [
  rule({
    id: 'publish.resent-out-of-order',
    title: 'Messages are sent again in another order than at first',
    statements: { '3.1.1': ['MQTT-4.6.0-1'], '5.0': ['MQTT-4.6.0-1'] },
    severity: 'error',
    sides: ['client'],
    on: 'inherited',
    needs: WHOLE | MISSING.history,
    applies: (it) => it.side === 'client' && isResumed(it) && it.inherited.fate === 'resent' && it.inherited.state !== 'released',
    lacks: ({ inherited }) => (inherited.doubtful ? 'history' : null),
    holds: ({ inherited }) => inherited.overtakenBy === null,
    severityHere: ({ inherited }) => (inherited.overtakenBySameQos ? null : 'warning'),
    says: ({ inherited }) => `${messageText(inherited)} is sent again after packet ${inherited.overtakenBy!.number}, whose message was first sent after it`,
    shownBy: (it) => [...framesOf(it), it.inherited.overtakenBy!.frame],
  }),
  ...(['client', 'server'] as const).map((side) =>
    rule({
      id: `publish.resent-with-other-identifier-by-${side}`,
      title: `A message is sent again by the ${side} with another Packet Identifier`,
      statements: { '3.1.1': [side === 'client' ? 'MQTT-2.3.1-3' : 'MQTT-2.3.1-4', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.4.0-1'] },
      severity: 'error',
      sides: [side],
      on: 'inherited',
      needs: WHOLE | MISSING.history,
      applies: (it) => it.inherited.initiator === side && isResumed(it) && (it.inherited.fate === 'resent' || (it.inherited.fate === 'waiting' && it.inherited.renamed !== null)),
      lacks: ({ inherited: { doubtful, renamed } }) => (doubtful ? 'history' : renamed?.same === false ? 'content' : null),
      holds: ({ inherited }) => inherited.fate === 'resent',
      certainty: LIKELY,
      says: ({ inherited }) =>
        `PUBLISH ${inherited.renamed!.packetIdentifier} has DUP set, and topic and payload of ${messageText(inherited)} which is not finished and is not sent again under its own identifier`,
      at: ({ inherited }) => placeOf(inherited.renamed!),
      shownBy: framesOf,
    })),
]

// ---- Sent again though the Session was not kept

function isForgotten({ inherited, connection }: InheritedSubject): boolean {
  return inherited.discarded && connection.connack?.reasonCode === 0
}

function saysForgotten({ inherited, connection }: InheritedSubject): string {
  const why = connection.connect!.cleanStart === true ? 'the client has begun a new Session' : 'Session Present is 0'
  return `${messageText(inherited)} is sent again, though ${why}: nothing of the old one is left`
}

const FORGOTTEN = {
  severity: 'error',
  on: 'inherited',
  needs: WHOLE,
  certainty: LIKELY,
  says: saysForgotten,
  shownBy: framesOf,
} as const

function lacksCertainty({ inherited }: InheritedSubject): Reason | null {
  if (inherited.doubtful) return 'history'
  return inherited.fate === 'resent' && inherited.knew === null ? 'not-acknowledged' : null
}

const FORGOTTEN_RULES = [
  ...(['client', 'server'] as const).map((side) =>
    rule({
      ...FORGOTTEN,
      id: `session.resent-after-clean-start-by-${side}`,
      title: `A message of a Session that was discarded is sent again by the ${side}`,
      statements: {
        '3.1.1': side === 'client' ? ['MQTT-3.1.2-6'] : ['MQTT-3.1.2-6', 'MQTT-3.1.4-3'],
        '5.0': side === 'client' ? ['MQTT-3.1.2-4', 'MQTT-4.4.0-1'] : ['MQTT-3.1.2-4', 'MQTT-3.1.4-4', 'MQTT-4.4.0-1'],
      },
      sides: [side],
      applies: (it) => it.inherited.initiator === side && isForgotten(it) && it.connection.connect!.cleanStart === true,
      // Who asks for a clean start knows what that means before the CONNACK.
      lacks: ({ inherited }) => (inherited.doubtful ? 'history' : null),
      holds: ({ inherited }) => inherited.fate !== 'resent',
    })),
  rule({
    ...FORGOTTEN,
    id: 'session.resent-after-session-present-0',
    title: 'A message of a Session that the server has not is sent again',
    statements: { '5.0': ['MQTT-3.2.2-5', 'MQTT-4.4.0-1'] },
    sides: ['client'],
    applies: (it) => it.side === 'client' && isForgotten(it) && it.connection.connect!.cleanStart === false,
    lacks: lacksCertainty,
    holds: ({ inherited }) => inherited.fate !== 'resent',
  }),
  rule({
    ...FORGOTTEN,
    id: 'session.resent-by-server-without-session',
    title: 'The server sends a message of a Session again that it does not have, as it said',
    statements: { '3.1.1': [], '5.0': ['MQTT-4.4.0-1'] },
    sides: ['server'],
    applies: (it) => it.side === 'server' && isForgotten(it) && it.connection.connect!.cleanStart === false,
    lacks: lacksCertainty,
    holds: ({ inherited }) => inherited.fate !== 'resent',
  }),
]

// ---- Sent again though it was refused

function isResentRefusal({ event, connection }: PacketSubjectOf<'PUBLISH' | 'PUBACK' | 'PUBREC'>): boolean {
  return connection.resentRefusal?.number === event.number
}

const REFUSAL_RULES = [
  rule({
    id: 'publish.refused-and-resent',
    title: 'A message that was refused is sent again',
    statements: { '5.0': ['MQTT-4.4.0-2'] },
    severity: 'error',
    sides: ['client', 'server'],
    on: ['PUBLISH', 'PUBACK', 'PUBREC'],
    needs: MISSING.connect | MISSING.clientBytes | MISSING.serverBytes,
    applies: (it) => (it.packet.type === 'PUBLISH' ? it.packet.dup && isResentRefusal(it) : (it.packet.reasonCode ?? 0) >= 0x80 && it.exchange !== null && it.exchange.initiator === it.peer),
    holds: ({ packet }) => packet.type !== 'PUBLISH',
    actor: ({ packet, side, peer }) => (packet.type === 'PUBLISH' ? side : peer),
    certainty: LIKELY,
    says: ({ connection, packet }) => {
      const { refusal } = connection.resentRefusal!
      return `PUBLISH ${packet.type === 'PUBLISH' ? packet.packetIdentifier : ''} is sent again, though packet ${refusal.by.number} has refused it, which its sender had received`
    },
    shownBy: ({ connection }) => [connection.resentRefusal!.refusal.by.frame],
  }),
]

// ---- A repeated PUBLISH and its PUBREC

const REPEAT_RULES = [
  rule({
    id: 'publish.repeat-without-pubrec',
    title: 'A PUBLISH of QoS 2 that was sent again is not answered',
    statements: { '5.0': ['MQTT-4.3.3-10'] },
    severity: 'error',
    sides: ['client', 'server'],
    on: 'inherited',
    needs: WHOLE,
    applies: (it) => isResumed(it) && it.inherited.repeatEnd !== null,
    lacks: ({ inherited, connection, captureEnded }) => {
      if (inherited.answer !== null) return null
      const receiver = otherSide(inherited.initiator)
      if (aliveUntil(connection, receiver) - inherited.by!.time < DEADLINE) return captureEnded ? 'capture-end' : 'doubt'
      return connection.half(inherited.initiator).acknowledgedOffset >= inherited.repeatEnd! ? null : 'not-acknowledged'
    },
    holds: ({ inherited }) => inherited.answer !== null,
    certainty: LIKELY,
    severityHere: ({ inherited }) => (inherited.initiator === 'server' ? 'warning' : null),
    actor: ({ inherited }) => otherSide(inherited.initiator),
    says: ({ inherited }) => `${messageText(inherited)} is sent again, and no PUBREC answers it within ${durationText(DEADLINE)}`,
    shownBy: framesOf,
  }),
]

export const RESUMPTION_RULES: readonly Rule[] = [...NOT_RESENT_RULES, ...ORDER_RULES, ...FORGOTTEN_RULES, ...REFUSAL_RULES, ...REPEAT_RULES]
