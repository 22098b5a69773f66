/**
 * Every field of the MQTT decoder: its display filter name, its words, its type, and where the standards define it.
 *
 * A name is Wireshark 4.0's where Wireshark has the field; what it lacks is named in its style. No field is listed here that the decoder never records.
 */
import type { Field, FieldType } from './field.ts'
import type { PropertyName } from './packet.ts'

/** A name that Wireshark 4.0 knows too. */
function known(name: string, label: string, type: FieldType, source: string | null): Field {
  return { name, label, type, source, wireshark: true }
}

/** A name of our own. */
function own(name: string, label: string, type: FieldType, source: string | null): Field {
  return { name, label, type, source, wireshark: false }
}

export const FIELDS = {
  packet: known('mqtt', 'MQTT Control Packet', 'none', '5.0 §2.1, 3.1.1 §2.1'),

  // Fixed header
  headerFlags: known('mqtt.hdrflags', 'Fixed Header Byte 1', 'unsigned', '5.0 §2.1.1, 3.1.1 §2.2'),
  messageType: known('mqtt.msgtype', 'Control Packet Type', 'unsigned', '5.0 §2.1.2, 3.1.1 §2.2.1'),
  headerReserved: known('mqtt.hdr_reserved', 'Reserved', 'unsigned', '5.0 §2.1.3, 3.1.1 §2.2.2'),
  retainReserved: known('mqtt.retain_reserved', 'RETAIN (not used)', 'unsigned', '3.1 §2.1'),
  dup: known('mqtt.dupflag', 'DUP', 'boolean', '5.0 §3.3.1.1, 3.1.1 §3.3.1.1'),
  qos: known('mqtt.qos', 'QoS', 'unsigned', '5.0 §3.3.1.2, 3.1.1 §3.3.1.2'),
  retain: known('mqtt.retain', 'RETAIN', 'boolean', '5.0 §3.3.1.3, 3.1.1 §3.3.1.3'),
  remainingLength: known('mqtt.len', 'Remaining Length', 'unsigned', '5.0 §2.1.4, 3.1.1 §2.2.3'),

  // Shared by several packet types
  packetIdentifier: known('mqtt.msgid', 'Packet Identifier', 'unsigned', '5.0 §2.2.1, 3.1.1 §2.3.1'),
  topicLength: known('mqtt.topic_len', 'Topic Length', 'unsigned', '5.0 §1.5.4, 3.1.1 §1.5.3'),
  topic: known('mqtt.topic', 'Topic', 'string', '5.0 §3.3.2.1, §3.8.3, §3.10.3, 3.1.1 §3.3.2.1, §3.8.3, §3.10.3'),
  undecoded: own('mqtt.undecoded', 'Not decoded', 'bytes', null),

  // CONNECT
  protocolNameLength: known('mqtt.proto_len', 'Protocol Name Length', 'unsigned', '5.0 §3.1.2.1, 3.1.1 §3.1.2.1'),
  protocolName: known('mqtt.protoname', 'Protocol Name', 'string', '5.0 §3.1.2.1, 3.1.1 §3.1.2.1'),
  protocolLevel: known('mqtt.ver', 'Protocol Level', 'unsigned', '5.0 §3.1.2.2, 3.1.1 §3.1.2.2'),
  bridge: own('mqtt.ver.bridge', 'Bridge', 'boolean', null),
  connectFlags: known('mqtt.conflags', 'Connect Flags', 'unsigned', '5.0 §3.1.2.3, 3.1.1 §3.1.2.3'),
  userNameFlag: known('mqtt.conflag.uname', 'User Name Flag', 'boolean', '5.0 §3.1.2.8, 3.1.1 §3.1.2.8'),
  passwordFlag: known('mqtt.conflag.passwd', 'Password Flag', 'boolean', '5.0 §3.1.2.9, 3.1.1 §3.1.2.9'),
  willRetain: known('mqtt.conflag.retain', 'Will Retain', 'boolean', '5.0 §3.1.2.7, 3.1.1 §3.1.2.7'),
  willQos: known('mqtt.conflag.qos', 'Will QoS', 'unsigned', '5.0 §3.1.2.6, 3.1.1 §3.1.2.6'),
  willFlag: known('mqtt.conflag.willflag', 'Will Flag', 'boolean', '5.0 §3.1.2.5, 3.1.1 §3.1.2.5'),
  cleanStart: known('mqtt.conflag.cleansess', 'Clean Start (Clean Session)', 'boolean', '5.0 §3.1.2.4, 3.1.1 §3.1.2.4'),
  connectReserved: known('mqtt.conflag.reserved', 'Reserved', 'boolean', '5.0 §3.1.2.3, 3.1.1 §3.1.2.3'),
  keepAlive: known('mqtt.kalive', 'Keep Alive', 'unsigned', '5.0 §3.1.2.10, 3.1.1 §3.1.2.10'),
  clientIdentifierLength: known('mqtt.clientid_len', 'Client Identifier Length', 'unsigned', '5.0 §3.1.3.1, 3.1.1 §3.1.3.1'),
  clientIdentifier: known('mqtt.clientid', 'Client Identifier', 'string', '5.0 §3.1.3.1, 3.1.1 §3.1.3.1'),
  willTopicLength: known('mqtt.willtopic_len', 'Will Topic Length', 'unsigned', '5.0 §3.1.3.3, 3.1.1 §3.1.3.2'),
  willTopic: known('mqtt.willtopic', 'Will Topic', 'string', '5.0 §3.1.3.3, 3.1.1 §3.1.3.2'),
  willPayloadLength: known('mqtt.willmsg_len', 'Will Payload Length', 'unsigned', '5.0 §3.1.3.4, 3.1.1 §3.1.3.3'),
  willPayload: known('mqtt.willmsg', 'Will Payload', 'bytes', '5.0 §3.1.3.4, 3.1.1 §3.1.3.3'),
  userNameLength: known('mqtt.username_len', 'User Name Length', 'unsigned', '5.0 §3.1.3.5, 3.1.1 §3.1.3.4'),
  userName: known('mqtt.username', 'User Name', 'string', '5.0 §3.1.3.5, 3.1.1 §3.1.3.4'),
  passwordLength: known('mqtt.passwd_len', 'Password Length', 'unsigned', '5.0 §3.1.3.6, 3.1.1 §3.1.3.5'),
  password: known('mqtt.passwd', 'Password', 'string', '5.0 §3.1.3.6, 3.1.1 §3.1.3.5'),

  // CONNACK
  acknowledgeFlags: known('mqtt.conack.flags', 'Acknowledge Flags', 'unsigned', '5.0 §3.2.2.1, 3.1.1 §3.2.2.1'),
  acknowledgeReserved: known('mqtt.conack.flags.reserved', 'Reserved', 'boolean', '5.0 §3.2.2.1, 3.1.1 §3.2.2.1'),
  sessionPresent: known('mqtt.conack.flags.sp', 'Session Present', 'boolean', '5.0 §3.2.2.1.1, 3.1.1 §3.2.2.2'),
  connackReturnCode: known('mqtt.conack.val', 'Return Code', 'unsigned', '3.1.1 §3.2.2.3'),

  // PUBLISH
  message: known('mqtt.msg', 'Payload', 'bytes', '5.0 §3.3.3, 3.1.1 §3.3.3'),

  // SUBSCRIBE, SUBACK
  subscription: own('mqtt.subscription', 'Subscription', 'none', '5.0 §3.8.3, 3.1.1 §3.8.3'),
  requestedQos: known('mqtt.sub.qos', 'Requested QoS', 'unsigned', '3.1.1 §3.8.3'),
  subscriptionOptions: known('mqtt.subscription_options', 'Subscription Options', 'unsigned', '5.0 §3.8.3.1'),
  maximumQos: known('mqtt.subscription_options_qos', 'Maximum QoS', 'unsigned', '5.0 §3.8.3.1'),
  noLocal: known('mqtt.subscription_options_nl', 'No Local', 'boolean', '5.0 §3.8.3.1'),
  retainAsPublished: known('mqtt.subscription_options_rap', 'Retain As Published', 'boolean', '5.0 §3.8.3.1'),
  retainHandling: known('mqtt.subscription_options_retain', 'Retain Handling', 'unsigned', '5.0 §3.8.3.1'),
  optionsReserved: known('mqtt.subscription_options_reserved', 'Reserved', 'unsigned', '5.0 §3.8.3.1'),
  grantedQos: known('mqtt.suback.qos', 'Return Code', 'unsigned', '3.1.1 §3.9.3'),

  // Reason codes of 5.0
  connackReasonCode: known('mqtt.connack.reason_code', 'Connect Reason Code', 'unsigned', '5.0 §3.2.2.2'),
  pubackReasonCode: known('mqtt.puback.reason_code', 'PUBACK Reason Code', 'unsigned', '5.0 §3.4.2.1'),
  pubrecReasonCode: known('mqtt.pubrec.reason_code', 'PUBREC Reason Code', 'unsigned', '5.0 §3.5.2.1'),
  pubrelReasonCode: known('mqtt.pubrel.reason_code', 'PUBREL Reason Code', 'unsigned', '5.0 §3.6.2.1'),
  pubcompReasonCode: known('mqtt.pubcomp.reason_code', 'PUBCOMP Reason Code', 'unsigned', '5.0 §3.7.2.1'),
  subackReasonCode: known('mqtt.suback.reason_code', 'SUBACK Reason Code', 'unsigned', '5.0 §3.9.3'),
  unsubackReasonCode: known('mqtt.unsuback.reason_code', 'UNSUBACK Reason Code', 'unsigned', '5.0 §3.11.3'),
  disconnectReasonCode: known('mqtt.disconnect.reason_code', 'Disconnect Reason Code', 'unsigned', '5.0 §3.14.2.1'),
  authReasonCode: known('mqtt.auth.reason_code', 'Authenticate Reason Code', 'unsigned', '5.0 §3.15.2.1'),

  // Properties of 5.0: the parts that all of them share
  properties: known('mqtt.properties', 'Properties', 'none', '5.0 §2.2.2'),
  willProperties: known('mqtt.will_properties', 'Will Properties', 'none', '5.0 §3.1.3.2'),
  propertyLength: known('mqtt.property_len', 'Property Length', 'unsigned', '5.0 §2.2.2.1'),
  propertyIdentifier: known('mqtt.property_id', 'Identifier', 'unsigned', '5.0 §2.2.2.2'),
  propertyNumber: known('mqtt.prop_number', 'Value', 'unsigned', '5.0 §1.5.1, §1.5.2, §1.5.3, §1.5.5'),
  propertyStringLength: known('mqtt.prop_string_len', 'Length', 'unsigned', '5.0 §1.5.4, §1.5.6'),
  propertyString: known('mqtt.prop_string', 'Value', 'string', '5.0 §1.5.4'),
  propertyBinary: own('mqtt.prop_binary', 'Value', 'bytes', '5.0 §1.5.6'),
  propertySecret: own('mqtt.prop_secret', 'Value', 'bytes', '5.0 §1.5.6'),
  propertyKeyLength: known('mqtt.prop_key_len', 'Name Length', 'unsigned', '5.0 §1.5.7'),
  propertyKey: known('mqtt.prop_key', 'Name', 'string', '5.0 §1.5.7'),
  propertyValueLength: known('mqtt.prop_value_len', 'Value Length', 'unsigned', '5.0 §1.5.7'),
  propertyValue: known('mqtt.prop_value', 'Value', 'string', '5.0 §1.5.7'),
  propertyUnknown: known('mqtt.prop_unknown', 'Unknown Property', 'none', '5.0 §2.2.2.2'),
  userPropertyKey: own('mqtt.property.user_property.key', 'Name', 'string', '5.0 §1.5.7'),
  userPropertyValue: own('mqtt.property.user_property.value', 'Value', 'string', '5.0 §1.5.7'),
} as const

