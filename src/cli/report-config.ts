import { nearestName } from '../analysis/fields/nearest-name.ts'
import { NamePattern, RULE_NAMES, STATEMENT_IDS } from '../conformance/name-pattern.ts'
import { VERSIONS } from '../mqtt/version.ts'
import { UsageError } from './exit.ts'
import { FAIL_LEVELS, JUDGED_SIDES } from './options.ts'
import { parseKeys, type KeyChanges } from '../tui/keymap.ts'
import type { WaiverEntry } from '../conformance/waivers.ts'
import type { Version } from '../mqtt/version.ts'
import type { FailLevel } from './fail-on.ts'

/**
 * `--config`: what a project always wants of its reports, as JSON. Options of the command line go before it. The keys of the terminal screens (`mqtap --keys`) are
 * here as well; a report has no use for them.
 *
 * ```json
 * {
 *   "failOn": "warning", "only": [], "ignore": ["timing.*"], "side": "both", "maxFindingsPerRule": 100, "slowMs": 250,
 *   "keys": { "quit": ["q", "Q"] },
 *   "waivers": [{ "rule": "publish.dup-on-qos0", "client": "plc-*", "reason": "Fixed in firmware 2.1", "until": "2027-01-31" }]
 * }
 * ```
 */
export interface ReportConfig {
  readonly failOn: FailLevel | undefined
  readonly only: readonly string[]
  readonly ignore: readonly string[]
  readonly side: (typeof JUDGED_SIDES)[number] | undefined
  readonly maxFindingsPerRule: number | undefined
  /** As --slow. */
  readonly slowMs: number | undefined
  readonly keys: KeyChanges
  readonly waivers: readonly WaiverEntry[]
}

export const NO_CONFIG: ReportConfig = { failOn: undefined, only: [], ignore: [], side: undefined, maxFindingsPerRule: undefined, slowMs: undefined, keys: {}, waivers: [] }

const KEYS = ['failOn', 'only', 'ignore', 'side', 'maxFindingsPerRule', 'slowMs', 'keys', 'waivers']
const WAIVER_KEYS = ['rule', 'statement', 'version', 'client', 'reason', 'until']

/** `name` is that of the file, for messages. */
export function parseConfig(text: string, name: string): ReportConfig {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--config ${name}: this is not JSON: ${(error as Error).message}`)
  }
  const root = new Place(name, '', value)
  root.knows(KEYS)
  return {
    failOn: root.at('failOn')?.oneOf(FAIL_LEVELS),
    only: root.at('only')?.items().map((item) => item.name()) ?? [],
    ignore: root.at('ignore')?.items().map((item) => item.name()) ?? [],
    side: root.at('side')?.oneOf(JUDGED_SIDES),
    maxFindingsPerRule: root.at('maxFindingsPerRule')?.wholeNumber(),
    slowMs: root.at('slowMs')?.wholeNumber(),
    keys: root.at('keys')?.keys() ?? {},
    waivers: root.at('waivers')?.items().map(waiverOf) ?? [],
  }
}

function waiverOf(place: Place): WaiverEntry {
  place.knows(WAIVER_KEYS)
  const rule = place.at('rule')
  const statement = place.at('statement')
  if ((rule === undefined) === (statement === undefined)) place.fail('name either the rule or the statement that is waived')
  const reason = place.at('reason')
  if (reason === undefined) place.fail('a reason is needed: why is this accepted?')
  const text = reason.text()
  if (text.trim() === '') reason.fail('a reason is needed: why is this accepted?')
  const client = place.at('client')?.text()
  return {
    of: new NamePattern(rule === undefined ? statement!.name(STATEMENT_IDS) : rule.name(RULE_NAMES)),
    version: place.at('version')?.oneOf(VERSIONS as readonly [Version, ...Version[]]) ?? null,
    client: client === undefined ? null : new NamePattern(client),
    reason: text,
    until: place.at('until')?.day() ?? null,
  }
}

/** A value in the file, which knows where it is: `waivers[0].until`. */
class Place {
  readonly #file: string
  readonly #path: string
  readonly #value: unknown

  constructor(file: string, path: string, value: unknown) {
    this.#file = file
    this.#path = path
    this.#value = value
  }

  fail(sentence: string, hint: string | null = null): never {
    throw new UsageError(`--config ${this.#file}: ${this.#path === '' ? '' : `${this.#path}: `}${sentence}`, hint)
  }

  /** That it is an object with no other keys than these. */
  knows(keys: readonly string[]): void {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) this.fail(`an object is needed, as {"${keys[keys.length - 1]!}": …}`)
    for (const key of Object.keys(this.#value)) {
      if (keys.includes(key)) continue
      const nearest = nearestName(key, keys)
      this.fail(`there is no setting ${key}; the settings are ${keys.join(', ')}`, nearest === null ? null : `Did you mean ${nearest}?`)
    }
  }

  at(key: string): Place | undefined {
    const value = (this.#value as Record<string, unknown>)[key]
    return value === undefined ? undefined : new Place(this.#file, this.#path === '' ? key : `${this.#path}.${key}`, value)
  }

  items(): Place[] {
    if (!Array.isArray(this.#value)) this.fail('a list is needed, as […]')
    return this.#value.map((value, index) => new Place(this.#file, `${this.#path}[${index}]`, value))
  }

  text(): string {
    return typeof this.#value === 'string' ? this.#value : this.fail('a text is needed, as "…"')
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    return choices.find((choice) => choice === this.#value) ?? this.fail(`choose one of ${choices.map((choice) => `"${choice}"`).join(', ')}`)
  }

  wholeNumber(): number {
    return Number.isSafeInteger(this.#value) && (this.#value as number) >= 1 ? (this.#value as number) : this.fail('a whole number from 1 is needed')
  }

  /** A rule, a statement, or a pattern of such names. */
  name(names: Iterable<string> = [...RULE_NAMES, ...STATEMENT_IDS]): string {
    const text = this.text()
    const mistake = mistakeInName(text, names)
    return mistake === null ? text : this.fail(mistake.sentence, mistake.hint)
  }

  keys(): KeyChanges {
    const parsed = parseKeys(this.#value)
    if (parsed.ok) return parsed.changes
    const { path, sentence, hint } = parsed.mistake
    return new Place(this.#file, path === '' ? this.#path : `${this.#path}.${path}`, null).fail(sentence, hint)
  }

  day(): string {
    const text = this.text()
    const moment = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN)
    // 2027-02-30 would be taken for a day of March.
    return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text) ? text : this.fail('a day is needed, as "2027-01-31"')
  }
}

/** Why nothing can be meant by a name; null where something is. */
export function mistakeInName(text: string, names: Iterable<string>): { readonly sentence: string; readonly hint: string | null } | null {
  const pattern = new NamePattern(text)
  for (const name of names) if (pattern.matches(name)) return null
  if (text.includes('*')) return { sentence: `no rule or statement is called anything like ${text}`, hint: 'mqtap rules lists them all.' }
  const nearest = nearestName(text, names)
  return { sentence: `there is no rule or statement ${text}`, hint: nearest === null ? 'mqtap rules lists them all.' : `Did you mean ${nearest}?` }
}
