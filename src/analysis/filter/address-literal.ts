import type { AddressText } from './syntax.ts'

/** Words as in Endpoint; the words of an IPv4 address are its one and three zeros. */
export interface AddressWords {
  readonly word0: number
  readonly word1: number
  readonly word2: number
  readonly word3: number
}

/** An address in a filter, or with a prefix length all addresses that begin like it. */
export class AddressLiteral implements AddressWords {
  readonly word0: number
  readonly word1: number
  readonly word2: number
  readonly word3: number
  readonly #mask0: number
  readonly #mask1: number
  readonly #mask2: number
  readonly #mask3: number

  constructor({ words, prefix }: AddressText) {
    ;[this.word0, this.word1, this.word2, this.word3] = words
    this.#mask0 = maskOf(prefix)
    this.#mask1 = maskOf(prefix - 32)
    this.#mask2 = maskOf(prefix - 64)
    this.#mask3 = maskOf(prefix - 96)
  }

  covers(address: AddressWords): boolean {
    return (
      ((address.word0 ^ this.word0) & this.#mask0) === 0 &&
      ((address.word1 ^ this.word1) & this.#mask1) === 0 &&
      ((address.word2 ^ this.word2) & this.#mask2) === 0 &&
      ((address.word3 ^ this.word3) & this.#mask3) === 0
    )
  }
}

/** The first `bits` of 32; a shift by 32 would be one by 0. */
function maskOf(bits: number): number {
  return bits <= 0 ? 0 : bits >= 32 ? -1 : -1 << (32 - bits)
}
