/** Acknowledgements that answer nothing, or the wrong thing, or come in the wrong order (MQTT 5.0 §2.2.1, §3.8.4, §3.10.4, §4.3, §4.6). */
import { MISSING } from '../evidence.ts'
import { rule } from '../rule.ts'
import type { MisfitSubject } from '../subject.ts'
import { misfitRule, WHOLE_CONNECTION } from './misfits.ts'

const ERROR_FROM_311 = { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' } as const

const isOf = (...types: readonly string[]) => ({ misfit }: MisfitSubject): boolean => types.includes(misfit.type)

/** `PUBACK 7`. */
function thisPacket({ misfit }: MisfitSubject): string {
  return misfit.packetIdentifier === null ? misfit.type : `${misfit.type} ${misfit.packetIdentifier}`
}

function saysUnasked(subject: MisfitSubject): string {
  const { type, side, packetIdentifier } = subject.misfit
  const asked = type === 'PUBREL' ? `the ${side} has no PUBLISH of QoS 2` : `the ${side} was sent nothing to answer`
  return `${thisPacket(subject)} belongs to nothing: ${asked} with Packet Identifier ${packetIdentifier}`
}

const UNASKED = { kind: 'unasked', needs: WHOLE_CONNECTION, severity: ERROR_FROM_311, says: saysUnasked } as const

/** What a side says twice, or in answer to nothing. */
const UNASKED_RULES = [
  misfitRule({
    ...UNASKED,
    id: 'acknowledgement.unasked',
    title: 'A PUBACK, PUBREC or PUBREL whose Packet Identifier belongs to no message',
    statements: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-6'], '5.0': ['MQTT-2.2.1-5'] },
    sides: ['client', 'server'],
    exercisedBy: ['PUBACK', 'PUBREC', 'PUBREL'],
    among: isOf('PUBACK', 'PUBREC', 'PUBREL'),
  }),
  misfitRule({
    ...UNASKED,
    id: 'pubcomp.unasked',
    title: 'A PUBCOMP whose Packet Identifier belongs to no message',
    statements: { '3.1': ['MQTT31-19'], '3.1.1': [], '5.0': ['MQTT-2.2.1-5'] },
    sides: ['client', 'server'],
    exercisedBy: ['PUBCOMP'],
    among: isOf('PUBCOMP'),
  }),
  misfitRule({
    ...UNASKED,
    id: 'suback.unasked',
    title: 'A SUBACK whose Packet Identifier belongs to no SUBSCRIBE',
    statements: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-7', 'MQTT-3.8.4-2'], '5.0': ['MQTT-2.2.1-6', 'MQTT-3.8.4-2'] },
    sides: ['server'],
    exercisedBy: ['SUBACK'],
    among: isOf('SUBACK'),
    says: (subject) => `${thisPacket(subject)} answers no SUBSCRIBE: none with this Packet Identifier waits for an answer`,
  }),
  misfitRule({
    ...UNASKED,
    id: 'unsuback.unasked',
    title: 'An UNSUBACK whose Packet Identifier belongs to no UNSUBSCRIBE',
    statements: { '3.1': ['MQTT31-19'], '3.1.1': ['MQTT-2.3.1-7', 'MQTT-3.10.4-4'], '5.0': ['MQTT-2.2.1-6', 'MQTT-3.10.4-5'] },
    sides: ['server'],
    exercisedBy: ['UNSUBACK'],
    among: isOf('UNSUBACK'),
    says: (subject) => `${thisPacket(subject)} answers no UNSUBSCRIBE: none with this Packet Identifier waits for an answer`,
  }),
  misfitRule({
    ...UNASKED,
    id: 'pingresp.unasked',
    title: 'A PINGRESP that no PINGREQ asked for',
    statements: { '3.1': [], '3.1.1': [], '5.0': [] },
    sides: ['server'],
    exercisedBy: ['PINGRESP'],
    among: isOf('PINGRESP'),
    says: () => 'PINGRESP answers no PINGREQ: none waits for an answer',
  }),
  misfitRule({
    id: 'suback.second',
    title: 'A second SUBACK for one SUBSCRIBE',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.8.4-4'], '5.0': ['MQTT-3.8.4-5'] },
    severity: 'error',
    sides: ['server'],
    kind: 'second-answer',
    needs: WHOLE_CONNECTION,
    exercisedBy: ['SUBACK'],
    among: isOf('SUBACK'),
    says: (subject) => `${thisPacket(subject)} is the second answer to one SUBSCRIBE; packet ${subject.misfit.against!.number} was the first`,
  }),
  misfitRule({
    id: 'unsuback.second',
    title: 'A second UNSUBACK for one UNSUBSCRIBE',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.10.4-6'], '5.0': ['MQTT-3.10.4-6'] },
    severity: 'error',
    sides: ['server'],
    kind: 'second-answer',
    needs: WHOLE_CONNECTION,
    exercisedBy: ['UNSUBACK'],
    among: isOf('UNSUBACK'),
    says: (subject) => `${thisPacket(subject)} is the second answer to one UNSUBSCRIBE; packet ${subject.misfit.against!.number} was the first`,
  }),
  misfitRule({
    id: 'acknowledgement.bytes-swapped',
    title: 'An acknowledgement whose Packet Identifier has its two bytes in the wrong order',
    statements: { '3.1': [], '3.1.1': [], '5.0': [] },
    severity: 'note',
    sides: ['client', 'server'],
    kind: 'unasked',
    needs: WHOLE_CONNECTION,
    exercisedBy: [],
    certainty: 'likely',
    among: ({ misfit }) => misfit.swapped !== null,
    says: (subject) => `${thisPacket(subject)} looks like an identifier with its bytes swapped: ${subject.misfit.swapped!.packetIdentifier} waits for an answer`,
  }),
]

/** The other side was there, and did not send what must come before. */
const WRONG_RULES = [
  misfitRule({
    id: 'puback.for-qos2',
    title: 'A PUBACK for a PUBLISH of QoS 2',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.3-8'] },
    severity: 'error',
    sides: ['client', 'server'],
    kind: 'other-qos',
    exercisedBy: ['PUBREC'],
    among: isOf('PUBACK'),
    says: (subject) => `${thisPacket(subject)} answers a PUBLISH of QoS 2, packet ${subject.misfit.against!.number}; that asks for a PUBREC`,
  }),
  misfitRule({
    id: 'pubrec.for-qos1',
    title: 'A PUBREC for a PUBLISH of QoS 1',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.2-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.2-4'] },
    severity: 'error',
    sides: ['client', 'server'],
    kind: 'other-qos',
    exercisedBy: ['PUBACK'],
    among: isOf('PUBREC'),
    says: (subject) => `${thisPacket(subject)} answers a PUBLISH of QoS 1, packet ${subject.misfit.against!.number}; that asks for a PUBACK`,
  }),
  misfitRule({
    id: 'pubrel.before-pubrec',
    title: 'A PUBREL before the PUBREC',
    statements: { '3.1': [], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-3'] },
    severity: 'error',
    sides: ['client', 'server'],
    kind: 'too-early',
    exercisedBy: ['PUBREL'],
    among: isOf('PUBREL'),
    says: (subject) => `${thisPacket(subject)} comes before the PUBREC; PUBLISH is packet ${subject.misfit.against!.number}`,
  }),
  misfitRule({
    id: 'pubcomp.before-pubrel',
    title: 'A PUBCOMP before the PUBREL',
    statements: { '3.1': [], '3.1.1': [], '5.0': [] },
    severity: 'error',
    sides: ['client', 'server'],
    kind: 'too-early',
    exercisedBy: ['PUBCOMP'],
    among: isOf('PUBCOMP'),
    says: (subject) => `${thisPacket(subject)} comes before the PUBREL; PUBLISH is packet ${subject.misfit.against!.number}`,
  }),
  misfitRule({
    id: 'pubrel.after-refusal',
    title: 'A PUBREL to a PUBREC that refuses the message',
    statements: { '5.0': [] },
    severity: 'warning',
    sides: ['client', 'server'],
    kind: 'after-refusal',
    needs: WHOLE_CONNECTION,
    exercisedBy: ['PUBREL'],
    says: (subject) => `${thisPacket(subject)} answers a PUBREC that refused the message, packet ${subject.misfit.against!.number}; that ended the exchange`,
  }),
  rule({
    id: 'pubcomp.identifier-forgotten',
    title: 'A PUBCOMP that does not know the identifier of its own PUBREC',
    statements: { '5.0': ['MQTT-4.1.0-1'] },
    severity: 'error',
    sides: ['client', 'server'],
    on: 'PUBCOMP',
    needs: MISSING.clientDirection | MISSING.serverDirection,
    applies: ({ exchange }) => exchange !== null && exchange.resumed === 0 && exchange.retransmitted === 0 && exchange.outcome !== 'partly-seen',
    holds: ({ packet }) => packet.reasonCode !== IDENTIFIER_NOT_FOUND,
    certainty: () => 'likely',
    says: ({ packet, side }) => `PUBCOMP ${packet.packetIdentifier} says that the Packet Identifier is not found (0x92), though the ${side} sent its PUBREC on this connection`,
    shownBy: ({ exchange }) => exchange!.steps.map(({ frame }) => frame),
  }),
]

/** MQTT 5.0 §3.7.2.1. */
const IDENTIFIER_NOT_FOUND = 0x92

/** MQTT 5.0 §4.6 binds clients; before 3.1.1 it is advice. */
const ORDER_RULES = ([
  ['PUBACK', 'PUBLISH', 'MQTT-4.6.0-2'], ['PUBREC', 'PUBLISH', 'MQTT-4.6.0-3'], ['PUBREL', 'PUBREC', 'MQTT-4.6.0-4'],
] as const).map(([type, asked, statement]) =>
  misfitRule({
    id: `${type.toLowerCase()}.out-of-order`,
    title: `${type} packets in another order than the ${asked} packets that they answer`,
    statements: { '3.1': ['MQTT31-52'], '3.1.1': [statement], '5.0': [statement] },
    severity: { '3.1': 'note', '3.1.1': 'error', '5.0': 'error' },
    sides: ['client'],
    kind: 'overtaken',
    exercisedBy: [type],
    among: isOf(type),
    says: (subject) => `${thisPacket(subject)} comes after that of a later ${asked}, packet ${subject.misfit.against!.number}; ${type}s go in the order of the ${asked}s`,
  }))

export const ACKNOWLEDGEMENT_RULES = [...UNASKED_RULES, ...WRONG_RULES, ...ORDER_RULES]

