/**
 * What the capture layer hands on: frames, and what it learned about the file around them.
 *
 * One Frame object is used again for every frame; its bytes are valid only until the call that delivered it returns.
 */

/** Marks a frame without a time (pcapng Simple Packet Block). Compare with `Number.isNaN`. */
export const NO_TIME = NaN

export class Frame {
  /** From 1, over all files of a capture, as Wireshark counts. Identity and order; time is only data. */
  number = 0
  /**
   * Nanoseconds since the capture's first timed frame (see CaptureClock), or NO_TIME. May run backwards. Exact for 104 days.
   * (Times begin as NaN here and below, so that the engine stores them as doubles from the start: a change after 2³¹ ns throws away compiled code.)
   */
  time = NO_TIME
  /** LINKTYPE_ value (tcpdump.org registry), without the FCS bits. */
  linkType = 0
  /** Index of the interface, counted over all files and sections of a capture. */
  interfaceId = 0
  /** The captured bytes are `buffer[start..end)`. */
  buffer: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  /** Length on the wire; more than `end - start` where the snap length cut the frame. */
  originalLength = 0
}

/** The absolute time of `Frame.time === 0`. Seconds may be negative only in damaged captures. */
export interface CaptureClock {
  readonly epochSeconds: number
  readonly epochNanoseconds: number
}

export type CaptureFormat = 'pcap' | 'pcapng'

export interface CaptureInterface {
  readonly id: number
  readonly linkType: number
  readonly snapLength: number
  readonly name: string | null
}

/**
 * Something wrong with the capture file itself. What came before is kept.
 * - `empty`: no byte at all · `unknown-format`: neither pcap nor pcapng · `cut-off`: the file ends inside a record
 * - `impossible-length`, `bad-block`: the record at `offset` contradicts itself; reading stopped there.
 */
export interface CaptureProblem {
  readonly code: 'empty' | 'unknown-format' | 'cut-off' | 'impossible-length' | 'bad-block' | 'unreadable'
  /** Byte offset in the (decompressed) file. */
  readonly offset: number
  /** One clear sentence for the user, without the file's name. */
  readonly message: string
}

/** Receives what a capture parser finds, in file order. */
export interface CaptureSink {
  frame(frame: Frame): void
  /** A new interface; its id is counted over the whole capture. Comes before its first frame. */
  interface(description: CaptureInterface): void
  problem(problem: CaptureProblem): void
  /** Frames that one interface lost so far, as the file states it: pcapng isb_ifdrop and isb_osdrop, or the sum of its packets' own drop counts where that is more. */
  dropped(interfaceId: number, total: number): void
}
