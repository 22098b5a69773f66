import { UsageError } from './exit.ts'

/** `--port 1883,8883,2000-2010`: TCP ports as a table, `ports[port] === 1`. */

const HIGHEST = 65_535

export function parsePorts(list: string): Uint8Array {
  const ports = new Uint8Array(HIGHEST + 1)
  for (const part of list.split(',')) {
    const range = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part)
    if (range === null) throw new UsageError(`--port ${list}: "${part.trim()}" is neither a port nor a range of ports`, 'Examples: 1883   1883,8883   2000-2010')
    const first = Number(range[1])
    const last = range[2] === undefined ? first : Number(range[2])
    if (first === 0 || last > HIGHEST || first > HIGHEST) throw new UsageError(`--port ${list}: TCP ports are 1 to ${HIGHEST}`)
    if (last < first) throw new UsageError(`--port ${list}: the range ${part.trim()} ends before it begins`)
    ports.fill(1, first, last + 1)
  }
  return ports
}
