/** Where in the capture a packet was seen: PacketEvent.number, frame and time. */
export interface Seen {
  readonly number: number
  readonly frame: number
  readonly time: number
}

export function seenIn({ number, frame, time }: Seen): Seen {
  return { number, frame, time }
}
