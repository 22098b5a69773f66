/** Which of many names a mistyped one was meant to be. */

/**
 * The nearest of `names`, or null where none is near. Another case, another separator or a missing prefix (`topic` for `mqtt.topic`) is nearer than a wrong
 * letter; up to a third of the letters may be wrong.
 */
export function nearestName(wrong: string, names: Iterable<string>): string | null {
  if (wrong.length === 0 || wrong.length > LONGEST) return null
  const lower = wrong.toLowerCase()
  const letters = plain(lower)
  const atMost = Math.max(1, Math.floor(lower.length / 3))
  let nearest: string | null = null
  let least = Infinity
  for (const name of names) {
    const distance = plain(name) === letters ? 0.1 : endsAlike(name, lower) ? 0.2 + name.length / 1000 : editDistance(lower, name.toLowerCase(), Math.min(atMost, least))
    if (distance < least && distance <= atMost) {
      nearest = name
      least = distance
    }
  }
  return nearest
}

/** No field has a name that long; what is longer is not a mistyped name, and would cost the square of its length. */
const LONGEST = 100

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[._-]/g, '')
}

/** `topic`, `property.topic_alias` and `mqtt.topic_alias` for `mqtt.property.topic_alias`. */
function endsAlike(name: string, wrong: string): boolean {
  const rest = wrong.startsWith('mqtt.') ? wrong.slice('mqtt.'.length) : wrong
  return rest.length > 2 && (name.endsWith(`.${rest}`) || name.endsWith(`_${rest}`))
}

/** How many letters must be changed, added, left out or swapped with their neighbour; more than `limit` is Infinity. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (!same && row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, beforeLast[column - 2]! + 1)
      }
      current.push(distance)
      least = Math.min(least, distance)
    }
    if (least > limit) return Infinity
    beforeLast = last
    last = current
  }
  return last[b.length]! <= limit ? last[b.length]! : Infinity
}
