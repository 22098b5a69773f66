/** The phrases that the sentences of capture problems share. */
import { grouped } from '../bytes/number-text.ts'

/** `1 byte`, `4,711 bytes`. */
export function bytesInWords(count: number): string {
  return count === 1 ? '1 byte' : `${grouped(count)} bytes`
}

/** What was kept of a file whose reading stopped at a defect. */
export function framesKept(frames: number): string {
  if (frames === 0) return 'no frame came before it'
  return frames === 1 ? 'the one frame before it was read' : `the ${grouped(frames)} frames before it were read`
}
