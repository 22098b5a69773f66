/**
 * What the screens take of a core while much is captured, as root on Linux, after a build:
 *
 *     npx esbuild test/bench/screen-load.ts --bundle --platform=node --format=esm --packages=external | node --input-type=module - [MESSAGES_A_SECOND [SECONDS [VIEW…]]]
 *
 * Clients publish on loopback (`live-load.mjs generate`); `mqtap live` shows it in a pseudo-terminal of 120 columns and 40 lines. For each view, and for lines without
 * screens (`-q`), the processor time of the program itself is printed, as a share of one core, with what was written to the terminal.
 * `NODE_FLAGS` are for node, as in `NODE_FLAGS='--cpu-prof --cpu-prof-dir=/tmp/profile'`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as later } from 'node:timers/promises'
import { Pty, requirePty } from '../tui/pty.ts'

const [rate = '20000', seconds = '12', ...views] = process.argv.slice(2)
const PORT = '18839'
const [COLUMNS, ROWS] = [120, 40]
/** Of a second, in /proc. */
const TICKS = 100
const WARM_UP = 3_000
const VIEWS: Readonly<Record<string, string>> = { clients: '1', packets: '2', flow: '3', findings: '4', stats: '5' }

if (!(await requirePty())) throw new Error('The screens need a pseudo-terminal.')
for (const view of views.length > 0 ? views : ['lines', ...Object.keys(VIEWS)]) await measure(view)

async function measure(view: string): Promise<void> {
  const args = [...(process.env.NODE_FLAGS?.split(' ') ?? []), 'bin/mqtap.js', 'live', '-i', 'lo', '--port', PORT, ...(view === 'lines' ? ['--read', '-q'] : ['--view'])]
  const pty = Pty.start(process.execPath, args, { columns: COLUMNS, rows: ROWS })
  await pty.waitFor(view === 'lines' ? 'capturing on' : 'mqtap live')
  const load = spawn(process.execPath, ['test/bench/live-load.mjs', 'generate', rate, seconds], { stdio: ['ignore', 'pipe', 'inherit'] })
  await later(WARM_UP)
  if (view !== 'lines') pty.type(view === 'flow' ? '2f3' : VIEWS[view]!)
  await later(500)
  const [begin, cpu, written] = [performance.now(), ticks(pty.pid), pty.written.length]
  await later((Number(seconds) - 1) * 1_000 - WARM_UP)
  const took = (performance.now() - begin) / 1_000
  const share = (ticks(pty.pid) - cpu) / TICKS / took
  const perSecond = (pty.written.length - written) / took
  const [shown] = pty.screen().split('\n')
  await once(load, 'close')
  console.log(`${view.padEnd(9)} ${(share * 100).toFixed(1).padStart(5)} % of a core, ${Math.round(perSecond)} characters/s written   ${shown}`)
  pty.type(view === 'lines' ? '\x03' : 'Q')
  await pty.exited
}

/** User and system time of the process. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
  return Number(fields[11]) + Number(fields[12])
}
