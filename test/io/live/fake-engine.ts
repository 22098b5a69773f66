import type { Engine, EngineTrouble } from '../../../src/io/live/engine.ts'

/** An engine that is asked whether it can capture, and nothing else. */
export function fakeEngine(name: Engine['name'], trouble: EngineTrouble | null): Engine {
  return {
    name,
    timestamps: name === 'cap' ? 'arrival' : 'kernel',
    takesSeveral: false,
    trouble: () => Promise.resolve(trouble),
    refuses: () => null,
    start: () => {
      throw new Error('nothing is captured to find out')
    },
  }
}
