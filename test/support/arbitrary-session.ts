/**
 * Arbitraries for whole connections that keep the standards: CONNECT to the end, in the order in which a capture shows the packets.
 *
 * Exchanges overlap; identifiers are free when they are taken; topic aliases are within the other side's maximum and set before they are used; a server
 * publishes only to a client that subscribed. No rule about a history has anything to object.
 */
import fc from 'fast-check'
import type { Properties, Property, PropertyName } from '../../src/mqtt/packet.ts'
import type { Direction, Version } from '../../src/mqtt/version.ts'
import {
  acknowledgementFrom, connackFrom, connectFrom, connectParts, disconnectFrom, generated, packetIdentifier, payloadFor, ping, publishFrom, subscribeAcknowledgementFrom,
  subscribeFrom, subscription, topicFilter, unsubscribeFrom, type ConnectParts, type GeneratedPacket, type PublishParts,
} from './arbitrary-packets.ts'
import { ALLOWED, properties, property } from './arbitrary-properties.ts'
import { plainTopicName, someBytes } from './arbitrary-text.ts'

/** One thing that happens, before identifiers and aliases are given out. */
type Step =
  | { readonly kind: 'publish'; readonly sender: Direction; readonly parts: Omit<PublishParts, 'dup' | 'packetIdentifier'>; readonly alias: number }
  | { readonly kind: 'subscribe'; readonly make: (identifier: number) => readonly [GeneratedPacket, GeneratedPacket] }
  | { readonly kind: 'ping' }

/** The steps, and for each moment which of the exchanges under way goes on. */
interface Script {
  readonly connect: ConnectParts
  /** Aliases that each side takes from the other (0 before 5.0). */
  readonly aliases: Readonly<Record<Direction, number>>
  readonly firstIdentifiers: Readonly<Record<Direction, number>>
  readonly steps: readonly Step[]
  readonly turns: readonly number[]
  readonly ending: 'disconnect' | 'none'
}

const OTHER: Readonly<Record<Direction, Direction>> = { 'client-to-server': 'server-to-client', 'server-to-client': 'client-to-server' }

/** At most this many exchanges at a time. */
const OVERLAP = 4

export function arbitrarySession(version: Version): fc.Arbitrary<readonly GeneratedPacket[]> {
  return script(version).map((one) => play(version, one))
}

function script(version: Version): fc.Arbitrary<Script> {
  const five = version === '5.0'
  const aliasMaximum = five ? fc.nat(3) : fc.constant(0)
  return fc.record({
    connect: connectParts(version),
    aliases: fc.record({ 'client-to-server': aliasMaximum, 'server-to-client': aliasMaximum }),
    firstIdentifiers: fc.record({ 'client-to-server': packetIdentifier, 'server-to-client': packetIdentifier }),
    steps: fc.array(step(version), { maxLength: 12 }),
    turns: fc.array(fc.nat(OVERLAP - 1), { minLength: 60, maxLength: 60 }),
    ending: fc.constantFrom('disconnect' as const, 'none' as const),
  })
}

function step(version: Version): fc.Arbitrary<Step> {
  const five = version === '5.0'
  const block = (allowed: readonly PropertyName[]): fc.Arbitrary<Properties> => (five ? properties(allowed) : fc.constant(undefined))
  const publishBlock = block(ALLOWED.PUBLISH.filter((name) => name !== 'topicAlias'))
  const publish = (sender: Direction): fc.Arbitrary<Step> =>
    fc.record({
      kind: fc.constant('publish' as const),
      sender: fc.constant(sender),
      parts: fc
        .record({
          qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
          // A live message to a subscriber has RETAIN 0 (MQTT 3.1.1 §3.3.1.3; 5.0 unless Retain As Published asks for it).
          retain: sender === 'client-to-server' ? fc.boolean() : fc.constant(false),
          topicName: plainTopicName,
          properties: publishBlock,
          payload: someBytes,
        })
        .map((parts) => ({ ...parts, payload: payloadFor(parts.properties, parts.payload) })),
      alias: fc.nat(3),
    })
  const subscribe: fc.Arbitrary<Step> = fc
    .tuple(fc.array(subscription(version), { minLength: 1, maxLength: 3 }), block(['userProperty']), block(ALLOWED.ACKNOWLEDGEMENT))
    .map(([subscriptions, asked, answered]) => ({
      kind: 'subscribe',
      make: (identifier) => [
        subscribeFrom(version, identifier, asked, subscriptions),
        subscribeAcknowledgementFrom('SUBACK', version, identifier, answered, subscriptions.map((one) => one.qos!)),
      ],
    }))
  const unsubscribe: fc.Arbitrary<Step> = fc
    .tuple(fc.array(topicFilter(version).filter((filter) => filter !== '#'), { minLength: 1, maxLength: 3 }), block(['userProperty']), block(ALLOWED.ACKNOWLEDGEMENT))
    .map(([filters, asked, answered]) => ({
      kind: 'subscribe',
      make: (identifier) => [
        unsubscribeFrom(version, identifier, asked, filters),
        subscribeAcknowledgementFrom('UNSUBACK', version, identifier, answered, five ? filters.map(() => 0x11) : []),
      ],
    }))
  return fc.oneof(publish('client-to-server'), publish('server-to-client'), subscribe, unsubscribe, fc.constant<Step>({ kind: 'ping' }))
}