/** One typed field for each property: its value, whatever packet it stands in. */
export const PROPERTY_FIELDS: Readonly<Record<PropertyName, Field>> = {
  payloadFormatIndicator: own('mqtt.property.payload_format_indicator', 'Payload Format Indicator', 'unsigned', '5.0 §3.3.2.3.2, §3.1.3.2.3'),
  messageExpiryInterval: own('mqtt.property.message_expiry_interval', 'Message Expiry Interval', 'unsigned', '5.0 §3.3.2.3.3, §3.1.3.2.4'),
  contentType: known('mqtt.property.content_type', 'Content Type', 'string', '5.0 §3.3.2.3.9, §3.1.3.2.5'),
  responseTopic: own('mqtt.property.response_topic', 'Response Topic', 'string', '5.0 §3.3.2.3.5, §3.1.3.2.6'),
  correlationData: own('mqtt.property.correlation_data', 'Correlation Data', 'bytes', '5.0 §3.3.2.3.6, §3.1.3.2.7'),
  subscriptionIdentifier: own('mqtt.property.subscription_identifier', 'Subscription Identifier', 'unsigned', '5.0 §3.3.2.3.8, §3.8.2.1.2'),
  sessionExpiryInterval: own('mqtt.property.session_expiry_interval', 'Session Expiry Interval', 'unsigned', '5.0 §3.1.2.11.2, §3.2.2.3.2, §3.14.2.2.2'),
  assignedClientIdentifier: own('mqtt.property.assigned_client_identifier', 'Assigned Client Identifier', 'string', '5.0 §3.2.2.3.7'),
  serverKeepAlive: own('mqtt.property.server_keep_alive', 'Server Keep Alive', 'unsigned', '5.0 §3.2.2.3.14'),
  authenticationMethod: own('mqtt.property.authentication_method', 'Authentication Method', 'string', '5.0 §3.1.2.11.9, §3.2.2.3.17, §3.15.2.2.2'),
  authenticationData: own('mqtt.property.authentication_data', 'Authentication Data', 'bytes', '5.0 §3.1.2.11.10, §3.2.2.3.18, §3.15.2.2.3'),
  requestProblemInformation: own('mqtt.property.request_problem_information', 'Request Problem Information', 'unsigned', '5.0 §3.1.2.11.7'),
  willDelayInterval: own('mqtt.property.will_delay_interval', 'Will Delay Interval', 'unsigned', '5.0 §3.1.3.2.2'),
  requestResponseInformation: own('mqtt.property.request_response_information', 'Request Response Information', 'unsigned', '5.0 §3.1.2.11.6'),
  responseInformation: own('mqtt.property.response_information', 'Response Information', 'string', '5.0 §3.2.2.3.15'),
  serverReference: own('mqtt.property.server_reference', 'Server Reference', 'string', '5.0 §3.2.2.3.16, §3.14.2.2.5'),
  reasonString: own('mqtt.property.reason_string', 'Reason String', 'string', '5.0 §3.2.2.3.9, §3.4.2.2.2, §3.14.2.2.3'),
  receiveMaximum: own('mqtt.property.receive_maximum', 'Receive Maximum', 'unsigned', '5.0 §3.1.2.11.3, §3.2.2.3.3'),
  topicAliasMaximum: own('mqtt.property.topic_alias_maximum', 'Topic Alias Maximum', 'unsigned', '5.0 §3.1.2.11.5, §3.2.2.3.8'),
  topicAlias: known('mqtt.property.topic_alias', 'Topic Alias', 'unsigned', '5.0 §3.3.2.3.4'),
  maximumQos: known('mqtt.property.max_qos', 'Maximum QoS', 'unsigned', '5.0 §3.2.2.3.4'),
  retainAvailable: own('mqtt.property.retain_available', 'Retain Available', 'unsigned', '5.0 §3.2.2.3.5'),
  userProperty: own('mqtt.property.user_property', 'User Property', 'none', '5.0 §3.1.2.11.8, §3.3.2.3.7'),
  maximumPacketSize: own('mqtt.property.maximum_packet_size', 'Maximum Packet Size', 'unsigned', '5.0 §3.1.2.11.4, §3.2.2.3.6'),
  wildcardSubscriptionAvailable: own('mqtt.property.wildcard_subscription_available', 'Wildcard Subscription Available', 'unsigned', '5.0 §3.2.2.3.11'),
  subscriptionIdentifierAvailable: own('mqtt.property.subscription_identifier_available', 'Subscription Identifier Available', 'unsigned', '5.0 §3.2.2.3.12'),
  sharedSubscriptionAvailable: own('mqtt.property.shared_subscription_available', 'Shared Subscription Available', 'unsigned', '5.0 §3.2.2.3.13'),
}

export const MQTT_FIELDS: readonly Field[] = [...Object.values(FIELDS), ...Object.values(PROPERTY_FIELDS)]

const SECRETS: ReadonlySet<Field> = new Set([FIELDS.password, PROPERTY_FIELDS.authenticationData, FIELDS.propertySecret])

/** Whether a field's value must be masked unless the user asks for secrets. In a byte view, mask the range of those that have no children. */
export function isSecret(field: Field): boolean {
  return SECRETS.has(field)
}
