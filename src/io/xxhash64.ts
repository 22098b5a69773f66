/**
 * XXH64 with seed 0 (the content checksum of RFC 8878 §3.1.1), of bytes that come in pieces.
 *
 * 64-bit words are pairs of signed 32-bit halves, high and low, so that hashing takes less time than the decompression.
 */

/** High and low half of a 64-bit word. */
type Word = readonly [number, number]

const STRIPE = 32
const ZERO: Word = [0, 0]
const P1_HIGH = 0x9e3779b1 | 0
const P1_LOW = 0x85ebca87 | 0
const P2_HIGH = 0xc2b2ae3d | 0
const P2_LOW = 0x27d4eb4f | 0
const P1: Word = [P1_HIGH, P1_LOW]
const P2: Word = [P2_HIGH, P2_LOW]
const P3: Word = [0x165667b1 | 0, 0x9e3779f9 | 0]
const P4: Word = [0x85ebca77 | 0, 0xc2b2ae63 | 0]
const P5: Word = [0x27d4eb2f | 0, 0x165667c5 | 0]
const P1_PLUS_P2 = add(P1, P2)

export class XxHash64 {
  /** Four accumulators, each as high and low half (XXH64 algorithm description, step 1). */
  readonly #lanes = Int32Array.of(P1_PLUS_P2[0], P1_PLUS_P2[1], P2[0], P2[1], 0, 0, ~P1[0], -P1[1])
  readonly #stripe = new Uint8Array(STRIPE)
  #held = 0
  #length = 0

  update(bytes: Uint8Array): void {
    this.#length += bytes.length
    let at = 0
    if (this.#held > 0) {
      at = Math.min(STRIPE - this.#held, bytes.length)
      this.#stripe.set(bytes.subarray(0, at), this.#held)
      this.#held += at
      if (this.#held < STRIPE) return
      consume(this.#lanes, this.#stripe, 0, STRIPE)
      this.#held = 0
    }
    const end = at + Math.floor((bytes.length - at) / STRIPE) * STRIPE
    consume(this.#lanes, bytes, at, end)
    this.#stripe.set(bytes.subarray(end))
    this.#held = bytes.length - end
  }

  /** The low 32 bits of the hash, which are what zstd stores. The object is not to be used afterwards. */
  digestLow(): number {
    let hash: Word
    if (this.#length >= STRIPE) {
      const lane = (index: number): Word => [this.#lanes[index * 2]!, this.#lanes[index * 2 + 1]!]
      hash = add(add(rotate(lane(0), 1), rotate(lane(1), 7)), add(rotate(lane(2), 12), rotate(lane(3), 18)))
      for (let index = 0; index < 4; index++) hash = add(multiply(xor(hash, round(ZERO, lane(index))), P1), P4)
    } else {
      hash = P5
    }
    hash = add(hash, [Math.floor(this.#length / 2 ** 32) | 0, this.#length | 0])
    const rest = this.#stripe
    let at = 0
    for (; at + 8 <= this.#held; at += 8) hash = add(multiply(rotate(xor(hash, round(ZERO, [i32(rest, at + 4), i32(rest, at)])), 27), P1), P4)
    for (; at + 4 <= this.#held; at += 4) hash = add(multiply(rotate(xor(hash, multiply([0, i32(rest, at)], P1)), 23), P2), P3)
    for (; at < this.#held; at++) hash = multiply(rotate(xor(hash, multiply([0, rest[at]!], P5)), 11), P1)
    hash = multiply(xor(hash, shiftRight(hash, 33)), P2)
    hash = multiply(xor(hash, shiftRight(hash, 29)), P3)
    return xor(hash, shiftRight(hash, 32))[1] >>> 0
  }
}

/** The hot loop: whole stripes, one lane after the other, with the arithmetic of `round` written out. */
function consume(lanes: Int32Array, bytes: Uint8Array, start: number, end: number): void {
  for (let lane = 0; lane < 4; lane++) {
    let high = lanes[lane * 2]!
    let low = lanes[lane * 2 + 1]!
    for (let at = start + lane * 8; at < end; at += STRIPE) {
      // accumulator += input × P2
      const inputLow = i32(bytes, at)
      const product = Math.imul(inputLow, P2_LOW)
      const productHigh = (multiplyHigh(inputLow, P2_LOW) + Math.imul(i32(bytes, at + 4), P2_LOW) + Math.imul(inputLow, P2_HIGH)) | 0
      const sum = (low + product) | 0
      const carry = sum >>> 0 < product >>> 0 ? 1 : 0
      const sumHigh = (high + productHigh + carry) | 0
      // rotated left by 31
      const turnedHigh = (sumHigh << 31) | (sum >>> 1)
      const turned = (sum << 31) | (sumHigh >>> 1)
      // × P1
      low = Math.imul(turned, P1_LOW)
      high = (multiplyHigh(turned, P1_LOW) + Math.imul(turnedHigh, P1_LOW) + Math.imul(turned, P1_HIGH)) | 0
    }
    lanes[lane * 2] = high
    lanes[lane * 2 + 1] = low
  }
}

function i32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers, from products of their 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const cross1 = Math.imul(a0, b1)
  const cross2 = Math.imul(a1, b0)
  const middle = (Math.imul(a0, b0) >>> 16) + (cross1 & 0xffff) + (cross2 & 0xffff)
  return (Math.imul(a1, b1) + (cross1 >>> 16) + (cross2 >>> 16) + (middle >>> 16)) | 0
}

function multiply(a: Word, b: Word): Word {
  return [(multiplyHigh(a[1], b[1]) + Math.imul(a[0], b[1]) + Math.imul(a[1], b[0])) | 0, Math.imul(a[1], b[1])]
}

function add(a: Word, b: Word): Word {
  const low = (a[1] >>> 0) + (b[1] >>> 0)
  return [(a[0] + b[0] + (low > 0xffffffff ? 1 : 0)) | 0, low | 0]
}

function xor(a: Word, b: Word): Word {
  return [a[0] ^ b[0], a[1] ^ b[1]]
}

/** By fewer than 32 bits. */
function rotate(word: Word, bits: number): Word {
  return [(word[0] << bits) | (word[1] >>> (32 - bits)), (word[1] << bits) | (word[0] >>> (32 - bits))]
}

function shiftRight(word: Word, bits: number): Word {
  return bits >= 32 ? [0, word[0] >>> (bits - 32)] : [word[0] >>> bits, (word[1] >>> bits) | (word[0] << (32 - bits))]
}

function round(accumulator: Word, input: Word): Word {
  return multiply(rotate(add(accumulator, multiply(input, P2)), 31), P1)
}
