import { CAP_ENGINE } from './cap-engine.ts'
import type { Engine } from './engine.ts'

/** All ways to capture, the best first: those whose frames carry the kernel's time before those that stamp them on arrival. */
const ENGINES: readonly Engine[] = [
  CAP_ENGINE,
]

export function engines(): readonly Engine[] {
  return ENGINES
}
