/**
 * Conversations that keep or break a statement, as `mqtap rules` shows them: the scenarios of `fixtures/conformance`, which the tests make captures of and
 * judge. Only their first lines are read here: a title, then what they keep and break, up to the first empty line.
 */
import type { Version } from '../../mqtt/version.ts'

export interface Example {
  readonly version: Version
  /** `dup-on-qos-0`. */
  readonly name: string
  readonly title: string
  /** Ids of statements. */
  readonly breaks: readonly string[]
  readonly keeps: readonly string[]
  /** Rules that a line of it breaks. */
  readonly rules: readonly string[]
  /** What is sent, line by line. */
  readonly conversation: string
}

export function exampleOf(version: Version, name: string, scenario: string): Example {
  const lines = scenario.split(/\r?\n/).filter((line) => !line.startsWith('#'))
  const blank = lines.findIndex((line) => line.trim() === '')
  const head = (blank < 0 ? lines : lines.slice(0, blank)).map((line) => line.trim())
  const body = blank < 0 ? [] : lines.slice(blank)
  const listed = (word: string) => head.slice(1).filter((line) => line.startsWith(`${word} `)).flatMap((line) => line.slice(word.length).split(',')).map((item) => item.trim().split(/\s+/)[0]!)
  return {
    version, name, title: head[0] ?? name, breaks: listed('breaks'), keeps: listed('keeps'),
    rules: [...new Set([...listed('also'), ...body.flatMap((line) => /\s! (.*)$/.exec(line)?.[1]?.split(',') ?? []).map((item) => item.trim())])],
    conversation: body.join('\n').trim(),
  }
}

/** The one that shows it best: with the least else, and the shortest. */
export function bestExample(examples: readonly Example[], version: Version, fits: (example: Example) => boolean): Example | null {
  const found = examples.filter((example) => example.version === version && fits(example))
  found.sort((one, other) => one.breaks.length + one.keeps.length - other.breaks.length - other.keeps.length || one.conversation.length - other.conversation.length)
  return found[0] ?? null
}
