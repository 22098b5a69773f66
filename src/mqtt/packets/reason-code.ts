/** A reason code of MQTT 5.0 (§2.4), judged by the table of its packet and by who sends it. -1 where it is not there. */
import type { Field } from '../field.ts'
import type { PacketReader } from '../packet-reader.ts'
import type { Place } from '../problems.ts'
import { DOUBTFUL, REASON_CODE_NAMES, judgeReasonCode } from '../reason-codes.ts'
import type { ReasonCodePacket } from '../reason-codes.ts'
import { senderOf } from '../version.ts'

/** §3.8.4: a code of SUBACK shows the granted QoS, or with 0x80 and above that the subscription failed. */
const NO_ANSWER: readonly Place[] = ['SUBACK', 'neitherGrantNorFailure']

export function readReasonCode(reader: PacketReader, field: Field, type: ReasonCodePacket): number {
  const code = reader.byte(field, REASON_CODE_NAMES[type])
  if (code >= 0) judgeCode(reader, type, code, reader.position - 1, reader.position)
  return code
}

/** `[start, end)` are the bytes that say the code: those of a length, where a short packet stands for it. */
export function judgeCode(reader: PacketReader, type: ReasonCodePacket, code: number, start: number, end: number): void {
  const verdict = judgeReasonCode(type, code, reader.direction)
  if (verdict === 'allowed') return
  const name = REASON_CODE_NAMES[type][code] ?? ''
  if (verdict === 'unknown') reader.report('reason-code.unknown', type === 'SUBACK' && code < 0x80 ? NO_ANSWER : type, start, end, type, code)
  else if (verdict === 'wrong-sender') reader.report('reason-code.wrong-sender', type, start, end, type, code, name, senderOf(reader.direction!))
  else reader.report('reason-code.doubtful', type, start, end, type, code, name, DOUBTFUL.find((doubt) => doubt.code === code)!.why)
}
