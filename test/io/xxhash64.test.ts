import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { XxHash64 } from '../../src/io/xxhash64.ts'
import { requireTool } from '../tools.ts'
import { sample, shell, temporaryFolder } from './build.ts'

const folder = temporaryFolder('xxhash')

const MASK = (1n << 64n) - 1n
const [P1, P2, P3, P4, P5] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n]

/** The same algorithm in the plainest way, on bigints. */
function plainly(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & MASK
  const round = (accumulator: bigint, input: bigint) => (rotate((accumulator + input * P2) & MASK, 31n) * P1) & MASK
  let at = 0
  let hash = P5
  if (bytes.length >= 32) {
    let lanes = [(P1 + P2) & MASK, P2, 0n, -P1 & MASK]
    for (; at + 32 <= bytes.length; at += 32) lanes = lanes.map((lane, index) => round(lane, view.getBigUint64(at + index * 8, true)))
    hash = lanes.reduce((sum, lane, index) => sum + rotate(lane, [1n, 7n, 12n, 18n][index]!), 0n) & MASK
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & MASK
  }
  hash = (hash + BigInt(bytes.length)) & MASK
  for (; at + 8 <= bytes.length; at += 8) hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4) & MASK
  for (; at + 4 <= bytes.length; at += 4) hash = (rotate(hash ^ ((BigInt(view.getUint32(at, true)) * P1) & MASK), 23n) * P2 + P3) & MASK
  for (; at < bytes.length; at++) hash = (rotate(hash ^ ((BigInt(bytes[at]!) * P5) & MASK), 11n) * P1) & MASK
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK
  return Number((hash ^ (hash >> 32n)) & 0xffffffffn)
}

function hashed(...pieces: readonly Uint8Array[]): number {
  const hash = new XxHash64()
  for (const piece of pieces) hash.update(piece)
  return hash.digestLow()
}

describe('XXH64', () => {
  it('is as computed in the plainest way, for every length up to four stripes', () => {
    for (let length = 0; length <= 130; length++) expect(hashed(sample(length)), `${length} bytes`).toBe(plainly(sample(length)))
  })

  it('does not depend on the pieces', () => {
    const bytes = sample(150)
    for (let first = 0; first <= 150; first++) {
      for (let second = first; second <= 150; second += 7) {
        expect(hashed(bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second))).toBe(plainly(bytes))
      }
    }
  })

  it.skipIf(!requireTool('zstd'))('is what zstd stores behind a frame', async () => {
    const name = path.join(folder, 'source')
    for (const length of [1, 31, 32, 33, 1_000, 100_003]) {
      writeFileSync(name, sample(length))
      const frame = Buffer.from((await shell(`zstd -q -c ${name}`)).output, 'latin1')
      expect(hashed(sample(length)), `${length} bytes`).toBe(frame.readUInt32LE(frame.length - 4))
    }
  })
})
