/** Where in a packet a text stands: what it is called, what rules hold for it, and its fields. */
import { FIELDS } from './fields.ts'
import type { Field } from './field.ts'
import type { Place } from './problems.ts'
import { TEXT_FACTS } from './text-facts.ts'

export interface TextPlace {
  readonly place: Place
  /** As a message names it. */
  readonly label: string
  readonly kind: TextKind
  /** The facts (TEXT_FACTS) that are worth a judgement here. */
  readonly suspect: number
  readonly lengthField: Field
  readonly field: Field
}

/** `text` has only the rules for all texts. */
export type TextKind = 'text' | 'topic-name' | 'topic-filter'

const ANY_TEXT = TEXT_FACTS.illFormed | TEXT_FACTS.nullCharacter | TEXT_FACTS.controlCharacter | TEXT_FACTS.nonCharacter

const SUSPECT: Readonly<Record<TextKind, number>> = {
  text: ANY_TEXT,
  'topic-name': ANY_TEXT | TEXT_FACTS.empty | TEXT_FACTS.wildcard | TEXT_FACTS.sharePrefix | TEXT_FACTS.longTopic,
  'topic-filter':
    ANY_TEXT | TEXT_FACTS.empty | TEXT_FACTS.numberSignMisplaced | TEXT_FACTS.plusSignMisplaced | TEXT_FACTS.sharePrefix | TEXT_FACTS.shareAlone,
}

function textPlace(place: Place, label: string, kind: TextKind, lengthField: Field, field: Field): TextPlace {
  return { place, label, kind, suspect: SUSPECT[kind], lengthField, field }
}

export const PROTOCOL_NAME = textPlace('protocolName', 'The Protocol Name', 'text', FIELDS.protocolNameLength, FIELDS.protocolName)
export const CLIENT_IDENTIFIER = textPlace('clientIdentifier', 'The Client Identifier', 'text', FIELDS.clientIdentifierLength, FIELDS.clientIdentifier)
export const WILL_TOPIC = textPlace('willTopic', 'The Will Topic', 'topic-name', FIELDS.willTopicLength, FIELDS.willTopic)
export const USER_NAME = textPlace('userName', 'The User Name', 'text', FIELDS.userNameLength, FIELDS.userName)
export const TOPIC_NAME = textPlace('topicName', 'The Topic Name', 'topic-name', FIELDS.topicLength, FIELDS.topic)
export const SUBSCRIBE_FILTER = textPlace('subscribeFilter', 'The Topic Filter', 'topic-filter', FIELDS.topicLength, FIELDS.topic)
export const UNSUBSCRIBE_FILTER = textPlace('unsubscribeFilter', 'The Topic Filter', 'topic-filter', FIELDS.topicLength, FIELDS.topic)
export const RESPONSE_TOPIC = textPlace('responseTopic', 'The Response Topic', 'topic-name', FIELDS.propertyStringLength, FIELDS.propertyString)
export const CONTENT_TYPE = textPlace('contentType', 'The Content Type', 'text', FIELDS.propertyStringLength, FIELDS.propertyString)
export const USER_PROPERTY_NAME = textPlace('userProperty', 'The name of the User Property', 'text', FIELDS.propertyKeyLength, FIELDS.propertyKey)
export const USER_PROPERTY_VALUE = textPlace('userProperty', 'The value of the User Property', 'text', FIELDS.propertyValueLength, FIELDS.propertyValue)

/** A property that is text, and no more than text. */
export function otherProperty(label: string): TextPlace {
  return textPlace('otherProperty', `The ${label}`, 'text', FIELDS.propertyStringLength, FIELDS.propertyString)
}
