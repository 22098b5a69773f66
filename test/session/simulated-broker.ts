/**
 * A broker that keeps the standards, with clients that come and go, as a capture beside it would show them. It does what a correct broker may do and what no capture
 * shows: it takes its time, lets one publisher overtake another, drops QoS 0, sends one copy or one for each subscription, keeps rules of access and tenants to
 * itself, and publishes messages of its own.
 */
import fc from 'fast-check'
import { topicMatches } from '../../src/mqtt/topics.ts'
import { Network, type Client, type Version } from './broker-network.ts'

const CLIENTS = ['c0', 'c1', 'c2', 'c3', 'c4']
const TOPICS = ['a', 'a/b', 'a/c', 'b/c', 'b']
const FILTERS = ['#', 'a/#', 'a/+', '+/c', 'a/b', 'b', '$share/g/a/#', '$share/g/b/+', '$share/h/a/#']
const PAYLOADS = ['', 'on', 'off', 'a longer one that repeats']
/** One that a client repeats; nobody else sends the same. */
const LONGEST = PAYLOADS.length - 1
const NOT_AUTHORIZED = 0x87
/** For how many seconds a client of 5.0 wants its Session kept. */
const EXPIRY = 600

export type Action =
  | { readonly do: 'connect'; readonly who: number; readonly version: Version; readonly clean: boolean; readonly will: boolean }
  | { readonly do: 'leave'; readonly who: number; readonly how: 'disconnect' | 'fin' | 'reset' | 'silently' }
  | { readonly do: 'subscribe'; readonly who: number; readonly filters: readonly number[]; readonly qos: 0 | 1 | 2; readonly nl: boolean; readonly rap: boolean; readonly rh: 0 | 1 | 2 }
  | { readonly do: 'unsubscribe'; readonly who: number; readonly filter: number }
  | { readonly do: 'publish'; readonly who: number; readonly topic: number; readonly payload: number; readonly qos: 0 | 1 | 2; readonly retain: boolean; readonly drops: number }
  | { readonly do: 'own'; readonly topic: number; readonly payload: number; readonly qos: 0 | 1 | 2 }
  | { readonly do: 'flush'; readonly who: number; readonly most: number }
  | { readonly do: 'ping'; readonly who: number }
  | { readonly do: 'acknowledge'; readonly who: number }
  | { readonly do: 'wait'; readonly seconds: number }
  /** Time goes by, and all clients show that they are there. */
  | { readonly do: 'round'; readonly seconds: number }

export interface Habits {
  /** The broker sends at once; else only when it is its turn. */
  readonly quick: boolean
  /** One copy for each matching subscription, instead of one. */
  readonly copyForEach: boolean
  /** Clients acknowledge at once; else only when they send something else. */
  readonly prompt: boolean
  /** By client and topic: bits that say who may not publish, and who may not receive. */
  readonly mayNotPublish: number
  readonly mayNotReceive: number
  /** By publisher and subscriber: bits that say who gets nothing of whom, as where several tenants use one address. */
  readonly apart: number
  /** What MQTT 5.0 §4.6 does not order is sent in another order: messages of other publishers, of another QoS, and what comes through a shared subscription. */
  readonly overtakes: boolean
}

/** How a client begins. */
type Beginning = Omit<Action & { do: 'connect' }, 'do' | 'who'> & Omit<Action & { do: 'subscribe' }, 'do' | 'who'>

export interface Script {
  readonly habits: Habits
  readonly beginnings: readonly Beginning[]
  readonly actions: readonly Action[]
}

const who = fc.nat(CLIENTS.length - 1)
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)
const seldom = fc.integer({ min: 0, max: 9 }).map((number) => number === 0)

const usually = seldom.map((is) => !is)
const few = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary })
/** Mostly the same few topics and publishers, so that one message tells something of another. */
const topic = fc.oneof(few(6, fc.constant(1)), few(1, fc.nat(TOPICS.length - 1)))
const publisher = fc.oneof(few(3, fc.constant(0)), few(2, who))
const payload = fc.oneof(few(1, fc.nat(PAYLOADS.length - 1)), few(3, fc.constant(PAYLOADS.length)))

const connection = { version: fc.constantFrom<Version>('3.1.1', '5.0'), clean: fc.oneof(few(2, fc.constant(true)), few(1, fc.constant(false))), will: seldom }
const subscription = {
  filters: fc.uniqueArray(fc.nat(FILTERS.length - 1), { minLength: 1, maxLength: 2 }),
  qos: fc.oneof(few(3, fc.constant(1 as const)), few(1, qos)), nl: seldom, rap: fc.boolean(), rh: fc.constantFrom(0 as const, 1 as const, 2 as const),
}

