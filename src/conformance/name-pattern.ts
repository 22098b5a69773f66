/** Names of rules and statements as a user gives them, one by one or many with a `*`: `publish.dup-on-qos0`, `publish.*`, `MQTT-3.3.1-2`, `MQTT-4.7.*`. */
import { VERSIONS } from '../mqtt/version.ts'
import { statementsOf } from './catalogue.ts'
import { PROBLEM_CODES } from './judges.ts'
import { RULES } from './rules/all.ts'

/** Ids of all rules, and codes of the decoder's problems, which are one list of names. */
export const RULE_NAMES: readonly string[] = [...RULES.map(({ id }) => id), ...PROBLEM_CODES]

/** Of all versions. */
export const STATEMENT_IDS: ReadonlySet<string> = new Set(VERSIONS.flatMap((version) => statementsOf(version).map(({ id }) => id)))

export class NamePattern {
  readonly text: string
  readonly #parts: readonly string[]

  constructor(text: string) {
    this.text = text
    this.#parts = text.split('*')
  }

  /** Each `*` stands for any text, also none. */
  matches(name: string): boolean {
    const parts = this.#parts
    const first = parts[0]!
    const last = parts[parts.length - 1]!
    if (parts.length === 1) return name === first
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
    let at = first.length
    for (const part of parts.slice(1, -1)) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= name.length - last.length
  }
}
