/**
 * What a server makes of a message that it passes on: to whom, how often, in which order, with which QoS, properties and Subscription Identifiers.
 *
 * A copy is known again by topic and content. So most is judged of copies only whose content no other publication had; and of short ones, which somebody whom the
 * capture does not hold may have sent as well, nothing is certain.
 */
import { quoted } from '../../mqtt/problems.ts'
import type { EndedBy } from '../../session/aftermath.ts'
import type { Alteration, PassedOnName } from '../../session/passed-on.ts'
import type { Copy, Delivery, Publication } from '../../session/delivery.ts'
import type { Certainty } from '../../session/side.ts'
import type { Severity } from '../../mqtt/problem.ts'
import type { Reason } from '../evidence.ts'
import { rule, type Rule } from '../rule.ts'
import type { CopySubject, RecipientSubject } from '../subject.ts'

const SECOND = 1e9

// --- properties (MQTT 5.0 §3.3.2.3) ---

const PROPERTIES: readonly { readonly name: PassedOnName; readonly alteration: Alteration; readonly id: string; readonly field: string; readonly statement: string }[] = [
  { name: 'payloadFormatIndicator', alteration: 'payloadFormatIndicator', id: 'payload-format-indicator', field: 'Payload Format Indicator', statement: 'MQTT-3.3.2-4' },
  { name: 'responseTopic', alteration: 'responseTopic', id: 'response-topic', field: 'Response Topic', statement: 'MQTT-3.3.2-15' },
  { name: 'correlationData', alteration: 'correlationData', id: 'correlation-data', field: 'Correlation Data', statement: 'MQTT-3.3.2-16' },
  { name: 'userProperty', alteration: 'userProperty', id: 'user-property', field: 'User Properties', statement: 'MQTT-3.3.2-17' },
  { name: 'contentType', alteration: 'contentType', id: 'content-type', field: 'Content Type', statement: 'MQTT-3.3.2-20' },
]

function altered({ copy }: CopySubject, alteration: Alteration): boolean {
  return copy.altered!.includes(alteration)
}

/** The client takes properties, and the copy can be told from others. */
function comparable({ copy, publication }: CopySubject): boolean {
  return publication !== null && copy.altered !== null
}

const ALTERED_RULES: readonly Rule[] = PROPERTIES.map(({ name, alteration, id, field, statement }) => rule({
  id: `delivery.${id}-altered`,
  title: `A message is passed on with another ${field}`,
  statements: { '5.0': [statement] },
  severity: 'error',
  sides: ['server'],
  on: 'copy',
  needs: 0,
  applies: (subject) => comparable(subject) && (subject.publication!.properties.includes(name) || altered(subject, alteration)),
  lacks: notTheOnly,
  holds: (subject) => !altered(subject, alteration),
  certainty: sure,
  severityHere: lessSevere,
  says: (subject) => `The copy of ${messageOf(subject)} for ${clientOf(subject.copy)} does not have the ${field} that ${subject.publication!.properties.includes(name) ? 'it was published with' : 'it was published without'}`,
  shownBy: publishedIn,
}))

// --- a Packet Identifier that is used again (MQTT 5.0 §4.3) ---

const REUSED: readonly { readonly after: EndedBy; readonly id: string; readonly what: string; readonly statement: string }[] = [
  { after: 'PUBACK', id: 'acknowledged', what: 'acknowledged', statement: 'MQTT-4.3.2-5' },
  { after: 'PUBREC', id: 'refused', what: 'refused', statement: 'MQTT-4.3.3-9' },
  { after: 'PUBCOMP', id: 'completed', what: 'completed', statement: 'MQTT-4.3.3-12' },
]

const REUSED_RULES: readonly Rule[] = REUSED.map(({ after, id, what, statement }) => rule({
  id: `delivery.mistaken-for-${id}`,
  title: `A new message with the Packet Identifier of one that was ${what} is not passed on`,
  statements: { '5.0': [statement] },
  severity: 'warning',
  sides: ['server'],
  on: 'recipient',
  needs: 0,
  applies: (subject) => subject.delivery.publication.reusedAfter === after && isAccountedFor(subject),
  lacks: ({ missingCopy }) => (missingCopy !== null && (missingCopy.certainty === 'unsure' || !missingCopy.mistaken) ? 'doubt' : null),
  holds: ({ missingCopy }) => missingCopy === null,
  certainty: () => 'likely',
  says: ({ delivery: { publication }, missingCopy }) =>
    `The server accepted ${messageText(publication)} and sent it to nobody, ${nameOf(missingCopy!.client)} among others. It has the Packet Identifier of the message before, which was ${what}, and may have been taken for that`,
}))

