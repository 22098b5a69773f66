import type { Span } from './syntax.ts'

/**
 * A filter that makes no sense, and where. Thrown only while a filter is compiled and caught by `compileFilter`, which makes a value of it: so the many
 * small steps of compiling need not hand a failure through.
 */
export class Mistake extends Error {
  readonly at: Span
  /** What the marked text was meant to be. */
  readonly suggestion: string | null

  constructor(message: string, at: Span, suggestion: string | null = null) {
    super(message)
    this.at = at
    this.suggestion = suggestion
  }
}
