/**
 * The engine: judges what the session layer tells of a capture by the rules, and turns the decoder's problems into findings.
 *
 * It is asked in the order of the capture, after the session layer has heard of the same thing. It counts how often each rule applied, and on which side, so that
 * a verdict of `pass` means something. One pass; what is kept is bounded by the number of rules and statements, and by `mostFindings` of each rule.
 */
import { PACKET_TYPES, type Packet, type PacketType } from '../mqtt/packet.ts'
import type { PacketEvent } from '../mqtt/packet-event.ts'
import type { Problem } from '../mqtt/problem.ts'
import { VERSIONS, type Version } from '../mqtt/version.ts'
import type { Copy, Delivery, DeliveryResult, MissingCopy, PartialDelivery, Party, Publication, Unsubscribed } from '../session/delivery.ts'
import type { Exchange, SettledExchange } from '../session/exchange.ts'
import type { Misfit } from '../session/misfit.ts'
import { knownConnection, type NetworkConnection } from '../session/network-connection.ts'
import type { RetainedAnswer } from '../session/retained-answers.ts'
import type { StoredMessages } from '../session/stored-messages.ts'
import type { RetainedWill, WillOutcome } from '../session/wills.ts'
import type { Certainty, Side } from '../session/side.ts'
import type { End } from '../tcp/connection.ts'
import { CaseCounts, countCases, type CaseRow } from './cases.ts'
import { MISSING, type Evidence } from './evidence.ts'
import { FindingBook, type LeftOut } from './finding-book.ts'
import type { Finding, Verdict, Waiver } from './finding.ts'
import { listensTo, ruleSeverity, type Rule } from './rule.ts'
import { RULES } from './rules/all.ts'
import {
  AnswerSubject, CloseDutySubject, ConflictSubject, ConnectionSubject, CopySubject, ExchangeSubject, InheritedSubject, MisfitSubject, MissingCopySubject, PacketSubject, PublicationSubject,
  RecipientSubject, RetainedSubject, RetainedWillSubject, StoredSubject, StraySubject, WillSubject, type Subject, type Subjects, type Trigger,
} from './subject.ts'
import { RuleCase } from './rule-case.ts'
import { RulesByConnection, type PacketRules } from './rules-by-connection.ts'
import { RulesByExchange } from './rules-by-exchange.ts'
import { partyOf, type Tally } from './tally.ts'
import { verdictsOf } from './verdicts.ts'

export interface JudgeOptions {
  /** The rules, and the codes of problems, that are wanted; all where it is left out. */
  readonly wants?: (ruleOrProblem: string, statements: readonly string[]) => boolean
  /** Only what this side does is judged; null for both. */
  readonly side?: Side | null
  readonly waiverOf?: (finding: Finding) => Waiver | null
  /** Findings of one rule that are kept, beside the first one of each broken statement; more are counted. */
  readonly mostFindings: number
  /** Nanoseconds from which on an answer is slow; SLOW_ANSWER where it is left out. */
  readonly slowAfter?: number
  /** Hears of each finding that is kept, with the packet going by. */
  readonly found?: (finding: Finding) => void
}

/** What the capture showed. */
export interface Judgement {
  readonly findings: readonly Finding[]
  readonly findingsLeftOut: readonly LeftOut[]
  /** All findings by severity, those left out and waived ones as well. */
  readonly totals: Readonly<Record<Finding['severity'], number>>
  /** Of these, the ones that count: certain or likely, and not waived. */
  readonly counted: Readonly<Record<Finding['severity'], number>>
  /** All findings by certainty. */
  readonly certainties: Readonly<Record<Finding['certainty'], number>>
  readonly verdicts: readonly Verdict[]
}

/** What the engine keeps of a connection. */
class Judged {
  missing: Evidence = 0
  row: CaseRow | null = null
  /** Rules for its packets: those of a version, by sender and type. */
  rules: PacketRules = []
  /** Something has changed that `missing` is made of. */
  stale = true
  clientSeen = false
  serverSeen = false
  /** A frame of it was cut off by the snap length. */
  cut = false
  /** Packets without an error that the client, or the server, has to send until it is sure again where packets begin, and what is in them. */
  clientUnproven = 0
  serverUnproven = 0

  doubt(side: Side): void {
    if (side === 'client') this.clientUnproven = PROVEN_BY
    else this.serverUnproven = PROVEN_BY
  }

  isUnproven(side: Side): boolean {
    return (side === 'client' ? this.clientUnproven : this.serverUnproven) > 0
  }
}

