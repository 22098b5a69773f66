/** Packet Identifiers in use, and messages that are sent more than once (MQTT 5.0 §2.2.1, §3.3.1.1, §4.3, §4.4). */
import type { Side } from '../../session/side.ts'
import { MISSING } from '../evidence.ts'
import type { Rule } from '../rule.ts'
import type { MisfitSubject } from '../subject.ts'
import { misfitRule, requestText, WHOLE_CONNECTION } from './misfits.ts'

const QOS = [1, 2] as const
const SIDES = ['client', 'server'] as const

function isPublishOf(qos: 1 | 2): (subject: MisfitSubject) => boolean {
  return ({ misfit: { event } }) => event.packet.type === 'PUBLISH' && event.packet.qos === qos
}

function isPublish({ misfit }: MisfitSubject): boolean {
  return misfit.type === 'PUBLISH'
}

/** `PUBLISH 7`. */
function thisPacket({ misfit }: MisfitSubject): string {
  return `${misfit.type} ${misfit.packetIdentifier}`
}

function saysInUse(subject: MisfitSubject): string {
  const { exchange, against, inherited } = subject.misfit
  return `${thisPacket(subject)} takes the Packet Identifier of ${requestText(exchange!)}, packet ${against?.number ?? 0}, which has not got its last acknowledgement`
    + (inherited ? ' and goes on with this connection' : '')
}

const FRESH_IDENTIFIER: Readonly<Record<Side, Readonly<Record<1 | 2, Rule['statements']>>>> = {
  client: {
    1: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-2', 'MQTT-2.3.1-3', 'MQTT-4.3.2-1'], '5.0': ['MQTT-2.2.1-3', 'MQTT-4.3.2-1'] },
    2: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-2', 'MQTT-2.3.1-3', 'MQTT-4.3.3-1'], '5.0': ['MQTT-2.2.1-3', 'MQTT-4.3.3-1'] },
  },
  server: {
    1: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-4', 'MQTT-4.3.2-1'], '5.0': ['MQTT-2.2.1-4', 'MQTT-4.3.2-1'] },
    2: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-4', 'MQTT-4.3.3-1'], '5.0': ['MQTT-2.2.1-4', 'MQTT-4.3.3-1'] },
  },
}

