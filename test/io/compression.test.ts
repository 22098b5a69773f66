import { describe, expect, it } from 'vitest'
import { compressionOf } from '../../src/io/compression.ts'

const skipped = [0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7]

describe('what compresses a file is told by its first bytes', () => {
  it.each([
    ['nothing yet', [], 'more'],
    ['pcap', [0xd4, 0xc3, 0xb2, 0xa1], 'plain'],
    ['the first byte of pcap', [0xd4], 'plain'],
    ['pcapng', [0x0a, 0x0d, 0x0d, 0x0a], 'plain'],
    ['gzip', [0x1f, 0x8b, 8, 0], 'gzip'],
    ['the first byte of gzip', [0x1f], 'more'],
    ['nearly gzip', [0x1f, 0x8c, 8, 0], 'plain'],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    ['three bytes of zstd', [0x28, 0xb5, 0x2f], 'more'],
    ['nearly zstd', [0x28, 0xb5, 0x2f, 0xfe], 'plain'],
    ['lz4', [0x04, 0x22, 0x4d, 0x18], 'lz4'],
    ['lz4 of the legacy format', [0x02, 0x21, 0x4c, 0x18], 'lz4'],
    ['text that begins as a frame to skip does', [0x50, 0x4f, 0x53, 0x54], 'plain'],
    ['a frame to skip, begun', skipped.slice(0, 6), 'more'],
    ['a frame to skip and nothing behind it', skipped, 'more'],
    ['two frames to skip, then zstd', [...skipped, ...skipped, 0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    ['a frame to skip, then lz4', [...skipped, 0x04, 0x22, 0x4d, 0x18], 'lz4'],
    ['a frame to skip, then anything else', [...skipped, 1, 2, 3, 4], 'zstd'],
    ['a frame to skip that is longer than what is there', [0x5f, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 1], 'more'],
  ])('%s', (_name, bytes, expected) => {
    expect(compressionOf(Uint8Array.from(bytes))).toBe(expected)
  })
})
