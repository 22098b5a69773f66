/**
 * What every segment needs of its connection, as words in one long array: two neighbouring cache lines for each connection.
 *
 * With thousands of connections, most of the time goes into waiting for memory, and objects would spread the same over eight lines. Only the connection
 * table's straight path reads the words by itself; everything else sees them as TcpConnection and HalfStream.
 */

/** Words of one connection. */
export const ROW_WORDS = 32

/** Both ports, the first words and the family of both addresses, the counters; then both directions; and what IPv6 alone needs, the other words, last. */
export const ROW = { ports: 0, address0: 1, address1: 2, family: 3, frames: 4, lastFrame: 5, ignored: 6, others0: 24, others1: 27, answered: 30 } as const

/** Where the words of each direction begin in a row. */
export const HALF_AT = [8, 16] as const

/**
 * Words of one direction: STATE bits, next sequence number, that of stream offset 0, how often 2³² bytes went by, newest acknowledgement, history entry; and
 * when that acknowledgement came, a time of two words (as is ROW.answered, when the SYN was answered).
 */
export const HALF = { state: 0, next: 1, first: 2, turns: 3, acknowledged: 4, history: 5, acknowledgedTime: 6 } as const

/**
 * `waiting`: bytes wait behind a hole. `lost`: the other end has acknowledged bytes that the capture lacks. `windowClosed`: the end that sends in this direction
 * takes no more bytes itself (RFC 9293 §3.8.6.1). `syn`: its SYN was seen. `expected`: nothing of it was seen, but the other end said where it begins.
 */
export const STATE = { started: 1, waiting: 2, lost: 4, acknowledged: 8, fin: 16, closed: 32, windowClosed: 64, syn: 128, expected: 256 } as const

/** What has a row: where its words are, which changes when the table grows or is swept. */
export interface Row {
  words: Int32Array
  /** The same memory as doubles: the time in words `n` and `n + 1` is `times[n / 2]`. */
  times: Float64Array
  at: number
}