const action: fc.Arbitrary<Action> = fc.oneof(
  few(2, fc.record({ do: fc.constant('connect' as const), who, ...connection })),
  few(1, fc.record({ do: fc.constant('leave' as const), who, how: fc.constantFrom('disconnect' as const, 'fin' as const, 'reset' as const, 'silently' as const) })),
  few(2, fc.record({ do: fc.constant('subscribe' as const), who, ...subscription })),
  few(1, fc.record({ do: fc.constant('unsubscribe' as const), who, filter: fc.nat(FILTERS.length - 1) })),
  few(30, fc.record({
    do: fc.constant('publish' as const), who: publisher, topic, payload, qos: fc.oneof(few(4, fc.constant(1 as const)), few(1, qos)), retain: seldom,
    drops: fc.oneof(few(5, fc.constant(0)), few(1, fc.nat(31))),
  })),
  few(1, fc.record({ do: fc.constant('own' as const), topic, payload: fc.nat(LONGEST - 1), qos })),
  few(6, fc.record({ do: fc.constant('flush' as const), who, most: fc.integer({ min: 1, max: 5 }) })),
  few(3, fc.record({ do: fc.constant('ping' as const), who })),
  few(2, fc.record({ do: fc.constant('acknowledge' as const), who })),
  few(6, fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(0.01, 0.2, 0.7, 1.5, 5, 22, 130) })),
  few(6, fc.record({ do: fc.constant('round' as const), seconds: fc.constantFrom(0.5, 2, 15, 25) })),
)

const bits = fc.oneof(few(3, fc.constant(0)), few(1, fc.nat(2 ** 25 - 1).map((number) => number & (number >> 3))))

export const script: fc.Arbitrary<Script> = fc.record({
  habits: fc.record({ quick: usually, copyForEach: fc.boolean(), prompt: usually, mayNotPublish: bits, mayNotReceive: bits, apart: bits, overtakes: fc.boolean() }),
  beginnings: fc.array(fc.record({ ...connection, ...subscription }), { minLength: 1, maxLength: CLIENTS.length }),
  actions: fc.array(action, { minLength: 1, maxLength: 120, size: 'max' }),
})

interface Subscription {
  readonly filter: string
  readonly share: string | null
  readonly qos: 0 | 1 | 2
  readonly nl: boolean
  readonly rap: boolean
}

interface Message {
  /** Index of the frame that published it; -1 where none did. */
  readonly source: number
  /** Null where the broker itself did. */
  readonly publisher: number | null
  readonly topic: string
  readonly payload: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

interface CopyOutput {
  readonly kind: 'copy'
  readonly message: Message
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** For a shared subscription. */
  readonly shared: boolean
}

/** Something that the broker sends to a client when its turn comes. */
type Output = { readonly kind: 'packet'; readonly packet: object } | CopyOutput

/** The standard orders the two (MQTT 5.0 §4.6). */
function isOrdered(one: CopyOutput, other: CopyOutput): boolean {
  const isOfOne = one.message.publisher === other.message.publisher && one.message.topic === other.message.topic
  return isOfOne && one.message.qos === other.message.qos && one.qos === other.qos && !one.shared && !other.shared
}

class Session {
  readonly subscriptions = new Map<string, Subscription>()
  client: Client | null = null
  persistent = false
  output: Output[] = []
  /** Copies that are not acknowledged, by Packet Identifier. */
  unacknowledged = new Map<number, { readonly message: Message; readonly qos: 0 | 1 | 2; readonly retain: boolean; released: boolean }>()
  /** What the client has to acknowledge. */
  owed: { readonly id: number; readonly qos: 1 | 2 }[] = []
  nextId = 0
  will: { readonly topic: string; readonly payload: string; readonly qos: 0 | 1; readonly retain: boolean } | null = null
  /** When it is over, where its client does not come back (Session Expiry Interval, MQTT 5.0 §3.1.2.11.2). */
  expires = Infinity
}

export interface Played {
  readonly network: Network
  /** By frame (from 1) of each copy: the frame that published it (from 1), 0 where there is none. Copies sent again are not among them. */
  readonly sources: ReadonlyMap<number, number>
}

export function play({ habits, beginnings, actions }: Script): Played {
  const begin = beginnings.flatMap((beginning, who): Action[] => [{ ...beginning, do: 'connect', who }, { ...beginning, do: 'subscribe', who }])
  return new Simulation(habits).play([...begin, { do: 'wait', seconds: 5 }, ...actions])
}

class Simulation {
  readonly #habits: Habits
  readonly #network = new Network()
  readonly #sessions = CLIENTS.map(() => new Session())
  readonly #retained = new Map<string, Message>()
  readonly #sources = new Map<number, number>()
  readonly #turns = new Map<string, number>()
  #unique = 0
  /** Some copies are not sent. */
  #drops = false

