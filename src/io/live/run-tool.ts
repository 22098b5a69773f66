import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { SYSTEM_FOLDERS } from './find-program.ts'

/** Runs another program for what it prints. It is ended after five seconds: a tool that hangs must not hang this program. */

const TOOL_MS = 5_000

export interface ToolOutput {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `missing` where there is no such program, `forbidden` where this user may not run it. */
export type ToolResult = ToolOutput | 'missing' | 'forbidden'

export type RunTool = (program: string, args: readonly string[]) => Promise<ToolResult>

export const runTool: RunTool = (program, args) => new Promise((resolve) => {
  const env = { ...process.env, PATH: [process.env.PATH ?? '', ...SYSTEM_FOLDERS].join(delimiter), LC_ALL: 'C' }
  execFile(program, args, { env, timeout: TOOL_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
    const code = error?.code as string | number | null | undefined
    if (code === 'ENOENT') resolve('missing')
    else if (code === 'EACCES' || code === 'EPERM') resolve('forbidden')
    else resolve({ code: error === null ? 0 : typeof code === 'number' ? code : -1, stdout, stderr })
  })
})
