import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

/** Runs the built program as users do: as a process of its own, in the project's folder, without a terminal. */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const PROGRAM = path.join(ROOT, 'bin/mqtap.js')
export const QMQTT = 'fixtures/captures/qmqtt.pcap'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly stdin?: Uint8Array | string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export function start(args: readonly string[], { env = {}, cwd = ROOT }: RunOptions = {}): ChildProcessWithoutNullStreams {
  const clean = { PATH: process.env.PATH, TZ: 'UTC', HOME: process.env.HOME }
  return spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...clean, ...env } })
}

export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(args, options)
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin)
  return ended(child)
}

export function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}
