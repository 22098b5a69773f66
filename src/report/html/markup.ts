/**
 * HTML as tagged templates. Whatever is put into one is escaped, so that no text can become markup, and holds no character that hides or turns text. The
 * result is a Markup, which is put into another one as it is.
 */
import { isPrintable, printable } from '../../bytes/printable.ts'

export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Nothing stands for null and false. */
export type Part = Markup | string | number | null | false | readonly Part[]

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0]!
  for (let index = 0; index < parts.length; index++) text += markupOf(parts[index]!) + strings[index + 1]!
  return new Markup(text)
}

export const NOTHING = new Markup('')

const isList = Array.isArray as (part: Part) => part is readonly Part[]

function markupOf(part: Part): string {
  if (part instanceof Markup) return part.text
  if (part === null || part === false) return ''
  if (isList(part)) return part.map(markupOf).join('')
  return escaped(String(part))
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text that `printable` has made passes unchanged; it is asked again only where something was forgotten. */
function escaped(text: string): string {
  const safe = isPrintable(text) ? text : printable(text)
  return safe.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