  constructor(habits: Habits) {
    this.#habits = habits
  }

  play(actions: readonly Action[]): Played {
    this.#drops = actions.some((one) => one.do === 'publish' && one.drops > 0)
    for (const one of actions) {
      this.#act(one)
      if (this.#habits.quick) this.#flushAll()
    }
    this.#flushAll()
    return { network: this.#network, sources: this.#sources }
  }

  #act(action: Action): void {
    switch (action.do) {
      case 'connect': return this.#connect(action)
      case 'leave': return this.#leave(action.who, action.how)
      case 'subscribe': return this.#subscribe(action)
      case 'unsubscribe': return this.#unsubscribe(action)
      case 'publish': return this.#publish(action)
      case 'own': {
        this.#route({ source: -1, publisher: null, topic: TOPICS[action.topic]!, payload: this.#own(PAYLOADS[action.payload]!), qos: action.qos, retain: false }, 0)
        return
      }
      case 'flush': return this.#flush(action.who, action.most)
      case 'ping': return this.#ping(action.who)
      case 'round': {
        this.#flushAll()
        this.#network.wait(action.seconds)
        this.#sessions.forEach((_session, who) => this.#ping(who))
        return
      }
      case 'acknowledge': {
        this.#session(action.who).client?.acknowledge(action.who % 2 === 0 ? 'client' : 'server')
        return
      }
      case 'wait': {
        // No broker waits for longer than a second or two before it sends.
        if (action.seconds > 1) this.#flushAll()
        this.#network.wait(action.seconds)
        return
      }
    }
  }

  /** That the broker itself publishes just what it keeps from somebody, again and again, is a coincidence that nobody could tell from passing on. */
  #own(payload: string): string {
    return this.#habits.mayNotPublish === 0 && this.#habits.apart === 0 && !this.#drops ? payload : `own ${this.#unique++}`
  }

  #session(who: number): Session {
    return this.#sessions[who]!
  }