export const DELIVERY_RULES: readonly Rule[] = [
  ...ALTERED_RULES,
  ...REUSED_RULES,
  rule({
    id: 'delivery.user-properties-reordered',
    title: 'User Properties are passed on in another order',
    statements: { '5.0': ['MQTT-3.3.2-18'] },
    severity: 'error',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: (subject) => comparable(subject) && subject.publication!.properties.includes('userProperty'),
    lacks: notTheOnly,
    holds: (subject) => !altered(subject, 'user-property-order'),
    certainty: sure,
    severityHere: lessSevere,
    says: (subject) => `The copy of ${messageOf(subject)} for ${clientOf(subject.copy)} has its User Properties in another order`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.user-property-added',
    title: 'A server adds User Properties to a message',
    statements: { '5.0': ['MQTT-3.3.2-17'] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: (subject) => comparable(subject) && altered(subject, 'user-property-added'),
    lacks: notTheOnly,
    holds: () => false,
    certainty: sure,
    says: (subject) => `The copy of ${messageOf(subject)} for ${clientOf(subject.copy)} has User Properties that were not published`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.byte-order-mark-removed',
    title: 'A server takes U+FEFF out of a text',
    statements: { '3.1.1': ['MQTT-1.5.3-3'], '5.0': ['MQTT-1.5.4-3'] },
    severity: 'error',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ publication }) => publication !== null && publication.byteOrderMark,
    lacks: notTheOnly,
    holds: ({ copy }) => copy.altered === null || !copy.altered.includes('byte-order-mark'),
    certainty: sure,
    severityHere: lessSevere,
    says: (subject) => `The copy of ${messageOf(subject)} for ${clientOf(subject.copy)} lacks the U+FEFF (EF BB BF) that a property was published with`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.byte-order-mark-removed-from-topic',
    title: 'A server takes U+FEFF out of a topic',
    statements: { '3.1.1': ['MQTT-1.5.3-3'], '5.0': ['MQTT-1.5.4-3'] },
    severity: 'warning',
    sides: ['server'],
    on: 'stray',
    needs: 0,
    applies: ({ stray }) => stray.lookalike?.how === 'byte-order-mark',
    holds: () => false,
    certainty: () => 'likely',
    says: ({ stray }) => `The server sent ${clientOf(stray.copy)} a message with the topic ${quoted(stray.topic!)}, which was published as ${quoted(stray.lookalike!.publication.topic)}, with U+FEFF (EF BB BF)`,
    shownBy: ({ stray }) => [stray.lookalike!.publication.frame],
  }),

  // --- Message Expiry Interval (MQTT 5.0 §3.3.2.3.3) ---

  rule({
    id: 'delivery.expired',
    title: 'A message is sent on after it has expired',
    statements: { '5.0': ['MQTT-3.3.2-5'] },
    severity: 'error',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && publication.messageExpiryInterval !== null && !copy.dup,
    lacks: notInTime,
    holds: ({ copy, publication }) => copy.duration! <= (publication!.messageExpiryInterval! + 2) * SECOND,
    certainty: sure,
    severityHere: (subject) => {
      const { copy, publication } = subject
      const well = Math.max(10, publication!.messageExpiryInterval! / 10)
      return copy.duration! > (publication!.messageExpiryInterval! + well) * SECOND ? lessSevere(subject) : 'warning'
    },
    says: (subject) =>
      `The server sent ${messageOf(subject)} to ${clientOf(subject.copy)} after ${seconds(subject.copy.duration!)}; it expires after ${subject.publication!.messageExpiryInterval} s`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.message-expiry-interval-not-reduced',
    title: 'A message is passed on without the rest of its Message Expiry Interval',
    statements: { '5.0': ['MQTT-3.3.2-6'] },
    severity: 'error',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && publication.messageExpiryInterval !== null && copy.altered !== null && !copy.dup,
    lacks: notInTime,
    holds: ({ copy, publication }) => {
      const published = publication!.messageExpiryInterval!
      // With QoS 2, a server may count from PUBREL.
      const waited = publication!.qos === 2 || copy.heldUp ? 0 : Math.floor(copy.duration! / SECOND)
      return copy.messageExpiryInterval !== null && copy.messageExpiryInterval <= published - Math.min(published, waited) + 2
    },
    certainty: sure,
    severityHere: lessSevere,
    says: (subject) => {
      const { copy, publication } = subject
      const sent = copy.messageExpiryInterval === null ? 'without a Message Expiry Interval' : `with a Message Expiry Interval of ${copy.messageExpiryInterval} s`
      return `The server sent ${messageOf(subject)} to ${clientOf(copy)} ${sent}, ${seconds(copy.duration!)} after it was published with ${publication!.messageExpiryInterval} s`
    },
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.message-expiry-interval-cut',
    title: 'A message is passed on with a shorter Message Expiry Interval than is left',
    statements: { '5.0': ['MQTT-3.3.2-6'] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && publication.messageExpiryInterval !== null && copy.messageExpiryInterval !== null && !copy.dup,
    lacks: notInTime,
    holds: ({ copy, publication }) => copy.messageExpiryInterval! >= publication!.messageExpiryInterval! - Math.ceil(copy.duration! / SECOND) - 2,
    certainty: sure,
    says: (subject) =>
      `The server sent ${messageOf(subject)} to ${clientOf(subject.copy)} with a Message Expiry Interval of ${subject.copy.messageExpiryInterval} s, ${seconds(subject.copy.duration!)} after it was published with ${subject.publication!.messageExpiryInterval} s`,
    shownBy: publishedIn,
  }),

  // --- QoS (MQTT 5.0 §3.8.4, §3.3.4) ---

  rule({
    id: 'delivery.qos-not-as-granted',
    title: 'A message is passed on with another QoS than the lower of those published and granted',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.8.4-6'], '5.0': ['MQTT-3.8.4-8'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && isSubscribed(copy) && !copy.subscriptions.some(({ replaced }) => replaced),
    lacks: (subject) => notTheOnly(subject) ?? (isRaisedByChance(subject) ? 'other-clients' : null),
    holds: ({ copy, publication }) => hasQosOf(copy, publication!),
    certainty: sure,
    severityHere: lessSevere,
    says: (subject) => `The server sent ${messageOf(subject)}, published with QoS ${subject.publication!.qos}, to ${clientOf(subject.copy)} with QoS ${subject.copy.qos}; granted are ${grants(subject.copy)}`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.highest-qos-not-honoured',
    title: 'With overlapping subscriptions, no copy has the highest QoS that was granted',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.3.5-1'], '5.0': ['MQTT-3.3.4-2'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ copies }) => copies.some((copy) => isSubscribed(copy) && copy.subscriptions.length > 1),
    lacks: (subject) => notAll(subject) ?? (subject.partial?.certainty === 'unsure' ? 'doubt' : null),
    holds: ({ partial }) => partial?.lacks !== 'qos',
    // A further copy, with that QoS, may have been lost in a queue.
    certainty: () => 'likely',
    says: ({ delivery: { publication }, copies }) =>
      `The server sent ${messageText(publication)}, published with QoS ${publication.qos}, to ${clientOf(copies[0]!)} with QoS ${Math.max(...copies.map(({ qos }) => qos))} only; granted are ${grants(copies[0]!)}`,
    shownBy: ({ delivery }) => [delivery.publication.frame],
  }),

  // --- Subscription Identifiers (MQTT 5.0 §3.3.4) ---

  rule({
    id: 'delivery.subscription-identifier-missing',
    title: 'A copy lacks the Subscription Identifier of its subscription',
    statements: { '5.0': ['MQTT-3.3.4-3'] },
    severity: 'error',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && isSubscribed(copy) && copy.subscriptions.every(({ identifier }) => identifier !== null),
    lacks: notTheOnly,
    holds: ({ copy }) => copy.subscriptionIdentifiers.length > 0,
    certainty: sure,
    severityHere: lessSevere,
    says: (subject) => `The server sent ${messageOf(subject)} to ${clientOf(subject.copy)} without a Subscription Identifier; the client gave ${identifiers(subject.copy)}`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.subscription-identifiers-incomplete',
    title: 'The only copy for several subscriptions lacks some of their Subscription Identifiers',
    statements: { '5.0': ['MQTT-3.3.4-4'] },
    severity: 'error',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ copies }) => copies.length === 1 && isSubscribed(copies[0]!) && copies[0].subscriptions.filter(({ identifier }) => identifier !== null).length > 1
      && copies[0].subscriptionIdentifiers.length > 0,
    lacks: (subject) => notAll(subject) ?? (subject.partial?.certainty === 'unsure' ? 'doubt' : null),
    holds: ({ partial }) => partial?.lacks !== 'identifiers',
    certainty: () => 'likely',
    says: ({ delivery: { publication }, copies: [copy] }) =>
      `The server sent one copy of ${messageText(publication)} to ${clientOf(copy!)} with the Subscription Identifiers ${copy!.subscriptionIdentifiers.join(', ')}; the client gave ${identifiers(copy!)}`,
    shownBy: ({ delivery }) => [delivery.publication.frame],
  }),
  rule({
    id: 'delivery.subscription-identifier-of-another',
    title: 'One of several copies has a Subscription Identifier that no matching subscription explains',
    statements: { '5.0': ['MQTT-3.3.4-5'] },
    severity: 'error',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ copies }) => copies.length > 1 && copies.every((copy) => isSubscribed(copy) && copy.client.version === '5.0') && copies[0]!.subscriptions!.some(({ identifier }) => identifier !== null),
    lacks: notAll,
    holds: ({ copies }) => copies.every(isIdentified),
    certainty: ({ delivery: { publication }, copies }) => sureOf(copies[0]!, publication),
    says: ({ delivery: { publication }, copies }) => {
      const wrong = copies.find((copy) => !isIdentified(copy))!
      const has = wrong.subscriptionIdentifiers.length === 0 ? 'no Subscription Identifier' : `the Subscription Identifiers ${wrong.subscriptionIdentifiers.join(', ')}`
      return `One of ${copies.length} copies of ${messageText(publication)} for ${clientOf(wrong)} has ${has}; the client gave ${identifiers(wrong)}`
    },
    shownBy: ({ delivery, copies }) => [delivery.publication.frame, ...copies.map(({ frame }) => frame)],
  }),

  // --- RETAIN (MQTT 5.0 §3.3.1.3) ---

  rule({
    id: 'delivery.retain-set',
    title: 'A message is passed on with RETAIN to a subscription that was there',
    statements: { '3.1': ['MQTT31-41'], '3.1.1': ['MQTT-3.3.1-9'], '5.0': ['MQTT-3.3.1-12'] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy-with-retain',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && publication.retain && asksForRetain(copy, false) && !isReplaced(copy),
    lacks: notTheOnly,
    holds: ({ copy }) => !copy.retain,
    certainty: () => 'likely',
    says: (subject) => `The server sent ${messageOf(subject)} to ${clientOf(subject.copy)} with RETAIN, though it was subscribed when the message was published: ${filters(subject.copy)}`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.retain-not-as-published',
    title: 'A message is passed on with another RETAIN than it was published with',
    statements: { '5.0': ['MQTT-3.3.1-13'] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy-with-retain',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && asksForRetain(copy, true) && !isReplaced(copy),
    lacks: notTheOnly,
    holds: ({ copy, publication }) => copy.retain === publication!.retain,
    certainty: () => 'likely',
    says: (subject) => `The server sent ${messageOf(subject)}, published ${retainText(subject.publication!)}, to ${clientOf(subject.copy)} ${retainText(subject.copy)}; the client asked for Retain As Published for ${filters(subject.copy)}`,
    shownBy: publishedIn,
  }),

  // --- who gets it, and how often ---

  rule({
    id: 'delivery.missing',
    title: 'A message that the server accepted is not passed on to a subscriber',
    statements: { '3.1': [], '3.1.1': ['MQTT-4.5.0-1'], '5.0': ['MQTT-4.5.0-1'] },
    severity: 'warning',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: isAccountedFor,
    lacks: ({ missingCopy }) => (missingCopy?.certainty === 'unsure' ? 'doubt' : null),
    holds: ({ missingCopy }) => missingCopy === null,
    certainty: ({ missingCopy }) => missingCopy!.certainty,
    says: ({ delivery, missingCopy }) =>
      `The server accepted ${messageText(delivery.publication)} and did not send it to ${nameOf(missingCopy!.client)}, which is subscribed to ${quoted(missingCopy!.filter)} with QoS ${missingCopy!.qos}`,
  }),
  rule({
    id: 'delivery.duplicate',
    title: 'A message is passed on more often than the subscriptions explain',
    statements: { '3.1': [], '3.1.1': [], '5.0': [] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && isCounted(copy.duplicate) && !isReplaced(copy) && !isRepeated(publication),
    holds: () => false,
    certainty: ({ copy }) => copy.duplicate!,
    says: (subject) => `The server sent ${messageOf(subject)} to ${clientOf(subject.copy)} once more; its subscriptions explain fewer copies: ${filters(subject.copy)}`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.repeated-publish-passed-on-again',
    title: 'A QoS 2 message that was sent again is passed on twice',
    statements: { '5.0': ['MQTT-4.3.3-10'] },
    severity: 'error',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ delivery, copies }) => isRepeated(delivery.publication) && copies.length > 0,
    lacks: ({ copies }) => (copies.some(({ duplicate }) => duplicate === 'unsure') ? 'doubt' : null),
    holds: ({ copies }) => !copies.some(({ duplicate }) => isCounted(duplicate)),
    certainty: ({ copies }) => (copies.some(({ duplicate }) => duplicate === 'certain') ? 'certain' : 'likely'),
    says: ({ delivery: { publication }, copies }) => `The client sent ${messageText(publication)} with QoS 2 again before PUBREL, and the server sent it to ${clientOf(copies[0]!)} ${copies.length} times`,
    shownBy: ({ delivery, copies }) => [delivery.publication.frame, ...copies.map(({ frame }) => frame)],
  }),
  rule({
    id: 'delivery.refused-shared-passed-on-again',
    title: 'A message of a shared subscription that one client refused is sent to another one',
    statements: { '5.0': ['MQTT-4.8.2-6'] },
    severity: 'warning',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ copies }) => copies.some(isSharedAndRefused),
    lacks: ({ delivery, copies }) => ([...copies, ...givenAfter(delivery, copies, 'refusedBefore')].every(({ only }) => only) ? null : 'content'),
    holds: ({ delivery, copies }) => givenAfter(delivery, copies, 'refusedBefore').length === 0,
    certainty: () => 'likely',
    says: ({ delivery, copies }) =>
      `${clientOf(copies[0]!)} refused ${messageText(delivery.publication)} of the shared subscription ${filters(copies[0]!)}, and the server then sent it to ${clientOf(givenAfter(delivery, copies, 'refusedBefore')[0]!)}`,
    at: ({ delivery, copies }) => placeOf(givenAfter(delivery, copies, 'refusedBefore')[0]!),
    shownBy: ({ copies }) => copies.flatMap(({ frame, refused }) => (refused === null ? [frame] : [frame, refused.frame])),
  }),
  rule({
    id: 'delivery.broken-off-shared-passed-on-again',
    title: 'A QoS 2 message of a shared subscription is sent to another client, since the Session of the first one has ended',
    statements: { '5.0': ['MQTT-4.8.2-5'] },
    severity: 'warning',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ copies }) => copies.some(({ brokenOff }) => brokenOff),
    lacks: notAll,
    holds: ({ delivery, copies }) => givenAfter(delivery, copies, 'brokenOffBefore').length === 0,
    certainty: () => 'likely',
    says: ({ delivery, copies, client }) => `${nameOf(client)} had not finished ${messageText(delivery.publication)} when its Session ended, and the server sent it to ${clientOf(givenAfter(delivery, copies, 'brokenOffBefore')[0]!)}, of the same shared subscription`,
    at: ({ delivery, copies }) => placeOf(givenAfter(delivery, copies, 'brokenOffBefore')[0]!),
    shownBy: ({ delivery, copies }) => [delivery.publication.frame, ...copies.map(({ frame }) => frame)],
  }),
  rule({
    id: 'delivery.no-local-sent-back',
    title: 'A message comes back to its publisher, whose subscriptions have No Local set',
    statements: { '5.0': ['MQTT-3.8.3-3'] },
    severity: 'error',
    sides: ['server'],
    on: 'publication',
    needs: 0,
    applies: ({ delivery }) => delivery.noLocal,
    lacks: ({ delivery }) => {
      const own = delivery.copies.find((copy) => copy.own)
      // Where somebody has one too many, somebody else has published it as well.
      return own === undefined || (own.only && !delivery.copies.some(({ duplicate }) => duplicate !== null)) ? null : 'content'
    },
    holds: ({ delivery }) => !delivery.copies.some(({ own, retain, dup, subscriptions }) => own && !retain && !dup && subscriptions !== null),
    certainty: () => 'likely',
    says: ({ delivery: { publication } }) => `The server sent ${messageText(publication)} back to its publisher, whose subscriptions that match all have No Local set`,
    at: ({ delivery }) => placeOf(delivery.copies.find((copy) => copy.own)!),
    shownBy: ({ delivery }) => [delivery.publication.frame],
  }),
  rule({
    id: 'delivery.after-unsubscribe',
    title: 'A message is sent on to a client that had unsubscribed from it',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.10.4-2'], '5.0': ['MQTT-3.10.4-2'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ unsubscribed }) => unsubscribed !== null,
    lacks: notAll,
    holds: ({ copies }) => !copies.some(({ dup, retain }) => !dup && !retain),
    certainty: ({ delivery: { publication }, copies }) => sureOf(copies[0]!, publication),
    severityHere: ({ delivery: { publication }, copies }) => (sureOf(copies[0]!, publication) === 'certain' ? null : 'warning'),
    says: ({ delivery: { publication }, unsubscribed, copies }) =>
      `The server sent ${messageText(publication)} to ${clientOf(copies[0]!)}, which had unsubscribed from ${unsubscribed!.filters.map(quoted).join(', ')} before it was published`,
    shownBy: ({ delivery }) => [delivery.publication.frame],
  }),
  rule({
    id: 'subscription.removed-with-another',
    title: 'A subscription ends with another one that the client unsubscribed from',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.10.4-1'], '5.0': ['MQTT-3.10.4-1'] },
    severity: 'warning',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: ({ copies, missingCopy }) => (missingCopy?.removed.length ?? 0) > 0 || copies.some((copy) => copy.removed.length > 0 && isSubscribed(copy)),
    lacks: ({ missingCopy }) => (missingCopy?.certainty === 'unsure' ? 'doubt' : null),
    holds: ({ missingCopy }) => missingCopy === null,
    certainty: ({ missingCopy }) => missingCopy!.certainty,
    says: ({ delivery: { publication }, missingCopy }) =>
      `The server did not send ${messageText(publication)} to ${nameOf(missingCopy!.client)}, which unsubscribed from ${missingCopy!.removed.map(quoted).join(', ')} and not from ${quoted(missingCopy!.filter)}`,
  }),
  rule({
    id: 'subscription.interrupted-when-replaced',
    title: 'A message is lost just after its subscription was made again',
    statements: { '5.0': ['MQTT-3.8.4-4'] },
    severity: 'warning',
    sides: ['server'],
    on: 'recipient',
    needs: 0,
    applies: (subject) => isAccountedFor(subject) && (subject.missingCopy === null ? subject.copies.some(isReplaced) : subject.missingCopy.replaced),
    lacks: ({ missingCopy }) => (missingCopy?.certainty === 'unsure' ? 'doubt' : null),
    holds: ({ missingCopy }) => missingCopy === null,
    certainty: () => 'likely',
    says: ({ delivery: { publication }, missingCopy }) =>
      `The server did not send ${messageText(publication)} to ${nameOf(missingCopy!.client)}, which had just subscribed to ${quoted(missingCopy!.filter)} again`,
  }),
  rule({
    id: 'subscription.retain-as-published-not-replaced',
    title: 'A subscription that was made again keeps the Retain As Published of the one before',
    statements: { '5.0': ['MQTT-3.8.4-3'] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy-with-retain',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && publication.retain && isReplaced(copy) && (asksForRetain(copy, true) || asksForRetain(copy, false)),
    lacks: notTheOnly,
    holds: ({ copy }) => copy.retain === copy.subscriptions![0]!.retainAsPublished,
    certainty: () => 'likely',
    says: (subject) => `The server sent ${messageOf(subject)}, published with RETAIN, to ${clientOf(subject.copy)} ${retainText(subject.copy)}; the client had subscribed again with another Retain As Published: ${filters(subject.copy)}`,
    shownBy: publishedIn,
  }),
  rule({
    id: 'subscription.not-replaced',
    title: 'A subscription that was made again does not take the place of the one before',
    statements: { '3.1': [], '3.1.1': ['MQTT-3.8.4-3'], '5.0': ['MQTT-3.8.4-3'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && isReplaced(copy) && !copy.dup,
    lacks: (subject) => (isCounted(subject.copy.duplicate) ? null : notTheOnly(subject) ?? (isRaisedByChance(subject) ? 'other-clients' : null)),
    holds: ({ copy, publication }) => !isCounted(copy.duplicate) && hasQosOf(copy, publication!)
      && copy.subscriptionIdentifiers.every((one) => copy.subscriptions!.some(({ identifier }) => identifier === one)),
    certainty: (subject) => (isCounted(subject.copy.duplicate) ? subject.copy.duplicate! : sure(subject)),
    severityHere: (subject) => (isCounted(subject.copy.duplicate) ? null : lessSevere(subject)),
    says: (subject) => {
      const { copy } = subject
      if (isCounted(copy.duplicate)) return `The server sent ${messageOf(subject)} to ${clientOf(copy)} once more, which subscribed again to ${filters(copy)}`
      const has = copy.subscriptionIdentifiers.length === 0 ? '' : ` and the Subscription Identifier ${copy.subscriptionIdentifiers.join(', ')}`
      return `The server sent ${messageOf(subject)} to ${clientOf(copy)} with QoS ${copy.qos}${has}; the client had subscribed again: ${grants(copy)}${copy.subscriptionIdentifiers.length === 0 ? '' : `, ${identifiers(copy)}`}`
    },
    shownBy: publishedIn,
  }),
  rule({
    id: 'delivery.topic-normalised',
    title: 'A message comes to a client whose filter matches only when characters are changed',
    statements: { '3.1': [], '3.1.1': ['MQTT-4.7.3-4'], '5.0': ['MQTT-4.7.3-4'] },
    severity: { '3.1': 'warning', '3.1.1': 'error', '5.0': 'error' },
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => copy.almost !== null || (publication !== null && isSubscribed(copy)),
    holds: ({ copy }) => copy.almost === null,
    certainty: () => 'likely',
    severityHere: () => 'warning',
    says: (subject) => `The server sent ${subject.publication === null ? 'a message' : messageOf(subject)} to ${clientOf(subject.copy)}, whose filter ${quoted(subject.copy.almost!)} matches only when case, slashes or the form of characters do not count`,
  }),
  rule({
    id: 'delivery.topic-rewritten',
    title: 'A message is passed on with another spelling of its topic',
    statements: { '3.1': [], '3.1.1': ['MQTT-4.7.3-4'], '5.0': ['MQTT-4.7.3-4'] },
    severity: 'warning',
    sides: ['server'],
    on: 'stray',
    needs: 0,
    applies: ({ stray }) => stray.lookalike?.how === 'spelling',
    holds: () => false,
    certainty: () => 'likely',
    says: ({ stray }) => `The server sent ${clientOf(stray.copy)} a message with the topic ${quoted(stray.topic!)}; one with the same content was published as ${quoted(stray.lookalike!.publication.topic)}`,
    shownBy: ({ stray }) => [stray.lookalike!.publication.frame],
  }),

  // --- order (MQTT 5.0 §4.6) ---

  rule({
    id: 'delivery.out-of-order',
    title: 'Messages of one publisher, topic and QoS are passed on in another order',
    statements: { '3.1': [], '3.1.1': ['MQTT-4.6.0-5', 'MQTT-4.6.0-6'], '5.0': ['MQTT-4.6.0-5', 'MQTT-4.6.0-6'] },
    severity: 'warning',
    sides: ['server'],
    on: 'copy',
    needs: 0,
    applies: ({ copy, publication }) => publication !== null && (copy.predecessor !== null || copy.overtakenBy !== null),
    lacks: notTheOnly,
    holds: ({ copy }) => copy.overtakenBy === null,
    certainty: sure,
    says: (subject) => `The server sent ${messageOf(subject)} to ${clientOf(subject.copy)} after the one of packet ${subject.copy.overtakenBy!.number}, which the same client had published later`,
    shownBy: (subject) => [...publishedIn(subject), subject.copy.overtakenBy!.frame],
  }),
  rule({
    id: 'delivery.oversized-not-dropped',
    title: 'A server disconnects a client because of a message that is too big for it',
    statements: { '5.0': ['MQTT-3.1.2-25'] },
    severity: 'warning',
    sides: ['server'],
    on: 'publication',
    needs: 0,
    applies: ({ delivery }) => delivery.notJudged.some(({ reason }) => reason === 'maximum-packet-size'),
    holds: ({ delivery }) => !delivery.notJudged.some(({ closedIn }) => closedIn !== null),
    certainty: () => 'likely',
    says: ({ delivery }) => `The server disconnected ${nameOf(delivery.notJudged.find(({ closedIn }) => closedIn !== null)!.client)} with 0x95 (packet too large) when ${messageText(delivery.publication)} was too big for it, and it has to drop it for that client`,
    shownBy: ({ delivery }) => delivery.notJudged.flatMap(({ closedIn }) => closedIn ?? []),
  }),
]

// --- helpers ---

/** A payload that is this long is sent by nobody else by chance. */
const TELLING = 16

/** Its subscriptions are known, so that what the server sends for them can be compared. */
function isSubscribed(copy: Copy): copy is Copy & { readonly subscriptions: NonNullable<Copy['subscriptions']> } {
  return copy.subscriptions !== null && copy.subscriptions.length > 0 && copy.kind !== 'retained' && !copy.dup
}

/** Of several subscriptions, each may have a copy of its own; and an equal message of somebody else may be among these. */
function hasQosOf({ qos, subscriptions }: Copy, publication: Publication): boolean {
  if (subscriptions!.length === 1) return qos === Math.min(publication.qos, subscriptions![0]!.grantedQos)
  return qos <= Math.max(...subscriptions!.map(({ grantedQos }) => grantedQos))
}

/** As many copies with a higher QoS than they were published with are no chance. */
const RAISED_BY_SERVER = 3

/** Somebody whom the capture does not show may have published the same with this QoS, which was granted. */
function isRaisedByChance({ copy: { qos, subscriptions, raised }, publication }: CopySubject): boolean {
  return qos > publication!.qos && qos <= Math.max(...subscriptions!.map(({ grantedQos }) => grantedQos)) && raised < RAISED_BY_SERVER
}

/** Whether all of the client's subscriptions have Retain As Published, or none. */
function asksForRetain(copy: Copy, asPublished: boolean): boolean {
  return isSubscribed(copy) && !copy.bridge && copy.subscriptions.every(({ retainAsPublished }) => retainAsPublished === asPublished)
}

function retainText({ retain }: { readonly retain: boolean }): string {
  return retain ? 'with RETAIN' : 'without RETAIN'
}

/** The server accepted the message; and the client got it with an acknowledgement, or should have got it. */
function isAccountedFor({ delivery, copies, missingCopy }: RecipientSubject): boolean {
  return !isWill(delivery.publication) && delivery.acceptance === 'accepted'
    && (missingCopy !== null || copies.some(({ qos, kind, subscriptions }) => qos > 0 && kind === 'live' && subscriptions !== null))
}

function isSharedAndRefused({ refused, subscriptions }: Copy): boolean {
  return refused !== null && subscriptions?.length === 1 && subscriptions[0]!.shareName !== null
}

/** Copies that other members of the group got when one of these had been refused, or broken off. */
function givenAfter(delivery: Delivery, copies: readonly Copy[], before: 'refusedBefore' | 'brokenOffBefore'): readonly Copy[] {
  return delivery.copies.filter((copy) => copy[before] !== null && copies.includes(copy[before]))
}

function isReplaced(copy: Copy): boolean {
  return isSubscribed(copy) && copy.subscriptions.some(({ replaced }) => replaced)
}

function isRepeated({ resent, qos }: Publication): boolean {
  return resent > 0 && qos === 2
}

function isCounted(certainty: Certainty | null): boolean {
  return certainty === 'certain' || certainty === 'likely'
}

function isIdentified({ subscriptionIdentifiers, subscriptions }: Copy): boolean {
  if (subscriptionIdentifiers.length === 0) return subscriptions!.some(({ identifier }) => identifier === null)
  return subscriptionIdentifiers.every((one) => subscriptions!.some(({ identifier }) => identifier === one))
}

function isWill({ will }: Publication): boolean {
  return will
}

function notTheOnly({ copy }: CopySubject): Reason | null {
  return copy.only ? null : 'content'
}

function notInTime(subject: CopySubject): Reason | null {
  const { copy } = subject
  if (copy.duration === null) return 'clock'
  return copy.heldUp ? 'doubt' : notTheOnly(subject)
}

function notAll({ copies }: RecipientSubject): Reason | null {
  return copies.every(({ only }) => only) ? null : 'content'
}

function sure({ copy, publication }: CopySubject): Certainty {
  return sureOf(copy, publication!)
}

function sureOf({ only }: Copy, { payloadLength }: Publication): Certainty {
  return only && payloadLength >= TELLING ? 'certain' : 'likely'
}

/** What is likely only is a warning. */
function lessSevere(subject: CopySubject): Severity | null {
  return sure(subject) === 'certain' ? null : 'warning'
}

function publishedIn({ publication }: CopySubject): readonly number[] {
  return publication === null ? [] : [publication.frame]
}

/** Where a finding about a copy points. */
export function placeOf({ number, frame, time }: Copy): { readonly packet: number; readonly frame: number; readonly time: number } {
  return { packet: number, frame, time }
}

function messageOf({ publication }: CopySubject): string {
  return messageText(publication!)
}

function messageText({ number, topic, will }: Publication): string {
  return will ? `the will for ${quoted(topic)} of packet ${number}` : `the message for ${quoted(topic)} of packet ${number}`
}

function clientOf({ client }: Copy): string {
  return nameOf(client)
}

/** Who a client is, in messages. */
export function nameOf({ clientIdentifier, address }: Copy['client']): string {
  return clientIdentifier === undefined || clientIdentifier === '' ? address : quoted(clientIdentifier)
}

function seconds(nanoseconds: number): string {
  return `${Math.round(nanoseconds / SECOND)} s`
}

function grants({ subscriptions }: Copy): string {
  return subscriptions!.map(({ topicFilter, grantedQos }) => `QoS ${grantedQos} for ${quoted(topicFilter)}`).join(', ')
}

function identifiers({ subscriptions }: Copy): string {
  return subscriptions!.map(({ topicFilter, identifier }) => `${identifier ?? 'none'} for ${quoted(topicFilter)}`).join(', ')
}

function filters({ filters: all }: Copy): string {
  return all.map(quoted).join(', ')
}
