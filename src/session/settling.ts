/**
 * When a publication is told, and what is said of it: soon after all its copies have come, or when it is clear what can be said of those that have not
 * (missing-copies.ts). Each is told once.
 */
import type { CapturePosition } from './capture-position.ts'
import type { Delivery, DeliveryResult, MissingCopy, NotJudged, PartialDelivery, Unsubscribed } from './delivery.ts'
import { DueQueue } from './due-queue.ts'
import { duplicateVerdict, isJustReplaced, isMistaken, verdictOn, type JudgementTimes, type Verdict } from './missing-copies.ts'
import type { OpenCopy } from './open-copy.ts'
import { isBrokenOff, type OpenPublication, type Recipient } from './open-publication.ts'
import type { PublicationWindow } from './publication-window.ts'
import type { Match } from './published-topic.ts'
import type { Subscriber } from './subscriber.ts'

export class Settling {
  readonly #emit: (result: DeliveryResult) => void
  readonly #times: JudgementTimes
  readonly #position: CapturePosition
  readonly #window: PublicationWindow
  /** Publications to be looked at soon after they came, and those that wait for what has not come. */
  readonly #soon = new DueQueue()
  readonly #later = new DueQueue()
  #leftOut = 0

  constructor(emit: (result: DeliveryResult) => void, times: JudgementTimes, position: CapturePosition, window: PublicationWindow) {
    this.#emit = emit
    this.#times = times
    this.#position = position
    this.#window = window
  }

