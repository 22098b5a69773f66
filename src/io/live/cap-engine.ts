import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CaptureError } from '../errors.ts'
import { SNAP_LENGTH } from './cap-frame.ts'
import { STOP } from './cap-protocol.ts'
import { listInterfaces, noSuchInterface } from './interfaces.ts'
import { LET_MACOS_CAPTURE, LET_NODE_CAPTURE, mayCapture } from './privileges.ts'
import type { CapDelays, CapMessage, CapTask } from './cap-protocol.ts'
import type { Engine, EngineOptions, EngineRun, EngineTrouble } from './engine.ts'
import type { ChildProcess } from 'node:child_process'

/**
 * Captures with the optional package cap (libpcap as a library), in a process of its own: cap-child.ts.
 *
 * The package hands over neither the kernel's time of a frame nor the kernel's count of frames lost; so times are those of arrival in that process, and what
 * the kernel dropped is not known. One interface for each run.
 */

const MEBIBYTE = 1_048_576
/**
 * Of the kernel's ring buffer. In immediate mode each slot of it has room for the longest frame (128 KiB with this snapshot length), however short a frame
 * is; so this is room for 1,024 frames, which is 50 ms at 20,000 frames a second.
 */
const DEFAULT_BUFFER_MIB = 128
/** The package takes the size in bytes as a signed number of 32 bits. */
const LARGEST_BUFFER_MIB = 2_047
const PROBE_MS = 10_000
/** Characters of what the child says on standard error that are kept, to be told if it fails. */
const KEPT_ERROR = 2_000

/** Later versions of npm run the install scripts of packages only where they are told to; earlier ones do not know the option, and do no harm with it. */
const REINSTALL = 'npm install --global --allow-scripts=cap mqtap'

/** How the child ended, and what it said about it. */
interface Ended {
  readonly last: CapMessage | null
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/** What the child told when it loaded the package. */
export type CapProbe = Extract<CapMessage, { kind: 'probed' | 'not-loaded' }>

export interface CapRun extends EngineRun {
  /** Known when the run has ended by itself; null before. */
  readonly delays: CapDelays | null
}

export interface CapEngine extends Engine {
  start(interfaces: readonly string[], options: EngineOptions): CapRun
}

export const CAP_ENGINE: CapEngine = {
  name: 'cap',
  timestamps: 'arrival',
  takesSeveral: false,
  async trouble() {
    return loadTrouble(await probeCap()) ?? (mayCapture() ? null : permissionTrouble())
  },
  refuses: ({ snapLength, promiscuous, bufferMiB }) => {
    if (snapLength !== null && snapLength !== SNAP_LENGTH) return `the engine cap keeps up to ${SNAP_LENGTH} bytes of each frame, and cannot keep less or more`
    if (!promiscuous) return 'the engine cap always captures in promiscuous mode'
    if (bufferMiB !== null && bufferMiB > LARGEST_BUFFER_MIB) return `the engine cap takes a buffer of at most ${LARGEST_BUFFER_MIB} MiB`
    return null
  },
  start([name, ...others], options) {
    if (name === undefined || others.length > 0) throw new RangeError('the engine cap takes one interface')
    return new ChildRun(name, options)
  },
}

/** Loads the package in a process of its own, as capturing will. */
export async function probeCap(): Promise<CapProbe> {
  const { child, ended } = startChild({ task: 'probe' })
  const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_MS)
  child.stdout!.resume()
  const { last, code, signal, stderr } = await ended
  clearTimeout(timer)
  if (last?.kind === 'probed' || last?.kind === 'not-loaded') return last
  return { kind: 'not-loaded', why: 'broken', message: endText(code, signal, stderr) }
}

/** Why the package cannot be loaded, with what mends it; null where it was. */
export function loadTrouble(probe: CapProbe, platform: string = process.platform): EngineTrouble | null {
  if (probe.kind === 'probed') return null
  const tools = platform === 'darwin' ? 'xcode-select --install' : 'sudo apt-get install libpcap-dev build-essential python3'
  switch (probe.why) {
    case 'missing':
      return {
        sentence: 'the optional package cap is not installed, since npm could not build it',
        mend: `${tools}\n${REINSTALL}`,
      }
    case 'not-built':
      return { sentence: 'the package cap is installed but not built, since npm did not run its install script', mend: `${tools}\n${buildAgain()}` }
    case 'broken':
      return { sentence: `the package cap does not load: ${probe.message}`, mend: `${tools}\n${buildAgain()}` }
  }
}

function permissionTrouble(platform: string = process.platform): EngineTrouble {
  return { sentence: 'Node.js has no permission to capture', mend: platform === 'darwin' ? LET_MACOS_CAPTURE : LET_NODE_CAPTURE }
}

class ChildRun implements CapRun {
  readonly interfaces: readonly string[]
  readonly bytes: AsyncIterable<Uint8Array>
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  readonly #filter: string
  #killed = false
  #dropped: number | null = null
  #delays: CapDelays | null = null

