/**
 * What the process that captures with the package cap, and the one that started it, say to each other over the IPC channel. The frames themselves go over
 * standard output, as a pcap file.
 */

/** The child's one argument, as JSON. */
export type CapTask =
  /** Tell whether the package works here. */
  | { readonly task: 'probe' }
  /** Capture until told to stop. `bufferBytes` is the size of the kernel's ring buffer. */
  | { readonly task: 'capture'; readonly interface: string; readonly filter: string; readonly bufferBytes: number }

/** To the child: end, and pass on what was captured. That the channel closes says the same. */
export const STOP = 'stop'

/** How late the child's event loop came to what was waiting for it, in milliseconds: what the time of a frame may be late by. */
export interface CapDelays {
  readonly median: number
  readonly p99: number
  readonly greatest: number
}

/** From the child. */
export type CapMessage =
  | { readonly kind: 'probed'; readonly libpcap: string | null; readonly immediate: boolean }
  /** The package is not there, was not built, or does not load; in the words of Node.js. */
  | { readonly kind: 'not-loaded'; readonly why: 'missing' | 'not-built' | 'broken'; readonly message: string }
  /** In libpcap's own words. `filter`: the interface opens without the filter, so that is what is wrong. */
  | { readonly kind: 'not-opened'; readonly message: string; readonly filter: boolean }
  | { readonly kind: 'opened'; readonly linkType: number }
  /** Frames that found the queue full, so far. */
  | { readonly kind: 'dropped'; readonly frames: number }
  | { readonly kind: 'ended'; readonly frames: number; readonly dropped: number; readonly delays: CapDelays }
