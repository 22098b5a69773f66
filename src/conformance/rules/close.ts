/**
 * Who must close a connection and does not (MQTT 5.0 §3.14.4, §4.13; §4.8 of 3.1.1). What a side must have known since it said so itself is an error; what it must
 * have noticed in what it received a warning, since an implementation may miss it.
 */
import type { PacketType } from '../../mqtt/packet.ts'
import type { DecoderProblemCode } from '../../mqtt/problems.ts'
import { hexByte } from '../../mqtt/problems.ts'
import { reasonCodeName } from '../../mqtt/reason-codes.ts'
import type { Version } from '../../mqtt/version.ts'
import type { Side } from '../../session/side.ts'
import { MISSING } from '../evidence.ts'
import { rule, type Rule } from '../rule.ts'
import type { CloseDutySubject, ConnectionSubject } from '../subject.ts'
import { methodOfConnect } from './auth.ts'
import { isInvalidConnect } from './connack.ts'
import { hasForbiddenIdentifier } from './connect.ts'

type Definition = Omit<Rule<'close-duty'>, 'on' | 'needs' | 'holds' | 'lacks' | 'says' | 'severity' | 'certainty'> & {
  readonly severity: Rule['severity']
  /** What the side has done, or received: `The client sent DISCONNECT`. */
  readonly after: (subject: CloseDutySubject) => string
}

const NEEDS = MISSING.clientDirection | MISSING.serverDirection | MISSING.clock

function closes({ after, ...definition }: Definition): Rule {
  return rule({
    ...definition,
    on: 'close-duty',
    needs: NEEDS,
    lacks: ({ outcome }) => (outcome === 'unseen' ? 'gap' : outcome === 'capture-end' || outcome === 'not-acknowledged' ? outcome : null),
    holds: ({ outcome }) => outcome === 'kept',
    says: (subject) => `${after(subject)}, and ${waited(subject)}`,
    severityHere: ({ outcome, connection, side }) => (outcome === 'late' && connection.finish?.by === side ? 'warning' : null),
    certainty: (subject) => (subject.duty.cause !== 'defect' && subject.outcome === 'missed' && subject.stillThere ? 'certain' : 'likely'),
    shownBy: ({ connection }) => (connection.finish === null ? [] : [connection.finish.frame]),
  })
}

function waited({ outcome, connection, now, time, side }: CloseDutySubject): string {
  const { finish } = connection
  const end = finish?.time ?? now
  const seconds = Math.floor((end - time) / 1e9)
  return outcome === 'late' ? `the connection was closed only ${seconds} s later, by the ${finish!.by ?? 'network'}` : `${seconds} s later the ${side} had not closed the connection`
}

// ---- DISCONNECT, by its sender and by its receiver