  constructor(name: string, { filter, bufferMiB }: EngineOptions) {
    this.interfaces = [name]
    this.#filter = filter
    const bufferBytes = (bufferMiB ?? DEFAULT_BUFFER_MIB) * MEBIBYTE
    const { child, ended } = startChild({ task: 'capture', interface: name, filter, bufferBytes }, (message) => {
      if (message.kind === 'dropped') this.#dropped = message.frames
      if (message.kind === 'ended') {
        // That nothing was dropped here says nothing about the kernel.
        if (message.dropped > 0) this.#dropped = message.dropped
        this.#delays = message.delays
      }
    })
    this.#child = child
    this.#ended = ended
    this.bytes = this.#deliver()
  }

  /** Those that the child's queue had no room for. The kernel's are not known, so there is no number until the queue was full. */
  get dropped(): number | null {
    return this.#dropped
  }

  get delays(): CapDelays | null {
    return this.#delays
  }

  get remark(): string {
    const late = this.#delays === null ? '' : `, which was late by ${this.#delays.p99.toFixed(1)} ms at 99 % and by ${this.#delays.greatest.toFixed(1)} ms at most`
    return `times are those of arrival in the process that captures${late}`
  }

  stop(): void {
    if (this.#child.connected) this.#child.send(STOP, () => undefined)
  }

  kill(): void {
    this.#killed = true
    this.#child.kill('SIGKILL')
  }

  async *#deliver(): AsyncGenerator<Uint8Array, void, void> {
    let delivered = false
    try {
      for await (const chunk of this.#child.stdout!) yield chunk as Uint8Array
      const ended = await this.#ended
      delivered = true
      if (this.#killed) return
      const failure = failureOf(this.interfaces[0]!, this.#filter, ended)
      if (failure !== null) throw failure
    } finally {
      if (!delivered) this.kill()
    }
  }
}

/** `hear` gets each message as it comes. */
function startChild(task: CapTask, hear: (message: CapMessage) => void = () => undefined): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [childFile(), JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let last: CapMessage | null = null
  let stderr = ''
  child.on('message', (message) => {
    last = message as CapMessage
    hear(last)
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-KEPT_ERROR)))
  const ended = new Promise<Ended>((resolve) => {
    child.on('error', (error) => resolve({ last, code: null, signal: null, stderr: error.message }))
    child.on('close', (code, signal) => resolve({ last, code, signal, stderr }))
  })
  return { child, ended }
}

/** Beside the built program; when the sources run as they are, in the folder of what was built of them. */
function childFile(): string {
  const beside = fileURLToPath(new URL('./cap-child.cjs', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../../dist/cap-child.cjs', import.meta.url))
}

/** Runs the install script of the package where it is, by name: that is done also by an npm that runs no install scripts of its own accord. */
function buildAgain(): string {
  try {
    const main = createRequire(childFile()).resolve('cap')
    return `npm --prefix "${dirname(dirname(main))}" run install`
  } catch {
    return REINSTALL
  }
}

function failureOf(name: string, filter: string, { last, code, signal, stderr }: Ended): CaptureError | null {
  if (last?.kind === 'ended') return null
  if (last?.kind === 'not-loaded') {
    const { sentence, mend } = loadTrouble(last)!
    return new CaptureError('no-engine', sentence, mend)
  }
  if (last?.kind === 'not-opened') return openFailure(name, last.message, last.filter ? filter : null)
  // The package ends its process when the interface fails.
  const state = listInterfaces().find((one) => one.name === name)?.state
  if (last !== null && (state === undefined || state === 'down')) {
    return new CaptureError('interface-down', `the interface ${name} went ${state === 'down' ? 'down' : 'away'}`)
  }
  return new CaptureError('engine-failed', `the process that captures with cap ${endText(code, signal, stderr)}`)
}

/** `message` is libpcap's; `filter` is the one that is to blame, else null. */
export function openFailure(name: string, message: string, filter: string | null, platform: string = process.platform): CaptureError {
  if (filter !== null) return new CaptureError('bad-filter', `the capture filter "${filter}" is not valid: ${message}`)
  if (/permission|not permitted/i.test(message)) {
    const { mend } = permissionTrouble(platform)
    return new CaptureError('no-permission', `no permission to capture from ${name}`, mend)
  }
  if (/no such device/i.test(message)) return noSuchInterface(name)
  if (/not up|is down/i.test(message)) return new CaptureError('interface-down', `${name} is down`, `sudo ip link set ${name} up`)
  const unknown = /^Unknown linktype (\d+)/.exec(message)?.[1]
  if (unknown !== undefined) return new CaptureError('engine-failed', `${name} has frames of a kind that the engine cap does not know (DLT ${unknown})`)
  return new CaptureError('engine-failed', `${name} could not be opened: ${message === '' ? 'libpcap does not say why' : message}`)
}

function endText(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  const how = signal !== null ? `was ended by ${signal}` : code === null ? 'could not be started' : `ended with ${code}`
  const words = stderr.trim().split('\n').at(-1)!
  return words === '' ? how : `${how}: ${words}`
}
