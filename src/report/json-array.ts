/** An array as JSON text, made while its items come: one object a line, so that it is an array for programs and lines for people. */
export class JsonArrayText {
  #first = true

  begin(): string {
    return '['
  }

  /** An item with what separates it from the one before. */
  item(text: string): string {
    const separator = this.#first ? '\n' : ',\n'
    this.#first = false
    return separator + text
  }

  end(): string {
    return this.#first ? ']\n' : '\n]\n'
  }
}
