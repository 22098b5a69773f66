/** Builders for byte tests. */

/** Bytes from hex with any spacing: `bytes('c3 a9')`. */
export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

/** `content` with bytes of other text before and behind it, which a function that minds its range never looks at. */
export function embedded(content: Uint8Array): { buffer: Uint8Array; start: number; end: number } {
  const buffer = new Uint8Array(content.length + 9)
  buffer.fill(0xbf)
  buffer.set(content, 5)
  return { buffer, start: 5, end: 5 + content.length }
}
