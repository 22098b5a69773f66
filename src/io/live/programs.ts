import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

/** Programs on the PATH, and what they may do. */

const run = promisify(execFile)

export interface Program {
  /** With its folder. */
  readonly file: string
  /** Whether this user may run it. */
  readonly executable: boolean
}

/** Null where there is none. Folders of the system's own programs are looked at too: a user's PATH often lacks them. */
export function findProgram(name: string): Program | null {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'].filter((folder) => folder !== '')
  let found: Program | null = null
  for (const folder of folders) {
    const file = path.join(folder, name)
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) continue
    if (isExecutable(file)) return { file, executable: true }
    found ??= { file, executable: false }
  }
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

const SET_USER = 0o4000

/** Whether the program can open network interfaces when this user runs it; null where that cannot be told without trying. */
export async function mayCapture({ file }: Program): Promise<boolean | null> {
  if (process.getuid?.() === 0) return true
  const status = statSync(file, { throwIfNoEntry: false })
  if (status?.uid === 0 && (status.mode & SET_USER) !== 0) return true
  const getcap = findProgram('getcap')
  if (getcap === null || process.platform !== 'linux') return null
  try {
    const { stdout } = await run(getcap.file, [file])
    return stdout.includes('cap_net_raw')
  } catch {
    return null
  }
}
