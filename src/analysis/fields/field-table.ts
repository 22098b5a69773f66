import type { Field } from '../../mqtt/field.ts'
import type { FieldSource } from './field-source.ts'
import { nearestName } from './nearest-name.ts'

export interface FieldTableOptions<Subject> {
  /** What has these fields. */
  readonly of: 'packets' | 'exchanges'
  /** What takes a filter with them, as the user writes it. */
  readonly filteredBy: string
  /** In the order in which they are listed. Called when somebody first asks for a field: most commands need none. */
  readonly sources: () => readonly FieldSource<Subject>[]
  /** Names that only another table has, and the field here that tells the same. */
  readonly insteadOf?: ReadonlyMap<string, string>
}

/** Shorter pieces are in too many names. */
const LEAST_TO_HOLD = 3

/** Fewer letters begin the labels of many fields. */
const LEAST_OF_A_LABEL = 6

/** Fields by name: what a filter and `-e` may ask for. */
export class FieldTable<Subject> {
  readonly of: 'packets' | 'exchanges'
  readonly filteredBy: string
  readonly insteadOf: ReadonlyMap<string, string>
  readonly #makeSources: () => readonly FieldSource<Subject>[]
  #known: ReadonlyMap<string, FieldSource<Subject>> | null = null

  constructor({ of, filteredBy, sources, insteadOf = new Map() }: FieldTableOptions<Subject>) {
    this.of = of
    this.filteredBy = filteredBy
    this.insteadOf = insteadOf
    this.#makeSources = sources
  }

  get sources(): readonly FieldSource<Subject>[] {
    return [...this.#byName.values()]
  }

  get #byName(): ReadonlyMap<string, FieldSource<Subject>> {
    if (this.#known !== null) return this.#known
    const sources = this.#makeSources()
    this.#known = new Map(sources.map((source) => [source.field.name, source]))
    if (this.#known.size !== sources.length) throw new Error('FieldTable: two fields have the same name')
    return this.#known
  }

  get(name: string): FieldSource<Subject> | undefined {
    return this.#byName.get(name)
  }

  /** Whether names of fields begin so: `mqtt`, `tcp`. */
  hasLayer(name: string): boolean {
    return this.sources.some(({ field }) => field.name.split('.')[0] === name)
  }

  /** The name that a mistyped or guessed one was meant to be, or null. */
  nearest(name: string): string | null {
    const layer = layerOf(name.toLowerCase())
    const words = letters(name.slice(layer.length))
    return this.#labelled(layer, (label) => label === words)
      ?? nearestName(name, this.#byName.keys())
      ?? (words.length < LEAST_OF_A_LABEL ? null : this.#labelled(layer, (label) => label.startsWith(words)))
      ?? this.#longerThan(name)
  }

  /** The first field whose label is, or begins with, what was asked for: `mqtt.msg` (Payload) for `mqtt.payload`, `mqtt.msgid` for `mqtt.packet_id`. */
  #labelled(layer: string, says: (label: string) => boolean): string | null {
    return this.sources.find(({ field }) => field.name.startsWith(layer) && says(letters(field.label)))?.field.name ?? null
  }

  /** The shortest name that begins with this one, or else holds it: `mqtt.dupflag` for `mqtt.dup`. */
  #longerThan(name: string): string | null {
    const lower = name.toLowerCase()
    const layer = layerOf(lower)
    const own = lower.slice(layer.length)
    if (own.length < LEAST_TO_HOLD) return null
    const names = [...this.#byName.keys()].sort((one, other) => one.length - other.length)
    return names.find((known) => known.startsWith(lower)) ?? names.find((known) => known.startsWith(layer) && known.includes(own)) ?? null
  }

  /** Names that begin with what has been typed so far, in alphabetical order. */
  complete(prefix: string): string[] {
    const lower = prefix.toLowerCase()
    return [...this.#byName.keys()].filter((name) => name.startsWith(lower)).sort()
  }

  /**
   * Fields whose name or label holds the pattern, or matches it as a regular expression; upper and lower case are the same. A pattern that is no regular
   * expression is only looked for as it stands.
   */
  search(pattern: string): Field[] {
    const lower = pattern.toLowerCase()
    const expression = regularExpression(pattern)
    const matches = (text: string) => text.toLowerCase().includes(lower) || (expression !== null && expression.test(text))
    return this.sources.map(({ field }) => field).filter(({ name, label }) => matches(name) || matches(label))
  }
}

/** `mqtt.` of `mqtt.qos`; empty where a name has none. */
function layerOf(name: string): string {
  return name.slice(0, name.indexOf('.') + 1)
}

/** A label and a name that says the same, alike. */
function letters(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function regularExpression(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, 'iu')
  } catch {
    return null
  }
}
