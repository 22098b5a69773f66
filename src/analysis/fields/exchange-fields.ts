import { FIELDS } from '../../mqtt/fields.ts'
import { CONNACK_RETURN_CODES, REASON_CODE_NAMES, SUBACK_RETURN_CODES } from '../../mqtt/reason-codes.ts'
import { EXCHANGE_KINDS, EXCHANGE_OUTCOMES, legsOf, type Exchange } from '../../session/exchange.ts'
import { CAUSES } from '../../session/leg-causes.ts'
import { own, type FieldSource, type ReadField } from './field-source.ts'
import { ValueNames } from './value-names.ts'
import { addKnown, addText, type Values } from './values.ts'

/**
 * The fields of an exchange, and how each is read. To add one, add its row to EXCHANGE_ONLY; or, where packets have a field that means the same, to ALSO_OF_PACKETS.
 */

export const EXCHANGE_ONLY: readonly FieldSource<Exchange>[] = [
  own('mqtt.exchange', 'Exchange: a Request with its Answers', 'none', 'presence', (_exchange, values) => values.add(true)),
  own('mqtt.exchange.number', 'Exchange Number', 'unsigned', 'number', ({ number }, values) => values.add(number)),
  own('mqtt.exchange.kind', `Kind: ${EXCHANGE_KINDS.join(', ')}`, 'string', 'text', ({ kind }, values) => values.add(kind)),
  own('mqtt.exchange.initiator', 'Side that Began It: client, server', 'string', 'text', ({ initiator }, values) => values.add(initiator)),
  own('mqtt.exchange.outcome', `Outcome: ${EXCHANGE_OUTCOMES.join(', ')}`, 'string', 'text', ({ outcome }, values) => values.add(outcome)),
  own('mqtt.exchange.certainty', 'Certainty of the Outcome: certain, likely, unsure', 'string', 'text', ({ certainty }, values) => values.add(certainty)),
  own('mqtt.exchange.time', 'Time from the First Packet to the Last', 'duration', 'duration', ({ duration }, values) => addKnown(values, duration)),
  own('mqtt.exchange.leg', 'Time from a Packet to the Next that Goes Further', 'duration', 'duration', (exchange, values) => {
    for (const leg of legsOf(exchange)) values.add(leg)
  }),
  own(
    'mqtt.exchange.reason_code', 'Reason Code of the Answer that Ended It', 'unsigned', 'number', ({ reasonCode }, values) => addKnown(values, reasonCode),
    new ValueNames([...Object.values(REASON_CODE_NAMES), CONNACK_RETURN_CODES, SUBACK_RETURN_CODES]),
  ),
  own('mqtt.exchange.packets', 'Number of Packets', 'unsigned', 'number', ({ packets }, values) => values.add(packets)),
  own('mqtt.exchange.retransmitted', 'Number of Packets Sent Again', 'unsigned', 'number', ({ retransmitted }, values) => values.add(retransmitted)),
  own('mqtt.exchange.resumed', 'Later Connections It Went on with', 'unsigned', 'number', ({ resumed }, values) => values.add(resumed)),
  own('mqtt.exchange.network_time', 'Time that Network and TCP Took', 'duration', 'duration', ({ network }, values) => addKnown(values, network)),
  own('mqtt.exchange.cause', `Why It Was Slow: ${CAUSES.join(', ')}`, 'string', 'text', ({ causes }, values) => {
    for (const { cause } of causes) values.add(cause)
  }),
]

/** By the name that the field has among those of packets, from which it has its words and its kind. For addresses and ports see connection-fields.ts. */
export const ALSO_OF_PACKETS: ReadonlyMap<string, ReadField<Exchange>> = new Map<string, ReadField<Exchange>>([
  ['frame', (_exchange, values) => values.add(true)],
  ['frame.number', ({ steps }, values) => {
    for (const { frame } of steps) values.add(frame)
  }],
  ['frame.time', addBeginning],
  ['frame.time_epoch', addBeginning],
  ['frame.time_relative', ({ steps }, values) => addTime(values, steps[0]?.time)],
  ['mqtt.version', ({ connection }, values) => addKnown(values, connection.version)],
  ['mqtt.version.certainty', ({ connection }, values) => addKnown(values, connection.versionCertainty)],
  [FIELDS.clientIdentifier.name, ({ connection }, values) => addText(values, connection.clientIdentifier)],
  [FIELDS.packetIdentifier.name, ({ packetIdentifier }, values) => addKnown(values, packetIdentifier)],
  [FIELDS.qos.name, ({ kind }, values) => {
    if (kind === 'publish-qos1') values.add(1)
    else if (kind === 'publish-qos2') values.add(2)
  }],
  [FIELDS.topic.name, ({ topic, filters }, values) => {
    addText(values, topic)
    for (const { topicFilter } of filters) addText(values, topicFilter)
  }],
])

/** What says of an exchange what a field says of a packet: whoever names the one here is told of the other. */
export const INSTEAD_OF_PACKETS: ReadonlyMap<string, string> = new Map([
  [FIELDS.packet.name, 'mqtt.exchange'],
  ['mqtt.number', 'mqtt.exchange.number'],
  ['mqtt.type', 'mqtt.exchange.kind'],
  [FIELDS.messageType.name, 'mqtt.exchange.kind'],
  ['mqtt.direction', 'mqtt.exchange.initiator'],
  [FIELDS.dup.name, 'mqtt.exchange.retransmitted'],
  [FIELDS.protocolLevel.name, 'mqtt.version'],
  ...[
    FIELDS.connackReturnCode, FIELDS.grantedQos, FIELDS.connackReasonCode, FIELDS.pubackReasonCode, FIELDS.pubrecReasonCode, FIELDS.pubrelReasonCode,
    FIELDS.pubcompReasonCode, FIELDS.subackReasonCode, FIELDS.unsubackReasonCode, FIELDS.disconnectReasonCode, FIELDS.authReasonCode,
  ].map(({ name }): [string, string] => [name, 'mqtt.exchange.reason_code']),
])

/** When its first packet was seen. An absolute time needs the capture's clock. */
function addBeginning({ steps }: Exchange, values: Values, { clock }: { readonly clock: unknown }): void {
  if (clock !== null) addTime(values, steps[0]?.time)
}

function addTime(values: Values, time: number | undefined): void {
  if (time !== undefined && !Number.isNaN(time)) values.add(time)
}
