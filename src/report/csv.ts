import { printable } from '../bytes/printable.ts'
import { jsonText } from './json-text.ts'
import type { JsonValue } from './json-text.ts'

/**
 * `-f csv`: the objects of `-f json` with one column for each of their keys, taken from the schema; an object inside is taken apart (`will.topic`), a list is
 * JSON in one cell. RFC 4180 quoting, lines end in LF. An absent value is an empty cell, an empty text is `""`.
 *
 * The text is exact, as in all machine formats: a cell that begins with `=`, `+`, `-` or `@` is not changed, so open files from untrusted captures as text and
 * not with a double click. Only where the output is a terminal are control characters escaped.
 */

export interface Column {
  readonly name: string
  readonly path: readonly string[]
}

/** A column for each key of the objects that a schema describes, in its order. */
export function columnsOf(schema: object, path: readonly string[]): Column[] {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, { readonly type?: unknown }>> }
  return Object.entries(properties).flatMap(([key, inner]) =>
    inner.type === 'object' ? columnsOf(inner, [...path, key]) : [{ name: [...path, key].join('.'), path: [...path, key] }])
}

export function headerRow(columns: readonly Column[]): string {
  return `${columns.map(({ name }) => name).join(',')}\n`
}

export function row(columns: readonly Column[], object: JsonValue, forTerminal: boolean): string {
  return `${columns.map(({ path }) => csvCell(valueAt(object, path), forTerminal)).join(',')}\n`
}

export function csvCell(value: JsonValue | undefined, forTerminal: boolean): string {
  if (value === undefined || value === null) return ''
  const exact = typeof value === 'string' ? value : jsonText(value)
  const text = forTerminal ? printable(exact) : exact
  // RFC 4180 §2; leading and trailing spaces are quoted too, because some readers drop them.
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function valueAt(object: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = object
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as { readonly [key: string]: JsonValue | undefined })[key]
  }
  return value
}
