// How fast each layer is by itself: `npm run bench [-- FRAMES [LAYER]]`. Prints a table of nanoseconds a frame, frames/s and MB/s, the best of three runs each.
//
// The capture is synthetic and the same every time for the same number of frames (make-capture.mjs). The layers are bundled from their source, so no
// build is needed. On a machine that does other work as well the figures are lower; compare only what was measured side by side.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const RUNS = 3
const CLIENTS = 1_000
const PAYLOAD_BYTES = 64

const frames = Number(process.argv[2] ?? 300_000)
const only = process.argv[3] ?? ''
if (!Number.isInteger(frames) || frames < 1) throw new Error(`usage: node test/bench/run.mjs [FRAMES [LAYER]], not ${process.argv[2]} frames`)

const folder = join(tmpdir(), 'mqtap-bench')
mkdirSync(folder, { recursive: true })
const file = join(folder, `bench-${frames}.pcap`)
if (!existsSync(file)) {
  run('node', join(import.meta.dirname, 'make-capture.mjs'), `${file}.part`, String(frames), String(CLIENTS), String(PAYLOAD_BYTES))
  renameSync(`${file}.part`, file)
}

const bundle = join(folder, 'layers.mjs')
await build({
  entryPoints: [join(import.meta.dirname, 'layers.ts')],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
})
const { LAYERS } = await import(pathToFileURL(bundle).href)

const capture = readFileSync(file)
console.log(row('layer', 'what goes in', 'ns each', 'a second', 'MB/s'))
for (const [layer, prepare] of Object.entries(LAYERS)) {
  if (!layer.includes(only)) continue
  const { unit, count, bytes, once } = prepare(capture)
  // Once for the compiler.
  once()
  let best = Infinity
  for (let each = 0; each < RUNS; each++) {
    const start = performance.now()
    once()
    best = Math.min(best, performance.now() - start)
  }
  const seconds = best / 1_000
  console.log(row(layer, `${count.toLocaleString('en')} ${unit}`, (best * 1e6 / count).toFixed(0), Math.round(count / seconds).toLocaleString('en'), (bytes / seconds / 1e6).toFixed(0)))
}

function row(layer, input, each, rate, megabytes) {
  return `${layer.padEnd(22)} ${input.padEnd(20)} ${each.padStart(9)} ${rate.padStart(14)} ${megabytes.padStart(7)}`
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`)
}
