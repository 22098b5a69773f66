/**
 * Counts what the network layer saw and could not follow, and tells each kind of problem a limited number of times: a capture in which every frame
 * is cut short must not make a million sentences.
 */
import type { NetworkProblem, NetworkProblemCode } from './segment.ts'

/** What went by. Frames may hold several (A-MSDU), so the sum may be more than the number of frames. */
export class NetworkCounts {
  /** TCP segments handed on. */
  segments = 0
  /** Packets that are neither TCP nor a tunnel that is followed. */
  ignored = 0
  /** 802.11 frames whose payload is encrypted. */
  encrypted = 0
  /** IP fragments of packets that may carry TCP. */
  fragments = 0
  readonly problems: Record<NetworkProblemCode, number> = {
    'unknown-link-type': 0,
    'truncated-header': 0,
    'bad-header': 0,
    'fragments-limit': 0,
    'fragments-timed-out': 0,
    'fragments-overlap': 0,
    'nesting-limit': 0,
  }
}

export class ProblemLog {
  readonly counts = new NetworkCounts()
  readonly #emit: (problem: NetworkProblem) => void
  readonly #messages: number

  constructor(emit: (problem: NetworkProblem) => void, messages: number) {
    this.#emit = emit
    this.#messages = messages
  }

  /** Counts a problem; true where it should also be told. The caller makes the sentence only then. */
  count(code: NetworkProblemCode): boolean {
    return ++this.counts.problems[code] <= this.#messages
  }

  tell(code: NetworkProblemCode, frame: number, message: string): void {
    this.#emit({ code, frame, message })
  }
}
