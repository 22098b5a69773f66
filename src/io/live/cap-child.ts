/**
 * The process that captures with the package cap (`dist/cap-child.cjs`). It stamps frames as they come and passes them on, and does nothing else, so that
 * little keeps it from the next frame. See cap-protocol.ts for what it is told and tells.
 *
 * Writing is done by a thread of the pool, and blocks there where the reader is slow: frames wait in a bounded queue meanwhile. It ends when it is told to, and
 * when the process that started it has gone, however that ended.
 */
import { write } from 'node:fs'
import { createRequire } from 'node:module'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { ArrivalClock } from './arrival-clock.ts'
import { originalLength, SNAP_LENGTH } from './cap-frame.ts'
import { LINK_TYPES } from './cap-link-types.ts'
import { STOP } from './cap-protocol.ts'
import { FrameQueue } from './frame-queue.ts'
import type { CapMessage, CapTask } from './cap-protocol.ts'
import type { Piece } from './frame-queue.ts'

/** What is used of the package. `buffer` is where each frame is put before `packet` is told; the package does not keep it alive. */
interface CapPackage {
  readonly Cap: new () => {
    open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string
    close(): boolean
    on(event: 'packet', listener: (length: number, truncated: boolean) => void): void
  }
}

const STANDARD_OUTPUT = 1
/** Milliseconds that a frame waits for others to go with: not to be noticed by a person. */
const GATHER_MS = 20
const REPORT_MS = 500
/** Without immediate mode the kernel keeps frames for the read timeout of the package, which is a second. */
const KERNEL_KEEPS_MS = 1_100
/** Milliseconds between looks at how late the event loop is. */
const DELAY_RESOLUTION_MS = 10
const NANOSECONDS_IN_MILLISECOND = 1e6

const task = JSON.parse(process.argv[2] ?? 'null') as CapTask

function tell(message: CapMessage, then?: () => void): void {
  if (!process.connected) return void then?.()
  process.send!(message, undefined, {}, () => then?.())
}

/** Tells it, and ends: what the package has opened by half would keep the process alive. */
function tellAndExit(message: CapMessage): void {
  tell(message, () => process.exit(0))
}

function load(): CapPackage | null {
  try {
    return createRequire(process.argv[1]!)('cap') as CapPackage
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code !== 'MODULE_NOT_FOUND' ? 'broken' : message.includes('cap.node') ? 'not-built' : 'missing'
    tellAndExit({ kind: 'not-loaded', why, message: message.replace(/\s+/g, ' ').trim() })
    return null
  }
}

/** As the package looks for the function that turns on immediate mode: by the name that only libpcap's development files give. Everywhere but on Linux it needs none. */
function hasImmediateMode(): boolean {
  if (process.platform !== 'linux') return true
  try {
    process.dlopen({ exports: {} }, 'libpcap.so')
    return true
  } catch (error) {
    // A library that was found and is no module of Node.js.
    return error instanceof Error && error.message.includes('did not self-register')
  }
}

function probe(): void {
  if (load() === null) return
  const { sharedObjects } = process.report!.getReport() as { sharedObjects?: string[] }
  const libpcap = sharedObjects?.find((file) => /\/libpcap\./.test(file)) ?? null
  tellAndExit({ kind: 'probed', libpcap, immediate: hasImmediateMode() })
}

function capture({ interface: device, filter, bufferBytes }: Extract<CapTask, { task: 'capture' }>): void {
  const loaded = load()
  if (loaded === null) return
  const { Cap } = loaded
  const immediate = hasImmediateMode()
  const queue = new FrameQueue()
  const clock = new ArrivalClock()
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  const buffer = Buffer.allocUnsafeSlow(SNAP_LENGTH)
  const cap = new Cap()
  let name: string
  try {
    name = cap.open(device, filter, bufferBytes, buffer)
  } catch (error) {
    return tellAndExit({ kind: 'not-opened', message: (error as Error).message, filter: filter !== '' && opens(device) })
  }
  const linkType = LINK_TYPES[name]
  if (linkType === undefined) return tellAndExit({ kind: 'not-opened', message: `${name}, which the package cap does not name`, filter: false })

  let writing = false
  let gathering: NodeJS.Timeout | null = null
  let closed = false
  let toldDropped = 0

  queue.begin(linkType, SNAP_LENGTH)
  tell({ kind: 'opened', linkType })
  pass()

  cap.on('packet', (length) => {
    clock.read()
    queue.add(clock.seconds, clock.nanoseconds, buffer, length, originalLength(linkType, buffer, length))
    if (writing || gathering !== null) {
      if (queue.full && !writing) pass()
      return
    }
    gathering = setTimeout(pass, GATHER_MS)
  })

  const reporting = setInterval(() => {
    if (queue.dropped > toldDropped) tell({ kind: 'dropped', frames: (toldDropped = queue.dropped) })
  }, REPORT_MS)
  delays.enable()

  // Signals of the terminal go to the whole group of processes; the one that started this one decides when it is over.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', stop)
  process.on('message', (message) => {
    if (message === STOP) stop()
  })
  process.on('disconnect', stop)

  let stopping = false
  function stop(): void {
    if (stopping) return
    stopping = true
    // What has come before this moment is taken from the kernel first.
    if (immediate) setImmediate(() => setImmediate(close))
    else setTimeout(close, KERNEL_KEEPS_MS)
  }

  function close(): void {
    cap.close()
    closed = true
    clearInterval(reporting)
    delays.disable()
    if (!writing) pass()
  }

  function pass(): void {
    if (gathering !== null) clearTimeout(gathering)
    gathering = null
    const piece = queue.take()
    if (piece !== null) {
      writing = true
      writeFrom(piece, 0)
    } else if (closed) end()
  }

  function writeFrom(piece: Piece, start: number): void {
    write(STANDARD_OUTPUT, piece.bytes, start, piece.length - start, null, (error, written) => {
      if (error !== null) {
        // Nobody reads any more.
        if (error.code !== 'EAGAIN') return process.exit(0)
        setTimeout(() => writeFrom(piece, start), GATHER_MS)
        return
      }
      if (start + written < piece.length) return writeFrom(piece, start + written)
      queue.giveBack(piece)
      writing = false
      if (queue.full || closed) pass()
      else gathering ??= setTimeout(pass, GATHER_MS)
    })
  }

  function end(): void {
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS_IN_MILLISECOND - DELAY_RESOLUTION_MS)
    const { frames, dropped } = queue
    tellAndExit({ kind: 'ended', frames, dropped, delays: { median: late(delays.percentile(50)), p99: late(delays.percentile(99)), greatest: late(delays.max) } })
  }

  function opens(interfaceName: string): boolean {
    try {
      new Cap().open(interfaceName, '', bufferBytes, buffer)
      return true
    } catch {
      return false
    }
  }
}

if (task.task === 'probe') probe()
else capture(task)
