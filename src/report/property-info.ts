import { toHex } from '../bytes/hex.ts'
import { HIDDEN } from './schema/common.ts'
import { mayHoldAuthenticationData } from './secrets.ts'
import { quoted, word } from './wire-text.ts'
import type { PacketType, Properties, Property, PropertyName, Text } from '../mqtt/packet.ts'

/** Properties as short text for one line: `alias 5`, `session expiry 3600 s`, `unit=celsius`. Wire order; `+3 properties` stands for those that do not fit. */

/** As many as leave a line readable; the rest is in the detail tree. */
const MOST_SHOWN = 12
const BYTES_SHOWN = 16

/** Words before the value, and its unit. `userProperty` has a form of its own. */
const WORDS: Readonly<Record<Exclude<PropertyName, 'userProperty'>, readonly [words: string, unit?: string]>> = {
  payloadFormatIndicator: ['payload format'],
  messageExpiryInterval: ['message expiry', 's'],
  contentType: ['content type'],
  responseTopic: ['response topic'],
  correlationData: ['correlation data'],
  subscriptionIdentifier: ['subscription id'],
  sessionExpiryInterval: ['session expiry', 's'],
  assignedClientIdentifier: ['assigned client id'],
  serverKeepAlive: ['server keep alive', 's'],
  authenticationMethod: ['authentication method'],
  authenticationData: ['authentication data'],
  requestProblemInformation: ['request problem information'],
  willDelayInterval: ['will delay', 's'],
  requestResponseInformation: ['request response information'],
  responseInformation: ['response information'],
  serverReference: ['server reference'],
  reasonString: ['reason'],
  receiveMaximum: ['receive maximum'],
  topicAliasMaximum: ['alias maximum'],
  topicAlias: ['alias'],
  maximumQos: ['maximum QoS'],
  retainAvailable: ['retain available'],
  maximumPacketSize: ['maximum packet size'],
  wildcardSubscriptionAvailable: ['wildcard subscription available'],
  subscriptionIdentifierAvailable: ['subscription id available'],
  sharedSubscriptionAvailable: ['shared subscription available'],
}

/** MQTT 5.0 §3.1.2.11.2: the session does not expire. */
const NEVER_EXPIRES = 0xffff_ffff

/** '' or the properties, each with two spaces before it. */
export function propertiesInfo(properties: Properties, type: PacketType, showSecrets: boolean): string {
  if (properties === undefined || properties.length === 0) return ''
  let info = ''
  const shown = Math.min(properties.length, MOST_SHOWN)
  for (let index = 0; index < shown; index++) info += `  ${propertyInfo(properties[index]!, type, showSecrets)}`
  return properties.length > shown ? `${info}  +${properties.length - shown} properties` : info
}

function propertyInfo(property: Property, type: PacketType, showSecrets: boolean): string {
  const { name, value } = property
  if (name === 'userProperty' && isPair(value)) return `${word(value[0])}=${word(value[1])}`
  const [words, unit] = name === null || name === 'userProperty' ? [`unknown property 0x${property.id.toString(16).padStart(2, '0')}`] : WORDS[name]
  if (value instanceof Uint8Array) {
    const hidden = !showSecrets && mayHoldAuthenticationData(property, type)
    return `${words} ${hidden ? HIDDEN : bytesInfo(value)}`
  }
  if (typeof value === 'number') {
    if (name === 'sessionExpiryInterval' && value === NEVER_EXPIRES) return 'session never expires'
    return unit === undefined ? `${words} ${value}` : `${words} ${value} ${unit}`
  }
  if (isPair(value)) return words
  return `${words} ${name === 'reasonString' ? quoted(value) : word(value)}`
}

function isPair(value: Property['value']): value is readonly [Text, Text] {
  return Array.isArray(value)
}

function bytesInfo(bytes: Uint8Array): string {
  if (bytes.length === 0) return '""'
  return bytes.length <= BYTES_SHOWN ? `0x${toHex(bytes, 0, bytes.length)}` : `0x${toHex(bytes, 0, BYTES_SHOWN)}… (${bytes.length} B)`
}
