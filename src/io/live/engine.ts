/**
 * A way to capture from network interfaces: another program, or a library in a process of its own.
 *
 * Each delivers the bytes of a pcap or pcapng file as they come, so that everything behind it is as for a file. Nothing of it runs with more rights than it needs.
 */

export const ENGINE_NAMES = ['dumpcap', 'cap', 'tcpdump'] as const

export type EngineName = (typeof ENGINE_NAMES)[number]

/** Of the kernel, for each interface. The usual 2 MiB lost frames at 15,000 a second on a machine with two cores; this lost none at 30,000. */
export const DEFAULT_BUFFER_MIB = 16

/** Who stamps the frames: the kernel when they arrive, or a program when it gets them. */
export type Timestamps = 'kernel' | 'arrival'

export interface EngineOptions {
  /** What libpcap is to let through; empty for everything. */
  readonly filter: string
  /** Bytes of each frame that are kept; null for all. */
  readonly snapLength: number | null
  readonly promiscuous: boolean
  /** Of the kernel, in MiB; null for the default. */
  readonly bufferMiB: number | null
}

/** Why an engine cannot be used here, in one sentence, and the command that mends it. */
export interface EngineTrouble {
  readonly sentence: string
  readonly mend: string | null
}

export interface Engine {
  readonly name: EngineName
  readonly timestamps: Timestamps
  /** Takes several interfaces in one process; else each has one of its own. */
  readonly takesSeveral: boolean
  /** Null where it can capture here, as far as can be told without trying. */
  trouble(): Promise<EngineTrouble | null>
  /** What it cannot do of these, in one sentence; null where it can do all. */
  refuses(options: EngineOptions): string | null
  start(interfaces: readonly string[], options: EngineOptions): EngineRun
}

/** A capture that goes on. */
export interface EngineRun {
  readonly interfaces: readonly string[]
  /** The bytes of a pcap or pcapng file. Ends when the engine has; throws CaptureError where it failed, after what it had captured. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Frames that were lost before they reached the engine, as far as it has told; null where it does not tell, or not yet. */
  readonly dropped: number | null
  /** What the user should know of its times when it has ended; left out where there is nothing. */
  readonly remark?: string | null
  /** Asks the engine to end; what it has captured still comes. */
  stop(): void
  /** Ends it at once. */
  kill(): void
}