/** Packets in a row are chance, or what a payload has in it, the less the more they are. */
const PROVEN_BY = 8

export class Judge {
  readonly #rules: readonly Rule[]
  readonly #wants: (ruleOrProblem: string, statements: readonly string[]) => boolean
  readonly #side: Side | null
  readonly #findings: FindingBook
  readonly #cases = new CaseCounts()
  readonly #tallies: ReadonlyMap<Rule, Tally>
  readonly #packetRules: RulesByConnection
  readonly #otherRules: ReadonlyMap<Trigger, readonly RuleCase[]>
  readonly #exchangeRules: RulesByExchange
  readonly #answerRules: RulesByExchange
  readonly #packetSubject = new PacketSubject()
  readonly #exchangeSubject = new ExchangeSubject()
  readonly #answerSubject = new AnswerSubject()
  readonly #misfitSubject = new MisfitSubject()
  readonly #connectionSubject = new ConnectionSubject()
  readonly #closeDutySubject = new CloseDutySubject()
  readonly #inheritedSubject = new InheritedSubject()
  readonly #conflictSubject = new ConflictSubject()
  readonly #publicationSubject = new PublicationSubject()
  readonly #recipientSubject = new RecipientSubject()
  readonly #copySubject = new CopySubject()
  readonly #straySubject = new StraySubject()
  readonly #retainedSubject = new RetainedSubject()
  readonly #storedSubject = new StoredSubject()
  readonly #willSubject = new WillSubject()
  readonly #retainedWillSubject = new RetainedWillSubject()
  readonly #missingCopySubject = new MissingCopySubject()
  /** Versions that something was judged in without a packet of them. */
  readonly #versions = new Set<Version>()
  #captureEnded = false
  #now = NaN
  /** Connections whose first frame is not behind this one saw the clock step. */
  #clockSteppedAt = -1

  constructor({ wants = () => true, side = null, waiverOf = () => null, mostFindings, slowAfter = SLOW_ANSWER, found = () => undefined }: JudgeOptions) {
    this.#exchangeSubject.slowAfter = slowAfter
    this.#wants = wants
    this.#side = side
    this.#findings = new FindingBook(mostFindings, waiverOf, found)
    this.#rules = RULES.filter((each) => wants(each.id, Object.values(each.statements).flat()) && (side === null || each.sides.includes(side)))
    const cases = this.#rules.map((each) => new RuleCase(each))
    this.#tallies = new Map(cases.map((each) => [each.rule, each.tally]))
    this.#packetRules = new RulesByConnection(cases)
    this.#otherRules = new Map(OTHER_TRIGGERS.map((trigger) => [trigger, cases.filter((each) => listensTo(each.rule, trigger))]))
    this.#exchangeRules = new RulesByExchange(this.#otherRules.get('exchange')!)
    this.#answerRules = new RulesByExchange(this.#otherRules.get('answer')!)
  }

  /** A packet, or unframed bytes; the session layer has met it. */
  packet(event: PacketEvent, exchange: Exchange | null): void {
    if (event.start === event.end) {
      this.#unframed(event)
      return
    }
    this.#passTime(event)
    const { version } = event
    const connection = knownConnection(event.connection)
    const packet = event.packet as Packet
    if (version === null || event.direction === null || connection === null) {
      if (event.problems.length > 0) this.#problems(event, exchange, event.direction === null)
      return
    }
    const side = event.direction === 'client-to-server' ? 'client' : 'server'
    const byte = event.buffer[event.start]!
    const type = byte >> 4
    const judged = this.#judged(connection, event, side, type)
    countCases(judged.row![side], byte, packet)
    if (event.problems.length > 0) this.#problems(event, exchange, judged.isUnproven(side))
    else if (judged.clientUnproven + judged.serverUnproven > 0) prove(judged, side)
    const rules = judged.rules[partyOf(version, side) * PACKET_TYPES.length + type]!
    const opening = type === CONNACK || (connection.connectSeen && !connection.connackSeen)
    const late = connection.refused || connection.departed !== null
    if ((rules.length === 0 && !opening && !late) || packet.type === 'RESERVED') return
    const subject = this.#packetSubject
    subject.event = event
    subject.connection = connection
    subject.version = version
    subject.missing = judged.missing
    subject.side = side
    // As the session layer keeps it.
    subject.exchange = exchange as SettledExchange | null
    for (const rule of rules) this.#judge(rule, subject)
    if (opening) this.#judgeAll('opening-packet', subject)
    if (late) this.#judgeAll('late-packet', subject)
  }