const FIRST_WITHOUT_DUP: typeof FRESH_IDENTIFIER = {
  client: {
    1: { '3.1': ['MQTT31-14'], '3.1.1': ['MQTT-4.3.2-1'], '5.0': ['MQTT-4.3.2-2'] },
    2: { '3.1': ['MQTT31-14'], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-2'] },
  },
  server: {
    1: { '3.1': ['MQTT31-14'], '3.1.1': ['MQTT-3.3.1-3', 'MQTT-4.3.2-1'], '5.0': ['MQTT-3.3.1-3', 'MQTT-4.3.2-2'] },
    2: { '3.1': ['MQTT31-14'], '3.1.1': ['MQTT-3.3.1-3', 'MQTT-4.3.3-1'], '5.0': ['MQTT-3.3.1-3', 'MQTT-4.3.3-2'] },
  },
}

const ERROR_FROM_311 = { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' } as const

export const IDENTIFIER_RULES = [
  ...SIDES.flatMap((side) => QOS.flatMap((qos) => [
    misfitRule({
      id: `publish.qos${qos}-identifier-in-use-of-${side}`,
      title: `A PUBLISH of QoS ${qos} of the ${side} takes a Packet Identifier that is in use`,
      statements: FRESH_IDENTIFIER[side][qos],
      severity: 'error',
      sides: [side],
      kind: 'identifier-in-use',
      exercisedBy: [`PUBLISH qos${qos}`],
      among: isPublishOf(qos),
      // A client that was restarted, and remembers nothing.
      severityHere: ({ misfit }) => (side === 'client' && misfit.inherited ? 'warning' : null),
      says: saysInUse,
    }),
    misfitRule({
      id: `publish.qos${qos}-dup-at-first-of-${side}`,
      title: `A PUBLISH of QoS ${qos} of the ${side} has DUP set though it is sent for the first time`,
      statements: FIRST_WITHOUT_DUP[side][qos],
      severity: ERROR_FROM_311,
      sides: [side],
      kind: 'first-with-dup',
      exercisedBy: [`PUBLISH qos${qos}`],
      needs: WHOLE_CONNECTION | MISSING.history,
      among: isPublishOf(qos),
      says: (subject) => `${thisPacket(subject)} has DUP set, and its Packet Identifier is in no exchange of the Session: it was not sent before`,
    }),
  ])),
  misfitRule({
    id: 'subscribe.identifier-in-use',
    title: 'A SUBSCRIBE or UNSUBSCRIBE takes a Packet Identifier that is in use',
    statements: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-2', 'MQTT-2.3.1-3'], '5.0': ['MQTT-2.2.1-3'] },
    severity: 'error',
    sides: ['client'],
    kind: 'identifier-in-use',
    exercisedBy: ['SUBSCRIBE', 'UNSUBSCRIBE'],
    among: (subject) => !isPublish(subject),
    severityHere: ({ misfit }) => (misfit.inherited ? 'warning' : null),
    says: saysInUse,
  }),
  misfitRule({
    id: 'packet.dup-at-first',
    title: 'A SUBSCRIBE, UNSUBSCRIBE or PUBREL has DUP set though it is sent for the first time',
    statements: { '3.1': ['MQTT31-14'] },
    severity: 'warning',
    sides: ['client', 'server'],
    kind: 'first-with-dup',
    exercisedBy: ['SUBSCRIBE', 'UNSUBSCRIBE', 'PUBREL'],
    needs: WHOLE_CONNECTION | MISSING.history,
    among: (subject) => !isPublish(subject),
    says: (subject) => `${thisPacket(subject)} has DUP set, and was not sent before`,
  }),
  misfitRule({
    id: 'publish.sent-again',
    title: 'A PUBLISH is sent again on the same connection, before its acknowledgement',
    statements: { '3.1.1': [], '5.0': ['MQTT-4.4.0-1'] },
    severity: { '3.1.1': 'note', '5.0': 'error' },
    sides: ['client', 'server'],
    kind: 'sent-again',
    exercisedBy: ['PUBLISH qos>0'],
    // Without DUP it is a defect of 3.1.1 too, which is another rule.
    among: ({ misfit, version }) => version === '5.0' || misfit.dup,
    says: (subject) => `${thisPacket(subject)} is sent again on the same connection, before its acknowledgement; packet ${subject.misfit.against?.number ?? 0} is the same message`,
  }),
  misfitRule({
    id: 'publish.sent-again-without-dup',
    title: 'A packet that is sent again without DUP',
    statements: { '3.1': ['MQTT31-17'], '3.1.1': ['MQTT-3.3.1-1'] },
    severity: ERROR_FROM_311,
    sides: ['client', 'server'],
    kind: 'sent-again',
    exercisedBy: ['PUBLISH qos>0'],
    among: ({ misfit }) => !misfit.dup,
    says: (subject) => `${thisPacket(subject)} is sent again before its acknowledgement, and DUP is 0; packet ${subject.misfit.against?.number ?? 0} is the same`,
  }),
  misfitRule({
    id: 'publish.resent-without-dup',
    title: 'A PUBLISH of an earlier connection is sent again without DUP',
    statements: { '3.1': ['MQTT31-17'], '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-3.3.1-1'] },
    severity: ERROR_FROM_311,
    sides: ['client', 'server'],
    kind: 'resent-without-dup',
    exercisedBy: ['PUBLISH qos>0'],
    says: (subject) => `${thisPacket(subject)} was sent on an earlier connection, packet ${subject.misfit.against?.number ?? 0}, and is sent again with DUP 0`,
  }),
  misfitRule({
    id: 'publish.sent-after-pubrel',
    title: 'A PUBLISH of QoS 2 is sent again after its PUBREL',
    statements: { '3.1': [], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-6'] },
    severity: 'error',
    sides: ['client', 'server'],
    kind: 'sent-after-pubrel',
    exercisedBy: ['PUBREL'],
    says: (subject) => `${thisPacket(subject)} is sent again after the PUBREL of the same message, and before its PUBCOMP`,
  }),
]
