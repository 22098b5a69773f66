/** What is remembered of the exchanges of one connection that have ended, as far as later packets may still belong to them. */
import type { Seen } from './seen.ts'
import type { Side } from './side.ts'

/** Identifiers whose answers are not counted any more, at most: beyond that, no answer of the connection is called unasked. */
const MOST_OWED = 256
/** Refused ones that are remembered; their PUBREL comes at once, if at all. */
const MOST_REFUSED = 16

/** What ends the exchange of a message: PUBREC where it refuses. */
export type EndedBy = 'PUBACK' | 'PUBREC' | 'PUBCOMP'

export class Aftermath {
  /** Something went by that could not be read, or was not followed: nobody knows all that was asked. */
  unread = false
  /** Of answers that ended an exchange of QoS 1 or 2: the stream offset behind the newest, by the side that began the exchange, and its time. */
  clientEndedOffset = 0
  serverEndedOffset = 0
  endedTime = NaN
  /** The newest of the client's messages whose exchange has ended: its identifier, 0 where there is none, and what ended it. */
  #endedIdentifier = 0
  #endedBy: EndedBy = 'PUBACK'
  /** The newest SUBSCRIBE or UNSUBSCRIBE that was answered: its type and identifier, and its answer. */
  #answered: { readonly subscribe: boolean; readonly identifier: number; readonly by: Seen } | null = null
  /** Packets that may still come for an identifier, since something was sent more than once. */
  #owed: Map<number, number> | null = null
  #refused: { readonly key: number; readonly by: Seen }[] | null = null

  owe(initiator: Side, identifier: number, count: number): void {
    const owed = (this.#owed ??= new Map<number, number>())
    const key = keyOf(initiator, identifier)
    if (owed.size >= MOST_OWED && !owed.has(key)) this.unread = true
    else owed.set(key, (owed.get(key) ?? 0) + count)
  }

  /** One of those that are owed is here. False where none was. */
  settles(initiator: Side, identifier: number): boolean {
    const key = keyOf(initiator, identifier)
    const count = this.#owed?.get(key) ?? 0
    if (count === 0) return false
    if (count === 1) this.#owed!.delete(key)
    else this.#owed!.set(key, count - 1)
    return true
  }

  isOwed(initiator: Side, identifier: number): boolean {
    return this.#owed?.has(keyOf(initiator, identifier)) ?? false
  }

  answered(subscribe: boolean, identifier: number, by: Seen): void {
    this.#answered = { subscribe, identifier, by }
  }

  /** What answered this request already, where it was the newest. */
  answerTo(subscribe: boolean, identifier: number): Seen | null {
    const answered = this.#answered
    return answered !== null && answered.subscribe === subscribe && answered.identifier === identifier ? answered.by : null
  }

  refused(initiator: Side, identifier: number, by: Seen): void {
    const refused = (this.#refused ??= [])
    if (refused.length === MOST_REFUSED) refused.shift()
    refused.push({ key: keyOf(initiator, identifier), by })
  }

  /** The PUBREC that refused the message with this identifier. */
  refusalOf(initiator: Side, identifier: number): Seen | null {
    const key = keyOf(initiator, identifier)
    return this.#refused?.findLast((refusal) => refusal.key === key)?.by ?? null
  }

  /** The identifier is used anew. */
  begins(initiator: Side, identifier: number): void {
    if (this.#refused === null) return
    const key = keyOf(initiator, identifier)
    this.#refused = this.#refused.filter((refusal) => refusal.key !== key)
  }

  ended(initiator: Side, identifier: number, by: EndedBy, offset: number, time: number): void {
    if (initiator === 'client') {
      this.clientEndedOffset = offset
      this.#endedIdentifier = identifier
      this.#endedBy = by
    } else this.serverEndedOffset = offset
    this.endedTime = time
  }

  /** What ended the exchange of the client's message before, where that had this identifier. */
  endOfSame(identifier: number): EndedBy | null {
    return this.#endedIdentifier === identifier ? this.#endedBy : null
  }
}

function keyOf(initiator: Side, identifier: number): number {
  return identifier * 2 + (initiator === 'client' ? 1 : 0)
}
