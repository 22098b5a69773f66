import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Those of system tools, which are not in the path of every user. */
export const SYSTEM_FOLDERS: readonly string[] = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** inode(7): S_ISUID, and the bits of S_IXUSR, S_IXGRP and S_IXOTH. */
const SET_USER_ID = 0o4000
const ANY_EXECUTE = 0o111

export interface FoundProgram {
  readonly file: string
  /** Whether this user may run it. */
  readonly executable: boolean
  /** It runs as root, whoever starts it. */
  readonly setuidRoot: boolean
}

/** Where a program is that can be started by its name; else where one is that this user may not run; null where there is none. */
export function findProgram(name: string, path: string = process.env.PATH ?? ''): FoundProgram | null {
  let forbidden: FoundProgram | null = null
  for (const folder of [...path.split(delimiter).filter((one) => one !== ''), ...SYSTEM_FOLDERS]) {
    const file = join(folder, name)
    const found = look(file)
    if (found?.executable === true) return found
    forbidden ??= found
  }
  return forbidden
}

function look(file: string): FoundProgram | null {
  try {
    const status = statSync(file)
    if (!status.isFile() || (status.mode & ANY_EXECUTE) === 0) return null
    return { file, executable: mayRun(file), setuidRoot: status.uid === 0 && (status.mode & SET_USER_ID) !== 0 }
  } catch {
    return null
  }
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
