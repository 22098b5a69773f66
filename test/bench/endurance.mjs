// Days of traffic in minutes: `node test/bench/endurance.mjs [FRAMES [DAYS [COMMAND]]]`, of the program as it was built.
//
// Pipes days of synthetic traffic (make-days.mjs) into `mqtap report -f json -` and `mqtap read -q -`, one after the other or only COMMAND, and prints how much memory the
// process takes at each tenth of the frames (Linux), and whether everything that it counts is exact.
import { days } from './days.mjs'

const frames = Number(process.argv[2] ?? 50_000_000)
const span = Number(process.argv[3] ?? 10)
const only = process.argv[4] ?? ''
if (!Number.isInteger(frames) || frames < 1 || !(span > 0)) throw new Error('usage: node test/bench/endurance.mjs [FRAMES [DAYS [COMMAND]]]')

let exact = true
for (const command of ['read', 'report']) {
  if (!command.startsWith(only)) continue
  const { samples, peak, seconds, differences } = await days(command, { frames, days: span, sampled: (frame, megabytes) => console.log(`${command}  ${frame.toLocaleString('en').padStart(12)} frames  ${megabytes.toFixed(0).padStart(6)} MB`) })
  console.log(`${command}  peak ${peak.toFixed(0)} MB, ${samples} samples, ${seconds.toFixed(0)} s, ${differences.length === 0 ? 'all counters exact' : `not exact: ${differences.join('; ')}`}`)
  exact &&= differences.length === 0
}
process.exitCode = exact ? 0 : 1