  /** Publications that were told of before all was seen, because there was too much at once. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** Looks at those whose time has come. */
  settleDue(): void {
    const { now } = this.#position
    if (!(this.#window.freshTime > now - this.#times.settling) || this.#soon.due <= now) this.#settleSoon(now)
    if (this.#later.due <= now) this.#settleLater(now)
  }

  /** Nobody can want it, and the server has answered. */
  settleUnwanted(publication: OpenPublication): void {
    this.#settle(publication, NO_VERDICTS)
    this.#window.forget(publication)
  }

  /** There is no room for it any more. */
  settleEarly(publication: OpenPublication): void {
    const verdicts = this.#finalVerdicts(publication, 'limit')
    if (verdicts.includes('limit')) this.#leftOut++
    this.#settle(publication, verdicts)
  }

  /** The clock steps: all that is open is told as far as it goes. */
  clockSteps(): void {
    for (const publication of this.#window.open()) this.#settle(publication, this.#finalVerdicts(publication, 'clock'))
    this.#soon.clear()
    this.#later.clear()
  }

  /** The capture ends. What still waits behind missing bytes is yet to come, but nothing happens any more: it is judged now, and told at the end. */
  finish(): void {
    for (const publication of this.#window.open()) {
      publication.verdicts = this.#verdicts(publication, true)
      for (const { copy, recipient } of publication.suspects ?? []) this.#judgeDuplicate(publication, recipient, copy)
    }
  }

  /** All has been read. */
  end(): void {
    for (const publication of this.#window.open()) this.#settle(publication, this.#verdicts(publication, true))
  }

  #settleSoon(now: number): void {
    const { settling, copyDeadline } = this.#times
    for (;;) {
      const publication = this.#window.takeFresh(now - settling) ?? this.#soon.take(now)
      if (publication === null) return
      if (publication.settled || publication.evicted) continue
      const complete = publication.waiting === 0 && publication.suspects === null && !isPartial(publication) && !isHeld(publication)
      const lately = now - publication.lastCopyTime < settling || (publication.content !== null && publication.content.parked !== null)
      if (lately || (complete && this.#waitsForAcknowledgement(publication))) this.#soon.add(publication, now + settling)
      else if (publication.unwanted) this.settleUnwanted(publication)
      else if (complete) this.#settle(publication, NO_VERDICTS)
      else if (!this.#settleIfClear(publication)) this.#later.add(publication, now + copyDeadline)
    }
  }

  #settleLater(now: number): void {
    const { copyDeadline, proofDeadline } = this.#times
    for (let publication = this.#later.take(now); publication !== null; publication = this.#later.take(now)) {
      if (publication.settled || publication.evicted || this.#settleIfClear(publication)) continue
      if (now - publication.time < proofDeadline) this.#later.add(publication, now + copyDeadline)
      else this.#settle(publication, this.#verdicts(publication, true))
    }
  }

  #settleIfClear(publication: OpenPublication): boolean {
    const { suspects } = publication
    const verdicts = this.#verdicts(publication, false)
    if (isHeld(publication) || verdicts.includes('wait') || this.#waitsForAcknowledgement(publication)) return false
    if (suspects?.some(({ copy, recipient }) => duplicateVerdict(publication, recipient, copy, this.#position.now, false, this.#times) === 'wait') === true) return false
    this.#settle(publication, verdicts)
    return true
  }

  #waitsForAcknowledgement({ acceptance, time }: OpenPublication): boolean {
    return acceptance === 'open' && this.#position.now - time < this.#times.copyDeadline
  }

  /** Of its recipients. `final`: nothing more will be seen that matters. */
  #verdicts(publication: OpenPublication, final: boolean): Verdict[] {
    const { now, ended } = this.#position
    return publication.recipients.map((recipient, index) => {
      if (!recipient.expected || (recipient.copies > 0 && recipient.lacksIn(publication) === null)) return 'none'
      if (ended) return publication.verdicts?.[index] ?? 'too-short'
      return verdictOn(publication, recipient, now, final, this.#times)
    })
  }

  /** The same, where the capture would go on long enough: `reason` says why it cannot be waited for. */
  #finalVerdicts(publication: OpenPublication, reason: 'limit' | 'clock'): Verdict[] {
    return this.#verdicts(publication, true).map((verdict) => (verdict === 'too-short' ? reason : verdict))
  }

  /** Tells what became of the publication; `verdicts` of its recipients, none where all have their copies. */
  #settle(publication: OpenPublication, verdicts: readonly Verdict[]): void {
    const { facts, acceptance, reasonCode, subscribers } = publication
    const copies = publication.copies.length > 1 ? publication.copies.toSorted(byNumber) : publication.copies
    const { missing, notJudged, partial } = verdicts.length === 0 ? NOTHING_LACKS : lackingOf(publication, verdicts)
    for (const { copy, recipient } of publication.suspects ?? []) {
      if (!this.#position.ended) this.#judgeDuplicate(publication, recipient, copy)
      // Which of them is the one, or whether another one is of a message that was not seen, nobody can say; and of such a message a shared subscription may have passed
      // on the copy of another client.
      for (const one of copies) if (one.client.stream === copy.client.stream || one.sharedFilter !== null) one.lessThanCertain()
    }
    // Somebody else may have published the same while it was not seen what others sent.
    if (!(publication.topic.server.blindTime < facts.time - this.#times.copyDeadline)) for (const copy of copies) doubtBlind(copy)
    if (publication.qos === 2) for (const copy of copies) copy.brokenOff = isBrokenOff(publication, copy)
    publication.settled = true
    this.#window.told(publication)
    if (publication.open > 0) publication.content!.open--
    const unsubscribed = publication.unsubscribed ?? NOBODY
    const { noLocal } = publication
    this.#emit({ kind: 'publication', publication: facts, acceptance, reasonCode, subscribers, copies, missing, notJudged, unsubscribed, noLocal, partial })
  }

  #judgeDuplicate(publication: OpenPublication, recipient: Recipient, copy: OpenCopy): void {
    const verdict = duplicateVerdict(publication, recipient, copy, this.#position.now, true, this.#times)
    copy.duplicate = verdict === 'wait' ? 'unsure' : verdict
  }
}

const NO_VERDICTS: readonly Verdict[] = []
const NO_FILTERS: readonly string[] = []
const NOBODY: readonly Unsubscribed[] = []

/** What did not come of a publication, and of what of that nothing can be said. */
type Lacking = Pick<Delivery, 'missing' | 'notJudged' | 'partial'>

/** Mostly: one for all. */
const NOTHING_LACKS: Lacking = { missing: [], notJudged: [], partial: [] }

function lackingOf(publication: OpenPublication, verdicts: readonly Verdict[]): Lacking {
  const partial: PartialDelivery[] = []
  const missing: MissingCopy[] = []
  const notJudged: NotJudged[] = []
  verdicts.forEach((verdict, index) => {
    if (verdict === 'none') return
    const recipient = publication.recipients[index]!
    const { subscriber, client, match, grantedQos, undisturbed } = recipient
    if (recipient.copies > 0) {
      const lacks = recipient.lacksIn(publication)
      if (typeof verdict !== 'string' && lacks !== null) partial.push({ client, lacks, certainty: verdict.certainty })
      return
    }
    if (undisturbed) subscriber.outstanding--
    const about = { client, filter: filterOf(match!) }
    if (typeof verdict !== 'string') {
      const removed = subscriber.whole ? match!.gone : NO_FILTERS
      const replaced = subscriber.whole && isJustReplaced(publication, recipient)
      missing.push({
        ...about, session: subscriber.session, qos: Math.min(publication.qos, grantedQos ?? 0), removed, replaced, mistaken: isMistaken(publication), ...verdict,
      })
    } else if (verdict === 'connection-ended' && recipient.oversized && closedOver(publication, subscriber)) {
      notJudged.push({ ...about, reason: 'maximum-packet-size', closedIn: [subscriber.tooLarge!.frame] })
    } else notJudged.push({ ...about, reason: verdict === 'wait' ? 'too-short' : verdict, closedIn: null })
  })
  return { missing, notJudged, partial }
}

/** The server disconnected the client just behind it, saying that a packet was too large. */
function closedOver({ time }: OpenPublication, { tooLarge }: Subscriber): boolean {
  return tooLarge !== null && tooLarge.time >= time && tooLarge.time - time < SECOND
}

const SECOND = 1e9

function isPartial(publication: OpenPublication): boolean {
  for (const recipient of publication.recipients) if (recipient.lacksIn(publication) !== null) return true
  return false
}

/** A copy is to be finished with the client that it was sent to, and with no other. */
function isHeld({ qos, copies }: OpenPublication): boolean {
  return qos === 2 && copies.some((copy) => copy.isHeld)
}

function byNumber(a: OpenCopy, b: OpenCopy): number {
  return a.number - b.number
}

function doubtBlind(copy: OpenCopy): void {
  copy.lessThanCertain()
  if (copy.duplicate !== null) copy.duplicate = 'unsure'
}

/** One of the client's filters that match, as it wrote it: not a shared one, where there is another. */
function filterOf({ subscriptions, filters }: Match): string {
  return subscriptions.find(({ shareName }) => shareName === null)?.topicFilter ?? filters[0]!
}
