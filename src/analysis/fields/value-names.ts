import { FIELDS, PROPERTY_FIELDS } from '../../mqtt/fields.ts'
import type { Field } from '../../mqtt/field.ts'
import { PACKET_TYPES } from '../../mqtt/packet.ts'
import { PROPERTIES } from '../../mqtt/properties.ts'
import { CONNACK_RETURN_CODES, REASON_CODE_NAMES, SUBACK_RETURN_CODES } from '../../mqtt/reason-codes.ts'

/**
 * What the numbers of codes are called, so that a filter can say `mqtt.msgtype == PUBLISH` and `mqtt.connack.reason_code == "Not authorized"`:
 * the names of the standards, and beside them those that Wireshark 4.0 has for the same field, so that its filters keep working.
 */

type Names = readonly (string | undefined)[]

const QOS: Names = ['At most once', 'At least once', 'Exactly once']

const WIRESHARK_QOS: Names = [
  'At most once delivery (Fire and Forget)', 'At least once delivery (Acknowledged deliver)', 'Exactly once delivery (Assured Delivery)', 'Reserved',
]

const WIRESHARK_PACKET_TYPES: Names = [
  'Reserved', 'Connect Command', 'Connect Ack', 'Publish Message', 'Publish Ack', 'Publish Received', 'Publish Release', 'Publish Complete',
  'Subscribe Request', 'Subscribe Ack', 'Unsubscribe Request', 'Unsubscribe Ack', 'Ping Request', 'Ping Response', 'Disconnect Req',
  'Authentication Exchange',
]

const WIRESHARK_RETURN_CODES: Names = [
  'Connection Accepted', 'Connection Refused: unacceptable protocol version', 'Connection Refused: identifier rejected',
  'Connection Refused: server unavailable', 'Connection Refused: bad user name or password', 'Connection Refused: not authorized',
]

const WIRESHARK_RETAIN_HANDLING: Names = [
  'Send msgs at subscription time', 'Send msgs if subscription does not exist', 'Do not send msgs at subscription time', 'Reserved',
]

/** Wireshark has these two in the singular, and one under another name. */
const WIRESHARK_REASONS: Names = at(0x9e, 'Shared Subscription not supported', at(0xa2, 'Wildcard Subscription not supported'))
const WIRESHARK_PROPERTIES: Names = at(0x02, 'Publication Expiry Interval')

const PROPERTY_LABELS: Names = PROPERTIES.reduce<Names>((names, { id, label }) => at(id, label, names), [])

const NAMES: ReadonlyMap<Field, readonly Names[]> = new Map([
  [FIELDS.messageType, [PACKET_TYPES, WIRESHARK_PACKET_TYPES]],
  [FIELDS.qos, [QOS, WIRESHARK_QOS]],
  [FIELDS.willQos, [QOS, WIRESHARK_QOS]],
  [FIELDS.requestedQos, [QOS, WIRESHARK_QOS]],
  [FIELDS.maximumQos, [QOS, WIRESHARK_QOS]],
  [PROPERTY_FIELDS.maximumQos, [QOS, WIRESHARK_QOS]],
  [FIELDS.retainHandling, [WIRESHARK_RETAIN_HANDLING]],
  [FIELDS.protocolLevel, [at(3, 'MQTT 3.1', at(4, 'MQTT 3.1.1', at(5, 'MQTT 5.0'))), at(3, 'MQTT v3.1', at(4, 'MQTT v3.1.1', at(5, 'MQTT v5.0')))]],
  [FIELDS.connackReturnCode, [CONNACK_RETURN_CODES, WIRESHARK_RETURN_CODES]],
  [FIELDS.grantedQos, [SUBACK_RETURN_CODES, WIRESHARK_QOS]],
  [FIELDS.propertyIdentifier, [PROPERTY_LABELS, WIRESHARK_PROPERTIES]],
  [FIELDS.connackReasonCode, [REASON_CODE_NAMES.CONNACK]],
  [FIELDS.pubackReasonCode, [REASON_CODE_NAMES.PUBACK]],
  [FIELDS.pubrecReasonCode, [REASON_CODE_NAMES.PUBREC]],
  [FIELDS.pubrelReasonCode, [REASON_CODE_NAMES.PUBREL]],
  [FIELDS.pubcompReasonCode, [REASON_CODE_NAMES.PUBCOMP]],
  [FIELDS.subackReasonCode, [REASON_CODE_NAMES.SUBACK, WIRESHARK_REASONS]],
  [FIELDS.unsubackReasonCode, [REASON_CODE_NAMES.UNSUBACK]],
  [FIELDS.disconnectReasonCode, [REASON_CODE_NAMES.DISCONNECT, WIRESHARK_REASONS]],
  [FIELDS.authReasonCode, [REASON_CODE_NAMES.AUTH]],
])

/** The names of a field's numbers. Most commands ask for none, so they are put in order when somebody does. */
export class ValueNames {
  readonly #standard: readonly Names[]
  readonly #more: readonly Names[]
  #values: ReadonlyMap<string, number> | null = null

  /** `more` names may be used in a filter, and are in no message. */
  constructor(standard: readonly Names[], more: readonly Names[] = []) {
    this.#standard = standard
    this.#more = more
  }

  /** By the name in lower case. */
  get values(): ReadonlyMap<string, number> {
    return (this.#values ??= byName([...this.#standard, ...this.#more]))
  }

  /** As the standard writes them, for messages and completion. */
  get spelled(): readonly string[] {
    return [...new Set(this.#standard.flat())].filter((name) => name !== undefined)
  }
}

/** The names of a field's numbers, or null where it has none. */
export function valueNames(field: Field): ValueNames | null {
  const [standard, ...more] = NAMES.get(field) ?? []
  return standard === undefined ? null : new ValueNames([standard], more)
}

function byName(tables: readonly Names[]): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const names of tables) {
    names.forEach((name, value) => {
      // The first table that has a name decides: RESERVED is 0 among the packet types.
      if (name !== undefined && !values.has(name.toLowerCase())) values.set(name.toLowerCase(), value)
    })
  }
  return values
}

/** `names` with one more. */
function at(value: number, name: string, names: Names = []): Names {
  const more = [...names]
  more[value] = name
  return more
}
