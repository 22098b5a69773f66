/** Two network namespaces with a cable between them, of a test's own: a broker in one, clients in the other. Needs root and iproute2 on Linux. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { requireTool } from '../tools.ts'

const run = promisify(execFile)

/** As `requireTool`, for the right to make namespaces and to capture. */
export function mayMakeNamespaces(): boolean {
  if (process.getuid?.() === 0 && process.platform === 'linux') return requireTool('ip')
  if (process.env.MQTAP_REQUIRE_TOOLS === '1') throw new Error('network namespaces need root on Linux, and MQTAP_REQUIRE_TOOLS=1 demands them')
  console.warn('skipped: tests that make network namespaces, which needs root on Linux')
  return false
}

/** How long a namespace's clients wait for the broker, in milliseconds. */
const PATIENCE = 10_000

export class Namespaces {
  readonly broker: string
  readonly clients: string
  /** Of the broker's end of the cable. */
  readonly interface = 'cable0'
  readonly address = '10.77.0.1'
  readonly address6 = 'fd77::1'
  readonly #children: ChildProcess[] = []

  private constructor(name: string) {
    this.broker = `mqtap-${name}-b`
    this.clients = `mqtap-${name}-c`
  }

  static async make(): Promise<Namespaces> {
    const made = new Namespaces(`${process.pid}`)
    const { broker, clients } = made
    await run('ip', ['netns', 'add', broker])
    await run('ip', ['netns', 'add', clients])
    await run('ip', ['link', 'add', made.interface, 'netns', broker, 'type', 'veth', 'peer', 'name', 'cable1', 'netns', clients])
    for (const [namespace, end, number] of [[broker, made.interface, 1], [clients, 'cable1', 2]] as const) {
      await run('ip', ['-n', namespace, 'addr', 'add', `10.77.0.${number}/24`, 'dev', end])
      await run('ip', ['-n', namespace, 'addr', 'add', `fd77::${number}/64`, 'dev', end, 'nodad'])
      await run('ip', ['-n', namespace, 'link', 'set', end, 'up'])
      await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
    }
    return made
  }

  /** Ends all that was started in them, and the namespaces. */
  async remove(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const namespace of [this.broker, this.clients]) await run('ip', ['netns', 'delete', namespace]).catch(() => undefined)
  }

  start(namespace: string, command: string, args: readonly string[], options: { readonly cwd?: string } = {}): Child {
    const child = spawn('ip', ['netns', 'exec', namespace, command, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    this.#children.push(child)
    return new Child(child)
  }

  async run(namespace: string, command: string, args: readonly string[]): Promise<string> {
    return (await run('ip', ['netns', 'exec', namespace, command, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout
  }

  /** A mosquitto that listens on all addresses. */
  async startBroker(folder: string, port: number): Promise<Child> {
    const file = join(folder, `broker-${port}.conf`)
    writeFileSync(file, `listener ${port}\nallow_anonymous true\npersistence false\nlog_type none\n`)
    const child = this.start(this.broker, 'mosquitto', ['-c', file])
    for (const end = Date.now() + PATIENCE; ;) {
      const up = await this.run(this.clients, 'mosquitto_pub', ['-h', this.address, '-p', String(port), '-t', 'up', '-n']).then(() => true, () => false)
      if (up) return child
      if (Date.now() > end) throw new Error('mosquitto does not listen')
      await sleep(50)
    }
  }
}

/** A program that runs, and what it has said. */
export class Child {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>

  constructor(process: ChildProcess) {
    this.process = process
    process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise((resolve) => process.on('close', (code) => resolve(code)))
  }

  /** Until it has said that, on either channel. */
  async says(words: string | RegExp): Promise<void> {
    for (const end = Date.now() + PATIENCE; ;) {
      const said = this.stdout + this.stderr
      if (typeof words === 'string' ? said.includes(words) : words.test(said)) return
      if (Date.now() > end || this.process.exitCode !== null) throw new Error(`it does not say ${String(words)}, but:\n${said}`)
      await sleep(20)
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }
}