  /** An exchange has ended. */
  exchange(exchange: Exchange): void {
    const connection = knownConnection(exchange.connection)
    const { version } = exchange.connection
    if (connection === null || version === null) return
    const subject = this.#exchangeSubject
    subject.exchange = exchange
    subject.connection = connection
    subject.version = version
    subject.missing = this.#missing(connection)
    subject.captureEnded = this.#captureEnded
    subject.now = this.#now
    for (const rule of this.#exchangeRules.of(exchange, version)) this.#judge(rule, subject)
  }

  /** Nothing more comes of an exchange on this connection. */
  over(exchange: SettledExchange, connection: NetworkConnection): void {
    const { version } = connection.mqtt
    if (version === null) return
    const subject = this.#answerSubject
    subject.exchange = exchange
    subject.connection = connection
    subject.version = version
    subject.missing = this.#missing(connection)
    subject.captureEnded = this.#captureEnded
    subject.now = this.#now
    for (const rule of this.#answerRules.of(exchange, version)) this.#judge(rule, subject)
  }

  /** A packet does not fit the exchanges of its connection. */
  misfit(misfit: Misfit): void {
    const { version } = misfit.connection.mqtt
    if (version === null) return
    const subject = this.#misfitSubject
    subject.misfit = misfit
    subject.connection = misfit.connection
    subject.version = version
    subject.missing = this.#missing(misfit.connection)
    this.#judgeAll('misfit', subject)
  }

  /** A connection has ended. */
  connection(connection: NetworkConnection): void {
    const { client } = connection.mqtt
    const version = connection.mqtt.version ?? connection.versionAnsweredIn
    if (version === null || client === null) return
    // The clock may have stepped since its last packet.
    if (connection.judged !== null) (connection.judged as Judged).stale = true
    const subject = this.#connectionSubject
    subject.connection = connection
    subject.version = version
    subject.missing = this.#missing(connection)
    subject.captureEnded = this.#captureEnded
    subject.now = this.#now
    if (connection.versionAnsweredIn !== null) {
      // Of a version that does not exist nothing is judged but how it is refused.
      this.#versions.add(version)
      subject.side = 'server'
      this.#judgeAll('unknown-version', subject)
    }
    if (connection.mqtt.version !== null) {
      for (const side of ['client', 'server'] as const) {
        subject.side = side
        for (const each of this.#otherRules.get('connection')!) if (each.rule.sides.includes(side)) this.#judge(each, subject)
      }
    }
    this.#closeDuties(connection, version)
    this.#inherited(connection, version)
    connection.judged = null
  }

  #closeDuties(connection: NetworkConnection, version: Version): void {
    if (connection.closeDuties.length === 0) return
    const subject = this.#closeDutySubject
    subject.connection = connection
    subject.version = version
    subject.missing = this.#missing(connection)
    subject.captureEnded = this.#captureEnded
    subject.now = this.#now
    for (const duty of connection.closeDuties) {
      subject.duty = duty
      this.#judgeAll('close-duty', subject)
    }
  }

  #inherited(connection: NetworkConnection, version: Version): void {
    const { resumption, connack } = connection
    if (resumption === null || connack === null) return
    const subject = this.#inheritedSubject
    subject.connection = connection
    subject.version = version
    subject.missing = this.#missing(connection)
    subject.captureEnded = this.#captureEnded
    subject.now = this.#now
    for (const inherited of resumption.exchanges) {
      subject.inherited = inherited
      this.#judgeAll('inherited', subject)
    }
  }

  delivery(result: DeliveryResult): void {
    switch (result.kind) {
      case 'publication': {
        const { publication, copies, missing } = result
        const { version } = publication.publisher
        if (version !== null) {
          const subject = this.#publicationSubject
          subject.delivery = result
          subject.version = version
          this.#judgeAll('publication', subject)
        }
        for (const copy of copies) this.#copy(copy, publication, result)
        this.#recipients(result)
        for (const missingCopy of missing) {
          if (missingCopy.client.version === null) continue
          const subject = this.#missingCopySubject
          subject.missingCopy = missingCopy
          subject.delivery = result
          subject.version = missingCopy.client.version
          this.#judgeAll('missing-copy', subject)
        }
        return
      }
      case 'late-copy':
        return this.#copy(result.copy, result.publication, result)
      case 'copy-without-publication': {
        this.#copy(result.copy, null, result)
        const { version } = result.copy.client
        if (version === null) return
        const subject = this.#straySubject
        subject.stray = result
        subject.version = version
        this.#judgeAll('stray', subject)
        return
      }
      case 'copy-without-subscription':
        // The copy is told in another result too.
        return
    }
  }

  /** What a server sent because of a SUBSCRIBE. */
  retained(answer: RetainedAnswer): void {
    const { version } = answer.client
    if (version === null) return
    const subject = this.#retainedSubject
    subject.answer = answer
    subject.version = version
    this.#judgeAll('retained', subject)
  }

  /** What a server had kept for a client that is back. */
  stored(messages: StoredMessages): void {
    const { version } = messages.client
    if (version === null) return
    const subject = this.#storedSubject
    subject.stored = messages
    subject.version = version
    this.#judgeAll('stored', subject)
  }

  /** What became of a will. */
  will(result: WillOutcome | RetainedWill): void {
    const { version } = result.client
    if (version === null) return
    if (result.kind === 'will') {
      const subject = this.#willSubject
      subject.outcome = result
      subject.version = version
      this.#judgeAll('will', subject)
    } else {
      const subject = this.#retainedWillSubject
      subject.retained = result
      subject.version = version
      this.#judgeAll('retained-will', subject)
    }
  }

  /** Bytes of a connection were lost to the capture. */
  gap(mqtt: NetworkConnection['mqtt']): void {
    const judged = (knownConnection(mqtt)?.judged ?? null) as Judged | null
    if (judged !== null) judged.stale = true
  }

  /** Bytes that `sender` sent came again, and were others. */
  conflict(mqtt: NetworkConnection['mqtt'], sender: End, length: number, frame: number, time: number): void {
    const connection = knownConnection(mqtt)
    if (connection === null || mqtt.version === null || mqtt.client === null) return
    const subject = this.#conflictSubject
    subject.connection = connection
    subject.version = mqtt.version
    subject.missing = this.#missing(connection)
    subject.side = sender === mqtt.client ? 'client' : 'server'
    // Which of them the other side took is not known.
    ;((connection.judged ??= new Judged()) as Judged).doubt(subject.side)
    subject.length = length
    subject.frame = frame
    subject.time = time
    this.#judgeAll('conflict', subject)
  }

  /** The capture has come to this time without a packet, by a clock that does not step. */
  tick(time: number): void {
    if (time > this.#now) this.#now = time
  }

  /** The capture has ended, at `time`: what ends from now on ends with it. */
  captureEnds(time: number): void {
    this.#captureEnded = true
    if (Number.isNaN(time)) return
    if (time - this.#now > CLOCK_FORWARD || time - this.#now < -CLOCK_BACK) this.#clockSteppedAt = Infinity
    this.#now = time
  }

  get judgement(): Judgement {
    const counted = { rules: this.#rules, tallies: this.#tallies, cases: this.#cases, findings: this.#findings }
    const versions = VERSIONS.filter((version) => this.#versions.has(version) || this.#cases.versions.includes(version))
    const verdicts = versions.flatMap((version) => verdictsOf(version, counted))
    return {
      findings: this.#findings.findings,
      findingsLeftOut: this.#findings.leftOut,
      totals: this.#findings.totals,
      counted: this.#findings.counted,
      certainties: this.#findings.certainties,
      verdicts: this.#side === null ? verdicts : verdicts.filter(({ side }) => side === this.#side),
    }
  }

  // --- one case ---

  #copy(copy: Copy, publication: Publication | null, result: DeliveryResult): void {
    if (copy.client.version === null) return
    const subject = this.#copySubject
    subject.copy = copy
    subject.publication = publication
    subject.result = result
    subject.version = copy.client.version
    this.#judgeAll('copy', subject)
    if (copy.retain || publication?.retain === true) this.#judgeAll('copy-with-retain', subject)
  }

  /** Each client that a publication was, or was not, passed on to. */
  #recipients(delivery: Delivery): void {
    // Most publications are passed on to nobody.
    if (delivery.copies.length + delivery.missing.length + delivery.unsubscribed.length === 0 || this.#otherRules.get('recipient')!.length === 0) return
    const copies = copiesByStream(delivery.copies)
    const partial = byStream(delivery.partial)
    const unsubscribed = byStream(delivery.unsubscribed)
    for (const [stream, its] of copies) this.#recipient(delivery, its[0]!.client, its, null, partial.get(stream) ?? null, unsubscribed.get(stream) ?? null)
    for (const one of delivery.missing) this.#recipient(delivery, one.client, NO_COPIES, one, null, null)
    for (const one of delivery.unsubscribed) if (!copies.has(one.client.stream)) this.#recipient(delivery, one.client, NO_COPIES, null, null, one)
  }

  #recipient(
    delivery: Delivery, client: Party, copies: readonly Copy[], missingCopy: MissingCopy | null, partial: PartialDelivery | null, unsubscribed: Unsubscribed | null,
  ): void {
    if (client.version === null) return
    const subject = this.#recipientSubject
    subject.delivery = delivery
    subject.client = client
    subject.copies = copies
    subject.missingCopy = missingCopy
    subject.partial = partial
    subject.unsubscribed = unsubscribed
    subject.version = client.version
    this.#judgeAll('recipient', subject)
  }

  #judgeAll<On extends Trigger>(on: On, subject: Subjects[On] & Subject): void {
    for (const rule of this.#otherRules.get(on)!) this.#judge(rule, subject)
  }

  #judge(rule: RuleCase, subject: Subject): void {
    if (rule.ask(subject, this.#side) !== 'broken') return
    const side = rule.actor(subject)
    const certainty = lessWhereInferred(rule.certainty(subject), subject)
    this.#accuse(rule, subject, side, certainty)
    const party = partyOf(subject.version, side)
    if (certainty === 'unsure') rule.tally.skip(party, 'doubt')
    else rule.tally.check(party)
  }

  #accuse({ rule }: RuleCase, subject: Subject, side: Side, certainty: Certainty): void {
    // The rule was declared for this kind of subject (`rule` in rule.ts).
    const { says, severityHere, blames, at, range, shownBy } = rule as unknown as Rule<'PUBLISH'>
    const its = subject as Subjects['PUBLISH']
    const place = at?.(its) ?? { packet: subject.packetNumber, frame: subject.frame, time: subject.time }
    const bytes = range?.(its) ?? null
    const frames = new Set([...(shownBy?.(its) ?? []), place.frame])
    this.#findings.add({
      rule: rule.id,
      statements: rule.statements[subject.version]!,
      version: subject.version,
      severity: severityHere?.(its) ?? ruleSeverity(rule, subject.version)!,
      certainty,
      actor: blames ?? side,
      stream: subject.stream,
      clientId: subject.clientId,
      ...place,
      start: bytes?.start ?? null,
      end: bytes?.end ?? null,
      message: says(its),
      evidence: [...frames].sort((a, b) => a - b),
      exchange: subject.exchangeNumber,
      waived: null,
    })
  }

  #problems(event: PacketEvent, exchange: Exchange | null, unproven: boolean): void {
    const certainty = unproven ? 'unsure' : certaintyOf(event)
    for (const problem of event.problems) {
      if (this.#wants(problem.code, problem.statements)) this.#problem(event, exchange, certainty, problem)
    }
  }

  #problem(event: PacketEvent, exchange: Exchange | null, certainty: Certainty, { code, severity, statements, start, end, message }: Problem): void {
    const side = event.direction === null ? null : event.direction === 'client-to-server' ? 'client' : 'server'
    if (this.#side !== null && side !== this.#side) return
    this.#findings.add({
      rule: code,
      statements,
      version: event.version,
      severity,
      certainty,
      actor: side ?? 'network',
      stream: event.connection.tcp.stream,
      clientId: event.connection.clientIdentifier ?? null,
      packet: event.number,
      frame: event.frame,
      time: event.time,
      start,
      end,
      message,
      evidence: [...new Set([event.firstSeenFrame, event.frame])].sort((a, b) => a - b),
      exchange: exchange?.number ?? null,
      waived: null,
    })
  }

  // --- what is missing ---

  #judged(connection: NetworkConnection, event: PacketEvent, side: Side, type: number): Judged {
    const judged = (connection.judged ??= new Judged()) as Judged
    const isFirst = side === 'client' ? !judged.clientSeen : !judged.serverSeen
    if (isFirst) {
      if (side === 'client') judged.clientSeen = true
      else judged.serverSeen = true
      if (!connection.half(side).synSeen && !connection.connectSeen) judged.doubt(side)
    }
    if (event.lostBefore > 0) judged.doubt(side)
    if (event.missing > 0) judged.cut = true
    if (isFirst || judged.stale || type <= CONNACK || event.missing > 0 || judged.row!.version !== event.version) {
      judged.stale = false
      judged.missing = this.#missingOf(connection, judged)
      judged.row = this.#cases.row(event.version!, judged.missing)
      judged.rules = this.#packetRules.of(connection)
    }
    return judged
  }

  #missing(connection: NetworkConnection): Evidence {
    const judged = connection.judged as Judged | null
    if (judged === null) return this.#missingOf(connection, new Judged())
    return judged.stale ? this.#missingOf(connection, judged) : judged.missing
  }

  #missingOf(connection: NetworkConnection, { cut }: Judged): Evidence {
    const client = connection.half('client')
    const server = connection.half('server')
    return (
      (client.synSeen || connection.connectSeen ? 0 : MISSING.start)
      | (client.gaps > 0 ? MISSING.clientBytes : 0)
      | (server.gaps > 0 ? MISSING.serverBytes : 0)
      | (connection.sees('client') ? 0 : MISSING.clientDirection)
      | (connection.sees('server') ? 0 : MISSING.serverDirection)
      | (connection.connectSeen ? 0 : MISSING.connect)
      | (connection.connackSeen ? 0 : MISSING.connack)
      | (connection.session?.whole === true && connection.earlier?.whole !== false ? 0 : MISSING.history)
      | (cut ? MISSING.frameEnds : 0)
      | (connection.mqtt.tcp.firstFrame > this.#clockSteppedAt ? 0 : MISSING.clock)
    )
  }

  /** Where the next packet begins was searched; but for the header of a proxy, which ends where it says. */
  #unframed({ connection, direction, packet }: PacketEvent): void {
    const known = knownConnection(connection)
    if (known === null || direction === null) return
    const side = direction === 'client-to-server' ? 'client' : 'server'
    const judged = (known.judged ??= new Judged()) as Judged
    const isFirst = side === 'client' ? !judged.clientSeen : !judged.serverSeen
    if (!isFirst || packet.type !== 'UNFRAMED' || packet.reason !== 'not-mqtt') judged.doubt(side)
  }

  #passTime({ time, frame, connection }: PacketEvent): void {
    const passed = time - this.#now
    if (passed < -CLOCK_BACK || passed > CLOCK_FORWARD) this.#clockSteppedAt = Math.max(frame - 1, connection.tcp.firstFrame)
    if (!(time <= this.#now)) this.#now = time
  }
}

