/** The phrases that the sentences of capture problems share. */

/** 4711 → `4,711`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 byte`, `4,711 bytes`. */
export function bytesInWords(count: number): string {
  return count === 1 ? '1 byte' : `${grouped(count)} bytes`
}

/** What was kept of a file whose reading stopped at a defect. */
export function framesKept(frames: number): string {
  if (frames === 0) return 'no frame came before it'
  return frames === 1 ? 'the one frame before it was read' : `the ${grouped(frames)} frames before it were read`
}
