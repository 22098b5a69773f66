import { columnsOf, headerRow, row } from './csv.ts'
import { JsonArrayText } from './json-array.ts'
import { jsonText } from './json-text.ts'
import type { JsonValue } from './json-text.ts'
import type { Renderer } from './renderer.ts'

/** The machine formats of a list, whatever it lists: objects in, lines of JSON, an array or rows out. Nothing of an item is kept beyond the call. */

/** One object a line. */
export class NdjsonList<Item> implements Renderer<Item> {
  readonly #objectOf: (item: Item) => JsonValue

  constructor(objectOf: (item: Item) => JsonValue) {
    this.#objectOf = objectOf
  }

  begin(): string {
    return ''
  }

  item(item: Item): string {
    return `${jsonText(this.#objectOf(item))}\n`
  }

  end(): string {
    return ''
  }
}

/** An array of the same objects. */
export class JsonList<Item> implements Renderer<Item> {
  readonly #objectOf: (item: Item) => JsonValue
  readonly #array = new JsonArrayText()

  constructor(objectOf: (item: Item) => JsonValue) {
    this.#objectOf = objectOf
  }

  begin(): string {
    return this.#array.begin()
  }

  item(item: Item): string {
    return this.#array.item(jsonText(this.#objectOf(item)))
  }

  end(): string {
    return this.#array.end()
  }
}

/** One column for each key that the schema names, but for the name of the schema, which each row would repeat; lists are JSON in one cell. */
export class CsvList<Item> implements Renderer<Item> {
  readonly #objectOf: (item: Item) => JsonValue
  readonly #columns: ReturnType<typeof columnsOf>
  readonly #forTerminal: boolean

  constructor(schema: object, objectOf: (item: Item) => JsonValue, forTerminal: boolean) {
    this.#objectOf = objectOf
    this.#columns = columnsOf(schema, []).filter(({ name }) => name !== 'schema')
    this.#forTerminal = forTerminal
  }

  begin(): string {
    return headerRow(this.#columns)
  }

  item(item: Item): string {
    return row(this.#columns, this.#objectOf(item), this.#forTerminal)
  }

  end(): string {
    return ''
  }
}