const DISCONNECTED = [
  closes({
    id: 'disconnect.left-open',
    title: 'The sender of DISCONNECT does not close the connection',
    statements: { '3.1': ['MQTT31-45'], '3.1.1': ['MQTT-3.14.4-1'], '5.0': ['MQTT-3.14.4-2'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    sides: ['client', 'server'],
    applies: ({ duty }) => duty.cause === 'disconnect' && duty.reasonCode < FIRST_FAILURE,
    after: ({ side }) => `The ${side} sent DISCONNECT`,
  }),
  closes({
    id: 'disconnect.error-left-open',
    title: 'The sender of a DISCONNECT that tells of an error does not close the connection',
    statements: { '5.0': ['MQTT-3.14.4-2', 'MQTT-4.13.2-1'] },
    severity: 'error',
    sides: ['client', 'server'],
    applies: ({ duty }) => duty.cause === 'disconnect' && duty.reasonCode >= FIRST_FAILURE && !duty.authenticating,
    after: saysDisconnect,
  }),
  closes({
    id: 'auth.failed-left-open',
    title: 'The connection is not closed after a re-authentication that failed',
    statements: { '5.0': ['MQTT-4.12.1-2', 'MQTT-3.14.4-2', 'MQTT-4.13.2-1'] },
    severity: 'error',
    sides: ['client', 'server'],
    applies: ({ duty }) => duty.cause === 'disconnect' && duty.authenticating,
    after: (subject) => `${saysDisconnect(subject)} during a re-authentication`,
  }),
  closes({
    id: 'disconnect.receiver-left-open',
    title: 'The receiver of DISCONNECT does not close the connection either',
    statements: { '3.1': ['MQTT31-45'], '3.1.1': [], '5.0': [] },
    severity: 'warning',
    sides: ['client', 'server'],
    applies: ({ duty }) => duty.cause === 'peer-disconnect',
    after: ({ side }) => `The ${side} received DISCONNECT`,
  }),
]

// ---- A CONNACK that refuses

interface Refusal {
  readonly id: string
  readonly title: string
  readonly statements: Rule['statements']
  readonly applies: (subject: CloseDutySubject) => boolean
}

const ALL_REFUSALS = { '3.1.1': ['MQTT-3.2.2-5'], '5.0': ['MQTT-3.2.2-7', 'MQTT-3.1.4-2', 'MQTT-4.13.2-1'] } as const
const of311 = (...ids: string[]) => [...ALL_REFUSALS['3.1.1'], ...ids]
const of5 = (...ids: string[]) => [...ALL_REFUSALS['5.0'], ...ids]

/** The first that applies says which statements it breaks that the server does not close. */
const REFUSALS: readonly Refusal[] = [
  {
    id: 'connack.refused-name-left-open',
    title: 'The server refuses the protocol name and does not close the connection',
    statements: { '5.0': of5('MQTT-3.1.2-1', 'MQTT-3.1.2-2') },
    applies: (subject) => isVersionRefused(subject) && subject.version === '5.0' && (subject.connection.announcement?.protocolName ?? 'MQTT') !== 'MQTT',
  },
  {
    id: 'connack.refused-version-left-open',
    title: 'The server refuses the protocol version and does not close the connection',
    statements: { '3.1.1': of311('MQTT-3.1.2-2'), '5.0': of5('MQTT-3.1.2-2') },
    applies: isVersionRefused,
  },
  {
    id: 'connack.refused-empty-identifier-left-open',
    title: 'The server refuses an empty client identifier and does not close the connection',
    statements: { '3.1.1': of311('MQTT-3.1.3-8', 'MQTT-3.1.3-9') },
    applies: (subject) => isIdentifierRefused(subject) && hasForbiddenIdentifier(subject.connection.announcement?.defect),
  },
  {
    id: 'connack.refused-identifier-left-open',
    title: 'The server refuses the client identifier and does not close the connection',
    statements: { '3.1.1': of311('MQTT-3.1.3-9'), '5.0': of5('MQTT-3.1.3-8') },
    applies: isIdentifierRefused,
  },
  {
    id: 'connack.refused-will-qos-left-open',
    title: 'The server refuses the QoS of the will and does not close the connection',
    statements: { '5.0': of5('MQTT-3.2.2-12') },
    applies: ({ duty }) => duty.reasonCode === QOS_NOT_SUPPORTED,
  },
  {
    id: 'connack.refused-will-retain-left-open',
    title: 'The server refuses a will that is to be retained and does not close the connection',
    statements: { '5.0': of5('MQTT-3.2.2-13') },
    applies: ({ duty }) => duty.reasonCode === RETAIN_NOT_SUPPORTED,
  },
  {
    id: 'connack.failed-authentication-left-open',
    title: 'The server rejects the authentication and does not close the connection',
    statements: { '5.0': of5('MQTT-4.12.0-4') },
    applies: ({ duty }) => duty.authenticating,
  },
  {
    id: 'connack.refused-method-left-open',
    title: 'The server refuses the Authentication Method and does not close the connection',
    statements: { '5.0': of5('MQTT-4.12.0-1') },
    applies: ({ duty, connection }) =>
      (duty.reasonCode === BAD_AUTHENTICATION_METHOD || duty.reasonCode === NOT_AUTHORIZED) && methodOfConnect(connection) !== null,
  },
  {
    id: 'connack.refused-left-open',
    title: 'The server refuses the connection and does not close it',
    statements: { '3.1': [], ...ALL_REFUSALS },
    applies: () => true,
  },
]

const REFUSED = REFUSALS.map(({ id, title, statements, applies }, index) => closes({
  id,
  title,
  statements,
  severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
  sides: ['server'],
  applies: (subject) =>
    subject.duty.cause === 'refusal' && applies(subject)
    && !REFUSALS.slice(0, index).some((each) => each.statements[subject.version] !== undefined && each.applies(subject)),
  after: ({ duty, version }) => `The server refused the connection (CONNACK ${codeText('CONNACK', duty.reasonCode, version === '5.0')})`,
}))

// ---- What a side received and must close for

interface Defects {
  readonly id: string
  readonly title: string
  readonly statements: Rule['statements']
  readonly severity?: Rule['severity']
  readonly sides: readonly Side[]
  readonly applies: (defect: string, packet: PacketType) => boolean
}

/** Defects that a receiver ends the connection for by the general rule: they cannot be read, or the standard calls them errors and gives a code (§4.13.1). */
const GENERAL: ReadonlySet<string> = new Set<DecoderProblemCode | 'not-connect'>([
  'not-connect', 'fixed-header.reserved-type', 'fixed-header.wrong-direction', 'fixed-header.remaining-length-too-long', 'packet.truncated', 'packet.leftover-bytes',
  'property.length-missing', 'property.length-too-long', 'property.integer-too-long', 'property.value-truncated', 'property.unknown', 'property.misplaced',
  'property.duplicate', 'property.not-zero-or-one', 'property.zero', 'subscribe.no-filters', 'unsubscribe.no-filters', 'subscribe.retain-handling-3',
  'subscribe.no-local-on-shared', 'publish.no-topic-and-no-alias', 'publish.subscription-identifier-from-client', 'auth.no-method',
])

const RECEIVED_FROM_SPEC: readonly Defects[] = [
  {
    id: 'connect.second-left-open',
    title: 'The server does not close the connection for a second CONNECT',
    statements: { '3.1.1': ['MQTT-3.1.0-2', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.1.0-2', 'MQTT-4.13.1-1'] },
    sides: ['server'],
    applies: (defect) => defect === 'second-connect',
  },
  {
    id: 'connect.reserved-flag-left-open',
    title: 'The server does not close the connection for the reserved flag of a CONNECT',
    statements: { '3.1.1': ['MQTT-3.1.2-3', 'MQTT-3.1.4-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.1.2-3', 'MQTT-3.1.4-1', 'MQTT-4.13.1-1'] },
    sides: ['server'],
    applies: (defect, packet) => packet === 'CONNECT' && defect === 'connect.reserved-flag',
  },
  {
    id: 'connect.invalid-left-open',
    title: 'The server does not close the connection for a CONNECT that is not valid',
    statements: { '3.1': ['MQTT31-53'], '3.1.1': ['MQTT-3.1.4-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.1.4-1', 'MQTT-4.13.1-1'] },
    severity: { '3.1': 'note', '3.1.1': 'warning', '5.0': 'warning' },
    sides: ['server'],
    applies: (defect, packet) => packet === 'CONNECT' && isInvalidConnect(defect),
  },
  {
    id: 'close.bad-pubrel-flags',
    title: 'A connection stays open after PUBREL with wrong flags',
    statements: { '3.1.1': ['MQTT-2.2.2-2', 'MQTT-3.6.1-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.6.1-1', 'MQTT-4.13.1-1'] },
    sides: ['server'],
    applies: (defect, packet) => defect === WRONG_FLAGS && packet === 'PUBREL',
  },
  {
    id: 'close.bad-subscribe-flags',
    title: 'A connection stays open after SUBSCRIBE with wrong flags',
    statements: { '3.1.1': ['MQTT-2.2.2-2', 'MQTT-3.8.1-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.8.1-1', 'MQTT-4.13.1-1'] },
    sides: ['server'],
    applies: (defect, packet) => defect === WRONG_FLAGS && packet === 'SUBSCRIBE',
  },
  {
    id: 'close.bad-unsubscribe-flags',
    title: 'A connection stays open after UNSUBSCRIBE with wrong flags',
    statements: { '3.1.1': ['MQTT-2.2.2-2', 'MQTT-3.10.1-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.10.1-1', 'MQTT-4.13.1-1'] },
    sides: ['server'],
    applies: (defect, packet) => defect === WRONG_FLAGS && packet === 'UNSUBSCRIBE',
  },
  {
    id: 'close.bad-disconnect-flags',
    title: 'A connection stays open after DISCONNECT with wrong flags',
    statements: { '3.1.1': ['MQTT-2.2.2-2', 'MQTT-3.14.1-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.14.1-1'] },
    sides: ['client', 'server'],
    applies: (defect, packet) => defect === WRONG_FLAGS && packet === 'DISCONNECT',
  },
  {
    id: 'close.bad-auth-flags',
    title: 'A connection stays open after AUTH with wrong flags',
    statements: { '5.0': ['MQTT-3.15.1-1'] },
    sides: ['client', 'server'],
    applies: (defect, packet) => defect === WRONG_FLAGS && packet === 'AUTH',
  },
  {
    id: 'close.bad-flags',
    title: 'A connection stays open after a packet with wrong flags',
    statements: { '3.1.1': ['MQTT-2.2.2-2', 'MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
    sides: ['client', 'server'],
    applies: (defect) => defect === WRONG_FLAGS,
  },
  {
    id: 'close.bad-utf8',
    title: 'A connection stays open after text that is not UTF-8',
    statements: { '3.1.1': ['MQTT-1.5.3-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
    sides: ['client', 'server'],
    applies: (defect) => defect === 'text.ill-formed-utf8',
  },
  {
    id: 'close.null-character',
    title: 'A connection stays open after text with U+0000',
    statements: { '3.1.1': ['MQTT-1.5.3-2', 'MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
    sides: ['client', 'server'],
    applies: (defect) => defect === 'text.null-character',
  },
  {
    id: 'close.qos-3',
    title: 'A connection stays open after PUBLISH with QoS 3',
    statements: { '3.1.1': ['MQTT-3.3.1-4', 'MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
    sides: ['client', 'server'],
    applies: (defect) => defect === 'publish.qos-3',
  },
  {
    id: 'close.reserved-subscription-bits',
    title: 'A connection stays open after SUBSCRIBE with reserved bits',
    statements: { '3.1.1': ['MQTT-3.8.3-4', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.8.3-5', 'MQTT-4.13.1-1'] },
    sides: ['server'],
    applies: (defect) => defect === 'subscribe.reserved-option-bits',
  },
  {
    id: 'close.subscription-qos-3',
    title: 'A connection stays open after SUBSCRIBE that asks for QoS 3',
    statements: { '3.1.1': ['MQTT-3.8.3-4', 'MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
    sides: ['server'],
    applies: (defect) => defect === 'subscribe.qos-3',
  },
  {
    id: 'close.bad-packet',
    title: 'A connection stays open after a packet that must not be',
    statements: { '3.1.1': ['MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] },
    sides: ['client', 'server'],
    applies: (defect) => GENERAL.has(defect),
  },
]

/** MQTT 5.0 §4.13.1: the server must, the client only should. So where both must before 5.0, the client has a rule of its own. */
const RECEIVED = RECEIVED_FROM_SPEC.flatMap((defects, index) => {
  const { statements, sides } = defects
  if (sides.length === 1 || statements['5.0']?.includes('MQTT-4.13.1-1') !== true) return received(defects, index, sides, statements)
  return [
    received(defects, index, ['server'], statements),
    received({ ...defects, id: `${defects.id}-by-client` }, index, ['client'], { '3.1.1': statements['3.1.1']! }),
  ]
})

function received({ id, title, severity = 'warning', applies }: Defects, index: number, sides: readonly Side[], statements: Rule['statements']): Rule {
  const isMeantBefore = (version: Version, defect: string, packet: PacketType) =>
    RECEIVED_FROM_SPEC.slice(0, index).some((each) => each.statements[version] !== undefined && each.applies(defect, packet))
  return closes({
    id,
    title,
    statements,
    severity,
    sides,
    applies: ({ duty: { cause, defect, packet }, version, side }) => cause === 'defect' && sides.includes(side) && applies(defect, packet) && !isMeantBefore(version, defect, packet),
    after: ({ duty: { packet, defect }, side }) => `The ${side} received ${packet} that must not be (${DEFECT_TEXTS[defect] ?? defect})`,
  })
}

const DEFECT_TEXTS: Readonly<Record<string, string>> = {
  'second-connect': 'a second one on this connection',
  'not-connect': 'the first packet must be CONNECT',
}

const SESSION = closes({
  id: 'connack.unexpected-session-left-open',
  title: 'The client goes on with a session that it does not know',
  statements: { '5.0': ['MQTT-3.2.2-4'] },
  severity: 'warning',
  sides: ['client'],
  applies: ({ duty }) => duty.cause === 'session',
  after: () => 'The client asked for a clean start and received CONNACK with Session Present 1',
})

// ---- A version that does not exist

const UNKNOWN_VERSION = [
  rule({
    id: 'connack.unknown-version-accepted',
    title: 'A protocol version that does not exist is accepted',
    statements: { '3.1.1': ['MQTT-3.1.2-2'], '5.0': ['MQTT-3.1.2-2'] },
    severity: 'error',
    sides: ['server'],
    on: 'unknown-version',
    needs: MISSING.start,
    applies: ({ connection }) => connection.announcement!.protocolName === 'MQTT' && connection.connackSeen,
    holds: ({ connection }) => connection.refused,
    says: ({ connection }) => `The server accepted Protocol Level ${connection.announcement!.protocolLevel}, which no MQTT has`,
    certainty: ({ version }) => (version === '5.0' ? 'likely' : 'certain'),
    at: placeOfConnack,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'connack.unknown-name-accepted',
    title: 'A protocol name that does not exist is accepted, and served as MQTT 3.1.1',
    statements: { '3.1.1': ['MQTT-3.1.2-1'] },
    severity: 'error',
    sides: ['server'],
    on: 'unknown-version',
    needs: MISSING.start,
    applies: ({ connection }) => connection.announcement!.protocolName !== 'MQTT' && (connection.connackSeen || connection.finish !== null),
    holds: ({ connection }) => !connection.connackSeen || connection.refused || connection.server.packets < 2,
    says: () => 'The server accepted a CONNECT with a protocol name that no MQTT has, and goes on by the rules of MQTT 3.1.1',
    certainty: () => 'likely',
    at: placeOfConnack,
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'connect.unknown-version-not-refused',
    title: 'A protocol version that does not exist is not refused with a return code, but by closing the connection',
    statements: { '3.1.1': ['MQTT-3.1.2-2'] },
    severity: 'warning',
    sides: ['server'],
    on: 'unknown-version',
    needs: MISSING.start | MISSING.serverDirection | MISSING.serverBytes,
    applies: ({ connection }) => connection.announcement!.protocolName === 'MQTT' && !connection.connackSeen && connection.finish?.by === 'server',
    holds: () => false,
    says: ({ connection }) =>
      `The server closed the connection without a CONNACK; Protocol Level ${connection.announcement!.protocolLevel} is refused with return code 1 (unacceptable protocol version)`,
    certainty: () => 'likely',
    shownBy: ({ connection }) => [connection.connect!.frame],
  }),
  rule({
    id: 'connect.unknown-version-left-open',
    title: 'A protocol version that does not exist is neither refused nor the connection closed',
    statements: { '3.1.1': ['MQTT-3.1.2-2'], '5.0': ['MQTT-3.1.2-2'] },
    severity: 'warning',
    sides: ['server'],
    on: 'unknown-version',
    needs: MISSING.start | NEEDS,
    applies: ({ connection }) => connection.announcement!.protocolName === 'MQTT' && !connection.connackSeen,
    lacks: ({ connection, captureEnded, now }) => {
      if (connection.finish !== null) return null
      if (!captureEnded || !connection.hasNotClosed('server') || !connection.hasNotClosed('client')) return 'gap'
      if (!(now - connection.connect!.time > DEADLINE)) return 'capture-end'
      return connection.half('client').acknowledgedOffset < connection.half('client').offset ? 'not-acknowledged' : null
    },
    holds: ({ connection }) => connection.finish !== null,
    says: ({ connection, now }) =>
      `The client announced Protocol Level ${connection.announcement!.protocolLevel}, which no MQTT has; ${Math.floor((now - connection.connect!.time) / 1e9)} s later the server had neither refused that nor closed the connection`,
    certainty: () => 'likely',
    at: ({ connection }) => ({ packet: connection.connect!.number, frame: connection.connect!.frame, time: connection.connect!.time }),
  }),
]

export const CLOSE_RULES = [...DISCONNECTED, ...REFUSED, ...RECEIVED, SESSION, ...UNKNOWN_VERSION]

const DEADLINE = 20e9
const FIRST_FAILURE = 0x80
const WRONG_FLAGS = 'fixed-header.reserved-flags'

/** Reason codes of CONNACK (MQTT 5.0 §3.2.2.2), and return codes before. */
const UNSUPPORTED_VERSION = 0x84
const IDENTIFIER_NOT_VALID = 0x85
const NOT_AUTHORIZED = 0x87
const BAD_AUTHENTICATION_METHOD = 0x8c
const RETAIN_NOT_SUPPORTED = 0x9a
const QOS_NOT_SUPPORTED = 0x9b
const UNACCEPTABLE_VERSION = 1
const IDENTIFIER_REJECTED = 2

/** Also in the form of 3.1.1, as servers answer that do not know 5.0. */
function isVersionRefused({ duty: { reasonCode } }: CloseDutySubject): boolean {
  return reasonCode === UNSUPPORTED_VERSION || reasonCode === UNACCEPTABLE_VERSION
}

function isIdentifierRefused({ duty: { reasonCode } }: CloseDutySubject): boolean {
  return reasonCode === IDENTIFIER_NOT_VALID || reasonCode === IDENTIFIER_REJECTED
}

function saysDisconnect({ side, duty }: CloseDutySubject): string {
  return `The ${side} sent DISCONNECT with ${codeText('DISCONNECT', duty.reasonCode, true)}`
}

function codeText(packet: 'CONNACK' | 'DISCONNECT', code: number, named: boolean): string {
  const name = named ? reasonCodeName(packet, code) : null
  return name === null ? hexByte(code) : `${hexByte(code)}, ${name}`
}

function placeOfConnack({ connection }: ConnectionSubject) {
  const { number, frame, time } = connection.connack!
  return { packet: number, frame, time }
}
