import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/**
 * Tools that tests use as oracles and that a machine may lack.
 *
 * Use as `it.skipIf(!requireTool('tshark'))`: a missing tool skips the test and says so once; with MQTAP_REQUIRE_TOOLS=1 it is a failure.
 */

const known = new Map<string, boolean>()

export function requireTool(name: string): boolean {
  const before = known.get(name)
  if (before !== undefined) return before
  const found = (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => isExecutable(path.join(folder, name)))
  known.set(name, found)
  if (!found && process.env['MQTAP_REQUIRE_TOOLS'] === '1') throw new Error(`${name} is not installed, and MQTAP_REQUIRE_TOOLS=1 demands it`)
  if (!found) console.warn(`skipped: tests that need ${name}, which is not installed`)
  return found
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
