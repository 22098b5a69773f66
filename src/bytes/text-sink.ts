/** What takes text in parts, such as a line value by value, so that it need not be put together first. A part holds whole characters. */
export interface TextSink {
  /** False once nothing more is taken. */
  write(text: string): boolean
  /** The number in decimal, as `String` gives it. */
  writeNumber(value: number): boolean
}