  #ping(who: number): void {
    const { client, output } = this.#session(who)
    if (client === null) return
    this.#pay(who)
    client.sends({ cmd: 'pingreq' })
    output.push({ kind: 'packet', packet: { cmd: 'pingresp' } })
  }

  #connect({ who, version, clean, will }: Action & { do: 'connect' }): void {
    let session = this.#session(who)
    if (session.client !== null) {
      // A take-over: the broker closes the older connection.
      session.client.fin('server')
      this.#gone(who)
      session = this.#session(who)
    }
    const present = !clean && session.persistent && this.#network.time < session.expires
    if (!present) {
      session = this.#sessions[who] = new Session()
    }
    session.persistent = !clean
    const carried = session.output.filter(({ kind }) => kind === 'copy')
    // Short ones, which others publish too, and such that nobody else has.
    const announced = will ? { topic: TOPICS[who]!, payload: who % 2 === 0 ? this.#own('on') : `client ${who} is gone`, qos: who === 0 ? 0 as const : 1 as const, retain: who === 3 } : null
    const properties = version === '5.0' && !clean ? { sessionExpiryInterval: EXPIRY } : undefined
    session.expires = Infinity
    const client = this.#network.connect(CLIENTS[who]!, {
      version, clean, sessionPresent: present, ...(properties === undefined ? {} : { properties }), ...(announced === null ? {} : { will: announced }),
    })
    session.client = client
    session.will = announced
    session.owed = []
    session.output = []
    for (const [id, { message, qos, retain, released }] of session.unacknowledged) {
      if (released) session.output.push({ kind: 'packet', packet: { cmd: 'pubrel', messageId: id } })
      else {
        client.gets({ cmd: 'publish', topic: message.topic, payload: Buffer.from(message.payload), qos, retain, dup: true, messageId: id })
        this.#owe(who, id, qos as 1 | 2)
      }
    }
    session.output.push(...carried)
  }

  #leave(who: number, how: 'disconnect' | 'fin' | 'reset' | 'silently'): void {
    const session = this.#session(who)
    const { client } = session
    if (client === null) return
    if (how === 'disconnect') {
      session.will = null
      client.disconnect()
    } else if (how === 'fin') client.fin('client').fin('server')
    else if (how === 'reset') client.reset()
    else client.unseen((unseen) => unseen.reset())
    this.#gone(who)
  }

  /** The broker has noticed. */
  #gone(who: number): void {
    const session = this.#session(who)
    const { will } = session
    if (session.client?.version === '5.0') session.expires = this.#network.time + EXPIRY * 1e9
    session.client = null
    session.will = null
    if (!session.persistent) {
      session.subscriptions.clear()
      session.output = []
      session.unacknowledged.clear()
    } else session.output = session.output.filter((output) => output.kind === 'copy' && output.qos > 0)
    if (will === null) return
    const message: Message = { source: -1, publisher: null, ...will }
    if (will.retain) this.#retained.set(will.topic, message)
    this.#route(message, 0)
  }

  #subscribe({ who, filters, qos, nl, rap, rh }: Action & { do: 'subscribe' }): void {
    const session = this.#session(who)
    const { client } = session
    if (client === null) return
    this.#pay(who)
    const five = client.version === '5.0'
    const names = filters.map((index) => FILTERS[index]!)
    const messageId = client.nextId
    const options = (name: string) => ({ nl: five && nl && !name.startsWith('$share'), rap: five && rap, rh: five ? rh : 0 })
    client.sends({ cmd: 'subscribe', messageId, subscriptions: names.map((topic) => ({ topic, qos, ...options(topic) })) })
    for (const name of names) {
      const share = /^\$share\/(\w+)\/(.*)$/.exec(name)
      const isNew = !session.subscriptions.has(name)
      const { nl: noLocal, rap: keeps, rh: handling } = options(name)
      const subscription = { filter: share?.[2] ?? name, share: share?.[1] ?? null, qos, nl: noLocal, rap: keeps }
      session.subscriptions.set(name, subscription)
      if (share !== null || handling === 2 || (handling === 1 && !isNew)) continue
      for (const message of this.#retained.values()) {
        if (!topicMatches(subscription.filter, message.topic) || !this.#mayGet(who, message)) continue
        session.output.push({ kind: 'copy', message, qos: Math.min(qos, message.qos) as 0 | 1 | 2, retain: true, shared: false })
      }
    }
    const answer: Output = { kind: 'packet', packet: { cmd: 'suback', messageId, granted: names.map(() => qos), reasonCode: qos } }
    // Retained messages may come before the SUBACK.
    if (messageId % 2 === 0) session.output.push(answer)
    else session.output.unshift(answer)
  }

  #unsubscribe({ who, filter }: Action & { do: 'unsubscribe' }): void {
    const session = this.#session(who)
    const { client } = session
    if (client === null) return
    this.#pay(who)
    const name = FILTERS[filter]!
    const messageId = client.nextId
    client.sends({ cmd: 'unsubscribe', messageId, unsubscriptions: [name] })
    session.subscriptions.delete(name)
    session.output.push({ kind: 'packet', packet: { cmd: 'unsuback', messageId, granted: [0] } })
  }

  #publish({ who, topic, payload, qos, retain, drops }: Action & { do: 'publish' }): void {
    const session = this.#session(who)
    const { client } = session
    if (client === null) return
    this.#pay(who)
    const name = TOPICS[topic]!
    const text = PAYLOADS[payload] ?? `unique ${this.#unique++}`
    const messageId = client.nextId
    client.sends({ cmd: 'publish', topic: name, payload: Buffer.from(text), qos, retain, dup: false, messageId })
    const message: Message = { source: this.#network.frames.length, publisher: who, topic: name, payload: text, qos, retain }
    const denied = this.#denied(this.#habits.mayNotPublish, who, name)
    // A broker may say nothing of it only before 5.0.
    const reasonCode = denied && client.version === '5.0' ? NOT_AUTHORIZED : 0
    if (qos > 0) session.output.push({ kind: 'packet', packet: { cmd: qos === 1 ? 'puback' : 'pubrec', messageId, reasonCode } })
    if (qos === 2 && reasonCode === 0) {
      // The rest of the exchange at once; the broker passes the message on before or after it.
      this.#flush(who, Infinity)
      client.sends({ cmd: 'pubrel', messageId })
      session.output.push({ kind: 'packet', packet: { cmd: 'pubcomp', messageId, reasonCode: 0 } })
    }
    if (denied) return
    if (retain) {
      if (text === '') this.#retained.delete(name)
      else this.#retained.set(name, message)
    }
    this.#route(message, drops)
  }

  #denied(bits: number, who: number, topic: string): boolean {
    return ((bits >> (who * TOPICS.length + TOPICS.indexOf(topic))) & 1) === 1
  }

  #mayGet(who: number, { topic, publisher }: Message): boolean {
    return !this.#denied(this.#habits.mayNotReceive, who, topic) && !(publisher !== null && ((this.#habits.apart >> (publisher * CLIENTS.length + who)) & 1) === 1)
  }

  #route(message: Message, drops: number): void {
    const groups = new Map<string, { readonly who: number; readonly subscription: Subscription }[]>()
    this.#sessions.forEach((session, who) => {
      if (session.client === null && !session.persistent) return
      if (!this.#mayGet(who, message)) return
      const matching: Subscription[] = []
      for (const subscription of session.subscriptions.values()) {
        if (!topicMatches(subscription.filter, message.topic)) continue
        if (subscription.share !== null) {
          const key = `${subscription.share}/${subscription.filter}`
          groups.set(key, [...(groups.get(key) ?? []), { who, subscription }])
        } else if (!(subscription.nl && message.publisher === who)) matching.push(subscription)
      }
      if (matching.length === 0) return
      const highest = matching.reduce((best, one) => (one.qos > best.qos ? one : best))
      for (const subscription of this.#habits.copyForEach ? matching : [highest]) this.#send(who, message, subscription, drops)
    })
    for (const [key, members] of groups) {
      const present = members.filter((member) => this.#session(member.who).client !== null)
      const choice = present.length > 0 ? present : members
      const turn = (this.#turns.get(key) ?? 0) + 1
      this.#turns.set(key, turn)
      const { who, subscription } = choice[turn % choice.length]!
      this.#send(who, message, subscription, drops)
    }
  }

  #send(who: number, message: Message, { qos: granted, rap, share }: Subscription, drops: number): void {
    const session = this.#session(who)
    const qos = Math.min(granted, message.qos) as 0 | 1 | 2
    if (qos === 0 && (session.client === null || ((drops >> who) & 1) === 1)) return
    const copy: CopyOutput = { kind: 'copy', message, qos, retain: rap && message.retain, shared: share !== null }
    // Behind the last one that may not come after it; or behind all.
    const place = this.#habits.overtakes ? session.output.findLastIndex((other) => other.kind === 'copy' && isOrdered(other, copy)) + 1 : session.output.length
    session.output.splice(place, 0, copy)
  }

  #flushAll(): void {
    this.#sessions.forEach((_session, who) => this.#flush(who, Infinity))
  }

  #flush(who: number, most: number): void {
    const session = this.#session(who)
    const { client } = session
    if (client === null) return
    for (let sent = 0; sent < most && session.output.length > 0; sent++) {
      const output = session.output.shift()!
      if (output.kind === 'packet') client.gets(output.packet)
      else this.#deliver(who, session, client, output)
    }
    if (this.#habits.prompt) this.#pay(who)
  }

  #deliver(who: number, session: Session, client: Client, { message, qos, retain }: CopyOutput): void {
    const id = (session.nextId = (session.nextId % 65_535) + 1)
    client.gets({ cmd: 'publish', topic: message.topic, payload: Buffer.from(message.payload), qos, retain, dup: false, messageId: id })
    this.#sources.set(this.#network.frames.length, Math.max(0, message.source))
    if (qos === 0) return
    session.unacknowledged.set(id, { message, qos, retain, released: false })
    this.#owe(who, id, qos)
  }

  #owe(who: number, id: number, qos: 1 | 2): void {
    this.#session(who).owed.push({ id, qos })
  }

  /** The client acknowledges what it got. */
  #pay(who: number): void {
    const session = this.#session(who)
    const { client } = session
    if (client === null) return
    for (const { id, qos } of session.owed.splice(0)) {
      if (qos === 1) client.sends({ cmd: 'puback', messageId: id, reasonCode: 0 })
      else {
        client.sends({ cmd: 'pubrec', messageId: id, reasonCode: 0 })
        client.gets({ cmd: 'pubrel', messageId: id })
        client.sends({ cmd: 'pubcomp', messageId: id, reasonCode: 0 })
      }
      session.unacknowledged.delete(id)
    }
  }
}
