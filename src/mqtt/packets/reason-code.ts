/** A reason code of MQTT 5.0 (§2.4), judged by the table of its packet and by who sends it. -1 where it is not there. */
import type { Field } from '../field.ts'
import type { PacketReader } from '../packet-reader.ts'
import { DOUBTFUL, REASON_CODE_NAMES, judgeReasonCode } from '../reason-codes.ts'
import type { ReasonCodePacket } from '../reason-codes.ts'
import { senderOf } from '../version.ts'

export function readReasonCode(reader: PacketReader, field: Field, type: ReasonCodePacket): number {
  const names = REASON_CODE_NAMES[type]
  const code = reader.byte(field, names)
  if (code < 0) return code
  const verdict = judgeReasonCode(type, code, reader.direction)
  if (verdict === 'allowed') return code
  const end = reader.position
  const name = names[code] ?? ''
  if (verdict === 'unknown') reader.report('reason-code.unknown', type, end - 1, end, type, code)
  else if (verdict === 'wrong-sender') reader.report('reason-code.wrong-sender', type, end - 1, end, type, code, name, senderOf(reader.direction!))
  else reader.report('reason-code.doubtful', type, end - 1, end, type, code, name, DOUBTFUL.find((doubt) => doubt.code === code)!.why)
  return code
}