const NO_COPIES: readonly Copy[] = []

function copiesByStream(copies: readonly Copy[]): ReadonlyMap<number, readonly Copy[]> {
  const byStream = new Map<number, Copy[]>()
  for (const copy of copies) {
    const its = byStream.get(copy.client.stream)
    if (its === undefined) byStream.set(copy.client.stream, [copy])
    else its.push(copy)
  }
  return byStream
}

function byStream<About extends { readonly client: Party }>(all: readonly About[]): ReadonlyMap<number, About> {
  return new Map(all.map((one) => [one.client.stream, one]))
}

function prove(judged: Judged, side: Side): void {
  if (side === 'client') judged.clientUnproven = Math.max(0, judged.clientUnproven - 1)
  else judged.serverUnproven = Math.max(0, judged.serverUnproven - 1)
}

const CONNACK = 2

/** MQTT has no limit; a person notices it, and a program that waits for each answer has one message a second left. */
export const SLOW_ANSWER = 1e9

/** A second back, or more than an hour without a packet: the clock was set (LIMITS.session has the same numbers for the deliveries). */
const CLOCK_BACK = 1e9
const CLOCK_FORWARD = 3_600e9

const OTHER_TRIGGERS: readonly Exclude<Trigger, PacketType>[] = [
  'exchange', 'answer', 'misfit', 'connection', 'inherited', 'opening-packet', 'late-packet', 'close-duty', 'unknown-version', 'conflict', 'publication', 'recipient', 'copy', 'copy-with-retain', 'stray', 'retained', 'stored', 'will',
  'retained-will', 'missing-copy',
]

/** What is certain of one version may be nothing in another. */
function lessWhereInferred(certainty: Certainty, { versionInferred }: Subject): Certainty {
  return certainty === 'certain' && versionInferred ? 'likely' : certainty
}

/** Of a problem of the decoder: where the packet begins, and which version it is, may be a guess. A CONNECT says itself which version it is. */
function certaintyOf({ versionCertainty, lostBefore, packet }: PacketEvent): Certainty {
  if (lostBefore > 0) return 'unsure'
  if (packet.type === 'CONNECT') return 'certain'
  if (versionCertainty === null) return 'unsure'
  return versionCertainty === 'inferred' ? 'likely' : 'certain'
}
