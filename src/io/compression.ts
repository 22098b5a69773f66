/** Which compression the first bytes of a file tell of; never its name. Decompression itself is in a file of each one's own. */

export type Compression = 'gzip' | 'zstd' | 'lz4'

type Decompress = (source: AsyncGenerator<Uint8Array, void, void>) => AsyncGenerator<Uint8Array, void, void>

/** Each is loaded where it is needed: most captures are not compressed. */
export const DECOMPRESS: Readonly<Record<Compression, Decompress>> = {
  gzip: async function* (source) {
    yield* (await import('./gunzip.ts')).gunzip(source)
  },
  zstd: async function* (source) {
    yield* (await import('./zstd.ts')).zstd(source)
  },
  lz4: async function* (source) {
    yield* (await import('./lz4.ts')).lz4(source)
  },
}

/** Little-endian, as all of these formats have it: RFC 1952 §2.3.1, RFC 8878 §3.1.1, LZ4 frame format (and its legacy format). */
const GZIP_MAGIC = 0x8b1f
const ZSTD_MAGIC = 0xfd2fb528
const LZ4_MAGICS: readonly number[] = [0x184d2204, 0x184c2102]
/** RFC 8878 §3.1.2: sixteen magic numbers of frames to skip, which LZ4 has too. */
const SKIPPABLE_MAGIC = 0x184d2a5
const SKIPPABLE_HEADER = 8

/** What the beginning of a file is compressed by: `plain` for not at all, `more` where a longer beginning is needed to tell. */
export function compressionOf(beginning: Uint8Array): Compression | 'plain' | 'more' {
  let at = 0
  for (;;) {
    if (beginning.length - at < 4) return at === 0 && !mayBeCompressed(beginning) ? 'plain' : 'more'
    const magic = u32(beginning, at)
    if (at === 0 && (magic & 0xffff) === GZIP_MAGIC) return 'gzip'
    if (magic === ZSTD_MAGIC) return 'zstd'
    if (LZ4_MAGICS.includes(magic)) return 'lz4'
    if (magic >>> 4 !== SKIPPABLE_MAGIC) return at === 0 ? 'plain' : 'zstd'
    if (beginning.length - at < SKIPPABLE_HEADER) return 'more'
    at += SKIPPABLE_HEADER + u32(beginning, at + 4)
  }
}

function mayBeCompressed(beginning: Uint8Array): boolean {
  return beginning.length === 0 || [0x1f, 0x28, 0x04, 0x02].includes(beginning[0]!) || beginning[0]! >>> 4 === 5
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
