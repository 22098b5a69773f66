/** How long answers took, and why: rules of ours, since MQTT sets no time for any answer. What TCP shows of the causes is told in session/leg-causes.ts. */
import { durationText } from '../../bytes/number-text.ts'
import type { LegCause } from '../../session/leg-causes.ts'
import { otherSide, type Side } from '../../session/side.ts'
import { rule, type Place, type Rule } from '../rule.ts'
import type { ExchangeSubject } from '../subject.ts'

/** In every version, and of no numbered statement. */
const OURS = { '3.1': [], '3.1.1': [], '5.0': [] } as const

/** What a delayed acknowledgement of TCP takes at least (40 ms in Linux), less what a capture may add. */
const HELD_BACK = 35e6

/** A leg that a program took its time for; the worst. */
function slowLeg({ exchange, slowAfter }: ExchangeSubject): LegCause | null {
  return longest(exchange.causes, ({ cause, duration }) => (cause === 'client' || cause === 'server') && duration >= slowAfter)
}

function heldBackLeg({ exchange }: ExchangeSubject): LegCause | null {
  return longest(exchange.causes, ({ cause, duration }) => cause === 'nagle' && duration >= HELD_BACK)
}

function longest(causes: readonly LegCause[], isMeant: (cause: LegCause) => boolean): LegCause | null {
  let found: LegCause | null = null
  for (const cause of causes) if (isMeant(cause) && (found === null || cause.duration > found.duration)) found = cause
  return found
}

/** The packet that waited for its answer, and the answer, of this leg. */
function packetsOf({ exchange }: ExchangeSubject, { leg }: LegCause) {
  const steps = exchange.steps.filter(({ again }) => !again)
  return [steps[leg], steps[leg + 1]] as const
}

function answerAt(it: ExchangeSubject, leg: LegCause): Place {
  const answer = packetsOf(it, leg)[1]
  return answer === undefined ? { packet: it.packetNumber, frame: it.frame, time: it.time } : { packet: answer.number, frame: answer.frame, time: answer.time }
}

function saysTook(it: ExchangeSubject, leg: LegCause, what: string): string {
  const [request, answer] = packetsOf(it, leg)
  const between = request === undefined || answer === undefined ? 'The answer' : `${answer.type} for ${request.type}, packet ${request.number},`
  return `${between} ${what}`
}

/** Who was to answer in this leg. */
function answerer(it: ExchangeSubject, leg: LegCause): Side {
  const [request, answer] = packetsOf(it, leg)
  return answer?.by ?? (request === undefined ? otherSide(it.side) : otherSide(request.by))
}

/**
 * The capture was taken far from the one who answered: its answer, or bytes before that, may have been sent twice before it came by, or have waited in a network that is
 * slower than it was at first.
 */
function mayHaveBeenUnderWay(it: ExchangeSubject, leg: LegCause): boolean {
  const { connection, exchange } = it
  const side = answerer(it, leg)
  const roundTrip = connection.roundTrip(side)
  if (roundTrip <= SHORT_WAY || roundTrip <= connection.roundTrip(otherSide(side))) return false
  return leg.duration < TWICE_LOST + 3 * roundTrip || !(exchange.network !== null && exchange.network < 3 * roundTrip)
}

/** A millisecond. */
const SHORT_WAY = 1e6
/** TCP sends again after a second at first, and then after twice that (RFC 6298 §2.1, §5.5). */
const TWICE_LOST = 3e9

export const TIMING_RULES: readonly Rule[] = [
  rule({
    id: 'answer.slow',
    title: 'A program that took long to answer',
    statements: OURS,
    severity: 'note',
    sides: ['client', 'server'],
    on: 'exchange',
    needs: 0,
    applies: ({ exchange }) => exchange.outcome === 'complete' || exchange.outcome === 'failed',
    holds: (it) => slowLeg(it) === null,
    certainty: (it) => (mayHaveBeenUnderWay(it, slowLeg(it)!) ? 'unsure' : 'likely'),
    actor: (it) => {
      const leg = slowLeg(it)
      return leg === null ? otherSide(it.side) : answerer(it, leg)
    },
    says: (it) => saysTook(it, slowLeg(it)!, `took ${durationText(slowLeg(it)!.duration)}: its TCP had the request, and its program took its time`),
    at: (it) => answerAt(it, slowLeg(it)!),
    shownBy: (it) => [packetsOf(it, slowLeg(it)!)[0]?.frame ?? it.frame],
  }),
  rule({
    id: 'answer.held-back',
    title: 'An answer that the Nagle algorithm held back',
    statements: OURS,
    severity: 'note',
    sides: ['client', 'server'],
    on: 'exchange',
    needs: 0,
    applies: ({ exchange }) => exchange.outcome === 'complete' || exchange.outcome === 'failed',
    holds: (it) => heldBackLeg(it) === null,
    certainty: () => 'likely',
    actor: (it) => {
      const leg = heldBackLeg(it)
      return leg === null ? otherSide(it.side) : answerer(it, leg)
    },
    says: (it) =>
      saysTook(it, heldBackLeg(it)!, `waited ${durationText(heldBackLeg(it)!.duration)} for TCP's delayed acknowledgement of an earlier small write (Nagle): TCP_NODELAY avoids it`),
    at: (it) => answerAt(it, heldBackLeg(it)!),
    shownBy: (it) => [packetsOf(it, heldBackLeg(it)!)[0]?.frame ?? it.frame],
  }),
]
