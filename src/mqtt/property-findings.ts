/** What the last block of properties was found to have: one object, used again for every block. */
import { PROPERTIES, propertyBit } from './properties.ts'

export class PropertyFindings {
  /** The whole block was read: what it does not have is not there. */
  complete = false
  #seen = 0
  readonly #starts = new Float64Array(PROPERTIES.length)
  readonly #ends = new Float64Array(PROPERTIES.length)

  begin(): void {
    this.complete = false
    this.#seen = 0
  }

  /** The property at `index` of PROPERTIES stands at `[start, end)`, whether it may or not. Of a repeated one the last place is kept. */
  add(index: number, start: number, end: number): void {
    this.#seen |= 1 << index
    this.#starts[index] = start
    this.#ends[index] = end
  }

  has(bit: number): boolean {
    return (this.#seen & bit) !== 0
  }

  startOf(bit: number): number {
    return this.#starts[31 - Math.clz32(bit)]!
  }

  endOf(bit: number): number {
    return this.#ends[31 - Math.clz32(bit)]!
  }
}

/** The properties that the readers of packets ask for. */
export const PROPERTY_BITS = {
  payloadFormatIndicator: propertyBit('payloadFormatIndicator'),
  subscriptionIdentifier: propertyBit('subscriptionIdentifier'),
  sessionExpiryInterval: propertyBit('sessionExpiryInterval'),
  authenticationMethod: propertyBit('authenticationMethod'),
  authenticationData: propertyBit('authenticationData'),
  serverReference: propertyBit('serverReference'),
  topicAlias: propertyBit('topicAlias'),
} as const
