import type { CaptureFormat } from './frame.ts'

/**
 * What CaptureParser asks of a file format.
 *
 * The parser is handed bytes that begin where it stopped the last time; it reads every whole record of them straight from the buffer and says where the
 * unfinished one begins. It keeps no bytes: its owner keeps those of the unfinished record and hands them over again once there are `needed` of them.
 * What it finds does not depend on how the file is cut.
 */
export interface RecordParser {
  readonly format: CaptureFormat
  /** How many bytes, from the start of the unfinished record, must be there before `parse` can go on. */
  readonly needed: number
  /** True once a defect was reported after which the file cannot be read. */
  readonly stopped: boolean
  /** Reads `buffer[start..end)`; `origin` is the file offset of `buffer[0]`. Returns where the unfinished record begins. */
  parse(buffer: Uint8Array, start: number, end: number, origin: number): number
  /** The file has ended, `left` bytes after the unfinished record began at file offset `offset`. Reports a record that was cut off. */
  finish(offset: number, left: number): void
}
