/** The two sides of a connection: who opened it, and who serves it. */
export type Side = 'client' | 'server'

export const SIDES: readonly Side[] = ['client', 'server']

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client'
}

/** How sure a result is, given what the capture shows. */
export type Certainty = 'certain' | 'likely' | 'unsure'
