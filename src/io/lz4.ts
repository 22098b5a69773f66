import { spawn } from 'node:child_process'
import { InputError, systemCode } from './errors.ts'

/**
 * lz4 by its command line tool: no library at hand decompresses it as a stream. Delivers what the tool gives, then throws InputError where the data is
 * damaged or the tool is missing. Stopping early ends the child.
 */
export async function* lz4(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const child = spawn('lz4', ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'] })
  let notStarted: Error | null = null
  child.on('error', (error) => (notStarted ??= error))
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  // The tool closes its input early where the data is damaged; its exit code says so.
  child.stdin.on('error', () => undefined)
  let failure: unknown = null
  const feeding = feed().catch((error: unknown) => {
    failure = error
    child.kill()
  })
  let finished = false
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array
    const code = await exit
    finished = true
    if (notStarted !== null) throw toolMissing(notStarted)
    await feeding
    if (failure !== null) throw failure
    if (code !== 0) throw new InputError('damaged-compression', 'the lz4 data is damaged or cut off')
  } finally {
    if (!finished) child.kill()
  }

  async function feed(): Promise<void> {
    for await (const chunk of source) {
      if (!child.stdin.writable) break
      // The chunk is only lent, so the tool must have taken it before the next one is asked for.
      await new Promise<void>((resolve) => child.stdin.write(chunk, () => resolve()))
    }
    child.stdin.end()
  }
}

function toolMissing(error: Error): InputError {
  const why = systemCode(error) === 'ENOENT' ? 'is not installed' : `could not be started (${systemCode(error)})`
  return new InputError('tool-missing', `the capture is compressed by lz4, and the lz4 command line tool ${why}`, error)
}