function play(version: Version, { connect, aliases, firstIdentifiers, steps, turns, ending }: Script): readonly GeneratedPacket[] {
  const five = version === '5.0'
  const identifiers = { 'client-to-server': new Identifiers(firstIdentifiers['client-to-server']), 'server-to-client': new Identifiers(firstIdentifiers['server-to-client']) }
  const aliasTopics = { 'client-to-server': new Map<number, string>(), 'server-to-client': new Map<number, string>() }
  // `aliases[direction]` is what may be used in it: the client's maximum is for what the server sends.
  const packets: GeneratedPacket[] = [
    connectFrom(version, { ...connect, properties: five ? sessionProperties(connect.properties, aliases['server-to-client']) : undefined }),
    connackFrom(version, false, 0, five ? answerProperties(connect, aliases['client-to-server']) : undefined),
    // Everything without `$` at the front is subscribed to, so that a server may publish it.
    ...subscribeToAll(version, identifiers['client-to-server'].next()),
  ]

  const exchanges = steps.map((one) => {
    switch (one.kind) {
      case 'publish': return publishExchange(version, one, identifiers[one.sender], aliases[one.sender], aliasTopics[one.sender])
      case 'subscribe': return one.make(identifiers['client-to-server'].next())
      case 'ping': return [generated('client-to-server', version, ping('PINGREQ')), generated('server-to-client', version, ping('PINGRESP'))]
    }
  })
  // The first packets go out in the order of the steps (aliases depend on it, and so does the order of topics); answers come when their turn is.
  const underWay: { readonly packets: readonly GeneratedPacket[]; next: number }[] = []
  let waiting = 0
  let turn = 0
  while (waiting < exchanges.length || underWay.length > 0) {
    const chosen = turns[turn++ % turns.length]!
    if (waiting < exchanges.length && (underWay.length <= chosen || underWay.length === 0)) {
      underWay.push({ packets: exchanges[waiting++]!, next: 0 })
      packets.push(underWay.at(-1)!.packets[0]!)
      underWay.at(-1)!.next = 1
    } else {
      // The oldest first: acknowledgements keep the order of what they acknowledge (§4.6).
      const oldest = underWay[0]!
      if (oldest.next < oldest.packets.length) packets.push(oldest.packets[oldest.next++]!)
    }
    while (underWay.length > 0 && underWay[0]!.next === underWay[0]!.packets.length) underWay.shift()
  }
  if (ending === 'disconnect') packets.push(disconnectFrom(version, 'client-to-server', undefined, [], 'empty'))
  return packets
}

/** What CONNECT may say without binding the rest of the script: no limits but that of aliases, no authentication. */
function sessionProperties(drawn: Properties, aliasMaximum: number): readonly Property[] {
  const kept = drawn?.filter((one) => one.name === 'sessionExpiryInterval' || one.name === 'userProperty' || one.name === 'requestResponseInformation') ?? []
  return aliasMaximum > 0 ? [...kept, property('topicAliasMaximum', aliasMaximum)] : kept
}

/** §3.2.2.3.7: a server names the client that did not name itself. */
function answerProperties({ clientIdentifier }: ConnectParts, aliasMaximum: number): readonly Property[] {
  const named = clientIdentifier === '' ? [property('assignedClientIdentifier', 'auto-1')] : []
  return aliasMaximum > 0 ? [property('topicAliasMaximum', aliasMaximum), ...named] : named
}

function subscribeToAll(version: Version, identifier: number): readonly [GeneratedPacket, GeneratedPacket] {
  const five = version === '5.0'
  const block = five ? [] : undefined
  const options = five ? { noLocal: false, retainAsPublished: false, retainHandling: 0 } : { noLocal: undefined, retainAsPublished: undefined, retainHandling: undefined }
  return [
    subscribeFrom(version, identifier, block, [{ topicFilter: '#', qos: 2, ...options }]),
    subscribeAcknowledgementFrom('SUBACK', version, identifier, block, [2]),
  ]
}

function publishExchange(
  version: Version, { sender, parts, alias }: Step & { kind: 'publish' }, identifiers: Identifiers, aliasMaximum: number, topics: Map<number, string>,
): readonly GeneratedPacket[] {
  const packetIdentifier = parts.qos > 0 ? identifiers.next() : 0
  let { topicName, properties } = parts
  if (alias > 0 && alias <= aliasMaximum) {
    properties = [...properties!, property('topicAlias', alias)]
    // A known alias stands for the topic, a new one is set.
    if (topics.has(alias)) topicName = ''
    else topics.set(alias, topicName)
  }
  const publish = publishFrom(version, sender, { ...parts, topicName, properties, dup: false, packetIdentifier })
  if (parts.qos === 0) return [publish]
  if (parts.qos === 1) return [publish, acknowledgementFrom('PUBACK', version, OTHER[sender], packetIdentifier)]
  return [
    publish,
    acknowledgementFrom('PUBREC', version, OTHER[sender], packetIdentifier),
    acknowledgementFrom('PUBREL', version, sender, packetIdentifier),
    acknowledgementFrom('PUBCOMP', version, OTHER[sender], packetIdentifier),
  ]
}

/** Packet Identifiers of one side: one after another, from 65535 on to 1. */
class Identifiers {
  #next: number

  constructor(first: number) {
    this.#next = first
  }

  next(): number {
    const identifier = this.#next
    this.#next = identifier === 65535 ? 1 : identifier + 1
    return identifier
  }
}
