import { nearestName } from '../../../src/analysis/fields/nearest-name.ts'

/** Something is wrong with a line of a scenario; the reader adds the file's name and the line's number. */
export class Mistake extends Error {}

/** `Mistake` for a name that is none of `names`. */
export function unknownName(what: string, wrong: string, names: readonly string[]): Mistake {
  const nearest = nearestName(wrong, names)
  return new Mistake(`${what} ${wrong}${nearest === null ? '' : `; is ${nearest} meant?`}`)
}
