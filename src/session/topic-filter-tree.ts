/**
 * Topic Filters as a tree by their levels, so that finding all that match a Topic Name takes as long as there are matches and levels, however many filters
 * there are. It matches as `topicMatches` (mqtt/topics.ts) does, MQTT 5.0 §4.7; of a shared subscription give the filter without `$share/NAME/`.
 */

/** What stands at a filter: `slot` is the tree's own, its place among those of the same filter. */
export interface FilterEntry {
  slot: number
}

class Level<Entry extends FilterEntry> {
  readonly parent: Level<Entry> | null
  readonly name: string
  below: Map<string, Level<Entry>> | null = null
  /** The level `+` below this one. */
  any: Level<Entry> | null = null
  /** Filters that end here, and those that end with `#` below here. */
  here: Entry[] | null = null
  rest: Entry[] | null = null

  constructor(parent: Level<Entry> | null, name: string) {
    this.parent = parent
    this.name = name
  }

  get empty(): boolean {
    return this.here === null && this.rest === null && this.any === null && this.below === null
  }
}

export class TopicFilterTree<Entry extends FilterEntry> {
  readonly #root = new Level<Entry>(null, '')

  add(filter: string, entry: Entry): void {
    const levels = filter.split('/')
    const ending = levels[levels.length - 1] === '#' ? levels.length - 1 : levels.length
    let level = this.#root
    for (let index = 0; index < ending; index++) level = descend(level, levels[index]!)
    const entries = ending < levels.length ? (level.rest ??= []) : (level.here ??= [])
    entry.slot = entries.length
    entries.push(entry)
  }

  remove(filter: string, entry: Entry): void {
    const levels = filter.split('/')
    const ending = levels[levels.length - 1] === '#' ? levels.length - 1 : levels.length
    let level: Level<Entry> | null = this.#root
    for (let index = 0; index < ending && level !== null; index++) level = childOf(level, levels[index]!)
    if (level === null) return
    const entries = ending < levels.length ? level.rest : level.here
    if (entries === null || entries[entry.slot] !== entry) return
    const last = entries.pop()!
    if (last !== entry) {
      entries[entry.slot] = last
      last.slot = entry.slot
    }
    if (entries.length > 0) return
    if (ending < levels.length) level.rest = null
    else level.here = null
    prune(level)
  }

  /** All entries whose filter matches the name; null where there are more than `most`. */
  match(topicName: string, most: number): Entry[] | null {
    const levels = topicName.split('/')
    const found: Entry[] = []
    // §4.7.2: a filter that begins with a wildcard does not match a name that begins with '$'.
    const special = topicName.startsWith('$')
    return collect(this.#root, levels, 0, special, found, most) ? found : null
  }
}

function descend<Entry extends FilterEntry>(level: Level<Entry>, name: string): Level<Entry> {
  if (name === '+') return (level.any ??= new Level(level, name))
  const below = (level.below ??= new Map<string, Level<Entry>>())
  let child = below.get(name)
  if (child === undefined) below.set(name, (child = new Level(level, name)))
  return child
}

function childOf<Entry extends FilterEntry>(level: Level<Entry>, name: string): Level<Entry> | null {
  return name === '+' ? level.any : level.below?.get(name) ?? null
}

/** Takes levels away that nothing needs any more. */
function prune<Entry extends FilterEntry>(from: Level<Entry>): void {
  for (let level = from; level.empty && level.parent !== null; level = level.parent) {
    const { parent, name } = level
    if (name === '+') parent.any = null
    else {
      parent.below!.delete(name)
      if (parent.below!.size === 0) parent.below = null
    }
  }
}

/** False where that would be more than `most`. A level is visited once at most, since only one path leads to it. */
function collect<Entry extends FilterEntry>(
  level: Level<Entry>, names: readonly string[], depth: number, noWildcard: boolean, found: Entry[], most: number,
): boolean {
  // '#' matches its parent too (§4.7.1.2).
  if (level.rest !== null && !noWildcard && !take(level.rest, found, most)) return false
  if (depth === names.length) return level.here === null || take(level.here, found, most)
  const child = level.below?.get(names[depth]!)
  if (child !== undefined && !collect(child, names, depth + 1, false, found, most)) return false
  return level.any === null || noWildcard || collect(level.any, names, depth + 1, false, found, most)
}

function take<Entry extends FilterEntry>(entries: readonly Entry[], found: Entry[], most: number): boolean {
  if (found.length + entries.length > most) return false
  for (const entry of entries) found.push(entry)
  return true
}
