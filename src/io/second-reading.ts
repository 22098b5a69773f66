import { setImmediate } from 'node:timers/promises'
import { InputError } from './errors.ts'

/** A capture once more, in the order of the first time: of each file the chunks, a chunk valid until the next one is asked for. */
export type CaptureFiles = Iterable<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>

/** The chunks of one of the files. Whatever else waits (keys, the screen) has its turn between two of them. */
export async function* chunksAgain(file: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of file) {
      yield chunk
      await setImmediate()
    }
  } catch (error) {
    // Damaged compression: it was reported at the first reading, and what came before it is there.
    if (!(error instanceof InputError)) throw error
  }
}
