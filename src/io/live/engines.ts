import { CaptureError } from '../errors.ts'
import { CAP_ENGINE } from './cap-engine.ts'
import { dumpcapEngine } from './dumpcap-engine.ts'
import { tcpdumpEngine } from './tcpdump-engine.ts'
import type { Engine, EngineName, EngineOptions } from './engine.ts'

/** Those that `auto` tries, the best one first. */
export function engines(): readonly Engine[] {
  return [dumpcapEngine, CAP_ENGINE, tcpdumpEngine]
}

/** Throws CaptureError where there is none that can do it, with what each of them lacks. */
export async function chooseEngine(name: EngineName | 'auto', options: EngineOptions): Promise<Engine> {
  if (process.platform === 'win32') throw new CaptureError('no-engine', 'live capture works on Linux and macOS; on Windows, capture with dumpcap and read its file')
  const lacking: string[] = []
  const mends: string[] = []
  for (const engine of engines()) {
    if (name !== 'auto' && engine.name !== name) continue
    const refusal = engine.refuses(options)
    const trouble = refusal === null ? await engine.trouble() : null
    if (refusal === null && trouble === null) return engine
    lacking.push(refusal ?? trouble!.sentence)
    if (trouble !== null && trouble.mend !== null) mends.push(...trouble.mend.split('\n').map((line) => `  ${line}`))
  }
  const why = lacking.join('; ')
  const mend = mends.length === 0 ? null : `What helps:\n${mends.join('\n')}\nmqtap doctor tells more.`
  throw new CaptureError('no-engine', name === 'auto' ? `nothing here can capture: ${why}` : why, mend)
}
