/**
 * Every limit of the core, with its reason. A capture is untrusted: without these, a few crafted frames could take all memory or time.
 * Reaching a limit is an event that the user sees. Each layer declares which limits it needs; this table is the only place with numbers.
 */

export const LIMITS = {
  capture: {
  },
  network: {
  },
  tcp: {
  },
  mqtt: {
    /** Bytes of a payload that are kept for display. A screen or a log line shows no more; `--payload-bytes` changes it. */
    payloadKept: 4_096,
    /** A packet up to this size is decoded whole. Real ones other than PUBLISH are far smaller; of a larger PUBLISH the payload goes by in chunks. */
    decodedBytes: 1_048_576,
  },
} as const

export type Limits = typeof LIMITS
